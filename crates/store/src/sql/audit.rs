//! Events, and what the API signed.

use sqlx::Row;

use super::rows::{self, millis};
use super::{DbConnection, ThisStore};
use crate::chain::Fields;
use crate::fault;
use crate::{ApiCredential, Event, Head, NewEvent, Note, PAGE_MAX, Result, StoreError};

/// Appends an event within a transaction that holds the chain's lock, at the end of the chain.
pub(super) async fn append(connection: &mut DbConnection, event: &NewEvent) -> Result<()> {
    let before = head(connection).await?;
    let note_hash = event.note.as_ref().map(Note::hash);
    let at = millis(event.at);
    let fields = Fields {
        actor: &event.actor,
        act: &event.act,
        object: &event.object,
        reason: event.reason.as_deref(),
        note_hash: note_hash.as_deref(),
    };
    let head = before.after(before.number + 1, at, fields);
    sqlx::query(
        "INSERT INTO events (number, at, actor, act, object, reason, note_hash, hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(head.number)
    .bind(at)
    .bind(&event.actor)
    .bind(&event.act)
    .bind(&event.object)
    .bind(&event.reason)
    .bind(&note_hash)
    .bind(&head.hash)
    .execute(&mut *connection)
    .await?;
    if let Some(note) = &event.note {
        sqlx::query("INSERT INTO event_notes (event, salt, text) VALUES ($1, $2, $3)")
            .bind(head.number)
            .bind(&note.salt)
            .bind(&note.text)
            .execute(connection)
            .await?;
    }
    Ok(())
}

async fn head(connection: &mut DbConnection) -> Result<Head> {
    let last =
        sqlx::query("SELECT number, hash FROM events ORDER BY number DESC LIMIT 1").fetch_optional(connection).await?;
    match last {
        Some(row) => Ok(Head { number: row.try_get("number")?, hash: row.try_get("hash")? }),
        None => Ok(Head::default()),
    }
}

pub(super) async fn chain_head(store: &ThisStore) -> Result<Head> {
    let mut read = store.read().await?;
    head(&mut read).await
}

pub(super) async fn append_event(store: &ThisStore, event: &NewEvent) -> Result<()> {
    let mut write = store.write().await?;
    append(&mut write, event).await?;
    write.commit().await?;
    Ok(())
}

pub(super) async fn events(store: &ThisStore, object: Option<&str>, after: i64, limit: u32) -> Result<Vec<Event>> {
    let limit = i64::from(limit.min(PAGE_MAX));
    let query = match object {
        Some(object) => sqlx::query(concat!(
            "SELECT e.*, n.salt, n.text FROM events e LEFT JOIN event_notes n ON n.event = e.number ",
            "WHERE e.object = $3 AND e.number > $1 ORDER BY e.number LIMIT $2"
        ))
        .bind(after)
        .bind(limit)
        .bind(object),
        None => sqlx::query(concat!(
            "SELECT e.*, n.salt, n.text FROM events e LEFT JOIN event_notes n ON n.event = e.number ",
            "WHERE e.number > $1 ORDER BY e.number LIMIT $2"
        ))
        .bind(after)
        .bind(limit),
    };
    let found = query.fetch_all(&store.reader).await?;
    found.iter().map(rows::event).collect()
}

pub(super) async fn events_before(
    store: &ThisStore,
    object: Option<&str>,
    before: i64,
    limit: u32,
) -> Result<Vec<Event>> {
    let limit = i64::from(limit.min(PAGE_MAX));
    let query = match object {
        Some(object) => sqlx::query(concat!(
            "SELECT e.*, n.salt, n.text FROM events e LEFT JOIN event_notes n ON n.event = e.number ",
            "WHERE e.object = $3 AND e.number < $1 ORDER BY e.number DESC LIMIT $2"
        ))
        .bind(before)
        .bind(limit)
        .bind(object),
        None => sqlx::query(concat!(
            "SELECT e.*, n.salt, n.text FROM events e LEFT JOIN event_notes n ON n.event = e.number ",
            "WHERE e.number < $1 ORDER BY e.number DESC LIMIT $2"
        ))
        .bind(before)
        .bind(limit),
    };
    let found = query.fetch_all(&store.reader).await?;
    found.iter().map(rows::event).collect()
}

pub(super) async fn put_api_credential(store: &ThisStore, credential: &ApiCredential) -> Result<()> {
    let mut write = store.write().await?;
    sqlx::query(
        "INSERT INTO api_credentials (id, credential_id, method, text, actor, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(credential.id.to_string())
    .bind(&credential.credential_id)
    .bind(&credential.method)
    .bind(&credential.text)
    .bind(&credential.actor)
    .bind(millis(credential.at))
    .execute(&mut *write)
    .await
    .map_err(|error| fault::unique(error, || StoreError::Taken { what: "id", value: credential.id.to_string() }))?;
    let event = NewEvent::new(credential.at, credential.actor.clone(), "api-issue", credential.id.to_string());
    append(&mut write, &event).await?;
    write.commit().await?;
    Ok(())
}
