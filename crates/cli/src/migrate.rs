//! `piagam migrate`: a database of an older version becomes one of this version.

use crate::database::{self, Database};
use crate::failure::Failure;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

/// Brings the database up to date with this program.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  piagam migrate --dir DIR\n\n\
    A SQLite database is also brought up to date by every other command that writes to it. A PostgreSQL database is \
    not, because others may serve from it: end them all, run this once, start them again. Again changes nothing. A \
    database of a newer version is left alone.")]
pub(crate) struct Migrate {
    /// The data directory
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
}

impl Migrate {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        database::require_folder(&self.dir)?;
        let database = Database::found_in(&self.dir)?;
        match database.migrate().await? {
            (found, now) if found == now => {
                anstream::println!("Sudah terbaru / up to date: {database} ({now})");
            }
            (found, now) => anstream::println!("Diperbarui / brought up to date: {database} ({found} -> {now})"),
        }
        Ok(ExitCode::SUCCESS)
    }
}
