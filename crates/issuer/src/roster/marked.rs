//! The sheet once more, with every problem marked where it is: the cell coloured, and the words at the end of the row.
//! What an operator mends and uploads again.
//!
//! Rows and columns stand where they stood, so that the numbers on the page hold. A number stays a number: written as
//! text, a NIP that a spreadsheet has damaged would look sound. Text is text, whatever sign it begins with.

use std::collections::HashMap;

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Note, Workbook, Worksheet, XlsxError};
use vc::Lang;

use super::cell::{Cell, SheetCell, SheetRow};
use super::column::index;
use super::{Kind, Roster, SheetRefused, SheetRefusedKind as Refused, comma, workbook};
use crate::text::{starts_like_a_formula, undated};

/// Above the words at the end of each row, in both languages. A sheet that is marked again loses the old ones.
const WORDS: [&str; 2] = ["Perlu diperbaiki (Piagam)", "To be mended (Piagam)"];

/// The longest text of a cell that is copied, in characters: no format holds more than 32,767 UTF-16 units.
const MAX_COPIED_CHARS: usize = 16_000;

/// The widths of copied columns and of the words, in characters.
const WIDTH: f64 = 20.0;
const WORDS_WIDTH: f64 = 60.0;

/// Fills and letters of what is to be mended and of what is to be looked at, as the pages have them.
const COLOURS: [(u32, u32); 2] = [(0xFD_EEEE, 0x96_090F), (0xFF_F7E0, 0x63_4600)];

/// The sheet that `roster` was read from, marked.
///
/// # Errors
/// A file that cannot be read, which `bytes` were before.
pub fn marked_workbook(bytes: &[u8], roster: &Roster) -> Result<Vec<u8>, SheetRefused> {
    let mut copy = Marked::begin(roster);
    match Kind::of(bytes) {
        Kind::Zip => {
            let mut workbook = workbook::Workbook::open(bytes)?;
            let sheet = workbook.choose()?;
            workbook.each_row(&sheet.name, &sheet.shape, |row| copy.row(&row).map(|()| true).map_err(unwritten))?;
        }
        _ => comma::Table::open(bytes)?.each_row(|row| copy.row(&row).map(|()| true).map_err(unwritten))?,
    }
    copy.end(roster).map_err(unwritten)
}

/// Only a row or column beyond what the format can number.
fn unwritten(error: XlsxError) -> SheetRefused {
    SheetRefused::new(Refused::Unreadable, &[&error.to_string()])
}

/// How a cell is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    /// It has to be mended.
    Mend = 0,
    /// It should be looked at.
    Look = 1,
}

/// What is said about a row.
#[derive(Default)]
struct Said {
    cells: Vec<(u16, Mark)>,
    words: [String; 2],
}

/// The copy on its way.
struct Marked {
    sheet: Worksheet,
    said: HashMap<u32, Said>,
    /// What is said of a whole column, beside its header.
    notes: Vec<(u16, String)>,
    /// Columns of an earlier marking.
    former: Vec<u16>,
    width: u16,
    last: u32,
    formats: Formats,
}

impl Marked {
    fn begin(roster: &Roster) -> Self {
        let mut said: HashMap<u32, Said> = HashMap::new();
        let mut notes = Vec::new();
        let problems = roster.problems.iter().map(|finding| {
            let words = [Lang::Id, Lang::En].map(|lang| (finding.reason(lang), finding.mend(lang)));
            (finding.row, &finding.column, Mark::Mend, words)
        });
        let warnings = roster.warnings.iter().map(|finding| {
            let words = [Lang::Id, Lang::En].map(|lang| (finding.reason(lang), finding.mend(lang)));
            (finding.row, &finding.column, Mark::Look, words)
        });
        for (row, column, mark, words) in problems.chain(warnings) {
            let words = words.map(|(reason, mend)| format!("{} ({}): {reason} {mend}", column.header, column.letter));
            match index(&column.letter) {
                Some(at) if row == roster.header_row => notes.push((at, words.join("\n"))),
                at => said.entry(row).or_default().add(at, mark, words),
            }
        }
        let former = roster.ignored.iter().filter(|column| WORDS.contains(&column.header.as_str()));
        let former: Vec<u16> = former.filter_map(|column| index(&column.letter)).collect();
        let known = roster.columns.iter().map(|(_, column)| column).chain(&roster.ignored);
        let width = known.filter_map(|column| index(&column.letter)).filter(|at| !former.contains(at)).max();
        Self {
            sheet: Worksheet::new(),
            said,
            notes,
            former,
            width: width.map_or(0, |last| last + 1),
            last: roster.header_row,
            formats: Formats::new(),
        }
    }

