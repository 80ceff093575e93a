//! `/desk/permintaan`: what graduates say is wrong. A wrong name leads to the reissue with the name filled in; the reissue
//! answers the request by itself.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde::Serialize;
use store::{Certificate, Correction, CorrectionAbout, CorrectionState, MailKind, Note, Role, State as Stored};
use vc::Lang;

use super::certificates::state_tag;
use super::form::{Fields, Outcome, once};
use super::frame::{Flash, Frame, Tag, moment, say, token};
use super::message::{self, Message};
use super::session::Seat;
use crate::App;
use crate::asked::{Segments, parameter};
use crate::error::Oops;
use crate::pages::{Keep, Page, Shell};

/// How many requests a page shows.
const PAGE: usize = 50;

/// The longest answer, in characters.
const ANSWER_CHARS: usize = 500;

/// `/desk/permintaan`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CorrectionsPage {
    shell: Shell,
    desk: Frame,
    /// Answered ones too.
    all: bool,
    rows: Vec<Row>,
    next: String,
    may_act: bool,
    problem: String,
}

#[derive(Debug, Clone, Serialize)]
struct Row {
    serial: i64,
    certificate: String,
    name: String,
    number: String,
    state: Tag,
    /// The certificate's own state.
    standing: Tag,
    about: &'static str,
    right: String,
    text: String,
    when: String,
    answer: String,
    open: bool,
    /// The certificate can be issued again with the right name.
    reissues: bool,
}

impl Page for CorrectionsPage {
    const TEMPLATE: &'static str = "desk/corrections.html";
    const DESK: bool = true;

    fn shell(&self) -> &Shell {
        &self.shell
    }

    #[cfg(test)]
    fn samples(shell: &dyn Fn(Lang) -> Shell) -> Vec<(String, Self)> {
        let page = |lang: Lang, states: &[CorrectionState], may_act: bool| Self {
            shell: shell(lang),
            desk: Frame::sample(lang, "/desk/permintaan"),
            all: states.len() > 1,
            rows: states
                .iter()
                .map(|state| Row {
                    serial: 3,
                    certificate: "1b4e28ba-2fa1-41d2-883f-0016d3cca427".into(),
                    name: "Ratna Contohsari".into(),
                    number: "00012/AI-CAMPUS/II/LAN/2026".into(),
                    state: correction_tag(*state, lang),
                    standing: state_tag(Stored::Issued, lang),
                    about: about_words(CorrectionAbout::Name, lang),
                    right: "Dr. Ratna <Contohsari>, S.T.".into(),
                    text: "Gelar saya <belum> tercantum.".into(),
                    when: "24 November 2026, 14.05 WIB".into(),
                    answer: if *state == CorrectionState::Declined { "Sesuai ijazah".into() } else { String::new() },
                    open: *state == CorrectionState::Open,
                    reissues: *state == CorrectionState::Open,
                })
                .collect(),
            next: if states.len() > 1 { "/desk/permintaan?sebelum=3".into() } else { String::new() },
            may_act,
            problem: if may_act { String::new() } else { "Tulis jawabannya.".into() },
        };
        use CorrectionState as S;
        vec![
            ("desk-corrections.id".into(), page(Lang::Id, &[S::Open], true)),
            ("desk-corrections.en".into(), page(Lang::En, &[S::Open, S::Done, S::Declined], false)),
            ("desk-corrections-empty.id".into(), page(Lang::Id, &[], true)),
        ]
    }
}

fn correction_tag(state: CorrectionState, lang: Lang) -> Tag {
    let (kind, icon, id, en) = match state {
        CorrectionState::Open => ("warn", "clock", "Menunggu jawaban", "To be answered"),
        CorrectionState::Done => ("ok", "tick", "Selesai", "Done"),
        CorrectionState::Declined => ("plain", "dash", "Tidak diubah", "Not changed"),
    };
    Tag::new(kind, icon, id, en, lang)
}

fn about_words(about: CorrectionAbout, lang: Lang) -> &'static str {
    match about {
        CorrectionAbout::Name => say(lang, "Nama atau gelar", "Name or titles"),
        CorrectionAbout::Number => say(lang, "NIP pada versi lengkap", "NIP in the full version"),
        CorrectionAbout::Other => say(lang, "Lainnya", "Something else"),
    }
}

