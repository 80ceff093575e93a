//! What an uploaded picture, page or text says by its QR code: the credential behind it, or why there is none.

use extract::{Code, Codes, ExtractError};
use store::Issuer;
use vc::compact::{self, CompactError, Link, Template};
use vc::{CheckName, Lang, Outcome};

use crate::app::host_of;
use crate::witness::{self, Reach};
use crate::{App, pages};

/// What the codes of an upload come to.
pub(crate) enum Scanned {
    /// The text of a credential, to be judged like any other.
    Credential(String),
    /// The verification code of a certificate of ours: its page has more to tell.
    Ours(String),
    /// Nothing to judge: what is wrong, what to do next.
    Not(String, String),
}

/// Reads the codes that were found.
pub(crate) async fn read(app: &App, codes: Codes, lang: Lang) -> store::Result<Scanned> {
    let mut texts = codes.texts.into_iter();
    match (texts.next(), texts.next()) {
        (Some(Code::Whole(text)), None) => whole(app, &text, lang).await,
        (Some(Code::Page(url)), None) => page(app, &url, lang).await,
        _ => Ok(several(lang)),
    }
}

/// Who may have made it: the issuer whose host the code names, or, for digits alone, each that the page knows. A host of
/// nobody is an alarm, whatever the digits say.
async fn whole(app: &App, text: &str, lang: Lang) -> store::Result<Scanned> {
    let (link, number) = match Link::parse(text).and_then(|link| Ok((compact::template_number(link.digits)?, link))) {
        Ok((number, link)) => (link, number),
        Err(error) => return Ok(not(&error, lang)),
    };
    let own = witness::trusted_issuers(app.store()).await?;
    let known = &app.config.verify.known_issuers;
    let is_at = |host: Option<&str>| link.host.is_none() || host.is_some_and(|host| link.host.as_deref() == Some(host));
    let own: Vec<&Issuer> =
        own.iter().filter(|issuer| is_at(Some(&host_of(&issuer.base_url).to_ascii_lowercase()))).collect();
    let known: Vec<String> =
        known.iter().filter_map(|did| base_url(did)).filter(|url| is_at(Some(host_of(url)))).collect();
    if own.is_empty() && known.is_empty() {
        return Ok(foreign(lang));
    }
    let mut obtained = Vec::new();
    for issuer in own {
        let found = app.store().template(issuer.id, u32::from(number)).await?;
        obtained.push(found.ok_or(CompactError::NoTemplate { number }).and_then(|found| Template::parse(&found.bytes)));
    }
    for url in known {
        let fetched = app.fetcher.get(&format!("{url}/templates/{number}")).await;
        let fetched = fetched.map_err(|_| CompactError::NoTemplate { number });
        obtained.push(fetched.and_then(|fetched| Template::parse(&fetched.bytes)));
    }
    likeliest(app, obtained, link.digits, lang).await
}

/// Of what the templates rebuild, the credential whose proof verifies; else the first.
async fn likeliest(
    app: &App,
    templates: Vec<Result<Template, CompactError>>,
    digits: &str,
    lang: Lang,
) -> store::Result<Scanned> {
    let (mut first, mut failure) = (None, CompactError::NotCompact);
    for template in templates {
        let text = match template.and_then(|template| compact::unpack(digits, |_| Some(&template))) {
            Ok(text) => text,
            Err(error) => {
                failure = error;
                continue;
            }
        };
        let report = witness::judge(app, text.clone().into(), &witness::known(app).await?, Reach::Abroad).await?;
        if report.check(CheckName::Proof).outcome == Outcome::Pass {
            return Ok(Scanned::Credential(text));
        }
        first = first.or(Some(text));
    }
    Ok(first.map_or_else(|| not(&failure, lang), Scanned::Credential))
}

/// A code that only names a page: one of ours is opened, another is not.
async fn page(app: &App, url: &str, lang: Lang) -> store::Result<Scanned> {
    let host = host_of(url).split('/').next().unwrap_or_default().to_ascii_lowercase();
    let own = witness::trusted_issuers(app.store()).await?;
    let is_ours = own.iter().any(|issuer| host_of(&issuer.base_url).eq_ignore_ascii_case(&host));
    let code = url.rsplit('/').next().and_then(store::plain_code);
    Ok(match code.filter(|_| is_ours) {
        Some(code) => Scanned::Ours(store::shown_code(&code)),
        None => foreign(lang),
    })
}

fn base_url(did: &str) -> Option<String> {
    vc::did_web_url(did)?.strip_suffix("/.well-known/did.json").map(str::to_owned)
}

fn not(error: &CompactError, lang: Lang) -> Scanned {
    let error = ExtractError::Compact(error.clone());
    Scanned::Not(error.what(lang), error.next(lang))
}

fn foreign(lang: Lang) -> Scanned {
    let [_, headline, meaning, advice] = pages::verify::foreign(lang);
    Scanned::Not(format!("{headline}. {meaning}"), advice.to_owned())
}

fn several(lang: Lang) -> Scanned {
    let (what, next) = match lang {
        Lang::Id => (
            "Di gambar ini ada kode QR dari beberapa sertifikat.",
            "Potong gambarnya sehingga hanya satu kode yang terlihat, lalu unggah kembali.",
        ),
        Lang::En => (
            "There are QR codes of several certificates in this picture.",
            "Cut the picture so that one code remains, then upload it again.",
        ),
    };
    Scanned::Not(what.to_owned(), next.to_owned())
}
