//! Mails on their way.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::Row;
use uuid::Uuid;

use super::rows::{self, maybe_time, millis, number, time, word};
use super::{DbConnection, DbRow, ThisStore, audit, certificates};
use crate::*;

/// The columns of a mail beside those of its certificate.
macro_rules! select_mails {
    ($rest:literal) => {
        certificates::select_certificates!(
            ", m.serial AS mail, m.kind AS mail_kind, m.state AS mail_state, m.queued_at, m.due_at, m.attempts, \
             m.settled_at, m.reason AS mail_reason, t.address",
            $rest
        )
    };
}

#[async_trait]
impl Outbox for ThisStore {
    async fn queue_batch(&self, batch: BatchId, at: Timestamp) -> Result<u32> {
        let mut write = self.write().await?;
        let done = sqlx::query(
            "INSERT INTO outbox (certificate, kind, state, queued_at, due_at) \
             SELECT c.id, CASE WHEN c.predecessor IS NULL THEN 'issued' ELSE 'corrected' END, 'queued', \
             CAST($2 AS BIGINT), CAST($2 AS BIGINT) \
             FROM certificates c JOIN contacts t ON t.certificate = c.id \
             WHERE c.batch = $1 AND c.state = 'issued' AND NOT EXISTS (SELECT 1 FROM outbox m \
             WHERE m.certificate = c.id AND m.kind IN ('issued', 'corrected')) ORDER BY c.serial",
        )
        .bind(batch.to_string())
        .bind(millis(at))
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(count(done.rows_affected()))
    }

    async fn queue_corrected(&self, at: Timestamp) -> Result<u32> {
        // From the few that replace others, by the index over predecessors.
        const UNTOLD: &str = "FROM certificates c JOIN contacts t ON t.certificate = c.id \
             WHERE c.predecessor > '' AND c.state = 'issued' AND EXISTS (SELECT 1 FROM outbox o \
             WHERE o.certificate = c.predecessor AND o.kind IN ('issued', 'corrected')) \
             AND NOT EXISTS (SELECT 1 FROM outbox m WHERE m.certificate = c.id AND m.kind IN ('issued', 'corrected'))";
        // Asked often, and nearly always answered without a write.
        let some = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM (SELECT 1 {UNTOLD} LIMIT 1) AS untold"));
        if sqlx::query_scalar::<_, i64>(some).fetch_one(&self.reader).await? == 0 {
            return Ok(0);
        }
        let mut write = self.write().await?;
        let insert = format!(
            "INSERT INTO outbox (certificate, kind, state, queued_at, due_at) \
             SELECT c.id, 'corrected', 'queued', CAST($1 AS BIGINT), CAST($1 AS BIGINT) {UNTOLD} ORDER BY c.serial"
        );
        let done = sqlx::query(sqlx::AssertSqlSafe(insert)).bind(millis(at)).execute(&mut *write).await?;
        write.commit().await?;
        Ok(count(done.rows_affected()))
    }

