//! The plate: everything of a PDF that a cohort shares, as bytes, made once.
//!
//! printpdf draws and embeds; lopdf takes its objects, mends what printpdf cannot write, and serialises them. What a certificate
//! adds (`print.rs`) refers to the plate and is referred to by it under the fixed numbers of [`slot`].

use std::collections::BTreeMap;

use lopdf::{Dictionary, Document, Object, ObjectId, ObjectStream, Stream, StringFormat, dictionary};
use printpdf::font::PdfFont;
use printpdf::{
    Codepoint, FontId, Op, ParsedFont, PdfDocument, PdfFontHandle, PdfPage, PdfSaveOptions, Pt, TextItem, TextMatrix,
};
use sha2::{Digest, Sha256};
use subsetter::GlyphRemapper;

use crate::design::FontRole;
use crate::ink::{ARTIFACT, Embedded, Placed, begin_op, mm, resource, utf16};
use crate::layout::{Cohort, Layout};
use crate::structure::{self, Kid, Structure, key};
use crate::typeset::{Glyphs, MISSING, natural};
use crate::{RenderError, background, icc};

/// Object numbers of what each certificate adds.
pub(crate) mod slot {
    pub(crate) const FRONT: u32 = 1;
    pub(crate) const ANNEX: u32 = 2;
    pub(crate) const LINK: u32 = 3;
    pub(crate) const CREDENTIAL: u32 = 4;
    pub(crate) const XMP: u32 = 5;
    pub(crate) const INFO: u32 = 6;
    /// The first page's element of the structure tree.
    pub(crate) const SECTION: u32 = 7;
    /// The cross-reference stream.
    pub(crate) const PLACES: u32 = 8;
    /// How many there are.
    pub(crate) const COUNT: u32 = 8;
}

/// The name of the attached credential, as extractors look for it.
pub(crate) const ATTACHMENT: &str = "credential.json";

/// Prepared bytes and what is needed to add to them.
pub(crate) struct Plate {
    pub(crate) bytes: Vec<u8>,
    /// Where objects are, by number; free are those that a certificate adds.
    pub(crate) places: Vec<Place>,
    pub(crate) catalog: u32,
    pub(crate) has_annex: bool,
    /// The element of the structure tree above the sections, and the first section's elements in reading order.
    pub(crate) document: u32,
    pub(crate) kids: Vec<Kid>,
    /// SHA-256 of `bytes`.
    pub(crate) fingerprint: [u8; 32],
    fonts: BTreeMap<FontRole, Font>,
}

/// Where an object is in the file (ISO 32000-1, 7.5.8.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Free,
    /// At this offset in bytes.
    At(usize),
    /// In the object stream of this number, as the so-manyeth.
    Within(u32, u16),
}

/// A font's subset: by the glyph's number in the whole font, its number here and its text.
struct Font {
    glyphs: Vec<Option<(u16, String)>>,
    program: Vec<u8>,
    tag: String,
    /// Widths by the subset's numbers, thousandths of the size.
    widths: Vec<f32>,
}

impl Plate {
    pub(crate) fn new(layout: &Layout, cohort: &Cohort, glyphs: &Glyphs) -> Result<Self, RenderError> {
        let mut fonts = BTreeMap::new();
        for (role, used) in glyphs {
            fonts.insert(*role, Font::subset(layout, *role, used)?);
        }
        let mut plate = Self {
            bytes: Vec::new(),
            places: Vec::new(),
            catalog: 0,
            has_annex: !cohort.annex.is_empty(),
            document: 0,
            kids: Vec::new(),
            fingerprint: [0; 32],
            fonts,
        };
        let drawn = plate.draw(layout, cohort)?;
        plate.assemble(layout, cohort, &drawn)?;
        plate.fingerprint = Sha256::digest(&plate.bytes).into();
        Ok(plate)
    }

