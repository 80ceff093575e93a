//! Who the API's key signs as, and the status lists of what it signed: `GET /api/did.json`, `GET /api/status/{n}`,
//! `POST /credentials/status`.
//!
//! The list's issuer has to be the credential's issuer (Bitstring Status List 1.0, 3.2), so these lists are signed by
//! the API's key and lie apart from the certificates' lists; neither key can speak for the other.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use issuer::keyring::Signer;
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::{ApiPlace, ApiStatusDocument, ApiStatusList};
use vc::{Bitstring, Cryptosuite, Purpose, StatusEntry, VerificationMethod, date_time_stamp, status_list_draft};

use super::issue::admitted;
use super::{malformed, whole};
use crate::App;
use crate::asked::Segments;
use crate::config::ApiDid;
use crate::error::Problem;
use crate::publish::{cacheable, signed};
use crate::witness;

/// How long a list is valid.
const LIST_VALID: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A list that is older is signed again, though nothing has changed.
const SIGN_AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// A new key is announced by a new document.
const KEYS_KEPT: &str = "public, max-age=300";

const NEXT: &str = "Send {\"credentialStatus\": {...}, \"status\": true}, with the credentialStatus of the credential.";

/// The method that the API's key signs with, under the DID that the installation chose for it.
pub(crate) fn method(app: &App, signer: &dyn Signer) -> VerificationMethod {
    let key = signer.method().key;
    match app.config.api.did {
        ApiDid::Key => VerificationMethod::did_key(key),
        ApiDid::Web => VerificationMethod::did_web(&witness::api_did(&app.office.issuer), signer.number(), key),
    }
}

/// A reserved place in a list that is published already.
pub(crate) async fn reserve(
    app: &App,
    signer: &dyn Signer,
    method: &VerificationMethod,
) -> Result<StatusEntry, Problem> {
    let mut draw = |below: u32| rand::random_range(0..below);
    let place = app.store().reserve_api_place(method.controller(), &mut draw).await;
    let ApiPlace { list, index } = place.map_err(|e| Problem::internal(&e))?;
    current(app, Some((signer, method)), list).await?;
    Ok(StatusEntry { list: url(app, list), index })
}

/// `GET /api/did.json`: the document of the API's did:web. It has nothing in common with the certificates' one.
pub(crate) async fn did(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Problem> {
    let document = witness::api_did_document(app.store(), &app.office.issuer).await;
    let document = document.map_err(|e| Problem::internal(&e))?;
    let document = document.ok_or_else(|| Problem::not_found("this installation has no key with the role api"))?;
    Ok(cacheable(&headers, "application/did+json", KEYS_KEPT, document))
}

/// `GET /api/status/{n}`
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Segments(number): Segments<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let absent = || Problem::not_found("no status list of the API has this number");
    let number = witness::plain_number(&number).ok_or_else(absent)?;
    let signer = app.signers.api.clone();
    let keyed = signer.as_deref().map(|signer| (signer, method(&app, signer)));
    let keyed = keyed.as_ref().map(|(signer, method)| (*signer, method));
    let text = current(&app, keyed, number).await?.ok_or_else(absent)?;
    Ok(signed(&headers, text))
}

/// `POST /credentials/status`: revokes what the API issued. A revocation is final, so `status` is `true`.
pub(crate) async fn revoke(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let (signer, actor) = admitted(&app, request.headers())?;
    let bytes = whole(Bytes::from_request(request, &app).await)?;
    let place = parse(&app, &bytes)?;
    let known = app.store().revoke_api_place(place, &actor, app.now()).await.map_err(|e| Problem::internal(&e))?;
    if !known {
        return Err(malformed("credentialStatus names a place that no credential has", NEXT));
    }
    let method = method(&app, signer.as_ref());
    current(&app, Some((signer.as_ref(), &method)), place.list).await?;
    Ok(Json(json!({ "statusListCredential": url(&app, place.list), "status": true })).into_response())
}

/// Signs again what is due of the lists of the API's present key. Cheap when nothing is.
pub(crate) async fn publish_due(app: &App, signer: &dyn Signer) -> Result<(), Problem> {
    let method = method(app, signer);
    let lists = app.store().api_lists(method.controller()).await.map_err(|e| Problem::internal(&e))?;
    for list in lists {
        current(app, Some((signer, &method)), list).await?;
    }
    Ok(())
}

