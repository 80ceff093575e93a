//! A look inside a workbook before the spreadsheet library opens it.
//!
//! Every part is unpacked once, into nothing, while its bytes, elements and references are counted:
//! a bomb is found whatever sizes its directory claims, and claims that would make the library
//! reserve memory or overflow (`uniqueCount`, cell references) are checked. The same pass collects
//! what the library does not tell: hidden rows and columns, and merged cells.

use std::collections::HashMap;
use std::io::{self, BufReader, Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::refused::{SheetRefused, SheetRefusedKind as Refused};

/// The most bytes all parts of a workbook may unpack to: five times what 100,000 full rows need.
const MAX_UNPACKED_BYTES: u64 = 200 * 1024 * 1024;
/// The most parts of a workbook.
const MAX_PARTS: usize = 2_000;
/// The most bytes of one piece of XML, between two `<`: a cell holds at most 32,767 characters.
const MAX_XML_PIECE: usize = 1024 * 1024;
/// The most different texts, one for each cell of the largest sheet.
const MAX_SHARED_STRINGS: u64 = 3_000_000;
/// The most elements of the style sheet; spreadsheets stop at 65,490 cell formats.
const MAX_STYLE_ELEMENTS: u64 = 400_000;
/// The most merged regions of a sheet that are kept.
const MAX_MERGES: usize = 100_000;
/// The most hidden rows of a sheet that are kept; more are not warned of.
const MAX_HIDDEN_ROWS: usize = 20_000;
/// The most sheets of a workbook.
const MAX_SHEETS: usize = 200;
/// The longest cell reference: `XFD1048576`.
const MAX_REFERENCE: usize = 10;

/// What the look inside found, by the name of the sheet.
#[derive(Debug, Default)]
pub(super) struct Inspected {
    sheets: Vec<(String, String)>,
    relations: HashMap<String, String>,
    parts: HashMap<String, SheetShape>,
}

/// What is hidden and what is merged in a sheet. Rows count from 1, columns from 0.
#[derive(Debug, Default, Clone)]
pub(super) struct SheetShape {
    pub(super) hidden_columns: Vec<(u16, u16)>,
    pub(super) hidden_rows: Vec<u32>,
    pub(super) merges: Vec<Merge>,
}

/// A merged region, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Merge {
    pub(super) rows: (u32, u32),
    pub(super) columns: (u16, u16),
}

impl Inspected {
    /// The shape of a sheet; empty if its part was not found.
    pub(super) fn take_shape(&mut self, sheet: &str) -> SheetShape {
        let relation = self.sheets.iter().find(|(name, _)| name == sheet).map(|(_, id)| id);
        let target = relation.and_then(|id| self.relations.get(id));
        let path = target.map(|target| target.trim_start_matches('/').to_lowercase());
        let part = path.and_then(|path| {
            let matching = |part: &&String| **part == path || part.ends_with(&format!("/{path}"));
            self.parts.keys().find(matching).cloned()
        });
        part.and_then(|part| self.parts.remove(&part)).unwrap_or_default()
    }
}

/// Looks through all parts of a workbook.
///
/// # Errors
/// Anything that makes it unsafe, or something else than a plain XLSX.
pub(super) fn inspect(bytes: &[u8]) -> Result<Inspected, SheetRefused> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    refuse_other_formats(&mut archive)?;
    let mut inspected = Inspected::default();
    let mut left = MAX_UNPACKED_BYTES;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(unreadable)?;
        let name = part.name().map_err(unreadable)?.to_lowercase();
        let mut unpacked = Unpacked { inner: part, left: &mut left, piece: 0, xml: is_xml(&name) };
        let walked = walk(&mut unpacked, &name, &mut inspected);
        let drained = match walked {
            Ok(()) => io::copy(&mut unpacked, &mut io::sink()).map(drop),
            Err(refused) => return Err(refused),
        };
        drained.map_err(|error| refused_by_reader(&error))?;
    }
    if inspected.sheets.len() > MAX_SHEETS {
        return Err(unreadable(format!("{} sheets", inspected.sheets.len())));
    }
    Ok(inspected)
}

