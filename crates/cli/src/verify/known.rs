//! Whom the person trusts, and what is at hand of what they publish. Local first: the network answers only the rest.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use fetch::Fetcher;
use store::{Issuer, Store};
use tokio::sync::Mutex;
use vc::Evidence;
use vc::compact::{CompactError, Template};

use crate::failure::Failure;
use crate::installation;

/// Trusted issuers and their documents.
pub(super) struct Known {
    store: Option<Arc<dyn Store>>,
    /// Issuers of the data directory.
    own: Vec<Issuer>,
    /// Those of `--issuer`.
    named: Vec<String>,
    pub(super) fetcher: Fetcher,
    templates: Mutex<HashMap<(String, u16), Obtained>>,
}

/// A template, or why there is none.
pub(super) type Obtained = Result<Arc<Template>, NoTemplate>;

/// Why a template is not at hand.
#[derive(Debug, Clone)]
pub(super) enum NoTemplate {
    /// The issuer has none of that number.
    Unknown,
    /// It could not be asked.
    Unasked(fetch::FetchError),
    /// What it gave is none.
    Unreadable(CompactError),
}

impl Known {
    pub(super) async fn new(dir: Option<&Path>, named: Vec<String>, fetcher: Fetcher) -> Result<Self, Failure> {
        let store = match dir {
            Some(dir) => Some(installation::open_for_reading(dir).await?),
            None => None,
        };
        let own = match &store {
            Some(store) => server::trusted_issuers(store.as_ref()).await?,
            None => Vec::new(),
        };
        Ok(Self { store, own, named, fetcher, templates: Mutex::default() })
    }

    /// Every trusted issuer, each once.
    pub(super) fn dids(&self) -> Vec<String> {
        let mut dids: Vec<String> = self.own.iter().map(|issuer| issuer.did.clone()).collect();
        dids.extend(self.named.iter().cloned());
        let mut seen = std::collections::HashSet::new();
        dids.retain(|did| seen.insert(did.clone()));
        dids
    }

    /// The host, with its port and in small letters, at which a trusted issuer publishes.
    pub(super) fn host_of(&self, did: &str) -> Option<String> {
        let own = self.own.iter().find(|issuer| issuer.did == did).map(|issuer| issuer.base_url.clone());
        own.or_else(|| base_url(did)).as_deref().and_then(host).map(str::to_ascii_lowercase)
    }

    /// What is at hand for the credential `text`.
    pub(super) async fn evidence(&self, text: &[u8]) -> store::Result<Evidence> {
        match &self.store {
            Some(store) => server::own_evidence(store.as_ref(), text).await,
            None => Ok(Evidence::default()),
        }
    }

    /// The template of that number: from the data directory, else from the host that the issuer's DID names.
    pub(super) async fn template(&self, did: &str, number: u16) -> store::Result<Obtained> {
        let mut templates = self.templates.lock().await;
        if let Some(obtained) = templates.get(&(did.to_owned(), number)) {
            return Ok(obtained.clone());
        }
        let obtained = self.obtain(did, number).await?;
        templates.insert((did.to_owned(), number), obtained.clone());
        Ok(obtained)
    }

    async fn obtain(&self, did: &str, number: u16) -> store::Result<Obtained> {
        let read = |bytes: &[u8]| Template::parse(bytes).map(Arc::new).map_err(NoTemplate::Unreadable);
        if let (Some(store), Some(issuer)) = (&self.store, self.own.iter().find(|issuer| issuer.did == did)) {
            let found = store.template(issuer.id, u32::from(number)).await?;
            return Ok(found.map_or(Err(NoTemplate::Unknown), |found| read(&found.bytes)));
        }
        let Some(base_url) = base_url(did) else { return Ok(Err(NoTemplate::Unknown)) };
        Ok(match self.fetcher.get(&format!("{base_url}/templates/{number}")).await {
            Ok(fetched) => read(&fetched.bytes),
            Err(fetch::FetchError::NotFound { .. }) => Err(NoTemplate::Unknown),
            Err(error) => Err(NoTemplate::Unasked(error)),
        })
    }

    /// The signed text of the certificate with this verification code, if the address of its page is one of ours.
    pub(super) async fn by_code(&self, page: &str) -> store::Result<Option<String>> {
        let Some(store) = &self.store else { return Ok(None) };
        let code = page.rsplit('/').next().unwrap_or_default();
        let ours = self.own.iter().any(|issuer| host(page).is_some_and(|asked| host(&issuer.base_url) == Some(asked)));
        let Some(code) = store::plain_code(code).filter(|_| ours) else { return Ok(None) };
        match store.certificate_by_code(&code).await? {
            Some(certificate) => store.signed_text(certificate.id, store::Suite::Rdfc).await,
            None => Ok(None),
        }
    }
}

/// `https://sertifikat.example` of `did:web:sertifikat.example`; `None` for a DID with a path or of another kind.
fn base_url(did: &str) -> Option<String> {
    vc::did_web_url(did)?.strip_suffix("/.well-known/did.json").map(str::to_owned)
}

/// The host of an address, with its port.
pub(super) fn host(url: &str) -> Option<&str> {
    let rest = url.split_once("://")?.1;
    Some(rest.split(['/', '?', '#']).next().unwrap_or(rest))
}