    /// Whether all glyphs of these lines are embedded.
    pub(crate) fn covers<'l>(&self, mut lines: impl Iterator<Item = &'l Placed>) -> bool {
        lines.all(|placed| {
            placed.line.runs.iter().all(|run| run.glyphs.iter().all(|g| self.glyph(run.font, g.id).is_some()))
        })
    }

    /// Lets printpdf draw: one page for the frame, the front and the body each, one per page of subjects, and one that shows
    /// every glyph, which makes printpdf embed it with its width and text.
    fn draw(&self, layout: &Layout, cohort: &Cohort) -> Result<Document, RenderError> {
        let page = &layout.design.file.page;
        let mut pdf = PdfDocument::new("");
        for (role, font) in &self.fonts {
            let parsed = font.parsed(layout, *role)?;
            pdf.resources.fonts.map.insert(FontId(resource(*role).to_owned()), PdfFont::new(parsed));
        }
        let mut contents = vec![cohort.frame.clone()];
        let body = structure::body(&cohort.front.lines);
        let pages =
            [(&cohort.front.art, &cohort.front.lines, structure::FRONT), (&Vec::new(), &cohort.body.lines, body)];
        let annex = cohort.annex.iter().map(|p| (&p.art, &p.lines, structure::ANNEX));
        for (art, lines, first) in pages.into_iter().chain(annex) {
            let mut ops = vec![Op::SaveGraphicsState];
            if !art.is_empty() {
                ops.push(Op::BeginMarkedContent { tag: ARTIFACT.to_owned() });
                ops.extend_from_slice(art);
                ops.push(Op::EndMarkedContent);
            }
            for (i, group) in structure::groups(lines).into_iter().enumerate() {
                ops.push(begin_op(lines[group.start].tag.name(), first + i));
                for placed in &lines[group] {
                    placed.ops(self, &mut ops);
                }
                ops.push(Op::EndMarkedContentWithProperties);
            }
            ops.push(Op::RestoreGraphicsState);
            contents.push(ops);
        }
        contents.push(self.specimen());
        let (width, height) = (mm(page.width * crate::design::MM), mm(page.height * crate::design::MM));
        pdf.pages = contents.into_iter().map(|ops| PdfPage::new(width, height, ops)).collect();
        let options = PdfSaveOptions { optimize: false, subset_fonts: false, secure: true, image_optimization: None };
        Ok(pdf.to_lopdf_document(&options, &mut Vec::new()))
    }

    fn specimen(&self) -> Vec<Op> {
        let mut ops = vec![Op::StartTextSection];
        for (role, font) in &self.fonts {
            ops.push(Op::SetFont { font: PdfFontHandle::External(FontId(resource(*role).to_owned())), size: Pt(1.0) });
            ops.push(Op::SetTextMatrix { matrix: TextMatrix::Translate(Pt(0.0), Pt(0.0)) });
            let all =
                font.glyphs.iter().flatten().map(|(id, text)| Codepoint::with_cid(*id, 0.0, text.clone())).collect();
            ops.push(Op::ShowText { items: vec![TextItem::GlyphIds(all)] });
        }
        ops.push(Op::EndTextSection);
        ops
    }

    /// Builds the shared part of the file from what printpdf drew.
    fn assemble(&mut self, layout: &Layout, cohort: &Cohort, drawn: &Document) -> Result<(), RenderError> {
        let failed = |e: lopdf::Error| RenderError::Pdf { reason: e.to_string() };
        let pages: Vec<ObjectId> = drawn.page_iter().collect();
        let content = |i: usize| drawn.get_page_content(pages[i]);
        let mut out = Document::with_version("1.7");
        out.reference_table.cross_reference_type = lopdf::xref::XrefType::CrossReferenceTable;
        out.max_id = slot::COUNT;

        let mut resources = self.fonts_of(drawn, pages[0], &mut out).map_err(failed)?;
        // Before it, a certificate's own content saves the graphics state and moves the origin to where the body begins.
        let body = out.add_object(packed(Dictionary::new(), [content(2), b"Q\n".to_vec()].concat()));
        let mut forms = Dictionary::new();
        let backgrounds = background::forms(&mut out, layout, content(0), &resources, &mut forms);
        resources.set("XObject", forms);
        let resources = out.add_object(resources);

        let tree = out.new_object_id();
        let mut structure = Structure::new(&mut out);
        let mut kids = Vec::new();
        for i in std::iter::once(1).chain(3..pages.len() - 1) {
            let shared = out.add_object(packed(Dictionary::new(), content(i)));
            let contents: Vec<Object> = if i == 1 {
                vec![backgrounds.first.into(), shared.into(), reference(slot::FRONT), body.into()]
            } else {
                vec![backgrounds.others.into(), shared.into(), reference(slot::ANNEX)]
            };
            let mut page = dictionary! {
                "Type" => "Page",
                "Parent" => tree,
                "MediaBox" => media_box(layout),
                "Resources" => resources,
                "Contents" => contents,
                "Tabs" => "S",
            };
            let id = out.new_object_id();
            if i == 1 {
                page.set("Annots", vec![reference(slot::LINK)]);
                page.set("StructParents", i64::from(key::FRONT));
                self.kids = structure.front(&mut out, layout, cohort, id);
            } else {
                page.set("StructParents", i64::from(key::ANNEX) + i as i64 - 3);
                structure.annex(&mut out, &cohort.annex[i - 3].lines, layout.pens.annex_reference.tag, id);
            }
            out.set_object(id, page);
            kids.push(Object::from(id));
        }
        let count = kids.len() as i64;
        out.set_object(tree, dictionary! { "Type" => "Pages", "Count" => count, "Kids" => kids });
        self.document = structure.document.0;
        let root = structure.finish(&mut out);
        let catalog = catalog(&mut out, tree, root);
        self.catalog = catalog.0;
        out.compress();
        self.serialise(out)
    }

    /// Copies the fonts and mends them: exact widths (printpdf's are cut to whole units), capital height.
    fn fonts_of(&self, drawn: &Document, page: ObjectId, out: &mut Document) -> Result<Dictionary, lopdf::Error> {
        let resources = drawn.get_dict_in_dict(drawn.get_dictionary(page)?, b"Resources")?;
        let fonts = drawn.get_dict_in_dict(resources, b"Font")?;
        let mut map = Dictionary::new();
        for (role, font) in &self.fonts {
            let name = resource(*role);
            let copied = graft(drawn, out, fonts.get(name.as_bytes())?)?;
            let id = copied.as_reference()?;
            let descendants = out.get_dictionary_mut(id)?.get_mut(b"DescendantFonts")?.as_array_mut()?;
            if let Some(Object::Dictionary(descendant)) = descendants.first_mut() {
                let widths = font.widths.iter().map(|w| Object::Real(*w)).collect::<Vec<_>>();
                descendant.set("W", vec![Object::Integer(0), Object::Array(widths)]);
            }
            map.set(name, copied);
        }
        Ok(dictionary! { "Font" => map })
    }

    /// Dictionaries go into one object stream, which is a third of their size. lopdf writes; its cross-reference table tells
    /// where the streams are, and is then cut off for a certificate's own.
    fn serialise(&mut self, mut out: Document) -> Result<(), RenderError> {
        let failed = |reason: &str| RenderError::Pdf { reason: reason.to_owned() };
        let pdf = |e: lopdf::Error| failed(&e.to_string());
        let mut dictionaries = ObjectStream::builder().max_objects(usize::MAX).compression_level(9).build();
        let plain = out.objects.iter().filter(|(_, object)| !matches!(object, Object::Stream(_)));
        let plain: Vec<ObjectId> = plain.map(|(id, _)| *id).collect();
        for id in &plain {
            let object = out.objects.remove(id).unwrap_or(Object::Null);
            dictionaries.add_object(*id, object).map_err(pdf)?;
        }
        let container = out.new_object_id();
        let mut bytes = Vec::new();
        out.save_to(&mut bytes).map_err(|e| failed(&e.to_string()))?;

        let text = String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(40)..]);
        let start = text.rsplit_once("startxref\n").and_then(|(_, tail)| tail.lines().next()?.parse::<usize>().ok());
        let table =
            start.filter(|at| bytes[*at..].starts_with(b"xref\n")).ok_or_else(|| failed("no cross-reference table"))?;
        self.places = vec![Place::Free; out.max_id as usize + 1];
        let mut next = 0;
        for line in String::from_utf8_lossy(&bytes[table + 5..]).lines().take_while(|l| !l.starts_with("trailer")) {
            match *line.split_whitespace().collect::<Vec<_>>() {
                [first, _count] => {
                    next = first.parse::<usize>().map_err(|_| failed("a cross-reference section without number"))?
                }
                [offset, _generation, kind] => {
                    if kind == "n" && next < self.places.len() {
                        let offset = offset.parse().map_err(|_| failed("a cross-reference entry without offset"))?;
                        self.places[next] = Place::At(offset);
                    }
                    next += 1;
                }
                _ => return Err(failed("an unknown line in the cross-reference table")),
            }
        }
        for (at, id) in plain.iter().enumerate() {
            let at = u16::try_from(at).map_err(|_| failed("more than 65536 objects"))?;
            self.places[id.0 as usize] = Place::Within(container.0, at);
        }
        bytes.truncate(table);
        // lopdf drops object streams when it saves.
        self.places[container.0 as usize] = Place::At(bytes.len());
        let stream = dictionaries.to_stream_object().map_err(pdf)?;
        let first = stream.dict.get(b"First").and_then(Object::as_i64).map_err(pdf)?;
        let head = format!(
            "{} 0 obj\n<</Type/ObjStm/N {}/First {first}/Filter/FlateDecode/Length {}>>stream\n",
            container.0,
            plain.len(),
            stream.content.len()
        );
        bytes.extend_from_slice(head.as_bytes());
        bytes.extend_from_slice(&stream.content);
        bytes.extend_from_slice(b"\nendstream\nendobj\n");
        self.bytes = bytes;
        Ok(())
    }
}

