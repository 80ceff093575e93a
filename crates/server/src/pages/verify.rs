//! The page `/v`: static, the only one with a script. The script reads the digits behind `#` and verifies in the
//! browser; the words it says are those of `vc`, put beside it. The same files make a static copy.

mod style;
mod words;

use serde::Serialize;
use serde_json::json;
use vc::Lang;

use super::{Page, Pages, Shell, assets};
use crate::config::Config;

/// `verify.js` and `show.js` beside it, made small by `tests/script`, which also sees that it is theirs.
pub(crate) use words::foreign;

const SCRIPT: &str = include_str!("../../../../templates/pages/v/script.min.js");
const WORKER: &str = include_str!("../../../../templates/pages/v/sw.js");

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const MANIFEST: &str = "application/manifest+json";
const SVG: &str = "image/svg+xml";
const TEXT: &str = "text/plain; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";

macro_rules! kept {
    ($($path:literal $media_type:ident)*) => {
        [$(File {
            path: concat!("/v/", $path),
            media_type: $media_type,
            bytes: include_bytes!(concat!("../../../../templates/pages/v/", $path)),
        },)*]
    };
}

/// What the page may load, each under its own address.
const FILES: [File; 13] = kept! {
    "scan.js" JAVASCRIPT
    "manifest.webmanifest" MANIFEST
    "icon.svg" SVG
    "vendor/noble-ed25519/index.js" JAVASCRIPT
    "vendor/noble-hashes/sha2.js" JAVASCRIPT
    "vendor/noble-hashes/_md.js" JAVASCRIPT
    "vendor/noble-hashes/_u64.js" JAVASCRIPT
    "vendor/noble-hashes/utils.js" JAVASCRIPT
    "vendor/qr/index.js" JAVASCRIPT
    "vendor/qr/decode.js" JAVASCRIPT
    "vendor/noble-ed25519/LICENSE" TEXT
    "vendor/noble-hashes/LICENSE" TEXT
    "vendor/qr/LICENSE" TEXT
};

/// A file of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct File<'a> {
    /// Its address on any host: a path from the root.
    pub path: &'static str,
    /// Its media type.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// The page in both languages, and what belongs to it.
#[derive(Debug, Clone)]
pub struct Site {
    indonesian: String,
    english: String,
    worker: String,
    policy: String,
}

impl Site {
    /// Renders everything once: it only changes with the settings.
    pub(crate) fn new(pages: &Pages, config: &Config) -> Result<Self, minijinja::Error> {
        let template = pages.source(VerifyPage::TEMPLATE)?;
        let style = style::of(&pages.css, &[&template, SCRIPT]);
        let policy = policy(&style, SCRIPT);
        let page = |lang| pages.html(&VerifyPage::new(config, lang, &style, &policy));
        let (indonesian, english) = (page(Lang::Id)?, page(Lang::En)?);
        let mut all = [indonesian.as_bytes(), english.as_bytes(), WORKER.as_bytes()].concat();
        FILES.iter().for_each(|file| all.extend_from_slice(file.bytes));
        let version = &assets::digest(&all)[..16];
        // A licence is for who looks at the sources, not for a phone.
        let kept = FILES.iter().filter(|file| file.media_type != TEXT).map(|file| file.path);
        let paths: Vec<&str> = ["/v/", "/v/en.html"].into_iter().chain(kept).collect();
        let worker = WORKER.replace("@@VERSION@@", version).replace("@@FILES@@", &json!(paths).to_string());
        Ok(Self { indonesian, english, worker, policy: format!("{policy}; frame-ancestors 'none'") })
    }

    /// The page.
    pub fn page(&self, lang: Lang) -> &str {
        if lang == Lang::Id { &self.indonesian } else { &self.english }
    }

    /// The policy of the page, as a header: the one inside the page, and who may frame it.
    pub(crate) fn policy(&self) -> &str {
        &self.policy
    }

    /// Every file of a static copy. What they load beside each other has data and is not among them: `/v/bundle.json`,
    /// the templates, the lists.
    pub fn files(&self) -> Vec<File<'_>> {
        let made = [
            ("/v/index.html", HTML, &self.indonesian),
            ("/v/en.html", HTML, &self.english),
            ("/sw.js", JAVASCRIPT, &self.worker),
        ];
        let made = made.map(|(path, media_type, text)| File { path, media_type, bytes: text.as_bytes() });
        made.into_iter().chain(FILES).collect()
    }

    /// One of them.
    pub(crate) fn file(&self, path: &str) -> Option<File<'_>> {
        self.files().into_iter().find(|file| file.path == path)
    }
}

