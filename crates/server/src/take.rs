//! What may be taken along: the credential, the short PDF, the badge, the QR code. Never the full rendering: whoever holds
//! a print could fetch the NIP with it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use store::{Certificate, State as Stored};
use uuid::Uuid;
use vc::Lang;

use crate::asked::{Hl, Segments, WhichProof};
use crate::error::{Oops, Problem};
use crate::pages::result::{Download, NipForm, Own};
use crate::publish;
use crate::{App, words};

/// Personal data: a browser may keep them, and asks each time whether they are still there.
const PRIVATE: &str = "private, no-cache";

/// Of programme and issuer only, the same for a whole cohort. Short, because it goes with the certificate's validity.
const PREVIEW_KEPT: &str = "public, max-age=300";

/// Pixels for a module of the QR picture: about 600 for the whole, sharp on a slide.
const QR_PIXELS: usize = 14;

/// How many rendered PDFs are kept, so that the page that names a size and the click that follows cost one rendering:
/// 64 x 100 KB.
const PDFS_KEPT: usize = 64;

/// How many certificates' sizes are kept, so that a page seen again costs no rendering: 4,096 x 64 bytes.
const SIZES_KEPT: usize = 4_096;

/// What was made before.
#[derive(Default)]
pub(crate) struct Made(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    pdfs: VecDeque<(Uuid, Arc<[u8]>)>,
    sizes: HashMap<Uuid, Sizes>,
    full_sizes: HashMap<Uuid, usize>,
}

/// Sizes of a certificate's files in bytes. They never change: same certificate, same files.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    pdf: usize,
    json: usize,
    badge_png: usize,
    badge_svg: usize,
    svg: usize,
    png: usize,
}

/// What is made of a certificate, by its name in the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Pdf,
    BadgePng,
    BadgeSvg,
    Preview,
    QrPng,
    QrSvg,
}

impl Kind {
    fn named(file: &str) -> Option<Self> {
        Some(match file {
            "sertifikat.pdf" => Self::Pdf,
            "lencana.png" => Self::BadgePng,
            "lencana.svg" => Self::BadgeSvg,
            "pratinjau.png" => Self::Preview,
            "qr.png" => Self::QrPng,
            "qr.svg" => Self::QrSvg,
            _ => return None,
        })
    }

    /// A code can be made again whatever became of the certificate; what shows it as a certificate cannot.
    fn is_offered(self, state: Stored) -> bool {
        match self {
            Self::Pdf | Self::BadgePng | Self::BadgeSvg | Self::Preview => state == Stored::Issued,
            Self::QrPng | Self::QrSvg => state != Stored::Erased,
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::BadgePng | Self::Preview | Self::QrPng => "image/png",
            Self::BadgeSvg | Self::QrSvg => "image/svg+xml",
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::BadgePng | Self::Preview | Self::QrPng => "png",
            Self::BadgeSvg | Self::QrSvg => "svg",
        }
    }
}

/// `GET /credentials/{id}/{file}`
pub(crate) async fn file(
    State(app): State<Arc<App>>,
    Segments((id, file)): Segments<(String, String)>,
    hl: Hl,
    proof: WhichProof,
    headers: HeaderMap,
) -> Response {
    let lang = hl.lang();
    if file == "kredensial.json" {
        return credential(&app, &id, &proof, &headers, true).await.into_response();
    }
    let found = match Uuid::try_parse(&id) {
        Ok(uuid) => app.store().certificate(uuid).await,
        Err(_) => Ok(None),
    };
    let certificate = match found {
        Ok(Some(certificate)) if certificate.state != Stored::Reserved => certificate,
        Ok(_) => return Oops::NoSuchPage.page(&app, lang),
        Err(error) => return Oops::Internal(&error).page(&app, lang),
    };
    if certificate.state == Stored::Erased {
        return Oops::NotOffered.page(&app, lang);
    }
    let Some(kind) = Kind::named(&file) else { return Oops::NoSuchPage.page(&app, lang) };
    if !kind.is_offered(certificate.state) {
        return Oops::NotOffered.page(&app, lang);
    }
    match made(&app, &certificate, kind).await {
        Ok(bytes) if kind == Kind::Preview => publish::cacheable(&headers, kind.media_type(), PREVIEW_KEPT, bytes),
        Ok(bytes) => {
            attachment(&headers, kind.media_type(), &file_name(&app, &certificate, kind.extension()).await, bytes)
        }
        Err(error) => Oops::Internal(&error).page(&app, lang),
    }
}

