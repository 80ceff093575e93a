//! What is published of a certificate's life: three status lists at the same index, and the signed record.
//!
//! The acts (revoke, suspend, reinstate) change the store first, then the lists are signed again, then it is told.

mod acts;

use jiff::{SignedDuration, Timestamp};
use store::{Certificate, RecordDocument, State, StatusDocument, StatusList, StatusPurpose, StatusSnapshot, Suite};
use uuid::Uuid;
use vc::{Bitstring, Cryptosuite, Problem, Purpose, Reason, Record, RecordState, date_time_stamp, status_list_draft};

use crate::fault::IssueError;
use crate::keyring::{Ring, Signer};
use crate::office::Office;

pub use acts::{Why, reinstate, revoke, suspend};

/// How long a list is valid: what a verifier can live on when the issuer is gone.
const LIST_VALID: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A list that is older is signed again, though nothing has changed.
const SIGN_AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// How many records are signed between two looks at what is due.
const RECORDS: u32 = 500;

/// What was signed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Published {
    /// Lists, each with its six documents.
    pub lists: usize,
    /// Records.
    pub records: usize,
}

/// Signs again what is due, for every issuer whose key is at hand: lists that have changed, were never signed or are a
/// day old, and the records of certificates whose state has moved on. Cheap when nothing is due.
///
/// # Errors
/// [`IssueError::Published`], [`IssueError::Sign`], [`IssueError::Store`]. What was published before stays; one
/// issuer's failure does not keep the others from being published.
pub async fn publish_due(office: &Office, ring: &Ring, now: Timestamp) -> Result<Published, IssueError> {
    let mut published = Published::default();
    let mut first_failure = Ok(());
    for (issuer, signer) in ring.iter() {
        let done = publish_of(&office.under(issuer.clone()), signer.as_ref(), now, &mut published).await;
        first_failure = first_failure.and(done);
    }
    first_failure.map(|()| published)
}

/// What is due of the office's own issuer.
async fn publish_of(
    office: &Office,
    signer: &dyn Signer,
    now: Timestamp,
    published: &mut Published,
) -> Result<(), IssueError> {
    let signed_before = now.saturating_sub(SIGN_AGAIN_AFTER).unwrap_or(now);
    for list in office.store.status_lists_due(office.issuer.id, signed_before).await? {
        publish_list(office, signer, &list, now).await?;
        published.lists += 1;
    }
    loop {
        let due = office.store.records_due(office.issuer.id, RECORDS).await?;
        if due.is_empty() {
            return Ok(());
        }
        for certificate in &due {
            publish_record(office, signer, certificate, now).await?;
            published.records += 1;
        }
    }
}

async fn publish_list(
    office: &Office,
    signer: &dyn Signer,
    list: &StatusList,
    now: Timestamp,
) -> Result<(), IssueError> {
    let Some(snapshot) = office.store.status_snapshot(list.issuer, list.number).await? else { return Ok(()) };
    for purpose in StatusPurpose::ALL {
        for (suite, text) in sign_list(office, signer, &snapshot, *purpose, now)? {
            let document = StatusDocument {
                issuer: list.issuer,
                number: list.number,
                purpose: *purpose,
                suite,
                text,
                version: snapshot.list.version,
                signed_at: now,
            };
            office.store.put_status_document(&document).await?;
        }
    }
    Ok(())
}

/// One list of one purpose, with either proof.
fn sign_list(
    office: &Office,
    signer: &dyn Signer,
    snapshot: &StatusSnapshot,
    purpose: StatusPurpose,
    now: Timestamp,
) -> Result<[(Suite, String); 2], IssueError> {
    let named = match purpose {
        StatusPurpose::Revocation => Purpose::Revocation,
        StatusPurpose::Suspension => Purpose::Suspension,
        StatusPurpose::Refresh => Purpose::Refresh,
    };
    let url = office.status_url(named, snapshot.list.number);
    let unfit = |problems: Vec<Problem>| IssueError::Published { url: url.clone(), problems };
    let mut bits = Bitstring::new(snapshot.list.size);
    for entry in snapshot.entries.iter().filter(|entry| entry.bit(purpose)) {
        bits.set(u64::from(entry.index), true).map_err(|error| {
            unfit(vec![Problem::new(vc::ProblemKind::StatusList, "encodedList", error.to_string())])
        })?;
    }
    let until = now.saturating_add(LIST_VALID).unwrap_or(now);
    let (from, until) = (date_time_stamp(now), date_time_stamp(until));
    let draft = status_list_draft(&url, &office.issuer.did, named, &bits, &from, &until);
    let ready = draft.check().map_err(unfit)?;
    let prove = |suite: Cryptosuite| -> Result<String, IssueError> {
        let to_sign = ready.to_sign(suite, signer.method(), &from).map_err(|problem| unfit(vec![problem]))?;
        let signature = signer.sign(to_sign.bytes())?;
        let signed = to_sign.finish(signature).map_err(|problem| unfit(vec![problem]))?;
        Ok(signed.text().to_owned())
    };
    Ok([(Suite::Rdfc, prove(Cryptosuite::EddsaRdfc2022)?), (Suite::Jcs, prove(Cryptosuite::EddsaJcs2022)?)])
}

async fn publish_record(
    office: &Office,
    signer: &dyn Signer,
    certificate: &Certificate,
    now: Timestamp,
) -> Result<(), IssueError> {
    let document = RecordDocument {
        certificate: certificate.id,
        text: record(office, signer, certificate).await?,
        revision: certificate.revision,
        signed_at: now,
    };
    office.store.put_record(&document).await?;
    Ok(())
}

/// The signed public record of a certificate: state, since when, reason code, successor; nothing about the person.
/// `office` stands under the certificate's issuer; its successor may have been issued under another one.
///
/// # Errors
/// [`IssueError::NothingToDeliver`] for one that is only reserved; [`IssueError::Sign`]; [`IssueError::Store`].
pub async fn record(office: &Office, signer: &dyn Signer, certificate: &Certificate) -> Result<String, IssueError> {
    let url = office.record_url(certificate.id);
    let state = match certificate.state {
        State::Reserved => {
            return Err(IssueError::NothingToDeliver { id: certificate.id, state: certificate.state.code() });
        }
        State::Issued => RecordState::Issued,
        State::Suspended => RecordState::Suspended,
        State::Revoked => RecordState::Revoked,
        State::Superseded => RecordState::Superseded,
        State::Erased => RecordState::Erased,
    };
    let successor = match certificate.successor {
        Some(id) => Some(credential_of(office, id).await?),
        None => None,
    };
    let record = Record {
        url: url.clone(),
        issuer: office.issuer.did.clone(),
        credential: office.credential_url(certificate.id),
        state,
        since: date_time_stamp(certificate.since),
        reason: certificate.reason.as_deref().and_then(Reason::from_code),
        successor,
    };
    let (document, bytes) =
        record.to_sign(signer.method()).map_err(|problem| IssueError::Published { url, problems: vec![problem] })?;
    let signature = signer.sign(&bytes)?;
    Ok(Record::finish(document, &signature))
}

/// The id of a certificate's credential, at the host it was issued under.
async fn credential_of(office: &Office, id: Uuid) -> Result<String, IssueError> {
    let certificate = office.store.certificate(id).await?.ok_or(store::StoreError::UnknownCertificate { id })?;
    Ok(office.issued_under(certificate.issuer).await?.credential_url(id))
}

#[cfg(test)]
mod tests;
