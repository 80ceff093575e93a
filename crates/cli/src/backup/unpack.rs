//! Reading a backup: decrypted and unpacked on a thread of its own, while rows are written on another.

use super::{FILES, FORMAT, ROWS, WORK};
use crate::failure::{Failure, OTHER, USAGE};
use age::secrecy::SecretString;
use age::{DecryptError, Decryptor, scrypt};
use flate2::read::GzDecoder;
use indicatif::ProgressBar;
use serde_json::{Map, Value};
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::{iter, thread};
use store::archive::ArchiveError;

/// The largest entry that is read, in bytes: a row that holds a sheet is the largest thing that there is.
const MAX_ENTRY: u64 = 100_000_000;

/// The most work that a file may ask for its passphrase: four times ours, 1 GiB. A file is no way to exhaust the machine.
const MAX_WORK: u8 = WORK + 2;

/// How many rows wait to be written.
const WAITING: usize = 1_000;

type Plain = GzDecoder<age::stream::StreamReader<BufReader<File>>>;

/// What the thread that reads has found.
enum Found {
    Manifest(Value),
    Row(String, String),
    Counts(Map<String, Value>),
}

type Sender = SyncSender<io::Result<Found>>;

/// The rows of a backup, one after the other. Half a backup, or one that was altered, gives an error before it ends.
pub(super) struct Unpacked {
    manifest: Value,
    found: Receiver<io::Result<Found>>,
    /// What was counted when it was made.
    expected: Option<Map<String, Value>>,
    /// What was met.
    met: Map<String, Value>,
    ended: bool,
    bar: ProgressBar,
}

/// Opens a backup. Its files are written into a folder while its rows are read, or nowhere.
pub(super) fn open(
    file: &Path,
    passphrase: SecretString,
    files_to: Option<PathBuf>,
    bar: &ProgressBar,
) -> Result<Unpacked, Failure> {
    let reader = BufReader::new(File::open(file).map_err(|error| Failure::file(file, &error))?);
    let decryptor = Decryptor::new_buffered(reader).map_err(|error| locked(file, &error))?;
    let mut identity = scrypt::Identity::new(passphrase);
    identity.set_max_work_factor(MAX_WORK);
    let plain = decryptor.decrypt(iter::once(&identity as &dyn age::Identity)).map_err(|error| locked(file, &error))?;
    let (sender, found) = sync_channel(WAITING);
    thread::spawn(move || {
        if let Err(error) = read_all(GzDecoder::new(plain), files_to.as_deref(), &sender) {
            // Nobody waits any more when the writing has failed.
            let _ = sender.send(Err(error));
        }
    });
    let manifest = match found.recv() {
        Ok(Ok(Found::Manifest(manifest))) if manifest["format"] == FORMAT => manifest,
        Ok(Err(error)) => return Err(broken(file, &error)),
        _ => return Err(broken(file, &invalid("it does not begin with a manifest that this version knows"))),
    };
    Ok(Unpacked { manifest, found, expected: None, met: Map::new(), ended: false, bar: bar.clone() })
}

impl Unpacked {
    /// The schema version of its rows.
    pub(super) fn schema_version(&self) -> i64 {
        self.manifest["schema"].as_i64().unwrap_or(i64::MAX)
    }

    /// When it was made, and of what.
    pub(super) fn origin(&self) -> String {
        let text = |name: &str| self.manifest[name].as_str().unwrap_or("?").to_owned();
        format!("{}, {}", text("baseUrl"), text("at"))
    }

    fn end(&mut self) -> Option<io::Result<(String, String)>> {
        self.ended = true;
        match &self.expected {
            None => Some(Err(invalid("it ends in the middle"))),
            Some(expected) => {
                let there = expected.iter().filter(|(_, rows)| **rows != 0);
                let all =
                    there.clone().count() == self.met.len() && there.clone().all(|(t, n)| self.met.get(t) == Some(n));
                (!all).then(|| Err(invalid("its rows are not those that were counted")))
            }
        }
    }
}

