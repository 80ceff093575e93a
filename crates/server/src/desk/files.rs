//! What a cohort's people take along: problems of the sheet, the report, all PDFs, the export for SIASN.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use issuer::programme::Programme;
use issuer::roster::{marked_workbook, problems_report};
use issuer::siasn;
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
        "masalah.xlsx" => marked(&app, &draft).await,
        "laporan.csv" => report(&app, &draft).await,
        "siasn.csv" => for_siasn(&app, &draft, siasn::csv, (CSV, "csv")).await,
        "siasn.xlsx" => for_siasn(&app, &draft, siasn::workbook, (XLSX, "xlsx")).await,
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

const CSV: &str = "text/csv; charset=utf-8";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

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
    let Some(looked) = looked(app, draft).await? else { return Ok(None) };
    let longest = looked.roster().recipients.iter().max_by_key(|one| one.name_with_titles().chars().count()).cloned();
    let Some(recipient) = longest else { return Ok(None) };
    let (office, now) = (app.office.clone(), app.now());
    let made = app.work.run(move || {
        let mut rng = rand::rngs::StdRng::from_rng(&mut rand::rng());
        issuer::deliver::specimen(&office, &looked.read.programme, &recipient, full, &mut rng, now)
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
    let Some(looked) = looked(app, draft).await? else { return Ok(None) };
    let name = format!("Masalah_{}.csv", plain(&draft.cohort));
    Ok(Some(attachment(CSV, &name, problems_report(looked.roster()).into())))
}

/// The sheet with its problems marked, to be mended and uploaded again.
async fn marked(app: &App, draft: &Draft) -> store::Result<Option<Response>> {
    let (Some(looked), Some(kept)) = (looked(app, draft).await?, app.store().draft_sheet(draft.id).await?) else {
        return Ok(None);
    };
    match app.work.unpack(move || marked_workbook(&kept.sheet, looked.roster())).await {
        Ok(book) => Ok(Some(attachment(XLSX, &format!("Diperbaiki_{}.xlsx", plain(&draft.cohort)), book.into()))),
        Err(error) => {
            tracing::error!(draft = %draft.id, %error, "a sheet could not be marked");
            Ok(None)
        }
    }
}

/// The draft's sheet, if it has one that can be read.
async fn looked(app: &App, draft: &Draft) -> store::Result<Option<sheet::Looked>> {
    match sheet::look(app, draft).await {
        Ok(looked) => Ok(looked),
        Err(sheet::Unread::Store(error)) => Err(error),
        Err(_) => Ok(None),
    }
}

async fn report(app: &App, draft: &Draft) -> store::Result<Option<Response>> {
    let Some(batch) = batch_of(app, draft).await? else { return Ok(None) };
    let text = app.store().batch_report(batch.new.id).await?;
    let name = format!("Laporan_{}.csv", plain(&draft.cohort));
    Ok(text.map(|text| attachment(CSV, &name, text.into())))
}

/// The sheet for the civil-service agency's archive, in either form.
async fn for_siasn(
    app: &App,
    draft: &Draft,
    make: fn(&Programme, &[String]) -> Vec<u8>,
    (kind, extension): (&'static str, &str),
) -> store::Result<Option<Response>> {
    let Some(batch) = batch_of(app, draft).await? else { return Ok(None) };
    let Ok(programme) = Programme::parse(&draft.programme_text) else { return Ok(None) };
    let numbers: Vec<String> = in_force(app, batch.new.id).await?.into_iter().map(|one| one.number).collect();
    let made = app.work.run(move || make(&programme, &numbers)).await;
    Ok(Some(attachment(kind, &format!("SIASN_{}.{extension}", plain(&draft.cohort)), made.into())))
}

fn in_force_of(batch: BatchId) -> Filter {
    Filter { batch: Some(batch), state: Some(Stored::Issued), ..Filter::default() }
}

async fn in_force(app: &App, batch: BatchId) -> store::Result<Vec<Certificate>> {
    let filter = in_force_of(batch);
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

/// How many certificates of an archive are known at a time.
const PACKED: u32 = 100;

/// An archive on its way out: one PDF in memory at a time.
struct Packing {
    app: Arc<App>,
    full: bool,
    filter: Filter,
    page: Page,
    waiting: std::vec::IntoIter<Certificate>,
    zip: Option<ZipWriter<StreamWriter<Pipe>>>,
    pipe: Pipe,
}

async fn archive(app: Arc<App>, draft: &Draft, full: bool) -> store::Result<Option<Response>> {
    let Some(batch) = batch_of(&app, draft).await? else { return Ok(None) };
    let filter = in_force_of(batch.new.id);
    let pipe = Pipe::default();
    let zip = Some(ZipWriter::new_stream(pipe.clone()));
    let page = Page { after: 0, limit: PACKED };
    let packing = Packing { app, full, filter, page, waiting: Vec::new().into_iter(), zip, pipe };
    let name = format!("Sertifikat_{}_{}.zip", plain(&draft.cohort), if full { "lengkap" } else { "ringkas" });
    let stream = futures_util::stream::unfold(packing, |mut packing| async move {
        let next = packing.next().await?;
        Some((next, packing))
    });
    // Whoever compresses a body asks once more after its end.
    let stream = stream.fuse();
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
        if self.waiting.len() == 0 {
            let some = self.app.store().certificates(&self.filter, self.page).await?;
            self.page.after = some.last().map_or(self.page.after, |last| last.serial);
            self.waiting = some.into_iter();
        }
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
