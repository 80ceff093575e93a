//! The cohort sheet: who passed, or everything that is wrong with the rows, at once.
//!
//! [`read`] takes an XLSX or CSV file as operators send it (letterheads, merged cells, dates in six
//! writings, NIPs that a spreadsheet destroyed) and either accepts a row as it is or answers with
//! the row, the column, the value, the reason and the mend. Nothing is ever repaired by guessing.
//!
//! The walk: `guard` looks inside the workbook, `workbook` or `comma` gives rows, `column` finds the
//! header, `row` reads each row, `people` finds persons listed twice.

mod alias;
mod cell;
mod check;
mod column;
mod comma;
mod finding;
mod guard;
mod marked;
mod nip;
mod people;
mod refused;
mod report;
mod row;
mod template;
mod values;
mod workbook;

use std::fmt::Write as _;
use std::sync::Arc;

use jiff::civil::Date;
use sha2::{Digest, Sha256};

pub use column::{Column, Field};
pub use finding::{RowProblem, RowProblemKind, RowWarning, RowWarningKind};
pub use marked::marked_workbook;
pub use nip::{Nip, NipKind};
pub use refused::{SheetRefused, SheetRefusedKind};
pub use report::problems_report;
pub use template::template_workbook;

pub use crate::text::neutralise;

use crate::programme::{Programme, Score, Words};
use crate::text::fold;
use column::Header;
use row::RowReader;

/// The largest file that is read, in bytes. A sheet of 100,000 full rows has 15 MB.
pub const MAX_SHEET_BYTES: usize = 20 * 1024 * 1024;
/// The most participants of one sheet.
pub const MAX_ROWS: usize = 200_000;
/// The longest cell, in characters.
pub const MAX_CELL_CHARS: usize = 500;
/// The shortest name, in characters.
pub const MIN_NAME_CHARS: usize = 3;
/// The longest name without titles, in characters.
pub const MAX_NAME_CHARS: usize = 80;
/// The longest name with titles, in characters.
pub const MAX_NAME_WITH_TITLES_CHARS: usize = 120;
/// The most problems, and the most warnings, that are listed; the others are counted.
pub const MAX_FINDINGS: usize = 20_000;

/// What a sheet says.
#[derive(Debug, Default)]
pub struct Roster {
    /// The name of the workbook's sheet; `None` for a CSV.
    pub sheet: Option<String>,
    /// The last row of the header.
    pub header_row: u32,
    /// The columns that were read.
    pub columns: Vec<(Field, Column)>,
    /// The columns that were not.
    pub ignored: Vec<Column>,
    /// Who passed and can be issued. With problems in the sheet, nothing is.
    pub recipients: Vec<Recipient>,
    /// Who did not pass: counted, no error.
    pub skipped: Vec<Skipped>,
    /// What has to be mended first, in the order of rows.
    pub problems: Vec<RowProblem>,
    /// How many problems there are, should they be more than are listed.
    pub problem_count: usize,
    /// What somebody should look at.
    pub warnings: Vec<RowWarning>,
    /// How many warnings there are, should they be more than are listed.
    pub warning_count: usize,
}

/// Somebody who passed.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipient {
    /// The row as the spreadsheet numbers it.
    pub row: u32,
    /// *Gelar depan*.
    pub prefix: Option<Arc<str>>,
    /// The name, exactly as written.
    pub name: String,
    /// *Gelar belakang*.
    pub suffix: Option<Arc<str>>,
    /// NIP or NI PPPK. Never public.
    pub nip: Option<Nip>,
    /// Another identity. Never public.
    pub other_id: Option<Arc<str>>,
    /// PNS, PPPK or other.
    pub status: Option<Status>,
    /// *Pangkat/golongan*. Never public.
    pub rank: Option<Arc<str>>,
    /// *Jabatan*. Never public.
    pub position: Option<Arc<str>>,
    /// *Unit kerja*. Never public.
    pub unit: Option<Arc<str>>,
    /// *Instansi*.
    pub agency: Option<Arc<str>>,
    /// E-mail address as written. Never printed.
    pub email: Option<String>,
    /// Score. Never printed.
    pub score: Option<Score>,
    /// Grade, written or earned by the score.
    pub grade: Option<Arc<Words>>,
    /// Certificate number of the sheet; it wins over the pattern.
    pub number: Option<Arc<str>>,
    /// Place of birth. Never public.
    pub birth_place: Option<Arc<str>>,
    /// Date of birth. Never public.
    pub birth_date: Option<Date>,
}

/// Kind of employment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Civil servant with a NIP (also CPNS).
    Pns,
    /// Civil servant by contract, with a NI PPPK.
    Pppk,
    /// Any other, as written.
    Other(Arc<str>),
}

/// Somebody who did not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The row as the spreadsheet numbers it.
    pub row: u32,
    /// The name as written.
    pub name: String,
}

