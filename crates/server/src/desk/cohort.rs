//! `/desk/angkatan/{id}`: one cohort, from its sheet to its report. What the page shows follows from the draft's state.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde::Serialize;
use store::{Batch, Draft, DraftId, DraftState, Role};
use uuid::Uuid;
use vc::Lang;

use super::audit::names;
use super::cohorts::draft_tag;
use super::frame::{Frame, Tag, moment};
use super::issuing::batch_of;
use super::message::{self, Message};
use super::preview::{Preview, preview};
use super::session::Seat;
use super::sheet::{self, Unread};
use crate::App;
use crate::asked::{Segments, parameter};
use crate::error::Oops;
use crate::pages::{Keep, Page, Shell};

/// A step of the way: words and state (`done`, `now`, `next`).
#[derive(Debug, Clone, Serialize)]
struct Step {
    label: &'static str,
    state: &'static str,
}

fn steps(state: DraftState, with_sheet: bool, lang: Lang) -> Vec<Step> {
    let at = match (state, with_sheet) {
        (DraftState::Draft | DraftState::Discarded, false) => 0,
        (DraftState::Draft | DraftState::Discarded, true) => 1,
        (DraftState::Submitted, _) => 2,
        (DraftState::Approved, _) => 3,
        (DraftState::Issued, _) => 4,
    };
    let labels = match lang {
        Lang::Id => ["Data", "Pratinjau", "Persetujuan", "Penerbitan", "Laporan"],
        Lang::En => ["Data", "Preview", "Approval", "Issuing", "Report"],
    };
    let step = |(number, label)| Step {
        label,
        state: match number {
            number if number < at => "done",
            number if number == at => "now",
            _ => "next",
        },
    };
    labels.into_iter().enumerate().map(step).collect()
}

/// How issuing goes.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Progress {
    total: u32,
    done: u32,
    waiting: u32,
    percent: u32,
    at: String,
    finished: bool,
    stopped: String,
    sentence: String,
    title: String,
}

/// `/desk/angkatan/{id}`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CohortPage {
    shell: Shell,
    desk: Frame,
    id: String,
    version: i64,
    cohort: String,
    title: String,
    tag_of: Tag,
    state: &'static str,
    steps: Vec<Step>,
    sheet_name: String,
    returned: String,
    preview: Option<Preview>,
    progress: Option<Progress>,
    /// Why the sheet cannot be used: what is wrong, what to do.
    refused: Option<(String, String)>,
    /// Who did what, when: label, name, time.
    people: Vec<(&'static str, String, String)>,
    /// Earlier cohorts of the programme: name and number of certificates.
    earlier: Vec<(String, u32)>,
    may_prepare: bool,
    may_decide: bool,
    /// Issuing has stopped before anything was reserved: the operator may have it back.
    may_return: bool,
    reason_problem: String,
    code_problem: String,
}

impl Page for CohortPage {
    const TEMPLATE: &'static str = "desk/cohort.html";
    const DESK: bool = true;

    fn shell(&self) -> &Shell {
        &self.shell
    }

    #[cfg(test)]
    fn samples(shell: &dyn Fn(Lang) -> Shell) -> Vec<(String, Self)> {
        samples(shell)
    }
}

/// The part of the page that renews itself.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ProgressPart {
    shell: Shell,
    progress: Progress,
}

impl Page for ProgressPart {
    const TEMPLATE: &'static str = "desk/progress.html";
    const DESK: bool = true;

    fn shell(&self) -> &Shell {
        &self.shell
    }

    #[cfg(test)]
    fn samples(_: &dyn Fn(Lang) -> Shell) -> Vec<(String, Self)> {
        Vec::new()
    }
}

/// The draft with this id.
pub(super) async fn find(app: &App, id: &str) -> store::Result<Option<Draft>> {
    match Uuid::try_parse(id) {
        Ok(id) => app.store().draft(DraftId(id)).await,
        Err(_) => Ok(None),
    }
}

/// There is no such draft.
pub(super) async fn missing(app: &App, seat: &Seat) -> Response {
    message::page(app, seat, StatusCode::NOT_FOUND, Message::missing(seat.lang, "/desk/angkatan")).await
}

/// `GET /desk/angkatan/{id}?bagian=`
pub(super) async fn one(State(app): State<Arc<App>>, seat: Seat, Segments(id): Segments<String>, uri: Uri) -> Response {
    let draft = match find(&app, &id).await {
        Ok(Some(draft)) => draft,
        Ok(None) => return missing(&app, &seat).await,
        Err(error) => return Oops::Internal(&error).page(&app, seat.lang),
    };
    let tile = parameter(&uri, "bagian").unwrap_or_default();
    match page(&app, &seat, &draft, &tile).await {
        Ok(page) => app.pages.answer(StatusCode::OK, Keep::Never, &page),
        Err(error) => Oops::Internal(&error).page(&app, seat.lang),
    }
}

