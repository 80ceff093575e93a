//! Presentations (VCDM 2.0, 4.13): the holder's proof over credentials, each of which is judged as if it came alone.

use super::proofs::{self, Expected};
use super::{Finding, Policy, check, judge, needs_of};
use crate::did::did_web_url;
use crate::evidence::{Evidence, Need};
use crate::json;
use crate::problem::{Problem, ProblemKind};
use crate::report::{Check, CheckName, Outcome, Report, Verdict};
use crate::schema;
use jiff::Timestamp;
use serde_json::Value;

/// Most credentials in a presentation.
const MAX_CREDENTIALS: usize = 64;

/// What the verifier demands of a presentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresentationPolicy {
    /// What the verifier asked the holder to sign. When set, the presentation has to be signed.
    pub challenge: Option<String>,
    /// The verifier, as the holder was told. When set, the presentation has to be signed.
    pub domain: Option<String>,
    /// What is demanded of each credential inside.
    pub credentials: Policy,
}

/// What was found of a presentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresentationReport {
    /// The worst of the holder's proof, the data model and the credentials inside.
    pub verdict: Verdict,
    /// The holder's proof. Skipped when there is none and none was asked for.
    pub proof: Check,
    /// The data model.
    pub schema: Check,
    /// The credentials inside, in their order.
    pub credentials: Vec<Report>,
}

/// As [`crate::needs`], for a presentation and all credentials inside.
pub fn presentation_needs(text: &[u8], evidence: &Evidence) -> Vec<Need> {
    let Ok(presentation) = json::parse(text) else { return Vec::new() };
    let dids = proofs::controllers(&presentation).into_iter().filter(|did| did_web_url(did).is_some());
    let own = dids.map(Need::Did).filter(|need| evidence.get(need).is_none());
    let inner = credentials(&presentation).iter().flat_map(|credential| needs_of(credential, evidence));
    let mut needs: Vec<Need> = own.chain(inner).collect();
    needs.sort_unstable();
    needs.dedup();
    needs
}

/// Judges a presentation. Never fails: what is none is reported as such.
pub fn verify_presentation(
    text: &[u8],
    evidence: &Evidence,
    policy: &PresentationPolicy,
    now: Timestamp,
) -> PresentationReport {
    let skipped = |name| Check { name, outcome: Outcome::Skipped, problem: None };
    let presentation = match json::parse(text) {
        Ok(presentation) => presentation,
        Err(problem) => {
            let proof = check(CheckName::Proof, Err(Finding::Fails(problem)));
            return decide(proof, skipped(CheckName::Schema), Vec::new());
        }
    };
    let schema = match presentation_problem(&presentation) {
        Some(problem) => check(CheckName::Schema, Err(Finding::Fails(problem))),
        None => check(CheckName::Schema, Ok(())),
    };
    // A presentation without credentials says nothing but who presents it: then that has to be proven.
    let empty = credentials(&presentation).is_empty();
    let asked = policy.challenge.is_some() || policy.domain.is_some() || empty;
    let proof = match asked || presentation.get("proof").is_some() {
        true => {
            let expected = Expected {
                purpose: "authentication",
                challenge: policy.challenge.as_deref(),
                domain: policy.domain.as_deref(),
            };
            check(CheckName::Proof, judge_holder(&presentation, expected, evidence, now))
        }
        false => skipped(CheckName::Proof),
    };
    let credentials = credentials(&presentation);
    let reports = credentials.iter().map(|credential| judge(credential, evidence, &policy.credentials, now)).collect();
    decide(proof, schema, reports)
}

fn presentation_problem(presentation: &Value) -> Option<Problem> {
    let problem = schema::check_presentation(presentation).into_iter().next();
    problem.or_else(|| {
        let count = credentials(presentation).len();
        let detail = format!("{count} credentials, at most {MAX_CREDENTIALS} are read");
        (count > MAX_CREDENTIALS).then(|| Problem::new(ProblemKind::Member, "verifiableCredential", detail))
    })
}

/// The proof is the holder's, if the presentation names one.
fn judge_holder(
    presentation: &Value,
    expected: Expected<'_>,
    evidence: &Evidence,
    now: Timestamp,
) -> Result<(), Finding> {
    let (judged, signers) = proofs::judge(presentation, expected, evidence, now);
    judged?;
    let holder = presentation["holder"].as_str().or_else(|| presentation["holder"]["id"].as_str());
    match holder {
        Some(holder) if !signers.iter().any(|signer| signer == holder) => {
            let detail = format!("signed by {}, not by {holder}", signers.join(", "));
            Err(Finding::Fails(Problem::new(ProblemKind::NotByIssuer, "holder", detail)))
        }
        _ => Ok(()),
    }
}

fn decide(proof: Check, schema: Check, credentials: Vec<Report>) -> PresentationReport {
    let own = [&proof, &schema].map(|check| match check.outcome {
        Outcome::Fail => Verdict::Invalid,
        Outcome::Unknown => Verdict::Indeterminate,
        Outcome::Pass | Outcome::Skipped => Verdict::Valid,
    });
    let all = || own.iter().copied().chain(credentials.iter().map(|report| report.verdict));
    let worst = [Verdict::Invalid, Verdict::Indeterminate].into_iter().find(|bad| all().any(|verdict| verdict == *bad));
    PresentationReport { verdict: worst.unwrap_or(Verdict::Valid), proof, schema, credentials }
}

fn credentials(presentation: &Value) -> &[Value] {
    match presentation.get("verifiableCredential") {
        None => &[],
        Some(Value::Array(items)) => &items[..items.len().min(MAX_CREDENTIALS + 1)],
        Some(one) => std::slice::from_ref(one),
    }
}
