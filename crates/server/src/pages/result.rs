//! The page that answers: verdict, what to do now, the signed facts, the checks.
//!
//! Everything it says about a certificate comes from a [`vc::Report`]. Only *there is no such certificate* and *this
//! file holds none* are said without one.

mod checks;
mod facts;
mod said;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use vc::{Lang, Report, State, Verdict};

use super::{Page, Shell};
use crate::HandedOut;
use crate::config::Config;
use crate::pages::plain::CodeForm;
use crate::words;
use checks::check_lines;
use facts::{facts_panel, programme};
use said::{advice, says};

/// The page.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ResultPage {
    shell: Shell,
    verdict: VerdictBand,
    advice: Option<Note>,
    form: Option<CodeForm>,
    upload: bool,
    facts: Option<FactsPanel>,
    checks: Vec<CheckLine>,
    downloads: Vec<Download>,
    badges: Vec<Download>,
    pictures: Vec<Download>,
    nip: Option<NipForm>,
    technical: Vec<Row>,
}

/// The solid band: colour, silhouette, glyph and words say the same thing four times.
#[derive(Debug, Clone, Serialize)]
struct VerdictBand {
    colour: &'static str,
    shape: &'static str,
    glyph: &'static str,
    kicker: String,
    headline: String,
    meaning: String,
    other: String,
    other_lang: &'static str,
    checked_at: String,
    again: String,
}

#[derive(Debug, Clone, Serialize)]
struct Note {
    kind: &'static str,
    strong: &'static str,
    text: String,
}

#[derive(Debug, Clone, Serialize)]
struct FactsPanel {
    heading: &'static str,
    tag: Option<Tag>,
    rows: Vec<Row>,
    more: Option<More>,
}

/// What stands behind the fold of the facts.
#[derive(Debug, Clone, Serialize)]
struct More {
    texts: Vec<String>,
    subjects: Vec<String>,
    others: Vec<String>,
    others_lang: &'static str,
}

#[derive(Debug, Clone, Serialize)]
struct Tag {
    kind: &'static str,
    text: String,
}

#[derive(Debug, Clone, Default, Serialize)]
struct Row {
    label: &'static str,
    value: String,
    wide: bool,
    class: &'static str,
    second: String,
    second_lang: &'static str,
}

#[derive(Debug, Clone, Serialize)]
struct CheckLine {
    mark: &'static str,
    icon: &'static str,
    title: String,
    detail: String,
}

/// Something to download, its size in the label.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Download {
    /// Words and size: `PDF ringkas (78 KB)`.
    pub(crate) label: String,
    /// Where it is.
    pub(crate) href: String,
}

/// *Cocokkan NIP*: whoever has a valid code may ask whether a NIP is the holder's.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct NipForm {
    /// Where it is sent to.
    pub(crate) action: String,
    /// `ok`, `bad`, `warn`; empty when nothing was asked.
    pub(crate) kind: &'static str,
    /// The answer.
    pub(crate) answer: &'static str,
    /// What is wrong with what was typed: cause and cure. The NIP itself is never repeated.
    pub(crate) problem: String,
}

impl NipForm {
    /// Nothing was asked.
    pub(crate) fn empty(shown_code: &str) -> Self {
        Self { action: format!("/v/{shown_code}/nip"), ..Self::default() }
    }
}

/// Who asks, in which language, and when.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// The installation.
    pub(crate) config: &'a Config,
    /// The page's language.
    pub(crate) lang: Lang,
    /// The time of the check.
    pub(crate) now: Timestamp,
    /// The path that shows the page again; `None` for an upload, which cannot be repeated.
    pub(crate) path: Option<&'a str>,
}

/// What we know of a certificate beside its report, because it is our own.
#[derive(Debug, Clone, Default)]
pub(crate) struct Own {
    /// The verification code in groups.
    pub(crate) code: Option<String>,
    /// What may be taken along while the certificate is in force.
    pub(crate) downloads: Vec<Download>,
    /// The badge.
    pub(crate) badges: Vec<Download>,
    /// The QR code by itself.
    pub(crate) pictures: Vec<Download>,
    /// The form that compares a NIP.
    pub(crate) nip: Option<NipForm>,
    /// The address of the picture that chat programs show beside a link.
    pub(crate) preview: Option<String>,
    /// What is known of the uploaded file as such.
    pub(crate) file: Option<HandedOut>,
}

