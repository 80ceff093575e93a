//! The first two checks: do the signatures fit the content, and is one of them the issuer's?

use super::{Finding, Issuers, Judged};
use crate::did::{DidDocument, did_key_method, did_web_url};
use crate::evidence::{Evidence, Need};
use crate::key::PublicKey;
use crate::problem::{Problem, ProblemKind};
use crate::suite::{Covered, suite_of};
use crate::time::parse_date_time_stamp;
use jiff::Timestamp;
use serde_json::{Map, Value};

/// Most proofs that a document may carry.
const MAX_PROOFS: usize = 16;

/// What the proofs of a document have to be made for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'a> {
    /// `assertionMethod` for credentials, `authentication` for presentations.
    pub(super) purpose: &'a str,
    /// What the verifier asked the holder to sign, if anything.
    pub(super) challenge: Option<&'a str>,
    /// The verifier itself, as the holder was told.
    pub(super) domain: Option<&'a str>,
}

/// A credential's proofs assert.
pub(super) const ASSERTION: Expected<'static> = Expected { purpose: "assertionMethod", challenge: None, domain: None };

/// The DIDs whose documents are needed: those of the proofs' methods and of the issuer.
pub(super) fn controllers(credential: &Value) -> Vec<String> {
    let methods = proofs(credential).unwrap_or_default();
    let methods = methods.iter().filter_map(|proof| proof.get("verificationMethod")?.as_str()).map(controller);
    let issuer = credential["issuer"].as_str().or_else(|| credential["issuer"]["id"].as_str());
    methods.chain(issuer).map(str::to_owned).collect()
}

/// Judges every proof of a document (VC Data Integrity 1.0, 4.5). Gives the controllers whose proofs
/// verified.
pub(super) fn judge(
    document: &Value,
    expected: Expected<'_>,
    evidence: &Evidence,
    now: Timestamp,
) -> (Judged, Vec<String>) {
    let proofs = match proofs(document) {
        Ok(proofs) => proofs,
        Err(problem) => return (Err(Finding::Fails(problem)), Vec::new()),
    };
    // A broken chain is told before any signature is checked: it says more than what follows from it.
    if let Some(problem) = proofs.iter().find_map(|proof| previous_proofs(proof, &proofs).err()) {
        return (Err(Finding::Fails(problem)), Vec::new());
    }
    let mut covered = Covered::of(document);
    let mut signers = Vec::new();
    let mut undecided = None;
    for proof in &proofs {
        match judge_one(&mut covered, proof, &proofs, expected, evidence, now) {
            Ok(controller) => signers.push(controller),
            Err(Finding::Undecided(problem)) => undecided = undecided.or(Some(problem)),
            Err(fails) => return (Err(fails), Vec::new()),
        }
    }
    match undecided {
        Some(problem) => (Err(Finding::Undecided(problem)), signers),
        None => (Ok(()), signers),
    }
}

/// One of the proofs has to be the issuer's own, and the issuer one that the caller accepts.
pub(super) fn judge_issuer(issuer: &str, signers: &[String], accepted: &Issuers) -> Judged {
    let unknown = |detail: String| Err(Finding::Undecided(Problem::new(ProblemKind::IssuerUnknown, "issuer", detail)));
    if !issuer.starts_with("did:") {
        return unknown(format!("{issuer:?} is no DID, so its keys cannot be looked up"));
    }
    if signers.is_empty() {
        let detail = format!("no proof could be checked against the keys of {issuer}");
        return Err(Finding::Undecided(Problem::new(ProblemKind::IssuerDocument, "issuer", detail)));
    }
    if !signers.iter().any(|signer| signer == issuer) {
        let detail = format!("signed by {}, not by {issuer}", signers.join(", "));
        return Err(Finding::Fails(Problem::new(ProblemKind::NotByIssuer, "issuer", detail)));
    }
    match accepted {
        Issuers::Known(dids) if !dids.iter().any(|did| did == issuer) => {
            unknown(format!("{issuer} is not among those trusted"))
        }
        _ => Ok(()),
    }
}

/// The proofs of a document: one object, or a set.
fn proofs(document: &Value) -> Result<Vec<&Map<String, Value>>, Problem> {
    let refuse = |detail: String| Problem::new(ProblemKind::ProofMember, "proof", detail);
    let items = match &document["proof"] {
        Value::Array(items) => items.as_slice(),
        Value::Null => &[],
        one => std::slice::from_ref(one),
    };
    if items.is_empty() {
        return Err(refuse("is missing".to_owned()));
    }
    if items.len() > MAX_PROOFS {
        return Err(refuse(format!("{} proofs, at most {MAX_PROOFS} are read", items.len())));
    }
    items.iter().map(|item| item.as_object().ok_or_else(|| refuse(format!("{item} is no object")))).collect()
}

