//! The data model as typed rules: VCDM 2.0 section 4 and 5, VCDM 1.1 where it differs, and the rules of
//! Open Badges 3.0 that a credential of that type has to keep. Every rule names its member.

use crate::context::{CREDENTIALS_V1, CREDENTIALS_V2, EMBEDDED};
use crate::json_ld::{is_absolute_iri, is_language_tag};
use crate::problem::{Problem, ProblemKind};
use crate::rdfc::hex;
use crate::time::parse_date_time_stamp;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256, Sha384};

/// Most related resources of a credential.
const MAX_RESOURCES: usize = 64;

/// Checks a credential, with or without its proof. All problems at once.
pub(crate) fn check(credential: &Value) -> Vec<Problem> {
    let Value::Object(members) = credential else {
        return vec![Problem::new(ProblemKind::Json, "", "a credential is a JSON object")];
    };
    let mut rules = Rules { problems: Vec::new() };
    rules.context(members.get("@context"));
    rules.types(members.get("type"), "VerifiableCredential");
    if let Some(id) = members.get("id") {
        rules.url(ProblemKind::Id, "id", id);
    }
    rules.issuer(members.get("issuer"));
    rules.subject(members.get("credentialSubject"));
    rules.validity(members);
    rules.language_values("", members);
    for (name, id_required) in [
        ("credentialStatus", false),
        ("credentialSchema", true),
        ("termsOfUse", false),
        ("evidence", false),
        ("refreshService", false),
    ] {
        if let Some(value) = members.get(name) {
            rules.typed_objects(name, value, id_required);
        }
    }
    if let Some(resources) = members.get("relatedResource") {
        rules.related_resources(resources);
    }
    if has_type(credential, "OpenBadgeCredential") || has_type(credential, "AchievementCredential") {
        rules.open_badge(members);
    }
    rules.problems
}

/// Checks a presentation (VCDM 2.0, 4.13). The credentials in it are checked by themselves.
pub(crate) fn check_presentation(presentation: &Value) -> Vec<Problem> {
    let Value::Object(members) = presentation else {
        return vec![Problem::new(ProblemKind::Json, "", "a presentation is a JSON object")];
    };
    let mut rules = Rules { problems: Vec::new() };
    rules.context(members.get("@context"));
    rules.types(members.get("type"), "VerifiablePresentation");
    if let Some(id) = members.get("id") {
        rules.url(ProblemKind::Id, "id", id);
    }
    match members.get("holder") {
        None => {}
        Some(Value::Object(holder)) => {
            rules.url(ProblemKind::Id, "holder.id", holder.get("id").unwrap_or(&Value::Null))
        }
        Some(other) => rules.url(ProblemKind::Id, "holder", other),
    }
    for credential in members.get("verifiableCredential").map(items).unwrap_or_default() {
        if !credential.is_object() {
            rules.refuse(ProblemKind::Member, "verifiableCredential", format!("{credential} is no object"));
        }
    }
    rules.problems
}

/// Whether `type` names it.
pub(crate) fn has_type(value: &Value, wanted: &str) -> bool {
    items(&value["type"]).iter().any(|name| name == wanted)
}

fn is_v1(members: &Map<String, Value>) -> bool {
    members.get("@context").is_some_and(|context| items(context).first().is_some_and(|first| first == CREDENTIALS_V1))
}

struct Rules {
    problems: Vec<Problem>,
}

impl Rules {
    fn refuse(&mut self, kind: ProblemKind, at: &str, detail: impl Into<String>) {
        self.problems.push(Problem::new(kind, at, detail));
    }

    /// 4.3 Contexts: an ordered set whose first item is the base context.
    fn context(&mut self, context: Option<&Value>) {
        let Some(Value::Array(items)) = context else {
            return self.refuse(ProblemKind::Context, "@context", "has to be an array");
        };
        if !items.first().is_some_and(|first| first == CREDENTIALS_V2 || first == CREDENTIALS_V1) {
            let got = items.first().map_or_else(|| "nothing".to_owned(), Value::to_string);
            self.refuse(ProblemKind::Context, "@context", format!("starts with {got}, not with {CREDENTIALS_V2}"));
        }
        for item in items.iter().filter(|item| !item.is_string() && !item.is_object()) {
            self.refuse(ProblemKind::Context, "@context", format!("{item} is neither a URL nor an object"));
        }
    }

    /// 4.5 Types.
    fn types(&mut self, types: Option<&Value>, wanted: &str) {
        let Some(value) = types else {
            return self.refuse(ProblemKind::Type, "type", "is missing");
        };
        let names = items(value);
        if let Some(odd) = names.iter().find(|name| !name.is_string()) {
            self.refuse(ProblemKind::Type, "type", format!("{odd} is no string"));
        }
        let iri = format!("https://www.w3.org/2018/credentials#{wanted}");
        if !names.iter().any(|name| name == wanted || *name == iri.as_str()) {
            self.refuse(ProblemKind::Type, "type", format!("lacks {wanted}"));
        }
    }