    /// Copies a row; what is left of its marks belongs to empty cells.
    fn row(&mut self, row: &SheetRow) -> Result<(), XlsxError> {
        let mut marks = self.said.get(&row.number).map(|said| said.cells.clone()).unwrap_or_default();
        let at = row.number - 1;
        for cell in row.cells.iter().filter(|cell| !self.former.contains(&cell.column)) {
            let mark = marks.iter().filter(|(column, _)| *column == cell.column).map(|(_, mark)| *mark).min();
            // A cell that is merged over several people is theirs to fill in.
            if !(cell.merged && mark == Some(Mark::Mend)) {
                marks.retain(|(column, _)| *column != cell.column);
                write(&mut self.sheet, at, cell, mark, &self.formats)?;
            }
            self.width = self.width.max(cell.column + 1);
        }
        marks.sort_unstable_by_key(|(column, mark)| (*column, std::cmp::Reverse(*mark)));
        for (column, mark) in marks {
            self.sheet.write_blank(at, column, self.formats.of(Sort::Text, Some(mark)))?;
        }
        self.last = self.last.max(row.number);
        Ok(())
    }

    fn end(mut self, roster: &Roster) -> Result<Vec<u8>, XlsxError> {
        let head = roster.header_row.saturating_sub(1);
        for (column, words) in (self.width..).zip(WORDS) {
            self.sheet.write_string_with_format(head, column, words, &self.formats.head)?;
            self.sheet.set_column_width(column, WORDS_WIDTH)?;
        }
        for column in 0..self.width {
            self.sheet.set_column_width(column, WIDTH)?;
        }
        for (row, said) in &self.said {
            for (column, words) in (self.width..).zip(&said.words) {
                let words: String = words.chars().take(MAX_COPIED_CHARS).collect();
                self.sheet.write_string_with_format(row.saturating_sub(1), column, words, &self.formats.words)?;
            }
        }
        for (column, words) in &self.notes {
            self.sheet.insert_note(head, *column, &Note::new(words.as_str()))?;
        }
        self.sheet.set_freeze_panes(roster.header_row, 0)?;
        if self.last > roster.header_row {
            self.sheet.autofilter(head, 0, self.last - 1, self.width + 1)?;
        }
        self.sheet.set_name("Peserta")?;
        let mut workbook = Workbook::new();
        workbook.set_properties(&undated()?);
        workbook.push_worksheet(self.sheet);
        workbook.save_to_buffer()
    }
}

impl Said {
    fn add(&mut self, column: Option<u16>, mark: Mark, words: [String; 2]) {
        self.cells.extend(column.map(|column| (column, mark)));
        for (text, more) in self.words.iter_mut().zip(words) {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&more);
        }
    }
}

fn write(
    sheet: &mut Worksheet,
    at: u32,
    cell: &SheetCell,
    mark: Option<Mark>,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let column = cell.column;
    match &cell.value {
        Cell::Number(number) if number.is_finite() => {
            sheet.write_number_with_format(at, column, *number, formats.of(Sort::Number, mark))?
        }
        Cell::Date(serial) if serial.is_finite() => {
            sheet.write_number_with_format(at, column, *serial, formats.of(Sort::Date, mark))?
        }
        Cell::Flag(flag) => sheet.write_boolean_with_format(at, column, *flag, formats.of(Sort::Number, mark))?,
        other => {
            let text: String = other.as_written().chars().take(MAX_COPIED_CHARS).collect();
            let sort = if starts_like_a_formula(&text) { Sort::Quoted } else { Sort::Text };
            sheet.write_string_with_format(at, column, text, formats.of(sort, mark))?
        }
    };
    Ok(())
}

/// How a cell's content is shown.
#[derive(Debug, Clone, Copy)]
enum Sort {
    Text = 0,
    /// Text that stays text when somebody edits it.
    Quoted = 1,
    Number = 2,
    Date = 3,
}

/// A format for each sort: unmarked, to be mended, to be looked at.
struct Formats {
    cells: [[Format; 3]; 4],
    head: Format,
    words: Format,
}

impl Formats {
    fn new() -> Self {
        let text = || Format::new().set_num_format("@");
        let sorts = [text(), text().set_quote_prefix(), Format::new(), Format::new().set_num_format("dd-mm-yyyy")];
        let coloured = |format: &Format, (ground, letters): (u32, u32)| {
            format.clone().set_background_color(Color::RGB(ground)).set_font_color(Color::RGB(letters)).set_bold()
        };
        Self {
            cells: sorts.map(|sort| [sort.clone(), coloured(&sort, COLOURS[0]), coloured(&sort, COLOURS[1])]),
            head: text().set_bold().set_border(FormatBorder::Thin),
            words: text().set_text_wrap().set_align(FormatAlign::Top),
        }
    }

    fn of(&self, sort: Sort, mark: Option<Mark>) -> &Format {
        &self.cells[sort as usize][mark.map_or(0, |mark| mark as usize + 1)]
    }
}
