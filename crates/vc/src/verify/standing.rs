//! The third check: neither revoked, suspended nor superseded (Bitstring Status List 1.0, 3.2).

use super::proofs::{self, controller};
use super::{Finding, Judged};
use crate::did::did_web;
use crate::evidence::{Evidence, Need, WhyNot};
use crate::json;
use crate::problem::{Problem, ProblemKind};
use crate::schema::has_type;
use crate::status::{Bitstring, Purpose, Reason, Record};
use crate::time::parse_date_time_stamp;
use jiff::Timestamp;
use serde_json::Value;

/// Most status entries that are followed.
const MAX_ENTRIES: usize = 4;

/// What the status lists say.
#[derive(Debug)]
pub(super) struct Standing {
    pub(super) judged: Judged,
    pub(super) since: Option<String>,
    pub(super) reason: Option<Reason>,
    pub(super) successor: Option<String>,
    pub(super) as_of: Option<String>,
}

/// One list to read: where, for what, which entry; `declared` when the credential itself names it.
#[derive(Debug, Clone)]
struct Lookup {
    url: String,
    purpose: Purpose,
    index: u64,
    declared: bool,
}

/// The lists to obtain, and the record behind a bit that is known to be set.
pub(super) fn needs(credential: &Value, evidence: &Evidence, now: Timestamp) -> Vec<Need> {
    let issuer = issuer_of(credential);
    let Ok(lookups) = lookups(credential, issuer) else { return Vec::new() };
    let mut needs: Vec<Need> = lookups.iter().map(|lookup| Need::StatusList(lookup.url.clone())).collect();
    let is_set = |lookup: &Lookup| matches!(read(lookup, issuer, evidence, now, false), Ok(Some((true, _))));
    if lookups.iter().any(is_set) {
        needs.extend(record_url(credential, issuer).map(Need::Record));
    }
    needs
}

/// Judges the status. No status at all passes: the issuer keeps none.
pub(super) fn judge(credential: &Value, issuer: &str, evidence: &Evidence, now: Timestamp) -> Standing {
    let mut standing = Standing { judged: Ok(()), since: None, reason: None, successor: None, as_of: None };
    let lookups = match lookups(credential, issuer) {
        Ok(lookups) => lookups,
        Err(finding) => return Standing { judged: Err(finding), ..standing },
    };
    let mut set = Vec::new();
    let mut undecided = None;
    for lookup in &lookups {
        match read(lookup, issuer, evidence, now, true) {
            Ok(Some((bit, as_of))) => {
                // The oldest list counts: the whole answer is no fresher than that.
                standing.as_of = match standing.as_of.take() {
                    Some(other) => Some(other.min(as_of)),
                    None => Some(as_of),
                };
                if bit {
                    set.push(lookup.purpose);
                }
            }
            Ok(None) => {}
            Err(problem) => undecided = undecided.or(Some(problem)),
        }
    }
    let has = |purpose| set.contains(&purpose);
    let kind = match (has(Purpose::Revocation), has(Purpose::Refresh), has(Purpose::Suspension)) {
        (true, true, _) => Some(ProblemKind::Superseded),
        (true, false, _) => Some(ProblemKind::Revoked),
        (false, _, true) => Some(ProblemKind::Suspended),
        // A refresh bit alone only says that a newer credential can be had (2.2).
        (false, _, false) => None,
    };
    match (kind, undecided) {
        (Some(kind), _) => explain(&mut standing, kind, credential, issuer, evidence, now),
        (None, Some(problem)) => standing.judged = Err(Finding::Undecided(problem)),
        (None, None) => {}
    }
    standing
}

/// Adds date, reason and successor from the issuer's signed record, if there is one.
fn explain(
    standing: &mut Standing,
    kind: ProblemKind,
    credential: &Value,
    issuer: &str,
    evidence: &Evidence,
    now: Timestamp,
) {
    let mut detail = "the status list says so".to_owned();
    if let Some(record) = record(credential, issuer, evidence, now) {
        detail = format!("since {}", record.since);
        if let Some(reason) = record.reason {
            detail = format!("{detail}, reason {}", reason.code());
        }
        standing.since = Some(record.since);
        standing.reason = record.reason;
        standing.successor = record.successor;
    }
    standing.judged = Err(Finding::Fails(Problem::new(kind, "credentialStatus", detail)));
}

