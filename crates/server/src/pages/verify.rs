//! The page `/v`: static, the only one with a script. The script reads the digits behind `#` and verifies in the
//! browser; the words it says are those of `vc`, put beside it. The same files make a static copy.

use serde::Serialize;
use serde_json::{Map, Value, json};
use vc::compact::CompactError;
use vc::{Check, CheckName, Lang, Outcome, Problem, ProblemKind, State};

use super::result::Asked;
use super::result::advice_words;
use super::{Page, Pages, Shell, assets};
use crate::config::Config;

const SCRIPTS: [&str; 2] =
    [include_str!("../../../../templates/pages/v/verify.js"), include_str!("../../../../templates/pages/v/show.js")];
const WORKER: &str = include_str!("../../../../templates/pages/v/sw.js");

macro_rules! kept {
    ($($path:literal $media_type:ident)*) => {
        [$(File {
            path: concat!("/v/", $path),
            media_type: $media_type,
            bytes: include_bytes!(concat!("../../../../templates/pages/v/", $path)),
        },)*]
    };
}

const SCRIPT: &str = "text/javascript; charset=utf-8";
const MANIFEST: &str = "application/manifest+json";
const SVG: &str = "image/svg+xml";
const TEXT: &str = "text/plain; charset=utf-8";

/// What the page may load, each under its own address.
const FILES: [File; 12] = kept! {
    "manifest.webmanifest" MANIFEST
    "icon.svg" SVG
    "vendor/noble-ed25519/index.js" SCRIPT
    "vendor/noble-hashes/sha2.js" SCRIPT
    "vendor/noble-hashes/_md.js" SCRIPT
    "vendor/noble-hashes/_u64.js" SCRIPT
    "vendor/noble-hashes/utils.js" SCRIPT
    "vendor/qr/index.js" SCRIPT
    "vendor/qr/decode.js" SCRIPT
    "vendor/noble-ed25519/LICENSE" TEXT
    "vendor/noble-hashes/LICENSE" TEXT
    "vendor/qr/LICENSE" TEXT
};

/// A file beside the page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct File {
    /// Its address.
    pub(crate) path: &'static str,
    /// Its media type.
    pub(crate) media_type: &'static str,
    /// Its bytes.
    pub(crate) bytes: &'static [u8],
}

/// The page in both languages, and what belongs to it.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    indonesian: String,
    english: String,
    worker: String,
    policy: String,
}

impl Site {
    /// Renders everything once: it only changes with the settings.
    pub(crate) fn new(pages: &Pages, config: &Config) -> Result<Self, minijinja::Error> {
        let (script, policy) = (script(), policy(&pages.css, &script()));
        let page = |lang| pages.html(&VerifyPage::new(config, lang, &script, &policy));
        let (indonesian, english) = (page(Lang::Id)?, page(Lang::En)?);
        let mut all = indonesian.clone().into_bytes();
        FILES.iter().for_each(|file| all.extend_from_slice(file.bytes));
        let version = &assets::digest(&all)[..16];
        // A licence is for who looks at the sources, not for a phone.
        let kept = FILES.iter().filter(|file| file.media_type != TEXT).map(|file| file.path);
        let paths: Vec<&str> = std::iter::once("/v/").chain(kept).collect();
        let worker = WORKER.replace("@@VERSION@@", version).replace("@@FILES@@", &json!(paths).to_string());
        Ok(Self { indonesian, english, worker, policy: format!("{policy}; frame-ancestors 'none'") })
    }

    /// The page.
    pub(crate) fn page(&self, lang: Lang) -> &str {
        if lang == Lang::Id { &self.indonesian } else { &self.english }
    }

    /// The policy of the page, as a header: the one inside the page, and who may frame it.
    pub(crate) fn policy(&self) -> &str {
        &self.policy
    }

    /// A file beside the page: its media type and bytes.
    pub(crate) fn file(&self, path: &str) -> Option<(&'static str, &[u8])> {
        if path == "/sw.js" {
            return Some((SCRIPT, self.worker.as_bytes()));
        }
        FILES.iter().find(|file| file.path == path).map(|file| (file.media_type, file.bytes))
    }
}

