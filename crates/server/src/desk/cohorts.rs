//! `/desk/angkatan`: the cohorts on their way, and a new one from a programme.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use issuer::programme::{MAX_PROGRAMME_BYTES, Programme};
use issuer::roster::template_workbook;
use serde::Serialize;
use store::{ArtifactHash, Draft, DraftId, DraftState, Role};
use uuid::Uuid;
use vc::Lang;

use super::form::{Fields, Outcome, once};
use super::frame::{Frame, Tag};
use super::session::Seat;
use crate::App;
use crate::asked::parameter;
use crate::bounds::PROGRAMME_TITLES;
use crate::error::Oops;
use crate::pages::{Keep, Page, Shell};
use crate::words;

/// How many cohorts a page shows.
const PAGE: usize = 50;

/// How many of the programmes that were issued before are offered.
const PROGRAMMES: usize = 50;

/// Where an installation keeps its programme files, in its data directory.
const FOLDER: &str = "templates/programmes";

/// A draft's state as a tag.
pub(super) fn draft_tag(draft: &Draft, lang: Lang) -> Tag {
    let (kind, icon, id, en) = match draft.state {
        DraftState::Draft if draft.returned.is_some() => ("warn", "warn", "Dikembalikan", "Returned"),
        DraftState::Draft if draft.rows.problems > 0 => ("warn", "warn", "Perlu perbaikan", "To be mended"),
        DraftState::Draft => ("plain", "file", "Draf", "Draft"),
        DraftState::Submitted => ("info", "clock", "Menunggu persetujuan", "Waiting for approval"),
        DraftState::Approved if draft.stopped.is_some() => ("bad", "x", "Berhenti", "Stopped"),
        DraftState::Approved => ("info", "play", "Sedang diterbitkan", "Being issued"),
        DraftState::Issued => ("ok", "tick", "Selesai", "Done"),
        DraftState::Discarded => ("plain", "dash", "Dibuang", "Discarded"),
    };
    Tag::new(kind, icon, id, en, lang)
}

#[derive(Debug, Clone, Serialize)]
struct Row {
    path: String,
    cohort: String,
    title: String,
    tag: Tag,
    people: u32,
    changed: String,
}

/// `/desk/angkatan`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CohortsPage {
    shell: Shell,
    desk: Frame,
    rows: Vec<Row>,
    next: String,
    /// This user may begin one.
    may_begin: bool,
    discarded: bool,
}

impl Page for CohortsPage {
    const TEMPLATE: &'static str = "desk/cohorts.html";
    const DESK: bool = true;

    fn shell(&self) -> &Shell {
        &self.shell
    }

    #[cfg(test)]
    fn samples(shell: &dyn Fn(Lang) -> Shell) -> Vec<(String, Self)> {
        let page = |lang: Lang, rows: usize| Self {
            shell: shell(lang),
            desk: Frame::sample(lang, "/desk/angkatan"),
            rows: (0..rows)
                .map(|_| Row {
                    path: "/desk/angkatan/x".into(),
                    cohort: "Angkatan II Tahun 2026".into(),
                    title: "Dasar-Dasar <Kecerdasan> Artifisial bagi ASN".into(),
                    tag: Tag::new("info", "play", "Sedang diterbitkan", "Being issued", lang),
                    people: 500,
                    changed: "24 November 2026".into(),
                })
                .collect(),
            next: String::new(),
            may_begin: true,
            discarded: false,
        };
        vec![
            ("desk-cohorts.id".into(), page(Lang::Id, 3)),
            ("desk-cohorts.en".into(), page(Lang::En, 3)),
            ("desk-cohorts-empty.id".into(), page(Lang::Id, 0)),
        ]
    }
}

