//! The columns of a cohort sheet: what they may be called, and where the header row is.

use super::alias::{field_of, is_weak_outcome};
use super::cell::SheetRow;
use super::refused::{SheetRefused, SheetRefusedKind as Refused};

/// How many rows from the top are searched for the header: letterheads are long, but not longer.
pub(super) const HEADER_SEARCH_ROWS: usize = 60;
/// The most columns of a sheet.
pub(super) const MAX_COLUMNS: usize = 256;
/// The most characters of a header that are kept.
const MAX_HEADER_CHARS: usize = 60;

/// A column as the sheet shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its letter: `F`.
    pub letter: String,
    /// Its header as written.
    pub header: String,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// Running number; not read.
    No,
    /// *Gelar depan*.
    Prefix,
    /// The name.
    Name,
    /// *Gelar belakang*.
    Suffix,
    /// PNS, PPPK and others.
    Status,
    /// NIP or NI PPPK.
    Nip,
    /// Another identity, such as an NRP.
    OtherId,
    /// *Pangkat*, alone or with *golongan*.
    Rank,
    /// *Golongan ruang* in a column of its own.
    RankClass,
    /// *Jabatan*.
    Position,
    /// *Unit kerja*.
    Unit,
    /// *Instansi*.
    Agency,
    /// E-mail address.
    Email,
    /// *Nilai*.
    Score,
    /// *Predikat*.
    Grade,
    /// LULUS or TIDAK LULUS.
    Outcome,
    /// *Nomor sertifikat*.
    Number,
    /// Place of birth.
    BirthPlace,
    /// Date of birth.
    BirthDate,
    /// First day.
    Starts,
    /// Last day.
    Ends,
    /// *Jam pelajaran*.
    Hours,
    /// The population number: never read, answered with a warning.
    Nik,
}

/// The header of the sheet: which column holds what.
#[derive(Debug, Clone)]
pub(super) struct Header {
    /// The last row that belongs to it.
    pub(super) row: u32,
    /// The recognised columns, by their index.
    pub(super) fields: Vec<(u16, Field, Column)>,
    /// The others.
    pub(super) ignored: Vec<Column>,
}

/// Why a list of rows has no usable header.
pub(super) enum NoHeader {
    /// Nothing like one.
    Nothing,
    /// One was found, but it cannot be used.
    Unusable(SheetRefused),
}

impl Header {
    /// Finds the header among the first rows of a sheet.
    pub(super) fn find(rows: &[SheetRow]) -> Result<Self, NoHeader> {
        let known = |row: &SheetRow| fields_of(row).len();
        let named = |row: &SheetRow| fields_of(row).iter().any(|(_, field, _)| *field == Field::Name);
        let Some(at) = rows.iter().position(|row| known(row) >= 2 && named(row)) else {
            // Two columns may be chance in a letterhead; three are a header that lacks its name column.
            let nameless = rows.iter().find(|row| known(row) >= 3);
            return Err(match nameless {
                Some(row) => NoHeader::Unusable(SheetRefused::new(Refused::NoNameColumn, &[&row.number.to_string()])),
                None => NoHeader::Nothing,
            });
        };
        let mut fields = fields_of(&rows[at]);
        let mut titles = titles_of(&rows[at]);
        let mut last = &rows[at];
        if let Some(below) = rows.get(at + 1)
            && let Some(second) = second_line(below, &titles, &fields)
        {
            let replaced = |column: u16| second.iter().any(|(known, _, _)| *known == column);
            fields.retain(|(column, _, _)| !replaced(*column));
            titles.retain(|(column, _)| !replaced(*column));
            fields.extend(second);
            last = below;
        }
        prefer_clear_outcome(&mut fields);
        refuse_doubles(&fields).map_err(NoHeader::Unusable)?;
        let ignored = |column: &u16| !fields.iter().any(|(known, _, _)| known == column);
        let ignored = titles.iter().filter(|(column, _)| ignored(column)).map(|(_, title)| title.clone()).collect();
        Ok(Self { row: last.number, fields, ignored })
    }

    /// The column of a field.
    pub(super) fn column(&self, field: Field) -> Option<&Column> {
        self.fields.iter().find(|(_, known, _)| *known == field).map(|(_, _, column)| column)
    }

