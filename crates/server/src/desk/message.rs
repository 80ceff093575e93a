//! A page that says one thing: not allowed, not there, changed meanwhile.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use store::Role;
use vc::Lang;

use super::frame::{Frame, role_words};
use super::session::Seat;
use crate::App;
use crate::pages::{Keep, Page, Shell};

/// What is said: heading, what is, what to do next, where to.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Message {
    heading: String,
    text: String,
    next: String,
    path: String,
    label: String,
}

impl Message {
    /// Any message, with the link to go on.
    pub(crate) fn new(heading: &str, text: impl Into<String>, next: &str, path: &str, label: &str) -> Self {
        Self {
            heading: heading.to_owned(),
            text: text.into(),
            next: next.to_owned(),
            path: path.to_owned(),
            label: label.to_owned(),
        }
    }

    /// The role does not include this page.
    pub(super) fn forbidden(role: Role, lang: Lang) -> Self {
        let role = role_words(role, lang);
        match lang {
            Lang::Id => Self::new(
                "Halaman ini bukan untuk peran Anda",
                format!("Anda masuk sebagai {role}. Tidak ada yang diubah."),
                "Minta rekan yang berwenang, atau minta pengelola mengubah peran Anda.",
                "/desk",
                "Ke daftar angkatan",
            ),
            Lang::En => Self::new(
                "This page is not for your role",
                format!("You are signed in as {role}. Nothing was changed."),
                "Ask a colleague who may, or ask the administrator to change your role.",
                "/desk",
                "To the list of cohorts",
            ),
        }
    }

    /// There is no such thing.
    pub(crate) fn missing(lang: Lang, path: &str) -> Self {
        match lang {
            Lang::Id => Self::new(
                "Tidak ditemukan",
                "Alamat ini tidak menunjuk apa pun di meja ini.",
                "Periksa alamatnya, atau cari dari daftarnya.",
                path,
                "Ke daftarnya",
            ),
            Lang::En => Self::new(
                "Not found",
                "This address names nothing at this desk.",
                "Check the address, or look for it in the list.",
                path,
                "To the list",
            ),
        }
    }
}

/// The page around a message.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct MessagePage {
    shell: Shell,
    desk: Frame,
    message: Message,
}

impl Page for MessagePage {
    const TEMPLATE: &'static str = "desk/message.html";
    const DESK: bool = true;

    fn shell(&self) -> &Shell {
        &self.shell
    }

    #[cfg(test)]
    fn samples(shell: &dyn Fn(Lang) -> Shell) -> Vec<(String, Self)> {
        let page = |lang| Self {
            shell: shell(lang),
            desk: Frame::sample(lang, "/desk/pengguna"),
            message: Message::forbidden(Role::Operator, lang),
        };
        vec![("desk-forbidden.id".into(), page(Lang::Id)), ("desk-forbidden.en".into(), page(Lang::En))]
    }
}

/// The message as an answer.
pub(crate) async fn page(app: &App, seat: &Seat, status: StatusCode, message: Message) -> Response {
    let (shell, desk) = Frame::of(app, seat, message.heading.clone(), "/desk").await;
    app.pages.answer(status, Keep::Never, &MessagePage { shell, desk, message })
}
