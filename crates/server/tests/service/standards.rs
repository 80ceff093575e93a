//! What other people's software asks for: presentations, DID Resolution, status of what the API issued, Open Badges.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};
use store::{KeyRole, PublicKey, Suite};

use crate::world::{Answer, BASE, TestKey, World, at};

const TOKEN: &str = "rahasia-contoh";

async fn issuing(more: &str) -> World {
    use sha2::{Digest, Sha256};
    let hash: String = Sha256::digest(TOKEN.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    World::with_settings(&format!("[api]\nissue = true\ntoken_sha256 = [\"{hash}\"]\n{more}")).await
}

async fn post(world: &World, path: &str, body: &Value) -> Answer {
    let request = Request::post(path).header(header::AUTHORIZATION, format!("Bearer {TOKEN}"));
    world.ask(request.body(Body::from(body.to_string())).unwrap()).await
}

async fn issue(world: &World, credential: Value) -> Answer {
    post(world, "/credentials/issue", &json!({ "credential": credential })).await
}

fn plain(issuer: &str) -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": issuer,
        "credentialSubject": { "id": "urn:uuid:3f0c2a5e-6a8f-4b0e-9d53-0d6e5b1f7a11" }
    })
}

#[tokio::test]
async fn a_presentation_is_as_good_as_what_is_inside() {
    let world = World::new().await;
    let certificate = world.issue(&["Peserta Contoh Satu"], None).await.remove(0);
    let text = world.store.signed_text(certificate.id, Suite::Rdfc).await.unwrap().unwrap();
    let presentation = |credential: &str| {
        format!(
            r#"{{"@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiablePresentation"], "verifiableCredential": [{credential}]}}"#
        )
    };
    let body = |presentation: &str, options: &str| {
        format!(r#"{{"verifiablePresentation": {presentation}, "options": {options}}}"#)
    };
    let good = world.post("/presentations/verify", body(&presentation(&text), "{}")).await;
    assert_eq!((good.status, &good.json()["verified"]), (StatusCode::OK, &json!(true)), "{}", good.text());
    assert_eq!(good.json()["credentials"][0]["verdict"], "valid");
    let changed = text.replace("Satu", "Dua");
    let bad = world.post("/presentations/verify", body(&presentation(&changed), "{}")).await;
    assert_eq!((bad.status, &bad.json()["credentials"][0]["state"]), (StatusCode::BAD_REQUEST, &json!("tampered")));
    // Who asks for a challenge demands a holder's proof, and this presentation has none.
    let unsigned = world.post("/presentations/verify", body(&presentation(&text), r#"{"challenge": "c-1"}"#)).await;
    assert_eq!((unsigned.status, &unsigned.json()["verified"]), (StatusCode::BAD_REQUEST, &json!(false)));
    for malformed in ["", "[]", "{}", r#"{"verifiablePresentation": "eyJ"}"#, r#"{"verifiablePresentation": {}}"#] {
        let answer = world.post("/presentations/verify", malformed.to_owned()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{malformed}");
        assert!(answer.json().is_object());
    }
}

#[tokio::test]
async fn dids_are_resolved_or_the_error_is_named() {
    let world = World::new().await;
    let own = vc::did_web(BASE);
    let key = TestKey::api().did_key();
    for did in [own.clone(), own.replace(':', "%3A"), key.clone()] {
        let answer = world.get_as(&format!("/1.0/identifiers/{did}"), "application/did-resolution").await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "application/did-resolution"));
        assert_eq!(answer.json()["didDocument"]["id"], did.replace("%3A", ":"));
    }
    let bare = world.get_as(&format!("/1.0/identifiers/{key}"), "application/did+json").await;
    assert_eq!((bare.header("content-type"), &bare.json()["id"]), ("application/did+json", &json!(key)));
    for (asked, status, name) in [
        ("not-a-did", 400, "INVALID_DID"),
        ("did:example", 400, "INVALID_DID"),
        ("did:web:a/b", 400, "INVALID_DID"),
        ("did:key:z6Mk", 400, "INVALID_DID"),
        ("%ff", 400, "INVALID_DID"),
        ("did:unsupported:1", 501, "METHOD_NOT_SUPPORTED"),
        ("did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169", 501, "FEATURE_NOT_SUPPORTED"),
        ("did:web:localhost%3A1", 404, "NOT_FOUND"),
    ] {
        let answer = world.get(&format!("/1.0/identifiers/{asked}")).await;
        let error = answer.json()["didResolutionMetadata"]["error"]["type"].clone();
        assert_eq!((answer.status.as_u16(), error), (status, json!(format!("https://www.w3.org/ns/did#{name}"))));
        assert_eq!((&answer.json()["didDocument"], &answer.json()["didDocumentMetadata"]), (&json!(null), &json!({})));
    }
    let other = world.get_as(&format!("/1.0/identifiers/{own}"), "text/turtle").await;
    assert_eq!(other.status, StatusCode::NOT_ACCEPTABLE);
    let version = world.get(&format!("/1.0/identifiers/{own}?versionId=1")).await;
    assert_eq!(version.status, StatusCode::NOT_IMPLEMENTED);
}

#[tokio::test]
async fn what_the_api_issues_can_be_revoked() {
    let world = issuing("").await;
    let did = TestKey::api().did_key();
    let issued = issue(&world, plain(&did)).await.json()["verifiableCredential"].clone();
    let other = issue(&world, plain(&did)).await.json()["verifiableCredential"].clone();
    let entry = &issued["credentialStatus"];
    assert_eq!(entry["type"], "BitstringStatusListEntry");
    assert!(entry["statusListIndex"].is_string());
    assert_ne!(entry["statusListIndex"], other["credentialStatus"]["statusListIndex"]);
    let path = entry["statusListCredential"].as_str().unwrap().strip_prefix(BASE).unwrap().to_owned();
    let list = world.get(&path).await;
    assert_eq!((list.status, list.header("content-type")), (StatusCode::OK, "application/vc"));
    assert_eq!(list.json()["issuer"], did, "the list's issuer is the credential's");
    assert_eq!(world.get_as(&path, "application/ld+json").await.header("content-type"), "application/ld+json");

    let verify = async |credential: &Value| {
        world.post("/credentials/verify", json!({ "verifiableCredential": credential }).to_string()).await
    };
    assert_eq!(verify(&issued).await.status, StatusCode::OK);
    let body = json!({ "credentialStatus": entry, "status": true });
    assert_eq!(world.post("/credentials/status", body.to_string()).await.status, StatusCode::UNAUTHORIZED);
    for _ in 0..2 {
        assert_eq!(post(&world, "/credentials/status", &body).await.status, StatusCode::OK, "again changes nothing");
    }
    let revoked = verify(&issued).await;
    assert_eq!((revoked.status, &revoked.json()["state"]), (StatusCode::BAD_REQUEST, &json!("revoked")));
    assert_eq!(verify(&other).await.status, StatusCode::OK);
    for (member, value) in [
        ("statusListIndex", json!("131071000")),
        ("statusListIndex", json!(4)),
        ("statusListCredential", json!("https://lain.example/api/status/1")),
        ("statusPurpose", json!("suspension")),
        ("type", json!("Other")),
    ] {
        let mut body = body.clone();
        body["credentialStatus"][member] = value;
        assert_eq!(post(&world, "/credentials/status", &body).await.status, StatusCode::BAD_REQUEST, "{member}");
    }
}

#[tokio::test]
async fn a_status_is_added_only_where_there_is_none_and_a_term_for_it() {
    let world = issuing("").await;
    let did = TestKey::api().did_key();
    let mut own = plain(&did);
    own["credentialStatus"] = json!({ "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
        "statusListIndex": "7", "statusListCredential": "https://lain.example/status/1" });
    let issued = issue(&world, own.clone()).await.json()["verifiableCredential"].clone();
    assert_eq!(issued["credentialStatus"], own["credentialStatus"]);
    let mut old = plain(&did);
    old["@context"] = json!(["https://www.w3.org/2018/credentials/v1"]);
    old["issuanceDate"] = json!("2026-08-12T00:00:00Z");
    let answer = issue(&world, old).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    assert!(answer.json()["verifiableCredential"].get("credentialStatus").is_none());
}

#[tokio::test]
async fn the_apis_did_web_is_not_the_certificates_did() {
    let world = issuing("did = \"web\"\n").await;
    let multikey = TestKey::api().did_key().replace("did:key:", "");
    let (issuer, number, role) = (world.issuer.id, 2, KeyRole::Api);
    let key = PublicKey { issuer, number, role, multikey, valid_from: at(0), retired_at: None };
    world.store.put_public_key(&key).await.unwrap();
    let did = format!("{}:api", vc::did_web(BASE));
    let answer = issue(&world, plain(&did)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    let issued = answer.json()["verifiableCredential"].clone();
    assert_eq!(issued["proof"]["verificationMethod"], format!("{did}#k2"));
    let verified = world.post("/credentials/verify", json!({ "verifiableCredential": issued }).to_string()).await;
    assert_eq!(verified.status, StatusCode::OK, "{}", verified.text());
    let page = world.upload("", issued.to_string().as_bytes()).await.text();
    assert!(page.contains("Penerbit berkas ini tidak dikenal"), "it vouches for nothing on the pages");
    let (own, api) = (world.get("/.well-known/did.json").await.json(), world.get("/api/did.json").await.json());
    assert_eq!((&own["id"], &api["id"]), (&json!(vc::did_web(BASE)), &json!(did)));
    assert_eq!(own["verificationMethod"].as_array().unwrap().len(), 1);
    assert_eq!(issue(&world, plain(&vc::did_web(BASE))).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn our_certificates_satisfy_the_published_schema_and_a_broken_badge_is_refused() {
    let world = issuing("").await;
    let badge = badge(&world).await;
    let answer = issue(&world, badge.clone()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    for (pointer, value) in [
        ("/credentialSubject/achievement/achievementType", json!("NoSuchType")),
        ("/credentialSubject/activityStartDate", json!("yesterday")),
        ("/credentialSubject/achievement/criteria", json!("read it")),
        ("/credentialSubject/result", json!([{ "value": "A" }])),
    ] {
        let mut broken = badge.clone();
        *broken.pointer_mut(pointer).unwrap() = value;
        let answer = issue(&world, broken).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{pointer}");
        assert!(!answer.json()["problemDetails"].as_array().unwrap().is_empty(), "{pointer}");
    }
}

/// A certificate of ours, unsigned and under the API's DID.
async fn badge(world: &World) -> Value {
    let certificate = world.issue(&["Peserta Contoh Satu"], None).await.remove(0);
    let text = world.store.signed_text(certificate.id, Suite::Rdfc).await.unwrap().unwrap();
    let mut badge: Value = serde_json::from_str(&text).unwrap();
    badge.as_object_mut().unwrap().remove("proof");
    badge.as_object_mut().unwrap().remove("credentialStatus");
    badge["issuer"]["id"] = json!(TestKey::api().did_key());
    badge
}

/// Whatever is brought is issued or refused; what is issued verifies as it was issued.
#[tokio::test]
async fn changed_badges_are_issued_well_or_refused_and_never_fail_us() {
    let world = issuing("").await;
    let badge = badge(&world).await;
    let values = [json!(null), json!(true), json!(1e300), json!(""), json!("x"), json!([]), json!({}), json!([{}, {}])];
    let mut paths = vec![String::new()];
    crate::mutated::pointers(&badge, String::new(), &mut paths);
    let mut issued = 0;
    for path in paths {
        for value in &values {
            let mut changed = badge.clone();
            *changed.pointer_mut(&path).unwrap() = value.clone();
            let answer = issue(&world, changed).await;
            let expected = answer.status == StatusCode::CREATED || answer.status == StatusCode::BAD_REQUEST;
            assert!(expected, "{path} = {value}: {} {}", answer.status, answer.text());
            if answer.status == StatusCode::CREATED {
                issued += 1;
                let credential = answer.json()["verifiableCredential"].clone();
                let body = json!({ "verifiableCredential": credential }).to_string();
                let verified = world.post("/credentials/verify", body).await;
                assert_eq!(verified.status, StatusCode::OK, "{path} = {value}: {}", verified.text());
            }
        }
    }
    assert!(issued > 0, "some strings may be anything");
}

#[tokio::test]
async fn the_interface_tells_itself() {
    let world = World::new().await;
    let document = world.get("/openapi.json").await;
    assert_eq!((document.status, document.header("content-type")), (StatusCode::OK, "application/json"));
    assert_eq!(document.json()["servers"][0]["url"], BASE);
    for (query, words) in [("", "Antarmuka untuk mesin"), ("?hl=en", "The interface for machines")] {
        let page = world.get(&format!("/api{query}")).await;
        assert!(page.text().contains(words) && page.text().contains("/presentations/verify"));
    }
}
