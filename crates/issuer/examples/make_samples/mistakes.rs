//! The sheet of mistakes: every row has at least one, and every rule is broken at least once.

use rust_xlsxwriter::{Format, Formula};

use crate::anyhow_lite::Outcome;
use crate::write::new_workbook;

const HEADERS: [&str; 15] = [
    "No.",
    "Gelar Depan",
    "NAMA LENGKAP",
    "Gelar Belakang",
    "Status",
    "N I P",
    "Jabatan",
    "Instansi",
    "Email",
    "Nilai",
    "Predikat",
    "Keterangan",
    "JP",
    "Tanggal Mulai",
    "Nomor Sertifikat",
];
const BIRTH_HEADER: &str = "Tanggal Lahir";
const FIRST_ROW: u32 = 4;

/// What a row changes in the good row that it starts from.
#[derive(Default, Clone, Copy)]
struct Row {
    prefix: &'static str,
    name: &'static str,
    suffix: &'static str,
    status: &'static str,
    nip: &'static str,
    position: &'static str,
    agency: &'static str,
    email: &'static str,
    score: &'static str,
    grade: &'static str,
    outcome: &'static str,
    hours: &'static str,
    starts: &'static str,
    number: &'static str,
    born: &'static str,
    special: Special,
}

/// What only a workbook can do to a cell.
#[derive(Default, Clone, Copy, PartialEq)]
enum Special {
    #[default]
    Nothing,
    /// The NIP is stored as a number.
    NumericNip,
    /// The agency is a formula that failed.
    FailedFormula,
    /// The name is merged with the one of the next row.
    MergedName,
    /// This is the row of totals.
    Total,
}

const BASE: Row = Row {
    prefix: "",
    name: "",
    suffix: "",
    status: "PNS",
    nip: "",
    position: "Analis Contoh",
    agency: "Badan Uji Nasional",
    email: "",
    score: "85,00",
    grade: "Memuaskan",
    outcome: "LULUS",
    hours: "",
    starts: "",
    number: "",
    born: "",
    special: Special::Nothing,
};

const LONG: &str = "Raden Ajeng Contoh Kusumaningtyas Wirjodiningrat Suryaatmadja Prawirokusumo Tjokro";
const SEVENTY: &str = "Raden Ajeng Contoh Kusumaningtyas Wirjodiningrat Suryaatmadja Prawira";
const TITLES: &str = "S.T., S.H., S.E., M.T., M.H., M.M., M.Si., M.Sc., Ph.D., CPA., IPM.";
const TOO_MUCH: &str = "Analis Contoh yang menulis seluruh riwayat jabatannya di satu sel. ";

