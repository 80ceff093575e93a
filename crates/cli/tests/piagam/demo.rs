//! `piagam demo`: the first command that anybody runs.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::house::{Home, text};

#[test]
fn run_again_it_makes_the_same_files_and_nothing_twice() {
    let home = Home::demo(&[]);
    let issued = home.list();
    assert_eq!(issued.len(), 25);
    let stems = |extension| home.files("certificates", extension).iter().map(|path| path.with_extension("")).collect();
    let (pdfs, jsons): (Vec<PathBuf>, Vec<PathBuf>) = (stems("pdf"), stems("json"));
    assert_eq!(pdfs.len(), 25);
    assert_eq!(pdfs, jsons, "one PDF and one JSON of the same stem");
    let files = everything_in(&home.path("certificates"));
    assert_eq!(files.len(), 50, "and nothing else");

    let told = home.run_demo(&[]).out;
    assert_eq!(home.list(), issued);
    assert!(everything_in(&home.path("certificates")) == files, "other bytes");
    for certificate in &issued {
        for word in [text(certificate, "name"), text(certificate, "number"), text(certificate, "code")] {
            assert!(told.contains(word), "{word} is not told");
        }
        assert!(told.contains(&format!("{}/v/{}", home.base(), text(certificate, "code"))));
    }

    let users = home.run(["users", "list"]).exits(0).out;
    for role in ["operator", "approver", "admin", "auditor"] {
        assert!(users.contains(role), "{users}");
    }
    let password = |told: &str| {
        let line = told.lines().find(|line| line.contains("penyusun@contoh.example")).unwrap().to_owned();
        line.split_whitespace().nth(1).unwrap().to_owned()
    };
    assert!(told.contains("/desk") && password(&told) == password(&home.run_demo(&["--codes"]).out));

    home.run_demo(&["--full"]);
    assert_eq!(home.list(), issued);
    let full: Vec<_> = home.files("certificates/lengkap", "pdf");
    assert_eq!(full.iter().map(|path| path.file_stem().unwrap()).collect::<Vec<_>>(), stems_of(&pdfs));
    assert_eq!(everything_in(&home.path("certificates")).len(), 75);
}

fn stems_of(paths: &[PathBuf]) -> Vec<&std::ffi::OsStr> {
    paths.iter().map(|path| path.file_name().unwrap()).collect()
}

#[test]
fn it_serves_until_it_is_asked_to_stop() {
    let home = Home::demo(&[]);
    let code = text(&home.list()[0], "code").to_owned();
    let port = home.port.to_string();
    let mut demo = Killed(home.command(["demo", "--port", &port]).stdout(Stdio::null()).spawn().unwrap());
    let deadline = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect(("127.0.0.1", home.port)).is_err() {
        assert!(Instant::now() < deadline && demo.0.try_wait().unwrap().is_none(), "no server");
        sleep(Duration::from_millis(20));
    }
    let page = home.verify(format!("{}/v/{code}", home.base()), 0);
    assert_eq!(page["verdict"], "valid");
    let stop = format!("kill -TERM {}", demo.0.id());
    assert!(Command::new("sh").args(["-c", &stop]).status().unwrap().success());
    assert_eq!(demo.0.wait().unwrap().code(), Some(0), "a service that is asked to stop has done nothing wrong");
}

#[test]
fn the_port_stays_with_the_folder() {
    let home = Home::demo(&[]);
    let other = (home.port + 1).to_string();
    let refused = home.run(["demo", "--no-serve", "--port", &other]);
    refused.fails(2, "memakai porta", "uses port");
    assert_eq!(home.list().len(), 25);
}

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn everything_in(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(everything_in(&path)),
            false => {
                files.insert(path.clone(), fs::read(&path).unwrap());
            }
        }
    }
    files
}