fn url(app: &App, list: u32) -> String {
    format!("{}/api/status/{list}", app.office.issuer.base_url)
}

fn parse(app: &App, bytes: &[u8]) -> Result<ApiPlace, Problem> {
    let body: Value =
        serde_json::from_slice(bytes).map_err(|e| malformed(format!("the body is no JSON: {e}"), NEXT))?;
    let entry = &body["credentialStatus"];
    let told = |name: &str| {
        entry[name].as_str().ok_or_else(|| malformed(format!("credentialStatus.{name} is missing or no string"), NEXT))
    };
    if told("type")? != "BitstringStatusListEntry" {
        return Err(malformed(format!("credentialStatus.type is {}", entry["type"]), NEXT));
    }
    if told("statusPurpose")? != Purpose::Revocation.name() {
        return Err(malformed(format!("credentialStatus.statusPurpose is {}", entry["statusPurpose"]), NEXT));
    }
    if body.get("status").is_some_and(|status| *status != true) {
        return Err(malformed(format!("status is {}; a revocation is never taken back", body["status"]), NEXT));
    }
    let folder = format!("{}/api/status/", app.office.issuer.base_url);
    let list = told("statusListCredential")?.strip_prefix(&folder).and_then(witness::plain_number);
    let list =
        list.ok_or_else(|| malformed("credentialStatus.statusListCredential is no list of this service", NEXT))?;
    let index = witness::plain_number(told("statusListIndex")?);
    let index = index.ok_or_else(|| malformed("credentialStatus.statusListIndex is no number", NEXT))?;
    Ok(ApiPlace { list, index })
}

/// The list as it has to be published now: as it was when it still holds, else signed again. A list of a former key
/// stays as that key left it.
async fn current(
    app: &App,
    keyed: Option<(&dyn Signer, &VerificationMethod)>,
    number: u32,
) -> Result<Option<String>, Problem> {
    let Some(list) = app.store().api_list(number).await.map_err(|e| Problem::internal(&e))? else { return Ok(None) };
    let now = app.now();
    let holds = |document: &&ApiStatusDocument| {
        document.version == list.version && now.duration_since(document.signed_at) < SIGN_AGAIN_AFTER
    };
    let ours = keyed.filter(|(_, method)| method.controller() == list.issuer);
    match (list.document.as_ref().filter(holds), ours) {
        (Some(document), _) => Ok(Some(document.text.clone())),
        (None, None) => Ok(list.document.map(|document| document.text)),
        (None, Some((signer, method))) => {
            let text = sign_list(app, signer, method, &list)?;
            let document =
                ApiStatusDocument { list: number, text: text.clone(), version: list.version, signed_at: now };
            app.store().put_api_document(&document).await.map_err(|e| Problem::internal(&e))?;
            Ok(Some(text))
        }
    }
}

fn sign_list(
    app: &App,
    signer: &dyn Signer,
    method: &VerificationMethod,
    list: &ApiStatusList,
) -> Result<String, Problem> {
    let mut bits = Bitstring::new(list.size);
    for index in &list.revoked {
        bits.set(u64::from(*index), true).map_err(|e| Problem::internal(&e))?;
    }
    let now = app.now();
    let (from, until) = (date_time_stamp(now), date_time_stamp(now.saturating_add(LIST_VALID).unwrap_or(now)));
    let url = url(app, list.number);
    let draft = status_list_draft(&url, method.controller(), Purpose::Revocation, &bits, &from, &until);
    let unfit = |problems: Vec<vc::Problem>| {
        let first = problems.first().map(ToString::to_string).unwrap_or_default();
        Problem::internal(&format!("{url}: {first}"))
    };
    let ready = draft.check().map_err(unfit)?;
    let to_sign = ready.to_sign(Cryptosuite::EddsaRdfc2022, method, &from).map_err(|e| Problem::internal(&e))?;
    let signature = signer.sign(to_sign.bytes()).map_err(|e| Problem::internal(&e))?;
    let signed = to_sign.finish(signature).map_err(|e| Problem::internal(&e))?;
    Ok(signed.text().to_owned())
}
