//! `/desk/angkatan/{id}/surel`: the mail that a cohort's graduates get, before approval; and after issuing, how many got it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use store::{Draft, DraftState, MailKind, Role};
use vc::Lang;

use super::cohort::{find, missing};
use super::form::{Fields, Outcome, once};
use super::frame::{Flash, Frame, say};
use super::issuing::batch_of;
use super::mails::{Tile, tiles};
use super::session::Seat;
use super::sheet;
use crate::App;
use crate::asked::Segments;
use crate::error::Oops;
use crate::holder::link;
use crate::mail::{Told, Written};
use crate::pages::{Keep, Page, Shell};

/// What stands in the preview in place of a link: no token was drawn.
const NO_TOKEN: &str = "CONTOH";

/// What the mail itself may load when it is looked at: nothing.
const LETTER_POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'");

/// The page.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LetterPage {
    shell: Shell,
    desk: Frame,
    id: String,
    cohort: String,
    on: bool,
    sender: String,
    subject: String,
    text: String,
    /// How many will get it, and how many have no address; before issuing.
    people: Option<(usize, usize)>,
    /// How many got it; after issuing.
    counts: Vec<Tile>,
    /// Some can still be told.
    may_send: bool,
}

impl Page for LetterPage {
    const TEMPLATE: &'static str = "desk/letter.html";
    const DESK: bool = true;

    fn shell(&self) -> &Shell {
        &self.shell
    }

    #[cfg(test)]
    fn samples(shell: &dyn Fn(Lang) -> Shell) -> Vec<(String, Self)> {
        let page = |lang: Lang, issued: bool| Self {
            shell: shell(lang),
            desk: Frame::sample(lang, "/desk/angkatan/x/surel"),
            id: "1b4e28ba-2fa1-41d2-883f-0016d3cca427".into(),
            cohort: "Angkatan II <Tahun> 2026".into(),
            on: !issued || lang == Lang::Id,
            sender: "Lembaga Contoh <sertifikat@contoh.example>".into(),
            subject: "Sertifikat Anda sudah terbit".into(),
            text: "Yth. Dr. Ratna <Contohsari>,\n\nsertifikat Anda sudah terbit.".into(),
            people: (!issued).then_some((498, 2)),
            counts: if issued { tiles(&store::MailCounts([1, 0, 0, 497, 0, 0]), "", lang) } else { Vec::new() },
            may_send: issued,
        };
        vec![
            ("desk-letter.id".into(), page(Lang::Id, false)),
            ("desk-letter-issued.id".into(), page(Lang::Id, true)),
            ("desk-letter-off.en".into(), page(Lang::En, true)),
        ]
    }
}

/// A mail of a draft's first graduate, and who can be told.
async fn sample(app: &App, draft: &Draft) -> store::Result<Option<(Told, usize, usize)>> {
    let looked = match sheet::look(app, draft).await {
        Ok(Some(looked)) => looked,
        Err(sheet::Unread::Store(error)) => return Err(error),
        Ok(None) | Err(_) => return Ok(None),
    };
    let people = &looked.roster().recipients;
    let reachable = people.iter().filter(|one| one.email.is_some()).count();
    let Some(first) = people.iter().find(|one| one.email.is_some()).or(people.first()) else { return Ok(None) };
    let now = app.now();
    let issued = now.to_zoned_datetime(app.office.zone.clone());
    let title = &looked.read.programme.title;
    let told = Told {
        kind: MailKind::Issued,
        name: first.name_with_titles(),
        programme: (title.id.clone(), title.en.clone()),
        cohort: looked.read.programme.cohort_label(),
        number: first.number.as_deref().map_or_else(|| looked.read.programme.number(0, &issued, ""), str::to_owned),
        link: format!("{}/ambil/{NO_TOKEN}", app.config.base_url),
        until: now + link::VALID,
    };
    Ok(Some((told, reachable, people.len() - reachable)))
}

/// The mail of a draft, written; an unreadable template is told by its log line and an empty mail.
fn written(app: &App, told: &Told) -> Option<Written> {
    match app.letters.write(app, told) {
        Ok(written) => Some(written),
        Err(error) => {
            tracing::error!(%error, "a mail's template cannot be rendered");
            None
        }
    }
}