fn rows() -> Vec<Row> {
    vec![
        Row { nip: "198607142011012991", email: "kosong@badan-uji.example", ..BASE },
        Row { name: "Ul", nip: "198607152011012991", ..BASE },
        Row { name: LONG, nip: "198607162011012991", ..BASE },
        Row { name: SEVENTY, suffix: TITLES, nip: "198607172011012991", ..BASE },
        Row { name: "Budi Contoh 2", nip: "198607182011011991", ..BASE },
        Row { name: "Siti\u{202e} Uji Terbalik", nip: "198607192011012991", ..BASE },
        Row { name: "Joko Fiktif Panjang", nip: "198607202011011991", position: TOO_MUCH, ..BASE },
        Row {
            name: "Rina Misal Galat",
            nip: "198607212011012991",
            agency: "#N/A",
            special: Special::FailedFormula,
            ..BASE
        },
        Row {
            name: "Dewi Contoh Gabung",
            nip: "198607222011012991",
            score: "110",
            special: Special::MergedName,
            ..BASE
        },
        Row { name: "", nip: "198607232011012991", ..BASE },
        Row {
            name: "Agus Contoh Angka",
            nip: "199312282025212000",
            status: "PPPK",
            special: Special::NumericNip,
            ..BASE
        },
        Row { name: "Fajar Uji Tujuhbelas", nip: "19860714201101199", ..BASE },
        Row { name: "Lestari Fiktif Huruf", nip: "1986O7142011012992", ..BASE },
        Row { name: "Hendra Misal Lahir", nip: "198613142011011992", ..BASE },
        Row { name: "Indra Contoh Tahun", nip: "198607141995011992", ..BASE },
        Row { name: "Maya Uji Bulan", nip: "198607142011132992", ..BASE },
        Row { name: "Nanang Fiktif Kelamin", nip: "198607142011013992", ..BASE },
        Row { name: "Oki Misal Bulat", nip: "198607142011011000", ..BASE },
        Row {
            name: "Putri Contoh Pindah",
            nip: "",
            position: "198607242011012993",
            email: "putri@badan-uji.example",
            ..BASE
        },
        Row { name: "Wulan Uji Penduduk", nip: "3171234107860001", ..BASE },
        Row {
            name: "Ratna Fiktif Surel",
            nip: "198607252011012993",
            email: "ratna@badan-uji.example; r@badan-uji.example",
            ..BASE
        },
        Row { name: "Slamet Misal Kosong", nip: "198607262011011993", outcome: "", ..BASE },
        Row { name: "Taufik Contoh Ragu", nip: "198607272011011993", outcome: "LULUS BERSYARAT", ..BASE },
        Row { name: "Umar Uji Kata", nip: "198607282011011993", score: "delapan lima", ..BASE },
        Row { name: "Wahyu Fiktif Lebih", nip: "198607292011011993", score: "850", ..BASE },
        // The next three have a second mistake, so that a programme without grades answers them too.
        Row {
            name: "Yusuf Misal Kurang",
            nip: "198607302011011993",
            score: "65,50",
            grade: "",
            email: "yusuf",
            ..BASE
        },
        Row { name: "Zainal Contoh Istimewa", nip: "198607012011011994", grade: "Istimewa", email: "zainal@", ..BASE },
        Row { name: "Ani Uji Selisih", nip: "198607022011012994", score: "95,00", email: "@badan-uji.example", ..BASE },
        Row { name: "Eko Fiktif Jam", nip: "198607032011011994", hours: "19 JP", ..BASE },
        Row { name: "Kartika Misal Tanggal", nip: "198607042011012994", starts: "31 Februari 2026", ..BASE },
        Row { name: "Laras Contoh Awal", nip: "198607052011012994", starts: "01-02-2020", ..BASE },
        Row { name: "Mega Uji Kelahiran", nip: "198607062011012994", born: "7 Juli 1986", ..BASE },
        Row { name: "Diah Fiktif Nomor", nip: "198607072011012994", number: TOO_MUCH, ..BASE },
        Row { name: "Endang Misal Ganda", nip: "198607142011012991", ..BASE },
        Row { name: "Tamu Contoh Berdua", status: "Tamu", email: "bersama@badan-uji.example", hours: "1 JP", ..BASE },
        Row { name: "Tamu Uji Berdua", status: "Tamu", email: "bersama@badan-uji.example", ..BASE },
        Row { name: "Tamu Fiktif Kembar", status: "Tamu", hours: "2 JP", ..BASE },
        Row { name: "Tamu Fiktif Kembar", status: "Tamu", ..BASE },
        Row { name: "Nama Peserta Contoh", suffix: "S.T.", nip: "198607082011012994", ..BASE },
        // Warnings, each beside a mistake.
        Row { name: "RETNO MISAL KAPITAL", nip: "198607092011012994", score: "101", ..BASE },
        Row { name: "citra contoh kecil", nip: "198607102011012994", score: "102", ..BASE },
        Row { name: "Winda Uji (Alm)", nip: "198607112011012994", score: "103", ..BASE },
        Row { name: "=HYPERLINK(\"http://uji.example\",\"Fiktif\")", nip: "198607122011012994", score: "104", ..BASE },
        Row { name: "Intan Misal, S.T.", suffix: "S.T.", nip: "198607132011012995", score: "105", ..BASE },
        Row { name: "Intan Misal, S.T.", nip: "198608132011012995", score: "106", ..BASE },
        Row { name: "Status Contoh Beda", status: "PPPK", nip: "198608142011012995", score: "107", ..BASE },
        Row { name: "Tanpa Uji Nomor", status: "PNS", email: "tanpa@badan-uji.example", score: "108", ..BASE },
        Row { name: "Tamu Fiktif Lemah", status: "Tamu", agency: "", score: "109", ..BASE },
        Row { special: Special::Total, ..Row::default() },
        Row { name: "Susulan Misal", nip: "198608152011012995", ..BASE },
    ]
}

