//! `POST /presentations/verify`: a holder's proof over credentials, each judged as if it had come alone (policy `Any`).

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use vc::{Check, PresentationPolicy, PresentationReport, Report, Verdict};

use super::verify::{status_of, with_checks};
use super::{Brings, malformed, problem_detail, take_apart, whole};
use crate::App;
use crate::error::Problem;
use crate::witness::{self, Reach};

const NEXT: &str =
    "Send {\"verifiablePresentation\": {...}, \"options\": {\"challenge\": \"...\", \"domain\": \"...\"}}.";

/// The handler.
pub(crate) async fn verify(
    State(app): State<Arc<App>>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let bytes = whole(body)?;
    let (text, policy) = parse(&bytes)?;
    let text = bytes.slice_ref(text.as_bytes());
    let judged = witness::judge_presentation(&app, text, &policy, Reach::Abroad).await;
    let report = judged.map_err(|e| Problem::internal(&e))?;
    Ok((status_of(&app, report.verdict), Json(answer(&report))).into_response())
}

fn parse(bytes: &[u8]) -> Result<(&str, PresentationPolicy), Problem> {
    let (text, options) = take_apart(bytes, Brings::VerifiablePresentation, NEXT)?;
    let policy = PresentationPolicy {
        challenge: asked(&options, "challenge")?,
        domain: asked(&options, "domain")?,
        credentials: with_checks(&options)?,
    };
    Ok((text, policy))
}

/// What the verifier asked the holder to sign. An empty one would ask for nothing and look like a demand.
fn asked(options: &Map<String, Value>, name: &str) -> Result<Option<String>, Problem> {
    match options.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
        Some(other) => Err(malformed(format!("options.{name} is {other}, a string with content was expected"), NEXT)),
    }
}

/// The same members as of a credential, and the credentials' own reports in their order.
fn answer(report: &PresentationReport) -> Value {
    let inside = report.credentials.iter().flat_map(|credential| &credential.checks);
    let checks = [&report.proof, &report.schema].into_iter().chain(inside);
    let problems: Vec<Value> = checks.filter_map(|check| check.problem.as_ref()).map(problem_detail).collect();
    let own = |check: &Check| {
        let problem = check.problem.as_ref().map(problem_detail);
        json!({ "name": check.name.code(), "outcome": check.outcome.code(), "problem": problem })
    };
    json!({
        "verified": report.verdict == Verdict::Valid,
        "problemDetails": problems,
        "verdict": report.verdict.code(),
        "checks": [own(&report.proof), own(&report.schema)],
        "credentials": report.credentials.iter().map(Report::to_json).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_that_is_none_is_refused() {
        for bad in [
            "",
            "[]",
            "{}",
            r#"{"verifiablePresentation": null}"#,
            r#"{"verifiablePresentation": "eyJ"}"#,
            r#"{"verifiablePresentation": {}, "verifiablePresentation": {}}"#,
            r#"{"verifiablePresentation": {}, "options": []}"#,
            r#"{"verifiablePresentation": {}, "options": {"challenge": 4}}"#,
            r#"{"verifiablePresentation": {}, "options": {"domain": ""}}"#,
        ] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_was_asked_of_the_holder_is_demanded() {
        let body = r#"{"verifiablePresentation": {}, "options": {"challenge": "c", "domain": "d.example"}}"#;
        let (text, policy) = parse(body.as_bytes()).unwrap();
        assert_eq!(text, "{}");
        assert_eq!((policy.challenge.as_deref(), policy.domain.as_deref()), (Some("c"), Some("d.example")));
    }
}
