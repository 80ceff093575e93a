//! Verification: always all five checks, a sixth for a file with pages, never an `Err`. What the verdict needs from outside is asked
//! for by [`needs`] and handed over as [`Evidence`]; the verdict itself is decided in `report.rs`.

mod pages;
mod presentation;
mod proofs;
mod standing;

pub(crate) use standing::signed_by;

pub use presentation::{PresentationPolicy, PresentationReport, presentation_needs, verify_presentation};

use crate::credential::Facts;
use crate::did::did_web_url;
use crate::document::{Difference, Visible};
use crate::evidence::{Evidence, Need};
use crate::json;
use crate::problem::{Problem, ProblemKind};
use crate::report::{Check, CheckName, Findings, Outcome, Report};
use crate::schema;
use crate::time::parse_date_time_stamp;
use jiff::Timestamp;
use serde_json::Value;

/// Whose credentials are accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Issuers {
    /// Only these DIDs; every other issuer is *unknown*, and the verdict indeterminate.
    Known(Vec<String>),
    /// Any issuer that signs its own credentials: the caller says whom it trusts.
    Any,
}

/// What the caller demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Whose credentials are accepted.
    pub issuers: Issuers,
    /// Which checks decide the verdict. The others are reported all the same.
    pub decides: Vec<CheckName>,
}

impl Policy {
    /// Accepts any issuer; all checks decide.
    pub fn any() -> Self {
        Self { issuers: Issuers::Any, decides: CheckName::ALL.to_vec() }
    }

    /// Accepts these issuers; all checks decide.
    pub fn known(dids: impl IntoIterator<Item = String>) -> Self {
        Self { issuers: Issuers::Known(dids.into_iter().collect()), decides: CheckName::ALL.to_vec() }
    }
}

/// Why a check does not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Finding {
    Fails(Problem),
    Undecided(Problem),
}

type Judged = Result<(), Finding>;

/// What has to be obtained before `text` can be judged and is not in `evidence` yet. Ask again after
/// answering, until nothing is left: a set status bit, for instance, asks for the record behind it.
pub fn needs(text: &[u8], evidence: &Evidence) -> Vec<Need> {
    json::parse(text).map_or_else(|_| Vec::new(), |credential| needs_of(&credential, evidence))
}

fn needs_of(credential: &Value, evidence: &Evidence) -> Vec<Need> {
    let mut needs = Vec::new();
    let mut ask = |need: Need| {
        if evidence.get(&need).is_none() && !needs.contains(&need) {
            needs.push(need);
        }
    };
    for did in proofs::controllers(credential).into_iter().filter(|did| did_web_url(did).is_some()) {
        ask(Need::Did(did));
    }
    let now = Timestamp::UNIX_EPOCH;
    for need in standing::needs(credential, evidence, now) {
        ask(need);
    }
    needs
}

/// Judges a credential's text. Never fails: what is no credential is reported as such.
pub fn verify(text: &[u8], evidence: &Evidence, policy: &Policy, now: Timestamp) -> Report {
    match json::parse(text) {
        Ok(credential) => judge(&credential, evidence, policy, now),
        Err(problem) => unreadable(problem, policy),
    }
}

fn judge(credential: &Value, evidence: &Evidence, policy: &Policy, now: Timestamp) -> Report {
    let facts = Facts::from_value(credential);
    let (proof, signers) = proofs::judge(credential, proofs::ASSERTION, evidence, now);
    let untouched = !matches!(proof, Err(Finding::Fails(_)));
    let issuer = proofs::judge_issuer(&facts.issuer, &signers, &policy.issuers);
    let standing = standing::judge(credential, &facts.issuer, evidence, now);
    let mut findings = Findings::default();
    if untouched {
        findings.since = standing.since;
        findings.reason = standing.reason;
        findings.successor = standing.successor;
        findings.status_as_of = standing.as_of;
    }
    if proof.is_ok() && only_known_contexts(credential) {
        findings.facts = Some(facts);
    }
    if let Some(visible) = evidence.visible() {
        let (page, differences) = judge_page(findings.facts.as_ref(), visible, &proof);
        (findings.page, findings.differences) = (Some(page), differences);
    }
    let skipped_if_touched = |name, judged| match untouched {
        true => check(name, judged),
        false => Check { name, outcome: Outcome::Skipped, problem: None },
    };
    let checks = [
        check(CheckName::Proof, proof),
        skipped_if_touched(CheckName::Issuer, issuer),
        skipped_if_touched(CheckName::Status, standing.judged),
        skipped_if_touched(CheckName::Validity, judge_validity(credential, now)),
        check(CheckName::Schema, judge_schema(credential, &policy.issuers)),
    ];
    Report::decide(checks, findings, &policy.decides)
}