    async fn queue_mail(
        &self,
        certificate: Uuid,
        kind: MailKind,
        at: Timestamp,
        not_since: Option<Timestamp>,
    ) -> Result<bool> {
        let mut write = self.write().await?;
        let once = matches!(kind, MailKind::Issued | MailKind::Corrected);
        let done = sqlx::query(
            "INSERT INTO outbox (certificate, kind, state, queued_at, due_at) SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), \
             'queued', CAST($3 AS BIGINT), CAST($3 AS BIGINT) \
             WHERE EXISTS (SELECT 1 FROM contacts WHERE certificate = $1) AND NOT EXISTS (SELECT 1 FROM outbox \
             WHERE certificate = $1 AND ((kind = $2 AND queued_at > $4) OR ($5 AND kind IN ('issued', 'corrected'))))",
        )
        .bind(certificate.to_string())
        .bind(kind.code())
        .bind(millis(at))
        .bind(not_since.map_or(i64::MAX, millis))
        .bind(once)
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    async fn claim_mails(&self, worker: &str, now: Timestamp, until: Timestamp, limit: u32) -> Result<Vec<Mail>> {
        // Asked often, and mostly there is nothing to do.
        let some: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM (SELECT 1 FROM outbox WHERE state = 'queued' AND due_at <= $1 UNION ALL SELECT 1 \
             FROM outbox WHERE state IN ('sending', 'handed') AND (held_until < $1 OR (state = 'sending' AND worker = $2)) \
             LIMIT 1) AS work",
        )
        .bind(millis(now))
        .bind(worker)
        .fetch_one(&self.reader)
        .await?;
        if some == 0 {
            return Ok(Vec::new());
        }
        let mut write = self.write().await?;
        put_in_order(&mut write, now).await?;
        sqlx::query(
            "UPDATE outbox SET state = 'sending', worker = $1, held_until = $2 WHERE serial IN (SELECT serial \
             FROM outbox WHERE state = 'queued' AND due_at <= $3 ORDER BY due_at, serial LIMIT $4)",
        )
        .bind(worker)
        .bind(millis(until))
        .bind(millis(now))
        .bind(i64::from(limit.min(PAGE_MAX)))
        .execute(&mut *write)
        .await?;
        let found = sqlx::query(select_mails!(
            "JOIN outbox m ON m.certificate = c.id LEFT JOIN contacts t ON t.certificate = c.id \
             WHERE m.state = 'sending' AND m.worker = $1 ORDER BY m.due_at, m.serial"
        ))
        .bind(worker)
        .fetch_all(&mut *write)
        .await?;
        let mails = found.iter().map(mail).collect::<Result<Vec<_>>>()?;
        write.commit().await?;
        Ok(mails)
    }

