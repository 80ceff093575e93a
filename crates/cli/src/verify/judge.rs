//! One item to its answers: what is in it, rebuilt where it is a code, judged by what trusted issuers publish.

use extract::{Code, Codes, ExtractError, Found};
use fetch::FetchError;
use jiff::Timestamp;
use server::HandedOut;
use vc::compact::{self, CompactError, Link};
use vc::{CheckName, Lang, Outcome, Policy, Report, Verdict, Visible};

use super::input::{Content, Item};
use super::known::{Known, NoTemplate, host};
use crate::failure::{INVALID, OTHER, UNDECIDED};

/// What an item came to.
pub(super) struct Answer {
    /// What it is called.
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Other QR codes beside the one that was judged.
    pub(super) others: usize,
    /// What is known of the file as such.
    pub(super) file: Option<HandedOut>,
    /// Something in a folder that has nothing to do with certificates.
    pub(super) passed_over: bool,
}

pub(super) enum Kind {
    Judged(Box<Report>),
    /// No credential could be judged.
    Not(Words),
}

/// Why nothing was judged.
#[derive(Debug, Clone)]
pub(super) struct Words {
    pub(super) code: &'static str,
    pub(super) verdict: Verdict,
    pub(super) exit: u8,
    pub(super) id: String,
    pub(super) en: String,
    pub(super) next_id: String,
    pub(super) next_en: String,
}

/// Judges items. Shared by all that are judged at once.
pub(super) struct Judge {
    known: Known,
    at: Option<Timestamp>,
}

impl Judge {
    pub(super) fn new(known: Known, at: Option<Timestamp>) -> Self {
        Self { known, at }
    }

    /// At least one answer; several where a picture has several certificates' codes.
    pub(super) async fn answers(&self, item: Item) -> Vec<Answer> {
        let file = match &item.content {
            Content::Bytes(bytes) => self.known.handed_out(bytes).await,
            _ => Ok(None),
        };
        let file = match file {
            Ok(file) => file,
            Err(error) => {
                let kind = Kind::Not(store_failed(&error));
                return vec![Answer { name: item.name, kind, others: 0, file: None, passed_over: false }];
            }
        };
        let mut answers = self.judged(item).await;
        for answer in &mut answers {
            answer.file = file.filter(|file| match &answer.kind {
                Kind::Judged(report) => file.concerns(report, |did| self.known.is_own(did)),
                Kind::Not(_) => false,
            });
        }
        answers
    }

    async fn judged(&self, item: Item) -> Vec<Answer> {
        let Item { name, content, named } = item;
        let one = |kind| vec![Answer { name: name.clone(), kind, others: 0, file: None, passed_over: false }];
        match content {
            Content::Address(url) => one(self.address(&url).await),
            Content::Text(text) => one(self.whole(&text, None).await),
            Content::Unreadable(reason) => one(Kind::Not(unreadable(&name, &reason))),
            Content::TooMuch(what) => one(Kind::Not(too_much(&name, what))),
            Content::Bytes(bytes) => match find(bytes).await {
                Ok((Found::Credential(found), visible)) => {
                    one(self.credential(found.text, Vec::new(), visible.as_ref()).await)
                }
                Ok((Found::Codes(codes), visible)) => self.codes(&name, codes, visible.as_ref()).await,
                Err(error) => {
                    let passed_over = !named && error == ExtractError::NotRecognised && !is_named_like_one(&name);
                    vec![Answer { kind: Kind::Not(not_extracted(&error)), name, others: 0, file: None, passed_over }]
                }
            },
        }
    }

