//! The walk of one certificate through the crates: signed, printed, mistreated as files are, read, judged. And what other
//! people's programs make of the same file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use extract::{ExtractError, Source, extract};
use jiff::civil::date;
use piagam_tests::{printed, scratch};
use render::{Bilingual, Design, Particulars, Press, Private, Shared, Signatory, Subject, Title};
use vc::{Award, Cryptosuite, Evidence, Key, Need, Policy, Signed, State, StatusEntry, Verdict, VerificationMethod};

const BASE: &str = "https://sertifikat.example";
const NAME: &str = "Dra. I Gusti Ayu Misal Contoh-Ñandú, M.Si.";
const CODE: &str = "ABCD2345EFGH6789";
const NIP: &str = "198607142011012991";

fn key() -> Key {
    Key::from_seed([7; 32])
}

fn signed() -> Signed {
    let did = vc::did_web(BASE);
    let award = Award {
        id: format!("{BASE}/credentials/3f0c2a5e-6a8f-4b0e-9d53-0d6e5b1f7a11"),
        issuer: did.clone(),
        issuer_name: "Lembaga Contoh / Sample Agency".into(),
        issuer_url: BASE.into(),
        valid_from: "2026-08-12T07:05:00Z".into(),
        valid_until: None,
        holder: NAME.into(),
        number: "00042/UJI/VIII/2026".into(),
        achievement: format!("{BASE}/achievements/uji"),
        programme: "Dasar-Dasar Kecerdasan Artifisial / AI Fundamentals".into(),
        description: "Daring penuh / Full e-learning".into(),
        criteria: "Cara kerja AI / How AI works: 20 JP".into(),
        term: "II/2026".into(),
        hours: 20,
        starts: "2026-08-03T00:00:00+07:00".into(),
        ends: "2026-08-12T00:00:00+07:00".into(),
        grade: None,
        status: StatusEntry { list: format!("{BASE}/status/revocation/1"), index: 5 },
    };
    let ready = award.into_draft().check().unwrap();
    let method = VerificationMethod::did_web(&did, 1, key().public());
    let to_sign = ready.to_sign(Cryptosuite::EddsaRdfc2022, &method, "2026-08-12T07:05:00Z").unwrap();
    let signature = key().sign(to_sign.bytes());
    to_sign.finish(signature).unwrap()
}

fn pdf(signed: &Signed, full: bool) -> Vec<u8> {
    let shared = Shared {
        title: Title::Certificate,
        agency: Bilingual::new("Lembaga Contoh", "Sample Agency"),
        programme: Bilingual::new("Dasar-Dasar Kecerdasan Artifisial", "AI Fundamentals"),
        partners: vec!["Mitra Misal".into()],
        cohort: "Angkatan II Tahun 2026".into(),
        method: Bilingual::new("daring penuh", "full e-learning"),
        organiser: "Lembaga Contoh".into(),
        starts: date(2026, 8, 3),
        ends: date(2026, 8, 12),
        hours: 20,
        subjects: vec![Subject { id: "Cara kerja AI".into(), en: "How AI works".into(), hours: 20 }],
        place: "Jakarta".into(),
        signatory: Signatory { office: "Pejabat Contoh".into(), name: "Nama Pejabat Contoh".into() },
        criteria: Bilingual::new("Lulus", "Passed"),
        host: "sertifikat.example".into(),
        show_instansi: false,
        test_band: false,
    };
    let particulars = Particulars {
        code: CODE.into(),
        url: format!("{BASE}/v/{CODE}"),
        qr: format!("{BASE}/v/{CODE}"),
        issued: date(2026, 8, 12),
        instansi: Some("Kementerian Misal".into()),
        grade: None,
        private: full.then(|| Private { nip: Some(NIP.into()), ..Private::default() }),
    };
    Press::new(&Design::klasik().unwrap(), shared).unwrap().print(signed, &particulars).unwrap()
}

/// Evidence of an issuer that publishes its key and a list with or without the bit.
fn evidence(revoked: bool) -> Evidence {
    let did = vc::did_web(BASE);
    let method = VerificationMethod::did_web(&did, 1, key().public());
    let mut evidence = Evidence::default();
    let document = vc::did_document(&did, &[(1, key().public())]);
    evidence.answer(Need::Did(did.clone()), Ok(document.to_string().into_bytes()));
    for purpose in vc::Purpose::ALL {
        let url = format!("{BASE}/status/{}/1", purpose.name());
        let mut bits = vc::Bitstring::new(vc::LIST_ENTRIES);
        bits.set(5, revoked && purpose == vc::Purpose::Revocation).unwrap();
        let draft = vc::status_list_draft(&url, &did, purpose, &bits, "2026-11-24T00:00:00Z", "2026-12-24T00:00:00Z");
        let to_sign =
            draft.check().unwrap().to_sign(Cryptosuite::EddsaRdfc2022, &method, "2026-11-24T00:00:00Z").unwrap();
        let signature = key().sign(to_sign.bytes());
        evidence.answer(Need::StatusList(url), Ok(to_sign.finish(signature).unwrap().text().as_bytes().to_vec()));
    }
    evidence
}

