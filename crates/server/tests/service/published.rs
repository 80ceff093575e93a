//! Keys, lists, records, credentials: right bytes, right types, cacheable.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use store::{Act, Suite};
use vc::{Evidence, Need, Policy, Verdict};

use crate::world::{BASE, NOW, World};

#[tokio::test]
async fn what_is_published_suffices_to_verify_elsewhere() {
    let world = World::new().await;
    let all = world.issue(&["Peserta Contoh Satu", "Peserta Contoh Dicabut"], None).await;
    world.change(all[1].id, Act::Revoke, "issued-in-error").await;
    for (certificate, verdict) in [(&all[0], Verdict::Valid), (&all[1], Verdict::Invalid)] {
        let answer = world.get_as(&format!("/credentials/{}", certificate.id), "application/vc").await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "application/vc"));
        assert_eq!(answer.text(), world.store.signed_text(certificate.id, Suite::Rdfc).await.unwrap().unwrap());
        let mut evidence = Evidence::default();
        for _ in 0..5 {
            for need in vc::needs(&answer.body, &evidence) {
                let url = need.url().unwrap();
                let served = world.get(url.strip_prefix(BASE).unwrap()).await;
                assert_eq!(served.status, StatusCode::OK, "{url}");
                let expected = if matches!(need, Need::Did(_)) { "application/did+json" } else { "application/vc" };
                assert_eq!(served.header("content-type"), expected, "{url}");
                evidence.answer(need, Ok(served.body));
            }
        }
        let report = vc::verify(&answer.body, &evidence, &Policy::known([vc::did_web(BASE)]), NOW.parse().unwrap());
        assert_eq!(report.verdict, verdict, "{report:#?}");
        assert_eq!(report.reason.is_some(), verdict == Verdict::Invalid);
    }
}

#[tokio::test]
async fn both_proofs_are_served_and_unknown_ones_refused() {
    let world = World::new().await;
    let certificate = world.issue(&["Peserta Contoh Satu"], None).await.remove(0);
    for path in [format!("/credentials/{}", certificate.id), "/status/revocation/1".into(), "/status/refresh/1".into()]
    {
        let jcs = world.get(&format!("{path}?cryptosuite=eddsa-jcs-2022")).await;
        assert_eq!(jcs.json()["proof"]["cryptosuite"], "eddsa-jcs-2022");
        let rdfc = world.get(&format!("{path}?cryptosuite=eddsa-rdfc-2022")).await;
        assert_eq!(rdfc.json()["proof"]["cryptosuite"], "eddsa-rdfc-2022");
        if path.starts_with("/status/") {
            assert_eq!(world.get(&format!("{path}.jcs")).await.body, jcs.body, "a twin with an address of its own");
        }
        let other = world.get(&format!("{path}?cryptosuite=rot13")).await;
        assert_eq!((other.status, other.header("content-type")), (StatusCode::BAD_REQUEST, "application/problem+json"));
    }
}

#[tokio::test]
async fn a_cache_that_has_it_is_told_so() {
    let world = World::new().await;
    let certificate = world.issue(&["Peserta Contoh Satu"], None).await.remove(0);
    for path in [
        "/.well-known/did.json".into(),
        "/status/suspension/1".into(),
        format!("/credentials/{}?cryptosuite=eddsa-jcs-2022", certificate.id),
    ] {
        let first = world.get(&path).await;
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with("W/\"") && !first.header("cache-control").is_empty(), "{path}");
        let again =
            Request::get(&path).header(header::IF_NONE_MATCH, format!("\"other\", {tag}")).body(Body::empty()).unwrap();
        let again = world.ask(again).await;
        assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0), "{path}");
    }
    let before = world.get("/status/revocation/1").await.header("etag").to_owned();
    world.change(certificate.id, Act::Revoke, "data-error").await;
    assert_ne!(before, world.get("/status/revocation/1").await.header("etag"));
}

#[tokio::test]
async fn names_have_one_spelling() {
    let world = World::new().await;
    world.issue(&["Peserta Contoh Satu"], None).await;
    for path in [
        "/status/revocation/01",
        "/status/revocation/+1",
        "/status/revocation/2",
        "/status/revocation/99999999999999",
        "/status/Revocation/1",
        "/status/other/1",
        "/records/not-a-uuid",
        "/records/3f0c2a5e-6a8f-4b0e-9d53-0d6e5b1f7a11",
    ] {
        let answer = world.get(path).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (StatusCode::NOT_FOUND, "application/problem+json"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn any_host_is_answered() {
    let world = World::new().await;
    world.issue(&["Peserta Contoh Satu"], None).await;
    for host in ["sertifikat.contoh.example", "SERTIFIKAT.contoh.example", "10.0.0.1:8080", "lama.contoh.example"] {
        let request = Request::get("/.well-known/did.json").header(header::HOST, host).body(Body::empty()).unwrap();
        assert_eq!(world.ask(request).await.json()["id"], "did:web:sertifikat.contoh.example", "{host}");
    }
}

#[tokio::test]
async fn files_carry_names_and_types() {
    let world = World::new().await;
    let certificate = world.issue(&["Peserta Contoh Satu"], None).await.remove(0);
    for (file, media_type, start) in [
        ("kredensial.json", "application/vc", b"{".as_slice()),
        ("qr.svg", "image/svg+xml", b"<svg"),
        ("qr.png", "image/png", b"\x89PNG"),
    ] {
        let answer = world.get(&format!("/credentials/{}/{file}", certificate.id)).await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, media_type), "{file}");
        assert!(answer.body.starts_with(start), "{file}");
        let disposition = answer.header("content-disposition");
        assert!(
            disposition.starts_with("attachment; filename=\"Sertifikat_AI-101_II-2026_PESERTA-CONTOH-SATU."),
            "{disposition}"
        );
    }
}
