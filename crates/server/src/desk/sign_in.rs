//! Signing in and out, the first password, and what was left lying when a session went to sleep.

use std::sync::Arc;

use axum::extract::{OriginalUri, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Serialize;
use store::{NewEvent, User};
use tower_sessions::Session;
use vc::Lang;

use super::account::{self, PasswordFault};
use super::form::Fields;
use super::frame::{Flash, Frame};
use super::gate::PASSWORD_PATH;
use super::proof::{self, Refusal};
use super::session::{self, Fault, Seat, Visitor};
use crate::App;
use crate::asked::parameter;
use crate::error::Oops;
use crate::pages::{Keep, Page, Shell};

/// `/desk/masuk`: what somebody signs in with.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SignInPage {
    shell: Shell,
    /// With a recovery code instead of the authenticator's.
    recovery: bool,
    /// What was typed, kept for correction; never a secret.
    login: String,
    /// Where to go afterwards.
    back: String,
    /// What is wrong: sentence and what to do.
    problem: Option<(String, String)>,
    /// The session had ended while a form was being sent.
    asleep: bool,
}

impl Page for SignInPage {
    const TEMPLATE: &'static str = "desk/sign-in.html";
    const DESK: bool = true;

    fn shell(&self) -> &Shell {
        &self.shell
    }

    #[cfg(test)]
    fn samples(shell: &dyn Fn(Lang) -> Shell) -> Vec<(String, Self)> {
        let page = |lang, recovery, problem: Option<Refusal>| Self {
            shell: shell(lang),
            recovery,
            login: "sari@contoh.example".into(),
            back: "/desk".into(),
            problem: problem.map(|problem| problem.words(lang)),
            asleep: recovery,
        };
        vec![
            ("desk-sign-in.id".into(), page(Lang::Id, false, None)),
            ("desk-sign-in.en".into(), page(Lang::En, false, None)),
            ("desk-sign-in-wrong.id".into(), page(Lang::Id, false, Some(Refusal::Wrong))),
            ("desk-sign-in-skewed.en".into(), page(Lang::En, false, Some(Refusal::Skewed(-4)))),
            ("desk-sign-in-recovery.id".into(), page(Lang::Id, true, None)),
        ]
    }
}

/// `GET /desk/masuk`
pub(crate) async fn sign_in_form(State(app): State<Arc<App>>, session: Session, uri: Uri) -> Response {
    show_form(&app, &session, &uri, false).await
}

/// `GET /desk/masuk/pemulihan`
pub(crate) async fn recovery_form(State(app): State<Arc<App>>, session: Session, uri: Uri) -> Response {
    show_form(&app, &session, &uri, true).await
}

async fn show_form(app: &App, session: &Session, uri: &Uri, recovery: bool) -> Response {
    let hl = session::asked_language(uri);
    match session::visitor(app, session, hl).await {
        Ok(Visitor::Seated(_)) => return Redirect::to("/desk").into_response(),
        Ok(_) => {}
        Err(error) => return Oops::Internal(&error).page(app, Lang::Id),
    }
    let lang = match session::language(session, hl).await {
        Ok(lang) => lang,
        Err(error) => return Oops::Internal(&error).page(app, Lang::Id),
    };
    let value = |name| parameter(uri, name).unwrap_or_default();
    let page = page(app, lang, recovery, &value("ke"), value("sebab") == "sesi");
    app.pages.answer(StatusCode::OK, Keep::Never, &page)
}

fn page(app: &App, lang: Lang, recovery: bool, back: &str, asleep: bool) -> SignInPage {
    let title = if lang == Lang::Id { "Masuk ke meja penerbitan" } else { "Sign in to the desk" };
    let path = if recovery { "/desk/masuk/pemulihan" } else { "/desk/masuk" };
    let mut shell = Shell::new(&app.config, lang, title, None);
    shell.switch = format!("{path}?hl={}", if lang == Lang::Id { "en" } else { "id" });
    SignInPage { shell, recovery, login: String::new(), back: back_to(back).to_owned(), problem: None, asleep }
}

/// Only to the desk: an address that somebody sent leads nowhere else.
fn back_to(path: &str) -> &str {
    let ours = path == "/desk" || path.starts_with("/desk/");
    let plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if ours && plain && !path.starts_with("/desk/masuk") { path } else { "/desk" }
}

