//! `piagam init`: an empty data directory.

use crate::failure::Failure;
use crate::installation::DATABASE;
use clap::Args;
use server::config::Config;
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
        let config = create(&self.dir, &self.base_url).await?;
        let dir = self.dir.display();
        anstream::println!("Siap / ready: {dir} ({})", config.base_url);
        anstream::println!("  1. Isi nama penerbit / fill in the issuer's name: {dir}/{}", server::config::FILE);
        anstream::println!("  2. Buat kunci / make a key: piagam keys new --dir {dir}");
        Ok(ExitCode::SUCCESS)
    }
}

/// Makes the folder, the settings, the database: all of them, or none.
pub(crate) async fn create(dir: &Path, base_url: &str) -> Result<Config, Failure> {
    let was_there = dir.exists();
    std::fs::create_dir_all(dir).map_err(|error| Failure::file(dir, &error))?;
    let config = match Config::write_new(dir, base_url) {
        Ok(config) => config,
        Err(error) => {
            if !was_there {
                let _ = std::fs::remove_dir(dir);
            }
            return Err(error.into());
        }
    };
    match SqliteStore::create(dir.join(DATABASE)).await {
        Ok(store) => store.close().await,
        Err(error) => {
            let _ = std::fs::remove_file(dir.join(server::config::FILE));
            return Err(error.into());
        }
    }
    Ok(config)
}