/// The page of a draft as it stands.
pub(super) async fn page(app: &App, seat: &Seat, draft: &Draft, tile: &str) -> store::Result<CohortPage> {
    let lang = seat.lang;
    let looking = matches!(draft.state, DraftState::Draft | DraftState::Submitted);
    let (preview, refused) = match looking {
        true => match previewed(app, draft, tile, lang).await {
            Ok(preview) => (preview, None),
            Err(Unread::Store(error) | Unread::Issue(issuer::IssueError::Store(error))) => return Err(error),
            Err(error) => (None, Some(error.words(lang))),
        },
        false => (None, None),
    };
    let batch = match draft.state {
        DraftState::Approved | DraftState::Issued => batch_of(app, draft).await?,
        _ => None,
    };
    let progress = (draft.state == DraftState::Approved).then(|| progress(app, draft, batch.as_ref(), lang));
    let path = format!("/desk/angkatan/{}", draft.id);
    let (shell, desk) = Frame::of(app, seat, draft.cohort.clone(), &path).await;
    Ok(CohortPage {
        shell,
        desk,
        id: draft.id.to_string(),
        version: draft.version,
        cohort: draft.cohort.clone(),
        title: draft.title.clone(),
        tag_of: draft_tag(draft, lang),
        state: draft.state.code(),
        steps: steps(draft.state, !draft.sheet_name.is_empty(), lang),
        sheet_name: draft.sheet_name.clone(),
        returned: draft.returned.clone().unwrap_or_default(),
        preview,
        progress,
        refused,
        people: people(app, draft, batch.as_ref(), lang).await?,
        earlier: earlier(app, draft).await?,
        may_prepare: seat.user.role == Role::Operator,
        may_decide: seat.user.role == Role::Approver && !is_own(draft, seat),
        may_return: seat.user.role == Role::Approver && draft.stopped.is_some() && batch.is_none(),
        reason_problem: String::new(),
        code_problem: String::new(),
    })
}

async fn previewed(app: &App, draft: &Draft, tile: &str, lang: Lang) -> Result<Option<Preview>, Unread> {
    match sheet::look(app, draft).await? {
        Some(looked) => Ok(Some(preview(app, &looked, draft, tile, lang).await?)),
        None => Ok(None),
    }
}

impl CohortPage {
    /// What is wrong with the reason and with the code.
    pub(super) fn with_problems(mut self, reason: String, code: String) -> Self {
        let mark = if self.shell.language == Lang::Id { "Perlu diperbaiki:" } else { "To be mended:" };
        self.shell.title = format!("{mark} {}", self.shell.title);
        (self.reason_problem, self.code_problem) = (reason, code);
        self
    }

    /// A sheet that was sent and cannot be used.
    pub(super) fn with_refused(mut self, what: String, next: String) -> Self {
        self.refused = Some((what, next));
        self
    }
}

/// Nobody approves what they prepared or sent.
pub(super) fn is_own(draft: &Draft, seat: &Seat) -> bool {
    draft.created_by == seat.user.id || draft.submitted.is_some_and(|(by, _)| by == seat.user.id)
}

fn progress(app: &App, draft: &Draft, batch: Option<&Batch>, lang: Lang) -> Progress {
    let total = batch.map_or(draft.rows.passed, |batch| batch.certificates);
    let done = batch.map_or(0, |batch| batch.signed);
    let finished = draft.state == DraftState::Issued;
    let percent = if total == 0 { 0 } else { u32::try_from(u64::from(done) * 100 / u64::from(total)).unwrap_or(100) };
    let sentence = match lang {
        Lang::Id => format!("{done} dari {total} sertifikat terbit"),
        Lang::En => format!("{done} of {total} certificates issued"),
    };
    Progress {
        total,
        done,
        waiting: total.saturating_sub(done),
        percent,
        at: crate::words::time(app.now(), &app.office.zone, lang),
        finished,
        stopped: draft.stopped.as_ref().map(|why| why.words(lang == Lang::En).to_owned()).unwrap_or_default(),
        title: format!("{sentence} - {} - Piagam", draft.cohort),
        sentence,
    }
}

/// `GET /desk/angkatan/{id}/kemajuan`: what the page renews itself with.
pub(super) async fn renewed(State(app): State<Arc<App>>, seat: Seat, Segments(id): Segments<String>) -> Response {
    let part = async {
        let Some(draft) = find(&app, &id).await? else { return Ok(None) };
        let batch = batch_of(&app, &draft).await?;
        Ok::<_, store::StoreError>(Some(progress(&app, &draft, batch.as_ref(), seat.lang)))
    };
    match part.await {
        Ok(Some(progress)) => {
            let shell = super::frame::shell(&app, seat.lang, progress.title.clone(), "/desk/angkatan");
            app.pages.answer(StatusCode::OK, Keep::Never, &ProgressPart { shell, progress })
        }
        Ok(None) => missing(&app, &seat).await,
        Err(error) => Oops::Internal(&error).page(&app, seat.lang),
    }
}

