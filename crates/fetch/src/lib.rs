//! The one place where a verifier goes out.
//!
//! What a stranger's credential names is fetched here and nowhere else, because an address in a credential is an
//! instruction by a stranger: only https, never an address inside our own network, three redirects, ten seconds, two
//! megabytes. What cannot be had is told honestly, so that a verdict can say *could not be checked* and why.
//!
//! ```no_run
//! # async fn walk(text: &[u8]) {
//! let fetcher = fetch::Fetcher::new(fetch::FetchPolicy::default());
//! let mut evidence = vc::Evidence::default();
//! fetch::gather(text, &mut evidence, &fetcher).await;
//! // vc::verify(text, &evidence, &policy, now)
//! # }
//! ```

mod address;
mod cache;
mod error;
mod gather;
mod get;

use std::time::Duration;

pub use error::FetchError;
pub use gather::{gather, gather_for};
pub use get::Fetcher;

/// The time for a connection to stand, TLS included.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The time for everything: redirects, headers, the body.
pub const TOTAL_TIMEOUT: Duration = Duration::from_secs(10);
/// The largest body, in bytes. A status list of a million entries has 130 kB at its fullest, a DID document 2 kB.
pub const MAX_BODY: usize = 2_000_000;
/// Redirects followed; each target passes the same checks as the first address.
pub const MAX_REDIRECTS: usize = 3;

/// Where a verifier may go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FetchPolicy {
    /// Plain http and loopback addresses, for the host `localhost` only: for trying things out by the command line. A
    /// server never sets this.
    pub allow_http_localhost: bool,
    /// Nowhere at all: every need is answered with `Offline`.
    pub offline: bool,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The body as sent.
    pub bytes: Vec<u8>,
    /// The media type as sent, parameters included.
    pub content_type: Option<String>,
}
