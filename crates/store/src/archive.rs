//! Everything that is remembered, row by row: for backups, and for a move between databases.
//!
//! Both databases have the same tables with the same kinds of values, so what one gives the other takes. A row is one line of
//! JSON: an object with a member for each column; bytes are base64. What is made anew by itself, or ends with the process
//! that made it, is left out: the desk's index, sessions, answered forms, leases.

use std::io;

use async_trait::async_trait;

use crate::StoreError;

/// The tables that are taken along, each after those that it names.
pub(crate) const TABLES: &[&str] = &[
    "issuers",
    "public_keys",
    "artifacts",
    "templates",
    "programmes",
    "cohorts",
    "batches",
    "batch_reports",
    "sequences",
    "status_lists",
    "status_entries",
    "certificates",
    "holders",
    "signed",
    "status_documents",
    "records",
    "renderings",
    "api_credentials",
    "api_status_lists",
    "api_status_entries",
    "api_status_documents",
    "events",
    "event_notes",
    "users",
    "recovery_codes",
    "drafts",
    "draft_sheets",
    "outbox",
    "links",
    "corrections",
    "nip_checks",
];

/// How many rows one statement writes.
pub(crate) const ROWS_AT_ONCE: usize = 50;

/// How many rows a table had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRows {
    /// The table's name.
    pub table: String,
    /// Its rows.
    pub rows: u64,
}

/// Takes a table's name and one of its rows.
pub type Take<'a> = dyn FnMut(&str, &str) -> io::Result<()> + Send + 'a;

/// Gives tables' names and their rows, in the order in which they were taken.
pub type Give<'a> = dyn Iterator<Item = io::Result<(String, String)>> + Send + 'a;

/// What a store gives away as a whole.
#[async_trait]
pub trait Archive: Send + Sync {
    /// Every row of every table, all from one moment, while others go on writing. Gives the number of rows of each table.
    ///
    /// # Errors
    /// [`ArchiveError::Store`]; [`ArchiveError::Outside`] with what `take` answered.
    async fn dump(&self, take: &mut Take<'_>) -> Result<Vec<TableRows>, ArchiveError>;
}

/// Why rows could not be taken or given.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Where the rows come from, or go to.
    #[error("the rows cannot be passed on: {0}")]
    Outside(#[from] io::Error),
    /// A row that does not fit: of another program, or altered.
    #[error("a row of {table:?} does not fit: {detail}")]
    Row {
        /// The table.
        table: String,
        /// What does not fit.
        detail: String,
    },
    /// The database is in use.
    #[error("there is something in the database already")]
    NotEmpty,
}

impl From<sqlx::Error> for ArchiveError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
