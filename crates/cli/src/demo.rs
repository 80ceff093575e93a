//! `piagam demo`: a cohort of fictional graduates, issued and served on this machine.

use crate::database::{self, Database};
use crate::demo_users;
use crate::failure::{Failure, USAGE};
use crate::init;
use crate::installation::{self, Installation};
use crate::issue::{self, Cohort};
use crate::serve;
use clap::Args;
use issuer::deliver::Files;
use issuer::keyring;
use server::config::Config;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const PROGRAMME: &str = include_str!("../../../templates/programmes/ai-fundamentals.toml");
const SHEET: &[u8] = include_bytes!("../../../templates/sheets/cohort-25.xlsx");

/// Issues 25 sample certificates and serves them on http://localhost:8080.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  piagam demo\n  piagam demo --port 8090 --dir .demo-8090\n  piagam demo --no-serve --full\n  piagam demo --codes\n\n\
    Everything lies in one folder, which can be deleted. Run again, it issues nothing twice. The key is the published \
    example key, good for localhost only."
)]
pub(crate) struct Demo {
    /// The data directory
    #[arg(long, value_name = "DIR", default_value = ".demo")]
    dir: PathBuf,
    /// Issue and write the files, then stop
    #[arg(long)]
    no_serve: bool,
    /// Only tell what the demo's users sign in with now
    #[arg(long)]
    codes: bool,
    /// The port; kept with the folder, because it is part of the certificates' addresses
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// Also write the full renderings, with NIP, into DIR/certificates/lengkap
    #[arg(long)]
    full: bool,
    /// Also write the badges, as PNG and SVG, into DIR/certificates/lencana
    #[arg(long)]
    badges: bool,
}

/// The port of a new demo.
const PORT: u16 = 8080;

impl Demo {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        if !self.dir.join(server::config::FILE).exists() {
            create(&self.dir, self.port.unwrap_or(PORT)).await?;
        }
        let installation = installation::open(&self.dir).await?;
        if self.codes {
            demo_users::tell(&installation, &demo_users::make(&installation).await?);
            return Ok(ExitCode::SUCCESS);
        }
        let listen = installation.config.server.listen;
        if let Some(port) = self.port.filter(|port| *port != listen.port()) {
            let dir = self.dir.display();
            return Err(Failure::new(
                USAGE,
                (format!("{dir} memakai porta {}, bukan {port}.", listen.port()), "Pilih folder lain dengan --dir."),
                (format!("{dir} uses port {}, not {port}.", listen.port()), "Choose another folder with --dir."),
            ));
        }
        let issuer = installation.issuer().await?;
        keyring::install_example_key(installation.store.as_ref(), &issuer, &self.dir, jiff::Timestamp::now()).await?;
        let sample = Cohort::parse(SHEET.to_vec(), "cohort-25.xlsx", PROGRAMME.to_owned())?;
        let Some(cohort) = sample else {
            return Ok(ExitCode::from(USAGE));
        };
        let out = self.dir.join("certificates");
        let files = Files { pdf: true, full: self.full, badges: self.badges };
        let issued = issue::issue(&installation, &cohort, Some((&out, files))).await?;
        let users = demo_users::make(&installation).await?;
        tell(&installation, &issued.in_force, &out).await?;
        demo_users::tell(&installation, &users);
        if self.no_serve {
            return Ok(ExitCode::SUCCESS);
        }
        let app = serve::app(&installation).await?;
        anstream::println!("\nBuka / open: {}    (Ctrl-C: berhenti / stop)", installation.config.base_url);
        server::serve(app, listen, serve::stopped()).await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The names stand in the settings when they are first written: whoever is killed after that has them.
async fn create(dir: &Path, port: u16) -> Result<(), Failure> {
    let settings = Config::first(&format!("http://localhost:{port}"))?
        .replace("\"Lembaga Contoh\"", "\"Lembaga Administrasi Negara (contoh)\"")
        .replace("\"Example Agency\"", "\"National Institute of Public Administration (sample)\"");
    init::create(dir, &settings, &Database::Sqlite(dir.join(database::FILE))).await?;
    Ok(())
}

/// Names, numbers and links.
async fn tell(installation: &Installation, certificates: &[uuid::Uuid], out: &Path) -> Result<(), Failure> {
    let office = installation.office(installation.issuer().await?);
    for id in certificates {
        if let Some(certificate) = installation.store.certificate(*id).await? {
            let name = certificate.name.as_deref().unwrap_or("-");
            anstream::println!(
                "{}  {name}\n    {}",
                certificate.number,
                office.issued_under(certificate.issuer).await?.page_url(&certificate)
            );
        }
    }
    anstream::println!("\nBerkas / files: {}", out.display());
    Ok(())
}
