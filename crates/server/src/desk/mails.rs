//! `/desk/surel`: mails to graduates, what became of them, and what to do about those that did not go out.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use lettre::Address;
use serde::Serialize;
use store::{MailCounts, MailFilter, MailKind, MailState, Role, SeenMail};
use vc::Lang;

use super::form::{Fields, Outcome, once};
use super::frame::{Flash, Frame, Tag, moment, say};
use super::message::{self, Message};
use super::session::Seat;
use crate::asked::{Segments, parameter};
use crate::error::Oops;
use crate::mail::worker::{BAD_ADDRESS, NO_ADDRESS, NOT_IN_FORCE, UNWRITTEN};
use crate::pages::{Keep, Page, Shell};
use crate::{App, bounds};

/// How many mails a page shows.
const PAGE: usize = 50;

/// `/desk/surel`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct MailsPage {
    shell: Shell,
    desk: Frame,
    /// Mails are sent.
    on: bool,
    /// Since when and why mails wait; empty when they do not.
    trouble: (String, String),
    counts: Vec<Tile>,
    rows: Vec<Row>,
    /// The address of the next page; empty when there is none.
    next: String,
    may_act: bool,
    problem: String,
}

/// A count that filters.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Tile {
    code: &'static str,
    label: &'static str,
    icon: &'static str,
    kind: &'static str,
    count: u64,
    current: bool,
}

#[derive(Debug, Clone, Serialize)]
struct Row {
    serial: i64,
    certificate: String,
    name: String,
    number: String,
    what: &'static str,
    tag: Tag,
    when: String,
    why: String,
    address: String,
    /// It did not go out: it can be sent again.
    again: bool,
}

impl Page for MailsPage {
    const TEMPLATE: &'static str = "desk/mails.html";
    const DESK: bool = true;

    fn shell(&self) -> &Shell {
        &self.shell
    }

    #[cfg(test)]
    fn samples(shell: &dyn Fn(Lang) -> Shell) -> Vec<(String, Self)> {
        let page = |lang: Lang, rows: usize, trouble: &str| Self {
            shell: shell(lang),
            desk: Frame::sample(lang, "/desk/surel"),
            on: rows > 0,
            trouble: (if trouble.is_empty() { "" } else { "14.05 WIB" }.into(), trouble.into()),
            counts: tiles(&MailCounts([3, 0, 0, 1_190, 5, 2]), "gagal", lang),
            rows: [MailState::Failed, MailState::Unsure, MailState::Sent]
                .into_iter()
                .cycle()
                .take(rows)
                .map(|state| Row {
                    serial: 7,
                    certificate: "1b4e28ba-2fa1-41d2-883f-0016d3cca427".into(),
                    name: "Dr. Ratna <Contohsari>, S.T.".into(),
                    number: "00012/AI-CAMPUS/II/LAN/2026".into(),
                    what: kind_words(MailKind::Issued, lang),
                    tag: state_tag(state, lang),
                    when: "24 November 2026, 14.05 WIB".into(),
                    why: why(Some("550 5.1.1 <b>"), lang),
                    address: "ratna@contoh.example".into(),
                    again: state != MailState::Sent,
                })
                .collect(),
            next: if rows > 1 { "/desk/surel?sebelum=7".into() } else { String::new() },
            may_act: rows != 1,
            problem: if trouble.is_empty() { String::new() } else { "Ketik alamat surel.".into() },
        };
        vec![
            ("desk-mails.id".into(), page(Lang::Id, 3, "")),
            ("desk-mails.en".into(), page(Lang::En, 1, "connection refused")),
            ("desk-mails-trouble.id".into(), page(Lang::Id, 2, "connection refused")),
            ("desk-mails-off.id".into(), page(Lang::Id, 0, "")),
        ]
    }
}

/// What stands in an address for each tile, and the state that it lists.
const TILES: [(&str, Option<MailState>); 5] = [
    ("", None),
    ("menunggu", Some(MailState::Queued)),
    ("terkirim", Some(MailState::Sent)),
    ("gagal", Some(MailState::Failed)),
    ("tidak-pasti", Some(MailState::Unsure)),
];

