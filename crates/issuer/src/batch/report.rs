//! The report of a batch: one line a certificate, kept with the batch.

use store::{BatchId, Certificate, Filter, Page, shown_code};
use vc::date_time_stamp;

use super::PAGE;
use crate::fault::IssueError;
use crate::office::Office;
use crate::roster::neutralise;

/// The head of the report.
const HEAD: &str =
    "no,nama,nomor_sertifikat,predikat,kode_verifikasi,tautan,id,daftar_status,indeks_status,berlaku_sejak\r\n";

/// Writes the report of a batch whose certificates are all signed.
pub(super) async fn write(office: &Office, batch: BatchId) -> Result<String, IssueError> {
    // Spreadsheets read UTF-8 only behind a byte order mark.
    let mut report = String::from('\u{feff}');
    report.push_str(HEAD);
    let filter = Filter { batch: Some(batch), ..Filter::default() };
    let (mut after, mut count) = (0, 0_u32);
    loop {
        let page = office.store.certificates(&filter, Page { after, limit: PAGE }).await?;
        let Some(last) = page.last() else { return Ok(report) };
        after = last.serial;
        for certificate in &page {
            count += 1;
            line(&mut report, office, count, certificate);
        }
    }
}

fn line(report: &mut String, office: &Office, count: u32, certificate: &Certificate) {
    let cells = [
        count.to_string(),
        certificate.name.clone().unwrap_or_default(),
        certificate.number.clone(),
        certificate.grade.clone().unwrap_or_default(),
        shown_code(&certificate.code),
        office.page_url(certificate),
        office.credential_url(certificate.id),
        certificate.status_list.to_string(),
        certificate.status_index.to_string(),
        date_time_stamp(certificate.valid_from),
    ];
    for (at, text) in cells.iter().enumerate() {
        if at > 0 {
            report.push(',');
        }
        cell(report, text);
    }
    report.push_str("\r\n");
}

/// RFC 4180, and no cell that a spreadsheet would run.
fn cell(report: &mut String, text: &str) {
    let safe = neutralise(text);
    if safe.contains([',', '"', '\r', '\n']) {
        report.push('"');
        report.push_str(&safe.replace('"', "\"\""));
        report.push('"');
    } else {
        report.push_str(&safe);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_run_nothing() {
        let mut report = String::new();
        for text in ["Budi Contoh, M.Si.", "a \"b\"", "=1+1", "biasa"] {
            cell(&mut report, text);
            report.push(';');
        }
        assert_eq!(report, "\"Budi Contoh, M.Si.\";\"a \"\"b\"\"\";'=1+1;biasa;");
    }
}
