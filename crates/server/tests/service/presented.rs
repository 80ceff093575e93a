//! `POST /presentations/verify`: a holder shows a certificate of ours to a verifier who asked for it.

use axum::http::StatusCode;
use serde_json::{Value, json};
use store::{Act, Suite};
use vc::core::{hash_data, proof_configuration};
use vc::{Cryptosuite, Key, VerificationMethod};

use crate::world::World;

const CHALLENGE: &str = "tantangan-contoh-1";
const DOMAIN: &str = "https://pemeriksa.example";

fn holder() -> Key {
    Key::from_seed([9; 32])
}

/// The holder's proof over these certificates; `more` replaces members of it before it is signed.
fn presented(suite: Cryptosuite, credentials: Value, more: &[(&str, Value)]) -> Value {
    let mut document = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": holder().public().did_key(),
        "verifiableCredential": credentials,
    });
    let mut proof = json!({
        "type": "DataIntegrityProof",
        "cryptosuite": suite.name(),
        "created": "2026-11-24T07:00:00Z",
        "verificationMethod": VerificationMethod::did_key(holder().public()).id,
        "proofPurpose": "authentication",
        "challenge": CHALLENGE,
        "domain": DOMAIN,
    });
    for (name, value) in more {
        proof[*name] = value.clone();
    }
    let configuration = proof_configuration(suite, &document, proof.as_object().unwrap());
    let bytes = hash_data(suite, &document, &configuration).unwrap().bytes;
    proof["proofValue"] = json!(format!("z{}", bs58::encode(holder().sign(&bytes)).into_string()));
    document["proof"] = proof;
    document
}

async fn verify(world: &World, presentation: &Value, options: Value) -> (StatusCode, Value) {
    let body = json!({ "verifiablePresentation": presentation, "options": options });
    let answer = world.post("/presentations/verify", body.to_string()).await;
    (answer.status, answer.json())
}

fn asked() -> Value {
    json!({ "challenge": CHALLENGE, "domain": DOMAIN })
}

async fn certificate(world: &World, name: &str) -> (uuid::Uuid, Value) {
    let id = world.issue(&[name], None).await.remove(0).id;
    let text = world.store.signed_text(id, Suite::Rdfc).await.unwrap().unwrap();
    (id, serde_json::from_str(&text).unwrap())
}

#[tokio::test]
async fn a_signed_presentation_that_answers_the_challenge_is_valid() {
    let world = World::new().await;
    let (_, credential) = certificate(&world, "Peserta Contoh Satu").await;
    for suite in [Cryptosuite::EddsaRdfc2022, Cryptosuite::EddsaJcs2022] {
        let good = presented(suite, json!([credential]), &[]);
        for options in [asked(), json!({ "challenge": CHALLENGE }), json!({ "domain": DOMAIN }), json!({})] {
            let (status, answer) = verify(&world, &good, options).await;
            assert_eq!((status, &answer["verified"]), (StatusCode::OK, &json!(true)), "{answer}");
            assert_eq!((&answer["problemDetails"], &answer["verdict"]), (&json!([]), &json!("valid")));
            assert_eq!(answer["checks"][0]["outcome"], "pass", "the holder's proof counts");
            assert_eq!(answer["credentials"][0]["verdict"], "valid");
        }
    }
}

#[tokio::test]
async fn another_challenge_domain_purpose_or_holder_is_refused_and_the_member_named() {
    let world = World::new().await;
    let (_, credential) = certificate(&world, "Peserta Contoh Satu").await;
    let suite = Cryptosuite::EddsaRdfc2022;
    let good = presented(suite, json!([credential]), &[]);
    let with = |name, value| presented(suite, json!([credential]), &[(name, value)]);
    let changed = |pointer: &str, value: Value| {
        let mut changed = good.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        changed
    };
    let mut unsigned = good.clone();
    unsigned.as_object_mut().unwrap().remove("proof");
    let other = |name: &str, value: &str| {
        let mut options = asked();
        options[name] = json!(value);
        options
    };
    for (what, presentation, options, named) in [
        ("another challenge is asked", good.clone(), other("challenge", "lain"), "proof.challenge"),
        ("another domain is asked", good.clone(), other("domain", "https://lain.example"), "proof.domain"),
        ("an old challenge", with("challenge", json!("lama")), asked(), "proof.challenge"),
        ("made for somebody else", with("domain", json!("https://lain.example")), asked(), "proof.domain"),
        ("not made to authenticate", with("proofPurpose", json!("assertionMethod")), asked(), "proof.proofPurpose"),
        ("expired", with("expires", json!("2026-11-24T07:01:00Z")), asked(), "proof.expires"),
        (
            "challenge changed afterwards",
            changed("/proof/challenge", json!("lain")),
            other("challenge", "lain"),
            "proof.proofValue",
        ),
        ("holder changed afterwards", changed("/holder", json!("did:key:z6MkLain")), asked(), "proof.proofValue"),
        ("no proof", unsigned, asked(), "proof"),
    ] {
        let (status, answer) = verify(&world, &presentation, options).await;
        assert_eq!((status, &answer["verified"]), (StatusCode::BAD_REQUEST, &json!(false)), "{what}: {answer}");
        let detail = answer["problemDetails"][0]["detail"].as_str().unwrap();
        assert!(detail.contains(named), "{what}: {detail}");
    }
}

#[tokio::test]
async fn a_good_proof_does_not_mend_what_is_inside() {
    let world = World::new().await;
    let (id, credential) = certificate(&world, "Peserta Contoh Satu").await;
    let suite = Cryptosuite::EddsaRdfc2022;
    let mut changed = credential.clone();
    changed["credentialSubject"]["activityStartDate"] = json!("2020-01-01T00:00:00+07:00");
    let (status, answer) = verify(&world, &presented(suite, json!([credential, changed]), &[]), asked()).await;
    assert_eq!((status, &answer["checks"][0]["outcome"]), (StatusCode::BAD_REQUEST, &json!("pass")));
    assert_eq!(answer["credentials"][0]["verdict"], "valid");
    assert_eq!(answer["credentials"][1]["state"], "tampered");

    world.change(id, Act::Revoke, "data-error").await;
    let (status, answer) = verify(&world, &presented(suite, json!([credential]), &[]), asked()).await;
    assert_eq!((status, &answer["credentials"][0]["state"]), (StatusCode::BAD_REQUEST, &json!("revoked")));
}
