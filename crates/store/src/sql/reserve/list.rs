//! Status indexes: random, free, from the newest list.

use std::collections::HashMap;

use sqlx::{QueryBuilder, Row};

use super::super::{Db, DbConnection, lock_chain, rows};
use crate::fault;
use crate::{
    IssuerId, NewCertificate, Result, STATUS_LIST_FULL_PERCENT, STATUS_LIST_SIZE, STATUS_LISTS_MAX, StoreError,
};

/// The status list that new certificates go to.
pub(super) struct OpenList {
    issuer: IssuerId,
    number: u32,
    size: u32,
    used: u32,
}

/// An entry that was given.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) list: u32,
    pub(super) index: u32,
}

impl OpenList {
    /// The newest list of the issuer, or the first one, made now.
    pub(super) async fn last(write: &mut DbConnection, issuer: IssuerId) -> Result<Self> {
        let found = sqlx::query("SELECT * FROM status_lists WHERE issuer = $1 ORDER BY number DESC LIMIT 1")
            .bind(issuer.0)
            .fetch_optional(&mut *write)
            .await?;
        match found.as_ref().map(rows::status_list).transpose()? {
            Some(list) => Ok(Self { issuer, number: list.number, size: list.size, used: list.used }),
            None => Self::make(write, issuer, 1).await,
        }
    }

    async fn make(write: &mut DbConnection, issuer: IssuerId, number: u32) -> Result<Self> {
        if number > STATUS_LISTS_MAX {
            return Err(StoreError::ListsFull { max: STATUS_LISTS_MAX });
        }
        sqlx::query("INSERT INTO status_lists (issuer, number, size) VALUES ($1, $2, $3)")
            .bind(issuer.0)
            .bind(i64::from(number))
            .bind(i64::from(STATUS_LIST_SIZE))
            .execute(write)
            .await?;
        Ok(Self { issuer, number, size: STATUS_LIST_SIZE, used: 0 })
    }

    /// A place for each, in their order.
    pub(super) async fn take(
        &mut self,
        write: &mut DbConnection,
        chunk: &[NewCertificate],
        draw: &mut (dyn FnMut(u32) -> u32 + Send),
    ) -> Result<Vec<Place>> {
        let full = u64::from(self.size) * u64::from(STATUS_LIST_FULL_PERCENT) / 100;
        let mut places = Vec::with_capacity(chunk.len());
        while places.len() < chunk.len() {
            if u64::from(self.used) >= full {
                self.end(write).await?;
                *self = Self::make(write, self.issuer, self.number + 1).await?;
            }
            let room = usize::try_from(full - u64::from(self.used)).unwrap_or(usize::MAX);
            let rest = &chunk[places.len()..];
            places.extend(self.draw_for(write, &rest[..rest.len().min(room)], draw).await?);
        }
        Ok(places)
    }

    /// Draws until everybody has a free index: at three quarters full, four draws on average. The database decides
    /// what is free.
    async fn draw_for(
        &mut self,
        write: &mut DbConnection,
        chunk: &[NewCertificate],
        draw: &mut (dyn FnMut(u32) -> u32 + Send),
    ) -> Result<Vec<Place>> {
        let mut given: HashMap<String, u32> = HashMap::with_capacity(chunk.len());
        let mut waiting: Vec<String> = chunk.iter().map(|person| person.id.to_string()).collect();
        while !waiting.is_empty() {
            let mut insert = QueryBuilder::<Db>::new("INSERT INTO status_entries (issuer, list, idx, certificate) ");
            insert.push_values(&waiting, |mut row, certificate| {
                row.push_bind(self.issuer.0)
                    .push_bind(i64::from(self.number))
                    .push_bind(i64::from(draw(self.size) % self.size))
                    .push_bind(certificate.clone());
            });
            insert.push(" ON CONFLICT (issuer, list, idx) DO NOTHING RETURNING certificate, idx");
            let inserted = insert.build().fetch_all(&mut *write).await.map_err(|error| {
                fault::unique(error, || StoreError::Taken { what: "id", value: super::named(chunk) })
            })?;
            for row in &inserted {
                given.insert(row.try_get("certificate")?, rows::number(row, "idx")?);
            }
            waiting.retain(|certificate| !given.contains_key(certificate));
        }
        self.used += u32::try_from(chunk.len()).unwrap_or(u32::MAX);
        let list = self.number;
        Ok(chunk
            .iter()
            .filter_map(|person| given.get(&person.id.to_string()))
            .map(|index| Place { list, index: *index })
            .collect())
    }

    /// Remembers how full the list is. Whoever changes a state writes the list's version into the same row.
    pub(super) async fn end(&self, write: &mut DbConnection) -> Result<()> {
        lock_chain(write).await?;
        sqlx::query("UPDATE status_lists SET used = $3 WHERE issuer = $1 AND number = $2")
            .bind(self.issuer.0)
            .bind(i64::from(self.number))
            .bind(i64::from(self.used))
            .execute(write)
            .await?;
        Ok(())
    }
}
