//! `/desk/pengguna`: who may sign in, for whoever administers.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use store::{NewUser, Role, StoreError, User, UserChange, UserId};
use vc::Lang;

use super::account::{Enrolment, LOGIN_MAX_BYTES, NAME_MAX_CHARS, is_login, is_name};
use super::form::{Fields, Outcome, once};
use super::frame::{Flash, Frame, moment, role_words};
use super::message::{self, Message};
use super::proof;
use super::session::Seat;
use super::vault::VaultError;
use crate::App;
use crate::asked::Segments;
use crate::error::Oops;
use crate::pages::{Keep, Page, Shell};

/// A role to choose from.
#[derive(Debug, Clone, Serialize)]
struct Choice {
    code: &'static str,
    label: &'static str,
    hint: &'static str,
    chosen: bool,
}

fn choices(chosen: Option<Role>, lang: Lang) -> Vec<Choice> {
    let hint = |role: Role| match (role, lang) {
        (Role::Operator, Lang::Id) => "Menyiapkan angkatan dan mengajukannya.",
        (Role::Operator, Lang::En) => "Prepares cohorts and sends them for approval.",
        (Role::Approver, Lang::Id) => "Menyetujui, mencabut, menangguhkan.",
        (Role::Approver, Lang::En) => "Approves, revokes, suspends.",
        (Role::Admin, Lang::Id) => "Mengurus pengguna, kunci, dan setelan; tidak melihat data peserta.",
        (Role::Admin, Lang::En) => "Users, keys and settings; does not see participants' data.",
        (Role::Auditor, Lang::Id) => "Membaca semuanya, tidak mengubah apa pun.",
        (Role::Auditor, Lang::En) => "Reads everything, changes nothing.",
    };
    Role::ALL
        .iter()
        .map(|&role| Choice {
            code: role.code(),
            label: role_words(role, lang),
            hint: hint(role),
            chosen: chosen == Some(role),
        })
        .collect()
}

/// A user as the pages show them.
#[derive(Debug, Clone, Serialize)]
struct Row {
    id: i64,
    login: String,
    name: String,
    role: &'static str,
    /// `active`, `locked`, `disabled`.
    state: &'static str,
    seen: String,
    recovery: u32,
    me: bool,
}

fn row(app: &App, seat: &Seat, user: &User) -> Row {
    let locked = user.locked_until.is_some_and(|until| until > app.now());
    Row {
        id: user.id.0,
        login: user.login.clone(),
        name: user.name.clone(),
        role: role_words(user.role, seat.lang),
        state: if user.disabled_at.is_some() {
            "disabled"
        } else if locked {
            "locked"
        } else {
            "active"
        },
        seen: user.seen_at.map_or_else(String::new, |at| moment(app, at, seat.lang)),
        recovery: user.recovery_codes_left,
        me: user.id == seat.user.id,
    }
}

/// `/desk/pengguna`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct UsersPage {
    shell: Shell,
    desk: Frame,
    users: Vec<Row>,
    roles: Vec<Choice>,
    login: String,
    name: String,
    /// What is wrong, by field; empty where nothing is.
    login_problem: String,
    name_problem: String,
    role_problem: String,
    code_problem: String,
}

impl Page for UsersPage {
    const TEMPLATE: &'static str = "desk/users.html";
    const DESK: bool = true;

    fn shell(&self) -> &Shell {
        &self.shell
    }

    #[cfg(test)]
    fn samples(shell: &dyn Fn(Lang) -> Shell) -> Vec<(String, Self)> {
        let page = |lang: Lang, problem: &str| Self {
            shell: shell(lang),
            desk: Frame::sample(lang, "/desk/pengguna"),
            users: vec![
                sample_row(lang, "active", true),
                sample_row(lang, "locked", false),
                sample_row(lang, "disabled", false),
            ],
            roles: choices(Some(Role::Approver), lang),
            login: "budi@contoh.example".into(),
            name: "Budi <Misalnya>".into(),
            login_problem: problem.into(),
            name_problem: problem.into(),
            role_problem: String::new(),
            code_problem: problem.into(),
        };
        vec![("desk-users.id".into(), page(Lang::Id, "")), ("desk-users.en".into(), page(Lang::En, "Type it again."))]
    }
}

