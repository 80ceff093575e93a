//! Codes of certificates in pictures: screenshots, photos, files made to keep a reader busy.

mod canvas;

use std::time::{Duration, Instant};

use canvas::{Canvas, link, qr};
use extract::{Code, Codes, ExtractError, Found, MAX_PIXELS, Source, find};

#[track_caller]
fn codes(bytes: &[u8]) -> Codes {
    match find(bytes) {
        Ok(Found::Codes(codes)) => codes,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn assert_reads(bytes: &[u8], text: &str) {
    let found = codes(bytes);
    assert_eq!(found.texts, [Code::Whole(text.to_owned())]);
    assert_eq!((found.others, found.source), (0, Source::Picture));
}

#[test]
fn screenshots_of_every_kind_of_png_and_jpeg() {
    let text = link();
    let screen = Canvas::white(1080, 1400).with(&qr(&text, 7), 150, 400);
    for colour in [png::ColorType::Grayscale, png::ColorType::GrayscaleAlpha, png::ColorType::Rgb, png::ColorType::Rgba]
    {
        assert_reads(&screen.png(colour), &text);
    }
    for quality in [90, 40] {
        assert_reads(&screen.jpeg(quality, false), &text);
        assert_reads(&screen.jpeg(quality, true), &text);
    }
    assert_reads(&qr(&text, 2).png(png::ColorType::Grayscale), &text);
}

#[test]
fn photos_of_a_print() {
    let text = link();
    // A sheet on a table: seen from the side, out of focus, unevenly lit, noisy, compressed.
    let sheet = Canvas::white(1600, 1200).with(&qr(&text, 8), 500, 300);
    for (tilt, blur, quality) in [(0.0, 0, 80), (0.12, 0, 80), (0.12, 1, 60), (0.2, 1, 50), (0.25, 2, 70)] {
        let photo = sheet.tilted(tilt).blurred(blur).unevenly_lit().noisy(12).jpeg(quality, false);
        assert_reads(&photo, &text);
    }
    assert_reads(&sheet.turned().png(png::ColorType::Grayscale), &text);
}

#[test]
fn the_page_of_a_certificate_is_a_code_too() {
    let page = "https://sertifikat.example/v/7KQM-4XWP-9H2D-JT6S";
    let found = codes(&qr(page, 6).png(png::ColorType::Grayscale));
    assert_eq!(found.texts, [Code::Page(page.to_owned())]);
}

#[test]
fn three_codes_are_told_apart() {
    let text = link();
    let poster = Canvas::white(2400, 1200)
        .with(&qr("WIFI:S:kantor;T:WPA;P:rahasia;;", 8), 50, 50)
        .with(&qr(&text, 8), 600, 50)
        .with(&qr("https://lain.example/daftar", 8), 1600, 50);
    let found = codes(&poster.png(png::ColorType::Rgb));
    assert_eq!((found.texts, found.others), (vec![Code::Whole(text.clone())], 2));
    let others = Canvas::white(1200, 600).with(&qr("WIFI:S:kantor;;", 8), 50, 50).with(&qr("0812", 8), 600, 50);
    let digits = codes(&others.jpeg(80, false));
    assert_eq!(
        (digits.texts, digits.others),
        (vec![Code::Whole("0812".to_owned())], 1),
        "digits may be a damaged code"
    );
    let foreign =
        Canvas::white(700, 700).with(&qr("https://lain.example/daftar", 8), 100, 100).png(png::ColorType::Rgb);
    assert_eq!(find(&foreign), Err(ExtractError::OtherCodes { count: 1 }));
    let two = Canvas::white(2400, 1200).with(&qr(&text, 8), 50, 50).with(&qr(&text.replace('3', "4"), 8), 1200, 50);
    assert_eq!(codes(&two.png(png::ColorType::Rgb)).texts.len(), 2);
}

#[test]
fn without_a_code_it_says_so() {
    assert_eq!(find(&Canvas::white(800, 600).noisy(30).jpeg(80, false)), Err(ExtractError::NoCode));
    let cut = qr(&link(), 6).png(png::ColorType::Rgb);
    for length in [9, 20, 40, cut.len() / 2] {
        assert!(find(&cut[..length]).is_err(), "{length}");
    }
    let jpeg = qr(&link(), 6).jpeg(80, false);
    for length in [4, 30, 200] {
        assert!(find(&jpeg[..length]).is_err(), "{length}");
    }
}

#[test]
fn fifty_megapixels_are_read_and_more_than_the_bound_refused_at_once() {
    let text = link();
    let photo = Canvas::white(8200, 6200).with(&qr(&text, 24), 3000, 2000);
    assert_reads(&photo.jpeg(70, false), &text);
    assert_reads(&photo.png(png::ColorType::Grayscale), &text);
    let started = Instant::now();
    for (width, height) in [(65_000, 65_000), (u32::MAX >> 1, u32::MAX >> 1), (8_001, 8_000)] {
        let error = find(&canvas::png_header(width, height)).unwrap_err();
        assert!(matches!(error, ExtractError::PictureTooLarge { limit: MAX_PIXELS, .. }), "{width}: {error:?}");
        assert!(error.what(vc::Lang::Id).contains("megapiksel"));
    }
    let large = find(&canvas::jpeg_of_size(65_000, 65_000)).unwrap_err();
    assert!(matches!(large, ExtractError::PictureTooLarge { .. }), "{large:?}");
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[test]
fn a_picture_full_of_corners_costs_little() {
    // Every code begins with three squares; here are ten thousand and no code.
    let mut wall = Canvas::white(1700, 1700);
    for (x, y) in (0..100).flat_map(|x| (0..100).map(move |y| (x * 17, y * 17))) {
        wall = wall.with(&canvas::corner(2), x, y);
    }
    let started = Instant::now();
    assert_eq!(find(&wall.png(png::ColorType::Grayscale)), Err(ExtractError::NoCode));
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}
