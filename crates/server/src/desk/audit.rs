//! `/desk/jejak`: what happened, who did it, when and why.

use std::collections::HashMap;
use std::sync::Arc;

use axum::BoxError;
use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use issuer::roster::neutralise;
use serde::Serialize;
use store::{Event, PAGE_MAX, UserId};
use vc::{Lang, Reason};

use super::frame::{Frame, moment};
use super::session::Seat;
use crate::App;
use crate::asked::parameter;
use crate::error::Oops;
use crate::pages::{Keep, Page, Shell};

/// How many events a page shows.
const PAGE: u32 = 50;

/// `/desk/jejak`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct AuditPage {
    shell: Shell,
    desk: Frame,
    /// Only what happened to this one; empty: everything.
    object: String,
    rows: Vec<Row>,
    /// The number of the first event that is not on the page; 0 when all are.
    next: i64,
    total: i64,
    head: String,
}

#[derive(Debug, Clone, Serialize)]
struct Row {
    number: i64,
    at: String,
    who: String,
    what: String,
    object: String,
    /// Where the object is shown.
    path: String,
    why: String,
    note: String,
}

impl Page for AuditPage {
    const TEMPLATE: &'static str = "desk/audit.html";
    const DESK: bool = true;

    fn shell(&self) -> &Shell {
        &self.shell
    }

    #[cfg(test)]
    fn samples(shell: &dyn Fn(Lang) -> Shell) -> Vec<(String, Self)> {
        let page = |lang: Lang, rows: usize| Self {
            shell: shell(lang),
            desk: Frame::sample(lang, "/desk/jejak"),
            object: String::new(),
            rows: (0..rows)
                .map(|number| Row {
                    number: 812 - number as i64,
                    at: "24 November 2026, 14.05 WIB".into(),
                    who: "Budi Misalnya".into(),
                    what: act_words("revoke", lang).into(),
                    object: "1b4e28ba-2fa1-41d2-883f-0016d3cca427".into(),
                    path: "/desk/sertifikat/1b4e28ba-2fa1-41d2-883f-0016d3cca427".into(),
                    why: Reason::DataError.wording(lang).into(),
                    note: if number == 0 { "Laporan <instansi>".into() } else { String::new() },
                })
                .collect(),
            next: if rows > 1 { 700 } else { 0 },
            total: 812,
            head: "5f0c".repeat(16),
        };
        vec![
            ("desk-audit.id".into(), page(Lang::Id, 3)),
            ("desk-audit.en".into(), page(Lang::En, 3)),
            ("desk-audit-empty.id".into(), page(Lang::Id, 0)),
        ]
    }
}

/// `GET /desk/jejak?objek=&sebelum=`
pub(crate) async fn list(State(app): State<Arc<App>>, seat: Seat, uri: Uri) -> Response {
    let value = |name| parameter(&uri, name).unwrap_or_default();
    let object: String = value("objek").trim().chars().take(80).collect();
    let before = value("sebelum").parse().unwrap_or(i64::MAX);
    match page(&app, &seat, object, before).await {
        Ok(page) => app.pages.answer(StatusCode::OK, Keep::Never, &page),
        Err(error) => Oops::Internal(&error).page(&app, seat.lang),
    }
}

async fn page(app: &App, seat: &Seat, object: String, before: i64) -> store::Result<AuditPage> {
    let filter = (!object.is_empty()).then_some(object.as_str());
    let head = app.store().chain_head().await?;
    let events = app.store().events_before(filter, before, PAGE + 1).await?;
    let names = names(app).await?;
    let next = if events.len() > PAGE as usize { events[PAGE as usize - 1].number } else { 0 };
    let rows = events.iter().take(PAGE as usize).map(|event| row(app, seat.lang, event, &names)).collect();
    let title = if seat.lang == Lang::Id { "Jejak audit" } else { "Audit trail" };
    let (shell, desk) = Frame::of(app, seat, title, "/desk/jejak").await;
    Ok(AuditPage { shell, desk, object, rows, next, total: head.number, head: head.hash })
}