#[cfg(test)]
fn sample_row(lang: Lang, state: &'static str, me: bool) -> Row {
    Row {
        id: 3,
        login: "sari@contoh.example".into(),
        name: "Sari Contohwati".into(),
        role: role_words(Role::Operator, lang),
        state,
        seen: if me { "24 November 2026, 14.05 WIB".into() } else { String::new() },
        recovery: 2,
        me,
    }
}

/// `GET /desk/pengguna`
pub(crate) async fn list(State(app): State<Arc<App>>, seat: Seat) -> Response {
    match users_page(&app, &seat).await {
        Ok(page) => app.pages.answer(StatusCode::OK, Keep::Never, &page),
        Err(error) => Oops::Internal(&error).page(&app, seat.lang),
    }
}

async fn users_page(app: &App, seat: &Seat) -> store::Result<UsersPage> {
    let users = app.store().users().await?.iter().map(|user| row(app, seat, user)).collect();
    let title = if seat.lang == Lang::Id { "Pengguna" } else { "Users" };
    let (shell, desk) = Frame::of(app, seat, title, "/desk/pengguna").await;
    Ok(UsersPage {
        shell,
        desk,
        users,
        roles: choices(None, seat.lang),
        login: String::new(),
        name: String::new(),
        login_problem: String::new(),
        name_problem: String::new(),
        role_problem: String::new(),
        code_problem: String::new(),
    })
}

/// `POST /desk/pengguna`: adds a user. What they sign in with is shown once, on the page that answers: it is drawn
/// after the form was claimed, and a form that is sent again shows the user without it.
pub(crate) async fn add(State(app): State<Arc<App>>, seat: Seat, fields: Fields) -> Response {
    let mut shown = None;
    let answer = once(&app, &seat, fields.token(), async {
        let role = Role::from_code(fields.get("peran"));
        let (login, name) = (fields.get("surel"), fields.get("nama"));
        let mut page = users_page(&app, &seat).await?;
        page.login = login.chars().take(LOGIN_MAX_BYTES).collect();
        page.name = name.chars().take(NAME_MAX_CHARS).collect();
        page.roles = choices(role, seat.lang);
        let id = seat.lang == Lang::Id;
        let say = |id_words: &str, en: &str| if id { id_words.to_owned() } else { en.to_owned() };
        if !is_login(login) {
            page.login_problem = say("Ketik alamat surel, tanpa spasi.", "Type a mail address, without spaces.");
        }
        if !is_name(name) {
            page.name_problem = say("Ketik nama orangnya.", "Type the person's name.");
        }
        if role.is_none() {
            page.role_problem = say("Pilih satu peran.", "Choose a role.");
        }
        let refuse = |mut page: UsersPage| {
            page.shell.title =
                format!("{} {}", if id { "Perlu diperbaiki:" } else { "To be mended:" }, page.shell.title);
            Ok(Outcome::Refused(app.pages.answer(StatusCode::UNPROCESSABLE_ENTITY, Keep::Never, &page)))
        };
        let (Some(role), true) = (role, page.login_problem.is_empty() && page.name_problem.is_empty()) else {
            return refuse(page);
        };
        if app.store().user_by_login(login).await?.is_some() {
            page.login_problem = say("Surel ini sudah dipakai pengguna lain.", "Another user has this mail address.");
            return refuse(page);
        }
        if let Err(problem) = proof::again(&app, &seat, fields.get("kode")).await? {
            page.code_problem = problem;
            return refuse(page);
        }
        let (enrolment, credentials) = match drawn(&app, login).await {
            Ok(drawn) => drawn,
            Err(error) => return Ok(not_sealed(&app, &seat, &error).await),
        };
        let new = NewUser { login: login.to_owned(), name: name.to_owned(), role, credentials };
        let mut event = seat.event(&app, "user-add", "");
        event.reason = Some(role.code().to_owned());
        let user = app.store().put_user(&new, &event).await?;
        let path = format!("/desk/pengguna/{}", user.id.0);
        shown = Some((user, enrolment));
        Ok(Outcome::Done(path))
    })
    .await;
    match shown {
        Some((user, enrolment)) => enrolled(&app, &seat, &user, &enrolment).await,
        None => answer,
    }
}

async fn drawn(app: &App, login: &str) -> Result<(Enrolment, store::Credentials), VaultError> {
    let (vault, login) = (Arc::clone(&app.vault), login.to_owned());
    app.work
        .run(move || {
            let rng = &mut rand::rng();
            let enrolment = Enrolment::draw(rng);
            let credentials = enrolment.credentials(&login, &vault, rng)?;
            Ok((enrolment, credentials))
        })
        .await
}

