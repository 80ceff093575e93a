//! The PDFs as other people's programs see them.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use vc::compact::{self, Link};

use crate::house::{Home, piagam, run, text, tool};

#[test]
fn other_programs_read_what_was_printed() {
    let home = Home::demo(&["--full"]);
    let listed = home.list();
    let jsons = home.files("certificates", "json");
    for (folder, every) in [("certificates", 1), ("certificates/lengkap", 5)] {
        for (json, pdf) in jsons.iter().zip(home.files(folder, "pdf")).step_by(every) {
            assert_eq!(json.file_stem(), pdf.file_stem());
            let credential: Value = serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
            let id = text(&credential, "id").rsplit('/').next().unwrap().to_owned();
            let certificate = listed.iter().find(|each| each["id"] == *id).unwrap();
            assert_sound(&pdf);
            assert_carries(&home, &pdf, json);
            assert_says(&pdf, certificate);
        }
    }
}

#[test]
fn the_code_is_read_from_a_picture_of_the_page() {
    let home = Home::demo(&["--full"]);
    let (listed, server) = (home.list(), home.serve());
    let pdfs = [home.files("certificates", "pdf"), home.files("certificates/lengkap", "pdf")].concat();
    for (n, pdf) in pdfs.iter().step_by(12).enumerate() {
        let picture = home.path(&format!("halaman-{n}"));
        let how = ["-r", "150", "-f", "1", "-l", "1", "-singlefile", "-gray", "-png"].map(OsStr::new);
        tool("pdftoppm", "poppler-utils", &[&how[..], &[pdf.as_os_str(), picture.as_os_str()]].concat());
        let picture = picture.with_extension("png");
        let how = ["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable"].map(OsStr::new);
        let read = tool("zbarimg", "zbar-tools", &[&how[..], &[picture.as_os_str()]].concat());
        let read = String::from_utf8(read).unwrap();
        let link = Link::parse(&read).unwrap_or_else(|error| panic!("{error}: {read:?} in {}", pdf.display()));
        assert_eq!(link.host, home.base().strip_prefix("http://").map(str::to_owned));
        let template = server.get(&format!("/templates/{}", compact::template_number(link.digits).unwrap()), "*/*");
        let template = compact::Template::parse(&template.body).unwrap();
        let credential = compact::unpack(link.digits, |_| Some(&template)).unwrap();
        let carried: Value = serde_json::from_str(&credential).unwrap();
        // The credential itself is in the code, with its other proof.
        let path = text(&carried, "id").strip_prefix(&home.base()).unwrap();
        let served = server.get(&format!("{path}?cryptosuite=eddsa-jcs-2022"), "*/*");
        assert_eq!(String::from_utf8(served.body).unwrap(), credential);
        let certificate = listed.iter().find(|each| path.ends_with(text(each, "id"))).unwrap();
        let printed = pdf_text(pdf);
        assert!(printed.contains(text(certificate, "code")), "the code stands beside it in words: {printed}");
    }
}

#[test]
fn the_server_gives_the_same_files() {
    let home = Home::demo(&[]);
    let server = home.serve();
    for json in home.files("certificates", "json").iter().step_by(6) {
        let credential: Value = serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
        let path = text(&credential, "id").strip_prefix(&home.base()).unwrap();
        for (file, on_disk) in [("kredensial.json", json), ("sertifikat.pdf", &json.with_extension("pdf"))] {
            let answer = server.get(&format!("{path}/{file}"), "*/*");
            assert_eq!(answer.status, 200, "{path}/{file}");
            assert!(answer.body == fs::read(on_disk).unwrap(), "{path}/{file} has other bytes");
            let name = on_disk.file_name().unwrap().to_str().unwrap();
            assert!(answer.head.contains(&format!("filename=\"{name}\"")), "{name} in {}", answer.head);
        }
    }
}

fn assert_sound(pdf: &Path) {
    let said = String::from_utf8(tool("qpdf", "qpdf", &["--check".as_ref(), pdf.as_os_str()])).unwrap();
    assert!(said.contains("No syntax or stream encoding errors found") && !said.contains("WARNING"), "{said}");
}

