//! Reserving a batch: everything that must never be given twice, in one transaction.

use sqlx::Row;
use sqlx::sqlite::SqliteConnection;
use uuid::Uuid;

use super::rows::{self, millis};
use super::{SqliteStore, audit, batches, fault, life};
use crate::{
    Act, Batch, BatchState, IssuerId, NewBatch, NewCertificate, NewEvent, Numbering, Reservation, Result,
    STATUS_LIST_FULL_PERCENT, STATUS_LIST_SIZE, STATUS_LISTS_MAX, State, StoreError,
};

pub(super) async fn reserve(store: &SqliteStore, reservation: Reservation<'_>) -> Result<Batch> {
    let Reservation { batch, people, numbering, draw } = reservation;
    let mut write = store.write().await?;
    insert_batch(&mut write, &batch).await?;
    let mut list = OpenList::last(&mut write, batch.issuer).await?;
    let mut counter = Counter::begin(&mut write, batch.issuer, numbering).await?;
    for person in people {
        if let Some(predecessor) = person.predecessor {
            check_predecessor(&mut write, predecessor).await?;
        }
        let (status_list, status_index) = list.take(&mut write, person.id, draw).await?;
        let number = counter.number_for(&mut write, &person).await?;
        insert_certificate(&mut write, &batch, &person, &number, (status_list, status_index)).await?;
        insert_holder(&mut write, &batch, &person).await?;
    }
    list.end(&mut write).await?;
    counter.end(&mut write).await?;
    let event = NewEvent {
        at: batch.created_at,
        actor: batch.actor.clone(),
        act: "reserve".to_owned(),
        object: batch.id.to_string(),
        reason: None,
    };
    audit::append(&mut write, &event).await?;
    let reserved = batches::load(&mut write, batch.id).await?.ok_or(StoreError::UnknownBatch { id: batch.id })?;
    write.commit().await?;
    Ok(reserved)
}

