//! Presentations: the holder's proof answers this challenge for this verifier, and every credential inside counts.

use serde_json::{Value, json};
use vc::core::{hash_data, proof_configuration};
use vc::{Cryptosuite, Draft, Evidence, Key, Policy, PresentationPolicy, ProblemKind, Verdict, VerificationMethod};

const SUITE: Cryptosuite = Cryptosuite::EddsaRdfc2022;

fn now() -> jiff::Timestamp {
    "2026-11-24T00:00:00Z".parse().expect("a timestamp")
}

fn credential(key: &Key) -> Value {
    let draft = Draft::from_value(json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": key.public().did_key(),
        "credentialSubject": { "id": "urn:uuid:3f0c2a5e-6a8f-4b0e-9d53-0d6e5b1f7a11" }
    }));
    let ready = draft.check().expect("well-formed");
    let method = VerificationMethod::did_key(key.public());
    let to_sign = ready.to_sign(SUITE, &method, "2026-08-12T00:00:00Z").expect("canonicalizes");
    let signature = key.sign(to_sign.bytes());
    to_sign.finish(signature).expect("verifies").value().clone()
}

fn presentation(holder: &Key, purpose: &str, challenge: &str, domain: &str, credential: Value) -> Value {
    let mut document = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": holder.public().did_key(),
        "verifiableCredential": [credential],
    });
    let mut proof = json!({
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE.name(),
        "created": "2026-11-23T00:00:00Z",
        "verificationMethod": VerificationMethod::did_key(holder.public()).id,
        "proofPurpose": purpose,
        "challenge": challenge,
        "domain": domain,
    });
    let configuration = proof_configuration(SUITE, &document, proof.as_object().expect("an object"));
    let bytes = hash_data(SUITE, &document, &configuration).expect("hashes").bytes;
    proof["proofValue"] = json!(format!("z{}", bs58::encode(holder.sign(&bytes)).into_string()));
    document["proof"] = proof;
    document
}

fn policy() -> PresentationPolicy {
    PresentationPolicy {
        challenge: Some("c-123".into()),
        domain: Some("https://pemeriksa.example".into()),
        credentials: Policy::any(),
    }
}

fn verdict(presentation: &Value) -> (Verdict, Option<ProblemKind>) {
    let text = presentation.to_string();
    let report = vc::verify_presentation(text.as_bytes(), &Evidence::default(), &policy(), now());
    (report.verdict, report.proof.problem.map(|problem| problem.kind))
}

#[test]
fn the_proof_answers_this_challenge_for_this_verifier() {
    let (issuer, holder, other) = (Key::from_seed([1; 32]), Key::from_seed([2; 32]), Key::from_seed([3; 32]));
    let make = |purpose, challenge, domain| presentation(&holder, purpose, challenge, domain, credential(&issuer));
    let domain = "https://pemeriksa.example";
    let good = make("authentication", "c-123", domain);
    assert_eq!(verdict(&good), (Verdict::Valid, None));
    for (bad, kind) in [
        (make("assertionMethod", "c-123", domain), ProblemKind::Purpose),
        (make("authentication", "c-124", domain), ProblemKind::Challenge),
        (make("authentication", "c-123", "https://lain.example"), ProblemKind::Challenge),
    ] {
        assert_eq!(verdict(&bad), (Verdict::Invalid, Some(kind)));
    }
    let mut stolen = good.clone();
    stolen["holder"] = json!(other.public().did_key());
    assert_eq!(verdict(&stolen), (Verdict::Invalid, Some(ProblemKind::Signature)));
    let mut unsigned = good;
    unsigned.as_object_mut().expect("an object").remove("proof");
    assert_eq!(verdict(&unsigned), (Verdict::Invalid, Some(ProblemKind::ProofMember)));
}

#[test]
fn a_bad_credential_inside_makes_the_presentation_bad() {
    let (issuer, holder) = (Key::from_seed([1; 32]), Key::from_seed([2; 32]));
    let mut changed = credential(&issuer);
    changed["credentialSubject"]["id"] = json!("urn:uuid:00000000-0000-4000-8000-000000000000");
    let document = presentation(&holder, "authentication", "c-123", "https://pemeriksa.example", changed);
    let report = vc::verify_presentation(document.to_string().as_bytes(), &Evidence::default(), &policy(), now());
    assert_eq!((report.verdict, report.proof.problem), (Verdict::Invalid, None));
    assert_eq!(report.credentials[0].verdict, Verdict::Invalid);
}

#[test]
fn a_presentation_of_nothing_by_nobody_is_not_valid() {
    let document = json!({ "@context": ["https://www.w3.org/ns/credentials/v2"], "type": "VerifiablePresentation" });
    let policy = PresentationPolicy { challenge: None, domain: None, credentials: Policy::any() };
    let report = vc::verify_presentation(document.to_string().as_bytes(), &Evidence::default(), &policy, now());
    assert_eq!(report.verdict, Verdict::Invalid);
}
