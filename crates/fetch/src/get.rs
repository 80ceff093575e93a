//! One address fetched: checked, bounded, remembered for a while.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, LOCATION};
use reqwest::{Client, Response};
use rustls::{ClientConfig, RootCertStore};

use crate::address::{PublicOnly, Refused, check};
use crate::cache::Cache;
use crate::{CONNECT_TIMEOUT, FetchError, FetchPolicy, Fetched, MAX_BODY, MAX_REDIRECTS, TOTAL_TIMEOUT};

/// What we read, the most telling first.
const ACCEPTED: &str = "application/vc, application/did+json, application/json;q=0.9, */*;q=0.5";

/// Fetches under a policy. Cheap to clone; clones share connections and what was fetched a moment ago.
#[derive(Clone)]
pub struct Fetcher {
    policy: FetchPolicy,
    client: Result<Client, FetchError>,
    cache: Arc<Mutex<Cache>>,
}

impl Fetcher {
    /// A fetcher under `policy`. Nothing is opened yet.
    pub fn new(policy: FetchPolicy) -> Self {
        Self { policy, client: client(policy), cache: Arc::default() }
    }

    /// The body at `url`.
    ///
    /// # Errors
    /// [`FetchError`]: what the policy refuses, what the server says, what the network did.
    pub async fn get(&self, url: &str) -> Result<Fetched, FetchError> {
        if self.policy.offline {
            return Err(FetchError::Offline);
        }
        check(url, self.policy)?;
        if let Some(answer) = self.cached(url) {
            return answer;
        }
        let late = FetchError::TimedOut { seconds: TOTAL_TIMEOUT.as_secs() };
        let (answer, cache_control) = match tokio::time::timeout(TOTAL_TIMEOUT, self.follow(url)).await {
            Ok(Ok((fetched, cache_control))) => (Ok(fetched), cache_control),
            Ok(Err(error)) => (Err(error), None),
            Err(_) => (Err(late), None),
        };
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.put(url, &answer, cache_control.as_deref());
        answer
    }

    fn cached(&self, url: &str) -> Option<Result<Fetched, FetchError>> {
        // A panic elsewhere leaves a cache that is at worst incomplete.
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).get(url)
    }

    /// Follows redirects by hand, so that each target is checked like the first address.
    async fn follow(&self, url: &str) -> Result<(Fetched, Option<String>), FetchError> {
        let client = self.client.as_ref().map_err(Clone::clone)?;
        let mut url = check(url, self.policy)?;
        for _ in 0..=MAX_REDIRECTS {
            let request = client.get(url.clone()).header(ACCEPT, ACCEPTED);
            let response = request.send().await.map_err(network)?;
            if !response.status().is_redirection() {
                return read(response).await;
            }
            let status = response.status().as_u16();
            let target = header(response.headers(), LOCATION).ok_or(FetchError::Status { status })?;
            let target = url.join(&target).map_err(|_| FetchError::Status { status })?;
            url = check(target.as_str(), self.policy)?;
        }
        Err(FetchError::TooManyRedirects { limit: MAX_REDIRECTS })
    }
}

/// A client whose only way to an address leads through [`PublicOnly`].
fn client(policy: FetchPolicy) -> Result<Client, FetchError> {
    let setup = |e: &dyn Error| FetchError::Unreachable { reason: format!("TLS could not be set up: {e}") };
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| setup(&e))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(concat!("piagam/", env!("CARGO_PKG_VERSION"), " (verifier)"))
        .dns_resolver(PublicOnly(policy))
        // A proxy from the environment would look the names up itself.
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        .build()
        .map_err(|e| setup(&e))
}

/// The body of a success, read piece by piece up to the bound.
async fn read(mut response: Response) -> Result<(Fetched, Option<String>), FetchError> {
    let status = response.status().as_u16();
    match status {
        200 | 203 => {}
        404 | 410 => return Err(FetchError::NotFound { status }),
        _ => return Err(FetchError::Status { status }),
    }
    if response.content_length().is_some_and(|length| length > MAX_BODY as u64) {
        return Err(FetchError::TooLarge { limit: MAX_BODY });
    }
    let content_type = header(response.headers(), CONTENT_TYPE);
    let cache_control = header(response.headers(), CACHE_CONTROL);
    let mut bytes = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(network)? {
        if bytes.len() + piece.len() > MAX_BODY {
            return Err(FetchError::TooLarge { limit: MAX_BODY });
        }
        bytes.extend_from_slice(&piece);
    }
    Ok((Fetched { bytes, content_type }, cache_control))
}

fn header(headers: &HeaderMap, name: reqwest::header::HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// What the network's error comes down to: its deepest cause.
fn network(error: reqwest::Error) -> FetchError {
    let mut cause: &dyn Error = &error;
    loop {
        if let Some(Refused(host)) = cause.downcast_ref() {
            return FetchError::PrivateAddress { host: host.clone() };
        }
        let Some(deeper) = cause.source() else { break };
        cause = deeper;
    }
    if error.is_timeout() {
        return FetchError::TimedOut { seconds: CONNECT_TIMEOUT.as_secs() };
    }
    FetchError::Unreachable { reason: cause.to_string() }
}
