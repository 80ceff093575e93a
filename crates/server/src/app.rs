//! What every handler is given.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use store::{Issuer, Store};
use tokio::sync::Semaphore;

use crate::bounds;
use crate::config::Config;
use crate::pages::{Pages, TemplateError};
use crate::take::Pdfs;

/// The state of the service.
pub struct App {
    pub(crate) config: Config,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) pages: Pages,
    pub(crate) fetcher: fetch::Fetcher,
    pub(crate) uploads: Semaphore,
    pub(crate) pdfs: Pdfs,
    ready: AtomicBool,
    clock: Clock,
}

/// Where the time comes from: an argument, so that a test can stand still.
pub type Clock = Box<dyn Fn() -> Timestamp + Send + Sync>;

impl App {
    /// A service over this store. `templates` is the folder whose files replace the built-in ones (`DIR/templates`).
    ///
    /// # Errors
    /// [`TemplateError`] when a replaced template cannot be read or parsed.
    pub fn new(
        config: Config,
        store: Arc<dyn Store>,
        templates: Option<&Path>,
        clock: Clock,
    ) -> Result<Self, TemplateError> {
        Ok(Self {
            pages: Pages::load(templates)?,
            fetcher: fetch::Fetcher::new(fetch::FetchPolicy::default()),
            uploads: Semaphore::new(bounds::UPLOADS),
            pdfs: Pdfs::default(),
            ready: AtomicBool::new(true),
            config,
            store,
            clock,
        })
    }

    /// The settings it runs with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Relaxed)
    }

    /// Readiness goes first, so that a proxy stops sending before connections are closed.
    pub(crate) fn stop_being_ready(&self) {
        self.ready.store(false, Ordering::Relaxed);
    }

    /// The issuer that lives at this `Host`, else the one of the configured address: a moved installation answers for
    /// its old host, and an unknown host gets an answer too.
    pub(crate) async fn issuer_at(&self, host: &str) -> store::Result<Option<Issuer>> {
        let issuers = self.store.issuers().await?;
        let at = |host: &str| issuers.iter().position(|issuer| host_of(&issuer.base_url).eq_ignore_ascii_case(host));
        let found = at(host).or_else(|| at(self.config.host())).or(issuers.len().checked_sub(1));
        Ok(found.map(|at| issuers[at].clone()))
    }
}

fn host_of(base_url: &str) -> &str {
    base_url.split_once("://").map_or(base_url, |(_, host)| host)
}
