//! Batches: what is reserved and how far it is.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{ArtifactHash, BatchId, CohortId, IssuerId, NewCertificate};

/// Why a batch exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BatchKind {
    /// A sheet was issued.
    Cohort,
    /// One certificate was issued again with a correction.
    Reissue,
}

/// How far a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BatchState {
    /// Everything is reserved, not everything is signed.
    Reserved,
    /// Every certificate is signed and the report is kept.
    Issued,
}

/// A batch to be reserved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBatch {
    /// A fresh random id.
    pub id: BatchId,
    /// Under which issuer.
    pub issuer: IssuerId,
    /// For which cohort.
    pub cohort: CohortId,
    /// Why it exists.
    pub kind: BatchKind,
    /// SHA-256 of the sheet, hexadecimal.
    pub sheet_hash: String,
    /// The frozen programme file.
    pub programme_hash: ArtifactHash,
    /// The frozen design.
    pub design_hash: ArtifactHash,
    /// The number of the frozen credential template.
    pub template: u32,
    /// The key that is to sign: `#k{number}`.
    pub key_number: u32,
    /// Who asked for it.
    pub actor: String,
    /// When.
    pub created_at: Timestamp,
}

/// A batch as remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// What it was reserved with.
    pub new: NewBatch,
    /// How far it is.
    pub state: BatchState,
    /// How many certificates it has.
    pub certificates: u32,
    /// How many of them are signed.
    pub signed: u32,
    /// When it was finished.
    pub finished_at: Option<Timestamp>,
}

/// What a programme's newest certificates were issued with: the copies that were frozen with their batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    /// The batch.
    pub batch: BatchId,
    /// The frozen programme file.
    pub programme_hash: ArtifactHash,
    /// The number of the frozen credential template.
    pub template: u32,
}

/// What a batch reserves. People come as an iterator, so that a hundred thousand need no second copy.
pub struct Reservation<'a> {
    /// The batch.
    pub batch: NewBatch,
    /// Its certificates, in the order of the sheet.
    pub people: &'a mut (dyn Iterator<Item = NewCertificate> + Send),
    /// How those without a number get one.
    pub numbering: Numbering<'a>,
    /// Draws a number below its argument, uniformly: the status indexes.
    pub draw: &'a mut (dyn FnMut(u32) -> u32 + Send),
}

/// How certificates without a number get one.
pub struct Numbering<'a> {
    /// The sequence to count on. `None` when the pattern has no `{seq}`: then all get the same text.
    pub sequence: Option<Sequence>,
    /// Writes the number from the count (0 without a sequence).
    pub write: &'a (dyn Fn(u64, &NewCertificate) -> String + Send + Sync),
    /// Numbers that the sheet gives to others of this batch: never drawn.
    pub given: &'a HashSet<String>,
}

/// A counter for numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequence {
    /// What shares the counter: the pattern with everything but the count filled in.
    pub key: String,
    /// The first count of a new counter.
    pub start: u64,
}
