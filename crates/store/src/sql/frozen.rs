//! Content-addressed copies, templates, programmes, cohorts.

use jiff::Timestamp;

use super::ThisStore;
use super::rows::{self, millis};
use crate::{
    Artifact, ArtifactHash, ArtifactKind, Cohort, CohortId, IssuerId, NewCohort, NewProgramme, Person, Programme,
    ProgrammeId, Result, StoreError,
};

pub(super) async fn put_artifact(
    store: &ThisStore,
    kind: ArtifactKind,
    bytes: &[u8],
    now: Timestamp,
) -> Result<ArtifactHash> {
    let hash = ArtifactHash::of(bytes);
    sqlx::query(
        "INSERT INTO artifacts (hash, kind, bytes, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (hash) DO NOTHING",
    )
    .bind(&hash.0)
    .bind(kind.code())
    .bind(bytes)
    .bind(millis(now))
    .execute(&store.writer)
    .await?;
    Ok(hash)
}

pub(super) async fn artifact(store: &ThisStore, hash: &ArtifactHash) -> Result<Option<Artifact>> {
    let found =
        sqlx::query("SELECT * FROM artifacts WHERE hash = $1").bind(&hash.0).fetch_optional(&store.reader).await?;
    found.as_ref().map(rows::artifact).transpose()
}

pub(super) async fn put_template(
    store: &ThisStore,
    issuer: IssuerId,
    hash: &ArtifactHash,
    now: Timestamp,
) -> Result<u32> {
    let mut write = store.write().await?;
    sqlx::query(
        "INSERT INTO templates (issuer, number, hash, created_at) \
         SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3 FROM templates WHERE issuer = $1 \
         ON CONFLICT (issuer, hash) DO NOTHING",
    )
    .bind(issuer.0)
    .bind(&hash.0)
    .bind(millis(now))
    .execute(&mut *write)
    .await?;
    let number: i64 = sqlx::query_scalar("SELECT number FROM templates WHERE issuer = $1 AND hash = $2")
        .bind(issuer.0)
        .bind(&hash.0)
        .fetch_one(&mut *write)
        .await?;
    write.commit().await?;
    u32::try_from(number).map_err(|_| StoreError::Unreadable { what: "a template's number", value: number.to_string() })
}

pub(super) async fn template(store: &ThisStore, issuer: IssuerId, number: u32) -> Result<Option<Artifact>> {
    let found = sqlx::query(
        "SELECT a.* FROM templates t JOIN artifacts a ON a.hash = t.hash WHERE t.issuer = $1 AND t.number = $2",
    )
    .bind(issuer.0)
    .bind(i64::from(number))
    .fetch_optional(&store.reader)
    .await?;
    found.as_ref().map(rows::artifact).transpose()
}

pub(super) async fn templates(store: &ThisStore, issuer: IssuerId) -> Result<Vec<u32>> {
    let found = sqlx::query("SELECT number FROM templates WHERE issuer = $1 ORDER BY number")
        .bind(issuer.0)
        .fetch_all(&store.reader)
        .await?;
    found.iter().map(|row| rows::number(row, "number")).collect()
}

pub(super) async fn put_programme(store: &ThisStore, programme: &NewProgramme, now: Timestamp) -> Result<Programme> {
    let row = sqlx::query(
        "INSERT INTO programmes (issuer, code, title_id, title_en, created_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (issuer, code) DO UPDATE SET title_id = excluded.title_id, title_en = excluded.title_en \
         RETURNING *",
    )
    .bind(programme.issuer.0)
    .bind(&programme.code)
    .bind(&programme.title_id)
    .bind(&programme.title_en)
    .bind(millis(now))
    .fetch_one(&store.writer)
    .await?;
    rows::programme(&row)
}

pub(super) async fn put_cohort(store: &ThisStore, cohort: &NewCohort, now: Timestamp) -> Result<Cohort> {
    let row = sqlx::query(
        "INSERT INTO cohorts (programme, name, starts, ends, created_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (programme, name) DO UPDATE SET starts = excluded.starts, ends = excluded.ends RETURNING *",
    )
    .bind(cohort.programme.0)
    .bind(&cohort.name)
    .bind(&cohort.starts)
    .bind(&cohort.ends)
    .bind(millis(now))
    .fetch_one(&store.writer)
    .await?;
    rows::cohort(&row)
}

pub(super) async fn programmes(store: &ThisStore, issuer: IssuerId) -> Result<Vec<Programme>> {
    let found = sqlx::query("SELECT * FROM programmes WHERE issuer = $1 ORDER BY id")
        .bind(issuer.0)
        .fetch_all(&store.reader)
        .await?;
    found.iter().map(rows::programme).collect()
}

pub(super) async fn cohorts(store: &ThisStore, programme: ProgrammeId) -> Result<Vec<Cohort>> {
    let found = sqlx::query("SELECT * FROM cohorts WHERE programme = $1 ORDER BY id")
        .bind(programme.0)
        .fetch_all(&store.reader)
        .await?;
    found.iter().map(rows::cohort).collect()
}

pub(super) async fn programme(store: &ThisStore, id: ProgrammeId) -> Result<Option<Programme>> {
    let found = sqlx::query("SELECT * FROM programmes WHERE id = $1").bind(id.0).fetch_optional(&store.reader).await?;
    found.as_ref().map(rows::programme).transpose()
}

pub(super) async fn cohort(store: &ThisStore, id: CohortId) -> Result<Option<Cohort>> {
    let found = sqlx::query("SELECT * FROM cohorts WHERE id = $1").bind(id.0).fetch_optional(&store.reader).await?;
    found.as_ref().map(rows::cohort).transpose()
}

pub(super) async fn people(store: &ThisStore, cohort: CohortId) -> Result<Vec<Person>> {
    let found = sqlx::query(
        "SELECT c.id, c.predecessor, c.batch, c.number, c.state, h.person_key, h.fingerprint \
         FROM certificates c JOIN holders h ON h.certificate = c.id WHERE c.cohort = $1 ORDER BY c.serial",
    )
    .bind(cohort.0)
    .fetch_all(&store.reader)
    .await?;
    found.iter().map(rows::person).collect()
}
