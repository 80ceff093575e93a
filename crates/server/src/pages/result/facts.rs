//! What the certificate says, as far as a signature covers it.

use vc::{CheckName, Facts, Lang, Outcome, Report};

use super::{Asked, FactsPanel, Row, Tag};
use crate::words;

/// The panel; only for a report that lets facts be shown.
pub(super) fn facts_panel(
    facts: &Facts,
    report: &Report,
    kicker: &str,
    colour: &'static str,
    asked: Asked<'_>,
) -> FactsPanel {
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
