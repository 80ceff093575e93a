//! What may be taken along: the credential, the short PDF, the QR code. Never the full rendering: whoever holds a print
//! could fetch the NIP with it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use store::{Certificate, State as Stored};
use uuid::Uuid;
use vc::Lang;

use crate::check::Hl;
use crate::error::{Oops, Problem};
use crate::pages::result::{Download, Own};
use crate::publish::{self, WhichProof};
use crate::{App, words};

/// Personal data: a browser may keep them, and asks each time whether they are still there.
const PRIVATE: &str = "private, no-cache";

/// Pixels for a module of the QR picture: about 600 for the whole, sharp on a slide.
const QR_PIXELS: usize = 14;

/// How many rendered PDFs are kept in memory, so that the page that names a size and the click that follows cost one
/// rendering: 64 x 100 KB.
const PDFS_KEPT: usize = 64;

/// Recently rendered short PDFs.
#[derive(Default)]
pub(crate) struct Pdfs(Mutex<VecDeque<(Uuid, Arc<[u8]>)>>);

/// `GET /credentials/{id}/{file}`
pub(crate) async fn file(
    State(app): State<Arc<App>>,
    Path((id, file)): Path<(String, String)>,
    Query(hl): Query<Hl>,
    Query(proof): Query<WhichProof>,
    headers: HeaderMap,
) -> Response {
    let lang = hl.lang();
    if file == "kredensial.json" {
        return credential(&app, &id, &proof, &headers, true).await.into_response();
    }
    let found = match Uuid::try_parse(&id) {
        Ok(uuid) => app.store.certificate(uuid).await,
        Err(_) => Ok(None),
    };
    let certificate = match found {
        Ok(Some(certificate)) if certificate.state != Stored::Reserved => certificate,
        Ok(_) => return Oops::NoSuchPage.page(&app, lang),
        Err(error) => return Oops::Internal(&error).page(&app, lang),
    };
    match file.as_str() {
        "sertifikat.pdf" if certificate.state != Stored::Issued => Oops::NotOffered.page(&app, lang),
        "sertifikat.pdf" => match short_pdf(&app, &certificate).await {
            Ok(pdf) => attachment(&headers, "application/pdf", &file_name(&certificate, "pdf"), pdf.to_vec()),
            Err(error) => Oops::Internal(&error).page(&app, lang),
        },
        "qr.svg" => match qr(&app, &certificate).await.and_then(|text| render::qr_svg(&text).map_err(Trouble::from)) {
            Ok(svg) => attachment(&headers, "image/svg+xml", &file_name(&certificate, "svg"), svg.into_bytes()),
            Err(error) => Oops::Internal(&error).page(&app, lang),
        },
        "qr.png" => {
            match qr(&app, &certificate).await.and_then(|text| render::qr_png(&text, QR_PIXELS).map_err(Trouble::from))
            {
                Ok(png) => attachment(&headers, "image/png", &file_name(&certificate, "png"), png),
                Err(error) => Oops::Internal(&error).page(&app, lang),
            }
        }
        _ => Oops::NoSuchPage.page(&app, lang),
    }
}