/// The lists that the credential names, and the two that Piagam publishes beside its revocation list.
fn lookups(credential: &Value, issuer: &str) -> Result<Vec<Lookup>, Finding> {
    let entries = match credential.get("credentialStatus") {
        None => return Ok(Vec::new()),
        Some(Value::Array(items)) => items.as_slice(),
        Some(one) => std::slice::from_ref(one),
    };
    let malformed = |detail: String| Finding::Fails(Problem::new(ProblemKind::Member, "credentialStatus", detail));
    if entries.len() > MAX_ENTRIES {
        return Err(malformed(format!("{} entries, at most {MAX_ENTRIES} are followed", entries.len())));
    }
    let mut lookups = Vec::new();
    for entry in entries {
        if !has_type(entry, "BitstringStatusListEntry") {
            let detail = format!("the type {} is not known", entry["type"]);
            return Err(Finding::Undecided(Problem::new(ProblemKind::StatusType, "credentialStatus.type", detail)));
        }
        let named = entry["statusPurpose"].as_str().unwrap_or_default();
        let Some(purpose) = Purpose::from_name(named).filter(|_| entry.get("statusSize").is_none_or(|size| size == 1))
        else {
            let detail = format!("the purpose {named:?}, or more than one bit an entry, is not known");
            return Err(Finding::Undecided(Problem::new(
                ProblemKind::StatusType,
                "credentialStatus.statusPurpose",
                detail,
            )));
        };
        let digits = entry["statusListIndex"].as_str().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let index = digits.and_then(|text| text.parse().ok());
        let index = index.ok_or_else(|| malformed("statusListIndex is no string of digits".to_owned()))?;
        let url = entry["statusListCredential"].as_str();
        let url = url.ok_or_else(|| malformed("statusListCredential is no string".to_owned()))?.to_owned();
        for (purpose, url) in siblings(&url, purpose, issuer) {
            lookups.push(Lookup { url, purpose, index, declared: false });
        }
        lookups.push(Lookup { url, purpose, index, declared: true });
    }
    Ok(lookups)
}

/// DESIGN: suspension and replacement stand in lists beside the revocation list, at the same index.
/// Open Badges allows one status entry only, so the credential cannot name them.
fn siblings(url: &str, purpose: Purpose, issuer: &str) -> Vec<(Purpose, String)> {
    let Some((origin, number)) = url.split_once("/status/revocation/") else { return Vec::new() };
    let ours = purpose == Purpose::Revocation && did_web(origin) == issuer && !number.is_empty();
    if !ours || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Vec::new();
    }
    let beside = [Purpose::Suspension, Purpose::Refresh];
    beside.into_iter().map(|purpose| (purpose, format!("{origin}/status/{}/{number}", purpose.name()))).collect()
}

