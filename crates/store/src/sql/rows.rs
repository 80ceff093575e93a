//! Rows to values.

use jiff::Timestamp;
use serde_json::Value;
use sqlx::Row;
use uuid::Uuid;

use super::DbRow;
use crate::*;

/// Milliseconds since 1970, as stored.
pub(super) fn millis(time: Timestamp) -> i64 {
    time.as_millisecond()
}

/// A column that holds a time.
pub(super) fn time(row: &DbRow, column: &str) -> Result<Timestamp> {
    to_time(row.try_get(column)?)
}

/// A column that may hold a time.
pub(super) fn maybe_time(row: &DbRow, column: &str) -> Result<Option<Timestamp>> {
    row.try_get::<Option<i64>, _>(column)?.map(to_time).transpose()
}

fn to_time(millis: i64) -> Result<Timestamp> {
    Timestamp::from_millisecond(millis)
        .map_err(|_| StoreError::Unreadable { what: "a time", value: millis.to_string() })
}

/// A column that holds a UUID.
pub(super) fn id(row: &DbRow, column: &str) -> Result<Uuid> {
    to_id(row.try_get(column)?)
}

/// A column that may hold a UUID.
pub(super) fn maybe_id(row: &DbRow, column: &str) -> Result<Option<Uuid>> {
    row.try_get::<Option<&str>, _>(column)?.map(to_id).transpose()
}

fn to_id(text: &str) -> Result<Uuid> {
    Uuid::try_parse(text).map_err(|_| StoreError::Unreadable { what: "an id", value: text.to_owned() })
}

/// A column that holds a count or a small number.
pub(super) fn number(row: &DbRow, column: &str) -> Result<u32> {
    let value: i64 = row.try_get(column)?;
    u32::try_from(value).map_err(|_| StoreError::Unreadable { what: "a number", value: value.to_string() })
}

/// A column that holds one of our words.
pub(super) fn word<T>(row: &DbRow, column: &str, what: &'static str, read: fn(&str) -> Option<T>) -> Result<T> {
    let text: &str = row.try_get(column)?;
    read(text).ok_or_else(|| StoreError::Unreadable { what, value: text.to_owned() })
}

fn json(row: &DbRow, column: &str) -> Result<Value> {
    let text: &str = row.try_get(column)?;
    serde_json::from_str(text).map_err(|error| StoreError::Unreadable { what: "JSON", value: error.to_string() })
}

pub(super) fn issuer(row: &DbRow) -> Result<Issuer> {
    Ok(Issuer {
        id: IssuerId(row.try_get("id")?),
        did: row.try_get("did")?,
        base_url: row.try_get("base_url")?,
        name_id: row.try_get("name_id")?,
        name_en: row.try_get("name_en")?,
        created_at: time(row, "created_at")?,
    })
}

pub(super) fn public_key(row: &DbRow) -> Result<PublicKey> {
    Ok(PublicKey {
        issuer: IssuerId(row.try_get("issuer")?),
        number: number(row, "number")?,
        role: word(row, "role", "a key's role", KeyRole::from_code)?,
        multikey: row.try_get("multikey")?,
        valid_from: time(row, "valid_from")?,
        retired_at: maybe_time(row, "retired_at")?,
    })
}

pub(super) fn artifact(row: &DbRow) -> Result<Artifact> {
    Ok(Artifact {
        hash: ArtifactHash(row.try_get("hash")?),
        kind: word(row, "kind", "an artifact's kind", ArtifactKind::from_code)?,
        bytes: row.try_get("bytes")?,
    })
}

pub(super) fn programme(row: &DbRow) -> Result<Programme> {
    Ok(Programme {
        id: ProgrammeId(row.try_get("id")?),
        issuer: IssuerId(row.try_get("issuer")?),
        code: row.try_get("code")?,
        title_id: row.try_get("title_id")?,
        title_en: row.try_get("title_en")?,
    })
}

pub(super) fn cohort(row: &DbRow) -> Result<Cohort> {
    Ok(Cohort {
        id: CohortId(row.try_get("id")?),
        programme: ProgrammeId(row.try_get("programme")?),
        name: row.try_get("name")?,
        starts: row.try_get("starts")?,
        ends: row.try_get("ends")?,
    })
}

