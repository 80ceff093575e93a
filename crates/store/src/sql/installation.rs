//! Issuers, public keys, health.

use std::time::Duration;

use jiff::Timestamp;

use super::rows::{self, millis};
use super::{ThisStore, frozen, migrations, open};
use crate::fault;
use crate::{ArtifactHash, Counts, Issuer, IssuerId, NewIssuer, PublicKey, Result, State, StoreError};

/// Whoever asks whether the service is ready does not wait longer.
const PING_TIMEOUT: Duration = Duration::from_secs(5);

pub(super) async fn ping(store: &ThisStore) -> Result<()> {
    let asking = sqlx::query("SELECT 1 FROM issuers LIMIT 1").fetch_optional(&store.reader);
    match tokio::time::timeout(PING_TIMEOUT, asking).await {
        Ok(answer) => Ok(answer.map(drop)?),
        Err(_) => Err(StoreError::Unreachable { detail: format!("no answer for {} seconds", PING_TIMEOUT.as_secs()) }),
    }
}

pub(super) async fn counts(store: &ThisStore) -> Result<Counts> {
    let mut read = store.read().await?;
    let mut counts = Counts { schema_version: migrations::schema_version(&mut read).await?, ..Counts::default() };
    for (query, count) in [
        ("SELECT COUNT(*) FROM issuers", &mut counts.issuers),
        ("SELECT COUNT(*) FROM public_keys", &mut counts.public_keys),
        ("SELECT COUNT(*) FROM batches", &mut counts.batches),
        ("SELECT COUNT(*) FROM batches WHERE state = 'reserved'", &mut counts.unfinished_batches),
        ("SELECT COUNT(*) FROM status_lists", &mut counts.status_lists),
        ("SELECT COUNT(*) FROM status_entries", &mut counts.status_entries),
        ("SELECT COUNT(*) FROM events", &mut counts.events),
        (
            "SELECT COUNT(*) FROM certificates c LEFT JOIN signed s ON s.certificate = c.id \
             WHERE c.state NOT IN ('reserved', 'erased') AND s.certificate IS NULL",
            &mut counts.certificates_without_documents,
        ),
        (open::BYTES, &mut counts.bytes),
    ] {
        let found: i64 = sqlx::query_scalar(query).fetch_one(&mut *read).await?;
        *count = found.unsigned_abs();
    }
    let states: Vec<(String, i64)> =
        sqlx::query_as("SELECT state, COUNT(*) FROM certificates GROUP BY state").fetch_all(&mut *read).await?;
    for (state, slot) in State::ALL.iter().zip(&mut counts.certificates) {
        let found = states.iter().find(|(code, _)| code == state.code());
        *slot = found.map_or(0, |(_, count)| count.unsigned_abs());
    }
    Ok(counts)
}

pub(super) async fn integrity(store: &ThisStore) -> Result<Vec<String>> {
    let mut findings = open::damage(store).await?;
    let hashes: Vec<String> =
        sqlx::query_scalar("SELECT hash FROM artifacts ORDER BY hash").fetch_all(&store.reader).await?;
    for hash in hashes {
        let kept = frozen::artifact(store, &ArtifactHash(hash.clone())).await?;
        if kept.is_some_and(|artifact| ArtifactHash::of(&artifact.bytes).0 != hash) {
            findings.push(format!("the frozen copy {hash} is not what was frozen"));
        }
    }
    Ok(findings)
}

pub(super) async fn put_issuer(store: &ThisStore, issuer: &NewIssuer, now: Timestamp) -> Result<Issuer> {
    let mut write = store.write().await?;
    let row = sqlx::query(
        "INSERT INTO issuers (did, base_url, name_id, name_en, created_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (did) DO UPDATE SET name_id = excluded.name_id, name_en = excluded.name_en RETURNING *",
    )
    .bind(&issuer.did)
    .bind(&issuer.base_url)
    .bind(&issuer.name_id)
    .bind(&issuer.name_en)
    .bind(millis(now))
    .fetch_one(&mut *write)
    .await
    .map_err(|error| fault::unique(error, || StoreError::Taken { what: "base URL", value: issuer.base_url.clone() }))?;
    let stored = rows::issuer(&row)?;
    if stored.base_url != issuer.base_url {
        return Err(StoreError::Taken { what: "DID", value: issuer.did.clone() });
    }
    write.commit().await?;
    Ok(stored)
}

pub(super) async fn issuers(store: &ThisStore) -> Result<Vec<Issuer>> {
    let found = sqlx::query("SELECT * FROM issuers ORDER BY id").fetch_all(&store.reader).await?;
    found.iter().map(rows::issuer).collect()
}

pub(super) async fn put_public_key(store: &ThisStore, key: &PublicKey) -> Result<()> {
    let mut write = store.write().await?;
    sqlx::query(
        "INSERT INTO public_keys (issuer, number, role, multikey, valid_from, retired_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (issuer, number) DO NOTHING",
    )
    .bind(key.issuer.0)
    .bind(i64::from(key.number))
    .bind(key.role.code())
    .bind(&key.multikey)
    .bind(millis(key.valid_from))
    .bind(key.retired_at.map(millis))
    .execute(&mut *write)
    .await?;
    let (role, multikey): (String, String) =
        sqlx::query_as("SELECT role, multikey FROM public_keys WHERE issuer = $1 AND number = $2")
            .bind(key.issuer.0)
            .bind(i64::from(key.number))
            .fetch_one(&mut *write)
            .await?;
    if role != key.role.code() || multikey != key.multikey {
        return Err(StoreError::KeyNumberTaken { number: key.number, stored: multikey, given: key.multikey.clone() });
    }
    write.commit().await?;
    Ok(())
}

pub(super) async fn retire_public_key(store: &ThisStore, issuer: IssuerId, number: u32, at: Timestamp) -> Result<()> {
    sqlx::query("UPDATE public_keys SET retired_at = $3 WHERE issuer = $1 AND number = $2 AND retired_at IS NULL")
        .bind(issuer.0)
        .bind(i64::from(number))
        .bind(millis(at))
        .execute(&store.writer)
        .await?;
    Ok(())
}

pub(super) async fn public_keys(store: &ThisStore, issuer: IssuerId) -> Result<Vec<PublicKey>> {
    let found = sqlx::query("SELECT * FROM public_keys WHERE issuer = $1 ORDER BY number")
        .bind(issuer.0)
        .fetch_all(&store.reader)
        .await?;
    found.iter().map(rows::public_key).collect()
}
