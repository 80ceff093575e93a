//! `/ambil/{token}`: a link is opened; and `/tautan`: it is lost.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::SignedDuration;
use lettre::Address;
use serde::Serialize;
use store::{Link, LinkUse, MailKind, NewEvent};
use vc::Lang;

use super::link::{OPEN, Token};
use super::session::cookie;
use crate::asked::{Hl, Segments};
use crate::config::Config;
use crate::desk::Fields;
use crate::error::Oops;
use crate::pages::{Keep, Page, Shell};
use crate::{App, bounds, words};

/// Who opens a page, in the trail.
pub(super) const HOLDER: &str = "holder";

/// How soon the holder of a used link may have another one sent.
const BETWEEN_LINKS: SignedDuration = SignedDuration::from_mins(10);

/// `/ambil/{token}`, and what stands where a page is not open.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OpenPage {
    shell: Shell,
    /// `fresh`, `used`, `ended`, `unknown`, `closed`.
    state: &'static str,
    token: String,
    /// When it was used, or when it ended.
    when: String,
    /// How many days the page stays open.
    days: i64,
    /// A mail with a new link can be sent.
    renews: bool,
    contact: String,
}

impl OpenPage {
    fn new(app: &App, lang: Lang, state: &'static str, token: &str, when: String) -> Self {
        let (id, en) = match state {
            "fresh" => ("Sertifikat Anda", "Your certificate"),
            "used" => ("Tautan ini sudah dipakai", "This link has been used"),
            "ended" => ("Tautan ini sudah kedaluwarsa", "This link has ended"),
            "closed" => ("Halaman ini hanya untuk pemegangnya", "This page is for its holder only"),
            _ => ("Tautan ini tidak dikenal", "This link is not known"),
        };
        Self {
            shell: Shell::new(&app.config, lang, if lang == Lang::Id { id } else { en }, None),
            state,
            token: token.to_owned(),
            when,
            days: OPEN.as_hours() / 24,
            renews: app.config.mail.is_on(),
            contact: app.config.issuer.contact.clone(),
        }
    }
}

impl Page for OpenPage {
    const TEMPLATE: &'static str = "holder/open.html";

    fn shell(&self) -> &Shell {
        &self.shell
    }

    #[cfg(test)]
    fn samples(shell: &dyn Fn(Lang) -> Shell) -> Vec<(String, Self)> {
        let page = |lang: Lang, state: &'static str, renews: bool| Self {
            shell: shell(lang),
            state,
            token: "A".repeat(43),
            when: "24 November 2026, 14.05 WIB".into(),
            days: 30,
            renews,
            contact: "bantuan@contoh.example".into(),
        };
        vec![
            ("link-fresh.id".into(), page(Lang::Id, "fresh", true)),
            ("link-fresh.en".into(), page(Lang::En, "fresh", true)),
            ("link-used.id".into(), page(Lang::Id, "used", true)),
            ("link-used.en".into(), page(Lang::En, "used", true)),
            ("link-ended.id".into(), page(Lang::Id, "ended", false)),
            ("link-unknown.id".into(), page(Lang::Id, "unknown", true)),
            ("link-closed.id".into(), page(Lang::Id, "closed", true)),
            ("link-closed.en".into(), page(Lang::En, "closed", false)),
        ]
    }
}

/// `/tautan`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LostPage {
    shell: Shell,
    /// `form`, `sent`, `off`.
    state: &'static str,
    problem: String,
    contact: String,
}

impl LostPage {
    fn new(config: &Config, lang: Lang, state: &'static str, problem: &str) -> Self {
        let title = if lang == Lang::Id { "Minta tautan baru" } else { "Ask for a new link" };
        Self {
            shell: Shell::new(config, lang, title, Some("/tautan")),
            state,
            problem: problem.to_owned(),
            contact: config.issuer.contact.clone(),
        }
    }
}

impl Page for LostPage {
    const TEMPLATE: &'static str = "holder/lost.html";

    fn shell(&self) -> &Shell {
        &self.shell
    }

    #[cfg(test)]
    fn samples(shell: &dyn Fn(Lang) -> Shell) -> Vec<(String, Self)> {
        let page = |lang: Lang, state: &'static str, problem: &str| Self {
            shell: shell(lang),
            state,
            problem: problem.into(),
            contact: "bantuan@contoh.example".into(),
        };
        vec![
            ("lost.id".into(), page(Lang::Id, "form", "")),
            ("lost.en".into(), page(Lang::En, "form", "")),
            ("lost-wrong.id".into(), page(Lang::Id, "form", "Ketik alamat surel, misalnya nama@instansi.go.id.")),
            ("lost-sent.id".into(), page(Lang::Id, "sent", "")),
            ("lost-sent.en".into(), page(Lang::En, "sent", "")),
            ("lost-off.id".into(), page(Lang::Id, "off", "")),
        ]
    }
}

fn answer(app: &App, lang: Lang, status: StatusCode, state: &'static str, token: &str, when: String) -> Response {
    app.pages.answer(status, Keep::Never, &OpenPage::new(app, lang, state, token, when))
}

/// Where a page is not open to whoever asks; the same whether there is such a page or not.
pub(super) fn closed(app: &App, lang: Lang) -> Response {
    answer(app, lang, StatusCode::FORBIDDEN, "closed", "", String::new())
}

