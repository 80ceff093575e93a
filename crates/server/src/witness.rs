//! Evidence for a verdict: the store answers for what we published ourselves, the network for the rest.

use axum::body::Bytes;
use store::{Issuer, KeyRole, StatusPurpose, Store, Suite};
use uuid::Uuid;
use vc::{Evidence, Need, Policy, PresentationPolicy, PresentationReport, Report, Visible, WhyNot};

use crate::{App, bounds};

/// Whether the network may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Only what this installation published: enough for its own certificates.
    Own,
    /// Others' documents too, over https.
    Abroad,
}

/// Gathers everything that `text` needs and verifies it.
pub(crate) async fn judge(app: &App, text: Bytes, policy: &Policy, reach: Reach) -> store::Result<Report> {
    judge_on_pages(app, text, None, policy, reach).await
}

/// The same for a credential that came in a file with pages: they are compared with it.
pub(crate) async fn judge_on_pages(
    app: &App,
    text: Bytes,
    visible: Option<Visible>,
    policy: &Policy,
    reach: Reach,
) -> store::Result<Report> {
    let mut evidence = gather(app, &text, vc::needs, reach).await?;
    if let Some(visible) = visible {
        evidence.show(visible);
    }
    let (policy, now) = (policy.clone(), app.now());
    Ok(app.work.run(move || vc::verify(&text, &evidence, &policy, now)).await)
}

/// The same for a presentation and all credentials inside: one bound for everything they ask for together.
pub(crate) async fn judge_presentation(
    app: &App,
    text: Bytes,
    policy: &PresentationPolicy,
    reach: Reach,
) -> store::Result<PresentationReport> {
    let evidence = gather(app, &text, vc::presentation_needs, reach).await?;
    let (policy, now) = (policy.clone(), app.now());
    Ok(app.work.run(move || vc::verify_presentation(&text, &evidence, &policy, now)).await)
}

/// Policy of the pages: our own issuers, and those that the operator knows.
pub(crate) async fn known(app: &App) -> store::Result<Policy> {
    let mut dids: Vec<String> = trusted_issuers(app.store()).await?.into_iter().map(|issuer| issuer.did).collect();
    dids.extend(app.config.verify.known_issuers.iter().cloned());
    Ok(Policy::known(dids))
}

/// What a text still needs, given what is known.
type Needs = fn(&[u8], &Evidence) -> Vec<Need>;

async fn gather(app: &App, text: &Bytes, needs: Needs, reach: Reach) -> store::Result<Evidence> {
    // Reading what was obtained (a status list unpacks to megabytes) is work as much as the verdict is.
    let ask = |evidence| {
        let text = text.clone();
        app.work.run(move || (needs(&text, &evidence), evidence))
    };
    let evidence = own_evidence_for(app.store(), ask).await?;
    // What is left is somebody else's to answer. Unanswered needs are reported as such.
    match reach {
        Reach::Own => Ok(evidence),
        Reach::Abroad => Ok(fetch::gather_for(ask, evidence, &app.fetcher).await),
    }
}

/// The issuers of an installation that count as its own. One that began as a demo and moved to a public host does not
/// vouch for what it issued as `localhost`: everybody has the example key.
pub async fn trusted_issuers(store: &dyn Store) -> store::Result<Vec<Issuer>> {
    let mut issuers = store.issuers().await?;
    let local = |issuer: &Issuer| issuer::keyring::is_this_machine(&issuer.base_url);
    if !issuers.iter().all(local) {
        issuers.retain(|issuer| !local(issuer));
    }
    Ok(issuers)
}

/// What the installation behind `store` published itself and the credential `text` needs: its DID document, status
/// lists, records. Needs that are somebody else's to answer stay unanswered.
pub async fn own_evidence(store: &dyn Store, text: &[u8]) -> store::Result<Evidence> {
    own_evidence_for(store, |evidence| std::future::ready((vc::needs(text, &evidence), evidence))).await
}

async fn own_evidence_for<N>(store: &dyn Store, needs: impl Fn(Evidence) -> N) -> store::Result<Evidence>
where
    N: Future<Output = (Vec<Need>, Evidence)>,
{
    let issuers = trusted_issuers(store).await?;
    let mut evidence = Evidence::default();
    for _ in 0..bounds::ROUNDS {
        let mut news = false;
        let missing;
        (missing, evidence) = needs(evidence).await;
        for need in missing.into_iter().take(bounds::NEEDS) {
            if let Some(answer) = ours(store, &issuers, &need).await? {
                evidence.answer(need, answer);
                news = true;
            }
        }
        if !news {
            break;
        }
    }
    Ok(evidence)
}

