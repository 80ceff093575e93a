//! SQLite only: files that cannot be used are answered with a clear error and left as they are.

use std::fs;

use store::sqlite::{SqliteStore, known_schema_version};
use store::*;

use crate::world::{SqliteFile, World, at, new_issuer, people};

async fn filled(file: &SqliteFile) {
    let store = SqliteStore::create(file.path()).await.unwrap();
    let world = World::new(std::sync::Arc::new(store.clone())).await;
    world.issue(people(3)).await;
    store.close().await;
}

#[tokio::test]
async fn no_database_is_not_made_by_opening() {
    let file = SqliteFile::new();
    let error = SqliteStore::open(file.path()).await.unwrap_err();
    assert!(matches!(error, StoreError::NoDatabase { .. }), "{error}");
    assert!(error.next().contains("piagam init"));
    assert!(!file.path().exists());
    let folder = file.path().parent().unwrap().to_owned();
    assert!(matches!(SqliteStore::open(folder).await, Err(StoreError::CannotOpen { .. })));
}

#[tokio::test]
async fn an_emptied_database_is_no_new_one() {
    let file = SqliteFile::new();
    filled(&file).await;
    fs::write(file.path(), b"").unwrap();
    for error in [
        SqliteStore::open(file.path()).await.unwrap_err(),
        SqliteStore::open_for_reading(file.path()).await.unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::Empty { .. }), "{error}");
        assert!(error.next().contains("backup"));
    }
    assert_eq!(fs::metadata(file.path()).unwrap().len(), 0, "it is left as it is");
    // Whoever makes one goes on where an earlier making was interrupted.
    SqliteStore::create(file.path()).await.unwrap().close().await;
    SqliteStore::open(file.path()).await.unwrap().close().await;
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let file = SqliteFile::new();
    filled(&file).await;
    assert_eq!(fs::metadata(file.path()).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_newer_database_is_refused_and_left_alone() {
    let file = SqliteFile::new();
    filled(&file).await;
    let newer = known_schema_version() + 1;
    let sql = format!(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES ({newer}, 'from the future', 1, x'00', 0)"
    );
    execute(&file, sql).await;
    let before = fs::read(file.path()).unwrap();
    for error in [
        SqliteStore::open(file.path()).await.unwrap_err(),
        SqliteStore::create(file.path()).await.unwrap_err(),
        SqliteStore::open_for_reading(file.path()).await.unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::Newer { found, .. } if found == newer), "{error}");
    }
    assert_eq!(fs::read(file.path()).unwrap(), before);
}

#[tokio::test]
async fn another_migration_under_the_same_number_is_refused() {
    let file = SqliteFile::new();
    filled(&file).await;
    execute(&file, "UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 1".to_owned()).await;
    let error = SqliteStore::open(file.path()).await.unwrap_err();
    assert!(matches!(error, StoreError::OtherMigration { version: 1 }), "{error}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let file = SqliteFile::new();
    let bytes = b"No,Nama\n1,Peserta Contoh\n".repeat(100);
    fs::write(file.path(), &bytes).unwrap();
    for error in [
        SqliteStore::open(file.path()).await.unwrap_err(),
        SqliteStore::create(file.path()).await.unwrap_err(),
        SqliteStore::open_for_reading(file.path()).await.unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    }
    assert_eq!(fs::read(file.path()).unwrap(), bytes);
}

#[tokio::test]
async fn a_damaged_database_is_an_error_not_a_panic() {
    let file = SqliteFile::new();
    filled(&file).await;
    let mut bytes = fs::read(file.path()).unwrap();
    for byte in bytes.iter_mut().skip(4_096) {
        *byte ^= 0x5a;
    }
    fs::write(file.path(), &bytes).unwrap();
    let outcome = match SqliteStore::open(file.path()).await {
        Ok(store) => store.certificates(&Filter::default(), Page::FIRST).await.map(|_| ()),
        Err(error) => Err(error),
    };
    assert!(matches!(outcome, Err(StoreError::Corrupt { .. })), "{outcome:?}");
}

#[tokio::test]
async fn a_read_only_database_can_be_read_and_says_so_when_written() {
    let file = SqliteFile::new();
    filled(&file).await;
    let mut permissions = fs::metadata(file.path()).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(file.path(), permissions).unwrap();
    let error = SqliteStore::open(file.path()).await.unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly { .. }), "{error}");

    let store = SqliteStore::open_for_reading(file.path()).await.unwrap();
    assert_eq!(store.certificates(&Filter::default(), Page::FIRST).await.unwrap().len(), 3);
    let error = store.put_issuer(&new_issuer("lain.example"), at(0)).await.unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly { .. }), "{error}");
}

#[tokio::test]
async fn a_frozen_copy_that_was_changed_is_found() {
    let file = SqliteFile::new();
    filled(&file).await;
    execute(&file, "UPDATE artifacts SET bytes = x'00' WHERE kind = 'design'".to_owned()).await;
    let findings = SqliteStore::open(file.path()).await.unwrap().integrity().await.unwrap();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].contains("is not what was frozen"));
}

#[tokio::test]
async fn signed_bytes_and_events_cannot_be_rewritten_by_hand() {
    let file = SqliteFile::new();
    filled(&file).await;
    for sql in ["UPDATE signed SET rdfc = ''", "UPDATE events SET actor = ''", "DELETE FROM events"] {
        let error = sqlx::query(sql).execute(&mut connect(&file).await).await.unwrap_err();
        assert!(error.to_string().contains("never") || error.to_string().contains("append-only"), "{error}");
    }
}

async fn connect(file: &SqliteFile) -> sqlx::SqliteConnection {
    use sqlx::ConnectOptions;
    sqlx::sqlite::SqliteConnectOptions::new().filename(file.path()).connect().await.unwrap()
}

async fn execute(file: &SqliteFile, sql: String) {
    try_execute(file, sql).await.unwrap();
}

async fn try_execute(file: &SqliteFile, sql: String) -> sqlx::Result<()> {
    use sqlx::Connection;
    let mut connection = connect(file).await;
    let done = sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await;
    connection.close().await?;
    done.map(|_| ())
}

#[tokio::test]
async fn events_from_before_the_chain_join_it_when_the_database_is_opened() {
    let file = SqliteFile::new();
    filled(&file).await;
    let sound = SqliteStore::open(file.path()).await.unwrap().chain_head().await.unwrap();
    let trigger = "CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events WHEN OLD.hash IS NOT NULL \
                   BEGIN SELECT RAISE(ABORT, 'events are append-only'); END";
    for sql in ["DROP TRIGGER events_are_never_changed", "UPDATE events SET hash = NULL", trigger] {
        execute(&file, sql.to_owned()).await;
    }
    let store = SqliteStore::open(file.path()).await.unwrap();
    assert_eq!(store.chain_head().await.unwrap(), sound);
    let refused = try_execute(&file, "UPDATE events SET hash = NULL".to_owned()).await;
    assert!(refused.is_err(), "a hash is never changed");
}
