//! The cryptosuites `eddsa-rdfc-2022` and `eddsa-jcs-2022` (VC Data Integrity EdDSA 1.0, 3), and
//! `Ed25519Signature2020` for verification only. Steps are named as the specification names them.

use crate::jcs;
use crate::json_ld;
use crate::key::PublicKey;
use crate::problem::{Problem, ProblemKind};
use crate::rdfc;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::borrow::Cow;

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

/// What the proofs of one document cover. A proof set costs one canonicalization for each cryptosuite (and each chain or
/// context that a proof names), not one for each proof: canonicalizing is the part that a stranger can make expensive.
pub(crate) struct Covered {
    unsecured: Value,
    hashed: Vec<(Variant, Result<[u8; 32], Problem>)>,
}

/// What one proof covers beside the document without any proof.
#[derive(Debug, PartialEq)]
struct Variant {
    suite: Cryptosuite,
    /// The context as it was signed, where the proof names one (3.3.2, steps 4 and 5).
    context: Option<Value>,
    /// The proofs before it in a chain (VC Data Integrity 1.0, 4.5).
    previous: Option<Value>,
}

impl Covered {
    /// The document, whose own proofs are left out.
    pub(crate) fn of(document: &Value) -> Self {
        let mut unsecured = document.clone();
        if let Some(members) = unsecured.as_object_mut() {
            members.remove("proof");
        }
        Self { unsecured, hashed: Vec::new() }
    }

    /// Proof verification (3.2.7, 3.3.7) of one proof, over the document or over the document with the `previous` proofs
    /// of a chain.
    pub(crate) fn verify(
        &mut self,
        previous: Option<&[&Map<String, Value>]>,
        proof: &Map<String, Value>,
        key: &PublicKey,
    ) -> Result<(), Problem> {
        let suite = suite_of(proof)?;
        let value = proof.get("proofValue").and_then(Value::as_str).unwrap_or_default();
        let signature = parse_proof_value(value).ok_or_else(|| {
            let detail = "64 bytes in base58btc with a leading z are expected";
            Problem::new(ProblemKind::ProofMember, "proof.proofValue", detail)
        })?;
        let configuration = transform(suite, &proof_configuration(suite, &self.unsecured, proof))?;
        let context = proof.get("@context").filter(|_| suite == Cryptosuite::EddsaJcs2022).cloned();
        let document = self.hash(Variant { suite, context, previous: previous.map(|proofs| json!(proofs)) })?;
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&Sha256::digest(&configuration));
        bytes[32..].copy_from_slice(&document);
        match key.verifies(&bytes, &signature) {
            true => Ok(()),
            false => {
                Err(Problem::new(ProblemKind::Signature, "proof.proofValue", "the signature does not fit the content"))
            }
        }
    }

    fn hash(&mut self, variant: Variant) -> Result<[u8; 32], Problem> {
        if let Some((_, hash)) = self.hashed.iter().find(|(known, _)| *known == variant) {
            return hash.clone();
        }
        let hash = variant.document(&self.unsecured).and_then(|document| {
            let canonical = transform(variant.suite, &document)?;
            Ok(Sha256::digest(&canonical).into())
        });
        self.hashed.push((variant, hash.clone()));
        hash
    }
}

impl Variant {
    fn document<'a>(&self, unsecured: &'a Value) -> Result<Cow<'a, Value>, Problem> {
        let mut document = Cow::Borrowed(unsecured);
        if let Some(previous) = &self.previous {
            document.to_mut()["proof"] = previous.clone();
        }
        // The document may have gained contexts after signing, at the end only.
        if let Some(signed) = &self.context {
            let present = unsecured.get("@context").map(list).unwrap_or_default();
            if !present.starts_with(&list(signed)) {
                let detail = "the document's @context does not begin with the one that was signed";
                return Err(Problem::new(ProblemKind::Signature, "proof.@context", detail));
            }
            document.to_mut()["@context"] = signed.clone();
        }
        Ok(document)
    }
}

fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.clone(),
        one => vec![one.clone()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;

    fn proof(suite: Cryptosuite, more: Value) -> Map<String, Value> {
        let mut proof =
            json!({ "type": "DataIntegrityProof", "cryptosuite": suite.name(), "proofValue": proof_value(&[7; 64]) });
        proof.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        proof.as_object().unwrap().clone()
    }

    #[test]
    fn a_proof_set_is_canonicalized_once_for_each_suite_chain_and_context() {
        let document = json!({ "@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiableCredential"], "proof": [] });
        let key = Key::from_seed([1; 32]).public();
        let mut covered = Covered::of(&document);
        let mut made = |suite, more, previous: Option<&[&Map<String, Value>]>| {
            assert!(covered.verify(previous, &proof(suite, more), &key).is_err());
            covered.hashed.len()
        };
        for _ in 0..16 {
            assert_eq!(made(Cryptosuite::EddsaRdfc2022, json!({}), None), 1);
        }
        assert_eq!(made(Cryptosuite::EddsaJcs2022, json!({}), None), 2);
        let first = proof(Cryptosuite::EddsaJcs2022, json!({ "id": "urn:uuid:1" }));
        let context = json!({ "@context": ["https://www.w3.org/ns/credentials/v2"] });
        for _ in 0..2 {
            assert_eq!(made(Cryptosuite::EddsaJcs2022, json!({}), Some(&[&first])), 3);
        }
        for _ in 0..2 {
            assert_eq!(made(Cryptosuite::EddsaJcs2022, context.clone(), None), 4);
        }
    }
}
