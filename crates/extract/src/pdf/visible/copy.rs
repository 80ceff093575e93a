//! A copy of a PDF's pages that is safe to interpret: every stream unpacked within a budget, pictures left out, nothing kept
//! that a page does not show. What a certificate never has and what viewers show in different ways is refused.

use std::collections::HashMap;

use hayro_interpret::hayro_syntax::content::TypedIter;
use hayro_interpret::hayro_syntax::content::ops::TypedInstruction;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, decode_text_string, dictionary};

use super::super::dictionary;
use super::super::file::{File, Found, RawStream};
use crate::ExtractError;

/// Pages looked at: two hundred subjects fill eighteen.
const MAX_PAGES: usize = 24;
/// Nodes of the page tree on the way to them, and its depth.
const MAX_NODES: usize = 128;
const MAX_TREE_DEPTH: usize = 8;
/// Objects copied; a certificate of ours has under 100.
const MAX_COPIED: usize = 4_000;
/// Streams unpacked, all together; ours have 300 kB.
const MAX_UNPACKED: usize = 8_000_000;
/// Bytes of content that one page may have interpreted, forms counted as often as they are painted.
const MAX_WORK: usize = 8_000_000;
/// Bytes that one operator may show as text: the interpreter makes glyphs of all before it tells of them.
const MAX_SHOWN: usize = 64_000;
/// Forms within forms.
const MAX_FORMS_DEEP: usize = 8;
/// Annotations on one page; ours have one.
const MAX_ANNOTATIONS: usize = 64;

/// Entries of dictionaries that show nothing on a page.
const NOT_SHOWN: [&[u8]; 10] =
    [b"Parent", b"StructParent", b"StructParents", b"Metadata", b"PieceInfo", b"AF", b"A", b"AA", b"Popup", b"OC"];