/// `GET /desk/angkatan?keadaan=dibuang&sebelum=`
pub(super) async fn list(State(app): State<Arc<App>>, seat: Seat, uri: Uri) -> Response {
    let value = |name| parameter(&uri, name).unwrap_or_default();
    let discarded = value("keadaan") == "dibuang";
    let state = discarded.then_some(DraftState::Discarded);
    let drafts = match app.store().drafts(state, value("sebelum").parse().ok(), PAGE as u32 + 1).await {
        Ok(drafts) => drafts,
        Err(error) => return Oops::Internal(&error).page(&app, seat.lang),
    };
    let title = if seat.lang == Lang::Id { "Angkatan" } else { "Cohorts" };
    let (shell, desk) = Frame::of(&app, &seat, title, "/desk/angkatan").await;
    let next = drafts.get(PAGE - 1).filter(|_| drafts.len() > PAGE).map_or_else(String::new, |last| {
        format!("/desk/angkatan?sebelum={}{}", last.serial, if discarded { "&keadaan=dibuang" } else { "" })
    });
    let rows = drafts
        .iter()
        .take(PAGE)
        .map(|draft| Row {
            path: format!("/desk/angkatan/{}", draft.id),
            cohort: draft.cohort.clone(),
            title: draft.title.clone(),
            tag: draft_tag(draft, seat.lang),
            people: draft.rows.passed,
            changed: words::day(draft.changed_at, &app.office.zone, seat.lang),
        })
        .collect();
    let page = CohortsPage { shell, desk, rows, next, may_begin: seat.user.role == Role::Operator, discarded };
    app.pages.answer(StatusCode::OK, Keep::Never, &page)
}

/// `/desk/angkatan-baru`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct NewCohortPage {
    shell: Shell,
    desk: Frame,
    /// Where a programme may be taken from: key and title.
    sources: Vec<(String, String)>,
    chosen: String,
    text: String,
    /// Every problem of the text, each with its line.
    problems: Vec<String>,
}

impl Page for NewCohortPage {
    const TEMPLATE: &'static str = "desk/new-cohort.html";
    const DESK: bool = true;

    fn shell(&self) -> &Shell {
        &self.shell
    }

    #[cfg(test)]
    fn samples(shell: &dyn Fn(Lang) -> Shell) -> Vec<(String, Self)> {
        let page = |lang: Lang, problems: &[&str]| Self {
            shell: shell(lang),
            desk: Frame::sample(lang, "/desk/angkatan"),
            sources: vec![("bawaan:ai".into(), "Dasar-Dasar Kecerdasan Artifisial".into())],
            chosen: "bawaan:ai".into(),
            text: "[programme]\n# </textarea><b>".into(),
            problems: problems.iter().map(|problem| (*problem).to_owned()).collect(),
        };
        vec![
            ("desk-new-cohort.id".into(), page(Lang::Id, &[])),
            ("desk-new-cohort-wrong.en".into(), page(Lang::En, &["Line 3: title is missing."])),
        ]
    }
}

/// A programme that a cohort may begin with.
struct Source {
    key: String,
    title: String,
    text: Text,
}

/// Where its file is: at hand, or kept with what was issued.
enum Text {
    Here(String),
    Kept(ArtifactHash),
}

/// The titles of programme files, by their hashes: a file that was read once is not read again for its title. `None` for a
/// file with problems.
#[derive(Default)]
pub(crate) struct Titles(Mutex<HashMap<ArtifactHash, Option<String>>>);

impl Titles {
    fn known(&self, hash: &ArtifactHash) -> Option<Option<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(hash).cloned()
    }

    fn of(&self, hash: ArtifactHash, text: &str) -> Option<String> {
        if let Some(title) = self.known(&hash) {
            return title;
        }
        let title = Programme::parse(text).ok();
        let title = title.map(|programme| format!("{} ({})", programme.title.id, programme.cohort_words().id));
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= PROGRAMME_TITLES {
            known.clear();
        }
        known.insert(hash, title.clone());
        title
    }

    fn source(&self, key: String, text: String) -> Option<Source> {
        let title = self.of(ArtifactHash::of(text.as_bytes()), &text)?;
        Some(Source { key, title, text: Text::Here(text) })
    }
}

const BUILT_IN: [(&str, &str); 3] = [
    ("ai-fundamentals", include_str!("../../../../templates/programmes/ai-fundamentals.toml")),
    ("digital-governance", include_str!("../../../../templates/programmes/digital-governance.toml")),
    (
        "ai-in-southeast-asian-government",
        include_str!("../../../../templates/programmes/ai-in-southeast-asian-government.toml"),
    ),
];

/// The installation's own files, what was issued before, and the samples that come with the program.
async fn sources(app: &App) -> store::Result<Vec<Source>> {
    let folder = app.office.dir.join(FOLDER);
    let own = app.work.run(move || own(&folder)).await;
    let mut sources: Vec<Source> = own.into_iter().filter_map(|(key, text)| app.titles.source(key, text)).collect();
    let mut seen: Vec<ArtifactHash> = Vec::new();
    for batch in app.store().batches(store::PAGE_MAX).await? {
        let hash = batch.new.programme_hash;
        if sources.len() >= PROGRAMMES || seen.contains(&hash) {
            continue;
        }
        let title = match app.titles.known(&hash) {
            Some(title) => title,
            None => kept(app, &hash).await?.and_then(|text| app.titles.of(hash.clone(), &text)),
        };
        let key = format!("terbit:{}", hash.0);
        sources.extend(title.map(|title| Source { key, title, text: Text::Kept(hash.clone()) }));
        seen.push(hash);
    }
    let samples = BUILT_IN.iter().map(|(name, text)| (format!("contoh:{name}"), (*text).to_owned()));
    sources.extend(samples.filter_map(|(key, text)| app.titles.source(key, text)));
    Ok(sources)
}

