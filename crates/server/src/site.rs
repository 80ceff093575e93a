//! What the page `/v` stands on, on this host or in a static copy: its files, and the listing of what else is public.

use std::path::Path;

use serde_json::{Value, json};
use store::Store;

use crate::app::host_of;
use crate::config::Config;
use crate::pages::Pages;
pub use crate::pages::verify::{File, Site};
use crate::{TemplateError, witness};

/// The format of the listing.
pub const BUNDLE_FORMAT: &str = "piagam-trust-1";

impl Site {
    /// The page as an installation shows it. `templates` is its folder `templates`, where files replace built-in ones.
    ///
    /// # Errors
    /// [`TemplateError`] when a replaced template cannot be read or parsed.
    pub fn load(config: &Config, templates: Option<&Path>) -> Result<Self, TemplateError> {
        Self::of(&Pages::load(templates)?, config)
    }

    pub(crate) fn of(pages: &Pages, config: &Config) -> Result<Self, TemplateError> {
        let syntax = |cause| TemplateError::Syntax { name: "v/index.html", cause: Box::new(cause) };
        Self::new(pages, config).map_err(syntax)
    }
}

/// `/v/bundle.json`: the issuers of this installation, former hosts included, with their keys, and which templates and
/// lists they have published. `host` is the one that was asked: its issuer's files lie at the root (`"at": "/"`), those
/// of the others under `/v/hosts/HOST/`.
///
/// It is what the page compares a scanned host with, and what its service worker fetches beforehand. Nothing in it is of
/// a person. It is not signed: whoever fetches it trusts the host.
///
/// # Errors
/// What the store says.
pub async fn bundle(store: &dyn Store, host: &str) -> store::Result<Value> {
    let issuers = witness::trusted_issuers(store).await?;
    // An unknown host is answered by the newest issuer, as everywhere.
    let here = issuers.iter().find(|issuer| host_of(&issuer.base_url).eq_ignore_ascii_case(host)).or(issuers.last());
    let here = here.map(|issuer| issuer.id);
    let mut rows = Vec::with_capacity(issuers.len());
    for issuer in &issuers {
        let document = witness::did_document(store, issuer).await?;
        let lists: Vec<u32> = store.status_lists(issuer.id).await?.iter().map(|list| list.number).collect();
        let host = host_of(&issuer.base_url).to_ascii_lowercase();
        let at = if Some(issuer.id) == here { "/".to_owned() } else { format!("/v/hosts/{host}/") };
        rows.push(json!({
            "did": issuer.did,
            "host": host,
            "url": issuer.base_url,
            "name": { "id": issuer.name_id, "en": issuer.name_en },
            "at": at,
            "document": serde_json::from_slice::<Value>(&document).unwrap_or_default(),
            "templates": store.templates(issuer.id).await?,
            "lists": lists,
        }));
    }
    rows.sort_by_key(|row| row["at"] != "/");
    Ok(json!({ "format": BUNDLE_FORMAT, "issuers": rows }))
}
