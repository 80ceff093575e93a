//! PostgreSQL only: databases that cannot be used are answered with a clear error and left as they are.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use sqlx::Connection;
use store::postgres::{Address, PostgresStore, known_schema_version};
use store::*;

use crate::cluster::{cluster, name_of};
use crate::world::{PostgresDatabase, World, at, new_issuer, people};

async fn filled(database: &PostgresDatabase) {
    let store = PostgresStore::create(&database.address).await.unwrap();
    World::new(Arc::new(store.clone())).await.issue(people(3)).await;
    store.close().await;
}

fn sql(database: &PostgresDatabase, statement: &str) -> String {
    cluster().sql(name_of(database.address.without_password()), statement)
}

#[tokio::test]
async fn an_empty_database_is_not_filled_by_opening() {
    let database = PostgresDatabase::new();
    for error in [
        PostgresStore::open(&database.address).await.unwrap_err(),
        PostgresStore::open_for_reading(&database.address).await.unwrap_err(),
        PostgresStore::migrate(&database.address).await.unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::Empty { .. }), "{error}");
        assert!(
            error.to_string().contains(name_of(database.address.without_password())) && error.next().contains("backup")
        );
    }
    assert_eq!(sql(&database, "SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'"), "0");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_said_to_be_unreachable() {
    let there = cluster().url("nobody_made_this");
    for url in
        [there.as_str(), "postgres://piagam@localhost/piagam?host=/nowhere", "postgres://piagam@127.0.0.1:9/piagam"]
    {
        let error = PostgresStore::open(&Address::parse(url).unwrap()).await.unwrap_err();
        assert!(matches!(error, StoreError::Unreachable { .. }), "{url}: {error:?}");
    }
}

#[tokio::test]
async fn a_database_that_cannot_hold_every_name_is_refused() {
    cluster().sql("postgres", "CREATE DATABASE sempit ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'");
    let error = PostgresStore::create(&Address::parse(&cluster().url("sempit")).unwrap()).await.unwrap_err();
    assert!(matches!(error, StoreError::Unfit { .. }), "{error}");
}

#[tokio::test]
async fn a_newer_database_is_refused_and_left_alone() {
    let database = PostgresDatabase::new();
    filled(&database).await;
    let newer = known_schema_version() + 1;
    sql(
        &database,
        &format!(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             VALUES ({newer}, 'from the future', true, '\\x00', 0)"
        ),
    );
    for error in [
        PostgresStore::open(&database.address).await.unwrap_err(),
        PostgresStore::create(&database.address).await.unwrap_err(),
        PostgresStore::open_for_reading(&database.address).await.unwrap_err(),
        PostgresStore::migrate(&database.address).await.unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::Newer { found, .. } if found == newer), "{error}");
    }
}

#[tokio::test]
async fn another_migration_under_the_same_number_is_refused() {
    let database = PostgresDatabase::new();
    filled(&database).await;
    sql(&database, "UPDATE _sqlx_migrations SET checksum = '\\x00' WHERE version = 1");
    let error = PostgresStore::open(&database.address).await.unwrap_err();
    assert!(matches!(error, StoreError::OtherMigration { version: 1 }), "{error}");
}

/// What an interrupted making, or an older version, has left: everything but the newest migration.
async fn migrated_but_for_the_last(database: &PostgresDatabase) {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations/postgres");
    let mut files: Vec<_> = fs::read_dir(ours).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let folder = tempfile::tempdir().unwrap();
    for file in &files[..files.len() - 1] {
        fs::copy(file, folder.path().join(file.file_name().unwrap())).unwrap();
    }
    let url = database.address.without_password();
    let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
    sqlx::migrate::Migrator::new(folder.path()).await.unwrap().run(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn a_database_that_is_behind_waits_for_migrate() {
    let database = PostgresDatabase::new();
    migrated_but_for_the_last(&database).await;
    sql(&database, "INSERT INTO issuers (did, base_url, name_id, name_en, created_at) VALUES ('a', 'b', 'c', 'd', 0)");
    let known = known_schema_version();
    for error in [
        PostgresStore::open(&database.address).await.unwrap_err(),
        PostgresStore::create(&database.address).await.unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::Behind { found, known: k } if found == known - 1 && k == known), "{error}");
        assert!(error.next().contains("piagam migrate"));
    }
    // Two begin at once: one does it, the other finds it done.
    let (one, two) = tokio::join!(PostgresStore::migrate(&database.address), PostgresStore::migrate(&database.address));
    assert_eq!((one.unwrap().1, two.unwrap().1), (known, known));
    let store = PostgresStore::open(&database.address).await.unwrap();
    assert_eq!(store.issuers().await.unwrap().len(), 1);
    assert_eq!(PostgresStore::migrate(&database.address).await.unwrap(), (known, known));
}

