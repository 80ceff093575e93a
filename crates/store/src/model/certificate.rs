//! Certificates and their life.

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::{BatchId, CohortId, IssuerId, Note, ProgrammeId};

/// A certificate to be reserved.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCertificate {
    /// A fresh random id.
    pub id: Uuid,
    /// A fresh verification code: 16 characters, upper case, no separators.
    pub code: String,
    /// The number that the sheet gives.
    pub number: Option<String>,
    /// Who it is within the cohort.
    pub person_key: String,
    /// Hash of the sheet row.
    pub fingerprint: String,
    /// Name with titles, as printed.
    pub name: String,
    /// Grade as printed.
    pub grade: Option<String>,
    /// Everything else that is printed or signed.
    pub details: Details,
    /// From when it is valid: `validFrom` and `proof.created`. Whole seconds.
    pub valid_from: Timestamp,
    /// Until when it is valid.
    pub valid_until: Option<Timestamp>,
    /// The certificate that it replaces.
    pub predecessor: Option<Uuid>,
}

/// What only the erasable table holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Details {
    /// Fields that the credential or the short rendering may show (a JSON object).
    pub public: Value,
    /// Fields that only the full rendering shows: NIP, rank, post, unit (a JSON object). Never published.
    pub private: Value,
}

/// The life of a certificate:
/// `reserved -> issued -> (suspended <-> issued) -> revoked | superseded -> erased`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Id, code, number and index are taken; nothing is signed.
    Reserved,
    /// Signed and in force.
    Issued,
    /// Not in force for the time being.
    Suspended,
    /// Not in force any more.
    Revoked,
    /// Replaced by another certificate.
    Superseded,
    /// No personal data and no signed bytes are kept; the status entry is.
    Erased,
}

/// A certificate as remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Counts all certificates in the order of their reservation.
    pub serial: i64,
    /// The last part of the credential's id.
    pub id: Uuid,
    /// Its issuer.
    pub issuer: IssuerId,
    /// Its batch.
    pub batch: BatchId,
    /// Its cohort.
    pub cohort: CohortId,
    /// Its programme.
    pub programme: ProgrammeId,
    /// The programme's title in Indonesian (as now remembered, for lists).
    pub programme_title: String,
    /// The cohort's name (as now remembered, for lists).
    pub cohort_name: String,
    /// Who it is within the cohort. `None` once erased.
    pub person_key: Option<String>,
    /// Hash of the sheet row. `None` once erased.
    pub fingerprint: Option<String>,
    /// The number, human text.
    pub number: String,
    /// The verification code without separators; [`crate::shown_code`] writes it in groups.
    pub code: String,
    /// The key that signed it, or is to sign it: `#k{number}`.
    pub key_number: u32,
    /// Its status list.
    pub status_list: u32,
    /// Its entry there, in all three lists.
    pub status_index: u32,
    /// Name with titles. `None` once erased.
    pub name: Option<String>,
    /// Grade. `None` when there is none, and once erased.
    pub grade: Option<String>,
    /// `validFrom`.
    pub valid_from: Timestamp,
    /// `validUntil`.
    pub valid_until: Option<Timestamp>,
    /// Its state.
    pub state: State,
    /// Since when it is in that state.
    pub since: Timestamp,
    /// Counts the changes of its state.
    pub revision: i64,
    /// Why (a code from the fixed list), for suspended, revoked and superseded ones.
    pub reason: Option<String>,
    /// Why, in free text. Internal, never published.
    pub note: Option<String>,
    /// The certificate that it replaced.
    pub predecessor: Option<Uuid>,
    /// The certificate that replaced it.
    pub successor: Option<Uuid>,
    /// When it was signed and stored.
    pub issued_at: Option<Timestamp>,
}

/// A certificate that waits for its signature.
#[derive(Debug, Clone, PartialEq)]
pub struct Unsigned {
    /// The certificate.
    pub certificate: Certificate,
    /// What its credential is made of.
    pub details: Details,
}

/// A certificate with its two signed documents.
#[derive(Debug, Clone, PartialEq)]
pub struct SignedCertificate {
    /// Which one.
    pub id: Uuid,
    /// The key that signed it.
    pub key_number: u32,
    /// The document with the `eddsa-rdfc-2022` proof.
    pub rdfc: vc::Signed,
    /// The same document with the `eddsa-jcs-2022` proof.
    pub jcs: vc::Signed,
}

/// The cryptosuite of a stored document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Suite {
    /// `eddsa-rdfc-2022`
    Rdfc,
    /// `eddsa-jcs-2022`
    Jcs,
}

/// Which certificates to list. Everything empty lists all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Only of this batch.
    pub batch: Option<BatchId>,
    /// Only of this cohort.
    pub cohort: Option<CohortId>,
    /// Only in this state.
    pub state: Option<State>,
}

/// What somebody at the desk looks for. Everything empty finds all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Search {
    /// Each of these has to be in the name, the number or the NIP, whatever its case (of ASCII letters). At most
    /// [`SEARCH_WORDS`] are looked at.
    pub words: Vec<String>,
    /// Only of this cohort.
    pub cohort: Option<CohortId>,
    /// Only in this state.
    pub state: Option<State>,
}

/// How many words of a search are looked at.
pub const SEARCH_WORDS: usize = 4;

/// A part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// The serial of the last certificate seen; 0 begins.
    pub after: i64,
    /// How many, at most [`crate::PAGE_MAX`].
    pub limit: u32,
}

impl Page {
    /// The first page of the greatest size.
    pub const FIRST: Page = Page { after: 0, limit: crate::PAGE_MAX };
}

/// An act in the life of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// issued or suspended -> revoked, for good.
    Revoke,
    /// issued -> suspended.
    Suspend,
    /// suspended -> issued.
    Reinstate,
    /// issued or suspended -> superseded; happens when the successor is saved.
    Supersede,
}

/// A change to be made. [`Act::Supersede`] is not among them: it belongs to [`crate::Store::save_signed`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which certificate.
    pub certificate: Uuid,
    /// What happens.
    pub act: Act,
    /// Why: a code from the fixed list.
    pub reason: Option<String>,
    /// Why, in free text. Internal.
    pub note: Option<Note>,
    /// Who.
    pub actor: String,
    /// When.
    pub at: Timestamp,
}

/// Somebody who has a certificate in a cohort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who it is within the cohort (DESIGN 8: NIP, else e-mail, else folded name and instansi).
    pub key: String,
    /// Hash of the sheet row the certificate was made from: another one means that the row changed.
    pub fingerprint: String,
    /// The certificate.
    pub certificate: Uuid,
    /// The certificate that it replaced: the same person, perhaps under another key.
    pub predecessor: Option<Uuid>,
    /// Its batch.
    pub batch: BatchId,
    /// Its number.
    pub number: String,
    /// Its state.
    pub state: State,
}
