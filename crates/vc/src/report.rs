//! The one place where a verdict is decided.

use crate::credential::Facts;
use crate::document::Difference;
use crate::problem::{Problem, ProblemKind};
use crate::status::Reason;
use crate::wording::{Lang, sentences};
use serde_json::{Value, json};

/// The answer to "may I rely on this?".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Every check passed.
    Valid,
    /// Tampered, revoked, suspended, superseded, expired or not yet valid; or in a file whose page says something else.
    Invalid,
    /// It could not be decided: the issuer is not trusted, or something could not be obtained.
    Indeterminate,
}

impl Verdict {
    /// `valid`, `invalid` or `indeterminate`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Indeterminate => "indeterminate",
        }
    }
}

/// Why the verdict is what it is, so that a page can tell superseded from revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Authentic and in force.
    Valid,
    /// Revoked by the issuer.
    Revoked,
    /// Suspended by the issuer.
    Suspended,
    /// Replaced by a newer certificate.
    Superseded,
    /// Past its `validUntil`.
    Expired,
    /// Before its `validFrom`.
    NotYetValid,
    /// Content and signature do not match, or the signature is not the issuer's.
    Tampered,
    /// The credential is intact, the page of the file around it says something else.
    Differs,
    /// Not a credential that can be read.
    Unreadable,
    /// It breaks a rule of the data model or of its schema.
    Malformed,
    /// The signature is intact, but the issuer is not one the caller trusts.
    UnknownIssuer,
    /// The issuer's keys could not be obtained.
    IssuerUnavailable,
    /// Authentic, but the status could not be checked.
    StatusUnknown,
    /// A schema, or a kind of proof, that this verifier cannot check.
    Undecidable,
    /// Authentic, but the page of the file around it could not be compared with it.
    PageUnchecked,
}

impl State {
    /// The stable code, for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Revoked => "revoked",
            Self::Suspended => "suspended",
            Self::Superseded => "superseded",
            Self::Expired => "expired",
            Self::NotYetValid => "not-yet-valid",
            Self::Tampered => "tampered",
            Self::Differs => "differs",
            Self::Unreadable => "unreadable",
            Self::Malformed => "malformed",
            Self::UnknownIssuer => "unknown-issuer",
            Self::IssuerUnavailable => "issuer-unavailable",
            Self::StatusUnknown => "status-unknown",
            Self::Undecidable => "undecidable",
            Self::PageUnchecked => "page-unchecked",
        }
    }

    /// Every state, for tests and samples.
    pub const ALL: &'static [State] = &[
        Self::Valid,
        Self::Revoked,
        Self::Suspended,
        Self::Superseded,
        Self::Expired,
        Self::NotYetValid,
        Self::Tampered,
        Self::Differs,
        Self::Unreadable,
        Self::Malformed,
        Self::UnknownIssuer,
        Self::IssuerUnavailable,
        Self::StatusUnknown,
        Self::Undecidable,
        Self::PageUnchecked,
    ];
}

/// The five checks of every credential, in the order in which a person reads them, and the one of a file with pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CheckName {
    /// The signatures fit the content.
    Proof,
    /// The issuer is who it says and is trusted.
    Issuer,
    /// Neither revoked, suspended nor superseded.
    Status,
    /// Within its validity period.
    Validity,
    /// It follows the data model and its schema.
    Schema,
    /// The pages that it came in say what it says. Made only when it came in some.
    Page,
}

impl CheckName {
    /// The five that are made of every credential.
    pub const ALL: [CheckName; 5] = [Self::Proof, Self::Issuer, Self::Status, Self::Validity, Self::Schema];

    /// `proof`, `issuer`, `status`, `validity`, `schema` or `page`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Proof => "proof",
            Self::Issuer => "issuer",
            Self::Status => "status",
            Self::Validity => "validity",
            Self::Schema => "schema",
            Self::Page => "page",
        }
    }

    /// The one of the five of that code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.code() == code)
    }
}

/// How one check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It holds.
    Pass,
    /// It does not hold.
    Fail,
    /// It could not be decided. Never the same as a pass.
    Unknown,
    /// It was not judged, because an earlier failure leaves it without meaning.
    Skipped,
}

impl Outcome {
    /// `pass`, `fail`, `unknown` or `skipped`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::Skipped => "skipped",
        }
    }
}

/// One check, with its problem if it did not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Which one.
    pub name: CheckName,
    /// How it ended.
    pub outcome: Outcome,
    /// What is wrong or could not be decided; `None` for a pass.
    pub problem: Option<Problem>,
}

/// What verification found. It always holds all five checks, and a sixth for a file with pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The answer.
    pub verdict: Verdict,
    /// Why.
    pub state: State,
    /// The five checks in the order of [`CheckName::ALL`].
    pub checks: [Check; 5],
    /// Whether the pages around the credential say the same; `None` when it came by itself.
    pub page: Option<Check>,
    /// Where they do not.
    pub differences: Vec<Difference>,
    /// What the signed document says; `None` when it was tampered with or cannot be read.
    pub facts: Option<Facts>,
    /// Since when it is revoked, suspended or superseded, an `xsd:dateTimeStamp`.
    pub since: Option<String>,
    /// Why the issuer revoked or suspended it.
    pub reason: Option<Reason>,
    /// The `id` of the certificate that replaces this one.
    pub successor: Option<String>,
    /// When the status list that was read was signed, an `xsd:dateTimeStamp`.
    pub status_as_of: Option<String>,
}

