//! A small reader of our own PDFs: what is said where, what is drawn, what is attached. It follows the operators that we write
//! and no more.

use std::collections::BTreeMap;

use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object, ObjectId};

type Matrix = [f32; 6];

/// A PDF, read.
pub(crate) struct Pages {
    doc: Document,
    pages: Vec<Page>,
}

#[derive(Default)]
struct Page {
    pieces: Vec<Piece>,
    /// Rectangles filled black: the QR code's modules, in their own units.
    modules: Vec<[f32; 4]>,
}

/// A text in one go, in points.
#[derive(Debug, Clone)]
struct Piece {
    text: String,
    left: f32,
    right: f32,
    baseline: f32,
    size: f32,
    /// The marked content that it is part of.
    content: i64,
}

/// What is open in a content stream.
#[derive(Clone)]
enum Marked {
    Artifact,
    Content(i64),
    /// A replacement for all that is shown from this piece on.
    Span(String, usize),
}

struct Font {
    widths: Vec<f32>,
    texts: BTreeMap<u16, String>,
}

#[derive(Clone)]
struct State {
    ctm: Matrix,
    is_black: bool,
    marked: Vec<Marked>,
}

impl Pages {
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let doc = Document::load_mem(bytes).unwrap();
        let pages = doc.page_iter().map(|id| read_page(&doc, id)).collect();
        Self { doc, pages }
    }

    pub(crate) fn count(&self) -> usize {
        self.pages.len()
    }

    /// All texts, line by line from the top, pages set apart.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        for (i, page) in self.pages.iter().enumerate() {
            out.push_str(&format!("[{}]\n", i + 1));
            let mut pieces = page.pieces.clone();
            pieces.sort_by(|a, b| b.baseline.total_cmp(&a.baseline).then(a.left.total_cmp(&b.left)));
            for (n, piece) in pieces.iter().enumerate() {
                let same_line = n > 0 && (pieces[n - 1].baseline - piece.baseline).abs() < 1.0;
                if same_line {
                    let gap = piece.left - pieces[n - 1].right;
                    out.truncate(out.trim_end_matches('\n').len());
                    out.push_str(if gap > 0.12 * piece.size { "   " } else { "" });
                }
                out.push_str(piece.text.trim_end());
                out.push('\n');
            }
        }
        out
    }

    /// Texts, metadata, links and the attachment.
    pub(crate) fn everything(&self) -> String {
        let attachment = String::from_utf8_lossy(&self.attachment("credential.json")).into_owned();
        format!("{}{}{attachment}{:?}", self.text(), self.xmp(), self.links())
    }

    /// Bytes of an embedded file, by the name tree.
    pub(crate) fn attachment(&self, name: &str) -> Vec<u8> {
        let names = self.embedded_names();
        let at = names.iter().position(|n| n.as_str().is_ok_and(|n| n == name.as_bytes())).unwrap();
        let file = self.doc.get_dictionary(names[at + 1].as_reference().unwrap()).unwrap();
        let stream = file.get(b"EF").unwrap().as_dict().unwrap().get(b"F").unwrap().as_reference().unwrap();
        self.doc.get_object(stream).unwrap().as_stream().unwrap().get_plain_content().unwrap()
    }

    fn embedded_names(&self) -> Vec<Object> {
        let names = self.doc.catalog().unwrap().get(b"Names").unwrap().as_dict().unwrap();
        let files = names.get(b"EmbeddedFiles").unwrap().as_dict().unwrap();
        files.get(b"Names").unwrap().as_array().unwrap().clone()
    }

    fn xmp(&self) -> String {
        let id = self.doc.catalog().unwrap().get(b"Metadata").unwrap().as_reference().unwrap();
        String::from_utf8(self.doc.get_object(id).unwrap().as_stream().unwrap().content.clone()).unwrap()
    }

    /// The credential is the document's associated file, with its media type; language and title are set.
    pub(crate) fn check_association(&self) {
        let catalog = self.doc.catalog().unwrap();
        let associated = catalog.get(b"AF").unwrap().as_array().unwrap();
        assert_eq!(associated[0], self.embedded_names()[1]);
        let file = self.doc.get_dictionary(associated[0].as_reference().unwrap()).unwrap();
        assert_eq!(file.get(b"AFRelationship").unwrap().as_name().unwrap(), b"Data");
        let stream = file.get(b"EF").unwrap().as_dict().unwrap().get(b"F").unwrap().as_reference().unwrap();
        let dict = &self.doc.get_object(stream).unwrap().as_stream().unwrap().dict;
        assert_eq!(dict.get(b"Subtype").unwrap().as_name().unwrap(), b"application/vc");
        assert_eq!(catalog.get(b"Lang").unwrap().as_str().unwrap(), b"id");
        let info = self.doc.get_dictionary(self.doc.trailer.get(b"Info").unwrap().as_reference().unwrap()).unwrap();
        let title = lopdf::decode_text_string(info.get(b"Title").unwrap()).unwrap();
        assert!(title.starts_with("SERTIFIKAT 00017/"), "{title}");
        let escaped = title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        assert!(self.xmp().contains(&escaped), "{}", self.xmp());
    }

    /// Names of the fonts and the sizes of their programs.
    pub(crate) fn fonts(&self) -> Vec<(String, usize)> {
        let descriptors =
            self.doc.objects.values().filter_map(|o| o.as_dict().ok()).filter(|d| d.has_type(b"FontDescriptor"));
        descriptors
            .map(|d| {
                let program = self.doc.get_object(d.get(b"FontFile2").unwrap().as_reference().unwrap()).unwrap();
                let name = String::from_utf8(d.get(b"FontName").unwrap().as_name().unwrap().to_vec()).unwrap();
                (name, program.as_stream().unwrap().get_plain_content().unwrap().len())
            })
            .collect()
    }

    pub(crate) fn links(&self) -> Vec<String> {
        let ids: Vec<ObjectId> = self.doc.page_iter().collect();
        let links = ids.iter().flat_map(|id| self.doc.get_page_annotations(*id).unwrap());
        links
            .map(|link| {
                assert_eq!(link.get(b"F").unwrap().as_i64().unwrap(), 4);
                let action = link.get(b"A").unwrap().as_dict().unwrap();
                String::from_utf8(action.get(b"URI").unwrap().as_str().unwrap().to_vec()).unwrap()
            })
            .collect()
    }

    /// What a screen reader says: the elements in their order, with type, language and text. All of PDF/UA's rules that a
    /// structure can break are checked on the way.
    pub(crate) fn spoken(&self) -> String {
        let catalog = self.doc.catalog().unwrap();
        let marked = catalog.get(b"MarkInfo").unwrap().as_dict().unwrap();
        assert!(marked.get(b"Marked").unwrap().as_bool().unwrap());
        let root = catalog.get(b"StructTreeRoot").unwrap().as_reference().unwrap();
        let mut walk = Walk { pages: self, out: String::new(), seen: Vec::new() };
        let document = self.doc.get_dictionary(root).unwrap().get(b"K").unwrap().as_reference().unwrap();
        walk.element(document, root, 0);
        let mut shown: Vec<_> = (0..self.pages.len())
            .flat_map(|page| self.pages[page].pieces.iter().map(move |p| (page, p.content)))
            .collect();
        shown.sort_unstable();
        shown.dedup();
        for content in &shown {
            assert_eq!(walk.seen.iter().filter(|seen| *seen == content).count(), 1, "{content:?} is not said once");
        }
        walk.out
    }

    fn parent(&self, key: i64, number: Option<i64>) -> ObjectId {
        let root = self.doc.catalog().unwrap().get(b"StructTreeRoot").unwrap().as_reference().unwrap();
        let tree = self.doc.get_dictionary(root).unwrap().get(b"ParentTree").unwrap().as_dict().unwrap();
        let numbers = tree.get(b"Nums").unwrap().as_array().unwrap();
        assert!(numbers.chunks(2).map(|pair| pair[0].as_i64().unwrap()).is_sorted());
        let pair = numbers.chunks(2).find(|pair| pair[0].as_i64().unwrap() == key).unwrap();
        match number {
            None => pair[1].as_reference().unwrap(),
            Some(number) => {
                let parents = self.doc.get_object(pair[1].as_reference().unwrap()).unwrap().as_array().unwrap();
                parents[number as usize].as_reference().unwrap()
            }
        }
    }

    /// What the QR code on the first page says.
    pub(crate) fn qr(&self) -> String {
        const SCALE: usize = 4;
        const QUIET: usize = 4;
        let modules = &self.pages[0].modules;
        let width = modules.iter().map(|m| (m[0] + m[2]) as usize).max().unwrap();
        let side = (width + 2 * QUIET) * SCALE;
        let dark = |x: usize, y: usize| {
            let at = ((x / SCALE) as f32 - QUIET as f32 + 0.5, (y / SCALE) as f32 - QUIET as f32 + 0.5);
            modules.iter().any(|m| at.0 > m[0] && at.0 < m[0] + m[2] && at.1 > m[1] && at.1 < m[1] + m[3])
        };
        let mut image =
            rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| if dark(x, y) { 0 } else { 255 });
        image.detect_grids()[0].decode().unwrap().1
    }

    /// No text comes nearer to the page's edge than `inner` millimetres, none lies on another, none is too small to read.
    pub(crate) fn check_places(&self, what: &str, inner: f32) {
        const SMALLEST: f32 = 4.0;
        let inner = inner * 72.0 / 25.4;
        for (page, id) in self.pages.iter().zip(self.doc.page_iter()) {
            let media_box = self.doc.get_dictionary(id).unwrap().get(b"MediaBox").unwrap().as_array().unwrap();
            let (width, height) = (media_box[2].as_float().unwrap(), media_box[3].as_float().unwrap());
            for (i, a) in page.pieces.iter().enumerate() {
                assert!(a.left > inner && a.right < width - inner, "{what}: {a:?}");
                assert!(
                    a.baseline - 0.2 * a.size > inner && a.baseline + 0.7 * a.size < height - inner,
                    "{what}: {a:?}"
                );
                assert!(a.size >= SMALLEST, "{what}: {a:?}");
                for b in &page.pieces[i + 1..] {
                    let beside = a.right <= b.left + 0.5 || b.right <= a.left + 0.5;
                    let (low, high) = if a.baseline < b.baseline { (a, b) } else { (b, a) };
                    let apart = low.baseline + 0.65 * low.size <= high.baseline - 0.2 * high.size;
                    assert!(beside || apart, "{what}: {a:?} lies on {b:?}");
                }
            }
        }
    }
}

