//! `GET /trust.json`: everything that a verifier needs of this issuer, in one signed document (`crates/vc/TRUST.md`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use issuer::IssueError;
use jiff::{SignedDuration, Timestamp};
use store::{Issuer, IssuerId};
use vc::trust::Bundle;

use crate::App;
use crate::error::Problem;
use crate::publish::{self, cacheable};

/// As long as the lists' own `ttl`.
const KEPT: &str = "public, max-age=300";
/// How long one is given out before the store is asked whether something has changed.
const LOOK_AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(10);
/// One that is older is signed again, though nothing has changed.
const SIGN_AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// The bundles as last signed.
#[derive(Default)]
pub(crate) struct Signed(Mutex<HashMap<IssuerId, Kept>>);

#[derive(Clone)]
struct Kept {
    bundle: Bundle,
    looked_at: Timestamp,
    text: Arc<str>,
}

/// The handler.
pub(crate) async fn bundle(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Problem> {
    let issuer = app.issuer_at(publish::host(&headers)).await.map_err(|e| Problem::internal(&e))?;
    let text = signed(&app, issuer).await.map_err(|e| Problem::internal(&e))?;
    let text = text.ok_or_else(|| {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "not-signed",
            "Not signed",
            "the service was started without the key of this issuer, so it cannot sign its trust bundle",
            "Fetch the DID document, the templates and the status lists one by one.",
        )
    })?;
    Ok(cacheable(&headers, "application/json", KEPT, text.as_bytes().to_vec()))
}

/// The bundle of an issuer, signed again where something has changed; `None` without its key.
pub(crate) async fn signed(app: &App, issuer: Issuer) -> Result<Option<Arc<str>>, IssueError> {
    let Ok(signer) = app.signers.certificates.signer(issuer.id) else { return Ok(None) };
    let (now, id) = (app.now(), issuer.id);
    let kept = app.bundles.get(id);
    if let Some(kept) = kept.as_ref().filter(|kept| now.duration_since(kept.looked_at) < LOOK_AGAIN_AFTER) {
        return Ok(Some(Arc::clone(&kept.text)));
    }
    let bundle = issuer::trust::bundle(&app.office.under(issuer), now).await?;
    let kept = match kept.filter(|kept| says_the_same(&kept.bundle, &bundle)) {
        Some(kept) => Kept { looked_at: now, ..kept },
        None => {
            let text = issuer::trust::sign(&bundle, signer.as_ref())?.into();
            Kept { bundle, looked_at: now, text }
        }
    };
    let text = Arc::clone(&kept.text);
    app.bundles.put(id, kept);
    Ok(Some(text))
}

fn says_the_same(kept: &Bundle, new: &Bundle) -> bool {
    let dated = Bundle { from: kept.from, until: kept.until, ..new.clone() };
    dated == *kept && new.from.duration_since(kept.from) < SIGN_AGAIN_AFTER
}

impl Signed {
    fn get(&self, issuer: IssuerId) -> Option<Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&issuer).cloned()
    }

    fn put(&self, issuer: IssuerId, kept: Kept) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(issuer, kept);
    }
}
