//! `GET /1.0/identifiers/{did}`: DID Resolution 1.0, 10.1 HTTP(S) Binding. did:key is computed, our own did:web come
//! from the store, others' are fetched as any verifier's needs are.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{OriginalUri, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use vc::{DidDocument, Need, did_key_document, did_web_url, is_did};

use crate::App;
use crate::error::Problem;
use crate::witness;

/// Where the resolver lives.
const FOLDER: &str = "/1.0/identifiers/";

/// The result with its metadata (DID Resolution 1.0, 4 DID Resolution).
const RESULT: &str = "application/did-resolution";

/// The document alone, in the one representation that we have (DID Core 1.0, 6.3 JSON-LD, which 6.2 JSON reads too).
const DOCUMENT: &str = "application/did+json";

/// Options of the query that change what is resolved (DID Resolution 1.0, 4.1): to pass over one would answer another
/// question than was asked.
const VERSIONED: [&str; 2] = ["versionId", "versionTime"];

/// What the caller wants to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Result,
    Document,
}

/// An error of DID Resolution 1.0, 11 Errors.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Unresolved {
    kind: Kind,
    detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    InvalidDid,
    NotFound,
    RepresentationNotSupported,
    MethodNotSupported,
    FeatureNotSupported,
    InvalidDidDocument,
}

/// The handler.
pub(crate) async fn resolve(
    State(app): State<Arc<App>>,
    OriginalUri(uri): OriginalUri,
    path: Result<Path<String>, PathRejection>,
    options: Result<Query<Vec<(String, String)>>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let did = asked(uri.path(), path);
    let wanted = wanted(&headers);
    let mut options = options.into_iter().flat_map(|Query(options)| options);
    let document = match options.find(|(name, _)| VERSIONED.contains(&name.as_str())) {
        Some((name, _)) => Err(Unresolved::new(Kind::FeatureNotSupported, format!("the option {name} is not known"))),
        None => document(&app, &did).await?,
    };
    Ok(match (document, wanted) {
        (Err(unresolved), _) => unresolved.into_response(),
        (Ok(_), None) => {
            let detail = format!("known are {RESULT} and {DOCUMENT}");
            Unresolved::new(Kind::RepresentationNotSupported, detail).into_response()
        }
        (Ok(document), Some(Wanted::Document)) => answer(StatusCode::OK, DOCUMENT, document),
        (Ok(document), Some(Wanted::Result)) => {
            let result = json!({
                "didResolutionMetadata": { "contentType": RESULT },
                "didDocument": document,
                "didDocumentMetadata": {},
            });
            answer(StatusCode::OK, RESULT, result)
        }
    })
}

/// The DID of the address, as it stands there or percent-encoded as a whole. A percent sign inside a DID is its own, so
/// one that stands there as it is must not be decoded: `did:web:localhost%3A8080`.
fn asked(address: &str, decoded: Result<Path<String>, PathRejection>) -> String {
    match address.strip_prefix(FOLDER) {
        Some(plain) if plain.starts_with("did:") => plain.to_owned(),
        _ => decoded.map(|Path(did)| did).unwrap_or_default(),
    }
}