    /// An address that a person typed: this person trusts its host.
    async fn address(&self, url: &str) -> Kind {
        let fetched = match self.known.fetcher.get(url).await {
            Ok(fetched) => fetched.bytes,
            Err(error) => return Kind::Not(unreachable_address(&error)),
        };
        let typed = origin(url).map(vc::did_web).into_iter().collect();
        match find(fetched).await {
            Ok((Found::Credential(found), visible)) => self.credential(found.text, typed, visible.as_ref()).await,
            Ok((Found::Codes(codes), visible)) => match codes.texts.into_iter().next() {
                Some(Code::Whole(text)) => self.whole(&text, visible.as_ref()).await,
                _ => Kind::Not(not_extracted(&ExtractError::NotRecognised)),
            },
            Err(error) => Kind::Not(not_extracted(&error)),
        }
    }

    async fn codes(&self, name: &str, codes: Codes, visible: Option<&Visible>) -> Vec<Answer> {
        let count = codes.texts.len();
        let mut answers = Vec::with_capacity(count);
        for (at, code) in codes.texts.into_iter().enumerate() {
            let kind = match code {
                Code::Whole(text) => self.whole(&text, visible).await,
                Code::Page(url) => self.page(&url, visible).await,
            };
            let name = if count == 1 { name.to_owned() } else { format!("{name} ({}/{count})", at + 1) };
            answers.push(Answer { name, kind, others: codes.others, file: None, passed_over: false });
        }
        answers
    }

    /// The address of a certificate's page, out of a picture: nobody trusts its host because of that.
    async fn page(&self, url: &str, visible: Option<&Visible>) -> Kind {
        let text = match self.known.by_code(url).await {
            Ok(Some(text)) => text,
            Ok(None) => {
                let fetched = match self.known.fetcher.get(url).await {
                    Ok(fetched) => fetched.bytes,
                    Err(error) => return Kind::Not(page_unopened(url, &error)),
                };
                match find(fetched).await {
                    Ok((Found::Credential(found), _)) => found.text,
                    Ok((Found::Codes(_), _)) => return Kind::Not(not_extracted(&ExtractError::NotRecognised)),
                    Err(error) => return Kind::Not(not_extracted(&error)),
                }
            }
            Err(error) => return Kind::Not(store_failed(&error)),
        };
        let kind = self.credential(text, Vec::new(), visible).await;
        match host(url) {
            Some(host) => self.alarmed(kind, &host.to_ascii_lowercase()),
            None => kind,
        }
    }

    /// The whole certificate in a code: rebuilt with the template of each trusted issuer that may have made it.
    async fn whole(&self, text: &str, visible: Option<&Visible>) -> Kind {
        let (link, number) = match Link::parse(text).and_then(|link| Ok((compact::template_number(link.digits)?, link)))
        {
            Ok((number, link)) => (link, number),
            Err(error) => return Kind::Not(not_compact(&error)),
        };
        let dids = self.known.dids();
        if dids.is_empty() {
            return Kind::Not(nobody_trusted(link.host.as_deref()));
        }
        let is_at_host = |did: &&String| link.host.as_ref().is_some_and(|host| self.known.is_host_of(host, did));
        let at_host: Vec<String> = dids.iter().filter(is_at_host).cloned().collect();
        let foreign = link.host.as_deref().filter(|_| at_host.is_empty());
        let candidates = if at_host.is_empty() { dids } else { at_host };
        let mut failed = None;
        let mut undecided = None;
        for did in &candidates {
            match self.rebuilt(did, number, link.digits, visible).await {
                Ok(kind @ Kind::Judged(_)) if is_proven(&kind) => {
                    return foreign.map_or_else(|| None, |host| Some(alarm(host))).map_or(kind, Kind::Not);
                }
                Ok(kind) => failed = failed.or(Some(kind)),
                Err(words) => undecided = undecided.or(Some(words)),
            }
        }
        match (foreign, undecided, failed) {
            // Another issuer's code is not false because ours did not make it.
            (Some(host), ..) => Kind::Not(unknown_host(host)),
            (None, Some(words), _) => Kind::Not(*words),
            (None, None, Some(kind)) => kind,
            (None, None, None) => Kind::Not(not_compact(&CompactError::NoTemplate { number })),
        }
    }

