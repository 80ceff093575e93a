//! From the text of a programme file to a [`Programme`], or to everything that is wrong with it.

use toml::de::DeTable;

use super::problem::{ProgrammeProblem, ProgrammeProblemKind as Kind};
use super::toml_walk::{Section, Walk};
use super::{
    Cohort, DocumentTitle, Expiry, Grade, MAX_GRADES, MAX_LABEL_CHARS, MAX_PARTNERS, MAX_PROGRAMME_BYTES,
    MAX_PROSE_CHARS, MAX_SUBJECTS, NumberPattern, Programme, Signatory, Subject,
};
use crate::text::fold;

/// The longest code or design name: it becomes part of file names and numbers.
const MAX_CODE_CHARS: usize = 24;
/// The longest number pattern that is looked at; the pattern itself checks its own bound.
const MAX_PATTERN_TEXT: usize = 200;
/// The most hours of one subject, in JP; the longest national courses stay below 1,000 in total.
const MAX_HOURS: i64 = 2_000;
/// The design that is used when the file names none.
const DEFAULT_DESIGN: &str = "klasik";

pub(super) fn programme(text: &str) -> Result<Programme, Vec<ProgrammeProblem>> {
    let mut walk = Walk::new(text);
    if text.len() > MAX_PROGRAMME_BYTES {
        let (size, most) = (text.len().to_string(), MAX_PROGRAMME_BYTES.to_string());
        walk.report(1, "", "", Kind::TooLarge, &[&size, &most]);
        return Err(walk.into_problems());
    }
    // A byte order mark is a habit of Windows editors.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut walk = Walk::new(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        for error in &errors {
            let line = error.span().map_or(1, |span| walk.line_of(span.start));
            walk.report(line, "", "", Kind::Syntax, &[error.message().lines().next().unwrap_or_default()]);
        }
        return Err(walk.into_problems());
    }
    let mut root = walk.root(document.get_ref());
    let programme = walk.section(&mut root, "programme");
    let cohort = walk.section(&mut root, "cohort");
    walk.finish(root);
    let cohort = cohort.and_then(|section| read_cohort(&mut walk, section));
    let read = programme.and_then(|section| read_programme(&mut walk, section));
    let whole = read.zip(cohort).map(|(unfinished, cohort)| unfinished(cohort));
    match (whole, walk.into_problems()) {
        (Some(programme), problems) if problems.is_empty() => Ok(programme),
        (_, problems) => Err(problems),
    }
}

/// Reads `[programme]`; what is still missing is the cohort.
fn read_programme<'t>(
    walk: &mut Walk<'t>,
    mut section: Section<'_, 't>,
) -> Option<impl FnOnce(Cohort) -> Programme + use<>> {
    let here = &mut section;
    let code = walk.text(here, "code", MAX_LABEL_CHARS).and_then(|code| shaped(walk, here, "code", code));
    let title = walk.words(here, "title", MAX_LABEL_CHARS);
    let description = walk.words(here, "description", MAX_PROSE_CHARS);
    let organiser = walk.words(here, "organiser", MAX_LABEL_CHARS);
    let partners = walk.texts(here, "partners", MAX_PARTNERS, MAX_LABEL_CHARS);
    let method = walk.words(here, "method", MAX_LABEL_CHARS);
    let (subjects, hours) = read_subjects(walk, here);
    let criteria = walk.words(here, "criteria", MAX_PROSE_CHARS);
    let grades = read_grades(walk, here);
    let (show_grade, show_agency) = (walk.flag(here, "show_grade"), walk.flag(here, "show_agency"));
    let print_birth = walk.flag(here, "print_birth");
    let document_title = read_document_title(walk, here);
    let place = walk.text(here, "place", MAX_LABEL_CHARS);
    let signatory = walk.section(here, "signatory").and_then(|section| read_signatory(walk, section));
    let number_pattern = read_pattern(walk, here);
    let expiry = read_expiry(walk, here);
    let design = match walk.optional_text(here, "design", MAX_LABEL_CHARS) {
        Some(design) => shaped(walk, here, "design", design),
        None => Some(DEFAULT_DESIGN.to_owned()),
    };
    walk.finish(section);
    let (code, title, description, organiser, method) = (code?, title?, description?, organiser?, method?);
    let (criteria, place, signatory, number_pattern, design) =
        (criteria?, place?, signatory?, number_pattern?, design?);
    let document_title = document_title?;
    Some(move |cohort| Programme {
        code,
        title,
        description,
        organiser,
        partners,
        method,
        subjects,
        hours,
        criteria,
        grades,
        show_grade,
        show_agency,
        print_birth,
        document_title,
        place,
        signatory,
        number_pattern,
        expiry,
        design,
        cohort,
    })
}

fn read_cohort<'t>(walk: &mut Walk<'t>, mut section: Section<'_, 't>) -> Option<Cohort> {
    let here = &mut section;
    let number = walk.integer(here, "number", 1..=9_999);
    let year = walk.integer(here, "year", 2000..=2200);
    let starts = walk.date(here, "starts");
    let ends = walk.date(here, "ends");
    let first_seq = walk.optional_integer(here, "first_seq", 1..=999_999_999);
    if let (Some(starts), Some(ends)) = (starts, ends)
        && ends < starts
    {
        let line = here.line_of(walk, "ends");
        let (ends, starts) = (ends.to_string(), starts.to_string());
        walk.report(line, &here.key("ends"), &ends, Kind::DateOrder, &[&ends, &starts]);
    }
    walk.finish(section);
    Some(Cohort {
        number: u32::try_from(number?).ok()?,
        year: i16::try_from(year?).ok()?,
        starts: starts?,
        ends: ends?,
        first_seq: u64::try_from(first_seq.unwrap_or(1)).ok()?,
    })
}

