//! Events, and what the API signed.

use sqlx::Row;
use sqlx::sqlite::SqliteConnection;

use super::rows::{self, millis};
use super::{SqliteStore, fault};
use crate::chain::Fields;
use crate::{ApiCredential, Event, Head, NewEvent, Note, PAGE_MAX, Result, StoreError};

/// Appends an event within a transaction, at the end of the chain.
pub(super) async fn append(connection: &mut SqliteConnection, event: &NewEvent) -> Result<()> {
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

async fn head(connection: &mut SqliteConnection) -> Result<Head> {
    let last =
        sqlx::query("SELECT number, hash FROM events ORDER BY number DESC LIMIT 1").fetch_optional(connection).await?;
    match last {
        Some(row) => Ok(Head { number: row.try_get("number")?, hash: row.try_get("hash")? }),
        None => Ok(Head::default()),
    }
}

pub(super) async fn chain_head(store: &SqliteStore) -> Result<Head> {
    let mut read = store.read().await?;
    head(&mut read).await
}

/// Gives the events that were written before there was a chain their place in it. Once, when the database is opened;
/// an event that has a hash is never changed.
pub(super) async fn chain_older(store: &SqliteStore) -> Result<()> {
    let unchained = "SELECT EXISTS (SELECT 1 FROM events WHERE hash IS NULL)";
    if sqlx::query_scalar::<_, i64>(unchained).fetch_one(&store.writer).await? == 0 {
        return Ok(());
    }
    let mut write = store.write().await?;
    let mut head = Head::default();
    loop {
        let some = sqlx::query("SELECT * FROM events WHERE number > $1 ORDER BY number LIMIT $2")
            .bind(head.number)
            .bind(i64::from(PAGE_MAX))
            .fetch_all(&mut *write)
            .await?;
        if some.is_empty() {
            break;
        }
        for row in some {
            let (number, at): (i64, i64) = (row.try_get("number")?, row.try_get("at")?);
            let fields = Fields {
                actor: row.try_get("actor")?,
                act: row.try_get("act")?,
                object: row.try_get("object")?,
                reason: row.try_get("reason")?,
                note_hash: row.try_get("note_hash")?,
            };
            head = head.after(number, at, fields);
            sqlx::query("UPDATE events SET hash = $2 WHERE number = $1 AND hash IS NULL")
                .bind(number)
                .bind(&head.hash)
                .execute(&mut *write)
                .await?;
        }
    }
    write.commit().await?;
    Ok(())
}

pub(super) async fn append_event(store: &SqliteStore, event: &NewEvent) -> Result<()> {
    let mut write = store.write().await?;
    append(&mut write, event).await?;
    write.commit().await?;
    Ok(())
}

pub(super) async fn events(store: &SqliteStore, object: Option<&str>, after: i64, limit: u32) -> Result<Vec<Event>> {
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
    store: &SqliteStore,
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

pub(super) async fn put_api_credential(store: &SqliteStore, credential: &ApiCredential) -> Result<()> {
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