/// The users' names, for the actors of events.
pub(crate) async fn names(app: &App) -> store::Result<HashMap<UserId, String>> {
    Ok(app.store().users().await?.into_iter().map(|user| (user.id, user.name)).collect())
}

/// An actor in words.
pub(crate) fn who(actor: &str, names: &HashMap<UserId, String>) -> String {
    UserId::of_actor(actor).and_then(|id| names.get(&id).cloned()).unwrap_or_else(|| actor.to_owned())
}

/// A reason code in words; an unknown one stays as it is.
pub(crate) fn why(reason: Option<&str>, lang: Lang) -> String {
    reason.map_or_else(String::new, |code| {
        Reason::from_code(code).map_or_else(|| code.to_owned(), |reason| reason.wording(lang).to_owned())
    })
}

fn row(app: &App, lang: Lang, event: &Event, names: &HashMap<UserId, String>) -> Row {
    let new = &event.event;
    let user = UserId::of_actor(&new.object);
    let path = match (user, new.act.as_str()) {
        (Some(UserId(id)), _) => format!("/desk/pengguna/{id}"),
        (None, "revoke" | "suspend" | "reinstate" | "supersede" | "mail-again" | "address") => {
            format!("/desk/sertifikat/{}", new.object)
        }
        (None, act) if act.starts_with("holder-") || act.starts_with("correction-") => {
            format!("/desk/sertifikat/{}", new.object)
        }
        (None, act) if act.starts_with("draft-") => format!("/desk/angkatan/{}", new.object),
        _ => String::new(),
    };
    Row {
        number: event.number,
        at: moment(app, new.at, lang),
        who: who(&new.actor, names),
        what: act_words(&new.act, lang).to_owned(),
        object: user.and_then(|id| names.get(&id).cloned()).unwrap_or_else(|| new.object.clone()),
        path,
        why: why(new.reason.as_deref(), lang),
        note: new.note.as_ref().map(|note| note.text.clone()).unwrap_or_default(),
    }
}

/// What happened, in words. An act that this version does not know keeps its code.
pub(crate) fn act_words(act: &str, lang: Lang) -> &str {
    let found = ACTS.iter().find(|(code, _, _)| *code == act);
    match (found, lang) {
        (Some((_, id, _)), Lang::Id) => id,
        (Some((_, _, en)), Lang::En) => en,
        (None, _) => act,
    }
}

