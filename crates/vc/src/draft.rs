//! From a draft to a signed credential: `Draft -> check -> Ready -> to_sign -> finish -> Signed`.
//! Only what the check has passed can be signed; only what verifies comes out.

use crate::context::{CREDENTIALS_V1, CREDENTIALS_V2, DATA_INTEGRITY_V2, OPEN_BADGES};
use crate::credential::Facts;
use crate::json;
use crate::json_ld;
use crate::key::VerificationMethod;
use crate::problem::{Problem, ProblemKind};
use crate::rdfc;
use crate::schema;
use crate::suite::{Cryptosuite, hash_with, proof_configuration, proof_value, transform};
use crate::time::parse_date_time_stamp;
use serde_json::{Map, Value, json};

/// A completion certificate in typed fields. Strings in two languages are joined by ` / `.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Award {
    /// The credential's `id`, a URL.
    pub id: String,
    /// The issuer's DID.
    pub issuer: String,
    /// The issuer's name.
    pub issuer_name: String,
    /// The issuer's site.
    pub issuer_url: String,
    /// When it is issued, an `xsd:dateTimeStamp` in whole seconds, `Z`.
    pub valid_from: String,
    /// When it ends, if it does.
    pub valid_until: Option<String>,
    /// The holder's name with titles.
    pub holder: String,
    /// The certificate number.
    pub number: String,
    /// The achievement's `id`, a URI that all certificates of a programme share.
    pub achievement: String,
    /// The programme's title.
    pub programme: String,
    /// Method, partners, place and the signatory's office.
    pub description: String,
    /// Criteria and the subjects with their hours.
    pub criteria: String,
    /// The cohort.
    pub term: String,
    /// Hours, *jam pelajaran*.
    pub hours: u32,
    /// First day, an `xsd:dateTimeStamp` in the issuer's zone.
    pub starts: String,
    /// Last day, an `xsd:dateTimeStamp` in the issuer's zone.
    pub ends: String,
    /// The grade, if there is one.
    pub grade: Option<String>,
    /// Where its revocation bit is.
    pub status: StatusEntry,
}

/// A place in a revocation list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatusEntry {
    /// The URL of the list's credential.
    pub list: String,
    /// The entry.
    pub index: u32,
}

impl Award {
    /// The Open Badges 3.0 credential of this award.
    pub fn into_draft(self) -> Draft {
        let mut subject = json!({
            "type": ["AchievementSubject"],
            "name": self.holder,
            "identifier": [{
                "type": "IdentityObject",
                "identityType": "name",
                "hashed": false,
                "identityHash": self.holder,
            }],
            "licenseNumber": self.number,
            "term": self.term,
            "activityStartDate": self.starts,
            "activityEndDate": self.ends,
            "creditsEarned": self.hours,
        });
        if let Some(grade) = self.grade {
            subject["result"] = json!([{ "type": ["Result"], "value": grade }]);
        }
        subject["achievement"] = json!({
            "id": self.achievement,
            "type": ["Achievement"],
            "achievementType": "CertificateOfCompletion",
            "name": self.programme,
            "description": self.description,
            "criteria": { "narrative": self.criteria },
            "creditsAvailable": self.hours,
        });
        let mut credential = json!({
            "@context": [CREDENTIALS_V2, OPEN_BADGES],
            "id": self.id,
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": self.programme,
            "issuer": {
                "id": self.issuer,
                "type": ["Profile"],
                "name": self.issuer_name,
                "url": self.issuer_url,
            },
            "validFrom": self.valid_from,
        });
        if let Some(until) = self.valid_until {
            credential["validUntil"] = json!(until);
        }
        credential["credentialSubject"] = subject;
        credential["credentialStatus"] = json!({
            "id": format!("{}#{}", self.status.list, self.status.index),
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": self.status.index.to_string(),
            "statusListCredential": self.status.list,
        });
        Draft(credential)
    }
}

/// A credential that nobody has checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft(Value);

impl Draft {
    /// Any JSON value.
    pub fn from_value(value: Value) -> Self {
        Self(value)
    }