/// The counts as tiles. Their numbers add up to the first.
pub(super) fn tiles(counts: &MailCounts, chosen: &str, lang: Lang) -> Vec<Tile> {
    let waiting = [MailState::Queued, MailState::Sending, MailState::Handed].map(|state| counts.of(state)).iter().sum();
    let tile = |code: &'static str, id, en, icon, kind, count| Tile {
        code,
        label: say(lang, id, en),
        icon,
        kind,
        count,
        current: code == chosen,
    };
    vec![
        tile("", "Semua", "All", "mail", "plain", counts.total()),
        tile("menunggu", "Menunggu", "Waiting", "clock", "plain", waiting),
        tile("terkirim", "Terkirim", "Sent", "tick", "ok", counts.of(MailState::Sent)),
        tile("gagal", "Gagal", "Failed", "x", "bad", counts.of(MailState::Failed)),
        tile("tidak-pasti", "Tidak pasti", "Not certain", "warn", "warn", counts.of(MailState::Unsure)),
    ]
}

/// A mail's state as a tag.
pub(super) fn state_tag(state: MailState, lang: Lang) -> Tag {
    let (kind, icon, id, en) = match state {
        MailState::Queued => ("info", "clock", "Menunggu", "Waiting"),
        MailState::Sending | MailState::Handed => ("info", "mail", "Sedang dikirim", "Being sent"),
        MailState::Sent => ("ok", "tick", "Terkirim", "Sent"),
        MailState::Failed => ("bad", "x", "Gagal", "Failed"),
        MailState::Unsure => ("warn", "warn", "Tidak pasti", "Not certain"),
    };
    Tag::new(kind, icon, id, en, lang)
}

pub(super) fn kind_words(kind: MailKind, lang: Lang) -> &'static str {
    match kind {
        MailKind::Issued => say(lang, "Sertifikat terbit", "Certificate issued"),
        MailKind::Corrected => say(lang, "Sertifikat diperbaiki", "Certificate corrected"),
        MailKind::Link => say(lang, "Tautan baru", "New link"),
        MailKind::Declined => say(lang, "Jawaban permintaan", "Answer to a request"),
    }
}

/// Why it did not go out, and what to do.
fn why(reason: Option<&str>, lang: Lang) -> String {
    let Some(reason) = reason else { return String::new() };
    let known = match reason {
        NO_ADDRESS => say(lang, "Pemegang tidak mempunyai alamat surel.", "The holder has no mail address."),
        BAD_ADDRESS => say(
            lang,
            "Alamat surel tidak dapat dipakai. Perbaiki alamatnya.",
            "The mail address cannot be used. Mend it.",
        ),
        NOT_IN_FORCE => say(lang, "Sertifikatnya tidak berlaku lagi.", "Its certificate is not in force any more."),
        UNWRITTEN => say(
            lang,
            "Templat surel rusak. Perbaiki berkas di DIR/templates/mail.",
            "The mail's template is broken. Mend the file in DIR/templates/mail.",
        ),
        "died" => say(
            lang,
            "Layanan terhenti saat surel ini diserahkan; mungkin sudah sampai.",
            "The service stopped while this mail was being handed over; it may have arrived.",
        ),
        "restored" => say(
            lang,
            "Menunggu saat cadangan dibuat; setelah itu mungkin sudah dikirim.",
            "It was waiting when the backup was made; it may have been sent since.",
        ),
        said => {
            let server = say(lang, "Server surel menjawab", "The mail server said");
            return format!("{server}: {said}");
        }
    };
    known.to_owned()
}

/// `GET /desk/surel?keadaan=&sebelum=`
pub(super) async fn list(State(app): State<Arc<App>>, seat: Seat, uri: Uri) -> Response {
    let chosen = parameter(&uri, "keadaan").unwrap_or_default();
    let before = parameter(&uri, "sebelum").and_then(|typed| typed.parse().ok()).unwrap_or(i64::MAX);
    match page(&app, &seat, &chosen, before).await {
        Ok(page) => app.pages.answer(StatusCode::OK, Keep::Never, &page),
        Err(error) => Oops::Internal(&error).page(&app, seat.lang),
    }
}

