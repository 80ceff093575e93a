//! Opening the file: looked at before anything is written to it.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection};

use super::migrations::{check_applied, known_schema_version, migration_error, refuse_newer, schema_version};
use super::{SqliteStore, older};
use crate::archive::{ArchiveError, Give, TableRows};
use crate::{Result, StoreError};

pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/sqlite");

/// How long to wait for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(20);

/// How many read at once.
const READERS: u32 = 8;

/// How often to look whether another process has finished the same migration.
const MIGRATION_ATTEMPTS: u32 = 5;

pub(super) async fn create(path: &Path) -> Result<SqliteStore> {
    make_private_file(path)?;
    let found = look_at(path).await?;
    opened(path, found).await
}

/// A file without any of our tables is a lost database, not a new one.
pub(super) async fn existing(path: &Path) -> Result<SqliteStore> {
    match look_at(path).await? {
        0 => Err(StoreError::Empty { path: path.to_owned() }),
        found => opened(path, found).await,
    }
}

/// The newest migration that the file had, and has now.
pub(super) async fn migrated(path: &Path) -> Result<(i64, i64)> {
    let found = look_at(path).await?;
    existing(path).await?.close().await;
    Ok((found, known_schema_version()))
}

/// The newest migration that the file has; nothing is written to it.
async fn look_at(path: &Path) -> Result<i64> {
    require_writable_file(path)?;
    let mut connection = options(path).pragma("query_only", "1").connect().await?;
    let found = schema_version(&mut connection).await?;
    // One that is only dropped closes a moment later, and holds the log until then.
    connection.close().await?;
    refuse_newer(found)?;
    Ok(found)
}

async fn opened(path: &Path, found: i64) -> Result<SqliteStore> {
    // What is deleted or overwritten is gone from the file too: secrets, and people's data.
    let options = options(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .pragma("secure_delete", "on");
    let writer = pool(1, options.clone());
    if found < known_schema_version() {
        migrate(&writer).await?;
    } else {
        check_applied(&mut *writer.acquire().await?).await?;
    }
    let reader = pool(READERS, options.pragma("query_only", "1"));
    let store = SqliteStore { path: path.to_owned(), writer, reader };
    older::chain(&store).await?;
    Ok(store)
}

/// Made beside its place, and put there when it is whole.
pub(super) async fn fill(path: &Path, version: i64, rows: &mut Give<'_>) -> Result<Vec<TableRows>, ArchiveError> {
    refuse_newer(version)?;
    if path.exists() {
        return Err(ArchiveError::NotEmpty);
    }
    let draft = path.with_extension("restoring");
    remove(&draft);
    let filled = fill_draft(&draft, version, rows).await;
    let placed = filled.and_then(|counts| {
        fs::rename(&draft, path)?;
        Ok(counts)
    });
    remove(&draft);
    placed
}

async fn fill_draft(draft: &Path, version: i64, rows: &mut Give<'_>) -> Result<Vec<TableRows>, ArchiveError> {
    make_private_file(draft)?;
    let options = options(draft).journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
    let writer = pool(1, options.foreign_keys(true));
    MIGRATIONS.run_to(version, &writer).await.map_err(migration_error)?;
    let store = SqliteStore { path: draft.to_owned(), writer: writer.clone(), reader: writer };
    let counts = super::archive::fill(&store, rows).await;
    store.close().await;
    counts
}

fn remove(file: &Path) {
    for beside in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(beside);
        let _ = fs::remove_file(Path::new(&name));
    }
}

/// The columns of a table, with what they hold.
pub(super) const COLUMNS: &str = "SELECT name, type FROM pragma_table_info($1) ORDER BY cid";

/// Numbers that were given out are not given again: SQLite counts on from the largest by itself.
pub(super) async fn count_on(_: &mut SqliteConnection) -> Result<()> {
    Ok(())
}

