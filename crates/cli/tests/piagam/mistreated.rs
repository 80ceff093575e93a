//! Files as the world sends them: printed again, cut off, locked, blown up. Words in both languages, no panic, no
//! memory eaten.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::house::{Home, Run, run, run_with_input, text, tool};
use crate::verify::assert_report;

/// Kilobytes of address space. The program maps its own 50 MB and stacks for its threads.
const MEMORY: u32 = 600_000;

#[test]
fn what_holds_no_credential_is_told_in_two_languages() {
    let home = Home::demo(&[]);
    let pdf = &home.files("certificates", "pdf")[0];
    let bytes = fs::read(pdf).unwrap();
    let cases = [
        (blank(&home), "no-credential-in-pdf", "tidak memuat kredensial", "No credential inside"),
        (locked(&home, pdf), "pdf-encrypted", "dikunci", "locked"),
        (home.write("setengah.pdf", &bytes[..bytes.len() / 2]), "pdf-damaged", "rusak atau terpotong", "cut off"),
        (home.write("awal.pdf", &bytes[..20]), "pdf-damaged", "rusak atau terpotong", "cut off"),
        (home.write("kosong.json", ""), "not-recognised", "tidak dikenali", "not recognised"),
        (home.write("gambar.png", b"\x89PNG\r\n\x1a\n0000"), "image-damaged", "rusak, terpotong", "damaged, cut off"),
        (home.write("latin.json", b"{\"name\": \"Ren\xe9e\"}"), "not-utf8", "bukan UTF-8", "not UTF-8"),
        (home.write("dalam.json", deep(10_000)), "nested-too-deep", "lebih dalam", "nested deeper"),
        (home.write("besar.json", big()), "too-large", "terlalu besar", "too large"),
    ];
    for (path, state, id, en) in &cases {
        let report = home.verify(path, 3);
        assert_report(&report, "indeterminate", state);
        assert!(!text(&report["next"], "id").is_empty() && !text(&report["next"], "en").is_empty());
        let words = home.run(["verify".as_ref(), path.as_os_str()]).exits(3).out;
        assert!(words.contains(id) && words.contains(en), "{}: {words}", path.display());
    }
}

/// As a printer driver makes it: the same picture, nothing attached. The code on it is enough.
#[test]
fn a_page_that_was_printed_again_is_verified_by_its_code() {
    let home = Home::demo(&[]);
    let printed = printed_again(&home, &home.files("certificates", "pdf")[0]);
    assert_report(&home.verify(&printed, 0), "valid", "valid");
}

#[test]
fn what_cannot_be_read_is_another_failure() {
    let home = Home::demo(&[]);
    for path in [home.path("tidak-ada.json"), home.path("tidak-ada/di-sini.pdf")] {
        let report = home.verify(&path, 4);
        assert_report(&report, "indeterminate", "input-unreadable");
        let words = home.run(["verify".as_ref(), path.as_os_str()]).exits(4).out;
        assert!(words.contains("tidak dapat dibaca") && words.contains("cannot be read"), "{words}");
    }
}

#[test]
fn json_that_is_no_credential_is_malformed() {
    let home = Home::demo(&[]);
    let original = fs::read_to_string(&home.files("certificates", "json")[0]).unwrap();
    let cut = &original[..original.len() / 2];
    let twice = original.replacen("\"validFrom\":", "\"validFrom\":\"2020-01-01T00:00:00Z\",\"validFrom\":", 1);
    for text in ["{}", "{\"a\":", cut, &twice, "{\"@context\":[],\"type\":\"VerifiableCredential\"}"] {
        let run = run_with_input(&mut home.command(["verify", "--json", "-"]), text.as_bytes());
        let report = run.json();
        assert!(run.code == 1 || run.code == 3, "{report:#}");
        assert_ne!(report["verdict"], "valid");
        assert_eq!(report["checks"].as_array().unwrap().len(), 5);
    }
}

#[test]
fn what_is_large_is_not_read_into_memory() {
    let home = Home::demo(&[]);
    let valid = &home.files("certificates", "json")[0];
    for (path, code) in
        [(valid.clone(), 0), (home.write("besar.json", big()), 3), (home.write("dalam.json", deep(2_000_000)), 3)]
    {
        within_memory(&home, &path).exits(code);
        let bytes = fs::read(&path).unwrap();
        let piped = run_with_input(&mut home.command(["verify", "--json", "-"]), &bytes);
        assert_eq!(piped.exits(code).json()["input"], "-");
    }
    // Nobody's standard input ends by itself.
    let endless = "yes | \"$0\" verify --json -";
    let run = run(Command::new("sh").args(["-c", endless, env!("CARGO_BIN_EXE_piagam")]));
    run.exits(3);
}

fn within_memory(home: &Home, path: &Path) -> Run {
    let script = format!("ulimit -v {MEMORY}; exec \"$0\" verify --json --dir \"$1\" \"$2\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_piagam")]).arg(&home.dir).arg(path);
    run(&mut command)
}

fn blank(home: &Home) -> PathBuf {
    let out = home.path("kosong.pdf");
    tool("qpdf", "qpdf", &["--empty".as_ref(), out.as_os_str()]);
    out
}

fn printed_again(home: &Home, pdf: &Path) -> PathBuf {
    let out = home.path("dicetak.pdf");
    tool("pdftocairo", "poppler-utils", &["-pdf".as_ref(), pdf.as_os_str(), out.as_os_str()]);
    out
}

fn locked(home: &Home, pdf: &Path) -> PathBuf {
    let out = home.path("terkunci.pdf");
    let how = ["--encrypt", "sandi", "pemilik", "256", "--"].map(std::ffi::OsStr::new);
    tool("qpdf", "qpdf", &[&how[..], &[pdf.as_os_str(), out.as_os_str()]].concat());
    out
}

/// 50 MB in one string.
fn big() -> Vec<u8> {
    let mut text = b"{\"name\":\"".to_vec();
    text.resize(50_000_000, b'a');
    text.extend(b"\"}");
    text
}

fn deep(levels: usize) -> String {
    format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels))
}
