//! `piagam trust`: what is kept verifies when the issuer's server is gone; what is old or not the issuer's is refused.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::house::{Home, Run, piagam, run, text};
use crate::many::scanned;
use crate::verify::assert_report;

/// A folder for bundles, and the program with it.
struct Keeper(PathBuf);

impl Keeper {
    fn beside(home: &Home) -> Self {
        Self(home.dir.with_file_name("kepercayaan"))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = piagam(arguments);
        command.env("PIAGAM_TRUST_DIR", &self.0);
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        run(&mut self.command(arguments))
    }

    /// `piagam verify --json --offline`.
    fn verify(&self, input: &str, code: i32) -> Value {
        self.run(&["verify", "--json", "--offline", input]).exits(code).json()
    }
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn certificates_are_verified_when_the_server_is_gone() {
    let home = Home::demo(&[]);
    let keeper = Keeper::beside(&home);
    let server = home.serve();
    let host = format!("localhost:{}", home.port);
    let told = keeper.run(&["trust", "fetch", &host]).exits(0).out;
    assert!(told.contains("Dipercaya mulai sekarang") && told.contains(&home.did()) && told.contains("z6Mk"), "{told}");
    assert!(keeper.run(&["trust", "fetch", &host]).exits(0).out.contains("Sudah yang terbaru"));
    drop(server);

    let (pdf, json) = (&home.files("certificates", "pdf")[0], &home.files("certificates", "json")[0]);
    let link = scanned(&home, pdf);
    for input in [path(json), path(pdf), &link, link.split_once('#').unwrap().1] {
        assert_report(&keeper.verify(input, 0), "valid", "valid");
    }
    // Without --offline too: what nobody answers is answered by what is kept.
    assert_report(&keeper.run(&["verify", "--json", path(json)]).exits(0).json(), "valid", "valid");
    let words = keeper.run(&["verify", "--offline", path(pdf)]).exits(0).out;
    assert!(words.contains("Status per / status as of: "), "{words}");
    let listed = keeper.run(&["trust", "list"]).exits(0).out;
    assert!(
        listed.contains(&home.did()) && listed.contains("Status per / as of") && listed.contains(&host),
        "{listed}"
    );
    let listed = keeper.run(&["trust", "list", "--json"]).exits(0).json();
    assert_eq!(text(&listed[0], "issuer"), home.did());
    assert_eq!(listed[0]["statusLists"].as_object().unwrap().len(), 3);
    // A list does not last for ever.
    let later = keeper.run(&["verify", "--json", "--offline", "--at", "2099-01-01", path(json)]).exits(3).json();
    assert_report(&later, "indeterminate", "status-unknown");
    // A changed file stays a changed file.
    let changed = fs::read_to_string(json).unwrap().replacen("Contoh", "Cantoh", 1);
    assert_report(&keeper.verify(path(&home.write("diubah.json", changed)), 1), "invalid", "tampered");

    keeper.run(&["trust", "remove", &home.did()]).exits(0);
    keeper.run(&["trust", "remove", &home.did()]).fails(2, "tidak tersimpan", "is not kept");
    assert_report(&keeper.verify(path(json), 3), "indeterminate", "issuer-unavailable");
}

#[test]
fn what_is_newer_replaces_what_is_kept_and_never_the_other_way() {
    let home = Home::demo(&[]);
    let keeper = Keeper::beside(&home);
    let host = format!("localhost:{}", home.port);
    let server = home.serve();
    keeper.run(&["trust", "fetch", &host]).exits(0);
    let old = home.write("lama.json", server.get("/trust.json", "*/*").body);
    drop(server);
    let json = &home.files("certificates", "json")[0];
    let id = text(&serde_json::from_slice(&fs::read(json).unwrap()).unwrap(), "id").to_owned();
    // Whole seconds tell old from new.
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    home.run(["revoke", id.rsplit('/').next().unwrap(), "--reason", "data-error"]).exits(0);
    assert_report(&keeper.verify(path(json), 0), "valid", "valid");

    let server = home.serve();
    let told = keeper.run(&["trust", "fetch", &host]).exits(0).out;
    assert!(told.contains("Diperbarui / brought up to date"), "{told}");
    let new = home.write("baru.json", server.get("/trust.json", "*/*").body);
    drop(server);
    assert_report(&keeper.verify(path(json), 1), "invalid", "revoked");
    keeper.run(&["trust", "add", path(&old)]).fails(
        4,
        "lebih lama dari yang tersimpan",
        "older than the one that is kept",
    );
    let mut command = keeper.command(&["verify", "--offline", "--trust", path(&old), path(json)]);
    run(&mut command).fails(4, "Ditolak", "Refused");
    assert_report(&keeper.verify(path(json), 1), "invalid", "revoked");

    // A file serves as well as a host, and for one run only.
    let elsewhere = ["verify", "--json", "--offline", "--trust", path(&new), path(json)];
    assert_report(&run(&mut piagam(elsewhere)).exits(1).json(), "invalid", "revoked");
    let forged = fs::read_to_string(&new).unwrap().replace(&format!("[\"{host}\""), "[\"palsu.example\"");
    let forged = home.write("palsu.json", forged);
    let other = Keeper(home.dir.with_file_name("lain"));
    other.run(&["trust", "add", path(&forged)]).fails(4, "telah diubah", "was changed");
    other.run(&["trust", "add", path(json)]).fails(4, "bukan berkas kepercayaan", "no trust bundle");
    other.run(&["trust", "add", path(&new)]).exits(0);
    assert_report(&other.verify(path(json), 1), "invalid", "revoked");
}

#[test]
fn somebody_elses_bundle_is_not_taken_for_a_host() {
    let home = Home::demo(&[]);
    let keeper = Keeper::beside(&home);
    let server = home.serve();
    let by_address = format!("127.0.0.1:{}", home.port);
    keeper.run(&["trust", "fetch", &by_address]).fails(4, "bukan did:web:127.0.0.1", "not of did:web:127.0.0.1");
    keeper.run(&["trust", "fetch", "bukan host"]).fails(2, "bukan nama host", "not a host name");
    drop(server);
    keeper.run(&["trust", "fetch", &format!("localhost:{}", home.port)]).exits(4);
    assert!(keeper.run(&["trust", "list"]).exits(0).out.contains("Belum ada"));
}
