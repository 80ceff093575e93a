//! `/pemegang/{id}`: a holder's own page.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Serialize;
use store::{Certificate, Correction, CorrectionAbout, NewCorrection, NewEvent, State as Stored, Suite};
use vc::Lang;

use super::open::HOLDER;
use super::session::{Holder, cookie};
use super::share::Share;
use crate::asked::Hl;
use crate::desk::Fields;
use crate::error::Oops;
use crate::pages::result::Download;
use crate::pages::{Keep, Page, Shell};
use crate::{App, take, words};

/// The longest name, and the longest text, of a correction; the issuing walk has its own bound for names.
const NAME_CHARS: usize = 200;
const TEXT_CHARS: usize = 1_000;

/// CSS pixels for a module of the code on the screen: 61 of them are 65 mm.
const MODULE_PIXELS: usize = 4;

/// The page.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct HolderPage {
    shell: Shell,
    id: String,
    name: String,
    number: String,
    programme: String,
    cohort: String,
    issued: String,
    hours: String,
    expires: String,
    /// Its state: kind and words.
    state: (&'static str, &'static str),
    in_force: bool,
    /// The full PDF.
    full: Option<Download>,
    downloads: Vec<Download>,
    badges: Vec<Download>,
    /// The code as SVG, and its side in CSS pixels.
    qr: (String, usize),
    share: Share,
    until: String,
    correction: Option<Asked>,
    form: Form,
}

/// An earlier correction.
#[derive(Debug, Clone, Serialize)]
struct Asked {
    state: &'static str,
    when: String,
    answered: String,
    answer: String,
}

/// What was typed into the form for a correction.
#[derive(Debug, Clone, Default, Serialize)]
struct Form {
    about: String,
    name: String,
    text: String,
    problem: String,
}

impl Page for HolderPage {
    const TEMPLATE: &'static str = "holder/page.html";

    fn shell(&self) -> &Shell {
        &self.shell
    }

    #[cfg(test)]
    fn samples(shell: &dyn Fn(Lang) -> Shell) -> Vec<(String, Self)> {
        samples(shell)
    }
}

/// `GET /pemegang/{id}`
pub(super) async fn show(State(app): State<Arc<App>>, holder: Holder, hl: Hl) -> Response {
    answer(&app, &holder, hl.lang(), StatusCode::OK, Form::default()).await
}

async fn answer(app: &App, holder: &Holder, lang: Lang, status: StatusCode, form: Form) -> Response {
    match page(app, holder, lang, form).await {
        Ok(page) => app.pages.answer(status, Keep::Never, &page),
        Err(error) => Oops::Internal(&error).page(app, lang),
    }
}

async fn page(app: &App, holder: &Holder, lang: Lang, mut form: Form) -> Result<HolderPage, take::Trouble> {
    let certificate = &holder.certificate;
    let in_force = certificate.state == Stored::Issued;
    let office = app.office.issued_under(certificate.issuer).await?;
    let (indonesian, english) = take::programme_titles(app, certificate).await?;
    let title = if lang == Lang::Id { indonesian } else { english };
    let own = take::own(app, certificate, lang).await;
    let full = if in_force { full(app, certificate, lang).await } else { None };
    if form.name.is_empty() {
        form.name = certificate.name.clone().unwrap_or_default();
    }
    let path = format!("/pemegang/{}", certificate.id);
    let heading = if lang == Lang::Id { "Sertifikat Anda" } else { "Your certificate" };
    Ok(HolderPage {
        shell: Shell::new(&app.config, lang, heading, Some(&path)),
        id: certificate.id.to_string(),
        name: certificate.name.clone().unwrap_or_default(),
        number: certificate.number.clone(),
        cohort: certificate.cohort_name.clone(),
        issued: words::day(certificate.valid_from, &app.office.zone, lang),
        hours: hours(app, certificate, lang).await?,
        expires: certificate.valid_until.map_or_else(String::new, |at| words::day(at, &app.office.zone, lang)),
        state: state_words(certificate.state, lang),
        in_force,
        full,
        downloads: own.downloads,
        badges: own.badges,
        qr: qr(app, certificate).await?,
        share: Share::of(app, certificate, &title, office.page_url(certificate), lang),
        programme: title,
        until: words::moment(holder.until, &app.office.zone, lang),
        correction: app.store().correction_of(certificate.id).await?.map(|asked| Asked::of(app, &asked, lang)),
        form,
    })
}

