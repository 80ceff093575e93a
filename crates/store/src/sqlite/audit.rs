//! Events, and what the API signed.

use sqlx::sqlite::SqliteConnection;

use super::rows::{self, millis};
use super::{SqliteStore, fault};
use crate::{ApiCredential, Event, NewEvent, PAGE_MAX, Result, StoreError};

/// Appends an event within a transaction.
pub(super) async fn append(connection: &mut SqliteConnection, event: &NewEvent) -> Result<()> {
    sqlx::query("INSERT INTO events (at, actor, act, object, reason) VALUES ($1, $2, $3, $4, $5)")
        .bind(millis(event.at))
        .bind(&event.actor)
        .bind(&event.act)
        .bind(&event.object)
        .bind(&event.reason)
        .execute(connection)
        .await?;
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
        Some(object) => sqlx::query("SELECT * FROM events WHERE object = $3 AND number > $1 ORDER BY number LIMIT $2")
            .bind(after)
            .bind(limit)
            .bind(object),
        None => sqlx::query("SELECT * FROM events WHERE number > $1 ORDER BY number LIMIT $2").bind(after).bind(limit),
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
    let event = NewEvent {
        at: credential.at,
        actor: credential.actor.clone(),
        act: "api-issue".to_owned(),
        object: credential.id.to_string(),
        reason: None,
    };
    append(&mut write, &event).await?;
    write.commit().await?;
    Ok(())
}
