//! Rows out of a CSV file: its encoding and its separator are found, not asked for.

use std::borrow::Cow;

use csv::{ReaderBuilder, StringRecord};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use super::cell::{Cell, SheetCell, SheetRow};
use super::column::{HEADER_SEARCH_ROWS, Header, MAX_COLUMNS, NoHeader};
use super::refused::{SheetRefused, SheetRefusedKind as Refused};
use super::workbook::too_many_columns;

/// The separators that spreadsheets write. Excel with Indonesian settings writes the semicolon.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// A cell with more characters and a line break in it comes from a quotation mark that is not closed.
const MAX_QUOTED_CHARS: usize = 4_000;

/// A decoded CSV file with its separator.
pub(super) struct Table<'b> {
    text: Cow<'b, str>,
    separator: u8,
    /// Whether the encoding was guessed.
    pub(super) guessed: bool,
    pub(super) header: Header,
}

impl<'b> Table<'b> {
    /// Decodes the file and finds its separator and header.
    pub(super) fn open(bytes: &'b [u8]) -> Result<Self, SheetRefused> {
        let (text, guessed) = decode(bytes)?;
        // One kind of line end, so that rows can be counted.
        let text = match text.contains('\r') {
            true => Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")),
            false => text,
        };
        let (separators, text) = match separator_line(&text) {
            Some((separator, rest)) => (vec![separator], Cow::Owned(rest.to_owned())),
            None => (SEPARATORS.to_vec(), text),
        };
        if text.trim().is_empty() {
            return Err(SheetRefused::new(Refused::Empty, &[]));
        }
        let mut best: Option<(u8, Header, bool)> = None;
        let mut refused = None;
        for separator in separators {
            let rows = match first_rows(&text, separator) {
                Ok(rows) => rows,
                Err(reason) => {
                    refused = refused.or(Some(reason));
                    continue;
                }
            };
            match Header::find(&rows) {
                Ok(header) => {
                    let some = rows.iter().any(|row| row.number > header.row);
                    let more = |(_, known, _): &(u8, Header, bool)| header.fields.len() > known.fields.len();
                    if best.as_ref().is_none_or(more) {
                        best = Some((separator, header, some));
                    }
                }
                Err(NoHeader::Unusable(reason)) => refused = refused.or(Some(reason)),
                Err(NoHeader::Nothing) => {}
            }
        }
        match best {
            Some((separator, header, true)) => Ok(Self { text, separator, guessed, header }),
            Some((_, header, false)) => Err(SheetRefused::new(Refused::NoRows, &[&header.row.to_string()])),
            None => {
                Err(refused.unwrap_or_else(|| SheetRefused::new(Refused::NoHeader, &[&HEADER_SEARCH_ROWS.to_string()])))
            }
        }
    }

    /// Hands over every row that is not empty.
    pub(super) fn each_row(
        &self,
        take: impl FnMut(SheetRow) -> Result<bool, SheetRefused>,
    ) -> Result<(), SheetRefused> {
        each_row(&self.text, self.separator, take)
    }
}

/// UTF-8 with or without its mark, UTF-16 with its mark (Excel's *Unicode text*), or Windows-1252.
fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, bool), SheetRefused> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let decoded = encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..]);
        return decoded.map(|text| (text, false)).ok_or_else(|| wrong_encoding(bytes, mark));
    }
    if let Some(at) = bytes.iter().position(|&b| b == 0) {
        return Err(encoding_at(at));
    }
    let valid = Encoding::utf8_valid_up_to(bytes);
    if valid == bytes.len() {
        return Ok((UTF_8.decode_without_bom_handling(bytes).0, false));
    }
    // Neither one nor the other: parts of it are well-formed UTF-8 beyond ASCII, parts are not.
    if !bytes[..valid].is_ascii() {
        return Err(encoding_at(valid));
    }
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    match bytes.iter().position(|b| matches!(b, 0x81 | 0x8D | 0x8F | 0x90 | 0x9D)) {
        Some(undefined) => Err(encoding_at(undefined)),
        None => Ok((text, true)),
    }
}

fn wrong_encoding(bytes: &[u8], mark: usize) -> SheetRefused {
    encoding_at(mark + Encoding::utf8_valid_up_to(&bytes[mark..]))
}

fn encoding_at(byte: usize) -> SheetRefused {
    SheetRefused::new(Refused::Encoding, &[&(byte + 1).to_string()])
}