impl Asked<'_> {
    fn pick<'t>(&self, id: &'t str, en: &'t str) -> &'t str {
        if self.lang == Lang::Id { id } else { en }
    }

    fn zone(&self) -> TimeZone {
        self.config.time_zone()
    }

    fn shell(&self, kicker: &str) -> Shell {
        let title = format!("{kicker}: {}", self.pick("pemeriksaan sertifikat", "certificate check"));
        Shell::new(self.config, self.lang, title, self.path)
    }

    fn checked_at(&self) -> String {
        words::moment(self.now, &self.zone(), self.lang)
    }

    fn other_lang(&self) -> (Lang, &'static str) {
        if self.lang == Lang::Id { (Lang::En, "en") } else { (Lang::Id, "id") }
    }
}

/// Kind, first words and text of the note that says what to do now.
pub(crate) fn advice_words(state: State, asked: Asked<'_>) -> (&'static str, &'static str, String) {
    let Note { kind, strong, text } = advice(state, asked);
    (kind, strong, text)
}

impl ResultPage {
    /// The page of a report.
    pub(crate) fn of(report: &Report, asked: Asked<'_>, own: Own) -> Self {
        let said = vc::sentences(report, asked.lang);
        let band = band(report, &said, asked);
        let in_force = report.state == State::Valid;
        let mut shell = asked.shell(said.kicker);
        if let (true, Some(picture)) = (in_force, own.preview) {
            shell.show_picture(picture, report.facts.as_ref().and_then(|facts| programme(facts, asked.lang)));
        }
        Self {
            shell,
            advice: Some(advice(report.state, asked)),
            form: None,
            upload: false,
            facts: report.facts.as_ref().map(|facts| facts_panel(facts, report, said.kicker, band.colour, asked)),
            checks: check_lines(report, own.file, asked),
            downloads: if in_force { own.downloads } else { Vec::new() },
            badges: if in_force { own.badges } else { Vec::new() },
            pictures: if in_force { own.pictures } else { Vec::new() },
            nip: own.nip.filter(|_| in_force),
            technical: technical(report, asked, own.code),
            verdict: band,
        }
    }

    /// No certificate has this code. `typed` stays in the field, to be corrected.
    pub(crate) fn unknown_code(typed: &str, why: Option<&str>, asked: Asked<'_>) -> Self {
        let kicker = asked.pick("Tidak dikenal", "Unknown");
        let mut page = Self::without_report(
            VerdictBand {
                colour: "bad",
                shape: "octagon",
                glyph: "q",
                kicker: kicker.into(),
                headline: asked.pick("Kode ini tidak terdaftar", "This code is not registered").into(),
                meaning: asked
                    .pick(
                        "Tidak ada sertifikat dengan kode ini. Cocokkan lagi kode yang diketik dengan kode di kertas.",
                        "No certificate has this code. Compare what was typed with the code on the paper.",
                    )
                    .into(),
                other: if asked.lang == Lang::Id {
                    "No certificate has this code."
                } else {
                    "Tidak ada sertifikat dengan kode ini."
                }
                .into(),
                other_lang: asked.other_lang().1,
                checked_at: asked.checked_at(),
                again: String::new(),
            },
            asked,
        );
        page.form = Some(CodeForm {
            heading: asked.pick("Coba ketik kodenya", "Try typing the code"),
            typed: typed.into(),
            problem: why.unwrap_or_default().into(),
        });
        page
    }

    /// There was a certificate; its data were erased.
    pub(crate) fn no_longer_stored(asked: Asked<'_>) -> Self {
        let mut page = Self::without_report(
            VerdictBand {
                colour: "warn",
                shape: "diamond",
                glyph: "q",
                kicker: asked.pick("Sudah tidak disimpan", "No longer stored").into(),
                headline: asked.pick("Data sertifikat ini sudah tidak disimpan", "This certificate is no longer stored").into(),
                meaning: asked
                    .pick(
                        "Kodenya pernah terdaftar, tetapi data pribadinya telah dihapus. Halaman ini tidak dapat lagi membuktikan isinya.",
                        "The code was registered once; the personal data were erased. This page can no longer prove the content.",
                    )
                    .into(),
                other: if asked.lang == Lang::Id { "No longer stored." } else { "Sudah tidak disimpan." }.into(),
                other_lang: asked.other_lang().1,
                checked_at: asked.checked_at(),
                again: String::new(),
            },
            asked,
        );
        page.advice = Some(Note {
            kind: "info",
            strong: asked.pick("Minta berkas digitalnya.", "Ask for the digital file."),
            text: asked
                .pick(
                    "Pemegang yang masih menyimpan PDF atau JSON asli dapat memberikannya untuk diperiksa.",
                    "A holder who still has the original PDF or JSON can hand it over to be checked.",
                )
                .into(),
        });
        page.upload = true;
        page
    }