async fn people(
    app: &App,
    draft: &Draft,
    batch: Option<&Batch>,
    lang: Lang,
) -> store::Result<Vec<(&'static str, String, String)>> {
    let names = names(app).await?;
    let id = lang == Lang::Id;
    let say = |label: &'static str, english: &'static str| if id { label } else { english };
    let name = |user: store::UserId| names.get(&user).cloned().unwrap_or_else(|| user.actor());
    let at = |moment_of| moment(app, moment_of, lang);
    let mut people = vec![(say("Disusun", "Prepared"), name(draft.created_by), at(draft.created_at))];
    if let Some((user, when)) = draft.submitted {
        people.push((say("Diajukan", "Sent for approval"), name(user), at(when)));
    }
    if let Some((user, when)) = draft.decided {
        let label =
            if draft.returned.is_some() { say("Dikembalikan", "Returned") } else { say("Disetujui", "Approved") };
        people.push((label, name(user), at(when)));
    }
    if let Some(finished) = batch.and_then(|batch| batch.finished_at) {
        let count = batch.map_or(0, |batch| batch.certificates);
        let words = if id { format!("{count} sertifikat") } else { format!("{count} certificates") };
        people.push((say("Terbit", "Issued"), words, at(finished)));
    }
    Ok(people)
}

/// Cohorts of the same programme that are issued, newest first.
async fn earlier(app: &App, draft: &Draft) -> store::Result<Vec<(String, u32)>> {
    if draft.state != DraftState::Submitted {
        return Ok(Vec::new());
    }
    let issued = app.store().drafts(Some(DraftState::Issued), None, 100).await?;
    let same = issued.into_iter().filter(|other| other.title == draft.title && other.id != draft.id);
    Ok(same.take(5).map(|other| (other.cohort, other.rows.passed)).collect())
}

#[cfg(test)]
fn samples(shell: &dyn Fn(Lang) -> Shell) -> Vec<(String, CohortPage)> {
    let page = |lang: Lang, state: DraftState, preview: Option<Preview>| CohortPage {
        shell: shell(lang),
        desk: Frame::sample(lang, "/desk/angkatan/x"),
        id: "1b4e28ba-2fa1-41d2-883f-0016d3cca427".into(),
        version: 3,
        cohort: "Angkatan II Tahun 2026".into(),
        title: "Dasar-Dasar Kecerdasan Artifisial bagi ASN".into(),
        tag_of: Tag::new("plain", "file", "Draf", "Draft", lang),
        state: state.code(),
        steps: steps(state, preview.is_some(), lang),
        sheet_name: preview.as_ref().map_or_else(String::new, |_| "peserta <angkatan> 2.xlsx".into()),
        returned: if state == DraftState::Draft { "NIP baris 9 <salah>".into() } else { String::new() },
        preview,
        progress: (state == DraftState::Approved).then(|| Progress {
            total: 500,
            done: 312,
            waiting: 188,
            percent: 62,
            at: "14.05 WIB".into(),
            finished: false,
            stopped: String::new(),
            sentence: "312 dari 500 sertifikat terbit".into(),
            title: "312 dari 500".into(),
        }),
        refused: None,
        people: vec![("Disusun", "Sari Contohwati".into(), "24 November 2026, 13.41 WIB".into())],
        earlier: vec![("Angkatan I Tahun 2026".into(), 264)],
        may_prepare: true,
        may_decide: state == DraftState::Submitted,
        may_return: false,
        reason_problem: String::new(),
        code_problem: String::new(),
    };
    let (id, en) = (Lang::Id, Lang::En);
    let mut refused = page(id, DraftState::Draft, None);
    refused.refused = Some(("Buku kerja ini rusak.".into(), "Simpan ulang.".into()));
    let mut stopped = page(en, DraftState::Approved, None);
    stopped.may_return = true;
    if let Some(progress) = &mut stopped.progress {
        progress.stopped = "The key <k1> is not open.".into();
    }
    vec![
        ("desk-cohort-empty.id".into(), page(id, DraftState::Draft, None)),
        ("desk-cohort-refused.id".into(), refused),
        ("desk-cohort-problems.id".into(), page(id, DraftState::Draft, Some(Preview::sample("perbaiki", 4, id)))),
        ("desk-cohort-warnings.en".into(), page(en, DraftState::Draft, Some(Preview::sample("lihat", 0, en)))),
        ("desk-cohort-known.id".into(), page(id, DraftState::Draft, Some(Preview::sample("sudah", 0, id)))),
        ("desk-cohort-submitted.id".into(), page(id, DraftState::Submitted, Some(Preview::sample("siap", 0, id)))),
        ("desk-cohort-issuing.id".into(), page(id, DraftState::Approved, None)),
        ("desk-cohort-stopped.en".into(), stopped),
        ("desk-cohort-issued.id".into(), page(id, DraftState::Issued, None)),
        ("desk-cohort-discarded.en".into(), page(en, DraftState::Discarded, None)),
    ]
}