/// Both sources as one script. Lines that hold only a comment, and the white space before a line, are left out.
fn script() -> String {
    let mut script = String::from("(()=>{'use strict';\n");
    for line in SCRIPTS.into_iter().flat_map(str::lines) {
        let line = line.trim();
        if !line.is_empty() && !line.starts_with("//") {
            script.push_str(line);
            script.push('\n');
        }
    }
    script + "})();"
}

/// Nothing but this stylesheet, this script, and what lies beside the page.
fn policy(css: &str, script: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' {}; style-src {}; connect-src 'self'; img-src 'self' data:; \
         manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'",
        assets::source(script),
        assets::source(css)
    )
}

/// The page's context.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct VerifyPage {
    shell: Shell,
    issuer_id: String,
    issuer_en: String,
    zone: String,
    policy: String,
    words: String,
    script: String,
}

impl VerifyPage {
    fn new(config: &Config, lang: Lang, script: &str, policy: &str) -> Self {
        let title = if lang == Lang::Id { "Periksa sertifikat" } else { "Check a certificate" };
        Self {
            shell: Shell::new(config, lang, title, Some("/v")),
            issuer_id: config.issuer.name_id.clone(),
            issuer_en: config.issuer.english().to_owned(),
            zone: config.time_zone().iana_name().unwrap_or("UTC").to_owned(),
            policy: policy.to_owned(),
            // Inside an element of HTML nothing may look like its end.
            words: words(config).to_string().replace('<', "\\u003c"),
            script: script.to_owned(),
        }
    }
}

impl Page for VerifyPage {
    const TEMPLATE: &'static str = "v/index.html";

    fn shell(&self) -> &Shell {
        &self.shell
    }

    #[cfg(test)]
    fn samples(shell: &dyn Fn(Lang) -> Shell) -> Vec<(String, Self)> {
        let sample = |lang: Lang| Self {
            shell: shell(lang),
            issuer_id: "Lembaga Contoh".into(),
            issuer_en: "Sample Institute".into(),
            zone: "Asia/Jakarta".into(),
            policy: policy("", ""),
            words: "{}".into(),
            script: "void 0".into(),
        };
        vec![("verify.id".into(), sample(Lang::Id)), ("verify.en".into(), sample(Lang::En))]
    }
}

/// The states that the page can come to.
const STATES: [State; 11] = [
    State::Valid,
    State::Revoked,
    State::Suspended,
    State::Superseded,
    State::Expired,
    State::NotYetValid,
    State::Tampered,
    State::UnknownIssuer,
    State::IssuerUnavailable,
    State::StatusUnknown,
    State::Undecidable,
];

/// How each check can end there, under the name that the script gives it.
const ENDS: [(CheckName, &str, Outcome, Option<ProblemKind>); 16] = [
    (CheckName::Proof, "pass", Outcome::Pass, None),
    (CheckName::Proof, "fail", Outcome::Fail, Some(ProblemKind::Signature)),
    (CheckName::Proof, "unknown", Outcome::Unknown, Some(ProblemKind::IssuerDocument)),
    (CheckName::Issuer, "pass", Outcome::Pass, None),
    (CheckName::Issuer, "fail", Outcome::Unknown, Some(ProblemKind::IssuerUnknown)),
    (CheckName::Issuer, "skipped", Outcome::Skipped, None),
    (CheckName::Status, "pass", Outcome::Pass, None),
    (CheckName::Status, "revoked", Outcome::Fail, Some(ProblemKind::Revoked)),
    (CheckName::Status, "suspended", Outcome::Fail, Some(ProblemKind::Suspended)),
    (CheckName::Status, "superseded", Outcome::Fail, Some(ProblemKind::Superseded)),
    (CheckName::Status, "unknown", Outcome::Unknown, Some(ProblemKind::StatusUnobtainable)),
    (CheckName::Status, "skipped", Outcome::Skipped, None),
    (CheckName::Validity, "pass", Outcome::Pass, None),
    (CheckName::Validity, "expired", Outcome::Fail, Some(ProblemKind::Expired)),
    (CheckName::Validity, "not-yet-valid", Outcome::Fail, Some(ProblemKind::NotYetValid)),
    (CheckName::Validity, "skipped", Outcome::Skipped, None),
];