#[tokio::test]
async fn a_making_that_was_interrupted_goes_on() {
    let database = PostgresDatabase::new();
    migrated_but_for_the_last(&database).await;
    PostgresStore::create(&database.address).await.unwrap().close().await;
    PostgresStore::open(&database.address).await.unwrap();
}

#[tokio::test]
async fn whoever_opens_it_for_reading_writes_nothing() {
    let database = PostgresDatabase::new();
    filled(&database).await;
    let store = PostgresStore::open_for_reading(&database.address).await.unwrap();
    assert_eq!(store.certificates(&Filter::default(), Page::FIRST).await.unwrap().len(), 3);
    let error = store.put_issuer(&new_issuer("lain.example"), at(0)).await.unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly { .. }), "{error}");
}

#[tokio::test]
async fn signed_bytes_and_events_cannot_be_rewritten_by_hand() {
    let database = PostgresDatabase::new();
    filled(&database).await;
    let name = name_of(database.address.without_password());
    for statement in
        ["UPDATE signed SET rdfc = ''", "UPDATE events SET actor = ''", "DELETE FROM events", "TRUNCATE events CASCADE"]
    {
        let error = cluster().try_sql(name, statement).unwrap_err();
        assert!(error.contains("never") || error.contains("append-only"), "{error}");
    }
    sql(&database, "UPDATE artifacts SET bytes = '\\x00' WHERE kind = 'design'");
    let findings = PostgresStore::open(&database.address).await.unwrap().integrity().await.unwrap();
    assert!(findings.len() == 1 && findings[0].contains("is not what was frozen"), "{findings:?}");
}

#[tokio::test]
async fn a_server_that_was_away_is_found_again() {
    let database = PostgresDatabase::new();
    filled(&database).await;
    let store = PostgresStore::open(&database.address).await.unwrap();
    store.ping().await.unwrap();
    let name = name_of(database.address.without_password());
    let ended = cluster().sql(
        "postgres",
        &format!("SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{name}'"),
    );
    assert_ne!(ended, "0");
    store.ping().await.unwrap();
    store.put_issuer(&new_issuer("lain.example"), at(0)).await.unwrap();
}

#[tokio::test]
async fn a_connection_is_encrypted_when_the_url_asks_for_it() {
    let database = PostgresDatabase::new();
    let name = name_of(database.address.without_password());
    cluster().sql(
        "postgres",
        &format!("CREATE ROLE {name} LOGIN PASSWORD 'r4has1a'; ALTER DATABASE {name} OWNER TO {name}"),
    );
    let url = cluster().url_with_password(name, name, "r4has1a");
    let certificate = cluster().certificate();
    let open = async |more: &str| PostgresStore::create(&Address::parse(&format!("{url}?{more}")).unwrap()).await;
    for good in
        ["sslmode=require", "sslmode=disable", &format!("sslmode=verify-full&sslrootcert={}", certificate.display())]
    {
        let store = open(good).await.unwrap_or_else(|error| panic!("{good}: {error}"));
        store.ping().await.unwrap();
        let encrypted = "SELECT COUNT(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE ssl AND usename";
        let encrypted = cluster().sql("postgres", &format!("{encrypted} = '{name}'"));
        assert_eq!(encrypted != "0", !good.contains("disable"), "{good}");
        store.close().await;
    }
    let error = open("sslmode=verify-full").await.unwrap_err();
    assert!(matches!(error, StoreError::Unreachable { .. }), "nobody vouches for this certificate: {error:?}");
    let wrong = Address::parse(&url.replace("r4has1a", "lain")).unwrap();
    let error = PostgresStore::open(&wrong).await.unwrap_err();
    assert!(matches!(error, StoreError::Unreachable { .. }), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("lain"), "{error}");
}
