//! A holder's own page: opened by a one-time link (`link`, `open`), kept open by a cookie (`session`), with everything that
//! is theirs (`page`, `share`). NIP and birth date open nothing.

pub(crate) mod link;
mod open;
mod page;
mod session;
mod share;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::limit::{Costly, charge};
use crate::{App, bounds};

#[cfg(test)]
pub(crate) use {open::LostPage, open::OpenPage, page::HolderPage};

/// The addresses of holders. None is in the published interface: they are links in mails and forms of their pages.
pub(crate) fn router(app: &Arc<App>) -> Router<Arc<App>> {
    let charged = middleware::from_fn_with_state((Arc::clone(app), Costly::Link), charge);
    Router::new()
        .route("/ambil/{token}", get(open::look).post(open::open))
        .route("/ambil/{token}/baru", post(open::renew))
        .route("/tautan", get(open::lost).post(open::ask))
        .route("/pemegang/{id}/perbaikan", post(page::correct))
        .route_layer(charged)
        .route("/pemegang/{id}", get(page::show))
        .route("/pemegang/{id}/lengkap.pdf", get(page::file))
        .route("/pemegang/{id}/tutup", post(page::close))
        .layer(DefaultBodyLimit::max(bounds::FORM_BYTES))
        .layer(middleware::from_fn(own_forms))
}

/// Forms of our own pages only. As `tower_http::csrf` does it, which writes addresses to the log: here they hold the link.
async fn own_forms(request: Request, next: Next) -> Response {
    if is_ours(&request) { next.run(request).await } else { from_elsewhere() }
}

fn is_ours(request: &Request) -> bool {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text("origin")) {
        _ if request.method().is_safe() => true,
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin.split_once("://").map(|(_, host)| host) == text("host"),
        // No browser.
        (None, None) => true,
    }
}

/// A form that another site has sent in somebody's name.
fn from_elsewhere() -> Response {
    let words = "Formulir ini dikirim dari situs lain. Tidak ada yang diubah. Buka halaman Anda dari tautan di surel.\n\
                 This form was sent from another site. Nothing was changed. Open your page from the link in the mail.\n";
    (StatusCode::FORBIDDEN, words).into_response()
}
