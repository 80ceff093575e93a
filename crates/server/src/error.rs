//! Errors at the edge: problem documents (RFC 9457) for machines, a page for people.

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use vc::Lang;

use crate::pages::Keep;
use crate::pages::plain::{ErrorPage, Said};
use crate::{App, bounds};

/// A problem document: what is wrong, and what to do next.
#[derive(Debug)]
pub(crate) struct Problem(Box<Document>);

#[derive(Debug)]
struct Document {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: String,
    next: &'static str,
    more: Map<String, Value>,
    retry_after: Option<u64>,
}

impl Problem {
    /// A problem of that status; `code` is stable and meant for programs.
    pub(crate) fn new(
        status: StatusCode,
        code: &'static str,
        title: &'static str,
        detail: impl Into<String>,
        next: &'static str,
    ) -> Self {
        Self(Box::new(Document {
            status,
            code,
            title,
            detail: detail.into(),
            next,
            more: Map::new(),
            retry_after: None,
        }))
    }

    /// A further member of the document.
    pub(crate) fn with(mut self, name: &str, value: Value) -> Self {
        self.0.more.insert(name.to_owned(), value);
        self
    }

    /// The caller may ask again after so many seconds.
    pub(crate) fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// Our own fault. The cause goes to the log under the incident's code, never to the caller.
    pub(crate) fn internal(cause: &dyn std::fmt::Display) -> Self {
        let incident = incident(cause);
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "The service could not answer",
            format!("Nothing was changed. Incident {incident}."),
            "Try again later; tell the operator the incident's code if it persists.",
        )
    }

    /// There is no such thing at this address.
    pub(crate) fn not_found(what: &'static str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "Not found", what, "Check the address.")
    }

    /// A type for `problemDetails` and for the document itself.
    pub(crate) fn type_of(code: &str) -> String {
        format!("urn:piagam:problem:{code}")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Document { status, code, title, detail, next, more, retry_after: again } = *self.0;
        let mut document = json!({
            "type": Self::type_of(code),
            "title": title,
            "status": status.as_u16(),
            "detail": detail,
            "next": next,
        });
        if let Some(members) = document.as_object_mut() {
            members.extend(more);
        }
        let mut response = (status, Json(document)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = again {
            retry_after(headers, seconds);
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// An error that a person sees.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Oops<'a> {
    /// No page at this address.
    NoSuchPage,
    /// The upload is larger than the bound.
    TooLarge,
    /// The form came without a file, or cut off.
    NoFile,
    /// The upload did not arrive in its time.
    TooSlow,
    /// Uploads fill the memory that they may have.
    Busy,
    /// The reader's network has asked more often than it may, and may again after so many seconds.
    TooMany(u64),
    /// The same for something else than files.
    TooOften(u64),
    /// A file of a certificate that is not in force.
    NotOffered,
    /// Our own fault; the cause is logged.
    Internal(&'a (dyn std::error::Error + Sync)),
}

/// How long somebody is asked to wait while the service is busy: an upload's time.
const BUSY_SECONDS: u64 = bounds::UPLOAD_TIME.as_secs();

/// Heading, what was and was not done, what to do next.
type Words = [&'static str; 3];

impl Oops<'_> {
    /// The page that tells it.
    pub(crate) fn page(self, app: &App, lang: Lang) -> Response {
        let (status, id, en) = self.told();
        let [heading, text, next] = if lang == Lang::Id { id } else { en };
        let said = Said { heading, text: text.into(), next: next.into() };
        let incident = match self {
            Self::Internal(cause) => Some(incident(cause)),
            _ => None,
        };
        let mut page = app.pages.answer(status, Keep::Never, &ErrorPage::new(&app.config, lang, said, incident));
        match self {
            Self::Busy => retry_after(page.headers_mut(), BUSY_SECONDS),
            Self::TooMany(seconds) | Self::TooOften(seconds) => retry_after(page.headers_mut(), seconds),
            _ => {}
        }
        page
    }

    fn told(self) -> (StatusCode, Words, Words) {
        match self {
            Self::NoSuchPage => NO_SUCH_PAGE,
            Self::TooLarge => TOO_LARGE,
            Self::NoFile => NO_FILE,
            Self::TooSlow => TOO_SLOW,
            Self::Busy => BUSY,
            Self::TooMany(_) => TOO_MANY,
            Self::TooOften(_) => TOO_OFTEN,
            Self::NotOffered => NOT_OFFERED,
            Self::Internal(_) => INTERNAL,
        }
    }
}

fn retry_after(headers: &mut HeaderMap, seconds: u64) {
    headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
}

const NO_SUCH_PAGE: (StatusCode, Words, Words) = (
    StatusCode::NOT_FOUND,
    [
        "Halaman ini tidak ada",
        "Tidak ada halaman di alamat ini.",
        "Periksa kembali penulisannya, atau mulai dari halaman depan.",
    ],
    ["There is no such page", "There is no page at this address.", "Check the spelling, or begin at the front page."],
);

const TOO_LARGE: (StatusCode, Words, Words) = (
    StatusCode::PAYLOAD_TOO_LARGE,
    [
        "Berkas ini terlalu besar",
        "Berkas melebihi 20 MB, sehingga tidak dibaca.",
        "Unggah PDF atau JSON asli, atau periksa lewat kode verifikasi.",
    ],
    [
        "This file is too large",
        "The file is larger than 20 MB and was not read.",
        "Upload the original PDF or JSON, or use the verification code.",
    ],
);

const NO_FILE: (StatusCode, Words, Words) = (
    StatusCode::BAD_REQUEST,
    [
        "Berkasnya tidak sampai",
        "Formulir datang tanpa berkas, atau terputus di tengah jalan.",
        "Pilih berkasnya, lalu unggah lagi.",
    ],
    [
        "The file did not arrive",
        "The form came without a file, or was cut off.",
        "Choose the file and upload it again.",
    ],
);

const TOO_SLOW: (StatusCode, Words, Words) = (
    StatusCode::REQUEST_TIMEOUT,
    [
        "Berkasnya belum sampai",
        "Pengiriman berkas berlangsung terlalu lama, sehingga dihentikan.",
        "Unggah lagi dengan sambungan yang lebih baik, atau periksa lewat kode verifikasi.",
    ],
    [
        "The file has not arrived",
        "Sending the file took too long and was ended.",
        "Upload it again over a better connection, or use the verification code.",
    ],
);

const BUSY: (StatusCode, Words, Words) = (
    StatusCode::SERVICE_UNAVAILABLE,
    [
        "Layanan sedang sibuk",
        "Terlalu banyak berkas sedang diunggah. Berkas Anda tidak dibaca.",
        "Coba lagi sebentar lagi, atau periksa lewat kode verifikasi.",
    ],
    [
        "The service is busy",
        "Too many files are being uploaded. Yours was not read.",
        "Try again in a moment, or use the verification code.",
    ],
);

const TOO_MANY: (StatusCode, Words, Words) = (
    StatusCode::TOO_MANY_REQUESTS,
    [
        "Terlalu banyak berkas dari jaringan ini",
        "Jaringan Anda sudah mengunggah sebanyak yang diperbolehkan dalam satu menit. Berkas Anda tidak dibaca.",
        "Tunggu satu menit, lalu unggah lagi, atau periksa lewat kode verifikasi.",
    ],
    [
        "Too many files from this network",
        "Your network has uploaded as many files as it may within a minute. Yours was not read.",
        "Wait a minute and upload it again, or use the verification code.",
    ],
);

const TOO_OFTEN: (StatusCode, Words, Words) = (
    StatusCode::TOO_MANY_REQUESTS,
    [
        "Terlalu banyak permintaan dari jaringan ini",
        "Jaringan Anda sudah meminta sebanyak yang diperbolehkan dalam satu menit. Permintaan ini tidak dikerjakan.",
        "Tunggu satu menit, lalu ulangi.",
    ],
    [
        "Too many requests from this network",
        "Your network has asked as often as it may within a minute. Nothing was done.",
        "Wait a minute, then try again.",
    ],
);

const NOT_OFFERED: (StatusCode, Words, Words) = (
    StatusCode::GONE,
    [
        "Berkas ini tidak diunduhkan lagi",
        "Sertifikatnya sedang atau sudah tidak berlaku.",
        "Lihat keadaannya pada halaman pemeriksaan dengan kode verifikasinya.",
    ],
    [
        "This file is no longer offered",
        "Its certificate is not in force.",
        "See its state on the verification page, with its verification code.",
    ],
);

const INTERNAL: (StatusCode, Words, Words) = (
    StatusCode::INTERNAL_SERVER_ERROR,
    [
        "Layanan sedang terganggu",
        "Pemeriksaan tidak selesai dan tidak ada yang berubah.",
        "Coba lagi beberapa saat lagi. Bila berulang, sampaikan kode kejadian kepada penerbit.",
    ],
    [
        "The service is disturbed",
        "The check was not finished and nothing was changed.",
        "Try again in a while. If it persists, tell the issuer the incident's code.",
    ],
);

/// Logs the cause under a code that can be told to the caller.
fn incident(cause: &dyn std::fmt::Display) -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(1);
    let code = format!("{:04x}-{}", std::process::id() & 0xffff, COUNT.fetch_add(1, Ordering::Relaxed));
    tracing::error!(incident = %code, %cause, "a request failed");
    code
}
