//! `piagam init`: an empty data directory.

use crate::database::{Database, FILE as SQLITE, VARIABLE};
use crate::failure::{Failure, OTHER};
use crate::installation;
use clap::Args;
use issuer::durable;
use issuer::keyring::KEYS_FOLDER;
use server::config::{Config, ConfigError, FILE};
use server::desk::vault::{self, Vault};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use store::postgres::Address;

/// Makes a data directory: settings and an empty database.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  piagam init --dir /srv/piagam --base-url https://sertifikat.example\n  \
    piagam keys new --dir /srv/piagam\n  \
    DATABASE_URL=postgres://piagam:...@db.example/piagam piagam init --dir /srv/piagam --base-url ...\n\n\
    Without a database URL everything is kept in one SQLite file in the data directory. With one, several processes on \
    several machines may serve from the same PostgreSQL database, each with a data directory of its own that has the \
    same settings and keys. The password of the URL is not kept: it has to stand in DATABASE_URL (the whole URL) or \
    PGPASSWORD, or in ~/.pgpass, whenever piagam runs. Arguments of a command can be seen by everybody on the machine.")]
pub(crate) struct Init {
    /// The data directory; made when it is not there
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// The public address: https, unless the host is localhost; without a path
    #[arg(long, value_name = "URL")]
    base_url: String,
    /// A PostgreSQL database (postgres://USER@HOST/NAME), made before; else SQLite
    #[arg(long, value_name = "URL", env = VARIABLE, hide_env_values = true)]
    database_url: Option<String>,
}

impl Init {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let database = match self.database_url.as_deref() {
            None | Some("") => Database::Sqlite(self.dir.join(SQLITE)),
            Some(url) => Database::Postgres(Address::parse(url)?),
        };
        let settings = Config::first_on(&self.base_url, database.in_settings())?;
        let config = create(&self.dir, &settings, &database).await?;
        let dir = self.dir.display();
        anstream::println!("Siap / ready: {dir} ({})", config.base_url);
        if let Database::Postgres(_) = database {
            anstream::println!("  {database}");
        }
        anstream::println!("  1. Isi nama penerbit / fill in the issuer's name: {dir}/{FILE}");
        anstream::println!("  2. Buat kunci / make a key: piagam keys new --dir {dir}");
        Ok(ExitCode::SUCCESS)
    }
}

/// Makes the folder, the database, the desk's key, the settings: all of them, or none. The settings come last: where they are, the
/// rest is. So a run that was killed is finished by the next one, which takes over a database that it finds.
pub(crate) async fn create(dir: &Path, settings: &str, database: &Database) -> Result<Config, Failure> {
    let wanted = Config::parse(settings, &dir.join(FILE))?;
    if dir.join(FILE).exists() {
        return found(dir, &wanted, database).await;
    }
    let folder_was_there = dir.exists();
    durable::make_folder(dir).map_err(|error| Failure::file(dir, &error))?;
    // A database on a server stays as it is: who goes on finds it.
    let file = dir.join(SQLITE);
    let database_was_there = file.exists() || matches!(database, Database::Postgres(_));
    let key = dir.join(KEYS_FOLDER).join(vault::FILE);
    let key_was_there = key.exists();
    let made = make(dir, settings, database).await;
    // Settings that are there by now are another process's, and so is the database.
    let ours = made.is_err() && !dir.join(FILE).exists();
    if ours && !database_was_there {
        for beside in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(dir.join(format!("{SQLITE}{beside}")));
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

async fn make(dir: &Path, settings: &str, database: &Database) -> Result<Config, Failure> {
    database.create().await?;
    Vault::at(dir).make(&mut installation::rng())?;
    Ok(Config::write_new(dir, settings)?)
}

/// The settings are there already. With the same address and a sound database nothing is left to do: the same command
/// was run before, to its end.
async fn found(dir: &Path, wanted: &Config, database: &Database) -> Result<Config, Failure> {
    let config = Config::load(dir)?;
    if config.base_url != wanted.base_url || config.database.url != wanted.database.url {
        return Err(ConfigError::Exists(dir.join(FILE)).into());
    }
    if matches!(database, Database::Sqlite(file) if !file.exists()) {
        let (dir, next_id, next_en) = (
            dir.display(),
            format!(
                "Pulihkan {SQLITE} dari cadangan. Hanya bila belum pernah ada yang diterbitkan: hapus {FILE}, lalu ulangi perintah ini."
            ),
            format!(
                "Restore {SQLITE} from a backup. Only where nothing was ever issued: remove {FILE}, then run this command again."
            ),
        );
        return Err(Failure::new(
            OTHER,
            (format!("{dir} memuat {FILE}, tetapi tidak memuat {SQLITE}."), next_id),
            (format!("{dir} has {FILE}, and no {SQLITE}."), next_en),
        ));
    }
    database.try_open().await?;
    Ok(config)
}
