//! `POST /credentials/verify`: any credential, judged without trusting its issuer (policy `Any`).

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use vc::{CheckName, Policy, Report, Verdict};

use super::{Brings, malformed, problem_detail, take_apart, whole};
use crate::App;
use crate::config::HttpStatusStyle;
use crate::error::Problem;
use crate::witness::{self, Reach};

const NEXT: &str = "Send {\"verifiableCredential\": {...}, \"options\": {...}}.";

/// The handler.
pub(crate) async fn verify(
    State(app): State<Arc<App>>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let bytes = whole(body)?;
    let (text, policy) = parse(&bytes)?;
    let text = bytes.slice_ref(text.as_bytes());
    let report = witness::judge(&app, text, &policy, Reach::Abroad).await.map_err(|e| Problem::internal(&e))?;
    Ok((status_of(&app, report.verdict), Json(answer(&report))).into_response())
}

/// The status code of a verdict, as the installation's switch says.
pub(super) fn status_of(app: &App, verdict: Verdict) -> StatusCode {
    match (verdict, app.config.verify.http_status) {
        (Verdict::Valid, _) | (_, HttpStatusStyle::Ok) => StatusCode::OK,
        (_, HttpStatusStyle::ClientError) => StatusCode::BAD_REQUEST,
    }
}

fn parse(bytes: &[u8]) -> Result<(&str, Policy), Problem> {
    let (text, options) = take_apart(bytes, Brings::VerifiableCredential, NEXT)?;
    Ok((text, with_checks(&options)?))
}

/// `options.checks` limits which checks decide. Names that we do not know are passed over, as the VC API asks.
pub(super) fn with_checks(options: &Map<String, Value>) -> Result<Policy, Problem> {
    let mut policy = Policy::any();
    let named: Vec<CheckName> = match options.get("checks") {
        None => return Ok(policy),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).filter_map(check_of).collect(),
        Some(_) => return Err(malformed("options.checks is no array", "Send an array of names, such as [\"proof\"].")),
    };
    if !named.is_empty() {
        policy.decides = named;
    }
    Ok(policy)
}

fn check_of(name: &str) -> Option<CheckName> {
    match name {
        "credentialStatus" => Some(CheckName::Status),
        "credentialSchema" => Some(CheckName::Schema),
        "validityPeriod" => Some(CheckName::Validity),
        other => CheckName::from_code(other),
    }
}

/// The report's one JSON form, with the two members that callers of the VC API look for.
fn answer(report: &Report) -> Value {
    let problems: Vec<Value> =
        report.checks.iter().filter_map(|check| check.problem.as_ref()).map(problem_detail).collect();
    let mut answer = json!({ "verified": report.verdict == Verdict::Valid, "problemDetails": problems });
    if let (Some(answer), Value::Object(report)) = (answer.as_object_mut(), report.to_json()) {
        answer.extend(report);
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_that_is_none_is_refused_with_400() {
        for bad in [
            "",
            "[]",
            "nonsense",
            "{}",
            r#"{"verifiableCredential": null}"#,
            r#"{"verifiableCredential": "eyJ"}"#,
            r#"{"verifiableCredential": []}"#,
            r#"{"verifiableCredential": {}, "verifiableCredential": {}}"#,
            r#"{"verifiableCredential": {}, "options": []}"#,
            r#"{"verifiableCredential": {}, "options": {"checks": "proof"}}"#,
        ] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_credential_keeps_its_bytes() {
        let body = r#"{"options": {"checks": ["proof", "shoe size"]}, "verifiableCredential": {"a": 1.0, "a" : 2}}"#;
        let (text, policy) = parse(body.as_bytes()).unwrap();
        assert_eq!(text, r#"{"a": 1.0, "a" : 2}"#);
        assert_eq!(policy.decides, [CheckName::Proof]);
    }
}