fn judge_one(
    covered: &mut Covered,
    proof: &Map<String, Value>,
    all: &[&Map<String, Value>],
    expected: Expected<'_>,
    evidence: &Evidence,
    now: Timestamp,
) -> Result<String, Finding> {
    let method = check_members(proof, expected, now).map_err(Finding::Fails)?;
    let created = proof.get("created").and_then(Value::as_str);
    let key = key_of(method, expected.purpose, created, evidence)?;
    let previous = previous_proofs(proof, all).map_err(Finding::Fails)?;
    covered.verify(previous.as_deref(), proof, &key).map_err(Finding::Fails)?;
    Ok(controller(method).to_owned())
}

/// The members that every proof needs (VC Data Integrity 1.0, 2.1). Gives the verification method.
fn check_members<'a>(
    proof: &'a Map<String, Value>,
    expected: Expected<'_>,
    now: Timestamp,
) -> Result<&'a str, Problem> {
    let text = |name: &str| {
        let value = proof.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        value.ok_or_else(|| Problem::new(ProblemKind::ProofMember, format!("proof.{name}"), "is missing or no string"))
    };
    text("type")?;
    suite_of(proof)?;
    let purpose = text("proofPurpose")?;
    if purpose != expected.purpose {
        let detail = format!("{purpose:?}; {} is needed here", expected.purpose);
        return Err(Problem::new(ProblemKind::Purpose, "proof.proofPurpose", detail));
    }
    for (name, wanted) in [("challenge", expected.challenge), ("domain", expected.domain)] {
        if let Some(wanted) = wanted.filter(|wanted| proof.get(name).is_none_or(|got| got != wanted)) {
            let detail = format!("{wanted:?} was asked for");
            return Err(Problem::new(ProblemKind::Challenge, format!("proof.{name}"), detail));
        }
    }
    text("proofValue")?;
    let date = |name: &str| match proof.get(name) {
        None => Ok(None),
        Some(value) => value.as_str().and_then(parse_date_time_stamp).map(Some).ok_or_else(|| {
            Problem::new(ProblemKind::Date, format!("proof.{name}"), format!("{value} is no dateTimeStamp"))
        }),
    };
    date("created")?;
    if let Some(expires) = date("expires")?.filter(|expires| now > *expires) {
        let detail = format!("expired at {expires}; it is {now}");
        return Err(Problem::new(ProblemKind::ProofPeriod, "proof.expires", detail));
    }
    text("verificationMethod")
}

/// The key of a method, if its controller lists it for the relationship.
pub(super) fn key_of(
    method: &str,
    relationship: &str,
    created: Option<&str>,
    evidence: &Evidence,
) -> Result<PublicKey, Finding> {
    if method.starts_with("did:key:") {
        return did_key_method(method).map_err(Finding::Fails);
    }
    let did = controller(method);
    let undecided = |detail: String| Finding::Undecided(Problem::new(ProblemKind::IssuerDocument, did, detail));
    if did_web_url(did).is_none() {
        return Err(undecided("keys are looked up for did:web and did:key only".to_owned()));
    }
    match evidence.get(&Need::Did(did.to_owned())) {
        None => Err(undecided("was not asked for".to_owned())),
        Some(Err(why)) => Err(undecided(why.to_string())),
        Some(Ok(bytes)) => {
            let document = DidDocument::parse(did, bytes).map_err(Finding::Undecided)?;
            document.key(method, relationship, created).map_err(Finding::Fails)
        }
    }
}

/// The DID in front of a method's fragment.
pub(super) fn controller(method: &str) -> &str {
    method.split('#').next().unwrap_or(method)
}

/// The proofs that a chained one names, in the document's order (4.5, step 2.4).
fn previous_proofs<'a>(
    proof: &Map<String, Value>,
    all: &[&'a Map<String, Value>],
) -> Result<Option<Vec<&'a Map<String, Value>>>, Problem> {
    let refuse = |detail: String| Problem::new(ProblemKind::PreviousProof, "proof.previousProof", detail);
    let wanted = match proof.get("previousProof") {
        None => return Ok(None),
        Some(Value::Array(items)) => items.as_slice(),
        Some(one) => std::slice::from_ref(one),
    };
    for id in wanted {
        let id = id.as_str().ok_or_else(|| refuse(format!("{id} is no string")))?;
        if !all.iter().any(|proof| proof.get("id").is_some_and(|own| own == id)) {
            return Err(refuse(format!("no proof has the id {id:?}")));
        }
    }
    let named = |proof: &&Map<String, Value>| proof.get("id").is_some_and(|id| wanted.contains(id));
    Ok(Some(all.iter().copied().filter(named).collect()))
}
