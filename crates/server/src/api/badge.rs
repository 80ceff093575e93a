//! Open Badges 3.0: what calls itself an `OpenBadgeCredential` has to satisfy the schema that 1EdTech publishes (B.2.1,
//! `ob_v3p0_achievementcredential_schema.json`, embedded as published). The rules that our own certificates are held to
//! are typed code in `vc`; the schema knows many members that we never write, and others may.

use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::Value;
use vc::{Problem, ProblemKind};

const SCHEMA: &str = include_str!("../../schemas/ob_v3p0_achievementcredential_schema.json");

/// Most problems that are told at once.
const MAX_PROBLEMS: usize = 16;

/// How much of an error is told: it quotes what it found.
const MAX_DETAIL_CHARS: usize = 300;

static COMPILED: LazyLock<Validator> = LazyLock::new(|| {
    let schema = serde_json::from_str(SCHEMA).expect("the embedded schema is JSON: a test compiles it");
    // Draft 2019-09 leaves it to the caller whether `format` decides (7.2). Here it does: a date is a date.
    let options = jsonschema::draft201909::options().should_validate_formats(true);
    options.build(&schema).expect("the embedded schema compiles: a test does it")
});

/// What the schema finds wrong with a badge; nothing for any other credential.
pub(super) fn problems(credential: &Value) -> Vec<Problem> {
    if !is_badge(credential) {
        return Vec::new();
    }
    let errors = COMPILED.iter_errors(credential).take(MAX_PROBLEMS);
    errors
        .map(|error| {
            let detail: String = error.to_string().chars().take(MAX_DETAIL_CHARS).collect();
            Problem::new(ProblemKind::Schema, error.instance_path().as_str(), detail)
        })
        .collect()
}

fn is_badge(credential: &Value) -> bool {
    let names = credential["type"].as_array().map_or(std::slice::from_ref(&credential["type"]), Vec::as_slice);
    names.iter().any(|name| name == "OpenBadgeCredential" || name == "AchievementCredential")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn badge() -> Value {
        json!({
            "@context": [
                "https://www.w3.org/ns/credentials/v2",
                "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
            ],
            "id": "urn:uuid:3f0c2a5e-6a8f-4b0e-9d53-0d6e5b1f7a11",
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "issuer": { "id": "did:web:sertifikat.contoh.example", "type": ["Profile"], "name": "Lembaga Contoh" },
            "validFrom": "2026-08-12T00:00:00Z",
            "credentialSubject": {
                "type": ["AchievementSubject"],
                "id": "urn:uuid:00000000-0000-4000-8000-000000000000",
                "achievement": {
                    "id": "https://sertifikat.contoh.example/programmes/AI-101",
                    "type": ["Achievement"],
                    "name": "AI",
                    "description": "Contoh",
                    "criteria": { "narrative": "Contoh" }
                }
            }
        })
    }

    #[test]
    fn a_badge_validates_and_a_broken_one_names_the_member() {
        assert_eq!(problems(&badge()), []);
        for (pointer, value) in [
            ("/credentialSubject/achievement/criteria", json!("text")),
            ("/credentialSubject/achievement/achievementType", json!("NoSuchType")),
            ("/credentialSubject/activityStartDate", json!(4)),
            ("/issuer/url", json!(["a"])),
        ] {
            let mut broken = badge();
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            broken.pointer_mut(parent).unwrap()[name] = value;
            let found = problems(&broken);
            assert!(found.iter().all(|problem| problem.kind == ProblemKind::Schema), "{found:?}");
            assert!(!found.is_empty(), "{pointer}");
        }
    }

    #[test]
    fn other_credentials_are_none_of_its_business() {
        assert_eq!(problems(&json!({ "type": ["VerifiableCredential"], "issuer": 4 })), []);
        assert_eq!(problems(&json!(null)), []);
    }
}
