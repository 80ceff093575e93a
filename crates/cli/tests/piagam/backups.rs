//! Backups: made while everything stands, restored elsewhere, tried, and refused when they are not whole.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::cluster::cluster;
use crate::house::{Home, PASSPHRASE, Run, piagam, run};

/// An installation with a history, and a backup of it.
fn backed_up(more: &[&str]) -> (Home, PathBuf) {
    let home = Home::new();
    home.issue_25();
    let all = home.list();
    home.run(["revoke", all[3]["id"].as_str().unwrap(), "--reason", "issued-in-error"]).exits(0);
    home.run(["reissue", all[4]["id"].as_str().unwrap(), "--name", "Nama Contoh Baru"]).exits(0);
    let file = home.path("../cadangan.age");
    let mut command = home.command(["backup"]);
    run(command.arg(&file).args(more)).exits(0);
    (home, file)
}

fn restore(file: &Path, more: &[&str]) -> Run {
    run(piagam(["restore"]).arg(file).args(more).env("PIAGAM_BACKUP_PASSPHRASE", PASSPHRASE))
}

fn check(file: &Path) -> Run {
    restore(file, &["--check"])
}

#[test]
fn what_is_restored_is_what_was_backed_up() {
    let (home, file) = backed_up(&[]);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let good = check(&file).exits(0).out;
    assert!(good.contains("52 tanda tangan / signatures") && good.contains("can be restored"), "{good}");
    assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 2, "the scratch place is gone");

    let restored = home.beside("pulih");
    let said = restore(&file, &["--dir", restored.dir.to_str().unwrap()]).exits(0);
    assert!(said.out.contains("keys/"), "{}", said.out);
    assert!(!restored.path("keys").exists(), "private keys were not asked for");
    assert_eq!(restored.list(), home.list());
    restored.run(["audit", "verify"]).exits(0);
    restored.run(["doctor"]).exits(1);
    // With its keys back it goes on: the same sheet issues nothing again.
    let copied = std::process::Command::new("cp").arg("-a").arg(home.path("keys")).arg(&restored.dir).status().unwrap();
    assert!(copied.success());
    restored.run(["doctor"]).exits(0);
    restored.issue_25();
    assert_eq!(restored.list(), home.list());
}

#[test]
fn keys_go_along_when_they_are_asked_for() {
    let (home, file) = backed_up(&["--with-keys"]);
    let restored = home.beside("pulih");
    restore(&file, &["--dir", restored.dir.to_str().unwrap()]).exits(0);
    assert_eq!(fs::read(restored.path("keys/k1.pem")).unwrap(), fs::read(home.path("keys/k1.pem")).unwrap());
    restored.run(["doctor"]).exits(0);
}

#[test]
fn from_a_file_to_a_server_and_back() {
    let (home, file) = backed_up(&["--with-keys"]);
    let url = cluster().database();
    let on_server = home.beside("server");
    let mut command = piagam(["restore", "--postgres", "--dir"]);
    command.arg(&on_server.dir).arg(&file).env("DATABASE_URL", &url).env("PIAGAM_PASSPHRASE", PASSPHRASE);
    run(&mut command).exits(0);
    assert!(!on_server.path("piagam.db").exists());
    assert_eq!(on_server.list(), home.list());
    assert!(on_server.run(["doctor"]).exits(0).out.contains("PostgreSQL"));

    let second = home.path("../kedua.age");
    run(on_server.command(["backup", "--with-keys"]).arg(&second)).exits(0);
    let back = home.beside("kembali");
    restore(&second, &["--dir", back.dir.to_str().unwrap()]).exits(0);
    assert_eq!(back.list(), home.list());
    assert!(back.run(["doctor"]).exits(0).out.contains("settings"));
    assert!(back.path("piagam.db").exists());
    // A server's database that is in use is left alone.
    let other = home.path("../lain");
    let mut command = piagam(["restore", "--postgres", "--dir"]);
    command.arg(&other).arg(&file).env("DATABASE_URL", &url).env("PIAGAM_PASSPHRASE", PASSPHRASE);
    run(&mut command).fails(2, "sudah berisi", "something in the database already");
    assert!(!other.exists());
}

#[test]
fn half_a_backup_a_flipped_bit_and_a_wrong_passphrase_are_refused() {
    let (home, file) = backed_up(&[]);
    let whole = fs::read(&file).unwrap();
    let target = home.path("../pulih");
    let refused = |bytes: &[u8], code: i32, id: &str, en: &str| {
        fs::write(&file, bytes).unwrap();
        check(&file).fails(code, id, en);
        restore(&file, &["--dir", target.to_str().unwrap()]).fails(code, id, en);
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 2, "nothing is left of it");
    };
    for length in [0, 10, whole.len() / 2, whole.len() - 1] {
        refused(&whole[..length], 4, "tidak dapat dibaca", "cannot be read");
    }
    for place in [whole.len() / 3, whole.len() - 1] {
        let mut flipped = whole.clone();
        flipped[place] ^= 1;
        refused(&flipped, 4, "tidak dapat dibaca", "cannot be read");
    }
    fs::write(&file, &whole).unwrap();
    let wrong = run(piagam(["restore", "--check"]).arg(&file).env("PIAGAM_BACKUP_PASSPHRASE", "salah"));
    wrong.fails(2, "tidak membuka cadangan", "does not open the backup");
    run(piagam(["restore", "--check"]).arg(&file)).fails(2, "diperlukan", "is needed");
    check(&file).exits(0);
}

#[test]
fn what_is_there_is_not_overwritten() {
    let (home, file) = backed_up(&[]);
    let before = fs::read(&file).unwrap();
    run(home.command(["backup"]).arg(&file)).fails(4, "sudah ada", "is there already");
    assert_eq!(fs::read(&file).unwrap(), before);
    restore(&file, &["--dir", home.dir.to_str().unwrap()]).fails(2, "sudah ada", "is there already");
    home.run(["doctor"]).exits(0);
}