/// The mistakes as a workbook, with what only a workbook can get wrong.
pub(crate) fn workbook() -> Outcome<Vec<u8>> {
    let mut workbook = new_workbook("Lembar dengan kesalahan")?;
    let sheet = workbook.add_worksheet().set_name("Peserta")?;
    let bold = Format::new().set_bold();
    sheet.write_string_with_format(0, 2, "DAFTAR PESERTA (CONTOH LEMBAR YANG SALAH)", &bold)?;
    for (column, header) in (0..).zip(HEADERS.iter().chain([&BIRTH_HEADER])) {
        sheet.write_string_with_format(FIRST_ROW - 1, column, *header, &bold)?;
        sheet.set_column_width(column, 20)?;
    }
    for (at, row) in (FIRST_ROW..).zip(rows()) {
        for (column, cell) in (0u16..).zip(cells(at, &row)) {
            match (column, row.special) {
                _ if cell.is_empty() => {}
                (5, Special::NumericNip) => {
                    sheet.write_number(at, column, cell.parse::<f64>()?)?;
                }
                (7, Special::FailedFormula) => {
                    sheet.write_formula(at, column, Formula::new("=NA()").set_result("#N/A"))?;
                }
                (2, Special::MergedName) => {
                    sheet.merge_range(at, column, at + 1, column, &cell, &Format::new())?;
                }
                _ => {
                    sheet.write_string(at, column, cell)?;
                }
            }
        }
    }
    Ok(workbook.save_to_buffer()?)
}

/// The same as a CSV, where a number is already ruined.
pub(crate) fn csv() -> Vec<u8> {
    let mut text = String::from("\u{feff}");
    let mut line = |cells: &[String]| {
        let quoted = cells.iter().map(|cell| match cell.contains([',', '"', '\n']) {
            true => format!("\"{}\"", cell.replace('"', "\"\"")),
            false => cell.clone(),
        });
        text.push_str(&quoted.collect::<Vec<_>>().join(","));
        text.push('\n');
    };
    let head: Vec<String> = HEADERS.iter().chain([&BIRTH_HEADER]).map(|&header| header.to_owned()).collect();
    line(&head);
    for (at, row) in (FIRST_ROW..).zip(rows()) {
        let mut cells = cells(at, &row);
        if row.special == Special::NumericNip {
            cells[5] = "1.99312E+17".to_owned();
        }
        line(&cells);
    }
    text.into_bytes()
}

fn cells(at: u32, row: &Row) -> Vec<String> {
    let text = |text: &str| text.to_owned();
    if row.special == Special::Total {
        let mut cells = vec![String::new(); HEADERS.len() + 1];
        cells[2] = text("Jumlah");
        cells[9] = text("47");
        return cells;
    }
    let long = |cell: &str, times| if cell == TOO_MUCH { TOO_MUCH.repeat(times) } else { cell.to_owned() };
    vec![
        (at - FIRST_ROW + 1).to_string(),
        text(row.prefix),
        text(row.name),
        text(row.suffix),
        text(row.status),
        text(row.nip),
        long(row.position, 8),
        text(row.agency),
        text(row.email),
        text(row.score),
        text(row.grade),
        text(row.outcome),
        text(row.hours),
        text(row.starts),
        long(row.number, 2),
        text(row.born),
    ]
}
