//! Every URL with every method: what answers, and that nothing else does.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};

use crate::world::{World, code_path};

#[tokio::test]
async fn the_table_of_routes() {
    let world = World::new().await;
    let certificate = world.issue(&["Peserta Contoh Satu"], None).await.remove(0);
    let (page, id) = (code_path(&certificate), certificate.id);
    let (get, post): (&[u16], &[u16]) = (&[200, 405], &[405, 400]);
    let table: Vec<(String, &[u16])> = vec![
        ("/".into(), get),
        ("/v".into(), get),
        (page, get),
        ("/bantuan".into(), get),
        ("/privasi".into(), get),
        ("/periksa".into(), &[200, 400]),
        (format!("/credentials/{id}"), get),
        (format!("/credentials/{id}/kredensial.json"), get),
        (format!("/credentials/{id}/qr.svg"), get),
        ("/.well-known/did.json".into(), get),
        ("/status/revocation/1".into(), get),
        ("/records/3f0c2a5e-6a8f-4b0e-9d53-0d6e5b1f7a11".into(), &[404, 405]),
        ("/templates/1".into(), get),
        // Without a key nothing can be signed.
        ("/trust.json".into(), &[503, 405]),
        ("/templates/9".into(), &[404, 405]),
        ("/achievements/LAIN".into(), &[404, 405]),
        ("/credentials/verify".into(), post),
        ("/presentations/verify".into(), post),
        ("/credentials/status".into(), &[405, 403]),
        ("/1.0/identifiers/did:web:sertifikat.contoh.example".into(), get),
        ("/1.0/identifiers/".into(), &[404, 404]),
        ("/openapi.json".into(), get),
        ("/api".into(), get),
        ("/api/did.json".into(), &[404, 405]),
        ("/api/status/1".into(), &[404, 405]),
        ("/credentials/issue".into(), &[405, 403]),
        ("/healthz".into(), get),
        ("/readyz".into(), get),
        ("/robots.txt".into(), get),
        ("/favicon.ico".into(), get),
        ("/nothing".into(), &[404, 404]),
        ("/credentials/not-a-uuid".into(), &[404, 405]),
    ];
    for (path, expected) in table {
        for (method, expected) in [Method::GET, Method::POST].into_iter().zip(expected) {
            let request = Request::builder().method(&method).uri(&path).body(Body::empty()).unwrap();
            let answer = world.ask(request).await;
            assert_eq!(answer.status.as_u16(), *expected, "{method} {path}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{method} {path}");
            assert_eq!(answer.header("x-robots-tag"), "noindex", "{method} {path}");
            assert!(!answer.header("strict-transport-security").is_empty(), "{method} {path}");
        }
        for method in [Method::PUT, Method::DELETE, Method::PATCH] {
            let request = Request::builder().method(&method).uri(&path).body(Body::empty()).unwrap();
            assert!(world.ask(request).await.status.is_client_error(), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn head_is_answered_and_strange_paths_do_no_harm() {
    let world = World::new().await;
    let head = world.ask(Request::head("/").body(Body::empty()).unwrap()).await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
    for path in [
        "/v/%00",
        "/v/%ff%fe",
        "/v/../../etc/passwd",
        "/credentials/%2e%2e/x",
        "/v/%F0%9F%98%80",
        "/v?kode=%ff",
        "/?hl=%",
    ] {
        let status = world.get(path).await.status;
        assert!(status.is_client_error() || status.is_success(), "{path}: {status}");
    }
    let long = format!("/v/{}", "A".repeat(20_000));
    assert_eq!(world.get(&long).await.status, StatusCode::NOT_FOUND);
}