    async fn hold_mails(&self, worker: &str, until: Timestamp) -> Result<()> {
        sqlx::query("UPDATE outbox SET held_until = $2 WHERE state IN ('sending', 'handed') AND worker = $1")
            .bind(worker)
            .bind(millis(until))
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn hand_over(&self, serial: i64, worker: &str, link: Option<&NewLink>) -> Result<bool> {
        let mut write = self.write().await?;
        let found = sqlx::query(
            "UPDATE outbox SET state = 'handed' WHERE serial = $1 AND state = 'sending' AND worker = $2 \
             RETURNING certificate",
        )
        .bind(serial)
        .bind(worker)
        .fetch_optional(&mut *write)
        .await?;
        let Some(row) = found else { return Ok(false) };
        if let Some(link) = link {
            insert_link(&mut write, row.try_get("certificate")?, link).await?;
        }
        write.commit().await?;
        Ok(true)
    }

    async fn settle_mail(&self, serial: i64, worker: &str, settled: &Settled, at: Timestamp) -> Result<bool> {
        let (state, due, reason) = match settled {
            Settled::Sent => (MailState::Sent, None, None),
            Settled::Later(due, reason) => (MailState::Queued, Some(millis(*due)), Some(reason)),
            Settled::Failed(reason) => (MailState::Failed, None, Some(reason)),
            Settled::Unsure(reason) => (MailState::Unsure, None, Some(reason)),
        };
        let settled_at = (state != MailState::Queued).then(|| millis(at));
        let mut write = self.write().await?;
        let done = sqlx::query(
            "UPDATE outbox SET state = $3, due_at = COALESCE($4, due_at), reason = $5, settled_at = $6, \
             attempts = attempts + 1, worker = NULL, held_until = NULL \
             WHERE serial = $1 AND worker = $2 AND state IN ('sending', 'handed')",
        )
        .bind(serial)
        .bind(worker)
        .bind(state.code())
        .bind(due)
        .bind(reason)
        .bind(settled_at)
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    async fn release_mails(&self, worker: &str) -> Result<()> {
        sqlx::query(
            "UPDATE outbox SET state = 'queued', worker = NULL, held_until = NULL WHERE state = 'sending' \
             AND worker = $1",
        )
        .bind(worker)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    async fn resend_mail(&self, serial: i64, event: &NewEvent) -> Result<bool> {
        let mut write = self.write().await?;
        let done = sqlx::query(
            "UPDATE outbox SET state = 'queued', due_at = $2, attempts = 0, settled_at = NULL, reason = NULL \
             WHERE serial = $1 AND state IN ('failed', 'unsure')",
        )
        .bind(serial)
        .bind(millis(event.at))
        .execute(&mut *write)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        audit::append(&mut write, event).await?;
        write.commit().await?;
        Ok(true)
    }

    async fn mail_counts(&self, batch: Option<BatchId>) -> Result<MailCounts> {
        let query = match batch {
            Some(batch) => sqlx::query(
                "SELECT m.state, COUNT(*) AS count FROM certificates c JOIN outbox m ON m.certificate = c.id \
                 WHERE c.batch = $1 GROUP BY m.state",
            )
            .bind(batch.to_string()),
            None => sqlx::query("SELECT state, COUNT(*) AS count FROM outbox GROUP BY state"),
        };
        let mut counts = MailCounts::default();
        for row in query.fetch_all(&self.reader).await? {
            let state = word(&row, "state", "a mail's state", MailState::from_code)?;
            let many: i64 = row.try_get("count")?;
            for (place, one) in counts.0.iter_mut().zip(MailState::ALL) {
                if *one == state {
                    *place = many.unsigned_abs();
                }
            }
        }
        Ok(counts)
    }

    async fn mails(&self, filter: &MailFilter, before: i64, limit: u32) -> Result<Vec<SeenMail>> {
        let found = sqlx::query(select_mails!(
            "JOIN outbox m ON m.certificate = c.id LEFT JOIN contacts t ON t.certificate = c.id \
             WHERE m.serial < $1 AND (m.state = $2 OR $2 IS NULL) AND (c.batch = $3 OR $3 IS NULL) \
             AND (c.id = $4 OR $4 IS NULL) ORDER BY m.serial DESC LIMIT $5"
        ))
        .bind(before)
        .bind(filter.state.map(MailState::code))
        .bind(filter.batch.map(|batch| batch.to_string()))
        .bind(filter.certificate.map(|id| id.to_string()))
        .bind(i64::from(limit.min(PAGE_MAX)))
        .fetch_all(&self.reader)
        .await?;
        found.iter().map(seen).collect()
    }
}

/// What workers left behind whose time is over: not handed over is queued again, handed over is for a person to decide.
async fn put_in_order(write: &mut DbConnection, now: Timestamp) -> Result<()> {
    sqlx::query(
        "UPDATE outbox SET state = 'queued', worker = NULL, held_until = NULL WHERE state = 'sending' \
         AND held_until < $1",
    )
    .bind(millis(now))
    .execute(&mut *write)
    .await?;
    sqlx::query(
        "UPDATE outbox SET state = 'unsure', settled_at = $1, reason = 'died', attempts = attempts + 1, \
         worker = NULL, held_until = NULL WHERE state = 'handed' AND held_until < $1",
    )
    .bind(millis(now))
    .execute(write)
    .await?;
    Ok(())
}

/// Remembers a link within a transaction.
pub(super) async fn insert_link(write: &mut DbConnection, certificate: &str, link: &NewLink) -> Result<()> {
    sqlx::query("INSERT INTO links (hash, certificate, created_at, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(&link.hash)
        .bind(certificate)
        .bind(millis(link.created_at))
        .bind(millis(link.expires_at))
        .execute(write)
        .await?;
    Ok(())
}

fn mail(row: &DbRow) -> Result<Mail> {
    Ok(Mail {
        serial: row.try_get("mail")?,
        kind: word(row, "mail_kind", "a mail's kind", MailKind::from_code)?,
        certificate: rows::certificate(row)?,
        address: row.try_get("address")?,
        queued_at: time(row, "queued_at")?,
        attempts: number(row, "attempts")?,
    })
}

fn seen(row: &DbRow) -> Result<SeenMail> {
    Ok(SeenMail {
        serial: row.try_get("mail")?,
        kind: word(row, "mail_kind", "a mail's kind", MailKind::from_code)?,
        state: word(row, "mail_state", "a mail's state", MailState::from_code)?,
        certificate: rows::certificate(row)?,
        address: row.try_get("address")?,
        queued_at: time(row, "queued_at")?,
        due_at: time(row, "due_at")?,
        attempts: number(row, "attempts")?,
        settled_at: maybe_time(row, "settled_at")?,
        reason: row.try_get("mail_reason")?,
    })
}

/// How many rows, as the contract counts.
pub(super) fn count(rows: u64) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}
