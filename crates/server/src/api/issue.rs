//! `POST /credentials/issue`: off until it is configured; signs what others bring with a key of its own (role `api`),
//! never with the certificates' key, under a DID of its own. A credential that has no status gets one, in a list that
//! is published first. What is signed is stored before it is told.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use issuer::keyring::Signer;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::{ApiCredential, StoreError};
use vc::{Cryptosuite, Draft, Signed, StatusEntry, VerificationMethod};

use super::{Brings, badge, malformed, problem_detail, status, take_apart, whole};
use crate::App;
use crate::error::Problem;
use crate::pages::digest;

/// VCDM 2.0, 4.3: the base context, which knows `BitstringStatusListEntry`.
const CREDENTIALS_V2: &str = "https://www.w3.org/ns/credentials/v2";

const NEXT: &str = "Send {\"credential\": {...}, \"options\": {...}}.";

/// The handler. Who asks is settled before the body is read.
pub(crate) async fn issue(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let (signer, actor) = admitted(&app, request.headers())?;
    let bytes = whole(Bytes::from_request(request, &app).await)?;
    answer(&app, signer, actor, &bytes).await
}

async fn answer(app: &App, signer: Arc<dyn Signer>, actor: String, bytes: &[u8]) -> Result<Response, Problem> {
    let (credential, suite) = parse(bytes)?;
    let method = status::method(app, signer.as_ref());
    let (credential, method) = app.work.run(move || check(&credential, &method).map(|()| (credential, method))).await?;
    let credential = with_status(app, credential, signer.as_ref(), &method).await?;
    let now = app.now();
    let (signed, method) = app
        .work
        .run(move || Ok::<_, Problem>((sign(credential, suite, &method, signer.as_ref(), now)?, method)))
        .await?;
    keep(app, &signed, &method, actor).await?;
    let body = format!("{{\"verifiableCredential\":{}}}", signed.text());
    let json = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    Ok((StatusCode::CREATED, json, body).into_response())
}

/// The key, and who is let in: by a token, or (only on this very machine) without one.
pub(super) fn admitted(app: &App, headers: &HeaderMap) -> Result<(Arc<dyn Signer>, String), Problem> {
    let api = &app.config.api;
    let off = |detail: &str| {
        Problem::new(
            StatusCode::FORBIDDEN,
            "issuing-off",
            "Issuing is off",
            detail,
            "Set [api] issue in piagam.toml and make a key with the role api.",
        )
    };
    if !api.issue {
        return Err(off("this installation does not issue over the API"));
    }
    let signer = app.signers.api.clone().ok_or_else(|| off("this installation has no key with the role api"))?;
    if api.local_without_token {
        return Ok((signer, "api:local".into()));
    }
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(bearer);
    let hash = bearer.map(|token| digest(token.as_bytes())).unwrap_or_default();
    // Hashes are compared, not tokens: how long that takes tells nothing about a token.
    let known = api.token_sha256.iter().find(|known| **known == hash).ok_or_else(|| {
        Problem::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "Not authorized",
            "the header Authorization carries no known bearer token",
            "Send Authorization: Bearer TOKEN.",
        )
    })?;
    Ok((signer, format!("api:{}", &known[..8])))
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn parse(bytes: &[u8]) -> Result<(Value, Cryptosuite), Problem> {
    let (text, options) = take_apart(bytes, Brings::Credential, NEXT)?;
    // Duplicate members are refused: a signature over them would mean different things to different readers.
    let credential = vc::core::parse(text.as_bytes()).map_err(|problem| refused(&[problem]))?;
    let suite = match options.get("cryptosuite") {
        None | Some(Value::Null) => Cryptosuite::EddsaRdfc2022,
        Some(name) if *name == Cryptosuite::EddsaRdfc2022.name() => Cryptosuite::EddsaRdfc2022,
        Some(name) if *name == Cryptosuite::EddsaJcs2022.name() => Cryptosuite::EddsaJcs2022,
        Some(other) => {
            return Err(malformed(
                format!("options.cryptosuite is {other}, known are eddsa-rdfc-2022 and eddsa-jcs-2022"),
                "Ask for one of the two, or leave it out.",
            ));
        }
    };
    Ok((credential, suite))
}

/// Everything that can be wrong is found before an index is reserved.
fn check(credential: &Value, method: &VerificationMethod) -> Result<(), Problem> {
    let issuer = credential["issuer"].as_str().or_else(|| credential["issuer"]["id"].as_str()).map(str::to_owned);
    Draft::from_value(credential.clone()).check().map_err(|problems| refused(&problems))?;
    let problems = badge::problems(credential);
    if !problems.is_empty() {
        return Err(refused(&problems));
    }
    if issuer.as_deref() != Some(method.controller()) {
        return Err(malformed(
            format!(
                "credential.issuer is {:?}, this service signs as {}",
                issuer.unwrap_or_default(),
                method.controller()
            ),
            "Name that DID as the issuer.",
        ));
    }
    Ok(())
}

/// Adds a status entry where the credential has none. VCDM 1.1 has no term for it, and a status list has no status.
async fn with_status(
    app: &App,
    mut credential: Value,
    signer: &dyn Signer,
    method: &VerificationMethod,
) -> Result<Value, Problem> {
    let is_list = |name: &Value| name == "BitstringStatusListCredential";
    let lists = credential["type"].as_array().is_some_and(|types| types.iter().any(is_list));
    if credential.get("credentialStatus").is_some() || credential["@context"][0] != CREDENTIALS_V2 || lists {
        return Ok(credential);
    }
    let StatusEntry { list, index } = status::reserve(app, signer, method).await?;
    credential["credentialStatus"] = json!({
        "id": format!("{list}#{index}"),
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": index.to_string(),
        "statusListCredential": list,
    });
    Ok(credential)
}

fn sign(
    credential: Value,
    suite: Cryptosuite,
    method: &VerificationMethod,
    signer: &dyn Signer,
    now: jiff::Timestamp,
) -> Result<Signed, Problem> {
    let ready = Draft::from_value(credential).check().map_err(|problems| refused(&problems))?;
    let created = vc::date_time_stamp(now);
    let to_sign = ready.to_sign(suite, method, &created).map_err(|problem| refused(&[problem]))?;
    let signature = signer.sign(to_sign.bytes()).map_err(|e| Problem::internal(&e))?;
    to_sign.finish(signature).map_err(|problem| Problem::internal(&problem))
}

/// The same text again (a repeated request within a second) is the same credential, kept once.
async fn keep(app: &App, signed: &Signed, method: &VerificationMethod, actor: String) -> Result<(), Problem> {
    let digest = Sha256::digest(signed.text().as_bytes());
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    let credential = ApiCredential {
        id: uuid::Builder::from_custom_bytes(id).into_uuid(),
        credential_id: signed.facts().id.clone(),
        method: method.id.clone(),
        text: signed.text().to_owned(),
        actor,
        at: app.now(),
    };
    match app.store().put_api_credential(&credential).await {
        Ok(()) | Err(StoreError::Taken { .. }) => Ok(()),
        Err(error) => Err(Problem::internal(&error)),
    }
}

/// Everything that is wrong with it, each naming the member and the rule.
fn refused(problems: &[vc::Problem]) -> Problem {
    let details: Vec<Value> = problems.iter().map(problem_detail).collect();
    let first = problems.first().map(ToString::to_string).unwrap_or_default();
    Problem::new(
        StatusCode::BAD_REQUEST,
        "credential-refused",
        "This credential cannot be issued",
        first,
        "Mend what problemDetails names and send it again.",
    )
    .with("problemDetails", Value::Array(details))
}