impl Embedded for Plate {
    fn glyph(&self, font: FontRole, id: u16) -> Option<(u16, &str)> {
        let (id, text) = self.fonts.get(&font)?.glyphs.get(usize::from(id))?.as_ref()?;
        Some((*id, text))
    }
}

impl Font {
    fn subset(layout: &Layout, role: FontRole, used: &BTreeMap<u16, String>) -> Result<Self, RenderError> {
        let face = layout.set.face(role);
        let file = &layout.design.fonts[role as usize];
        let mut remapper = GlyphRemapper::new();
        let mut glyphs = vec![None; usize::from(face.number_of_glyphs())];
        for (id, text) in used {
            if let Some(glyph) = glyphs.get_mut(usize::from(*id)) {
                let text = if text.is_empty() { own_text(face, *id) } else { text.clone() };
                *glyph = Some((remapper.remap(*id), text));
            }
        }
        let wrong = |reason: String| RenderError::Font { font: file.name.clone(), reason };
        let program = subsetter::subset(file.data, 0, &remapper).map_err(|e| wrong(e.to_string()))?;
        let widths = remapper.remapped_gids().map(|id| natural(face, id)).collect();
        let digest = Sha256::digest(&program);
        let tag = digest[..6].iter().map(|b| char::from(b'A' + b % 26)).collect();
        Ok(Self { glyphs, program, tag, widths })
    }

