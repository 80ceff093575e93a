//! `piagam verify`: whatever a person has in hand, three verdicts, always five checks.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::house::{Home, holds, piagam, run, run_with_input, text};

const CHECKS: [&str; 5] = ["proof", "issuer", "status", "validity", "schema"];

#[test]
fn files_and_standard_input() {
    let home = Home::demo(&["--full"]);
    let (json, pdf) = (&home.files("certificates", "json")[0], &home.files("certificates", "pdf")[0]);
    let full = &home.files("certificates/lengkap", "pdf")[0];
    for path in [json, pdf, full] {
        let report = home.verify(path, 0);
        assert_report(&report, "valid", "valid");
        assert!(CHECKS.iter().all(|name| outcome(&report, name) == "pass"));
        assert_eq!(report["input"], path.to_str().unwrap());
        let piped = run_with_input(&mut home.command(["verify", "--json", "-"]), &fs::read(path).unwrap()).exits(0);
        assert_report(&piped.json(), "valid", "valid");
        assert_eq!(piped.json()["credential"], report["credential"]);
    }
    let words = home.run(["verify".as_ref(), json.as_os_str()]).exits(0).out;
    assert!(words.contains("Sertifikat ini asli dan masih berlaku"), "{words}");
    assert!(words.contains("This certificate is authentic and in force"), "{words}");
    assert!(!words.contains('\u{1b}'), "colours only on a terminal");
}

#[test]
fn one_changed_letter_in_a_name_is_invalid() {
    let home = Home::demo(&[]);
    let (path, changed) = changed_letter(&home);
    let altered = home.write("diubah.json", &changed);
    let report = home.verify(&altered, 1);
    assert_report(&report, "invalid", "tampered");
    assert_eq!(outcome(&report, "proof"), "fail");
    assert_eq!(report["credential"], Value::Null, "what is not signed is not repeated");
    let words = home.run(["verify".as_ref(), altered.as_os_str()]).exits(1).out;
    assert!(words.contains("telah diubah") && words.contains("has been changed"), "{words}");
    home.verify(&path, 0);
}

#[test]
fn several_inputs_give_an_array_and_the_worst_exit_code() {
    let home = Home::demo(&[]);
    let (valid, changed) = changed_letter(&home);
    let (altered, nothing) = (home.write("diubah.json", changed), home.write("kosong.pdf", ""));
    let missing = home.path("tidak-ada.json");
    let cases: [(&[&PathBuf], i32, &[&str]); 5] = [
        (&[&valid, &valid], 0, &["valid", "valid"]),
        (&[&valid, &nothing], 3, &["valid", "indeterminate"]),
        (&[&valid, &missing], 4, &["valid", "indeterminate"]),
        (&[&altered, &valid], 1, &["invalid", "valid"]),
        (&[&missing, &nothing, &altered], 1, &["indeterminate", "indeterminate", "invalid"]),
    ];
    for (inputs, code, verdicts) in cases {
        let arguments = ["verify", "--json"].map(std::ffi::OsStr::new).into_iter();
        let answer = home.run(arguments.chain(inputs.iter().map(|input| input.as_os_str()))).exits(code).json();
        let reports = answer.as_array().unwrap();
        assert_eq!(reports.iter().map(|report| text(report, "verdict")).collect::<Vec<_>>(), verdicts);
        for (report, input) in reports.iter().zip(inputs) {
            assert_checks(report);
            assert_eq!(report["input"], input.to_str().unwrap());
        }
    }
}

#[test]
fn addresses_of_a_running_server() {
    let home = Home::demo(&[]);
    let server = home.serve();
    let (base, certificate) = (home.base(), home.list()[3].clone());
    let (id, code) = (text(&certificate, "id"), text(&certificate, "code"));
    let plain = code.replace('-', "").to_lowercase();
    let addresses = [
        format!("{base}/credentials/{id}"),
        format!("{base}/v/{code}"),
        format!("{base}/v/{plain}"),
        format!("{base}/credentials/{id}/sertifikat.pdf"),
        format!("{base}/credentials/{id}/kredensial.json"),
        format!("{base}/credentials/{id}?cryptosuite=eddsa-jcs-2022"),
    ];
    for address in &addresses {
        // Who typed the host trusts it; no data directory is needed.
        let report = run(&mut piagam(["verify", "--json", address])).exits(0).json();
        assert_report(&report, "valid", "valid");
        assert_eq!(text(&report["credential"], "number"), text(&certificate, "number"), "{address}");
    }
    // The JSON in hand, the issuer named, everything else fetched.
    let json = &home.files("certificates", "json")[0];
    let trusting = |did: &str| run(&mut trust(did, json));
    assert_report(&trusting(&home.did()).exits(0).json(), "valid", "valid");
    let stranger = trusting("did:web:lain.example").exits(3).json();
    assert_report(&stranger, "indeterminate", "unknown-issuer");
    for wrong in [format!("{base}/v/AAAA-BBBB-CCCC-DDDD"), format!("{base}/credentials/{}", uuid::Uuid::nil())] {
        let report = run(&mut piagam(["verify", "--json", &wrong])).exits(3).json();
        assert_report(&report, "indeterminate", "address-unreachable");
    }

    drop(server);
    assert_report(&trusting(&home.did()).exits(3).json(), "indeterminate", "issuer-unavailable");
    assert_report(
        &run(&mut piagam(["verify", "--json", &addresses[0]])).exits(3).json(),
        "indeterminate",
        "address-unreachable",
    );
    assert_report(&home.verify(json, 0), "valid", "valid");
    assert_report(
        &run(trust(&home.did(), json).arg("--offline")).exits(3).json(),
        "indeterminate",
        "issuer-unavailable",
    );
    assert_report(&run(home.command(["verify", "--json", "--offline"]).arg(json)).exits(0).json(), "valid", "valid");
}

