//! What a person sees on pages made to cost much, or to be seen in several ways: told as unread, soon.

use std::time::{Duration, Instant};

use extract::visible;
use lopdf::{Document, Object, ObjectId, Stream, dictionary};
use vc::Visible;

/// In a debug build beside other tests.
const SOON: Duration = Duration::from_secs(5);

/// A PDF of one page, changed before it is written.
fn pdf(content: &[u8], change: impl FnOnce(&mut Document, ObjectId)) -> Vec<u8> {
    let mut document = Document::with_version("1.7");
    let pages = document.new_object_id();
    let mut content = Stream::new(dictionary! {}, content.to_vec());
    content.compress().unwrap();
    let content = document.add_object(content);
    let font = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding",
    });
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "Contents" => content,
        "Resources" => dictionary! { "Font" => dictionary! { "F" => font } },
        "MediaBox" => vec![0.into(), 0.into(), 842.into(), 595.into()],
    });
    let tree = dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 };
    document.objects.insert(pages, tree.into());
    let root = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", root);
    change(&mut document, page);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

fn unread(what: &str, bytes: &[u8]) {
    let start = Instant::now();
    let seen = visible(bytes);
    assert!(matches!(seen, Some(Visible::Unread(_))), "{what}: {seen:?}");
    assert!(start.elapsed() < SOON, "{what}: {:?}", start.elapsed());
}

fn lines(bytes: &[u8]) -> Vec<String> {
    match visible(bytes) {
        Some(Visible::Pages { pages, .. }) => pages[0].lines.iter().map(|line| line.text.clone()).collect(),
        other => panic!("{other:?}"),
    }
}

fn page_of(document: &mut Document, page: ObjectId) -> &mut lopdf::Dictionary {
    document.get_dictionary_mut(page).unwrap()
}

#[test]
fn text_is_read_however_it_is_cut() {
    let cut = b"BT /F 20 Tf 1 0 0 1 50 500 Tm [(Si) -30 (ti) 200 ( ) (Con)] TJ (toh) Tj 0 -24 Td (baris kedua) Tj ET\n\
        BT /F 20 Tf 1 0 0 1 600 500 Tm (kolom) Tj ET BT /F 20 Tf 1 0 0 1 50 100 Tm (I) Tj 0.4 0 Td (I) Tj ET";
    let read: Vec<String> = lines(&pdf(cut, |_, _| {})).iter().map(|line| line.replace(' ', "")).collect();
    assert_eq!(read, ["SitiContoh", "kolom", "bariskedua", "I"]);
    assert_eq!(visible(b"{}"), None);
    assert_eq!(visible(b"\x89PNG\r\n\x1a\n"), None);
}

#[test]
fn what_unpacks_or_paints_without_end_is_unread() {
    unread("300 MB of content", &pdf(&vec![b' '; 300_000_000], |_, _| {}));
    unread(
        "a million letters",
        &pdf(&[b"BT /F 9 Tf (".as_slice(), &[b'x'; 1_000_000], b") Tj ET"].concat(), |_, _| {}),
    );
    unread("a million rectangles", &pdf(&b"0 0 9 9 re f ".repeat(600_000), |_, _| {}));
    let over = [
        b"BT /F 9 Tf ".as_slice(),
        &b"1 0 0 1 9 9 Tm (x) Tj ".repeat(15_000),
        b"ET ",
        &b"0 0 m 9 9 50 50 99 9 c f ".repeat(40_000),
    ];
    unread("many paths over many letters", &pdf(&over.concat(), |_, _| {}));
    unread("strokes out of all bounds", &pdf(b"9 w 0 0 m 99999999 99999999 -99999999 99999999 9 9 c S", |_, _| {}));
}

