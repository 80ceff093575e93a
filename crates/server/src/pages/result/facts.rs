//! What the certificate says, as far as a signature covers it.

use vc::{CheckName, Facts, Lang, Outcome, Report};

use super::{Asked, FactsPanel, More, Row, Tag};
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
        // Where the page is what differs, nothing is wrong with what was signed.
        tag: (colour != "ok" && report.page.as_ref().is_none_or(|page| page.outcome == Outcome::Pass))
            .then(|| Tag { kind: colour, text: kicker.to_owned() }),
        rows: fact_rows(facts, asked),
        more: more(facts, asked.lang),
    }
}

/// What is long goes behind a fold: what it was about, the criteria, the subjects; then the same in the other language.
fn more(facts: &Facts, lang: Lang) -> Option<More> {
    let about = halves(facts.description.as_deref(), lang).map(|(here, other)| (labelled(here).0, labelled(other).0));
    let criteria = halves(facts.criteria.as_deref(), lang);
    let (criterion, subjects) = criteria.map_or(("", ""), |(here, _)| subjects_of(here));
    let texts = |all: [&str; 2]| -> Vec<String> {
        all.into_iter().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned).collect()
    };
    let more = More {
        texts: texts([about.unwrap_or_default().0, criterion]),
        subjects: subjects
            .trim_end_matches('.')
            .split("; ")
            .filter(|each| !each.is_empty())
            .map(str::to_owned)
            .collect(),
        others: texts([about.unwrap_or_default().1, criteria.unwrap_or_default().1]),
        others_lang: if lang == Lang::Id { "en" } else { "id" },
    };
    (!more.texts.is_empty() || !more.subjects.is_empty()).then_some(more)
}

/// Labels with which our credentials end their description; each becomes a row.
const LABELS: [(&str, &str); 5] = [
    ("Metode", "Method"),
    ("Penyelenggara", "Organiser"),
    ("Mitra", "Partners"),
    ("Tempat", "Place"),
    ("Penandatangan", "Signatory"),
];

/// `About it. Metode: daring. Tempat: Jakarta.` taken apart: the text before the labels, and each label's value.
/// Only for showing: a description without labels stays whole.
fn labelled(text: &str) -> (&str, Vec<(&'static str, &str)>) {
    let mut found: Vec<(usize, usize, &'static str)> = LABELS
        .into_iter()
        .flat_map(|(id, en)| [id, en])
        .filter_map(|label| {
            let at = text.rfind(&format!("{label}: "))?;
            (at == 0 || text[..at].ends_with(". ")).then_some((at, at + label.len() + 2, label))
        })
        .collect();
    found.sort_unstable();
    let ends = found.iter().skip(1).map(|(at, ..)| *at).chain([text.len()]);
    let values =
        found.iter().zip(ends).map(|((_, from, label), to)| (*label, text[*from..to].trim().trim_end_matches('.')));
    (&text[..found.first().map_or(text.len(), |(at, ..)| *at)], values.collect())
}

fn subjects_of(criteria: &str) -> (&str, &str) {
    let split = |label: &str| criteria.split_once(label);
    split("Mata pelatihan: ").or_else(|| split("Subjects: ")).unwrap_or((criteria, ""))
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
    let (term, second, second_lang) = in_two_languages(facts.term.as_deref(), lang);
    put("Angkatan", "Cohort", term, Row { second, second_lang, ..small() });
    let about = halves(facts.description.as_deref(), lang).map(|(here, _)| labelled(here).1).unwrap_or_default();
    for (id, en) in LABELS {
        let value = about.iter().find(|(label, _)| *label == asked.pick(id, en)).map(|(_, value)| (*value).to_owned());
        put(id, en, value, Row { wide: matches!(id, "Penyelenggara" | "Mitra"), ..small() });
    }
    let issuer = facts.issuer_name.as_deref().unwrap_or(&facts.issuer);
    let (issuer, second, second_lang) = in_two_languages(Some(issuer), lang);
    put("Penerbit", "Issuer", issuer, Row { second, second_lang, ..wide() });
    rows
}

/// Credentials join both languages by ` / `, Indonesian first: the page's language stands first, the other small below.
fn in_two_languages(text: Option<&str>, lang: Lang) -> (Option<String>, String, &'static str) {
    let Some((here, other)) = halves(text, lang) else { return (None, String::new(), "") };
    let other_lang = if lang == Lang::Id { "en" } else { "id" };
    (Some(here.to_owned()), other.to_owned(), other_lang)
}

/// The programme's title in the page's language.
pub(super) fn programme(facts: &Facts, lang: Lang) -> Option<&str> {
    halves(facts.programme.as_deref(), lang).map(|(here, _)| here)
}

/// The half in the page's language, and the other; a text in one language is the first, whatever it is.
pub(super) fn halves(text: Option<&str>, lang: Lang) -> Option<(&str, &str)> {
    let text = text?;
    Some(match (text.split_once(" / "), lang) {
        (None, _) => (text, ""),
        (Some((id, en)), Lang::Id) => (id, en),
        (Some((id, en)), Lang::En) => (en, id),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_taken_apart_at_its_labels() {
        let text = "SERTIFIKAT. Tentang AI: cara kerja. Metode: E-learning penuh. Mitra: A, B. Tempat: Jakarta.";
        let (about, values) = labelled(text);
        assert_eq!(about, "SERTIFIKAT. Tentang AI: cara kerja. ");
        assert_eq!(values, [("Metode", "E-learning penuh"), ("Mitra", "A, B"), ("Tempat", "Jakarta")]);
        assert_eq!(
            labelled("Tanpa label, dan Tempat: di tengah kalimat"),
            ("Tanpa label, dan Tempat: di tengah kalimat", vec![])
        );
    }
}