/// `POST /desk/masuk`
pub(crate) async fn sign_in(
    State(app): State<Arc<App>>,
    session: Session,
    OriginalUri(uri): OriginalUri,
    fields: Fields,
) -> Response {
    let recovery = fields.get("cara") == "pemulihan";
    let lang = match session::language(&session, session::asked_language(&uri)).await {
        Ok(lang) => lang,
        Err(error) => return Oops::Internal(&error).page(&app, Lang::Id),
    };
    match enter(&app, &session, &fields, recovery).await {
        Ok(Ok(user)) => {
            let back = match session::has_pending(&session, user.id).await {
                Ok(_) if user.must_change => PASSWORD_PATH,
                Ok(true) => "/desk/lanjut",
                Ok(false) => back_to(fields.get("ke")),
                Err(error) => return Oops::Internal(&error).page(&app, lang),
            };
            Redirect::to(back).into_response()
        }
        Ok(Err(refusal)) => {
            let mut page = page(&app, lang, recovery, fields.get("ke"), false);
            page.login = fields.get("surel").chars().take(256).collect();
            page.problem = Some(refusal.words(lang));
            page.shell.title =
                format!("{} {}", if lang == Lang::Id { "Belum masuk:" } else { "Not signed in:" }, page.shell.title);
            app.pages.answer(StatusCode::UNPROCESSABLE_ENTITY, Keep::Never, &page)
        }
        Err(error) => Oops::Internal(&error).page(&app, lang),
    }
}

/// Checks everything and sits down. Whoever does not get in learns nothing about which of the three was wrong, nor
/// whether there is such a user; who has the right password learns why the code did not do.
async fn enter(app: &App, session: &Session, fields: &Fields, recovery: bool) -> Result<Result<User, Refusal>, Fault> {
    let login: String = fields.get("surel").chars().take(256).collect();
    let user = app.store().user_by_login(&login).await?;
    let hash = user.as_ref().map(|user| user.password.clone());
    let typed = fields.raw("sandi").to_owned();
    // As long for nobody as for somebody.
    let matches = app.work.run(move || account::is_password(hash.as_deref().unwrap_or(NOBODY), &typed)).await;
    let Some(user) = user else { return Ok(Err(Refusal::Wrong)) };
    let event = |actor: String, act: &str| NewEvent::new(app.now(), actor, act, user.id.actor());
    // Whoever fails has not shown to be this user.
    let failed = event(STRANGER.to_owned(), "sign-in-failed");
    if !matches {
        proof::count_failure(app, &user, &failed).await?;
        return Ok(Err(Refusal::Wrong));
    }
    if user.disabled_at.is_some() {
        return Ok(Err(Refusal::Wrong));
    }
    let act = if recovery { "sign-in-recovery" } else { "sign-in" };
    match proof::take(app, &user, fields.get("kode"), recovery, &event(user.id.actor(), act), &failed).await? {
        Ok(()) => {
            session::sit(session, user.id, app.now()).await?;
            Ok(Ok(user))
        }
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// The actor of what somebody did who did not get in.
const STRANGER: &str = "stranger";

/// A hash that no password has, with the parameters of all others.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// `POST /desk/keluar`
pub(crate) async fn sign_out(State(app): State<Arc<App>>, seat: Seat) -> Response {
    if let Err(error) = app.store().append_event(&seat.event(&app, "sign-out", seat.user.id.actor())).await {
        return Oops::Internal(&error).page(&app, seat.lang);
    }
    match seat.leave().await {
        Ok(()) => Redirect::to("/desk/masuk").into_response(),
        Err(error) => Oops::Internal(&error).page(&app, seat.lang),
    }
}

/// `/desk/sandi`: a password of one's own.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PasswordPage {
    shell: Shell,
    desk: Frame,
    /// The present one was given out and has to be changed.
    must: bool,
    /// What is wrong with the old, what with the new one.
    old_problem: String,
    new_problem: String,
}

impl Page for PasswordPage {
    const TEMPLATE: &'static str = "desk/password.html";
    const DESK: bool = true;

    fn shell(&self) -> &Shell {
        &self.shell
    }

    #[cfg(test)]
    fn samples(shell: &dyn Fn(Lang) -> Shell) -> Vec<(String, Self)> {
        let page = |lang, problem: String| Self {
            shell: shell(lang),
            desk: Frame::sample(lang, PASSWORD_PATH),
            must: problem.is_empty(),
            old_problem: String::new(),
            new_problem: problem,
        };
        vec![
            ("desk-password.id".into(), page(Lang::Id, String::new())),
            ("desk-password.en".into(), page(Lang::En, PasswordFault::Short.words(Lang::En))),
        ]
    }
}

/// `GET /desk/sandi`
pub(crate) async fn password_form(State(app): State<Arc<App>>, seat: Seat) -> Response {
    password_page(&app, &seat, StatusCode::OK, String::new(), String::new()).await
}

async fn password_page(
    app: &App,
    seat: &Seat,
    status: StatusCode,
    old_problem: String,
    new_problem: String,
) -> Response {
    let title = if seat.lang == Lang::Id { "Kata sandi Anda" } else { "Your password" };
    let (shell, desk) = Frame::of(app, seat, title, PASSWORD_PATH).await;
    let page = PasswordPage { shell, desk, must: seat.user.must_change, old_problem, new_problem };
    app.pages.answer(status, Keep::Never, &page)
}

/// `POST /desk/sandi`
pub(crate) async fn change_password(State(app): State<Arc<App>>, seat: Seat, fields: Fields) -> Response {
    let (old, new) = (fields.raw("sandi").to_owned(), fields.raw("sandi-baru").to_owned());
    let hash = seat.user.password.clone();
    let typed = old.clone();
    if !app.work.run(move || account::is_password(&hash, &typed)).await {
        let words = match seat.lang {
            Lang::Id => "Kata sandi sekarang tidak cocok. Ketik ulang.",
            Lang::En => "The present password does not match. Type it again.",
        };
        return password_page(&app, &seat, StatusCode::UNPROCESSABLE_ENTITY, words.to_owned(), String::new()).await;
    }
    let fault = if old == new { Err(PasswordFault::Same) } else { account::check_password(&new, &seat.user.login) };
    if let Err(fault) = fault {
        let words = fault.words(seat.lang);
        return password_page(&app, &seat, StatusCode::UNPROCESSABLE_ENTITY, String::new(), words).await;
    }
    let hash = app.work.run(move || account::hash_password(&new, &mut rand::rng())).await;
    let event = seat.event(&app, "user-password", seat.user.id.actor());
    match app.store().change_user(seat.user.id, &store::UserChange::Password(hash), &event).await {
        Ok(_) => {
            let flash = match seat.lang {
                Lang::Id => Flash::done("Kata sandi diganti.", "Pakai yang baru saat masuk berikutnya."),
                Lang::En => Flash::done("Password changed.", "Use the new one when you next sign in."),
            };
            seat.tell(flash).await;
            Redirect::to("/desk").into_response()
        }
        Err(error) => Oops::Internal(&error).page(&app, seat.lang),
    }
}

/// `/desk/lanjut`: the form that was sent after the session had ended, to be sent now.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ResumePage {
    shell: Shell,
    desk: Frame,
    target: String,
    fields: Vec<(String, String)>,
}

