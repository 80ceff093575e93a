//! Which migrations a database has, and whether they are ours.

use sqlx::migrate::MigrateError;

use super::DbConnection;
use super::open::{HAS_MIGRATIONS, MIGRATIONS};
use crate::{Result, StoreError};

/// The newest migration that this binary has.
pub fn known_schema_version() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// The newest migration that the database has; 0 for an empty one.
pub(super) async fn schema_version(connection: &mut DbConnection) -> Result<i64> {
    let tables: i64 = sqlx::query_scalar(HAS_MIGRATIONS).fetch_one(&mut *connection).await?;
    if tables == 0 {
        return Ok(0);
    }
    let version: Option<i64> =
        sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations").fetch_one(connection).await?;
    Ok(version.unwrap_or(0))
}

pub(super) fn refuse_newer(found: i64) -> Result<()> {
    if found > known_schema_version() {
        return Err(StoreError::Newer { found, known: known_schema_version() });
    }
    Ok(())
}

/// Applied migrations must be the ones in this binary: a quick comparison, nothing is written.
pub(super) async fn check_applied(connection: &mut DbConnection) -> Result<()> {
    let applied: Vec<(i64, Vec<u8>, bool)> =
        sqlx::query_as("SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version")
            .fetch_all(connection)
            .await?;
    for (version, checksum, success) in applied {
        let known = MIGRATIONS.iter().find(|migration| migration.version == version);
        if !success || known.is_none_or(|migration| *migration.checksum != *checksum) {
            return Err(StoreError::OtherMigration { version });
        }
    }
    Ok(())
}

pub(super) fn migration_error(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
        MigrateError::VersionMissing(version) => StoreError::Newer { found: version, known: known_schema_version() },
        MigrateError::VersionMismatch(version) | MigrateError::Dirty(version) => StoreError::OtherMigration { version },
        other => StoreError::Database { detail: other.to_string(), source: Box::new(other) },
    }
}
