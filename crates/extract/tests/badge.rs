//! Baked badges, well made and hostile: every one is answered, none costs more than a bounded amount of work.

mod common;

use std::io::Write;
use std::time::Instant;

use extract::{ExtractError, Extracted, MAX_CREDENTIAL, MAX_INPUT, Source, extract};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use common::credential;

const JWT: &str = "eyJhbGciOiJFZERTQSJ9.eyJpZCI6InVybjp1dWlkOjAifQ.c2lnbmF0dXJl";

fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut sum = flate2::Crc::new();
    sum.update(name);
    sum.update(data);
    let length = u32::try_from(data.len()).unwrap();
    [&length.to_be_bytes()[..], name, data, &sum.sum().to_be_bytes()].concat()
}

fn itxt(keyword: &str, flag: u8, text: &[u8]) -> Vec<u8> {
    chunk(b"iTXt", &[keyword.as_bytes(), &[0, flag, 0], b"id\0kredensial\0", text].concat())
}

fn baked(text: &[u8]) -> Vec<u8> {
    itxt("openbadgecredential", 0, text)
}

fn deflated(text: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// A one-pixel picture with these chunks before the pixel.
fn png(chunks: &[Vec<u8>]) -> Vec<u8> {
    let header = chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
    let (pixel, end) = (chunk(b"IDAT", &deflated(&[0, 0])), chunk(b"IEND", &[]));
    [b"\x89PNG\r\n\x1a\n".to_vec(), header, chunks.concat(), pixel, end].concat()
}

fn svg(inner: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" \
         xmlns:openbadges=\"https://purl.imsglobal.org/ob/v3p0\" viewBox=\"0 0 1 1\">{inner}<path d=\"M0 0\"/></svg>"
    )
}

fn element(content: &str) -> String {
    format!("<openbadges:credential>{content}</openbadges:credential>")
}

#[track_caller]
fn holds(bytes: &[u8], source: Source) {
    assert_eq!(extract(bytes), Ok(Extracted { text: credential(), source }));
}

#[track_caller]
fn refused(bytes: &[u8], code: &str) {
    let begin = Instant::now();
    let error = extract(bytes).expect_err(code);
    println!("{} bytes, {:?}, {error}", bytes.len(), begin.elapsed());
    assert_eq!(error.code(), code, "{error}");
    for lang in [vc::Lang::Id, vc::Lang::En] {
        assert!(!error.what(lang).is_empty() && !error.next(lang).is_empty());
    }
}

#[test]
fn a_png_gives_its_credential_byte_for_byte() {
    let text = credential();
    holds(&png(&[baked(text.as_bytes())]), Source::BakedPng);
    holds(&png(&[baked(format!("\n  {text}\n").as_bytes())]), Source::BakedPng);
    holds(&png(&[itxt("openbadgecredential", 1, &deflated(text.as_bytes()))]), Source::BakedPng);
    // Other texts are nobody's business; what stands behind the end is no part of the picture.
    let others = [itxt("Comment", 0, b"{}"), chunk(b"tEXt", b"openbadgecredential\0{}"), baked(text.as_bytes())];
    holds(&[png(&others), baked(b"{}")].concat(), Source::BakedPng);
}

