//! What can stop the issuing walk, and what to do next.

use std::path::PathBuf;

use store::{BatchId, LocateError, StoreError};
use uuid::Uuid;

use crate::batch::Conflict;
use crate::keyring::{KeyringError, SignError};

/// Why a step of the walk stopped. What was stored before stays; the same command continues from there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IssueError {
    /// The sheet has problems: nothing is issued.
    #[error("the sheet has {count} problems; nothing was issued")]
    SheetHasProblems {
        /// How many.
        count: usize,
    },
    /// Rows of people who have a certificate have changed: nothing is issued.
    #[error("{} rows differ from certificates that are issued already; nothing was issued", .0.len())]
    Conflicts(Vec<Conflict>),
    /// The programme file's text does not say what the programme says.
    #[error("the programme file has problems and cannot be frozen")]
    Programme,
    /// A credential that cannot be signed.
    #[error("the credential of certificate {id} cannot be signed: {}", join(problems))]
    Credential {
        /// Which certificate.
        id: Uuid,
        /// What is wrong with it.
        problems: Vec<vc::Problem>,
    },
    /// A status list or record that cannot be signed.
    #[error("{url} cannot be signed: {}", join(problems))]
    Published {
        /// The document.
        url: String,
        /// What is wrong with it.
        problems: Vec<vc::Problem>,
    },
    /// A frozen copy is gone or cannot be read.
    #[error("the frozen {what} of batch {batch} cannot be read: {detail}")]
    Frozen {
        /// Programme, design or template.
        what: &'static str,
        /// The batch.
        batch: BatchId,
        /// Why.
        detail: String,
    },
    /// The self-test: a finished PDF whose QR code does not say what it should.
    #[error("the QR code on the finished PDF of certificate {id} cannot be read ({found} other codes were)")]
    Unproven {
        /// Which certificate.
        id: Uuid,
        /// How many other codes were read from it.
        found: usize,
    },
    /// A certificate that cannot be delivered or reissued because it is not signed or erased.
    #[error("certificate {id} is {state}: there is nothing to deliver")]
    NothingToDeliver {
        /// Which certificate.
        id: Uuid,
        /// Its state.
        state: &'static str,
    },
    /// A name that no certificate can carry.
    #[error("'{name}' cannot be a name: {detail}")]
    Name {
        /// As given, shortened.
        name: String,
        /// Why not.
        detail: String,
    },
    /// A certificate that was issued to try things out.
    #[error("the certificate was issued under {base_url}, to try piagam out; it cannot become a real one")]
    TriedOut {
        /// The address on this machine.
        base_url: String,
    },
    /// A reason that is kept for another act.
    #[error("the reason '{code}' belongs to reissuing")]
    Reason {
        /// The code.
        code: String,
    },
    /// A file or folder that cannot be written.
    #[error("{path} cannot be written: {detail}")]
    CannotWrite {
        /// The file.
        path: PathBuf,
        /// The system's words.
        detail: String,
    },
    /// A design or another file that cannot be read.
    #[error("{path} cannot be read: {detail}")]
    CannotRead {
        /// The file.
        path: PathBuf,
        /// The system's words.
        detail: String,
    },
    /// No such design.
    #[error("there is no certificate design '{name}'")]
    NoDesign {
        /// The name in the programme file.
        name: String,
    },
    /// A thread that worked for us ended.
    #[error("a worker ended unexpectedly: {detail}")]
    Worker {
        /// What it said.
        detail: String,
    },
    /// The signer.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The keys.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// The PDF.
    #[error(transparent)]
    Render(#[from] render::RenderError),
    /// Nobody knows which certificate is meant.
    #[error(transparent)]
    Locate(#[from] LocateError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IssueError {
    /// What to do next: the second line of every message.
    pub fn next(&self) -> &'static str {
        match self {
            Self::SheetHasProblems { .. } => "Mend the rows that are named, then run the same command again.",
            Self::Conflicts(_) => {
                "Put the rows back as they were, or correct a certificate with `piagam reissue ID --name NAME`; then run the same command again."
            }
            Self::Programme => "Mend the lines that are named, then run the same command again.",
            Self::Credential { .. } => {
                "Look at the row and the programme file; after mending, run the same command again."
            }
            Self::Published { .. } => "Run `piagam doctor --dir DIR`; the document published last stays in force.",
            Self::Frozen { .. } => "Run `piagam doctor --dir DIR`, and restore a backup if the database is damaged.",
            Self::Unproven { .. } => {
                "Hand nothing out. Look at the design with `piagam design check`, mend it, and issue these certificates again."
            }
            Self::NothingToDeliver { .. } => "Look at its state with `piagam list --dir DIR --json`.",
            Self::Name { .. } => "Give the name as it is to stand on the certificate, with titles.",
            Self::TriedOut { .. } => {
                "Issue the sheet with the corrected name under the present address: trials do not count there."
            }
            Self::Reason { .. } => "Choose another reason, or issue it again with `piagam reissue ID --name NAME`.",
            Self::CannotWrite { .. } => {
                "See that the folder may be written and the disk has room, then run the same command again."
            }
            Self::CannotRead { .. } => "See that the file is there and may be read.",
            Self::NoDesign { .. } => {
                "Write `design = \"klasik\"` into the programme file, or put the design into DIR/templates/certificate."
            }
            Self::Worker { .. } => "Run the same command again: it continues where it stopped.",
            Self::Sign(error) => error.next(),
            Self::Keyring(error) => error.next(),
            Self::Render(_) => "See the line above.",
            Self::Locate(error) => error.next(),
            Self::Store(error) => error.next(),
        }
    }
}

impl From<tokio::task::JoinError> for IssueError {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::Worker { detail: error.to_string() }
    }
}

pub(crate) fn join(problems: &[vc::Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
