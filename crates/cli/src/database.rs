//! Where an installation keeps what it remembers.

use crate::failure::{Failure, USAGE};
use server::config::{Config, ConfigError};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::postgres::{Address, PostgresStore};
use store::sqlite::SqliteStore;
use store::{Store, StoreError};

/// The SQLite file's name in the data directory.
pub(crate) const FILE: &str = "piagam.db";

/// Has the URL with its password, where settings name a PostgreSQL database.
pub(crate) const VARIABLE: &str = "DATABASE_URL";

/// A database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Database {
    /// A file in the data directory.
    Sqlite(PathBuf),
    /// A PostgreSQL database.
    Postgres(Address),
}

impl Database {
    /// The one of this data directory. The environment decides nothing but how to get into a PostgreSQL database: another
    /// program's variable does not lead away from the file.
    pub(crate) fn of(dir: &Path, config: &Config) -> Result<Self, StoreError> {
        let Some(address) = config.database.address() else { return Ok(Self::Sqlite(dir.join(FILE))) };
        match std::env::var(VARIABLE) {
            Ok(url) if !url.is_empty() => Ok(Self::Postgres(Address::parse(&url)?)),
            _ => Ok(Self::Postgres(address)),
        }
    }

    /// The one of this data directory, which may be a copy without settings.
    pub(crate) fn found_in(dir: &Path) -> Result<Self, Failure> {
        let file = dir.join(FILE);
        match Config::load(dir) {
            Ok(config) => Ok(Self::of(dir, &config)?),
            Err(ConfigError::Missing(_)) => Ok(Self::Sqlite(file)),
            Err(_) if file.exists() => Ok(Self::Sqlite(file)),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes it where there is none, and opens it.
    pub(crate) async fn create(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(path) => SqliteStore::create(path).await?.close().await,
            Self::Postgres(address) => PostgresStore::create(address).await?.close().await,
        }
        Ok(())
    }

    /// Opens it once, to see that it can be.
    pub(crate) async fn try_open(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(path) => SqliteStore::open(path).await?.close().await,
            Self::Postgres(address) => PostgresStore::open(address).await?.close().await,
        }
        Ok(())
    }

    /// Opens it for work.
    pub(crate) async fn open(&self) -> Result<Arc<dyn Store>, StoreError> {
        Ok(match self {
            Self::Sqlite(path) => Arc::new(SqliteStore::open(path).await?),
            Self::Postgres(address) => Arc::new(PostgresStore::open(address).await?),
        })
    }

    /// Opens it, and never writes to it.
    pub(crate) async fn open_for_reading(&self) -> Result<Arc<dyn Store>, StoreError> {
        Ok(match self {
            Self::Sqlite(path) => Arc::new(SqliteStore::open_for_reading(path).await?),
            Self::Postgres(address) => Arc::new(PostgresStore::open_for_reading(address).await?),
        })
    }

    /// Brings it up to date: the version that it had, and has now.
    pub(crate) async fn migrate(&self) -> Result<(i64, i64), StoreError> {
        match self {
            Self::Sqlite(path) => SqliteStore::migrate(path).await,
            Self::Postgres(address) => PostgresStore::migrate(address).await,
        }
    }

    /// As the settings name it.
    pub(crate) fn in_settings(&self) -> &str {
        match self {
            Self::Sqlite(_) => "",
            Self::Postgres(address) => address.without_password(),
        }
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "SQLite, {}", path.display()),
            Self::Postgres(address) => write!(f, "PostgreSQL, {address}"),
        }
    }
}

/// The folder must be there: else nothing in it can be.
pub(crate) fn require_folder(dir: &Path) -> Result<(), Failure> {
    if dir.is_dir() {
        return Ok(());
    }
    Err(Failure::new(
        USAGE,
        (format!("{}: folder ini tidak ada.", dir.display()), "Periksa nilai --dir, atau jalankan `piagam init`."),
        (format!("{}: there is no such folder.", dir.display()), "Check --dir, or run `piagam init`."),
    ))
}