#[test]
fn a_strangers_flawless_certificate_is_indeterminate() {
    let (home, stranger) = (Home::demo(&[]), Home::new());
    // They take our name; it is the same in their credential.
    fs::copy(home.path("piagam.toml"), stranger.path("piagam.toml")).unwrap();
    let settings = fs::read_to_string(home.path("piagam.toml")).unwrap();
    let theirs = settings.replace(&home.port.to_string(), &stranger.port.to_string());
    fs::write(stranger.path("piagam.toml"), theirs).unwrap();
    let out = stranger.path("out");
    let (sheet, programme) = (crate::house::sheet("cohort-25.xlsx"), crate::house::programme("ai-fundamentals"));
    stranger.issue(&sheet, &programme, &["--no-pdf", "--out", out.to_str().unwrap()]).exits(0);
    let server = stranger.serve();

    let json = &stranger.files("out", "json")[0];
    let report = home.verify(json, 3);
    assert_report(&report, "indeterminate", "unknown-issuer");
    assert_eq!(outcome(&report, "proof"), "pass", "the signature is intact: {report}");
    let ours = fs::read_to_string(&home.files("certificates", "json")[0]).unwrap();
    let name = "Lembaga Administrasi Negara (contoh)";
    assert!(ours.contains(name) && holds(&fs::read(json).unwrap(), name));
    // Who trusts them by name gets a verdict.
    assert_report(&run(&mut trust(&stranger.did(), json)).exits(0).json(), "valid", "valid");
    drop(server);
    let unanswered = home.verify(json, 3);
    assert_eq!(unanswered["verdict"], "indeterminate");
}

/// `piagam verify --json --issuer DID FILE`, without a data directory.
fn trust(did: &str, file: &PathBuf) -> std::process::Command {
    let mut command = piagam(["verify", "--json", "--issuer", did]);
    command.arg(file);
    command
}

/// A credential's file, and its text with one letter of the holder's name changed.
fn changed_letter(home: &Home) -> (PathBuf, String) {
    let path = home.files("certificates", "json")[0].clone();
    let original = fs::read_to_string(&path).unwrap();
    let credential: Value = serde_json::from_str(&original).unwrap();
    let name = text(&credential["credentialSubject"], "name");
    assert!(name.contains("Contoh"));
    let changed = original.replacen(name, &name.replacen("Contoh", "Cantoh", 1), 1);
    assert_eq!(changed.len(), original.len());
    assert_ne!(changed, original);
    (path, changed)
}

#[track_caller]
pub(crate) fn assert_report(report: &Value, verdict: &str, state: &str) {
    assert_eq!((text(report, "verdict"), text(report, "state")), (verdict, state), "{report:#}");
    assert_checks(report);
}

/// Always five checks, in order; what did not pass says why in both languages.
#[track_caller]
fn assert_checks(report: &Value) {
    let checks = report["checks"].as_array().unwrap();
    assert_eq!(checks.iter().map(|check| text(check, "name")).collect::<Vec<_>>(), CHECKS);
    for check in checks {
        let outcome = text(check, "outcome");
        assert!(["pass", "fail", "unknown", "skipped"].contains(&outcome), "{check}");
        let problem = check.get("problem").unwrap();
        match outcome {
            "pass" => assert_eq!(*problem, Value::Null),
            "fail" | "unknown" => {
                assert!(!text(problem, "id").is_empty() && !text(problem, "en").is_empty(), "{check}");
                assert!(
                    !text(&problem["next"], "id").is_empty() && !text(&problem["next"], "en").is_empty(),
                    "{check}"
                );
            }
            _ => {}
        }
    }
}

pub(crate) fn outcome<'a>(report: &'a Value, name: &str) -> &'a str {
    let checks = report["checks"].as_array().unwrap();
    text(checks.iter().find(|check| check["name"] == name).unwrap(), "outcome")
}
