//! `piagam serve`: the public pages and the endpoints.

use crate::failure::{Failure, OTHER};
use crate::installation::{self, Installation};
use crate::keys::Passphrases;
use clap::Args;
use issuer::keyring::Signer;
use server::desk::vault::{self, BeginError, Vault, VaultError};
use server::{App, Clock, Signers};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use store::KeyRole;
use vc::Lang;

/// Serves the verification pages, downloads, keys and status lists.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  piagam serve --dir DIR\n  \
    PIAGAM_PASSPHRASE=... piagam serve --dir DIR --listen 0.0.0.0:8080\n\n\
    The address that people use is base_url in DIR/piagam.toml; --listen need not match it. Ctrl-C or SIGTERM ends \
    the service after the requests under way.")]
pub(crate) struct Serve {
    /// The data directory
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// The socket address, instead of the one in piagam.toml
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
}

impl Serve {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let installation = installation::open(&self.dir).await?;
        let listen = self.listen.unwrap_or(installation.config.server.listen);
        let app = app(&installation).await?;
        server::serve(app, listen, stopped()).await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The service over an installation. It signs lists and records again when they are due, so it needs the key.
pub(crate) async fn app(installation: &Installation) -> Result<Arc<App>, Failure> {
    let issuer = installation.issuer().await?;
    let certificates = installation.ring(&[issuer.id]).await?;
    let api: Option<Arc<dyn Signer>> = match installation.config.api.issue {
        true => Some(Arc::new(installation.signer(&issuer, KeyRole::Api, &mut Passphrases::default()).await?)),
        false => None,
    };
    let signers = Signers { certificates, api };
    let office = installation.office(issuer);
    let clock: Clock = Box::new(jiff::Timestamp::now);
    let vault = Vault::at(&installation.dir);
    vault::begin(office.store.as_ref(), &vault, &mut installation::rng(), jiff::Timestamp::now()).await?;
    let app = App::new(installation.config.clone(), office, signers, clock)?;
    Ok(Arc::new(app))
}

/// Ends when the process is asked to stop.
pub(crate) async fn stopped() {
    let interrupt = async {
        // Where no handler can be set, Ctrl-C ends the process by itself.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => tokio::select! {
                () = interrupt => {}
                _ = terminate.recv() => {}
            },
            Err(_) => interrupt.await,
        }
    }
    #[cfg(not(unix))]
    interrupt.await;
}

impl From<server::ServeError> for Failure {
    fn from(error: server::ServeError) -> Self {
        Self::new(OTHER, error.words(Lang::Id), error.words(Lang::En))
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        Self::new(OTHER, error.words(Lang::Id), error.words(Lang::En))
    }
}

impl From<BeginError> for Failure {
    fn from(error: BeginError) -> Self {
        match error {
            BeginError::Store(error) => error.into(),
            BeginError::Vault(error) => error.into(),
        }
    }
}

impl From<server::TemplateError> for Failure {
    fn from(error: server::TemplateError) -> Self {
        Self::new(OTHER, error.words(Lang::Id), error.words(Lang::En))
    }
}
