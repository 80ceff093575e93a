//! Files that attack, and what only workbooks can hold.

use std::io::{Cursor, Write as _};
use std::time::{Duration, Instant};

use rust_xlsxwriter::{Format, Workbook, Worksheet};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::super::*;
use super::{programme, refusal};
use SheetRefusedKind as Refused;

/// Long enough for a busy machine, far too short for a bomb.
const SOON: Duration = Duration::from_secs(20);

fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        writer.start_file(*name, options).expect("memory");
        writer.write_all(content).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

/// A workbook of one sheet with this XML, and these shared strings.
fn workbook(sheet: &[u8], strings: &[u8]) -> Vec<u8> {
    archive(&[
        ("[Content_Types].xml", br#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#),
        ("_rels/.rels", br#"<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#),
        ("xl/workbook.xml", br#"<workbook><sheets><sheet name="Peserta" sheetId="1" r:id="rId1"/></sheets></workbook>"#),
        ("xl/_rels/workbook.xml.rels", br#"<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#),
        ("xl/worksheets/sheet1.xml", sheet),
        ("xl/sharedStrings.xml", strings),
    ])
}

const GOOD_SHEET: &[u8] = br#"<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Nama</t></is></c><c r="B1" t="inlineStr"><is><t>NIP</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>Budi Contoh</t></is></c><c r="XFC2"/></row></sheetData></worksheet>"#;

#[test]
fn bombs_are_refused_soon() {
    let start = Instant::now();
    let zeros = vec![b' '; 210 * 1024 * 1024];
    // 210 MB of white space in 0.2 MB.
    let bomb = workbook(&zeros, b"<sst/>");
    assert!(bomb.len() < 1024 * 1024);
    assert_eq!(refusal(&bomb, "bom.xlsx"), Refused::Bomb);
    // A directory that claims one byte for each part.
    let mut lying = bomb;
    let size = u32::try_from(zeros.len()).expect("fits").to_le_bytes();
    for at in 0..lying.len() - 4 {
        if lying[at..at + 4] == size {
            lying[at..at + 4].copy_from_slice(&[1, 0, 0, 0]);
        }
    }
    let found = refusal(&lying, "bom.xlsx");
    assert!(matches!(found, Refused::Bomb | Refused::Unreadable), "{found:?}");
    // One piece of XML of 2 MB.
    let piece = [b"<worksheet a='".as_slice(), &zeros[..2 * 1024 * 1024], b"'/>"].concat();
    assert_eq!(refusal(&workbook(&piece, b"<sst/>"), "bom.xlsx"), Refused::Bomb);
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
}

#[test]
fn claims_that_would_reserve_memory_are_refused() {
    let good = workbook(GOOD_SHEET, b"<sst uniqueCount=\"0\"/>");
    assert_eq!(read(&good, "", &programme()).expect("readable").recipients.len(), 1);
    assert_eq!(refusal(&workbook(GOOD_SHEET, b"<sst uniqueCount=\"99999999999\"/>"), ""), Refused::Bomb);
    let far = |from: &str, to: &str| {
        let sheet = String::from_utf8_lossy(GOOD_SHEET).replace(from, to);
        refusal(&workbook(sheet.as_bytes(), b"<sst/>"), "")
    };
    assert_eq!(far("r=\"B1\"", "r=\"ZZZZZZZZZZZZZ1\""), Refused::Unreadable);
    assert_eq!(far("r=\"2\"", "r=\"99999999999999\""), Refused::Unreadable);
    assert_eq!(far("<sheetData>", "<dimension ref=\"B5:A1\"/><sheetData>"), Refused::Unreadable);
    assert_eq!(far("<worksheet>", "<!DOCTYPE x [<!ENTITY a \"b\">]><worksheet>"), Refused::Unreadable);
    assert_eq!(far("<c r=\"XFC2\"/>", "<c r=\"XFC2\"><v>1</v></c>"), Refused::TooManyColumns);
}

#[test]
fn a_far_corner_costs_nothing() {
    let sheet = String::from_utf8_lossy(GOOD_SHEET)
        .replace("</sheetData>", "<row r=\"1048576\"><c r=\"IV1048576\"><v>1</v></c></row></sheetData>");
    let roster = read(&workbook(sheet.as_bytes(), b"<sst/>"), "", &programme()).expect("readable");
    assert_eq!(roster.recipients.len(), 1);
}

#[test]
fn other_kinds_of_files_are_named() {
    let types = |kind: &str| {
        let xml = format!("<Types><Override PartName=\"/xl/workbook.xml\" ContentType=\"{kind}\"/></Types>");
        archive(&[("[Content_Types].xml", xml.as_bytes()), ("xl/workbook.xml", b"<workbook/>")])
    };
    let compound = |stream: &str| {
        let name: Vec<u8> = stream.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".as_slice(), &[0; 504], &name, &[0; 512]].concat()
    };
    let encrypted_zip = {
        let mut bytes = workbook(GOOD_SHEET, b"<sst/>");
        // The flag of encryption in the directory's entries.
        for at in 0..bytes.len() - 10 {
            if bytes[at..].starts_with(b"PK\x01\x02") {
                bytes[at + 8] |= 1;
            }
        }
        bytes
    };
    let cases: [(&str, Vec<u8>, Refused); 12] = [
        (
            "macro by part",
            archive(&[("[Content_Types].xml", b"<Types/>"), ("xl/vbaProject.bin", b"x")]),
            Refused::Macro,
        ),
        ("macro by type", types("application/vnd.ms-excel.sheet.macroEnabled.main+xml"), Refused::Macro),
        ("password", compound("EncryptedPackage"), Refused::Encrypted),
        ("password in the ZIP", encrypted_zip, Refused::Encrypted),
        ("XLS", compound("Workbook"), Refused::OldFormat),
        ("ODS", archive(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")]), Refused::OtherFormat),
        ("XLSB", archive(&[("xl/workbook.bin", b"")]), Refused::OtherFormat),
        ("DOCX", archive(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"")]), Refused::OtherFormat),
        ("ZIP", archive(&[("a.txt", b"a")]), Refused::OtherFormat),
        ("empty ZIP", archive(&[]), Refused::OtherFormat),
        ("PNG", b"\x89PNG\r\n\x1a\n".to_vec(), Refused::OtherFormat),
        ("half a workbook", workbook(GOOD_SHEET, b"<sst/>")[..400].to_vec(), Refused::Unreadable),
    ];
    for (name, bytes, kind) in cases {
        assert_eq!(refusal(&bytes, "berkas.xlsx"), kind, "{name}");
    }
    assert_eq!(refusal(&workbook(GOOD_SHEET, b"<sst/>"), "berkas.XLSM"), Refused::Macro);
    assert_eq!(refusal(&vec![b'a'; MAX_SHEET_BYTES + 1], "a.csv"), Refused::TooLarge);
}

#[test]
fn csv_files_that_cannot_be_trusted_are_refused() {
    let quote = format!("Nama,NIP\n\"Budi Contoh,\n{}", "Siti Uji,\n".repeat(1_000));
    assert_eq!(refusal(quote.as_bytes(), "a.csv"), Refused::Quote);
    let wide = format!("Nama,NIP\nBudi Contoh,{}x", ",".repeat(400));
    assert_eq!(refusal(wide.as_bytes(), "a.csv"), Refused::TooManyColumns);
    assert_eq!(refusal(b"Nama,NIP\n\xC3\xA9\xE9", "a.csv"), Refused::Encoding);
    let many = format!("Nama,NIP\n{}", "Budi Contoh,1\n".repeat(MAX_ROWS + 1));
    assert_eq!(refusal(many.as_bytes(), "a.csv"), Refused::TooManyRows);
}

fn filled(sheet: &mut Worksheet, rows: &[[&str; 4]]) {
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            sheet.write_string(row, column, *cell).expect("fits");
        }
    }
}

const TABLE: [[&str; 4]; 3] = [
    ["Nama", "NIP", "Instansi", "Keterangan"],
    ["Budi Contoh", "198607142011011991", "Badan Uji", "LULUS"],
    ["Siti Uji", "198607152011012991", "Badan Uji", "LULUS"],
];

#[test]
fn the_sheet_with_a_header_is_taken_and_two_are_too_many() {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Catatan").expect("a name").write_string(0, 0, "Nama kegiatan").expect("fits");
    filled(book.add_worksheet().set_name("Angkatan II").expect("a name"), &TABLE);
    let roster = read(&book.save_to_buffer().expect("memory"), "", &programme()).expect("readable");
    assert_eq!((roster.sheet.as_deref(), roster.recipients.len()), (Some("Angkatan II"), 2));
    // A hidden one of last year does not count ...
    filled(book.add_worksheet().set_name("Lama").expect("a name").set_hidden(true), &TABLE);
    let roster = read(&book.save_to_buffer().expect("memory"), "", &programme()).expect("readable");
    assert_eq!(roster.sheet.as_deref(), Some("Angkatan II"));
    // ... a visible one does.
    filled(book.add_worksheet().set_name("Angkatan III").expect("a name"), &TABLE);
    let refused = read(&book.save_to_buffer().expect("memory"), "", &programme()).expect_err("two sheets");
    assert_eq!(refused.kind, Refused::TwoSheets);
    assert!(refused.reason(vc::Lang::En).contains("Angkatan II and Angkatan III"), "{refused}");
}

#[test]
fn merged_hidden_and_numeric_cells() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    filled(sheet, &TABLE);
    sheet.merge_range(1, 2, 2, 2, "Badan Uji Bersama", &Format::new()).expect("fits");
    sheet.set_column_hidden(2).expect("fits").set_row_hidden(2).expect("fits");
    filled(sheet, &TABLE[..1]);
    sheet.write_number(1, 1, 198_607_142_011_011_991_f64).expect("fits");
    let roster = read(&book.save_to_buffer().expect("memory"), "", &programme()).expect("readable");
    let problems: Vec<_> = roster.problems.iter().map(|p| (p.row, p.kind, p.value.as_str())).collect();
    assert_eq!(problems, [(2, RowProblemKind::NipNumeric, "198607142011012000")]);
    let warnings: Vec<_> = roster.warnings.iter().map(|w| (w.row, w.kind)).collect();
    assert_eq!(warnings, [(1, RowWarningKind::ColumnHidden), (3, RowWarningKind::RowHidden)]);
    assert_eq!(roster.recipients[0].agency.as_deref(), Some("Badan Uji Bersama"));
}

#[test]
fn a_hundred_thousand_rows_are_read() {
    let mut text = String::from("Nama;NIP;Instansi;Email;Keterangan\n");
    for n in 0..100_000_u32 {
        let (year, month, day, serial) = (1960 + n % 40, 1 + n / 40 % 12, 1 + n / 480 % 28, 1 + n / 13_440);
        text.push_str(&format!(
            "Peserta Uji;{year}{month:02}{day:02}{}011{serial:03};Badan Uji;u{n}@uji.example;LULUS\n",
            year + 24
        ));
    }
    let roster = read(text.as_bytes(), "", &programme()).expect("readable");
    assert_eq!((roster.recipients.len(), roster.problem_count), (100_000, 0), "{:?}", roster.problems.first());
}
