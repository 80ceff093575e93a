//! Cohorts on their way to a batch.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::Row;

use super::rows::{self, millis};
use super::{DbConnection, ThisStore, audit};
use crate::*;

#[async_trait]
impl Drafts for ThisStore {
    async fn put_draft(
        &self,
        id: DraftId,
        (title, cohort, text): (&str, &str, &str),
        by: UserId,
        event: &NewEvent,
    ) -> Result<Draft> {
        let mut write = self.write().await?;
        let row = sqlx::query(
            "INSERT INTO drafts (id, state, title, cohort, programme_text, created_by, created_at, changed_at) \
             VALUES ($1, 'draft', $2, $3, $4, $5, $6, $6) RETURNING *",
        )
        .bind(id.0.to_string())
        .bind(title)
        .bind(cohort)
        .bind(text)
        .bind(by.0)
        .bind(millis(event.at))
        .fetch_one(&mut *write)
        .await
        .map_err(|error| fault::unique(error, || StoreError::Taken { what: "id", value: id.to_string() }))?;
        let draft = rows::draft(&row)?;
        audit::append(&mut write, event).await?;
        write.commit().await?;
        Ok(draft)
    }

    async fn draft(&self, id: DraftId) -> Result<Option<Draft>> {
        let found = sqlx::query("SELECT * FROM drafts WHERE id = $1")
            .bind(id.0.to_string())
            .fetch_optional(&self.reader)
            .await?;
        found.as_ref().map(rows::draft).transpose()
    }

    async fn drafts(&self, state: Option<DraftState>, before: Option<i64>, limit: u32) -> Result<Vec<Draft>> {
        let found = sqlx::query(
            "SELECT * FROM drafts WHERE serial < $1 AND (state = $2 OR ($2 IS NULL AND state <> 'discarded')) \
             ORDER BY serial DESC LIMIT $3",
        )
        .bind(before.unwrap_or(i64::MAX))
        .bind(state.map(DraftState::code))
        .bind(i64::from(limit.min(PAGE_MAX)))
        .fetch_all(&self.reader)
        .await?;
        found.iter().map(rows::draft).collect()
    }

    async fn draft_sheet(&self, id: DraftId) -> Result<Option<DraftSheet>> {
        let found = sqlx::query("SELECT sheet, choices FROM draft_sheets WHERE draft = $1")
            .bind(id.0.to_string())
            .fetch_optional(&self.reader)
            .await?;
        let Some(row) = found else { return Ok(None) };
        Ok(Some(DraftSheet { sheet: row.try_get("sheet")?, choices: row.try_get("choices")? }))
    }

    async fn draft_choices(&self, id: DraftId) -> Result<Option<String>> {
        let found = sqlx::query_scalar("SELECT choices FROM draft_sheets WHERE draft = $1").bind(id.0.to_string());
        Ok(found.fetch_optional(&self.reader).await?)
    }

    async fn change_draft(
        &self,
        id: DraftId,
        version: i64,
        change: &DraftChange,
        at: Timestamp,
        event: Option<&NewEvent>,
    ) -> Result<Draft> {
        let mut write = self.write().await?;
        let before = load(&mut write, id).await?;
        let to = change.step(before.state, before.stopped.is_some()).filter(|_| before.version == version);
        let Some(to) = to else { return Err(StoreError::DraftMoved { id }) };
        apply(&mut write, id, change, at).await?;
        sqlx::query("UPDATE drafts SET state = $2, version = version + 1, changed_at = $3 WHERE id = $1")
            .bind(id.0.to_string())
            .bind(to.code())
            .bind(millis(at))
            .execute(&mut *write)
            .await?;
        if let Some(event) = event {
            audit::append(&mut write, event).await?;
        }
        let draft = load(&mut write, id).await?;
        write.commit().await?;
        Ok(draft)
    }

    async fn drafts_to_issue(&self) -> Result<Vec<Draft>> {
        let found = sqlx::query("SELECT * FROM drafts WHERE state = 'approved' AND stopped IS NULL ORDER BY serial")
            .fetch_all(&self.reader)
            .await?;
        found.iter().map(rows::draft).collect()
    }
}