/// What `Accept` asks for (RFC 9110, 12.5.1); `None`: nothing that we have. JSON by its general name is the result.
fn wanted(headers: &HeaderMap) -> Option<Wanted> {
    let accepts = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges: Vec<String> = accepts
        .flat_map(|value| value.split(','))
        .map(|range| range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
        .filter(|range| !range.is_empty())
        .collect();
    if ranges.is_empty() {
        return Some(Wanted::Result);
    }
    ranges.iter().find_map(|range| match range.as_str() {
        RESULT | "application/json" | "application/*" | "*/*" => Some(Wanted::Result),
        DOCUMENT | "application/did+ld+json" | "application/did" => Some(Wanted::Document),
        _ => None,
    })
}

async fn document(app: &App, did: &str) -> Result<Result<Value, Unresolved>, Problem> {
    let invalid = |detail: &str| Unresolved::new(Kind::InvalidDid, detail.to_owned());
    if !is_did(did) {
        return Ok(Err(invalid("this is no DID: did:METHOD:IDENTIFIER, without path, query or fragment")));
    }
    if let Some(key) = did.strip_prefix("did:key:") {
        return Ok(did_key_document(did).map_err(|error| match of_another_kind(key) {
            true => Unresolved::new(Kind::FeatureNotSupported, "only Ed25519 keys (z6Mk...) are known".to_owned()),
            false => invalid(&error.to_string()),
        }));
    }
    if !did.starts_with("did:web:") {
        return Ok(Err(Unresolved::new(Kind::MethodNotSupported, "known are did:key and did:web".to_owned())));
    }
    let Some(url) = did_web_url(did) else { return Ok(Err(invalid("this did:web names no host"))) };
    let own = witness::own(app.store(), &Need::Did(did.to_owned())).await.map_err(|e| Problem::internal(&e))?;
    let bytes = match own {
        Some(answer) => answer.map_err(|why| why.to_string()),
        None => app.fetcher.get(&url).await.map(|fetched| fetched.bytes).map_err(|error| error.why_not().to_string()),
    };
    Ok(match bytes {
        Err(why) => Err(Unresolved::new(Kind::NotFound, format!("{url}: {why}"))),
        Ok(bytes) => match DidDocument::parse(did, &bytes) {
            Ok(document) => Ok(document.value().clone()),
            Err(problem) => Err(Unresolved::new(Kind::InvalidDidDocument, problem.to_string())),
        },
    })
}

/// Base58btc, but no Ed25519 key: these all begin with `z6Mk`.
fn of_another_kind(multikey: &str) -> bool {
    let base58 = |byte: u8| byte.is_ascii_alphanumeric() && !b"0OIl".contains(&byte);
    multikey.len() > 40 && multikey.starts_with('z') && !multikey.starts_with("z6Mk") && multikey.bytes().all(base58)
}

impl Unresolved {
    fn new(kind: Kind, detail: String) -> Self {
        Self { kind, detail }
    }
}

impl Kind {
    /// Its name, its title, and the status code that the binding maps it to.
    fn told(self) -> (&'static str, &'static str, StatusCode) {
        match self {
            Self::InvalidDid => ("INVALID_DID", "Invalid DID", StatusCode::BAD_REQUEST),
            Self::NotFound => ("NOT_FOUND", "DID not found", StatusCode::NOT_FOUND),
            Self::RepresentationNotSupported => {
                ("REPRESENTATION_NOT_SUPPORTED", "Representation not supported", StatusCode::NOT_ACCEPTABLE)
            }
            Self::MethodNotSupported => {
                ("METHOD_NOT_SUPPORTED", "DID method not supported", StatusCode::NOT_IMPLEMENTED)
            }
            Self::FeatureNotSupported => {
                ("FEATURE_NOT_SUPPORTED", "Feature not supported", StatusCode::NOT_IMPLEMENTED)
            }
            Self::InvalidDidDocument => {
                ("INVALID_DID_DOCUMENT", "Invalid DID document", StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }
}

impl IntoResponse for Unresolved {
    fn into_response(self) -> Response {
        let (name, title, status) = self.kind.told();
        let error = json!({
            "type": format!("https://www.w3.org/ns/did#{name}"),
            "title": title,
            "detail": self.detail,
        });
        let result = json!({
            "didResolutionMetadata": { "contentType": RESULT, "error": error },
            "didDocument": null,
            "didDocumentMetadata": {},
        });
        answer(status, RESULT, result)
    }
}

fn answer(status: StatusCode, media_type: &'static str, body: Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, "no-store"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    // The headers come last: `Json` would name its own media type.
    let mut response = (status, Json(body)).into_response();
    for (name, value) in headers {
        response.headers_mut().insert(name, header::HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_accept_asks_for() {
        for (accept, expected) in [
            (None, Some(Wanted::Result)),
            (Some("*/*"), Some(Wanted::Result)),
            (Some("text/html, application/did+json;q=0.9"), Some(Wanted::Document)),
            (Some("Application/DID-Resolution"), Some(Wanted::Result)),
            (Some("text/html"), None),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(header::ACCEPT, accept.parse().unwrap());
            }
            assert_eq!(wanted(&headers), expected, "{accept:?}");
        }
    }

    #[test]
    fn a_did_stands_there_plain_or_encoded_as_a_whole() {
        let decoded = |text: &str| Ok(Path(text.to_owned()));
        assert_eq!(
            asked("/1.0/identifiers/did:web:localhost%3A80", decoded("did:web:localhost:80")),
            "did:web:localhost%3A80"
        );
        assert_eq!(
            asked("/1.0/identifiers/did%3Aweb%3Alocalhost%253A80", decoded("did:web:localhost%3A80")),
            "did:web:localhost%3A80"
        );
    }
}