async fn insert_batch(write: &mut SqliteConnection, batch: &NewBatch) -> Result<()> {
    sqlx::query(
        "INSERT INTO batches (id, issuer, cohort, kind, sheet_hash, programme_hash, design_hash, template, \
         key_number, actor, state, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(batch.id.to_string())
    .bind(batch.issuer.0)
    .bind(batch.cohort.0)
    .bind(batch.kind.code())
    .bind(&batch.sheet_hash)
    .bind(&batch.programme_hash.0)
    .bind(&batch.design_hash.0)
    .bind(i64::from(batch.template))
    .bind(i64::from(batch.key_number))
    .bind(&batch.actor)
    .bind(BatchState::Reserved.code())
    .bind(millis(batch.created_at))
    .execute(write)
    .await
    .map_err(|error| fault::unique(error, || StoreError::Taken { what: "batch", value: batch.id.to_string() }))?;
    Ok(())
}

/// A predecessor must be able to be superseded, and nobody else may be replacing it.
async fn check_predecessor(write: &mut SqliteConnection, predecessor: Uuid) -> Result<()> {
    let from = life::state_of(write, predecessor).await?;
    if let Some(successor) = life::reserved_successor(write, predecessor).await? {
        return Err(StoreError::ReissueUnderWay { id: predecessor, successor });
    }
    if Act::Supersede.step(from).is_none() {
        return Err(StoreError::IllegalStep { id: predecessor, from, act: Act::Supersede });
    }
    Ok(())
}

async fn insert_certificate(
    write: &mut SqliteConnection,
    batch: &NewBatch,
    person: &NewCertificate,
    number: &Number,
    (status_list, status_index): (u32, u32),
) -> Result<()> {
    sqlx::query(
        "INSERT INTO certificates (id, issuer, batch, cohort, number, sequence, sequence_at, code, key_number, \
         status_list, status_index, valid_from, valid_until, state, since, predecessor) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    )
    .bind(person.id.to_string())
    .bind(batch.issuer.0)
    .bind(batch.id.to_string())
    .bind(batch.cohort.0)
    .bind(&number.text)
    .bind(&number.sequence)
    .bind(number.at)
    .bind(&person.code)
    .bind(i64::from(batch.key_number))
    .bind(i64::from(status_list))
    .bind(i64::from(status_index))
    .bind(millis(person.valid_from))
    .bind(person.valid_until.map(millis))
    .bind(State::Reserved.code())
    .bind(millis(batch.created_at))
    .bind(person.predecessor.map(|id| id.to_string()))
    .execute(write)
    .await
    .map_err(|error| {
        fault::unique(error, || StoreError::Taken {
            what: "id or code",
            value: format!("{} {}", person.id, person.code),
        })
    })?;
    Ok(())
}

async fn insert_holder(write: &mut SqliteConnection, batch: &NewBatch, person: &NewCertificate) -> Result<()> {
    sqlx::query(
        "INSERT INTO holders (certificate, cohort, root, person_key, fingerprint, name, grade, public, private) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(person.id.to_string())
    .bind(batch.cohort.0)
    .bind(i64::from(person.predecessor.is_none()))
    .bind(&person.person_key)
    .bind(&person.fingerprint)
    .bind(&person.name)
    .bind(&person.grade)
    .bind(person.details.public.to_string())
    .bind(person.details.private.to_string())
    .execute(&mut *write)
    .await
    .map_err(|error| fault::unique(error, || StoreError::PersonTaken { certificate: person.id }))?;
    Ok(())
}

/// The status list that new certificates go to.
struct OpenList {
    issuer: IssuerId,
    number: u32,
    size: u32,
    used: u32,
}

impl OpenList {
    /// The newest list of the issuer, or the first one, made now.
    async fn last(write: &mut SqliteConnection, issuer: IssuerId) -> Result<Self> {
        let found = sqlx::query("SELECT * FROM status_lists WHERE issuer = $1 ORDER BY number DESC LIMIT 1")
            .bind(issuer.0)
            .fetch_optional(&mut *write)
            .await?;
        match found.as_ref().map(rows::status_list).transpose()? {
            Some(list) => Ok(Self { issuer, number: list.number, size: list.size, used: list.used }),
            None => Self::make(write, issuer, 1).await,
        }
    }

    async fn make(write: &mut SqliteConnection, issuer: IssuerId, number: u32) -> Result<Self> {
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

    /// Draws until a free index is found: at three quarters full, four draws on average.
    async fn take(
        &mut self,
        write: &mut SqliteConnection,
        certificate: Uuid,
        draw: &mut (dyn FnMut(u32) -> u32 + Send),
    ) -> Result<(u32, u32)> {
        let full = u64::from(self.size) * u64::from(STATUS_LIST_FULL_PERCENT) / 100;
        if u64::from(self.used) >= full {
            self.end(write).await?;
            *self = Self::make(write, self.issuer, self.number + 1).await?;
        }
        loop {
            let index = draw(self.size) % self.size;
            let inserted = sqlx::query(
                "INSERT INTO status_entries (issuer, list, idx, certificate) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (issuer, list, idx) DO NOTHING",
            )
            .bind(self.issuer.0)
            .bind(i64::from(self.number))
            .bind(i64::from(index))
            .bind(certificate.to_string())
            .execute(&mut *write)
            .await
            .map_err(|error| {
                fault::unique(error, || StoreError::Taken { what: "id", value: certificate.to_string() })
            })?;
            if inserted.rows_affected() == 1 {
                self.used += 1;
                return Ok((self.number, index));
            }
        }
    }

    async fn end(&self, write: &mut SqliteConnection) -> Result<()> {
        sqlx::query("UPDATE status_lists SET used = $3 WHERE issuer = $1 AND number = $2")
            .bind(self.issuer.0)
            .bind(i64::from(self.number))
            .bind(i64::from(self.used))
            .execute(write)
            .await?;
        Ok(())
    }
}

/// A certificate number and the count it was written from.
struct Number {
    text: String,
    sequence: Option<String>,
    at: Option<i64>,
}

/// Gives numbers to those who bring none.
struct Counter<'a> {
    issuer: IssuerId,
    numbering: Numbering<'a>,
    next: u64,
}

impl<'a> Counter<'a> {
    async fn begin(write: &mut SqliteConnection, issuer: IssuerId, numbering: Numbering<'a>) -> Result<Self> {
        let mut next = 0;
        if let Some(sequence) = &numbering.sequence {
            let start = i64::try_from(sequence.start).unwrap_or(i64::MAX);
            let stored: i64 = sqlx::query(
                "INSERT INTO sequences (issuer, key, next) VALUES ($1, $2, $3) \
                 ON CONFLICT (issuer, key) DO UPDATE SET next = sequences.next RETURNING next",
            )
            .bind(issuer.0)
            .bind(&sequence.key)
            .bind(start)
            .fetch_one(write)
            .await?
            .try_get("next")?;
            next = stored.unsigned_abs();
        }
        Ok(Self { issuer, numbering, next })
    }

    /// The sheet's number, or the next one that nobody has.
    async fn number_for(&mut self, write: &mut SqliteConnection, person: &NewCertificate) -> Result<Number> {
        if let Some(text) = &person.number {
            return Ok(Number { text: text.clone(), sequence: None, at: None });
        }
        let Some(sequence) = &self.numbering.sequence else {
            return Ok(Number { text: (self.numbering.write)(0, person), sequence: None, at: None });
        };
        let mut passed_over: Option<String> = None;
        loop {
            let at = self.next;
            self.next += 1;
            let text = (self.numbering.write)(at, person);
            if passed_over.as_ref() == Some(&text) {
                return Err(StoreError::Taken { what: "number", value: text });
            }
            if !self.numbering.given.contains(&text) && !self.is_used(write, &text).await? {
                let at = i64::try_from(at).unwrap_or(i64::MAX);
                return Ok(Number { text, sequence: Some(sequence.key.clone()), at: Some(at) });
            }
            passed_over = Some(text);
        }
    }

    async fn is_used(&self, write: &mut SqliteConnection, text: &str) -> Result<bool> {
        let found = sqlx::query("SELECT 1 FROM certificates WHERE number = $1 AND issuer = $2 LIMIT 1")
            .bind(text)
            .bind(self.issuer.0)
            .fetch_optional(write)
            .await?;
        Ok(found.is_some())
    }

    async fn end(&self, write: &mut SqliteConnection) -> Result<()> {
        if let Some(sequence) = &self.numbering.sequence {
            sqlx::query("UPDATE sequences SET next = $3 WHERE issuer = $1 AND key = $2")
                .bind(self.issuer.0)
                .bind(&sequence.key)
                .bind(i64::try_from(self.next).unwrap_or(i64::MAX))
                .execute(write)
                .await?;
        }
        Ok(())
    }
}
