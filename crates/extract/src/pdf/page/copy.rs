//! A page copied into a file of its own: content, pictures and forms, each unpacked and within bounds.

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};

use super::super::file::{File, RawStream};
use super::{Page, content};
use crate::{ExtractError, picture};

/// Forms within forms.
const MAX_FORMS_DEPTH: usize = 6;
/// Pictures and forms of one page or form.
const MAX_RESOURCES: usize = 128;
/// Streams of one page's content.
const MAX_CONTENTS: usize = 64;
/// What draws, unpacked, in bytes: all pages together.
const MAX_CONTENT: usize = 4 * 1024 * 1024;
/// Pixels of all pictures: two pages of A4 at 600 to the inch.
const MAX_PIXELS: usize = 70_000_000;
/// Pixels on one side of a picture.
const MAX_SIDE: i64 = 65_535;
/// Shapes painted on a page, those of forms each time they are drawn.
const MAX_PAINTS: u64 = 8_000;
/// Pixels drawn on a page, those of a picture each time.
const MAX_DRAWN: u64 = 150_000_000;
/// Values of colour spaces and the like.
const MAX_VALUES: usize = 4_000;
/// Their depth.
const MAX_VALUES_DEPTH: usize = 8;
/// A function, a palette, in bytes.
const MAX_SMALL_STREAM: usize = 64 * 1024;

/// What may still be copied, for all pages of a file.
pub(super) struct Budget {
    content: usize,
    pixels: usize,
    values: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { content: MAX_CONTENT, pixels: MAX_PIXELS, values: MAX_VALUES }
    }
}

/// What drawing something costs.
#[derive(Debug, Clone, Copy, Default)]
struct Cost {
    paints: u64,
    pixels: u64,
}

struct Copier<'c, 'f> {
    file: &'c mut File<'f>,
    budget: &'c mut Budget,
    out: Document,
}

fn too_much() -> ExtractError {
    ExtractError::PdfDamaged { reason: "a page that draws more than a certificate does" }
}

/// A file with this page only.
pub(super) fn page(file: &mut File<'_>, page: &Page, budget: &mut Budget) -> Result<Vec<u8>, ExtractError> {
    let mut copier = Copier { file, budget, out: Document::with_version("1.7") };
    let content = copier.page_content(&page.dictionary)?;
    let (content, resources, cost) = copier.drawn(&content, &page.resources, MAX_FORMS_DEPTH)?;
    if cost.paints > MAX_PAINTS || cost.pixels > MAX_DRAWN {
        return Err(too_much());
    }
    let media_box = copier.numbers(&page.media_box)?;
    let Copier { mut out, .. } = copier;
    let content = out.add_object(Stream::new(Dictionary::new(), content));
    let pages = out.new_object_id();
    let page = out.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "Contents" => content, "Resources" => resources,
        "MediaBox" => media_box.filter(|sides| sides.len() == 4).unwrap_or(vec![0.into(), 0.into(), 842.into(), 842.into()]),
    });
    out.objects.insert(pages, dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 }.into());
    let catalog = out.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    out.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    out.save_to(&mut bytes).map_err(|_| ExtractError::PdfDamaged { reason: "a page that cannot be copied" })?;
    Ok(bytes)
}

