//! The service: pages, API, publishing.
//!
//! Every URL is on one page, `routes.rs`. Behind it: [`config`] (what the installation is told), `check` (the pages of
//! a verifier), `achievement` (programmes), `match_nip`, `take` (downloads), `holder` (a graduate's own page), `mail` (to graduates), `publish` (keys, status lists, records, templates), `trust` (all of it in one document), `api`
//! (machines), `jobs` (what runs by itself); `limit`, `upload` and `work` bound the load. A verdict is never made here:
//! handlers gather evidence (`witness`), ask `vc::verify` and show its report.

mod achievement;
mod api;
mod app;
mod asked;
mod bounds;
mod check;
pub mod config;
pub mod desk;
mod error;
pub mod export;
mod handed_out;
mod health;
mod holder;
mod jobs;
mod limit;
mod listen;
pub mod mail;
mod match_nip;
mod pages;
mod publish;
mod routes;
mod scan;
pub mod site;
mod take;
mod trust;
mod upload;
mod witness;
mod wording;
mod words;
mod work;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;

pub use app::{App, Clock, Signers};
pub use handed_out::{HandedOut, handed_out, pdf_hash};
pub use pages::TemplateError;
pub use witness::{own_evidence, trusted_issuers};

/// Why the service could not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {cause}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// The system's reason.
        cause: std::io::Error,
    },
}

impl ServeError {
    /// What to do next.
    pub fn next(&self) -> &'static str {
        match self {
            Self::Listen { cause, .. } if cause.kind() == std::io::ErrorKind::AddrInUse => {
                "Another program uses this port: end it, or choose another one with --listen."
            }
            Self::Listen { .. } => "Choose another address with --listen, or in [server] of piagam.toml.",
        }
    }
}

/// Serves until `shutdown` ends: readiness goes first, requests under way are finished, jobs stop.
///
/// # Errors
/// [`ServeError::Listen`] when the address is taken or not ours.
pub async fn serve(app: Arc<App>, listen: SocketAddr, shutdown: impl Future<Output = ()>) -> Result<(), ServeError> {
    let listener = TcpListener::bind(listen).await.map_err(|cause| ServeError::Listen { address: listen, cause })?;
    serve_on(app, listener, shutdown).await;
    Ok(())
}

/// The same on a listener that is bound already: whoever prints the address first needs to know that it holds.
pub async fn serve_on(app: Arc<App>, listener: TcpListener, shutdown: impl Future<Output = ()>) {
    if let Ok(address) = listener.local_addr() {
        tracing::info!(%address, base_url = app.config().base_url, "serving");
    }
    let jobs = jobs::start(&app);
    let until = async {
        shutdown.await;
        app.stop_being_ready();
    };
    listen::run(listener, routes::router(Arc::clone(&app)), until).await;
    jobs.stop().await;
}

/// The router by itself, for tests that need no socket.
pub fn router(app: Arc<App>) -> axum::Router {
    routes::router(app)
}