    /// Rebuilt with this issuer's template and judged.
    async fn rebuilt(
        &self,
        did: &str,
        number: u16,
        digits: &str,
        visible: Option<&Visible>,
    ) -> Result<Kind, Box<Words>> {
        let template = match self.known.template(did, number).await {
            Ok(Ok(template)) => template,
            Ok(Err(why)) => return Err(Box::new(no_template(&why, number))),
            Err(error) => return Err(Box::new(store_failed(&error))),
        };
        match compact::unpack(digits, |_| Some(template.as_ref())) {
            Ok(text) => Ok(self.credential(text, Vec::new(), visible).await),
            Err(error) => Err(Box::new(not_compact(&error))),
        }
    }

    /// A credential's text, judged. `typed` are issuers trusted for this one besides, `visible` the pages it came in.
    async fn credential(&self, text: String, typed: Vec<String>, visible: Option<&Visible>) -> Kind {
        let now = self.at.unwrap_or_else(Timestamp::now);
        let mut evidence = match self.known.evidence(text.as_bytes(), now).await {
            Ok(evidence) => evidence,
            Err(error) => return Kind::Not(store_failed(&error)),
        };
        if let Some(visible) = visible {
            evidence.show(visible.clone());
        }
        let policy = Policy::known(self.known.dids().into_iter().chain(typed));
        let report = on_a_core(move || vc::verify(text.as_bytes(), &evidence, &policy, now)).await;
        Kind::Judged(Box::new(report))
    }

    /// A sound certificate behind a code that leads to somebody else's host is an alarm.
    fn alarmed(&self, kind: Kind, host: &str) -> Kind {
        let Kind::Judged(report) = &kind else { return kind };
        let issuer = report.facts.as_ref().map(|facts| facts.issuer.as_str()).unwrap_or_default();
        let is_known = self.known.dids().iter().any(|did| did == issuer);
        match is_proven(&kind) && is_known && !self.known.is_host_of(host, issuer) {
            true => Kind::Not(alarm(host)),
            false => kind,
        }
    }
}

/// Whether the signature is the issuer's.
fn is_proven(kind: &Kind) -> bool {
    matches!(kind, Kind::Judged(report) if report.check(CheckName::Proof).outcome == Outcome::Pass)
}

async fn find(bytes: Vec<u8>) -> Result<(Found, Option<Visible>), ExtractError> {
    on_a_core(move || extract::find_on_pages(&bytes)).await
}

/// Work that keeps a core busy, away from the threads that wait for the network.
async fn on_a_core<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

fn origin(url: &str) -> Option<&str> {
    let host = url.find("://")? + 3;
    Some(url[host..].find(['/', '?', '#']).map_or(url, |end| &url[..host + end]))
}

/// Whether a file's name promises what verify reads; such a file is never passed over in silence.
fn is_named_like_one(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["pdf", "json", "jsonld", "png", "jpg", "jpeg", "svg"].iter().any(|ending| name.ends_with(&format!(".{ending}")))
}

impl Words {
    fn undecided(code: &'static str, id: (String, String), en: (String, String)) -> Self {
        let verdict = Verdict::Indeterminate;
        Self { code, verdict, exit: UNDECIDED, id: id.0, next_id: id.1, en: en.0, next_en: en.1 }
    }
}

fn unreadable(name: &str, reason: &str) -> Words {
    let words = Words::undecided(
        "input-unreadable",
        (
            format!("{name} tidak dapat dibaca: {reason}."),
            "Periksa nama berkas dan hak aksesnya, lalu ulangi.".to_owned(),
        ),
        (
            format!("{name} cannot be read: {reason}."),
            "Check the file's name and its permissions, then try again.".to_owned(),
        ),
    );
    Words { exit: OTHER, ..words }
}

fn too_much(name: &str, what: &str) -> Words {
    let words = Words::undecided(
        "too-much",
        (
            format!("{name}: terlalu banyak untuk satu kali pemeriksaan ({what})."),
            "Bagi menjadi beberapa folder atau ZIP, lalu periksa satu per satu.".to_owned(),
        ),
        (
            format!("{name}: too much for one run ({what})."),
            "Split it into several folders or ZIPs and check one at a time.".to_owned(),
        ),
    );
    Words { exit: OTHER, ..words }
}

