//! Writing a backup.

use super::{FILES, FORMAT, ROWS, WORK, beside, counts_json};
use crate::failure::Failure;
use crate::installation::Installation;
use age::secrecy::SecretString;
use age::{Encryptor, Recipient, scrypt};
use flate2::Compression;
use flate2::write::GzEncoder;
use indicatif::ProgressBar;
use issuer::keyring::KEYS_FOLDER;
use serde_json::json;
use server::config::FILE as SETTINGS;
use std::fs::{self, File};
use std::io::{self, Write};
use std::iter;
use std::path::Path;
use store::archive::TableRows;

/// How much of a table is in one entry of the archive.
const PART: usize = 1_000_000;

/// The folder of templates of the installation's own.
const TEMPLATES: &str = "templates";

/// Writes the file beside its place, and puts it there when it is whole and on the disk.
pub(super) async fn write(
    installation: &Installation,
    file: &Path,
    passphrase: SecretString,
    with_keys: bool,
    bar: &ProgressBar,
) -> Result<Vec<TableRows>, Failure> {
    let told = |error: io::Error| Failure::file(file, &error);
    if file.exists() {
        return Err(told(io::Error::new(io::ErrorKind::AlreadyExists, "sudah ada / is there already")));
    }
    let draft = beside(file, "new");
    let _ = fs::remove_file(&draft);
    let written = write_draft(installation, &draft, passphrase, with_keys, bar).await;
    let counts = match written {
        Ok(counts) => counts,
        Err(failure) => {
            let _ = fs::remove_file(&draft);
            return Err(failure);
        }
    };
    fs::rename(&draft, file).map_err(told)?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(told)?;
    Ok(counts)
}

async fn write_draft(
    installation: &Installation,
    draft: &Path,
    passphrase: SecretString,
    with_keys: bool,
    bar: &ProgressBar,
) -> Result<Vec<TableRows>, Failure> {
    let told = |error: io::Error| Failure::file(draft, &error);
    let mut recipient = scrypt::Recipient::new(passphrase);
    recipient.set_work_factor(WORK);
    let encryptor = Encryptor::with_recipients(iter::once(&recipient as &dyn Recipient))
        .map_err(|error| told(io::Error::other(error)))?;
    let encrypted = encryptor.wrap_output(create(draft).map_err(told)?).map_err(told)?;
    let mut pack = Pack { archive: tar::Builder::new(GzEncoder::new(encrypted, Compression::fast())) };
    let manifest = json!({
        "format": FORMAT,
        "schema": installation.store.counts().await?.schema_version,
        "at": jiff::Timestamp::now().to_string(),
        "baseUrl": installation.config.base_url,
        "program": env!("CARGO_PKG_VERSION"),
    });
    pack.add("manifest.json", manifest.to_string().as_bytes()).map_err(told)?;
    pack.files(&installation.dir, with_keys).map_err(told)?;
    let mut part = Part::default();
    let counts = installation
        .store
        .dump(&mut |table, row| {
            bar.inc(1);
            part.take(&mut pack, table, row)
        })
        .await?;
    part.end(&mut pack).map_err(told)?;
    pack.add("counts.json", counts_json(&counts).to_string().as_bytes()).map_err(told)?;
    let finished = pack.archive.into_inner().and_then(GzEncoder::finish).and_then(age::stream::StreamWriter::finish);
    finished.and_then(|file| file.sync_all()).map_err(told)?;
    Ok(counts)
}

/// For its owner only: it holds personal data, though encrypted.
fn create(path: &Path) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

struct Pack<W: Write> {
    archive: tar::Builder<W>,
}

impl<W: Write> Pack<W> {
    fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        self.archive.append_data(&mut header, name, bytes)
    }

    /// Settings and templates; keys where they were asked for.
    fn files(&mut self, dir: &Path, with_keys: bool) -> io::Result<()> {
        self.file(dir, Path::new(SETTINGS))?;
        self.folder(dir, Path::new(TEMPLATES))?;
        if with_keys {
            self.folder(dir, Path::new(KEYS_FOLDER))?;
        }
        Ok(())
    }

    /// Nothing where there is no such folder. Links are not followed: they lead elsewhere.
    fn folder(&mut self, dir: &Path, folder: &Path) -> io::Result<()> {
        let mut entries = match fs::read_dir(dir.join(folder)) {
            Ok(entries) => entries.collect::<io::Result<Vec<_>>>()?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = folder.join(entry.file_name());
            let kind = entry.file_type()?;
            if kind.is_dir() {
                self.folder(dir, &path)?;
            } else if kind.is_file() {
                self.file(dir, &path)?;
            }
        }
        Ok(())
    }

    fn file(&mut self, dir: &Path, path: &Path) -> io::Result<()> {
        let bytes = fs::read(dir.join(path))?;
        let name: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
        self.add(&format!("{FILES}/{}", name.join("/")), &bytes)
    }
}

/// Rows of one table that are not in the archive yet.
#[derive(Default)]
struct Part {
    table: String,
    number: u32,
    rows: Vec<u8>,
}

impl Part {
    fn take<W: Write>(&mut self, pack: &mut Pack<W>, table: &str, row: &str) -> io::Result<()> {
        if self.table != table {
            self.end(pack)?;
            (self.table, self.number) = (table.to_owned(), 0);
        }
        self.rows.extend_from_slice(row.as_bytes());
        self.rows.push(b'\n');
        match self.rows.len() < PART {
            true => Ok(()),
            false => self.end(pack),
        }
    }

    fn end<W: Write>(&mut self, pack: &mut Pack<W>) -> io::Result<()> {
        if !self.rows.is_empty() {
            self.number += 1;
            pack.add(&format!("{ROWS}/{}/{:06}.jsonl", self.table, self.number), &self.rows)?;
            self.rows.clear();
        }
        Ok(())
    }
}