impl Page for ResumePage {
    const TEMPLATE: &'static str = "desk/resume.html";
    const DESK: bool = true;

    fn shell(&self) -> &Shell {
        &self.shell
    }

    #[cfg(test)]
    fn samples(shell: &dyn Fn(Lang) -> Shell) -> Vec<(String, Self)> {
        let page = |lang| Self {
            shell: shell(lang),
            desk: Frame::sample(lang, "/desk/lanjut"),
            target: "/desk/angkatan/1/kembalikan".into(),
            fields: vec![("alasan".into(), "NIP baris 9 <salah>".into())],
        };
        vec![("desk-resume.id".into(), page(Lang::Id)), ("desk-resume.en".into(), page(Lang::En))]
    }
}

/// `GET /desk/lanjut`
pub(crate) async fn resume(State(app): State<Arc<App>>, seat: Seat) -> Response {
    let pending = match seat.pending().await {
        Ok(Some(pending)) => pending,
        Ok(None) => return Redirect::to("/desk").into_response(),
        Err(error) => return Oops::Internal(&error).page(&app, seat.lang),
    };
    let title = if seat.lang == Lang::Id { "Kirim yang tadi" } else { "Send what you had typed" };
    let (shell, desk) = Frame::of(&app, &seat, title, "/desk/lanjut").await;
    let page = ResumePage { shell, desk, target: pending.path, fields: pending.fields };
    app.pages.answer(StatusCode::OK, Keep::Never, &page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_nowhere_but_to_the_desk() {
        for path in ["/desk", "/desk/angkatan/1"] {
            assert_eq!(back_to(path), path);
        }
        for path in [
            "",
            "/",
            "//contoh.example",
            "https://contoh.example/desk",
            "/desk/masuk",
            "/deskx",
            "/desk/\r\nx: y",
            "/desk/\\x",
        ] {
            assert_eq!(back_to(path), "/desk", "{path}");
        }
    }

    #[test]
    fn nobodys_hash_costs_what_a_hash_costs() {
        assert!(!account::is_password(NOBODY, ""));
        let real = account::hash_password("kuda baterai staples", &mut rand::rng()).0;
        let parameters = |hash: &str| hash.split('$').take(4).collect::<Vec<_>>().join("$");
        assert_eq!(parameters(NOBODY), parameters(&real));
    }
}