    /// The subset as printpdf wants it. A subset has no name and no weight any more; they come from the whole font.
    fn parsed(&self, layout: &Layout, role: FontRole) -> Result<ParsedFont, RenderError> {
        let (face, file) = (layout.set.face(role), &layout.design.fonts[role as usize]);
        let wrong = |reason: &str| RenderError::Font { font: file.name.clone(), reason: reason.to_owned() };
        let mut parsed = ParsedFont::from_bytes(&self.program, 0, &mut Vec::new())
            .ok_or_else(|| wrong("its subset cannot be read"))?;
        let stem = file.name.rsplit('/').next().unwrap_or(&file.name);
        let name = stem.split('.').next().unwrap_or(stem);
        parsed.font_name = Some(format!("{}+{name}", self.tag));
        parsed.pdf_font_metrics.us_weight_class = face.weight().to_number();
        Ok(parsed)
    }
}

/// What a glyph that is only ever part of another's text says alone: every glyph needs a text (ISO 19005-3, 6.2.11.7.2).
fn own_text(face: &rustybuzz::Face<'_>, id: u16) -> String {
    let tables = face.tables().cmap.into_iter().flat_map(|cmap| cmap.subtables).filter(|table| table.is_unicode());
    for table in tables {
        let mut found = None;
        table.codepoints(|c| {
            if found.is_none() && table.glyph_index(c).is_some_and(|g| g.0 == id) {
                found = char::from_u32(c);
            }
        });
        if let Some(c) = found {
            return c.to_string();
        }
    }
    MISSING.to_owned()
}