/// A walk through the structure tree.
struct Walk<'a> {
    pages: &'a Pages,
    out: String,
    seen: Vec<(usize, i64)>,
}

impl Walk<'_> {
    fn element(&mut self, id: ObjectId, parent: ObjectId, depth: usize) {
        let doc = &self.pages.doc;
        let element = doc.get_dictionary(id).unwrap();
        assert_eq!(element.get(b"P").unwrap().as_reference().unwrap(), parent, "an element knows its parent");
        let kind = String::from_utf8(element.get(b"S").unwrap().as_name().unwrap().to_vec()).unwrap();
        self.out.push_str(&format!("{}{kind}", "  ".repeat(depth)));
        if let Ok(language) = element.get(b"Lang") {
            self.out.push_str(&format!(" [{}]", String::from_utf8_lossy(language.as_str().unwrap())));
        }
        if let Ok(attributes) = element.get(b"A").and_then(Object::as_dict) {
            for key in [&b"Scope"[..], b"ColSpan"] {
                if let Ok(value) = attributes.get(key) {
                    self.out.push_str(&format!(" {}={value:?}", String::from_utf8_lossy(key)));
                }
            }
        }
        if let Ok(alt) = element.get(b"Alt") {
            self.out.push_str(&format!(" ({})", lopdf::decode_text_string(alt).unwrap()));
        }
        let kids = element.get(b"K").unwrap();
        let kids = kids.as_array().map_or(vec![kids.clone()], Clone::clone);
        let page = |holder: &Dictionary| {
            let page = holder.get(b"Pg").unwrap().as_reference().unwrap();
            (doc.page_iter().position(|id| id == page).unwrap(), page)
        };
        let mut elements = Vec::new();
        for kid in kids {
            match kid {
                Object::Integer(number) => {
                    let (at, page) = page(element);
                    let key = doc.get_dictionary(page).unwrap().get(b"StructParents").unwrap().as_i64().unwrap();
                    self.content((at, number), key, id);
                }
                Object::Dictionary(kid) => {
                    assert!(kid.has_type(b"OBJR") && kind == "Link");
                    let link = doc.get_dictionary(kid.get(b"Obj").unwrap().as_reference().unwrap()).unwrap();
                    assert_eq!(self.pages.parent(link.get(b"StructParent").unwrap().as_i64().unwrap(), None), id);
                    self.out.push_str(" -> annotation");
                }
                kid => elements.push(kid.as_reference().unwrap()),
            }
        }
        self.out.push('\n');
        for kid in elements {
            self.element(kid, id, depth + 1);
        }
    }

    fn content(&mut self, content: (usize, i64), key: i64, id: ObjectId) {
        assert_eq!(self.pages.parent(key, Some(content.1)), id, "content knows its element");
        let pieces = self.pages.pages[content.0].pieces.iter().filter(|p| p.content == content.1);
        let text: String = pieces.map(|p| p.text.as_str()).collect();
        self.out.push_str(&format!(" {text}"));
        self.seen.push(content);
    }
}

