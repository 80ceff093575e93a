//! `/desk/angkatan/{id}`: one cohort, from its sheet to its report. What the page shows follows from the draft's state.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use issuer::roster::{Recipient, Roster};
use serde::Serialize;
use store::{Batch, Draft, DraftId, DraftState, Role};
use uuid::Uuid;
use vc::Lang;

use super::audit::names;
use super::cohorts::DraftTag;
use super::frame::{Frame, moment};
use super::issuing::batch_of;
use super::message::{self, Message};
use super::session::Seat;
use super::sheet::{self, Looked, Unread, key};
use crate::App;
use crate::asked::Segments;
use crate::error::Oops;
use crate::pages::{Keep, Page, Shell};

/// How many rows of a sheet a page shows.
const ROWS: usize = 100;

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

/// The tiles of the preview; their numbers add up to the rows of the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tile {
    Problems,
    Warnings,
    Known,
    Ready,
    Skipped,
}

impl Tile {
    const ALL: [Self; 5] = [Self::Problems, Self::Warnings, Self::Known, Self::Ready, Self::Skipped];

    fn code(self) -> &'static str {
        match self {
            Self::Problems => "perbaiki",
            Self::Warnings => "lihat",
            Self::Known => "sudah",
            Self::Ready => "siap",
            Self::Skipped => "lewati",
        }
    }

    fn words(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Problems, Lang::Id) => "Perlu diperbaiki",
            (Self::Problems, Lang::En) => "To be mended",
            (Self::Warnings, Lang::Id) => "Perlu dilihat",
            (Self::Warnings, Lang::En) => "To be looked at",
            (Self::Known, Lang::Id) => "Sudah punya sertifikat",
            (Self::Known, Lang::En) => "Have it already",
            (Self::Ready, Lang::Id) => "Siap diterbitkan",
            (Self::Ready, Lang::En) => "Ready to be issued",
            (Self::Skipped, Lang::Id) => "Tidak lulus, dilewati",
            (Self::Skipped, Lang::En) => "Not passed, left out",
        }
    }

    fn icon(self) -> (&'static str, &'static str) {
        match self {
            Self::Problems => ("bad", "x"),
            Self::Warnings => ("warn", "warn"),
            Self::Known => ("plain", "award"),
            Self::Ready => ("ok", "tick"),
            Self::Skipped => ("plain", "dash"),
        }
    }

    fn count(self, looked: &Looked) -> usize {
        let roster = &looked.roster;
        match self {
            Self::Problems => roster.problem_count.max(roster.problems.len()),
            Self::Warnings => roster.warning_count.max(roster.warnings.len()),
            Self::Known => looked.plan.unchanged.len() + looked.plan.conflicts.len(),
            Self::Ready if roster.problems.is_empty() => looked.to_issue(),
            Self::Ready => roster.recipients.len(),
            Self::Skipped => roster.skipped.len(),
        }
    }
}

#[derive(Debug, Clone, Serialize)]
struct Count {
    code: &'static str,
    label: &'static str,
    kind: &'static str,
    icon: &'static str,
    count: usize,
    current: bool,
}

