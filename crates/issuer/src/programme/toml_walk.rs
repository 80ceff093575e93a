//! A walk over a TOML document that collects every problem with its line, where a derived
//! deserialiser would stop at the first.

use std::ops::RangeInclusive;

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{ProgrammeProblem, ProgrammeProblemKind as Kind};
use super::{Score, Words};
use crate::text::clean;

/// The most characters of a value that a problem repeats.
const MAX_SHOWN_CHARS: usize = 80;
/// The most problems that one file is answered with.
const MAX_PROBLEMS: usize = 200;

/// The problems found so far, and the text they are found in.
pub(super) struct Walk<'t> {
    text: &'t str,
    problems: Vec<ProgrammeProblem>,
}

/// A table of the file, with the keys that were asked for.
pub(super) struct Section<'s, 't> {
    table: &'s DeTable<'t>,
    path: String,
    line: usize,
    known: Vec<&'static str>,
}

/// A value and where it stands.
struct Found<'s, 't> {
    value: &'s DeValue<'t>,
    line: usize,
    key: String,
}

impl<'t> Walk<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, problems: Vec::new() }
    }

    /// The problems in the order of their lines.
    pub(super) fn into_problems(mut self) -> Vec<ProgrammeProblem> {
        self.problems.sort_by_key(|problem| problem.line);
        self.problems
    }

    pub(super) fn line_of(&self, offset: usize) -> usize {
        let end = offset.min(self.text.len());
        1 + self.text.as_bytes()[..end].iter().filter(|&&b| b == b'\n').count()
    }

    pub(super) fn report(&mut self, line: usize, key: &str, value: &str, kind: Kind, values: &[&str]) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(ProgrammeProblem {
                line,
                key: key.to_owned(),
                value: value.chars().take(MAX_SHOWN_CHARS).collect(),
                kind,
                values: values.iter().map(|&v| v.to_owned()).collect(),
            });
        }
    }

    pub(super) fn root<'s>(&self, table: &'s DeTable<'t>) -> Section<'s, 't> {
        Section { table, path: String::new(), line: 1, known: Vec::new() }
    }

    /// A table that must be there.
    pub(super) fn section<'s>(&mut self, parent: &mut Section<'s, 't>, key: &'static str) -> Option<Section<'s, 't>> {
        let found = self.required(parent, key)?;
        self.as_section(found)
    }

    /// The tables of an array of tables; empty if it is absent.
    pub(super) fn sections<'s>(
        &mut self,
        parent: &mut Section<'s, 't>,
        key: &'static str,
        most: usize,
    ) -> Vec<Section<'s, 't>> {
        let items = self.items(parent, key, most);
        items.into_iter().filter_map(|found| self.as_section(found)).collect()
    }

    /// Names every key of the table that nobody asked for.
    pub(super) fn finish(&mut self, section: Section<'_, 't>) {
        for key in section.table.keys() {
            let name: &str = key.get_ref();
            if !section.known.contains(&name) {
                let line = self.line_of(key.span().start);
                let known = section.known.join(", ");
                self.report(line, &section.key(name), name, Kind::UnknownKey, &[&known]);
            }
        }
    }

    /// A text of one line that must be there.
    pub(super) fn text(&mut self, section: &mut Section<'_, 't>, key: &'static str, most: usize) -> Option<String> {
        let found = self.required(section, key)?;
        self.as_text(&found, most)
    }

    pub(super) fn optional_text(
        &mut self,
        section: &mut Section<'_, 't>,
        key: &'static str,
        most: usize,
    ) -> Option<String> {
        let found = self.optional(section, key)?;
        self.as_text(&found, most)
    }

    /// The texts of a list; empty if it is absent.
    pub(super) fn texts(
        &mut self,
        section: &mut Section<'_, 't>,
        key: &'static str,
        most: usize,
        chars: usize,
    ) -> Vec<String> {
        let items = self.items(section, key, most);
        items.iter().filter_map(|found| self.as_text(found, chars)).collect()
    }

    /// A table with `id` and `en` that must be there.
    pub(super) fn words(&mut self, section: &mut Section<'_, 't>, key: &'static str, most: usize) -> Option<Words> {
        let mut both = self.section(section, key)?;
        let id = self.text(&mut both, "id", most);
        let en = self.text(&mut both, "en", most);
        self.finish(both);
        Some(Words { id: id?, en: en? })
    }

    pub(super) fn flag(&mut self, section: &mut Section<'_, 't>, key: &'static str) -> bool {
        let Some(found) = self.optional(section, key) else {
            return false;
        };
        let flag = found.value.as_bool();
        if flag.is_none() {
            self.wrong_type(&found, "true, false");
        }
        flag.unwrap_or_default()
    }

    pub(super) fn integer(
        &mut self,
        section: &mut Section<'_, 't>,
        key: &'static str,
        range: RangeInclusive<i64>,
    ) -> Option<i64> {
        let found = self.required(section, key)?;
        self.as_integer(&found, range)
    }

    pub(super) fn optional_integer(
        &mut self,
        section: &mut Section<'_, 't>,
        key: &'static str,
        range: RangeInclusive<i64>,
    ) -> Option<i64> {
        let found = self.optional(section, key)?;
        self.as_integer(&found, range)
    }

    pub(super) fn date(&mut self, section: &mut Section<'_, 't>, key: &'static str) -> Option<Date> {
        let found = self.required(section, key)?;
        self.as_date(&found)
    }

    pub(super) fn optional_date(&mut self, section: &mut Section<'_, 't>, key: &'static str) -> Option<Date> {
        let found = self.optional(section, key)?;
        self.as_date(&found)
    }

    /// A number of points, written `90.01` or `"90,01"`.
    pub(super) fn score(&mut self, section: &mut Section<'_, 't>, key: &'static str) -> Option<Score> {
        let found = self.required(section, key)?;
        let written = match found.value {
            DeValue::Integer(number) => number.to_string(),
            DeValue::Float(number) => number.to_string(),
            DeValue::String(text) => text.trim().replace(',', "."),
            _ => {
                self.wrong_type(&found, "90.01");
                return None;
            }
        };
        let score = written.parse().ok().and_then(Score::from_points);
        if score.is_none() {
            self.report(found.line, &found.key, &written, Kind::Range, &[&written, "0-100"]);
        }
        score
    }

    fn as_section<'s>(&mut self, found: Found<'s, 't>) -> Option<Section<'s, 't>> {
        let Some(table) = found.value.as_table() else {
            self.wrong_type(&found, "[table]");
            return None;
        };
        Some(Section { table, path: found.key, line: found.line, known: Vec::new() })
    }

    fn as_text(&mut self, found: &Found<'_, 't>, most: usize) -> Option<String> {
        let Some(raw) = found.value.as_str() else {
            self.wrong_type(found, "\"...\"");
            return None;
        };
        let text = match clean(raw) {
            Ok(text) => text,
            Err(refused) => {
                let name = format!("U+{:04X}", u32::from(refused));
                self.report(found.line, &found.key, "", Kind::Character, &[&name]);
                return None;
            }
        };
        let length = text.chars().count();
        if length == 0 {
            self.report(found.line, &found.key, "", Kind::Empty, &[]);
            return None;
        }
        if length > most {
            let (length, most) = (length.to_string(), most.to_string());
            self.report(found.line, &found.key, &text, Kind::TooLong, &[&length, &most]);
            return None;
        }
        Some(text.into_owned())
    }

    fn as_integer(&mut self, found: &Found<'_, 't>, range: RangeInclusive<i64>) -> Option<i64> {
        let Some(number) = found.value.as_integer() else {
            self.wrong_type(found, "123");
            return None;
        };
        let value = i64::from_str_radix(number.as_str(), number.radix()).ok().filter(|n| range.contains(n));
        if value.is_none() {
            let written = number.to_string();
            let expected = format!("{}-{}", range.start(), range.end());
            self.report(found.line, &found.key, &written, Kind::Range, &[&written, &expected]);
        }
        value
    }

    fn as_date(&mut self, found: &Found<'_, 't>) -> Option<Date> {
        let written = match found.value {
            DeValue::Datetime(moment) if moment.time.is_none() => moment.to_string(),
            DeValue::String(text) => text.trim().to_owned(),
            _ => {
                self.wrong_type(found, "2026-08-12");
                return None;
            }
        };
        let date = written.parse().ok();
        if date.is_none() {
            self.report(found.line, &found.key, &written, Kind::Range, &[&written, "2026-08-12"]);
        }
        date
    }

    fn items<'s>(&mut self, section: &mut Section<'s, 't>, key: &'static str, most: usize) -> Vec<Found<'s, 't>> {
        let Some(found) = self.optional(section, key) else {
            return Vec::new();
        };
        let Some(array) = found.value.as_array() else {
            self.wrong_type(&found, "[...]");
            return Vec::new();
        };
        if array.len() > most {
            let (length, most) = (array.len().to_string(), most.to_string());
            self.report(found.line, &found.key, "", Kind::TooLong, &[&length, &most]);
        }
        let item = |(n, value): (usize, &'s Spanned<DeValue<'t>>)| Found {
            value: value.get_ref(),
            line: self.line_of(value.span().start),
            key: format!("{}[{n}]", found.key),
        };
        array.iter().take(most).enumerate().map(item).collect()
    }

    fn required<'s>(&mut self, section: &mut Section<'s, 't>, key: &'static str) -> Option<Found<'s, 't>> {
        let found = self.optional(section, key);
        if found.is_none() {
            self.report(section.line, &section.key(key), "", Kind::Missing, &[key]);
        }
        found
    }

    fn optional<'s>(&self, section: &mut Section<'s, 't>, key: &'static str) -> Option<Found<'s, 't>> {
        section.known.push(key);
        let (name, value) = section.table.get_key_value(key)?;
        // A table's own span is its header; other values are best shown where their key stands.
        Some(Found { value: value.get_ref(), line: self.line_of(name.span().start), key: section.key(key) })
    }

    fn wrong_type(&mut self, found: &Found<'_, 't>, expected: &str) {
        let actual = found.value.type_str();
        self.report(found.line, &found.key, "", Kind::WrongType, &[actual, expected]);
    }
}

impl Section<'_, '_> {
    /// The line of the table's name.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// The key with the path of its table.
    pub(super) fn key(&self, key: &str) -> String {
        match self.path.is_empty() {
            true => key.to_owned(),
            false => format!("{}.{key}", self.path),
        }
    }

    /// The line on which a key stands, or that of the table.
    pub(super) fn line_of(&self, walk: &Walk<'_>, key: &str) -> usize {
        self.table.get_key_value(key).map_or(self.line, |(name, _)| walk.line_of(name.span().start))
    }
}
