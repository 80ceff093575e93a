//! The desk's stylesheet and script: linked, so that a browser keeps them; their addresses change with their content.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::App;

const KEPT: &str = "public, max-age=31536000, immutable";

/// `GET /desk/desk.css`
pub(super) async fn stylesheet(State(app): State<Arc<App>>) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, KEPT)];
    (headers, app.pages.desk_css().to_owned()).into_response()
}

/// `GET /desk/desk.js`
pub(super) async fn script(State(app): State<Arc<App>>) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, KEPT)];
    (headers, app.pages.desk_js().to_owned()).into_response()
}