/// `GET /desk/permintaan?semua=1&sebelum=`
pub(super) async fn list(State(app): State<Arc<App>>, seat: Seat, uri: Uri) -> Response {
    let all = parameter(&uri, "semua").is_some();
    let before = parameter(&uri, "sebelum").and_then(|typed| typed.parse().ok()).unwrap_or(i64::MAX);
    match page(&app, &seat, all, before).await {
        Ok(page) => app.pages.answer(StatusCode::OK, Keep::Never, &page),
        Err(error) => Oops::Internal(&error).page(&app, seat.lang),
    }
}

async fn page(app: &App, seat: &Seat, all: bool, before: i64) -> store::Result<CorrectionsPage> {
    let lang = seat.lang;
    // A certificate that was replaced meanwhile answers its request, also where no mails are sent.
    app.store().close_corrections(app.now()).await?;
    let state = (!all).then_some(CorrectionState::Open);
    let found = app.store().corrections(state, before, PAGE as u32 + 1).await?;
    let next = match found.get(PAGE - 1).filter(|_| found.len() > PAGE) {
        Some((last, _)) => format!("/desk/permintaan?{}sebelum={}", if all { "semua=1&" } else { "" }, last.serial),
        None => String::new(),
    };
    let (shell, desk) =
        Frame::of(app, seat, say(lang, "Permintaan perbaikan", "Corrections"), "/desk/permintaan").await;
    let rows = found.iter().take(PAGE).map(|(asked, certificate)| row(app, lang, asked, certificate)).collect();
    Ok(CorrectionsPage {
        shell,
        desk,
        all,
        rows,
        next,
        may_act: seat.user.role == Role::Approver,
        problem: String::new(),
    })
}

fn row(app: &App, lang: Lang, asked: &Correction, certificate: &Certificate) -> Row {
    let open = asked.state == CorrectionState::Open;
    Row {
        serial: asked.serial,
        certificate: certificate.id.to_string(),
        name: certificate.name.clone().unwrap_or_default(),
        number: certificate.number.clone(),
        state: correction_tag(asked.state, lang),
        standing: state_tag(certificate.state, lang),
        about: about_words(asked.asked.about, lang),
        right: asked.asked.name.clone(),
        text: asked.asked.text.clone(),
        when: moment(app, asked.asked_at, lang),
        answer: asked.answer.clone().unwrap_or_default(),
        open,
        reissues: open
            && asked.asked.about == CorrectionAbout::Name
            && matches!(certificate.state, Stored::Issued | Stored::Suspended),
    }
}

/// `POST /desk/permintaan/{serial}`: answers without a reissue. The holder reads the answer, and gets a mail.
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    seat: Seat,
    Segments(serial): Segments<i64>,
    fields: Fields,
) -> Response {
    let lang = seat.lang;
    once(&app, &seat, fields.token(), async {
        let Some(asked) = app.store().correction(serial).await? else {
            let missing = Message::missing(lang, "/desk/permintaan");
            return Ok(Outcome::Refused(message::page(&app, &seat, StatusCode::NOT_FOUND, missing).await));
        };
        let words: String = fields.get("jawaban").chars().take(ANSWER_CHARS).collect();
        if words.is_empty() {
            let mut page = page(&app, &seat, false, i64::MAX).await?;
            page.problem =
                say(lang, "Tulis jawabannya: pemegang membacanya.", "Write the answer: the holder reads it.")
                    .to_owned();
            return Ok(Outcome::Refused(app.pages.answer(StatusCode::UNPROCESSABLE_ENTITY, Keep::Never, &page)));
        }
        let done = fields.get("hasil") == "selesai";
        let (state, act) = match done {
            true => (CorrectionState::Done, "correction-done"),
            false => (CorrectionState::Declined, "correction-declined"),
        };
        let id = asked.asked.certificate;
        let mut event = seat.event(&app, act, id.to_string());
        event.note = Some(Note { salt: token(), text: words.clone() });
        if app.store().answer_correction(serial, state, &words, &event).await? && app.config.mail.is_on() {
            app.store().queue_mail(id, MailKind::Declined, app.now(), Some(asked.asked_at)).await?;
            app.mail.ring();
        }
        seat.tell(Flash::done(say(lang, "Permintaan dijawab.", "The request is answered."), "")).await;
        Ok(Outcome::Done("/desk/permintaan".to_owned()))
    })
    .await
}

/// The name that a holder asked for, for the page of the reissue; empty without an open request about the name.
pub(super) async fn asked_name(app: &App, certificate: &Certificate) -> String {
    match app.store().correction_of(certificate.id).await {
        Ok(Some(asked)) if asked.state == CorrectionState::Open => asked.asked.name,
        Ok(_) => String::new(),
        Err(error) => {
            tracing::warn!(%error, "cannot ask which correction a holder asked for");
            String::new()
        }
    }
}
