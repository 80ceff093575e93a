//! The desk: where an agency's staff prepares, approves, issues and looks after certificates. Everything under `/desk`.
//!
//! The `table` here holds every address with the roles that may come in; `gate` looks before a body is read. Forms are
//! answered once (`form`), what cannot be undone asks for the authenticator's code again (`proof`). Handlers lie beside
//! their pages, one file a place of the sidebar.

pub mod account;
mod acts;
mod assets;
mod audit;
mod certificate;
mod certificates;
mod cohort;
mod cohorts;
mod corrections;
mod files;
mod form;
mod frame;
mod gate;
pub(crate) mod issuing;
mod letters;
mod mails;
mod message;
mod preview;
mod proof;
mod session;
mod sheet;
mod sign_in;
mod users;
pub mod vault;
mod way;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get, post};
use tower_http::csrf::{CsrfLayer, ProtectionError};

use crate::limit::{Costly, charge};
use crate::{App, bounds};

pub(crate) use cohorts::Titles;
pub(crate) use form::Fields;
pub(crate) use gate::May;
pub(crate) use sheet::Sheets;

#[cfg(test)]
pub(crate) use {
    acts::ActPage, audit::AuditPage, certificate::CertificatePage, certificates::CertificatesPage, cohort::CohortPage,
    cohorts::CohortsPage, cohorts::NewCohortPage, corrections::CorrectionsPage, letters::LetterPage, mails::MailsPage,
    message::MessagePage, sign_in::PasswordPage, sign_in::ResumePage, sign_in::SignInPage, users::UserPage,
    users::UsersPage,
};

/// Every address of the desk that asks who comes, with who may.
#[derive(Default)]
struct Table(Vec<(&'static str, &'static str, MethodRouter<Arc<App>>, May)>);

impl Table {
    fn row(mut self, methods: &'static str, path: &'static str, may: May, handler: MethodRouter<Arc<App>>) -> Self {
        self.0.push((methods, path, handler, may));
        self
    }
}

/// The addresses behind the gate. One line each; with its methods; an address whose methods are for different
/// roles has two.
fn table() -> Table {
    Table::default()
        .row("GET", "/desk", May::ALL, get(home))
        .row("POST", "/desk/keluar", May::ALL, post(sign_in::sign_out))
        .row("GET POST", "/desk/sandi", May::ALL, get(sign_in::password_form).post(sign_in::change_password))
        .row("GET", "/desk/lanjut", May::ALL, get(sign_in::resume))
        .row("GET", "/desk/angkatan", May::READ, get(cohorts::list))
        .row("GET POST", "/desk/angkatan-baru", May::PREPARE, get(cohorts::new_form).post(cohorts::begin))
        .row("GET", "/desk/templat-peserta.xlsx", May::PREPARE, get(cohorts::template))
        .row("GET", "/desk/angkatan/{id}", May::READ, get(cohort::one))
        .row("GET", "/desk/angkatan/{id}/kemajuan", May::READ, get(cohort::renewed))
        .row("POST", "/desk/angkatan/{id}/lembar", May::PREPARE, post(way::upload).layer(sheet_limit()))
        .row("GET", "/desk/angkatan/{id}/surel", May::READ, get(letters::preview))
        .row("POST", "/desk/angkatan/{id}/surel", May::ACT, post(letters::send))
        .row("GET", "/desk/angkatan/{id}/surel.html", May::READ, get(letters::letter))
        .row("GET", "/desk/angkatan/{id}/{part}", May::READ, get(files::file))
        .row("POST", "/desk/angkatan/{id}/{part}", May::ACT, post(way::step))
        .row("GET POST", "/desk/sertifikat", May::READ, get(certificates::list).post(certificates::by_nip))
        .row("GET", "/desk/sertifikat/{id}", May::READ, get(certificate::one))
        .row("GET", "/desk/sertifikat/{id}/{file}", May::READ, get(certificate::file))
        .row("GET POST", "/desk/sertifikat/{id}/tindakan/{act}", May::APPROVE, get(acts::ask).post(acts::act))
        .row("GET", "/desk/surel", May::READ, get(mails::list))
        .row("POST", "/desk/surel/{serial}", May::ACT, post(mails::again))
        .row("GET", "/desk/permintaan", May::READ, get(corrections::list))
        .row("POST", "/desk/permintaan/{serial}", May::APPROVE, post(corrections::answer))
        .row("GET", "/desk/jejak", May::AUDIT, get(audit::list))
        .row("GET", "/desk/jejak.csv", May::AUDIT, get(audit::export))
        .row("GET POST", "/desk/pengguna", May::ADMINISTER, get(users::list).post(users::add))
        .row("GET POST", "/desk/pengguna/{id}", May::ADMINISTER, get(users::one).post(users::change))
}

/// The largest sheet, with the form around it.
fn sheet_limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(bounds::UPLOAD_BYTES + bounds::FORM_OVERHEAD_BYTES)
}

/// Methods, address, and the roles that may come in, for the test that knocks at every door.
pub fn doors() -> Vec<(&'static str, &'static str, Vec<&'static str>)> {
    let roles =
        |may: May| store::Role::ALL.iter().filter(|role| may.includes(**role)).map(|role| role.code()).collect();
    table().0.into_iter().map(|(methods, path, _, may)| (methods, path, roles(may))).collect()
}

/// Issues everything that is approved and not issued, now: what the service does by itself while it runs.
pub async fn issue_approved(app: &App) {
    issuing::issue_approved(app).await;
}

/// The desk as a router.
pub(crate) fn router(app: &Arc<App>) -> Router<Arc<App>> {
    let mut router = Router::new()
        .route("/desk/masuk", get(sign_in::sign_in_form))
        .route("/desk/masuk/pemulihan", get(sign_in::recovery_form))
        .route(
            "/desk/masuk",
            post(sign_in::sign_in)
                .route_layer(middleware::from_fn_with_state((Arc::clone(app), Costly::SignIn), charge)),
        );
    for (_, path, handler, may) in table().0 {
        let gate = middleware::from_fn_with_state((Arc::clone(app), may), gate::gate);
        router = router.route(path, handler.layer(gate));
    }
    router
        .layer(DefaultBodyLimit::max(bounds::FORM_BYTES))
        .layer(session::layer(app))
        .layer(CsrfLayer::new().with_rejection_response(from_elsewhere))
        .route("/desk/desk.css", get(assets::stylesheet))
        .route("/desk/desk.js", get(assets::script))
}

/// `GET /desk`: what the role works with first.
async fn home(seat: session::Seat) -> Redirect {
    Redirect::to(match seat.user.role {
        store::Role::Admin => "/desk/pengguna",
        store::Role::Auditor => "/desk/jejak",
        store::Role::Operator | store::Role::Approver => "/desk/angkatan",
    })
}

/// A form that another site has sent in somebody's name.
fn from_elsewhere(_: ProtectionError) -> Response {
    let words = "Formulir ini dikirim dari situs lain. Tidak ada yang diubah. Buka meja penerbitan langsung dari alamatnya.\n\
                 This form was sent from another site. Nothing was changed. Open the desk from its own address.\n";
    (StatusCode::FORBIDDEN, words).into_response()
}
