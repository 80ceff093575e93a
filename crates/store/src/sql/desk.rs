//! Users, sessions, answered forms.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use sqlx::Row;

use super::certificates::NOWHERE;
use super::rows::{self, maybe_user, millis};
use super::{DbConnection, ThisStore, audit};
use crate::*;

/// Every column of a user, with the recovery codes that are left.
const USER: &str = "SELECT u.*, (SELECT COUNT(*) FROM recovery_codes r WHERE r.\"user\" = u.id AND r.used_at IS NULL) \
                    AS recovery_codes_left FROM users u";

#[async_trait]
impl Desk for ThisStore {
    async fn put_user(&self, user: &NewUser, event: &NewEvent) -> Result<User> {
        let mut write = self.write().await?;
        let made = sqlx::query(
            "INSERT INTO users (login, name, role, password, must_change, totp_secret, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
        )
        .bind(&user.login)
        .bind(&user.name)
        .bind(user.role.code())
        .bind(&user.credentials.password)
        .bind(i64::from(user.credentials.must_change))
        .bind(&user.credentials.totp_secret)
        .bind(millis(event.at))
        .fetch_one(&mut *write)
        .await
        .map_err(|error| fault::unique(error, || StoreError::Taken { what: "login", value: user.login.clone() }))?;
        let id = UserId(made.try_get("id")?);
        put_recovery_codes(&mut write, id, &user.credentials.recovery_codes).await?;
        audit::append(&mut write, &NewEvent { object: id.actor(), ..event.clone() }).await?;
        let user = load(&mut write, id).await?;
        write.commit().await?;
        Ok(user)
    }

    async fn user(&self, id: UserId) -> Result<Option<User>> {
        let query = format!("{USER} WHERE u.id = $1");
        let found = sqlx::query(sqlx::AssertSqlSafe(query)).bind(id.0).fetch_optional(&self.reader).await?;
        found.as_ref().map(rows::user).transpose()
    }

    async fn user_by_login(&self, login: &str) -> Result<Option<User>> {
        if login.contains(NOWHERE) {
            return Ok(None);
        }
        let query = format!("{USER} WHERE lower(u.login) = lower($1)");
        let found = sqlx::query(sqlx::AssertSqlSafe(query)).bind(login).fetch_optional(&self.reader).await?;
        found.as_ref().map(rows::user).transpose()
    }

    async fn users(&self) -> Result<Vec<User>> {
        let query = format!("{USER} ORDER BY lower(u.login)");
        let found = sqlx::query(sqlx::AssertSqlSafe(query)).fetch_all(&self.reader).await?;
        found.iter().map(rows::user).collect()
    }

    async fn change_user(&self, id: UserId, change: &UserChange, event: &NewEvent) -> Result<User> {
        let mut write = self.write().await?;
        let query = match change {
            UserChange::Name(name) => sqlx::query("UPDATE users SET name = $2 WHERE id = $1").bind(id.0).bind(name),
            UserChange::Role(role) => {
                sqlx::query("UPDATE users SET role = $2 WHERE id = $1").bind(id.0).bind(role.code())
            }
            UserChange::Password(hash) => {
                sqlx::query("UPDATE users SET password = $2, must_change = 0 WHERE id = $1").bind(id.0).bind(&hash.0)
            }
            UserChange::Reset(new) => sqlx::query(
                "UPDATE users SET password = $2, must_change = $3, totp_secret = $4, totp_step = 0, failures = 0, \
                 locked_until = NULL WHERE id = $1",
            )
            .bind(id.0)
            .bind(&new.password)
            .bind(i64::from(new.must_change))
            .bind(&new.totp_secret),
            UserChange::Sealed(secret) => {
                sqlx::query("UPDATE users SET totp_secret = $2 WHERE id = $1").bind(id.0).bind(secret)
            }
            UserChange::Disable => {
                sqlx::query("UPDATE users SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL")
                    .bind(id.0)
                    .bind(millis(event.at))
            }
            UserChange::Enable => {
                sqlx::query("UPDATE users SET disabled_at = NULL, failures = 0, locked_until = NULL WHERE id = $1")
                    .bind(id.0)
            }
        };
        query.execute(&mut *write).await?;
        if let UserChange::Reset(new) = change {
            sqlx::query("DELETE FROM recovery_codes WHERE \"user\" = $1").bind(id.0).execute(&mut *write).await?;
            put_recovery_codes(&mut write, id, &new.recovery_codes).await?;
        }
        if matches!(change, UserChange::Role(_) | UserChange::Reset(_) | UserChange::Disable) {
            sqlx::query("DELETE FROM sessions WHERE \"user\" = $1").bind(id.0).execute(&mut *write).await?;
        }
        let user = load(&mut write, id).await?;
        audit::append(&mut write, event).await?;
        write.commit().await?;
        if let UserChange::Sealed(_) = change {
            self.leave_no_traces().await?;
        }
        Ok(user)
    }

    async fn sign_in_failed(&self, id: UserId, lock_until: Option<Timestamp>, event: &NewEvent) -> Result<()> {
        let mut write = self.write().await?;
        sqlx::query(
            "UPDATE users SET failures = failures + 1, locked_until = COALESCE($2, locked_until) WHERE id = $1",
        )
        .bind(id.0)
        .bind(lock_until.map(millis))
        .execute(&mut *write)
        .await?;
        audit::append(&mut write, event).await?;
        write.commit().await?;
        Ok(())
    }