impl Iterator for Unpacked {
    type Item = io::Result<(String, String)>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            match self.found.recv() {
                Ok(Ok(Found::Row(table, row))) => {
                    let count = self.met.get(&table).and_then(Value::as_u64).unwrap_or(0) + 1;
                    self.met.insert(table.clone(), Value::from(count));
                    self.bar.inc(1);
                    return Some(Ok((table, row)));
                }
                Ok(Ok(Found::Counts(counts))) => self.expected = Some(counts),
                Ok(Ok(Found::Manifest(_))) => {}
                Ok(Err(error)) => {
                    self.ended = true;
                    return Some(Err(error));
                }
                Err(_) => return self.end(),
            }
        }
        None
    }
}

fn read_all(plain: Plain, files_to: Option<&Path>, sender: &Sender) -> io::Result<()> {
    let mut archive = tar::Archive::new(plain);
    for entry in archive.entries()? {
        let mut entry = entry?;
        if entry.size() > MAX_ENTRY || !entry.header().entry_type().is_file() {
            return Err(invalid("there is something in it that is no file, or larger than anything"));
        }
        let path = entry.path()?.into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        let parts: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
        let passed_on = match parts[..] {
            ["manifest.json"] => sender.send(Ok(Found::Manifest(json(&bytes)?))),
            ["counts.json"] => {
                let counts = json(&bytes)?.as_object().cloned().unwrap_or_default();
                sender.send(Ok(Found::Counts(counts)))
            }
            [ROWS, table, _] => {
                let text = std::str::from_utf8(&bytes).map_err(io::Error::other)?;
                text.lines().try_for_each(|row| sender.send(Ok(Found::Row(table.to_owned(), row.to_owned()))))
            }
            [FILES, ..] => {
                if let Some(folder) = files_to {
                    write_file(folder, &path, &bytes)?;
                }
                Ok(())
            }
            // Of a later version, which adds what this one can do without.
            _ => Ok(()),
        };
        if passed_on.is_err() {
            return Ok(());
        }
    }
    // The stream's own end is checked by reading to it.
    let mut rest = archive.into_inner();
    io::copy(&mut rest, &mut io::sink())?;
    io::copy(rest.get_mut(), &mut io::sink())?;
    Ok(())
}

fn json(bytes: &[u8]) -> io::Result<Value> {
    serde_json::from_slice(bytes).map_err(io::Error::other)
}

/// Below the folder, whatever the archive says; for its owner only.
fn write_file(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let below: PathBuf = path.components().skip(1).collect();
    if below.components().any(|part| !matches!(part, Component::Normal(_))) {
        return Err(invalid("a file in it leads elsewhere"));
    }
    let target = folder.join(below);
    if let Some(above) = target.parent() {
        issuer::durable::make_folder(above)?;
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(target)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// What went wrong while rows were written.
pub(super) fn failure(file: &Path, error: ArchiveError) -> Failure {
    match error {
        ArchiveError::Outside(error) => broken(file, &error),
        other => other.into(),
    }
}

fn locked(file: &Path, error: &DecryptError) -> Failure {
    let name = file.display();
    match error {
        DecryptError::DecryptionFailed | DecryptError::NoMatchingKeys | DecryptError::KeyDecryptionFailed => {
            Failure::new(
                USAGE,
                (
                    format!("{name}: kata sandi ini tidak membuka cadangan."),
                    "Periksa PIAGAM_BACKUP_PASSPHRASE (atau PIAGAM_PASSPHRASE). Bila kata sandinya benar, awal berkas ini rusak: ambil salinan lain.",
                ),
                (
                    format!("{name}: this passphrase does not open the backup."),
                    "Check PIAGAM_BACKUP_PASSPHRASE (or PIAGAM_PASSPHRASE). If it is right, the file's beginning is damaged: take another copy.",
                ),
            )
        }
        other => broken(file, &io::Error::other(other.to_string())),
    }
}

fn broken(file: &Path, error: &io::Error) -> Failure {
    let name = file.display();
    let next = (
        "Berkas ini terpotong, berubah, atau bukan cadangan piagam. Tidak ada yang dipulihkan; ambil salinan lain.",
        "The file was cut off or altered, or is no backup of piagam. Nothing was restored; take another copy.",
    );
    Failure::new(
        OTHER,
        (format!("{name}: cadangan tidak dapat dibaca: {error}"), next.0),
        (format!("{name}: the backup cannot be read: {error}"), next.1),
    )
}