fn not_extracted(error: &ExtractError) -> Words {
    let (id, en) = (Lang::Id, Lang::En);
    Words::undecided(error.code(), (error.what(id), error.next(id)), (error.what(en), error.next(en)))
}

fn not_compact(error: &CompactError) -> Words {
    not_extracted(&ExtractError::Compact(error.clone()))
}

fn unreachable_address(error: &FetchError) -> Words {
    let (id, en) = (Lang::Id, Lang::En);
    Words::undecided("address-unreachable", (error.what(id), error.next(id)), (error.what(en), error.next(en)))
}

/// The code holds only an address, and the address was not opened.
fn page_unopened(url: &str, error: &FetchError) -> Words {
    let words = unreachable_address(error);
    Words {
        id: format!("Kode QR ini hanya memuat alamat {url}. {}", words.id),
        en: format!("This QR code holds only the address {url}. {}", words.en),
        ..words
    }
}

fn no_template(why: &NoTemplate, number: u16) -> Words {
    match why {
        NoTemplate::Unknown => not_compact(&CompactError::NoTemplate { number }),
        NoTemplate::Unreadable(error) => not_compact(error),
        NoTemplate::Unasked(error) => {
            let words = not_compact(&CompactError::NoTemplate { number });
            Words {
                id: format!("{} {}", words.id, error.what(Lang::Id)),
                en: format!("{} {}", words.en, error.what(Lang::En)),
                next_id: error.next(Lang::Id),
                next_en: error.next(Lang::En),
                ..words
            }
        }
    }
}

fn nobody_trusted(host: Option<&str>) -> Words {
    let host = host.unwrap_or("sertifikat.example");
    let did = vc::did_web(host);
    Words::undecided(
        "unknown-issuer",
        (
            "Belum disebutkan penerbit mana yang Anda percayai; alamat di dalam kode QR tidak cukup.".to_owned(),
            format!("Bila Anda mempercayai {host}, tambahkan --issuer {did}."),
        ),
        (
            "You have not said which issuer you trust; the address in a QR code is not enough.".to_owned(),
            format!("If you trust {host}, add --issuer {did}."),
        ),
    )
}

fn unknown_host(host: &str) -> Words {
    Words::undecided(
        "unknown-issuer",
        (
            format!("Kode ini mengarah ke {host}, yang bukan penerbit yang Anda percayai, dan bukan terbitan mereka."),
            format!("Bila Anda mempercayai {host}, tambahkan --issuer {}.", vc::did_web(host)),
        ),
        (
            format!("This code leads to {host}, which is none of the issuers you trust, and none of them issued it."),
            format!("If you trust {host}, add --issuer {}.", vc::did_web(host)),
        ),
    )
}

/// A good signature does not make the address good: who follows it is shown whatever its owner likes.
fn alarm(host: &str) -> Words {
    let words = Words::undecided(
        "foreign-host",
        (
            format!(
                "Kode ini mengarah ke alamat lain: {host} bukan alamat penerbit; hasil di sana tidak dapat dipercaya."
            ),
            "Jangan buka alamat itu. Minta berkas asli kepada pemegang, dan beri tahu penerbit.".to_owned(),
        ),
        (
            format!("This code leads to another address: {host} is not the issuer's; do not trust results there."),
            "Do not open that address. Ask the holder for the original file, and tell the issuer.".to_owned(),
        ),
    );
    Words { verdict: Verdict::Invalid, exit: INVALID, ..words }
}

fn store_failed(error: &store::StoreError) -> Words {
    let (id, en) = (error.words(Lang::Id), error.words(Lang::En));
    let words =
        Words::undecided("database", (id.0.to_string(), id.1.to_string()), (en.0.to_string(), en.1.to_string()));
    Words { exit: OTHER, ..words }
}