#[test]
fn an_svg_gives_its_credential_byte_for_byte() {
    let text = credential();
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
    for content in [
        format!("<![CDATA[{text}]]>"),
        format!("\n  <![CDATA[\n    {text}\n  ]]>\n"),
        escaped.clone(),
        format!("<!-- baked -->{escaped}"),
    ] {
        holds(svg(&element(&content)).as_bytes(), Source::BakedSvg);
    }
    holds(format!("\u{feff}{}", svg(&element(&escaped))).as_bytes(), Source::BakedSvg);
    // The prefix is the author's choice, the namespace is not.
    let renamed = svg(&element(&escaped)).replace("openbadges:", "ob:").replace(":openbadges", ":ob");
    holds(renamed.as_bytes(), Source::BakedSvg);
    let split = r#"{"a": "]]>"}"#;
    let found = extract(svg(&element(r#"<![CDATA[{"a": "]]]]><![CDATA[>"}]]>"#)).as_bytes()).unwrap();
    assert_eq!(found.text, split);
}

#[test]
fn other_contents_are_named() {
    refused(&png(&[]), "no-credential-in-image");
    refused(&png(&[itxt("openbadges", 0, b"https://contoh.example/assertion")]), "no-credential-in-image");
    refused(&png(&[baked(b"https://contoh.example/credential")]), "no-credential-in-image");
    refused(&png(&[baked(JWT.as_bytes())]), "jwt-not-supported");
    refused(svg("").as_bytes(), "no-credential-in-image");
    refused(svg(&element("")).as_bytes(), "no-credential-in-image");
    refused(svg(&element(JWT)).as_bytes(), "jwt-not-supported");
    refused(svg(&format!("<openbadges:credential verify=\"{JWT}\"/>")).as_bytes(), "jwt-not-supported");
    let older = svg(&element("{}")).replace("https://purl.imsglobal.org/ob/v3p0", "http://openbadges.org");
    refused(older.as_bytes(), "no-credential-in-image");
    refused(b"<!doctype html><html><svg/></html>", "image-damaged");
    refused(b"<html xmlns='http://www.w3.org/1999/xhtml'><svg/></html>", "not-recognised");
    refused(b"<html></html>", "not-recognised");
}

#[test]
fn a_changed_letter_is_left_to_the_signature() {
    let text = credential();
    let mut changed = png(&[baked(text.as_bytes())]);
    let at = changed.windows(6).position(|window| window == b"Contoh").unwrap();
    changed[at] = b'K';
    let found = extract(&changed).unwrap();
    assert_eq!(found.text, text.replacen("Contoh", "Kontoh", 1));
}

#[test]
fn two_credentials_are_a_riddle() {
    let text = credential();
    refused(&png(&[baked(text.as_bytes()), baked(b"{}")]), "several-credentials");
    refused(svg(&format!("{0}<g>{0}</g>", element("{}"))).as_bytes(), "several-credentials");
}

#[test]
fn damaged_pngs() {
    let good = png(&[baked(credential().as_bytes())]);
    let mut wrong_sum = good.clone();
    wrong_sum[60] ^= 1;
    refused(&wrong_sum, "image-damaged");
    let mut wrong_pixel_sum = good.clone();
    let end = good.len();
    wrong_pixel_sum[end - 14] ^= 1;
    refused(&wrong_pixel_sum, "image-damaged");
    let mut impossible = good.clone();
    impossible[33] = 0xff;
    refused(&impossible, "image-damaged");
    refused(&[&good[..8], &good[33..]].concat(), "image-damaged");
    refused(&png(&[itxt("openbadgecredential", 2, b"{}")]), "image-damaged");
    refused(&png(&[itxt("openbadgecredential", 1, b"{}")]), "image-damaged");
    refused(&png(&[chunk(b"iTXt", b"openbadgecredential\0\0\0id")]), "image-damaged");
    refused(&png(&[baked(b"{\"a\": \"Jos\xe9\"}")]), "not-utf8");
    for end in 8..good.len() {
        assert!(matches!(extract(&good[..end]), Err(ExtractError::ImageDamaged { .. })), "{end}");
    }
}

#[test]
fn bombs_in_pngs_stay_small() {
    let bomb = deflated(&vec![b' '; 200 << 20]);
    refused(&png(&[itxt("openbadgecredential", 1, &bomb)]), "too-large");
    refused(&png(&[baked(&vec![b' '; MAX_CREDENTIAL + 1])]), "too-large");
    refused(&png(&[baked(r#"{"a":"#.repeat(10_000).as_bytes())]), "nested-too-deep");
    let many = vec![itxt("Comment", 0, b""); MAX_INPUT / 45];
    refused(&png(&many), "no-credential-in-image");
}

#[test]
fn bombs_in_svgs_stay_small() {
    let room = 2 * MAX_CREDENTIAL - 1_000;
    let fill = |unit: &str| unit.repeat(room / unit.len());
    let entities = format!(
        "<!DOCTYPE svg [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]>{}",
        svg(&element("&b;")).split_once("?>").unwrap().1
    );
    refused(entities.as_bytes(), "image-damaged");
    let outside =
        r#"<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>"#;
    refused(outside.as_bytes(), "image-damaged");
    refused(svg(&element("&undefined;")).as_bytes(), "image-damaged");
    refused(svg(&format!("{}{}", element("{}"), fill("<g/>"))).as_bytes(), "image-damaged");
    refused(svg(&fill("<g>")).as_bytes(), "image-damaged");
    let deep = 45_000;
    let nested = format!("{}{}{}", "<g>".repeat(deep), element("{}"), "</g>".repeat(deep));
    assert!(extract(svg(&nested).as_bytes()).is_ok(), "depth alone is no harm");
    let attributes: String = (0..150_000).map(|i| format!(" a{i}=\"\"")).collect();
    refused(svg(&format!("<g{attributes}/>")).as_bytes(), "image-damaged");
    let namespaces: String = (0..50_000).map(|i| format!(" xmlns:n{i}=\"u{i}\"")).collect();
    refused(svg(&format!("<g{namespaces}/>")).as_bytes(), "image-damaged");
    let crowded: String = (0..400).map(|i| format!(" a{i}=\"\"")).collect();
    refused(svg(&fill(&format!("<g{crowded}/>"))).as_bytes(), "no-credential-in-image");
    let pieces = element(&fill("<![CDATA[ ]]>x"));
    refused(svg(&pieces).as_bytes(), "no-credential-in-image");
    refused(svg(&element(&" ".repeat(MAX_CREDENTIAL * 2))).as_bytes(), "too-large");
    refused(svg(&element("<b>{}</b>")).as_bytes(), "image-damaged");
    refused(svg(&element("{\"a\": \"\u{1}\"}")).as_bytes(), "image-damaged");
}

/// The same damage on every machine.
#[test]
fn a_changed_byte_is_never_a_panic() {
    let config = Config { cases: 4_000, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]));
    let badges =
        [svg(&element(&format!("<![CDATA[{}]]>", credential()))).into_bytes(), png(&[baked(credential().as_bytes())])];
    runner
        .run(&(any::<prop::sample::Index>(), any::<u8>(), 0..2_usize), |(at, byte, which)| {
            let mut bytes = badges[which].clone();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = extract(&bytes);
            Ok(())
        })
        .unwrap();
}
