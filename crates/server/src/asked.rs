//! What an address asks for: language, proof, code, path. None of it can be refused before a handler has seen it: a
//! strange query is answered with a page or a problem document like anything else.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use store::Suite;
use vc::Lang;

use crate::App;
use crate::error::{Oops, Problem};

/// Every parameter of the query, in order; an unreadable query has none.
type Parameters = Vec<(String, String)>;

/// `?hl=en`; everything else is Indonesian.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hl(Lang);

impl Hl {
    /// What this address asks for.
    pub(crate) fn of(uri: &Uri) -> Self {
        Self(if parameter(uri, "hl").as_deref() == Some("en") { Lang::En } else { Lang::Id })
    }

    /// The language asked for.
    pub(crate) fn lang(self) -> Lang {
        self.0
    }
}

impl FromRequestParts<Arc<App>> for Hl {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.uri))
    }
}

/// `?kode=`: what the code form sends.
#[derive(Debug)]
pub(crate) struct Typed(pub(crate) String);

impl FromRequestParts<Arc<App>> for Typed {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Self::Rejection> {
        Ok(Self(parameter(&parts.uri, "kode").unwrap_or_default()))
    }
}

/// `?cryptosuite=`: which of the two proofs is wanted.
#[derive(Debug)]
pub(crate) struct WhichProof {
    cryptosuite: Option<String>,
}

impl FromRequestParts<Arc<App>> for WhichProof {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Self::Rejection> {
        Ok(Self { cryptosuite: parameter(&parts.uri, "cryptosuite") })
    }
}

impl WhichProof {
    /// The suite that was asked for; `eddsa-rdfc-2022` when none was named.
    pub(crate) fn suite(&self) -> Result<Suite, Problem> {
        let Some(name) = self.cryptosuite.as_deref() else { return Ok(Suite::Rdfc) };
        Suite::from_code(name).ok_or_else(|| {
            let shown: String = name.chars().take(40).collect();
            Problem::new(
                StatusCode::BAD_REQUEST,
                "cryptosuite",
                "Unknown cryptosuite",
                format!("cryptosuite is {shown:?}, known are eddsa-rdfc-2022 and eddsa-jcs-2022"),
                "Ask for one of the two, or leave the parameter out.",
            )
        })
    }

    /// Whether the caller named one.
    pub(crate) fn is_named(&self) -> bool {
        self.cryptosuite.is_some()
    }
}

/// Where a problem is told as a document, not as a page.
const FOR_MACHINES: [&str; 4] = ["/status/", "/records/", "/templates/", "/api/"];

/// The variable segments of the path. One that is no text names nothing that exists.
#[derive(Debug)]
pub(crate) struct Segments<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Arc<App>> for Segments<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        let path: Result<Path<T>, PathRejection> = Path::from_request_parts(parts, app).await;
        match path {
            Ok(Path(segments)) => Ok(Self(segments)),
            Err(_) if FOR_MACHINES.iter().any(|folder| parts.uri.path().starts_with(folder)) => {
                Err(Problem::not_found("the address is no text").into_response())
            }
            Err(_) => Err(Oops::NoSuchPage.page(app, Lang::Id)),
        }
    }
}

/// The first value of a parameter of the query.
pub(crate) fn parameter(uri: &Uri, name: &str) -> Option<String> {
    let Query(all): Query<Parameters> = Query::try_from_uri(uri).ok()?;
    all.into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
}
