//! The trust bundle: everything that a verifier needs of one issuer, in one signed document, so that certificates can be
//! verified where there is no network and when the issuer's server is gone. `crates/vc/TRUST.md` describes the form.
//!
//! ```text
//! issuer     Bundle -> to_sign -> finish                      keys, hosts, templates, status lists, dated
//! verifier   TrustBundle::parse -> accept(kept, now)          signed by a known key, never older than what is kept
//!            -> answer(need), template(number)                evidence for vc::verify
//! ```

mod error;

pub use error::TrustError;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::compact::Template;
use crate::did::DidDocument;
use crate::evidence::{Evidence, Need};
use crate::json;
use crate::key::VerificationMethod;
use crate::problem::Problem;
use crate::schema::has_type;
use crate::suite::{Cryptosuite, hash_data, proof_configuration, proof_value};
use crate::time::{date_time_stamp, parse_date_time_stamp};
use crate::verify::signed_by;

/// Names this form.
const FORMAT: &str = "piagam-bundle-1";
/// Longest bundle that is read, in bytes: that of some hundred programmes.
pub const MAX_BUNDLE: usize = 2_000_000;
/// Most hosts: one, and those it had before.
const MAX_HOSTS: usize = 64;
/// Most status lists: 255 numbers, three purposes.
const MAX_LISTS: usize = 765;
/// How far a verifier's clock may be behind the issuer's.
const CLOCKS: jiff::SignedDuration = jiff::SignedDuration::from_mins(10);

/// What an issuer puts into its bundle.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    /// Where it is published.
    pub url: String,
    /// The issuer's DID.
    pub issuer: String,
    /// When it is signed.
    pub from: Timestamp,
    /// Until when a verifier may live on it.
    pub until: Timestamp,
    /// Hosts that the issuer's codes may lead to, the present one first.
    pub hosts: Vec<String>,
    /// The DID document.
    pub document: Value,
    /// When each key came into use, and when it was retired, by its number.
    pub windows: Vec<(u32, Timestamp, Option<Timestamp>)>,
    /// The templates by number.
    pub templates: BTreeMap<u16, Value>,
    /// The status lists with their `eddsa-jcs-2022` proofs.
    pub lists: Vec<Value>,
}

impl Bundle {
    /// The document and the 64 bytes to be signed for it with `eddsa-jcs-2022`.
    ///
    /// # Errors
    /// What canonicalization refuses.
    pub fn to_sign(&self, method: &VerificationMethod) -> Result<(Value, [u8; 64]), Problem> {
        let mut document = self.unsigned();
        let from = document["validFrom"].clone();
        let proof = json!({
            "type": "DataIntegrityProof",
            "cryptosuite": Cryptosuite::EddsaJcs2022.name(),
            "created": from,
            "verificationMethod": method.id,
            "proofPurpose": "assertionMethod",
        });
        let options = proof.as_object().cloned().unwrap_or_default();
        let configuration = proof_configuration(Cryptosuite::EddsaJcs2022, &document, &options);
        let bytes = hash_data(Cryptosuite::EddsaJcs2022, &document, &configuration)?.bytes;
        document["proof"] = proof;
        Ok((document, bytes))
    }

    /// The document without its proof.
    fn unsigned(&self) -> Value {
        json!({
            "format": FORMAT,
            "id": self.url,
            "issuer": self.issuer,
            "validFrom": date_time_stamp(self.from),
            "validUntil": date_time_stamp(self.until),
            "hosts": self.hosts,
            "didDocument": self.document,
            "keys": self.windows.iter().map(|window| self.window(window)).collect::<Vec<_>>(),
            "templates": self.templates.iter().map(|(n, template)| (n.to_string(), template.clone())).collect::<Map<_, _>>(),
            "statusLists": self.lists,
        })
    }

    /// Puts the signature into the document that [`Bundle::to_sign`] gave.
    pub fn finish(mut document: Value, signature: &[u8; 64]) -> String {
        document["proof"]["proofValue"] = json!(proof_value(signature));
        document.to_string()
    }

    fn window(&self, (number, from, until): &(u32, Timestamp, Option<Timestamp>)) -> Value {
        let mut window = json!({ "id": format!("{}#k{number}", self.issuer), "validFrom": date_time_stamp(*from) });
        if let Some(until) = until {
            window["validUntil"] = json!(date_time_stamp(*until));
        }
        window
    }
}

