//! A PDF read lazily: only the objects that lead to an attachment, each of them bounded.
//!
//! `lopdf::Document::load` reads everything at once, and a stranger's file can make that cost gigabytes: cross-reference
//! streams with `/W [1 999999999999 1]`, a million entries that point at one large object, chains of indirect lengths that
//! recurse. So the walk is here and `lopdf` gets one object's text at a time, with no table to follow references in. Its
//! filters decode a stream once the parameters have been checked. Sections cited are those of ISO 32000-2.

use std::collections::{HashMap, HashSet};

use lopdf::xref::{Xref, XrefEntry, XrefType};
use lopdf::{Dictionary, Document, Object, Reader, Stream};

use super::token::{Cursor, big_endian, end_of_text, end_of_value, ends_stream, find, rfind};
use crate::ExtractError;

/// The text of one object up to its stream, in bytes: a name tree leaf of some thousand attachments.
const MAX_OBJECT_TEXT: usize = 256 * 1024;
/// The text of all objects read on the way, in bytes.
const MAX_TOTAL_TEXT: usize = 8 * 1024 * 1024;
/// Bytes searched for the end of streams whose length is wrong or missing, all together.
const MAX_TOTAL_SEARCH: usize = 40_000_000;
/// Entries in all cross-references; one page of ours has 60 objects, a book of 2,000 pages 50,000.
const MAX_OBJECTS: usize = 400_000;
/// Cross-reference sections: one for each time the file was added to.
const MAX_SECTIONS: usize = 64;
/// Object streams and cross-reference streams, unpacked, in bytes.
const MAX_STRUCTURE: usize = 16 * 1024 * 1024;
/// The same for all of them together.
const MAX_TOTAL_STRUCTURE: usize = 64 * 1024 * 1024;
/// References followed in a row.
const MAX_HOPS: usize = 16;
/// Filters in a row on one stream.
const MAX_FILTERS: usize = 4;
/// A predictor's row, in samples and in components (7.4.4.4); `lopdf` allocates rows of this size.
const MAX_COLUMNS: i64 = 65_536;
const MAX_COLORS: i64 = 32;

/// Where an object is (7.5.4, 7.5.8).
#[derive(Clone, Copy)]
enum Place {
    Offset(usize),
    InStream { container: u32 },
}

/// A stream as found: its dictionary, and its bytes still encoded.
pub(super) struct RawStream<'a> {
    pub(super) dict: Dictionary,
    bytes: &'a [u8],
}

impl<'a> RawStream<'a> {
    /// Its bytes, still encoded.
    pub(super) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }
}

/// An object with its stream, if it has one.
pub(super) enum Found<'a> {
    Plain(Object),
    Stream(RawStream<'a>),
}

/// An opened PDF.
pub(super) struct File<'a> {
    bytes: &'a [u8],
    places: HashMap<u32, Place>,
    pub(super) trailer: Dictionary,
    /// Unpacked object streams, by number.
    containers: HashMap<u32, Vec<u8>>,
    text_left: usize,
    search_left: usize,
    structure_left: usize,
    entries_left: usize,
}

fn damaged(reason: &'static str) -> ExtractError {
    ExtractError::PdfDamaged { reason }
}