/// What the checks found beside their outcomes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Findings {
    pub(crate) page: Option<Check>,
    pub(crate) differences: Vec<Difference>,
    pub(crate) facts: Option<Facts>,
    pub(crate) since: Option<String>,
    pub(crate) reason: Option<Reason>,
    pub(crate) successor: Option<String>,
    pub(crate) status_as_of: Option<String>,
}

impl Report {
    /// Decides the verdict: the only place where that happens. `decides` limits which checks count; the proof
    /// always does, because without it nothing else is about this issuer's words.
    pub(crate) fn decide(checks: [Check; 5], findings: Findings, decides: &[CheckName]) -> Self {
        let counted = || checks.iter().filter(|check| check.name == CheckName::Proof || decides.contains(&check.name));
        let page = findings.page.as_ref();
        // Of failures the page comes right after what makes the credential its issuer's: who holds a forged page is to
        // be told so before anything else. Of what is open it comes last.
        let (first, rest): (Vec<_>, Vec<_>) =
            counted().partition(|check| matches!(check.name, CheckName::Proof | CheckName::Issuer));
        let mut failures = first.into_iter().chain(page).chain(rest);
        let worst = failures
            .find(|check| check.outcome == Outcome::Fail)
            .or_else(|| counted().chain(page).find(|check| check.outcome == Outcome::Unknown));
        // A check that was skipped decides nothing by itself: something before it failed. If that
        // something does not count for this caller, the skipped check is undecided.
        let skipped = counted().find(|check| check.outcome == Outcome::Skipped);
        let (verdict, state) = match (worst, skipped) {
            (Some(check), _) if check.outcome == Outcome::Fail => (Verdict::Invalid, state_of(check)),
            (Some(check), _) => (Verdict::Indeterminate, state_of(check)),
            (None, Some(_)) => (Verdict::Indeterminate, State::Undecidable),
            (None, None) => (Verdict::Valid, State::Valid),
        };
        let trusted = !matches!(state, State::Tampered | State::Unreadable | State::Malformed);
        Self {
            verdict,
            state,
            facts: findings.facts.filter(|_| trusted && checks[0].outcome != Outcome::Fail),
            since: findings.since,
            reason: findings.reason,
            successor: findings.successor,
            status_as_of: findings.status_as_of,
            checks,
            page: findings.page,
            differences: findings.differences,
        }
    }

    /// The check of that name. That of the pages is asked for by [`Report::page`]; here it stands for the proof.
    pub fn check(&self, name: CheckName) -> &Check {
        self.checks.iter().find(|check| check.name == name).unwrap_or(&self.checks[0])
    }

    /// All checks that were made: the five, and that of the pages if there were some.
    pub fn all_checks(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().chain(&self.page)
    }

    /// The one JSON form, used by the CLI and the endpoint.
    pub fn to_json(&self) -> Value {
        let checks: Vec<Value> = self.checks.iter().map(check_json).collect();
        let mut report = json!({
            "verdict": self.verdict.code(),
            "state": self.state.code(),
            "message": { "id": sentences(self, Lang::Id).headline, "en": sentences(self, Lang::En).headline },
            "checks": checks,
            "since": self.since,
            "reason": self.reason.map(Reason::code),
            "successor": self.successor,
            "statusAsOf": self.status_as_of,
            "credential": self.facts,
        });
        if let Some(page) = &self.page {
            report["page"] = check_json(page);
            report["differences"] = self.differences.iter().map(difference_json).collect();
        }
        report
    }
}

fn difference_json(difference: &Difference) -> Value {
    json!({
        "field": difference.field.code(),
        "signed": difference.signed,
        "seen": difference.seen,
        "id": difference.what(Lang::Id),
        "en": difference.what(Lang::En),
    })
}

fn check_json(check: &Check) -> Value {
    let problem = check.problem.as_ref().map(|problem| {
        json!({
            "code": problem.kind.code(),
            "at": problem.at,
            "detail": problem.detail,
            "rule": problem.kind.rule(),
            "id": problem.what(Lang::Id),
            "en": problem.what(Lang::En),
            "next": { "id": problem.next(Lang::Id), "en": problem.next(Lang::En) },
        })
    });
    json!({ "name": check.name.code(), "outcome": check.outcome.code(), "problem": problem })
}

fn state_of(check: &Check) -> State {
    let Some(problem) = &check.problem else { return State::Undecidable };
    match (problem.kind, check.outcome) {
        (ProblemKind::Revoked, _) => State::Revoked,
        (ProblemKind::Suspended, _) => State::Suspended,
        (ProblemKind::Superseded, _) => State::Superseded,
        (ProblemKind::Expired, _) => State::Expired,
        (ProblemKind::NotYetValid, _) => State::NotYetValid,
        (ProblemKind::IssuerUnknown, _) => State::UnknownIssuer,
        (ProblemKind::IssuerDocument, _) => State::IssuerUnavailable,
        (ProblemKind::Json, _) => State::Unreadable,
        (ProblemKind::PageDiffers, _) => State::Differs,
        (ProblemKind::PageForeign | ProblemKind::PageUnread, _) => State::PageUnchecked,
        (_, Outcome::Unknown) if check.name == CheckName::Status => State::StatusUnknown,
        (_, Outcome::Unknown) => State::Undecidable,
        (ProblemKind::Signature | ProblemKind::Method | ProblemKind::NotByIssuer | ProblemKind::PreviousProof, _) => {
            State::Tampered
        }
        // A term that no context defines was added after signing, or was never signed: either way
        // the text is not what the signature covers.
        (ProblemKind::Term, _) if check.name == CheckName::Proof => State::Tampered,
        _ => State::Malformed,
    }
}
