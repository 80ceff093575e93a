//! `piagam verify` with what people really have: scanned codes, pictures, folders, archives.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::house::{Home, piagam, run, run_with_input, text, tool};
use crate::verify::{assert_report, outcome};

/// The first page as a picture.
fn picture(home: &Home, pdf: &Path, dpi: &str, kind: &str) -> PathBuf {
    let out = home.path(&format!("gambar-{dpi}{kind}"));
    let how = ["-r", dpi, "-f", "1", "-l", "1", "-singlefile", kind].map(OsStr::new);
    tool("pdftoppm", "poppler-utils", &[&how[..], &[pdf.as_os_str(), out.as_os_str()]].concat());
    out.with_extension(if kind == "-png" { "png" } else { "jpg" })
}

/// What a scanner says that the code says.
pub(crate) fn scanned(home: &Home, pdf: &Path) -> String {
    let picture = picture(home, pdf, "200", "-png");
    let how = ["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable"].map(OsStr::new);
    let read = tool("zbarimg", "zbar-tools", &[&how[..], &[picture.as_os_str()]].concat());
    String::from_utf8(read).unwrap().trim().to_owned()
}

fn number(report: &Value) -> &str {
    text(&report["credential"], "number")
}

#[test]
fn what_a_code_says_and_pictures_of_it() {
    let home = Home::demo(&[]);
    let (pdf, json) = (&home.files("certificates", "pdf")[0], &home.files("certificates", "json")[0]);
    let expected = home.verify(json, 0);
    let link = scanned(&home, pdf);
    let digits = link.split_once('#').unwrap().1;
    for typed in [link.as_str(), digits] {
        let report = home.verify(typed, 0);
        assert_report(&report, "valid", "valid");
        assert_eq!(number(&report), number(&expected));
    }
    let piped = run_with_input(&mut home.command(["verify", "--json", "-"]), format!("{link}\n").as_bytes());
    assert_report(&piped.exits(0).json(), "valid", "valid");
    for (dpi, kind) in [("100", "-png"), ("150", "-png"), ("150", "-jpeg"), ("300", "-jpeg")] {
        let report = home.verify(picture(&home, pdf, dpi, kind), 0);
        assert_report(&report, "valid", "valid");
        assert_eq!(number(&report), number(&expected));
    }
    // Saved anew, as a browser or a messenger does: the page is there, the attachment is not.
    let anew = home.path("disimpan-ulang.pdf");
    tool("pdftocairo", "poppler-utils", &["-pdf".as_ref(), pdf.as_os_str(), anew.as_os_str()]);
    assert_report(&home.verify(&anew, 0), "valid", "valid");
    let words = home.run(["verify".as_ref(), anew.as_os_str()]).exits(0).out;
    assert!(words.contains("Sertifikat ini asli dan masih berlaku"), "{words}");
}

#[test]
fn damaged_forged_and_foreign_codes() {
    let home = Home::demo(&[]);
    let link = scanned(&home, &home.files("certificates", "pdf")[0]);
    let (host, digits) = link.split_once('#').unwrap();
    let middle = digits.len() / 2;
    let cut = &digits[..digits.len() - 20];
    let twice = format!("{digits}{digits}");
    let swapped = format!("{}{}", &digits[middle..], &digits[..middle]);
    let mut wrong = digits.to_owned();
    let other = if &digits[middle..=middle] == "5" { "6" } else { "5" };
    wrong.replace_range(middle..=middle, other);
    for damaged in [cut, &twice, &swapped, &wrong, "123", "abc"] {
        let report = home.verify(format!("{host}#{damaged}"), 3);
        assert_report(&report, "indeterminate", "damaged-link");
        assert!(!text(&report["message"], "id").is_empty() && !text(&report["next"], "en").is_empty());
    }
    assert_report(&home.verify(format!("{host}#{}", "7".repeat(100_000)), 3), "indeterminate", "too-long");
    // A sound record with another name or another template: forged, and not decidable.
    let mut record = bytes_of(digits);
    record[40] ^= 1;
    assert_report(&home.verify(format!("{host}#{}", digits_of(&record)), 1), "invalid", "tampered");
    let mut record = bytes_of(digits);
    record[1..3].copy_from_slice(&999u16.to_be_bytes());
    let report = home.verify(format!("{host}#{}", digits_of(&record)), 3);
    assert_report(&report, "indeterminate", "template-unobtainable");
    // The same digits at somebody else's address: genuine, and a trap.
    let report = home.verify(format!("https://palsu.example/v#{digits}"), 1);
    assert_report(&report, "invalid", "foreign-host");
    assert!(text(&report["message"], "id").contains("palsu.example"), "{report}");
    // Nobody said whom they trust, or they trust others.
    let nobody = run(&mut piagam(["verify", "--json", &link])).exits(3).json();
    assert_report(&nobody, "indeterminate", "unknown-issuer");
    assert!(text(&nobody["next"], "en").contains("--issuer did:web:localhost%3A"), "{nobody}");
    let other = ["verify", "--json", "--offline", "--issuer", "did:web:lain.example", &link];
    assert_report(&run(&mut piagam(other)).exits(3).json(), "indeterminate", "unknown-issuer");
}

