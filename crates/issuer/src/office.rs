//! Who issues: what every step of the walk stands on.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use store::{Certificate, Issuer, IssuerId, Store};
use uuid::Uuid;

/// An issuing installation: its memory, its name, its zone.
#[derive(Clone)]
pub struct Office {
    /// What is remembered.
    pub store: Arc<dyn Store>,
    /// Under which DID and base URL it issues now.
    pub issuer: Issuer,
    /// The issuer's own site, as its credentials name it.
    pub site: String,
    /// The zone of printed dates, months and years.
    pub zone: TimeZone,
    /// The data directory, for templates that override the built-in ones.
    pub dir: PathBuf,
    /// Who acts, for the event log: `cli`, `demo`, a user.
    pub actor: String,
}

impl Office {
    /// An instant in the issuer's zone.
    pub fn local(&self, at: Timestamp) -> ZonedDateTime {
        at.to_zoned_datetime(self.zone.clone())
    }

    /// The same office under another of its issuers: an installation that has moved keeps its old addresses.
    pub fn under(&self, issuer: Issuer) -> Self {
        Self { issuer, ..self.clone() }
    }

    /// The issuers whose certificates count as issued by this office, oldest first: every address that it ever had. What
    /// was tried out on this machine does not count once it issues under a public host.
    pub(crate) async fn addresses(&self) -> store::Result<Vec<Issuer>> {
        let mut issuers = self.store.issuers().await?;
        issuers.retain(|issuer| self.is_test() || !crate::keyring::is_this_machine(&issuer.base_url));
        Ok(issuers)
    }

    /// The office as it was named when something was issued under this issuer.
    ///
    /// # Errors
    /// The store's.
    pub async fn issued_under(&self, issuer: IssuerId) -> store::Result<Self> {
        let row = self.store.issuers().await?.into_iter().find(|row| row.id == issuer);
        Ok(row.map_or_else(|| self.clone(), |row| self.under(row)))
    }

    /// `{base}/credentials/{uuid}`: the id of a credential.
    pub fn credential_url(&self, id: Uuid) -> String {
        format!("{}/credentials/{id}", self.issuer.base_url)
    }

    /// `{base}/status/{purpose}/{n}`: where a status list is published.
    pub fn status_url(&self, purpose: vc::Purpose, list: u32) -> String {
        format!("{}/status/{}/{list}", self.issuer.base_url, purpose.name())
    }

    /// `{base}/records/{uuid}`: where a certificate's public record is published.
    pub fn record_url(&self, id: Uuid) -> String {
        format!("{}/records/{id}", self.issuer.base_url)
    }

    /// `{base}/v/{code}`: the page that a certificate's QR opens.
    pub fn page_url(&self, certificate: &Certificate) -> String {
        format!("{}/v/{}", self.issuer.base_url, store::shown_code(&certificate.code))
    }

    /// The host that is printed beside the QR.
    pub fn host(&self) -> &str {
        let base = self.issuer.base_url.as_str();
        base.split_once("://").map_or(base, |(_, host)| host)
    }

    /// A test installation: it signs with keys that everybody has, and its PDFs say so.
    pub fn is_test(&self) -> bool {
        crate::keyring::is_this_machine(&self.issuer.base_url)
    }
}
