//! Forms: read with a bound, answered once.

use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use store::Claim;

use super::message::{self, Message};
use super::session::Seat;
use crate::App;
use crate::error::Oops;

/// The fields of a form, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

/// The longest value that is looked at, in characters; what is longer is cut there and refused by its own check.
const VALUE_CHARS: usize = 200_000;

impl Fields {
    /// The value of a field, without white space around it; empty when it was not sent.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.trim())
    }

    /// The value as typed, with its white space: a password.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// All values of a field that may be there several times (check boxes).
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(field, _)| field == name).map(|(_, value)| value.as_str()).collect()
    }

    /// The one-time token.
    pub(crate) fn token(&self) -> &str {
        self.get("form")
    }
}

impl FromRequest<Arc<App>> for Fields {
    type Rejection = StatusCode;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        let bytes = axum::body::Bytes::from_request(request, app).await.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
        let mut fields: Vec<(String, String)> =
            serde_urlencoded::from_bytes(&bytes).map_err(|_| StatusCode::BAD_REQUEST)?;
        for (_, value) in &mut fields {
            if let Some((at, _)) = value.char_indices().nth(VALUE_CHARS) {
                value.truncate(at);
            }
        }
        Ok(Self(fields))
    }
}

/// What handling a form came to.
pub(crate) enum Outcome {
    /// It is done: go there.
    Done(String),
    /// It was not done; this page says why, with everything that was typed.
    Refused(Response),
}

/// Does what a form asks for, once: who sends it again, at the same time or later, gets the first answer.
pub(crate) async fn once(
    app: &App,
    seat: &Seat,
    token: &str,
    work: impl Future<Output = Result<Outcome, store::StoreError>>,
) -> Response {
    if token.len() != 32 || !token.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return message::page(app, seat, StatusCode::BAD_REQUEST, not_ours(seat.lang)).await;
    }
    match app.store().claim_form(token, seat.user.id, app.now()).await {
        Ok(Claim::First) => {}
        Ok(Claim::Answered(location)) => return Redirect::to(&location).into_response(),
        Ok(Claim::UnderWay) => return message::page(app, seat, StatusCode::CONFLICT, under_way(seat.lang)).await,
        Err(error) => return Oops::Internal(&error).page(app, seat.lang),
    }
    let done = match work.await {
        Ok(Outcome::Done(location)) => {
            app.store().answer_form(token, &location).await.map(|()| Redirect::to(&location).into_response())
        }
        Ok(Outcome::Refused(page)) => app.store().release_form(token).await.map(|()| page),
        Err(error) => {
            // Should this fail too, the claim ends by itself.
            let _ = app.store().release_form(token).await;
            Err(error)
        }
    };
    match done {
        Ok(response) => response,
        Err(store::StoreError::DraftMoved { .. }) => {
            message::page(app, seat, StatusCode::CONFLICT, moved(seat.lang)).await
        }
        Err(error) => Oops::Internal(&error).page(app, seat.lang),
    }
}

fn not_ours(lang: vc::Lang) -> Message {
    match lang {
        vc::Lang::Id => Message::new(
            "Formulir ini tidak lengkap",
            "Tidak ada yang diubah.",
            "Buka lagi halamannya dari meja ini, lalu kirim ulang.",
            "/desk",
            "Ke meja penerbitan",
        ),
        vc::Lang::En => Message::new(
            "This form is not complete",
            "Nothing was changed.",
            "Open the page again from this desk, then send it again.",
            "/desk",
            "To the desk",
        ),
    }
}

fn under_way(lang: vc::Lang) -> Message {
    match lang {
        vc::Lang::Id => Message::new(
            "Permintaan ini sedang dikerjakan",
            "Formulir yang sama sudah dikirim dan belum selesai dikerjakan. Tidak ada yang dikerjakan dua kali.",
            "Tunggu sebentar, lalu lihat hasilnya.",
            "/desk",
            "Ke meja penerbitan",
        ),
        vc::Lang::En => Message::new(
            "This is being worked on",
            "The same form was sent before and is not finished. Nothing is done twice.",
            "Wait a moment, then look at the result.",
            "/desk",
            "To the desk",
        ),
    }
}

fn moved(lang: vc::Lang) -> Message {
    match lang {
        vc::Lang::Id => Message::new(
            "Orang lain lebih dahulu",
            "Angkatan ini sudah diubah sejak Anda membukanya. Perubahan Anda tidak disimpan.",
            "Buka lagi, lihat keadaannya sekarang, lalu ulangi bila masih perlu.",
            "/desk/angkatan",
            "Ke daftar angkatan",
        ),
        vc::Lang::En => Message::new(
            "Somebody else was faster",
            "This cohort has been changed since you opened it. Your change was not kept.",
            "Open it again, look at how it stands now, and repeat if it is still needed.",
            "/desk/angkatan",
            "To the list of cohorts",
        ),
    }
}
