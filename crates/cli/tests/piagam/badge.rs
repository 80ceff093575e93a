//! Badges: written beside the PDFs, given by the server, read again by `piagam verify`.

use std::fs;

use crate::house::{Home, programme, sheet, text};
use crate::verify::{assert_report, outcome};

#[test]
fn badges_lie_beside_the_pdfs_and_prove_what_they_say() {
    let home = Home::demo(&["--badges"]);
    let jsons = home.files("certificates", "json");
    for kind in ["png", "svg"] {
        let badges = home.files("certificates/lencana", kind);
        let stems = |files: &[std::path::PathBuf]| -> Vec<_> {
            files.iter().map(|file| file.file_stem().unwrap().to_owned()).collect()
        };
        assert_eq!(stems(&badges), stems(&jsons));
        for badge in badges.iter().step_by(6) {
            let report = home.verify(badge, 0);
            assert_report(&report, "valid", "valid");
            assert!(fs::metadata(badge).unwrap().len() < 60_000, "{}", badge.display());
            // One letter of the name, in the bytes of the file.
            let mut bytes = fs::read(badge).unwrap();
            let name = text(&report["credential"], "name").as_bytes();
            let at = memchr::memmem::find(&bytes, name).unwrap();
            bytes[at] ^= 1;
            let altered = home.write(&format!("diubah.{kind}"), bytes);
            let report = home.verify(&altered, 1);
            assert_report(&report, "invalid", "tampered");
            assert_eq!(outcome(&report, "proof"), "fail");
        }
    }
}

#[test]
fn the_server_gives_the_same_badges_until_they_are_revoked() {
    let home = Home::demo(&["--badges"]);
    let server = home.serve();
    let certificate = home.list()[3].clone();
    let (id, number) = (text(&certificate, "id"), text(&certificate, "number"));
    let own = |kind: &str| {
        let badges = home.files("certificates/lencana", kind);
        badges.into_iter().find(|badge| memchr::memmem::find(&fs::read(badge).unwrap(), id.as_bytes()).is_some())
    };
    let badges = [("lencana.png", own("png").unwrap()), ("lencana.svg", own("svg").unwrap())];
    for (file, on_disk) in &badges {
        let answer = server.get(&format!("/credentials/{id}/{file}"), "*/*");
        assert_eq!(answer.status, 200, "{file}");
        assert!(answer.body == fs::read(on_disk).unwrap(), "{file} has other bytes");
        let address = format!("{}/credentials/{id}/{file}", home.base());
        assert_report(&home.verify(address, 0), "valid", "valid");
    }
    home.run(["revoke", number, "--reason", "not-eligible"]).exits(0);
    for (file, on_disk) in &badges {
        assert_eq!(server.get(&format!("/credentials/{id}/{file}"), "*/*").status, 410, "{file}");
        assert_report(&home.verify(on_disk, 1), "invalid", "revoked");
    }
    assert_eq!(server.get(&format!("/credentials/{id}/pratinjau.png"), "*/*").status, 410);
}

#[test]
fn badges_of_every_programme_without_pdfs() {
    for name in ["ai-fundamentals", "ai-in-southeast-asian-government", "digital-governance"] {
        let home = Home::new();
        let out = home.path("hasil");
        let more = ["--out", out.to_str().unwrap(), "--no-pdf", "--badges"];
        let run = home.issue(&sheet("cohort-25.xlsx"), &programme(name), &more).exits(0);
        assert!(run.out.contains("; lencana / badges: 25"), "{}", run.out);
        assert_eq!((home.files("hasil", "pdf").len(), home.files("hasil/lencana", "svg").len()), (0, 25));
        assert_report(&home.verify(&home.files("hasil/lencana", "png")[0], 0), "valid", "valid");
    }
    let refused = Home::new().run(["issue", "x.xlsx", "--programme", "p.toml", "--badges"]);
    assert!(refused.code == 2 && refused.err.contains("--out"), "badges need a folder: {}", refused.err);
}
