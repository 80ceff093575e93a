//! Who asks slowly or too often holds up nobody else.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{Request, StatusCode, header};
use hyper::body::Frame;
use tower::ServiceExt;

use crate::world::World;

/// Sends the head of a form, then nothing more.
struct Stalled(Option<Bytes>);

impl HttpBody for Stalled {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.0.take().map_or(Poll::Pending, |bytes| Poll::Ready(Some(Ok(Frame::data(bytes)))))
    }
}

#[tokio::test]
async fn slow_uploads_hold_up_nobody() {
    let world = World::new().await;
    let head = "--x\r\nContent-Disposition: form-data; name=\"berkas\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7";
    let slow: Vec<_> = (0..32)
        .map(|_| {
            let request = Request::post("/periksa").header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
            let request = request.body(Body::new(Stalled(Some(head.into())))).unwrap();
            tokio::spawn(server::router(world.app()).oneshot(request))
        })
        .collect();
    tokio::task::yield_now().await;
    let asked = world.upload("", b"not a certificate");
    let answer = tokio::time::timeout(Duration::from_secs(5), asked).await.expect("an answer meanwhile");
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(slow.iter().all(|upload| !upload.is_finished()));
    slow.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn who_uploads_too_often_is_told_so_in_both_languages() {
    let world = World::with_settings("[limits]\nuploads = 2\n").await;
    for _ in 0..2 {
        assert_eq!(world.upload("", b"x").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    for (query, expected) in
        [("", "Terlalu banyak berkas dari jaringan ini"), ("?hl=en", "Too many files from this network")]
    {
        let answer = world.upload(query, b"x").await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        let seconds: u64 = answer.header("retry-after").parse().unwrap();
        assert!((1..=31).contains(&seconds), "{seconds}");
        assert!(answer.text().contains(expected), "{}", answer.text());
    }
    assert_eq!(world.get("/periksa").await.status, StatusCode::OK, "only uploads are counted");
}

#[tokio::test]
async fn machines_get_a_problem_document() {
    let world = World::with_settings("[limits]\nverifications = 2\nissuances = 1\n").await;
    for (path, allowed) in [("/credentials/verify", 2), ("/presentations/verify", 0), ("/credentials/issue", 1)] {
        for _ in 0..allowed {
            assert_ne!(world.post(path, "{}").await.status, StatusCode::TOO_MANY_REQUESTS, "{path}");
        }
        let answer = world.post(path, "{}").await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert!(!answer.header("retry-after").is_empty());
        assert_eq!(answer.json()["type"], "urn:piagam:problem:too-many-requests");
    }
    assert_eq!(world.get("/1.0/identifiers/did:example:1").await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(world.get("/readyz").await.status, StatusCode::OK);
}
