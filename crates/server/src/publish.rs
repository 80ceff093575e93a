//! What anybody may fetch and keep: keys, status lists, records, templates. Signed, cacheable, without personal data.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use store::Suite;
use uuid::Uuid;

use crate::app::host_of;
use crate::asked::{Segments, WhichProof};
use crate::error::Problem;
use crate::{App, site, take, witness};

/// Keys change by rotation, announced long before.
const KEYS_KEPT: &str = "public, max-age=3600";

/// A year: they never change.
const TEMPLATES_KEPT: &str = "public, max-age=31536000, immutable";

/// As long as the lists' own `ttl`.
const LISTS_KEPT: &str = "public, max-age=300";

/// Ends the name of a status list with the `eddsa-jcs-2022` proof: a static copy has files, no queries.
const JCS: &str = ".jcs";

const NO_LIST: &str = "no status list has this purpose and number";

/// `GET /.well-known/did.json`
pub(crate) async fn did(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Problem> {
    let issuer = issuer(&app, &headers).await?;
    let document = witness::did_document(app.store(), &issuer).await.map_err(|e| Problem::internal(&e))?;
    Ok(cacheable(&headers, "application/did+json", KEYS_KEPT, document))
}

/// `GET /status/{purpose}/{n}`, and `/status/{purpose}/{n}.jcs` for the twin that the page `/v` reads
pub(crate) async fn status_list(
    State(app): State<Arc<App>>,
    Segments((purpose, number)): Segments<(String, String)>,
    proof: WhichProof,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (number, suite) = match number.strip_suffix(JCS) {
        Some(number) => (number.to_owned(), Suite::Jcs),
        None => (number, proof.suite()?),
    };
    list_of(&app, &headers, &issuer(&app, &headers).await?, &purpose, &number, suite).await
}

/// `GET /v/hosts/{host}/status/{purpose}/{n}.jcs`: a list of an issuer under a former host, where the page `/v` looks.
pub(crate) async fn former_list(
    State(app): State<Arc<App>>,
    Segments((host, purpose, number)): Segments<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let number = number.strip_suffix(JCS).ok_or_else(|| Problem::not_found(NO_LIST))?;
    list_of(&app, &headers, &former(&app, &host).await?, &purpose, number, Suite::Jcs).await
}

async fn list_of(
    app: &App,
    headers: &HeaderMap,
    issuer: &store::Issuer,
    purpose: &str,
    number: &str,
    suite: Suite,
) -> Result<Response, Problem> {
    let absent = || Problem::not_found(NO_LIST);
    let (purpose, number) = witness::list_name(&format!("{purpose}/{number}")).ok_or_else(absent)?;
    let document = app.store().status_document(issuer.id, number, purpose, suite).await;
    let document = document.map_err(|e| Problem::internal(&e))?.ok_or_else(absent)?;
    Ok(signed(headers, document.text))
}

/// `GET /templates/{n}`: what all certificates of a batch share, byte for byte as frozen: with it QR codes are
/// rebuilt to credentials (`crates/vc/COMPACT.md`). A number never changes its
/// meaning, and nothing of a person is in it.
pub(crate) async fn template(
    State(app): State<Arc<App>>,
    Segments(number): Segments<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let issuer = issuer(&app, &headers).await?;
    // Only under the issuer's own host does the address name the issuer too.
    let own = host_of(&issuer.base_url).eq_ignore_ascii_case(host(&headers));
    let kept = if own { TEMPLATES_KEPT } else { LISTS_KEPT };
    template_of(&app, &headers, &issuer, &number, kept).await
}

/// `GET /v/hosts/{host}/templates/{n}`: a template of an issuer under a former host, where the page `/v` looks.
pub(crate) async fn former_template(
    State(app): State<Arc<App>>,
    Segments((host, number)): Segments<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    template_of(&app, &headers, &former(&app, &host).await?, &number, TEMPLATES_KEPT).await
}

async fn template_of(
    app: &App,
    headers: &HeaderMap,
    issuer: &store::Issuer,
    number: &str,
    kept: &'static str,
) -> Result<Response, Problem> {
    let absent = || Problem::not_found("no template has this number");
    let number = witness::plain_number(number).ok_or_else(absent)?;
    let found = app.store().template(issuer.id, number).await.map_err(|e| Problem::internal(&e))?;
    Ok(cacheable(headers, "application/json", kept, found.ok_or_else(absent)?.bytes))
}

/// `GET /v/bundle.json`: the issuers, their keys, and what they publish, for the page `/v`.
pub(crate) async fn bundle(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Problem> {
    let bundle = site::bundle(app.store(), host(&headers)).await.map_err(|e| Problem::internal(&e))?;
    Ok(cacheable(&headers, "application/json", LISTS_KEPT, bundle.to_string().into_bytes()))
}

/// `GET /records/{uuid}`
pub(crate) async fn record(
    State(app): State<Arc<App>>,
    Segments(id): Segments<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    const ABSENT: &str = "no record with this id: the certificate never changed, or does not exist";
    let id = Uuid::try_parse(&id).map_err(|_| Problem::not_found(ABSENT))?;
    let record = app.store().record(id).await.map_err(|e| Problem::internal(&e))?;
    let record = record.ok_or_else(|| Problem::not_found(ABSENT))?;
    Ok(signed(&headers, record.text))
}

/// A list or record under the caller's own word for JSON: there are verifiers that read none but the two older types.
pub(crate) fn signed(asked: &HeaderMap, text: String) -> Response {
    let mut response = cacheable(asked, take::media_type(asked), LISTS_KEPT, text.into_bytes());
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept"));
    response
}

/// The bytes with an ETag, or 304 for a caller that has them.
pub(crate) fn cacheable(asked: &HeaderMap, media_type: &'static str, kept: &'static str, bytes: Vec<u8>) -> Response {
    // Weak, because a compressed answer has other bytes and the same meaning (RFC 9110, 8.8.3.3).
    let tag = format!("W/\"{}\"", BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(&bytes)[..18]));
    let mut headers = HeaderMap::new();
    headers.insert(header::ETAG, HeaderValue::from_str(&tag).expect("base64url is a header value"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    if has(asked, &tag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    (headers, bytes).into_response()
}

/// `If-None-Match` by weak comparison (RFC 9110, 13.1.2).
fn has(asked: &HeaderMap, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    asked
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|each| each.trim() == "*" || opaque(each) == opaque(tag))
}

async fn former(app: &App, host: &str) -> Result<store::Issuer, Problem> {
    let issuers = witness::trusted_issuers(app.store()).await.map_err(|e| Problem::internal(&e))?;
    let found = issuers.into_iter().find(|issuer| host_of(&issuer.base_url).eq_ignore_ascii_case(host));
    found.ok_or_else(|| Problem::not_found("no issuer of this installation had this host"))
}

async fn issuer(app: &App, headers: &HeaderMap) -> Result<store::Issuer, Problem> {
    app.issuer_at(host(headers)).await.map_err(|e| Problem::internal(&e))
}

/// The host that was asked.
pub(crate) fn host(headers: &HeaderMap) -> &str {
    headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default()
}
