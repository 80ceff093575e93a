//! SQLite: one file beside the keys, in WAL mode, with one writer.
//!
//! Writing goes through a pool of one connection and begins with `BEGIN IMMEDIATE`, so that a transaction that reads
//! before it writes never has to be repeated; other processes wait up to `BUSY_TIMEOUT`. Reading goes through a
//! second pool and sees one moment. Every commit reaches the disk (`synchronous=FULL`).
//!
//! The statements are those of `crates/store/src/sql/`, which [`crate::postgres`] compiles too.

// One text for both databases: each compiles it with its own driver.
#![allow(clippy::duplicate_mod)]

#[path = "../sql/api_lists.rs"]
mod api_lists;
#[path = "../sql/archive.rs"]
mod archive;
#[path = "../sql/audit.rs"]
mod audit;
#[path = "../sql/batches.rs"]
mod batches;
#[path = "../sql/certificates.rs"]
mod certificates;
#[path = "../sql/contract.rs"]
mod contract;
#[path = "../sql/desk.rs"]
mod desk;
#[path = "../sql/drafts.rs"]
mod drafts;
#[path = "../sql/frozen.rs"]
mod frozen;
#[path = "../sql/graduates.rs"]
mod graduates;
#[path = "../sql/installation.rs"]
mod installation;
#[path = "../sql/leases.rs"]
mod leases;
#[path = "../sql/life.rs"]
mod life;
#[path = "../sql/migrations.rs"]
mod migrations;
mod older;
mod open;
#[path = "../sql/outbox.rs"]
mod outbox;
#[path = "../sql/published.rs"]
mod published;
#[path = "../sql/renderings.rs"]
mod renderings;
#[path = "../sql/reserve/mod.rs"]
mod reserve;
#[path = "../sql/rows.rs"]
mod rows;

use std::path::{Path, PathBuf};

use sqlx::Transaction;
use sqlx::sqlite::SqlitePool;
// What the statements are compiled with here.
use sqlx::sqlite::{Sqlite as Db, SqliteConnection as DbConnection, SqliteRow as DbRow};

use crate::Result;
use crate::archive::{ArchiveError, Give, TableRows};

pub use migrations::known_schema_version;

use SqliteStore as ThisStore;

/// The store in one SQLite file.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    path: PathBuf,
    writer: SqlitePool,
    reader: SqlitePool,
}

impl SqliteStore {
    /// Makes the database when there is none, opens it otherwise, and brings it up to date.
    ///
    /// # Errors
    /// As [`SqliteStore::open`], except [`crate::StoreError::NoDatabase`] and [`crate::StoreError::Empty`]: a file
    /// without tables is one whose making was interrupted.
    pub async fn create(path: impl AsRef<Path>) -> Result<Self> {
        open::create(path.as_ref()).await
    }

    /// Opens the database and brings it up to date.
    ///
    /// # Errors
    /// [`crate::StoreError::NoDatabase`], [`crate::StoreError::Empty`], [`crate::StoreError::ReadOnly`], [`crate::StoreError::Corrupt`],
    /// [`crate::StoreError::Newer`] (the file is left as it is), [`crate::StoreError::OtherMigration`],
    /// [`crate::StoreError::CannotOpen`], [`crate::StoreError::Busy`].
    pub async fn open(path: impl AsRef<Path>) -> Result<Self> {
        open::existing(path.as_ref()).await
    }

    /// Opens the database, brings it up to date and closes it: the newest migration that it had, and has now.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub async fn migrate(path: impl AsRef<Path>) -> Result<(i64, i64)> {
        open::migrated(path.as_ref()).await
    }

    /// Makes the database of rows that were taken from one with this schema version: whole, or not at all. Then
    /// [`SqliteStore::open`] brings it up to date.
    ///
    /// # Errors
    /// [`ArchiveError`]; then there is no file.
    pub async fn fill(
        path: impl AsRef<Path>,
        schema_version: i64,
        rows: &mut Give<'_>,
    ) -> Result<Vec<TableRows>, ArchiveError> {
        open::fill(path.as_ref(), schema_version, rows).await
    }

    /// Opens the database without ever writing to it, also on a read-only disk. Writing methods then answer
    /// [`crate::StoreError::ReadOnly`].
    ///
    /// # Errors
    /// As [`SqliteStore::open`]; [`crate::StoreError::Older`] instead of bringing it up to date.
    pub async fn open_for_reading(path: impl AsRef<Path>) -> Result<Self> {
        open::for_reading(path.as_ref()).await
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Closes all connections, so that the write-ahead log is merged into the file.
    pub async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }

    /// Begins to write. Dropping the transaction undoes it.
    async fn write(&self) -> Result<Transaction<'static, Db>> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Begins a reservation: there is one writer.
    async fn write_reservation(&self) -> Result<Transaction<'static, Db>> {
        self.write().await
    }

    /// A long batch was reserved: the planner goes by the form of a statement alone.
    async fn reserved_many(&self) -> Result<()> {
        Ok(())
    }

    /// What was overwritten is gone from the write-ahead log too, which still has the page as it was. Whoever reads just now
    /// holds it up; it is overwritten soon.
    async fn leave_no_traces(&self) -> Result<()> {
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.writer).await?;
        Ok(())
    }

    /// Begins to read from one moment.
    async fn read(&self) -> Result<Transaction<'static, Db>> {
        Ok(self.reader.begin().await?)
    }
}

/// Whoever writes has the whole database.
async fn lock_chain(_: &mut DbConnection) -> Result<()> {
    Ok(())
}
