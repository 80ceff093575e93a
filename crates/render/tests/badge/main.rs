//! Badges: what they hold, what they show, that they do not change.

#[allow(dead_code, reason = "shared with the tests of whole certificates, which use all of it")]
#[path = "../certificate/samples.rs"]
mod samples;

use std::path::Path;

use render::{BADGE_PIXELS, Badge, Bilingual, Design, PREVIEW_PIXELS, RenderError, Shared, preview_png};
use usvg::roxmltree::{Document, Node};

use samples::{shared, signed};

const NAME: &str = "Siti Contoh Rahmawati, S.Sos., M.A.P.";
const NAMESPACE: &str = "https://purl.imsglobal.org/ob/v3p0";

/// Issue 4: a badge travels by chat and lies in profiles. Bytes, the credential included.
const MAX_PNG: usize = 60_000;
const MAX_SVG: usize = 40_000;
const MAX_PREVIEW: usize = 100_000;

fn badge(shared: &Shared) -> Badge {
    Badge::new(&Design::klasik().unwrap(), shared).unwrap()
}

/// Cohorts with texts of every length.
fn cohorts() -> Vec<(&'static str, Shared)> {
    let long = Bilingual::new(
        "Pelatihan Kepemimpinan Transformasi Digital dan Pemanfaatan Kecerdasan Artifisial untuk Pelayanan Publik yang Inklusif",
        "Leadership Training in Digital Transformation and the Use of Artificial Intelligence for Inclusive Public Services",
    );
    let agency = Bilingual::new(
        "Badan Pengembangan Sumber Daya Manusia Aparatur Daerah Provinsi Contoh Kepulauan Fiktif",
        "Regional Civil Service Human Resources Development Agency of the Fictional Islands",
    );
    vec![
        ("usual", shared()),
        ("test", Shared { test_band: true, ..shared() }),
        ("long", Shared { programme: long, agency, ..shared() }),
        (
            "short",
            Shared {
                programme: Bilingual::new("AI", ""),
                agency: Bilingual::new("LCN", ""),
                cohort: String::new(),
                ..shared()
            },
        ),
        (
            "beyond",
            Shared {
                programme: Bilingual::new("Kata ".repeat(110), "Word & <tag> ".repeat(40)),
                agency: Bilingual::new("山田 Ж Lembaga ".repeat(40), "x".repeat(600)),
                ..shared()
            },
        ),
    ]
}

/// `PIAGAM_BADGES=FOLDER` also writes them, to be looked at.
#[test]
fn files_are_small() {
    let folder = std::env::var_os("PIAGAM_BADGES");
    // As long as the credentials that are issued today.
    let signed = signed(&format!("{NAME}{}", "x".repeat(1_450)));
    for name in render::BUILT_IN {
        let design = Design::built_in(name).unwrap();
        for (cohort, shared) in cohorts() {
            let badge = Badge::new(&design, &shared).unwrap();
            let files = [
                ("svg", badge.svg(&signed).unwrap().into_bytes(), MAX_SVG),
                ("png", badge.png(&signed), MAX_PNG),
                ("preview.png", preview_png(&design, &shared).unwrap(), MAX_PREVIEW),
            ];
            for (kind, bytes, most) in files {
                println!("{name} {cohort} {kind}: {}", bytes.len());
                if let Some(folder) = &folder {
                    std::fs::write(Path::new(folder).join(format!("{name}-{cohort}.{kind}")), &bytes).unwrap();
                }
                assert!(bytes.len() < most, "{name} {cohort} {kind}: {} bytes", bytes.len());
            }
        }
    }
}

#[test]
fn an_svg_is_baked_as_the_standard_says() {
    let signed = signed("Siti \"]]>\" <Contoh> & Jos\u{e9} \u{1f600}");
    let svg = badge(&shared()).svg(&signed).unwrap();
    let document = Document::parse(&svg).unwrap();
    let root = document.root_element();
    assert!(root.has_tag_name(("http://www.w3.org/2000/svg", "svg")));
    assert_eq!(root.lookup_namespace_uri(Some("openbadges")), Some(NAMESPACE));
    let first = root.first_child().unwrap();
    assert!(first.has_tag_name((NAMESPACE, "credential")) && first.attributes().len() == 0);
    assert_eq!(first.text(), Some(signed.text()), "byte for byte");
    assert!(svg.contains("<openbadges:credential><![CDATA[{"));
    assert_eq!(document.descendants().filter(|n| n.has_tag_name((NAMESPACE, "credential"))).count(), 1);
}

#[test]
fn a_png_is_baked_as_the_standard_says() {
    let signed = signed("Jos\u{e9} Contoh \u{1f600}");
    let bytes = badge(&shared()).png(&signed);
    let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((frame.width, frame.height), (BADGE_PIXELS, BADGE_PIXELS));
    reader.finish().unwrap();
    let texts = &reader.info().utf8_text;
    assert_eq!(texts.len(), 1);
    assert_eq!((texts[0].keyword.as_str(), texts[0].compressed), ("openbadgecredential", false));
    assert!(texts[0].language_tag.is_empty() && texts[0].translated_keyword.is_empty());
    assert_eq!(texts[0].get_text().unwrap(), signed.text(), "byte for byte");
    let raw = signed.text().as_bytes();
    assert!(bytes.windows(raw.len()).any(|window| window == raw), "and uncompressed");
}

