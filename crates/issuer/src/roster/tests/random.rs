//! Whatever stands in the cells or in the bytes: an answer, never a panic.

use std::io::{Cursor, Read as _, Write as _};

use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::super::*;
use super::programme;

const SHEET: &[u8] = include_bytes!("../../../../../templates/sheets/cohort-25.xlsx");

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[0-9 .']{0,24}",
        "[=+@-][A-Z(0-9]{0,8}",
        "[0-9]{1,2}[-/ ](Agustus|08|13)[-/ ][0-9]{2,4}",
        "(LULUS|TIDAK LULUS|Jumlah|-|)",
        "[0-9]{1,3}[,.][0-9]{0,3}( JP)?",
        "(19|20)[0-9]{16}",
        "\u{202e}?[A-Z]{1,3}.*",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn random_cells(rows in prop::collection::vec(prop::collection::vec(cell(), 16), 0..12)) {
        let head = "No,Gelar Depan,Nama,Gelar Belakang,Status,NIP,Identitas Lain,Pangkat,Jabatan,Instansi,Email,Nilai,Predikat,Keterangan,Tanggal Lahir,JP";
        let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
        writer.write_record(head.split(',')).expect("memory");
        for row in &rows {
            writer.write_record(row).expect("memory");
        }
        let bytes = writer.into_inner().expect("memory");
        if let Ok(roster) = read(&bytes, "", &programme()) {
            for recipient in &roster.recipients {
                prop_assert!(recipient.name.chars().count() >= MIN_NAME_CHARS);
                prop_assert!(!recipient.person_key().is_empty());
            }
            problems_report(&roster);
            prop_assert!(marked_workbook(&bytes, &roster).is_ok());
        }
    }

    #[test]
    fn random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = read(&bytes, "", &programme());
    }

    #[test]
    fn damaged_workbooks(at in 0..SHEET.len(), with in any::<[u8; 4]>(), cut in any::<bool>()) {
        let mut bytes = SHEET.to_vec();
        if cut {
            bytes.truncate(at);
        } else {
            for (byte, new) in bytes[at..].iter_mut().zip(with) {
                *byte = new;
            }
        }
        let _ = read(&bytes, "", &programme());
    }

    // Past the checksums: the XML itself is damaged, and the archive around it is sound.
    #[test]
    fn damaged_parts(
        part in 0..12_usize,
        at in any::<prop::sample::Index>(),
        with in prop_oneof![
            "[<>\"=/&;:0-9A-Z]{1,3}",
            Just("99999999999".to_owned()),
            Just("<v>".to_owned()),
            Just("</row>".to_owned()),
            Just("t=\"s\"".to_owned()),
            Just("\u{0}".to_owned()),
        ],
        over in any::<bool>(),
    ) {
        let _ = read(&rebuilt(part, at, with.as_bytes(), over), "", &programme());
    }
}

/// The sample workbook with one part changed.
fn rebuilt(damaged: usize, at: prop::sample::Index, with: &[u8], over: bool) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(SHEET)).expect("a workbook");
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let damaged = damaged % archive.len();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).expect("a part");
        let name = part.name().expect("a name").into_owned();
        let mut content = Vec::new();
        part.read_to_end(&mut content).expect("sound");
        if index == damaged && !content.is_empty() {
            let at = at.index(content.len());
            let end = if over { (at + with.len()).min(content.len()) } else { at };
            content.splice(at..end, with.iter().copied());
        }
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        writer.start_file(name, stored).expect("memory");
        writer.write_all(&content).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}
