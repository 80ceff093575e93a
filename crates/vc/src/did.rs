//! DIDs and their documents: did:web (its method specification) and did:key for Ed25519.

use crate::json;
use crate::key::{KeyError, PublicKey, VerificationMethod};
use crate::problem::{Problem, ProblemKind};
use crate::time::parse_date_time_stamp;
use serde_json::{Value, json};

/// Most verification methods that are read from a document.
const MAX_METHODS: usize = 200;

/// Longest DID that is read; a did:web can hardly be longer than its URL.
const MAX_DID: usize = 2_048;

/// Whether a text is a DID (DID Core 1.0, 3.1 DID Syntax): no DID URL, which has a path, query or fragment.
pub fn is_did(text: &str) -> bool {
    let Some((method, rest)) = text.strip_prefix("did:").and_then(|rest| rest.split_once(':')) else { return false };
    let method_char = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let named = !method.is_empty() && method.bytes().all(method_char);
    // `*( *idchar ":" ) 1*idchar`: parts may be empty, the last may not.
    let last_has_content = rest.rsplit(':').next().is_some_and(|last| !last.is_empty());
    named && text.len() <= MAX_DID && last_has_content && rest.split(':').all(is_id_part)
}

/// `*idchar`, where a percent sign is followed by two hexadecimal digits.
fn is_id_part(part: &str) -> bool {
    let mut bytes = part.bytes();
    while let Some(byte) = bytes.next() {
        let fine = match byte {
            b'%' => [bytes.next(), bytes.next()].iter().all(|digit| digit.is_some_and(|byte| byte.is_ascii_hexdigit())),
            byte => byte.is_ascii_alphanumeric() || b".-_".contains(&byte),
        };
        if !fine {
            return false;
        }
    }
    true
}

/// The did:web of an origin such as `https://sertifikat.example` or `http://localhost:8080`.
pub fn did_web(origin: &str) -> String {
    let host = origin.trim_end_matches('/');
    let host = host.strip_prefix("https://").or_else(|| host.strip_prefix("http://")).unwrap_or(host);
    format!("did:web:{}", host.replace(':', "%3A"))
}

/// Where the document of a did:web is found; `None` when it is no well-formed did:web. The scheme is
/// `https`, except for this very machine (`localhost`), where callers may choose to allow `http`.
pub fn did_web_url(did: &str) -> Option<String> {
    let mut parts = did.strip_prefix("did:web:")?.split(':');
    let host = parts.next()?.replace("%3A", ":").replace("%3a", ":");
    let host_chars = |byte: u8| byte.is_ascii_alphanumeric() || b".-:".contains(&byte);
    if host.is_empty() || !host.bytes().all(host_chars) || host.starts_with(':') {
        return None;
    }
    let path: Vec<&str> = parts.collect();
    let segment = |part: &&str| {
        let allowed = part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_%".contains(&byte));
        allowed && !part.is_empty() && *part != "." && *part != ".."
    };
    if !path.iter().all(segment) {
        return None;
    }
    let scheme = if is_localhost(&host) { "http" } else { "https" };
    match path.is_empty() {
        true => Some(format!("{scheme}://{host}/.well-known/did.json")),
        false => Some(format!("{scheme}://{host}/{}/did.json", path.join("/"))),
    }
}

/// Whether a host, with or without port, is this very machine.
pub(crate) fn is_localhost(host: &str) -> bool {
    matches!(host.split(':').next(), Some("localhost" | "127.0.0.1"))
}

/// The document of an issuer: every key as a `Multikey` listed in `assertionMethod`, retired ones
/// included, so that what they signed stays verifiable.
pub fn did_document(did: &str, keys: &[(u32, PublicKey)]) -> Value {
    let methods: Vec<Value> = keys
        .iter()
        .map(|(number, key)| {
            json!({
                "id": VerificationMethod::did_web(did, *number, *key).id,
                "type": "Multikey",
                "controller": did,
                "publicKeyMultibase": key.multikey(),
            })
        })
        .collect();
    let ids: Vec<&Value> = methods.iter().map(|method| &method["id"]).collect();
    json!({
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": ids,
    })
}