/// Reads a cohort sheet. The kind of file is told by its content; `file_name` only betrays macros.
///
/// # Errors
/// A file that cannot be read as a whole. Problems of rows are in the roster.
pub fn read(bytes: &[u8], file_name: &str, programme: &Programme) -> Result<Roster, SheetRefused> {
    use SheetRefusedKind as Refused;
    if bytes.len() > MAX_SHEET_BYTES {
        return Err(SheetRefused::too_large(bytes.len() as u64));
    }
    if file_name.to_lowercase().ends_with(".xlsm") {
        return Err(SheetRefused::new(Refused::Macro, &[]));
    }
    match Kind::of(bytes) {
        Kind::Zip => read_workbook(bytes, programme),
        Kind::Text => read_csv(bytes, programme),
        Kind::Empty => Err(SheetRefused::new(Refused::Empty, &[])),
        Kind::Compound { encrypted: true } => Err(SheetRefused::new(Refused::Encrypted, &[])),
        Kind::Compound { encrypted: false } => Err(SheetRefused::new(Refused::OldFormat, &[])),
        Kind::Other(name) => Err(SheetRefused::new(Refused::OtherFormat, &[name])),
    }
}

fn read_workbook(bytes: &[u8], programme: &Programme) -> Result<Roster, SheetRefused> {
    let mut workbook = workbook::Workbook::open(bytes)?;
    let sheet = workbook.choose()?;
    let mut roster = Roster::under(&sheet.header, programme);
    if sheet.hidden {
        roster.warn_of_header(Field::Name, RowWarningKind::SheetHidden);
    }
    for (index, field, _) in &sheet.header.fields {
        let hidden = sheet.shape.hidden_columns.iter().any(|(first, last)| (first..=last).contains(&index));
        if hidden {
            roster.warn_of_header(*field, RowWarningKind::ColumnHidden);
        }
    }
    roster.sheet = Some(sheet.name.clone());
    let mut rows = RowReader::new(programme, sheet.header, roster);
    workbook.each_row(&sheet.name, &sheet.shape, |row| rows.read(&row).map(|()| true))?;
    Ok(rows.finish())
}

fn read_csv(bytes: &[u8], programme: &Programme) -> Result<Roster, SheetRefused> {
    let table = comma::Table::open(bytes)?;
    let mut roster = Roster::under(&table.header, programme);
    if table.guessed {
        roster.warn_of_header(Field::Name, RowWarningKind::Windows1252);
    }
    let mut rows = RowReader::new(programme, table.header.clone(), roster);
    table.each_row(|row| rows.read(&row).map(|()| true))?;
    Ok(rows.finish())
}

/// What kind of file the first bytes tell.
enum Kind {
    Empty,
    Zip,
    /// OLE compound file: an old workbook, or a new one behind a password.
    Compound {
        encrypted: bool,
    },
    Other(&'static str),
    Text,
}

impl Kind {
    fn of(bytes: &[u8]) -> Self {
        /// The stream that holds a workbook with a password, in UTF-16 (MS-OFFCRYPTO 2.3.4).
        const ENCRYPTED_PACKAGE: &[u8] = b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0";
        const SIGNATURES: [(&[u8], &str); 9] = [
            (b"%PDF", "PDF"),
            (b"\x89PNG", "PNG"),
            (b"\xFF\xD8\xFF", "JPEG"),
            (b"Rar!", "RAR"),
            (b"7z\xBC\xAF", "7z"),
            (b"\x1F\x8B", "gzip"),
            (b"{\\rtf", "RTF"),
            (b"<?xml", "XML"),
            (b"<", "HTML"),
        ];
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
        if text.is_empty() {
            return Self::Empty;
        }
        if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
            return Self::Zip;
        }
        if bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
            let encrypted = bytes.windows(ENCRYPTED_PACKAGE.len()).any(|part| part == ENCRYPTED_PACKAGE);
            return Self::Compound { encrypted };
        }
        let other = SIGNATURES.iter().find(|(start, _)| text.starts_with(start));
        other.map_or(Self::Text, |(_, name)| Self::Other(name))
    }
}

impl Roster {
    /// An empty roster with what the header alone tells.
    fn under(header: &Header, programme: &Programme) -> Self {
        let columns = header.fields.iter().map(|(_, field, column)| (*field, column.clone())).collect();
        let mut roster = Self { header_row: header.row, columns, ignored: header.ignored.clone(), ..Self::default() };
        let has = |field| header.column(field).is_some();
        if !has(Field::Outcome) {
            roster.warn_of_header(Field::Name, RowWarningKind::OutcomeColumnMissing);
        }
        if has(Field::Nik) {
            roster.warn_of_header(Field::Nik, RowWarningKind::NikColumn);
        }
        if has(Field::Grade) && programme.grades.is_empty() {
            roster.warn_of_header(Field::Grade, RowWarningKind::GradeUnused);
        }
        roster
    }

