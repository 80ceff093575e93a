//! What a cohort's people take along: problems of the sheet, the report, all PDFs, the export for SIASN.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use issuer::programme::Programme;
use issuer::roster::{neutralise, problems_report};
use rand::SeedableRng;
use store::{BatchId, Certificate, Draft, Filter, Page, State as Stored};
use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

use super::cohort::{find, missing};
use super::issuing::batch_of;
use super::session::Seat;
use super::sheet;
use crate::App;
use crate::asked::Segments;
use crate::error::Oops;

/// `GET /desk/angkatan/{id}/{file}`
pub(super) async fn file(
    State(app): State<Arc<App>>,
    seat: Seat,
    Segments((id, file)): Segments<(String, String)>,
) -> Response {
    let draft = match find(&app, &id).await {
        Ok(Some(draft)) => draft,
        Ok(None) => return missing(&app, &seat).await,
        Err(error) => return Oops::Internal(&error).page(&app, seat.lang),
    };
    let made = match file.as_str() {
        "contoh.pdf" => specimen(&app, &draft, false).await,
        "contoh-lengkap.pdf" => specimen(&app, &draft, true).await,
        "masalah.csv" => problems(&app, &draft).await,
        "laporan.csv" => report(&app, &draft).await,
        "siasn.csv" => siasn(&app, &draft).await,
        "ringkas.zip" => archive(Arc::clone(&app), &draft, false).await,
        "lengkap.zip" => archive(Arc::clone(&app), &draft, true).await,
        _ => Ok(None),
    };
    match made {
        Ok(Some(response)) => response,
        Ok(None) => missing(&app, &seat).await,
        Err(error) => Oops::Internal(&error).page(&app, seat.lang),
    }
}

fn attachment(kind: &'static str, name: &str, body: Body) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, body).into_response()
}