    async fn take_proof(&self, id: UserId, proof: &Proof, event: &NewEvent) -> Result<bool> {
        let mut write = self.write().await?;
        let query = match proof {
            Proof::Code { step } => {
                let step = i64::try_from(*step).unwrap_or(i64::MAX);
                sqlx::query("UPDATE users SET totp_step = $2 WHERE id = $1 AND totp_step < $2").bind(id.0).bind(step)
            }
            Proof::Recovery { hash } => sqlx::query(
                "UPDATE recovery_codes SET used_at = $3 WHERE \"user\" = $1 AND hash = $2 AND used_at IS NULL",
            )
            .bind(id.0)
            .bind(hash)
            .bind(millis(event.at)),
        };
        if query.execute(&mut *write).await?.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query("UPDATE users SET failures = 0, locked_until = NULL, seen_at = $2 WHERE id = $1")
            .bind(id.0)
            .bind(millis(event.at))
            .execute(&mut *write)
            .await?;
        audit::append(&mut write, event).await?;
        write.commit().await?;
        Ok(true)
    }

    async fn put_session(&self, session: &Session) -> Result<()> {
        sqlx::query(
            "INSERT INTO sessions (key, \"user\", data, expires_at) VALUES ($1, $2, $3, $4) ON CONFLICT (key) DO UPDATE \
             SET \"user\" = excluded.\"user\", data = excluded.data, expires_at = excluded.expires_at",
        )
        .bind(&session.key)
        .bind(session.user.map(|id| id.0))
        .bind(&session.data)
        .bind(millis(session.expires_at))
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    async fn session(&self, key: &str, now: Timestamp) -> Result<Option<Session>> {
        let found = sqlx::query("SELECT * FROM sessions WHERE key = $1 AND expires_at > $2")
            .bind(key)
            .bind(millis(now))
            .fetch_optional(&self.reader)
            .await?;
        let Some(row) = found else { return Ok(None) };
        Ok(Some(Session {
            key: row.try_get("key")?,
            user: maybe_user(&row, "user")?,
            data: row.try_get("data")?,
            expires_at: rows::time(&row, "expires_at")?,
        }))
    }

    async fn drop_session(&self, key: &str) -> Result<()> {
        sqlx::query("DELETE FROM sessions WHERE key = $1").bind(key).execute(&self.writer).await?;
        Ok(())
    }

    async fn sweep_desk(&self, now: Timestamp, forms_before: Timestamp) -> Result<()> {
        let mut write = self.write().await?;
        sqlx::query("DELETE FROM sessions WHERE expires_at <= $1").bind(millis(now)).execute(&mut *write).await?;
        sqlx::query("DELETE FROM forms WHERE at < $1").bind(millis(forms_before)).execute(&mut *write).await?;
        write.commit().await?;
        Ok(())
    }

    async fn claim_form(&self, token: &str, user: UserId, now: Timestamp) -> Result<Claim> {
        let mut write = self.write().await?;
        let stale = now.checked_sub(SignedDuration::from_secs(FORM_CLAIM_SECONDS)).unwrap_or(Timestamp::MIN);
        let claimed = sqlx::query(
            "INSERT INTO forms (token, \"user\", at) VALUES ($1, $2, $3) ON CONFLICT (token) DO UPDATE SET at = excluded.at \
             WHERE forms.\"user\" = excluded.\"user\" AND forms.location IS NULL AND forms.at < $4",
        )
        .bind(token)
        .bind(user.0)
        .bind(millis(now))
        .bind(millis(stale))
        .execute(&mut *write)
        .await?;
        if claimed.rows_affected() == 1 {
            write.commit().await?;
            return Ok(Claim::First);
        }
        let location: Option<Option<String>> =
            sqlx::query_scalar("SELECT location FROM forms WHERE token = $1 AND \"user\" = $2")
                .bind(token)
                .bind(user.0)
                .fetch_optional(&mut *write)
                .await?;
        Ok(location.flatten().map_or(Claim::UnderWay, Claim::Answered))
    }

    async fn answer_form(&self, token: &str, location: &str) -> Result<()> {
        sqlx::query("UPDATE forms SET location = $2 WHERE token = $1")
            .bind(token)
            .bind(location)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn release_form(&self, token: &str) -> Result<()> {
        sqlx::query("DELETE FROM forms WHERE token = $1 AND location IS NULL")
            .bind(token)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

async fn put_recovery_codes(write: &mut DbConnection, user: UserId, hashes: &[String]) -> Result<()> {
    for hash in hashes {
        sqlx::query("INSERT INTO recovery_codes (\"user\", hash) VALUES ($1, $2)")
            .bind(user.0)
            .bind(hash)
            .execute(&mut *write)
            .await?;
    }
    Ok(())
}

async fn load(connection: &mut DbConnection, id: UserId) -> Result<User> {
    let query = format!("{USER} WHERE u.id = $1");
    let found = sqlx::query(sqlx::AssertSqlSafe(query)).bind(id.0).fetch_optional(connection).await?;
    found.as_ref().map(rows::user).transpose()?.ok_or(StoreError::UnknownUser { id })
}
