//! The handlers behind the pages: by code, by id, by upload.

use std::sync::Arc;

use axum::extract::{Multipart, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use extract::{Codes, Found};
use store::{ArtifactHash, Certificate, State as Stored};
use uuid::Uuid;
use vc::{Lang, Visible};

use crate::asked::{Hl, Segments, Typed, WhichProof};
use crate::error::Oops;
use crate::pages::plain::{HelpPage, PrivacyPage, StartPage, UploadPage};
use crate::pages::result::{Asked, NipForm, Own, ResultPage};
use crate::pages::{Keep, Page};
use crate::scan::{self, Scanned};
use crate::witness::{self, Reach};
use crate::{App, bounds, handed_out, pdf_hash, publish, take};

/// `GET /`
pub(crate) async fn start(State(app): State<Arc<App>>, hl: Hl) -> Response {
    plain(&app, &StartPage::new(&app.config, hl.lang(), "/", true))
}

/// `GET /bantuan`
pub(crate) async fn help(State(app): State<Arc<App>>, hl: Hl) -> Response {
    plain(&app, &HelpPage::new(&app.config, hl.lang(), "/bantuan"))
}

/// `GET /privasi`
pub(crate) async fn privacy(State(app): State<Arc<App>>, hl: Hl) -> Response {
    plain(&app, &PrivacyPage::new(&app.config, hl.lang(), "/privasi"))
}

/// `GET /periksa`
pub(crate) async fn upload_form(State(app): State<Arc<App>>, hl: Hl) -> Response {
    plain(&app, &UploadPage::new(&app.config, hl.lang(), "/periksa"))
}

/// `GET /v`: the page that verifies what the QR code carries, or with a typed code the way to its page.
pub(crate) async fn verify_or_code(State(app): State<Arc<App>>, typed: Typed, hl: Hl, headers: HeaderMap) -> Response {
    let lang = hl.lang();
    if typed.0.trim().is_empty() {
        return verify_page(&app, lang, &headers);
    }
    match store::plain_code(&typed.0) {
        Some(code) => {
            let query = if lang == Lang::En { "?hl=en" } else { "" };
            Redirect::to(&format!("/v/{}{query}", store::shown_code(&code))).into_response()
        }
        None => not_a_code(&app, &typed.0, lang, "/v"),
    }
}

/// The page `/v`. It is asked for again each time, so that a mended script arrives at once.
fn verify_page(app: &App, lang: Lang, asked: &HeaderMap) -> Response {
    let page = app.site.page(lang).as_bytes().to_vec();
    let mut response = publish::cacheable(asked, "text/html; charset=utf-8", "no-cache", page);
    let headers = response.headers_mut();
    let mut put = |name: HeaderName, value: &str| HeaderValue::from_str(value).map(|value| headers.insert(name, value));
    let own = "camera=(self), geolocation=(), microphone=()";
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, app.site.policy()),
        (header::CONTENT_LANGUAGE, lang.tag()),
        (HeaderName::from_static("permissions-policy"), own),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        let _ = put(name, value);
    }
    response
}