impl<'f> Copier<'_, 'f> {
    fn page_content(&mut self, page: &Dictionary) -> Result<Vec<u8>, ExtractError> {
        let contents = page.get(b"Contents").cloned().unwrap_or(Object::Null);
        let streams = match self.file.resolve(&contents)? {
            Object::Array(streams) => streams,
            _ => vec![contents],
        };
        let mut all = Vec::new();
        for stream in streams.iter().take(MAX_CONTENTS) {
            let stream = self.file.stream(stream)?;
            all.extend(self.content(&stream)?);
            all.push(b'\n');
        }
        Ok(all)
    }

    fn content(&mut self, stream: &RawStream<'f>) -> Result<Vec<u8>, ExtractError> {
        let bytes = self.file.unpack(stream, self.budget.content)?.ok_or_else(too_much)?;
        self.budget.content -= bytes.len();
        Ok(bytes)
    }

    /// The operations of a content, the resources they use, and what drawing it costs.
    fn drawn(
        &mut self,
        content: &[u8],
        resources: &Object,
        depth: usize,
    ) -> Result<(Vec<u8>, Dictionary, Cost), ExtractError> {
        let drawn = content::reduce(content).ok_or(ExtractError::PdfDamaged { reason: "a page's content" })?;
        let mut copied = Dictionary::new();
        let Object::Dictionary(resources) = self.file.resolve(resources)? else {
            return Ok((drawn.bytes, copied, Cost { paints: drawn.paints as u64, pixels: 0 }));
        };
        if let Ok(spaces) = resources.get(b"ColorSpace") {
            copied.set("ColorSpace", self.colour(spaces, MAX_VALUES_DEPTH)?);
        }
        let mut cost = Cost { paints: drawn.paints as u64, pixels: 0 };
        let mut objects = Dictionary::new();
        let all = match resources.get(b"XObject").cloned() {
            Ok(all) => self.file.resolve(&all)?,
            Err(_) => Object::Null,
        };
        for (name, object) in all.as_dict().into_iter().flatten().take(MAX_RESOURCES) {
            let times = drawn.used.iter().filter(|used| *used == name).count() as u64;
            // What is not drawn is not copied, and what cannot be copied is not drawn.
            let Some((id, each)) = (if times == 0 { None } else { self.object(object, depth)? }) else { continue };
            cost.paints += times * each.paints;
            cost.pixels += times * each.pixels;
            if cost.paints > MAX_PAINTS || cost.pixels > MAX_DRAWN {
                return Err(too_much());
            }
            objects.set(name.clone(), id);
        }
        copied.set("XObject", objects);
        Ok((drawn.bytes, copied, cost))
    }

    /// A picture or form, if it can be copied.
    fn object(&mut self, object: &Object, depth: usize) -> Result<Option<(ObjectId, Cost)>, ExtractError> {
        let Ok(stream) = self.file.stream(object) else { return Ok(None) };
        match stream.dict.get(b"Subtype").and_then(Object::as_name) {
            Ok(b"Image") => self.image(&stream, true),
            Ok(b"Form") if depth > 0 => self.form(&stream, depth - 1),
            _ => Ok(None),
        }
    }

    fn form(&mut self, stream: &RawStream<'f>, depth: usize) -> Result<Option<(ObjectId, Cost)>, ExtractError> {
        let content = self.content(stream)?;
        let resources = stream.dict.get(b"Resources").cloned().unwrap_or(Object::Null);
        let (content, resources, cost) = self.drawn(&content, &resources, depth)?;
        let mut form = dictionary! { "Type" => "XObject", "Subtype" => "Form", "Resources" => resources };
        for key in [b"BBox".as_slice(), b"Matrix"] {
            if let Ok(value) = stream.dict.get(key)
                && let Some(numbers) = self.numbers(&value.clone())?
            {
                form.set(key, numbers);
            }
        }
        Ok(Some((self.out.add_object(Stream::new(form, content)), cost)))
    }

    /// A picture, its pixels unpacked. One of another kind (JPEG 2000, JBIG2) is left out.
    fn image(&mut self, stream: &RawStream<'f>, may_mask: bool) -> Result<Option<(ObjectId, Cost)>, ExtractError> {
        let Some((width, height)) = size(&stream.dict) else { return Ok(None) };
        let pixels = width * height;
        self.budget.pixels = self.budget.pixels.checked_sub(pixels).ok_or_else(too_much)?;
        let filter = self.last_filter(&stream.dict)?;
        let image = match filter.as_slice() {
            b"DCTDecode" | b"DCT" => photo(stream.bytes(), pixels)?,
            b"JPXDecode" | b"JBIG2Decode" => None,
            filter => self.samples(stream, filter, (width, height))?,
        };
        let Some(mut image) = image else { return Ok(None) };
        for key in [b"SMask".as_slice(), b"Mask"].into_iter().filter(|_| may_mask) {
            let Some(mask) = stream.dict.get(key).ok().and_then(|mask| self.file.stream(mask).ok()) else { continue };
            if let Some((mask, _)) = self.image(&mask, false)? {
                image.dict.set(key, mask);
            }
        }
        let cost = Cost { paints: 1, pixels: pixels as u64 };
        Ok(Some((self.out.add_object(image), cost)))
    }

    fn last_filter(&mut self, dict: &Dictionary) -> Result<Vec<u8>, ExtractError> {
        let Ok(filter) = dict.get(b"Filter").cloned() else { return Ok(Vec::new()) };
        let filter = match self.file.resolve(&filter)? {
            Object::Array(filters) => filters.last().cloned().unwrap_or(Object::Null),
            one => one,
        };
        Ok(filter.as_name().unwrap_or_default().to_vec())
    }

    /// A picture that says how its samples are to be read.
    fn samples(
        &mut self,
        stream: &RawStream<'f>,
        filter: &[u8],
        (width, height): (usize, usize),
    ) -> Result<Option<Stream>, ExtractError> {
        let mut image = dictionary! {
            "Type" => "XObject", "Subtype" => "Image", "Width" => width as i64, "Height" => height as i64,
        };
        for key in [b"BitsPerComponent".as_slice(), b"ColorSpace", b"Decode", b"ImageMask"] {
            if let Ok(value) = stream.dict.get(key) {
                image.set(key, self.colour(value, MAX_VALUES_DEPTH)?);
            }
        }
        if let b"CCITTFaxDecode" | b"CCF" = filter {
            let Some(parameters) = self.fax(&stream.dict, width, height)? else { return Ok(None) };
            image.set("Filter", "CCITTFaxDecode");
            image.set("DecodeParms", parameters);
            return Ok(Some(Stream::new(image, stream.bytes().to_vec())));
        }
        // At most four colours of 16 bits.
        let samples = self.file.unpack(stream, width * height * 8)?;
        Ok(samples.map(|samples| Stream::new(image, samples)))
    }

    /// ISO 32000-2, 7.4.6, whose sizes have to be those of the picture.
    fn fax(&mut self, image: &Dictionary, width: usize, height: usize) -> Result<Option<Dictionary>, ExtractError> {
        let Ok(parameters) = image.get(b"DecodeParms").cloned() else { return Ok(None) };
        let parameters = match self.file.resolve(&parameters)? {
            Object::Array(list) => list.last().cloned().unwrap_or(Object::Null),
            other => other,
        };
        let Object::Dictionary(parameters) = self.file.resolve(&parameters)? else { return Ok(None) };
        let mut copied = dictionary! { "Rows" => height as i64 };
        for key in [b"K".as_slice(), b"Columns", b"BlackIs1", b"EncodedByteAlign", b"EndOfLine", b"EndOfBlock"] {
            if let Ok(value @ (Object::Integer(_) | Object::Boolean(_))) = parameters.get(key) {
                copied.set(key, value.clone());
            }
        }
        // 1,728 by default.
        let columns = copied.get(b"Columns").and_then(Object::as_i64).unwrap_or(1_728);
        Ok((columns == width as i64).then_some(copied))
    }

    /// A colour space, or another value of few parts, with what it refers to.
    fn colour(&mut self, value: &Object, depth: usize) -> Result<Object, ExtractError> {
        self.budget.values = self.budget.values.checked_sub(1).ok_or_else(too_much)?;
        if depth == 0 {
            return Ok(Object::Null);
        }
        if let Object::Reference(_) = value
            && let Ok(stream) = self.file.stream(value)
        {
            let Some(bytes) = self.file.unpack(&stream, MAX_SMALL_STREAM)? else { return Ok(Object::Null) };
            let dict = self.parts(&stream.dict, depth)?;
            return Ok(self.out.add_object(Stream::new(dict, bytes)).into());
        }
        Ok(match self.file.resolve(value)? {
            Object::Array(items) => match self.plain_colour(&items)? {
                Some(plain) => plain,
                None => Object::Array(items.iter().map(|item| self.colour(item, depth - 1)).collect::<Result<_, _>>()?),
            },
            Object::Dictionary(parts) => Object::Dictionary(self.parts(&parts, depth)?),
            Object::Stream(_) | Object::Reference(_) => Object::Null,
            plain => plain,
        })
    }

    fn parts(&mut self, parts: &Dictionary, depth: usize) -> Result<Dictionary, ExtractError> {
        let mut copied = Dictionary::new();
        for (name, part) in parts {
            if !matches!(name.as_slice(), b"Length" | b"Filter" | b"DecodeParms" | b"Metadata") {
                copied.set(name.clone(), self.colour(part, depth - 1)?);
            }
        }
        Ok(copied)
    }

    /// A profile (8.6.5.5) stands for the plain colours that it has so many of.
    fn plain_colour(&mut self, space: &[Object]) -> Result<Option<Object>, ExtractError> {
        let (Some(b"ICCBased"), Some(profile)) = (space.first().and_then(|name| name.as_name().ok()), space.get(1))
        else {
            return Ok(None);
        };
        let profile = self.file.resolve(profile)?;
        let count = profile.as_dict().and_then(|dict| dict.get(b"N")).and_then(Object::as_i64).unwrap_or(3);
        Ok(Some(Object::Name(match count {
            1 => b"DeviceGray".to_vec(),
            4 => b"DeviceCMYK".to_vec(),
            _ => b"DeviceRGB".to_vec(),
        })))
    }

    fn numbers(&mut self, value: &Object) -> Result<Option<Vec<Object>>, ExtractError> {
        let Object::Array(items) = self.file.resolve(value)? else { return Ok(None) };
        let items: Vec<Object> = items.iter().take(6).map(|item| self.file.resolve(item)).collect::<Result<_, _>>()?;
        let numbers = items.iter().all(|item| item.as_float().is_ok_and(|value| value.abs() < 1e6));
        Ok(numbers.then_some(items))
    }
}

/// A JPEG as grey samples. It says its size itself.
fn photo(bytes: &[u8], most: usize) -> Result<Option<Stream>, ExtractError> {
    let Ok((samples, width)) = picture::decode(bytes).map(picture::Grey::into_pixels) else { return Ok(None) };
    if samples.len() > most {
        return Err(too_much());
    }
    let image = dictionary! {
        "Type" => "XObject", "Subtype" => "Image", "BitsPerComponent" => 8, "ColorSpace" => "DeviceGray",
        "Width" => width as i64, "Height" => (samples.len() / width.max(1)) as i64,
    };
    Ok(Some(Stream::new(image, samples)))
}

fn size(image: &Dictionary) -> Option<(usize, usize)> {
    let side = |key: &[u8]| {
        let side = image.get(key).and_then(Object::as_i64).ok().filter(|side| (1..=MAX_SIDE).contains(side))?;
        usize::try_from(side).ok()
    };
    Some((side(b"Width")?, side(b"Height")?))
}