/// A secret could not be sealed: nothing is changed.
async fn not_sealed(app: &App, seat: &Seat, error: &VaultError) -> Outcome {
    let (what, next) = error.words(seat.lang);
    tracing::error!(%error, "an authenticator's secret cannot be sealed");
    let (heading, label) = match seat.lang {
        Lang::Id => ("Belum dapat dikerjakan", "Ke daftar pengguna"),
        Lang::En => ("It could not be done", "To the list of users"),
    };
    let message = Message::new(heading, format!("{what}."), &next, "/desk/pengguna", label);
    Outcome::Refused(message::page(app, seat, StatusCode::SERVICE_UNAVAILABLE, message).await)
}

/// What somebody was given, shown once.
#[derive(Debug, Clone, Serialize)]
struct Given {
    password: String,
    secret: String,
    /// The QR code for the authenticator, as SVG.
    qr: String,
    codes: Vec<String>,
    address: String,
}

/// `/desk/pengguna/{id}`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct UserPage {
    shell: Shell,
    desk: Frame,
    user: Row,
    roles: Vec<Choice>,
    given: Option<Given>,
    code_problem: String,
}

impl Page for UserPage {
    const TEMPLATE: &'static str = "desk/user.html";
    const DESK: bool = true;

    fn shell(&self) -> &Shell {
        &self.shell
    }

    #[cfg(test)]
    fn samples(shell: &dyn Fn(Lang) -> Shell) -> Vec<(String, Self)> {
        let page = |lang: Lang, given: bool, state: &'static str| Self {
            shell: shell(lang),
            desk: Frame::sample(lang, "/desk/pengguna/3"),
            user: sample_row(lang, state, false),
            roles: choices(Some(Role::Operator), lang),
            given: given.then(|| Given {
                password: "ABCD-EFGH-JKMN-PQRS".into(),
                secret: "KRSXG5CTMVRXEZLUKN2XAZLSKNSWG4TF".into(),
                qr: qr_svg("otpauth://totp/Contoh"),
                codes: vec!["ABCDE-FGHJK".into(); 8],
                address: "https://sertifikat.contoh.example/desk".into(),
            }),
            code_problem: if state == "locked" { "Kode tidak cocok.".into() } else { String::new() },
        };
        vec![
            ("desk-user.id".into(), page(Lang::Id, false, "active")),
            ("desk-user-locked.id".into(), page(Lang::Id, false, "locked")),
            ("desk-user-given.id".into(), page(Lang::Id, true, "active")),
            ("desk-user-disabled.en".into(), page(Lang::En, false, "disabled")),
        ]
    }
}

async fn user_page(app: &App, seat: &Seat, user: &User) -> UserPage {
    let (shell, desk) = Frame::of(app, seat, user.name.clone(), &format!("/desk/pengguna/{}", user.id.0)).await;
    UserPage {
        shell,
        desk,
        user: row(app, seat, user),
        roles: choices(Some(user.role), seat.lang),
        given: None,
        code_problem: String::new(),
    }
}

async fn enrolled(app: &App, seat: &Seat, user: &User, enrolment: &Enrolment) -> Response {
    let mut page = user_page(app, seat, user).await;
    page.given = Some(Given {
        password: enrolment.password.clone(),
        secret: enrolment.secret_text(),
        qr: qr_svg(&enrolment.otpauth(app.config.issuer.short(), &user.login)),
        codes: enrolment.recovery_codes.clone(),
        address: format!("{}/desk", app.config.base_url),
    });
    app.pages.answer(StatusCode::OK, Keep::Never, &page)
}

/// The picture as one path, so that the page's policy has nothing to forbid; empty when the text is too long for a code.
fn qr_svg(text: &str) -> String {
    let Ok(qr) = render::Qr::new(text) else { return String::new() };
    let side = qr.width() + 8;
    let path: String = qr.rectangles().iter().map(|(x, y, w, h)| format!("M{x} {y}h{w}v{h}h-{w}z")).collect();
    format!(
        "<svg class=\"qr\" viewBox=\"-4 -4 {side} {side}\" role=\"img\" aria-label=\"QR\"><path d=\"{path}\"/></svg>"
    )
}