/// The document that a did:key stands for (did:key method, 3.1.1 Document Creation Algorithm): one `Multikey` for
/// every relationship that a signing key can have.
///
/// # Errors
/// [`KeyError`] for anything but the did:key of an Ed25519 key.
pub fn did_key_document(did: &str) -> Result<Value, KeyError> {
    let key = PublicKey::from_multikey(did.strip_prefix("did:key:").unwrap_or(did))?;
    let (did, method) = (key.did_key(), VerificationMethod::did_key(key).id);
    Ok(json!({
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": [{
            "id": method,
            "type": "Multikey",
            "controller": did,
            "publicKeyMultibase": key.multikey(),
        }],
        "authentication": [method],
        "assertionMethod": [method],
        "capabilityInvocation": [method],
        "capabilityDelegation": [method],
    }))
}

/// A document that was obtained for a DID.
#[derive(Debug, Clone)]
pub struct DidDocument {
    did: String,
    document: Value,
}

impl DidDocument {
    /// Reads the bytes that were obtained for `did`.
    ///
    /// # Errors
    /// [`ProblemKind::IssuerDocument`] when they are no document of that DID.
    pub fn parse(did: &str, bytes: &[u8]) -> Result<Self, Problem> {
        let refuse = |detail: String| Problem::new(ProblemKind::IssuerDocument, did, detail);
        let document = json::parse(bytes).map_err(|problem| refuse(problem.detail))?;
        if document["id"] != did {
            return Err(refuse(format!("the document is of {}, not of {did}", document["id"])));
        }
        Ok(Self { did: did.to_owned(), document })
    }

    /// The document as it was obtained.
    pub fn value(&self) -> &Value {
        &self.document
    }

    /// The key of `method`, if the document lists it for `relationship` (Controlled Identifiers 1.0,
    /// 3.3). `created` is when it was used, if the proof says so.
    ///
    /// # Errors
    /// [`ProblemKind::Method`].
    pub fn key(&self, method: &str, relationship: &str, created: Option<&str>) -> Result<PublicKey, Problem> {
        let refuse = |detail: String| Problem::new(ProblemKind::Method, method, detail);
        let listed = self.document[relationship].as_array().map_or(&[][..], Vec::as_slice);
        let entry = listed.iter().take(MAX_METHODS).find(|entry| self.names(entry, method));
        let entry = entry.ok_or_else(|| refuse(format!("not listed under {relationship} by {}", self.did)))?;
        let described = match entry {
            Value::Object(_) => Some(entry),
            _ => {
                let all = self.document["verificationMethod"].as_array().map_or(&[][..], Vec::as_slice);
                all.iter().take(MAX_METHODS).find(|candidate| self.names(candidate, method))
            }
        };
        let described = described.ok_or_else(|| refuse("listed, but not described".to_owned()))?;
        if described["controller"] != self.did.as_str() {
            return Err(refuse(format!("its controller is {}, not {}", described["controller"], self.did)));
        }
        if !matches!(described["type"].as_str(), Some("Multikey" | "Ed25519VerificationKey2020")) {
            return Err(refuse(format!("a key of type {} is not supported", described["type"])));
        }
        let at = |text: &Value| text.as_str().and_then(parse_date_time_stamp);
        let used = created.and_then(parse_date_time_stamp);
        if described.get("revoked").is_some() {
            return Err(refuse("its controller has revoked it".to_owned()));
        }
        if let (Some(expires), Some(used)) = (at(&described["expires"]), used)
            && used > expires
        {
            return Err(refuse(format!("used at {used}, but it expired at {expires}")));
        }
        let multikey = described["publicKeyMultibase"].as_str().unwrap_or_default();
        PublicKey::from_multikey(multikey).map_err(|error| refuse(error.to_string()))
    }

    /// Whether an entry, a URL or an embedded method, is the method of that id.
    fn names(&self, entry: &Value, method: &str) -> bool {
        let id = entry.as_str().or_else(|| entry["id"].as_str()).unwrap_or_default();
        id == method || (id.starts_with('#') && method.strip_prefix(self.did.as_str()) == Some(id))
    }
}

