//! `piagam backup` and `piagam restore`: everything in one encrypted file, and back.
//!
//! The file is a tar, compressed (gzip) and encrypted with a passphrase (<https://age-encryption.org/v1>):
//! `age -d FILE | tar tz` lists it without this program.
//!
//! ```text
//! manifest.json           what it is of, and when
//! files/...               settings, templates; keys where they were asked for
//! rows/TABLE/000001.jsonl the database, a row a line (store::archive)
//! counts.json             how many rows each table has; last, so that a file without it is half a file
//! ```

mod check;
mod pack;
mod unpack;

use crate::database::{self, Database};
use crate::failure::{Failure, OTHER, USAGE};
use crate::installation;
use age::secrecy::SecretString;
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;
use server::config::FILE as SETTINGS;
use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;
use store::archive::{ArchiveError, TableRows};
use store::postgres::{Address, PostgresStore};
use store::sqlite::SqliteStore;

/// The passphrase of backups, where nobody can be asked.
const PASSPHRASE: &str = "PIAGAM_BACKUP_PASSPHRASE";

/// Names this form of backup.
const FORMAT: &str = "piagam-backup-1";

/// How much work the passphrase takes (scrypt, as a power of two): a second or so, and 256 MiB of memory.
const WORK: u8 = 18;

/// The folder of files in a backup.
const FILES: &str = "files";

/// The folder of the database's rows in a backup.
const ROWS: &str = "rows";

/// Writes everything that this installation knows into one encrypted file.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  piagam backup /backup/piagam-2026-11-24.age --dir DIR\n  \
    PIAGAM_BACKUP_PASSPHRASE=... piagam backup FILE --dir DIR </dev/null\n\n\
    All rows are of one moment, also while the service runs. Private keys are left out unless --with-keys is given: keep \
    them, and both passphrases, somewhere else. Sessions are left out. The passphrase is PIAGAM_BACKUP_PASSPHRASE, else \
    PIAGAM_PASSPHRASE, else it is asked for. Try what you keep: piagam restore --check FILE.")]
pub(crate) struct Backup {
    /// The file to write; it must not be there
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The data directory
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// Take the keys along: the encrypted signing keys, and the key of the desk's secrets
    #[arg(long)]
    with_keys: bool,
}

/// Makes an installation of a backup, or tries whether one could be made.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  piagam restore --check /backup/piagam-2026-11-24.age\n  \
    piagam restore /backup/piagam-2026-11-24.age --dir /srv/piagam\n  \
    DATABASE_URL=postgres://piagam:...@db.example/piagam piagam restore FILE --dir /srv/piagam --postgres\n\n\
    The data directory must not be there, a PostgreSQL database must be empty. A backup of either database can be restored \
    into the other. Mails that were waiting are not sent by themselves: look at them on the desk. What was issued after \
    the backup is not in it.")]
pub(crate) struct Restore {
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The data directory to make
    #[arg(long, value_name = "DIR", required_unless_present = "check")]
    dir: Option<PathBuf>,
    /// Restore into a scratch place, verify every signature and every count, and throw it away
    #[arg(long, conflicts_with = "dir")]
    check: bool,
    /// Keep the rows in the PostgreSQL database that DATABASE_URL names, not in a SQLite file
    #[arg(long, conflicts_with = "check")]
    postgres: bool,
}

impl Backup {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        database::require_folder(&self.dir)?;
        let installation = installation::open(&self.dir).await?;
        let passphrase = passphrase(true)?;
        let begun = Instant::now();
        let bar = spinner();
        let counts = pack::write(&installation, &self.file, passphrase, self.with_keys, &bar).await;
        bar.finish_and_clear();
        let rows = total(&counts?);
        let bytes = fs::metadata(&self.file).map_or(0, |metadata| metadata.len());
        anstream::println!(
            "Cadangan / backup: {} ({rows} baris / rows, {bytes} byte, {:.1} s)",
            self.file.display(),
            begun.elapsed().as_secs_f64()
        );
        if !self.with_keys {
            anstream::println!("  Kunci privat tidak ikut: simpan folder keys/ dan kata sandinya di tempat lain.");
            anstream::println!(
                "  Private keys are not in it: keep the folder keys/ and its passphrase somewhere else."
            );
        }
        anstream::println!("  piagam restore --check {}", self.file.display());
        Ok(ExitCode::SUCCESS)
    }
}

impl Restore {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let passphrase = passphrase(false)?;
        let bar = spinner();
        let done = match &self.dir {
            None => check::check(&self.file, passphrase, &bar).await,
            Some(dir) => restore(&self.file, dir, self.postgres, passphrase, &bar).await,
        };
        bar.finish_and_clear();
        done
    }
}