fn read_subjects<'t>(walk: &mut Walk<'t>, here: &mut Section<'_, 't>) -> (Vec<Subject>, u32) {
    let mut subjects = Vec::new();
    let sections = walk.sections(here, "subjects", MAX_SUBJECTS);
    if sections.is_empty() {
        let line = here.line_of(walk, "subjects");
        walk.report(line, &here.key("subjects"), "", Kind::Missing, &["subjects"]);
    }
    for mut section in sections {
        let title = walk.words(&mut section, "title", MAX_LABEL_CHARS);
        let hours = walk.integer(&mut section, "hours", 1..=MAX_HOURS);
        walk.finish(section);
        if let (Some(title), Some(hours)) = (title, hours.and_then(|h| u32::try_from(h).ok())) {
            subjects.push(Subject { title, hours });
        }
    }
    let sum: u32 = subjects.iter().map(|subject| subject.hours).sum();
    let declared = walk.optional_integer(here, "hours", 1..=MAX_HOURS * MAX_SUBJECTS as i64);
    if let Some(declared) = declared.filter(|&declared| declared != i64::from(sum)) {
        let line = here.line_of(walk, "hours");
        let (declared, sum) = (declared.to_string(), sum.to_string());
        walk.report(line, &here.key("hours"), &declared, Kind::HoursDisagree, &[&declared, &sum]);
    }
    (subjects, sum)
}

fn read_grades<'t>(walk: &mut Walk<'t>, here: &mut Section<'_, 't>) -> Vec<Grade> {
    let mut grades: Vec<Grade> = Vec::new();
    for mut section in walk.sections(here, "grades", MAX_GRADES) {
        let from = walk.score(&mut section, "from");
        let words = walk.words(&mut section, "words", MAX_LABEL_CHARS);
        let (line, key) = (section.line(), section.key("from"));
        walk.finish(section);
        let Some((from, words)) = from.zip(words) else {
            continue;
        };
        if let Some(before) = grades.last().filter(|before| from >= before.from) {
            let (from, before) = (from.to_string(), before.from.to_string());
            walk.report(line, &key, &from, Kind::GradeOrder, &[&from, &before]);
        }
        let same = |other: &Grade| fold(&other.words.id) == fold(&words.id) || fold(&other.words.en) == fold(&words.en);
        if grades.iter().any(same) {
            walk.report(line, &key, &words.id, Kind::GradeTwice, &[&words.id]);
        }
        grades.push(Grade { from, words });
    }
    grades
}

fn read_document_title<'t>(walk: &mut Walk<'t>, here: &mut Section<'_, 't>) -> Option<DocumentTitle> {
    let written = walk.text(here, "document_title", MAX_LABEL_CHARS)?;
    let known = [DocumentTitle::Sertifikat, DocumentTitle::SuratTandaTamatPelatihan];
    let title = known.into_iter().find(|title| title.words().id == written.to_uppercase());
    if title.is_none() {
        let line = here.line_of(walk, "document_title");
        walk.report(line, &here.key("document_title"), &written, Kind::DocumentTitle, &[]);
    }
    title
}

fn read_signatory<'t>(walk: &mut Walk<'t>, mut section: Section<'_, 't>) -> Option<Signatory> {
    let office = walk.words(&mut section, "office", MAX_LABEL_CHARS);
    let name = walk.text(&mut section, "name", MAX_LABEL_CHARS);
    walk.finish(section);
    Some(Signatory { office: office?, name: name? })
}

fn read_pattern<'t>(walk: &mut Walk<'t>, here: &mut Section<'_, 't>) -> Option<NumberPattern> {
    let written = walk.text(here, "number", MAX_PATTERN_TEXT)?;
    match NumberPattern::parse(&written) {
        Ok(pattern) => Some(pattern),
        Err(token) => {
            let line = here.line_of(walk, "number");
            walk.report(line, &here.key("number"), &written, Kind::PatternToken, &[&token]);
            None
        }
    }
}

fn read_expiry<'t>(walk: &mut Walk<'t>, here: &mut Section<'_, 't>) -> Expiry {
    let years = walk.optional_integer(here, "valid_years", 1..=100);
    let until = walk.optional_date(here, "valid_until");
    if years.is_some() && until.is_some() {
        let line = here.line_of(walk, "valid_until");
        walk.report(line, &here.key("valid_until"), "", Kind::ExpiryTwice, &[]);
    }
    match (years.and_then(|years| u16::try_from(years).ok()), until) {
        (Some(years), _) => Expiry::Years(years),
        (None, Some(day)) => Expiry::Until(day),
        (None, None) => Expiry::Never,
    }
}

/// A short name of letters, digits and hyphens, so that it is safe in a file name.
fn shaped<'t>(walk: &mut Walk<'t>, here: &Section<'_, 't>, key: &str, value: String) -> Option<String> {
    let fits = value.len() <= MAX_CODE_CHARS
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && value.starts_with(|c: char| c.is_ascii_alphanumeric());
    if !fits {
        let line = here.line_of(walk, key);
        walk.report(line, &here.key(key), &value, Kind::Shape, &[&MAX_CODE_CHARS.to_string()]);
    }
    fits.then_some(value)
}
