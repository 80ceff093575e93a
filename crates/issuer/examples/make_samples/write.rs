//! The cohorts as files.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet};

use crate::anyhow_lite::Outcome;
use crate::people::Person;

const HEADERS: [&str; 16] = [
    "No",
    "Gelar Depan",
    "Nama",
    "Gelar Belakang",
    "Status (PNS/PPPK)",
    "NIP/NI PPPK",
    "Identitas Lain",
    "Pangkat/Gol. Ruang",
    "Jabatan",
    "Unit Kerja",
    "Instansi",
    "Email",
    "Nilai",
    "Predikat",
    "Keterangan",
    "Nomor Sertifikat",
];
const WIDTHS: [f64; 16] =
    [5.0, 12.0, 34.0, 18.0, 10.0, 22.0, 18.0, 26.0, 32.0, 28.0, 34.0, 44.0, 8.0, 18.0, 14.0, 20.0];
const SCORE: usize = 12;

/// A workbook as a training office keeps it: letterhead, spaced NIPs, totals and a signature.
pub(crate) fn letterhead_workbook(people: &[Person]) -> Outcome<Vec<u8>> {
    let mut workbook = new_workbook("Peserta angkatan contoh")?;
    let sheet = workbook.add_worksheet().set_name("Peserta")?;
    let centre = Format::new().set_bold().set_align(FormatAlign::Center);
    let letterhead = [
        "LEMBAGA ADMINISTRASI NEGARA",
        "DAFTAR PESERTA DAN HASIL PELATIHAN (CONTOH)",
        "GOVERNMENT AI CAMPUS",
        "Semua nama, nomor, dan alamat dalam daftar ini fiktif",
    ];
    for (row, line) in (0..).zip(letterhead) {
        sheet.merge_range(row, 0, row, 15, line, &centre)?;
    }
    let head = 5;
    table(sheet, head, people, true)?;
    let below = head + 1 + u32::try_from(people.len())?;
    sheet.merge_range(below, 0, below, 10, "Jumlah", &centre)?;
    let passed = people.iter().filter(|person| person.passed).count();
    sheet.write_string(below, 14, format!("{passed} LULUS"))?;
    for (row, line) in (below + 2..).zip(["Jakarta, 12 Agustus 2026", "Pejabat Contoh,", "", "Nama Pejabat Contoh"]) {
        sheet.write_string(row, 9, line)?;
    }
    let notes = workbook.add_worksheet().set_name("Catatan")?;
    notes.write_string(0, 0, "Lembar ini sengaja tidak memuat peserta.")?;
    Ok(workbook.save_to_buffer()?)
}

/// A workbook that starts with its header.
pub(crate) fn plain_workbook(people: &[Person]) -> Outcome<Vec<u8>> {
    let mut workbook = new_workbook("Peserta angkatan contoh")?;
    let sheet = workbook.add_worksheet().set_name("Peserta")?;
    table(sheet, 0, people, false)?;
    sheet.set_freeze_panes(1, 3)?;
    Ok(workbook.save_to_buffer()?)
}

/// As Excel with Indonesian settings saves *CSV UTF-8*.
pub(crate) fn semicolon_csv(people: &[Person]) -> Vec<u8> {
    let mut text = format!("\u{feff}{}\r\n", HEADERS.join(";"));
    for (n, person) in people.iter().enumerate() {
        let cells = cells(n, person).map(|cell| match cell.contains([';', '"', '\n']) {
            true => format!("\"{}\"", cell.replace('"', "\"\"")),
            false => cell,
        });
        text.push_str(&cells.join(";"));
        text.push_str("\r\n");
    }
    text.into_bytes()
}

/// A workbook whose properties do not change from run to run.
pub(crate) fn new_workbook(title: &str) -> Outcome<Workbook> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_ymd(2026, 8, 12)?;
    workbook.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&made));
    Ok(workbook)
}

fn table(sheet: &mut Worksheet, head: u32, people: &[Person], by_hand: bool) -> Outcome {
    let bold = Format::new().set_bold().set_border(FormatBorder::Thin);
    let text = Format::new().set_num_format("@");
    for (column, (header, width)) in (0..).zip(HEADERS.iter().zip(WIDTHS)) {
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(head, column, *header, &bold)?;
    }
    sheet.set_column_format(5, &text)?;
    for (n, person) in people.iter().enumerate() {
        let row = head + 1 + u32::try_from(n)?;
        for (column, cell) in cells(n, person).into_iter().enumerate() {
            let at = u16::try_from(column)?;
            match column {
                0 => sheet.write_number(row, at, (n + 1) as f64)?,
                // Half of the scores were typed with a decimal comma, which makes them text.
                SCORE if n % 2 == 0 || !by_hand => sheet.write_number(row, at, f64::from(person.score) / 100.0)?,
                5 if by_hand && n % 7 == 0 => sheet.write_string_with_format(row, at, spaced(&cell), &text)?,
                5 => sheet.write_string_with_format(row, at, cell, &text)?,
                _ => sheet.write_string(row, at, cell)?,
            };
        }
    }
    Ok(())
}

/// `19860714 201101 2 991`, as personnel offices write it.
fn spaced(nip: &str) -> String {
    match nip.len() {
        18 => format!("{} {} {} {}", &nip[..8], &nip[8..14], &nip[14..15], &nip[15..]),
        _ => nip.to_owned(),
    }
}

fn cells(n: usize, person: &Person) -> [String; 16] {
    let passed = if person.passed { "LULUS" } else { "TIDAK LULUS" };
    [
        (n + 1).to_string(),
        person.prefix.to_owned(),
        person.name.clone(),
        person.suffix.to_owned(),
        person.status.to_owned(),
        person.nip.clone(),
        person.other_id.clone(),
        person.rank.to_owned(),
        person.position.to_owned(),
        person.unit.to_owned(),
        person.agency.to_owned(),
        person.email.clone(),
        format!("{},{:02}", person.score / 100, person.score % 100),
        person.grade().to_owned(),
        passed.to_owned(),
        String::new(),
    ]
}