/// The full PDF with its size. What cannot be made is left out, never the page.
async fn full(app: &App, certificate: &Certificate, lang: Lang) -> Option<Download> {
    let size = take::full_size(app, certificate).await;
    let size = size
        .inspect_err(|error| tracing::error!(%error, certificate = %certificate.id, "a full PDF could not be made"));
    let label = if lang == Lang::Id { "Unduh PDF lengkap" } else { "Download the full PDF" };
    Some(Download {
        label: format!("{label} ({})", words::size(size.ok()? as u64, lang)),
        href: format!("/pemegang/{}/lengkap.pdf", certificate.id),
    })
}

/// As the credential says it.
async fn hours(app: &App, certificate: &Certificate, lang: Lang) -> store::Result<String> {
    let text = app.store().signed_text(certificate.id, Suite::Rdfc).await?.unwrap_or_default();
    let credential = vc::core::parse(text.as_bytes()).unwrap_or_default();
    Ok(vc::Facts::from_value(&credential).hours.map_or_else(String::new, |hours| words::hours(&hours, lang)))
}

/// The code for a screen: whole pixels for each module, on any screen whose pixels are whole parts of a CSS pixel.
async fn qr(app: &App, certificate: &Certificate) -> Result<(String, usize), take::Trouble> {
    let text = app.deliverer.qr_text(certificate).await?.text;
    let side = (render::Qr::new(&text)?.width() + 2 * render::QUIET_ZONE) * MODULE_PIXELS;
    let svg = render::qr_svg(&text)?;
    Ok((
        svg.replacen(
            "<svg ",
            &format!("<svg class=\"qr\" width=\"{side}\" height=\"{side}\" role=\"img\" aria-label=\"QR\" "),
            1,
        ),
        side,
    ))
}

fn state_words(state: Stored, lang: Lang) -> (&'static str, &'static str) {
    let (kind, id, en) = match state {
        Stored::Issued | Stored::Reserved => ("ok", "Berlaku", "In force"),
        Stored::Suspended => ("warn", "Ditangguhkan", "Suspended"),
        Stored::Superseded => ("warn", "Digantikan", "Replaced"),
        Stored::Revoked | Stored::Erased => ("bad", "Dicabut", "Revoked"),
    };
    (kind, if lang == Lang::Id { id } else { en })
}

impl Asked {
    fn of(app: &App, asked: &Correction, lang: Lang) -> Self {
        let moment = |at| words::moment(at, &app.office.zone, lang);
        Self {
            state: asked.state.code(),
            when: moment(asked.asked_at),
            answered: asked.answered_at.map_or_else(String::new, moment),
            answer: asked.answer.clone().unwrap_or_default(),
        }
    }
}

/// `GET /pemegang/{id}/lengkap.pdf`: with NIP and rank, for the holder alone.
pub(super) async fn file(State(app): State<Arc<App>>, Holder { certificate, .. }: Holder, hl: Hl) -> Response {
    let lang = hl.lang();
    if certificate.state != Stored::Issued {
        return Oops::NotOffered.page(&app, lang);
    }
    match app.deliverer.full_pdf(&certificate).await {
        Ok(pdf) => {
            let name = take::file_name(&app, &certificate, "pdf").await.replace(".pdf", "_lengkap.pdf");
            let headers = [
                (header::CONTENT_TYPE, "application/pdf".to_owned()),
                (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
                (header::CACHE_CONTROL, "no-store".to_owned()),
            ];
            (headers, pdf).into_response()
        }
        Err(error) => Oops::Internal(&error).page(&app, lang),
    }
}

/// `POST /pemegang/{id}/perbaikan`: something is wrong.
pub(super) async fn correct(State(app): State<Arc<App>>, holder: Holder, hl: Hl, fields: Fields) -> Response {
    let lang = hl.lang();
    let certificate = &holder.certificate;
    let cut = |name: &str, most: usize| fields.get(name).chars().take(most).collect::<String>();
    let form = Form {
        about: fields.get("hal").to_owned(),
        name: cut("nama", NAME_CHARS),
        text: cut("keterangan", TEXT_CHARS),
        problem: String::new(),
    };
    let problem = wrong(certificate, &form, lang);
    let about = match (CorrectionAbout::from_code(&form.about), problem) {
        (Some(about), None) => about,
        (_, problem) => {
            let form = Form { problem: problem.unwrap_or_default(), ..form };
            return answer(&app, &holder, lang, StatusCode::UNPROCESSABLE_ENTITY, form).await;
        }
    };
    let new = NewCorrection {
        certificate: certificate.id,
        about,
        name: if about == CorrectionAbout::Name { form.name } else { String::new() },
        text: form.text,
    };
    let event = NewEvent::new(app.now(), HOLDER, "holder-correction", certificate.id.to_string());
    // An earlier one that is not answered stays, and the page says so.
    match app.store().put_correction(&new, &event).await {
        Ok(_) => Redirect::to(&format!("/pemegang/{}{}#perbaikan", certificate.id, query(lang))).into_response(),
        Err(error) => Oops::Internal(&error).page(&app, lang),
    }
}

/// What is wrong with what was typed: cause and cure.
fn wrong(certificate: &Certificate, form: &Form, lang: Lang) -> Option<String> {
    let say = |id: &str, en: &str| Some(if lang == Lang::Id { id.to_owned() } else { en.to_owned() });
    match CorrectionAbout::from_code(&form.about) {
        None => say("Pilih apa yang keliru.", "Choose what is wrong."),
        Some(CorrectionAbout::Name) if form.name.chars().count() < 3 => {
            say("Ketik nama yang benar, lengkap dengan gelar.", "Type the right name, with titles.")
        }
        Some(CorrectionAbout::Name) if Some(form.name.as_str()) == certificate.name.as_deref() => say(
            "Nama ini sama dengan yang tercetak. Ketik nama yang benar.",
            "This is the name as printed. Type the right one.",
        ),
        Some(CorrectionAbout::Number | CorrectionAbout::Other) if form.text.is_empty() => {
            say("Tulis apa yang keliru.", "Write what is wrong.")
        }
        Some(_) => None,
    }
}

/// `POST /pemegang/{id}/tutup`: the page is not open in this browser any more.
pub(super) async fn close(State(app): State<Arc<App>>, holder: Holder, hl: Hl) -> Response {
    let lang = hl.lang();
    if let Err(error) = app.store().end_holder_session(&holder.session).await {
        return Oops::Internal(&error).page(&app, lang);
    }
    let mut response = Redirect::to(&format!("/{}", query(lang))).into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie(&app, holder.certificate.id, None));
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\""));
    response
}

