//! Revoke, suspend, reinstate: the store first, then the lists signed again, then told.

use jiff::Timestamp;
use store::{Act, Certificate, Change, Note, StoreError};
use uuid::Uuid;
use vc::Reason;

use super::publish_due;
use crate::fault::IssueError;
use crate::keyring::Ring;
use crate::office::Office;

/// Why something happens to a certificate: a public code, and words that stay internal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// From the fixed list; published.
    pub reason: Reason,
    /// Free text; internal.
    pub note: Option<Note>,
}

/// The longest internal note, in characters.
const MAX_NOTE_CHARS: usize = 1_000;

impl Why {
    /// Reads `--reason CODE|TEXT`: a code of the fixed list, or free text, which is published as `other`. `salt` is
    /// chance for the text ([`Note::salt`]).
    ///
    /// # Errors
    /// [`IssueError::Reason`] for `superseded`, which belongs to reissuing.
    pub fn parse(text: &str, salt: String) -> Result<Self, IssueError> {
        let text = text.trim();
        match Reason::from_code(text) {
            Some(Reason::Superseded) => Err(IssueError::Reason { code: text.to_owned() }),
            Some(reason) => Ok(Self { reason, note: None }),
            None => {
                let text: String = text.chars().take(MAX_NOTE_CHARS).collect();
                Ok(Self { reason: Reason::Other, note: (!text.is_empty()).then_some(Note { salt, text }) })
            }
        }
    }
}

/// Revokes for good.
///
/// # Errors
/// [`crate::keyring::KeyringError::NotOpen`] before anything is changed when the key of the certificate's issuer is not
/// at hand; [`StoreError::IllegalStep`], [`StoreError::ReissueUnderWay`], and what signing the lists can meet: then the
/// revocation is stored, and the lists are signed by the next command or service that can.
pub async fn revoke(
    office: &Office,
    ring: &Ring,
    certificate: Uuid,
    why: &Why,
    now: Timestamp,
) -> Result<Certificate, IssueError> {
    act(office, ring, certificate, Act::Revoke, Some(why), now).await
}

/// Suspends for the time being.
///
/// # Errors
/// As [`revoke`].
pub async fn suspend(
    office: &Office,
    ring: &Ring,
    certificate: Uuid,
    why: &Why,
    now: Timestamp,
) -> Result<Certificate, IssueError> {
    act(office, ring, certificate, Act::Suspend, Some(why), now).await
}

/// Puts a suspended certificate in force again.
///
/// # Errors
/// As [`revoke`].
pub async fn reinstate(
    office: &Office,
    ring: &Ring,
    certificate: Uuid,
    why: Option<&Why>,
    now: Timestamp,
) -> Result<Certificate, IssueError> {
    act(office, ring, certificate, Act::Reinstate, why, now).await
}

async fn act(
    office: &Office,
    ring: &Ring,
    certificate: Uuid,
    act: Act,
    why: Option<&Why>,
    now: Timestamp,
) -> Result<Certificate, IssueError> {
    if let Some(certificate) = office.store.certificate(certificate).await? {
        ring.signer(certificate.issuer)?;
    }
    let change = Change {
        certificate,
        act,
        reason: why.map(|why| why.reason.code().to_owned()),
        note: why.and_then(|why| why.note.clone()),
        actor: office.actor.clone(),
        at: now,
    };
    let changed = office.store.change(&change).await;
    // Also when the step was not possible: perhaps it was stored before, and the lists could not be signed.
    if matches!(changed, Ok(_) | Err(StoreError::IllegalStep { .. })) {
        publish_due(office, ring, now).await?;
    }
    Ok(changed?)
}
