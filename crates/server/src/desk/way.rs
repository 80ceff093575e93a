//! The steps of a cohort's way: sheet, warnings, sending, returning, approving, trying again, throwing away.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Multipart, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use store::{Draft, DraftChange, DraftSheet, DraftState, NewEvent, Note, StoreError};
use vc::Lang;

use super::cohort::{find, is_own, missing, page};
use super::form::{Fields, Outcome, once};
use super::frame::{Flash, token};
use super::issuing::batch_of;
use super::message::{self, Message};
use super::session::Seat;
use super::sheet::{self, Choices, DECISIONS, Looked, Unread, key};
use super::{gate::May, proof};
use crate::App;
use crate::asked::{Segments, parameter};
use crate::error::Oops;
use crate::pages::Keep;

/// The longest reason, in characters.
const REASON_CHARS: usize = 1_000;

/// `POST /desk/angkatan/{id}/lembar?form=&versi=`: the sheet. What is not a file stands in the address, so that a form that
/// is sent again is answered without reading the file.
pub(super) async fn upload(
    State(app): State<Arc<App>>,
    seat: Seat,
    Segments(id): Segments<String>,
    uri: Uri,
    form: Multipart,
) -> Response {
    let value = |name| parameter(&uri, name).unwrap_or_default();
    let (token, version) = (value("form"), value("versi").parse().unwrap_or(0));
    let draft = match find(&app, &id).await {
        Ok(Some(draft)) => draft,
        Ok(None) => return missing(&app, &seat).await,
        Err(error) => return Oops::Internal(&error).page(&app, seat.lang),
    };
    once(&app, &seat, &token, async {
        let file = match app.uploads.read(form).await {
            Ok(file) => file,
            Err(oops) => return Ok(Outcome::Refused(oops.page(&app, seat.lang))),
        };
        let name: String = file.name().chars().filter(|c| !c.is_control()).take(120).collect();
        let bytes: Arc<[u8]> = file.bytes().into();
        let read = match sheet::read(&app, &draft.programme_text, &name, Arc::clone(&bytes)).await {
            Ok(read) => read,
            Err(Unread::Store(error)) => return Err(error),
            Err(error) => return refuse_sheet(&app, &seat, &draft, &error).await,
        };
        let sheet = DraftSheet { sheet: bytes.to_vec(), choices: Choices::default().to_text() };
        let change = DraftChange::Sheet { name, sheet, rows: sheet::counts(&read.roster) };
        let event = seat.event(&app, "draft-sheet", draft.id.to_string());
        app.store().change_draft(draft.id, version, &change, app.now(), Some(&event)).await?;
        Ok(Outcome::Done(format!("/desk/angkatan/{}", draft.id)))
    })
    .await
}

async fn refuse_sheet(app: &App, seat: &Seat, draft: &Draft, error: &Unread) -> Result<Outcome, StoreError> {
    let (what, next) = error.words(seat.lang);
    let page = page(app, seat, draft, "").await?.with_refused(what, next);
    Ok(Outcome::Refused(app.pages.answer(StatusCode::UNPROCESSABLE_ENTITY, Keep::Never, &page)))
}

/// `POST /desk/angkatan/{id}/{step}`: everything else. Who may do it depends on the step.
pub(super) async fn step(
    State(app): State<Arc<App>>,
    seat: Seat,
    Segments((id, step)): Segments<(String, String)>,
    fields: Fields,
) -> Response {
    let draft = match find(&app, &id).await {
        Ok(Some(draft)) => draft,
        Ok(None) => return missing(&app, &seat).await,
        Err(error) => return Oops::Internal(&error).page(&app, seat.lang),
    };
    let may = match step.as_str() {
        "peringatan" | "ajukan" | "tarik" | "buang" | "pulihkan" => May::PREPARE,
        "kembalikan" | "setujui" | "coba-lagi" => May::APPROVE,
        _ => return missing(&app, &seat).await,
    };
    if !may.includes(seat.user.role) {
        let message = Message::forbidden(seat.user.role, seat.lang);
        return message::page(&app, &seat, StatusCode::FORBIDDEN, message).await;
    }
    if step == "setujui" && is_own(&draft, &seat) {
        return message::page(&app, &seat, StatusCode::FORBIDDEN, not_own(seat.lang)).await;
    }
    once(&app, &seat, fields.token(), async {
        let target = format!("/desk/angkatan/{}", draft.id);
        match taken(&app, &seat, &draft, &step, &fields).await? {
            Step::Take(change, event) => {
                let version = fields.get("versi").parse().unwrap_or(0);
                app.store().change_draft(draft.id, version, &change, app.now(), Some(&event)).await?;
                if matches!(change, DraftChange::Approve(_) | DraftChange::Retry) {
                    app.approved.notify_one();
                }
                if let Some(flash) = told(&change, seat.lang) {
                    seat.tell(flash).await;
                }
                Ok(Outcome::Done(if step == "peringatan" {
                    format!("{target}?bagian={}", fields.get("bagian"))
                } else {
                    target
                }))
            }
            Step::Refuse(page) => Ok(Outcome::Refused(page)),
        }
    })
    .await
}

