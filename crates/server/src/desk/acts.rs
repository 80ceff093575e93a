//! What happens to one certificate: a page with the facts, the consequences, a reason and the code; then it is done.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use issuer::IssueError;
use issuer::status::{self, Why};
use rand::SeedableRng;
use serde::Serialize;
use store::{Certificate, Note};
use vc::{Lang, Reason};

use super::certificate::{acts, find, missing};
use super::certificates::state_tag;
use super::corrections;
use super::form::{Fields, Outcome, once};
use super::frame::{Flash, Frame, Tag, say, token};
use super::message::{self, Message};
use super::proof;
use super::session::Seat;
use crate::App;
use crate::asked::Segments;
use crate::error::Oops;
use crate::pages::{Keep, Page, Shell};

/// The longest note, in characters.
const NOTE_CHARS: usize = 1_000;

/// The longest corrected name that is looked at; the issuing walk has its own bound.
const NAME_CHARS: usize = 400;

/// What can be done: the last part of its address, and its code among a certificate's acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Revoke,
    Suspend,
    Reinstate,
    Reissue,
}

impl Act {
    fn of(segment: &str) -> Option<Self> {
        Some(match segment {
            "cabut" => Self::Revoke,
            "tangguhkan" => Self::Suspend,
            "pulihkan" => Self::Reinstate,
            "terbitkan-ulang" => Self::Reissue,
            _ => return None,
        })
    }

    fn segment(self) -> &'static str {
        match self {
            Self::Revoke => "cabut",
            Self::Suspend => "tangguhkan",
            Self::Reinstate => "pulihkan",
            Self::Reissue => "terbitkan-ulang",
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::Revoke => "revoke",
            Self::Suspend => "suspend",
            Self::Reinstate => "reinstate",
            Self::Reissue => "reissue",
        }
    }

    fn words(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Revoke, Lang::Id) => "Cabut sertifikat",
            (Self::Revoke, Lang::En) => "Revoke certificate",
            (Self::Suspend, Lang::Id) => "Tangguhkan sertifikat",
            (Self::Suspend, Lang::En) => "Suspend certificate",
            (Self::Reinstate, Lang::Id) => "Pulihkan sertifikat",
            (Self::Reinstate, Lang::En) => "Reinstate certificate",
            (Self::Reissue, Lang::Id) => "Terbitkan ulang sertifikat",
            (Self::Reissue, Lang::En) => "Issue certificate again",
        }
    }

    fn done(self, lang: Lang) -> Flash {
        let (strong, text) = match (self, lang) {
            (Self::Revoke, Lang::Id) => ("Sertifikat dicabut.", "Halaman publiknya sudah mengatakannya."),
            (Self::Revoke, Lang::En) => ("Certificate revoked.", "Its public page says so already."),
            (Self::Suspend, Lang::Id) => ("Sertifikat ditangguhkan.", "Halaman publiknya menjadi kuning."),
            (Self::Suspend, Lang::En) => ("Certificate suspended.", "Its public page is yellow."),
            (Self::Reinstate, Lang::Id) => ("Sertifikat dipulihkan.", "Halaman publiknya kembali hijau."),
            (Self::Reinstate, Lang::En) => ("Certificate reinstated.", "Its public page is green again."),
            (Self::Reissue, Lang::Id) => ("Sertifikat baru terbit.", "Yang lama digantikan dan tertaut ke sini."),
            (Self::Reissue, Lang::En) => ("A new certificate is issued.", "The old one is replaced and linked to it."),
        };
        Flash::done(strong, text)
    }

    /// Asks for a reason from the list.
    fn asks_why(self) -> bool {
        matches!(self, Self::Revoke | Self::Suspend)
    }
}

/// The page before the act.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ActPage {
    shell: Shell,
    desk: Frame,
    act: &'static str,
    segment: &'static str,
    heading: &'static str,
    id: String,
    name: String,
    number: String,
    state: Tag,
    reasons: Vec<(&'static str, &'static str, bool)>,
    /// What was typed.
    new_name: String,
    note: String,
    reason_problem: String,
    name_problem: String,
    code_problem: String,
}

impl Page for ActPage {
    const TEMPLATE: &'static str = "desk/act.html";
    const DESK: bool = true;

    fn shell(&self) -> &Shell {
        &self.shell
    }