async fn restore(
    file: &Path,
    dir: &Path,
    postgres: bool,
    passphrase: SecretString,
    bar: &ProgressBar,
) -> Result<ExitCode, Failure> {
    if dir.exists() {
        let (id, en) = (format!("{} sudah ada.", dir.display()), format!("{} is there already.", dir.display()));
        return Err(Failure::new(
            USAGE,
            (id, "Sebutkan folder yang belum ada; yang lama tetap seperti semula."),
            (en, "Name a folder that is not there; the old one stays as it is."),
        ));
    }
    let address = match (postgres, std::env::var(database::VARIABLE)) {
        (false, _) => None,
        (true, Ok(url)) if !url.is_empty() => Some(Address::parse(&url)?),
        (true, _) => {
            return Err(Failure::new(
                USAGE,
                ("DATABASE_URL tidak berisi.", "Isi dengan URL basis data PostgreSQL yang kosong."),
                ("DATABASE_URL is not set.", "Set it to the URL of an empty PostgreSQL database."),
            ));
        }
    };
    let begun = Instant::now();
    let staging = beside(dir, "restoring");
    let _ = fs::remove_dir_all(&staging);
    let placed = place(file, &staging, address.as_ref(), passphrase, bar).await.and_then(|counts| {
        fs::rename(&staging, dir).map_err(|error| Failure::file(dir, &error))?;
        Ok(counts)
    });
    if placed.is_err() {
        let _ = fs::remove_dir_all(&staging);
    }
    let rows = total(&placed?);
    let seconds = begun.elapsed().as_secs_f64();
    anstream::println!("Dipulihkan / restored: {} ({rows} baris / rows, {seconds:.1} s)", dir.display());
    if !dir.join(issuer::keyring::KEYS_FOLDER).exists() {
        anstream::println!("  Kunci tidak ada di cadangan: letakkan kembali folder keys/ ke {}.", dir.display());
        anstream::println!("  Keys were not in the backup: put the folder keys/ back into {}.", dir.display());
    }
    anstream::println!("  piagam doctor --dir {}", dir.display());
    Ok(ExitCode::SUCCESS)
}

/// Files and database in the staging folder, up to date with this program.
async fn place(
    file: &Path,
    staging: &Path,
    address: Option<&Address>,
    passphrase: SecretString,
    bar: &ProgressBar,
) -> Result<Vec<TableRows>, Failure> {
    issuer::durable::make_folder(staging).map_err(|error| Failure::file(staging, &error))?;
    let mut backup = unpack::open(file, passphrase, Some(staging.to_owned()), bar)?;
    let version = backup.schema_version();
    let filled = match address {
        None => SqliteStore::fill(staging.join(database::FILE), version, &mut backup).await,
        Some(address) => PostgresStore::fill(address, version, &mut backup).await,
    };
    let filled = filled.map_err(|error| unpack::failure(file, error))?;
    let database = match address {
        None => Database::Sqlite(staging.join(database::FILE)),
        Some(address) => Database::Postgres(address.clone()),
    };
    database.migrate().await?;
    settle_database(staging, &database)?;
    Ok(filled)
}

/// The settings name the database that the rows are in now.
fn settle_database(dir: &Path, database: &Database) -> Result<(), Failure> {
    let path = dir.join(SETTINGS);
    let told = |error: io::Error| Failure::file(&path, &error);
    let text = fs::read_to_string(&path).map_err(told)?;
    let unreadable = |error: toml_edit::TomlError| told(io::Error::new(io::ErrorKind::InvalidData, error));
    let mut settings: toml_edit::DocumentMut = text.parse().map_err(unreadable)?;
    match database.in_settings() {
        "" => {
            settings.remove("database");
        }
        url => settings["database"]["url"] = toml_edit::value(url),
    }
    fs::write(&path, settings.to_string()).map_err(told)
}

/// PIAGAM_BACKUP_PASSPHRASE, else PIAGAM_PASSPHRASE, else what somebody types; a new one twice.
fn passphrase(new: bool) -> Result<SecretString, Failure> {
    for variable in [PASSPHRASE, crate::keys::PASSPHRASE] {
        match std::env::var(variable) {
            Ok(passphrase) if !passphrase.is_empty() => return Ok(SecretString::from(passphrase)),
            _ => {}
        }
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::new(
            USAGE,
            ("Kata sandi cadangan diperlukan.", format!("Isi {PASSPHRASE}.")),
            ("The backup's passphrase is needed.", format!("Set {PASSPHRASE}.")),
        ));
    }
    let ask = |prompt: &str| rpassword::prompt_password(prompt).map_err(|error| Failure::system("terminal", &error));
    let typed = ask("Kata sandi cadangan / passphrase of the backup: ")?;
    if new && ask("Sekali lagi / once more: ")? != typed || typed.is_empty() {
        return Err(Failure::new(
            USAGE,
            ("Kata sandi kosong, atau keduanya tidak sama.", "Ulangi perintah ini."),
            ("The passphrase is empty, or the two are not the same.", "Run this command again."),
        ));
    }
    Ok(SecretString::from(typed))
}

fn spinner() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    bar.set_style(
        ProgressStyle::with_template("{spinner} {msg} {pos}").unwrap_or_else(|_| ProgressStyle::default_spinner()),
    );
    bar.set_message("baris / rows");
    bar
}

fn total(counts: &[TableRows]) -> u64 {
    counts.iter().map(|count| count.rows).sum()
}

/// A name beside a path: `data` becomes `data.restoring`.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// Counts as they stand in a backup.
fn counts_json(counts: &[TableRows]) -> Value {
    counts.iter().map(|count| (count.table.clone(), Value::from(count.rows))).collect()
}

impl From<ArchiveError> for Failure {
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::Store(error) => error.into(),
            ArchiveError::Outside(error) => Self::system("cadangan / backup", &error),
            ArchiveError::Row { table, detail } => Self::new(
                OTHER,
                (
                    format!("Baris tabel {table} tidak sesuai: {detail}."),
                    "Cadangan ini bukan buatan piagam versi ini atau sebelumnya.",
                ),
                (
                    format!("A row of table {table} does not fit: {detail}."),
                    "This backup is not of this version of piagam or an earlier one.",
                ),
            ),
            ArchiveError::NotEmpty => Self::new(
                USAGE,
                ("Basis data tujuan sudah berisi.", "Sebutkan basis data yang kosong; yang lama tetap seperti semula."),
                ("There is something in the database already.", "Name an empty database; the old one stays as it is."),
            ),
        }
    }
}