/// What a step comes to before it is taken.
enum Step {
    Take(DraftChange, NewEvent),
    Refuse(Response),
}

async fn taken(app: &App, seat: &Seat, draft: &Draft, step: &str, fields: &Fields) -> Result<Step, StoreError> {
    let event = |act: &str| seat.event(app, act, draft.id.to_string());
    Ok(match step {
        "peringatan" => match looked(app, draft).await? {
            Some(looked) => Step::Take(DraftChange::Choices(ticked(&looked, fields).to_text()), event("draft-choices")),
            None => Step::Refuse(missing(app, seat).await),
        },
        "ajukan" => match looked(app, draft).await? {
            Some(looked) if looked.is_ready() => Step::Take(DraftChange::Submit(seat.user.id), event("draft-submit")),
            _ => Step::Refuse(message::page(app, seat, StatusCode::CONFLICT, not_ready(draft, seat.lang)).await),
        },
        "tarik" => Step::Take(DraftChange::TakeBack, event("draft-take-back")),
        "buang" => Step::Take(DraftChange::Discard, event("draft-discard")),
        "pulihkan" => Step::Take(DraftChange::Restore, event("draft-restore")),
        "coba-lagi" => Step::Take(DraftChange::Retry, event("draft-retry")),
        "kembalikan" if draft.state == DraftState::Approved && batch_of(app, draft).await?.is_some() => {
            return Err(StoreError::DraftMoved { id: draft.id });
        }
        "kembalikan" => {
            let reason: String = fields.get("alasan").chars().take(REASON_CHARS).collect();
            if reason.is_empty() {
                let problem = match seat.lang {
                    Lang::Id => "Tulis apa yang perlu diperbaiki.",
                    Lang::En => "Write what is to be mended.",
                };
                let page = page(app, seat, draft, "").await?.with_problems(problem.to_owned(), String::new());
                return Ok(Step::Refuse(app.pages.answer(StatusCode::UNPROCESSABLE_ENTITY, Keep::Never, &page)));
            }
            let note = Some(Note { salt: token(), text: reason.clone() });
            Step::Take(DraftChange::Return(seat.user.id, reason), NewEvent { note, ..event("draft-return") })
        }
        // The one that is left: approving. What was ready when it was sent may not be so any more.
        _ => {
            let ready = match sheet::look(app, draft).await {
                Ok(looked) => looked.is_some_and(|looked| looked.is_ready()),
                Err(Unread::Store(error) | Unread::Issue(issuer::IssueError::Store(error))) => return Err(error),
                Err(_) => false,
            };
            if !ready {
                let message = changed_since(draft, seat.lang);
                return Ok(Step::Refuse(message::page(app, seat, StatusCode::CONFLICT, message).await));
            }
            if let Err(problem) = proof::again(app, seat, fields.get("kode")).await? {
                let page = page(app, seat, draft, "").await?.with_problems(String::new(), problem);
                return Ok(Step::Refuse(app.pages.answer(StatusCode::UNPROCESSABLE_ENTITY, Keep::Never, &page)));
            }
            Step::Take(DraftChange::Approve(seat.user.id), event("draft-approve"))
        }
    })
}

async fn looked(app: &App, draft: &Draft) -> Result<Option<Looked>, StoreError> {
    if draft.state != DraftState::Draft {
        return Err(StoreError::DraftMoved { id: draft.id });
    }
    match sheet::look(app, draft).await {
        Ok(looked) => Ok(looked),
        Err(Unread::Store(error) | Unread::Issue(issuer::IssueError::Store(error))) => Err(error),
        Err(error) => {
            tracing::warn!(draft = %draft.id, %error, "a sheet cannot be looked at");
            Ok(None)
        }
    }
}

