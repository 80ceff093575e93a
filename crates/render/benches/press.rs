//! PDFs a second on one core: `cargo bench -p render --bench press [COUNT]`. Not a test: figures, no verdict.
//!
//! The text of the QR code has the length of the code that carries the whole credential (version 9). Beside the prepared press,
//! in the same run: everything done anew for each certificate; the same texts, lines and QR code by printpdf alone, with whole
//! fonts; and, where Python has them, by ReportLab and WeasyPrint (`press.py`).

#[allow(dead_code, reason = "shared with the tests of whole certificates, which use all of it")]
#[path = "../tests/certificate/samples.rs"]
mod samples;

use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use printpdf::{
    FontId, LinePoint, Mm, Op, ParsedFont, PdfDocument, PdfFontHandle, PdfPage, PdfSaveOptions, Point, Polygon,
    PolygonRing, Pt, TextItem,
};
use render::{BUILT_IN, Design, Particulars, Press, Qr};

use crate::samples::{full, particulars, shared, signed};

const SERIF: &[u8] = include_bytes!("../../../templates/certificate/fonts/ebgaramond/EBGaramond12-Regular.ttf");

fn main() {
    let count = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(2_000);
    let url = format!("https://sertifikat.contoh.example/v#{}", "7390514826".repeat(34));
    println!("QR code: {} characters, {} modules a side", url.len(), Qr::new(&url).expect("it fits").width());
    let own = Particulars { url, ..particulars() };
    let all = Particulars { private: full().private, ..own.clone() };
    for design in BUILT_IN {
        let design = Design::built_in(design).expect("a built-in design");
        let press = Press::new(&design, shared()).expect("a press");
        for (rendering, particulars) in [("short", &own), ("full", &all)] {
            time(&format!("{}, prepared, {rendering}", design.name()), count, |i| {
                press.print(&signed(&name(i)), particulars).expect("a PDF")
            });
        }
    }
    let design = Design::klasik().expect("a built-in design");
    time("klasik, everything anew", 50, |i| {
        Press::new(&design, shared()).and_then(|press| press.print(&signed(&name(i)), &own)).expect("a PDF")
    });
    time("plain printpdf", 50, |i| plain(&name(i), &own.url));
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/press.py");
    match Command::new("python3").arg(script).arg(&own.url).status() {
        Ok(status) if status.success() => {}
        other => println!("python3: not run ({other:?})"),
    }
}

fn name(i: usize) -> String {
    format!("Siti Contoh Rahmawati {i}, S.Sos., M.A.P.")
}

fn time(what: &str, count: usize, make: impl Fn(usize) -> Vec<u8>) {
    let begun = Instant::now();
    let bytes: usize = (0..count).map(|i| black_box(make(i)).len()).sum();
    let seconds = begun.elapsed().as_secs_f64();
    println!("{what:<28} {:>7.0} a second, {:>4} kB", count as f64 / seconds, bytes / count / 1000);
}

/// The texts, the border and the QR code of the page, by printpdf alone.
fn plain(name: &str, url: &str) -> Vec<u8> {
    let mut pdf = PdfDocument::new("Sertifikat");
    let font = ParsedFont::from_bytes(SERIF, 0, &mut Vec::new()).expect("a font");
    let font: FontId = pdf.add_font(&font);
    let mut ops = Vec::new();
    let texts = [
        (186.0, 14.0, "LEMBAGA CONTOH ADMINISTRASI NEGARA"),
        (168.0, 40.0, "SERTIFIKAT"),
        (155.0, 11.0, "Nomor / Number: 00017/AI-CAMPUS/II/VIII/2026"),
        (135.0, 32.0, name),
        (115.0, 19.0, "Dasar-Dasar Kecerdasan Artifisial bagi ASN"),
        (106.0, 12.0, "AI Fundamentals for Public Servants"),
        (95.0, 12.0, "pada 3–12 Agustus 2026, selama 20 (dua puluh) jam pelajaran (JP)"),
        (88.0, 12.0, "diselenggarakan oleh Pusat Pelatihan Contoh bersama Institut Mitra Contoh dan Akademi Misal"),
        (40.0, 12.0, "Kepala Pusat Pelatihan Contoh"),
        (20.0, 12.0, "Dr. Misal Fiktif, M.A."),
    ];
    for (y, size, text) in texts {
        ops.extend([
            Op::StartTextSection,
            Op::SetFont { font: PdfFontHandle::External(font.clone()), size: Pt(size) },
            Op::SetTextCursor { pos: Point::new(Mm(60.0), Mm(y)) },
            Op::ShowText { items: vec![TextItem::Text(text.to_owned())] },
            Op::EndTextSection,
        ]);
    }
    let qr = Qr::new(url).expect("it fits");
    let module = 40.0 / qr.width() as f32;
    for (x, y, w, h) in qr.rectangles() {
        let (left, top) = (24.0 + x as f32 * module, 70.0 - y as f32 * module);
        let (right, bottom) = (left + w as f32 * module, top - h as f32 * module);
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
        let points = corners.map(|(x, y)| LinePoint { p: Point::new(Mm(x), Mm(y)), bezier: false }).to_vec();
        let polygon = Polygon { rings: vec![PolygonRing { points }], ..Polygon::default() };
        ops.push(Op::DrawPolygon { polygon });
    }
    pdf.with_pages(vec![PdfPage::new(Mm(297.0), Mm(210.0), ops)]).save(&PdfSaveOptions::default(), &mut Vec::new())
}