const ACTS: [(&str, &str, &str); 41] = [
    ("reserve", "Nomor dan kode disiapkan", "Numbers and codes reserved"),
    ("issue", "Diterbitkan", "Issued"),
    ("revoke", "Dicabut", "Revoked"),
    ("suspend", "Ditangguhkan", "Suspended"),
    ("reinstate", "Dipulihkan", "Reinstated"),
    ("supersede", "Digantikan", "Replaced"),
    ("api-issue", "Ditandatangani lewat API", "Signed through the API"),
    ("api-revoke", "Dicabut lewat API", "Revoked through the API"),
    ("sign-in", "Masuk", "Signed in"),
    ("sign-in-recovery", "Masuk dengan kode pemulihan", "Signed in with a recovery code"),
    ("sign-in-failed", "Gagal masuk", "Failed to sign in"),
    ("sign-out", "Keluar", "Signed out"),
    ("code-again", "Kode autentikator diminta lagi dan cocok", "Authenticator's code asked again and right"),
    ("code-wrong", "Kode autentikator diminta lagi dan salah", "Authenticator's code asked again and wrong"),
    ("user-add", "Pengguna ditambahkan", "User added"),
    ("user-name", "Nama pengguna diubah", "User's name changed"),
    ("user-role", "Peran pengguna diubah", "User's role changed"),
    ("user-password", "Kata sandi diganti", "Password changed"),
    ("user-reset", "Kata sandi dan kode diatur ulang", "Password and codes reset"),
    ("user-sealed", "Rahasia autentikator disegel", "Authenticator's secret sealed"),
    ("user-disable", "Pengguna dinonaktifkan", "User disabled"),
    ("user-enable", "Pengguna diaktifkan lagi", "User enabled again"),
    ("draft-new", "Angkatan dibuat", "Cohort made"),
    ("draft-programme", "Program atau angkatan diubah", "Programme or cohort changed"),
    ("draft-sheet", "Data peserta diunggah", "Sheet uploaded"),
    ("draft-choices", "Peringatan diputuskan", "Warnings decided"),
    ("draft-submit", "Diajukan untuk persetujuan", "Sent for approval"),
    ("draft-take-back", "Pengajuan ditarik", "Taken back"),
    ("draft-return", "Dikembalikan", "Returned"),
    ("draft-approve", "Disetujui", "Approved"),
    ("draft-retry", "Penerbitan dicoba lagi", "Issuing tried again"),
    ("draft-discard", "Draf dibuang", "Draft discarded"),
    ("draft-restore", "Draf dipulihkan", "Draft brought back"),
    ("mail-batch", "Surel dikirim kepada yang belum menerima", "Mails sent to those who got none"),
    ("mail-again", "Surel dikirim lagi", "Mail sent again"),
    ("address", "Alamat surel diubah", "Mail address changed"),
    ("holder-open", "Halaman pemegang dibuka", "Holder's page opened"),
    ("holder-correction", "Perbaikan diminta", "Correction asked for"),
    ("correction-done", "Permintaan perbaikan dikerjakan", "Correction made"),
    ("correction-declined", "Permintaan perbaikan dijawab, tidak diubah", "Correction answered, nothing changed"),
    ("link-made", "Tautan pemegang dibuat", "Holder's link made"),
];

/// The export's head; the byte order mark is what makes spreadsheets read UTF-8.
const HEAD: [&str; 8] = ["\u{feff}number", "at", "actor", "act", "object", "reason", "note", "hash"];

/// `GET /desk/jejak.csv`: all events, streamed.
pub(crate) async fn export(State(app): State<Arc<App>>, seat: Seat) -> Response {
    let names = match names(&app).await {
        Ok(names) => names,
        Err(error) => return Oops::Internal(&error).page(&app, seat.lang),
    };
    let stream = futures_util::stream::unfold((app, 0_i64, names), |(app, after, names)| async move {
        let events = match app.store().events(None, after, PAGE_MAX).await {
            Ok(events) => events,
            Err(error) => {
                tracing::error!(%error, "the export of the audit trail was cut off");
                return Some((Err(BoxError::from(error)), (app, i64::MAX, names)));
            }
        };
        let last = events.last()?.number;
        let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        let head = (after == 0).then(|| out.write_record(HEAD)).transpose();
        let lines = events.iter().try_for_each(|event| push_line(&mut out, event, &names));
        match head.and(lines).map_err(std::io::Error::other).and_then(|()| out.into_inner().map_err(|e| e.into_error()))
        {
            Ok(text) => Some((Ok(text), (app, last, names))),
            Err(error) => Some((Err(error.into()), (app, i64::MAX, names))),
        }
    });
    // Whoever compresses a body asks once more after its end.
    let stream = stream.fuse();
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"jejak-audit.csv\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, Body::from_stream(stream)).into_response()
}

fn push_line(out: &mut csv::Writer<Vec<u8>>, event: &Event, names: &HashMap<UserId, String>) -> csv::Result<()> {
    let new = &event.event;
    let actor = match UserId::of_actor(&new.actor) {
        Some(_) => format!("{} ({})", who(&new.actor, names), new.actor),
        None => new.actor.clone(),
    };
    let (number, at) = (event.number.to_string(), new.at.to_string());
    let note = new.note.as_ref().map_or("", |note| note.text.as_str());
    let reason = new.reason.as_deref().unwrap_or("");
    let cells = [&number, &at, actor.as_str(), &new.act, &new.object, reason, note, &event.hash];
    out.write_record(cells.map(|cell| neutralise(cell).into_owned()))
}
