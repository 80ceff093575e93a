//! `/desk/sertifikat`: finding certificates by name, number or cohort; by NIP only in a form that leaves no address.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde::Serialize;
use store::{Certificate, SEARCH_WORDS, Search, State as Stored};
use vc::Lang;

use super::form::Fields;
use super::frame::{Frame, Tag, say};
use super::session::Seat;
use crate::App;
use crate::asked::parameter;
use crate::error::Oops;
use crate::pages::{Keep, Page, Shell};
use crate::words;

/// How many certificates a page shows.
const PAGE: usize = 50;

/// The longest search that is looked at, in characters.
const SEARCH_CHARS: usize = 120;

/// `/desk/sertifikat`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CertificatesPage {
    shell: Shell,
    desk: Frame,
    typed: String,
    states: Vec<StateChoice>,
    rows: Vec<Row>,
    /// The address of the next page; empty when there is none.
    next: String,
    /// Somebody looked for something.
    searched: bool,
    /// Somebody looked for a NIP: neither it nor anything of it is repeated.
    by_nip: bool,
    problem: String,
}

#[derive(Debug, Clone, Serialize)]
struct StateChoice {
    code: &'static str,
    label: &'static str,
    chosen: bool,
}

#[derive(Debug, Clone, Serialize)]
struct Row {
    path: String,
    name: String,
    number: String,
    programme: String,
    cohort: String,
    state: Tag,
    issued: String,
}

/// A certificate's state as a tag.
pub(super) fn state_tag(state: Stored, lang: Lang) -> Tag {
    let (kind, icon, id, en) = match state {
        Stored::Reserved => ("info", "clock", "Belum ditandatangani", "Not signed yet"),
        Stored::Issued => ("ok", "tick", "Berlaku", "In force"),
        Stored::Suspended => ("warn", "pause", "Ditangguhkan", "Suspended"),
        Stored::Revoked => ("bad", "x", "Dicabut", "Revoked"),
        Stored::Superseded => ("warn", "swap", "Digantikan", "Replaced"),
        Stored::Erased => ("plain", "dash", "Data dihapus", "Data erased"),
    };
    Tag::new(kind, icon, id, en, lang)
}

impl Page for CertificatesPage {
    const TEMPLATE: &'static str = "desk/certificates.html";
    const DESK: bool = true;

    fn shell(&self) -> &Shell {
        &self.shell
    }

    #[cfg(test)]
    fn samples(shell: &dyn Fn(Lang) -> Shell) -> Vec<(String, Self)> {
        let page = |lang: Lang, rows: usize, searched: bool| Self {
            shell: shell(lang),
            desk: Frame::sample(lang, "/desk/sertifikat"),
            typed: if searched { "Ratna <contoh>".into() } else { String::new() },
            states: states(Some(Stored::Issued), lang),
            rows: Stored::ALL
                .iter()
                .cycle()
                .take(rows)
                .map(|state| Row {
                    path: "/desk/sertifikat/1b4e28ba-2fa1-41d2-883f-0016d3cca427".into(),
                    name: "Dr. Ratna Contohsari, S.T., M.Si.".into(),
                    number: "00012/AI-CAMPUS/II/LAN/2026".into(),
                    programme: "Dasar-Dasar Kecerdasan Artifisial bagi ASN".into(),
                    cohort: "II/2026".into(),
                    state: state_tag(*state, lang),
                    issued: "2 September 2026".into(),
                })
                .collect(),
            next: if rows > 6 { "/desk/sertifikat?sebelum=9".into() } else { String::new() },
            searched,
            by_nip: false,
            problem: if rows == 1 { "NIP berisi 17 angka, seharusnya 18.".into() } else { String::new() },
        };
        vec![
            ("desk-certificates.id".into(), page(Lang::Id, 7, false)),
            ("desk-certificates.en".into(), page(Lang::En, 1, true)),
            ("desk-certificates-empty.id".into(), page(Lang::Id, 0, false)),
            ("desk-certificates-nothing.id".into(), page(Lang::Id, 0, true)),
        ]
    }
}

fn states(chosen: Option<Stored>, lang: Lang) -> Vec<StateChoice> {
    Stored::ALL
        .iter()
        .map(|&state| StateChoice {
            code: state.code(),
            label: state_tag(state, lang).words,
            chosen: chosen == Some(state),
        })
        .collect()
}