/// `GET /v/en.html`, `/sw.js`, `/v/manifest.webmanifest`, `/v/icon.svg`, `/v/vendor/{file}`: the page `/v` under the
/// names of a static copy, and what it loads.
pub(crate) async fn beside(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Response {
    match uri.path() {
        "/v/" | "/v/index.html" => verify_page(&app, Lang::Id, &headers),
        "/v/en.html" => verify_page(&app, Lang::En, &headers),
        path => match app.site.file(path) {
            Some(file) => publish::cacheable(&headers, file.media_type, "no-cache", file.bytes.to_vec()),
            None => Oops::NoSuchPage.page(&app, Lang::Id),
        },
    }
}

/// `GET /v/{code}`: the page for a person, the credential for a machine.
pub(crate) async fn by_code(
    State(app): State<Arc<App>>,
    Segments(typed): Segments<String>,
    hl: Hl,
    proof: WhichProof,
    headers: HeaderMap,
) -> Response {
    let lang = hl.lang();
    let Some(code) = store::plain_code(&typed) else { return not_a_code(&app, &typed, lang, "/v") };
    let path = format!("/v/{}", store::shown_code(&code));
    match app.store().certificate_by_code(&code).await {
        // A verifier that is given the address from the QR code gets the credential behind it.
        Ok(Some(certificate)) if proof.is_named() || wants_credential(&headers) => {
            take::credential(&app, &certificate.id.to_string(), &proof, &headers, false).await.into_response()
        }
        Ok(Some(certificate)) => {
            let mut page = certificate_page(&app, &certificate, lang, &path).await;
            page.headers_mut().insert(header::VARY, header::HeaderValue::from_static("accept"));
            page
        }
        Ok(None) => {
            let asked = asked(&app, lang, Some(&path));
            result(&app, StatusCode::NOT_FOUND, &ResultPage::unknown_code(&store::shown_code(&code), None, asked))
        }
        Err(error) => Oops::Internal(&error).page(&app, lang),
    }
}

/// `GET /credentials/{uuid}`: the credential for a machine, the page for a person.
pub(crate) async fn by_id(
    State(app): State<Arc<App>>,
    Segments(id): Segments<String>,
    hl: Hl,
    proof: WhichProof,
    headers: HeaderMap,
) -> Response {
    let lang = hl.lang();
    if proof.is_named() || wants_credential(&headers) {
        return take::credential(&app, &id, &proof, &headers, false).await.into_response();
    }
    let Ok(uuid) = Uuid::try_parse(&id) else { return Oops::NoSuchPage.page(&app, lang) };
    match app.store().certificate(uuid).await {
        Ok(Some(certificate)) => {
            let mut page = certificate_page(&app, &certificate, lang, &format!("/credentials/{uuid}")).await;
            page.headers_mut().insert(header::VARY, header::HeaderValue::from_static("accept"));
            page
        }
        Ok(None) => Oops::NoSuchPage.page(&app, lang),
        Err(error) => Oops::Internal(&error).page(&app, lang),
    }
}

/// `POST /periksa`: a file to be checked. Read into memory, judged, forgotten.
pub(crate) async fn upload(State(app): State<Arc<App>>, hl: Hl, form: Option<Multipart>) -> Response {
    let lang = hl.lang();
    let Some(form) = form else { return Oops::NoFile.page(&app, lang) };
    // A place is taken when the file is there: who sends slowly holds up nobody.
    let file = match app.uploads.read(form).await {
        Ok(file) => file,
        Err(oops) => return oops.page(&app, lang),
    };
    let unpacked = app.work.unpack(move || (extract::find_on_pages(file.bytes()), pdf_hash(file.bytes())));
    let (found, hash) = unpacked.await;
    match found {
        Ok((Found::Credential(found), visible)) => judged(&app, found.text, visible, hash, lang).await,
        Ok((Found::Codes(codes), visible)) => scanned(&app, codes, visible, hash, lang).await,
        Err(error) => not_read(&app, &error.what(lang), &error.next(lang), lang),
    }
}

/// An uploaded picture, or a page that only shows a code.
async fn scanned(
    app: &App,
    codes: Codes,
    visible: Option<Visible>,
    hash: Option<ArtifactHash>,
    lang: Lang,
) -> Response {
    match scan::read(app, codes, lang).await {
        Ok(Scanned::Credential(text)) => judged(app, text, visible, hash, lang).await,
        Ok(Scanned::Ours(code)) => {
            let query = if lang == Lang::En { "?hl=en" } else { "" };
            Redirect::to(&format!("/v/{code}{query}")).into_response()
        }
        Ok(Scanned::Not(what, next)) => not_read(app, &what, &next, lang),
        Err(error) => Oops::Internal(&error).page(app, lang),
    }
}

fn not_read(app: &App, what: &str, next: &str, lang: Lang) -> Response {
    let page = ResultPage::no_credential(what, next, asked(app, lang, None));
    result(app, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Whatever no route knows.
pub(crate) async fn no_such_page(State(app): State<Arc<App>>, hl: Hl) -> Response {
    Oops::NoSuchPage.page(&app, hl.lang())
}

/// An uploaded credential, judged by what its issuer publishes, and the pages it came in by the credential.
async fn judged(app: &App, text: String, visible: Option<Visible>, hash: Option<ArtifactHash>, lang: Lang) -> Response {
    let file = match handed_out(app.store(), hash.as_ref()).await {
        Ok(file) => file,
        Err(error) => return Oops::Internal(&error).page(app, lang),
    };
    let report = match witness::known(app).await {
        Ok(policy) => witness::judge_on_pages(app, text.into(), visible, &policy, Reach::Abroad).await,
        Err(error) => Err(error),
    };
    match report {
        Ok(report) => {
            let own = Own { file, ..Own::default() };
            result(app, StatusCode::OK, &ResultPage::of(&report, asked(app, lang, None), own))
        }
        Err(error) => Oops::Internal(&error).page(app, lang),
    }
}

/// The page of one of our certificates: its stored credential, judged with what we publish, and nothing taken from the
/// database's own opinion of it.
async fn certificate_page(app: &App, certificate: &Certificate, lang: Lang, path: &str) -> Response {
    certificate_page_with(app, certificate, lang, path, None).await
}

/// The same with the answer about a NIP.
pub(crate) async fn certificate_page_with(
    app: &App,
    certificate: &Certificate,
    lang: Lang,
    path: &str,
    nip: Option<NipForm>,
) -> Response {
    let asked = asked(app, lang, Some(path));
    match certificate.state {
        Stored::Reserved => return Oops::NoSuchPage.page(app, lang),
        Stored::Erased => return result(app, StatusCode::GONE, &ResultPage::no_longer_stored(asked)),
        Stored::Issued | Stored::Suspended | Stored::Revoked | Stored::Superseded => {}
    }
    match report_of(app, certificate).await {
        Ok(Some(report)) => {
            let mut own = take::own(app, certificate, lang).await;
            let status = match &nip {
                Some(form) if !form.problem.is_empty() => StatusCode::UNPROCESSABLE_ENTITY,
                _ => StatusCode::OK,
            };
            own.nip = nip.or(own.nip);
            result(app, status, &ResultPage::of(&report, asked, own))
        }
        Ok(None) => result(app, StatusCode::GONE, &ResultPage::no_longer_stored(asked)),
        Err(error) => Oops::Internal(&error).page(app, lang),
    }
}

async fn report_of(app: &App, certificate: &Certificate) -> store::Result<Option<vc::Report>> {
    let Some(text) = app.store().signed_text(certificate.id, store::Suite::Rdfc).await? else { return Ok(None) };
    let policy = witness::known(app).await?;
    witness::judge(app, text.into(), &policy, Reach::Own).await.map(Some)
}

/// Only an explicit wish for JSON gets JSON: a browser's and curl's `*/*` get the page.
pub(crate) fn wants_credential(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted
        .flat_map(|value| value.split(','))
        .map(|range| range.split(';').next().unwrap_or_default().trim())
        .take_while(|range| !range.eq_ignore_ascii_case("text/html"))
        .any(|range| {
            ["application/vc", "application/ld+json", "application/json", "application/vc+ld+json"]
                .iter()
                .any(|json| range.eq_ignore_ascii_case(json))
        })
}

fn not_a_code(app: &App, typed: &str, lang: Lang, path: &str) -> Response {
    let typed: String = typed.chars().take(bounds::TYPED_CHARS).collect();
    let why = complaint(&typed, lang);
    result(app, StatusCode::NOT_FOUND, &ResultPage::unknown_code(&typed, Some(&why), asked(app, lang, Some(path))))
}

/// Cause and cure of a text that cannot be a code.
fn complaint(typed: &str, lang: Lang) -> String {
    let stray = typed.chars().find(|c| matches!(c.to_ascii_uppercase(), '0' | 'O' | '1' | 'I'));
    let count = typed.chars().filter(|c| c.is_alphanumeric()).count();
    match (stray, lang) {
        (Some(c), Lang::Id) => {
            format!("Kode tidak memakai 0, O, 1, dan I; yang diketik memuat {c}. Cocokkan lagi dengan kertas.")
        }
        (Some(c), Lang::En) => format!("Codes do not use 0, O, 1 or I; {c} was typed. Compare with the paper again."),
        (None, Lang::Id) => format!("Kode berisi 16 huruf dan angka; yang diketik {count}."),
        (None, Lang::En) => format!("A code has 16 letters and digits; {count} were typed."),
    }
}

fn asked<'a>(app: &'a App, lang: Lang, path: Option<&'a str>) -> Asked<'a> {
    Asked { config: &app.config, lang, now: app.now(), path }
}

fn plain<P: Page>(app: &App, page: &P) -> Response {
    app.pages.answer(StatusCode::OK, Keep::Minutes, page)
}

fn result(app: &App, status: StatusCode, page: &ResultPage) -> Response {
    app.pages.answer(status, Keep::Never, page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_explicit_wish_gets_json() {
        let wants = |accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            wants_credential(&headers)
        };
        assert!(wants("application/vc"));
        assert!(wants("application/ld+json, application/json"));
        assert!(wants("application/vc;q=0.9"));
        assert!(!wants("*/*"));
        assert!(!wants("text/html,application/xhtml+xml,application/json;q=0.5,*/*;q=0.8"));
        assert!(!wants_credential(&HeaderMap::new()));
    }

    #[test]
    fn a_complaint_names_cause_and_cure() {
        assert!(complaint("7KQM-4XWP", Lang::Id).contains("yang diketik 8"));
        assert!(complaint("7KQM-4XWP-9H2D-JT6O", Lang::Id).contains("memuat O"));
    }
}