/// What the directory alone tells.
fn refuse_other_formats(archive: &mut ZipArchive<Cursor<&[u8]>>) -> Result<(), SheetRefused> {
    if archive.len() > MAX_PARTS {
        return Err(unreadable(format!("{} parts", archive.len())));
    }
    let mut claimed: u64 = 0;
    let mut has_workbook = false;
    for index in 0..archive.len() {
        // Raw: an encrypted part is not opened here.
        let part = archive.by_index_raw(index).map_err(unreadable)?;
        if part.encrypted() {
            return Err(SheetRefused::new(Refused::Encrypted, &[]));
        }
        claimed = claimed.saturating_add(part.size());
        let name = part.name().map_err(unreadable)?.to_lowercase();
        if name.ends_with("vbaproject.bin") {
            return Err(SheetRefused::new(Refused::Macro, &[]));
        }
        let other = match name.as_str() {
            "mimetype" | "content.xml" => Some("OpenDocument"),
            "xl/workbook.bin" => Some("XLSB"),
            "word/document.xml" => Some("Word"),
            "ppt/presentation.xml" => Some("PowerPoint"),
            _ => None,
        };
        if let Some(other) = other {
            return Err(SheetRefused::new(Refused::OtherFormat, &[other]));
        }
        has_workbook |= name == "[content_types].xml" || name.ends_with("workbook.xml");
    }
    if claimed > MAX_UNPACKED_BYTES {
        return Err(bomb());
    }
    match has_workbook {
        true => Ok(()),
        false => Err(SheetRefused::new(Refused::OtherFormat, &["ZIP"])),
    }
}

/// Walks over one part if it is XML of a kind that matters.
fn walk(unpacked: &mut impl Read, name: &str, inspected: &mut Inspected) -> Result<(), SheetRefused> {
    if !is_xml(name) {
        return Ok(());
    }
    let mut reader = Reader::from_reader(BufReader::new(unpacked));
    // As the spreadsheet library is set: what it accepts, we see.
    let config = reader.config_mut();
    config.check_end_names = false;
    config.check_comments = false;
    let mut part = Part::default();
    let mut buffer = Vec::with_capacity(1024);
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(element) | Event::Empty(element)) => part.element(&element, inspected)?,
            Ok(Event::DocType(_)) => return Err(unreadable("DOCTYPE")),
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(quick_xml::Error::Io(error)) => return Err(refused_by_reader(&error)),
            Err(error) => return Err(unreadable(error)),
        }
    }
    if part.root == "worksheet" {
        inspected.parts.insert(name.to_owned(), part.shape);
    }
    Ok(())
}

/// What was seen of one part.
#[derive(Default)]
struct Part {
    root: String,
    elements: u64,
    texts: u64,
    row: u32,
    shape: SheetShape,
}