#[test]
fn codes_are_checked_over_the_network_too() {
    let home = Home::demo(&[]);
    let link = scanned(&home, &home.files("certificates", "pdf")[0]);
    let server = home.serve();
    let did = home.did();
    let asked = |more: &[&str]| {
        let mut command = piagam(["verify", "--json", "--issuer", &did, &link]);
        run(command.args(more))
    };
    assert_report(&asked(&[]).exits(0).json(), "valid", "valid");
    assert_report(&asked(&["--offline"]).exits(3).json(), "indeterminate", "template-unobtainable");
    drop(server);
    assert_report(&asked(&[]).exits(3).json(), "indeterminate", "template-unobtainable");
}

#[test]
fn a_hundred_in_a_folder_and_in_an_archive_with_one_that_was_changed() {
    let home = Home::demo(&[]);
    let folder = home.path("kiriman");
    fs::create_dir_all(folder.join("susulan")).unwrap();
    let (pdfs, jsons) = (home.files("certificates", "pdf"), home.files("certificates", "json"));
    for (file, at) in pdfs.iter().chain(&jsons).zip(0..) {
        fs::copy(file, folder.join(format!("{at:02}-{}", name(file)))).unwrap();
        fs::copy(file, folder.join("susulan").join(format!("salinan {at:02} {}", name(file)))).unwrap();
    }
    let original = fs::read_to_string(&jsons[7]).unwrap();
    let changed = folder.join("susulan").join(format!("salinan 32 {}", name(&jsons[7])));
    fs::write(&changed, original.replacen("Contoh", "Cantoh", 1)).unwrap();
    fs::write(folder.join("daftar.txt"), "Bukan sertifikat").unwrap();
    fs::write(folder.join(".tersembunyi.json"), "{}").unwrap();
    let archive = home.path("kiriman.zip");
    pack(&folder, &archive);

    for input in [&folder, &archive] {
        let words = home.run(["verify".as_ref(), input.as_os_str()]).exits(1).out;
        assert!(words.contains("100 diperiksa: 99 asli dan berlaku, 1 tidak sah, 0 belum dapat dipastikan"), "{words}");
        assert!(words.contains("1 dilewati / passed over:") && words.contains("daftar.txt"), "{words}");
        assert_eq!(words.matches("\n[x] ").count(), 1, "{words}");
        let reports = home.run(["verify".as_ref(), "--json".as_ref(), input.as_os_str()]).exits(1).json();
        let reports = reports.as_array().unwrap();
        assert_eq!(reports.len(), 101);
        let invalid: Vec<&Value> = reports.iter().filter(|report| report["verdict"] == "invalid").collect();
        assert_eq!(invalid.len(), 1);
        assert!(text(invalid[0], "input").ends_with(&name(&changed)), "{}", invalid[0]);
        assert_eq!(outcome(invalid[0], "proof"), "fail");
        let names: Vec<&str> = reports.iter().map(|report| text(report, "input")).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        assert!(
            names.iter().all(|name| sorted.contains(name))
                && names.windows(2).filter(|two| two[0] > two[1]).count() < 3
        );
    }
    let piped = run_with_input(&mut home.command(["verify", "--json", "-"]), &fs::read(&archive).unwrap());
    assert_eq!(piped.exits(1).json().as_array().unwrap().len(), 101);
}

