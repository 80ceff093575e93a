//! `piagam init`: an empty data directory.

use crate::failure::{Failure, OTHER};
use crate::installation::{self, DATABASE};
use clap::Args;
use issuer::durable;
use issuer::keyring::KEYS_FOLDER;
use server::config::{Config, ConfigError, FILE};
use server::desk::vault::{self, Vault};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use store::sqlite::SqliteStore;

/// Makes a data directory: settings and an empty database.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  piagam init --dir /srv/piagam --base-url https://sertifikat.example\n  \
    piagam keys new --dir /srv/piagam")]
pub(crate) struct Init {
    /// The data directory; made when it is not there
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// The public address: https, unless the host is localhost; without a path
    #[arg(long, value_name = "URL")]
    base_url: String,
}

impl Init {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let config = create(&self.dir, &Config::first(&self.base_url)?).await?;
        let dir = self.dir.display();
        anstream::println!("Siap / ready: {dir} ({})", config.base_url);
        anstream::println!("  1. Isi nama penerbit / fill in the issuer's name: {dir}/{FILE}");
        anstream::println!("  2. Buat kunci / make a key: piagam keys new --dir {dir}");
        Ok(ExitCode::SUCCESS)
    }
}

/// Makes the folder, the database, the desk's key, the settings: all of them, or none. The settings come last: where they are, the
/// rest is. So a run that was killed is finished by the next one, which takes over a database that it finds.
pub(crate) async fn create(dir: &Path, settings: &str) -> Result<Config, Failure> {
    let wanted = Config::parse(settings, &dir.join(FILE))?;
    if dir.join(FILE).exists() {
        return found(dir, &wanted).await;
    }
    let folder_was_there = dir.exists();
    durable::make_folder(dir).map_err(|error| Failure::file(dir, &error))?;
    let database = dir.join(DATABASE);
    let database_was_there = database.exists();
    let key = dir.join(KEYS_FOLDER).join(vault::FILE);
    let key_was_there = key.exists();
    let made = make(dir, settings).await;
    // Settings that are there by now are another process's, and so is the database.
    let ours = made.is_err() && !dir.join(FILE).exists();
    if ours && !database_was_there {
        for beside in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(dir.join(format!("{DATABASE}{beside}")));
        }
    }
    if ours && !key_was_there {
        let _ = std::fs::remove_file(key);
        let _ = std::fs::remove_dir(dir.join(KEYS_FOLDER));
    }
    if ours && !folder_was_there {
        let _ = std::fs::remove_dir(dir);
    }
    made
}

async fn make(dir: &Path, settings: &str) -> Result<Config, Failure> {
    SqliteStore::create(dir.join(DATABASE)).await?.close().await;
    Vault::at(dir).make(&mut installation::rng())?;
    Ok(Config::write_new(dir, settings)?)
}

/// The settings are there already. With the same address and a sound database nothing is left to do: the same command
/// was run before, to its end.
async fn found(dir: &Path, wanted: &Config) -> Result<Config, Failure> {
    let config = Config::load(dir)?;
    if config.base_url != wanted.base_url {
        return Err(ConfigError::Exists(dir.join(FILE)).into());
    }
    if !dir.join(DATABASE).exists() {
        let (dir, next_id, next_en) = (
            dir.display(),
            format!(
                "Pulihkan {DATABASE} dari cadangan. Hanya bila belum pernah ada yang diterbitkan: hapus {FILE}, lalu ulangi perintah ini."
            ),
            format!(
                "Restore {DATABASE} from a backup. Only where nothing was ever issued: remove {FILE}, then run this command again."
            ),
        );
        return Err(Failure::new(
            OTHER,
            (format!("{dir} memuat {FILE}, tetapi tidak memuat {DATABASE}."), next_id),
            (format!("{dir} has {FILE}, and no {DATABASE}."), next_en),
        ));
    }
    SqliteStore::open(dir.join(DATABASE)).await?.close().await;
    Ok(config)
}
