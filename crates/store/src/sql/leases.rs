//! Who is at a piece of work.

use async_trait::async_trait;
use jiff::Timestamp;

use super::ThisStore;
use super::rows::millis;
use crate::{Lease, Leases, Result};

#[async_trait]
impl Leases for ThisStore {
    async fn take_lease(&self, lease: &Lease, now: Timestamp) -> Result<bool> {
        // One statement, one row: of two who come at once the second sees what the first has written.
        let done = sqlx::query(
            "INSERT INTO leases (name, holder, until) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE \
             SET holder = excluded.holder, until = excluded.until \
             WHERE leases.holder = excluded.holder OR leases.until <= $4",
        )
        .bind(&lease.name)
        .bind(&lease.holder)
        .bind(millis(lease.until))
        .bind(millis(now))
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn drop_lease(&self, lease: &Lease) -> Result<()> {
        sqlx::query("DELETE FROM leases WHERE name = $1 AND holder = $2")
            .bind(&lease.name)
            .bind(&lease.holder)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