fn assert_carries(home: &Home, pdf: &Path, json: &Path) {
    let listed = tool("pdfdetach", "poppler-utils", &["-list".as_ref(), pdf.as_os_str()]);
    let listed = String::from_utf8(listed).unwrap();
    assert!(listed.contains("1 embedded file") && listed.contains("credential.json"), "{listed}");
    let out = home.path("lampiran.json");
    let how = ["-savefile".as_ref(), "credential.json".as_ref(), "-o".as_ref(), out.as_os_str(), pdf.as_os_str()];
    tool("pdfdetach", "poppler-utils", &how);
    assert!(fs::read(out).unwrap() == fs::read(json).unwrap(), "{} carries other bytes", pdf.display());
}

fn assert_says(pdf: &Path, certificate: &Value) {
    let printed = pdf_text(pdf);
    for member in ["name", "number", "code"] {
        let expected = plain(text(certificate, member));
        assert!(printed.contains(&expected), "{member} {expected} in {}:\n{printed}", pdf.display());
    }
    assert!(printed.contains("20 (dua puluh)"), "{printed}");
}

#[test]
fn the_grade_is_on_the_paper_also_where_the_page_keeps_it_back() {
    let home = Home::demo(&["--full"]);
    let server = home.serve();
    let certificate = &home.list()[0];
    let own = |path: &PathBuf| fs::read_to_string(path).unwrap().contains(text(certificate, "id"));
    let json = home.files("certificates", "json").into_iter().find(own).unwrap();
    for folder in ["certificates", "certificates/lengkap"] {
        let pdf = home.path(folder).join(json.with_extension("pdf").file_name().unwrap());
        let printed = pdf_text(&pdf);
        assert!(printed.contains("Predikat / Grade: ") && printed.contains("Memuaskan"), "{printed}");
    }
    let page = server.get(&format!("/v/{}", text(certificate, "code")), "text/html").body;
    for public in [fs::read(&json).unwrap(), page] {
        assert!(!String::from_utf8(public).unwrap().contains("Memuaskan"));
    }
}

/// The text of a PDF in reading order, every space and line break one space.
pub(crate) fn pdf_text(pdf: &Path) -> String {
    let text = tool("pdftotext", "poppler-utils", &["-enc".as_ref(), "UTF-8".as_ref(), pdf.as_os_str(), "-".as_ref()]);
    plain(&String::from_utf8(text).unwrap())
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_file_is_told_to_be_ours_byte_for_byte() {
    let home = Home::demo(&["--full"]);
    let server = home.serve();
    let pdf = home.files("certificates", "pdf")[4].clone();
    let full = home.path("certificates/lengkap").join(pdf.file_name().unwrap());
    assert_eq!(home.verify(&pdf, 0)["handedOut"], "short");
    assert_eq!(home.verify(&full, 0)["handedOut"], "full");
    let words = home.run(["verify".as_ref(), pdf.as_os_str()]).exits(0).out;
    assert!(words.contains("Berkas ini persis seperti yang kami terbitkan"), "{words}");
    assert!(words.contains("This file is exactly as we issued it"), "{words}");

    // One byte more, and only the credential in it is ours.
    let touched = home.write("disimpan-ulang.pdf", [fs::read(&pdf).unwrap(), b"\n".to_vec()].concat());
    let report = home.verify(&touched, 0);
    assert_eq!((text(&report, "verdict"), text(&report, "handedOut")), ("valid", "none"));
    let words = home.run(["verify".as_ref(), touched.as_os_str()]).exits(0).out;
    assert!(words.contains("tidak tercatat") && words.contains("not on record"), "{words}");

    // A JSON is no rendering, and a stranger who has no record says nothing.
    let json = &home.files("certificates", "json")[4];
    assert_eq!(home.verify(json, 0)["handedOut"], Value::Null);
    let outside = run(piagam(["verify", "--json", "--issuer", &home.did()]).arg(&pdf)).exits(0).json();
    assert_eq!(outside["handedOut"], Value::Null);

    // What the server makes on demand is remembered as well.
    let other = Home::new();
    other.issue_25();
    let serving = other.serve();
    let id = text(&other.list()[0], "id").to_owned();
    let taken = other.write("diunduh.pdf", serving.get(&format!("/credentials/{id}/sertifikat.pdf"), "*/*").body);
    assert_eq!(other.verify(&taken, 0)["handedOut"], "short");
    drop(server);
}
