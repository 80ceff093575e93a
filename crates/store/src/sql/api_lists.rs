//! Status lists of what the API signed.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::Row;

use super::rows::{self, millis};
use super::{DbConnection, ThisStore, audit};
use crate::{
    ApiLists, ApiPlace, ApiStatusDocument, ApiStatusList, NewEvent, Result, STATUS_LIST_FULL_PERCENT, STATUS_LIST_SIZE,
};

#[async_trait]
impl ApiLists for ThisStore {
    async fn reserve_api_place(&self, issuer: &str, draw: &mut (dyn FnMut(u32) -> u32 + Send)) -> Result<ApiPlace> {
        let mut write = self.write().await?;
        let (list, size) = open_list(&mut write, issuer).await?;
        // The database decides what is free. At three quarters full, four draws on average.
        let index = loop {
            let index = draw(size) % size;
            let insert = "INSERT INTO api_status_entries (list, idx) VALUES ($1, $2) ON CONFLICT DO NOTHING";
            let done = sqlx::query(insert).bind(i64::from(list)).bind(i64::from(index)).execute(&mut *write).await?;
            if done.rows_affected() == 1 {
                break index;
            }
        };
        sqlx::query("UPDATE api_status_lists SET used = used + 1 WHERE number = $1")
            .bind(i64::from(list))
            .execute(&mut *write)
            .await?;
        write.commit().await?;
        Ok(ApiPlace { list, index })
    }

    async fn api_lists(&self, issuer: &str) -> Result<Vec<u32>> {
        let found = sqlx::query("SELECT number FROM api_status_lists WHERE issuer = $1 ORDER BY number")
            .bind(issuer)
            .fetch_all(&self.reader)
            .await?;
        found.iter().map(|row| rows::number(row, "number")).collect()
    }

    async fn api_list(&self, number: u32) -> Result<Option<ApiStatusList>> {
        let mut read = self.read().await?;
        let found = sqlx::query("SELECT * FROM api_status_lists WHERE number = $1")
            .bind(i64::from(number))
            .fetch_optional(&mut *read)
            .await?;
        let Some(list) = found else { return Ok(None) };
        let set = sqlx::query("SELECT idx FROM api_status_entries WHERE list = $1 AND revoked = 1 ORDER BY idx")
            .bind(i64::from(number))
            .fetch_all(&mut *read)
            .await?;
        let document = sqlx::query("SELECT * FROM api_status_documents WHERE list = $1")
            .bind(i64::from(number))
            .fetch_optional(&mut *read)
            .await?;
        let document = document.map(|row| -> Result<ApiStatusDocument> {
            Ok(ApiStatusDocument {
                list: number,
                text: row.try_get("text")?,
                version: row.try_get("version")?,
                signed_at: rows::time(&row, "signed_at")?,
            })
        });
        Ok(Some(ApiStatusList {
            number,
            issuer: list.try_get("issuer")?,
            size: rows::number(&list, "size")?,
            version: list.try_get("version")?,
            revoked: set.iter().map(|row| rows::number(row, "idx")).collect::<Result<_>>()?,
            document: document.transpose()?,
        }))
    }

    async fn revoke_api_place(&self, place: ApiPlace, actor: &str, at: Timestamp) -> Result<bool> {
        let mut write = self.write().await?;
        let before = sqlx::query("SELECT revoked FROM api_status_entries WHERE list = $1 AND idx = $2")
            .bind(i64::from(place.list))
            .bind(i64::from(place.index))
            .fetch_optional(&mut *write)
            .await?;
        let Some(before) = before else { return Ok(false) };
        if before.try_get::<i64, _>("revoked")? == 1 {
            return Ok(true);
        }
        sqlx::query("UPDATE api_status_entries SET revoked = 1 WHERE list = $1 AND idx = $2")
            .bind(i64::from(place.list))
            .bind(i64::from(place.index))
            .execute(&mut *write)
            .await?;
        sqlx::query("UPDATE api_status_lists SET version = version + 1 WHERE number = $1")
            .bind(i64::from(place.list))
            .execute(&mut *write)
            .await?;
        let event = NewEvent::new(at, actor, "api-revoke", format!("api/status/{}#{}", place.list, place.index));
        audit::append(&mut write, &event).await?;
        write.commit().await?;
        Ok(true)
    }

    async fn put_api_document(&self, document: &ApiStatusDocument) -> Result<bool> {
        let done = sqlx::query(
            "INSERT INTO api_status_documents (list, text, version, signed_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (list) DO UPDATE \
             SET text = excluded.text, version = excluded.version, signed_at = excluded.signed_at \
             WHERE excluded.version > api_status_documents.version OR \
             (excluded.version = api_status_documents.version AND excluded.signed_at >= api_status_documents.signed_at)",
        )
        .bind(i64::from(document.list))
        .bind(&document.text)
        .bind(document.version)
        .bind(millis(document.signed_at))
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }
}

/// The newest list of this DID with room in it, or a new one; with its size.
async fn open_list(write: &mut DbConnection, issuer: &str) -> Result<(u32, u32)> {
    let newest = "SELECT number, size, used FROM api_status_lists WHERE issuer = $1 ORDER BY number DESC LIMIT 1";
    if let Some(list) = sqlx::query(newest).bind(issuer).fetch_optional(&mut *write).await? {
        let (size, used) = (rows::number(&list, "size")?, rows::number(&list, "used")?);
        if u64::from(used) < u64::from(size) * u64::from(STATUS_LIST_FULL_PERCENT) / 100 {
            return Ok((rows::number(&list, "number")?, size));
        }
    }
    let made = sqlx::query("INSERT INTO api_status_lists (issuer, size) VALUES ($1, $2) RETURNING number")
        .bind(issuer)
        .bind(i64::from(STATUS_LIST_SIZE))
        .fetch_one(&mut *write)
        .await?;
    Ok((rows::number(&made, "number")?, STATUS_LIST_SIZE))
}
