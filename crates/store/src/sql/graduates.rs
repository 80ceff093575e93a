//! What graduates may do.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::Row;
use uuid::Uuid;

use super::outbox::{count, insert_link};
use super::rows::{self, maybe_time, millis, time, word};
use super::{DbConnection, DbRow, ThisStore, audit, certificates};
use crate::*;

#[async_trait]
impl Graduates for ThisStore {
    async fn put_link(&self, certificate: Uuid, link: &NewLink, event: &NewEvent) -> Result<()> {
        let mut write = self.write().await?;
        insert_link(&mut write, &certificate.to_string(), link).await?;
        audit::append(&mut write, event).await?;
        write.commit().await?;
        Ok(())
    }

    async fn link(&self, hash: &str) -> Result<Option<Link>> {
        let found = sqlx::query("SELECT * FROM links WHERE hash = $1").bind(hash).fetch_optional(&self.reader).await?;
        found.as_ref().map(link).transpose()
    }

    async fn use_link(&self, hash: &str, session: &str, session_ends: Timestamp, event: &NewEvent) -> Result<LinkUse> {
        let mut write = self.write().await?;
        let found = sqlx::query("SELECT * FROM links WHERE hash = $1").bind(hash).fetch_optional(&mut *write).await?;
        let Some(found) = found.as_ref().map(link).transpose()? else { return Ok(LinkUse::Unknown) };
        if let Some(at) = found.used_at {
            return Ok(LinkUse::Used(at));
        }
        if found.expires_at <= event.at {
            return Ok(LinkUse::Ended(found.expires_at));
        }
        sqlx::query("UPDATE links SET used_at = $2, session = $3, session_ends = $4 WHERE hash = $1")
            .bind(hash)
            .bind(millis(event.at))
            .bind(session)
            .bind(millis(session_ends))
            .execute(&mut *write)
            .await?;
        let event = NewEvent { object: found.certificate.to_string(), ..event.clone() };
        audit::append(&mut write, &event).await?;
        write.commit().await?;
        Ok(LinkUse::Opened(found.certificate))
    }

    async fn holder_session(&self, session: &str, certificate: Uuid, now: Timestamp) -> Result<Option<Timestamp>> {
        let found =
            sqlx::query("SELECT session_ends FROM links WHERE session = $1 AND certificate = $2 AND session_ends > $3")
                .bind(session)
                .bind(certificate.to_string())
                .bind(millis(now))
                .fetch_optional(&self.reader)
                .await?;
        found.as_ref().map(|row| time(row, "session_ends")).transpose()
    }