/// What this installation itself published; `None` when the need is somebody else's to answer.
pub(crate) async fn own(store: &dyn Store, need: &Need) -> store::Result<Option<Result<Vec<u8>, WhyNot>>> {
    ours(store, &store.issuers().await?, need).await
}

async fn ours(store: &dyn Store, issuers: &[Issuer], need: &Need) -> store::Result<Option<Result<Vec<u8>, WhyNot>>> {
    let found = match need {
        Need::Did(did) => match issuers.iter().find(|issuer| issuer.did == *did) {
            Some(issuer) => Some(did_document(store, issuer).await?),
            None => match issuers.iter().find(|issuer| api_did(issuer) == *did) {
                Some(issuer) => api_did_document(store, issuer).await?,
                None => return Ok(None),
            },
        },
        Need::StatusList(url) => {
            match under(issuers, url, "/status/").and_then(|(issuer, rest)| Some((issuer, list_name(rest)?))) {
                Some((issuer, (purpose, number))) => store
                    .status_document(issuer.id, number, purpose, Suite::Rdfc)
                    .await?
                    .map(|document| document.text.into_bytes()),
                None => match under(issuers, url, "/api/status/").and_then(|(_, number)| plain_number(number)) {
                    Some(number) => {
                        let list = store.api_list(number).await?;
                        list.and_then(|list| list.document).map(|document| document.text.into_bytes())
                    }
                    None => return Ok(None),
                },
            }
        }
        Need::Record(url) => match under(issuers, url, "/records/").and_then(|(_, rest)| Uuid::try_parse(rest).ok()) {
            Some(id) => store.record(id).await?.map(|record| record.text.into_bytes()),
            None => return Ok(None),
        },
    };
    Ok(Some(found.ok_or(WhyNot::NotFound)))
}

/// The issuer whose base URL the address begins with, and what follows `folder`.
fn under<'a>(issuers: &'a [Issuer], url: &'a str, folder: &str) -> Option<(&'a Issuer, &'a str)> {
    issuers.iter().find_map(|issuer| Some((issuer, url.strip_prefix(&issuer.base_url)?.strip_prefix(folder)?)))
}

/// `revocation/1`.
pub(crate) fn list_name(path: &str) -> Option<(StatusPurpose, u32)> {
    let (purpose, number) = path.split_once('/')?;
    Some((StatusPurpose::from_code(purpose)?, plain_number(number)?))
}

/// One way to write a number: no sign, no zeros before it.
pub(crate) fn plain_number(text: &str) -> Option<u32> {
    let number: u32 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// The issuer's DID document: every key that ever signed certificates, retired ones too.
pub(crate) async fn did_document(store: &dyn Store, issuer: &Issuer) -> store::Result<Vec<u8>> {
    let keys = keys(store, issuer, KeyRole::Certificates).await?;
    Ok(vc::did_document(&issuer.did, &keys).to_string().into_bytes())
}

/// The did:web of the API's keys: another DID than the certificates', so that what others had signed by them never
/// passes for a certificate.
pub(crate) fn api_did(issuer: &Issuer) -> String {
    format!("{}:api", issuer.did)
}

/// Its document; `None` when there never was such a key.
pub(crate) async fn api_did_document(store: &dyn Store, issuer: &Issuer) -> store::Result<Option<Vec<u8>>> {
    let keys = keys(store, issuer, KeyRole::Api).await?;
    let document = || vc::did_document(&api_did(issuer), &keys).to_string().into_bytes();
    Ok((!keys.is_empty()).then(document))
}

async fn keys(store: &dyn Store, issuer: &Issuer, role: KeyRole) -> store::Result<Vec<(u32, vc::PublicKey)>> {
    let all = store.public_keys(issuer.id).await?;
    let of_role = all.into_iter().filter(|key| key.role == role);
    Ok(of_role.filter_map(|key| Some((key.number, vc::PublicKey::from_multikey(&key.multikey).ok()?))).collect())
}
