//! *Ekspor untuk SIASN*: what the civil-service agency's archive asks about each certificate (DOMAIN, *After the
//! download*), as CSV and as a workbook. Nothing in either is run by a spreadsheet.

use jiff::civil::Date;
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use crate::programme::Programme;
use crate::text::{neutralise, starts_like_a_formula, undated};

/// The columns, as the archive names them.
const COLUMNS: [&str; 8] = [
    "namaKursus",
    "institusiPenyelenggara",
    "jenisDiklat",
    "nomorSertipikat",
    "jumlahJam",
    "tahunKursus",
    "tanggalKursus",
    "tanggalSelesaiKursus",
];

/// The kind of training that the archive files these under.
const KIND: &str = "Diklat Teknis";

/// Where the numbers of certificates stand.
const NUMBER: usize = 3;

/// A line of the export for each number: all else is the programme's.
fn line<'a>(programme: &'a Programme, number: &'a str) -> [String; 8] {
    let day = |date: Date| format!("{:02}-{:02}-{:04}", date.day(), date.month(), date.year());
    [
        programme.title.id.clone(),
        programme.organiser.id.clone(),
        KIND.to_owned(),
        number.to_owned(),
        programme.hours.to_string(),
        programme.cohort.year.to_string(),
        day(programme.cohort.starts),
        day(programme.cohort.ends),
    ]
}

/// UTF-8 with its mark, so that a spreadsheet reads it right.
pub fn csv(programme: &Programme, numbers: &[String]) -> Vec<u8> {
    let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(b"\xEF\xBB\xBF".to_vec());
    // Writing to memory cannot fail, and every record has as many cells as the head.
    let _ = out.write_record(COLUMNS);
    let mut cells = line(programme, "");
    for number in numbers {
        cells[NUMBER].clone_from(number);
        let _ = out.write_record(cells.iter().map(|cell| neutralise(cell).into_owned()));
    }
    out.into_inner().unwrap_or_default()
}

/// The same as a workbook of text cells. Always the same bytes for the same certificates.
pub fn workbook(programme: &Programme, numbers: &[String]) -> Vec<u8> {
    // A batch has fewer lines than a sheet has rows, and every text fits a cell; a test opens the result.
    built(programme, numbers).unwrap_or_default()
}

fn built(programme: &Programme, numbers: &[String]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&undated()?);
    let sheet = workbook.add_worksheet().set_name("SIASN")?;
    let (head, text) = (Format::new().set_bold(), Format::new().set_num_format("@"));
    // What begins like a formula stays text also when somebody edits it.
    let quoted = text.clone().set_quote_prefix();
    for (column, title) in (0..).zip(COLUMNS) {
        sheet.write_string_with_format(0, column, title, &head)?;
        sheet.set_column_width(column, 24.0)?;
    }
    let mut cells = line(programme, "");
    for (row, number) in (1..).zip(numbers) {
        cells[NUMBER].clone_from(number);
        for (column, cell) in (0..).zip(&cells) {
            let format = if starts_like_a_formula(cell) { &quoted } else { &text };
            sheet.write_string_with_format(row, column, cell, format)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    workbook.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use calamine::{Data, Reader, Xlsx};

    use super::*;

    #[test]
    fn both_forms_say_the_same_and_run_nothing() {
        let programme = include_str!("../../../templates/programmes/ai-fundamentals.toml");
        let programme = Programme::parse(programme).expect("the first sample");
        let numbers = ["00001/AI-DASAR/II/VIII/2026".to_owned(), "=HYPERLINK(\"x\")".to_owned()];
        let text = String::from_utf8(csv(&programme, &numbers)).expect("UTF-8");
        let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
        assert!(lines.len() == 3 && lines[0] == COLUMNS.join(","), "{text}");
        assert!(lines[1].ends_with(",00001/AI-DASAR/II/VIII/2026,20,2026,03-08-2026,12-08-2026"), "{text}");
        assert!(lines[2].contains("\"'=HYPERLINK"), "{text}");
        let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(workbook(&programme, &numbers))).expect("a workbook");
        let sheet = book.worksheet_range("SIASN").expect("a sheet");
        assert_eq!(sheet.get_size(), (3, 8));
        assert!(sheet.cells().all(|(_, _, cell)| matches!(cell, Data::String(_))), "text, and nothing else");
        assert_eq!(sheet.get_value((2, 3)), Some(&Data::String(numbers[1].clone())));
        assert_eq!(sheet.get_value((1, 4)), Some(&Data::String("20".to_owned())));
        assert!(book.worksheet_formula("SIASN").expect("a sheet").is_empty());
    }
}
