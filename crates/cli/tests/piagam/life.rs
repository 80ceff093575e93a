//! What happens to a certificate after its issuing, and what a verifier then reads.

use std::path::PathBuf;

use serde_json::Value;

use crate::house::{Home, piagam, run, text};
use crate::verify::{assert_report, outcome};

#[test]
fn revoked_is_invalid_with_its_date_and_reason() {
    let home = Home::demo(&[]);
    let server = home.serve();
    let (certificate, json, pdf) = one(&home, 7);
    let number = text(&certificate, "number");
    home.run(["revoke", number, "--reason", "not-eligible"]).exits(0);
    for path in [&json, &pdf] {
        let report = home.verify(path, 1);
        assert_report(&report, "invalid", "revoked");
        assert_eq!(outcome(&report, "status"), "fail");
        assert_eq!(outcome(&report, "proof"), "pass");
        assert_eq!(report["reason"], "not-eligible");
        assert!(text(&report, "since").starts_with("20"), "{report}");
        // A stranger who reads what is published finds the same.
        let outside = run(piagam(["verify", "--json", "--issuer", &home.did()]).arg(path)).exits(1).json();
        assert_report(&outside, "invalid", "revoked");
        assert_eq!((&outside["since"], &outside["reason"]), (&report["since"], &report["reason"]));
    }
    let words = home.run(["verify".as_ref(), json.as_os_str()]).exits(1).out;
    for word in ["telah dicabut", "evoked", "Sejak / since: 20", "Alasan / reason: "] {
        assert!(words.contains(word), "{word} in {words}");
    }
    let page = server.get(&format!("/v/{}", text(&certificate, "code")), "text/html");
    assert!(String::from_utf8(page.body).unwrap().contains("telah dicabut"));

    // Once is enough, and there is no way back.
    let listed = home.list();
    assert_eq!(listed[7]["state"], "revoked");
    home.run(["reinstate", number]).fails(4, "revoke", "revoke");
    home.run(["revoke", number, "--reason", "other"]).fails(4, "revoke", "revoke");
    assert_eq!(home.list(), listed);
    // The others stay as they were.
    assert_report(&home.verify(one(&home, 8).1, 0), "valid", "valid");
}

#[test]
fn free_text_stays_inside() {
    let home = Home::demo(&[]);
    let server = home.serve();
    let (certificate, json, _) = one(&home, 0);
    let id = text(&certificate, "id");
    home.run(["revoke", id, "--reason", "Rahasia Misal: pelanggaran"]).exits(0);
    let report = home.verify(&json, 1);
    assert_eq!(report["reason"], "other");
    let page = server.get(&format!("/credentials/{id}"), "text/html").body;
    let record = server.get(&format!("/records/{id}"), "application/vc");
    assert_eq!(record.status, 200);
    for public in [report.to_string().into_bytes(), page, record.body] {
        assert!(!String::from_utf8(public).unwrap().contains("Rahasia"));
    }
}

#[test]
fn suspended_and_reinstated() {
    let home = Home::demo(&[]);
    let server = home.serve();
    let (certificate, json, _) = one(&home, 2);
    let code = text(&certificate, "code");
    let outside = || run(piagam(["verify", "--json", "--issuer", &home.did()]).arg(&json));
    home.run(["suspend", code, "--reason", "under-review"]).exits(0);
    for report in [home.verify(&json, 1), outside().exits(1).json()] {
        assert_report(&report, "invalid", "suspended");
        assert_eq!(report["reason"], "under-review");
        assert!(report["since"].is_string());
    }
    assert_eq!(home.list()[2]["state"], "suspended");
    // A code is typed as it comes: without hyphens, in small letters.
    home.run(["reinstate", &code.replace('-', "").to_lowercase()]).exits(0);
    for report in [home.verify(&json, 0), outside().exits(0).json()] {
        assert_report(&report, "valid", "valid");
    }
    assert_eq!(home.list()[2]["state"], "issued");
    drop(server);
}

#[test]
fn reissued_the_old_one_is_superseded_and_names_the_new() {
    let home = Home::demo(&[]);
    let server = home.serve();
    let (old, json, pdf) = one(&home, 4);
    let name = "Dr. Bambang Contoh-Misal Sudarma, M.Si.";
    home.run(["reissue", text(&old, "id"), "--name", name]).exits(0);
    let all = home.list();
    assert_eq!(all.len(), 26);
    assert_eq!(all[4]["state"], "superseded");
    let new = &all[25];
    assert_eq!((text(new, "name"), text(new, "state")), (name, "issued"));
    for member in ["id", "code", "status_index"] {
        assert_ne!(new[member], old[member], "{member}");
    }
    for path in [&json, &pdf] {
        let report = home.verify(path, 1);
        assert_report(&report, "invalid", "superseded");
        let successor = text(&report, "successor");
        assert!(successor.ends_with(text(new, "id")), "{successor}");
        assert_report(&run(&mut piagam(["verify", "--json", successor])).exits(0).json(), "valid", "valid");
    }
    let page = server.get(&format!("/v/{}", text(&old, "code")), "text/html").body;
    assert!(String::from_utf8(page).unwrap().contains("digantikan"));
    // The same sheet again: the corrected name is nobody new, and the folder gets its files.
    home.run_demo(&[]);
    assert_eq!(home.list(), all);
    let corrected =
        home.files("certificates", "json").into_iter().find(|path| path.to_str().unwrap().contains("MISAL-SUDARMA"));
    assert_report(&home.verify(corrected.unwrap(), 0), "valid", "valid");
    home.run(["doctor"]).exits(0);
}

#[test]
fn who_is_not_there_cannot_be_changed() {
    let home = Home::demo(&[]);
    let listed = home.list();
    for target in ["AAAA-BBBB-CCCC-DDDD", "99999/TIDAK/ADA", "3f0c2a5e-6a8f-4b0e-9d53-0d6e5b1f7a11"] {
        home.run(["revoke", target, "--reason", "other"]).fails(2, target, target);
    }
    let id = text(&listed[0], "id");
    for name in ["", "x", "Nama\u{202e}Terbalik Contoh"] {
        let refused = home.run(["reissue", id, "--name", name]).exits(2);
        assert_eq!(refused.err.matches("\n  -> ").count(), 2, "{}", refused.err);
    }
    home.run(["revoke", id, "--reason", "superseded"]).fails(2, "reissue", "reissue");
    assert_eq!(home.list(), listed);
}

/// One of the 25: its line in the list, its JSON, its PDF.
fn one(home: &Home, at: usize) -> (Value, PathBuf, PathBuf) {
    let certificate = home.list()[at].clone();
    let own = |path: &PathBuf| std::fs::read_to_string(path).unwrap().contains(text(&certificate, "id"));
    let json = home.files("certificates", "json").into_iter().find(own).unwrap();
    let pdf = json.with_extension("pdf");
    (certificate, json, pdf)
}