/// `sep=;` in the first line tells Excel the separator; Excel does not count that line.
fn separator_line(text: &str) -> Option<(u8, &str)> {
    let (line, rest) = text.split_once('\n')?;
    let separator = line.trim_matches(['"', ' ']).strip_prefix("sep=")?;
    match separator.as_bytes() {
        [separator] => Some((*separator, rest)),
        _ => None,
    }
}

fn first_rows(text: &str, separator: u8) -> Result<Vec<SheetRow>, SheetRefused> {
    let mut rows = Vec::new();
    each_row(text, separator, |row| {
        rows.push(row);
        Ok(rows.len() < HEADER_SEARCH_ROWS)
    })?;
    Ok(rows)
}

fn each_row(
    text: &str,
    separator: u8,
    mut take: impl FnMut(SheetRow) -> Result<bool, SheetRefused>,
) -> Result<(), SheetRefused> {
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes());
    let mut record = StringRecord::new();
    let mut number: u32 = 0;
    loop {
        let before = reader.position().clone();
        // The text is UTF-8 and any number of cells is allowed, so reading cannot fail.
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) | Err(_) => return Ok(()),
        }
        let after = reader.position();
        let span = text.get(before.byte() as usize..after.byte() as usize).unwrap_or_default();
        number += rows_in(span, &record);
        let row = row_of(&record, number)?;
        if !row.cells.is_empty() && !take(row)? {
            return Ok(());
        }
    }
}

/// How many rows a record takes as a spreadsheet counts them: the blank lines before it, which the
/// reader skips, and itself. Line breaks inside its cells do not count.
fn rows_in(span: &str, record: &StringRecord) -> u32 {
    let breaks = |text: &str| text.bytes().filter(|&b| b == b'\n').count();
    let inside: usize = record.iter().map(breaks).sum();
    let last_line = usize::from(!span.ends_with('\n'));
    u32::try_from(breaks(span) + last_line - inside.min(breaks(span))).unwrap_or(u32::MAX)
}

fn row_of(record: &StringRecord, number: u32) -> Result<SheetRow, SheetRefused> {
    let mut row = SheetRow { number, ..SheetRow::default() };
    for (index, text) in record.iter().enumerate() {
        if text.len() > MAX_QUOTED_CHARS && text.contains('\n') {
            return Err(SheetRefused::new(Refused::Quote, &[&number.to_string()]));
        }
        let Some(value) = Cell::from_text(text) else {
            continue;
        };
        match u16::try_from(index) {
            Ok(column) if index < MAX_COLUMNS => row.cells.push(SheetCell { column, value, merged: false }),
            _ => return Err(too_many_columns(number)),
        }
    }
    Ok(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Vec<(u32, usize)> {
        let mut seen = Vec::new();
        each_row(text, b',', |row| {
            seen.push((row.number, row.cells.len()));
            Ok(true)
        })
        .expect("readable");
        seen
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_numbers_them() {
        assert_eq!(numbers("a,b\nc,d"), [(1, 2), (2, 2)]);
        assert_eq!(numbers("a,b\n\n\nc,d\n"), [(1, 2), (4, 2)]);
        assert_eq!(numbers("\na,\"b\nb\nb\"\nc,d\n"), [(2, 2), (3, 2)]);
        assert_eq!(numbers("a\n,,\nb\n\n"), [(1, 1), (3, 1)]);
        assert_eq!(numbers(""), []);
    }

    #[test]
    fn encodings_are_found() {
        let rene = "Nama,NIP\nRené Uji,";
        let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(rene.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let with_mark = [b"\xEF\xBB\xBF", rene.as_bytes()].concat();
        for (bytes, guessed) in
            [(rene.as_bytes(), false), (&with_mark, false), (&utf16, false), (b"Nama,NIP\nRen\xE9 Uji,", true)]
        {
            let (text, was_guessed) = decode(bytes).expect("decodes");
            assert_eq!((&*text, was_guessed), (rene, guessed));
        }
        let no_mark: Vec<u8> = rene.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mixed = [rene.as_bytes(), b" Ren\xE9"].concat();
        for bytes in [&no_mark[..], &mixed, b"\xEF\xBB\xBFRen\xE9", b"Nama\x81"] {
            assert_eq!(decode(bytes).expect_err("refused").kind, Refused::Encoding);
        }
    }
}