/// A bundle that was read. Its proof is checked by [`TrustBundle::accept`], not by reading it.
#[derive(Debug, Clone)]
pub struct TrustBundle {
    value: Value,
    issuer: String,
    from: Timestamp,
    until: Timestamp,
    hosts: Vec<String>,
    lists: BTreeMap<String, Timestamp>,
}

impl TrustBundle {
    /// Reads a bundle's text.
    ///
    /// # Errors
    /// [`TrustError::Form`], with what is wrong.
    pub fn parse(text: &[u8]) -> Result<Self, TrustError> {
        let form = |what: String| TrustError::Form { what };
        if text.len() > MAX_BUNDLE {
            return Err(form(format!("{} bytes, at most {MAX_BUNDLE} are read", text.len())));
        }
        let value = json::parse(text).map_err(|problem| form(problem.to_string()))?;
        if value["format"] != FORMAT {
            return Err(form(format!("its form is {}, this version reads {FORMAT}", value["format"])));
        }
        let issuer = value["issuer"].as_str().unwrap_or_default().to_owned();
        let moment = |name: &str| {
            let moment = value[name].as_str().and_then(parse_date_time_stamp);
            moment.ok_or_else(|| form(format!("{name} {} is no dateTimeStamp", value[name])))
        };
        let (from, until) = (moment("validFrom")?, moment("validUntil")?);
        DidDocument::parse(&issuer, value["didDocument"].to_string().as_bytes()).map_err(|p| form(p.to_string()))?;
        let hosts = hosts(&value).ok_or_else(|| form("hosts is no list of host names".to_owned()))?;
        for (number, template) in templates(&value).ok_or_else(|| form("templates is no object".to_owned()))? {
            let canonical = number.parse::<u16>().is_ok_and(|parsed| parsed > 0 && parsed.to_string() == *number);
            if !canonical {
                return Err(form(format!("{number:?} is no template's number")));
            }
            let read = Template::parse(template.to_string().as_bytes());
            read.map_err(|error| form(format!("template {number}: {error}")))?;
        }
        let lists = lists(&value, &issuer)?;
        Ok(Self { issuer, from, until, hosts, lists, value })
    }

    /// Whether a verifier may keep it: signed by a key of its issuer that was known before (on first use: by one of its
    /// own), not older than what is `kept` in any part, and not from the future.
    ///
    /// # Errors
    /// [`TrustError`], with the reason.
    pub fn accept(&self, kept: Option<&Self>, now: Timestamp) -> Result<(), TrustError> {
        if self.from > now.saturating_add(CLOCKS).unwrap_or(now) {
            return Err(TrustError::FromTheFuture { from: date_time_stamp(self.from) });
        }
        self.is_signed_by(self, now).map_err(|problem| TrustError::Proof { problem })?;
        match kept {
            Some(kept) => self.follows(kept, now),
            None => Ok(()),
        }
    }

    /// The issuer's DID.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// When it was signed.
    pub fn from(&self) -> Timestamp {
        self.from
    }

    /// Until when it may be lived on.
    pub fn until(&self) -> Timestamp {
        self.until
    }

    /// Hosts that the issuer's codes may lead to, in small letters.
    pub fn hosts(&self) -> &[String] {
        &self.hosts
    }

    /// The URLs of its status lists, and when each was signed.
    pub fn lists(&self) -> &BTreeMap<String, Timestamp> {
        &self.lists
    }

    /// The keys that it lists for signing: their ids and Multikeys.
    pub fn keys(&self) -> Vec<(String, String)> {
        let methods = self.value["didDocument"]["verificationMethod"].as_array().into_iter().flatten();
        let text = |method: &Value, name: &str| method[name].as_str().map(str::to_owned);
        methods.filter_map(|method| Some((text(method, "id")?, text(method, "publicKeyMultibase")?))).collect()
    }

    /// The numbers of its templates.
    pub fn templates(&self) -> impl Iterator<Item = u16> {
        templates(&self.value).into_iter().flatten().filter_map(|(number, _)| number.parse().ok())
    }

    /// The template of that number.
    pub fn template(&self, number: u16) -> Option<Vec<u8>> {
        let template = self.value["templates"].get(number.to_string())?;
        Some(template.to_string().into_bytes())
    }

    /// What it answers of a need; `None` for what is not in it.
    pub fn answer(&self, need: &Need) -> Option<Vec<u8>> {
        match need {
            Need::Did(did) if *did == self.issuer => Some(self.document().to_string().into_bytes()),
            Need::StatusList(url) => {
                let lists = self.value["statusLists"].as_array()?;
                lists.iter().find(|list| list["id"] == url.as_str()).map(|list| list.to_string().into_bytes())
            }
            _ => None,
        }
    }

