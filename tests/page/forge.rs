//! What forgers do to a certificate: other words on the page, the attachment left alone.

use lopdf::{Document, Object, ObjectId, Stream, StringFormat, dictionary};
use vc::{Visible, VisibleLine};

use crate::samples::Sample;

/// A page set anew, as well as we do it ourselves, around somebody's genuine credential.
pub(crate) fn reset(genuine: &Sample, page: &Sample) -> Vec<u8> {
    edited(&page.pdf(), |document| {
        let text = genuine.signed().text().to_owned();
        for object in document.objects.values_mut() {
            if let Object::Stream(stream) = object
                && stream.dict.has_type(b"EmbeddedFile")
            {
                stream.dict.remove(b"Filter");
                stream.set_plain_content(text.clone().into_bytes());
            }
        }
    })
}

/// The file opened, changed, and written anew.
pub(crate) fn edited(pdf: &[u8], change: impl FnOnce(&mut Document)) -> Vec<u8> {
    let mut document = Document::load_mem(pdf).unwrap();
    change(&mut document);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

pub(crate) fn first_page(document: &Document) -> ObjectId {
    document.get_pages()[&1]
}

/// Content painted before or after the page's own. `/F9` is Helvetica, which no file has to embed.
pub(crate) fn paint(document: &mut Document, page: ObjectId, before: &str, after: &str) {
    let mut contents = match document.get_dictionary(page).unwrap().get(b"Contents").unwrap() {
        Object::Array(parts) => parts.clone(),
        one => vec![one.clone()],
    };
    let stream = |document: &mut Document, text: &str| {
        document.add_object(Stream::new(dictionary! {}, text.as_bytes().to_vec()))
    };
    contents.insert(0, stream(document, before).into());
    contents.push(stream(document, after).into());
    let font = dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica-Bold", "Encoding" => "WinAnsiEncoding" };
    let font = document.add_object(font);
    let resources = document.get_dictionary(page).unwrap().get(b"Resources").cloned().unwrap();
    let mut resources = document.dereference(&resources).unwrap().1.as_dict().unwrap().clone();
    let fonts = resources.get(b"Font").cloned().unwrap();
    let mut fonts = document.dereference(&fonts).unwrap().1.as_dict().unwrap().clone();
    fonts.set("F9", font);
    resources.set("Font", fonts);
    let page = document.get_dictionary_mut(page).unwrap();
    page.set("Resources", resources);
    page.set("Contents", contents);
}

/// Where a text stands on the first page, in the page's own points: left, baseline from below, width, size.
pub(crate) fn place(pdf: &[u8], text: &str) -> (f32, f32, f32, f32) {
    let Some(Visible::Pages { pages, .. }) = extract::visible(pdf) else { panic!("cannot be read") };
    let plain = |text: &str| text.replace(' ', "");
    let is_it = |line: &&VisibleLine| plain(&line.text).contains(&plain(text));
    let line = pages[0].lines.iter().find(is_it).unwrap_or_else(|| panic!("{text} is not on the page"));
    let height = if pdf_is_upright(pdf) { 841.89 } else { 595.28 };
    (line.left, height - line.baseline, line.right - line.left, line.size)
}

fn pdf_is_upright(pdf: &[u8]) -> bool {
    let document = Document::load_mem(pdf).unwrap();
    let page = document.get_dictionary(first_page(&document)).unwrap();
    let sides = page.get(b"MediaBox").unwrap().as_array().unwrap();
    sides[3].as_float().unwrap() > sides[2].as_float().unwrap()
}

/// A line of Helvetica.
pub(crate) fn text(words: &str, x: f32, y: f32, size: f32) -> String {
    format!("BT 0.08 0.15 0.24 rg /F9 {size} Tf 1 0 0 1 {x} {y} Tm ({words}) Tj ET\n")
}

/// A rectangle over a text.
pub(crate) fn cover((left, baseline, width, size): (f32, f32, f32, f32), colour: &str) -> String {
    format!("{colour} {} {} {} {} re f\n", left - 2.0, baseline - 0.3 * size, width + 4.0, 1.3 * size)
}

/// An annotation on the first page.
pub(crate) fn annotate(document: &mut Document, kind: &str, appearance: Option<&str>, rect: [f32; 4]) {
    let mut annotation = dictionary! {
        "Type" => "Annot", "Subtype" => kind, "Rect" => rect.map(Object::from).to_vec(), "F" => 4,
        "Contents" => Object::String(b"Budi Palsu".to_vec(), StringFormat::Literal),
        "DA" => Object::string_literal("/Helv 30 Tf 0 g"),
    };
    if let Some(content) = appearance {
        let sides = vec![0.into(), 0.into(), (rect[2] - rect[0]).into(), (rect[3] - rect[1]).into()];
        let form = dictionary! {
            "Type" => "XObject", "Subtype" => "Form", "BBox" => sides, "Resources" => dictionary! {},
        };
        let form = document.add_object(Stream::new(form, content.as_bytes().to_vec()));
        annotation.set("AP", dictionary! { "N" => form });
    }
    let annotation = document.add_object(annotation);
    let page = first_page(document);
    let mut all = match document.get_dictionary(page).unwrap().get(b"Annots").unwrap().clone() {
        Object::Array(all) => all,
        one => document.dereference(&one).unwrap().1.as_array().unwrap().clone(),
    };
    all.push(annotation.into());
    document.get_dictionary_mut(page).unwrap().set("Annots", all);
}

/// A page of its own content, before or after the others.
pub(crate) fn add_page(document: &mut Document, content: &str, first: bool) {
    let page = first_page(document);
    let mut copy = document.get_dictionary(page).unwrap().clone();
    let content = document.add_object(Stream::new(dictionary! {}, content.as_bytes().to_vec()));
    copy.set("Contents", content);
    copy.set("Annots", Vec::<Object>::new());
    let parent = copy.get(b"Parent").unwrap().as_reference().unwrap();
    let font = document.add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" });
    copy.set("Resources", dictionary! { "Font" => dictionary! { "F9" => font } });
    let copy = document.add_object(copy);
    let tree = document.get_dictionary_mut(parent).unwrap();
    let count = tree.get(b"Count").unwrap().as_i64().unwrap();
    tree.set("Count", count + 1);
    let kids = tree.get_mut(b"Kids").unwrap().as_array_mut().unwrap();
    kids.insert(if first { 0 } else { kids.len() }, copy.into());
}

/// The change written behind the file, as editors save.
pub(crate) fn appended(pdf: &[u8], change: impl FnOnce(&mut Document)) -> Vec<u8> {
    let document = Document::load_mem(pdf).unwrap();
    let mut changed = document.clone();
    change(&mut changed);
    let mut update = lopdf::IncrementalDocument::create_from(pdf.to_vec(), document.clone());
    update.new_document.max_id = changed.max_id;
    for (id, object) in changed.objects {
        if document.objects.get(&id) != Some(&object) {
            update.new_document.objects.insert(id, object);
        }
    }
    let mut bytes = Vec::new();
    update.save_to(&mut bytes).unwrap();
    assert!(bytes.starts_with(pdf));
    bytes
}
