//! The cryptosuites `eddsa-rdfc-2022` and `eddsa-jcs-2022` (VC Data Integrity EdDSA 1.0, 3), and
//! `Ed25519Signature2020` for verification only. Steps are named as the specification names them.

use crate::jcs;
use crate::json_ld;
use crate::key::PublicKey;
use crate::problem::{Problem, ProblemKind};
use crate::rdfc;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// A cryptosuite that Piagam signs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cryptosuite {
    /// Canonicalizes the RDF dataset that the document means.
    EddsaRdfc2022,
    /// Canonicalizes the JSON text.
    EddsaJcs2022,
}

impl Cryptosuite {
    /// The value of `cryptosuite`.
    pub fn name(self) -> &'static str {
        match self {
            Self::EddsaRdfc2022 => "eddsa-rdfc-2022",
            Self::EddsaJcs2022 => "eddsa-jcs-2022",
        }
    }

    /// The cryptosuite of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::EddsaRdfc2022, Self::EddsaJcs2022].into_iter().find(|suite| suite.name() == name)
    }
}

/// The two hashes that are signed, and the canonical texts they were taken of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hashes {
    /// The canonical proof configuration.
    pub canonical_proof: String,
    /// The canonical document.
    pub canonical_document: String,
    /// The proof configuration's hash followed by the document's hash: the bytes that are signed.
    pub bytes: [u8; 64],
}

/// Transformation and hashing (3.2.3 and 3.2.4, 3.3.3 and 3.3.4) of a document without its proof and a
/// proof configuration as [`proof_configuration`] makes it.
///
/// # Errors
/// What canonicalization refuses.
pub fn hash_data(suite: Cryptosuite, document: &Value, configuration: &Value) -> Result<Hashes, Problem> {
    let canonical_document = transform(suite, document)?;
    hash_with(suite, canonical_document, configuration)
}

/// As [`hash_data`], over a document that is already canonical.
pub(crate) fn hash_with(
    suite: Cryptosuite,
    canonical_document: String,
    configuration: &Value,
) -> Result<Hashes, Problem> {
    let canonical_proof = transform(suite, configuration)?;
    let mut bytes = [0; 64];
    bytes[..32].copy_from_slice(&Sha256::digest(&canonical_proof));
    bytes[32..].copy_from_slice(&Sha256::digest(&canonical_document));
    Ok(Hashes { canonical_proof, canonical_document, bytes })
}

/// The canonical text of a document.
pub(crate) fn transform(suite: Cryptosuite, document: &Value) -> Result<String, Problem> {
    match suite {
        Cryptosuite::EddsaRdfc2022 => rdfc::canonicalize(&json_ld::to_quads(document)?),
        Cryptosuite::EddsaJcs2022 => jcs::canonicalize(document),
    }
}

/// Proof configuration (3.2.5, 3.3.5): the proof's options without `proofValue`. For
/// `eddsa-rdfc-2022` it is read in the document's context; for `eddsa-jcs-2022` it stands for itself.
pub fn proof_configuration(suite: Cryptosuite, document: &Value, proof: &Map<String, Value>) -> Value {
    let mut configuration = Map::with_capacity(proof.len() + 1);
    if let (Cryptosuite::EddsaRdfc2022, Some(context)) = (suite, document.get("@context")) {
        configuration.insert("@context".to_owned(), context.clone());
    }
    for (name, value) in proof {
        if name != "proofValue" && (suite == Cryptosuite::EddsaJcs2022 || name != "@context") {
            configuration.insert(name.clone(), value.clone());
        }
    }
    Value::Object(configuration)
}

/// Proof serialization (3.2.6): `z` and base58btc.
pub(crate) fn proof_value(signature: &[u8; 64]) -> String {
    format!("z{}", bs58::encode(signature).into_string())
}

/// Reads `proofValue`; 64 bytes have at most 88 base58 characters.
pub(crate) fn parse_proof_value(text: &str) -> Option<[u8; 64]> {
    let encoded = text.strip_prefix('z').filter(|rest| rest.len() <= 90)?;
    bs58::decode(encoded).into_vec().ok()?.try_into().ok()
}

/// Which transformation a proof asks for.
///
/// # Errors
/// [`ProblemKind::Cryptosuite`] for every other type or cryptosuite.
pub(crate) fn suite_of(proof: &Map<String, Value>) -> Result<Cryptosuite, Problem> {
    let text = |name: &str| proof.get(name).and_then(Value::as_str).unwrap_or_default();
    let unknown = |at: &str, got: &str| {
        let detail = format!("{got:?}; known are eddsa-rdfc-2022, eddsa-jcs-2022 and Ed25519Signature2020");
        Problem::new(ProblemKind::Cryptosuite, at, detail)
    };
    match (text("type"), text("cryptosuite")) {
        ("DataIntegrityProof", name) => Cryptosuite::from_name(name).ok_or_else(|| unknown("proof.cryptosuite", name)),
        // The predecessor: the same transformation and signature under its own type (7.1 of the
        // Ed25519Signature2020 report). Verified, never issued.
        ("Ed25519Signature2020", "") => Ok(Cryptosuite::EddsaRdfc2022),
        (other, _) => Err(unknown("proof.type", other)),
    }
}

/// Proof verification (3.2.7, 3.3.7) of one proof over `unsecured`, which is the document without any
/// proof, or with the previous proofs of a chain.
pub(crate) fn verify_proof(unsecured: &Value, proof: &Map<String, Value>, key: &PublicKey) -> Result<(), Problem> {
    let suite = suite_of(proof)?;
    let value = proof.get("proofValue").and_then(Value::as_str).unwrap_or_default();
    let signature = parse_proof_value(value).ok_or_else(|| {
        Problem::new(
            ProblemKind::ProofMember,
            "proof.proofValue",
            "64 bytes in base58btc with a leading z are expected",
        )
    })?;
    let rebased;
    let document = match (suite, proof.get("@context")) {
        // 3.3.2, steps 4 and 5: the document may have gained contexts after signing, at the end only.
        (Cryptosuite::EddsaJcs2022, Some(signed)) => {
            rebased = with_signed_context(unsecured, signed)?;
            &rebased
        }
        _ => unsecured,
    };
    let hashes = hash_data(suite, document, &proof_configuration(suite, document, proof))?;
    match key.verifies(&hashes.bytes, &signature) {
        true => Ok(()),
        false => {
            Err(Problem::new(ProblemKind::Signature, "proof.proofValue", "the signature does not fit the content"))
        }
    }
}

fn with_signed_context(unsecured: &Value, signed: &Value) -> Result<Value, Problem> {
    let list = |value: &Value| match value {
        Value::Array(items) => items.clone(),
        one => vec![one.clone()],
    };
    let present = unsecured.get("@context").map(list).unwrap_or_default();
    if !present.starts_with(&list(signed)) {
        let detail = "the document's @context does not begin with the one that was signed";
        return Err(Problem::new(ProblemKind::Signature, "proof.@context", detail));
    }
    let mut document = unsecured.clone();
    document["@context"] = signed.clone();
    Ok(document)
}