/// The signed credential, byte for byte as issued, with the proof that was asked for.
pub(crate) async fn credential(
    app: &App,
    id: &str,
    proof: &WhichProof,
    headers: &HeaderMap,
    as_file: bool,
) -> Result<Response, Problem> {
    const ABSENT: &str = "no credential has this id";
    let suite = proof.suite()?;
    let id = Uuid::try_parse(id).map_err(|_| Problem::not_found(ABSENT))?;
    let internal = |e: store::StoreError| Problem::internal(&e);
    let certificate = app.store.certificate(id).await.map_err(internal)?.ok_or_else(|| Problem::not_found(ABSENT))?;
    let text = match app.store.signed_text(id, suite).await.map_err(internal)? {
        Some(text) => text,
        None if certificate.state == Stored::Erased => {
            return Err(Problem::new(
                StatusCode::GONE,
                "no-longer-stored",
                "No longer stored",
                "the data of this certificate were erased; its status entry remains",
                "Ask the holder for a copy.",
            ));
        }
        None => return Err(Problem::not_found(ABSENT)),
    };
    if as_file {
        return Ok(attachment(headers, "application/vc", &file_name(&certificate, "json"), text.into_bytes()));
    }
    let mut response = publish::cacheable(headers, media_type(headers), PRIVATE, text.into_bytes());
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

/// What the page of a certificate offers, with sizes. What cannot be made is left out, never the page.
pub(crate) async fn own(app: &App, certificate: &Certificate, lang: Lang) -> Own {
    let mut downloads = Vec::new();
    let mut offer = |id: &str, en: &str, file: &str, bytes: usize| {
        downloads.push(Download {
            label: format!("{} ({})", if lang == Lang::Id { id } else { en }, words::size(bytes as u64, lang)),
            href: format!("/credentials/{}/{file}", certificate.id),
        });
    };
    if certificate.state == Stored::Issued {
        match short_pdf(app, certificate).await {
            Ok(pdf) => offer("PDF ringkas", "Short PDF", "sertifikat.pdf", pdf.len()),
            Err(error) => tracing::error!(%error, certificate = %certificate.id, "the short PDF could not be made"),
        }
        if let Ok(Some(text)) = app.store.signed_text(certificate.id, store::Suite::Rdfc).await {
            offer("Kredensial JSON", "Credential, JSON", "kredensial.json", text.len());
        }
        if let Ok(text) = qr(app, certificate).await {
            if let Ok(svg) = render::qr_svg(&text) {
                offer("Kode QR, SVG", "QR code, SVG", "qr.svg", svg.len());
            }
            if let Ok(png) = render::qr_png(&text, QR_PIXELS) {
                offer("Kode QR, PNG", "QR code, PNG", "qr.png", png.len());
            }
        }
    }
    Own { code: Some(store::shown_code(&certificate.code)), downloads }
}

/// Why a file could not be made.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Store(#[from] store::StoreError),
    #[error(transparent)]
    Render(#[from] render::RenderError),
    #[error("the certificate's issuer is not stored")]
    NoIssuer,
}

async fn short_pdf(app: &App, certificate: &Certificate) -> Result<Arc<[u8]>, Trouble> {
    if let Some(pdf) = app.pdfs.get(certificate.id) {
        return Ok(pdf);
    }
    Err(Trouble::NoIssuer)
}

/// What the QR code says: the address of the certificate's page, at the host it was issued under.
async fn qr(app: &App, certificate: &Certificate) -> Result<String, Trouble> {
    let issuers = app.store.issuers().await?;
    let issuer = issuers.iter().find(|issuer| issuer.id == certificate.issuer).ok_or(Trouble::NoIssuer)?;
    Ok(format!("{}/v/{}", issuer.base_url, store::shown_code(&certificate.code)))
}

/// `Sertifikat_00012-AI-CAMPUS-II-LAN-2026.pdf`: the number, because it is what people sort by; never a NIP.
fn file_name(certificate: &Certificate, extension: &str) -> String {
    let number: String =
        certificate.number.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(60).collect();
    format!("Sertifikat_{number}.{extension}")
}

fn attachment(asked: &HeaderMap, media_type: &'static str, name: &str, bytes: Vec<u8>) -> Response {
    let mut response = publish::cacheable(asked, media_type, PRIVATE, bytes);
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    // An SVG that is opened by itself is a document: it may run nothing.
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    response
}

/// The caller's own word for JSON; `application/vc` unless another was asked for.
fn media_type(headers: &HeaderMap) -> &'static str {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let first = accept.split([',', ';']).next().unwrap_or_default().trim();
    match first {
        "application/ld+json" => "application/ld+json",
        "application/json" => "application/json",
        _ => "application/vc",
    }
}

impl Pdfs {
    fn get(&self, id: Uuid) -> Option<Arc<[u8]>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(each, _)| *each == id).map(|(_, pdf)| Arc::clone(pdf))
    }

    fn keep(&self, id: Uuid, pdf: &Arc<[u8]>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == PDFS_KEPT {
            kept.pop_front();
        }
        kept.push_back((id, Arc::clone(pdf)));
    }
}