fn read_page(doc: &Document, id: ObjectId) -> Page {
    let mut page = Page::default();
    let resources = doc.get_dict_in_dict(doc.get_dictionary(id).unwrap(), b"Resources").unwrap();
    let state = State { ctm: [1.0, 0.0, 0.0, 1.0, 0.0, 0.0], is_black: true, marked: Vec::new() };
    run(doc, &doc.get_page_content(id), resources, state, &mut page);
    page
}

fn run(doc: &Document, content: &[u8], resources: &Dictionary, mut state: State, page: &mut Page) {
    let fonts = fonts(doc, resources);
    let mut saved = Vec::new();
    let (mut font, mut size, mut tracking, mut text_matrix) = (None, 0.0, 0.0, state.ctm);
    let mut marked: Vec<Marked> = Vec::new();
    for op in Content::decode(content).unwrap().operations {
        let number = |i: usize| op.operands[i].as_float().unwrap();
        let matrix = || std::array::from_fn(number);
        let part = state.marked.iter().chain(&marked).rev().find(|m| !matches!(m, Marked::Span(..))).cloned();
        if matches!(op.operator.as_str(), "TJ" | "f" | "S" | "B" | "s" | "b" | "f*" | "Do") {
            assert!(part.is_some(), "{} is neither content nor ornament", op.operator);
        }
        match op.operator.as_str() {
            "q" => saved.push(state.clone()),
            "Q" => state = saved.pop().unwrap(),
            "cm" => state.ctm = times(matrix(), state.ctm),
            "g" => state.is_black = number(0) == 0.0,
            "rg" => state.is_black = false,
            "re" if state.is_black => page.modules.push(std::array::from_fn(number)),
            "Tf" => (font, size) = (fonts.get(op.operands[0].as_name().unwrap()), number(1)),
            "Tc" => tracking = number(0),
            "Tm" => text_matrix = matrix(),
            "TJ" => {
                let Some(Marked::Content(number)) = part else { panic!("text as ornament") };
                let at = times(text_matrix, state.ctm);
                let items = op.operands[0].as_array().unwrap();
                page.pieces.push(show(font.unwrap(), size, tracking, at, items, number));
            }
            "BMC" => {
                assert_eq!(op.operands[0].as_name().unwrap(), b"Artifact");
                marked.push(Marked::Artifact);
            }
            "BDC" => {
                let properties = op.operands[1].as_dict().unwrap();
                marked.push(match properties.get(b"MCID") {
                    Ok(number) => Marked::Content(number.as_i64().unwrap()),
                    Err(_) => {
                        let text = lopdf::decode_text_string(properties.get(b"ActualText").unwrap()).unwrap();
                        Marked::Span(text, page.pieces.len())
                    }
                });
            }
            "EMC" => {
                if let Marked::Span(text, first) = marked.pop().unwrap() {
                    let shown: Vec<Piece> = page.pieces.drain(first..).collect();
                    let right = shown.iter().map(|p| p.right).fold(0.0, f32::max);
                    page.pieces.push(Piece { text, right, ..shown[0].clone() });
                }
            }
            "Do" => {
                let forms = doc.get_dict_in_dict(resources, b"XObject").unwrap();
                let id = forms.get(op.operands[0].as_name().unwrap()).unwrap().as_reference().unwrap();
                let form = doc.get_object(id).unwrap().as_stream().unwrap();
                let own = form.dict.get(b"Resources").unwrap().as_dict().unwrap();
                let marked = marked.clone();
                let state = State { is_black: false, marked, ..state.clone() };
                run(doc, &form.get_plain_content().unwrap(), own, state, page);
            }
            _ => {}
        }
    }
}