    #[cfg(test)]
    fn samples(shell: &dyn Fn(Lang) -> Shell) -> Vec<(String, Self)> {
        let page = |lang: Lang, act: Act, problem: &str| Self {
            shell: shell(lang),
            desk: Frame::sample(lang, "/desk/sertifikat/x/cabut"),
            act: act.code(),
            segment: act.segment(),
            heading: act.words(lang),
            id: "1b4e28ba-2fa1-41d2-883f-0016d3cca427".into(),
            name: "Dr. Ratna <Contohsari>, S.T., M.Si.".into(),
            number: "00012/AI-CAMPUS/II/LAN/2026".into(),
            state: state_tag(store::State::Issued, lang),
            reasons: reasons(act, "data-error", lang),
            new_name: "Dr. Ratna Contohsari, S.T., M.Si.".into(),
            note: String::new(),
            reason_problem: problem.into(),
            name_problem: problem.into(),
            code_problem: problem.into(),
        };
        vec![
            ("desk-revoke.id".into(), page(Lang::Id, Act::Revoke, "")),
            ("desk-revoke-wrong.en".into(), page(Lang::En, Act::Revoke, "Choose one.")),
            ("desk-suspend.id".into(), page(Lang::Id, Act::Suspend, "")),
            ("desk-reinstate.id".into(), page(Lang::Id, Act::Reinstate, "")),
            ("desk-reissue.id".into(), page(Lang::Id, Act::Reissue, "")),
        ]
    }
}

fn reasons(act: Act, chosen: &str, lang: Lang) -> Vec<(&'static str, &'static str, bool)> {
    if !act.asks_why() {
        return Vec::new();
    }
    let offered = Reason::ALL.into_iter().filter(|reason| *reason != Reason::Superseded);
    offered.map(|reason| (reason.code(), reason.wording(lang), reason.code() == chosen)).collect()
}

async fn page(app: &App, seat: &Seat, certificate: &Certificate, act: Act, fields: &Fields) -> ActPage {
    let heading = act.words(seat.lang);
    let path = format!("/desk/sertifikat/{}/{}", certificate.id, act.segment());
    let (shell, desk) = Frame::of(app, seat, heading, &path).await;
    let typed: String = fields.get("nama").chars().take(NAME_CHARS).collect();
    let name = certificate.name.clone().unwrap_or_default();
    ActPage {
        shell,
        desk,
        act: act.code(),
        segment: act.segment(),
        heading,
        id: certificate.id.to_string(),
        number: certificate.number.clone(),
        state: state_tag(certificate.state, seat.lang),
        reasons: reasons(act, fields.get("alasan"), seat.lang),
        new_name: if typed.is_empty() { name.clone() } else { typed },
        name,
        note: fields.get("catatan").chars().take(NOTE_CHARS).collect(),
        reason_problem: String::new(),
        name_problem: String::new(),
        code_problem: String::new(),
    }
}

/// The certificate and the act, when both are there and belong together.
async fn meant(app: &App, seat: &Seat, id: &str, segment: &str) -> Result<(Certificate, Act), Response> {
    let Some(act) = Act::of(segment) else { return Err(missing(app, seat).await) };
    match find(app, id).await {
        Ok(Some(certificate)) if acts(certificate.state, seat.user.role).contains(&act.code()) => {
            Ok((certificate, act))
        }
        Ok(Some(certificate)) => {
            let path = format!("/desk/sertifikat/{}", certificate.id);
            Err(message::page(app, seat, StatusCode::CONFLICT, not_now(&certificate, seat.lang, &path)).await)
        }
        Ok(None) => Err(missing(app, seat).await),
        Err(error) => Err(Oops::Internal(&error).page(app, seat.lang)),
    }
}

/// `GET /desk/sertifikat/{id}/tindakan/{act}`
pub(super) async fn ask(
    State(app): State<Arc<App>>,
    seat: Seat,
    Segments((id, segment)): Segments<(String, String)>,
) -> Response {
    let (certificate, act) = match meant(&app, &seat, &id, &segment).await {
        Ok(meant) => meant,
        Err(response) => return response,
    };
    let mut page = page(&app, &seat, &certificate, act, &Fields::default()).await;
    let asked = corrections::asked_name(&app, &certificate).await;
    if !asked.is_empty() {
        page.new_name = asked;
    }
    app.pages.answer(StatusCode::OK, Keep::Never, &page)
}