/// The part of a file name that tells the cohort: letters, digits, dashes.
fn plain(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    plain.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// The certificate with the longest name of the sheet, as it would be printed: if that one is right, all are.
async fn specimen(app: &Arc<App>, draft: &Draft, full: bool) -> store::Result<Option<Response>> {
    let looked = match sheet::look(app, draft).await {
        Ok(Some(looked)) => looked,
        Err(sheet::Unread::Store(error)) => return Err(error),
        Ok(None) | Err(_) => return Ok(None),
    };
    let longest = looked.roster.recipients.iter().max_by_key(|one| one.name_with_titles().chars().count()).cloned();
    let Some(recipient) = longest else { return Ok(None) };
    let (office, now) = (app.office.clone(), app.now());
    let made = app.work.run(move || {
        let mut rng = rand::rngs::StdRng::from_rng(&mut rand::rng());
        issuer::deliver::specimen(&office, &looked.programme, &recipient, full, &mut rng, now)
    });
    match made.await {
        Ok(pdf) => Ok(Some(attachment("application/pdf", &format!("Contoh_{}.pdf", plain(&draft.cohort)), pdf.into()))),
        Err(error) => {
            tracing::error!(draft = %draft.id, %error, "a specimen could not be made");
            Ok(None)
        }
    }
}

async fn problems(app: &App, draft: &Draft) -> store::Result<Option<Response>> {
    let looked = match sheet::look(app, draft).await {
        Ok(Some(looked)) => looked,
        Ok(None) => return Ok(None),
        Err(sheet::Unread::Store(error)) => return Err(error),
        Err(_) => return Ok(None),
    };
    let name = format!("Masalah_{}.csv", plain(&draft.cohort));
    Ok(Some(attachment("text/csv; charset=utf-8", &name, problems_report(&looked.roster).into())))
}

async fn report(app: &App, draft: &Draft) -> store::Result<Option<Response>> {
    let Some(batch) = batch_of(app, draft).await? else { return Ok(None) };
    let text = app.store().batch_report(batch.new.id).await?;
    let name = format!("Laporan_{}.csv", plain(&draft.cohort));
    Ok(text.map(|text| attachment("text/csv; charset=utf-8", &name, text.into())))
}

/// The head of the civil-service agency's import sheet.
const SIASN: [&str; 8] = [
    "\u{feff}namaKursus",
    "institusiPenyelenggara",
    "jenisDiklat",
    "nomorSertipikat",
    "jumlahJam",
    "tahunKursus",
    "tanggalKursus",
    "tanggalSelesaiKursus",
];

async fn siasn(app: &App, draft: &Draft) -> store::Result<Option<Response>> {
    let Some(batch) = batch_of(app, draft).await? else { return Ok(None) };
    let Ok(programme) = Programme::parse(&draft.programme_text) else { return Ok(None) };
    let day = |date: jiff::civil::Date| format!("{:02}-{:02}-{:04}", date.day(), date.month(), date.year());
    let (hours, year) = (programme.hours.to_string(), programme.cohort.year.to_string());
    let (starts, ends) = (day(programme.cohort.starts), day(programme.cohort.ends));
    let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    // Writing to memory cannot fail, and every record has as many cells as the head.
    let _ = out.write_record(SIASN);
    for certificate in in_force(app, batch.new.id).await? {
        let cells = [
            programme.title.id.as_str(),
            &programme.organiser.id,
            "Diklat Teknis",
            &certificate.number,
            &hours,
            &year,
            &starts,
            &ends,
        ];
        let _ = out.write_record(cells.map(|cell| neutralise(cell).into_owned()));
    }
    let name = format!("SIASN_{}.csv", plain(&draft.cohort));
    Ok(Some(attachment("text/csv; charset=utf-8", &name, out.into_inner().unwrap_or_default().into())))
}

async fn in_force(app: &App, batch: BatchId) -> store::Result<Vec<Certificate>> {
    let filter = Filter { batch: Some(batch), state: Some(Stored::Issued), ..Filter::default() };
    let (mut page, mut all) = (Page::FIRST, Vec::new());
    loop {
        let some = app.store().certificates(&filter, page).await?;
        let Some(last) = some.last() else { return Ok(all) };
        page.after = last.serial;
        all.extend(some);
    }
}

/// What was written and not yet sent.
#[derive(Clone, Default)]
struct Pipe(Arc<Mutex<Vec<u8>>>);

impl Pipe {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// An archive on its way out: one PDF in memory at a time.
struct Packing {
    app: Arc<App>,
    full: bool,
    waiting: std::vec::IntoIter<Certificate>,
    zip: Option<ZipWriter<StreamWriter<Pipe>>>,
    pipe: Pipe,
}

async fn archive(app: Arc<App>, draft: &Draft, full: bool) -> store::Result<Option<Response>> {
    let Some(batch) = batch_of(&app, draft).await? else { return Ok(None) };
    let waiting = in_force(&app, batch.new.id).await?.into_iter();
    let pipe = Pipe::default();
    let zip = Some(ZipWriter::new_stream(pipe.clone()));
    let packing = Packing { app, full, waiting, zip, pipe };
    let name = format!("Sertifikat_{}_{}.zip", plain(&draft.cohort), if full { "lengkap" } else { "ringkas" });
    let stream = futures_util::stream::unfold(packing, |mut packing| async move {
        let next = packing.next().await?;
        Some((next, packing))
    });
    Ok(Some(attachment("application/zip", &name, Body::from_stream(stream))))
}

impl Packing {
    /// The next part; `None` after the last.
    async fn next(&mut self) -> Option<Result<Vec<u8>, axum::BoxError>> {
        self.zip.as_ref()?;
        let part = self.part().await;
        if let Err(error) = &part {
            tracing::error!(%error, "an archive was cut off");
            self.zip = None;
        }
        Some(part)
    }

    async fn part(&mut self) -> Result<Vec<u8>, axum::BoxError> {
        let Some(certificate) = self.waiting.next() else {
            if let Some(zip) = self.zip.take() {
                zip.finish()?;
            }
            return Ok(self.pipe.take());
        };
        let pdf = match self.full {
            true => self.app.deliverer.full_pdf(&certificate).await?,
            false => self.app.deliverer.short_pdf(&certificate).await?,
        };
        let name = crate::take::file_name(&self.app, &certificate, "pdf").await;
        // Equal names are told apart by the number's place in the batch.
        let name = format!("{:06}_{name}", certificate.serial);
        if let Some(zip) = &mut self.zip {
            // A PDF is compressed already.
            zip.start_file(name, SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored))?;
            zip.write_all(&pdf)?;
        }
        Ok(self.pipe.take())
    }
}