pub(crate) fn form_dictionary(corners: [f32; 4], resources: &Dictionary) -> Dictionary {
    dictionary! {
        "Type" => "XObject",
        "Subtype" => "Form",
        "BBox" => corners.map(Object::Real).to_vec(),
        "Resources" => resources.clone(),
    }
}

fn media_box(layout: &Layout) -> Vec<Object> {
    let page = &layout.design.file.page;
    [0.0, 0.0, page.width, page.height].map(|v| Object::Real(v * crate::design::MM)).to_vec()
}

/// The catalog: language, title shown, structure, colour space, the credential as embedded and as associated file.
fn catalog(out: &mut Document, pages: ObjectId, structure: ObjectId) -> ObjectId {
    let mut profile = Dictionary::new();
    profile.set("N", 3);
    let profile = out.add_object(packed(profile, icc::srgb()));
    let file = out.add_object(dictionary! {
        "Type" => "Filespec",
        "F" => Object::string_literal(ATTACHMENT),
        "UF" => Object::string_literal(ATTACHMENT),
        "EF" => dictionary! { "F" => reference(slot::CREDENTIAL), "UF" => reference(slot::CREDENTIAL) },
        "AFRelationship" => "Data",
        "Desc" => text("Kredensial terverifikasi / verifiable credential"),
    });
    let names = dictionary! { "Names" => vec![Object::string_literal(ATTACHMENT), file.into()] };
    out.add_object(dictionary! {
        "Type" => "Catalog",
        "Pages" => pages,
        "Lang" => Object::string_literal("id"),
        "ViewerPreferences" => dictionary! { "DisplayDocTitle" => true },
        "Names" => dictionary! { "EmbeddedFiles" => names },
        "AF" => vec![Object::from(file)],
        "Metadata" => reference(slot::XMP),
        "MarkInfo" => dictionary! { "Marked" => true },
        "StructTreeRoot" => structure,
        "OutputIntents" => vec![Object::from(dictionary! {
            "Type" => "OutputIntent",
            "S" => "GTS_PDFA1",
            "OutputConditionIdentifier" => Object::string_literal(icc::NAME),
            "Info" => Object::string_literal(icc::NAME),
            "DestOutputProfile" => profile,
        })],
    })
}

pub(crate) fn packed(dictionary: Dictionary, content: Vec<u8>) -> Stream {
    Stream::new(dictionary, content).with_compression(true)
}

pub(crate) fn reference(number: u32) -> Object {
    Object::Reference((number, 0))
}

pub(crate) fn text(words: &str) -> Object {
    Object::String(utf16(words), StringFormat::Hexadecimal)
}

/// Copies an object with all that it refers to. Fonts have no cycles.
fn graft(from: &Document, to: &mut Document, object: &Object) -> Result<Object, lopdf::Error> {
    Ok(match object {
        Object::Reference(id) => {
            let copied = graft(from, to, from.get_object(*id)?)?;
            to.add_object(copied).into()
        }
        Object::Array(items) => Object::Array(items.iter().map(|i| graft(from, to, i)).collect::<Result<_, _>>()?),
        Object::Dictionary(entries) => graft_entries(from, to, entries)?.into(),
        Object::Stream(stream) => {
            let mut copied = stream.clone();
            copied.dict = graft_entries(from, to, &stream.dict)?;
            copied.into()
        }
        plain => plain.clone(),
    })
}

fn graft_entries(from: &Document, to: &mut Document, entries: &Dictionary) -> Result<Dictionary, lopdf::Error> {
    let mut copied = Dictionary::new();
    for (key, value) in entries {
        copied.set(key.clone(), graft(from, to, value)?);
    }
    Ok(copied)
}