    /// The uploaded file holds no credential that could be judged; `why` and `next` say what it is instead.
    pub(crate) fn no_credential(why: &str, next: &str, asked: Asked<'_>) -> Self {
        let mut page = Self::without_report(
            VerdictBand {
                colour: "warn",
                shape: "diamond",
                glyph: "q",
                kicker: asked.pick("Belum selesai diperiksa", "Not checked").into(),
                headline: asked
                    .pick("Berkas ini tidak memuat kredensial digital", "There is no digital credential in this file")
                    .into(),
                meaning: why.into(),
                other: if asked.lang == Lang::Id {
                    "No credential inside this file."
                } else {
                    "Berkas ini tidak memuat kredensial digital."
                }
                .into(),
                other_lang: asked.other_lang().1,
                checked_at: asked.checked_at(),
                again: String::new(),
            },
            asked,
        );
        page.advice = Some(Note {
            kind: "warn",
            strong: asked.pick("Belum berarti tidak asli.", "This does not mean that it is not authentic."),
            text: next.into(),
        });
        page.form = Some(CodeForm::empty(asked.pick("Periksa lewat kode", "Check the code instead")));
        page.upload = true;
        page
    }

    fn without_report(verdict: VerdictBand, asked: Asked<'_>) -> Self {
        Self {
            shell: asked.shell(&verdict.kicker),
            verdict,
            advice: None,
            form: None,
            upload: false,
            facts: None,
            checks: Vec::new(),
            downloads: Vec::new(),
            badges: Vec::new(),
            pictures: Vec::new(),
            nip: None,
            technical: Vec::new(),
        }
    }
}

fn band(report: &Report, said: &vc::Sentences, asked: Asked<'_>) -> VerdictBand {
    let colour = colour(report);
    let (other, other_lang) = asked.other_lang();
    let again = matches!(report.state, State::StatusUnknown | State::IssuerUnavailable | State::Undecidable);
    VerdictBand {
        colour,
        shape: match colour {
            "ok" => "circle",
            "warn" => "diamond",
            _ => "octagon",
        },
        glyph: glyph(report.state),
        kicker: said.kicker.into(),
        headline: said.headline.into(),
        meaning: says(report, said.meaning, asked),
        other: format!("{}.", vc::sentences(report, other).headline),
        other_lang,
        checked_at: asked.checked_at(),
        again: asked.path.filter(|_| again).map(str::to_owned).unwrap_or_default(),
    }
}

/// Green for valid; amber for what is open, temporary or replaced; red for the rest.
fn colour(report: &Report) -> &'static str {
    match (report.verdict, report.state) {
        (Verdict::Valid, _) => "ok",
        (Verdict::Indeterminate, _) | (_, State::Suspended | State::Superseded | State::NotYetValid) => "warn",
        (Verdict::Invalid, _) => "bad",
    }
}

fn glyph(state: State) -> &'static str {
    match state {
        State::Valid => "tick",
        State::Revoked => "x",
        State::Suspended => "pause",
        State::Superseded => "swap",
        State::Expired | State::NotYetValid => "clock",
        State::Tampered | State::Differs => "unequal",
        State::Unreadable
        | State::Malformed
        | State::UnknownIssuer
        | State::IssuerUnavailable
        | State::StatusUnknown
        | State::Undecidable
        | State::PageUnchecked => "q",
    }
}

fn technical(report: &Report, asked: Asked<'_>, code: Option<String>) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut put = |id, en, value: Option<String>| {
        if let Some(value) = value {
            rows.push(Row { label: asked.pick(id, en), value, ..Row::default() });
        }
    };
    put("Hasil", "Result", Some(format!("{} / {}", report.verdict.code(), report.state.code())));
    put("Kode verifikasi", "Verification code", code);
    if let Some(facts) = &report.facts {
        put("Id kredensial", "Credential id", facts.id.clone());
        put("DID penerbit", "Issuer's DID", Some(facts.issuer.clone()));
    }
    put("Data status ditandatangani", "Status signed", report.status_as_of.clone());
    put("Versi pengganti", "Replaced by", report.successor.clone());
    for problem in report.all_checks().filter_map(|check| check.problem.as_ref()) {
        put("Temuan", "Finding", Some(problem.to_string()));
    }
    rows
}

impl Page for ResultPage {
    const TEMPLATE: &'static str = "result.html";

    fn shell(&self) -> &Shell {
        &self.shell
    }

    #[cfg(test)]
    fn samples(shell: &dyn Fn(Lang) -> Shell) -> Vec<(String, Self)> {
        let _ = shell;
        super::samples::results()
    }
}