    fn url(&mut self, kind: ProblemKind, at: &str, value: &Value) {
        if !value.as_str().is_some_and(is_absolute_iri) {
            self.refuse(kind, at, format!("{value} is no URL"));
        }
    }

    /// 4.7 Issuer: a URL, or an object with an `id` that is one.
    fn issuer(&mut self, issuer: Option<&Value>) {
        match issuer {
            None => self.refuse(ProblemKind::IssuerMember, "issuer", "is missing"),
            Some(Value::Object(members)) => {
                self.url(ProblemKind::IssuerMember, "issuer.id", members.get("id").unwrap_or(&Value::Null));
                self.language_values("issuer.", members);
            }
            Some(other) => self.url(ProblemKind::IssuerMember, "issuer", other),
        }
    }

    /// 4.8 Credential Subject: one or more objects that each claim something.
    fn subject(&mut self, subject: Option<&Value>) {
        let Some(value) = subject else {
            return self.refuse(ProblemKind::Subject, "credentialSubject", "is missing");
        };
        if items(value).is_empty() {
            self.refuse(ProblemKind::Subject, "credentialSubject", "is empty");
        }
        for one in items(value) {
            match one {
                Value::Object(members) if members.is_empty() => {
                    self.refuse(ProblemKind::Subject, "credentialSubject", "claims nothing");
                }
                Value::Object(members) => {
                    if let Some(id) = members.get("id") {
                        self.url(ProblemKind::Id, "credentialSubject.id", id);
                    }
                }
                other => self.refuse(ProblemKind::Subject, "credentialSubject", format!("{other} is no object")),
            }
        }
    }

    /// 4.9 Validity Period; VCDM 1.1, 4.7 Issuance Date and 4.9 Expiration.
    fn validity(&mut self, members: &Map<String, Value>) {
        let v1 = is_v1(members);
        let (from, until) = if v1 { ("issuanceDate", "expirationDate") } else { ("validFrom", "validUntil") };
        if v1 && !members.contains_key(from) {
            self.refuse(ProblemKind::Date, from, "is missing");
        }
        let mut date = |name: &str| {
            let value = members.get(name)?;
            let date = value.as_str().and_then(parse_date_time_stamp);
            if date.is_none() {
                self.refuse(ProblemKind::Date, name, format!("{value} is no dateTimeStamp"));
            }
            date
        };
        if let (Some(start), Some(end)) = (date(from), date(until))
            && end < start
        {
            self.refuse(ProblemKind::Period, until, format!("{end} lies before {from} {start}"));
        }
    }

    /// 11.1: `name` and `description` are strings or language value objects.
    fn language_values(&mut self, prefix: &str, members: &Map<String, Value>) {
        for name in ["name", "description"] {
            for value in members.get(name).map(items).unwrap_or_default() {
                let at = format!("{prefix}{name}");
                match value {
                    Value::String(_) => {}
                    Value::Object(parts) => self.language_object(&at, parts),
                    other => self.refuse(ProblemKind::LanguageValue, &at, format!("{other} is no text")),
                }
            }
        }
    }

    fn language_object(&mut self, at: &str, parts: &Map<String, Value>) {
        if !parts.get("@value").is_some_and(Value::is_string) {
            self.refuse(ProblemKind::LanguageValue, at, "@value has to be a string");
        }
        for (name, value) in parts {
            let text = value.as_str().unwrap_or_default();
            let fine = match name.as_str() {
                "@value" => true,
                "@language" => is_language_tag(text),
                "@direction" => matches!(text, "ltr" | "rtl"),
                _ => false,
            };
            if !fine {
                self.refuse(ProblemKind::LanguageValue, at, format!("{name}: {value} has no place here"));
            }
        }
    }

    /// 4.10 Status, 4.11 Data Schemas, 5.4 Refreshing, 5.5 Terms of Use, 5.6 Evidence.
    fn typed_objects(&mut self, name: &str, value: &Value, id_required: bool) {
        for one in items(value) {
            let Value::Object(members) = one else {
                self.refuse(ProblemKind::Member, name, format!("{one} is no object"));
                continue;
            };
            let types = members.get("type").map(items).unwrap_or_default();
            if types.is_empty() || types.iter().any(|name| !name.is_string()) {
                self.refuse(ProblemKind::Member, &format!("{name}.type"), "is missing or no string");
            }
            match members.get("id") {
                Some(id) => self.url(ProblemKind::Member, &format!("{name}.id"), id),
                None if id_required => self.refuse(ProblemKind::Member, &format!("{name}.id"), "is missing"),
                None => {}
            }
        }
    }