    /// Checks the data model and, in safe mode, that every term means something.
    ///
    /// # Errors
    /// Every problem found, each naming its member.
    pub fn check(self) -> Result<Ready, Vec<Problem>> {
        let Self(mut credential) = self;
        let mut problems = schema::check(&credential);
        if credential.get("proof").is_some() {
            problems.push(Problem::new(ProblemKind::ProofMember, "proof", "already signed; give it without its proof"));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        add_proof_context(&mut credential);
        let quads = json_ld::to_quads(&credential).map_err(|problem| vec![problem])?;
        let canonical = rdfc::canonicalize(&quads).map_err(|problem| vec![problem])?;
        Ok(Ready { credential, canonical })
    }
}

/// VCDM 1.1 credentials need a context that defines the proof's terms; version 2 ones have them.
fn add_proof_context(credential: &mut Value) {
    let Some(contexts) = credential["@context"].as_array_mut() else { return };
    if contexts.first().is_some_and(|first| first == CREDENTIALS_V1) && !contexts.contains(&json!(DATA_INTEGRITY_V2)) {
        contexts.push(json!(DATA_INTEGRITY_V2));
    }
}

/// A credential that the check has passed: the only thing that can be signed.
#[derive(Debug, Clone)]
pub struct Ready {
    credential: Value,
    canonical: String,
}

impl Ready {
    /// First step: the bytes to be signed. `created` is an `xsd:dateTimeStamp`.
    ///
    /// # Errors
    /// [`ProblemKind::Date`] for a malformed `created`; what canonicalization of the proof refuses.
    pub fn to_sign(&self, suite: Cryptosuite, method: &VerificationMethod, created: &str) -> Result<ToSign, Problem> {
        if parse_date_time_stamp(created).is_none() {
            return Err(Problem::new(ProblemKind::Date, "proof.created", format!("{created:?} is no dateTimeStamp")));
        }
        let mut proof = Map::new();
        let members = [
            ("type", "DataIntegrityProof"),
            ("cryptosuite", suite.name()),
            ("created", created),
            ("verificationMethod", &method.id),
            ("proofPurpose", "assertionMethod"),
        ];
        for (name, value) in members {
            proof.insert(name.to_owned(), json!(value));
        }
        let document = match suite {
            Cryptosuite::EddsaRdfc2022 => self.canonical.clone(),
            Cryptosuite::EddsaJcs2022 => {
                // VC Data Integrity EdDSA 1.0, 3.3.1, step 2.
                proof.insert("@context".to_owned(), self.credential["@context"].clone());
                transform(suite, &self.credential)?
            }
        };
        let bytes = hash_with(suite, document, &proof_configuration(suite, &self.credential, &proof))?.bytes;
        Ok(ToSign { credential: self.credential.clone(), proof, bytes, method: method.clone() })
    }
}

/// Waiting for its signature.
#[derive(Debug, Clone)]
pub struct ToSign {
    credential: Value,
    proof: Map<String, Value>,
    bytes: [u8; 64],
    method: VerificationMethod,
}

impl ToSign {
    /// The 64 bytes that Ed25519 signs.
    pub fn bytes(&self) -> &[u8; 64] {
        &self.bytes
    }

    /// Second step: verifies the signature and gives the signed credential.
    ///
    /// # Errors
    /// [`ProblemKind::Signature`] when the signature is not one of these bytes by the method's key.
    pub fn finish(self, signature: [u8; 64]) -> Result<Signed, Problem> {
        let Self { mut credential, mut proof, bytes, method } = self;
        if !method.key.verifies(&bytes, &signature) {
            let detail = format!("the signature was not made by {}", method.id);
            return Err(Problem::new(ProblemKind::Signature, "proof.proofValue", detail));
        }
        proof.insert("proofValue".to_owned(), json!(proof_value(&signature)));
        credential["proof"] = Value::Object(proof);
        let text = credential.to_string();
        Ok(Signed { facts: Facts::from_value(&credential), value: credential, text })
    }
}

/// A signed credential, and its text byte for byte as issued.
#[derive(Debug, Clone, PartialEq)]
pub struct Signed {
    text: String,
    value: Value,
    facts: Facts,
}

impl Signed {
    /// Opens text that this installation signed and stored. It is not verified again; what comes
    /// from outside goes through [`crate::verify`].
    ///
    /// # Errors
    /// [`ProblemKind::Json`] or [`ProblemKind::ProofMember`] when it cannot be what was stored.
    pub fn reopen(text: String) -> Result<Self, Problem> {
        let value = json::parse(text.as_bytes())?;
        if !value["proof"].is_object() {
            return Err(Problem::new(ProblemKind::ProofMember, "proof", "a signed credential has a proof"));
        }
        Ok(Self { facts: Facts::from_value(&value), value, text })
    }

    /// The JSON text as issued.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same as a value.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// What it says.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }
}