fn judge(text: &str, revoked: bool) -> (Verdict, State) {
    let now = "2026-11-24T07:05:00Z".parse().unwrap();
    let report = vc::verify(text.as_bytes(), &evidence(revoked), &Policy::any(), now);
    (report.verdict, report.state)
}

#[test]
fn what_was_signed_comes_out_of_both_renderings_and_is_judged() {
    let signed = signed();
    for full in [false, true] {
        let found = extract(&pdf(&signed, full)).unwrap();
        assert_eq!(found.text, signed.text());
        assert_eq!(found.source, Source::PdfAttachment { name: "credential.json".into() });
        assert_eq!(judge(&found.text, false), (Verdict::Valid, State::Valid));
        assert_eq!(judge(&found.text, true), (Verdict::Invalid, State::Revoked));
        assert_eq!(judge(&found.text.replace("Misal", "Nisal"), false), (Verdict::Invalid, State::Tampered));
        assert!(!found.text.contains(NIP));
    }
}

#[test]
fn a_pdf_of_ours_cut_anywhere_is_damaged() {
    let whole = pdf(&signed(), false);
    for end in (5..whole.len() - 8).step_by(997) {
        let outcome = extract(&whole[..end]);
        assert!(matches!(outcome, Err(ExtractError::PdfDamaged { .. })), "cut at {end}: {outcome:?}");
    }
}

/// The file, and a folder for what is made of it; `None` where `program` is not installed.
fn with(program: &str) -> Option<(PathBuf, PathBuf)> {
    if Command::new(program).arg("--version").output().is_err() {
        println!("skipped: {program} not found");
        return None;
    }
    let folder = scratch().join("walk").join(program);
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("certificate.pdf");
    fs::write(&file, pdf(&signed(), false)).unwrap();
    Some((file, folder))
}

fn made_by_qpdf(file: &Path, folder: &Path, options: &[&str]) -> Result<extract::Extracted, ExtractError> {
    let made = folder.join(format!("{}.pdf", options[0].trim_start_matches('-')));
    printed(Command::new("qpdf").args(options).arg(file).arg(&made));
    extract(&fs::read(made).unwrap())
}

#[test]
fn what_qpdf_makes_of_our_file_is_still_read() {
    let Some((file, folder)) = with("qpdf") else { return };
    let clean = printed(Command::new("qpdf").arg("--check").arg(&file));
    assert!(clean.contains("No syntax or stream encoding errors found"), "{clean}");
    let options =
        ["--object-streams=generate", "--object-streams=disable", "--linearize", "--qdf", "--compress-streams=n"];
    for option in options {
        let found = made_by_qpdf(&file, &folder, &[option]).unwrap_or_else(|error| panic!("{option}: {error:?}"));
        assert_eq!(found.text, signed().text(), "{option}");
    }
    let locked = made_by_qpdf(&file, &folder, &["--encrypt", "", "pemilik", "256", "--"]);
    assert_eq!(locked, Err(ExtractError::PdfEncrypted));
}

#[test]
fn other_programs_read_the_name_the_attachment_and_no_nip() {
    let Some((file, folder)) = with("pdftotext") else { return };
    let text = printed(Command::new("pdftotext").arg("-layout").arg(&file).arg("-"));
    assert!(text.contains(NAME), "{text}");
    assert!(text.contains("ABCD-2345-EFGH-6789"), "{text}");
    assert!(!text.contains(NIP));
    let attached = printed(Command::new("pdfdetach").arg("-list").arg(&file));
    assert!(attached.contains("1 embedded files") && attached.contains("credential.json"), "{attached}");
    let saved = folder.join("credential.json");
    printed(Command::new("pdfdetach").args(["-save", "1", "-o"]).arg(&saved).arg(&file));
    assert_eq!(fs::read_to_string(saved).unwrap(), signed().text());
    // Printed again, as graduates do to make files smaller: the credential is gone, and we say so.
    let again = folder.join("again.pdf");
    printed(Command::new("pdftocairo").arg("-pdf").arg(&file).arg(&again));
    assert_eq!(extract(&fs::read(again).unwrap()), Err(ExtractError::NoCredentialInPdf));
}

#[test]
fn a_camera_reads_the_code_from_the_page() {
    let (Some((file, folder)), Some(_)) = (with("zbarimg"), with("pdftoppm")) else { return };
    for dots in ["100", "150", "300"] {
        let page = folder.join(format!("page-{dots}"));
        printed(Command::new("pdftoppm").args(["-png", "-singlefile", "-r", dots]).arg(&file).arg(&page));
        let read = printed(Command::new("zbarimg").args(["--quiet", "--raw"]).arg(page.with_extension("png")));
        assert_eq!(read.trim(), format!("{BASE}/v/{CODE}"), "at {dots} dpi");
    }
}
