//! Events, what the API signed, and counts.

use jiff::Timestamp;
use uuid::Uuid;

use super::State;

/// A credential that `POST /credentials/issue` signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiCredential {
    /// Our id for it.
    pub id: Uuid,
    /// The credential's own id, when it has one.
    pub credential_id: Option<String>,
    /// The verification method that signed it.
    pub method: String,
    /// The document as signed.
    pub text: String,
    /// Who asked.
    pub actor: String,
    /// When.
    pub at: Timestamp,
}

/// An event to be appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// When.
    pub at: Timestamp,
    /// Who (`cli`, `demo`, `user:{id}`, `stranger` for somebody who did not get in).
    pub actor: String,
    /// What (`reserve`, `issue`, `revoke`, ...).
    pub act: String,
    /// The id of what it happened to. Never a name.
    pub object: String,
    /// Why: a reason code.
    pub reason: Option<String>,
    /// Why, in somebody's words. Erasable.
    pub note: Option<Note>,
}

impl NewEvent {
    /// An event without a reason.
    pub fn new(at: Timestamp, actor: impl Into<String>, act: &str, object: impl Into<String>) -> Self {
        Self { at, actor: actor.into(), act: act.to_owned(), object: object.into(), reason: None, note: None }
    }
}

/// What a person wrote. It may name persons: it lies where it can be erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Chance, so that nobody can guess the text from its hash.
    pub salt: String,
    /// The words.
    pub text: String,
}

/// An event as remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Counts all events.
    pub number: i64,
    /// What happened. The note is gone when it was erased.
    pub event: NewEvent,
    /// The hash of its note, when it had one.
    pub note_hash: Option<String>,
    /// Its hash in the chain ([`crate::Head`]).
    pub hash: String,
}

/// How much of everything there is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// The newest migration that the database has.
    pub schema_version: i64,
    /// Issuer rows.
    pub issuers: u64,
    /// Public keys, retired ones too.
    pub public_keys: u64,
    /// Batches.
    pub batches: u64,
    /// Batches that are not finished.
    pub unfinished_batches: u64,
    /// Certificates in each state, in the order of [`State::ALL`].
    pub certificates: [u64; 6],
    /// Status lists.
    pub status_lists: u64,
    /// Status entries given out.
    pub status_entries: u64,
    /// Signed certificates without one of their documents: 0 when sound.
    pub certificates_without_documents: u64,
    /// Events.
    pub events: u64,
    /// Size of the database in bytes.
    pub bytes: u64,
}

impl Counts {
    /// How many certificates are in this state.
    pub fn certificates_in(&self, state: State) -> u64 {
        State::ALL.iter().zip(self.certificates).find(|(s, _)| **s == state).map_or(0, |(_, n)| n)
    }
}
