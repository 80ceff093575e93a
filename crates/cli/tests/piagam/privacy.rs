//! Nothing that belongs to a person alone gets out: everything public is searched for everything private.

use std::ffi::OsStr;
use std::fs;

use issuer::programme::Programme;
use issuer::roster::{self, Recipient};
use serde_json::Value;

use crate::house::{Home, holds, programme, sheet, text, tool};
use crate::paper::pdf_text;

#[test]
fn no_identity_number_and_no_address_is_in_anything_public() {
    let people = people();
    let private: Vec<String> = people.iter().flat_map(private).collect();
    assert!(private.iter().filter(|each| each.len() == 18 && each.bytes().all(|b| b.is_ascii_digit())).count() >= 20);
    assert!(private.iter().filter(|each| each.contains('@')).count() >= 20);

    let home = Home::demo(&["--full"]);
    let server = home.serve();
    let listed = home.list();
    // A life behind it, so that there are records, and lists with bits.
    home.run(["revoke", text(&listed[0], "id"), "--reason", "misconduct"]).exits(0);
    home.run(["suspend", text(&listed[1], "id"), "--reason", "under-review"]).exits(0);
    home.run(["reissue", text(&listed[2], "id"), "--name", "Ratna Contoh Utama, S.IP."]).exits(0);

    let mut public: Vec<(String, Vec<u8>)> = Vec::new();
    let mut add = |what: String, bytes: &[u8]| public.push((what, searchable(bytes)));
    for path in home.files("certificates", "json") {
        add(path.display().to_string(), &fs::read(&path).unwrap());
    }
    for path in home.files("certificates", "pdf") {
        add(format!("text of {}", path.display()), pdf_text(&path).as_bytes());
        let opened = home.path("dibuka.pdf");
        let how = ["--qdf", "--stream-data=uncompress", "--object-streams=disable"].map(OsStr::new);
        tool("qpdf", "qpdf", &[&how[..], &[path.as_os_str(), opened.as_os_str()]].concat());
        add(format!("bytes of {}", path.display()), &fs::read(opened).unwrap());
    }
    for path in published(&listed) {
        for accept in ["text/html", "application/vc"] {
            let answer = server.get(&path, accept);
            add(format!("{path} as {accept}"), answer.head.as_bytes());
            add(format!("{path} as {accept}"), &answer.body);
        }
    }
    let statuses = ["/.well-known/did.json", "/status/revocation/1", "/status/suspension/1", "/status/refresh/1"];
    let records = listed[..3].iter().map(|each| format!("/records/{}", text(each, "id")));
    for path in statuses.map(str::to_owned).into_iter().chain(records) {
        let answer = server.get(&path, "*/*");
        assert_eq!(answer.status, 200, "{path}");
        add(path, &answer.body);
    }
    for arguments in [&["list"][..], &["list", "--json"], &["keys", "list"], &["doctor"]] {
        let run = home.run(arguments).exits(0);
        add(arguments.join(" "), (run.out + &run.err).as_bytes());
    }
    let log = server.told();
    assert!(log.matches("answered").count() > 70, "the log was written: {log}");
    add("the server's log".to_owned(), log.as_bytes());

    for (what, bytes) in &public {
        for secret in &private {
            assert!(!told(bytes, secret), "{what} holds {secret}");
        }
    }
    // What is public is found, so that which is not would be.
    for certificate in &listed {
        let name = text(certificate, "name");
        assert!(public.iter().filter(|(_, bytes)| told(bytes, name)).count() >= 4, "{name}");
    }
    // An address holds a code: no log keeps it. Neither does it name anybody.
    for certificate in &listed {
        for secret in ["code", "id", "name", "number"] {
            assert!(!log.contains(text(certificate, secret)), "the log holds a {secret}");
        }
    }
}

#[test]
fn the_full_rendering_has_the_number_and_no_route_leads_to_it() {
    let people = people();
    let home = Home::demo(&["--full"]);
    let full: String = home.files("certificates/lengkap", "pdf").iter().map(|path| pdf_text(path)).collect();
    let full = searchable(full.as_bytes());
    for nip in people.iter().filter_map(|person| person.nip) {
        assert!(told(&full, &nip.to_string()), "{nip}");
    }
    for email in people.iter().filter_map(|person| person.email.as_deref()) {
        assert!(!told(&full, email), "an e-mail address is never printed: {email}");
    }
    let server = home.serve();
    let id = text(&home.list()[0], "id").to_owned();
    for file in [
        "lengkap.pdf",
        "sertifikat-lengkap.pdf",
        "sertifikat.pdf?full=1",
        "sertifikat.pdf?versi=lengkap",
        "../../piagam.db",
    ] {
        let answer = server.get(&format!("/credentials/{id}/{file}"), "*/*");
        let path = home.write("diunduh.pdf", &answer.body);
        match answer.status {
            200 => assert!(
                !people
                    .iter()
                    .filter_map(|p| p.nip)
                    .any(|nip| told(&searchable(pdf_text(&path).as_bytes()), &nip.to_string()))
            ),
            status => assert_eq!(status, 404, "{file}"),
        }
    }
}

/// Pages and files of certificates in every state, and the pages that belong to nobody.
fn published(listed: &[Value]) -> Vec<String> {
    let mut paths: Vec<String> =
        ["/", "/v", "/periksa", "/bantuan", "/privasi", "/robots.txt", "/healthz"].map(str::to_owned).into();
    for certificate in &listed[..6] {
        let (id, code) = (text(certificate, "id"), text(certificate, "code"));
        paths.extend([format!("/v/{code}"), format!("/v/{code}?hl=en"), format!("/credentials/{id}")]);
        paths.extend(["kredensial.json", "qr.svg"].map(|file| format!("/credentials/{id}/{file}")));
    }
    paths
}

/// Everybody on the sample sheet who passed.
fn people() -> Vec<Recipient> {
    let programme = Programme::parse(&fs::read_to_string(programme("ai-fundamentals")).unwrap()).unwrap();
    let people = roster::read(&fs::read(sheet("cohort-25.xlsx")).unwrap(), "cohort-25.xlsx", &programme).unwrap();
    assert_eq!(people.recipients.len(), 25);
    people.recipients
}

/// What of a person is never public.
fn private(person: &Recipient) -> Vec<String> {
    let texts = [&person.other_id, &person.rank, &person.position, &person.unit];
    let mut all: Vec<String> =
        texts.into_iter().flatten().map(|text| text.to_string()).filter(|text| text.len() > 8).collect();
    all.extend(person.nip.map(|nip| nip.to_string()));
    all.extend(person.email.clone());
    all
}

/// As it is, and once more without spaces: numbers are written in groups, `19781204 200103 1 999`.
fn searchable(bytes: &[u8]) -> Vec<u8> {
    let together: Vec<u8> = bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    [bytes, b"\n", &together].concat()
}

/// Whether what [`searchable`] gave holds a word, in one piece or in groups.
fn told(searchable: &[u8], word: &str) -> bool {
    let joined: String = word.split_whitespace().collect();
    holds(searchable, word) || holds(searchable, &joined)
}
