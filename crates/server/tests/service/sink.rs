//! A real mail server beside the tests: `tests/sink.py`, which is Debian's `python3-aiosmtpd`.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) struct Sink {
    child: Child,
    pub(crate) port: u16,
    folder: PathBuf,
    _temporary: Option<TempDir>,
}

/// A mail as it arrived.
pub(crate) struct Arrived {
    pub(crate) to: String,
    pub(crate) tls: bool,
    pub(crate) user: Option<String>,
    /// The other end of the connection that it came over.
    pub(crate) peer: String,
    /// Headers and both bodies, as sent.
    pub(crate) raw: String,
}

impl Sink {
    pub(crate) fn start(options: &[&str]) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let mut sink = Self::keeping_in(temporary.path(), options);
        sink._temporary = Some(temporary);
        sink
    }

    /// A server that keeps its mails in a folder of the test's.
    pub(crate) fn keeping_in(folder: &Path, options: &[&str]) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/tests/sink.py");
        // The package is for Debian's own interpreter, whichever comes first in PATH.
        let python = if Path::new("/usr/bin/python3").exists() { "/usr/bin/python3" } else { "python3" };
        let mut child = Command::new(python)
            .arg(script)
            .arg(folder)
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse();
        let port = port.expect("no mail server: install the Debian package python3-aiosmtpd, or run tests/run");
        Self { child, port, folder: folder.to_owned(), _temporary: None }
    }

    /// The lines of `piagam.toml` for it.
    pub(crate) fn settings(&self, security: &str) -> String {
        format!(
            "[mail]\nhost = \"localhost\"\nport = {}\nsecurity = \"{security}\"\nsender = \"Lembaga Contoh <sertifikat@contoh.example>\"\n",
            self.port
        )
    }

    /// How it behaves from now on.
    pub(crate) fn manners(&self, manners: &str) {
        std::fs::write(self.folder.join("manners"), manners).unwrap();
    }

    /// How many mails it has taken.
    pub(crate) fn count(&self) -> usize {
        let names = std::fs::read_dir(&self.folder).unwrap().map(|entry| entry.unwrap().path());
        names.filter(|path| path.extension().is_some_and(|extension| extension == "json")).count()
    }

    /// The mails that it has taken, in order.
    pub(crate) fn mails(&self) -> Vec<Arrived> {
        arrived(&self.folder)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn arrived(folder: &Path) -> Vec<Arrived> {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut mails: Vec<(u32, PathBuf)> = names
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().parse().unwrap(), path))
        .collect();
    mails.sort_unstable();
    let read = |path: &PathBuf| -> Arrived {
        let kept: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        Arrived {
            to: kept["to"][0].as_str().unwrap().to_owned(),
            tls: kept["tls"] == true,
            peer: kept["peer"].as_str().unwrap().to_owned(),
            user: kept["user"].as_str().map(str::to_owned),
            raw: kept["content"].as_str().unwrap().to_owned(),
        }
    };
    mails.iter().map(|(_, path)| read(path)).collect()
}

impl Arrived {
    /// A header, unfolded.
    pub(crate) fn header(&self, name: &str) -> String {
        let (head, _) = self.raw.split_once("\r\n\r\n").unwrap();
        let unfolded = head.replace("\r\n ", " ");
        let line = unfolded.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_default().to_owned()
    }

    /// The text and the HTML, decoded.
    pub(crate) fn bodies(&self) -> (String, String) {
        let boundary = self.raw.split_once("boundary=\"").unwrap().1.split('"').next().unwrap().to_owned();
        let mark = format!("--{boundary}");
        let mut parts = self.raw.split(&mark).skip(1).map(decoded);
        (parts.next().unwrap(), parts.next().unwrap())
    }

    /// The one-time link in it, as its path.
    pub(crate) fn link(&self) -> String {
        let text = self.bodies().0;
        let (_, rest) = text.split_once("/ambil/").unwrap_or_else(|| panic!("no link in {text}"));
        format!("/ambil/{}", rest.split_whitespace().next().unwrap())
    }
}

/// A part of a multipart message: 7bit, quoted-printable or base64.
fn decoded(part: &str) -> String {
    use base64::Engine;
    let (head, body) = part.split_once("\r\n\r\n").unwrap();
    let encoding = head.to_lowercase();
    if encoding.contains("base64") {
        let body: String = body.split_whitespace().collect();
        return String::from_utf8(base64::prelude::BASE64_STANDARD.decode(body).unwrap()).unwrap();
    }
    if !encoding.contains("quoted-printable") {
        return body.to_owned();
    }
    let joined = body.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        let hex = more.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| *first == b'=') {
            Some(byte) => {
                bytes.push(byte);
                rest = &more[2..];
            }
            None => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}
