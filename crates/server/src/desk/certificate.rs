//! `/desk/sertifikat/{id}`: everything about one certificate, and its files; the personal data in a panel of their own.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;
use store::{Act, Certificate, Role, State as Stored};
use uuid::Uuid;
use vc::Lang;

use super::audit::{act_words, names, who, why};
use super::certificates::state_tag;
use super::frame::{Frame, Tag, moment, say};
use super::message::{self, Message};
use super::session::Seat;
use crate::App;
use crate::asked::Segments;
use crate::error::Oops;
use crate::pages::{Keep, Page, Shell};
use crate::words;

/// How many mails the page lists.
const MAILS: u32 = 10;

/// `/desk/sertifikat/{id}`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CertificatePage {
    shell: Shell,
    desk: Frame,
    id: String,
    name: String,
    number: String,
    state: Tag,
    /// Label and value of what is signed.
    facts: Vec<(&'static str, String)>,
    /// Label and value of what only the desk sees.
    personal: Vec<(&'static str, String)>,
    history: Vec<Step>,
    /// What the holder was told: what, how far, when.
    mails: Vec<(&'static str, Tag, String)>,
    /// The public page; empty when there is none.
    public: String,
    /// PDFs are offered.
    files: bool,
    /// What this user may do to it, from harmless to final.
    acts: Vec<&'static str>,
    predecessor: String,
    successor: String,
}

#[derive(Debug, Clone, Serialize)]
struct Step {
    icon: &'static str,
    what: String,
    who: String,
    at: String,
    why: String,
    note: String,
}

impl Page for CertificatePage {
    const TEMPLATE: &'static str = "desk/certificate.html";
    const DESK: bool = true;

    fn shell(&self) -> &Shell {
        &self.shell
    }

    #[cfg(test)]
    fn samples(shell: &dyn Fn(Lang) -> Shell) -> Vec<(String, Self)> {
        let page = |lang: Lang, state: Stored, acts: &[&'static str]| Self {
            shell: shell(lang),
            desk: Frame::sample(lang, "/desk/sertifikat/1b4e28ba-2fa1-41d2-883f-0016d3cca427"),
            id: "1b4e28ba-2fa1-41d2-883f-0016d3cca427".into(),
            name: "Dr. Ratna <Contohsari>, S.T., M.Si.".into(),
            number: "00012/AI-CAMPUS/II/LAN/2026".into(),
            state: state_tag(state, lang),
            facts: vec![
                ("Program pelatihan", "Dasar-Dasar Kecerdasan Artifisial".into()),
                ("Angkatan", "II/2026".into()),
            ],
            personal: vec![("NIP", "198607142011012991".into())],
            history: vec![Step {
                icon: "tick",
                what: act_words("reinstate", lang).into(),
                who: "Budi Misalnya".into(),
                at: "12 November 2026, 09.15 WIB".into(),
                why: "lainnya".into(),
                note: "ijazah <asli> diperlihatkan".into(),
            }],
            mails: vec![(
                "Sertifikat terbit",
                super::mails::state_tag(store::MailState::Sent, lang),
                "24 November 2026".into(),
            )],
            public: "/v/7KQM-4XWP-9H2D-JT63".into(),
            files: state == Stored::Issued,
            acts: acts.to_vec(),
            predecessor: String::new(),
            successor: if state == Stored::Superseded { "/desk/sertifikat/x".into() } else { String::new() },
        };
        vec![
            ("desk-certificate.id".into(), page(Lang::Id, Stored::Issued, &["reissue", "suspend", "revoke"])),
            ("desk-certificate-suspended.en".into(), page(Lang::En, Stored::Suspended, &["reinstate", "revoke"])),
            ("desk-certificate-replaced.id".into(), page(Lang::Id, Stored::Superseded, &[])),
        ]
    }
}

/// Which acts a role has on a certificate in this state, from harmless to final.
pub(super) fn acts(state: Stored, role: Role) -> Vec<&'static str> {
    if role != Role::Approver {
        return Vec::new();
    }
    match state {
        Stored::Issued => vec!["reissue", "suspend", "revoke"],
        Stored::Suspended => vec!["reinstate", "reissue", "revoke"],
        Stored::Reserved | Stored::Revoked | Stored::Superseded | Stored::Erased => Vec::new(),
    }
}

/// The certificate with this id.
pub(super) async fn find(app: &App, id: &str) -> store::Result<Option<Certificate>> {
    match Uuid::try_parse(id) {
        Ok(id) => app.store().certificate(id).await,
        Err(_) => Ok(None),
    }
}

/// There is no such certificate.
pub(super) async fn missing(app: &App, seat: &Seat) -> Response {
    message::page(app, seat, StatusCode::NOT_FOUND, Message::missing(seat.lang, "/desk/sertifikat")).await
}

/// `GET /desk/sertifikat/{id}`
pub(super) async fn one(State(app): State<Arc<App>>, seat: Seat, Segments(id): Segments<String>) -> Response {
    let page = async {
        let Some(certificate) = find(&app, &id).await? else { return Ok(None) };
        record(&app, &seat, &certificate).await.map(Some)
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

async fn record(app: &App, seat: &Seat, certificate: &Certificate) -> store::Result<CertificatePage> {
    let lang = seat.lang;
    let erased = say(lang, "(data dihapus)", "(data erased)");
    let name = certificate.name.clone().unwrap_or_else(|| erased.to_owned());
    let details = app.store().details(certificate.id).await?;
    let path = format!("/desk/sertifikat/{}", certificate.id);
    let history = history(app, lang, certificate).await?;
    let office = app.office.issued_under(certificate.issuer).await?;
    let shown = certificate.state != Stored::Reserved;
    let (shell, desk) = Frame::of(app, seat, name.clone(), &path).await;
    let link = |id: Option<Uuid>| id.map_or_else(String::new, |id| format!("/desk/sertifikat/{id}"));
    Ok(CertificatePage {
        shell,
        desk,
        id: certificate.id.to_string(),
        name,
        number: certificate.number.clone(),
        state: state_tag(certificate.state, lang),
        facts: [facts(app, lang, certificate), compared(app, certificate, lang).await?].concat(),
        mails: mails(app, certificate, lang).await?,
        personal: details.map_or_else(Vec::new, |details| personal(&details.private, &details.public, lang)),
        history,
        public: if shown { office.page_url(certificate) } else { String::new() },
        files: certificate.state == Stored::Issued,
        acts: acts(certificate.state, seat.user.role),
        predecessor: link(certificate.predecessor),
        successor: link(certificate.successor),
    })
}

/// The newest mails to its holder.
async fn mails(app: &App, certificate: &Certificate, lang: Lang) -> store::Result<Vec<(&'static str, Tag, String)>> {
    let filter = store::MailFilter { certificate: Some(certificate.id), ..Default::default() };
    let found = app.store().mails(&filter, i64::MAX, MAILS).await?;
    let line = |mail: &store::SeenMail| {
        let at = moment(app, mail.settled_at.unwrap_or(mail.queued_at), lang);
        (super::mails::kind_words(mail.kind, lang), super::mails::state_tag(mail.state, lang), at)
    };
    Ok(found.iter().map(line).collect())
}

/// How often verifiers compared its NIP; nothing where nobody did.
async fn compared(app: &App, certificate: &Certificate, lang: Lang) -> store::Result<Vec<(&'static str, String)>> {
    let store::NipChecks { tries, matches } = app.store().nip_checks(certificate.id).await?;
    if tries == 0 {
        return Ok(Vec::new());
    }
    let words = match lang {
        Lang::Id => format!("{tries} kali, {matches} cocok"),
        Lang::En => format!("{tries} times, {matches} matched"),
    };
    Ok(vec![(say(lang, "NIP dicocokkan", "NIP compared"), words)])
}

fn facts(app: &App, lang: Lang, certificate: &Certificate) -> Vec<(&'static str, String)> {
    let say = |id: &'static str, en: &'static str| say(lang, id, en);
    let mut facts = vec![
        (say("Program pelatihan", "Programme"), certificate.programme_title.clone()),
        (say("Angkatan", "Cohort"), certificate.cohort_name.clone()),
        (say("Tanggal terbit", "Issued"), words::day(certificate.valid_from, &app.office.zone, lang)),
        (say("Kode verifikasi", "Verification code"), store::shown_code(&certificate.code)),
    ];
    if let Some(grade) = &certificate.grade {
        facts.push((say("Predikat", "Grade"), grade.clone()));
    }
    if let Some(until) = certificate.valid_until {
        facts.push((say("Berlaku sampai", "Valid until"), words::day(until, &app.office.zone, lang)));
    }
    facts.push((say("Kunci", "Key"), format!("k{}", certificate.key_number)));
    facts.push((
        say("Daftar status", "Status list"),
        format!("{}, {}", certificate.status_list, certificate.status_index),
    ));
    facts
}

/// What only the desk sees, as far as it is there.
fn personal(private: &Value, public: &Value, lang: Lang) -> Vec<(&'static str, String)> {
    const FIELDS: [(&str, &str, &str); 9] = [
        ("nip", "NIP / NI PPPK", "NIP / NI PPPK"),
        ("other_id", "Identitas lain", "Other identity"),
        ("status", "Status kepegawaian", "Employment"),
        ("rank", "Pangkat/golongan", "Rank"),
        ("position", "Jabatan", "Position"),
        ("unit", "Unit kerja", "Unit"),
        ("agency", "Instansi", "Agency"),
        ("email", "Surel", "Mail address"),
        ("row", "Baris di lembar", "Row of the sheet"),
    ];
    let text = |key: &str| match private.get(key).or_else(|| public.get(key)) {
        Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    FIELDS.iter().filter_map(|(key, id, en)| Some((if lang == Lang::Id { *id } else { *en }, text(key)?))).collect()
}

async fn history(app: &App, lang: Lang, certificate: &Certificate) -> store::Result<Vec<Step>> {
    let names = names(app).await?;
    let events = app.store().events_before(Some(&certificate.id.to_string()), i64::MAX, 100).await?;
    let mut steps: Vec<Step> = events
        .iter()
        .map(|event| Step {
            icon: match Act::from_code(&event.event.act) {
                Some(Act::Revoke) => "x",
                Some(Act::Suspend) => "pause",
                Some(Act::Supersede) => "swap",
                Some(Act::Reinstate) | None => "tick",
            },
            what: act_words(&event.event.act, lang).to_owned(),
            who: who(&event.event.actor, &names),
            at: moment(app, event.event.at, lang),
            why: why(event.event.reason.as_deref(), lang),
            note: event.event.note.as_ref().map(|note| note.text.clone()).unwrap_or_default(),
        })
        .collect();
    if let Some(at) = certificate.issued_at {
        let batch = app.store().batch(certificate.batch).await?;
        steps.push(Step {
            icon: "award",
            what: act_words("issue", lang).to_owned(),
            who: batch.map_or_else(String::new, |batch| who(&batch.new.actor, &names)),
            at: moment(app, at, lang),
            why: String::new(),
            note: String::new(),
        });
    }
    Ok(steps)
}

/// `GET /desk/sertifikat/{id}/{file}`: `ringkas.pdf`, `lengkap.pdf`.
pub(super) async fn file(
    State(app): State<Arc<App>>,
    seat: Seat,
    Segments((id, file)): Segments<(String, String)>,
) -> Response {
    let certificate = match find(&app, &id).await {
        Ok(Some(certificate)) if certificate.state == Stored::Issued => certificate,
        Ok(_) => return missing(&app, &seat).await,
        Err(error) => return Oops::Internal(&error).page(&app, seat.lang),
    };
    let made = match file.as_str() {
        "ringkas.pdf" => app.deliverer.short_pdf(&certificate).await,
        "lengkap.pdf" => app.deliverer.full_pdf(&certificate).await,
        _ => return missing(&app, &seat).await,
    };
    match made {
        Ok(pdf) => {
            let name = crate::take::file_name(&app, &certificate, "pdf").await;
            let name = if file == "lengkap.pdf" { name.replace(".pdf", "_lengkap.pdf") } else { name };
            let headers = [
                (header::CONTENT_TYPE, "application/pdf".to_owned()),
                (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
                (header::CACHE_CONTROL, "no-store".to_owned()),
            ];
            (headers, pdf).into_response()
        }
        Err(error) => Oops::Internal(&error).page(&app, seat.lang),
    }
}
