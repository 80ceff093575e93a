//! SQLite's result codes as [`StoreError`]s.

use crate::StoreError;

// Primary result codes, https://www.sqlite.org/rescode.html
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
        let detail = error.to_string();
        let code = match &error {
            sqlx::Error::Database(database) => database.code().and_then(|code| code.parse::<i32>().ok()),
            sqlx::Error::PoolTimedOut => return Self::Busy,
            _ => None,
        };
        match code.map(|code| code & PRIMARY) {
            Some(SQLITE_BUSY | SQLITE_LOCKED) => Self::Busy,
            Some(SQLITE_READONLY) => Self::ReadOnly { detail },
            Some(SQLITE_CORRUPT | SQLITE_NOTADB) => Self::Corrupt { detail },
            Some(SQLITE_FULL) => Self::Full,
            Some(SQLITE_CANTOPEN) => Self::CannotOpen { path: "piagam.db".into(), detail },
            _ => Self::Database { detail, source: Box::new(error) },
        }
    }
}

/// Turns the violation of a unique constraint into `taken`, leaves everything else.
pub(super) fn unique(error: sqlx::Error, taken: impl FnOnce() -> StoreError) -> StoreError {
    match &error {
        sqlx::Error::Database(database) if database.is_unique_violation() => taken(),
        _ => error.into(),
    }
}
