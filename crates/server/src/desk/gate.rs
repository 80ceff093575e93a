//! The gate before every page of the desk: who comes in, and to what. It looks before a body is read.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use store::Role;
use tower_sessions::Session;
use vc::Lang;

use super::message::{self, Message};
use super::session::{self, Fault, Pending, Visitor};
use crate::App;
use crate::error::Oops;

/// Which roles may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct May(&'static [Role]);

impl May {
    /// Everybody who has signed in.
    pub(crate) const ALL: Self = Self(&[Role::Operator, Role::Approver, Role::Admin, Role::Auditor]);
    /// Whoever prepares.
    pub(crate) const PREPARE: Self = Self(&[Role::Operator]);
    /// Whoever acts on cohorts: prepares, or approves.
    pub(crate) const ACT: Self = Self(&[Role::Operator, Role::Approver]);
    /// Whoever approves, and revokes.
    pub(crate) const APPROVE: Self = Self(&[Role::Approver]);
    /// Whoever looks at personal data for their work: everybody but who administers.
    pub(crate) const READ: Self = Self(&[Role::Operator, Role::Approver, Role::Auditor]);
    /// Whoever takes care of users, keys and settings.
    pub(crate) const ADMINISTER: Self = Self(&[Role::Admin]);
    /// Whoever reads the audit trail.
    pub(crate) const AUDIT: Self = Self(&[Role::Auditor, Role::Admin]);

    /// Whether this role may.
    pub(crate) fn includes(self, role: Role) -> bool {
        self.0.contains(&role)
    }
}

/// The largest form of fields that is kept for somebody whose session has gone to sleep.
const PENDING_BYTES: usize = 64 * 1024;

/// Fields that are never kept.
const SECRETS: [&str; 4] = ["kode", "sandi", "sandi-baru", "form"];

/// The one page that somebody with a password that was given out may see.
pub(super) const PASSWORD_PATH: &str = "/desk/sandi";

/// Lets in who may.
pub(super) async fn gate(
    State((app, may)): State<(Arc<App>, May)>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    let hl = session::asked_language(request.uri());
    let seat = match session::visitor(&app, &session, hl).await {
        Ok(Visitor::Seated(seat)) => *seat,
        Ok(Visitor::Asleep(user)) => {
            return asleep(&session, user, request).await.unwrap_or_else(|error| failed(&app, &error));
        }
        Ok(Visitor::Stranger) => return to_sign_in(request.method(), request.uri().path()),
        Err(error) => return failed(&app, &error),
    };
    let path = request.uri().path();
    if seat.user.must_change && path != PASSWORD_PATH && path != "/desk/keluar" {
        return Redirect::to(PASSWORD_PATH).into_response();
    }
    if !may.includes(seat.user.role) {
        return message::page(&app, &seat, StatusCode::FORBIDDEN, Message::forbidden(seat.user.role, seat.lang)).await;
    }
    request.extensions_mut().insert(seat);
    next.run(request).await
}

/// Keeps what was typed, and asks to sign in again.
async fn asleep(session: &Session, user: store::UserId, request: Request) -> Result<Response, Fault> {
    let path = request.uri().path().to_owned();
    let method = request.method().clone();
    let form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    if method == Method::POST
        && form
        && let Ok(body) = to_bytes(request.into_body(), PENDING_BYTES).await
        && let Ok(mut fields) = serde_urlencoded::from_bytes::<Vec<(String, String)>>(&body)
    {
        fields.retain(|(name, _)| !SECRETS.contains(&name.as_str()));
        session::keep_pending(session, &Pending { user: user.0, path: path.clone(), fields }).await?;
        return Ok(Redirect::to("/desk/masuk?sebab=sesi").into_response());
    }
    Ok(to_sign_in(&method, &path))
}

/// To the sign-in page, and from there back to the page that was asked for.
fn to_sign_in(method: &Method, path: &str) -> Response {
    let back = if *method == Method::GET || *method == Method::HEAD { path } else { "/desk" };
    let query = serde_urlencoded::to_string([("ke", back)]).unwrap_or_default();
    Redirect::to(&format!("/desk/masuk?{query}")).into_response()
}

fn failed(app: &App, error: &Fault) -> Response {
    Oops::Internal(error).page(app, Lang::Id)
}