/// A page can only be compared with what is known to be signed.
fn judge_page(facts: Option<&Facts>, visible: &Visible, proof: &Judged) -> (Check, Vec<Difference>) {
    let skipped = Check { name: CheckName::Page, outcome: Outcome::Skipped, problem: None };
    match (facts, proof) {
        (Some(facts), _) => {
            let (judged, differences) = pages::judge(facts, visible);
            (check(CheckName::Page, judged), differences)
        }
        (None, Ok(())) => {
            let problem =
                Problem::new(ProblemKind::PageForeign, "pages", "the credential's words could mean something else");
            (check(CheckName::Page, Err(Finding::Undecided(problem))), Vec::new())
        }
        (None, Err(_)) => (skipped, Vec::new()),
    }
}

fn unreadable(problem: Problem, policy: &Policy) -> Report {
    let checks = CheckName::ALL.map(|name| match name {
        CheckName::Proof => check(name, Err(Finding::Fails(problem.clone()))),
        name => Check { name, outcome: Outcome::Skipped, problem: None },
    });
    Report::decide(checks, Findings::default(), &policy.decides)
}

fn check(name: CheckName, judged: Judged) -> Check {
    match judged {
        Ok(()) => Check { name, outcome: Outcome::Pass, problem: None },
        Err(Finding::Fails(problem)) => Check { name, outcome: Outcome::Fail, problem: Some(problem) },
        Err(Finding::Undecided(problem)) => Check { name, outcome: Outcome::Unknown, problem: Some(problem) },
    }
}

/// Facts are read by member name. A context that is not one of ours can give names another meaning while the signed
/// statements stay the same, so facts are only told where there are no others: neither inline nor further down.
fn only_known_contexts(credential: &Value) -> bool {
    let Some(members) = credential.as_object() else { return false };
    let own = members.get("@context").and_then(Value::as_array);
    let below = members.iter().filter(|(name, _)| !matches!(name.as_str(), "@context" | "proof"));
    own.is_some_and(|contexts| contexts.iter().all(Value::is_string))
        && !below.into_iter().any(|(_, value)| has_context(value))
}

fn has_context(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(name, value)| name == "@context" || has_context(value)),
        Value::Array(items) => items.iter().any(has_context),
        _ => false,
    }
}

/// VCDM 2.0, 4.9 Validity Period.
fn judge_validity(credential: &Value, now: Timestamp) -> Judged {
    let facts = Facts::from_value(credential);
    let date = |name: &str, text: Option<String>| match text {
        None => Ok(None),
        Some(text) => parse_date_time_stamp(&text).map(Some).ok_or_else(|| {
            Finding::Fails(Problem::new(ProblemKind::Date, name, format!("{text:?} is no dateTimeStamp")))
        }),
    };
    if let Some(from) = date("validFrom", facts.valid_from)?.filter(|from| now < *from) {
        let detail = format!("in force from {from}; it is {now}");
        return Err(Finding::Fails(Problem::new(ProblemKind::NotYetValid, "validFrom", detail)));
    }
    if let Some(until) = date("validUntil", facts.valid_until)?.filter(|until| now > *until) {
        let detail = format!("in force until {until}; it is {now}");
        return Err(Finding::Fails(Problem::new(ProblemKind::Expired, "validUntil", detail)));
    }
    Ok(())
}

fn judge_schema(credential: &Value, issuers: &Issuers) -> Judged {
    if matches!(issuers, Issuers::Known(_)) && !only_known_contexts(credential) {
        let detail = "contexts beside those that this verifier carries: its words could mean something else";
        return Err(Finding::Undecided(Problem::new(ProblemKind::Context, "@context", detail)));
    }
    if let Some(problem) = schema::check(credential).into_iter().next() {
        return Err(Finding::Fails(problem));
    }
    match credential.get("credentialSchema") {
        None => Ok(()),
        Some(named) => {
            let detail = format!("no schema of this verifier is named by {named}");
            Err(Finding::Undecided(Problem::new(ProblemKind::SchemaUnknown, "credentialSchema", detail)))
        }
    }
}
