//! The page that answers: verdict, what to do now, the signed facts, the checks.
//!
//! Everything it says about a certificate comes from a [`vc::Report`]. Only *there is no such certificate* and *this
//! file holds none* are said without one.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use vc::{CheckName, Facts, Lang, Outcome, Report, State, Verdict};

use super::{Page, Shell};
use crate::config::Config;
use crate::pages::plain::CodeForm;
use crate::words;

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
    more: Vec<String>,
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

impl ResultPage {
    /// The page of a report.
    pub(crate) fn of(report: &Report, asked: Asked<'_>, own: Own) -> Self {
        let said = vc::sentences(report, asked.lang);
        let band = band(report, &said, asked);
        let in_force = report.state == State::Valid;
        Self {
            shell: asked.shell(said.kicker),
            advice: Some(advice(report.state, asked)),
            form: None,
            upload: false,
            facts: report.facts.as_ref().map(|facts| facts_panel(facts, report, said.kicker, band.colour, asked)),
            checks: check_lines(report, asked),
            downloads: if in_force { own.downloads } else { Vec::new() },
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

/// The state's meaning, with the date and the reason that the report knows.
fn says(report: &Report, meaning: &str, asked: Asked<'_>) -> String {
    let (zone, lang) = (asked.zone(), asked.lang);
    let day = |stamp: Option<&String>| stamp.and_then(|stamp| words::day_of(stamp, &zone, lang));
    let facts = report.facts.as_ref();
    let since = day(report.since.as_ref());
    let first = match (report.state, lang, since) {
        (State::Valid, _, _) => facts
            .and_then(|facts| facts.issuer_name.as_deref())
            .map(|name| format!("{} {name}. {meaning}", asked.pick("Diterbitkan oleh", "Issued by"))),
        (State::Revoked, Lang::Id, Some(since)) => Some(format!("Dicabut oleh penerbit pada {since}.")),
        (State::Revoked, Lang::En, Some(since)) => Some(format!("Revoked by the issuer on {since}.")),
        (State::Suspended, Lang::Id, Some(since)) => {
            Some(format!("Ditangguhkan sejak {since}. Jangan gunakan sebagai bukti sampai penerbit memulihkannya."))
        }
        (State::Suspended, Lang::En, Some(since)) => {
            Some(format!("Suspended since {since}. Do not use it as evidence until the issuer reinstates it."))
        }
        (State::Superseded, Lang::Id, Some(since)) => {
            Some(format!("Versi terbaru terbit pada {since}. Minta versi terbaru kepada pemegangnya."))
        }
        (State::Superseded, Lang::En, Some(since)) => {
            Some(format!("A newer version was issued on {since}. Ask the holder for it."))
        }
        (State::Expired, ..) => day(facts.and_then(|facts| facts.valid_until.as_ref()))
            .map(|day| format!("{} {day}. {meaning}", asked.pick("Berakhir pada", "It expired on"))),
        (State::NotYetValid, ..) => day(facts.and_then(|facts| facts.valid_from.as_ref()))
            .map(|day| format!("{} {day}. {meaning}", asked.pick("Mulai berlaku pada", "In force from"))),
        _ => None,
    };
    let advice = vc::sentences(report, lang).advice;
    let open = matches!(
        report.state,
        State::StatusUnknown
            | State::IssuerUnavailable
            | State::Undecidable
            | State::Tampered
            | State::Malformed
            | State::Unreadable
            | State::UnknownIssuer
    );
    let mut says = first.unwrap_or_else(|| if open { format!("{meaning} {advice}") } else { meaning.to_owned() });
    if let (State::Revoked | State::Suspended, Some(reason)) = (report.state, report.reason) {
        says.push_str(&format!(" {} {}.", asked.pick("Alasan:", "Reason:"), reason.wording(lang)));
    }
    says
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
        State::Tampered => "unequal",
        State::Unreadable
        | State::Malformed
        | State::UnknownIssuer
        | State::IssuerUnavailable
        | State::StatusUnknown
        | State::Undecidable => "q",
    }
}

/// What to do now.
fn advice(state: State, asked: Asked<'_>) -> Note {
    let note = |kind, strong, text: &str| Note { kind, strong, text: text.into() };
    let pick = |id, en| asked.pick(id, en);
    match state {
        State::Valid | State::StatusUnknown | State::IssuerUnavailable | State::Undecidable => note(
            "info",
            pick("Bandingkan dengan kertas dan KTP.", "Compare with the paper and the identity card."),
            pick(
                "Kami memeriksa data penerbit, bukan lembar kertasnya. Nama, program, dan nomor harus sama persis.",
                "We check the issuer's record, not the sheet of paper. Name, programme and number must be exactly the same.",
            ),
        ),
        State::Superseded => note(
            "info",
            pick("Jangan pakai versi ini.", "Do not use this version."),
            pick(
                "Data di bawah adalah versi lama; sebagian isinya sudah diperbaiki.",
                "What is shown below is the old version; part of it has been corrected.",
            ),
        ),
        State::Suspended => note(
            "warn",
            pick("Tunda keputusan Anda.", "Postpone your decision."),
            pick(
                "Jangan gunakan sebagai bukti sampai penerbit memulihkannya. Periksa lagi nanti dengan kode yang sama.",
                "Do not use it as evidence until the issuer reinstates it. Check again later with the same code.",
            ),
        ),
        State::NotYetValid => note(
            "info",
            pick("Tunggu tanggal mulainya.", "Wait for its first day."),
            pick("Periksa lagi setelah masa berlakunya mulai.", "Check again once its validity period has begun."),
        ),
        State::Revoked | State::Expired => Note {
            kind: "info",
            strong: pick("Jangan terima sebagai bukti.", "Do not accept it as evidence."),
            text: match asked.lang {
                Lang::Id => format!(
                    "Bila perlu penjelasan, hubungi {} di alamat pada halaman Bantuan, bukan nomor yang tertulis di kertas.",
                    asked.config.issuer.short()
                ),
                Lang::En => format!(
                    "If you need an explanation, ask {} at the address on the Help page, not at a number printed on the paper.",
                    asked.config.issuer.english()
                ),
            },
        },
        State::UnknownIssuer => note(
            "warn",
            pick("Siapa pun dapat menandatangani berkasnya sendiri.", "Anybody can sign a file of their own."),
            pick(
                "Nama penerbit di dalam berkas ini tidak kami benarkan. Minta sertifikat dari penerbit yang Anda kenal.",
                "We do not confirm the issuer's name in this file. Ask for a certificate from an issuer that you know.",
            ),
        ),
        State::Tampered => note(
            "bad",
            pick("Isi berkas sengaja tidak ditampilkan.", "The content is not shown on purpose."),
            pick(
                "Bila isinya berubah, nama dan nomor di dalamnya tidak dapat dipercaya.",
                "If the content was changed, the name and the number in it cannot be relied on.",
            ),
        ),
        State::Unreadable | State::Malformed => note(
            "bad",
            pick("Isi berkas tidak ditampilkan.", "The content is not shown."),
            pick(
                "Minta berkas asli kepada pemegang, atau periksa lewat kode verifikasi.",
                "Ask the holder for the original file, or check the verification code.",
            ),
        ),
    }
}

fn facts_panel(facts: &Facts, report: &Report, kicker: &str, colour: &'static str, asked: Asked<'_>) -> FactsPanel {
    let ours = report.check(CheckName::Issuer).outcome == Outcome::Pass;
    FactsPanel {
        heading: match ours {
            true => asked.pick("Isi menurut data penerbit", "Content according to the issuer"),
            false => asked.pick("Isi menurut berkas ini", "Content according to this file"),
        },
        tag: (colour != "ok").then(|| Tag { kind: colour, text: kicker.to_owned() }),
        rows: fact_rows(facts, asked),
        more: facts
            .criteria
            .iter()
            .flat_map(|text| text.lines())
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect(),
    }
}

fn fact_rows(facts: &Facts, asked: Asked<'_>) -> Vec<Row> {
    let (zone, lang) = (asked.zone(), asked.lang);
    let mut rows = Vec::new();
    let mut put = |id, en, value: Option<String>, row: Row| {
        if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
            rows.push(Row { label: asked.pick(id, en), value, ..row });
        }
    };
    let small = Row::default;
    let wide = || Row { wide: true, ..Row::default() };
    let day = |stamp: &Option<String>| stamp.as_deref().and_then(|stamp| words::day_of(stamp, &zone, lang));

    put("Nama", "Name", facts.name.clone(), Row { class: "who", ..wide() });
    let (programme, second, second_lang) = in_two_languages(facts.programme.as_deref(), lang);
    put("Program pelatihan", "Programme", programme, Row { second, second_lang, ..wide() });
    put("Nomor sertifikat", "Certificate number", facts.number.clone(), Row { class: "num", ..wide() });
    put("Jam pelajaran", "Hours", facts.hours.as_deref().map(|hours| words::hours(hours, lang)), small());
    put("Predikat", "Grade", facts.grade.clone(), small());
    put(
        "Waktu pelatihan",
        "Training dates",
        words::period(facts.starts.as_deref(), facts.ends.as_deref(), &zone, lang),
        small(),
    );
    put("Tanggal terbit", "Issued on", day(&facts.valid_from), small());
    put("Berlaku sampai", "Valid until", day(&facts.valid_until), small());
    put("Angkatan", "Cohort", facts.term.clone(), small());
    let (about, second, second_lang) = in_two_languages(facts.description.as_deref(), lang);
    put("Keterangan", "Details", about, Row { second, second_lang, ..wide() });
    let issuer = facts.issuer_name.clone().unwrap_or_else(|| facts.issuer.clone());
    put("Penerbit", "Issuer", Some(issuer), wide());
    rows
}

/// Credentials join both languages by ` / `, Indonesian first: the page's language stands first, the other small below.
fn in_two_languages(text: Option<&str>, lang: Lang) -> (Option<String>, String, &'static str) {
    let Some(text) = text else { return (None, String::new(), "") };
    match (text.split_once(" / "), lang) {
        (None, _) => (Some(text.to_owned()), String::new(), ""),
        (Some((id, en)), Lang::Id) => (Some(id.to_owned()), en.to_owned(), "en"),
        (Some((id, en)), Lang::En) => (Some(en.to_owned()), id.to_owned(), "id"),
    }
}

fn check_lines(report: &Report, asked: Asked<'_>) -> Vec<CheckLine> {
    let lead = if report.check(CheckName::Proof).outcome == Outcome::Fail {
        [CheckName::Proof, CheckName::Issuer]
    } else {
        [CheckName::Issuer, CheckName::Proof]
    };
    let order = lead.into_iter().chain([CheckName::Status, CheckName::Validity, CheckName::Schema]);
    order.map(|name| check_line(report, name, asked)).collect()
}

fn check_line(report: &Report, name: CheckName, asked: Asked<'_>) -> CheckLine {
    let check = report.check(name);
    let (mark, icon) = match check.outcome {
        Outcome::Pass => ("pass", "tick"),
        Outcome::Fail if matches!(report.state, State::Superseded | State::Suspended | State::NotYetValid) => {
            ("warn", "warn")
        }
        Outcome::Fail => ("fail", "x"),
        Outcome::Unknown => ("unknown", "q"),
        Outcome::Skipped => ("skipped", "dash"),
    };
    let (title, detail) = vc::check_line(check, asked.lang);
    let mut line = CheckLine { mark, icon, title, detail: detail.into() };
    let forever = report.facts.as_ref().is_some_and(|facts| facts.valid_until.is_none());
    if name == CheckName::Validity && check.outcome == Outcome::Pass && forever {
        line.title = asked.pick("Masa berlaku: tanpa batas", "Validity period: no end").into();
        line.detail = asked.pick("Sertifikat ini tidak kedaluwarsa.", "This certificate does not expire.").into();
    }
    if name == CheckName::Status {
        line.detail = format!("{} {}", line.detail, status_age(report, check.outcome, asked)).trim().to_owned();
    }
    line
}

/// Since when a status holds, or how old the data are that say that it does not.
fn status_age(report: &Report, outcome: Outcome, asked: Asked<'_>) -> String {
    let at = |stamp: &Option<String>| stamp.as_deref().and_then(vc::parse_date_time_stamp);
    let (zone, lang) = (asked.zone(), asked.lang);
    match (outcome, at(&report.since), at(&report.status_as_of)) {
        (Outcome::Fail, Some(since), _) => {
            format!("{} {}.", asked.pick("Sejak", "Since"), words::day(since, &zone, lang))
        }
        (Outcome::Pass | Outcome::Unknown, _, Some(signed)) => {
            format!("{} {}.", asked.pick("Data status", "Status data of"), words::moment(signed, &zone, lang))
        }
        _ => String::new(),
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
    for problem in report.checks.iter().filter_map(|check| check.problem.as_ref()) {
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
