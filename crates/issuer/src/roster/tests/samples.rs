//! The committed samples, with every programme.

use std::collections::HashSet;

use vc::Lang;

use super::super::*;
use super::programme;

const PROGRAMMES: [&str; 3] = [
    include_str!("../../../../../templates/programmes/ai-fundamentals.toml"),
    include_str!("../../../../../templates/programmes/digital-governance.toml"),
    include_str!("../../../../../templates/programmes/ai-in-southeast-asian-government.toml"),
];
const COHORT_25: &[u8] = include_bytes!("../../../../../templates/sheets/cohort-25.xlsx");
const COHORT_1200: &[u8] = include_bytes!("../../../../../templates/sheets/cohort-1200.xlsx");
const COHORT_1200_CSV: &[u8] = include_bytes!("../../../../../templates/sheets/cohort-1200.csv");
const MISTAKES: &[u8] = include_bytes!("../../../../../templates/sheets/mistakes.xlsx");
const MISTAKES_CSV: &[u8] = include_bytes!("../../../../../templates/sheets/mistakes.csv");

#[test]
fn cohorts_parse_with_every_programme() {
    let sheets = [("25", COHORT_25, 25), ("1200", COHORT_1200, 1_200), ("1200 CSV", COHORT_1200_CSV, 1_200)];
    for (name, bytes, passes) in sheets {
        for text in PROGRAMMES {
            let programme = Programme::parse(text).expect("a sample programme");
            let roster = read(bytes, name, &programme).unwrap_or_else(|refused| panic!("{name}: {refused}"));
            assert_eq!(roster.problems, [], "{name}");
            assert_eq!(roster.recipients.len(), passes, "{name}");
            assert!(!roster.skipped.is_empty(), "{name}");
            let keys: HashSet<_> = roster.recipients.iter().map(Recipient::person_key).collect();
            assert_eq!(keys.len(), passes, "{name}");
        }
    }
}

#[test]
fn everybody_in_them_is_fictional_and_they_are_varied() {
    let roster = read(COHORT_1200, "", &programme()).expect("a sample");
    for recipient in &roster.recipients {
        let marked = ["Contoh", "Uji", "Fiktif", "Misal"].iter().any(|mark| recipient.name.contains(mark));
        assert!(marked, "{}", recipient.name);
        assert!(recipient.nip.is_none_or(|nip| nip.to_string()[15..].starts_with("99")), "{}", recipient.name);
        assert!(recipient.email.as_ref().is_none_or(|email| email.ends_with(".example")), "{}", recipient.name);
    }
    let some = |what: fn(&Recipient) -> bool| roster.recipients.iter().filter(|r| what(r)).count();
    assert!(some(|r| !r.name.contains(' ')) > 5, "single names");
    assert!(some(|r| r.name.chars().count() >= 70) >= 3, "long names");
    assert!(some(|r| r.name.contains('\'')) > 5, "apostrophes");
    assert!(some(|r| r.nip.is_none()) > 50, "guests");
    assert!(some(|r| r.nip.is_some_and(|nip| nip.kind() == NipKind::Pppk)) > 200, "PPPK");
    assert!(some(|r| r.prefix.is_some()) > 200 && some(|r| r.suffix.is_some()) > 600, "titles");
}

#[test]
fn both_forms_of_a_cohort_say_the_same() {
    let prints = |bytes| {
        let roster = read(bytes, "", &programme()).expect("a sample");
        roster.recipients.iter().map(Recipient::fingerprint).collect::<Vec<_>>()
    };
    assert_eq!(prints(COHORT_1200), prints(COHORT_1200_CSV));
}

