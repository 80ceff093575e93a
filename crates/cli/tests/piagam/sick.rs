//! Installations that are not well: `doctor` finds it, and no command makes it worse.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::house::{Home, programme, run, sheet};

/// A database of schema version 9001: nothing but the table of migrations with that one row.
const NEWER: &[u8] = include_bytes!("newer.db");

#[test]
fn a_healthy_installation() {
    let home = Home::new();
    home.issue_25();
    let found = home.run(["doctor"]).exits(0).out;
    assert!(found.lines().all(|line| line.starts_with("v ")), "{found}");
    assert!(found.contains("issued 25"), "{found}");
    // Without the passphrase the key cannot be opened, and doctor does not claim that it was.
    let silent = run(home.command(["doctor"]).env_remove("PIAGAM_PASSPHRASE")).exits(0).out;
    assert!(silent.contains("not opened"), "{silent}");
}

#[test]
fn a_missing_a_strange_or_an_open_key() {
    let home = Home::new();
    let key = home.path("keys/k1.pem");
    let kept = fs::read(&key).unwrap();
    let put = |bytes: &[u8]| {
        fs::write(&key, bytes).unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    };
    let sick = |id: &str, en: &str| {
        let found = home.run(["doctor"]).exits(1).out;
        assert!(found.contains("\nx ") && found.contains("\n  -> "), "{found}");
        assert!(found.contains(id) && found.contains(en), "{found}");
        let issued = home.issue(&sheet("cohort-25.xlsx"), &programme("ai-fundamentals"), &["--no-pdf"]);
        issued.fails(4, id, en);
        assert!(home.list().is_empty());
    };
    fs::remove_file(&key).unwrap();
    sick("tidak ada", "is missing");
    put(b"-----BEGIN NOTHING-----\n");
    sick("bukan berkas kunci", "is no key file");
    put(&fs::read(Home::new().path("keys/k1.pem")).unwrap());
    sick("kunci penerbit", "published key");
    put(&kept);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    sick("0644", "0644");
    put(&kept);
    home.run(["doctor"]).exits(0);
}

#[test]
fn a_database_of_a_newer_piagam_is_left_alone() {
    let home = Home::new();
    home.issue_25();
    home.replace_database(NEWER);
    refused_everywhere(&home, "skema versi 9001", "schema version 9001");
    home.run(["list"]).fails(4, "skema versi 9001", "schema version 9001");
    assert_eq!(fs::read(home.path("piagam.db")).unwrap(), NEWER);
}

#[test]
fn a_damaged_database() {
    let home = Home::new();
    home.issue_25();
    for garbage in [&b"SQLite format 3\0 and then nothing of the kind"[..], b"", &[0x5a; 64 << 10]] {
        home.replace_database(garbage);
        let examined = home.run(["doctor"]);
        assert_eq!(examined.code, 1, "{examined:?}");
        assert!(examined.out.contains("x ") || examined.err.contains("  -> "), "{examined:?}");
    }
}

#[test]
fn an_emptied_database_is_said_to_be_one() {
    let home = Home::new();
    home.issue_25();
    home.replace_database(b"");
    refused_everywhere(&home, "kosong", "is empty");
    home.run(["list"]).fails(4, "kosong", "is empty");
    assert_eq!(fs::read(home.path("piagam.db")).unwrap(), b"");
}

#[test]
fn damage_inside_a_database_is_found() {
    let home = Home::new();
    home.issue_25();
    let whole = home.merged_database();
    home.replace_database(&whole);
    home.run(["doctor"]).exits(0);
    // The pages behind the first: tables and indexes.
    for at in [4096, whole.len() / 2, whole.len() - 8192] {
        let mut damaged = whole.clone();
        damaged[at..at + 4096].fill(0xa5);
        home.replace_database(&damaged);
        let examined = home.run(["doctor"]);
        assert!(examined.code == 1, "damage at {at} of {}: {examined:?}", whole.len());
    }
    home.replace_database(&whole[..whole.len() / 2]);
    home.run(["doctor"]).exits(1);
}

#[test]
fn a_database_that_cannot_be_written_can_be_read() {
    let home = Home::new();
    home.issue_25();
    let issued = home.list();
    let (database, before) = (home.path("piagam.db"), home.merged_database());
    home.replace_database(&before);
    fs::set_permissions(&database, fs::Permissions::from_mode(0o444)).unwrap();
    refused_everywhere(&home, "tidak dapat ditulis", "not written");
    assert_eq!(home.list(), issued);
    assert_eq!(fs::read(&database).unwrap(), before);
    fs::set_permissions(&database, fs::Permissions::from_mode(0o600)).unwrap();
    home.run(["doctor"]).exits(0);
}

