//! What the databases answer, as [`StoreError`]s.

use sqlx::error::DatabaseError;
use sqlx::postgres::PgDatabaseError;

use crate::StoreError;

// SQLite's primary result codes, https://www.sqlite.org/rescode.html
const SQLITE_BUSY: i32 = 5;
const SQLITE_LOCKED: i32 = 6;
const SQLITE_READONLY: i32 = 8;
const SQLITE_CORRUPT: i32 = 11;
const SQLITE_FULL: i32 = 13;
const SQLITE_CANTOPEN: i32 = 14;
const SQLITE_NOTADB: i32 = 26;

/// The low byte of an extended code is the primary one.
const PRIMARY: i32 = 0xff;

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Configuration(_) => {
                Self::Unreachable { detail: error.to_string() }
            }
            sqlx::Error::Database(database) => match database.try_downcast_ref::<PgDatabaseError>() {
                Some(postgres) => of_postgres(postgres.code(), &error.to_string()),
                None => of_sqlite(database.as_ref(), &error.to_string()),
            }
            .unwrap_or_else(|| Self::other(error)),
            _ => Self::other(error),
        }
    }
}

impl StoreError {
    fn other(error: sqlx::Error) -> Self {
        Self::Database { detail: error.to_string(), source: Box::new(error) }
    }
}

fn of_sqlite(error: &dyn DatabaseError, detail: &str) -> Option<StoreError> {
    let code = error.code().and_then(|code| code.parse::<i32>().ok())?;
    let detail = detail.to_owned();
    match code & PRIMARY {
        SQLITE_BUSY | SQLITE_LOCKED => Some(StoreError::Busy),
        SQLITE_READONLY => Some(StoreError::ReadOnly { detail }),
        SQLITE_CORRUPT | SQLITE_NOTADB => Some(StoreError::Corrupt { detail }),
        SQLITE_FULL => Some(StoreError::Full),
        SQLITE_CANTOPEN => Some(StoreError::CannotOpen { path: "piagam.db".into(), detail }),
        _ => None,
    }
}

/// SQLSTATE codes, https://www.postgresql.org/docs/current/errcodes-appendix.html
fn of_postgres(code: &str, detail: &str) -> Option<StoreError> {
    let detail = detail.to_owned();
    match code {
        // lock_not_available, serialization_failure, deadlock_detected
        "55P03" | "40001" | "40P01" => Some(StoreError::Busy),
        // disk_full
        "53100" => Some(StoreError::Full),
        // read_only_sql_transaction, insufficient_privilege
        "25006" | "42501" => Some(StoreError::ReadOnly { detail }),
        // data_corrupted, index_corrupted
        "XX001" | "XX002" => Some(StoreError::Corrupt { detail }),
        // too_many_connections, invalid_catalog_name; the server stops, crashed, starts
        "53300" | "3D000" | "57P01" | "57P02" | "57P03" => Some(StoreError::Unreachable { detail }),
        // connection exceptions, invalid authorization
        _ if code.starts_with("08") || code.starts_with("28") => Some(StoreError::Unreachable { detail }),
        _ => None,
    }
}

/// Turns the violation of a unique constraint into `taken`, leaves everything else.
pub(crate) fn unique(error: sqlx::Error, taken: impl FnOnce() -> StoreError) -> StoreError {
    match &error {
        sqlx::Error::Database(database) if database.is_unique_violation() => taken(),
        _ => error.into(),
    }
}
