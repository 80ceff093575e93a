//! For the machinery around the service.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::App;
use crate::error::Problem;

/// `GET /healthz`: the process answers.
pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: it may be sent requests.
pub(crate) async fn ready(State(app): State<Arc<App>>) -> Result<&'static str, Problem> {
    let not =
        |detail: &str, next| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not-ready", "Not ready", detail, next);
    if !app.is_ready() {
        return Err(not("the service is shutting down", "Send requests to another instance."));
    }
    match app.store().ping().await {
        Ok(()) => Ok("ready\n"),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            Err(not("the database does not answer", "Run `piagam doctor --dir DIR` on the server."))
        }
    }
}

/// Programs that show title and picture of a link that somebody shares. They may see what the one who follows it sees;
/// that no page is to be indexed is told to them too (`noindex`).
const PREVIEWERS: [&str; 8] = [
    "facebookexternalhit",
    "Twitterbot",
    "LinkedInBot",
    "Slackbot-LinkExpanding",
    "Slackbot",
    "TelegramBot",
    "WhatsApp",
    "Discordbot",
];

/// `GET /robots.txt`: nothing here belongs in a search engine.
pub(crate) async fn robots() -> String {
    let names: String = PREVIEWERS.iter().map(|name| format!("User-agent: {name}\n")).collect();
    // The longer path wins (RFC 9309, 2.2.2).
    format!("{names}Allow: /v/\nAllow: /credentials/\nDisallow: /\n\nUser-agent: *\nDisallow: /\n")
}

/// `GET /favicon.ico`: pages carry theirs inline; this answers whoever asks anyway.
pub(crate) async fn favicon() -> Response {
    const RIBBON: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#1f4f85" stroke-width="2" stroke-linejoin="round"><circle cx="12" cy="9" r="6"/><path d="m8 14-1 8 5-3 5 3-1-8M9.500 9l2 2 3-4"/></svg>"##;
    ([(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "public, max-age=86400")], RIBBON)
        .into_response()
}
