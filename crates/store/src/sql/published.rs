//! Status lists and records, as signed documents.

use jiff::Timestamp;
use uuid::Uuid;

use super::ThisStore;
use super::certificates::select_certificates;
use super::rows::{self, millis};
use crate::{
    Certificate, IssuerId, PAGE_MAX, RecordDocument, Result, StatusDocument, StatusList, StatusPurpose, StatusSnapshot,
    Suite,
};

pub(super) async fn status_lists(store: &ThisStore, issuer: IssuerId) -> Result<Vec<StatusList>> {
    let found = sqlx::query("SELECT * FROM status_lists WHERE issuer = $1 ORDER BY number")
        .bind(issuer.0)
        .fetch_all(&store.reader)
        .await?;
    found.iter().map(rows::status_list).collect()
}

pub(super) async fn status_snapshot(
    store: &ThisStore,
    issuer: IssuerId,
    number: u32,
) -> Result<Option<StatusSnapshot>> {
    let mut read = store.read().await?;
    let list = sqlx::query("SELECT * FROM status_lists WHERE issuer = $1 AND number = $2")
        .bind(issuer.0)
        .bind(i64::from(number))
        .fetch_optional(&mut *read)
        .await?;
    let Some(list) = list.as_ref().map(rows::status_list).transpose()? else {
        return Ok(None);
    };
    let entries = sqlx::query(
        "SELECT idx, revoked, suspended, refresh FROM status_entries WHERE issuer = $1 AND list = $2 \
         AND (revoked = 1 OR suspended = 1 OR refresh = 1) ORDER BY idx",
    )
    .bind(issuer.0)
    .bind(i64::from(number))
    .fetch_all(&mut *read)
    .await?;
    let entries = entries.iter().map(rows::status_entry).collect::<Result<_>>()?;
    Ok(Some(StatusSnapshot { list, entries }))
}

pub(super) async fn status_lists_due(
    store: &ThisStore,
    issuer: IssuerId,
    signed_before: Timestamp,
) -> Result<Vec<StatusList>> {
    let documents = StatusPurpose::ALL.len() * Suite::ALL.len();
    let found = sqlx::query(
        "SELECT l.* FROM status_lists l WHERE l.issuer = $3 AND (SELECT COUNT(*) FROM status_documents d \
         WHERE d.issuer = l.issuer AND d.list = l.number AND d.version = l.version AND d.signed_at >= $1) < $2 \
         ORDER BY l.number",
    )
    .bind(millis(signed_before))
    .bind(i64::try_from(documents).unwrap_or(i64::MAX))
    .bind(issuer.0)
    .fetch_all(&store.reader)
    .await?;
    found.iter().map(rows::status_list).collect()
}

pub(super) async fn put_status_document(store: &ThisStore, document: &StatusDocument) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO status_documents (issuer, list, purpose, suite, text, version, signed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (issuer, list, purpose, suite) DO UPDATE \
         SET text = excluded.text, version = excluded.version, signed_at = excluded.signed_at \
         WHERE excluded.version > status_documents.version OR \
         (excluded.version = status_documents.version AND excluded.signed_at >= status_documents.signed_at)",
    )
    .bind(document.issuer.0)
    .bind(i64::from(document.number))
    .bind(document.purpose.code())
    .bind(document.suite.code())
    .bind(&document.text)
    .bind(document.version)
    .bind(millis(document.signed_at))
    .execute(&store.writer)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn status_document(
    store: &ThisStore,
    issuer: IssuerId,
    number: u32,
    purpose: StatusPurpose,
    suite: Suite,
) -> Result<Option<StatusDocument>> {
    let found =
        sqlx::query("SELECT * FROM status_documents WHERE issuer = $1 AND list = $2 AND purpose = $3 AND suite = $4")
            .bind(issuer.0)
            .bind(i64::from(number))
            .bind(purpose.code())
            .bind(suite.code())
            .fetch_optional(&store.reader)
            .await?;
    found.as_ref().map(rows::status_document).transpose()
}

pub(super) async fn put_record(store: &ThisStore, record: &RecordDocument) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO records (certificate, text, revision, signed_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (certificate) DO UPDATE SET text = excluded.text, revision = excluded.revision, \
         signed_at = excluded.signed_at WHERE excluded.revision >= records.revision",
    )
    .bind(record.certificate.to_string())
    .bind(&record.text)
    .bind(record.revision)
    .bind(millis(record.signed_at))
    .execute(&store.writer)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn record(store: &ThisStore, certificate: Uuid) -> Result<Option<RecordDocument>> {
    let found = sqlx::query("SELECT * FROM records WHERE certificate = $1")
        .bind(certificate.to_string())
        .fetch_optional(&store.reader)
        .await?;
    found.as_ref().map(rows::record).transpose()
}

pub(super) async fn records_due(store: &ThisStore, issuer: IssuerId, limit: u32) -> Result<Vec<Certificate>> {
    let found = sqlx::query(select_certificates!(
        "",
        "WHERE c.serial IN (\
         SELECT d.serial FROM certificates d LEFT JOIN records r ON r.certificate = d.id \
         WHERE d.state NOT IN ('reserved', 'issued') AND d.issuer = $2 AND r.certificate IS NULL \
         UNION SELECT d.serial FROM records r JOIN certificates d ON d.id = r.certificate \
         WHERE d.issuer = $2 AND d.revision <> r.revision) ORDER BY c.serial LIMIT $1"
    ))
    .bind(i64::from(limit.min(PAGE_MAX)))
    .bind(issuer.0)
    .fetch_all(&store.reader)
    .await?;
    found.iter().map(rows::certificate).collect()
}
