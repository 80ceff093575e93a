//! Everything taken out of one database and put into another.

use std::collections::BTreeSet;
use std::io;

use sqlx::Connection;
use store::archive::{ArchiveError, TableRows};
use store::postgres::PostgresStore;
use store::sqlite::SqliteStore;
use store::*;

use crate::world::{self, Database, PostgresDatabase, SqliteFile, World, at, change, people, person};

/// What does not go along: triggers make the first two of the holders, the others are of the moment.
const LEFT_OUT: [&str; 6] = ["finder", "contacts", "sessions", "forms", "asked_links", "leases"];

type Rows = Vec<(String, String)>;

async fn dump(store: &dyn Store) -> (Rows, Vec<TableRows>) {
    let mut rows = Vec::new();
    let counts = store
        .dump(&mut |table, row| {
            rows.push((table.to_owned(), row.to_owned()));
            Ok(())
        })
        .await
        .unwrap();
    (rows, counts)
}

fn giving(rows: &Rows) -> impl Iterator<Item = io::Result<(String, String)>> + Send + '_ {
    rows.iter().cloned().map(Ok)
}

/// A reissue, a revocation with a note, a user, bytes, nothing where there may be nothing.
async fn lived_in(store: std::sync::Arc<dyn Store>) -> World {
    let world = World::new(store).await;
    let issued = world.issue(people(120)).await;
    world.store.change(&change(issued[3].id, Act::Revoke)).await.unwrap();
    let mut corrected = person("Peserta Contoh 1, S.Kom.");
    corrected.predecessor = Some(issued[0].id);
    world.issue(vec![corrected]).await;
    let user = NewUser {
        login: "sari@contoh.example".to_owned(),
        name: "Sari Contohwati".to_owned(),
        role: Role::Operator,
        credentials: Credentials {
            password: "$argon2id$".to_owned(),
            must_change: true,
            totp_secret: vec![0, 1, 254, 255],
            recovery_codes: vec!["00".repeat(32)],
        },
    };
    let event = NewEvent::new(at(1), "cli", "user-added", "user");
    world.store.put_user(&user, &event).await.unwrap();
    world
}

#[tokio::test]
async fn rows_go_from_either_database_to_the_other_and_back_unchanged() {
    let (file, server, back) = (SqliteFile::new(), PostgresDatabase::new(), SqliteFile::new());
    let world = lived_in(file.open().await).await;
    let (first, counts) = dump(world.store.as_ref()).await;
    assert!(counts.iter().any(|count| count.table == "certificates" && count.rows == 121));

    let version = sqlite_version();
    let filled = PostgresStore::fill(&server.address, version, &mut giving(&first)).await.unwrap();
    assert_eq!(filled, counts.iter().filter(|count| count.rows > 0).cloned().collect::<Vec<_>>());
    let on_server = server.open().await;
    let (second, _) = dump(on_server.as_ref()).await;
    SqliteStore::fill(back.path(), version, &mut giving(&second)).await.unwrap();
    let in_file = back.open().await;
    let (third, _) = dump(in_file.as_ref()).await;
    let sorted = |mut rows: Rows| {
        rows.sort();
        rows
    };
    let (first, second, third) = (sorted(first), sorted(second), sorted(third));
    assert_eq!(first, second);
    assert_eq!(first, third);

    // Both go on where the first one ended: no serial, number or index comes again.
    for store in [on_server, in_file] {
        let events = store.events(None, 0, PAGE_MAX).await.unwrap();
        events.iter().try_fold(Head::default(), |head, event| head.follow(event)).unwrap();
        assert_eq!(store.chain_head().await.unwrap(), world.store.chain_head().await.unwrap());
        let search = Search { words: vec!["contoh".to_owned(), "7".to_owned()], cohort: None, state: None };
        assert!(!store.find_certificates(&search, i64::MAX, 10).await.unwrap().is_empty());
        let batch = world::reserve(store.as_ref(), world.batch(BatchKind::Cohort), vec![person("Baru Uji")], 9).await;
        let batch = batch.unwrap().new.id;
        let new = store.unsigned(batch, 0, 10).await.unwrap();
        assert_eq!(new[0].certificate.number, "N-122");
        assert_eq!(new[0].certificate.serial, 122);
    }
}

fn sqlite_version() -> i64 {
    let version = store::sqlite::known_schema_version();
    assert_eq!(version, store::postgres::known_schema_version());
    version
}

