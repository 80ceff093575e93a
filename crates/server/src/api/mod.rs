//! For machines: the VC API. The rules live in `vc`; here requests are taken apart and reports put into words.
//!
//! Bodies are read as bytes and parsed by hand: a missing media type is no reason to refuse a credential, and the
//! credential's own bytes must reach `vc` as they were sent.

mod badge;
pub(crate) mod issue;
pub(crate) mod openapi;
pub(crate) mod present;
pub(crate) mod resolve;
pub(crate) mod status;
pub(crate) mod verify;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use vc::ProblemKind;

use crate::bounds;
use crate::error::Problem;

/// A body that arrived whole and within its bound.
fn whole(body: Result<Bytes, BytesRejection>) -> Result<Bytes, Problem> {
    body.map_err(|rejection| match rejection.into_response().status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            "Body too large",
            format!("the body is larger than {} bytes", bounds::API_BODY_BYTES),
            "Send one credential a request, without large embedded pictures.",
        ),
        _ => Problem::new(StatusCode::BAD_REQUEST, "cut-off", "Body cut off", "the body ended early", "Send it again."),
    })
}

/// What a request brings. Each endpoint takes one of the three.
#[derive(Debug, Clone, Copy)]
enum Brings {
    /// To be signed.
    Credential,
    /// To be verified.
    VerifiableCredential,
    /// To be verified, with what is inside.
    VerifiablePresentation,
}

/// A request. What it brings stays as it was sent: parsing it here would lose duplicate members and number forms.
#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    credential: Option<&'a RawValue>,
    #[serde(borrow, rename = "verifiableCredential")]
    verifiable_credential: Option<&'a RawValue>,
    #[serde(borrow, rename = "verifiablePresentation")]
    verifiable_presentation: Option<&'a RawValue>,
    options: Option<Value>,
}

/// The text of the object that a request brings, and its options; `next` says what to send.
fn take_apart<'a>(
    bytes: &'a [u8],
    brings: Brings,
    next: &'static str,
) -> Result<(&'a str, Map<String, Value>), Problem> {
    let body: Body<'a> =
        serde_json::from_slice(bytes).map_err(|e| malformed(format!("the body is no such JSON object: {e}"), next))?;
    let (name, brought) = match brings {
        Brings::Credential => ("credential", body.credential),
        Brings::VerifiableCredential => ("verifiableCredential", body.verifiable_credential),
        Brings::VerifiablePresentation => ("verifiablePresentation", body.verifiable_presentation),
    };
    let text = brought.ok_or_else(|| malformed(format!("{name} is missing"), next))?.get();
    if !text.starts_with('{') {
        return Err(malformed(format!("{name} is no object"), next));
    }
    match body.options {
        None => Ok((text, Map::new())),
        Some(Value::Object(options)) => Ok((text, options)),
        Some(_) => Err(malformed("options is no object", next)),
    }
}

/// The body is not what this endpoint takes.
fn malformed(detail: impl Into<String>, next: &'static str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "malformed-request", "Malformed request", detail, next)
}

/// A problem of `vc` as a member of `problemDetails`: the standard's own type where it defines one.
fn problem_detail(problem: &vc::Problem) -> Value {
    serde_json::json!({
        "type": problem_type(problem.kind),
        "code": problem.kind.code(),
        "title": problem.what(vc::Lang::En),
        "detail": problem.to_string(),
        "next": problem.next(vc::Lang::En),
        "rule": problem.kind.rule(),
    })
}

/// VCDM 2.0 (7.1), Data Integrity (4.7) and Bitstring Status List (3.5) define types for problems; ours fill the gaps.
fn problem_type(kind: ProblemKind) -> String {
    use ProblemKind as K;
    match kind {
        K::Json | K::JsonLd | K::Term => "https://www.w3.org/TR/vc-data-model#PARSING_ERROR".into(),
        K::Signature
        | K::Method
        | K::NotByIssuer
        | K::PreviousProof
        | K::Purpose
        | K::ProofMember
        | K::Cryptosuite
        | K::ProofPeriod => "https://w3id.org/security#PROOF_VERIFICATION_ERROR".into(),
        K::StatusUnobtainable => "https://www.w3.org/ns/credentials/status-list#STATUS_RETRIEVAL_ERROR".into(),
        K::StatusList => "https://www.w3.org/ns/credentials/status-list#STATUS_VERIFICATION_ERROR".into(),
        other => Problem::type_of(other.code()),
    }
}