#[test]
fn the_sheet_of_mistakes_has_one_of_every_kind() {
    let roster = read(MISTAKES, "mistakes.xlsx", &programme()).expect("readable");
    let found: HashSet<_> = roster.problems.iter().map(|problem| problem.kind).collect();
    let missing: Vec<_> = RowProblemKind::ALL.iter().filter(|kind| !found.contains(kind)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    for problem in &roster.problems {
        assert!(
            problem.row > roster.header_row && !problem.column.header.is_empty() && !problem.column.letter.is_empty()
        );
        for lang in [Lang::Id, Lang::En] {
            assert!(!problem.reason(lang).is_empty() && !problem.mend(lang).is_empty());
            assert!(!problem.sentence(lang).contains("{0}"), "{}", problem.sentence(lang));
        }
    }
}

#[test]
fn every_row_of_the_mistakes_is_answered_with_every_programme() {
    for (name, bytes) in [("XLSX", MISTAKES), ("CSV", MISTAKES_CSV)] {
        for text in PROGRAMMES {
            let programme = Programme::parse(text).expect("a sample programme");
            let roster = read(bytes, "", &programme).expect("readable");
            let good: Vec<_> = roster.recipients.iter().map(|r| (r.row, &r.name)).collect();
            assert_eq!(good, [], "{name}");
            assert!(roster.skipped.is_empty(), "{name}");
        }
    }
}

#[test]
fn the_template_opens_and_its_sample_row_is_answered() {
    let bytes = template_workbook();
    assert_eq!(bytes, template_workbook(), "same bytes");
    let roster = read(&bytes, "template.xlsx", &programme()).expect("readable");
    assert_eq!(roster.sheet.as_deref(), Some("Peserta"));
    let kinds: Vec<_> = roster.problems.iter().map(|problem| problem.kind).collect();
    assert_eq!(kinds, [RowProblemKind::SampleRow]);
    assert_eq!(roster.columns.len(), 15, "every column of the template is known");
}

/// What tells a finding: row, column, code.
fn findings(roster: &Roster) -> Vec<(u32, String, &'static str)> {
    let problems = roster.problems.iter().map(|one| (one.row, one.column.letter.clone(), one.code()));
    let mut all: Vec<_> =
        problems.chain(roster.warnings.iter().map(|one| (one.row, one.column.letter.clone(), one.code()))).collect();
    all.sort_unstable();
    all
}

#[test]
fn a_marked_sheet_says_what_is_wrong_and_is_read_as_the_sheet_that_was_marked() {
    for (name, bytes) in [("XLSX", MISTAKES), ("CSV", MISTAKES_CSV)] {
        let roster = read(bytes, name, &programme()).expect("a sample");
        let marked = marked_workbook(bytes, &roster).expect("a sheet that was read");
        assert_eq!(marked, marked_workbook(bytes, &roster).expect("a sheet that was read"), "the same bytes");
        let again = read(&marked, "", &programme()).expect("the marked sheet");
        assert_eq!(again.header_row, roster.header_row, "{name}: rows stay where they were");
        // Nothing is mended on the way: no damaged number becomes a text, nothing hidden is shown again as hidden.
        let shown = |code: &str| ["row_hidden", "column_hidden", "sheet_hidden", "windows_1252"].contains(&code);
        let mut expected = findings(&roster);
        expected.retain(|(_, _, code)| !shown(code));
        // A cell that was merged over several people is empty where it has to be filled in.
        if let Some(merged) = expected.iter().position(|(_, _, code)| *code == "merged") {
            let row = expected[merged].0;
            expected.retain(|(at, _, code)| !(*at == row && *code == "name_again"));
            expected[merged].2 = "name_missing";
        }
        assert_eq!(findings(&again), expected, "{name}");
        let twice = marked_workbook(&marked, &again).expect("the marked sheet");
        let twice = read(&twice, "", &programme()).expect("marked once more");
        assert_eq!((twice.ignored.len(), findings(&twice)), (again.ignored.len(), expected), "one pair of columns");
    }
}

#[test]
fn in_a_marked_sheet_the_words_stand_in_their_row_and_nothing_runs() {
    use calamine::{Data, Reader, Xlsx};
    let text = "Nama,NIP,Email,Keterangan\n\
        =HYPERLINK(\"x\"),19860714201101299,a@uji.example,LULUS\n\
        Budi Contoh,198607142011012991,,LULUS\nRATNA UJI,,,LULUS\n";
    let roster = read(text.as_bytes(), "", &programme()).expect("a sheet");
    let marked = marked_workbook(text.as_bytes(), &roster).expect("a sheet that was read");
    let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(marked)).expect("a workbook");
    let sheet = book.worksheet_range("Peserta").expect("a sheet");
    let at = |row: u32, column: u32| sheet.get_value((row, column)).map(ToString::to_string).unwrap_or_default();
    assert_eq!((at(0, 4), at(0, 5)), ("Perlu diperbaiki (Piagam)".to_owned(), "To be mended (Piagam)".to_owned()));
    assert!(at(1, 4).contains("NIP (B): NIP berisi 17 angka") && at(1, 5).contains("17 digits"), "{}", at(1, 4));
    assert_eq!((at(1, 0), at(2, 4)), ("=HYPERLINK(\"x\")".to_owned(), String::new()));
    assert!(at(3, 4).contains("kapital semua"), "{}", at(3, 4));
    assert!(sheet.cells().all(|(_, _, cell)| matches!(cell, Data::String(_) | Data::Empty)));
    assert!(book.worksheet_formula("Peserta").expect("a sheet").is_empty());
}