impl<'a> File<'a> {
    /// Reads the cross-reference of the newest revision and of those before it.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, ExtractError> {
        // Offsets count from the header (7.5.2 and Annex I), which mail gateways sometimes push down.
        let header = find(bytes, b"%PDF-").ok_or(damaged("no header"))?;
        let mut file = File {
            bytes: &bytes[header..],
            places: HashMap::new(),
            trailer: Dictionary::new(),
            containers: HashMap::new(),
            text_left: MAX_TOTAL_TEXT,
            search_left: MAX_TOTAL_SEARCH,
            entries_left: MAX_OBJECTS,
            structure_left: MAX_TOTAL_STRUCTURE,
        };
        file.read_cross_references()?;
        if file.trailer.has(b"Encrypt") {
            return Err(ExtractError::PdfEncrypted);
        }
        Ok(file)
    }

    fn read_cross_references(&mut self) -> Result<(), ExtractError> {
        let start = rfind(self.bytes, b"startxref").ok_or(damaged("no startxref"))? + b"startxref".len();
        let mut next = vec![Cursor::new(self.bytes, start).number().ok_or(damaged("no offset after startxref"))?];
        let mut seen = HashSet::new();
        while let Some(offset) = next.pop() {
            if !seen.insert(offset) {
                continue;
            }
            if seen.len() > MAX_SECTIONS {
                return Err(damaged("too many cross-reference sections"));
            }
            let offset = usize::try_from(offset).map_err(|_| damaged("cross-reference offset"))?;
            let trailer = self.read_section(offset)?;
            // The stack is popped from the end: a hybrid file's stream (7.5.8.4) comes before the older revision.
            for key in [b"Prev".as_slice(), b"XRefStm"] {
                if let Ok(Object::Integer(offset)) = trailer.get(key) {
                    next.push(u64::try_from(*offset).map_err(|_| damaged("cross-reference offset"))?);
                }
            }
            if self.trailer.is_empty() {
                self.trailer = trailer;
            }
        }
        Ok(())
    }

    /// One section at `offset`, a table (7.5.4) or a stream (7.5.8); entries of newer revisions stay.
    fn read_section(&mut self, offset: usize) -> Result<Dictionary, ExtractError> {
        let mut cursor = Cursor::new(self.bytes, offset);
        if !cursor.word(b"xref") {
            return self.read_section_stream(offset);
        }
        while !cursor.word(b"trailer") {
            let (first, count) = cursor.number().zip(cursor.number()).ok_or(damaged("cross-reference table"))?;
            for index in 0..count {
                let entry = cursor.number().zip(cursor.number()).zip(cursor.letter());
                let ((offset, _generation), kind) = entry.ok_or(damaged("cross-reference table"))?;
                if kind == b'n' {
                    self.place(first.saturating_add(index), Place::Offset(offset as usize))?;
                }
            }
        }
        match self.parse_text(cursor.at)? {
            (Object::Dictionary(trailer), _) => Ok(trailer),
            _ => Err(damaged("trailer")),
        }
    }

    fn read_section_stream(&mut self, offset: usize) -> Result<Dictionary, ExtractError> {
        let Found::Stream(stream) = self.object_at(offset, None)? else {
            return Err(damaged("cross-reference stream"));
        };
        let widths = integers(stream.dict.get(b"W").ok()).ok_or(damaged("cross-reference widths"))?;
        let &[kind, second, third] = widths.as_slice() else {
            return Err(damaged("cross-reference widths"));
        };
        let row = kind + second + third;
        if row == 0 || row > 3 * 8 || [kind, second, third].iter().any(|&width| width > 8) {
            return Err(damaged("cross-reference widths"));
        }
        let size = stream.dict.get(b"Size").and_then(Object::as_i64).ok().and_then(|size| usize::try_from(size).ok());
        let index = match integers(stream.dict.get(b"Index").ok()) {
            Some(index) => index,
            None => vec![0, size.ok_or(damaged("cross-reference size"))?],
        };
        let data = self.unpack_structure(&stream)?;

        let mut rows = data.chunks_exact(row);
        for pair in index.chunks_exact(2) {
            // `rows` ends first when a count promises more than there is.
            for (number, fields) in (pair[0]..pair[0].saturating_add(pair[1])).zip(&mut rows) {
                let (first, rest) = fields.split_at(kind);
                let value = big_endian(&rest[..second]);
                match if kind == 0 { 1 } else { big_endian(first) } {
                    1 => self.place(number as u64, Place::Offset(value as usize))?,
                    2 => {
                        let container = u32::try_from(value).map_err(|_| damaged("object stream number"))?;
                        self.place(number as u64, Place::InStream { container })?;
                    }
                    _ => {}
                }
            }
        }
        Ok(stream.dict)
    }

    fn place(&mut self, number: u64, place: Place) -> Result<(), ExtractError> {
        let number = u32::try_from(number).map_err(|_| damaged("object number"))?;
        self.entries_left = self.entries_left.checked_sub(1).ok_or(damaged("too many objects"))?;
        self.places.entry(number).or_insert(place);
        Ok(())
    }

    /// Follows references until there is a value. A reference to nothing is null (7.3.10); a stream's dictionary stands
    /// for the stream.
    pub(super) fn resolve(&mut self, object: &Object) -> Result<Object, ExtractError> {
        let mut object = object.clone();
        for _ in 0..MAX_HOPS {
            let Object::Reference((number, _)) = object else {
                return Ok(object);
            };
            object = match self.read(number)? {
                Found::Plain(object) => object,
                Found::Stream(stream) => Object::Dictionary(stream.dict),
            };
        }
        Err(damaged("a circle of references"))
    }

    /// The stream that `object` refers to.
    pub(super) fn stream(&mut self, object: &Object) -> Result<RawStream<'a>, ExtractError> {
        let Object::Reference((number, _)) = object else {
            return Err(damaged("a stream that is not an object of its own"));
        };
        match self.read(*number)? {
            Found::Stream(stream) => Ok(stream),
            Found::Plain(_) => Err(damaged("an attachment without content")),
        }
    }

    /// The object of that number; null when there is none.
    pub(super) fn read(&mut self, number: u32) -> Result<Found<'a>, ExtractError> {
        match self.places.get(&number).copied() {
            None => Ok(Found::Plain(Object::Null)),
            Some(Place::Offset(offset)) => self.object_at(offset, Some(number)),
            Some(Place::InStream { container }) => self.object_in(container, number).map(Found::Plain),
        }
    }

    /// An object outside object streams: `12 0 obj ... endobj`.
    fn object_at(&mut self, offset: usize, expected: Option<u32>) -> Result<Found<'a>, ExtractError> {
        let mut cursor = Cursor::new(self.bytes, offset);
        let number = cursor.number().filter(|_| cursor.number().is_some() && cursor.word(b"obj"));
        if number.is_none_or(|number| expected.is_some_and(|expected| u64::from(expected) != number)) {
            return Err(damaged("an object is not where the cross-reference says"));
        }
        let (object, stream_at) = self.parse_text(cursor.at)?;
        let (Object::Dictionary(dict), Some(at)) = (&object, stream_at) else {
            return Ok(Found::Plain(object));
        };
        let length = match dict.get(b"Length") {
            Ok(Object::Integer(length)) => usize::try_from(*length).ok(),
            // A length of its own (7.3.8.2) is a number outside any stream; one step, never a walk.
            Ok(Object::Reference((number, _))) => self.length_at(*number),
            _ => None,
        };
        let rest = self.bytes.get(at..).unwrap_or_default();
        let bytes = match length.and_then(|length| rest.get(..length).filter(|_| ends_stream(&rest[length..]))) {
            Some(bytes) => bytes,
            None => {
                let window = &rest[..rest.len().min(self.search_left)];
                let end = find(window, b"endstream");
                // What was searched in vain was searched too.
                self.search_left -= end.unwrap_or(window.len());
                let end = end.ok_or(damaged("a stream without an end"))?;
                &rest[..end]
            }
        };
        Ok(Found::Stream(RawStream { dict: dict.clone(), bytes }))
    }

    fn length_at(&mut self, number: u32) -> Option<usize> {
        let Some(Place::Offset(offset)) = self.places.get(&number).copied() else {
            return None;
        };
        let mut cursor = Cursor::new(self.bytes, offset);
        cursor.number().zip(cursor.number()).filter(|_| cursor.word(b"obj"))?;
        cursor.number().and_then(|length| usize::try_from(length).ok())
    }

    /// An object inside the object stream `container` (7.5.7).
    fn object_in(&mut self, container: u32, number: u32) -> Result<Object, ExtractError> {
        if !self.containers.contains_key(&container) {
            let Some(Place::Offset(offset)) = self.places.get(&container).copied() else {
                return Err(damaged("an object stream inside an object stream"));
            };
            let Found::Stream(stream) = self.object_at(offset, Some(container))? else {
                return Err(damaged("object stream"));
            };
            let first =
                stream.dict.get(b"First").and_then(Object::as_i64).ok().and_then(|first| usize::try_from(first).ok());
            let mut data = (first.ok_or(damaged("object stream"))? as u64).to_be_bytes().to_vec();
            data.extend(self.unpack_structure(&stream)?);
            self.containers.insert(container, data);
        }
        let (first, data) = self.containers[&container].split_at(size_of::<u64>());
        let first = big_endian(first) as usize;
        let head = data.get(..first).ok_or(damaged("object stream"))?;
        let mut cursor = Cursor::new(head, 0);
        while let Some((name, offset)) = cursor.number().zip(cursor.number()) {
            if name == u64::from(number) {
                let at = usize::try_from(offset).ok().and_then(|offset| first.checked_add(offset));
                let text = at.and_then(|at| data.get(at..)).ok_or(damaged("object stream"))?;
                let text = &text[..text.len().min(MAX_OBJECT_TEXT)];
                let text = &text[..end_of_value(text)];
                spend(&mut self.text_left, cursor.at + text.len())?;
                return parse(text);
            }
        }
        // What was searched in vain is charged as well, or many references to one missing object cost without end.
        spend(&mut self.text_left, cursor.at)?;
        Err(damaged("an object missing from its object stream"))
    }

    /// The value at `at`, and where its stream begins if it has one.
    fn parse_text(&mut self, at: usize) -> Result<(Object, Option<usize>), ExtractError> {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let text = &rest[..rest.len().min(MAX_OBJECT_TEXT)];
        let (end, stream) = end_of_text(text);
        spend(&mut self.text_left, end)?;
        Ok((parse(&text[..end])?, stream.map(|stream| at + stream)))
    }

    fn unpack_structure(&mut self, stream: &RawStream<'a>) -> Result<Vec<u8>, ExtractError> {
        let unpacked = self.unpack(stream, MAX_STRUCTURE.min(self.structure_left));
        // A stream that fails may have cost as much as the largest one.
        let cost = unpacked.as_ref().ok().and_then(|data| Some(data.as_ref()?.len())).unwrap_or(MAX_STRUCTURE);
        self.structure_left = self.structure_left.saturating_sub(cost);
        unpacked?.ok_or(damaged("a stream unpacks to too much"))
    }

    /// The stream's bytes, decoded; `None` when they would be more than `limit`.
    pub(super) fn unpack(&mut self, stream: &RawStream<'a>, limit: usize) -> Result<Option<Vec<u8>>, ExtractError> {
        let mut dict = Dictionary::new();
        if let Ok(filter) = stream.dict.get(b"Filter") {
            let filter = self.resolve(filter)?;
            if filter.as_array().is_ok_and(|filters| filters.len() > MAX_FILTERS) {
                return Err(damaged("too many filters"));
            }
            if filter.as_array().is_ok_and(Vec::is_empty) || filter.is_null() {
                return Ok((stream.bytes.len() <= limit).then(|| stream.bytes.to_vec()));
            }
            dict.set("Filter", filter);
        }
        if let Ok(parameters) = stream.dict.get(b"DecodeParms") {
            let parameters = match self.resolve(parameters)? {
                Object::Array(list) => list.into_iter().next().unwrap_or(Object::Null),
                other => other,
            };
            if let Object::Dictionary(parameters) = parameters {
                check_predictor(&parameters)?;
                dict.set("DecodeParms", parameters);
            }
        }
        match Stream::new(dict, stream.bytes.to_vec()).decompressed_content_with_limit(limit) {
            Ok(data) => Ok(Some(data)),
            Err(lopdf::Error::Decompress(lopdf::DecompressError::MemoryLimitExceeded { .. })) => Ok(None),
            Err(_) => Err(damaged("a stream that does not unpack")),
        }
    }
}