fn show(font: &Font, size: f32, tracking: f32, at: Matrix, items: &[Object], content: i64) -> Piece {
    let (mut text, mut pen, mut last) = (String::new(), 0.0, 0.0);
    for item in items {
        if let Ok(codes) = item.as_str() {
            for code in codes.chunks(2).map(|c| u16::from_be_bytes([c[0], c[1]])) {
                last = pen;
                text.push_str(font.texts.get(&code).map_or("\u{fffd}", String::as_str));
                pen += font.widths[usize::from(code)] / 1000.0 * size + tracking;
            }
        } else {
            pen -= item.as_float().unwrap() / 1000.0 * size;
        }
    }
    // A space at the end hangs over the edge.
    let hanging = if text.ends_with(' ') { pen - last } else { 0.0 };
    let right = at[4] + (pen - hanging - tracking) * at[0];
    Piece { text, left: at[4], right, baseline: at[5], size: size * at[0], content }
}

fn fonts(doc: &Document, resources: &Dictionary) -> BTreeMap<Vec<u8>, Font> {
    let map = doc.get_dict_in_dict(resources, b"Font").unwrap();
    map.iter()
        .map(|(name, id)| {
            let font = doc.get_dictionary(id.as_reference().unwrap()).unwrap();
            let descendant = font.get(b"DescendantFonts").unwrap().as_array().unwrap()[0].as_dict().unwrap();
            let widths = descendant.get(b"W").unwrap().as_array().unwrap()[1].as_array().unwrap();
            let widths = widths.iter().map(|w| w.as_float().unwrap()).collect();
            let table = doc.get_object(font.get(b"ToUnicode").unwrap().as_reference().unwrap()).unwrap();
            let table = String::from_utf8(table.as_stream().unwrap().get_plain_content().unwrap()).unwrap();
            (name.clone(), Font { widths, texts: to_unicode(&table) })
        })
        .collect()
}

/// `bfchar` and `bfrange` lines of a ToUnicode table.
fn to_unicode(table: &str) -> BTreeMap<u16, String> {
    let mut texts = BTreeMap::new();
    for line in table.lines() {
        let parts: Vec<Vec<u16>> = line
            .split('<')
            .skip(1)
            .map(|part| {
                let digits = part.split('>').next().unwrap();
                (0..digits.len() / 4).map(|i| u16::from_str_radix(&digits[i * 4..i * 4 + 4], 16).unwrap()).collect()
            })
            .collect();
        match parts.as_slice() {
            [code, text] if code.len() == 1 => {
                texts.insert(code[0], String::from_utf16(text).unwrap());
            }
            [first, last, text] if first.len() == 1 && text.len() == 1 => {
                for code in first[0]..=last[0] {
                    texts.insert(code, String::from_utf16(&[text[0] + code - first[0]]).unwrap());
                }
            }
            _ => {}
        }
    }
    texts
}

fn times(a: Matrix, b: Matrix) -> Matrix {
    [
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    ]
}
