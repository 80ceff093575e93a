//! A page that says something else than the credential inside the file.

use std::fs;

use serde_json::Value;

use crate::house::{Home, text, tool};
use crate::verify::assert_report;

#[test]
fn a_page_around_another_credential_differs() {
    let home = Home::demo(&["--full"]);
    let (jsons, pdfs) = (home.files("certificates", "json"), home.files("certificates", "pdf"));
    let full = home.files("certificates/lengkap", "pdf");
    let credential = fs::read_to_string(&jsons[1]).unwrap();
    let signed: Value = serde_json::from_str(&credential).unwrap();
    let name = text(&signed["credentialSubject"], "name");
    for pdf in [&pdfs[0], &full[0]] {
        let forged = home.write("palsu.pdf", swapped(&fs::read(pdf).unwrap(), &credential));
        let report = home.verify(&forged, 1);
        assert_report(&report, "invalid", "differs");
        assert_eq!((text(&report["page"], "name"), text(&report["page"], "outcome")), ("page", "fail"));
        let fields: Vec<&str> =
            report["differences"].as_array().unwrap().iter().map(|each| text(each, "field")).collect();
        assert!(fields.starts_with(&["name", "number"]), "{report:#}");
        assert_eq!((text(&report["differences"][0], "signed"), text(&report["credential"], "name")), (name, name));
        let words = home.run(["verify".as_ref(), forged.as_os_str()]).exits(1).out;
        let seen = text(&report["differences"][0], "seen");
        assert!(words.contains("berbeda") && words.contains(name) && words.contains(seen), "{words}");
        // The right page around it is as it was.
        let whole = home.write("utuh.pdf", swapped(&fs::read(&pdfs[1]).unwrap(), &credential));
        assert_eq!(home.verify(&whole, 0)["page"]["outcome"], "pass");
    }
}

/// Every certificate of the demo, and what other programs make of one.
#[test]
fn no_certificate_of_ours_differs() {
    let home = Home::demo(&["--full"]);
    for pdf in [home.files("certificates", "pdf"), home.files("certificates/lengkap", "pdf")].concat() {
        assert_eq!(home.verify(&pdf, 0)["page"]["outcome"], "pass", "{}", pdf.display());
    }
    let pdf = &home.files("certificates", "pdf")[0];
    for how in [&["--linearize"][..], &["--qdf", "--object-streams=disable"], &["--object-streams=generate"]] {
        let saved = home.path("disimpan.pdf");
        let how = how.iter().map(std::ffi::OsStr::new).chain([pdf.as_os_str(), saved.as_os_str()]);
        tool("qpdf", "qpdf", &how.collect::<Vec<_>>());
        assert_report(&home.verify(&saved, 0), "valid", "valid");
    }
}

#[test]
fn a_reissued_certificate_is_compared_with_its_new_credential() {
    let home = Home::demo(&[]);
    let id = text(&home.list()[0], "id").to_owned();
    let old = fs::read(&home.files("certificates", "pdf")[0]).unwrap();
    home.run(["reissue", &id, "--name", "Siti Contoh Baru, S.Kom."]).exits(0);
    let server = home.serve();
    let new = home.list().into_iter().find(|each| each["name"] == "Siti Contoh Baru, S.Kom.").unwrap();
    let pdf = server.get(&format!("/credentials/{}/sertifikat.pdf", text(&new, "id")), "*/*").body;
    let json = server.get(&format!("/credentials/{}", text(&new, "id")), "application/vc").body;
    assert_report(&home.verify(home.write("baru.pdf", &pdf), 0), "valid", "valid");
    let forged = swapped(&old, std::str::from_utf8(&json).unwrap());
    assert_report(&home.verify(home.write("lama.pdf", forged), 1), "invalid", "differs");
}

/// Another credential put into a certificate's PDF, by an update behind it: the page now says what nobody signed.
fn swapped(pdf: &[u8], credential: &str) -> Vec<u8> {
    let tail = String::from_utf8_lossy(pdf);
    let after = |mark: &str| tail[tail.rfind(mark).unwrap() + mark.len()..].trim_start().to_owned();
    let number = |text: String| text.chars().take_while(char::is_ascii_digit).collect::<String>();
    let (root, info, previous) = (number(after("/Root ")), number(after("/Info ")), number(after("startxref")));
    let mut out = pdf.to_vec();
    let at = out.len();
    let head = format!("4 0 obj\n<</Type/EmbeddedFile/Subtype/application#2Fvc/Length {}>>stream\n", credential.len());
    out.extend_from_slice(format!("{head}{credential}\nendstream\nendobj\n").as_bytes());
    let table = out.len();
    let entry = format!("xref\n4 1\n{at:010} 00000 n \ntrailer\n");
    let trailer = format!("<</Size 999/Root {root} 0 R/Info {info} 0 R/Prev {previous}>>\nstartxref\n{table}\n%%EOF\n");
    out.extend_from_slice(format!("{entry}{trailer}").as_bytes());
    out
}