pub(super) fn person(row: &DbRow) -> Result<Person> {
    Ok(Person {
        key: row.try_get("person_key")?,
        fingerprint: row.try_get("fingerprint")?,
        certificate: id(row, "id")?,
        predecessor: maybe_id(row, "predecessor")?,
        batch: BatchId(id(row, "batch")?),
        number: row.try_get("number")?,
        state: word(row, "state", "a state", State::from_code)?,
    })
}

pub(super) fn batch(row: &DbRow) -> Result<Batch> {
    Ok(Batch {
        new: NewBatch {
            id: BatchId(id(row, "id")?),
            issuer: IssuerId(row.try_get("issuer")?),
            cohort: CohortId(row.try_get("cohort")?),
            kind: word(row, "kind", "a batch's kind", BatchKind::from_code)?,
            sheet_hash: row.try_get("sheet_hash")?,
            programme_hash: ArtifactHash(row.try_get("programme_hash")?),
            design_hash: ArtifactHash(row.try_get("design_hash")?),
            template: number(row, "template")?,
            key_number: number(row, "key_number")?,
            actor: row.try_get("actor")?,
            created_at: time(row, "created_at")?,
        },
        state: word(row, "state", "a batch's state", BatchState::from_code)?,
        certificates: number(row, "certificates")?,
        signed: number(row, "signed")?,
        finished_at: maybe_time(row, "finished_at")?,
    })
}

pub(super) fn frozen(row: &DbRow) -> Result<Frozen> {
    Ok(Frozen {
        batch: BatchId(id(row, "id")?),
        programme_hash: ArtifactHash(row.try_get("programme_hash")?),
        template: number(row, "template")?,
    })
}

pub(super) fn certificate(row: &DbRow) -> Result<Certificate> {
    Ok(Certificate {
        serial: row.try_get("serial")?,
        id: id(row, "id")?,
        issuer: IssuerId(row.try_get("issuer")?),
        batch: BatchId(id(row, "batch")?),
        cohort: CohortId(row.try_get("cohort")?),
        programme: ProgrammeId(row.try_get("programme")?),
        programme_title: row.try_get("programme_title")?,
        cohort_name: row.try_get("cohort_name")?,
        person_key: row.try_get("person_key")?,
        fingerprint: row.try_get("fingerprint")?,
        number: row.try_get("number")?,
        code: row.try_get("code")?,
        key_number: number(row, "key_number")?,
        status_list: number(row, "status_list")?,
        status_index: number(row, "status_index")?,
        name: row.try_get("name")?,
        grade: row.try_get("grade")?,
        valid_from: time(row, "valid_from")?,
        valid_until: maybe_time(row, "valid_until")?,
        state: word(row, "state", "a state", State::from_code)?,
        since: time(row, "since")?,
        revision: row.try_get("revision")?,
        reason: row.try_get("reason")?,
        note: row.try_get("note")?,
        predecessor: maybe_id(row, "predecessor")?,
        successor: maybe_id(row, "successor")?,
        issued_at: maybe_time(row, "issued_at")?,
    })
}

pub(super) fn details(row: &DbRow) -> Result<Details> {
    Ok(Details { public: json(row, "public")?, private: json(row, "private")? })
}

pub(super) fn status_list(row: &DbRow) -> Result<StatusList> {
    Ok(StatusList {
        issuer: IssuerId(row.try_get("issuer")?),
        number: number(row, "number")?,
        size: number(row, "size")?,
        used: number(row, "used")?,
        version: row.try_get("version")?,
    })
}

pub(super) fn status_entry(row: &DbRow) -> Result<StatusEntry> {
    Ok(StatusEntry {
        index: number(row, "idx")?,
        revoked: row.try_get::<i64, _>("revoked")? != 0,
        suspended: row.try_get::<i64, _>("suspended")? != 0,
        refresh: row.try_get::<i64, _>("refresh")? != 0,
    })
}

