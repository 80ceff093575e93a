//! The report of a batch: one line a certificate, kept with the batch.

use store::{BatchId, Certificate, Filter, Page, Suite, shown_code};
use vc::{Lang, date_time_stamp};

use crate::deliver::Carrier;
use crate::fault::IssueError;
use crate::office::Office;
use crate::roster::neutralise;

/// The head of the report.
const HEAD: &str = "no,nama,nomor_sertifikat,predikat,kode_verifikasi,tautan,id,daftar_status,indeks_status,berlaku_sejak,\
     isi_qr\r\n";

/// Writes the report of a batch whose certificates are all signed, part by part.
pub(super) async fn write(office: &Office, batch: BatchId) -> Result<(), IssueError> {
    let filter = Filter { batch: Some(batch), ..Filter::default() };
    let carrier = Carrier::load(office, batch).await?;
    let (mut page, mut count) = (Page::FIRST, 0_u32);
    // Spreadsheets read UTF-8 only behind a byte order mark.
    let mut text = format!("\u{feff}{HEAD}");
    for part in 0.. {
        let certificates = office.store.certificates(&filter, page).await?;
        for certificate in &certificates {
            count += 1;
            // Packing proves that the digits give the stored credential back, byte for byte.
            let jcs = office.store.signed_text(certificate.id, Suite::Jcs).await?;
            let carried = match carrier.text(certificate, jcs.as_deref()).why_not {
                None => "sertifikat".to_owned(),
                Some(why) => format!("tautan halaman: {}", why.what(Lang::Id)),
            };
            line(&mut text, office, count, certificate, carried);
        }
        office.store.put_report_part(batch, part, &text).await?;
        text.clear();
        match certificates.last() {
            Some(last) => page.after = last.serial,
            None => break,
        }
    }
    Ok(())
}

fn line(report: &mut String, office: &Office, count: u32, certificate: &Certificate, carried: String) {
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
        carried,
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
