//! Batches after their reservation: signing in chunks, finishing.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use super::rows::{self, millis};
use super::{SqliteStore, audit, certificates, fault, life};
use crate::{Batch, BatchId, BatchState, NewEvent, PAGE_MAX, Result, SignedCertificate, StoreError, Unsigned};

macro_rules! select_batches {
    ($rest:literal) => {
        concat!(
            "SELECT b.*, \
             (SELECT COUNT(*) FROM certificates c WHERE c.batch = b.id) AS certificates, \
             (SELECT COUNT(*) FROM certificates c WHERE c.batch = b.id AND c.state <> 'reserved') AS signed \
             FROM batches b ",
            $rest
        )
    };
}

/// A batch, seen from within a transaction.
pub(super) async fn load(connection: &mut SqliteConnection, id: BatchId) -> Result<Option<Batch>> {
    let found = sqlx::query(select_batches!("WHERE b.id = $1")).bind(id.to_string()).fetch_optional(connection).await?;
    found.as_ref().map(rows::batch).transpose()
}

pub(super) async fn batch(store: &SqliteStore, id: BatchId) -> Result<Option<Batch>> {
    load(&mut *store.reader.acquire().await?, id).await
}

pub(super) async fn batches(store: &SqliteStore, limit: u32) -> Result<Vec<Batch>> {
    let found = sqlx::query(select_batches!("ORDER BY b.serial DESC LIMIT $1"))
        .bind(i64::from(limit.min(PAGE_MAX)))
        .fetch_all(&store.reader)
        .await?;
    found.iter().map(rows::batch).collect()
}

pub(super) async fn unfinished_batches(store: &SqliteStore) -> Result<Vec<Batch>> {
    let found =
        sqlx::query(select_batches!("WHERE b.state = 'reserved' ORDER BY b.serial")).fetch_all(&store.reader).await?;
    found.iter().map(rows::batch).collect()
}

pub(super) async fn unsigned(store: &SqliteStore, batch: BatchId, after: i64, limit: u32) -> Result<Vec<Unsigned>> {
    let found = sqlx::query(certificates::select_certificates!(
        ", h.public, h.private",
        "WHERE c.batch = $1 AND c.state = 'reserved' AND c.serial > $2 ORDER BY c.serial LIMIT $3"
    ))
    .bind(batch.to_string())
    .bind(after)
    .bind(i64::from(limit.min(PAGE_MAX)))
    .fetch_all(&store.reader)
    .await?;
    found
        .iter()
        .map(|row| Ok(Unsigned { certificate: rows::certificate(row)?, details: rows::details(row)? }))
        .collect()
}

pub(super) async fn save_signed(store: &SqliteStore, signed: &[SignedCertificate], now: Timestamp) -> Result<u32> {
    let mut write = store.write().await?;
    let mut saved = 0;
    for certificate in signed {
        if save_one(&mut write, certificate, now).await? {
            saved += 1;
        }
    }
    write.commit().await?;
    Ok(saved)
}

/// Saves one certificate, unless it is saved already (`false`).
async fn save_one(write: &mut SqliteConnection, signed: &SignedCertificate, now: Timestamp) -> Result<bool> {
    let id = signed.id.to_string();
    let changed = sqlx::query(
        "UPDATE certificates SET state = 'issued', since = $2, issued_at = $2, key_number = $3 \
         WHERE id = $1 AND state = 'reserved' RETURNING predecessor",
    )
    .bind(&id)
    .bind(millis(now))
    .bind(i64::from(signed.key_number))
    .fetch_optional(&mut *write)
    .await?;
    let Some(changed) = changed else {
        life::state_of(write, signed.id).await?;
        return Ok(false);
    };
    sqlx::query("INSERT INTO signed (certificate, rdfc, jcs) VALUES ($1, $2, $3)")
        .bind(&id)
        .bind(signed.rdfc.text())
        .bind(signed.jcs.text())
        .execute(&mut *write)
        .await
        .map_err(|error| fault::unique(error, || StoreError::Taken { what: "id", value: id.clone() }))?;
    if let Some(predecessor) = rows::maybe_id(&changed, "predecessor")? {
        life::supersede(write, predecessor, signed.id, now).await?;
    }
    Ok(true)
}

pub(super) async fn finish_batch(store: &SqliteStore, id: BatchId, report: &str, now: Timestamp) -> Result<Batch> {
    let mut write = store.write().await?;
    let batch = load(&mut write, id).await?.ok_or(StoreError::UnknownBatch { id })?;
    if batch.state == BatchState::Issued {
        return Ok(batch);
    }
    if batch.signed < batch.certificates {
        return Err(StoreError::Unfinished { batch: id, unsigned: batch.certificates - batch.signed });
    }
    sqlx::query("UPDATE batches SET state = 'issued', finished_at = $2 WHERE id = $1")
        .bind(id.to_string())
        .bind(millis(now))
        .execute(&mut *write)
        .await?;
    sqlx::query("INSERT INTO batch_reports (batch, report) VALUES ($1, $2)")
        .bind(id.to_string())
        .bind(report)
        .execute(&mut *write)
        .await?;
    let event = NewEvent {
        at: now,
        actor: batch.new.actor.clone(),
        act: "issue".to_owned(),
        object: id.to_string(),
        reason: None,
    };
    audit::append(&mut write, &event).await?;
    let finished = load(&mut write, id).await?.ok_or(StoreError::UnknownBatch { id })?;
    write.commit().await?;
    Ok(finished)
}

pub(super) async fn batch_report(store: &SqliteStore, batch: BatchId) -> Result<Option<String>> {
    Ok(sqlx::query_scalar("SELECT report FROM batch_reports WHERE batch = $1")
        .bind(batch.to_string())
        .fetch_optional(&store.reader)
        .await?)
}