#[test]
fn a_folder_without_a_database() {
    let home = Home::new();
    fs::remove_file(home.path("piagam.db")).unwrap();
    for beside in ["piagam.db-wal", "piagam.db-shm"] {
        let _ = fs::remove_file(home.path(beside));
    }
    refused_everywhere(&home, "tidak ada basis data", "there is no database");
    home.run(["list"]).fails(4, "tidak ada basis data", "there is no database");
    assert!(!home.path("piagam.db").exists(), "a lost database is not quietly replaced by an empty one");
}

#[test]
fn settings_that_are_wrong() {
    let home = Home::new();
    let settings = fs::read_to_string(home.path("piagam.toml")).unwrap();
    let wrong = [
        settings.replace("zone =", "zona ="),
        settings.replace("Asia/Jakarta\"\n", "Asia/Jakarta-Misal\"\n"),
        settings.replace("http://localhost", "http://sertifikat.example"),
        settings[..settings.find("name_id").unwrap()].to_owned(),
    ];
    for text in wrong {
        fs::write(home.path("piagam.toml"), &text).unwrap();
        home.run(["doctor"]).fails(1, "piagam.toml", "piagam.toml");
        home.issue(&sheet("cohort-25.xlsx"), &programme("ai-fundamentals"), &["--no-pdf"]).exits(2);
    }
    fs::write(home.path("piagam.toml"), settings).unwrap();
    assert!(home.list().is_empty());
}

/// `doctor` says it with 1, `issue` and `revoke` with 4, and no file is made.
fn refused_everywhere(home: &Home, id: &str, en: &str) {
    home.run(["doctor"]).fails(1, id, en);
    let out = home.path("keluar");
    let arguments = ["--no-pdf", "--out", out.to_str().unwrap()];
    home.issue(&sheet("cohort-25.xlsx"), &programme("ai-fundamentals"), &arguments).fails(4, id, en);
    home.run(["revoke", "AAAA-BBBB-CCCC-DDDD", "--reason", "other"]).fails(4, id, en);
    assert!(!out.exists());
}

impl Home {
    fn replace_database(&self, bytes: &[u8]) {
        for beside in ["piagam.db-wal", "piagam.db-shm"] {
            let _ = fs::remove_file(self.path(beside));
        }
        fs::write(self.path("piagam.db"), bytes).unwrap();
    }

    /// The database with its write-ahead log merged into it.
    fn merged_database(&self) -> Vec<u8> {
        checkpoint(&self.path("piagam.db"));
        fs::read(self.path("piagam.db")).unwrap()
    }
}

/// SQLite merges the log, and removes it, when the last connection is closed in order. A connection that was only
/// dropped closes a moment later.
fn checkpoint(path: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { store::sqlite::SqliteStore::open(path).await.unwrap().close().await });
    let log = path.with_extension("db-wal");
    let deadline = Instant::now() + Duration::from_secs(10);
    while log.exists() {
        assert!(Instant::now() < deadline, "{} is not merged", log.display());
        sleep(Duration::from_millis(5));
    }
}

#[test]
fn wrong_settings_and_a_taken_port_are_told_in_both_languages() {
    let home = Home::new();
    let settings = fs::read_to_string(home.path("piagam.toml")).unwrap();
    for (wrong, id, en) in [
        (settings.replace("zone = ", "zona = "), "Perbaiki baris 7.", "Mend line 7;"),
        (settings.replace("Asia/Jakarta\"", "Asia/Bandung\""), "seharusnya zona IANA", "an IANA zone"),
    ] {
        assert_ne!(wrong, settings);
        fs::write(home.path("piagam.toml"), wrong).unwrap();
        home.run(["serve"]).fails(2, id, en);
    }
    fs::write(home.path("piagam.toml"), settings).unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    home.run(["serve", "--listen", &address]).fails(
        4,
        "Program lain memakai port ini",
        "Another program uses this port",
    );
    fs::create_dir_all(home.path("templates/pages")).unwrap();
    fs::write(home.path("templates/pages/help.html"), "{% if %}").unwrap();
    home.run(["serve"]).fails(4, "templat help.html keliru", "template help.html");
}