#[tokio::test]
async fn every_table_goes_along_or_is_known_to_stay() {
    let (file, server) = (SqliteFile::new(), PostgresDatabase::new());
    let (_, counts) = dump(file.open().await.as_ref()).await;
    let _made = server.open().await;
    let taken: BTreeSet<&str> = counts.iter().map(|count| count.table.as_str()).chain(LEFT_OUT).collect();
    let mut sqlite = sqlx::SqliteConnection::connect(&format!("sqlite:{}", file.path().display())).await.unwrap();
    let there: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_sqlx%'",
    )
    .fetch_all(&mut sqlite)
    .await
    .unwrap();
    assert_eq!(there.iter().map(String::as_str).collect::<BTreeSet<_>>(), taken);
    let mut postgres = sqlx::PgConnection::connect(server.address.without_password()).await.unwrap();
    let there: Vec<String> = sqlx::query_scalar(
        "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() AND tablename NOT LIKE '\\_sqlx%'",
    )
    .fetch_all(&mut postgres)
    .await
    .unwrap();
    assert_eq!(there.iter().map(String::as_str).collect::<BTreeSet<_>>(), taken);
}

#[tokio::test]
async fn a_fill_that_breaks_off_leaves_nothing_and_can_be_begun_again() {
    let (file, server) = (SqliteFile::new(), PostgresDatabase::new());
    let source = SqliteFile::new();
    let world = lived_in(source.open().await).await;
    let (rows, _) = dump(world.store.as_ref()).await;
    let version = sqlite_version();
    let broken = |rows: &Rows| {
        let end = [Err(io::Error::other("the disk is gone"))];
        rows.iter().take(200).cloned().map(Ok).chain(end).collect::<Vec<_>>().into_iter()
    };
    let error = SqliteStore::fill(file.path(), version, &mut broken(&rows)).await.unwrap_err();
    assert!(matches!(error, ArchiveError::Outside(_)), "{error}");
    assert_eq!(std::fs::read_dir(file.path().parent().unwrap()).unwrap().count(), 0);
    let error = PostgresStore::fill(&server.address, version, &mut broken(&rows)).await.unwrap_err();
    assert!(matches!(error, ArchiveError::Outside(_)), "{error}");

    SqliteStore::fill(file.path(), version, &mut giving(&rows)).await.unwrap();
    PostgresStore::fill(&server.address, version, &mut giving(&rows)).await.unwrap();
    // Once filled, they are somebody's.
    let again = SqliteStore::fill(file.path(), version, &mut giving(&rows)).await.unwrap_err();
    assert!(matches!(again, ArchiveError::NotEmpty), "{again}");
    let again = PostgresStore::fill(&server.address, version, &mut giving(&rows)).await.unwrap_err();
    assert!(matches!(again, ArchiveError::NotEmpty), "{again}");
}

#[tokio::test]
async fn rows_that_do_not_fit_are_refused_with_their_table() {
    let cases = [
        ("piagam", r#"{"id":1}"#),
        ("issuers", "{"),
        ("issuers", r#"{"id":1,"secret":"x"}"#),
        ("issuers", r#"{"id":"one","did":"d","base_url":"u","name_id":"n","name_en":"n","created_at":1}"#),
        ("artifacts", r#"{"hash":"h","kind":"design","bytes":"%%%","created_at":1}"#),
    ];
    for (table, row) in cases {
        let (file, server) = (SqliteFile::new(), PostgresDatabase::new());
        let rows = vec![(table.to_owned(), row.to_owned())];
        let in_file = SqliteStore::fill(file.path(), sqlite_version(), &mut giving(&rows)).await.unwrap_err();
        let on_server = PostgresStore::fill(&server.address, sqlite_version(), &mut giving(&rows)).await.unwrap_err();
        for error in [in_file, on_server] {
            assert!(matches!(&error, ArchiveError::Row { table: named, .. } if named == table), "{row}: {error}");
        }
    }
}

#[tokio::test]
async fn a_mail_that_waited_is_not_sent_again_by_itself() {
    let (file, filled) = (SqliteFile::new(), SqliteFile::new());
    let world = World::new(file.open().await).await;
    let mut somebody = person("Surat Uji");
    somebody.details.private = serde_json::json!({"email": "surat@contoh.example"});
    let issued = world.issue(vec![somebody]).await;
    let event = NewEvent::new(at(30), "user:1", "address", issued[0].id.to_string());
    world.store.put_address(issued[0].id, "baru@contoh.example", &event).await.unwrap();
    assert_eq!(world.store.queue_batch(issued[0].batch, at(40)).await.unwrap(), 1);
    let (rows, _) = dump(world.store.as_ref()).await;
    SqliteStore::fill(filled.path(), sqlite_version(), &mut giving(&rows)).await.unwrap();
    let restored = filled.open().await;
    let mails = restored.mails(&MailFilter::default(), i64::MAX, 10).await.unwrap();
    assert_eq!((mails.len(), mails[0].state), (1, MailState::Unsure));
    assert_eq!(mails[0].reason.as_deref(), Some("restored"));
    // The address that somebody has mended goes along, though the table of addresses does not.
    assert_eq!(mails[0].address.as_deref(), Some("baru@contoh.example"));
}
