//! Events from before there was a chain.

use sqlx::Row;

use super::SqliteStore;
use crate::chain::Fields;
use crate::{Head, PAGE_MAX, Result};

/// Gives the events that were written before there was a chain their place in it. Once, when the database is opened;
/// an event that has a hash is never changed.
pub(super) async fn chain(store: &SqliteStore) -> Result<()> {
    let unchained = "SELECT EXISTS (SELECT 1 FROM events WHERE hash IS NULL)";
    if sqlx::query_scalar::<_, i64>(unchained).fetch_one(&store.writer).await? == 0 {
        return Ok(());
    }
    let mut write = store.write().await?;
    let mut head = Head::default();
    loop {
        let some = sqlx::query("SELECT * FROM events WHERE number > $1 ORDER BY number LIMIT $2")
            .bind(head.number)
            .bind(i64::from(PAGE_MAX))
            .fetch_all(&mut *write)
            .await?;
        if some.is_empty() {
            break;
        }
        for row in some {
            let (number, at): (i64, i64) = (row.try_get("number")?, row.try_get("at")?);
            let fields = Fields {
                actor: row.try_get("actor")?,
                act: row.try_get("act")?,
                object: row.try_get("object")?,
                reason: row.try_get("reason")?,
                note_hash: row.try_get("note_hash")?,
            };
            head = head.after(number, at, fields);
            sqlx::query("UPDATE events SET hash = $2 WHERE number = $1 AND hash IS NULL")
                .bind(number)
                .bind(&head.hash)
                .execute(&mut *write)
                .await?;
        }
    }
    write.commit().await?;
    Ok(())
}