#[test]
fn archives_that_are_none_nested_or_empty() {
    let home = Home::demo(&[]);
    let inner = home.path("dalam");
    fs::create_dir_all(&inner).unwrap();
    let json = &home.files("certificates", "json")[0];
    fs::copy(json, inner.join("satu.json")).unwrap();
    pack(&inner, &inner.join("lagi.zip"));
    let nested = home.path("bersarang.zip");
    pack(&inner, &nested);
    let reports = home.run(["verify".as_ref(), "--json".as_ref(), nested.as_os_str()]).exits(3).json();
    let states: Vec<&str> = reports.as_array().unwrap().iter().map(|report| text(report, "state")).collect();
    assert_eq!(states, ["archive", "valid"]);
    // In a folder an archive is opened.
    let reports = home.run(["verify".as_ref(), "--json".as_ref(), inner.as_os_str()]).exits(0).json();
    assert_eq!(reports.as_array().unwrap().len(), 2);

    let broken = home.write("rusak.zip", [b"PK\x03\x04".as_slice(), &[7; 300]].concat());
    let report = home.run(["verify".as_ref(), "--json".as_ref(), broken.as_os_str()]).exits(4).json();
    assert_eq!(report[0]["state"], "input-unreadable");
    let empty = home.path("kosong");
    fs::create_dir_all(&empty).unwrap();
    let words = home.run(["verify".as_ref(), empty.as_os_str()]).exits(3).out;
    assert!(words.contains("Tidak ada sertifikat di sini"), "{words}");
}

#[test]
fn another_moment() {
    let home = Home::demo(&[]);
    let json = &home.files("certificates", "json")[0];
    let at = |moment: &str| {
        let mut command = home.command(["verify", "--json", "--at", moment]);
        run(command.arg(json))
    };
    assert_report(&at("2020-01-01").exits(1).json(), "invalid", "not-yet-valid");
    let later = at("2099-01-01T00:00:00+07:00").exits(3).json();
    assert_report(&later, "indeterminate", "status-unknown");
    assert_eq!(at("kemarin").code, 2);
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// All files of a folder and of the folders in it, by name.
fn pack(folder: &Path, archive: &Path) {
    let mut files: Vec<PathBuf> = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    let mut writer = ZipWriter::new(fs::File::create(archive).unwrap());
    for file in files.iter().filter(|file| *file != archive) {
        let path = file.strip_prefix(folder).unwrap().to_str().unwrap();
        writer.start_file(path, SimpleFileOptions::default()).unwrap();
        writer.write_all(&fs::read(file).unwrap()).unwrap();
    }
    writer.finish().unwrap();
}

/// COMPACT.md, 2: seven bytes are seventeen digits.
const WIDTHS: [usize; 8] = [0, 3, 5, 8, 10, 13, 15, 17];

fn bytes_of(digits: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for group in digits.as_bytes().chunks(17) {
        let count = WIDTHS.iter().position(|width| *width == group.len()).unwrap();
        let value: u64 = std::str::from_utf8(group).unwrap().parse().unwrap();
        bytes.extend(&value.to_be_bytes()[8 - count..]);
    }
    bytes
}

/// With a check sum that fits.
fn digits_of(record: &[u8]) -> String {
    let body = &record[..record.len() - 2];
    let sum = body.iter().fold(0xffff_u16, |sum, byte| {
        (0..8).fold(sum ^ u16::from(*byte) << 8, |sum, _| if sum & 0x8000 == 0 { sum << 1 } else { sum << 1 ^ 0x1021 })
    });
    let record = [body, &sum.to_be_bytes()].concat();
    let value = |group: &[u8]| group.iter().fold(0u64, |value, byte| value << 8 | u64::from(*byte));
    record.chunks(7).map(|group| format!("{:0width$}", value(group), width = WIDTHS[group.len()])).collect()
}
