//! What the page says to those who cannot see it: headings, paragraphs in their reading order and language, the table of
//! subjects, the QR code as a figure within its link (ISO 32000-1, 14.7 and 14.8; ISO 14289-1, 7).
//!
//! Everything but one element is made once for a cohort. The first page's section is written by each certificate
//! ([`slot::SECTION`]), because it alone knows which of its own paragraphs there are.

use std::collections::BTreeMap;
use std::ops::Range;

use lopdf::{Dictionary, Document, Object, ObjectId, dictionary};

use crate::design::MM;
use crate::ink::Placed;
use crate::layout::{Cohort, Layout};
use crate::plate::{reference, slot, text};

/// Kinds of text in the order in which the first page is read; `qr` stands for the code and its link.
const ORDER: [&str; 23] = [
    "band",
    "agency",
    "agency_en",
    "title",
    "title_en",
    "number",
    "lead",
    "name",
    "person",
    "programme",
    "programme_en",
    "details",
    "details_en",
    "grade",
    "place",
    "place_en",
    "office",
    "signatory",
    "qr",
    "caption",
    "host",
    "code",
    "foot",
];

/// What each certificate adds to the first page. An element's place here is the number of its marked content; the lines
/// under the name are up to four.
const OWN: [&str; 11] =
    ["number", "lead", "name", "person", "person", "person", "person", "grade", "place", "place_en", "code"];

/// Marked content of the QR code, which each certificate adds too.
pub(crate) const QR: usize = OWN.len();
/// The first number for what a cohort shares on its first page.
pub(crate) const FRONT: usize = QR + 1;
/// Marked content of a certificate's reference on the pages of subjects.
pub(crate) const REFERENCE: usize = 0;
/// The first number for what a cohort shares on those pages.
pub(crate) const ANNEX: usize = REFERENCE + 1;

/// Keys of the parent tree (14.7.4.4).
pub(crate) mod key {
    pub(crate) const LINK: u32 = 0;
    pub(crate) const FRONT: u32 = 1;
    pub(crate) const ANNEX: u32 = 2;
}

/// What a kind of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tag {
    /// The name of its style.
    pub(crate) style: &'static str,
    role: Role,
    is_english: bool,
    /// Place in the reading order of the first page.
    order: usize,
    /// The first of its numbers in [`OWN`], where a certificate adds it.
    own: Option<usize>,
}

/// A standard structure type (14.8.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    H1,
    H2,
    P,
    Th,
}

/// A table cell: row and column, from the upper left.
pub(crate) type Cell = (u16, u8);

/// An element of the first page; those of [`OWN`] are there only if their certificate has them.
pub(crate) struct Kid {
    pub(crate) element: u32,
    pub(crate) own: Option<usize>,
}

impl Tag {
    /// By the name of a style.
    pub(crate) fn of(style: &'static str) -> Self {
        let role = match style {
            "title" => Role::H1,
            "annex_title" => Role::H2,
            "table_head" => Role::Th,
            _ => Role::P,
        };
        let find = |list: &[&str]| list.iter().position(|kind| *kind == style);
        Self {
            style,
            role,
            is_english: style.ends_with("_en"),
            order: find(&ORDER).unwrap_or(ORDER.len()),
            own: find(&OWN),
        }
    }

    /// The tag of its marked content.
    pub(crate) fn name(self) -> &'static str {
        match self.role {
            Role::H1 => "H1",
            Role::H2 => "H2",
            Role::P => "P",
            Role::Th => "TH",
        }
    }
}

/// The lines of each text.
pub(crate) fn groups(lines: &[Placed]) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        match groups.last_mut() {
            Some(group) if !line.starts => group.end = i + 1,
            _ => groups.push(i..i + 1),
        }
    }
    groups
}

/// The first number for the body, which follows what stands fixed on the first page.
pub(crate) fn body(front: &[Placed]) -> usize {
    FRONT + groups(front).len()
}

/// The same with their numbers, for what a certificate adds to its first page.
pub(crate) fn own_groups(lines: &[Placed]) -> Vec<(usize, Range<usize>)> {
    let mut taken = [false; OWN.len()];
    let mut numbered = Vec::with_capacity(OWN.len());
    for group in groups(lines) {
        let first = lines[group.start].tag.own.unwrap_or(0);
        let number = (first..OWN.len()).find(|n| !taken[*n]).unwrap_or(first);
        taken[number] = true;
        numbered.push((number, group));
    }
    numbered
}

