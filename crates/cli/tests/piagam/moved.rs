//! The agency moves to another address. The old host still leads to the same server.

use std::fs;

use serde_json::Value;

use crate::house::{Home, piagam, programme, run, sheet, text};
use crate::verify::assert_report;

const OTHER_PASSPHRASE: &str = "kata sandi lain";

/// 25 issued under the old address, with their files; then another `base_url`, and a key for it. The server goes on
/// listening where the old address leads.
fn moved(passphrase_of_the_new_key: &str) -> (Home, String) {
    let home = Home::new();
    let out = home.path("lama");
    let delivered = ["--no-pdf", "--out", out.to_str().unwrap()];
    home.issue(&sheet("cohort-25.xlsx"), &programme("ai-fundamentals"), &delivered).exits(0);
    let new = Home::bare().base();
    let settings = fs::read_to_string(home.path("piagam.toml")).unwrap();
    fs::write(home.path("piagam.toml"), settings.replace(&home.base(), &new)).unwrap();
    run(home.command(["keys", "new"]).env("PIAGAM_PASSPHRASE", passphrase_of_the_new_key)).exits(0);
    (home, new)
}

fn host(base: &str) -> &str {
    base.strip_prefix("http://").unwrap()
}

fn did(base: &str) -> String {
    format!("did:web:{}", host(base).replace(':', "%3A"))
}

#[test]
fn nobody_gets_a_second_certificate() {
    let (home, new) = moved(crate::house::PASSPHRASE);
    let before = home.list();
    let again = home.issue(&sheet("cohort-25.xlsx"), &programme("ai-fundamentals"), &["--no-pdf"]).exits(0);
    assert!(again.out.contains("issued: 0;") && again.out.contains("already there: 25;"), "{}", again.out);
    assert_eq!(home.list(), before);
    // Another programme is issued under the new address.
    let out = home.path("baru");
    let delivered = ["--no-pdf", "--out", out.to_str().unwrap()];
    home.issue(&sheet("cohort-25.xlsx"), &programme("digital-governance"), &delivered).exits(0);
    let json = &home.files("baru", "json")[0];
    assert!(fs::read_to_string(json).unwrap().contains(&format!("{new}/status/revocation/1")));
    assert_report(&home.verify(json, 0), "valid", "valid");
    assert_report(&home.verify(&home.files("lama", "json")[0], 0), "valid", "valid");
    home.run(["doctor"]).exits(0);
}

#[test]
fn either_host_is_answered_with_its_own_keys_lists_and_records() {
    let (home, new) = moved(crate::house::PASSPHRASE);
    home.issue(&sheet("cohort-25.xlsx"), &programme("digital-governance"), &["--no-pdf"]).exits(0);
    let all = home.list();
    let revoked = [(home.base(), text(&all[0], "id")), (new, text(&all[25], "id"))];
    for (_, id) in &revoked {
        home.run(["revoke", id, "--reason", "misconduct"]).exits(0);
    }
    let server = home.serve();
    for (base, id) in &revoked {
        let get = |path: &str| -> Value {
            let answer = server.ask_at(host(base), &format!("GET {path}"), "application/vc", b"");
            assert_eq!(answer.status, 200, "{base}{path}");
            serde_json::from_slice(&answer.body).unwrap()
        };
        let keys = get("/.well-known/did.json");
        assert_eq!((text(&keys, "id"), keys["verificationMethod"].as_array().unwrap().len()), (did(base).as_str(), 1));
        let list = get("/status/revocation/1");
        assert_eq!(text(&list, "id"), format!("{base}/status/revocation/1"));
        assert_eq!(text(&list, "issuer"), did(base));
        let record = get(&format!("/records/{id}"));
        assert_eq!((text(&record, "issuer"), text(&record, "state")), (did(base).as_str(), "revoked"));
        assert_eq!(text(&record, "credential"), format!("{base}/credentials/{id}"));
    }
}

#[test]
fn old_certificates_are_changed_by_their_own_issuer() {
    let (home, new) = moved(crate::house::PASSPHRASE);
    let all = home.list();
    let server = home.serve();
    let json_of = |at: usize| {
        let own = |path: &&std::path::PathBuf| fs::read_to_string(path).unwrap().contains(text(&all[at], "id"));
        home.files("lama", "json").iter().find(own).unwrap().clone()
    };
    // A stranger reads what the old host publishes.
    let outside = |at: usize| run(piagam(["verify", "--json", "--issuer", &home.did()]).arg(json_of(at)));
    let code = text(&all[3], "code");
    home.run(["suspend", code, "--reason", "under-review"]).exits(0);
    assert_report(&outside(3).exits(1).json(), "invalid", "suspended");
    home.run(["reinstate", code]).exits(0);
    assert_report(&outside(3).exits(0).json(), "valid", "valid");
    home.run(["revoke", code, "--reason", "data-error"]).exits(0);
    let report = outside(3).exits(1).json();
    assert_report(&report, "invalid", "revoked");
    assert_eq!(report["reason"], "data-error");

    let reissued = home.run(["reissue", text(&all[4], "id"), "--name", "Bambang Contoh-Misal Sudarma"]).exits(0);
    assert!(reissued.out.contains(&format!("{new}/v/")), "{}", reissued.out);
    let report = outside(4).exits(1).json();
    assert_report(&report, "invalid", "superseded");
    let successor = text(&report, "successor");
    assert!(successor.starts_with(&new) && successor.ends_with(text(&home.list()[25], "id")), "{successor}");
    let path = successor.strip_prefix(&new).unwrap();
    let credential = server.ask_at(host(&new), &format!("GET {path}"), "application/vc", b"");
    assert_report(&home.verify(home.write("baru.json", credential.body), 0), "valid", "valid");
    home.issue(&sheet("cohort-25.xlsx"), &programme("ai-fundamentals"), &["--no-pdf"]).exits(0);
    assert_eq!(home.list().len(), 26);
    home.run(["doctor"]).exits(0);
}

#[test]
fn a_key_from_before_may_have_another_passphrase() {
    let (home, _) = moved(OTHER_PASSPHRASE);
    let id = text(&home.list()[0], "id").to_owned();
    let mut revoke = home.command(["revoke", &id, "--reason", "other"]);
    run(revoke.env("PIAGAM_PASSPHRASE", OTHER_PASSPHRASE)).fails(4, "tidak membuka", "does not open");
    assert_eq!(home.list()[0]["state"], "issued");
    // Issuing goes on, and says what stays undone.
    let mut issue = home.issuing(&sheet("cohort-25.xlsx"), &programme("ai-fundamentals"), &["--no-pdf"]);
    let issued = run(issue.env("PIAGAM_PASSPHRASE", OTHER_PASSPHRASE)).exits(0);
    assert!(issued.err.contains(&format!("{} are not signed again", home.base())), "{}", issued.err);
    let mut doctor = home.command(["doctor"]);
    let found = run(doctor.env("PIAGAM_PASSPHRASE", OTHER_PASSPHRASE)).exits(1).out;
    assert!(found.contains("keys/k1.pem"), "{found}");

    revoke.env("PIAGAM_PASSPHRASE_K1", crate::house::PASSPHRASE);
    run(&mut revoke).exits(0);
    assert_eq!(home.list()[0]["state"], "revoked");
    run(doctor.env("PIAGAM_PASSPHRASE_K1", crate::house::PASSPHRASE)).exits(0);
}