#[test]
fn a_preview_has_its_size() {
    let bytes = preview_png(&Design::klasik().unwrap(), &shared()).unwrap();
    let mut decoder = png::Decoder::new(std::io::Cursor::new(&bytes));
    assert_eq!(decoder.read_header_info().unwrap().size(), PREVIEW_PIXELS);
}

#[test]
fn only_the_credential_tells_the_name() {
    let (one, two) = (signed(NAME), signed("Budi Contoh"));
    let badge = badge(&shared());
    let (first, second) = (badge.svg(&one).unwrap(), badge.svg(&two).unwrap());
    let drawing = |svg: &str| svg.split_once("</openbadges:credential>").unwrap().1.to_owned();
    assert_eq!(drawing(&first), drawing(&second));
    assert!(!drawing(&first).contains("Siti") && !drawing(&first).contains("00017"));
    let pixels = |png: &[u8]| png[png.windows(4).position(|name| name == b"PLTE").unwrap()..].to_vec();
    assert_eq!(pixels(&badge.png(&one)), pixels(&badge.png(&two)));
    assert_ne!(badge.png(&one), badge.png(&two));
}

#[test]
fn the_same_input_gives_the_same_bytes_and_another_cohort_another_picture() {
    let (signed, design) = (signed(NAME), Design::klasik().unwrap());
    let (one, again) = (badge(&shared()), badge(&shared()));
    assert_eq!(one.svg(&signed).unwrap(), again.svg(&signed).unwrap());
    assert_eq!(one.png(&signed), again.png(&signed));
    assert_eq!(preview_png(&design, &shared()).unwrap(), preview_png(&design, &shared()).unwrap());
    let next = badge(&Shared { cohort: "Angkatan III Tahun 2026".into(), ..shared() });
    assert_ne!(one.svg(&signed).unwrap(), next.svg(&signed).unwrap());
    assert_ne!(one.png(&signed), next.png(&signed));
    let test = badge(&Shared { test_band: true, ..shared() });
    assert!(test.svg(&signed).unwrap().contains("#ffc93c") && !one.svg(&signed).unwrap().contains("#ffc93c"));
}

#[test]
fn what_no_file_can_hold_is_refused() {
    let badge = badge(&shared());
    for odd in ["\u{ffff}", "\u{fffe}"] {
        let error = badge.svg(&signed(odd)).err().unwrap();
        assert!(matches!(error, RenderError::Badge { .. }) && !error.words(vc::Lang::Id).1.is_empty(), "{error}");
        assert!(!badge.png(&signed(odd)).is_empty());
    }
    let shared = Shared { cohort: "x".repeat(601), ..shared() };
    let error = Badge::new(&Design::klasik().unwrap(), &shared).err().unwrap();
    assert!(matches!(error, RenderError::TooLong { field: "cohort", .. }), "{error}");
}

/// The outline of the drawing, as `outline.txt` keeps it: `UPDATE_SNAPSHOTS=1` writes it.
#[test]
fn the_drawing_is_as_it_was_reviewed() {
    fn line(node: Node<'_, '_>, depth: usize, out: &mut String) {
        let name = node.tag_name().name();
        let count = |kind: &str| node.children().filter(|child| child.has_tag_name(kind)).count();
        let stroke = node.attribute("stroke").map(|s| format!(" stroke {s}")).unwrap_or_default();
        let fill = node.attribute("fill").map(|s| format!(" fill {s}")).unwrap_or_default();
        let uses = if count("use") > 0 { format!(" ({} use)", count("use")) } else { String::new() };
        let title = if name == "title" { format!(" {:?}", node.text().unwrap_or_default()) } else { String::new() };
        out.push_str(&format!("{}{name}{fill}{stroke}{uses}{title}\n", "  ".repeat(depth)));
        let children = node.children().filter(|child| child.is_element() && !child.has_tag_name("use"));
        for child in children.filter(|_| name != "defs") {
            line(child, depth + 1, out);
        }
    }
    let svg = badge(&shared()).svg(&signed(NAME)).unwrap();
    let mut outline = String::new();
    line(Document::parse(&svg).unwrap().root_element(), 0, &mut outline);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/badge/outline.txt");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, &outline).unwrap();
    }
    assert_eq!(outline, std::fs::read_to_string(&path).unwrap());
    for foreign in ["<text", "font-family", "style=", "<script", "<image", "http:"] {
        let found = svg.replace("http://www.w3.org/", "").contains(foreign) && foreign != "http:";
        assert!(!found, "{foreign}");
    }
}
