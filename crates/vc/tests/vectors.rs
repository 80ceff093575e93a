//! The official vectors of VC Data Integrity EdDSA 1.0, every intermediate value, and the public
//! previous-proof cases. Their provenance is in `tests/vectors/README.md`.

#![allow(clippy::disallowed_methods, reason = "a test reads files; the crate under test does not")]

use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use vc::core::{hash_data, parse, proof_configuration};
use vc::{CheckName, Cryptosuite, Draft, Evidence, Key, Outcome, Policy, ProblemKind, Verdict, VerificationMethod};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors")
}

fn text(name: &str) -> String {
    let path = folder().join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn value(name: &str) -> Value {
    parse(text(name).as_bytes()).unwrap_or_else(|problem| panic!("{name}: {problem}"))
}

fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().expect("an object")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn key(private: &str) -> Key {
    let bytes = bs58::decode(private.strip_prefix('z').expect("multibase")).into_vec().expect("base58");
    Key::from_seed(bytes[2..].try_into().expect("32 bytes after the prefix"))
}

fn now() -> jiff::Timestamp {
    "2026-11-24T00:00:00Z".parse().expect("a timestamp")
}

fn proof_only() -> Policy {
    Policy { decides: vec![CheckName::Proof], ..Policy::any() }
}

/// Signs `unsigned` with the options of `config` and compares every intermediate value.
fn reproduce(suite: Cryptosuite, dir: &str, suffix: &str, signed: &str) {
    let base = "vc-di-eddsa";
    let file = |name: &str| text(&format!("{base}/{dir}/{name}{suffix}.txt"));
    let unsigned = value(&format!("{base}/unsigned.json"));
    let unsigned = match dir {
        "Ed25519Signature2020" => {
            let mut document = value(&format!("{base}/{dir}/{signed}"));
            object(&document);
            document.as_object_mut().expect("an object").remove("proof");
            document
        }
        _ => unsigned,
    };
    let config = value(&format!("{base}/{dir}/proofConfig{suffix}.json"));
    let configuration = proof_configuration(suite, &unsigned, object(&config));
    let hashes = hash_data(suite, &unsigned, &configuration).expect("hashes");
    assert_eq!(hashes.canonical_document, file("canonDoc"));
    assert_eq!(hashes.canonical_proof, file("proofCanon"));
    assert_eq!(hex(&hashes.bytes[..32]), file("proofHash"));
    assert_eq!(hex(&hashes.bytes[32..]), file("docHash"));
    assert_eq!(hex(&hashes.bytes), file("combinedHash"));
    let pair = value(&format!("{base}/keyPair.json"));
    let key = key(pair["privateKeyMultibase"].as_str().expect("a key"));
    assert_eq!(key.public().multikey(), pair["publicKeyMultibase"].as_str().expect("a key"));
    let signature = key.sign(&hashes.bytes);
    assert_eq!(hex(&signature), file("sigHex"));
    assert_eq!(format!("z{}", bs58::encode(signature).into_string()), file("sigBTC58"));
    let signed = text(&format!("{base}/{dir}/{signed}"));
    let report = vc::verify(signed.as_bytes(), &Evidence::default(), &proof_only(), now());
    assert_eq!(report.verdict, Verdict::Valid, "{:?}", report.checks[0]);
}

#[test]
fn eddsa_rdfc_2022() {
    reproduce(Cryptosuite::EddsaRdfc2022, "eddsa-rdfc-2022", "DataInt", "signedDataInt.json");
}

#[test]
fn eddsa_jcs_2022() {
    reproduce(Cryptosuite::EddsaJcs2022, "eddsa-jcs-2022", "JCS", "signedJCS.json");
}

#[test]
fn ed25519_signature_2020_is_verified() {
    reproduce(Cryptosuite::EddsaRdfc2022, "Ed25519Signature2020", "EdSig", "signedEdSig.json");
}

#[test]
fn issuing_gives_the_published_documents() {
    let pair = value("vc-di-eddsa/keyPair.json");
    let key = key(pair["privateKeyMultibase"].as_str().expect("a key"));
    let method = VerificationMethod::did_key(key.public());
    for (suite, signed) in [
        (Cryptosuite::EddsaRdfc2022, "vc-di-eddsa/eddsa-rdfc-2022/signedDataInt.json"),
        (Cryptosuite::EddsaJcs2022, "vc-di-eddsa/eddsa-jcs-2022/signedJCS.json"),
    ] {
        let ready = Draft::from_value(value("vc-di-eddsa/unsigned.json")).check().expect("well-formed");
        let to_sign = ready.to_sign(suite, &method, "2023-02-24T23:36:38Z").expect("canonicalizes");
        let signature = key.sign(to_sign.bytes());
        assert_eq!(to_sign.finish(signature).expect("verifies").value(), &value(signed));
    }
}

#[test]
fn proof_sets_and_chains() {
    let base = "vc-di-eddsa/proof-set-chain";
    for name in ["signedProofSet1", "signedProofSet2", "signedProofChain1", "signedProofChain2"] {
        let text = text(&format!("{base}/{name}.json"));
        let report = vc::verify(text.as_bytes(), &Evidence::default(), &proof_only(), now());
        assert_eq!(report.verdict, Verdict::Valid, "{name}: {:?}", report.checks[0]);
    }
    // Every proof of a set has to verify, wherever in the set it stands.
    let mut set = value(&format!("{base}/signedProofSet2.json"));
    for position in 0..2 {
        let other = set["proof"][1 - position]["proofValue"].clone();
        let kept = std::mem::replace(&mut set["proof"][position]["proofValue"], other);
        let report = vc::verify(set.to_string().as_bytes(), &Evidence::default(), &proof_only(), now());
        assert_eq!(report.verdict, Verdict::Invalid);
        set["proof"][position]["proofValue"] = kept;
    }
}

/// The published intermediate documents of the chain: what the third and the fourth proof cover.
#[test]
fn chained_proofs_cover_the_proofs_they_name() {
    let base = "vc-di-eddsa/proof-set-chain";
    let keys = value(&format!("{base}/multiKeyPairs.json"));
    for (number, name) in [(1, "keyPair3"), (2, "keyPair4")] {
        let document = value(&format!("{base}/proofChainTempDoc{number}.json"));
        let config = value(&format!("{base}/proofChainConfig{number}.json"));
        let suite = Cryptosuite::EddsaRdfc2022;
        let configuration = proof_configuration(suite, &document, object(&config));
        let hashes = hash_data(suite, &document, &configuration).expect("hashes");
        let key = key(keys[name]["privateKeyMultibase"].as_str().expect("a key"));
        let signature = format!("z{}", bs58::encode(key.sign(&hashes.bytes)).into_string());
        let expected = value(&format!("{base}/proofChainConfigSigned{number}.json"));
        assert_eq!(json!(signature), expected["proofValue"]);
    }
}

#[test]
fn previous_proof_cases_end_as_their_names_say() {
    let mut seen = 0;
    for entry in std::fs::read_dir(folder().join("previous-proof")).expect("the folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        let text = std::fs::read(&path).expect("a file");
        let report = vc::verify(&text, &Evidence::default(), &Policy::any(), now());
        let expected = if name.contains("Ok-") { Verdict::Valid } else { Verdict::Invalid };
        assert_eq!(report.verdict, expected, "{name}: {:?}", report.checks);
        if name.contains("Fail-") {
            let problem = report.checks[0].problem.as_ref().expect("a problem");
            assert_eq!(
                (report.checks[0].outcome, problem.kind),
                (Outcome::Fail, ProblemKind::PreviousProof),
                "{name}: {problem}"
            );
        }
        seen += 1;
    }
    assert_eq!(seen, 12);
}

#[test]
fn did_key_documents_name_the_same_key() {
    let vectors = value("did-key/ed25519-x25519.json");
    let mut seen = 0;
    for (did, vector) in object(&vectors) {
        let seed = vector["seed"].as_str().expect("a seed");
        let bytes: Vec<u8> =
            (0..64).step_by(2).map(|at| u8::from_str_radix(&seed[at..at + 2], 16).expect("hex")).collect();
        let key = Key::from_seed(bytes.try_into().expect("32 bytes"));
        assert_eq!(&key.public().did_key(), did);
        seen += 1;
    }
    assert!(seen > 0);
}
