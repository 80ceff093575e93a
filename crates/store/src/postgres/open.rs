//! Connecting: looked at before anything is written.

use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use super::migrations::{check_applied, known_schema_version, migration_error, refuse_newer, schema_version};
use super::{Address, PostgresStore};
use crate::archive::{ArchiveError, Give, TableRows};
use crate::{Result, StoreError};

pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/postgres");

/// The oldest server that is known to do.
const OLDEST_SERVER: u32 = 130_000;

/// How long to wait for a lock that another process holds.
const LOCK_TIMEOUT: &str = "20s";

/// A process that stands still within a transaction loses it, and its locks, after so long.
const IDLE_TIMEOUT: &str = "60s";

/// How long to wait for a connection. Longer than for a lock: who writes has one while it waits.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a first connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Connections of one process: a server takes 100 by default.
const READERS: u32 = 8;
const WRITERS: u32 = 4;

/// Whether anything was ever migrated here.
pub(super) const HAS_MIGRATIONS: &str = "SELECT COUNT(*) FROM pg_tables \
     WHERE tablename = '_sqlx_migrations' AND schemaname = ANY (current_schemas(false))";

/// How large the database is.
pub(super) const BYTES: &str = "SELECT pg_database_size(current_database())";

pub(super) async fn create(address: &Address) -> Result<PostgresStore> {
    let mut connection = connect(address).await?;
    require_fit(&mut connection).await?;
    let found = schema_version(&mut connection).await?;
    refuse_newer(found)?;
    // Where a making was interrupted, nobody issues yet.
    let is_to_be_made = found < known_schema_version() && is_unused(&mut connection, found).await?;
    connection.close().await?;
    if is_to_be_made {
        migrate(address).await?;
    }
    existing(address).await
}

pub(super) async fn existing(address: &Address) -> Result<PostgresStore> {
    check(address).await?;
    Ok(opened(address, true))
}

pub(super) async fn for_reading(address: &Address) -> Result<PostgresStore> {
    check(address).await?;
    Ok(opened(address, false))
}

pub(super) async fn migrated(address: &Address) -> Result<(i64, i64)> {
    let mut connection = connect(address).await?;
    require_fit(&mut connection).await?;
    let found = schema_version(&mut connection).await?;
    refuse_newer(found)?;
    refuse_empty(address, found)?;
    connection.close().await?;
    migrate(address).await?;
    Ok((found, known_schema_version()))
}

/// Of several that begin at once one migrates, under a lock of sqlx's own; the others find it done.
async fn migrate(address: &Address) -> Result<()> {
    let pool = pool(1, options(address, true));
    let done = MIGRATIONS.run(&pool).await.map_err(migration_error);
    pool.close().await;
    done
}

/// In one transaction: who was interrupted finds empty tables, and begins again.
pub(super) async fn fill(address: &Address, version: i64, rows: &mut Give<'_>) -> Result<Vec<TableRows>, ArchiveError> {
    refuse_newer(version)?;
    let mut connection = connect(address).await?;
    require_fit(&mut connection).await?;
    let found = schema_version(&mut connection).await?;
    if (found != 0 && found != version) || !is_unused(&mut connection, found).await? {
        return Err(ArchiveError::NotEmpty);
    }
    connection.close().await?;
    let writer = pool(1, options(address, true));
    MIGRATIONS.run_to(version, &writer).await.map_err(migration_error)?;
    let store = PostgresStore { address: address.clone(), writer: writer.clone(), reader: writer };
    let counts = super::archive::fill(&store, rows).await;
    store.close().await;
    counts
}

/// The columns of a table, with what they hold.
pub(super) const COLUMNS: &str = "SELECT column_name::text, data_type::text FROM information_schema.columns \
     WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position";

