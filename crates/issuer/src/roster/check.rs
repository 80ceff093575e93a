//! The checks of the cells of one row, each with its answer.

use jiff::civil::Date;

use super::cell::{Cell, SheetCell};
use super::column::{Column, Field, Header};
use super::finding::{MAX_SHOWN_CHARS, RowProblem, RowProblemKind as Problem, RowWarning, RowWarningKind as Warning};
use super::nip::{Nip, NipFault, NipKind, looks_like_nik, only_digits};
use super::values::{self, ScoreFault};
use super::{MAX_CELL_CHARS, MAX_NAME_CHARS, MAX_NAME_WITH_TITLES_CHARS, MIN_NAME_CHARS, Recipient, Status};
use crate::programme::{MAX_NUMBER_CHARS, Score};
use crate::text::{clean, fold, starts_like_a_formula};

/// What is found in one row.
pub(super) struct Findings<'h> {
    pub(super) row: u32,
    pub(super) header: &'h Header,
    pub(super) problems: Vec<RowProblem>,
    pub(super) warnings: Vec<RowWarning>,
}

impl Findings<'_> {
    pub(super) fn problem(&mut self, field: Field, value: &str, kind: Problem, values: &[&str]) {
        let (row, column, value) = (self.row, column_of(self.header, field), shown(value));
        self.problems.push(RowProblem { row, column, value, kind, values: owned(values) });
    }

    pub(super) fn warning(&mut self, field: Field, value: &str, kind: Warning, values: &[&str]) {
        let (row, column, value) = (self.row, column_of(self.header, field), shown(value));
        self.warnings.push(RowWarning { row, column, value, kind, values: owned(values) });
    }

    pub(super) fn has_faulty_nip(&self) -> bool {
        let Some(column) = self.header.column(Field::Nip) else {
            return false;
        };
        self.problems.iter().any(|problem| problem.column == *column && problem.kind != Problem::Merged)
    }

    /// What can be wrong with a cell of any column.
    pub(super) fn of_any_cell(&mut self, field: Field, cell: &SheetCell) {
        let written = cell.value.as_written();
        let differs = matches!(field, Field::Name | Field::Nip | Field::Email);
        if cell.merged && differs {
            let above = self.row.saturating_sub(1).to_string();
            self.problem(field, &written, Problem::Merged, &[&above]);
        }
        let Cell::Text(text) = &cell.value else {
            if let Cell::Error(error) = &cell.value {
                self.problem(field, error, Problem::CellError, &[error]);
            }
            return;
        };
        let length = text.chars().count();
        if length > MAX_CELL_CHARS {
            let (length, most) = (length.to_string(), MAX_CELL_CHARS.to_string());
            self.problem(field, text, Problem::CellLong, &[&length, &most]);
            return;
        }
        if let Err(refused) = clean(text) {
            let code = format!("U+{:04X}", u32::from(refused));
            self.problem(field, text, Problem::Character, &[&code]);
        }
        if field != Field::Nip {
            if starts_like_a_formula(text) {
                let sign: String = text.trim_start().chars().take(1).collect();
                self.warning(field, text, Warning::Formula, &[&sign]);
            }
            self.misplaced(field, text);
        }
    }

    /// A NIP or a NIK in a column that is printed or shown.
    pub(super) fn misplaced(&mut self, field: Field, text: &str) {
        let Some(digits) = only_digits(text).filter(|digits| matches!(digits.len(), 16 | 18)) else {
            return;
        };
        if looks_like_nik(&digits) {
            self.problem(field, text, Problem::Nik, &[]);
        } else if Nip::parse(&digits, i16::MAX).is_ok() {
            self.problem(field, text, Problem::NipElsewhere, &[]);
        }
    }

    /// The text of a column; `None` if it is blank or was already answered with a problem.
    pub(super) fn text(&self, cells: &[(Field, &SheetCell)], field: Field) -> Option<String> {
        let written = get(cells, field).filter(|cell| !matches!(cell, Cell::Error(_)))?.as_written();
        let text = clean(&written).ok()?;
        let fits = !is_blank(&text) && text.chars().count() <= MAX_CELL_CHARS;
        // Exactly as large as the text: a roster keeps it for long.
        fits.then(|| text.into_owned().into_boxed_str().into_string())
    }

    pub(super) fn name(&mut self, cells: &[(Field, &SheetCell)]) -> String {
        let Some(name) = self.text(cells, Field::Name) else {
            let answered = self.problems.iter().any(|problem| problem.column == column_of(self.header, Field::Name));
            if !answered {
                self.problem(Field::Name, "", Problem::NameMissing, &[]);
            }
            return String::new();
        };
        let length = name.chars().count();
        let alien: String = name.chars().filter(|c| c.is_numeric() || *c == '@').collect();
        if !alien.is_empty() || !name.chars().any(char::is_alphabetic) {
            let alien = if alien.is_empty() { &name } else { &alien };
            self.problem(Field::Name, &name, Problem::NameNotAName, &[alien]);
        } else if length < MIN_NAME_CHARS {
            self.problem(Field::Name, &name, Problem::NameShort, &[&length.to_string(), &MIN_NAME_CHARS.to_string()]);
        } else if length > MAX_NAME_CHARS {
            self.problem(Field::Name, &name, Problem::NameLong, &[&length.to_string(), &MAX_NAME_CHARS.to_string()]);
        }
        let usual =
            |c: char| c.is_alphabetic() || c == ' ' || matches!(c, '.' | ',' | '\'' | '’' | '‘' | '`' | '-' | '/');
        let unusual = |c: &char| !usual(*c) && !c.is_numeric() && !unicode_normalization::char::is_combining_mark(*c);
        if let Some(unusual) = name.chars().find(unusual) {
            self.warning(Field::Name, &name, Warning::UnusualCharacter, &[&unusual.to_string()]);
        }
        let has_word = name.split(|c: char| !c.is_alphabetic()).any(|word| word.chars().count() >= 3);
        if has_word && !name.chars().any(char::is_lowercase) {
            self.warning(Field::Name, &name, Warning::AllCapitals, &[]);
        } else if has_word && !name.chars().any(char::is_uppercase) {
            self.warning(Field::Name, &name, Warning::AllSmall, &[]);
        }
        name
    }

    pub(super) fn nip(&mut self, cells: &[(Field, &SheetCell)], latest: i16) -> Option<Nip> {
        let cell = get(cells, Field::Nip)?;
        let written = cell.as_written();
        let parsed = match cell {
            Cell::Number(_) | Cell::Date(_) => Err(NipFault::Numeric),
            Cell::Error(_) => return None,
            _ => {
                let text = clean(&written).ok()?;
                Nip::parse(&text, latest)
            }
        };
        let fault = match parsed {
            Ok(nip) => return Some(nip),
            Err(fault) => fault,
        };
        let (kind, values) = match fault {
            NipFault::Numeric => (Problem::NipNumeric, vec![]),
            NipFault::Character(other) => (Problem::NipCharacter, vec![other.to_string()]),
            NipFault::Length(length) => (Problem::NipLength, vec![length.to_string()]),
            NipFault::Nik => (Problem::Nik, vec![]),
            NipFault::Birth(digits) => (Problem::NipBirth, vec![digits]),
            NipFault::Year { found, earliest, latest } => {
                (Problem::NipYear, vec![found.to_string(), format!("{earliest}-{latest}")])
            }
            NipFault::Month(digits) => (Problem::NipMonth, vec![digits]),
            NipFault::Sex(digit) => (Problem::NipSex, vec![digit.to_string()]),
            NipFault::Serial => (Problem::NipSerial, vec![]),
        };
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        self.problem(Field::Nip, &written, kind, &values);
        None
    }

    pub(super) fn email(&mut self, cells: &[(Field, &SheetCell)]) -> Option<String> {
        let email = self.text(cells, Field::Email)?;
        let email = email.strip_prefix("mailto:").unwrap_or(&email);
        if !values::is_email(email) {
            self.problem(Field::Email, email, Problem::Email, &[]);
            return None;
        }
        Some(email.to_owned())
    }

    pub(super) fn score(&mut self, cells: &[(Field, &SheetCell)]) -> Option<Score> {
        let cell = get(cells, Field::Score).filter(|cell| !matches!(cell, Cell::Error(_)))?;
        let written = cell.as_written();
        match values::score(cell) {
            Ok(score) => return Some(score),
            // "LULUS" in the score column was understood as the outcome.
            Err(_) if values::outcome(&written).is_some() => {}
            Err(ScoreFault::Unreadable) => self.problem(Field::Score, &written, Problem::ScoreUnreadable, &[]),
            Err(ScoreFault::Range(_)) => self.problem(Field::Score, &written, Problem::ScoreRange, &[&shown(&written)]),
        }
        None
    }

    pub(super) fn hours(&mut self, cells: &[(Field, &SheetCell)], expected: u32) {
        let Some(cell) = get(cells, Field::Hours) else {
            return;
        };
        if values::hours(cell) != Some(expected) && !matches!(cell, Cell::Error(_)) {
            let written = cell.as_written();
            let values = [&*shown(&written), &expected.to_string()];
            self.problem(Field::Hours, &written, Problem::HoursDisagree, &values);
        }
    }

    pub(super) fn date(&mut self, cells: &[(Field, &SheetCell)], field: Field) -> Option<Date> {
        let cell = get(cells, field).filter(|cell| !matches!(cell, Cell::Error(_)))?;
        let date = values::date(cell);
        if date.is_none() {
            self.problem(field, &cell.as_written(), Problem::DateUnreadable, &[]);
        }
        date
    }

    pub(super) fn cohort_date(&mut self, cells: &[(Field, &SheetCell)], field: Field, expected: Date) {
        let Some(date) = self.date(cells, field).filter(|date| *date != expected) else {
            return;
        };
        let (found, expected) = (day(date), day(expected));
        self.problem(field, &found, Problem::DateDisagrees, &[&found, &expected]);
    }

    pub(super) fn birth_date(&mut self, cells: &[(Field, &SheetCell)], nip: Option<Nip>) -> Option<Date> {
        let date = self.date(cells, Field::BirthDate)?;
        if let Some(other) = nip.and_then(Nip::birth_date).filter(|other| *other != date) {
            let (found, other) = (day(date), day(other));
            self.problem(Field::BirthDate, &found, Problem::BirthDisagrees, &[&found, &other]);
        }
        Some(date)
    }

    pub(super) fn number(&mut self, cells: &[(Field, &SheetCell)]) -> Option<String> {
        let number = self.text(cells, Field::Number)?;
        let length = number.chars().count();
        if length > MAX_NUMBER_CHARS {
            let values = [length.to_string(), MAX_NUMBER_CHARS.to_string()];
            self.problem(Field::Number, &number, Problem::NumberLong, &[&values[0], &values[1]]);
        }
        Some(number)
    }

    /// What only the columns together tell.
    pub(super) fn whole(&mut self, recipient: &Recipient, cells: &[(Field, &SheetCell)]) {
        let length = recipient.name_with_titles().chars().count();
        if recipient.name.chars().count() <= MAX_NAME_CHARS && length > MAX_NAME_WITH_TITLES_CHARS {
            let values = [length.to_string(), MAX_NAME_WITH_TITLES_CHARS.to_string()];
            let name = recipient.name_with_titles();
            self.problem(Field::Name, &name, Problem::TitlesLong, &[&values[0], &values[1]]);
        }
        if let Some(suffix) =
            recipient.suffix.as_deref().filter(|suffix| fold(&recipient.name).ends_with(&fold(suffix)))
            && recipient.name.contains(',')
        {
            self.warning(Field::Name, &recipient.name, Warning::TitleTwice, &[suffix]);
        }
        let status = recipient.status.as_ref();
        match (status, recipient.nip.map(Nip::kind)) {
            (Some(Status::Pns), Some(NipKind::Pppk)) => self.status_disagrees(cells, "PPPK"),
            (Some(Status::Pppk), Some(NipKind::Pns)) => self.status_disagrees(cells, "PNS"),
            (Some(status @ (Status::Pns | Status::Pppk)), None) if get(cells, Field::Nip).is_none() => {
                self.warning(Field::Nip, "", Warning::NipMissing, &[status.label()]);
            }
            _ => {}
        }
        let identified = ![Field::Nip, Field::Email, Field::Agency].iter().all(|field| get(cells, *field).is_none());
        if !identified && !recipient.name.is_empty() {
            self.warning(Field::Name, &recipient.name, Warning::WeakIdentity, &[]);
        }
    }

    pub(super) fn status_disagrees(&mut self, cells: &[(Field, &SheetCell)], by_digits: &str) {
        let written = get(cells, Field::Status).map(|cell| cell.as_written().into_owned()).unwrap_or_default();
        self.warning(Field::Status, &written, Warning::StatusDisagrees, &[&written, by_digits]);
    }
}

pub(super) fn get<'r>(cells: &[(Field, &'r SheetCell)], field: Field) -> Option<&'r Cell> {
    cells.iter().find(|(known, _)| *known == field).map(|(_, cell)| &cell.value)
}

/// The column of a field; a finding about a column that the sheet lacks stands at the name.
pub(super) fn column_of(header: &Header, field: Field) -> Column {
    let column = header.column(field).or_else(|| header.column(Field::Name));
    column.cloned().unwrap_or_else(|| Column { letter: String::new(), header: String::new() })
}

/// Nothing, or a dash in the place of nothing.
pub(super) fn is_blank(text: &str) -> bool {
    let text = text.trim();
    text.is_empty()
        || text.chars().all(|c| matches!(c, '-' | '–' | '—' | '_' | '.'))
        || text.eq_ignore_ascii_case("n/a")
}

pub(super) fn shown(value: &str) -> String {
    value.chars().take(MAX_SHOWN_CHARS).collect()
}

fn owned(values: &[&str]) -> Vec<String> {
    values.iter().map(|&value| value.to_owned()).collect()
}

fn day(date: Date) -> String {
    date.strftime("%d-%m-%Y").to_string()
}
