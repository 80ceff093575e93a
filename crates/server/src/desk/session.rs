//! Who sits at the desk: sessions kept in the store, and what they remember.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{NewEvent, User, UserId};
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::{Duration, OffsetDateTime};
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};
use tower_sessions::{Expiry, Session, SessionManagerLayer, SessionStore};
use vc::Lang;

use super::frame::Flash;
use crate::App;
use crate::asked::{Hl, parameter};
use crate::pages::digest;

/// Without a request for so long, somebody has to sign in again.
pub(super) const IDLE: SignedDuration = SignedDuration::from_hours(2);

/// After so long somebody has to sign in again in any case: a working day.
const LONGEST: SignedDuration = SignedDuration::from_hours(12);

/// How long a session is remembered that has to sign in again, so that what was typed can be sent after all.
const REMEMBERED: Duration = Duration::hours(24);

/// How often it is written down that somebody is still there.
const TOUCH: SignedDuration = SignedDuration::from_mins(5);

const SITTING: &str = "sitting";
const LANGUAGE: &str = "lang";
const FLASH: &str = "flash";
const PENDING: &str = "pending";

/// Sessions in the store.
#[derive(Clone)]
pub(super) struct StoredSessions(Arc<App>);

impl std::fmt::Debug for StoredSessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoredSessions")
    }
}

#[async_trait::async_trait]
impl SessionStore for StoredSessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // 128 random bits: two are never the same.
        self.save(record).await
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let sitting: Option<Sitting> =
            record.data.get(SITTING).and_then(|value| serde_json::from_value(value.clone()).ok());
        let session = store::Session {
            key: key(&record.id),
            user: sitting.map(|sitting| UserId(sitting.user)),
            data: serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))?,
            expires_at: Timestamp::from_second(record.expiry_date.unix_timestamp())
                .map_err(|error| Error::Encode(error.to_string()))?,
        };
        self.0.store().put_session(&session).await.map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let Some(session) = self.0.store().session(&key(id), self.0.now()).await.map_err(backend)? else {
            return Ok(None);
        };
        let data: HashMap<String, Value> =
            serde_json::from_str(&session.data).map_err(|error| Error::Decode(error.to_string()))?;
        let expiry_date = OffsetDateTime::from_unix_timestamp(session.expires_at.as_second())
            .map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.0.store().drop_session(&key(id)).await.map_err(backend)
    }
}

fn backend(error: store::StoreError) -> Error {
    Error::Backend(error.to_string())
}

fn key(id: &Id) -> String {
    digest(&id.0.to_be_bytes())
}

/// The cookie: for the desk only, never for a script, over https only where there is https.
pub(super) fn layer(app: &Arc<App>) -> SessionManagerLayer<StoredSessions> {
    let local = app.config.is_local();
    SessionManagerLayer::new(StoredSessions(Arc::clone(app)))
        .with_name(if local { "piagam" } else { "__Secure-piagam" })
        .with_secure(!local)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/desk")
        .with_expiry(Expiry::OnInactivity(REMEMBERED))
}

/// What a session remembers of who signed in. Times are seconds since 1970.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Sitting {
    user: i64,
    since: i64,
    seen: i64,
}

/// A form that was sent after the session had gone to sleep: kept until its sender has signed in again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Pending {
    /// Whose it is.
    pub(super) user: i64,
    /// Where it was sent to.
    pub(super) path: String,
    /// Its fields, without secrets.
    pub(super) fields: Vec<(String, String)>,
}

/// Somebody who has signed in and may be here. The gate makes it; handlers take it as an argument.
#[derive(Debug, Clone)]
pub(crate) struct Seat {
    /// Who it is.
    pub(crate) user: User,
    /// The language they read.
    pub(crate) lang: Lang,
    session: Session,
}

/// What a session comes to.
pub(super) enum Visitor {
    /// Signed in.
    Seated(Box<Seat>),
    /// Was signed in, and has been away too long.
    Asleep(UserId),
    /// Nobody.
    Stranger,
}