    /// Whether a row repeats the header, as sheets made of printed pages do.
    pub(super) fn is_repeated_in(&self, row: &SheetRow) -> bool {
        let name = self.fields.iter().find(|(_, field, _)| *field == Field::Name);
        let name = name.and_then(|(column, _, _)| row.cell(*column)?.value.as_text());
        // Almost every row ends here.
        if name.and_then(field_of) != Some(Field::Name) {
            return false;
        }
        let again = fields_of(row);
        again.len() >= 2
            && again
                .iter()
                .all(|(column, field, _)| self.fields.iter().any(|(known, same, _)| known == column && same == field))
    }
}

/// `A`, `Z`, `AA`: the letter of a column index.
pub(super) fn letter(index: u16) -> String {
    let mut letters = Vec::new();
    let mut left = u32::from(index) + 1;
    while left > 0 {
        left -= 1;
        letters.push(b'A' + (left % 26) as u8);
        left /= 26;
    }
    letters.iter().rev().map(|&b| char::from(b)).collect()
}

/// The index of a column's letter: the other way round.
pub(super) fn index(letter: &str) -> Option<u16> {
    let digit = |letter: u8| letter.is_ascii_uppercase().then(|| u16::from(letter - b'A') + 1);
    let count = letter.bytes().try_fold(0_u16, |count, byte| count.checked_mul(26)?.checked_add(digit(byte)?))?;
    count.checked_sub(1)
}

fn titles_of(row: &SheetRow) -> Vec<(u16, Column)> {
    let titles = row.cells.iter().filter_map(|cell| {
        let header: String = cell.value.as_text()?.split_whitespace().collect::<Vec<_>>().join(" ");
        let header = header.chars().take(MAX_HEADER_CHARS).collect();
        Some((cell.column, Column { letter: letter(cell.column), header }))
    });
    titles.collect()
}

fn fields_of(row: &SheetRow) -> Vec<(u16, Field, Column)> {
    let fields = titles_of(row);
    fields.into_iter().filter_map(|(index, column)| Some((index, field_of(&column.header)?, column))).collect()
}

/// The second line of a header: "Pangkat" and "Jabatan" below "Kepegawaian", "Depan" and "Belakang"
/// below "Gelar". `None` if the row is none.
fn second_line(
    below: &SheetRow,
    titles: &[(u16, Column)],
    fields: &[(u16, Field, Column)],
) -> Option<Vec<(u16, Field, Column)>> {
    let mut second = Vec::new();
    for cell in below.cells.iter().filter(|cell| !cell.merged) {
        let child = cell.value.as_text().filter(|text| text.contains(char::is_alphabetic))?;
        let parent = titles.iter().rfind(|(column, _)| *column <= cell.column).map(|(_, title)| &title.header);
        let joined = parent.map(|parent| format!("{parent} {child}"));
        let header = |header: &str| Column { letter: letter(cell.column), header: header.to_owned() };
        if let Some(joined) = joined
            && let Some(field) = field_of(&joined)
        {
            second.push((cell.column, field, header(&joined)));
        } else if fields.iter().any(|(column, _, _)| *column == cell.column) {
            // Something stands below a header that was understood: that is a row of data.
            return None;
        } else if let Some(field) = field_of(child) {
            second.push((cell.column, field, header(child)));
        }
    }
    (!second.is_empty()).then_some(second)
}

fn prefer_clear_outcome(fields: &mut Vec<(u16, Field, Column)>) {
    let outcomes = fields.iter().filter(|(_, field, _)| *field == Field::Outcome).count();
    if outcomes > 1 {
        fields.retain(|(_, field, column)| *field != Field::Outcome || !is_weak_outcome(column));
    }
}

fn refuse_doubles(fields: &[(u16, Field, Column)]) -> Result<(), SheetRefused> {
    for (n, (_, field, column)) in fields.iter().enumerate() {
        let first = fields[..n].iter().find(|(_, earlier, _)| earlier == field);
        if let Some((_, _, first)) = first {
            let name = |column: &Column| format!("{} ({})", column.letter, column.header);
            return Err(SheetRefused::new(Refused::ColumnTwice, &[&name(first), &name(column)]));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_count_as_spreadsheets_do() {
        for (at, expected) in [(0, "A"), (25, "Z"), (26, "AA"), (255, "IV"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(letter(at), expected);
            assert_eq!(index(expected), Some(at));
        }
        assert_eq!([index(""), index("a"), index("ZZZZZ")], [None; 3]);
    }
}