/// The structure tree while it grows.
pub(crate) struct Structure {
    root: ObjectId,
    /// The element above all others.
    pub(crate) document: ObjectId,
    sections: Vec<Object>,
    parents: BTreeMap<u32, Object>,
}

impl Structure {
    pub(crate) fn new(out: &mut Document) -> Self {
        let (root, document) = (out.new_object_id(), out.new_object_id());
        Self { root, document, sections: vec![reference(slot::SECTION)], parents: BTreeMap::new() }
    }

    /// The elements of the first page, in reading order.
    pub(crate) fn front(&mut self, out: &mut Document, layout: &Layout, cohort: &Cohort, page: ObjectId) -> Vec<Kid> {
        let section = || reference(slot::SECTION);
        let mut kids = Vec::new();
        let mut on_page: Vec<Object> = Vec::new();
        for (number, style) in OWN.iter().enumerate() {
            let tag = Tag::of(style);
            let id = element(out, tag, section(), page, content(number));
            on_page.push(id.into());
            kids.push((tag.order, Kid { element: id.0, own: Some(number) }));
        }
        let (link, figure) = self.link(out, layout, page);
        on_page.push(figure.into());
        kids.push((Tag::of("qr").order, Kid { element: link.0, own: None }));
        for (i, group) in groups(&cohort.front.lines).into_iter().enumerate() {
            let tag = cohort.front.lines[group.start].tag;
            let id = element(out, tag, section(), page, content(FRONT + i));
            on_page.push(id.into());
            kids.push((tag.order, Kid { element: id.0, own: None }));
        }
        let first = body(&cohort.front.lines);
        for (i, group) in groups(&cohort.body.lines).into_iter().enumerate() {
            let tag = cohort.body.lines[group.start].tag;
            let id = element(out, tag, section(), page, content(first + i));
            on_page.push(id.into());
            // The words above the programme are of the same kind as those above the name.
            kids.push((tag.order.max(Tag::of("programme").order), Kid { element: id.0, own: None }));
        }
        self.parents.insert(key::FRONT, on_page.into());
        kids.sort_by_key(|(order, _)| *order);
        kids.into_iter().map(|(_, kid)| kid).collect()
    }

    /// A paragraph with the link, which holds the QR code as a figure and the annotation (ISO 14289-1, 7.18.5).
    fn link(&mut self, out: &mut Document, layout: &Layout, page: ObjectId) -> (ObjectId, ObjectId) {
        let (paragraph, link) = (out.new_object_id(), out.new_object_id());
        let place = &layout.design.file.front.qr;
        let (left, top) = (place.x * MM, layout.at_depth(place.y));
        let corners = [left, top - place.size * MM, left + place.size * MM, top].map(Object::Real).to_vec();
        let figure = out.add_object(dictionary! {
            "Type" => "StructElem",
            "S" => "Figure",
            "P" => link,
            "Pg" => page,
            "K" => QR as i64,
            "Alt" => text("Kode QR dengan alamat pemeriksaan / QR code with the address for verification"),
            "A" => dictionary! { "O" => "Layout", "Placement" => "Block", "BBox" => corners },
        });
        let annotation = dictionary! { "Type" => "OBJR", "Pg" => page, "Obj" => reference(slot::LINK) };
        let kids = vec![Object::from(figure), annotation.into()];
        let mut element = structure("Link", paragraph.into(), page, kids.into());
        element.set("Alt", text("Periksa keaslian sertifikat ini / verify this certificate"));
        out.set_object(link, element);
        out.set_object(paragraph, structure("P", reference(slot::SECTION), page, Object::from(vec![link.into()])));
        self.parents.insert(key::LINK, link.into());
        (paragraph, figure)
    }

    /// The section of a page of subjects.
    pub(crate) fn annex(&mut self, out: &mut Document, lines: &[Placed], reference_tag: Tag, page: ObjectId) {
        let section = out.new_object_id();
        let own = element(out, reference_tag, section.into(), page, content(REFERENCE));
        let mut on_page: Vec<Object> = vec![own.into()];
        let mut kids: Vec<Object> = Vec::new();
        let mut table = Table { id: out.new_object_id(), cells: BTreeMap::new() };
        for (i, group) in groups(lines).into_iter().enumerate() {
            let line = &lines[group.start];
            match line.cell {
                None => {
                    let id = element(out, line.tag, section.into(), page, content(ANNEX + i));
                    on_page.push(id.into());
                    kids.push(id.into());
                }
                Some(cell) => {
                    if table.cells.is_empty() {
                        kids.extend([own.into(), table.id.into()]);
                    }
                    let id = out.new_object_id();
                    on_page.push(id.into());
                    table.cells.entry(cell).or_default().push((id, line.tag, ANNEX + i));
                }
            }
        }
        table.finish(out, section, page);
        out.set_object(section, structure("Sect", self.document.into(), page, kids.into()));
        let at = key::ANNEX + self.sections.len() as u32 - 1;
        self.sections.push(section.into());
        self.parents.insert(at, on_page.into());
    }

