//! The life of a certificate: state, status bits, list version and event change together.

use jiff::Timestamp;
use uuid::Uuid;

use super::rows::{self, millis};
use super::{DbConnection, ThisStore, audit, certificates};
use crate::{Act, Certificate, Change, NewEvent, Result, State, StoreError};

/// The reason that a superseded certificate shows.
const SUPERSEDED: &str = "superseded";

pub(super) async fn change(store: &ThisStore, change: &Change) -> Result<Certificate> {
    let mut write = store.write().await?;
    let from = state_of(&mut write, change.certificate).await?;
    let illegal = StoreError::IllegalStep { id: change.certificate, from, act: change.act };
    if change.act == Act::Supersede {
        return Err(illegal);
    }
    let Some(to) = change.act.step(from) else {
        return Err(illegal);
    };
    if let Some(successor) = reserved_successor(&mut write, change.certificate).await? {
        return Err(StoreError::ReissueUnderWay { id: change.certificate, successor });
    }
    apply(&mut write, change, to, None).await?;
    let changed = certificates::load(&mut write, change.certificate)
        .await?
        .ok_or(StoreError::UnknownCertificate { id: change.certificate })?;
    write.commit().await?;
    Ok(changed)
}

/// The saved certificate replaces another one, which is superseded in the same transaction.
pub(super) async fn supersede(write: &mut DbConnection, predecessor: Uuid, saved: Uuid, now: Timestamp) -> Result<()> {
    let from = state_of(write, predecessor).await?;
    let illegal = StoreError::IllegalStep { id: predecessor, from, act: Act::Supersede };
    let to = Act::Supersede.step(from).ok_or(illegal)?;
    let actor: String =
        sqlx::query_scalar("SELECT b.actor FROM certificates c JOIN batches b ON b.id = c.batch WHERE c.id = $1")
            .bind(saved.to_string())
            .fetch_one(&mut *write)
            .await?;
    let change = Change {
        certificate: predecessor,
        act: Act::Supersede,
        reason: Some(SUPERSEDED.to_owned()),
        note: None,
        actor,
        at: now,
    };
    apply(write, &change, to, Some(saved)).await
}

/// The state of a certificate, which must exist.
pub(super) async fn state_of(connection: &mut DbConnection, id: Uuid) -> Result<State> {
    let row = sqlx::query("SELECT state FROM certificates WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(connection)
        .await?
        .ok_or(StoreError::UnknownCertificate { id })?;
    rows::word(&row, "state", "a state", State::from_code)
}

/// The certificate that is to replace this one and is not signed yet.
pub(super) async fn reserved_successor(connection: &mut DbConnection, id: Uuid) -> Result<Option<Uuid>> {
    let found = sqlx::query("SELECT id FROM certificates WHERE predecessor = $1 AND state = 'reserved'")
        .bind(id.to_string())
        .fetch_optional(connection)
        .await?;
    found.as_ref().map(|row| rows::id(row, "id")).transpose()
}

async fn apply(write: &mut DbConnection, change: &Change, to: State, successor: Option<Uuid>) -> Result<()> {
    let id = change.certificate.to_string();
    let in_force = to == State::Issued;
    sqlx::query(
        "UPDATE certificates SET state = $2, since = $3, revision = revision + 1, reason = $4, note = $5, \
         successor = $6 WHERE id = $1",
    )
    .bind(&id)
    .bind(to.code())
    .bind(millis(change.at))
    .bind(change.reason.as_ref().filter(|_| !in_force))
    .bind(change.note.as_ref().filter(|_| !in_force).map(|note| &note.text))
    .bind(successor.map(|id| id.to_string()))
    .execute(&mut *write)
    .await?;
    let bit = |set: bool| i64::from(set);
    sqlx::query("UPDATE status_entries SET revoked = $2, suspended = $3, refresh = $4 WHERE certificate = $1")
        .bind(&id)
        .bind(bit(matches!(to, State::Revoked | State::Superseded)))
        .bind(bit(to == State::Suspended))
        .bind(bit(to == State::Superseded))
        .execute(&mut *write)
        .await?;
    sqlx::query(
        "UPDATE status_lists SET version = version + 1 WHERE EXISTS (SELECT 1 FROM certificates c \
         WHERE c.id = $1 AND c.issuer = status_lists.issuer AND c.status_list = status_lists.number)",
    )
    .bind(&id)
    .execute(&mut *write)
    .await?;
    let event = NewEvent {
        at: change.at,
        actor: change.actor.clone(),
        act: change.act.code().to_owned(),
        object: id,
        reason: change.reason.clone(),
        note: change.note.clone(),
    };
    audit::append(write, &event).await
}
