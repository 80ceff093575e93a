//! The cookie that a link was exchanged for: it opens one certificate's page, and only below that page's own path.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use jiff::Timestamp;
use store::{Certificate, State};
use uuid::Uuid;

use super::link::{OPEN, Token};
use super::open::closed;
use crate::App;
use crate::asked::{Hl, Segments};
use crate::error::Oops;

/// A holder whose page is open.
pub(super) struct Holder {
    /// Whose page it is.
    pub(super) certificate: Certificate,
    /// Until when it is open here.
    pub(super) until: Timestamp,
    /// The cookie's hash.
    pub(super) session: String,
}

fn name(app: &App) -> &'static str {
    if app.config.is_local() { "piagam-pemegang" } else { "__Secure-piagam-pemegang" }
}

/// Sets the cookie, or with `None` takes it away.
pub(super) fn cookie(app: &App, certificate: Uuid, token: Option<&Token>) -> HeaderValue {
    let secure = if app.config.is_local() { "" } else { "; Secure" };
    let (value, age) = token.map_or_else(|| (String::new(), 0), |token| (token.text(), OPEN.as_secs()));
    let text =
        format!("{}={value}; Path=/pemegang/{certificate}; Max-Age={age}; HttpOnly; SameSite=Lax{secure}", name(app));
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

/// Whoever else asks gets the same answer, whether there is such a page or not.
impl FromRequestParts<Arc<App>> for Holder {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        let lang = Hl::of(&parts.uri).lang();
        let Segments(id) = Segments::<String>::from_request_parts(parts, app).await?;
        match holder(app, &id, &parts.headers).await {
            Ok(Some(holder)) => Ok(holder),
            Ok(None) => Err(closed(app, lang)),
            Err(error) => Err(Oops::Internal(&error).page(app, lang)),
        }
    }
}

/// Who asks, when the page at this address is open to them.
async fn holder(app: &App, id: &str, headers: &HeaderMap) -> store::Result<Option<Holder>> {
    let Ok(id) = Uuid::try_parse(id) else { return Ok(None) };
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let token = pairs.find(|(key, _)| *key == name(app)).and_then(|(_, value)| Token::parse(value));
    let Some(session) = token.map(|token| token.hash()) else { return Ok(None) };
    let Some(until) = app.store().holder_session(&session, id, app.now()).await? else { return Ok(None) };
    let certificate = app.store().certificate(id).await?;
    let certificate = certificate.filter(|one| !matches!(one.state, State::Reserved | State::Erased));
    Ok(certificate.map(|certificate| Holder { certificate, until, session }))
}
