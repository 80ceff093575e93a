//! Finding and listing certificates.

use uuid::Uuid;

use super::{DbConnection, ThisStore, rows};
use crate::{Certificate, Details, Filter, PAGE_MAX, Page, Result, SEARCH_WORDS, Search, Suite, plain_code};

/// Stands in no text that is remembered, and PostgreSQL takes none that has it: whoever types it finds nothing.
pub(super) const NOWHERE: char = '\0';

/// The one SELECT of certificates: further columns, then WHERE and what follows it.
macro_rules! select_certificates {
    ($columns:literal, $rest:literal) => {
        concat!(
            "SELECT c.*, p.id AS programme, p.title_id AS programme_title, o.name AS cohort_name, \
             h.person_key, h.fingerprint, h.name, h.grade",
            $columns,
            " FROM certificates c JOIN cohorts o ON o.id = c.cohort JOIN programmes p ON p.id = o.programme \
             LEFT JOIN holders h ON h.certificate = c.id ",
            $rest
        )
    };
}
pub(super) use select_certificates;

/// A certificate, seen from within a transaction.
pub(super) async fn load(connection: &mut DbConnection, id: Uuid) -> Result<Option<Certificate>> {
    let found = sqlx::query(select_certificates!("", "WHERE c.id = $1"))
        .bind(id.to_string())
        .fetch_optional(connection)
        .await?;
    found.as_ref().map(rows::certificate).transpose()
}

pub(super) async fn certificate(store: &ThisStore, id: Uuid) -> Result<Option<Certificate>> {
    load(&mut *store.reader.acquire().await?, id).await
}

pub(super) async fn certificate_by_code(store: &ThisStore, code: &str) -> Result<Option<Certificate>> {
    let Some(code) = plain_code(code) else {
        return Ok(None);
    };
    let found =
        sqlx::query(select_certificates!("", "WHERE c.code = $1")).bind(code).fetch_optional(&store.reader).await?;
    found.as_ref().map(rows::certificate).transpose()
}

pub(super) async fn certificates_by_number(store: &ThisStore, number: &str) -> Result<Vec<Certificate>> {
    if number.contains(NOWHERE) {
        return Ok(Vec::new());
    }
    let found = sqlx::query(select_certificates!("", "WHERE c.number = $1 ORDER BY c.serial LIMIT $2"))
        .bind(number)
        .bind(i64::from(PAGE_MAX))
        .fetch_all(&store.reader)
        .await?;
    found.iter().map(rows::certificate).collect()
}

pub(super) async fn certificates(store: &ThisStore, filter: &Filter, page: Page) -> Result<Vec<Certificate>> {
    let query = match (filter.batch, filter.cohort) {
        (Some(batch), _) => sqlx::query(select_certificates!(
            "",
            "WHERE c.serial > $1 AND (c.state = $3 OR $3 IS NULL) AND c.batch = $4 AND (c.cohort = $5 OR $5 IS NULL) \
             ORDER BY c.serial LIMIT $2"
        ))
        .bind(page.after)
        .bind(i64::from(page.limit.min(PAGE_MAX)))
        .bind(filter.state.map(|state| state.code()))
        .bind(batch.to_string())
        .bind(filter.cohort.map(|cohort| cohort.0)),
        (None, Some(cohort)) => sqlx::query(select_certificates!(
            "",
            "WHERE c.serial > $1 AND (c.state = $3 OR $3 IS NULL) AND c.cohort = $4 ORDER BY c.serial LIMIT $2"
        ))
        .bind(page.after)
        .bind(i64::from(page.limit.min(PAGE_MAX)))
        .bind(filter.state.map(|state| state.code()))
        .bind(cohort.0),
        (None, None) => sqlx::query(select_certificates!(
            "",
            "WHERE c.serial > $1 AND (c.state = $3 OR $3 IS NULL) ORDER BY c.serial LIMIT $2"
        ))
        .bind(page.after)
        .bind(i64::from(page.limit.min(PAGE_MAX)))
        .bind(filter.state.map(|state| state.code())),
    };
    let found = query.fetch_all(&store.reader).await?;
    found.iter().map(rows::certificate).collect()
}

pub(super) async fn find_certificates(
    store: &ThisStore,
    search: &Search,
    before: i64,
    limit: u32,
) -> Result<Vec<Certificate>> {
    if search.words.iter().any(|word| word.contains(NOWHERE)) {
        return Ok(Vec::new());
    }
    // Without words erased ones are found too: they have nothing to be searched by.
    let mut query = match search.words.is_empty() {
        true => sqlx::query(select_certificates!(
            "",
            "WHERE c.serial < $1 AND (c.state = $3 OR $3 IS NULL) AND (c.cohort = $4 OR $4 IS NULL) \
             ORDER BY c.serial DESC LIMIT $2"
        )),
        false => sqlx::query(select_certificates!(
            "",
            "JOIN finder f ON f.serial = c.serial WHERE f.serial < $1 AND (c.state = $3 OR $3 IS NULL) \
             AND (c.cohort = $4 OR $4 IS NULL) AND f.text LIKE $5 ESCAPE '!' AND f.text LIKE $6 ESCAPE '!' \
             AND f.text LIKE $7 ESCAPE '!' AND f.text LIKE $8 ESCAPE '!' ORDER BY f.serial DESC LIMIT $2"
        )),
    }
    .bind(before)
    .bind(i64::from(limit.min(PAGE_MAX)))
    .bind(search.state.map(|state| state.code()))
    .bind(search.cohort.map(|cohort| cohort.0));
    if !search.words.is_empty() {
        for at in 0..SEARCH_WORDS {
            query = query.bind(search.words.get(at).map_or_else(|| "%".to_owned(), |word| anywhere(word)));
        }
    }
    let found = query.fetch_all(&store.reader).await?;
    found.iter().map(rows::certificate).collect()
}

/// A pattern that has the word anywhere, in lower case (of ASCII letters), as PostgreSQL keeps what is searched; SQLite's
/// LIKE does not look at their case.
fn anywhere(word: &str) -> String {
    let mut pattern = String::with_capacity(word.len() + 2);
    pattern.push('%');
    for c in word.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c.to_ascii_lowercase());
    }
    pattern.push('%');
    pattern
}

pub(super) async fn signed_text(store: &ThisStore, id: Uuid, suite: Suite) -> Result<Option<String>> {
    let query = match suite {
        Suite::Rdfc => "SELECT rdfc FROM signed WHERE certificate = $1",
        Suite::Jcs => "SELECT jcs FROM signed WHERE certificate = $1",
    };
    Ok(sqlx::query_scalar(query).bind(id.to_string()).fetch_optional(&store.reader).await?)
}

pub(super) async fn details(store: &ThisStore, id: Uuid) -> Result<Option<Details>> {
    let found = sqlx::query("SELECT public, private FROM holders WHERE certificate = $1")
        .bind(id.to_string())
        .fetch_optional(&store.reader)
        .await?;
    found.as_ref().map(rows::details).transpose()
}