async fn made(app: &App, certificate: &Certificate, kind: Kind) -> Result<Vec<u8>, Trouble> {
    Ok(match kind {
        Kind::Pdf => short_pdf(app, certificate).await?.to_vec(),
        Kind::BadgePng => app.deliverer.badge_png(certificate).await?,
        Kind::BadgeSvg => app.deliverer.badge_svg(certificate).await?.into_bytes(),
        Kind::Preview => app.deliverer.preview_png(certificate).await?.to_vec(),
        Kind::QrPng => render::qr_png(&qr(app, certificate).await?, QR_PIXELS)?,
        Kind::QrSvg => render::qr_svg(&qr(app, certificate).await?)?.into_bytes(),
    })
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
    let certificate = app.store().certificate(id).await.map_err(internal)?.ok_or_else(|| Problem::not_found(ABSENT))?;
    let text = match app.store().signed_text(id, suite).await.map_err(internal)? {
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
        return Ok(attachment(
            headers,
            "application/vc",
            &file_name(app, &certificate, "json").await,
            text.into_bytes(),
        ));
    }
    let mut response = publish::cacheable(headers, media_type(headers), PRIVATE, text.into_bytes());
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

/// What the page of a certificate offers, with sizes. What cannot be made is left out, never the page.
pub(crate) async fn own(app: &App, certificate: &Certificate, lang: Lang) -> Own {
    let mut own = Own { code: Some(store::shown_code(&certificate.code)), ..Own::default() };
    if certificate.state != Stored::Issued {
        return own;
    }
    own.nip = Some(NipForm::empty(&store::shown_code(&certificate.code)));
    let sizes = match sizes(app, certificate).await {
        Ok(sizes) => sizes,
        Err(error) => {
            tracing::error!(%error, certificate = %certificate.id, "the files of a certificate could not be made");
            return own;
        }
    };
    let offer = |words: &str, file: &str, bytes: usize| Download {
        label: format!("{words} ({})", words::size(bytes as u64, lang)),
        href: format!("/credentials/{}/{file}", certificate.id),
    };
    let [pdf, json] =
        if lang == Lang::Id { ["PDF ringkas", "Kredensial JSON"] } else { ["Short PDF", "Credential JSON"] };
    own.downloads = vec![offer(pdf, "sertifikat.pdf", sizes.pdf), offer(json, "kredensial.json", sizes.json)];
    own.badges = vec![offer("PNG", "lencana.png", sizes.badge_png), offer("SVG", "lencana.svg", sizes.badge_svg)];
    own.pictures = vec![offer("SVG", "qr.svg", sizes.svg), offer("PNG", "qr.png", sizes.png)];
    own.preview = Some(format!("{}/credentials/{}/pratinjau.png", app.config.base_url, certificate.id));
    own
}

async fn sizes(app: &App, certificate: &Certificate) -> Result<Sizes, Trouble> {
    if let Some(sizes) = app.made.kept().sizes.get(&certificate.id) {
        return Ok(*sizes);
    }
    let size = async |kind| made(app, certificate, kind).await.map(|bytes| bytes.len());
    let sizes = Sizes {
        pdf: size(Kind::Pdf).await?,
        json: app.store().signed_text(certificate.id, store::Suite::Rdfc).await?.map_or(0, |text| text.len()),
        badge_png: size(Kind::BadgePng).await?,
        badge_svg: size(Kind::BadgeSvg).await?,
        svg: size(Kind::QrSvg).await?,
        png: size(Kind::QrPng).await?,
    };
    let mut kept = app.made.kept();
    if kept.sizes.len() >= SIZES_KEPT {
        kept.sizes.clear();
    }
    kept.sizes.insert(certificate.id, sizes);
    Ok(sizes)
}

/// The size of the full PDF, for its holder's page alone: nobody else waits for it to be made.
pub(crate) async fn full_size(app: &App, certificate: &Certificate) -> Result<usize, Trouble> {
    if let Some(size) = app.made.kept().full_sizes.get(&certificate.id) {
        return Ok(*size);
    }
    let size = app.deliverer.full_pdf(certificate).await?.len();
    let mut kept = app.made.kept();
    if kept.full_sizes.len() >= SIZES_KEPT {
        kept.full_sizes.clear();
    }
    kept.full_sizes.insert(certificate.id, size);
    Ok(size)
}

/// The programme's title in Indonesian and in English.
pub(crate) async fn programme_titles(app: &App, certificate: &Certificate) -> store::Result<(String, String)> {
    let indonesian = certificate.programme_title.clone();
    let programme = app.store().programme(certificate.programme).await?;
    let english = programme.map_or_else(|| indonesian.clone(), |programme| programme.title_en);
    Ok((indonesian, english))
}

/// Why a file could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    /// The store could not.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// It cannot be made.
    #[error(transparent)]
    Issue(#[from] issuer::IssueError),
    /// It cannot be drawn.
    #[error(transparent)]
    Render(#[from] render::RenderError),
}

async fn short_pdf(app: &App, certificate: &Certificate) -> Result<Arc<[u8]>, Trouble> {
    let ready = app.made.kept().pdfs.iter().find(|(id, _)| *id == certificate.id).map(|(_, pdf)| Arc::clone(pdf));
    if let Some(pdf) = ready {
        return Ok(pdf);
    }
    let pdf: Arc<[u8]> = app.deliverer.short_pdf(certificate).await?.into();
    let mut kept = app.made.kept();
    if kept.pdfs.len() >= PDFS_KEPT {
        kept.pdfs.pop_front();
    }
    kept.pdfs.push_back((certificate.id, Arc::clone(&pdf)));
    Ok(pdf)
}

/// What the QR code says, here as on the PDF.
async fn qr(app: &App, certificate: &Certificate) -> Result<String, Trouble> {
    Ok(app.deliverer.qr_text(certificate).await?.text)
}

/// `Sertifikat_AI-Campus_II-2026_NAMA.pdf`, as the operator's folder names it; never a NIP in it.
pub(crate) async fn file_name(app: &App, certificate: &Certificate, extension: &str) -> String {
    let programme = app.store().programme(certificate.programme).await.ok().flatten();
    let code = programme.map_or_else(String::new, |programme| programme.code);
    let stem = render::file_stem(&code, &certificate.cohort_name, certificate.name.as_deref().unwrap_or_default());
    format!("{stem}.{extension}")
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
pub(crate) fn media_type(headers: &HeaderMap) -> &'static str {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let first = accept.split([',', ';']).next().unwrap_or_default().trim();
    match first {
        "application/ld+json" => "application/ld+json",
        "application/json" => "application/json",
        _ => "application/vc",
    }
}

impl Made {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