/// Numbers that were given out are not given again: the counters go on after the largest.
pub(super) async fn count_on(write: &mut PgConnection) -> Result<()> {
    let counted: Vec<(String, String)> = sqlx::query_as(
        "SELECT table_name::text, column_name::text FROM information_schema.columns \
         WHERE table_schema = current_schema() AND is_identity = 'YES'",
    )
    .fetch_all(&mut *write)
    .await?;
    for (table, column) in counted {
        let go_on = format!(
            "SELECT setval(pg_get_serial_sequence('{table}', '{column}'), MAX({column})) FROM {table} \
             HAVING MAX({column}) IS NOT NULL"
        );
        sqlx::query(AssertSqlSafe(go_on)).execute(&mut *write).await?;
    }
    Ok(())
}

/// The database has exactly our tables. One without any is a lost database, not a new one.
async fn check(address: &Address) -> Result<()> {
    let mut connection = connect(address).await?;
    let found = schema_version(&mut connection).await?;
    refuse_newer(found)?;
    refuse_empty(address, found)?;
    if found < known_schema_version() {
        return Err(StoreError::Behind { found, known: known_schema_version() });
    }
    check_applied(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

fn refuse_empty(address: &Address, found: i64) -> Result<()> {
    match found {
        0 => Err(StoreError::Empty { path: address.to_string().into() }),
        _ => Ok(()),
    }
}

async fn is_unused(connection: &mut PgConnection, found: i64) -> Result<bool> {
    if found == 0 {
        return Ok(true);
    }
    let issuers: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM issuers").fetch_one(connection).await?;
    Ok(issuers == 0)
}

async fn require_fit(connection: &mut PgConnection) -> Result<()> {
    let (version, number, encoding): (String, String, String) = sqlx::query_as(
        "SELECT current_setting('server_version'), current_setting('server_version_num'), \
         current_setting('server_encoding')",
    )
    .fetch_one(connection)
    .await?;
    if number.parse::<u32>().is_ok_and(|number| number < OLDEST_SERVER) {
        let detail = format!("the server is PostgreSQL {version}; {} or newer is needed", OLDEST_SERVER / 10_000);
        return Err(StoreError::Unfit { detail });
    }
    if encoding != "UTF8" {
        return Err(StoreError::Unfit { detail: format!("its encoding is {encoding}; UTF8 is needed") });
    }
    Ok(())
}

async fn connect(address: &Address) -> Result<PgConnection> {
    let options = options(address, true);
    match tokio::time::timeout(CONNECT_TIMEOUT, options.connect()).await {
        Ok(connected) => Ok(connected?),
        Err(_) => {
            Err(StoreError::Unreachable { detail: format!("no answer for {} seconds", CONNECT_TIMEOUT.as_secs()) })
        }
    }
}

/// Connections are made when they are needed.
fn opened(address: &Address, writes: bool) -> PostgresStore {
    let reader = pool(READERS, options(address, false));
    let writer = if writes { pool(WRITERS, options(address, true)) } else { reader.clone() };
    PostgresStore { address: address.clone(), writer, reader }
}

fn pool(connections: u32, options: PgConnectOptions) -> PgPool {
    PgPoolOptions::new()
        .min_connections(0)
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_lazy_with(options)
}

fn options(address: &Address, writes: bool) -> PgConnectOptions {
    let mut options = address
        .options()
        .application_name("piagam")
        .options([("lock_timeout", LOCK_TIMEOUT), ("idle_in_transaction_session_timeout", IDLE_TIMEOUT)])
        // A machine that is gone is found out by the server, which then gives its locks to others.
        .options([("tcp_keepalives_idle", "10"), ("tcp_keepalives_interval", "5"), ("tcp_keepalives_count", "3")])
        .disable_statement_logging();
    if !writes {
        options = options.options([("default_transaction_read_only", "on")]);
    }
    options
}

/// What PostgreSQL itself has found wrong with this database.
pub(super) async fn damage(store: &PostgresStore) -> Result<Vec<String>> {
    let pages: Option<i64> =
        sqlx::query_scalar("SELECT checksum_failures FROM pg_stat_database WHERE datname = current_database()")
            .fetch_optional(&store.reader)
            .await?
            .flatten();
    Ok(pages.filter(|pages| *pages > 0).map(|pages| format!("{pages} damaged pages were found")).into_iter().collect())
}
