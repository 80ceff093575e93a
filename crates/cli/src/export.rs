//! `piagam export`: what outlives the service.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use server::export::{self, ExportError};
use vc::Lang;

use crate::failure::{Failure, OTHER};
use crate::installation;

/// Writes what is public as files.
#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Site(Site),
}

/// Writes a static copy of everything public: with it any file server verifies QR codes and answers verifiers.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    piagam export site situs --dir DIR\n  \
    python3 -m http.server --directory situs 8080\n\n\
    In it: the page /v, keys, templates, status lists, the trust bundle, achievements. No certificate, and nothing of a \
    person. Serve it at the root of the host that the QR codes name. Again into the same folder: what has changed is \
    written, what is gone is removed, files that are not of an export stay. A service with [site] folder = ... in \
    piagam.toml does the same by itself at every change.\n\n\
    Status lists are signed for 30 days: a copy that is not refreshed tells the status as unknown after that.")]
struct Site {
    /// Where to; made when it does not exist
    folder: PathBuf,
    /// The data directory
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// Also the public records of single certificates: since when and why one was revoked or replaced
    #[arg(long)]
    records: bool,
}

impl Export {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        match self.what {
            What::Site(site) => site.run().await,
        }
    }
}

impl Site {
    async fn run(self) -> Result<ExitCode, Failure> {
        let installation = installation::open(&self.dir).await?;
        let issuer = installation.issuer().await?;
        let ring = installation.ring(&[issuer.id]).await?;
        let office = installation.office(issuer);
        let now = Timestamp::now();
        issuer::status::publish_due(&office, &ring, now).await?;
        let records = self.records || installation.config.site.records;
        let export = export::Export { office: &office, config: &installation.config, ring: &ring, records };
        let files = export::files(&export, &self.folder, now).await?;
        let done = export::write(&self.folder, &files)?;
        anstream::println!(
            "{}: {} ditulis, {} tetap, {} dihapus. / {} written, {} unchanged, {} removed.",
            self.folder.display(),
            done.written,
            done.same,
            done.removed,
            done.written,
            done.same,
            done.removed
        );
        Ok(ExitCode::SUCCESS)
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        Self::new(OTHER, error.words(Lang::Id), error.words(Lang::En))
    }
}