/// Why pages are not read. For logs.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unread {
    /// The file itself cannot be read.
    #[error(transparent)]
    File(#[from] ExtractError),
    /// It asks for more than a certificate needs.
    #[error("{0}")]
    Beyond(&'static str),
}

/// The copy.
pub(super) struct Copy {
    /// A small PDF.
    pub(super) bytes: Vec<u8>,
    /// Where the links of each page lead.
    pub(super) links: Vec<Vec<String>>,
    /// Whether the file names Piagam as its producer.
    pub(super) ours: bool,
}

/// Copies the pages of a file.
pub(super) fn copy(bytes: &[u8]) -> Result<Copy, Unread> {
    let mut file = File::open(bytes)?;
    let root = file.trailer.get(b"Root").cloned().unwrap_or(Object::Null);
    let Object::Dictionary(catalog) = file.resolve(&root)? else {
        return Err(Unread::Beyond("no catalog"));
    };
    // Layers are shown or hidden as the viewer likes, and so are forms in XML.
    if catalog.has(b"OCProperties") {
        return Err(Unread::Beyond("optional content"));
    }
    if dictionary(&mut file, &catalog, b"AcroForm")?.is_some_and(|form| form.has(b"XFA")) {
        return Err(Unread::Beyond("an XFA form"));
    }
    let ours = is_ours(&mut file)?;
    let mut copier = Copier {
        file: &mut file,
        out: Document::with_version("1.7"),
        numbers: HashMap::new(),
        waiting: Vec::new(),
        unpacked: MAX_UNPACKED,
    };
    let mut pages = Vec::new();
    let tree = dictionary(copier.file, &catalog, b"Pages")?.ok_or(Unread::Beyond("no pages"))?;
    copier.pages(tree, &Dictionary::new(), MAX_TREE_DEPTH, &mut 0, &mut pages)?;
    copier.finish(pages, ours)
}

fn is_ours(file: &mut File<'_>) -> Result<bool, ExtractError> {
    let trailer = file.trailer.clone();
    let Some(info) = dictionary(file, &trailer, b"Info")? else { return Ok(false) };
    for key in [b"Producer".as_slice(), b"Creator"] {
        if let Ok(value) = info.get(key)
            && decode_text_string(&file.resolve(value)?).is_ok_and(|text| text.starts_with("Piagam"))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

struct Copier<'f, 'a> {
    file: &'f mut File<'a>,
    out: Document,
    /// Numbers there by numbers here.
    numbers: HashMap<u32, ObjectId>,
    waiting: Vec<u32>,
    unpacked: usize,
}

impl<'a> Copier<'_, 'a> {
    /// Collects the page dictionaries of a node, with what they inherit (ISO 32000-2, 7.7.3.4).
    fn pages(
        &mut self,
        mut node: Dictionary,
        inherited: &Dictionary,
        depth: usize,
        nodes: &mut usize,
        pages: &mut Vec<Dictionary>,
    ) -> Result<(), Unread> {
        *nodes += 1;
        if depth == 0 || *nodes > MAX_NODES || pages.len() >= MAX_PAGES {
            return Err(Unread::Beyond("more pages than a certificate has"));
        }
        for key in [b"Resources".as_slice(), b"MediaBox", b"CropBox", b"Rotate"] {
            if let (false, Ok(value)) = (node.has(key), inherited.get(key)) {
                node.set(key, value.clone());
            }
        }
        let Ok(kids) = node.get(b"Kids") else {
            pages.push(node);
            return Ok(());
        };
        let Object::Array(kids) = self.file.resolve(kids)? else {
            return Err(Unread::Beyond("the page tree"));
        };
        for kid in &kids {
            let Object::Dictionary(kid) = self.file.resolve(kid)? else {
                return Err(Unread::Beyond("the page tree"));
            };
            self.pages(kid, &node, depth - 1, nodes, pages)?;
        }
        Ok(())
    }

    fn finish(mut self, pages: Vec<Dictionary>, ours: bool) -> Result<Copy, Unread> {
        let tree = self.out.new_object_id();
        let (mut kids, mut links) = (Vec::new(), Vec::new());
        for page in pages {
            if page.has(b"UserUnit") {
                return Err(Unread::Beyond("a unit of its own"));
            }
            let (page, leads) = self.page(&page, tree)?;
            kids.push(page.into());
            links.push(leads);
        }
        let count = kids.len() as i64;
        self.out
            .objects
            .insert(tree, dictionary! { "Type" => "Pages", "Kids" => kids.clone(), "Count" => count }.into());
        let root = self.out.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
        self.out.trailer.set("Root", root);
        self.fetch()?;
        for page in &kids {
            self.check_work(page)?;
        }
        let mut bytes = Vec::new();
        self.out.save_to(&mut bytes).map_err(|_| Unread::Beyond("a page that cannot be copied"))?;
        Ok(Copy { bytes, links, ours })
    }

    fn page(&mut self, page: &Dictionary, tree: ObjectId) -> Result<(ObjectId, Vec<String>), Unread> {
        let mut copy = dictionary! { "Type" => "Page", "Parent" => tree };
        for key in [b"Resources".as_slice(), b"MediaBox", b"CropBox", b"Rotate"] {
            if let Ok(value) = page.get(key) {
                copy.set(key, self.object(value)?);
            }
        }
        let content = self.contents(page)?;
        copy.set("Contents", self.out.add_object(Stream::new(Dictionary::new(), content)));
        let (annotations, links) = self.annotations(page)?;
        copy.set("Annots", annotations);
        Ok((self.out.add_object(copy), links))
    }

    /// A page's content, joined where it stands in several streams (7.8.2).
    fn contents(&mut self, page: &Dictionary) -> Result<Vec<u8>, Unread> {
        let Ok(contents) = page.get(b"Contents") else { return Ok(Vec::new()) };
        let parts = match (contents, self.file.resolve(contents)?) {
            (_, Object::Array(parts)) => parts,
            (one, _) => vec![one.clone()],
        };
        let mut all = Vec::new();
        for part in &parts {
            let stream = self.file.stream(part)?;
            all.extend(self.unpack(&stream)?);
            all.push(b'\n');
        }
        Ok(all)
    }

    fn unpack(&mut self, stream: &RawStream<'a>) -> Result<Vec<u8>, Unread> {
        let data = self.file.unpack(stream, self.unpacked)?.ok_or(Unread::Beyond("streams that unpack to too much"))?;
        self.unpacked -= data.len();
        Ok(data)
    }

    /// The annotations that are drawn, and where the links lead. One without an appearance is drawn as the viewer likes, so
    /// only links, and what is shown on demand, may be without.
    fn annotations(&mut self, page: &Dictionary) -> Result<(Vec<Object>, Vec<String>), Unread> {
        let (mut drawn, mut links) = (Vec::new(), Vec::new());
        let Ok(list) = page.get(b"Annots") else { return Ok((drawn, links)) };
        let Object::Array(list) = self.file.resolve(list)? else { return Ok((drawn, links)) };
        if list.len() > MAX_ANNOTATIONS {
            return Err(Unread::Beyond("more annotations than a certificate has"));
        }
        for item in &list {
            let Object::Dictionary(annotation) = self.file.resolve(item)? else { continue };
            let kind = match annotation.get(b"Subtype") {
                Ok(kind) => self.file.resolve(kind)?.as_name().map(<[u8]>::to_vec).unwrap_or_default(),
                Err(_) => Vec::new(),
            };
            if kind == b"Link" {
                links.push(self.leads_to(&annotation)?);
            }
            if annotation.has(b"AP") {
                drawn.push(self.object(&annotation.into())?);
            } else if !(kind == b"Link" || kind == b"Popup" || kind == b"Widget" && self.has_no_area(&annotation)?) {
                return Err(Unread::Beyond("an annotation without an appearance"));
            }
        }
        Ok((drawn, links))
    }

    /// An invisible seal has a field of no size.
    fn has_no_area(&mut self, annotation: &Dictionary) -> Result<bool, ExtractError> {
        let Ok(corners) = annotation.get(b"Rect") else { return Ok(true) };
        let Object::Array(corners) = self.file.resolve(corners)? else { return Ok(false) };
        let corners: Vec<f32> = corners.iter().filter_map(|corner| corner.as_float().ok()).collect();
        Ok(matches!(corners.as_slice(), [left, bottom, right, top] if left == right || bottom == top))
    }

    fn leads_to(&mut self, link: &Dictionary) -> Result<String, ExtractError> {
        let Some(action) = dictionary(self.file, link, b"A")? else { return Ok("a place in the file".to_owned()) };
        if let Ok(address) = action.get(b"URI")
            && let Object::String(address, _) = self.file.resolve(address)?
        {
            return Ok(String::from_utf8_lossy(&address).into_owned());
        }
        let kind = action.get(b"S").and_then(Object::as_name).unwrap_or(b"unknown");
        Ok(format!("an action of the kind {}", String::from_utf8_lossy(kind)))
    }

    /// A value with its references led to the copy.
    fn object(&mut self, object: &Object) -> Result<Object, Unread> {
        Ok(match object {
            Object::Reference((number, _)) => Object::Reference(self.number(*number)?),
            Object::Array(items) => {
                Object::Array(items.iter().map(|item| self.object(item)).collect::<Result<_, _>>()?)
            }
            Object::Dictionary(dictionary) => Object::Dictionary(self.dictionary(dictionary)?),
            Object::Stream(_) => return Err(Unread::Beyond("a stream within an object")),
            plain => plain.clone(),
        })
    }

    fn dictionary(&mut self, dictionary: &Dictionary) -> Result<Dictionary, Unread> {
        // Its glyphs are drawings, each with what it likes inside.
        if dictionary.get(b"Subtype").and_then(Object::as_name).is_ok_and(|kind| kind == b"Type3") {
            return Err(Unread::Beyond("a Type 3 font"));
        }
        let mut copy = Dictionary::new();
        for (key, value) in dictionary.iter().filter(|(key, _)| !NOT_SHOWN.contains(&key.as_slice())) {
            copy.set(key.clone(), self.object(value)?);
        }
        Ok(copy)
    }

    fn number(&mut self, number: u32) -> Result<ObjectId, Unread> {
        if let Some(known) = self.numbers.get(&number) {
            return Ok(*known);
        }
        if self.numbers.len() >= MAX_COPIED {
            return Err(Unread::Beyond("more objects than a certificate has"));
        }
        let id = self.out.new_object_id();
        self.numbers.insert(number, id);
        self.waiting.push(number);
        Ok(id)
    }

    /// Copies what was referred to, until nothing is left.
    fn fetch(&mut self) -> Result<(), Unread> {
        while let Some(number) = self.waiting.pop() {
            let copy = match self.file.read(number)? {
                Found::Plain(object) => self.object(&object)?,
                Found::Stream(stream) => self.stream(&stream)?.into(),
            };
            self.out.objects.insert(self.numbers[&number], copy);
        }
        Ok(())
    }

    fn stream(&mut self, stream: &RawStream<'a>) -> Result<Stream, Unread> {
        let kind = match stream.dict.get(b"Subtype") {
            Ok(kind) => self.file.resolve(kind)?.as_name().map(<[u8]>::to_vec).unwrap_or_default(),
            Err(_) => Vec::new(),
        };
        // What a picture shows is not asked, only where it lies.
        if kind == b"Image" {
            let dot = dictionary! {
                "Type" => "XObject", "Subtype" => "Image", "Width" => 1, "Height" => 1,
                "ColorSpace" => "DeviceGray", "BitsPerComponent" => 8,
            };
            return Ok(Stream::new(dot, vec![0]));
        }
        if kind == b"Form" && !stream.dict.has(b"Resources") {
            return Err(Unread::Beyond("a form without resources of its own"));
        }
        let content = self.unpack(stream)?;
        let mut plain = stream.dict.clone();
        for key in [b"Filter".as_slice(), b"DecodeParms", b"Length", b"F", b"FFilter", b"FDecodeParms"] {
            plain.remove(key);
        }
        Ok(Stream::new(self.dictionary(&plain)?, content))
    }

    /// What interpreting a page would cost, with its forms as often as they are painted.
    fn check_work(&self, page: &Object) -> Result<(), Unread> {
        let page = self.plain(page).and_then(|page| page.as_dict().ok()).ok_or(Unread::Beyond("a page"))?;
        let content = page.get(b"Contents").ok().and_then(|content| self.plain(content)?.as_stream().ok());
        let content = content.map_or(&[][..], |content| &content.content);
        let mut known = HashMap::new();
        let mut work = self.work(content, page, MAX_FORMS_DEEP, &mut known)?;
        for annotation in page.get(b"Annots").and_then(Object::as_array).into_iter().flatten() {
            work = work.saturating_add(self.appearances(annotation, MAX_FORMS_DEEP, &mut known)?);
        }
        (work <= MAX_WORK).then_some(()).ok_or(Unread::Beyond("content that takes too long to paint"))
    }

    /// The cost of content whose names stand in the resources of `owner`.
    fn work(
        &self,
        content: &[u8],
        owner: &Dictionary,
        depth: usize,
        known: &mut HashMap<ObjectId, usize>,
    ) -> Result<usize, Unread> {
        let mut work = content.len();
        let forms = owner.get(b"Resources").ok().and_then(|value| self.plain(value)?.as_dict().ok());
        let forms = forms.and_then(|resources| self.plain(resources.get(b"XObject").ok()?)?.as_dict().ok());
        let mut operators = TypedIter::new(content);
        while let Some(operator) = operators.next() {
            let shown = match operator {
                TypedInstruction::ShowText(text) => text.0.len(),
                TypedInstruction::NextLineAndShowText(text) => text.0.len(),
                TypedInstruction::ShowTextWithParameters(text) => text.2.len(),
                TypedInstruction::ShowTexts(texts) => texts.0.data().len(),
                TypedInstruction::XObject(name) => {
                    if let Some(form) = forms.and_then(|forms| forms.get(name.0.as_ref()).ok()) {
                        work = work.saturating_add(self.form_work(form, depth, known)?);
                    }
                    0
                }
                _ => 0,
            };
            if shown > MAX_SHOWN {
                return Err(Unread::Beyond("more text than a certificate has"));
            }
        }
        Ok(work)
    }

    fn form_work(&self, form: &Object, depth: usize, known: &mut HashMap<ObjectId, usize>) -> Result<usize, Unread> {
        let Object::Reference(id) = form else { return Ok(0) };
        if let Some(work) = known.get(id) {
            return Ok(*work);
        }
        if depth == 0 {
            return Err(Unread::Beyond("forms within forms"));
        }
        let Some(Object::Stream(stream)) = self.plain(form) else { return Ok(0) };
        let work = self.work(&stream.content, &stream.dict, depth - 1, known)?;
        known.insert(*id, work);
        Ok(work)
    }

    /// All appearances of an annotation, for whichever is drawn.
    fn appearances(&self, value: &Object, depth: usize, known: &mut HashMap<ObjectId, usize>) -> Result<usize, Unread> {
        if depth == 0 {
            return Ok(0);
        }
        match self.plain(value) {
            Some(Object::Stream(_)) => self.form_work(value, depth, known),
            Some(Object::Dictionary(inner)) => inner
                .iter()
                .map(|(_, value)| self.appearances(value, depth - 1, known))
                .try_fold(0usize, |sum, work| Ok(sum.saturating_add(work?))),
            _ => Ok(0),
        }
    }

    /// What a value of the copy refers to.
    fn plain<'o>(&'o self, object: &'o Object) -> Option<&'o Object> {
        match object {
            Object::Reference(id) => self.out.objects.get(id),
            plain => Some(plain),
        }
    }
}
