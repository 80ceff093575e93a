//! `POST /v/{code}/nip`: whoever has a valid code asks whether a NIP is the holder's. The answer is yes or no, and nothing
//! else is told: not whether the certificate has a NIP, not which digit differs. Bounded for each client, and for each
//! certificate for all clients together; counted without saying who asked.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use store::{Certificate, State as Stored};
use vc::Lang;

use crate::asked::{Hl, Segments};
use crate::desk::Fields;
use crate::error::Oops;
use crate::pages::result::NipForm;
use crate::{App, bounds, check};

/// Seconds of an hour, by which comparisons are counted.
const HOUR: i64 = 3_600;

/// How many digits a NIP has.
const DIGITS: usize = 18;

/// `POST /v/{code}/nip`
pub(crate) async fn compare(
    State(app): State<Arc<App>>,
    Segments(typed): Segments<String>,
    hl: Hl,
    fields: Fields,
) -> Response {
    let lang = hl.lang();
    let found = match store::plain_code(&typed) {
        Some(code) => app.store().certificate_by_code(&code).await,
        None => Ok(None),
    };
    let certificate = match found {
        Ok(Some(certificate)) if certificate.state == Stored::Issued => certificate,
        // What is not in force has no form; its page says why.
        Ok(_) => {
            let code = store::plain_code(&typed).map_or_else(String::new, |code| store::shown_code(&code));
            return Redirect::to(&format!("/v/{code}")).into_response();
        }
        Err(error) => return Oops::Internal(&error).page(&app, lang),
    };
    let code = store::shown_code(&certificate.code);
    match answered(&app, &certificate, fields.get("nip"), NipForm::empty(&code), lang).await {
        Ok(form) => check::certificate_page_with(&app, &certificate, lang, &format!("/v/{code}"), Some(form)).await,
        Err(error) => Oops::Internal(&error).page(&app, lang),
    }
}

async fn answered(
    app: &App,
    certificate: &Certificate,
    typed: &str,
    form: NipForm,
    lang: Lang,
) -> store::Result<NipForm> {
    let digits: String = typed.chars().filter(|c| !c.is_whitespace() && !matches!(c, '.' | '\'' | '-')).collect();
    if digits.len() != DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let count = digits.chars().filter(char::is_ascii_digit).count();
        let problem = match lang {
            Lang::Id => format!("NIP berisi {count} angka, seharusnya 18 angka saja."),
            Lang::En => format!("The NIP has {count} digits, it should be 18 digits only."),
        };
        return Ok(NipForm { problem, ..form });
    }
    let hour = app.now().as_second().div_euclid(HOUR);
    if !app.store().count_nip_check(certificate.id, hour, bounds::NIP_CHECKS_AN_HOUR).await? {
        let answer = match lang {
            Lang::Id => "NIP sertifikat ini sudah terlalu sering dicocokkan. Coba lagi satu jam lagi.",
            Lang::En => "This certificate's NIP has been compared too often. Try again in an hour.",
        };
        return Ok(NipForm { kind: "warn", answer, ..form });
    }
    let details = app.store().details(certificate.id).await?;
    let is_the_same = details.is_some_and(|details| details.private["nip"].as_str() == Some(digits.as_str()));
    if is_the_same {
        app.store().count_nip_match(certificate.id, hour).await?;
    }
    let (kind, answer) = match (is_the_same, lang) {
        (true, Lang::Id) => ("ok", "Cocok: NIP ini milik pemegang sertifikat."),
        (true, Lang::En) => ("ok", "It matches: this is the holder's NIP."),
        (false, Lang::Id) => ("bad", "Tidak cocok dengan sertifikat ini."),
        (false, Lang::En) => ("bad", "It does not match this certificate."),
    };
    Ok(NipForm { kind, answer, ..form })
}