/// `GET /desk/pengguna/{id}`
pub(crate) async fn one(State(app): State<Arc<App>>, seat: Seat, Segments(id): Segments<String>) -> Response {
    match find(&app, &id).await {
        Ok(Some(user)) => {
            let page = user_page(&app, &seat, &user).await;
            app.pages.answer(StatusCode::OK, Keep::Never, &page)
        }
        Ok(None) => missing(&app, &seat).await,
        Err(error) => Oops::Internal(&error).page(&app, seat.lang),
    }
}

async fn find(app: &App, id: &str) -> store::Result<Option<User>> {
    match id.parse() {
        Ok(id) => app.store().user(UserId(id)).await,
        Err(_) => Ok(None),
    }
}

async fn missing(app: &App, seat: &Seat) -> Response {
    message::page(app, seat, StatusCode::NOT_FOUND, Message::missing(seat.lang, "/desk/pengguna")).await
}

/// `POST /desk/pengguna/{id}`: another role, out of service, back again, everything new. Nobody does it to themselves:
/// an installation always keeps somebody who administers.
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    seat: Seat,
    Segments(id): Segments<String>,
    fields: Fields,
) -> Response {
    let user = match find(&app, &id).await {
        Ok(Some(user)) if user.id != seat.user.id => user,
        Ok(Some(_)) => return message::page(&app, &seat, StatusCode::FORBIDDEN, not_oneself(seat.lang)).await,
        Ok(None) => return missing(&app, &seat).await,
        Err(error) => return Oops::Internal(&error).page(&app, seat.lang),
    };
    let mut shown = None;
    let answer = once(&app, &seat, fields.token(), async {
        if let Err(problem) = proof::again(&app, &seat, fields.get("kode")).await? {
            let mut page = user_page(&app, &seat, &user).await;
            page.code_problem = problem;
            return Ok(Outcome::Refused(app.pages.answer(StatusCode::UNPROCESSABLE_ENTITY, Keep::Never, &page)));
        }
        let (change, act, done) = match (fields.get("tindakan"), Role::from_code(fields.get("peran"))) {
            ("peran", Some(role)) => (UserChange::Role(role), "user-role", ["Peran diubah.", "Role changed."]),
            ("nonaktifkan", _) => (UserChange::Disable, "user-disable", ["Pengguna dinonaktifkan.", "User disabled."]),
            ("aktifkan", _) => (UserChange::Enable, "user-enable", ["Pengguna diaktifkan.", "User enabled."]),
            ("reset", _) => {
                let (enrolment, credentials) = match drawn(&app, &user.login).await {
                    Ok(drawn) => drawn,
                    Err(error) => return Ok(not_sealed(&app, &seat, &error).await),
                };
                shown = Some(enrolment);
                (UserChange::Reset(credentials), "user-reset", ["", ""])
            }
            _ => {
                let message = Message::missing(seat.lang, "/desk/pengguna");
                return Ok(Outcome::Refused(message::page(&app, &seat, StatusCode::BAD_REQUEST, message).await));
            }
        };
        let mut event = seat.event(&app, act, user.id.actor());
        if let UserChange::Role(role) = &change {
            event.reason = Some(role.code().to_owned());
        }
        app.store().change_user(user.id, &change, &event).await?;
        let id = seat.lang == Lang::Id;
        if shown.is_none() {
            let text = if id {
                "Berlaku sekarang; sesi orang itu berakhir."
            } else {
                "In effect now; their session has ended."
            };
            seat.tell(Flash::done(done[usize::from(!id)], text)).await;
        }
        Ok::<_, StoreError>(Outcome::Done(format!("/desk/pengguna/{}", user.id.0)))
    })
    .await;
    match shown {
        Some(enrolment) if answer.status().is_redirection() => enrolled(&app, &seat, &user, &enrolment).await,
        _ => answer,
    }
}

fn not_oneself(lang: Lang) -> Message {
    match lang {
        Lang::Id => Message::new(
            "Ini akun Anda sendiri",
            "Peran dan akses Anda diubah oleh pengelola lain. Tidak ada yang diubah.",
            "Minta pengelola lain. Kata sandi Anda dapat Anda ganti sendiri.",
            "/desk/sandi",
            "Ganti kata sandi",
        ),
        Lang::En => Message::new(
            "This is your own account",
            "Your role and access are changed by another administrator. Nothing was changed.",
            "Ask another administrator. Your password you can change yourself.",
            "/desk/sandi",
            "Change password",
        ),
    }
}