/// Nothing but this stylesheet, this script, and what lies beside the page.
fn policy(style: &str, script: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' {}; style-src {}; connect-src 'self'; img-src 'self'; \
         manifest-src 'self'; form-action 'self'; base-uri 'none'",
        assets::source(script),
        assets::source(style)
    )
}

/// The page's context.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct VerifyPage {
    shell: Shell,
    zone: String,
    /// What the zone's hours are called: `WIB`.
    hours: String,
    policy: String,
    style: String,
    words: String,
    script: &'static str,
}

impl VerifyPage {
    fn new(config: &Config, lang: Lang, style: &str, policy: &str) -> Self {
        let title = if lang == Lang::Id { "Periksa sertifikat" } else { "Check a certificate" };
        Self {
            shell: Shell::new(config, lang, title, Some("/v")),
            zone: config.time_zone().iana_name().unwrap_or("UTC").to_owned(),
            hours: crate::words::zone_name(jiff::Timestamp::UNIX_EPOCH, &config.time_zone()),
            policy: policy.to_owned(),
            style: style.to_owned(),
            // Inside an element of HTML nothing may look like its end.
            words: words::words(config, lang).to_string().replace('<', "\\u003c"),
            script: SCRIPT,
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
            zone: "Asia/Jakarta".into(),
            hours: "WIB".into(),
            policy: policy("", ""),
            style: String::new(),
            words: "{}".into(),
            script: "void 0",
        };
        vec![("verify.id".into(), sample(Lang::Id)), ("verify.en".into(), sample(Lang::En))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a phone has to fetch before it can verify, in bytes: HTML with words, style and script.
    const MOST_PAGE_AND_SCRIPT: usize = 30_000;

    fn site() -> (Pages, Site) {
        let pages = Pages::load(None).unwrap();
        let config = Config::parse(
            "base_url = \"http://localhost:8080\"\n[issuer]\nname_id = \"Lembaga Contoh Pelatihan Aparatur Negara (contoh)\"\n\
             name_en = \"Sample Institute for the Training of Public Servants (sample)\"\n",
            std::path::Path::new("x"),
        )
        .unwrap();
        let site = Site::new(&pages, &config).unwrap();
        (pages, site)
    }

    #[test]
    fn the_page_is_small_and_its_policy_names_what_is_in_it() {
        let (pages, site) = site();
        for lang in [Lang::Id, Lang::En] {
            let page = site.page(lang);
            let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
            let words = page.split_once("id=\"kata\">").unwrap().1.split_once("</script>").unwrap().0.len();
            println!(
                "{} bytes: style {} of {}, words {words}, script {}",
                page.len(),
                style.len(),
                pages.css.len(),
                SCRIPT.len()
            );
            assert!(page.len() < MOST_PAGE_AND_SCRIPT, "{} bytes", page.len());
            assert!(page.contains(&format!("<script>{SCRIPT}</script>")));
            assert!(page.contains(&policy(style, SCRIPT)));
        }
        assert!(site.policy().ends_with("frame-ancestors 'none'"));
    }

    #[test]
    fn a_copy_has_everything_that_the_worker_keeps() {
        let (_, site) = site();
        let files = site.files();
        let worker = std::str::from_utf8(site.file("/sw.js").unwrap().bytes).unwrap();
        assert!(!worker.contains("@@") && !worker.contains("LICENSE"));
        let list = worker.split_once("FILES = ").unwrap().1.split_once(';').unwrap().0;
        let kept: Vec<String> = serde_json::from_str(list).unwrap();
        for path in &kept {
            let path = if path == "/v/" { "/v/index.html" } else { path };
            assert!(files.iter().any(|file| file.path == path), "{path}");
        }
        assert!(kept.iter().any(|path| path == "/v/vendor/qr/decode.js"));
        assert!(site.file("/v/vendor/../sw.js").is_none());
    }

    #[test]
    fn the_script_never_ends_its_own_element_and_writes_no_markup() {
        for banned in ["</", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function("] {
            assert!(!SCRIPT.contains(banned), "{banned}");
        }
    }
}
