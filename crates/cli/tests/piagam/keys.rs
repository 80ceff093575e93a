//! `piagam init` and `piagam keys`: nobody is asked where nobody can answer, and nothing is left half-made.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::house::{Home, PASSPHRASE, piagam, programme, run, sheet, tool};

const EXAMPLE_KEY: &str = "../../keys-example/k1.pem";

#[test]
fn without_a_terminal_and_a_passphrase_nothing_is_asked_and_nothing_made() {
    let home = Home::bare();
    home.init();
    for silent in ["", "PIAGAM_PASSPHRASE="] {
        let mut command = home.command(["keys", "new"]);
        command.env_remove("PIAGAM_PASSPHRASE");
        if !silent.is_empty() {
            command.env("PIAGAM_PASSPHRASE", "");
        }
        let refused = run(&mut command).fails(2, "tidak ada terminal", "no terminal to ask on");
        assert_eq!(refused.out, "", "no prompt");
        assert!(refused.err.contains("PIAGAM_PASSPHRASE"), "it says where the passphrase may come from");
    }
    let made: Vec<_> = fs::read_dir(home.path("keys")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(made, ["desk.key"], "what `piagam init` has made, and no other");
    assert!(home.run(["keys", "list"]).exits(0).out.is_empty());
    let issued = home.issue(&sheet("cohort-25.xlsx"), &programme("ai-fundamentals"), &["--no-pdf"]);
    issued.fails(4, "belum memiliki kunci", "has no key");
    assert!(home.list().is_empty());
}

#[test]
fn a_new_key_is_encrypted_private_and_readable_by_openssl() {
    let home = Home::new();
    let path = home.path("keys/k1.pem");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(fs::read_to_string(&path).unwrap().starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
    let passphrase = format!("pass:{PASSPHRASE}");
    let arguments = ["pkey".as_ref(), "-in".as_ref(), path.as_os_str(), "-passin".as_ref(), passphrase.as_ref()];
    let opened = tool("openssl", "openssl", &[&arguments[..], &["-text".as_ref(), "-noout".as_ref()]].concat());
    assert!(String::from_utf8(opened).unwrap().contains("ED25519"));
    let listed = home.run(["keys", "list"]).exits(0).out;
    assert!(listed.contains(&format!("{}#k1", home.did())) && listed.contains("z6Mk"), "{listed}");
}

#[test]
fn a_key_that_others_may_read_does_not_sign() {
    let home = Home::new();
    let key = home.path("keys/k1.pem");
    for mode in [0o644, 0o640, 0o604] {
        fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
        let found = format!("{mode:04o}");
        let refused = home.issue(&sheet("cohort-25.xlsx"), &programme("ai-fundamentals"), &["--no-pdf"]);
        let refused = refused.fails(4, "dapat dibaca orang lain", "can be read by others");
        assert!(refused.err.contains(&found) && refused.err.contains("0600") && refused.err.contains("chmod 600"));
    }
    assert!(home.list().is_empty());
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    home.issue_25();
    assert_eq!(home.list().len(), 25);
}

#[test]
fn a_wrong_or_a_missing_passphrase_issues_nothing() {
    let home = Home::new();
    let mut issue = home.issuing(&sheet("cohort-25.xlsx"), &programme("ai-fundamentals"), &["--no-pdf"]);
    let wrong = run(issue.env("PIAGAM_PASSPHRASE", "kata sandi lain"));
    wrong.fails(4, "kata sandi tidak membuka", "the passphrase does not open");
    let missing = run(issue.env_remove("PIAGAM_PASSPHRASE"));
    missing.fails(2, "tidak ada terminal", "no terminal to ask on");
    assert!(home.list().is_empty());
}

#[test]
fn the_example_key_signs_for_this_machine_only() {
    let home = Home::bare();
    home.run(["init", "--base-url", "https://sertifikat.example"]).exits(0);
    let demo = home.run(["demo", "--no-serve"]);
    demo.fails(4, "kunci contoh", "the example key");
    assert!(!home.path("keys/k1.pem").exists());

    home.run(["keys", "new"]).exits(0);
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(EXAMPLE_KEY), home.path("keys/k1.pem")).unwrap();
    fs::set_permissions(home.path("keys/k1.pem"), fs::Permissions::from_mode(0o600)).unwrap();
    let issued = home.issue(&sheet("cohort-25.xlsx"), &programme("ai-fundamentals"), &["--no-pdf"]);
    issued.fails(4, "kunci contoh", "the example key");
    assert!(home.list().is_empty());
}

#[test]
fn what_a_former_key_signed_stays_valid() {
    let home = Home::new();
    let cohort = sheet("cohort-25.xlsx");
    let out = |name: &str| home.path(name).to_str().unwrap().to_owned();
    home.issue(&cohort, &programme("ai-fundamentals"), &["--no-pdf", "--out", &out("old")]).exits(0);
    home.run(["keys", "new"]).exits(0);
    home.issue(&cohort, &programme("digital-governance"), &["--no-pdf", "--out", &out("new")]).exits(0);
    for (folder, key) in [("old", "#k1"), ("new", "#k2")] {
        let path = &home.files(folder, "json")[0];
        assert!(fs::read_to_string(path).unwrap().contains(&format!("{}{key}\"", home.did())));
        assert_eq!(home.verify(path, 0)["verdict"], "valid");
    }
}

#[test]
fn init_makes_all_or_nothing_and_never_twice() {
    let home = Home::bare();
    for bad in ["http://sertifikat.example", "https://sertifikat.example/jalan", "sertifikat.example"] {
        home.run(["init", "--base-url", bad]).fails(2, "base_url", "base_url");
        assert!(!home.dir.exists(), "nothing is left of {bad}");
    }
    fs::create_dir(&home.dir).unwrap();
    fs::write(home.path("piagam.db"), "not a database, and somebody else's").unwrap();
    home.run(["init", "--base-url", &home.base()]).fails(4, "bukan basis data", "is no database");
    assert!(!home.path("piagam.toml").exists());
    assert_eq!(fs::read(home.path("piagam.db")).unwrap(), b"not a database, and somebody else's");
    fs::remove_file(home.path("piagam.db")).unwrap();

    home.init();
    home.init();
    let settings = fs::read(home.path("piagam.toml")).unwrap();
    home.run(["init", "--base-url", "https://lain.example"]).fails(2, "piagam.toml", "exists already");
    assert_eq!(fs::read(home.path("piagam.toml")).unwrap(), settings);
    assert_eq!(fs::metadata(home.path("piagam.db")).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_data_directory_is_for_its_owner_only() {
    let home = Home::new();
    let mode = |name: &str| fs::metadata(home.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(["", "keys"].map(mode), [0o700; 2]);
    assert_eq!(["piagam.toml", "piagam.db", "keys/k1.pem"].map(mode), [0o600; 3]);
}

#[test]
fn wrong_usage_is_two() {
    for arguments in [&["issue"][..], &["verify"], &["terbitkan"], &["verify", "x", "--issuer", "lan.example"]] {
        run(&mut piagam(arguments)).exits(2);
    }
    let home = Home::bare();
    home.run(["list"]).fails(2, "tidak ada", "no such folder");
    home.run(["issue", "x.xlsx", "--programme", "p.toml"]).fails(2, "piagam init", "piagam init");
}
