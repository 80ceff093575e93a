//! SQLite: one file beside the keys, in WAL mode, with one writer.
//!
//! Writing goes through a pool of one connection and begins with `BEGIN IMMEDIATE`, so that a transaction that reads
//! before it writes never has to be repeated; other processes wait up to `BUSY_TIMEOUT`. Reading goes through a
//! second pool and sees one moment. Every commit reaches the disk (`synchronous=FULL`).

mod api_lists;
mod audit;
mod batches;
mod certificates;
mod contract;
mod desk;
mod drafts;
mod fault;
mod frozen;
mod graduates;
mod installation;
mod life;
mod open;
mod outbox;
mod published;
mod renderings;
mod reserve;
mod rows;

use std::path::{Path, PathBuf};

use sqlx::Transaction;
use sqlx::sqlite::{Sqlite, SqlitePool};

use crate::Result;

pub use open::known_schema_version;

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
    async fn write(&self) -> Result<Transaction<'static, Sqlite>> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Begins to read from one moment.
    async fn read(&self) -> Result<Transaction<'static, Sqlite>> {
        Ok(self.reader.begin().await?)
    }
}