async fn load(connection: &mut DbConnection, id: DraftId) -> Result<Draft> {
    let found =
        sqlx::query("SELECT * FROM drafts WHERE id = $1").bind(id.0.to_string()).fetch_optional(connection).await?;
    found.as_ref().map(rows::draft).transpose()?.ok_or(StoreError::UnknownDraft { id })
}

/// What a change writes beside state, version and time.
async fn apply(write: &mut DbConnection, id: DraftId, change: &DraftChange, at: Timestamp) -> Result<()> {
    let draft = id.0.to_string();
    match change {
        DraftChange::Programme { title, cohort, text, rows } => {
            sqlx::query("UPDATE drafts SET title = $2, cohort = $3, programme_text = $4 WHERE id = $1")
                .bind(&draft)
                .bind(title)
                .bind(cohort)
                .bind(text)
                .execute(&mut *write)
                .await?;
            count(write, &draft, rows).await?;
        }
        DraftChange::Sheet { name, sheet, rows } => {
            sqlx::query("UPDATE drafts SET sheet_name = $2, sheet_hash = $3 WHERE id = $1")
                .bind(&draft)
                .bind(name)
                .bind(ArtifactHash::of(&sheet.sheet).0)
                .execute(&mut *write)
                .await?;
            sqlx::query(
                "INSERT INTO draft_sheets (draft, sheet, choices) VALUES ($1, $2, $3) ON CONFLICT (draft) \
                 DO UPDATE SET sheet = excluded.sheet, choices = excluded.choices",
            )
            .bind(&draft)
            .bind(&sheet.sheet)
            .bind(&sheet.choices)
            .execute(&mut *write)
            .await?;
            count(write, &draft, rows).await?;
        }
        DraftChange::Choices(choices) => {
            sqlx::query("UPDATE draft_sheets SET choices = $2 WHERE draft = $1")
                .bind(&draft)
                .bind(choices)
                .execute(write)
                .await?;
        }
        DraftChange::Submit(by) => {
            sqlx::query("UPDATE drafts SET submitted_by = $2, submitted_at = $3, returned = NULL WHERE id = $1")
                .bind(&draft)
                .bind(by.0)
                .bind(millis(at))
                .execute(write)
                .await?;
        }
        DraftChange::Return(by, reason) => {
            decided(write, &draft, *by, at, Some(reason)).await?;
            stopped(write, &draft, None).await?;
        }
        DraftChange::Approve(by) => decided(write, &draft, *by, at, None).await?,
        DraftChange::Stop(reason) => stopped(write, &draft, Some(reason)).await?,
        DraftChange::Retry | DraftChange::Finish => stopped(write, &draft, None).await?,
        DraftChange::Begin(batch) => {
            sqlx::query("UPDATE drafts SET batch = $2 WHERE id = $1")
                .bind(&draft)
                .bind(batch.0.to_string())
                .execute(write)
                .await?;
        }
        DraftChange::TakeBack | DraftChange::Discard | DraftChange::Restore => {}
    }
    Ok(())
}

async fn count(write: &mut DbConnection, draft: &str, rows: &RowCounts) -> Result<()> {
    sqlx::query("UPDATE drafts SET passed = $2, problems = $3, warnings = $4, skipped = $5 WHERE id = $1")
        .bind(draft)
        .bind(i64::from(rows.passed))
        .bind(i64::from(rows.problems))
        .bind(i64::from(rows.warnings))
        .bind(i64::from(rows.skipped))
        .execute(write)
        .await?;
    Ok(())
}

async fn decided(
    write: &mut DbConnection,
    draft: &str,
    by: UserId,
    at: Timestamp,
    returned: Option<&String>,
) -> Result<()> {
    sqlx::query("UPDATE drafts SET decided_by = $2, decided_at = $3, returned = $4 WHERE id = $1")
        .bind(draft)
        .bind(by.0)
        .bind(millis(at))
        .bind(returned)
        .execute(write)
        .await?;
    Ok(())
}

async fn stopped(write: &mut DbConnection, draft: &str, reason: Option<&Stopped>) -> Result<()> {
    sqlx::query("UPDATE drafts SET stopped = $2, stopped_en = $3 WHERE id = $1")
        .bind(draft)
        .bind(reason.map(|reason| &reason.id))
        .bind(reason.and_then(|reason| reason.en.as_ref()))
        .execute(write)
        .await?;
    Ok(())
}
