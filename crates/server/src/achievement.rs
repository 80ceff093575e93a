//! `GET /achievements/{code}`: what the `achievement.id` of a certificate names. The page for a person, the achievement of
//! Open Badges for a machine; both as frozen with the newest batch that was issued.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use issuer::batch::Template;
use issuer::programme::Programme;
use serde_json::{Map, Value};
use store::{Issuer, Store};

use crate::App;
use crate::asked::{Hl, Segments};
use crate::check::wants_credential;
use crate::error::{Oops, Problem};
use crate::pages::Keep;
use crate::pages::plain::AchievementPage;
use crate::publish::{self, cacheable};

/// A further cohort may be issued with a revised text.
const KEPT: &str = "public, max-age=300";

/// The handler.
pub(crate) async fn achievement(
    State(app): State<Arc<App>>,
    Segments(code): Segments<String>,
    hl: Hl,
    headers: HeaderMap,
) -> Response {
    let lang = hl.lang();
    let found = found(&app, &headers, &code).await;
    let mut answer = if wants_credential(&headers) {
        match found {
            Ok(Some((_, template))) => cacheable(&headers, media_type(&headers), KEPT, document(&template)),
            Ok(None) => Problem::not_found("no programme with certificates has this code").into_response(),
            Err(error) => Problem::internal(&error).into_response(),
        }
    } else {
        match found {
            Ok(Some((programme, _))) => {
                let path = format!("/achievements/{}", programme.code);
                let page = AchievementPage::new(&app.config, lang, &path, &programme);
                app.pages.answer(StatusCode::OK, Keep::Minutes, &page)
            }
            Ok(None) => Oops::NoSuchPage.page(&app, lang),
            Err(error) => Oops::Internal(&error).page(&app, lang),
        }
    };
    answer.headers_mut().append(header::VARY, HeaderValue::from_static("accept"));
    answer
}

/// Why it could not be told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    #[error(transparent)]
    Store(#[from] store::StoreError),
    #[error("the frozen {0} of the programme's newest batch cannot be read: {1}")]
    Frozen(&'static str, String),
}

/// The programme and the template that its newest certificates were issued with.
async fn found(app: &App, headers: &HeaderMap, code: &str) -> Result<Option<(Programme, Template)>, Trouble> {
    let issuer = app.issuer_at(publish::host(headers)).await?;
    match app.store().programmes(issuer.id).await?.into_iter().find(|programme| programme.code == code) {
        Some(row) => frozen(app.store(), &issuer, &row).await,
        None => Ok(None),
    }
}

/// The documents of all programmes of an issuer that have certificates, by their codes.
pub(crate) async fn documents(store: &dyn Store, issuer: &Issuer) -> Result<Vec<(String, Vec<u8>)>, Trouble> {
    let mut documents = Vec::new();
    for row in store.programmes(issuer.id).await? {
        if let Some((_, template)) = frozen(store, issuer, &row).await? {
            documents.push((row.code, document(&template)));
        }
    }
    Ok(documents)
}

async fn frozen(
    store: &dyn Store,
    issuer: &Issuer,
    row: &store::Programme,
) -> Result<Option<(Programme, Template)>, Trouble> {
    let Some(frozen) = store.newest_of(row.id).await? else { return Ok(None) };
    let (programme, template) =
        (store.artifact(&frozen.programme_hash).await?, store.template(issuer.id, frozen.template).await?);
    let (Some(programme), Some(template)) = (programme, template) else { return Ok(None) };
    let unreadable = |what| move |why: String| Trouble::Frozen(what, why);
    let text = String::from_utf8(programme.bytes).map_err(|e| unreadable("programme")(e.to_string()))?;
    let programme =
        Programme::parse(&text).map_err(|problems| unreadable("programme")(format!("{} problems", problems.len())))?;
    let template = Template::from_bytes(&template.bytes).map_err(unreadable("template"))?;
    Ok(Some((programme, template)))
}

/// The achievement as it stands in the certificates, under their contexts: a document by itself.
fn document(template: &Template) -> Vec<u8> {
    let credential = template.form.credential();
    let mut document = Map::new();
    document.insert("@context".to_owned(), credential["@context"].clone());
    if let Value::Object(members) = &credential["credentialSubject"]["achievement"] {
        document.extend(members.clone());
    }
    Value::Object(document).to_string().into_bytes()
}

fn media_type(headers: &HeaderMap) -> &'static str {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if accept.contains("application/ld+json") { "application/ld+json" } else { "application/json" }
}