/// Everything that the script says about a result, in both languages, from where the other pages have it.
fn words(config: &Config) -> Value {
    let both = |said: &dyn Fn(Lang) -> Value| json!({ "id": said(Lang::Id), "en": said(Lang::En) });
    let (mut states, mut advice, mut checks) = (Map::new(), Map::new(), Map::new());
    for state in STATES {
        states.insert(
            state.code().to_owned(),
            both(&|lang| {
                let said = vc::state_sentences(state, lang);
                json!([said.kicker, said.headline, said.meaning, said.advice])
            }),
        );
        let asked = |lang| Asked { config, lang, now: jiff::Timestamp::UNIX_EPOCH, path: None };
        advice.insert(state.code().to_owned(), both(&|lang| json!(advice_words(state, asked(lang)))));
    }
    for error in [
        CompactError::NotCompact,
        CompactError::TooLong { length: 0, most: 0 },
        CompactError::CheckSum { expected: 0, found: 1 },
        CompactError::Newer { format: 2 },
        CompactError::NoTemplate { number: 0 },
        CompactError::Template { reason: String::new() },
    ] {
        states.insert(
            error.code().to_owned(),
            both(&|lang| {
                let kicker = vc::state_sentences(State::StatusUnknown, lang).kicker;
                json!([kicker, error.what(lang).trim_end_matches('.'), "", error.next(lang)])
            }),
        );
    }
    states.insert("foreign".into(), both(&|lang| foreign(lang)));
    for (name, end, outcome, kind) in ENDS {
        let check = Check { name, outcome, problem: kind.map(|kind| Problem::new(kind, "", "")) };
        checks.insert(format!("{}.{end}", name.code()), both(&|lang| json!(vc::check_line(&check, lang))));
    }
    json!({ "states": states, "advice": advice, "checks": checks })
}

/// A code that leads to a host that is not the issuer's: an alarm, whatever its digits say.
fn foreign(lang: Lang) -> Value {
    match lang {
        Lang::Id => json!([
            "Tidak dapat dipercaya",
            "Kode ini mengarah ke alamat lain",
            "Alamat di dalam kode QR bukan alamat penerbit; hasil di sana tidak dapat dipercaya.",
            "Ketik kode verifikasinya di sini, atau hubungi penerbit."
        ]),
        Lang::En => json!([
            "Not to be trusted",
            "This code leads to another address",
            "The address in the QR code is not the issuer's; do not trust results there.",
            "Type the verification code here, or ask the issuer."
        ]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a phone has to fetch before it can verify, in bytes.
    const MOST_PAGE_AND_SCRIPT: usize = 52_000;

    #[test]
    fn the_page_is_small_and_its_policy_names_what_is_in_it() {
        let pages = Pages::load(None).unwrap();
        let config = Config::parse(
            "base_url = \"https://sertifikat.contoh.example\"\n[issuer]\nname_id = \"Lembaga Contoh\"\n",
            std::path::Path::new("x"),
        )
        .unwrap();
        let site = Site::new(&pages, &config).unwrap();
        for lang in [Lang::Id, Lang::En] {
            let page = site.page(lang);
            println!("{} bytes, {} of them style, {} script", page.len(), pages.css.len(), script().len());
            assert!(page.len() < MOST_PAGE_AND_SCRIPT, "{} bytes", page.len());
            assert!(page.contains(&format!("<script>{}</script>", script())));
            assert!(page.contains(&policy(&pages.css, &script()).replace('\'', "&#39;")));
        }
        assert!(site.policy().ends_with("frame-ancestors 'none'"));
        let worker = std::str::from_utf8(site.file("/sw.js").unwrap().1).unwrap();
        assert!(worker.contains("/v/vendor/qr/decode.js") && !worker.contains("@@") && !worker.contains("LICENSE"));
        assert!(site.file("/v/vendor/../sw.js").is_none());
    }

    #[test]
    fn the_script_never_ends_its_own_element_and_writes_no_markup() {
        let script = script();
        for banned in ["</", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function("] {
            assert!(!script.contains(banned), "{banned}");
        }
    }
}
