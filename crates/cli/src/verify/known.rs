//! Whom the person trusts, and what is at hand of what they publish. Local first: the network answers only the rest.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use fetch::Fetcher;
use jiff::{SignedDuration, Timestamp};
use server::HandedOut;
use store::{Issuer, Store};
use tokio::sync::Mutex;
use vc::compact::{CompactError, Template};
use vc::trust::TrustBundle;
use vc::{Evidence, Need, WhyNot};

use crate::failure::Failure;
use crate::installation;

/// A list in a bundle that is younger is not asked for again.
const FRESH: SignedDuration = SignedDuration::from_mins(60);
/// Answers can raise new needs: a list's issuer, a record's issuer.
const ROUNDS: usize = 4;

/// Trusted issuers and their documents.
pub(super) struct Known {
    store: Option<Arc<dyn Store>>,
    /// Issuers of the data directory.
    own: Vec<Issuer>,
    bundles: Vec<TrustBundle>,
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
    pub(super) async fn new(
        dir: Option<&Path>,
        bundles: Vec<TrustBundle>,
        named: Vec<String>,
        fetcher: Fetcher,
    ) -> Result<Self, Failure> {
        let store = match dir {
            Some(dir) => Some(installation::open_for_reading(dir).await?),
            None => None,
        };
        let own = match &store {
            Some(store) => server::trusted_issuers(store.as_ref()).await?,
            None => Vec::new(),
        };
        Ok(Self { store, own, bundles, named, fetcher, templates: Mutex::default() })
    }

    /// Every trusted issuer, each once.
    pub(super) fn dids(&self) -> Vec<String> {
        let mut dids: Vec<String> = self.own.iter().map(|issuer| issuer.did.clone()).collect();
        dids.extend(self.bundles.iter().map(|bundle| bundle.issuer().to_owned()));
        dids.extend(self.named.iter().cloned());
        let mut seen = std::collections::HashSet::new();
        dids.retain(|did| seen.insert(did.clone()));
        dids
    }

    /// Whether this is an issuer of the data directory.
    pub(super) fn is_own(&self, did: &str) -> bool {
        self.own.iter().any(|issuer| issuer.did == did)
    }

    /// What the data directory knows of a file as such.
    pub(super) async fn handed_out(&self, bytes: &[u8]) -> store::Result<Option<HandedOut>> {
        match &self.store {
            Some(store) => server::handed_out(store.as_ref(), server::pdf_hash(bytes).as_ref()).await,
            None => Ok(None),
        }
    }

    /// Whether codes of a trusted issuer may lead to this host, given in small letters with its port.
    pub(super) fn is_host_of(&self, asked: &str, did: &str) -> bool {
        let own = self.own.iter().find(|issuer| issuer.did == did).map(|issuer| issuer.base_url.clone());
        let bundled = self.bundles.iter().filter(|bundle| bundle.issuer() == did).flat_map(TrustBundle::hosts);
        let plain = own.or_else(|| base_url(did));
        plain.as_deref().and_then(host).is_some_and(|host| host.eq_ignore_ascii_case(asked))
            || bundled.into_iter().any(|host| host == asked)
    }

    /// What can be had for the credential `text`: from the data directory, from bundles, the rest over the network. A
    /// status list that is not quite new is asked for; what is kept answers when that fails, never when it is newer.
    pub(super) async fn evidence(&self, text: &[u8], now: Timestamp) -> store::Result<Evidence> {
        let mut evidence = match &self.store {
            Some(store) => server::own_evidence(store.as_ref(), text).await?,
            None => Evidence::default(),
        };
        let recent = |bundle: &TrustBundle, need: &Need| match need {
            Need::StatusList(url) => bundle.lists().get(url).is_some_and(|at| now.duration_since(*at) < FRESH),
            _ => true,
        };
        self.answer(text, &mut evidence, |bundle, need| recent(bundle, need).then(|| bundle.answer(need)).flatten());
        fetch::gather(text, &mut evidence, &self.fetcher).await;
        for bundle in &self.bundles {
            for (url, at) in bundle.lists() {
                let need = Need::StatusList(url.clone());
                let is_newer = |got: &[u8]| signed_at(got).is_some_and(|got| got >= *at);
                let asked = evidence.get(&need).map(|answer| answer.is_ok_and(is_newer));
                if asked == Some(false) {
                    evidence.answer(need.clone(), in_force(bundle, &need, now));
                }
            }
        }
        // What was answered last may ask for more: the record behind a bit.
        self.answer(text, &mut evidence, |bundle, need| bundle.answer(need));
        fetch::gather(text, &mut evidence, &self.fetcher).await;
        Ok(evidence)
    }

    /// Answers from bundles, until nothing is left that they know.
    fn answer(&self, text: &[u8], evidence: &mut Evidence, from: impl Fn(&TrustBundle, &Need) -> Option<Vec<u8>>) {
        for _ in 0..ROUNDS {
            let mut news = false;
            for need in vc::needs(text, evidence) {
                let answer = self.bundles.iter().find_map(|bundle| Some((bundle, from(bundle, &need)?)));
                let Some((bundle, bytes)) = answer else { continue };
                let is_keys = matches!(need, Need::Did(_));
                let answer = match is_keys.then(|| unknown_key(bundle, text)).flatten() {
                    Some(why) => Err(why),
                    None => Ok(bytes),
                };
                evidence.answer(need, answer);
                news = true;
            }
            if !news {
                return;
            }
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
        let bundled = self.bundles.iter().filter(|bundle| bundle.issuer() == did);
        if let Some(bytes) = bundled.into_iter().find_map(|bundle| bundle.template(number)) {
            return Ok(read(&bytes));
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

/// A status list of a bundle, as long as the bundle may be lived on.
fn in_force(bundle: &TrustBundle, need: &Need, now: Timestamp) -> Result<Vec<u8>, WhyNot> {
    match now > bundle.until() {
        true => Err(WhyNot::Refused(format!("the trust bundle was in force until {}", bundle.until()))),
        false => bundle.answer(need).ok_or(WhyNot::NotFound),
    }
}

/// A credential signed by a key that came after the bundle is not false: this bundle cannot tell.
fn unknown_key(bundle: &TrustBundle, text: &[u8]) -> Option<WhyNot> {
    let credential = vc::core::parse(text).ok()?;
    let proofs = match &credential["proof"] {
        serde_json::Value::Array(proofs) => proofs.as_slice(),
        one => std::slice::from_ref(one),
    };
    let methods = proofs.iter().filter_map(|proof| proof["verificationMethod"].as_str());
    let keys = bundle.keys();
    let is_later = |method: &&str| {
        let number = method.strip_prefix(bundle.issuer()).and_then(|rest| rest.strip_prefix("#k"));
        number.is_some_and(|number| number.parse::<u32>().is_ok()) && !keys.iter().any(|(id, _)| id == method)
    };
    let method = methods.into_iter().find(is_later)?;
    Some(WhyNot::Refused(format!("{method} is not in the trust bundle of {}: fetch it again", bundle.from())))
}

/// When a list was signed.
fn signed_at(list: &[u8]) -> Option<Timestamp> {
    vc::parse_date_time_stamp(vc::core::parse(list).ok()?["validFrom"].as_str()?)
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
