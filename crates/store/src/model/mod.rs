//! The rows, as values.

mod audit;
mod batch;
mod certificate;
mod codes;
mod status;

use std::fmt;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub use audit::*;
pub use batch::*;
pub use certificate::*;
pub use status::*;

/// Names an issuer row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IssuerId(pub i64);

/// Names a programme row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProgrammeId(pub i64);

/// Names a cohort row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CohortId(pub i64);

/// Names a batch. Chosen by the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BatchId(pub Uuid);

impl fmt::Display for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An issuer to be remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewIssuer {
    /// The DID, byte for byte (`did:web:...`).
    pub did: String,
    /// The origin, without a path and without a slash at the end.
    pub base_url: String,
    /// Name in Indonesian.
    pub name_id: String,
    /// Name in English.
    pub name_en: String,
}

/// Who issued: a DID and the base URL that its certificates' URLs begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// The row.
    pub id: IssuerId,
    /// The DID, byte for byte.
    pub did: String,
    /// The origin, without a slash at the end.
    pub base_url: String,
    /// Name in Indonesian.
    pub name_id: String,
    /// Name in English.
    pub name_en: String,
    /// When it was first remembered.
    pub created_at: Timestamp,
}

/// What a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyRole {
    /// Certificates, status lists, records.
    Certificates,
    /// What callers of `POST /credentials/issue` bring.
    Api,
}

/// A public key of an issuer: `#k{number}`. The private half is never here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// Whose key it is.
    pub issuer: IssuerId,
    /// The number in `#k{number}`.
    pub number: u32,
    /// What it signs.
    pub role: KeyRole,
    /// The public key as Multikey text (`z6Mk...`).
    pub multikey: String,
    /// From when it signs.
    pub valid_from: Timestamp,
    /// Until when it signed.
    pub retired_at: Option<Timestamp>,
}

/// What an artifact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArtifactKind {
    /// A programme file (TOML).
    Programme,
    /// A certificate design.
    Design,
    /// A credential template: what all certificates of a batch share.
    Template,
    /// A logo, a font or another file that a design names.
    Asset,
}

/// SHA-256 of an artifact or of a rendering, in lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ArtifactHash(pub String);

impl ArtifactHash {
    /// The hash of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let digest = Sha256::digest(bytes);
        Self(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl fmt::Display for ArtifactHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Frozen bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// SHA-256 of `bytes`.
    pub hash: ArtifactHash,
    /// What they are.
    pub kind: ArtifactKind,
    /// The bytes as given.
    pub bytes: Vec<u8>,
}

/// A programme to be remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProgramme {
    /// Whose programme.
    pub issuer: IssuerId,
    /// Its short code, the key among the issuer's programmes.
    pub code: String,
    /// Title in Indonesian.
    pub title_id: String,
    /// Title in English.
    pub title_en: String,
}

/// A training programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programme {
    /// The row.
    pub id: ProgrammeId,
    /// Whose programme.
    pub issuer: IssuerId,
    /// Its short code.
    pub code: String,
    /// Title in Indonesian.
    pub title_id: String,
    /// Title in English.
    pub title_en: String,
}

/// A cohort to be remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCohort {
    /// Its programme.
    pub programme: ProgrammeId,
    /// Its name, the key among the programme's cohorts (`II/2026`).
    pub name: String,
    /// First day, `YYYY-MM-DD`.
    pub starts: Option<String>,
    /// Last day, `YYYY-MM-DD`.
    pub ends: Option<String>,
}

/// One run of a programme (*angkatan*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cohort {
    /// The row.
    pub id: CohortId,
    /// Its programme.
    pub programme: ProgrammeId,
    /// Its name.
    pub name: String,
    /// First day, `YYYY-MM-DD`.
    pub starts: Option<String>,
    /// Last day, `YYYY-MM-DD`.
    pub ends: Option<String>,
}