/// Looks who this session belongs to, and writes down that they are still there.
pub(super) async fn visitor(app: &App, session: &Session, hl: Option<Lang>) -> std::result::Result<Visitor, Fault> {
    let Some(mut sitting) = session.get::<Sitting>(SITTING).await? else { return Ok(Visitor::Stranger) };
    let Some(user) = app.store().user(UserId(sitting.user)).await? else { return Ok(Visitor::Stranger) };
    if user.disabled_at.is_some() {
        return Ok(Visitor::Stranger);
    }
    let now = app.now();
    let ago = |seconds: i64| SignedDuration::from_secs(now.as_second().saturating_sub(seconds));
    if ago(sitting.seen) > IDLE || ago(sitting.since) > LONGEST {
        return Ok(Visitor::Asleep(user.id));
    }
    if ago(sitting.seen) > TOUCH {
        sitting.seen = now.as_second();
        session.insert(SITTING, sitting).await?;
    }
    let lang = language(session, hl).await?;
    Ok(Visitor::Seated(Box::new(Seat { user, lang, session: session.clone() })))
}

/// The language that the session remembers; `?hl=` changes it.
pub(super) async fn language(session: &Session, hl: Option<Lang>) -> std::result::Result<Lang, Fault> {
    let code = |lang| if lang == Lang::En { "en" } else { "id" };
    if let Some(lang) = hl {
        session.insert(LANGUAGE, code(lang)).await?;
        return Ok(lang);
    }
    let kept: Option<String> = session.get(LANGUAGE).await?;
    Ok(if kept.as_deref() == Some("en") { Lang::En } else { Lang::Id })
}

/// Begins to sit: the session's id is another one from now on, so that nobody who knew the old one sits here too.
pub(super) async fn sit(session: &Session, user: UserId, now: Timestamp) -> std::result::Result<(), Fault> {
    session.cycle_id().await?;
    let sitting = Sitting { user: user.0, since: now.as_second(), seen: now.as_second() };
    Ok(session.insert(SITTING, sitting).await?)
}

/// Keeps a form for later.
pub(super) async fn keep_pending(session: &Session, pending: &Pending) -> std::result::Result<(), Fault> {
    Ok(session.insert(PENDING, pending).await?)
}

/// Whether a form is kept for this user. Somebody else's is forgotten: it is not theirs to see.
pub(super) async fn has_pending(session: &Session, user: UserId) -> std::result::Result<bool, Fault> {
    match session.get::<Pending>(PENDING).await? {
        Some(pending) if pending.user == user.0 => Ok(true),
        Some(_) => {
            session.remove::<Pending>(PENDING).await?;
            Ok(false)
        }
        None => Ok(false),
    }
}

impl Seat {
    /// Told on the next page.
    pub(crate) async fn tell(&self, flash: Flash) {
        if let Err(error) = self.session.insert(FLASH, flash).await {
            tracing::warn!(%error, "a note for the next page could not be kept");
        }
    }

    /// What was to be told on this page.
    pub(super) async fn told(&self) -> Option<Flash> {
        self.session.remove(FLASH).await.ok().flatten()
    }

    /// Ends the session.
    pub(super) async fn leave(&self) -> std::result::Result<(), Fault> {
        Ok(self.session.flush().await?)
    }

    /// The form that was kept for this user; it is kept no longer.
    pub(super) async fn pending(&self) -> std::result::Result<Option<Pending>, Fault> {
        let pending: Option<Pending> = self.session.remove(PENDING).await?;
        Ok(pending.filter(|pending| pending.user == self.user.id.0))
    }

    /// An event of this user.
    pub(crate) fn event(&self, app: &App, act: &str, object: impl Into<String>) -> NewEvent {
        NewEvent::new(app.now(), self.user.id.actor(), act, object)
    }
}

/// A session or the store that keeps it failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// The store.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The session.
    #[error(transparent)]
    Session(#[from] tower_sessions::session::Error),
}

impl FromRequestParts<Arc<App>> for Seat {
    type Rejection = axum::http::StatusCode;

    /// The gate has looked already; a handler without a gate has no seat.
    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> std::result::Result<Self, Self::Rejection> {
        parts.extensions.get::<Self>().cloned().ok_or(axum::http::StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// `?hl=` of a request, when it is there.
pub(super) fn asked_language(uri: &axum::http::Uri) -> Option<Lang> {
    parameter(uri, "hl").map(|_| Hl::of(uri).lang())
}