/// Each form paints the next one twenty times.
#[test]
fn forms_within_forms_are_counted_before_they_are_painted() {
    let forms = |levels: usize, circle: bool| {
        pdf(b"/X Do", |document, page| {
            let ids: Vec<ObjectId> = (0..levels).map(|_| document.new_object_id()).collect();
            for (at, id) in ids.iter().enumerate() {
                let next = ids.get(at + 1).copied().or(circle.then_some(ids[0]));
                let inner = next.map_or(dictionary! {}, |next| dictionary! { "X" => next });
                let form = dictionary! {
                    "Type" => "XObject", "Subtype" => "Form", "Resources" => dictionary! { "XObject" => inner },
                    "BBox" => vec![0.into(), 0.into(), 9.into(), 9.into()],
                };
                document.objects.insert(*id, Stream::new(form, b"/X Do ".repeat(20)).into());
            }
            page_of(document, page).set("Resources", dictionary! { "XObject" => dictionary! { "X" => ids[0] } });
        })
    };
    unread("twenty to the seventh", &forms(7, false));
    unread("deeper than any", &forms(40, false));
    unread("a circle", &forms(3, true));
    assert!(lines(&forms(2, false)).is_empty());
}

#[test]
fn what_viewers_show_in_different_ways_is_unread() {
    let text = b"BT /F 20 Tf 1 0 0 1 50 500 Tm (Siti Contoh) Tj ET";
    let catalog = |key: &'static str, value: Object| {
        pdf(text, move |document, _| {
            let root = document.trailer.get(b"Root").unwrap().as_reference().unwrap();
            document.get_dictionary_mut(root).unwrap().set(key, value);
        })
    };
    unread("layers", &catalog("OCProperties", dictionary! { "OCGs" => Vec::<Object>::new() }.into()));
    unread("a form in XML", &catalog("AcroForm", dictionary! { "XFA" => Vec::<Object>::new() }.into()));
    unread("a unit", &pdf(text, |document, page| page_of(document, page).set("UserUnit", 9)));
    let font = |change: fn(&mut lopdf::Dictionary)| {
        pdf(text, |document, page| {
            let mut font = dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" };
            change(&mut font);
            let font = document.add_object(font);
            page_of(document, page).set("Resources", dictionary! { "Font" => dictionary! { "F" => font } });
        })
    };
    assert_eq!(lines(&font(|_| {})).len(), 1);
    unread("drawn letters", &font(|font| font.set("Subtype", "Type3")));
    let many = pdf(text, |document, page| {
        let parent = page_of(document, page).get(b"Parent").unwrap().as_reference().unwrap();
        document.get_dictionary_mut(parent).unwrap().set("Kids", vec![Object::from(page); 200]);
    });
    unread("two hundred pages", &many);
    let circle = pdf(text, |document, page| {
        let parent = page_of(document, page).get(b"Parent").unwrap().as_reference().unwrap();
        document.get_dictionary_mut(parent).unwrap().set("Kids", vec![Object::from(parent)]);
    });
    unread("pages in a circle", &circle);
}

#[test]
fn a_picture_is_only_where_it_lies() {
    let picture = |document: &mut Document, page: ObjectId| {
        let image = dictionary! {
            "Type" => "XObject", "Subtype" => "Image", "Width" => 60_000, "Height" => 60_000,
            "ColorSpace" => "DeviceRGB", "BitsPerComponent" => 8, "Filter" => "JPXDecode",
        };
        let image = document.add_object(Stream::new(image, b"rubbish".to_vec()));
        let resources = page_of(document, page).get_mut(b"Resources").unwrap().as_dict_mut().unwrap();
        resources.set("XObject", dictionary! { "I" => image });
    };
    let text = "BT /F 20 Tf 1 0 0 1 50 500 Tm (Siti Contoh) Tj ET";
    let above = format!("{text} q 400 0 0 100 40 480 cm /I Do Q");
    let beside = format!("{text} q 400 0 0 100 40 180 cm /I Do Q");
    let below = format!("q 400 0 0 100 40 480 cm /I Do Q {text}");
    let counts = [&above, &beside, &below].map(|content| lines(&pdf(content.as_bytes(), picture)).len());
    assert_eq!(counts, [0, 1, 1]);
}
