//! The fetcher against servers that behave, and servers that do not. They listen on 127.0.0.1 and speak HTTP by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use fetch::{FetchError, FetchPolicy, Fetcher, MAX_BODY, MAX_REDIRECTS};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use vc::WhyNot;

const LOCAL: FetchPolicy = FetchPolicy { allow_http_localhost: true, offline: false };

/// A server that answers each request by its path, and counts them.
async fn server() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = requests.clone();
    let own = base.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(serve(stream, own.clone()));
        }
    });
    (base, requests)
}

async fn serve(mut stream: TcpStream, base: String) {
    let mut request = vec![0; 4096];
    let length = stream.read(&mut request).await.unwrap_or(0);
    let request = String::from_utf8_lossy(&request[..length]).into_owned();
    let path = request.split(' ').nth(1).unwrap_or("/").to_owned();
    let simple = |status: &str, headers: &str, body: &str| {
        format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n{body}", body.len())
    };
    let redirect = |to: &str| simple("302 Found", &format!("Location: {to}\r\n"), "");
    let answer = match path.as_str() {
        "/list" => simple("200 OK", "Content-Type: application/vc\r\nCache-Control: max-age=300\r\n", "{\"a\":1}"),
        "/fresh" => simple("200 OK", "Cache-Control: no-store\r\n", "{}"),
        "/gone" => simple("410 Gone", "", ""),
        "/broken" => simple("503 Service Unavailable", "", "later"),
        "/once" => redirect("/list"),
        "/absolute" => redirect(&format!("{base}/list")),
        "/circle" => redirect("/circle"),
        "/inside" => redirect("https://10.0.0.1/latest/meta-data"),
        "/metadata" => redirect("http://169.254.169.254/latest/meta-data"),
        "/plain" => redirect("http://contoh.example/"),
        "/nowhere" => simple("302 Found", "", ""),
        "/slow" => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            String::new()
        }
        "/promises" => format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", 10_000_000_000u64),
        "/cut" => "HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\n{\"a\"".into(),
        "/drip" => {
            // A byte now and then, for ever: each read is quick, the whole never ends.
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n").await;
            while stream.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            return;
        }
        "/endless" => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n").await;
            while stream.write_all(&[b'x'; 65_536]).await.is_ok() {}
            return;
        }
        "/no-http" => "220 mail.contoh.example ESMTP\r\n".into(),
        _ => simple("404 Not Found", "", ""),
    };
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}

#[tokio::test]
async fn what_is_there_comes_with_its_media_type_and_is_remembered() {
    let (base, requests) = server().await;
    let fetcher = Fetcher::new(LOCAL);
    for _ in 0..3 {
        let fetched = fetcher.get(&format!("{base}/list")).await.unwrap();
        assert_eq!(fetched.bytes, b"{\"a\":1}");
        assert_eq!(fetched.content_type.as_deref(), Some("application/vc"));
    }
    assert_eq!(requests.load(Ordering::SeqCst), 1);
    for _ in 0..2 {
        fetcher.get(&format!("{base}/fresh")).await.unwrap();
    }
    assert_eq!(requests.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn answers_of_the_server_keep_their_meaning() {
    let (base, _) = server().await;
    let fetcher = Fetcher::new(LOCAL);
    let get = async |path: &str| fetcher.get(&format!("{base}{path}")).await.unwrap_err();
    assert_eq!(get("/absent").await, FetchError::NotFound { status: 404 });
    assert_eq!(get("/gone").await.why_not(), WhyNot::NotFound);
    assert_eq!(get("/broken").await, FetchError::Status { status: 503 });
    assert!(matches!(get("/broken").await.why_not(), WhyNot::Unreachable(_)));
    assert!(matches!(get("/cut").await, FetchError::Unreachable { .. }));
    assert!(matches!(get("/no-http").await, FetchError::Unreachable { .. }));
    assert!(matches!(get("/nowhere").await, FetchError::Status { status: 302 }));
}

#[tokio::test]
async fn redirects_are_followed_three_times_and_checked_each_time() {
    let (base, _) = server().await;
    let fetcher = Fetcher::new(LOCAL);
    let get = async |path: &str| fetcher.get(&format!("{base}{path}")).await;
    assert!(get("/once").await.is_ok());
    assert!(get("/absolute").await.is_ok());
    assert_eq!(get("/circle").await, Err(FetchError::TooManyRedirects { limit: MAX_REDIRECTS }));
    assert_eq!(get("/inside").await, Err(FetchError::PrivateAddress { host: "10.0.0.1".into() }));
    assert!(matches!(get("/metadata").await, Err(FetchError::NotHttps { .. })));
    assert!(matches!(get("/plain").await, Err(FetchError::NotHttps { .. })));
}

#[tokio::test]
async fn bodies_are_bounded() {
    let (base, _) = server().await;
    let fetcher = Fetcher::new(LOCAL);
    for path in ["/endless", "/promises"] {
        let error = fetcher.get(&format!("{base}{path}")).await.unwrap_err();
        assert_eq!(error, FetchError::TooLarge { limit: MAX_BODY });
        assert!(matches!(error.why_not(), WhyNot::Refused(_)));
    }
}

#[tokio::test]
async fn slow_servers_cost_ten_seconds_and_not_more() {
    let (base, _) = server().await;
    let fetcher = Fetcher::new(LOCAL);
    let begin = Instant::now();
    // At once, so that the test waits only once.
    let (slow, drip) = (format!("{base}/slow"), format!("{base}/drip"));
    let (slow, drip) = tokio::join!(fetcher.get(&slow), fetcher.get(&drip));
    assert_eq!(slow, Err(FetchError::TimedOut { seconds: 10 }));
    assert_eq!(drip, Err(FetchError::TimedOut { seconds: 10 }));
    assert!(begin.elapsed() < Duration::from_secs(14));
    // A server that is down is not waited for again at once.
    let begin = Instant::now();
    assert!(fetcher.get(&format!("{base}/slow")).await.is_err());
    assert!(begin.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn nobody_there_is_unreachable_and_offline_is_offline() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://localhost:{}/", listener.local_addr().unwrap().port());
    drop(listener);
    let error = Fetcher::new(LOCAL).get(&url).await.unwrap_err();
    assert!(matches!(error.why_not(), WhyNot::Unreachable(_)), "{error:?}");
    let offline = Fetcher::new(FetchPolicy { offline: true, ..LOCAL });
    assert_eq!(offline.get(&url).await.unwrap_err().why_not(), WhyNot::Offline);
}

#[tokio::test]
async fn a_name_that_resolves_to_loopback_is_refused_unless_allowed() {
    let (base, requests) = server().await;
    let strict = Fetcher::new(FetchPolicy::default());
    let https = base.replace("http://", "https://");
    assert_eq!(
        strict.get(&format!("{https}/list")).await,
        Err(FetchError::PrivateAddress { host: "localhost".into() })
    );
    assert!(matches!(strict.get(&format!("{base}/list")).await, Err(FetchError::NotHttps { .. })));
    assert_eq!(requests.load(Ordering::SeqCst), 0);
}