/// `GET /desk/angkatan/{id}/surel`
pub(super) async fn preview(State(app): State<Arc<App>>, seat: Seat, Segments(id): Segments<String>) -> Response {
    let page = async {
        let Some(draft) = find(&app, &id).await? else { return Ok(None) };
        page(&app, &seat, &draft).await
    };
    match page.await {
        Ok(Some(page)) => app.pages.answer(StatusCode::OK, Keep::Never, &page),
        Ok(None) => missing(&app, &seat).await,
        Err(error) => {
            let error: store::StoreError = error;
            Oops::Internal(&error).page(&app, seat.lang)
        }
    }
}

async fn page(app: &App, seat: &Seat, draft: &Draft) -> store::Result<Option<LetterPage>> {
    let lang = seat.lang;
    let Some((told, reachable, others)) = sample(app, draft).await? else { return Ok(None) };
    let Some(written) = written(app, &told) else { return Ok(None) };
    let issued = draft.state == DraftState::Issued;
    let counts = match (issued, batch_of(app, draft).await?) {
        (true, Some(batch)) => tiles(&app.store().mail_counts(Some(batch.new.id)).await?, "", lang),
        _ => Vec::new(),
    };
    let path = format!("/desk/angkatan/{}/surel", draft.id);
    let (shell, desk) = Frame::of(app, seat, say(lang, "Surel untuk lulusan", "Mail to graduates"), &path).await;
    let on = app.config.mail.is_on();
    Ok(Some(LetterPage {
        shell,
        desk,
        id: draft.id.to_string(),
        cohort: draft.cohort.clone(),
        on,
        sender: app.config.mail.sender.clone(),
        subject: written.subject,
        text: written.text,
        people: (!issued).then_some((reachable, others)),
        counts,
        may_send: on && issued && matches!(seat.user.role, Role::Operator | Role::Approver),
    }))
}

/// `GET /desk/angkatan/{id}/surel.html`: as a mail program shows it.
pub(super) async fn letter(State(app): State<Arc<App>>, seat: Seat, Segments(id): Segments<String>) -> Response {
    let told = async {
        let Some(draft) = find(&app, &id).await? else { return Ok(None) };
        sample(&app, &draft).await
    };
    let told = match told.await {
        Ok(told) => told,
        Err(error) => {
            let error: store::StoreError = error;
            return Oops::Internal(&error).page(&app, seat.lang);
        }
    };
    match told.and_then(|(told, ..)| written(&app, &told)) {
        Some(written) => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
                (header::CONTENT_SECURITY_POLICY, LETTER_POLICY),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            ];
            (headers, written.html).into_response()
        }
        None => missing(&app, &seat).await,
    }
}

/// `POST /desk/angkatan/{id}/surel`: tells those of an issued cohort who were not told, because no mails were sent then.
pub(super) async fn send(
    State(app): State<Arc<App>>,
    seat: Seat,
    Segments(id): Segments<String>,
    fields: Fields,
) -> Response {
    once(&app, &seat, fields.token(), async {
        let draft = find(&app, &id).await?.filter(|draft| draft.state == DraftState::Issued && app.config.mail.is_on());
        let batch = match &draft {
            Some(draft) => batch_of(&app, draft).await?,
            None => None,
        };
        let (Some(draft), Some(batch)) = (draft, batch) else {
            return Ok(Outcome::Refused(missing(&app, &seat).await));
        };
        let queued = app.store().queue_batch(batch.new.id, app.now()).await?;
        app.store().append_event(&seat.event(&app, "mail-batch", batch.new.id.to_string())).await?;
        app.mail.ring();
        let words = match seat.lang {
            Lang::Id => format!("{queued} surel akan dikirim. Yang sudah menerima tidak dikirimi lagi."),
            Lang::En => format!("{queued} mails will be sent. Whoever got one gets no other."),
        };
        seat.tell(Flash::done(words, "")).await;
        Ok(Outcome::Done(format!("/desk/angkatan/{}/surel", draft.id)))
    })
    .await
}
