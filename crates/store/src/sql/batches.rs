//! Batches after their reservation: signing in chunks, finishing.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use sqlx::QueryBuilder;

use super::rows::{self, millis};
use super::{Db, DbConnection, ThisStore, audit, certificates, life};
use crate::{
    ArtifactHash, Batch, BatchId, BatchState, Frozen, NewEvent, PAGE_MAX, ProgrammeId, Result, SignedCertificate,
    StoreError, Unsigned,
};

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
pub(super) async fn load(connection: &mut DbConnection, id: BatchId) -> Result<Option<Batch>> {
    let found = sqlx::query(select_batches!("WHERE b.id = $1")).bind(id.to_string()).fetch_optional(connection).await?;
    found.as_ref().map(rows::batch).transpose()
}

pub(super) async fn batch(store: &ThisStore, id: BatchId) -> Result<Option<Batch>> {
    load(&mut *store.reader.acquire().await?, id).await
}

pub(super) async fn batches(store: &ThisStore, limit: u32) -> Result<Vec<Batch>> {
    let found = sqlx::query(select_batches!("ORDER BY b.serial DESC LIMIT $1"))
        .bind(i64::from(limit.min(PAGE_MAX)))
        .fetch_all(&store.reader)
        .await?;
    found.iter().map(rows::batch).collect()
}

pub(super) async fn batch_made_of(
    store: &ThisStore,
    sheet_hash: &str,
    programme: &ArtifactHash,
    since: Timestamp,
) -> Result<Option<Batch>> {
    let found = sqlx::query(select_batches!(
        "WHERE b.sheet_hash = $1 AND b.programme_hash = $2 AND b.created_at >= $3 ORDER BY b.serial DESC LIMIT 1"
    ))
    .bind(sheet_hash)
    .bind(&programme.0)
    .bind(millis(since))
    .fetch_optional(&store.reader)
    .await?;
    found.as_ref().map(rows::batch).transpose()
}

pub(super) async fn newest_of(store: &ThisStore, programme: ProgrammeId) -> Result<Option<Frozen>> {
    let found = sqlx::query(
        "SELECT b.id, b.programme_hash, b.template FROM batches b \
         WHERE b.cohort IN (SELECT id FROM cohorts WHERE programme = $1) \
         AND EXISTS (SELECT 1 FROM certificates c WHERE c.batch = b.id AND c.state <> 'reserved') \
         ORDER BY b.serial DESC LIMIT 1",
    )
    .bind(programme.0)
    .fetch_optional(&store.reader)
    .await?;
    found.as_ref().map(rows::frozen).transpose()
}

pub(super) async fn unfinished_batches(store: &ThisStore) -> Result<Vec<Batch>> {
    let found =
        sqlx::query(select_batches!("WHERE b.state = 'reserved' ORDER BY b.serial")).fetch_all(&store.reader).await?;
    found.iter().map(rows::batch).collect()
}

pub(super) async fn unsigned(store: &ThisStore, batch: BatchId, after: i64, limit: u32) -> Result<Vec<Unsigned>> {
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

/// How many certificates one statement saves.
const CHUNK: usize = 100;

pub(super) async fn save_signed(store: &ThisStore, signed: &[SignedCertificate], now: Timestamp) -> Result<u32> {
    let mut write = store.write().await?;
    let mut saved = 0;
    for chunk in signed.chunks(CHUNK) {
        for by_one_key in chunk.chunk_by(|a, b| a.key_number == b.key_number) {
            saved += save_chunk(&mut write, by_one_key, now).await?;
        }
    }
    write.commit().await?;
    Ok(saved)
}

/// Saves those that are not saved already; returns how many.
async fn save_chunk(write: &mut DbConnection, signed: &[SignedCertificate], now: Timestamp) -> Result<u32> {
    let Some(first) = signed.first() else { return Ok(0) };
    let mut update = QueryBuilder::<Db>::new("UPDATE certificates SET state = 'issued', since = ");
    update.push_bind(millis(now)).push(", issued_at = ").push_bind(millis(now)).push(", key_number = ");
    update.push_bind(i64::from(first.key_number)).push(" WHERE state = 'reserved' AND id IN (");
    let mut ids = update.separated(", ");
    for certificate in signed {
        ids.push_bind(certificate.id.to_string());
    }
    update.push(") RETURNING id, predecessor");
    let mut changed = HashMap::with_capacity(signed.len());
    for row in update.build().fetch_all(&mut *write).await? {
        changed.insert(rows::id(&row, "id")?, rows::maybe_id(&row, "predecessor")?);
    }
    for stranger in signed.iter().filter(|certificate| !changed.contains_key(&certificate.id)) {
        life::state_of(write, stranger.id).await?;
    }
    if changed.is_empty() {
        return Ok(0);
    }
    let mut insert = QueryBuilder::<Db>::new("INSERT INTO signed (certificate, rdfc, jcs) ");
    // The same certificate twice in a chunk counts once.
    let mut seen = HashSet::with_capacity(signed.len());
    let new = signed.iter().filter(|one| changed.contains_key(&one.id) && seen.insert(one.id));
    insert.push_values(new, |mut row, certificate| {
        row.push_bind(certificate.id.to_string())
            .push_bind(certificate.rdfc.text().to_owned())
            .push_bind(certificate.jcs.text().to_owned());
    });
    insert.build().execute(&mut *write).await?;
    for (saved, predecessor) in &changed {
        if let Some(predecessor) = predecessor {
            life::supersede(write, *predecessor, *saved, now).await?;
        }
    }
    Ok(u32::try_from(changed.len()).unwrap_or(u32::MAX))
}

pub(super) async fn put_report_part(store: &ThisStore, batch: BatchId, part: u32, text: &str) -> Result<()> {
    let mut write = store.write().await?;
    let found = load(&mut write, batch).await?.ok_or(StoreError::UnknownBatch { id: batch })?;
    if found.state == BatchState::Issued {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO batch_reports (batch, part, text) VALUES ($1, $2, $3) \
         ON CONFLICT (batch, part) DO UPDATE SET text = excluded.text",
    )
    .bind(batch.to_string())
    .bind(i64::from(part))
    .bind(text)
    .execute(&mut *write)
    .await?;
    write.commit().await?;
    Ok(())
}

pub(super) async fn finish_batch(store: &ThisStore, id: BatchId, now: Timestamp) -> Result<Batch> {
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
    let event = NewEvent::new(now, batch.new.actor.clone(), "issue", id.to_string());
    audit::append(&mut write, &event).await?;
    let finished = load(&mut write, id).await?.ok_or(StoreError::UnknownBatch { id })?;
    write.commit().await?;
    Ok(finished)
}

pub(super) async fn batch_report(store: &ThisStore, batch: BatchId) -> Result<Option<String>> {
    let parts: Vec<String> = sqlx::query_scalar(
        "SELECT r.text FROM batch_reports r JOIN batches b ON b.id = r.batch \
         WHERE r.batch = $1 AND b.state = 'issued' ORDER BY r.part",
    )
    .bind(batch.to_string())
    .fetch_all(&store.reader)
    .await?;
    Ok((!parts.is_empty()).then(|| parts.concat()))
}
