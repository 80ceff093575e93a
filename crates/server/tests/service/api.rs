//! The VC API.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};
use store::{Act, Suite};

use crate::world::{TestKey, World};

async fn verify(world: &World, credential: &str, options: &str) -> (StatusCode, Value) {
    let body = format!(r#"{{"verifiableCredential": {credential}, "options": {options}}}"#);
    let answer = world.post("/credentials/verify", body).await;
    (answer.status, answer.json())
}

#[tokio::test]
async fn verification_answers_200_or_400() {
    let world = World::new().await;
    let all = world.issue(&["Peserta Contoh Satu", "Peserta Contoh Dicabut"], None).await;
    world.change(all[1].id, Act::Revoke, "data-error").await;
    let text = |at: usize| world.store.signed_text(all[at].id, Suite::Rdfc);
    let (valid, revoked) = (text(0).await.unwrap().unwrap(), text(1).await.unwrap().unwrap());

    let (status, answer) = verify(&world, &valid, "{}").await;
    assert_eq!(
        (status, &answer["verified"], &answer["verdict"]),
        (StatusCode::OK, &json!(true), &json!("valid")),
        "{answer}"
    );
    assert_eq!(answer["problemDetails"], json!([]));
    let (status, answer) = verify(&world, &revoked, "{}").await;
    assert_eq!(
        (status, &answer["state"], &answer["reason"]),
        (StatusCode::BAD_REQUEST, &json!("revoked"), &json!("data-error"))
    );
    let (status, _) = verify(&world, &revoked, r#"{"checks": ["proof", "something new"]}"#).await;
    assert_eq!(status, StatusCode::OK, "only the proof was to decide");
    let changed = valid.replace("Satu", "Dua");
    let (status, answer) = verify(&world, &changed, "{}").await;
    assert_eq!((status, &answer["state"]), (StatusCode::BAD_REQUEST, &json!("tampered")));
    assert_eq!(answer["problemDetails"][0]["type"], "https://w3id.org/security#PROOF_VERIFICATION_ERROR");
}

#[tokio::test]
async fn the_newer_draft_is_one_switch_away() {
    let world = World::with_settings("[verify]\nhttp_status = \"200\"\n").await;
    let (status, answer) = verify(&world, r#"{"type": ["VerifiableCredential"]}"#, "{}").await;
    assert_eq!((status, &answer["verified"]), (StatusCode::OK, &json!(false)));
    let malformed = world.post("/credentials/verify", "{}").await;
    assert_eq!(malformed.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn no_body_is_a_415_or_a_500() {
    let world = World::new().await;
    for path in ["/credentials/verify", "/credentials/issue"] {
        for body in ["", "{", "[]", "null", "{}", r#"{"verifiableCredential": "eyJ"}"#, r#"{"credential": 4}"#] {
            let answer = world.post(path, body).await;
            assert!(
                answer.status.is_client_error() && answer.status != StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "{path} {body}: {}",
                answer.status
            );
            assert!(answer.json()["title"].is_string());
        }
    }
    let answer = world.post("/credentials/verify", vec![b' '; 3_000_000]).await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (StatusCode::PAYLOAD_TOO_LARGE, "application/problem+json")
    );
    let deep = format!(r#"{{"verifiableCredential": {{"a": {}{}}}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(world.post("/credentials/verify", deep).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn issuing_is_off_until_configured() {
    let world = World::new().await;
    let answer = world.post("/credentials/issue", r#"{"credential": {}}"#).await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::FORBIDDEN, "application/problem+json"));
    assert!(answer.json()["next"].as_str().unwrap().contains("[api]"));
}

fn bring(issuer: &str) -> Value {
    json!({"credential": {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": issuer,
        "credentialSubject": {"id": "urn:uuid:3f0c2a5e-6a8f-4b0e-9d53-0d6e5b1f7a11"}
    }})
}

/// `printf %s rahasia-contoh | sha256sum`
const TOKEN: &str = "rahasia-contoh";

async fn with_token() -> World {
    use sha2::{Digest, Sha256};
    let hash: String = Sha256::digest(TOKEN.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    World::with_settings(&format!("[api]\nissue = true\ntoken_sha256 = [\"{hash}\"]\n")).await
}

async fn issue(world: &World, token: Option<&str>, body: &Value) -> crate::world::Answer {
    let mut request = Request::post("/credentials/issue");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    world.ask(request.body(Body::from(body.to_string())).unwrap()).await
}

#[tokio::test]
async fn what_is_issued_verifies_and_is_not_ours_to_the_pages() {
    let world = with_token().await;
    for suite in ["eddsa-rdfc-2022", "eddsa-jcs-2022"] {
        let mut body = bring(&TestKey::api().did_key());
        body["options"] = json!({"cryptosuite": suite});
        let answer = issue(&world, Some(TOKEN), &body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        let credential = answer.json()["verifiableCredential"].clone();
        assert_eq!(credential["proof"]["cryptosuite"], suite);
        let (status, answer) = verify(&world, &credential.to_string(), "{}").await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let page = world.upload("", credential.to_string().as_bytes()).await.text();
        assert!(
            page.contains("Penerbit berkas ini tidak dikenal"),
            "the key of the API vouches for nothing on the pages"
        );
        assert_eq!(
            issue(&world, Some(TOKEN), &body).await.status,
            StatusCode::CREATED,
            "the same again has a status of its own"
        );
    }
    assert_eq!(
        world.store.events(None, 0, 100).await.unwrap().iter().filter(|e| e.event.act == "api-issue").count(),
        4
    );
}

#[tokio::test]
async fn only_a_known_token_issues() {
    let world = with_token().await;
    for token in [None, Some(""), Some("other"), Some("rahasia-contoh2")] {
        let answer = issue(&world, token, &bring(&TestKey::api().did_key())).await;
        assert_eq!(
            (answer.status, answer.header("www-authenticate")),
            (StatusCode::UNAUTHORIZED, "Bearer"),
            "{token:?}"
        );
    }
}

#[tokio::test]
async fn a_refusal_names_the_member_and_the_rule() {
    let world = with_token().await;
    let did = TestKey::api().did_key();
    let mut cases = vec![bring("did:example:somebody-else"), bring("")];
    for (member, value) in [
        ("type", json!(["Nothing"])),
        ("@context", json!([])),
        ("credentialSubject", json!({})),
        ("validFrom", json!("yesterday")),
        ("shoeSize", json!(42)),
    ] {
        let mut case = bring(&did);
        case["credential"][member] = value;
        cases.push(case);
    }
    for case in cases {
        let answer = issue(&world, Some(TOKEN), &case).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (StatusCode::BAD_REQUEST, "application/problem+json"),
            "{case}"
        );
        assert!(!answer.json()["detail"].as_str().unwrap().is_empty() && answer.json()["next"].is_string(), "{case}");
    }
    let twice = r#"{"credential": {"type": ["VerifiableCredential"], "type": ["VerifiableCredential"]}}"#;
    let request = Request::post("/credentials/issue").header(header::AUTHORIZATION, format!("Bearer {TOKEN}"));
    assert_eq!(world.ask(request.body(Body::from(twice)).unwrap()).await.status, StatusCode::BAD_REQUEST);
}