/// Reads one bit and the list's date. `Ok(None)`: an undeclared list that its issuer does not publish.
fn read(
    lookup: &Lookup,
    issuer: &str,
    evidence: &Evidence,
    now: Timestamp,
    timely: bool,
) -> Result<Option<(bool, String)>, Problem> {
    let missing = |detail: String| Problem::new(ProblemKind::StatusUnobtainable, lookup.url.clone(), detail);
    let bytes = match evidence.get(&Need::StatusList(lookup.url.clone())) {
        None => return Err(missing("was not asked for".to_owned())),
        Some(Err(WhyNot::NotFound)) if !lookup.declared => return Ok(None),
        Some(Err(why)) => return Err(missing(why.to_string())),
        Some(Ok(bytes)) => bytes,
    };
    let refuse = |detail: String| Problem::new(ProblemKind::StatusList, lookup.url.clone(), detail);
    let list = json::parse(bytes).map_err(|problem| refuse(problem.detail))?;
    if !has_type(&list, "BitstringStatusListCredential") || !has_type(&list["credentialSubject"], "BitstringStatusList")
    {
        return Err(refuse("is no BitstringStatusListCredential".to_owned()));
    }
    if issuer_of(&list) != issuer {
        return Err(refuse(format!("is issued by {:?}, not by {issuer}", issuer_of(&list))));
    }
    if list.get("id").is_some_and(|id| id != lookup.url.as_str()) {
        return Err(refuse(format!("calls itself {}", list["id"])));
    }
    let purposes = &list["credentialSubject"]["statusPurpose"];
    let serves = |name: &Value| name == lookup.purpose.name();
    if !serves(purposes) && !purposes.as_array().is_some_and(|all| all.iter().any(serves)) {
        return Err(refuse(format!("serves the purpose {purposes}, not {}", lookup.purpose.name())));
    }
    let from = list["validFrom"].as_str().unwrap_or_default();
    if timely {
        in_time(&list, now).map_err(refuse)?;
    }
    // The signature comes last, as it is the costliest; nothing of the list is used before.
    signed_by(&list, issuer, evidence, now).map_err(|problem| refuse(problem.to_string()))?;
    let encoded = list["credentialSubject"]["encodedList"].as_str().unwrap_or_default();
    let bits = Bitstring::decode(encoded).map_err(|error| refuse(error.to_string()))?;
    let bit = bits.get(lookup.index).map_err(|error| refuse(error.to_string()))?;
    Ok(Some((bit, from.to_owned())))
}

fn in_time(list: &Value, now: Timestamp) -> Result<(), String> {
    let date = |name: &str| match list.get(name) {
        None => Ok(None),
        Some(value) => value
            .as_str()
            .and_then(parse_date_time_stamp)
            .map(Some)
            .ok_or_else(|| format!("{name} {value} is no dateTimeStamp")),
    };
    match (date("validFrom")?, date("validUntil")?) {
        (Some(from), _) if now < from => Err(format!("is valid from {from}; it is {now}")),
        (_, Some(until)) if now > until => Err(format!("was valid until {until}; it is {now}")),
        _ => Ok(()),
    }
}

/// Every proof verifies and one is the issuer's.
pub(crate) fn signed_by(document: &Value, issuer: &str, evidence: &Evidence, now: Timestamp) -> Result<(), Problem> {
    match proofs::judge(document, proofs::ASSERTION, evidence, now) {
        (Err(Finding::Fails(problem) | Finding::Undecided(problem)), _) => Err(problem),
        (Ok(()), signers) if signers.iter().any(|signer| signer == issuer) => Ok(()),
        (Ok(()), signers) => {
            let detail = format!("signed by {}, not by {issuer}", signers.join(", "));
            Err(Problem::new(ProblemKind::NotByIssuer, "proof", detail))
        }
    }
}

fn record_url(credential: &Value, issuer: &str) -> Option<String> {
    let (origin, uuid) = credential["id"].as_str()?.split_once("/credentials/")?;
    let plain = uuid.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    (did_web(origin) == issuer && plain && !uuid.is_empty()).then(|| format!("{origin}/records/{uuid}"))
}

fn record(credential: &Value, issuer: &str, evidence: &Evidence, now: Timestamp) -> Option<Record> {
    let url = record_url(credential, issuer)?;
    let bytes = evidence.get(&Need::Record(url.clone()))?.ok()?;
    let (record, document) = Record::parse(bytes).ok()?;
    let about_this = record.url == url && record.issuer == issuer && credential["id"] == record.credential.as_str();
    (about_this && signed_by(&document, issuer, evidence, now).is_ok()).then_some(record)
}

fn issuer_of(credential: &Value) -> &str {
    let issuer = &credential["issuer"];
    controller(issuer.as_str().or_else(|| issuer["id"].as_str()).unwrap_or_default())
}