    async fn end_holder_session(&self, session: &str) -> Result<()> {
        sqlx::query("UPDATE links SET session = NULL, session_ends = NULL WHERE session = $1")
            .bind(session)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn sweep_links(&self, before: Timestamp) -> Result<()> {
        sqlx::query("DELETE FROM links WHERE expires_at < $1 AND COALESCE(session_ends, 0) < $1")
            .bind(millis(before))
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn address(&self, certificate: Uuid) -> Result<Option<String>> {
        Ok(sqlx::query_scalar("SELECT address FROM contacts WHERE certificate = $1")
            .bind(certificate.to_string())
            .fetch_optional(&self.reader)
            .await?)
    }

    async fn put_address(&self, certificate: Uuid, address: &str, event: &NewEvent) -> Result<()> {
        let mut write = self.write().await?;
        let found = sqlx::query("SELECT public, private FROM holders WHERE certificate = $1")
            .bind(certificate.to_string())
            .fetch_optional(&mut *write)
            .await?;
        let details = found.as_ref().map(rows::details).transpose()?;
        let mut private = details.ok_or(StoreError::UnknownCertificate { id: certificate })?.private;
        private["email"] = address.into();
        sqlx::query("UPDATE holders SET private = $2 WHERE certificate = $1")
            .bind(certificate.to_string())
            .bind(private.to_string())
            .execute(&mut *write)
            .await?;
        sqlx::query(
            "INSERT INTO contacts (certificate, address) VALUES ($1, $2) \
             ON CONFLICT (certificate) DO UPDATE SET address = excluded.address",
        )
        .bind(certificate.to_string())
        .bind(address)
        .execute(&mut *write)
        .await?;
        audit::append(&mut write, event).await?;
        write.commit().await?;
        Ok(())
    }

    async fn ask_for_link(&self, address: &str, at: Timestamp, most: u32) -> Result<()> {
        let mut write = self.write().await?;
        sqlx::query(
            "INSERT INTO asked_links (address, at) SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT) WHERE (SELECT COUNT(*) FROM asked_links) < $3",
        )
        .bind(address)
        .bind(millis(at))
        .bind(i64::from(most))
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(())
    }

    async fn asked_links(&self, limit: u32) -> Result<Vec<(i64, String)>> {
        let found = sqlx::query("SELECT serial, address FROM asked_links ORDER BY serial LIMIT $1")
            .bind(i64::from(limit.min(PAGE_MAX)))
            .fetch_all(&self.reader)
            .await?;
        found.iter().map(|row| Ok((row.try_get("serial")?, row.try_get("address")?))).collect()
    }

    async fn forget_asked_link(&self, serial: i64) -> Result<()> {
        sqlx::query("DELETE FROM asked_links WHERE serial = $1").bind(serial).execute(&self.writer).await?;
        Ok(())
    }

    async fn certificates_of_address(&self, address: &str, limit: u32) -> Result<Vec<Certificate>> {
        if address.contains(certificates::NOWHERE) {
            return Ok(Vec::new());
        }
        let found = sqlx::query(certificates::select_certificates!(
            "",
            "JOIN contacts t ON t.certificate = c.id WHERE lower(t.address) = lower($1) \
             AND c.state IN ('issued', 'suspended', 'revoked') ORDER BY c.serial DESC LIMIT $2"
        ))
        .bind(address)
        .bind(i64::from(limit.min(PAGE_MAX)))
        .fetch_all(&self.reader)
        .await?;
        found.iter().map(rows::certificate).collect()
    }

    async fn put_correction(&self, new: &NewCorrection, event: &NewEvent) -> Result<Option<Correction>> {
        let mut write = self.write().await?;
        let made = sqlx::query(
            "INSERT INTO corrections (certificate, about, name, text, state, asked_at) \
             VALUES ($1, $2, $3, $4, 'open', $5) ON CONFLICT (certificate) WHERE state = 'open' DO NOTHING RETURNING *",
        )
        .bind(new.certificate.to_string())
        .bind(new.about.code())
        .bind(&new.name)
        .bind(&new.text)
        .bind(millis(event.at))
        .fetch_optional(&mut *write)
        .await?;
        let Some(row) = made else { return Ok(None) };
        let made = correction(&row)?;
        audit::append(&mut write, event).await?;
        write.commit().await?;
        Ok(Some(made))
    }

    async fn correction(&self, serial: i64) -> Result<Option<Correction>> {
        let found = sqlx::query("SELECT * FROM corrections WHERE serial = $1")
            .bind(serial)
            .fetch_optional(&self.reader)
            .await?;
        found.as_ref().map(correction).transpose()
    }

    async fn correction_of(&self, certificate: Uuid) -> Result<Option<Correction>> {
        let found = sqlx::query("SELECT * FROM corrections WHERE certificate = $1 ORDER BY serial DESC LIMIT 1")
            .bind(certificate.to_string())
            .fetch_optional(&self.reader)
            .await?;
        found.as_ref().map(correction).transpose()
    }

    async fn corrections(
        &self,
        state: Option<CorrectionState>,
        before: i64,
        limit: u32,
    ) -> Result<Vec<(Correction, Certificate)>> {
        let mut read = self.read().await?;
        let found = sqlx::query(
            "SELECT * FROM corrections WHERE serial < $1 AND (state = $2 OR $2 IS NULL) ORDER BY serial DESC LIMIT $3",
        )
        .bind(before)
        .bind(state.map(CorrectionState::code))
        .bind(i64::from(limit.min(PAGE_MAX)))
        .fetch_all(&mut *read)
        .await?;
        let mut all = Vec::with_capacity(found.len());
        for row in &found {
            let correction = correction(row)?;
            all.extend(with_certificate(&mut read, correction).await?);
        }
        Ok(all)
    }

    async fn open_corrections(&self) -> Result<u64> {
        let count: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM corrections WHERE state = 'open'").fetch_one(&self.reader).await?;
        Ok(count.unsigned_abs())
    }

    async fn answer_correction(
        &self,
        serial: i64,
        state: CorrectionState,
        answer: &str,
        event: &NewEvent,
    ) -> Result<bool> {
        let mut write = self.write().await?;
        let done = sqlx::query(
            "UPDATE corrections SET state = $2, answer = $3, answered_at = $4 WHERE serial = $1 AND state = 'open'",
        )
        .bind(serial)
        .bind(state.code())
        .bind(answer)
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

    async fn close_corrections(&self, at: Timestamp) -> Result<u32> {
        if self.open_corrections().await? == 0 {
            return Ok(0);
        }
        let mut write = self.write().await?;
        let done = sqlx::query(
            "UPDATE corrections SET state = 'done', answered_at = $1 WHERE state = 'open' AND EXISTS \
             (SELECT 1 FROM certificates c WHERE c.id = corrections.certificate AND c.state = 'superseded')",
        )
        .bind(millis(at))
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(count(done.rows_affected()))
    }

    async fn count_nip_check(&self, certificate: Uuid, hour: i64, most: u32) -> Result<bool> {
        let mut write = self.write().await?;
        let done = sqlx::query(
            "INSERT INTO nip_checks (certificate, hour, tries) VALUES ($1, $2, 1) \
             ON CONFLICT (certificate, hour) DO UPDATE SET tries = nip_checks.tries + 1 WHERE nip_checks.tries < $3",
        )
        .bind(certificate.to_string())
        .bind(hour)
        .bind(i64::from(most))
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    async fn count_nip_match(&self, certificate: Uuid, hour: i64) -> Result<()> {
        sqlx::query("UPDATE nip_checks SET matches = matches + 1 WHERE certificate = $1 AND hour = $2")
            .bind(certificate.to_string())
            .bind(hour)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn nip_checks(&self, certificate: Uuid) -> Result<NipChecks> {
        let row = sqlx::query(
            "SELECT CAST(COALESCE(SUM(tries), 0) AS BIGINT) AS tries, \
             CAST(COALESCE(SUM(matches), 0) AS BIGINT) AS matches FROM nip_checks \
             WHERE certificate = $1",
        )
        .bind(certificate.to_string())
        .fetch_one(&self.reader)
        .await?;
        let (tries, matches): (i64, i64) = (row.try_get("tries")?, row.try_get("matches")?);
        Ok(NipChecks { tries: tries.unsigned_abs(), matches: matches.unsigned_abs() })
    }
}

async fn with_certificate(
    read: &mut DbConnection,
    correction: Correction,
) -> Result<Option<(Correction, Certificate)>> {
    let certificate = certificates::load(read, correction.asked.certificate).await?;
    Ok(certificate.map(|certificate| (correction, certificate)))
}

fn link(row: &DbRow) -> Result<Link> {
    Ok(Link {
        certificate: rows::id(row, "certificate")?,
        created_at: time(row, "created_at")?,
        expires_at: time(row, "expires_at")?,
        used_at: maybe_time(row, "used_at")?,
    })
}

fn correction(row: &DbRow) -> Result<Correction> {
    Ok(Correction {
        serial: row.try_get("serial")?,
        asked: NewCorrection {
            certificate: rows::id(row, "certificate")?,
            about: word(row, "about", "what a correction is about", CorrectionAbout::from_code)?,
            name: row.try_get("name")?,
            text: row.try_get("text")?,
        },
        state: word(row, "state", "a correction's state", CorrectionState::from_code)?,
        asked_at: time(row, "asked_at")?,
        answered_at: maybe_time(row, "answered_at")?,
        answer: row.try_get("answer")?,
    })
}
