//! PostgreSQL: one database for any number of processes.
//!
//! What must not happen twice is guarded by unique constraints; what reads before it writes holds a lock that the
//! transaction's end releases (advisory locks of this database):
//!
//! - the *chain's* lock, for everything that appends an event or changes a state: one after the other, as the chain asks;
//! - the lock on *reservations*: a batch of a hundred thousand is reserved while others sign, revoke and sign in. It takes
//!   the chain's lock when it is nearly done. The order is always reservations, then chain, so nobody waits in a circle.
//!
//! Single statements need neither: they are atomic. Readers see one moment (`REPEATABLE READ`) and cannot write. Whoever
//! waits for a lock longer than `LOCK_TIMEOUT` is told [`StoreError::Busy`]; a process that stands still in the middle of a
//! transaction, or whose machine is gone, loses its locks.
//!
//! The statements are those of `crates/store/src/sql/`, which [`crate::sqlite`] compiles too.
//!
//! [`StoreError::Busy`]: crate::StoreError::Busy

// One text for both databases: each compiles it with its own driver.
#![allow(clippy::duplicate_mod)]

mod address;
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

use sqlx::Transaction;
use sqlx::postgres::PgPool;
// What the statements are compiled with here.
use sqlx::postgres::{PgConnection as DbConnection, PgRow as DbRow, Postgres as Db};

use crate::Result;
use crate::archive::{ArchiveError, Give, TableRows};

pub use address::Address;
pub use migrations::known_schema_version;

use PostgresStore as ThisStore;

/// The locks: "piagam" and a number, which nobody else in this database uses.
const RESERVATIONS: i64 = 0x7069_6167_616d_0001;
const CHAIN: i64 = 0x7069_6167_616d_0002;

/// The store in a PostgreSQL database.
#[derive(Debug, Clone)]
pub struct PostgresStore {
    address: Address,
    writer: PgPool,
    reader: PgPool,
}

impl PostgresStore {
    /// Makes the tables in an empty database, opens it otherwise.
    ///
    /// # Errors
    /// As [`PostgresStore::open`], except [`crate::StoreError::Empty`]; [`crate::StoreError::Unfit`] for a server that is
    /// too old, or a database that cannot hold every name.
    pub async fn create(address: &Address) -> Result<Self> {
        open::create(address).await
    }

    /// Opens the database. It is not brought up to date by itself, because others may be serving from it.
    ///
    /// # Errors
    /// [`crate::StoreError::Unreachable`], [`crate::StoreError::Empty`], [`crate::StoreError::Behind`],
    /// [`crate::StoreError::Newer`], [`crate::StoreError::OtherMigration`].
    pub async fn open(address: &Address) -> Result<Self> {
        open::existing(address).await
    }

    /// Opens the database without ever writing to it. Writing methods then answer [`crate::StoreError::ReadOnly`].
    ///
    /// # Errors
    /// As [`PostgresStore::open`].
    pub async fn open_for_reading(address: &Address) -> Result<Self> {
        open::for_reading(address).await
    }

    /// Brings the database up to date: the newest migration that it had, and has now. Of several that begin at once one
    /// does it.
    ///
    /// # Errors
    /// As [`PostgresStore::open`], except [`crate::StoreError::Behind`].
    pub async fn migrate(address: &Address) -> Result<(i64, i64)> {
        open::migrated(address).await
    }

    /// Fills an empty database with rows that were taken from one with this schema version: with all of them, or none. Then
    /// [`PostgresStore::migrate`] brings it up to date.
    ///
    /// # Errors
    /// [`ArchiveError`]; [`ArchiveError::NotEmpty`] for a database in which something was ever done.
    pub async fn fill(
        address: &Address,
        schema_version: i64,
        rows: &mut Give<'_>,
    ) -> Result<Vec<TableRows>, ArchiveError> {
        open::fill(address, schema_version, rows).await
    }

    /// Where the database is.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }

    /// Begins to write, under the chain's lock. Dropping the transaction undoes it.
    async fn write(&self) -> Result<Transaction<'static, Db>> {
        let mut write = self.writer.begin().await?;
        lock_chain(&mut write).await?;
        Ok(write)
    }

    /// Begins a reservation: one at a time, while others write.
    async fn write_reservation(&self) -> Result<Transaction<'static, Db>> {
        let mut write = self.writer.begin().await?;
        lock(&mut write, RESERVATIONS).await?;
        // The planner knows nothing of rows that are not committed: it would read the whole table for every hundred.
        sqlx::query("SET LOCAL enable_seqscan = off").execute(&mut *write).await?;
        Ok(write)
    }

    /// A long batch was reserved: the planner learns of it now, and not with the next autovacuum.
    async fn reserved_many(&self) -> Result<()> {
        sqlx::query("ANALYZE certificates, holders, status_entries, finder").execute(&self.writer).await?;
        Ok(())
    }

    /// What was overwritten leaves the table with the next vacuum, and the server's own log with its next segments: not by us.
    async fn leave_no_traces(&self) -> Result<()> {
        Ok(())
    }

    /// Begins to read from one moment.
    async fn read(&self) -> Result<Transaction<'static, Db>> {
        Ok(self.reader.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").await?)
    }
}

/// From here to the end of the transaction nobody else appends an event or changes a state. Again changes nothing.
async fn lock_chain(write: &mut DbConnection) -> Result<()> {
    lock(write, CHAIN).await
}

async fn lock(write: &mut DbConnection, which: i64) -> Result<()> {
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(which).execute(write).await?;
    Ok(())
}