/// A programme file that was frozen with a batch.
async fn kept(app: &App, hash: &ArtifactHash) -> store::Result<Option<String>> {
    let kept = app.store().artifact(hash).await?;
    Ok(kept.and_then(|kept| String::from_utf8(kept.bytes).ok()))
}

/// The installation's own files, by name: key and text.
fn own(folder: &Path) -> Vec<(String, String)> {
    let Ok(files) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut own: Vec<(String, String)> = files
        .flatten()
        .filter(|file| file.path().extension().is_some_and(|extension| extension == "toml"))
        .filter(|file| file.metadata().is_ok_and(|meta| meta.len() <= MAX_PROGRAMME_BYTES as u64))
        .take(PROGRAMMES)
        .filter_map(|file| {
            let key = format!("berkas:{}", file.file_name().to_string_lossy());
            Some((key, std::fs::read_to_string(file.path()).ok()?))
        })
        .collect();
    own.sort();
    own
}

/// `GET /desk/angkatan-baru?program=KEY`
pub(super) async fn new_form(State(app): State<Arc<App>>, seat: Seat, uri: Uri) -> Response {
    let chosen = parameter(&uri, "program").unwrap_or_default();
    match new_page(&app, &seat, chosen, None, Vec::new()).await {
        Ok(page) => app.pages.answer(StatusCode::OK, Keep::Never, &page),
        Err(error) => Oops::Internal(&error).page(&app, seat.lang),
    }
}

async fn new_page(
    app: &App,
    seat: &Seat,
    chosen: String,
    typed: Option<String>,
    problems: Vec<String>,
) -> store::Result<NewCohortPage> {
    let sources = sources(app).await?;
    let source = sources.iter().find(|source| source.key == chosen).or(sources.first());
    let chosen = source.map(|source| source.key.clone()).unwrap_or_default();
    let text = match source.map(|source| &source.text) {
        Some(Text::Here(text)) => text.clone(),
        Some(Text::Kept(hash)) => kept(app, hash).await?.unwrap_or_default(),
        None => String::new(),
    };
    let title = if seat.lang == Lang::Id { "Buat angkatan" } else { "New cohort" };
    let (shell, desk) = Frame::of(app, seat, title, "/desk/angkatan").await;
    Ok(NewCohortPage {
        shell,
        desk,
        sources: sources.into_iter().map(|source| (source.key, source.title)).collect(),
        chosen,
        text: typed.unwrap_or(text),
        problems,
    })
}

/// `POST /desk/angkatan-baru`
pub(super) async fn begin(State(app): State<Arc<App>>, seat: Seat, fields: Fields) -> Response {
    once(&app, &seat, fields.token(), async {
        let text = fields.raw("isi").replace("\r\n", "\n");
        let programme = match Programme::parse(&text) {
            Ok(programme) => programme,
            Err(problems) => {
                let problems = problems.iter().map(|problem| problem.sentence(seat.lang)).collect();
                let mut page = new_page(&app, &seat, fields.get("program").to_owned(), Some(text), problems).await?;
                let mark = if seat.lang == Lang::Id { "Perlu diperbaiki:" } else { "To be mended:" };
                page.shell.title = format!("{mark} {}", page.shell.title);
                let answer = app.pages.answer(StatusCode::UNPROCESSABLE_ENTITY, Keep::Never, &page);
                return Ok(Outcome::Refused(answer));
            }
        };
        let id = DraftId(Uuid::from_u128(rand::random()));
        let event = seat.event(&app, "draft-new", id.to_string());
        let cohort = programme.cohort_words().id;
        app.store().put_draft(id, (&programme.title.id, &cohort, &text), seat.user.id, &event).await?;
        Ok(Outcome::Done(format!("/desk/angkatan/{id}")))
    })
    .await
}

/// `GET /desk/templat-peserta.xlsx`
pub(super) async fn template() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"templat-peserta.xlsx\""),
    ];
    (headers, template_workbook()).into_response()
}
