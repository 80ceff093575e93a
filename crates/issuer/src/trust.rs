//! The trust bundle of an issuer, put together from what is published anyway and signed (`crates/vc/TRUST.md`).

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use store::{KeyRole, StatusPurpose, Suite};
use vc::Problem;
use vc::compact::Template;
use vc::trust::Bundle;

use crate::fault::IssueError;
use crate::keyring::Signer;
use crate::office::Office;

/// How long a verifier may live on it: as long as on a status list.
const VALID: SignedDuration = SignedDuration::from_hours(30 * 24);

/// One that is older is signed again, though nothing has changed.
const SIGN_AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// What the office's issuer publishes, as of `now`.
///
/// # Errors
/// [`IssueError::Store`], [`IssueError::Published`] for what the store holds and cannot be read.
pub async fn bundle(office: &Office, now: Timestamp) -> Result<Bundle, IssueError> {
    let issuer = &office.issuer;
    let keys = office.store.public_keys(issuer.id).await?;
    let keys: Vec<_> = keys.into_iter().filter(|key| key.role == KeyRole::Certificates).collect();
    let public = keys.iter().filter_map(|key| Some((key.number, vc::PublicKey::from_multikey(&key.multikey).ok()?)));
    Ok(Bundle {
        url: format!("{}/trust.json", issuer.base_url),
        issuer: issuer.did.clone(),
        from: now,
        until: now.saturating_add(VALID).unwrap_or(now),
        hosts: hosts(office).await?,
        document: vc::did_document(&issuer.did, &public.collect::<Vec<_>>()),
        windows: keys.iter().map(|key| (key.number, key.valid_from, key.retired_at)).collect(),
        templates: templates(office).await?,
        lists: lists(office).await?,
    })
}

/// The bundle's text with its proof.
///
/// # Errors
/// [`IssueError::Sign`], [`IssueError::Published`].
pub fn sign(bundle: &Bundle, signer: &dyn Signer) -> Result<String, IssueError> {
    let (document, bytes) =
        bundle.to_sign(signer.method()).map_err(|problem| unfit(bundle.url.clone(), "trust.json", problem))?;
    let signature = signer.sign(&bytes)?;
    Ok(Bundle::finish(document, &signature))
}

/// Whether a bundle that was signed earlier says what `bundle` says, and was signed lately.
pub fn still_says(earlier: &[u8], bundle: &Bundle) -> bool {
    let Ok(earlier) = vc::trust::TrustBundle::parse(earlier) else { return false };
    bundle.from.duration_since(earlier.from()) < SIGN_AGAIN_AFTER && earlier.says(bundle)
}

/// The present host, then those that the installation had before: what was printed there stays good.
async fn hosts(office: &Office) -> Result<Vec<String>, IssueError> {
    let mut hosts = vec![office.host().to_owned()];
    for former in office.addresses().await? {
        let host = office.under(former).host().to_owned();
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    Ok(hosts)
}

async fn templates(office: &Office) -> Result<BTreeMap<u16, Value>, IssueError> {
    let mut templates = BTreeMap::new();
    // Numbers are given out without gaps.
    for number in 1..=u16::MAX {
        let Some(found) = office.store.template(office.issuer.id, u32::from(number)).await? else { break };
        let named = || format!("{}/templates/{number}", office.issuer.base_url);
        let template = Template::parse(&found.bytes).map_err(|error| unfit(named(), "template", error))?;
        templates.insert(number, serde_json::to_value(template).map_err(|error| unfit(named(), "template", error))?);
    }
    Ok(templates)
}

async fn lists(office: &Office) -> Result<Vec<Value>, IssueError> {
    let mut lists = Vec::new();
    for list in office.store.status_lists(office.issuer.id).await? {
        for purpose in StatusPurpose::ALL {
            let found = office.store.status_document(office.issuer.id, list.number, *purpose, Suite::Jcs).await?;
            if let Some(document) = found {
                let named = || format!("{}/status/{}/{}", office.issuer.base_url, purpose.code(), list.number);
                let value = vc::core::parse(document.text.as_bytes());
                lists.push(value.map_err(|problem| unfit(named(), "status list", problem))?);
            }
        }
    }
    Ok(lists)
}

fn unfit(url: String, what: &str, error: impl std::fmt::Display) -> IssueError {
    IssueError::Published { url, problems: vec![Problem::new(vc::ProblemKind::Json, what, error.to_string())] }
}
