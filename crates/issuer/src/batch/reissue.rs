//! Reissue: a corrected name makes a new certificate; the old one is superseded, linked both ways.

use std::collections::HashSet;
use std::sync::Mutex;

use jiff::Timestamp;
use rand::RngExt;
use store::{
    ArtifactKind, Batch, BatchId, BatchKind, Certificate, Details, NewBatch, NewCertificate, Numbering, Reservation,
    State,
};
use uuid::Uuid;

use super::plan::fingerprint_of;
use super::reserve::{fresh_code, fresh_id};
use super::{Template, complete, resume};
use crate::fault::IssueError;
use crate::keyring::{Ring, is_this_machine};
use crate::office::Office;
use crate::programme::Programme;
use crate::roster::{MAX_NAME_WITH_TITLES_CHARS, MIN_NAME_CHARS, corrected_key};
use crate::status;
use crate::text::clean;

/// How much of a refused name is repeated in its message, in characters.
const SHOWN: usize = 100;

/// Issues a certificate again under a corrected name, with the number, the expiry and everything else of the old one.
/// The old one is superseded in the transaction that stores the new one; the lists are signed again before this
/// returns. A reissue that was begun before is finished; the same reissue again changes nothing.
///
/// After a move the new one is issued under the present address and has its place in that issuer's lists; the old one is
/// superseded in the lists of the address that it was issued under, so both keys must be at hand.
///
/// # Errors
/// [`IssueError::Name`]; [`crate::keyring::KeyringError::NotOpen`]; [`IssueError::TriedOut`];
/// [`store::StoreError::IllegalStep`] for a certificate that is revoked or superseded.
pub async fn reissue(
    office: &Office,
    ring: &Ring,
    certificate: Uuid,
    name: &str,
    rng: &mut (dyn rand::CryptoRng + Send),
    now: Timestamp,
) -> Result<Certificate, IssueError> {
    let name = corrected(name)?;
    let signer = ring.signer(office.issuer.id)?;
    resume(office, ring, now, &|_| {}).await?;
    status::publish_due(office, ring, now).await?;
    let old = find(office, certificate).await?;
    ring.signer(old.issuer)?;
    if let (State::Superseded, Some(successor)) = (old.state, old.successor) {
        let successor = find(office, successor).await?;
        if successor.name.as_deref() == Some(name.as_str()) {
            return Ok(successor);
        }
    }
    let details = office.store.details(old.id).await?;
    let Some(details) = details else {
        return Err(IssueError::NothingToDeliver { id: old.id, state: old.state.code() });
    };
    let former = office.store.batch(old.batch).await?;
    let former = former.ok_or(store::StoreError::UnknownBatch { id: old.batch })?;
    let chance = Mutex::new(rng);
    let new = successor(&old, details, &name, (fresh_id(&chance), fresh_code(&chance)), now);
    let id = new.id;
    let batch = NewBatch {
        id: BatchId(fresh_id(&chance)),
        issuer: office.issuer.id,
        kind: BatchKind::Reissue,
        template: template(office, &former, now).await?,
        key_number: signer.number(),
        actor: office.actor.clone(),
        created_at: now,
        ..former.new
    };
    let rng = chance.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let reserved = reserve_one(office, batch, new, rng).await?;
    complete(office, ring, reserved, now, &|_| {}).await?;
    find(office, id).await
}

async fn find(office: &Office, id: Uuid) -> Result<Certificate, IssueError> {
    let found = office.store.certificate(id).await?;
    Ok(found.ok_or(store::StoreError::UnknownCertificate { id })?)
}

/// The number of the template: the former batch's own, or the same programme's under the present address.
async fn template(office: &Office, former: &Batch, now: Timestamp) -> Result<u32, IssueError> {
    let batch = former.new.id;
    if former.new.issuer == office.issuer.id {
        return Ok(former.new.template);
    }
    let under = office.issued_under(former.new.issuer).await?;
    if is_this_machine(&under.issuer.base_url) && !office.is_test() {
        return Err(IssueError::TriedOut { base_url: under.issuer.base_url });
    }
    let frozen = |detail: &str| IssueError::Frozen { what: "programme", batch, detail: detail.to_owned() };
    let programme =
        office.store.artifact(&former.new.programme_hash).await?.ok_or_else(|| frozen("it is not stored"))?;
    let programme = String::from_utf8(programme.bytes).map_err(|_| frozen("it is no text"))?;
    let programme =
        Programme::parse(&programme).map_err(|_| frozen("it has problems under the rules of this version"))?;
    let template =
        Template::of(office, &programme).map_err(|problems| IssueError::Credential { id: batch.0, problems })?;
    let hash = office.store.put_artifact(ArtifactKind::Template, &template.to_bytes(), now).await?;
    Ok(office.store.put_template(office.issuer.id, &hash, now).await?)
}

fn successor(
    old: &Certificate,
    details: Details,
    name: &str,
    (id, code): (Uuid, String),
    now: Timestamp,
) -> NewCertificate {
    let rest = details.private["rest"].as_str().unwrap_or_default();
    let key = old.person_key.clone().unwrap_or_default();
    let corrected = corrected_key(&key, name, details.public["agency"].as_str());
    NewCertificate {
        id,
        code,
        number: Some(old.number.clone()),
        person_key: corrected.unwrap_or(key),
        fingerprint: fingerprint_of(name, rest),
        name: name.to_owned(),
        grade: old.grade.clone(),
        details,
        valid_from: Timestamp::from_second(now.as_second()).unwrap_or(now),
        valid_until: old.valid_until,
        predecessor: Some(old.id),
    }
}

async fn reserve_one(
    office: &Office,
    batch: NewBatch,
    new: NewCertificate,
    rng: &mut (dyn rand::CryptoRng + Send),
) -> Result<Batch, IssueError> {
    let reservation = Reservation {
        batch,
        people: &mut std::iter::once(new),
        numbering: Numbering {
            sequence: None,
            write: &|_, person| person.number.clone().unwrap_or_default(),
            given: &HashSet::new(),
        },
        draw: &mut |below| rng.random_range(0..below),
    };
    Ok(office.store.reserve(reservation).await?)
}

/// The rules of the sheet hold for a corrected name too.
fn corrected(name: &str) -> Result<String, IssueError> {
    let refused = |detail: String| IssueError::Name {
        name: name.chars().filter(|c| !c.is_control()).take(SHOWN).collect(),
        detail,
    };
    let cleaned = clean(name).map_err(|c| refused(format!("it has the character U+{:04X}", u32::from(c))))?;
    let length = cleaned.chars().count();
    if !(MIN_NAME_CHARS..=MAX_NAME_WITH_TITLES_CHARS).contains(&length) {
        let detail = format!("it has {length} characters, expected {MIN_NAME_CHARS} to {MAX_NAME_WITH_TITLES_CHARS}");
        return Err(refused(detail));
    }
    if !cleaned.chars().any(char::is_alphabetic) {
        return Err(refused("it has no letters".to_owned()));
    }
    Ok(cleaned.into_owned())
}
