//! What every handler is given.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use issuer::Office;
use issuer::deliver::Deliverer;
use issuer::keyring::{Ring, Signer};
use jiff::Timestamp;
use store::{Issuer, Store};

use crate::config::Config;
use crate::desk::vault::Vault;
use crate::desk::{Sheets, Titles};
use crate::limit::Allowances;
use crate::mail::{Bell, Letters};
use crate::pages::{Pages, TemplateError};
use crate::site::Site;
use crate::take::Made;
use crate::trust::Signed;
use crate::upload::Uploads;
use crate::work::Work;

/// The state of the service.
pub struct App {
    pub(crate) config: Config,
    pub(crate) office: Office,
    pub(crate) signers: Signers,
    pub(crate) pages: Pages,
    pub(crate) site: Site,
    pub(crate) fetcher: fetch::Fetcher,
    pub(crate) deliverer: Deliverer,
    pub(crate) made: Made,
    pub(crate) bundles: Signed,
    pub(crate) work: Work,
    pub(crate) uploads: Uploads,
    /// What authenticators' secrets are sealed with.
    pub(crate) vault: Arc<Vault>,
    /// Titles of programme files.
    pub(crate) titles: Titles,
    /// Sheets of drafts that were read.
    pub(crate) sheets: Sheets,
    pub(crate) allowances: Allowances,
    /// Something was approved: issuing need not wait for its next round.
    pub(crate) approved: tokio::sync::Notify,
    /// What mails say, and how sending them goes.
    pub(crate) letters: Letters,
    pub(crate) mail: Bell,
    ready: AtomicBool,
    clock: Clock,
}

/// Where the time comes from: an argument, so that a test can stand still.
pub type Clock = Box<dyn Fn() -> Timestamp + Send + Sync>;

/// The keys that the service was given. Without them it verifies and serves; it signs nothing.
#[derive(Clone, Default)]
pub struct Signers {
    /// Sign status lists and records again, each those of its own issuer.
    pub certificates: Ring,
    /// Signs what callers of `POST /credentials/issue` bring.
    pub api: Option<Arc<dyn Signer>>,
}

impl App {
    /// A service of this office. Files in `DIR/templates/pages` and `DIR/templates/mail` replace the built-in templates.
    ///
    /// # Errors
    /// [`TemplateError`] when a replaced template cannot be read or parsed.
    pub fn new(config: Config, office: Office, signers: Signers, clock: Clock) -> Result<Self, TemplateError> {
        let overrides = office.dir.join("templates");
        let pages = Pages::load(Some(&overrides))?;
        Ok(Self {
            letters: Letters::load(Some(&overrides))?,
            mail: Bell::default(),
            site: Site::of(&pages, &config)?,
            pages,
            fetcher: fetch::Fetcher::new(fetch::FetchPolicy::default()),
            deliverer: Deliverer::new(office.clone()),
            made: Made::default(),
            bundles: Signed::default(),
            work: Work::new(),
            uploads: Uploads::default(),
            vault: Arc::new(Vault::at(&office.dir)),
            titles: Titles::default(),
            sheets: Sheets::default(),
            allowances: Allowances::new(&config),
            approved: tokio::sync::Notify::new(),
            ready: AtomicBool::new(true),
            config,
            office,
            signers,
            clock,
        })
    }

    /// The settings it runs with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    pub(crate) fn store(&self) -> &dyn Store {
        self.office.store.as_ref()
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
    pub(crate) async fn issuer_at(&self, host: &str) -> store::Result<Issuer> {
        let issuers = self.store().issuers().await?;
        let here = issuers.into_iter().find(|issuer| host_of(&issuer.base_url).eq_ignore_ascii_case(host));
        Ok(here.unwrap_or_else(|| self.office.issuer.clone()))
    }
}

pub(crate) fn host_of(base_url: &str) -> &str {
    base_url.split_once("://").map_or(base_url, |(_, host)| host)
}