impl Part {
    fn element(&mut self, element: &BytesStart<'_>, inspected: &mut Inspected) -> Result<(), SheetRefused> {
        let local = element.local_name();
        let name: &str = local.as_ref();
        if self.root.is_empty() {
            name.clone_into(&mut self.root);
        }
        self.elements += 1;
        match (self.root.as_str(), name) {
            ("worksheet", _) => self.of_worksheet(name, element),
            ("sst", "sst") => within(attribute(element, "uniqueCount"), MAX_SHARED_STRINGS),
            ("sst", "si") => {
                self.texts += 1;
                within(Some(self.texts.to_string()), MAX_SHARED_STRINGS)
            }
            ("styleSheet", _) => within(Some(self.elements.to_string()), MAX_STYLE_ELEMENTS),
            ("Types", "Override" | "Default") => {
                let kind = attribute(element, "ContentType").unwrap_or_default();
                match kind.to_lowercase().contains("macroenabled") {
                    true => Err(SheetRefused::new(Refused::Macro, &[])),
                    false => Ok(()),
                }
            }
            ("workbook", "sheet") if inspected.sheets.len() <= MAX_SHEETS => {
                let attributes = element.attributes();
                let id = attributes.flatten().filter(|attribute| attribute.key.local_name().as_ref() == "id").last();
                let id = id.map(|id| id.value.into_owned()).unwrap_or_default();
                inspected.sheets.push((attribute(element, "name").unwrap_or_default(), id));
                Ok(())
            }
            ("Relationships", "Relationship") if inspected.relations.len() <= MAX_PARTS => {
                let target = attribute(element, "Target").unwrap_or_default();
                // Ids are unique in one part only; a sheet's own relations never point to a sheet.
                if target.to_lowercase().contains("sheet") {
                    inspected.relations.insert(attribute(element, "Id").unwrap_or_default(), target);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn of_worksheet(&mut self, name: &str, element: &BytesStart<'_>) -> Result<(), SheetRefused> {
        match name {
            "c" => reference(attribute(element, "r")).map(drop),
            "dimension" => match attribute(element, "ref").as_deref().map(region) {
                Some(Err(refused)) => Err(refused),
                _ => Ok(()),
            },
            "row" => {
                let number = attribute(element, "r");
                reference(number.clone())?;
                self.row = number.and_then(|r| r.trim().parse().ok()).unwrap_or(self.row + 1);
                if is_on(element, "hidden") && self.shape.hidden_rows.len() < MAX_HIDDEN_ROWS {
                    self.shape.hidden_rows.push(self.row);
                }
                Ok(())
            }
            "col" if is_on(element, "hidden") && self.shape.hidden_columns.len() < MAX_HIDDEN_ROWS => {
                let end = |key| attribute(element, key).and_then(|n| n.parse::<u32>().ok()).unwrap_or(1);
                let index = |number: u32| u16::try_from(number.saturating_sub(1)).unwrap_or(u16::MAX);
                self.shape.hidden_columns.push((index(end("min")), index(end("max"))));
                Ok(())
            }
            "mergeCell" => {
                let Some(written) = attribute(element, "ref") else {
                    return Ok(());
                };
                let merge = region(&written)?;
                // Only regions over several rows change what a cell holds.
                if merge.rows.0 < merge.rows.1 && self.shape.merges.len() < MAX_MERGES {
                    self.shape.merges.push(merge);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// The bytes of a part as they are unpacked, counted against what the whole workbook may hold.
struct Unpacked<'b, R> {
    inner: R,
    left: &'b mut u64,
    piece: usize,
    xml: bool,
}

impl<R: Read> Read for Unpacked<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let too_many = io::Error::from(io::ErrorKind::FileTooLarge);
        *self.left = self.left.checked_sub(read as u64).ok_or(too_many)?;
        if self.xml {
            for &byte in &buffer[..read] {
                self.piece = if byte == b'<' { 0 } else { self.piece + 1 };
                if self.piece > MAX_XML_PIECE {
                    return Err(io::Error::from(io::ErrorKind::FileTooLarge));
                }
            }
        }
        Ok(read)
    }
}

/// Pictures and the like are only counted. Everything else is walked, so that a sheet under an
/// unusual name is not missed.
fn is_xml(name: &str) -> bool {
    !["png", "jpg", "jpeg", "gif", "emf", "wmf", "bin", "svg", "vml"]
        .iter()
        .any(|kind| name.rsplit_once('.').is_some_and(|(_, extension)| extension == *kind))
        && !name.ends_with('/')
}

fn attribute(element: &BytesStart<'_>, key: &str) -> Option<String> {
    let found = element.try_get_attribute(key).ok()??;
    found.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(|value| value.into_owned())
}

fn is_on(element: &BytesStart<'_>, key: &str) -> bool {
    matches!(attribute(element, key).as_deref(), Some("1" | "true"))
}

fn within(claimed: Option<String>, most: u64) -> Result<(), SheetRefused> {
    match claimed.map(|claimed| claimed.trim().parse::<u64>()) {
        Some(Ok(claimed)) if claimed > most => Err(bomb()),
        _ => Ok(()),
    }
}

/// A cell or row reference that cannot overflow.
fn reference(written: Option<String>) -> Result<(), SheetRefused> {
    match written {
        Some(written) if written.len() > MAX_REFERENCE => Err(unreadable(format!("r=\"{:.20}\"", written))),
        _ => Ok(()),
    }
}

/// `B5:D7`, the first corner not below or right of the second.
fn region(written: &str) -> Result<Merge, SheetRefused> {
    let wrong = || unreadable(format!("ref=\"{written:.40}\""));
    let (first, last) = written.split_once(':').unwrap_or((written, written));
    let ((top, left), (bottom, right)) = corner(first).zip(corner(last)).ok_or_else(wrong)?;
    match top <= bottom && left <= right {
        true => Ok(Merge { rows: (top, bottom), columns: (left, right) }),
        false => Err(wrong()),
    }
}

/// Row from 1 and column from 0 of `B5`.
fn corner(written: &str) -> Option<(u32, u16)> {
    let written = written.trim();
    if written.len() > MAX_REFERENCE {
        return None;
    }
    let digits = written.find(|c: char| c.is_ascii_digit())?;
    let mut column: u32 = 0;
    for letter in written[..digits].bytes() {
        let value = letter.to_ascii_uppercase().checked_sub(b'A').filter(|value| *value < 26)?;
        column = column.checked_mul(26)?.checked_add(u32::from(value) + 1)?;
    }
    Some((written[digits..].parse().ok()?, u16::try_from(column.checked_sub(1)?).ok()?))
}

fn bomb() -> SheetRefused {
    SheetRefused::new(Refused::Bomb, &[&(MAX_UNPACKED_BYTES / (1024 * 1024)).to_string()])
}

fn unreadable(why: impl std::fmt::Display) -> SheetRefused {
    SheetRefused::new(Refused::Unreadable, &[&why.to_string()])
}

fn refused_by_reader(error: &io::Error) -> SheetRefused {
    match error.kind() {
        io::ErrorKind::FileTooLarge => bomb(),
        _ => unreadable(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_never_overflow() {
        assert_eq!(corner("B5"), Some((5, 1)));
        assert_eq!(corner("XFD1048576"), Some((1_048_576, 16_383)));
        for wrong in ["", "5", "B", "ZZZZZZ1", "B99999999999", "\u{e9}5", "B-5"] {
            assert_eq!(corner(wrong), None, "{wrong}");
        }
        assert!(region("B5:A1").is_err());
        assert_eq!(region("A1").map(|merge| merge.rows), Ok((1, 1)));
    }
}
