//! `POST /credentials/issue`: off until it is configured; signs with a key of its own.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::whole;
use crate::App;
use crate::error::Problem;

/// The handler.
pub(crate) async fn issue(
    State(app): State<Arc<App>>,
    _headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let _ = whole(body)?;
    let _ = app;
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "issuing-off",
        "Issuing is off",
        "this installation does not issue over the API",
        "Set [api] issue in piagam.toml and make a key with the role api.",
    ))
}