/// `GET /desk/sertifikat?cari=&keadaan=&sebelum=`
pub(super) async fn list(State(app): State<Arc<App>>, seat: Seat, uri: Uri) -> Response {
    let value = |name| parameter(&uri, name).unwrap_or_default();
    let typed: String = value("cari").trim().chars().take(SEARCH_CHARS).collect();
    let state = Stored::from_code(&value("keadaan"));
    let before = value("sebelum").parse().unwrap_or(i64::MAX);
    // What was typed here stands in the address: a NIP is not looked for, and not repeated.
    if digits(&typed).len() >= 15 && typed.chars().all(|c| c.is_ascii_digit() || " .'-".contains(c)) {
        let problem = say(
            seat.lang,
            "Itu tampak seperti NIP. Pakai kolom NIP di bawah, agar tidak tercatat di alamat halaman.",
            "That looks like a NIP. Use the NIP field below, so that it does not stand in the page's address.",
        )
        .to_owned();
        return show(&app, &seat, Asked { problem, ..Asked::default() }, &[]).await;
    }
    let words: Vec<String> = typed.split_whitespace().take(SEARCH_WORDS).map(str::to_owned).collect();
    let search = Search { words, state, cohort: None };
    match app.store().find_certificates(&search, before, PAGE as u32 + 1).await {
        Ok(found) => show(&app, &seat, Asked { typed, state, ..Asked::default() }, &found).await,
        Err(error) => Oops::Internal(&error).page(&app, seat.lang),
    }
}

/// `POST /desk/sertifikat`: by NIP. Answered without a redirect, so that the NIP stands in no address and no history.
pub(super) async fn by_nip(State(app): State<Arc<App>>, seat: Seat, fields: Fields) -> Response {
    let nip = digits(fields.get("nip"));
    if nip.len() != 18 {
        let count = nip.len();
        let problem = match seat.lang {
            Lang::Id => format!("NIP berisi {count} angka, seharusnya 18."),
            Lang::En => format!("The NIP has {count} digits, it should have 18."),
        };
        return show(&app, &seat, Asked { problem, by_nip: true, ..Asked::default() }, &[]).await;
    }
    let search = Search { words: vec![nip], ..Search::default() };
    match app.store().find_certificates(&search, i64::MAX, PAGE as u32).await {
        Ok(found) => show(&app, &seat, Asked { by_nip: true, ..Asked::default() }, &found).await,
        Err(error) => Oops::Internal(&error).page(&app, seat.lang),
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// What was looked for.
#[derive(Debug, Default)]
struct Asked {
    typed: String,
    state: Option<Stored>,
    by_nip: bool,
    problem: String,
}

async fn show(app: &App, seat: &Seat, asked: Asked, found: &[Certificate]) -> Response {
    let title = say(seat.lang, "Sertifikat", "Certificates");
    let (shell, desk) = Frame::of(app, seat, title, "/desk/sertifikat").await;
    let next = match found.get(PAGE - 1).filter(|_| found.len() > PAGE) {
        Some(last) => {
            let mut query = vec![("sebelum", last.serial.to_string())];
            if !asked.typed.is_empty() {
                query.push(("cari", asked.typed.clone()));
            }
            if let Some(state) = asked.state {
                query.push(("keadaan", state.code().to_owned()));
            }
            format!("/desk/sertifikat?{}", serde_urlencoded::to_string(query).unwrap_or_default())
        }
        None => String::new(),
    };
    let status = if asked.problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = CertificatesPage {
        shell,
        desk,
        searched: !asked.typed.is_empty() || asked.state.is_some() || asked.by_nip,
        by_nip: asked.by_nip,
        states: states(asked.state, seat.lang),
        rows: found.iter().take(PAGE).map(|certificate| row(app, seat.lang, certificate)).collect(),
        typed: asked.typed,
        problem: asked.problem,
        next,
    };
    app.pages.answer(status, Keep::Never, &page)
}

fn row(app: &App, lang: Lang, certificate: &Certificate) -> Row {
    Row {
        path: format!("/desk/sertifikat/{}", certificate.id),
        name: certificate.name.clone().unwrap_or_else(|| say(lang, "(data dihapus)", "(data erased)").to_owned()),
        number: certificate.number.clone(),
        programme: certificate.programme_title.clone(),
        cohort: certificate.cohort_name.clone(),
        state: state_tag(certificate.state, lang),
        issued: words::day(certificate.valid_from, &app.office.zone, lang),
    }
}