    /// Whether it says the same as `bundle`, dates aside.
    pub fn says(&self, bundle: &Bundle) -> bool {
        let dated = Bundle { from: self.from, until: self.until, ..bundle.clone() };
        let mut own = self.value.clone();
        if let Some(members) = own.as_object_mut() {
            members.remove("proof");
        }
        dated.unsigned() == own
    }

    /// The text to keep.
    pub fn text(&self) -> String {
        self.value.to_string()
    }

    /// The DID document, in which a retired key counts only for what it signed before (Controlled Identifiers 1.0, 2.2,
    /// `expires`).
    fn document(&self) -> Value {
        let mut document = self.value["didDocument"].clone();
        let retired = self.value["keys"].as_array().into_iter().flatten();
        for window in retired.filter(|window| window["validUntil"].is_string()) {
            let methods = document["verificationMethod"].as_array_mut().into_iter().flatten();
            for method in methods.filter(|method| method["id"] == window["id"]) {
                method["expires"] = window["validUntil"].clone();
            }
        }
        document
    }

    /// Every proof verifies against the keys of `other`, a bundle of the same issuer, and one is the issuer's.
    fn is_signed_by(&self, other: &Self, now: Timestamp) -> Result<(), Problem> {
        let mut evidence = Evidence::default();
        evidence.answer(Need::Did(other.issuer.clone()), Ok(other.document().to_string().into_bytes()));
        signed_by(&self.value, &self.issuer, &evidence, now)
    }

    fn follows(&self, kept: &Self, now: Timestamp) -> Result<(), TrustError> {
        let stamp = |at: Timestamp| date_time_stamp(at);
        if kept.issuer != self.issuer {
            return Err(TrustError::OtherIssuer { expected: kept.issuer.clone(), got: self.issuer.clone() });
        }
        self.is_signed_by(kept, now).map_err(|problem| TrustError::UnknownKey { problem })?;
        if self.from < kept.from {
            return Err(TrustError::Older {
                what: "the bundle".to_owned(),
                kept: stamp(kept.from),
                got: stamp(self.from),
            });
        }
        for (url, signed) in &kept.lists {
            match self.lists.get(url) {
                Some(got) if got >= signed => {}
                Some(got) => {
                    return Err(TrustError::Older { what: url.clone(), kept: stamp(*signed), got: stamp(*got) });
                }
                None => return Err(TrustError::Missing { what: url.clone() }),
            }
        }
        for number in kept.templates() {
            match (self.template(number), kept.template(number)) {
                (None, _) => return Err(TrustError::Missing { what: format!("template {number}") }),
                (ours, theirs) if ours != theirs => return Err(TrustError::TemplateChanged { number }),
                _ => {}
            }
        }
        Ok(())
    }
}

fn hosts(value: &Value) -> Option<Vec<String>> {
    let hosts = value["hosts"].as_array().filter(|hosts| (1..=MAX_HOSTS).contains(&hosts.len()))?;
    let plain =
        |host: &str| !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b));
    hosts.iter().map(|host| host.as_str().filter(|host| plain(host)).map(str::to_ascii_lowercase)).collect()
}

fn templates(value: &Value) -> Option<&Map<String, Value>> {
    value["templates"].as_object()
}

/// The lists and when they were signed. Their proofs are checked when they are used, as those of any list.
fn lists(value: &Value, issuer: &str) -> Result<BTreeMap<String, Timestamp>, TrustError> {
    let form = |what: String| TrustError::Form { what };
    let lists = value["statusLists"].as_array().filter(|lists| lists.len() <= MAX_LISTS);
    let mut signed = BTreeMap::new();
    for list in lists.ok_or_else(|| form("statusLists is no list, or too long".to_owned()))? {
        let url = list["id"].as_str().unwrap_or_default();
        let from = list["validFrom"].as_str().and_then(parse_date_time_stamp);
        let ours = has_type(list, "BitstringStatusListCredential") && list["issuer"] == issuer;
        match from.filter(|_| ours && !url.is_empty()) {
            Some(from) if signed.insert(url.to_owned(), from).is_none() => {}
            _ => return Err(form(format!("{url:?} is no status list of {issuer}, or stands there twice"))),
        }
    }
    Ok(signed)
}
