//! The pages around a result: start, code form, upload form, help, privacy, error.

use issuer::programme::{Programme, Subject, Words};
use serde::Serialize;
use vc::Lang;

use super::{Page, Shell};
use crate::config::Config;
use crate::words;

/// The field for a verification code.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CodeForm {
    /// Heading of the panel.
    pub(crate) heading: &'static str,
    /// What was typed, kept for correction.
    pub(crate) typed: String,
    /// What is wrong with it: cause and cure in one sentence; empty when nothing is.
    pub(crate) problem: String,
}

impl CodeForm {
    /// A form that nobody has typed into yet.
    pub(crate) fn empty(heading: &'static str) -> Self {
        Self { heading, typed: String::new(), problem: String::new() }
    }
}

/// `/` and `/v`: the code form first.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct StartPage {
    shell: Shell,
    form: CodeForm,
    about: bool,
}

impl StartPage {
    /// The front page (`about`: with its three panels) or the bare form.
    pub(crate) fn new(config: &Config, lang: Lang, path: &str, about: bool) -> Self {
        let title = if lang == Lang::Id { "Periksa sertifikat" } else { "Check a certificate" };
        let heading = if lang == Lang::Id { "Ketik kodenya" } else { "Type the code" };
        Self { shell: Shell::new(config, lang, title, Some(path)), form: CodeForm::empty(heading), about }
    }
}

/// `/periksa`: the upload form first.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct UploadPage {
    shell: Shell,
    form: CodeForm,
}

impl UploadPage {
    pub(crate) fn new(config: &Config, lang: Lang, path: &str) -> Self {
        let title = if lang == Lang::Id { "Periksa berkas sertifikat" } else { "Check a certificate file" };
        let heading = if lang == Lang::Id { "Ketik kodenya" } else { "Type the code" };
        Self { shell: Shell::new(config, lang, title, Some(path)), form: CodeForm::empty(heading) }
    }
}

/// `/bantuan`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct HelpPage {
    shell: Shell,
    issuer_name: String,
    contact: String,
    site: String,
}

impl HelpPage {
    pub(crate) fn new(config: &Config, lang: Lang, path: &str) -> Self {
        let title = if lang == Lang::Id { "Bantuan" } else { "Help" };
        let shell = Shell::new(config, lang, title, Some(path));
        let issuer_name = shell.issuer.clone();
        Self { shell, issuer_name, contact: config.issuer.contact.clone(), site: config.issuer.url.clone() }
    }
}

/// `/privasi`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PrivacyPage {
    shell: Shell,
    issuer_name: String,
    contact: String,
}

impl PrivacyPage {
    pub(crate) fn new(config: &Config, lang: Lang, path: &str) -> Self {
        let title = if lang == Lang::Id { "Pemberitahuan privasi" } else { "Privacy notice" };
        let shell = Shell::new(config, lang, title, Some(path));
        let issuer_name = shell.issuer.clone();
        Self { shell, issuer_name, contact: config.issuer.contact.clone() }
    }
}

/// `/api`: every address of the service.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ApiPage {
    shell: Shell,
    base: String,
    groups: Vec<Group>,
}

/// Addresses of one kind.
#[derive(Debug, Clone, Serialize)]
struct Group {
    heading: &'static str,
    operations: Vec<Operation>,
}

/// One address with one method.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Operation {
    /// Its kind: `api`, `public`, `pages`, `house`.
    pub(crate) tag: String,
    /// GET or POST.
    pub(crate) method: String,
    /// With its parameters in braces.
    pub(crate) path: String,
    /// What it does.
    pub(crate) said: String,
}

impl ApiPage {
    pub(crate) fn new(config: &Config, lang: Lang, operations: Vec<Operation>) -> Self {
        let title = if lang == Lang::Id { "Antarmuka untuk mesin" } else { "The interface for machines" };
        let shell = Shell::new(config, lang, title, Some("/api"));
        Self { shell, base: config.base_url.clone(), groups: groups(lang, &operations) }
    }
}

fn groups(lang: Lang, operations: &[Operation]) -> Vec<Group> {
    let of = |tag: &str, id: &'static str, en: &'static str| Group {
        heading: if lang == Lang::Id { id } else { en },
        operations: operations.iter().filter(|operation| operation.tag == tag).cloned().collect(),
    };
    vec![
        of("api", "Memeriksa, menerbitkan, mencari DID", "Verifying, issuing, resolving DIDs"),
        of("public", "Yang diumumkan", "What is published"),
        of("pages", "Halaman", "Pages"),
        of("house", "Pengoperasian", "Operation"),
    ]
}

/// `/achievements/{code}`: what is taught, and what it takes to pass.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct AchievementPage {
    shell: Shell,
    name: String,
    other_name: String,
    other_lang: &'static str,
    description: String,
    rows: Vec<Line>,
    criteria: String,
    subjects: Vec<Taught>,
}

/// A fact of a programme.
#[derive(Debug, Clone, Serialize)]
struct Line {
    label: &'static str,
    value: String,
    wide: bool,
}

