//! What stands around every page of the desk: the sidebar, who is signed in, a note about what was just done.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::Role;
use vc::Lang;

use super::gate::May;
use super::session::Seat;
use crate::App;
use crate::pages::Shell;

/// A line of the sidebar.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Place {
    /// Where it leads.
    path: &'static str,
    /// Its words.
    label: &'static str,
    /// Its drawing.
    icon: &'static str,
    /// This page lies there.
    current: bool,
}

/// A note that stays on the page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Flash {
    /// `ok`, `warn`, `bad`, `info`.
    pub(crate) kind: String,
    /// The sentence.
    pub(crate) strong: String,
    /// What it means, or what to do next.
    pub(crate) text: String,
}

impl Flash {
    /// Something was done.
    pub(crate) fn done(strong: impl Into<String>, text: impl Into<String>) -> Self {
        Self { kind: "ok".to_owned(), strong: strong.into(), text: text.into() }
    }
}

/// The frame of a page of the desk.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Frame {
    /// The places of this role.
    places: Vec<Place>,
    /// Who is signed in.
    user: String,
    /// What they may do, in words.
    role: &'static str,
    /// The one-time token of the forms on this page: whatever is sent twice is done once.
    form: String,
    /// Another one, for a second form that does something else.
    other: String,
    /// The page's own address, for the language switch.
    path: String,
    /// What was just done.
    flash: Option<Flash>,
}

/// A role sees the places that it may enter.
fn may_enter(place: &str, role: Role) -> bool {
    match place {
        "/desk/jejak" => May::AUDIT.includes(role),
        "/desk/pengguna" => May::ADMINISTER.includes(role),
        _ => May::READ.includes(role),
    }
}

/// The places of the sidebar: path, Indonesian, English, drawing.
const PLACES: [(&str, &str, &str, &str); 6] = [
    ("/desk/angkatan", "Angkatan", "Cohorts", "list"),
    ("/desk/sertifikat", "Sertifikat", "Certificates", "award"),
    ("/desk/permintaan", "Permintaan", "Corrections", "person"),
    ("/desk/surel", "Surel", "Mails", "mail"),
    ("/desk/jejak", "Jejak audit", "Audit trail", "clock"),
    ("/desk/pengguna", "Pengguna", "Users", "users"),
];

impl Frame {
    /// The frame and shell of the page at `path` with this title.
    pub(crate) async fn of(app: &App, seat: &Seat, title: impl Into<String>, path: &str) -> (Shell, Self) {
        let flash = seat.told().await;
        let shell = shell(app, seat.lang, title, path);
        let frame = Self::new(seat.lang, &seat.user.name, seat.user.role, path, flash);
        (shell, frame)
    }

    fn new(lang: Lang, user: &str, role: Role, path: &str, flash: Option<Flash>) -> Self {
        let id = lang == Lang::Id;
        let places = PLACES
            .iter()
            .filter(|(place, ..)| may_enter(place, role))
            .map(|&(place, label, english, icon)| Place {
                path: place,
                label: if id { label } else { english },
                icon,
                current: path == place || path.starts_with(&format!("{place}/")),
            })
            .collect();
        Self {
            places,
            user: user.to_owned(),
            role: role_words(role, lang),
            form: token(),
            other: token(),
            path: path.to_owned(),
            flash,
        }
    }

    /// For the tests that render every page.
    #[cfg(test)]
    pub(crate) fn sample(lang: Lang, path: &str) -> Self {
        let mut frame = Self::new(lang, "Sari Contohwati", Role::Operator, path, None);
        (frame.form, frame.other) = ("0".repeat(32), "1".repeat(32));
        frame
    }
}

/// The shell of a page of the desk.
pub(crate) fn shell(app: &App, lang: Lang, title: impl Into<String>, path: &str) -> Shell {
    let mut shell = Shell::new(&app.config, lang, title, None);
    shell.address = format!("{}{path}", app.config.base_url);
    shell
}

/// A role in words.
pub(crate) fn role_words(role: Role, lang: Lang) -> &'static str {
    match (role, lang) {
        (Role::Operator, Lang::Id) => "Penyusun",
        (Role::Operator, Lang::En) => "Operator",
        (Role::Approver, Lang::Id) => "Pemberi persetujuan",
        (Role::Approver, Lang::En) => "Approver",
        (Role::Admin, Lang::Id) => "Pengelola",
        (Role::Admin, Lang::En) => "Administrator",
        (Role::Auditor, Lang::Id) => "Auditor",
        (Role::Auditor, Lang::En) => "Auditor",
    }
}

/// A state: colour, drawing and one to three words.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Tag {
    /// `ok`, `warn`, `bad`, `info`, `plain`.
    kind: &'static str,
    icon: &'static str,
    /// The words.
    pub(crate) words: &'static str,
}

impl Tag {
    pub(crate) fn new(kind: &'static str, icon: &'static str, id: &'static str, en: &'static str, lang: Lang) -> Self {
        Self { kind, icon, words: say(lang, id, en) }
    }
}

/// One of two wordings.
pub(crate) fn say<'a>(lang: Lang, id: &'a str, en: &'a str) -> &'a str {
    if lang == Lang::Id { id } else { en }
}

/// 128 random bits.
pub(crate) fn token() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// A moment as the desk writes it.
pub(crate) fn moment(app: &App, at: Timestamp, lang: Lang) -> String {
    crate::words::moment(at, &app.office.zone, lang)
}