async fn page(app: &App, seat: &Seat, chosen: &str, before: i64) -> store::Result<MailsPage> {
    let lang = seat.lang;
    let (code, state) = TILES.into_iter().find(|(code, _)| *code == chosen).unwrap_or(TILES[0]);
    let counts = app.store().mail_counts(None).await?;
    let filter = MailFilter { state, ..MailFilter::default() };
    let mails = app.store().mails(&filter, before, PAGE as u32 + 1).await?;
    let next = match mails.get(PAGE - 1).filter(|_| mails.len() > PAGE) {
        Some(last) => format!("/desk/surel?keadaan={code}&sebelum={}", last.serial),
        None => String::new(),
    };
    let trouble = app.mail.trouble();
    let (shell, desk) = Frame::of(app, seat, say(lang, "Surel", "Mails"), "/desk/surel").await;
    Ok(MailsPage {
        shell,
        desk,
        on: app.config.mail.is_on(),
        trouble: trouble.map_or_else(Default::default, |trouble| (moment(app, trouble.since, lang), trouble.reason)),
        counts: tiles(&counts, code, lang),
        rows: mails.iter().take(PAGE).map(|mail| row(app, lang, mail)).collect(),
        next,
        may_act: matches!(seat.user.role, Role::Operator | Role::Approver),
        problem: String::new(),
    })
}

fn row(app: &App, lang: Lang, mail: &SeenMail) -> Row {
    let certificate = &mail.certificate;
    let waits = mail.state == MailState::Queued && mail.attempts > 0;
    let when = match mail.settled_at {
        Some(at) => moment(app, at, lang),
        None if waits => {
            format!("{} {}", say(lang, "dicoba lagi", "tried again"), moment(app, mail.due_at, lang))
        }
        None => moment(app, mail.queued_at, lang),
    };
    Row {
        serial: mail.serial,
        certificate: certificate.id.to_string(),
        name: certificate.name.clone().unwrap_or_else(|| say(lang, "(data dihapus)", "(data erased)").to_owned()),
        number: certificate.number.clone(),
        what: kind_words(mail.kind, lang),
        tag: state_tag(mail.state, lang),
        when,
        why: why(mail.reason.as_deref(), lang),
        address: mail.address.clone().unwrap_or_default(),
        again: matches!(mail.state, MailState::Failed | MailState::Unsure),
    }
}

/// `POST /desk/surel/{serial}`: sends it again, to another address when one was typed.
pub(super) async fn again(
    State(app): State<Arc<App>>,
    seat: Seat,
    Segments(serial): Segments<i64>,
    fields: Fields,
) -> Response {
    let lang = seat.lang;
    once(&app, &seat, fields.token(), async {
        let mails = app.store().mails(&MailFilter::default(), serial.saturating_add(1), 1).await?;
        let Some(mail) = mails.into_iter().find(|mail| mail.serial == serial) else {
            let missing =
                message::page(&app, &seat, StatusCode::NOT_FOUND, Message::missing(lang, "/desk/surel")).await;
            return Ok(Outcome::Refused(missing));
        };
        let typed = fields.get("alamat");
        let id = mail.certificate.id;
        if typed.len() > bounds::ADDRESS_CHARS || typed.parse::<Address>().is_err() {
            let mut page = page(&app, &seat, "gagal", i64::MAX).await?;
            page.problem = say(
                lang,
                "Ketik alamat surel yang benar, misalnya nama@instansi.go.id. Tidak ada yang dikirim.",
                "Type a right mail address, such as name@agency.go.id. Nothing was sent.",
            )
            .to_owned();
            return Ok(Outcome::Refused(app.pages.answer(StatusCode::UNPROCESSABLE_ENTITY, Keep::Never, &page)));
        }
        if mail.address.as_deref() != Some(typed) {
            let event = seat.event(&app, "address", id.to_string());
            app.store().put_address(id, typed, &event).await?;
        }
        let event = seat.event(&app, "mail-again", id.to_string());
        let flash = match app.store().resend_mail(serial, &event).await? {
            true => Flash::done(say(lang, "Surel dikirim lagi.", "The mail is sent again."), ""),
            false => Flash::done(say(lang, "Surel ini sudah dikirim lagi.", "This mail was sent again already."), ""),
        };
        app.mail.ring();
        seat.tell(flash).await;
        Ok(Outcome::Done("/desk/surel".to_owned()))
    })
    .await
}