/// A subject with its hours.
#[derive(Debug, Clone, Serialize)]
struct Taught {
    title: String,
    hours: u32,
}

impl AchievementPage {
    pub(crate) fn new(config: &Config, lang: Lang, path: &str, programme: &Programme) -> Self {
        let title = programme.title.get(lang).to_owned();
        Self::within(Shell::new(config, lang, title, Some(path)), programme)
    }

    fn within(shell: Shell, programme: &Programme) -> Self {
        let lang = shell.language;
        let (other, other_lang) = if lang == Lang::Id { (Lang::En, "en") } else { (Lang::Id, "id") };
        let told = |words: &Words| words.get(lang).to_owned();
        let line = |id, en, value: String| Line { label: if lang == Lang::Id { id } else { en }, value, wide: false };
        let mut rows = vec![
            line("Jam pelajaran", "Hours", words::hours(&programme.hours.to_string(), lang)),
            line("Metode", "Method", told(&programme.method)),
            Line { wide: true, ..line("Penyelenggara", "Organiser", told(&programme.organiser)) },
        ];
        if !programme.partners.is_empty() {
            rows.push(Line { wide: true, ..line("Mitra", "Partners", programme.partners.join(", ")) });
        }
        let taught = |subject: &Subject| Taught { title: told(&subject.title), hours: subject.hours };
        Self {
            name: told(&programme.title),
            other_name: programme.title.get(other).to_owned(),
            other_lang,
            description: told(&programme.description),
            rows,
            criteria: told(&programme.criteria),
            subjects: programme.subjects.iter().map(taught).collect(),
            shell,
        }
    }
}

/// What went wrong, and what to do: 404, 413, 500 and their kin.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ErrorPage {
    shell: Shell,
    heading: &'static str,
    text: String,
    next: String,
    incident: String,
}

impl ErrorPage {
    pub(crate) fn new(config: &Config, lang: Lang, said: Said, incident: Option<String>) -> Self {
        Self {
            shell: Shell::new(config, lang, said.heading, None),
            heading: said.heading,
            text: said.text,
            next: said.next,
            incident: incident.unwrap_or_default(),
        }
    }
}

/// An error in the reader's language.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    /// What is the matter.
    pub(crate) heading: &'static str,
    /// What was and was not done.
    pub(crate) text: String,
    /// What to do next.
    pub(crate) next: String,
}

macro_rules! page {
    ($page:ty, $template:literal, |$shell:ident| $samples:expr) => {
        impl Page for $page {
            const TEMPLATE: &'static str = $template;

            fn shell(&self) -> &Shell {
                &self.shell
            }

            #[cfg(test)]
            fn samples($shell: &dyn Fn(Lang) -> Shell) -> Vec<(String, Self)> {
                $samples
            }
        }
    };
}

page!(StartPage, "start.html", |shell| both(|lang| [
    ("start", Self { shell: shell(lang), form: CodeForm::empty("Ketik kodenya"), about: true }),
    ("code", Self { shell: shell(lang), form: CodeForm::empty("Ketik kodenya"), about: false }),
]));
page!(UploadPage, "upload.html", |shell| both(|lang| [(
    "upload",
    Self { shell: shell(lang), form: CodeForm::empty("Ketik kodenya") }
)]));
page!(HelpPage, "help.html", |shell| both(|lang| [
    (
        "help",
        Self {
            shell: shell(lang),
            issuer_name: "Lembaga Contoh".into(),
            contact: "bantuan@contoh.example".into(),
            site: "https://contoh.example".into()
        }
    ),
    (
        "help-bare",
        Self { shell: shell(lang), issuer_name: "Lembaga Contoh".into(), contact: String::new(), site: String::new() }
    ),
]));
page!(PrivacyPage, "privacy.html", |shell| both(|lang| [(
    "privacy",
    Self { shell: shell(lang), issuer_name: "Lembaga Contoh".into(), contact: "bantuan@contoh.example".into() }
)]));
page!(ApiPage, "api.html", |shell| both(|lang| [(
    "api",
    Self {
        shell: shell(lang),
        base: "https://sertifikat.contoh.example".into(),
        groups: groups(lang, &crate::api::openapi::operations(lang))
    }
)]));
page!(AchievementPage, "achievement.html", |shell| both(|lang| [(
    "achievement",
    Self::within(shell(lang), &super::samples::programme())
)]));
page!(ErrorPage, "error.html", |shell| both(|lang| [(
    "error",
    Self {
        shell: shell(lang),
        heading: "Halaman ini tidak ada",
        text: "Tidak ada halaman di alamat ini.".into(),
        next: "Periksa kembali penulisannya.".into(),
        incident: "a1b2c3".into()
    }
)]));

#[cfg(test)]
fn both<P, const N: usize>(make: impl Fn(Lang) -> [(&'static str, P); N]) -> Vec<(String, P)> {
    [(Lang::Id, "id"), (Lang::En, "en")]
        .into_iter()
        .flat_map(|(lang, code)| make(lang).map(|(name, page)| (format!("{name}.{code}"), page)))
        .collect()
}