/// The key of a did:key method, `did:key:z6Mk...#z6Mk...`, which needs no document from outside.
pub(crate) fn did_key_method(method: &str) -> Result<PublicKey, Problem> {
    let refuse = |detail: String| Problem::new(ProblemKind::Method, method, detail);
    let (did, fragment) = method.split_once('#').ok_or_else(|| refuse("the fragment is missing".to_owned()))?;
    let multikey = did.strip_prefix("did:key:").unwrap_or_default();
    if multikey != fragment {
        return Err(refuse("a did:key has one method, whose fragment repeats the key".to_owned()));
    }
    PublicKey::from_multikey(multikey).map_err(|error| refuse(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Key;

    #[test]
    fn did_web_addresses() {
        assert_eq!(did_web("http://localhost:8080"), "did:web:localhost%3A8080");
        assert_eq!(did_web("https://sertifikat.example/"), "did:web:sertifikat.example");
        for (did, url) in [
            ("did:web:sertifikat.example", Some("https://sertifikat.example/.well-known/did.json")),
            ("did:web:localhost%3A8080", Some("http://localhost:8080/.well-known/did.json")),
            ("did:web:a.example:x:y", Some("https://a.example/x/y/did.json")),
            ("did:web:a.example:..", None),
            ("did:web:", None),
            ("did:web:a@b", None),
            ("did:web:a/b", None),
            ("did:key:z6Mk", None),
        ] {
            assert_eq!(did_web_url(did).as_deref(), url, "{did}");
        }
    }

    #[test]
    fn did_syntax() {
        for good in ["did:web:a.example", "did:web:a%3A80:x", "did:example:1-_.", "did:x::a"] {
            assert!(is_did(good), "{good}");
        }
        let long = format!("did:web:{}", "a".repeat(MAX_DID));
        for bad in [
            "",
            "not-a-did",
            "did:",
            "did:example",
            "did:example:",
            "did::a",
            "did:Web:a",
            "DID:web:a",
            "did:web:a/b",
            "did:web:a#k1",
            "did:web:a?b",
            "did:web:a%3",
            "did:web:a%zz",
            "did:web:\u{1f525}",
            "did:web:a:",
            "did:web:a b",
            &long,
        ] {
            assert!(!is_did(bad), "{bad}");
        }
    }

    #[test]
    fn a_did_key_is_its_own_document() {
        let key = Key::from_seed([1; 32]).public();
        let document = did_key_document(&key.did_key()).expect("a did:key");
        let parsed = DidDocument::parse(&key.did_key(), document.to_string().as_bytes()).expect("a document");
        let method = VerificationMethod::did_key(key).id;
        for relationship in ["assertionMethod", "authentication"] {
            assert_eq!(parsed.key(&method, relationship, None), Ok(key));
        }
        assert!(did_key_document("did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169").is_err());
        assert!(did_key_document("did:key:z6Mk").is_err());
    }

    #[test]
    fn a_key_counts_only_where_its_controller_lists_it() {
        let key = Key::from_seed([1; 32]).public();
        let did = "did:web:a.example";
        let document = did_document(did, &[(1, key)]);
        let parsed = DidDocument::parse(did, document.to_string().as_bytes()).expect("our own document");
        assert_eq!(parsed.key("did:web:a.example#k1", "assertionMethod", None), Ok(key));
        for (method, relationship) in
            [("did:web:a.example#k2", "assertionMethod"), ("did:web:a.example#k1", "authentication")]
        {
            assert_eq!(parsed.key(method, relationship, None).expect_err("not listed").kind, ProblemKind::Method);
        }
        assert!(DidDocument::parse("did:web:b.example", document.to_string().as_bytes()).is_err());
        let mut foreign = document.clone();
        foreign["verificationMethod"][0]["controller"] = json!("did:web:b.example");
        let parsed = DidDocument::parse(did, foreign.to_string().as_bytes()).expect("still a document");
        assert!(parsed.key("did:web:a.example#k1", "assertionMethod", None).is_err());
    }
}
