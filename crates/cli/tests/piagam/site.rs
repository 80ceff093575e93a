//! `piagam export site`: a plain file server answers verifiers when the service is stopped.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::house::{Home, holds, piagam, run, text};
use crate::many::scanned;
use crate::verify::assert_report;

/// Serves the files of a folder and nothing else, guessing media types as `python3 -m http.server` does.
struct Files(Arc<AtomicBool>, u16);

impl Files {
    fn serve(folder: &Path, port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
        let (stop, folder) = (Arc::new(AtomicBool::new(false)), folder.to_owned());
        let stopped = Arc::clone(&stop);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                let mut line = String::new();
                let mut reader = BufReader::new(&stream);
                reader.read_line(&mut line).ok();
                loop {
                    let mut header = String::new();
                    if reader.read_line(&mut header).unwrap_or(0) <= 2 {
                        break;
                    }
                }
                let path = line.split(' ').nth(1).unwrap_or("/").split('?').next().unwrap_or_default();
                let path = Path::new(path.trim_start_matches('/'));
                let inside = path.components().all(|part| matches!(part, Component::Normal(_)));
                let answer = match fs::read(folder.join(path)).ok().filter(|_| inside) {
                    Some(body) => {
                        let head = "HTTP/1.0 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n";
                        [head.as_bytes(), &body].concat()
                    }
                    None => b"HTTP/1.0 404 Not Found\r\n\r\n".to_vec(),
                };
                (&stream).write_all(&answer).ok();
            }
        });
        Self(stop, port)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
        let _ = std::net::TcpStream::connect(("127.0.0.1", self.1));
    }
}

fn export(home: &Home, folder: &Path, more: &[&str]) -> String {
    let arguments = ["export", "site", folder.to_str().unwrap()];
    home.run(arguments.iter().chain(more)).exits(0).out
}

fn all(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found
}

#[test]
fn a_file_server_verifies_when_the_service_is_stopped() {
    let home = Home::demo(&[]);
    let folder = home.path("situs");
    let told = export(&home, &folder, &[]);
    assert!(told.contains("0 tetap, 0 dihapus"), "{told}");
    for path in ["v/index.html", "sw.js", ".well-known/did.json", "trust.json", "v/bundle.json", "templates/1"] {
        assert!(folder.join(path).is_file(), "{path}");
    }
    for purpose in ["revocation", "suspension", "refresh"] {
        assert!(
            folder.join(format!("status/{purpose}/1")).is_file()
                && folder.join(format!("status/{purpose}/1.jcs")).is_file()
        );
    }
    let names: Vec<String> = home.list().iter().map(|each| text(each, "name").to_owned()).collect();
    for path in all(&folder) {
        let bytes = fs::read(&path).unwrap();
        assert!(!names.iter().any(|name| holds(&bytes, name)), "a person in {}", path.display());
    }
    assert!(export(&home, &folder, &[]).contains(" 0 ditulis"), "again is nothing new");

    let (pdf, json) = (&home.files("certificates", "pdf")[0], &home.files("certificates", "json")[0]);
    let link = scanned(&home, pdf);
    let did = home.did();
    let verify =
        |input: &str, code: i32| run(&mut piagam(["verify", "--json", "--issuer", &did, input])).exits(code).json();
    assert_report(&verify(&link, 3), "indeterminate", "template-unobtainable");
    let files = Files::serve(&folder, home.port);
    for input in [&link, json.to_str().unwrap(), pdf.to_str().unwrap()] {
        assert_report(&verify(input, 0), "valid", "valid");
    }
    let mut fetch = piagam(["trust", "fetch", &format!("localhost:{}", home.port)]);
    fetch.env("PIAGAM_TRUST_DIR", home.dir.with_file_name("kepercayaan"));
    run(&mut fetch).exits(0);

    let credential: Value = serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
    let id = text(&credential, "id").rsplit('/').next().unwrap();
    home.run(["revoke", id, "--reason", "data-error"]).exits(0);
    assert_report(&verify(&link, 0), "valid", "valid");
    fs::write(folder.join("milik-orang.html"), "bukan milik kami").unwrap();
    export(&home, &folder, &["--records"]);
    let revoked = verify(&link, 1);
    assert_report(&revoked, "invalid", "revoked");
    assert_eq!(revoked["reason"], "data-error");
    let told = export(&home, &folder, &[]);
    assert!(told.contains("1 dihapus") && !folder.join("records").exists(), "{told}");
    assert!(folder.join("milik-orang.html").is_file());
    assert_report(&verify(&link, 1), "invalid", "revoked");
    drop(files);
}

#[test]
fn what_is_not_of_an_export_is_left_alone() {
    let home = Home::demo(&[]);
    let folder = home.path("situs");
    fs::create_dir_all(folder.join("v")).unwrap();
    fs::write(folder.join("v/index.html"), "halaman sendiri").unwrap();
    let arguments = ["export", "site", folder.to_str().unwrap()];
    home.run(arguments).fails(4, "bukan hasil ekspor", "not of an earlier export");
    assert_eq!(fs::read(folder.join("v/index.html")).unwrap(), b"halaman sendiri");
}

#[test]
fn the_service_keeps_a_copy_and_doctor_looks_at_it() {
    let home = Home::demo(&[]);
    let settings = fs::read_to_string(home.path("piagam.toml")).unwrap();
    assert!(settings.contains("folder = \"\""));
    fs::write(home.path("piagam.toml"), settings.replace("folder = \"\"", "folder = \"situs\"")).unwrap();
    let told = home.run(["doctor"]).exits(1).out;
    assert!(told.contains("belum dibuat / not made yet"), "{told}");
    let server = home.serve();
    let deadline = Instant::now() + Duration::from_secs(20);
    while !home.path("situs/trust.json").is_file() {
        assert!(Instant::now() < deadline, "{}", server.told());
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(server.get("/trust.json", "*/*").status, 200);
    drop(server);
    // The service may have been stopped between two files.
    export(&home, &home.path("situs"), &[]);
    let told = home.run(["doctor"]).exits(0).out;
    assert!(told.contains("terbaru / up to date"), "{told}");
    fs::write(home.path("situs/status/revocation/1"), "{}").unwrap();
    let told = home.run(["doctor"]).exits(1).out;
    assert!(told.contains("1 berkas tertinggal"), "{told}");
}