    /// The root, for the catalog.
    pub(crate) fn finish(self, out: &mut Document) -> ObjectId {
        let next = self.parents.keys().next_back().map_or(0, |last| i64::from(*last) + 1);
        let mut numbers = Vec::new();
        for (key, parents) in self.parents {
            let parents = if parents.as_array().is_ok() { out.add_object(parents).into() } else { parents };
            numbers.extend([Object::Integer(i64::from(key)), parents]);
        }
        out.set_object(
            self.document,
            dictionary! { "Type" => "StructElem", "S" => "Document", "P" => self.root, "K" => self.sections },
        );
        out.set_object(
            self.root,
            dictionary! {
                "Type" => "StructTreeRoot",
                "K" => self.document,
                "ParentTree" => dictionary! { "Nums" => numbers },
                "ParentTreeNextKey" => next,
            },
        );
        self.root
    }
}

/// The table of subjects: its texts by cell.
struct Table {
    id: ObjectId,
    cells: BTreeMap<Cell, Vec<(ObjectId, Tag, usize)>>,
}

impl Table {
    fn finish(self, out: &mut Document, section: ObjectId, page: ObjectId) {
        let mut rows: BTreeMap<u16, (ObjectId, Vec<Object>)> = BTreeMap::new();
        for ((row, column), texts) in self.cells {
            let (row_id, cells) = rows.entry(row).or_insert_with(|| (out.new_object_id(), Vec::new()));
            // A row that lacks its first cells, the total, spreads over them.
            let span = if cells.is_empty() { u32::from(column) + 1 } else { 1 };
            let is_head = texts.iter().any(|(_, tag, _)| tag.role == Role::Th);
            let cell = cell(out, *row_id, page, texts, span, is_head.then_some("Column"));
            cells.push(cell.into());
        }
        let ids: Vec<Object> = rows.values().map(|(id, _)| Object::from(*id)).collect();
        for (id, cells) in rows.into_values() {
            out.set_object(id, structure("TR", self.id.into(), page, cells.into()));
        }
        out.set_object(self.id, structure("Table", section.into(), page, ids.into()));
    }
}

/// A cell with one text is that text; one with two holds a paragraph for each.
fn cell(
    out: &mut Document,
    row: ObjectId,
    page: ObjectId,
    texts: Vec<(ObjectId, Tag, usize)>,
    span: u32,
    scope: Option<&str>,
) -> ObjectId {
    let name = if scope.is_some() { "TH" } else { "TD" };
    let (id, kids) = match *texts {
        [(id, _, number)] => (id, content(number)),
        _ => {
            let id = out.new_object_id();
            for (text, tag, number) in &texts {
                let paragraph = with_language(structure("P", id.into(), page, content(*number)), *tag);
                out.set_object(*text, paragraph);
            }
            (id, texts.iter().map(|(text, ..)| Object::from(*text)).collect::<Vec<_>>().into())
        }
    };
    let mut dictionary = structure(name, row.into(), page, kids);
    let mut attributes = dictionary! { "O" => "Table" };
    if let Some(scope) = scope {
        attributes.set("Scope", scope);
    }
    if span > 1 {
        attributes.set("ColSpan", i64::from(span));
    }
    if attributes.len() > 1 {
        dictionary.set("A", attributes);
    }
    out.set_object(id, dictionary);
    id
}

fn element(out: &mut Document, tag: Tag, parent: Object, page: ObjectId, kids: Object) -> ObjectId {
    out.add_object(with_language(structure(tag.name(), parent, page, kids), tag))
}

fn with_language(mut element: Dictionary, tag: Tag) -> Dictionary {
    if tag.is_english {
        element.set("Lang", Object::string_literal("en"));
    }
    element
}

fn structure(name: &str, parent: Object, page: ObjectId, kids: Object) -> Dictionary {
    dictionary! { "Type" => "StructElem", "S" => name, "P" => parent, "Pg" => page, "K" => kids }
}

/// Marked content of the element's own page, by its number.
fn content(number: usize) -> Object {
    Object::Integer(number as i64)
}