/// `lopdf` multiplies and allocates by these, so they must be sane before it sees them.
fn check_predictor(parameters: &Dictionary) -> Result<(), ExtractError> {
    let within = |key: &[u8], most: i64| match parameters.get(key) {
        Ok(Object::Integer(value)) => (0..=most).contains(value),
        Ok(_) => false,
        Err(_) => true,
    };
    if within(b"Columns", MAX_COLUMNS) && within(b"Colors", MAX_COLORS) && within(b"BitsPerComponent", 16) {
        Ok(())
    } else {
        Err(damaged("predictor"))
    }
}

/// One value from its text. The reader gets a table with this one object, so that it has nothing else to follow.
fn parse(text: &[u8]) -> Result<Object, ExtractError> {
    const HEAD: &[u8] = b"1 0 obj ";
    let buffer = [HEAD, text].concat();
    let mut document = Document::new();
    document.reference_table = Xref::new(2, XrefType::CrossReferenceTable);
    document.reference_table.insert(1, XrefEntry::Normal { offset: 0, generation: 0 });
    let reader = Reader {
        buffer: &buffer,
        document,
        encryption_state: None,
        raw_objects: Default::default(),
        password: None,
        strict: false,
        max_decompressed_size: Some(0),
    };
    reader.get_object((1, 0), &mut HashSet::new()).map_err(|_| damaged("an object that cannot be read"))
}

fn spend(left: &mut usize, amount: usize) -> Result<(), ExtractError> {
    *left = left.checked_sub(amount).ok_or(damaged("too much to read on the way to the attachment"))?;
    Ok(())
}

/// An array of sizes.
fn integers(object: Option<&Object>) -> Option<Vec<usize>> {
    let items = object?.as_array().ok()?;
    items.iter().map(|item| item.as_i64().ok().and_then(|value| usize::try_from(value).ok())).collect()
}