fn unknown(app: &App, lang: Lang) -> Response {
    answer(app, lang, StatusCode::NOT_FOUND, "unknown", "", String::new())
}

/// `GET /ambil/{token}`: a button. Nothing is used up by looking.
pub(super) async fn look(State(app): State<Arc<App>>, Segments(typed): Segments<String>, hl: Hl) -> Response {
    let lang = hl.lang();
    let Some(token) = Token::parse(&typed) else { return unknown(&app, lang) };
    match app.store().link(&token.hash()).await {
        Ok(Some(Link { used_at: Some(at), .. })) => {
            let when = words::moment(at, &app.office.zone, lang);
            answer(&app, lang, StatusCode::GONE, "used", &token.text(), when)
        }
        Ok(Some(link)) if link.expires_at <= app.now() => {
            let when = words::moment(link.expires_at, &app.office.zone, lang);
            answer(&app, lang, StatusCode::GONE, "ended", &token.text(), when)
        }
        Ok(Some(_)) => answer(&app, lang, StatusCode::OK, "fresh", &token.text(), String::new()),
        Ok(None) => unknown(&app, lang),
        Err(error) => Oops::Internal(&error).page(&app, lang),
    }
}

/// `POST /ambil/{token}`: it is used up, and the page is open in this browser.
pub(super) async fn open(State(app): State<Arc<App>>, Segments(typed): Segments<String>, hl: Hl) -> Response {
    let lang = hl.lang();
    let Some(token) = Token::parse(&typed) else { return unknown(&app, lang) };
    let (now, session) = (app.now(), Token::draw());
    let event = NewEvent::new(now, HOLDER, "holder-open", "");
    let moment = |at| words::moment(at, &app.office.zone, lang);
    match app.store().use_link(&token.hash(), &session.hash(), now + OPEN, &event).await {
        Ok(LinkUse::Opened(certificate)) => {
            let query = if lang == Lang::En { "?hl=en" } else { "" };
            let mut response = Redirect::to(&format!("/pemegang/{certificate}{query}")).into_response();
            response.headers_mut().insert(header::SET_COOKIE, cookie(&app, certificate, Some(&session)));
            response
        }
        Ok(LinkUse::Used(at)) => answer(&app, lang, StatusCode::GONE, "used", &token.text(), moment(at)),
        Ok(LinkUse::Ended(at)) => answer(&app, lang, StatusCode::GONE, "ended", &token.text(), moment(at)),
        Ok(LinkUse::Unknown) => unknown(&app, lang),
        Err(error) => Oops::Internal(&error).page(&app, lang),
    }
}

/// `POST /ambil/{token}/baru`: another link, to the mailbox that this one came to. Whoever holds a used link gets nothing by
/// it but a mail to its owner.
pub(super) async fn renew(State(app): State<Arc<App>>, Segments(typed): Segments<String>, hl: Hl) -> Response {
    let lang = hl.lang();
    let Some(token) = Token::parse(&typed) else { return unknown(&app, lang) };
    let queued = async {
        let Some(link) = app.store().link(&token.hash()).await? else { return Ok(false) };
        let now = app.now();
        app.store().queue_mail(link.certificate, MailKind::Link, now, Some(now - BETWEEN_LINKS)).await?;
        Ok::<_, store::StoreError>(true)
    };
    match queued.await {
        Ok(true) => {
            app.mail.ring();
            app.pages.answer(StatusCode::OK, Keep::Never, &LostPage::new(&app.config, lang, sent(&app), ""))
        }
        Ok(false) => unknown(&app, lang),
        Err(error) => Oops::Internal(&error).page(&app, lang),
    }
}

fn sent(app: &App) -> &'static str {
    if app.config.mail.is_on() { "sent" } else { "off" }
}

/// `GET /tautan`
pub(super) async fn lost(State(app): State<Arc<App>>, hl: Hl) -> Response {
    let state = if app.config.mail.is_on() { "form" } else { "off" };
    app.pages.answer(StatusCode::OK, Keep::Never, &LostPage::new(&app.config, hl.lang(), state, ""))
}

/// `POST /tautan`: the same work and the same answer, whoever's address it is. Whose it is, the worker finds out later.
pub(super) async fn ask(State(app): State<Arc<App>>, hl: Hl, fields: Fields) -> Response {
    let lang = hl.lang();
    let page = |status, state, problem: &str| {
        app.pages.answer(status, Keep::Never, &LostPage::new(&app.config, lang, state, problem))
    };
    if !app.config.mail.is_on() {
        return page(StatusCode::OK, "off", "");
    }
    let typed = fields.get("surel");
    if typed.len() > bounds::ADDRESS_CHARS || typed.parse::<Address>().is_err() {
        let problem = match lang {
            Lang::Id => "Ketik alamat surel, misalnya nama@instansi.go.id.",
            Lang::En => "Type a mail address, such as name@agency.go.id.",
        };
        return page(StatusCode::UNPROCESSABLE_ENTITY, "form", problem);
    }
    match app.store().ask_for_link(typed, app.now(), bounds::ASKED_LINKS).await {
        Ok(()) => {
            app.mail.ring();
            page(StatusCode::OK, "sent", "")
        }
        Err(error) => Oops::Internal(&error).page(&app, lang),
    }
}
