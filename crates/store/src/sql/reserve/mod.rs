//! Reserving a batch: everything that must never be given twice, in one transaction.
//!
//! A long reservation does not keep others from writing where the database has more than one writer: it holds the lock on
//! reservations from its beginning, and takes the chain's lock ([`lock_chain`]) before anything that others change too.

mod list;
mod number;

use std::collections::HashSet;

use sqlx::QueryBuilder;
use uuid::Uuid;

use super::rows::millis;
use super::{Db, DbConnection, ThisStore, audit, batches, life, lock_chain};
use crate::fault;
use crate::{Act, Batch, BatchState, NewBatch, NewCertificate, NewEvent, Reservation, Result, State, StoreError};
use list::{OpenList, Place};
use number::{Counter, Number};

/// How many certificates one statement inserts: few statements, and far from the limit of bound values.
const CHUNK: usize = 100;

/// A batch of so many changes what a planner should know of the tables.
const MANY: u32 = 1_000;

pub(super) async fn reserve(store: &ThisStore, reservation: Reservation<'_>) -> Result<Batch> {
    let Reservation { batch, people, numbering, draw } = reservation;
    let mut write = store.write_reservation().await?;
    insert_batch(&mut write, &batch).await?;
    let mut list = OpenList::last(&mut write, batch.issuer).await?;
    let mut counter = Counter::begin(&mut write, batch.issuer, numbering).await?;
    let corrected = corrected_keys(&mut write, &batch).await?;
    loop {
        let chunk: Vec<NewCertificate> = (&mut *people).take(CHUNK).collect();
        if chunk.is_empty() {
            break;
        }
        for predecessor in chunk.iter().filter_map(|person| person.predecessor) {
            // From here on nobody changes its state.
            lock_chain(&mut write).await?;
            check_predecessor(&mut write, predecessor).await?;
        }
        if chunk.iter().any(|person| person.predecessor.is_none() && corrected.contains(&person.person_key)) {
            return Err(StoreError::PersonTaken);
        }
        let places = list.take(&mut write, &chunk, draw).await?;
        let numbers = counter.numbers_for(&mut write, &chunk).await?;
        insert_certificates(&mut write, &batch, &chunk, &numbers, &places).await?;
        insert_holders(&mut write, &batch, &chunk).await?;
    }
    list.end(&mut write).await?;
    counter.end(&mut write).await?;
    lock_chain(&mut write).await?;
    let event = NewEvent::new(batch.created_at, batch.actor.clone(), "reserve", batch.id.to_string());
    audit::append(&mut write, &event).await?;
    let reserved = batches::load(&mut write, batch.id).await?.ok_or(StoreError::UnknownBatch { id: batch.id })?;
    write.commit().await?;
    if reserved.certificates >= MANY {
        // It is reserved all the same.
        let _ = store.reserved_many().await;
    }
    Ok(reserved)
}

async fn insert_batch(write: &mut DbConnection, batch: &NewBatch) -> Result<()> {
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

/// The keys under which people of the cohort were issued a corrected certificate. The unique index does not see them: it
/// watches over the first certificate of each person.
async fn corrected_keys(write: &mut DbConnection, batch: &NewBatch) -> Result<HashSet<String>> {
    let keys: Vec<String> = sqlx::query_scalar(
        "SELECT h.person_key FROM certificates c JOIN holders h ON h.certificate = c.id \
         WHERE c.predecessor IS NOT NULL AND c.cohort = $1",
    )
    .bind(batch.cohort.0)
    .fetch_all(write)
    .await?;
    Ok(keys.into_iter().collect())
}

/// A predecessor must be able to be superseded, and nobody else may be replacing it.
async fn check_predecessor(write: &mut DbConnection, predecessor: Uuid) -> Result<()> {
    let from = life::state_of(write, predecessor).await?;
    if let Some(successor) = life::reserved_successor(write, predecessor).await? {
        return Err(StoreError::ReissueUnderWay { id: predecessor, successor });
    }
    if Act::Supersede.step(from).is_none() {
        return Err(StoreError::IllegalStep { id: predecessor, from, act: Act::Supersede });
    }
    Ok(())
}

async fn insert_certificates(
    write: &mut DbConnection,
    batch: &NewBatch,
    chunk: &[NewCertificate],
    numbers: &[Number],
    places: &[Place],
) -> Result<()> {
    let mut insert = QueryBuilder::<Db>::new(
        "INSERT INTO certificates (id, issuer, batch, cohort, number, sequence, sequence_at, code, key_number, \
         status_list, status_index, valid_from, valid_until, state, since, predecessor) ",
    );
    insert.push_values(chunk.iter().zip(numbers).zip(places), |mut row, ((person, number), place)| {
        row.push_bind(person.id.to_string())
            .push_bind(batch.issuer.0)
            .push_bind(batch.id.to_string())
            .push_bind(batch.cohort.0)
            .push_bind(number.text.clone())
            .push_bind(number.sequence.clone())
            .push_bind(number.at)
            .push_bind(person.code.clone())
            .push_bind(i64::from(batch.key_number))
            .push_bind(i64::from(place.list))
            .push_bind(i64::from(place.index))
            .push_bind(millis(person.valid_from))
            .push_bind(person.valid_until.map(millis))
            .push_bind(State::Reserved.code())
            .push_bind(millis(batch.created_at))
            .push_bind(person.predecessor.map(|id| id.to_string()));
    });
    insert
        .build()
        .execute(write)
        .await
        .map_err(|error| fault::unique(error, || StoreError::Taken { what: "id or code", value: named(chunk) }))?;
    Ok(())
}

async fn insert_holders(write: &mut DbConnection, batch: &NewBatch, chunk: &[NewCertificate]) -> Result<()> {
    let mut insert = QueryBuilder::<Db>::new(
        "INSERT INTO holders (certificate, cohort, root, person_key, fingerprint, name, grade, public, private) ",
    );
    insert.push_values(chunk, |mut row, person| {
        row.push_bind(person.id.to_string())
            .push_bind(batch.cohort.0)
            .push_bind(i64::from(person.predecessor.is_none()))
            .push_bind(person.person_key.clone())
            .push_bind(person.fingerprint.clone())
            .push_bind(person.name.clone())
            .push_bind(person.grade.clone())
            .push_bind(person.details.public.to_string())
            .push_bind(person.details.private.to_string());
    });
    insert.build().execute(write).await.map_err(|error| fault::unique(error, || StoreError::PersonTaken))?;
    Ok(())
}

/// Names a chunk in an error: its first id, and how many follow.
fn named(chunk: &[NewCertificate]) -> String {
    let first = chunk.first().map(|person| format!("{} {}", person.id, person.code)).unwrap_or_default();
    match chunk.len() {
        0 | 1 => first,
        more => format!("{first} (or one of the {} after it)", more - 1),
    }
}
