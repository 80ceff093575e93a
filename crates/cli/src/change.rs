//! `piagam revoke`, `suspend`, `reinstate`, `reissue`: what happens to a certificate after its issuing.

use crate::failure::Failure;
use crate::installation::{self, Installation};
use crate::list::state_code;
use clap::Args;
use issuer::Office;
use issuer::keyring::Ring;
use issuer::status::{self, Why};
use std::path::PathBuf;
use std::process::ExitCode;
use store::Certificate;
use vc::{Lang, Reason};

/// Which certificate, and where.
#[derive(Debug, Args)]
struct Target {
    /// The certificate's id, number or verification code
    #[arg(value_name = "ID|NUMBER|CODE")]
    certificate: String,
    /// The data directory
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
}

/// Revokes a certificate. This cannot be undone.
#[derive(Debug, Args)]
#[command(after_help = reasons_help("revoke"))]
pub(crate) struct Revoke {
    #[command(flatten)]
    target: Target,
    /// A code from the list below, or free text, which stays internal
    #[arg(long, value_name = "CODE|TEXT")]
    reason: String,
}

/// Suspends a certificate for the time being.
#[derive(Debug, Args)]
#[command(after_help = reasons_help("suspend"))]
pub(crate) struct Suspend {
    #[command(flatten)]
    target: Target,
    /// A code from the list below, or free text, which stays internal
    #[arg(long, value_name = "CODE|TEXT")]
    reason: String,
}

/// Puts a suspended certificate in force again.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  piagam reinstate ABCD-EFGH-JKLM-NPQR --dir DIR --reason 'tinjauan selesai'")]
pub(crate) struct Reinstate {
    #[command(flatten)]
    target: Target,
    /// Why, for the record; stays internal
    #[arg(long, value_name = "CODE|TEXT")]
    reason: Option<String>,
}

/// Issues a certificate again with a corrected name; the old one is replaced.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  piagam reissue ABCD-EFGH-JKLM-NPQR --dir DIR --name 'Dr. Budi Contoh, M.Si.'")]
pub(crate) struct Reissue {
    #[command(flatten)]
    target: Target,
    /// The name as it is to stand on the certificate, with titles
    #[arg(long, value_name = "NAME")]
    name: String,
}

impl Revoke {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let why = Why::parse(&self.reason, installation::salt())?;
        let desk = Desk::open(&self.target, Hand::Changing).await?;
        let changed = status::revoke(&desk.office, &desk.ring, desk.certificate.id, &why, now()).await?;
        tell(&changed)
    }
}

impl Suspend {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let why = Why::parse(&self.reason, installation::salt())?;
        let desk = Desk::open(&self.target, Hand::Changing).await?;
        let changed = status::suspend(&desk.office, &desk.ring, desk.certificate.id, &why, now()).await?;
        tell(&changed)
    }
}

impl Reinstate {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let why = self.reason.as_deref().map(|reason| Why::parse(reason, installation::salt())).transpose()?;
        let desk = Desk::open(&self.target, Hand::Changing).await?;
        let changed = status::reinstate(&desk.office, &desk.ring, desk.certificate.id, why.as_ref(), now()).await?;
        tell(&changed)
    }
}

impl Reissue {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let desk = Desk::open(&self.target, Hand::Issuing).await?;
        let old = desk.certificate;
        let rng = &mut installation::rng();
        let new = issuer::batch::reissue(&desk.office, &desk.ring, old.id, &self.name, rng, now()).await?;
        tell(&new)?;
        anstream::println!("Menggantikan / replaces: {}", store::shown_code(&old.code));
        anstream::println!("Halaman / page: {}", desk.office.issued_under(new.issuer).await?.page_url(&new));
        Ok(ExitCode::SUCCESS)
    }
}

/// The certificate meant, and everything that is needed to change it.
struct Desk {
    office: Office,
    ring: Ring,
    certificate: Certificate,
}

/// Whose keys must be at hand.
enum Hand {
    /// The certificate's own issuer signs: it may be one of a former address.
    Changing,
    /// The present issuer signs a new certificate, the old one's issuer that it is replaced.
    Issuing,
}

impl Desk {
    async fn open(target: &Target, hand: Hand) -> Result<Self, Failure> {
        let installation: Installation = installation::open(&target.dir).await?;
        let certificate =
            store::locate(installation.store.as_ref(), &target.certificate).await.map_err(issuer::IssueError::from)?;
        let issuer = installation.issuer().await?;
        let needed = match hand {
            Hand::Changing => vec![certificate.issuer],
            Hand::Issuing => vec![certificate.issuer, issuer.id],
        };
        let ring = installation.ring(&needed).await?;
        Ok(Self { office: installation.office(issuer), ring, certificate })
    }
}

fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

fn tell(certificate: &Certificate) -> Result<ExitCode, Failure> {
    anstream::println!(
        "{}  {}  {}  {}",
        state_code(certificate.state),
        store::shown_code(&certificate.code),
        certificate.number,
        certificate.name.as_deref().unwrap_or("-"),
    );
    Ok(ExitCode::SUCCESS)
}

fn reasons_help(command: &str) -> String {
    let codes = Reason::ALL.into_iter().filter(|reason| *reason != Reason::Superseded);
    let lines: String = codes.map(|reason| format!("  {:<16} {}\n", reason.code(), reason.wording(Lang::En))).collect();
    format!(
        "Reasons (public):\n{lines}\nExample:\n  piagam {command} 00012/AI-CAMPUS/II/LAN/2026 --dir DIR --reason data-error"
    )
}
