//! `piagam revoke`, `suspend`, `reinstate`, `reissue`: what happens to a certificate after its issuing.

use crate::failure::{Failure, OTHER};
use crate::installation::{self, Installation};
use crate::list::state_code;
use clap::Args;
use issuer::Office;
use issuer::keyring::{FileSigner, Signer};
use issuer::status::{self, Why};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use store::{Certificate, KeyRole};
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
        let why = Why::parse(&self.reason)?;
        let desk = Desk::open(&self.target).await?;
        let changed = status::revoke(&desk.office, &desk.signer, desk.certificate.id, &why, now()).await?;
        tell(&changed)
    }
}

impl Suspend {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let why = Why::parse(&self.reason)?;
        let desk = Desk::open(&self.target).await?;
        let changed = status::suspend(&desk.office, &desk.signer, desk.certificate.id, &why, now()).await?;
        tell(&changed)
    }
}

impl Reinstate {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let why = self.reason.as_deref().map(Why::parse).transpose()?;
        let desk = Desk::open(&self.target).await?;
        let changed = status::reinstate(&desk.office, &desk.signer, desk.certificate.id, why.as_ref(), now()).await?;
        tell(&changed)
    }
}

impl Reissue {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let desk = Desk::open(&self.target).await?;
        let signer: Arc<dyn Signer> = Arc::new(desk.signer);
        let old = desk.certificate;
        let new =
            issuer::batch::reissue(&desk.office, &signer, old.id, &self.name, &mut installation::rng(), now()).await?;
        tell(&new)?;
        anstream::println!("Menggantikan / replaces: {}", store::shown_code(&old.code));
        anstream::println!("Halaman / page: {}", desk.office.page_url(&new));
        Ok(ExitCode::SUCCESS)
    }
}

/// The certificate meant, and everything that is needed to change it.
struct Desk {
    office: Office,
    signer: FileSigner,
    certificate: Certificate,
}

impl Desk {
    async fn open(target: &Target) -> Result<Self, Failure> {
        let installation: Installation = installation::open(&target.dir).await?;
        let certificate =
            store::locate(installation.store.as_ref(), &target.certificate).await.map_err(issuer::IssueError::from)?;
        let issuer = installation.issuer().await?;
        if certificate.issuer != issuer.id {
            let code = store::shown_code(&certificate.code);
            return Err(Failure::new(
                OTHER,
                (
                    format!("{code} diterbitkan di alamat lain; daftar statusnya tidak dapat ditandatangani di sini."),
                    "Isi base_url dengan alamat penerbitannya, lalu ulangi.",
                ),
                (
                    format!("{code} was issued under another address; its status list cannot be signed here."),
                    "Set base_url to the address it was issued under, then run the command again.",
                ),
            ));
        }
        let signer = installation.signer(&issuer, KeyRole::Certificates).await?;
        Ok(Self { office: installation.office(issuer), signer, certificate })
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