/// The choices after a form: of the warnings that it showed (`tampil`), exactly those that are ticked were looked at; of
/// the changed rows that it showed, what was chosen is decided, if it is about the certificate that stands there now.
fn ticked(looked: &Looked, fields: &Fields) -> Choices {
    let shown: BTreeSet<&str> = fields.all("tampil").into_iter().collect();
    let seen: BTreeSet<&str> = fields.all("dilihat").into_iter().collect();
    let mut choices = looked.choices.clone();
    for warning in &looked.roster().warnings {
        let key = key(warning);
        match (shown.contains(key.as_str()), seen.contains(key.as_str())) {
            (true, true) => drop(choices.seen.insert(key)),
            (true, false) => drop(choices.seen.remove(&key)),
            (false, _) => {}
        }
    }
    for conflict in &looked.plan.conflicts {
        if let Some(chosen) = fields.all(&format!("putusan-{}", conflict.row)).first() {
            let about = chosen.split_once('.').filter(|(_, id)| *id == conflict.certificate.to_string());
            let known = about.filter(|(code, _)| DECISIONS.iter().any(|(known, _)| known == code));
            choices.decide(conflict.row, conflict.certificate, known.map(|(code, _)| code));
        }
    }
    choices
}

fn told(change: &DraftChange, lang: Lang) -> Option<Flash> {
    let (id, en) = match change {
        DraftChange::Submit(_) => (
            ("Diajukan.", "Rekan yang berwenang sekarang dapat memeriksa dan menyetujuinya."),
            ("Sent for approval.", "A colleague who may can now look at it and approve."),
        ),
        DraftChange::TakeBack => (
            ("Pengajuan ditarik.", "Angkatan ini kembali menjadi draf."),
            ("Taken back.", "This cohort is a draft again."),
        ),
        DraftChange::Return(..) => (
            ("Dikembalikan.", "Penyusunnya melihat alasan Anda."),
            ("Returned.", "Whoever prepared it sees your reason."),
        ),
        DraftChange::Discard => (
            ("Draf dibuang.", "Dapat dipulihkan dari halaman ini."),
            ("Draft discarded.", "It can be brought back from this page."),
        ),
        DraftChange::Restore => (("Draf dipulihkan.", ""), ("Draft brought back.", "")),
        _ => return None,
    };
    let (strong, text) = if lang == Lang::Id { id } else { en };
    Some(Flash::done(strong, text))
}

fn not_own(lang: Lang) -> Message {
    match lang {
        Lang::Id => Message::new(
            "Angkatan ini Anda sendiri yang menyusun",
            "Yang menyusun tidak menyetujui. Tidak ada yang diubah.",
            "Minta rekan lain yang berwenang.",
            "/desk/angkatan",
            "Ke daftar angkatan",
        ),
        Lang::En => Message::new(
            "You prepared this cohort yourself",
            "Whoever prepares does not approve. Nothing was changed.",
            "Ask another colleague who may.",
            "/desk/angkatan",
            "To the list of cohorts",
        ),
    }
}

fn changed_since(draft: &Draft, lang: Lang) -> Message {
    let path = format!("/desk/angkatan/{}", draft.id);
    match lang {
        Lang::Id => Message::new(
            "Belum dapat disetujui",
            "Sertifikat yang sudah ada berubah sejak angkatan ini diajukan, sehingga ada baris yang perlu diputuskan lagi, atau tidak ada lagi yang akan terbit. Tidak ada yang diterbitkan.",
            "Kembalikan angkatan ini ke penyusun.",
            &path,
            "Ke angkatan",
        ),
        Lang::En => Message::new(
            "It cannot be approved",
            "Certificates have changed since this cohort was sent: there are rows to decide again, or nothing is left to be issued. Nothing was issued.",
            "Return the cohort to the operator.",
            &path,
            "To the cohort",
        ),
    }
}

fn not_ready(draft: &Draft, lang: Lang) -> Message {
    let path = format!("/desk/angkatan/{}", draft.id);
    match lang {
        Lang::Id => Message::new(
            "Belum dapat diajukan",
            "Masih ada baris yang perlu diperbaiki, dilihat, atau diputuskan, atau tidak ada yang akan diterbitkan.",
            "Selesaikan dahulu di pratinjau.",
            &path,
            "Ke pratinjau",
        ),
        Lang::En => Message::new(
            "It cannot be sent yet",
            "There are rows to mend, to look at or to decide, or nothing would be issued.",
            "Finish them in the preview first.",
            &path,
            "To the preview",
        ),
    }
}