    /// 5.3 Integrity of Related Resources. Digests are compared for the contexts that every build
    /// carries; for other resources their form is checked.
    fn related_resources(&mut self, value: &Value) {
        const AT: &str = "relatedResource";
        if items(value).len() > MAX_RESOURCES {
            let detail = format!("{} resources, at most {MAX_RESOURCES} are read", items(value).len());
            return self.refuse(ProblemKind::RelatedResource, AT, detail);
        }
        let mut seen: Vec<&str> = Vec::new();
        for resource in items(value) {
            let id = resource["id"].as_str().unwrap_or_default();
            if !is_absolute_iri(id) {
                self.refuse(
                    ProblemKind::RelatedResource,
                    "relatedResource.id",
                    format!("{} is no URL", resource["id"]),
                );
                continue;
            }
            if seen.contains(&id) {
                self.refuse(ProblemKind::RelatedResource, "relatedResource.id", format!("{id} is named twice"));
            }
            seen.push(id);
            let digests = [resource["digestSRI"].as_str(), resource["digestMultibase"].as_str()];
            if digests.iter().all(Option::is_none) {
                self.refuse(
                    ProblemKind::RelatedResource,
                    AT,
                    format!("{id} has neither digestSRI nor digestMultibase"),
                );
            }
            let Some(known) = EMBEDDED.iter().find(|context| context.url == id) else { continue };
            for digest in digests.into_iter().flatten() {
                if !digest_fits(digest, known.text.as_bytes()) {
                    self.refuse(ProblemKind::RelatedResource, AT, format!("{digest} is not the digest of {id}"));
                }
            }
        }
    }

    /// Open Badges 3.0, B.1: what the JSON Schema of an AchievementCredential requires.
    fn open_badge(&mut self, members: &Map<String, Value>) {
        for name in ["id", "validFrom"] {
            if !members.contains_key(name) {
                self.refuse(ProblemKind::Schema, name, "is required");
            }
        }
        if members.get("credentialStatus").is_some_and(Value::is_array) {
            self.refuse(ProblemKind::Schema, "credentialStatus", "has to be one object");
        }
        let Some(subject) = members.get("credentialSubject").filter(|subject| subject.is_object()) else {
            return self.refuse(ProblemKind::Schema, "credentialSubject", "has to be one object");
        };
        if !has_type(subject, "AchievementSubject") {
            self.refuse(ProblemKind::Schema, "credentialSubject.type", "lacks AchievementSubject");
        }
        if subject.get("id").is_none() && subject.get("identifier").is_none() {
            self.refuse(ProblemKind::Schema, "credentialSubject", "needs an id or an identifier");
        }
        for identity in subject.get("identifier").map(items).unwrap_or_default() {
            let complete = identity["type"].is_string()
                && identity["hashed"].is_boolean()
                && identity["identityHash"].is_string()
                && identity["identityType"].is_string();
            if !complete {
                let detail = "needs type, hashed, identityHash and identityType";
                self.refuse(ProblemKind::Schema, "credentialSubject.identifier", detail);
            }
        }
        if subject.get("creditsEarned").is_some_and(|credits| !credits.is_number()) {
            self.refuse(ProblemKind::Schema, "credentialSubject.creditsEarned", "has to be a number");
        }
        let achievement = &subject["achievement"];
        for (name, present) in [
            ("id", achievement["id"].is_string()),
            ("type", has_type(achievement, "Achievement")),
            ("name", achievement["name"].is_string()),
            ("description", achievement["description"].is_string()),
            ("criteria", achievement["criteria"].is_object()),
        ] {
            if !present {
                let at = format!("credentialSubject.achievement.{name}");
                self.refuse(ProblemKind::Schema, &at, "is required");
            }
        }
    }
}

/// Subresource Integrity (`sha256-` and `sha384-` with base64) and multibase digests: the bare hash,
/// or a multihash, in base64url.
fn digest_fits(digest: &str, text: &[u8]) -> bool {
    let sha256 = Sha256::digest(text);
    let sha384 = Sha384::digest(text);
    if let Some(rest) = digest.strip_prefix("sha256-") {
        return rest == STANDARD.encode(sha256);
    }
    if let Some(rest) = digest.strip_prefix("sha384-") {
        return rest == STANDARD.encode(sha384);
    }
    let Some(bytes) = digest.strip_prefix('u').and_then(|rest| URL_SAFE_NO_PAD.decode(rest).ok()) else {
        return digest.strip_prefix('f').is_some_and(|rest| rest == hex(&sha256));
    };
    bytes == sha256.as_slice() || bytes.strip_prefix(&[0x12, 0x20]).is_some_and(|rest| rest == sha256.as_slice())
}

fn items(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        Value::Null => &[],
        one => std::slice::from_ref(one),
    }
}