pub(super) fn status_document(row: &DbRow) -> Result<StatusDocument> {
    Ok(StatusDocument {
        issuer: IssuerId(row.try_get("issuer")?),
        number: number(row, "list")?,
        purpose: word(row, "purpose", "a status purpose", StatusPurpose::from_code)?,
        suite: word(row, "suite", "a cryptosuite", Suite::from_code)?,
        text: row.try_get("text")?,
        version: row.try_get("version")?,
        signed_at: time(row, "signed_at")?,
    })
}

pub(super) fn record(row: &DbRow) -> Result<RecordDocument> {
    Ok(RecordDocument {
        certificate: id(row, "certificate")?,
        text: row.try_get("text")?,
        revision: row.try_get("revision")?,
        signed_at: time(row, "signed_at")?,
    })
}

pub(super) fn event(row: &DbRow) -> Result<Event> {
    Ok(Event {
        number: row.try_get("number")?,
        event: NewEvent {
            at: time(row, "at")?,
            actor: row.try_get("actor")?,
            act: row.try_get("act")?,
            object: row.try_get("object")?,
            reason: row.try_get("reason")?,
            note: note(row)?,
        },
        note_hash: row.try_get("note_hash")?,
        hash: row.try_get("hash")?,
    })
}

/// The note beside an event, joined to it.
fn note(row: &DbRow) -> Result<Option<Note>> {
    let (salt, text): (Option<String>, Option<String>) = (row.try_get("salt")?, row.try_get("text")?);
    Ok(salt.zip(text).map(|(salt, text)| Note { salt, text }))
}

pub(super) fn user(row: &DbRow) -> Result<User> {
    let step: i64 = row.try_get("totp_step")?;
    Ok(User {
        id: UserId(row.try_get("id")?),
        login: row.try_get("login")?,
        name: row.try_get("name")?,
        role: word(row, "role", "a role", Role::from_code)?,
        password: row.try_get("password")?,
        must_change: row.try_get::<i64, _>("must_change")? == 1,
        totp_secret: row.try_get("totp_secret")?,
        totp_step: step.unsigned_abs(),
        failures: number(row, "failures")?,
        locked_until: maybe_time(row, "locked_until")?,
        disabled_at: maybe_time(row, "disabled_at")?,
        created_at: time(row, "created_at")?,
        seen_at: maybe_time(row, "seen_at")?,
        recovery_codes_left: number(row, "recovery_codes_left")?,
    })
}

pub(super) fn draft(row: &DbRow) -> Result<Draft> {
    let by = |user: &str, at: &str| -> Result<Option<(UserId, Timestamp)>> {
        Ok(row.try_get::<Option<i64>, _>(user)?.map(UserId).zip(maybe_time(row, at)?))
    };
    Ok(Draft {
        serial: row.try_get("serial")?,
        id: DraftId(id(row, "id")?),
        state: word(row, "state", "a draft's state", DraftState::from_code)?,
        version: row.try_get("version")?,
        title: row.try_get("title")?,
        cohort: row.try_get("cohort")?,
        programme_text: row.try_get("programme_text")?,
        sheet_name: row.try_get("sheet_name")?,
        sheet_hash: row.try_get("sheet_hash")?,
        rows: RowCounts {
            passed: number(row, "passed")?,
            problems: number(row, "problems")?,
            warnings: number(row, "warnings")?,
            skipped: number(row, "skipped")?,
        },
        created_by: UserId(row.try_get("created_by")?),
        created_at: time(row, "created_at")?,
        changed_at: time(row, "changed_at")?,
        submitted: by("submitted_by", "submitted_at")?,
        decided: by("decided_by", "decided_at")?,
        returned: row.try_get("returned")?,
        batch: maybe_id(row, "batch")?.map(BatchId),
        stopped: row
            .try_get::<Option<String>, _>("stopped")?
            .map(|id| Ok::<_, StoreError>(Stopped { id, en: row.try_get("stopped_en")? }))
            .transpose()?,
    })
}

/// A column that may name a user.
pub(super) fn maybe_user(row: &DbRow, column: &str) -> Result<Option<UserId>> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(UserId))
}
