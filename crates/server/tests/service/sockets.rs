//! The connection loop, over real sockets.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::world::World;

async fn exchange(stream: &mut TcpStream, request: &str) -> String {
    let _ = stream.write_all(request.as_bytes()).await; // refused half-way through, perhaps
    let mut buffer = vec![0; 64 * 1024];
    let read =
        tokio::time::timeout(Duration::from_secs(5), stream.read(&mut buffer)).await.expect("an answer").unwrap();
    String::from_utf8_lossy(&buffer[..read]).into_owned()
}

#[tokio::test]
async fn it_serves_refuses_and_ends() {
    let world = World::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let service = tokio::spawn(server::serve_on(world.app(), listener, async {
        let _ = stopped.await;
    }));

    let mut kept = TcpStream::connect(address).await.unwrap();
    let answer = exchange(&mut kept, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("ok\n"), "{answer}");

    let mut large = TcpStream::connect(address).await.unwrap();
    let header = format!("GET / HTTP/1.1\r\nHost: x\r\nX-Large: {}\r\n\r\n", "a".repeat(100_000));
    let answer = exchange(&mut large, &header).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    let mut many = TcpStream::connect(address).await.unwrap();
    let lines: String = (0..80).map(|n| format!("X-{n}: a\r\n")).collect();
    assert!(
        exchange(&mut many, &format!("GET / HTTP/1.1\r\nHost: x\r\n{lines}\r\n")).await.starts_with("HTTP/1.1 431")
    );
    let mut nonsense = TcpStream::connect(address).await.unwrap();
    assert!(exchange(&mut nonsense, "\x16\x03\x01 not HTTP\r\n\r\n").await.starts_with("HTTP/1.1 400"));

    // An idle connection that is kept open does not hold up the end.
    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(5), service).await.expect("it ends").unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}
