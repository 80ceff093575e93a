//! The problems of a sheet as a CSV that an operator opens beside the sheet.

use std::borrow::Cow;

use csv::WriterBuilder;
use vc::Lang;

use super::nip::only_digits;
use super::{Column, Roster};
use crate::text::neutralise;

/// A number with more digits loses some in a spreadsheet that takes it for one.
const SAFE_DIGITS: usize = 11;

/// Every problem and warning, one a row, in both languages: UTF-8 with its mark, so that a
/// spreadsheet reads it right, and nothing in it that a spreadsheet would run.
pub fn problems_report(roster: &Roster) -> Vec<u8> {
    let mut writer = WriterBuilder::new().from_writer(b"\xEF\xBB\xBF".to_vec());
    let head = ["baris", "kolom", "judul", "nilai", "jenis", "kode", "alasan", "perbaikan", "reason", "mend"];
    // Writing to memory cannot fail, and every record has as many cells as the head.
    let _ = writer.write_record(head);
    let mut rows: Vec<(u32, [String; 10])> = Vec::with_capacity(roster.problems.len() + roster.warnings.len());
    for finding in &roster.problems {
        let said = [Lang::Id, Lang::En].map(|lang| (finding.reason(lang), finding.mend(lang)));
        rows.push((finding.row, cells(finding.row, &finding.column, &finding.value, "masalah", finding.code(), said)));
    }
    for finding in &roster.warnings {
        let said = [Lang::Id, Lang::En].map(|lang| (finding.reason(lang), finding.mend(lang)));
        rows.push((finding.row, cells(finding.row, &finding.column, &finding.value, "periksa", finding.code(), said)));
    }
    rows.sort_by_key(|(row, _)| *row);
    for (_, cells) in &rows {
        let _ = writer.write_record(cells.iter().map(|cell| safe(cell).into_owned()));
    }
    writer.into_inner().unwrap_or_default()
}

fn cells(
    row: u32,
    column: &Column,
    value: &str,
    sort: &str,
    code: &str,
    [(alasan, perbaikan), (reason, mend)]: [(String, String); 2],
) -> [String; 10] {
    [
        row.to_string(),
        column.letter.clone(),
        column.header.clone(),
        value.to_owned(),
        sort.to_owned(),
        code.to_owned(),
        alasan,
        perbaikan,
        reason,
        mend,
    ]
}

fn safe(cell: &str) -> Cow<'_, str> {
    match only_digits(cell).is_some_and(|digits| digits.len() > SAFE_DIGITS) {
        true => Cow::Owned(format!("'{cell}")),
        false => neutralise(cell),
    }
}
