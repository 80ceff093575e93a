//! PDFs whose pages show a code and carry nothing: scans, and certificates that lost their attachment.

mod canvas;

use std::time::{Duration, Instant};

use canvas::{Canvas, link, qr};
use extract::{Code, ExtractError, Found, Source, find};
use lopdf::{Document, Object, Stream, dictionary};

/// A page of A4, landscape, that draws `content` with these pictures or forms.
fn pdf(content: &str, objects: Vec<(&str, Stream)>, blank_pages_before: usize) -> Vec<u8> {
    let mut document = Document::with_version("1.7");
    let pages = document.new_object_id();
    let mut xobjects = lopdf::Dictionary::new();
    for (name, stream) in objects {
        xobjects.set(name, document.add_object(stream));
    }
    let mut stream = Stream::new(dictionary! {}, content.as_bytes().to_vec());
    stream.compress().unwrap();
    let content = document.add_object(stream);
    let media_box: Vec<Object> = vec![0.into(), 0.into(), 842.into(), 595.into()];
    let blank = dictionary! { "Type" => "Page", "Parent" => pages };
    let mut kids: Vec<Object> = (0..blank_pages_before).map(|_| document.add_object(blank.clone()).into()).collect();
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "Contents" => content,
        "Resources" => dictionary! { "XObject" => xobjects },
    });
    kids.push(page.into());
    let tree = dictionary! { "Type" => "Pages", "Count" => kids.len() as i64, "Kids" => kids, "MediaBox" => media_box };
    document.objects.insert(pages, tree.into());
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

const WHOLE_PAGE: &str = "q 842 0 0 595 0 0 cm /Im0 Do Q";

fn image(canvas: &Canvas, colour: &str, bits: i64, bytes: Vec<u8>) -> Stream {
    let dict = dictionary! {
        "Type" => "XObject", "Subtype" => "Image", "Width" => canvas.width as i64, "Height" => canvas.height as i64,
        "ColorSpace" => colour, "BitsPerComponent" => bits,
    };
    Stream::new(dict, bytes)
}

/// A scanned sheet of A4 with the code in its lower right corner, so many dots an inch.
fn sheet(text: &str, dpi: usize) -> Canvas {
    let (width, height) = (dpi * 842 / 72, dpi * 595 / 72);
    let modules = qr(text, 1).width;
    let code = qr(text, (dpi * 40 / 25).div_ceil(modules).max(2));
    Canvas::white(width, height).with(&code, width - code.width - dpi / 2, height - code.width - dpi / 2)
}

#[track_caller]
fn assert_reads(bytes: &[u8], text: &str, number: usize) {
    let found = find(bytes);
    let Ok(Found::Codes(codes)) = &found else { panic!("{found:?}") };
    assert_eq!((&codes.texts[..], &codes.source), (&[Code::Whole(text.to_owned())][..], &Source::PdfPage { number }));
}

#[test]
fn scans_of_every_kind() {
    let text = link();
    for dpi in [150, 200, 300] {
        let sheet = sheet(&text, dpi).tilted(0.02).noisy(8);
        let mut jpeg = image(&sheet, "DeviceGray", 8, sheet.jpeg(75, false));
        jpeg.dict.set("Filter", "DCTDecode");
        assert_reads(&pdf(WHOLE_PAGE, vec![("Im0", jpeg)], 0), &text, 1);
        let mut grey = image(&sheet, "DeviceGray", 8, sheet.pixels.clone());
        grey.compress().unwrap();
        assert_reads(&pdf(WHOLE_PAGE, vec![("Im0", grey)], 2), &text, 3);
        let bits = sheet.pixels.chunks(sheet.width).flat_map(|row| {
            row.chunks(8)
                .map(|eight| eight.iter().enumerate().fold(0, |byte, (at, p)| byte | u8::from(*p > 127) << (7 - at)))
        });
        let mut black = image(&sheet, "DeviceGray", 1, bits.collect());
        black.compress().unwrap();
        assert_reads(&pdf(WHOLE_PAGE, vec![("Im0", black)], 0), &text, 1);
    }
}

#[test]
fn a_code_drawn_as_shapes_within_a_form() {
    let text = link();
    let code = qr(&text, 1);
    let dark = code.pixels.iter().enumerate().filter(|(_, pixel)| **pixel == 0);
    let rects: String =
        dark.map(|(at, _)| format!("{} {} 1 1 re\n", at % code.width, code.width - at / code.width)).collect();
    let form = Stream::new(
        dictionary! {
            "Type" => "XObject", "Subtype" => "Form", "BBox" => vec![0.into(), 0.into(), 200.into(), 200.into()],
        },
        format!("0 g {rects} f").into_bytes(),
    );
    assert_reads(&pdf("q 1.6 0 0 1.6 600 60 cm /Fm0 Do Q BT /F1 12 Tf (BI) Tj ET", vec![("Fm0", form)], 0), &text, 1);
}

#[test]
fn without_a_code_it_is_a_pdf_without_a_credential() {
    assert_eq!(find(&pdf("0 0 9 9 re f", Vec::new(), 0)), Err(ExtractError::NoCredentialInPdf));
    let late = image(&sheet(&link(), 150), "DeviceGray", 8, sheet(&link(), 150).pixels);
    assert_eq!(find(&pdf(WHOLE_PAGE, vec![("Im0", late)], 9)), Err(ExtractError::NoCredentialInPdf), "page 10");
}

#[test]
fn files_made_to_keep_a_renderer_busy_cost_little() {
    let started = Instant::now();
    let small = Canvas::white(64, 64);
    // A small stream that unpacks to a gigabyte.
    let mut bomb = image(&small, "DeviceGray", 8, vec![0; 64 * 1024 * 1024]);
    bomb.compress().unwrap();
    let mut vast = image(&small, "DeviceGray", 8, vec![0; 64]);
    vast.dict.set("Width", 65_000);
    vast.dict.set("Height", 65_000);
    let mut liar = image(&small, "DeviceGray", 8, Canvas::white(9_000, 6_000).jpeg(50, false));
    liar.dict.set("Filter", "DCTDecode");
    let files = [
        pdf(WHOLE_PAGE, vec![("Im0", bomb)], 0),
        pdf(WHOLE_PAGE, vec![("Im0", vast)], 0),
        pdf(WHOLE_PAGE, vec![("Im0", liar)], 0),
        pdf(&"0 0 842 595 re f\n".repeat(200_000), Vec::new(), 0),
        pdf(
            &"q 0 0 m 1e9 0 l S [0.0001] 0 d 0 0 m 99999999999 9 l S 0 0 m 1 1 99999999999 2 3 99999999999 c S Q\n"
                .repeat(1_000),
            Vec::new(),
            0,
        ),
        pdf(&"BI /W 60000 /H 60000 /CS /G /BPC 8 /F /Fl ID x EI\n".repeat(1_000), Vec::new(), 0),
        pdf(&"q ".repeat(500_000), Vec::new(), 0),
        pdf(&"[".repeat(500_000), Vec::new(), 0),
    ];
    for (at, file) in files.iter().enumerate() {
        let now = Instant::now();
        assert_eq!(find(file), Err(ExtractError::NoCredentialInPdf), "file {at}");
        assert!(now.elapsed() < Duration::from_secs(30), "file {at}: {:?}", now.elapsed());
    }
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
}