pub(super) async fn for_reading(path: &Path) -> Result<SqliteStore> {
    require_file(path)?;
    let mut options = options(path).read_only(true);
    if let Err(error) = options.connect().await {
        // A database in WAL mode on a disk that cannot be written has no place for its shared memory. Without a
        // write-ahead log beside it, the file is complete and can be read as it is.
        if wal_is_empty(path) {
            options = options.immutable(true);
        } else {
            return Err(error.into());
        }
    }
    let reader = pool(READERS, options);
    let mut connection = reader.acquire().await?;
    let found = schema_version(&mut connection).await?;
    refuse_newer(found)?;
    if found == 0 {
        return Err(StoreError::Empty { path: path.to_owned() });
    }
    if found < known_schema_version() {
        return Err(StoreError::Older { found, known: known_schema_version() });
    }
    drop(connection);
    Ok(SqliteStore { path: path.to_owned(), writer: reader.clone(), reader })
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .busy_timeout(BUSY_TIMEOUT)
        .optimize_on_close(false, None)
        .disable_statement_logging()
}

/// Connections are made when they are needed: a command that only reads one row opens one.
fn pool(connections: u32, options: SqliteConnectOptions) -> SqlitePool {
    SqlitePoolOptions::new()
        .min_connections(0)
        .max_connections(connections)
        .acquire_timeout(BUSY_TIMEOUT + Duration::from_secs(10))
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_lazy_with(options)
}

/// Whether anything was ever migrated here.
pub(super) const HAS_MIGRATIONS: &str = "SELECT COUNT(*) FROM sqlite_master WHERE name = '_sqlx_migrations'";

/// How large the database is.
pub(super) const BYTES: &str = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";

/// What SQLite itself finds wrong.
pub(super) async fn damage(store: &SqliteStore) -> Result<Vec<String>> {
    let mut findings: Vec<String> =
        sqlx::query_scalar("SELECT * FROM pragma_integrity_check").fetch_all(&store.reader).await?;
    findings.retain(|finding| finding != "ok");
    let orphans: Vec<(String, i64)> =
        sqlx::query_as("SELECT \"table\", COUNT(*) FROM pragma_foreign_key_check GROUP BY 1")
            .fetch_all(&store.reader)
            .await?;
    findings.extend(orphans.iter().map(|(table, count)| format!("{count} rows of {table} point at nothing")));
    Ok(findings)
}

/// Brings the database up to date. Two processes may begin at once: the slower one fails on what the faster one made,
/// and finds it complete when it looks again.
async fn migrate(writer: &SqlitePool) -> Result<()> {
    let mut attempt = 1;
    loop {
        match MIGRATIONS.run(writer).await {
            Ok(()) => return Ok(()),
            Err(_) if attempt < MIGRATION_ATTEMPTS => {
                attempt += 1;
                tokio::time::sleep(Duration::from_millis(100) * attempt).await;
            }
            Err(error) => return Err(migration_error(error)),
        }
    }
}

/// Makes the file readable by its owner only: it holds personal data.
fn make_private_file(path: &Path) -> Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => {
            Err(StoreError::ReadOnly { detail: format!("{}: {error}", path.display()) })
        }
        Err(error) if error.kind() == ErrorKind::StorageFull => Err(StoreError::Full),
        Err(error) => Err(StoreError::CannotOpen { path: path.to_owned(), detail: error.to_string() }),
    }
}

fn require_file(path: &Path) -> Result<fs::Metadata> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(metadata),
        Ok(_) => Err(StoreError::CannotOpen { path: path.to_owned(), detail: "it is not a file".to_owned() }),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(StoreError::NoDatabase { path: path.to_owned() }),
        Err(error) => Err(StoreError::CannotOpen { path: path.to_owned(), detail: error.to_string() }),
    }
}

/// The permission bits are asked too, because they do not stop root: who took the right to write away meant it.
fn require_writable_file(path: &Path) -> Result<()> {
    let metadata = require_file(path)?;
    let file = fs::OpenOptions::new().append(true).open(path);
    if metadata.permissions().readonly() || file.is_err() {
        return Err(StoreError::ReadOnly { detail: path.display().to_string() });
    }
    Ok(())
}

fn wal_is_empty(path: &Path) -> bool {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    fs::metadata(Path::new(&name)).map_or(true, |metadata| metadata.len() == 0)
}