    fn warn_of_header(&mut self, field: Field, kind: RowWarningKind) {
        let column = self.columns.iter().find(|(known, _)| *known == field);
        if let Some((_, column)) = column {
            let (column, value) = (column.clone(), column.header.clone());
            self.warn(RowWarning { row: self.header_row, column, value, kind, values: Vec::new() });
        }
    }
}

impl Recipient {
    /// `Dr. Budi Contoh, S.T., M.Si.`: the name as a certificate carries it.
    pub fn name_with_titles(&self) -> String {
        let mut whole = String::with_capacity(self.name.len() + 32);
        if let Some(prefix) = &self.prefix {
            whole.push_str(prefix);
            whole.push(' ');
        }
        whole.push_str(&self.name);
        if let Some(suffix) = &self.suffix {
            whole.push_str(", ");
            whole.push_str(suffix.trim_start_matches([',', ' ']));
        }
        whole
    }

    /// Who this is within a cohort: the NIP, else the e-mail address, else folded name and agency.
    pub fn person_key(&self) -> String {
        match (&self.nip, &self.email) {
            (Some(nip), _) => format!("nip:{nip}"),
            (None, Some(email)) => format!("surel:{}", email.to_lowercase()),
            (None, None) => key_by_name(&self.name, self.agency.as_deref()),
        }
    }

    /// The key of a corrected name, for somebody who is known by name: as [`corrected_key`] makes it.
    pub(crate) fn corrected_key(&self) -> Option<String> {
        corrected_key(&self.person_key(), &self.name_with_titles(), self.agency.as_deref())
    }

    /// SHA-256, in hex, of everything that a certificate shows or that tells the person: a row with
    /// the same key and another fingerprint is a conflict to decide.
    pub fn fingerprint(&self) -> String {
        let status = self.status.as_ref().map(Status::label);
        let nip = self.nip.map(|nip| nip.to_string());
        let grade = self.grade.as_ref().map(|words| words.joined());
        let birth = self.birth_date.map(|date| date.to_string());
        let fields = [
            self.prefix.as_deref(),
            Some(&self.name),
            self.suffix.as_deref(),
            nip.as_deref(),
            self.other_id.as_deref(),
            status,
            self.rank.as_deref(),
            self.position.as_deref(),
            self.unit.as_deref(),
            self.agency.as_deref(),
            grade.as_deref(),
            self.number.as_deref(),
            self.birth_place.as_deref(),
            birth.as_deref(),
        ];
        let mut hash = Sha256::new();
        for field in fields {
            // The length in front keeps neighbours apart; an empty field differs from an absent one.
            hash.update(field.map_or(u64::MAX, |text| text.len() as u64).to_be_bytes());
            hash.update(field.unwrap_or_default());
        }
        hash.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

/// How the keys of people begin who have neither NIP nor e-mail address.
const BY_NAME: &str = "nama:";

/// Titles that people write before a name, folded.
const TITLES_BEFORE: [&str; 14] =
    ["prof", "dr", "drg", "drh", "drs", "dra", "ir", "h", "hj", "kh", "apt", "ns", "pdt", "kol"];

fn key_by_name(name: &str, agency: Option<&str>) -> String {
    format!("{BY_NAME}{}|{}", fold(name), fold(agency.unwrap_or_default()))
}

/// Somebody who is known by name has another key when the name is corrected; `None` for everybody else. A correction
/// gives the name with titles in one text: they are taken off as far as one can tell, so that the key is the same with
/// and without them.
pub(crate) fn corrected_key(key: &str, name_with_titles: &str, agency: Option<&str>) -> Option<String> {
    key.starts_with(BY_NAME).then(|| key_by_name(without_titles(name_with_titles), agency))
}

fn without_titles(name: &str) -> &str {
    let mut rest = name.split(',').next().unwrap_or_default().trim();
    while let Some((first, more)) = rest.split_once(' ') {
        if !TITLES_BEFORE.contains(&fold(first).as_str()) {
            break;
        }
        rest = more.trim_start();
    }
    rest
}

impl Status {
    fn from_words(words: Arc<str>) -> Self {
        match fold(&words).as_str() {
            "pns" | "cpns" | "pegawai negeri sipil" => Self::Pns,
            folded if folded.starts_with("pppk") || folded.starts_with("p3k") => Self::Pppk,
            _ => Self::Other(words),
        }
    }

    fn from_kind(kind: NipKind) -> Self {
        match kind {
            NipKind::Pns => Self::Pns,
            NipKind::Pppk => Self::Pppk,
        }
    }

    /// PNS, PPPK, or the word of the sheet.
    pub fn label(&self) -> &str {
        match self {
            Self::Pns => "PNS",
            Self::Pppk => "PPPK",
            Self::Other(words) => words,
        }
    }
}

#[cfg(test)]
mod tests;