/// A row of the table under the tiles.
#[derive(Debug, Clone, Serialize)]
struct Line {
    row: u32,
    /// Column letter and header; empty where the whole row is meant.
    column: String,
    value: String,
    /// `bad`, `warn`, or empty.
    kind: &'static str,
    why: String,
    mend: String,
    /// The check box: its name, its value, whether it is ticked; an empty name has none.
    tick: (&'static str, String, bool),
}

/// What the preview shows.
#[derive(Debug, Clone, Serialize)]
struct Preview {
    counts: Vec<Count>,
    tile: &'static str,
    heading: &'static str,
    lines: Vec<Line>,
    more: usize,
    problems: usize,
    unseen: usize,
    undecided: usize,
    to_issue: usize,
    ready: bool,
    header_row: u32,
    sheet: String,
    ignored: Vec<String>,
    first: String,
    last: String,
    longest: String,
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
    tag_of: DraftTag,
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
    let asked: Vec<(String, String)> = serde_urlencoded::from_str(uri.query().unwrap_or_default()).unwrap_or_default();
    let tile = asked.iter().find(|(key, _)| key == "bagian").map_or("", |(_, value)| value.as_str());
    match page(&app, &seat, &draft, tile).await {
        Ok(page) => app.pages.answer(StatusCode::OK, Keep::Never, &page),
        Err(error) => Oops::Internal(&error).page(&app, seat.lang),
    }
}

/// The page of a draft as it stands.
pub(super) async fn page(app: &App, seat: &Seat, draft: &Draft, tile: &str) -> store::Result<CohortPage> {
    let lang = seat.lang;
    let looking = matches!(draft.state, DraftState::Draft | DraftState::Submitted);
    let (preview, refused) = match looking {
        true => match sheet::look(app, draft).await {
            Ok(looked) => (looked.map(|looked| preview(&looked, draft, tile, lang)), None),
            Err(Unread::Store(error)) => return Err(error),
            Err(Unread::Issue(issuer::IssueError::Store(error))) => return Err(error),
            Err(Unread::Sheet(refused)) => (None, Some((refused.reason(lang), refused.mend(lang)))),
            Err(error) => (None, Some((error.to_string(), String::new()))),
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
        tag_of: DraftTag::of(draft, lang),
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
        reason_problem: String::new(),
        code_problem: String::new(),
    })
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

fn preview(looked: &Looked, draft: &Draft, asked: &str, lang: Lang) -> Preview {
    let counted = Tile::ALL.map(|tile| (tile, tile.count(looked)));
    let chosen = Tile::ALL.into_iter().find(|tile| tile.code() == asked);
    // The first tile that somebody has to do something about, else what will be issued.
    let tile = chosen.unwrap_or_else(|| {
        let first = counted.iter().find(|(tile, count)| *count > 0 && *tile != Tile::Known).map(|(tile, _)| *tile);
        if looked.undecided() > 0 && looked.roster.problems.is_empty() {
            Tile::Known
        } else {
            first.unwrap_or(Tile::Ready)
        }
    });
    let lines = lines(looked, tile, lang);
    let recipients = &looked.roster.recipients;
    let named = |recipient: Option<&Recipient>| recipient.map(Recipient::name_with_titles).unwrap_or_default();
    let longest = recipients.iter().max_by_key(|recipient| recipient.name_with_titles().chars().count());
    Preview {
        counts: counted
            .into_iter()
            .map(|(each, count)| Count {
                code: each.code(),
                label: each.words(lang),
                kind: each.icon().0,
                icon: each.icon().1,
                count,
                current: each == tile,
            })
            .collect(),
        tile: tile.code(),
        heading: tile.words(lang),
        more: tile.count(looked).saturating_sub(lines.len()),
        lines,
        problems: Tile::Problems.count(looked),
        unseen: looked.unseen(),
        undecided: looked.undecided(),
        to_issue: looked.to_issue(),
        ready: looked.is_ready(),
        header_row: looked.roster.header_row,
        sheet: looked.roster.sheet.clone().unwrap_or_default(),
        ignored: ignored(&looked.roster),
        first: named(recipients.first()),
        last: named(recipients.last()),
        longest: if draft.state == DraftState::Submitted { named(longest) } else { String::new() },
    }
}

fn ignored(roster: &Roster) -> Vec<String> {
    roster.ignored.iter().map(|column| format!("{} ({})", column.header, column.letter)).collect()
}

fn lines(looked: &Looked, tile: Tile, lang: Lang) -> Vec<Line> {
    let place = |column: &issuer::roster::Column| format!("{} ({})", column.header, column.letter);
    let none = || ("", String::new(), false);
    let roster = &looked.roster;
    match tile {
        Tile::Problems => roster
            .problems
            .iter()
            .take(ROWS)
            .map(|problem| Line {
                row: problem.row,
                column: place(&problem.column),
                value: problem.value.clone(),
                kind: "bad",
                why: problem.reason(lang),
                mend: problem.mend(lang),
                tick: none(),
            })
            .collect(),
        Tile::Warnings => {
            // What is still to be looked at comes first.
            let (unseen, seen): (Vec<_>, Vec<_>) =
                roster.warnings.iter().partition(|warning| !looked.choices.seen.contains(&key(warning)));
            unseen
                .into_iter()
                .chain(seen)
                .take(ROWS)
                .map(|warning| Line {
                    row: warning.row,
                    column: place(&warning.column),
                    value: warning.value.clone(),
                    kind: "warn",
                    why: warning.reason(lang),
                    mend: warning.mend(lang),
                    tick: ("dilihat", key(warning), looked.choices.seen.contains(&key(warning))),
                })
                .collect()
        }
        Tile::Known => known(looked, lang),
        Tile::Ready => {
            let ready: Vec<&Recipient> = match roster.problems.is_empty() {
                true => looked.plan.new.iter().filter_map(|at| roster.recipients.get(*at)).collect(),
                false => roster.recipients.iter().collect(),
            };
            ready
                .into_iter()
                .take(ROWS)
                .map(|recipient| Line {
                    row: recipient.row,
                    column: String::new(),
                    value: recipient.name_with_titles(),
                    kind: "",
                    why: recipient.nip.map(|nip| nip.to_string()).unwrap_or_default(),
                    mend: recipient.agency.as_deref().unwrap_or_default().to_owned(),
                    tick: none(),
                })
                .collect()
        }
        Tile::Skipped => roster
            .skipped
            .iter()
            .take(ROWS)
            .map(|skipped| Line {
                row: skipped.row,
                column: String::new(),
                value: skipped.name.clone(),
                kind: "",
                why: String::new(),
                mend: String::new(),
                tick: none(),
            })
            .collect(),
    }
}

/// People who have a certificate: first those whose row says something else now.
fn known(looked: &Looked, lang: Lang) -> Vec<Line> {
    let id = lang == Lang::Id;
    let conflicts = looked.plan.conflicts.iter().map(|conflict| Line {
        row: conflict.row,
        column: String::new(),
        value: conflict.name.clone(),
        kind: "warn",
        why: conflict.reason(lang),
        mend: if id {
            "Centang untuk melewati baris ini: sertifikatnya tetap. Untuk memperbaiki nama, pakai Terbitkan ulang pada sertifikatnya."
        } else {
            "Tick to leave this row out: the certificate stays. To correct the name, issue the certificate again."
        }
        .to_owned(),
        tick: ("lewati", conflict.row.to_string(), looked.choices.keep.contains(&conflict.row)),
    });
    let unchanged = looked.plan.unchanged.iter().map(|unchanged| Line {
        row: unchanged.row,
        column: String::new(),
        value: looked.roster.recipients.get(unchanged.at).map(Recipient::name_with_titles).unwrap_or_default(),
        kind: "",
        why: unchanged.number.clone(),
        mend: if id { "Tidak diterbitkan lagi." } else { "Not issued again." }.to_owned(),
        tick: ("", String::new(), false),
    });
    conflicts.chain(unchanged).take(ROWS).collect()
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
        stopped: draft.stopped.clone().unwrap_or_default(),
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
    let line = |kind: &'static str, tick: (&'static str, String, bool)| Line {
        row: 9,
        column: "NIP (F)".into(),
        value: "1.99203E+17 <b>".into(),
        kind,
        why: "NIP terbaca sebagai angka sehingga digit akhirnya hilang.".into(),
        mend: "Ubah kolom NIP menjadi Teks, lalu ketik ulang dari sumber asli.".into(),
        tick,
    };
    let preview = |tile: Tile, line: Line, problems: usize, lang: Lang| Preview {
        counts: Tile::ALL
            .iter()
            .map(|each| Count {
                code: each.code(),
                label: each.words(lang),
                kind: each.icon().0,
                icon: each.icon().1,
                count: 4,
                current: *each == tile,
            })
            .collect(),
        tile: tile.code(),
        heading: tile.words(lang),
        lines: vec![line.clone(), line],
        more: 2,
        problems,
        unseen: 2,
        undecided: 0,
        to_issue: 34,
        ready: problems == 0,
        header_row: 6,
        sheet: "Peserta".into(),
        ignored: vec!["Catatan (Q)".into()],
        first: "Ratna Contohsari".into(),
        last: "Budi Misalnya".into(),
        longest: "Dr. Ratna <Contohsari>, S.T., M.Si.".into(),
    };
    let page = |lang: Lang, state: DraftState, preview: Option<Preview>| CohortPage {
        shell: shell(lang),
        desk: Frame::sample(lang, "/desk/angkatan/x"),
        id: "1b4e28ba-2fa1-41d2-883f-0016d3cca427".into(),
        version: 3,
        cohort: "Angkatan II Tahun 2026".into(),
        title: "Dasar-Dasar Kecerdasan Artifisial bagi ASN".into(),
        tag_of: super::cohorts::sample_tag(),
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
        reason_problem: String::new(),
        code_problem: String::new(),
    };
    let none = || ("", String::new(), false);
    let (id, en) = (Lang::Id, Lang::En);
    let mut refused = page(id, DraftState::Draft, None);
    refused.refused = Some(("Buku kerja ini rusak.".into(), "Simpan ulang.".into()));
    vec![
        ("desk-cohort-empty.id".into(), page(id, DraftState::Draft, None)),
        ("desk-cohort-refused.id".into(), refused),
        (
            "desk-cohort-problems.id".into(),
            page(id, DraftState::Draft, Some(preview(Tile::Problems, line("bad", none()), 4, id))),
        ),
        (
            "desk-cohort-warnings.en".into(),
            page(
                en,
                DraftState::Draft,
                Some(preview(Tile::Warnings, line("warn", ("dilihat", "9.F.x".into(), true)), 0, en)),
            ),
        ),
        (
            "desk-cohort-submitted.id".into(),
            page(id, DraftState::Submitted, Some(preview(Tile::Ready, line("", none()), 0, id))),
        ),
        ("desk-cohort-issuing.id".into(), page(id, DraftState::Approved, None)),
        ("desk-cohort-issued.id".into(), page(id, DraftState::Issued, None)),
        ("desk-cohort-discarded.en".into(), page(en, DraftState::Discarded, None)),
    ]
}
