//! Every URL of the service, on one page.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tower::limit::GlobalConcurrencyLimitLayer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::timeout::TimeoutLayer;

use crate::error::Problem;
use crate::limit::Costly;
use crate::{App, achievement, api, bounds, check, desk, health, holder, limit, match_nip, publish, take, trust};

/// The service as one router.
pub(crate) fn router(app: Arc<App>) -> Router {
    let upload = DefaultBodyLimit::max(bounds::UPLOAD_BYTES + bounds::FORM_OVERHEAD_BYTES);
    let charged = |costly: Costly| middleware::from_fn_with_state((Arc::clone(&app), costly), limit::charge);
    let (uploads, verifications, issuances) =
        (charged(Costly::Upload), charged(Costly::Verify), charged(Costly::Issue));

    let compared = charged(Costly::Nip);

    let pages = Router::new()
        .route("/", get(check::start))
        .route("/v", get(check::verify_or_code))
        .route("/v/", get(check::verify_or_code))
        .route("/v/{code}", get(check::by_code))
        .route("/v/{code}/nip", post(match_nip::compare).route_layer(compared))
        .route("/periksa", post(check::upload).layer(upload).route_layer(uploads).get(check::upload_form))
        .route("/bantuan", get(check::help))
        .route("/privasi", get(check::privacy))
        .route("/api", get(api::openapi::page))
        .route("/achievements/{code}", get(achievement::achievement))
        .route("/credentials/{id}", get(check::by_id))
        .route("/credentials/{id}/{file}", get(take::file));

    let public = Router::new()
        .route("/.well-known/did.json", get(publish::did))
        .route("/status/{purpose}/{number}", get(publish::status_list))
        .route("/records/{id}", get(publish::record))
        .route("/templates/{number}", get(publish::template))
        .route("/v/hosts/{host}/templates/{number}", get(publish::former_template))
        .route("/v/hosts/{host}/status/{purpose}/{number}", get(publish::former_list))
        .route("/v/bundle.json", get(publish::bundle))
        .route("/v/en.html", get(check::beside))
        .route("/v/index.html", get(check::beside))
        .route("/trust.json", get(trust::bundle))
        .route("/sw.js", get(check::beside))
        .route("/v/manifest.webmanifest", get(check::beside))
        .route("/v/icon.svg", get(check::beside))
        .route("/v/scan.js", get(check::beside))
        .route("/v/vendor/{*file}", get(check::beside))
        .route("/openapi.json", get(api::openapi::document))
        .route("/api/did.json", get(api::status::did))
        .route("/api/status/{number}", get(api::status::list))
        .route("/1.0/identifiers/{*did}", get(api::resolve::resolve).route_layer(verifications.clone()));

    let machines = Router::new()
        .route("/credentials/verify", post(api::verify::verify).route_layer(verifications.clone()))
        .route("/credentials/issue", post(api::issue::issue).route_layer(issuances.clone()))
        .route("/credentials/status", post(api::status::revoke).route_layer(issuances))
        .route("/presentations/verify", post(api::present::verify).route_layer(verifications))
        .layer(DefaultBodyLimit::max(bounds::API_BODY_BYTES));

    let house = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/robots.txt", get(health::robots))
        .route("/favicon.ico", get(health::favicon));

    // What is compressed already.
    let compressible = DefaultPredicate::new()
        .and(NotForContentType::const_new("application/pdf"))
        .and(NotForContentType::const_new("application/zip"))
        .and(NotForContentType::const_new("application/vnd.openxmlformats-officedocument"));
    pages
        .merge(public)
        .merge(machines)
        .merge(house)
        .merge(desk::router(&app))
        .merge(holder::router(&app))
        .fallback(check::no_such_page)
        .method_not_allowed_fallback(no_such_method)
        .layer(CompressionLayer::new().compress_when(compressible))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, bounds::REQUEST_TIME))
        .layer(GlobalConcurrencyLimitLayer::new(bounds::REQUESTS))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), around))
        .with_state(app)
}

/// Headers that every answer has, and one line in the log: the route's pattern, never the address itself, because an
/// address holds a code and a query may hold anything.
async fn around(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let started = std::time::Instant::now();
    let method = request.method().clone();
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| "-".to_owned(), |path| path.as_str().to_owned());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
    headers.entry(HeaderName::from_static("x-robots-tag")).or_insert(HeaderValue::from_static("noindex"));
    if !app.config.is_local() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    let status = response.status().as_u16();
    let ms = started.elapsed().as_millis() as u64;
    tracing::info!(%method, route, status, ms, "answered");
    response
}

async fn no_such_method() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method-not-allowed",
        "Method not allowed",
        "this address answers other methods, named in the header Allow",
        "Use one of them.",
    )
}

fn panicked(cause: Box<dyn std::any::Any + Send>) -> Response {
    let cause =
        cause.downcast_ref::<&str>().map(|s| (*s).to_owned()).or_else(|| cause.downcast_ref::<String>().cloned());
    Problem::internal(&cause.unwrap_or_else(|| "a handler panicked".into())).into_response()
}