fn query(lang: Lang) -> &'static str {
    if lang == Lang::En { "?hl=en" } else { "" }
}

#[cfg(test)]
fn samples(shell: &dyn Fn(Lang) -> Shell) -> Vec<(String, HolderPage)> {
    use store::CorrectionState;

    let file = |label: &str, file: &str| Download {
        label: label.into(),
        href: format!("/credentials/3f0c2a5e-6a8f-4b0e-9d53-0d6e5b1f7a11/{file}"),
    };
    let page = |lang: Lang, state: Stored, correction: Option<CorrectionState>, problem: &str| HolderPage {
        shell: shell(lang),
        id: "3f0c2a5e-6a8f-4b0e-9d53-0d6e5b1f7a11".into(),
        name: "Dr. Ratna <Contohsari>, S.T., M.Si.".into(),
        number: "00012/AI-CAMPUS/II/LAN/2026".into(),
        programme: "Dasar-Dasar Kecerdasan Artifisial bagi ASN (contoh)".into(),
        cohort: "Angkatan II Tahun 2026".into(),
        issued: "2 September 2026".into(),
        hours: "20 JP (dua puluh)".into(),
        expires: String::new(),
        state: state_words(state, lang),
        in_force: state == Stored::Issued,
        full: (state == Stored::Issued).then(|| file("Unduh PDF lengkap (214 KB)", "lengkap.pdf")),
        downloads: vec![
            file("PDF ringkas (188 KB)", "sertifikat.pdf"),
            file("Kredensial JSON (3 KB)", "kredensial.json"),
        ],
        badges: vec![file("PNG (56 KB)", "lencana.png"), file("SVG (31 KB)", "lencana.svg")],
        qr: ("<svg class=\"qr\" viewBox=\"0 0 1 1\"></svg>".into(), 244),
        share: Share::sample(lang),
        until: "24 Desember 2026, 14.05 WIB".into(),
        correction: correction.map(|state| Asked {
            state: state.code(),
            when: "24 November 2026, 14.05 WIB".into(),
            answered: "25 November 2026, 09.00 WIB".into(),
            answer: "Nama <sesuai> ijazah".into(),
        }),
        form: Form { name: "Dr. Ratna <Contohsari>".into(), problem: problem.into(), ..Form::default() },
    };
    let (id, en) = (Lang::Id, Lang::En);
    vec![
        ("holder.id".into(), page(id, Stored::Issued, None, "")),
        ("holder.en".into(), page(en, Stored::Issued, None, "")),
        ("holder-wrong.id".into(), page(id, Stored::Issued, None, "Pilih apa yang keliru.")),
        ("holder-asked.id".into(), page(id, Stored::Issued, Some(CorrectionState::Open), "")),
        ("holder-declined.en".into(), page(en, Stored::Issued, Some(CorrectionState::Declined), "")),
        ("holder-replaced.id".into(), page(id, Stored::Superseded, Some(CorrectionState::Done), "")),
        ("holder-revoked.en".into(), page(en, Stored::Revoked, None, "")),
    ]
}
