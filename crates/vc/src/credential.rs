//! What a credential says, read from its JSON: the facts a person compares with the print.

use serde::Serialize;
use serde_json::Value;

/// The facts of a completion certificate. Members that the credential does not have are `None`.
/// Nothing here is checked: facts are shown only after [`crate::verify`] has found them signed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    /// The credential's `id`.
    pub id: Option<String>,
    /// Its types.
    pub types: Vec<String>,
    /// The issuer's identifier, a DID or URL.
    pub issuer: String,
    /// The issuer's name, as the issuer writes it.
    pub issuer_name: Option<String>,
    /// The holder's name with titles.
    pub name: Option<String>,
    /// The certificate number (`licenseNumber`).
    pub number: Option<String>,
    /// The programme's title (`achievement.name`), both languages joined by ` / `.
    pub programme: Option<String>,
    /// The cohort (`term`).
    pub term: Option<String>,
    /// The hours, *jam pelajaran* (`creditsEarned`), as written.
    pub hours: Option<String>,
    /// First day, an `xsd:dateTimeStamp`.
    pub starts: Option<String>,
    /// Last day, an `xsd:dateTimeStamp`.
    pub ends: Option<String>,
    /// The grade (`result.value`).
    pub grade: Option<String>,
    /// Method, partners, place and the signatory's office (`achievement.description`).
    pub description: Option<String>,
    /// Criteria and subjects (`achievement.criteria.narrative`).
    pub criteria: Option<String>,
    /// `validFrom`, in VCDM 1.1 `issuanceDate`.
    pub valid_from: Option<String>,
    /// `validUntil`, in VCDM 1.1 `expirationDate`.
    pub valid_until: Option<String>,
}

impl Facts {
    /// Reads what is there. Never fails: what has another shape is absent.
    pub fn from_value(credential: &Value) -> Self {
        let issuer = &credential["issuer"];
        let subject = first(&credential["credentialSubject"]);
        let achievement = first(&subject["achievement"]);
        Self {
            id: text(&credential["id"]),
            types: strings(&credential["type"]),
            issuer: text(issuer).or_else(|| text(&issuer["id"])).unwrap_or_default(),
            issuer_name: text(&issuer["name"]),
            name: holder_name(subject),
            number: text(&subject["licenseNumber"]),
            programme: text(&achievement["name"]),
            term: text(&subject["term"]),
            hours: scalar(&subject["creditsEarned"]),
            starts: text(&subject["activityStartDate"]),
            ends: text(&subject["activityEndDate"]),
            grade: text(&first(&subject["result"])["value"]),
            description: text(&achievement["description"]),
            criteria: text(&achievement["criteria"]["narrative"]),
            valid_from: text(&credential["validFrom"]).or_else(|| text(&credential["issuanceDate"])),
            valid_until: text(&credential["validUntil"]).or_else(|| text(&credential["expirationDate"])),
        }
    }
}

/// The name of an `IdentityObject` of type `name` that is not hashed, else the subject's `name`.
fn holder_name(subject: &Value) -> Option<String> {
    let identifiers = match &subject["identifier"] {
        Value::Array(all) => all.as_slice(),
        one => std::slice::from_ref(one),
    };
    identifiers
        .iter()
        .find(|identity| identity["identityType"] == "name" && identity["hashed"] == false)
        .and_then(|identity| text(&identity["identityHash"]))
        .or_else(|| text(&subject["name"]))
}

fn first(value: &Value) -> &Value {
    match value {
        Value::Array(all) => all.first().unwrap_or(&Value::Null),
        one => one,
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn scalar(value: &Value) -> Option<String> {
    text(value).or_else(|| value.as_number().map(ToString::to_string))
}

fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::Array(all) => all.iter().filter_map(text).collect(),
        one => text(one).into_iter().collect(),
    }
}