/// `POST /desk/sertifikat/{id}/tindakan/{act}`
pub(super) async fn act(
    State(app): State<Arc<App>>,
    seat: Seat,
    Segments((id, segment)): Segments<(String, String)>,
    fields: Fields,
) -> Response {
    // The token first: whoever sends the form again meets a certificate that has changed, and gets the first answer.
    once(&app, &seat, fields.token(), async {
        let (certificate, act) = match meant(&app, &seat, &id, &segment).await {
            Ok(meant) => meant,
            Err(response) => return Ok(Outcome::Refused(response)),
        };
        let mut page = page(&app, &seat, &certificate, act, &fields).await;
        let reason = Reason::from_code(fields.get("alasan")).filter(|reason| *reason != Reason::Superseded);
        if act.asks_why() && reason.is_none() {
            page.reason_problem = say(seat.lang, "Pilih satu alasan.", "Choose a reason.").to_owned();
        }
        if act == Act::Reissue && page.new_name.trim() == page.name {
            page.name_problem = say(
                seat.lang,
                "Nama ini sama dengan yang lama. Ketik nama yang benar.",
                "This is the old name. Type the right one.",
            )
            .to_owned();
        }
        if page.reason_problem.is_empty() && page.name_problem.is_empty() {
            page.code_problem = proof::again(&app, &seat, fields.get("kode")).await?.err().unwrap_or_default();
        }
        if !(page.reason_problem.is_empty() && page.name_problem.is_empty() && page.code_problem.is_empty()) {
            return Ok(refused(&app, seat.lang, page));
        }
        let why = Why {
            reason: reason.unwrap_or(Reason::Other),
            note: (!page.note.is_empty()).then(|| Note { salt: token(), text: page.note.clone() }),
        };
        match carry_out(&app, &seat, &certificate, act, &why, &page.new_name).await {
            Ok(target) => {
                seat.tell(act.done(seat.lang)).await;
                Ok(Outcome::Done(format!("/desk/sertifikat/{}", target.id)))
            }
            Err(IssueError::Store(error)) => Err(error),
            Err(error @ IssueError::Name { .. }) => {
                let (what, next) = error.words(seat.lang);
                page.name_problem = format!("{what}. {next}");
                Ok(refused(&app, seat.lang, page))
            }
            Err(error) => {
                let (what, next) = error.words(seat.lang);
                tracing::error!(%error, "an act at the desk failed");
                let path = format!("/desk/sertifikat/{}", certificate.id);
                let label = say(seat.lang, "Ke sertifikat", "To the certificate");
                let heading = say(seat.lang, "Belum dapat dikerjakan", "It could not be done");
                let message = Message::new(heading, format!("{what}."), &next, &path, label);
                let response = message::page(&app, &seat, StatusCode::SERVICE_UNAVAILABLE, message).await;
                Ok(Outcome::Refused(response))
            }
        }
    })
    .await
}

fn refused(app: &App, lang: Lang, mut page: ActPage) -> Outcome {
    page.shell.title = format!("{} {}", say(lang, "Perlu diperbaiki:", "To be mended:"), page.shell.title);
    Outcome::Refused(app.pages.answer(StatusCode::UNPROCESSABLE_ENTITY, Keep::Never, &page))
}

/// Does it, in this user's name.
async fn carry_out(
    app: &App,
    seat: &Seat,
    certificate: &Certificate,
    act: Act,
    why: &Why,
    name: &str,
) -> Result<Certificate, IssueError> {
    let office = issuer::Office { actor: seat.user.id.actor(), ..app.office.clone() };
    let (ring, id, now) = (&app.signers.certificates, certificate.id, app.now());
    match act {
        Act::Revoke => status::revoke(&office, ring, id, why, now).await,
        Act::Suspend => status::suspend(&office, ring, id, why, now).await,
        Act::Reinstate => status::reinstate(&office, ring, id, Some(why), now).await,
        Act::Reissue => {
            let mut rng = rand::rngs::StdRng::from_rng(&mut rand::rng());
            issuer::batch::reissue(&office, ring, id, name.trim(), &mut rng, now).await
        }
    }
}

fn not_now(certificate: &Certificate, lang: Lang, path: &str) -> Message {
    let state = state_tag(certificate.state, lang).words;
    match lang {
        Lang::Id => Message::new(
            "Tindakan ini tidak tersedia sekarang",
            format!("Keadaan sertifikat ini: {state}. Tidak ada yang diubah."),
            "Mungkin rekan Anda sudah mengerjakannya; lihat riwayatnya.",
            path,
            "Ke sertifikat",
        ),
        Lang::En => Message::new(
            "This cannot be done now",
            format!("This certificate's state: {state}. Nothing was changed."),
            "A colleague may have done it already; look at its history.",
            path,
            "To the certificate",
        ),
    }
}
