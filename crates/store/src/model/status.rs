//! Status lists and the signed documents that are published.

use jiff::Timestamp;
use uuid::Uuid;

use super::{IssuerId, Suite};

/// What a status list is for; the name in its URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StatusPurpose {
    /// Revoked, and superseded too.
    Revocation,
    /// Suspended.
    Suspension,
    /// Superseded: there is a newer one.
    Refresh,
}

/// A status list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusList {
    /// Whose.
    pub issuer: IssuerId,
    /// Its number, in the URL.
    pub number: u32,
    /// How many entries it has.
    pub size: u32,
    /// How many are given out.
    pub used: u32,
    /// Counts the changes of its bits.
    pub version: i64,
}

/// The set bits of a list at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusSnapshot {
    /// The list.
    pub list: StatusList,
    /// Entries with at least one bit, by index.
    pub entries: Vec<StatusEntry>,
}

/// An entry of a status list: the same index in the three lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusEntry {
    /// The index.
    pub index: u32,
    /// The revocation bit.
    pub revoked: bool,
    /// The suspension bit.
    pub suspended: bool,
    /// The refresh bit.
    pub refresh: bool,
}

impl StatusEntry {
    /// The bit of one list.
    pub fn bit(&self, purpose: StatusPurpose) -> bool {
        match purpose {
            StatusPurpose::Revocation => self.revoked,
            StatusPurpose::Suspension => self.suspended,
            StatusPurpose::Refresh => self.refresh,
        }
    }
}

/// A signed status list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusDocument {
    /// Whose.
    pub issuer: IssuerId,
    /// Its number.
    pub number: u32,
    /// What for.
    pub purpose: StatusPurpose,
    /// Which proof.
    pub suite: Suite,
    /// The document as signed.
    pub text: String,
    /// The version of the list that it shows.
    pub version: i64,
    /// When it was signed.
    pub signed_at: Timestamp,
}

/// The signed public record of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordDocument {
    /// Which certificate.
    pub certificate: Uuid,
    /// The document as signed.
    pub text: String,
    /// The [`crate::Certificate::revision`] that it tells.
    pub revision: i64,
    /// When it was signed.
    pub signed_at: Timestamp,
}
