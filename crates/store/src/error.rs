//! What can go wrong, with both sides, and what to do next.

use std::path::PathBuf;

use uuid::Uuid;

use crate::{Act, BatchId, DraftId, State, UserId};

/// Why the store could not do it. Nothing has been written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no database file.
    #[error("there is no database at {path}")]
    NoDatabase {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// There is a file, and nothing of ours in it.
    #[error("the database {path} is empty: it was damaged or emptied")]
    Empty {
        /// The database file.
        path: PathBuf,
    },
    /// The file or its folder cannot be written.
    #[error("the database can be read but not written: {detail}")]
    ReadOnly {
        /// Which file, or the database's words.
        detail: String,
    },
    /// The file cannot be opened at all.
    #[error("the database {path} cannot be opened: {detail}")]
    CannotOpen {
        /// The database file.
        path: PathBuf,
        /// The system's words.
        detail: String,
    },
    /// A newer piagam has written this database.
    #[error("the database has schema version {found}, this piagam knows versions up to {known}")]
    Newer {
        /// The newest migration in the database.
        found: i64,
        /// The newest migration in this binary.
        known: i64,
    },
    /// The database is of an older version and was opened for reading only.
    #[error("the database has schema version {found}, this piagam needs {known}, and it was opened for reading only")]
    Older {
        /// The newest migration in the database.
        found: i64,
        /// The newest migration in this binary.
        known: i64,
    },
    /// A PostgreSQL database is of an older version: it is not brought up to date by itself.
    #[error("the database has schema version {found}, this piagam needs {known}")]
    Behind {
        /// The newest migration in the database.
        found: i64,
        /// The newest migration in this binary.
        known: i64,
    },
    /// A migration differs from the one that was applied, or was interrupted.
    #[error("the database's migration {version} is not the one in this piagam")]
    OtherMigration {
        /// The migration.
        version: i64,
    },
    /// The file is not a database, or a damaged one.
    #[error("the database is damaged or is no database: {detail}")]
    Corrupt {
        /// SQLite's words.
        detail: String,
    },
    /// A database's URL cannot be used.
    #[error("the database's URL cannot be used: {detail}")]
    Address {
        /// Why, without the URL: there may be a password in it.
        detail: String,
    },
    /// The database server does not answer, or lets nobody in.
    #[error("the database cannot be reached: {detail}")]
    Unreachable {
        /// The system's or the server's words.
        detail: String,
    },
    /// A database server that cannot be used.
    #[error("the database does not fit: {detail}")]
    Unfit {
        /// What it has, and what is needed.
        detail: String,
    },
    /// Somebody else has been writing for too long.
    #[error("another process has been writing to the database for longer than the time allowed")]
    Busy,
    /// No room.
    #[error("the disk that holds the database is full")]
    Full,
    /// No certificate with this id.
    #[error("there is no certificate {id}")]
    UnknownCertificate {
        /// The id asked for.
        id: Uuid,
    },
    /// No batch with this id.
    #[error("there is no batch {id}")]
    UnknownBatch {
        /// The id asked for.
        id: BatchId,
    },
    /// The state does not allow this act.
    #[error("certificate {id} is {}; it cannot be changed by '{}'", from.code(), act.code())]
    IllegalStep {
        /// Which certificate.
        id: Uuid,
        /// The state it is in.
        from: State,
        /// What was to happen.
        act: Act,
    },
    /// A reissue of this certificate has been reserved and is not signed yet.
    #[error("certificate {id} is being replaced by {successor}, which is not signed yet")]
    ReissueUnderWay {
        /// The certificate that is being replaced.
        id: Uuid,
        /// The certificate that will replace it.
        successor: Uuid,
    },
    /// Somebody has a certificate in this cohort already.
    #[error("somebody on the list already has a certificate in this cohort")]
    PersonTaken,
    /// Something that must be unique exists.
    #[error("the {what} {value} is in use already")]
    Taken {
        /// What it is: `id`, `code`, `number`, ...
        what: &'static str,
        /// Its value.
        value: String,
    },
    /// Another key has this number.
    #[error("key number {number} belongs to {stored}, not to {given}")]
    KeyNumberTaken {
        /// The number.
        number: u32,
        /// The key that has it.
        stored: String,
        /// The key that was to get it.
        given: String,
    },
    /// The last status list is full.
    #[error("all {max} status lists are full")]
    ListsFull {
        /// How many there can be.
        max: u32,
    },
    /// A batch cannot be closed yet.
    #[error("batch {batch} still has {unsigned} unsigned certificates")]
    Unfinished {
        /// The batch.
        batch: BatchId,
        /// How many are unsigned.
        unsigned: u32,
    },
    /// No user with this id.
    #[error("there is no user {}", id.0)]
    UnknownUser {
        /// The id asked for.
        id: UserId,
    },
    /// No draft with this id.
    #[error("there is no draft {id}")]
    UnknownDraft {
        /// The id asked for.
        id: DraftId,
    },
    /// Somebody else has changed the draft, or it is not in a state where this can be done.
    #[error("draft {id} has been changed since it was looked at")]
    DraftMoved {
        /// Which draft.
        id: DraftId,
    },
    /// A row holds what this version cannot read.
    #[error("the database holds '{value}' as {what}, which this piagam cannot read")]
    Unreadable {
        /// What it should be.
        what: &'static str,
        /// What it is.
        value: String,
    },
    /// Anything else that the database says.
    #[error("the database refused: {detail}")]
    Database {
        /// The database's words.
        detail: String,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl StoreError {
    /// What to do next: the second line of every message.
    pub fn next(&self) -> &'static str {
        match self {
            Self::NoDatabase { .. } => {
                "Name the right folder with --dir, or restore the database from a backup; `piagam init --dir DIR --base-url URL` begins a new one."
            }
            Self::Empty { .. } => {
                "Restore the last good backup. Only where nothing was ever issued: remove the database and piagam.toml, and run `piagam init`."
            }
            Self::ReadOnly { .. } => {
                "Give the user that runs piagam the right to write the file and its folder, then try again."
            }
            Self::CannotOpen { .. } => "Check that the path is a file and that its folder may be entered and written.",
            Self::Newer { .. } => "Install the newer piagam that wrote it. The database has not been touched.",
            Self::Older { .. } => {
                "Open it once with write access (for instance `piagam doctor --dir DIR`) to bring it up to date."
            }
            Self::Behind { .. } => {
                "End every piagam that serves from it, then run `piagam migrate --dir DIR` once, and start them again."
            }
            Self::Address { .. } => {
                "Write postgres://USER@HOST/NAME, with special characters of a password as %XX; see `piagam init --help`."
            }
            Self::Unreachable { .. } => {
                "Check that PostgreSQL runs, that the URL names it, and that user and password are right (DATABASE_URL, PGPASSWORD or ~/.pgpass); `piagam doctor --dir DIR` tries it."
            }
            Self::Unfit { .. } => {
                "Make a database on PostgreSQL 13 or newer: createdb --encoding UTF8 --template template0 NAME"
            }
            Self::OtherMigration { .. } => "Use the piagam that made this database, or restore a backup.",
            Self::Corrupt { .. } => "Keep the file as it is and restore the last good backup into another folder.",
            Self::Busy => "Wait until the other process has finished, or stop it, then run the same command again.",
            Self::Full => "Free some space, then run the same command again: it continues where it stopped.",
            Self::UnknownCertificate { .. } | Self::UnknownBatch { .. } => {
                "Look the id up with `piagam list --dir DIR --json`."
            }
            Self::IllegalStep { .. } => {
                "Look at its state with `piagam list --dir DIR --json`. Revoked and superseded are final."
            }
            Self::ReissueUnderWay { .. } => "Run the same reissue again: it finishes the one that was begun.",
            Self::PersonTaken => "Run the same command again: it compares the sheet with what is issued by now.",
            Self::Taken { .. } => "Run the same command again: a fresh one is drawn.",
            Self::KeyNumberTaken { .. } => {
                "Put the right key file back into DIR/keys, or make a new key with `piagam keys new`."
            }
            Self::ListsFull { .. } => "Begin a new issuer (another base URL); write to the makers of piagam.",
            Self::Unfinished { .. } => "Run the same command again: it signs the rest.",
            Self::UnknownUser { .. } => "See `piagam users list --dir DIR`.",
            Self::UnknownDraft { .. } => "Open the list of cohorts at the desk.",
            Self::DraftMoved { .. } => {
                "Load the page again, look at how it stands now, and repeat if it is still needed."
            }
            Self::Unreadable { .. } => "Install the newer piagam that wrote it, or restore a backup.",
            Self::Database { .. } => "Run `piagam doctor --dir DIR` to see what is wrong with the database.",
        }
    }
}
