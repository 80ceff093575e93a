//! Rows out of all tables, and back.

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use futures_util::TryStreamExt;
use serde_json::{Map, Value};
use sqlx::{AssertSqlSafe, QueryBuilder, Row};

use super::{Db, DbConnection, DbRow, ThisStore, open};
use crate::archive::{Archive, ArchiveError, Give, ROWS_AT_ONCE, TABLES, TableRows, Take};

type Result<T> = std::result::Result<T, ArchiveError>;

/// A column, and what it holds.
struct Column {
    name: String,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Number,
    Text,
    Bytes,
}

#[async_trait]
impl Archive for ThisStore {
    async fn dump(&self, take: &mut Take<'_>) -> Result<Vec<TableRows>> {
        let mut read = self.read().await?;
        let mut counts = Vec::with_capacity(TABLES.len());
        for table in TABLES {
            let columns = columns(&mut read, table).await?;
            // By its key: a certificate comes after the one that it replaces.
            let query = format!("SELECT * FROM {table} ORDER BY 1");
            let mut found = sqlx::query(AssertSqlSafe(query)).fetch(&mut *read);
            let mut rows = 0;
            while let Some(row) = found.try_next().await? {
                take(table, &line(&row, &columns)?)?;
                rows += 1;
            }
            counts.push(TableRows { table: (*table).to_owned(), rows });
        }
        Ok(counts)
    }
}

fn line(row: &DbRow, columns: &[Column]) -> Result<String> {
    let mut members = Map::with_capacity(columns.len());
    for column in columns {
        let name = column.name.as_str();
        let value = match column.kind {
            Kind::Number => row.try_get::<Option<i64>, _>(name)?.map(Value::from),
            Kind::Text => row.try_get::<Option<String>, _>(name)?.map(Value::from),
            Kind::Bytes => row.try_get::<Option<Vec<u8>>, _>(name)?.map(|bytes| Value::from(BASE64.encode(bytes))),
        };
        members.insert(column.name.clone(), value.unwrap_or(Value::Null));
    }
    Ok(Value::Object(members).to_string())
}

/// Takes rows into an empty database: all of them, or none.
pub(super) async fn fill(store: &ThisStore, rows: &mut Give<'_>) -> Result<Vec<TableRows>> {
    let mut write = store.write().await?;
    let mut filling = Filling::default();
    for row in rows {
        let (table, line) = row?;
        filling.take(&mut write, &table, &line).await?;
    }
    filling.flush(&mut write).await?;
    for (id, successor) in &filling.successors {
        sqlx::query("UPDATE certificates SET successor = $1 WHERE id = $2")
            .bind(successor)
            .bind(id)
            .execute(&mut *write)
            .await?;
    }
    // Whether these were sent after the rows were taken, nobody knows here: somebody looks at them and decides.
    sqlx::query(
        "UPDATE outbox SET state = 'unsure', worker = NULL, held_until = NULL, settled_at = queued_at, \
         reason = 'restored' WHERE state IN ('queued', 'sending', 'handed')",
    )
    .execute(&mut *write)
    .await?;
    open::count_on(&mut write).await?;
    write.commit().await?;
    Ok(filling.counts)
}

/// The rows of one table that are not written yet, and what is done about the others.
#[derive(Default)]
struct Filling {
    columns: Vec<Column>,
    pending: Vec<Map<String, Value>>,
    counts: Vec<TableRows>,
    /// A certificate may name one that comes after it: those names are written last.
    successors: Vec<(String, String)>,
}

impl Filling {
    async fn take(&mut self, write: &mut DbConnection, table: &str, line: &str) -> Result<()> {
        let unfit = |detail: String| ArchiveError::Row { table: table.to_owned(), detail };
        if self.counts.last().is_none_or(|last| last.table != table) {
            self.flush(write).await?;
            if !TABLES.contains(&table) || self.counts.iter().any(|count| count.table == table) {
                return Err(unfit("there is no such table, or it comes twice".to_owned()));
            }
            self.columns = columns(write, table).await?;
            self.counts.push(TableRows { table: table.to_owned(), rows: 0 });
        }
        let mut row: Map<String, Value> = serde_json::from_str(line).map_err(|error| unfit(error.to_string()))?;
        if let Some(name) = row.keys().find(|name| self.columns.iter().all(|column| column.name != **name)) {
            return Err(unfit(format!("there is no column {name:?}")));
        }
        if table == "certificates" {
            let id = row.get("id").and_then(Value::as_str).map(str::to_owned);
            if let (Some(id), Some(Value::String(successor))) = (id, row.insert("successor".to_owned(), Value::Null)) {
                self.successors.push((id, successor));
            }
        }
        if let Some(count) = self.counts.last_mut() {
            count.rows += 1;
        }
        self.pending.push(row);
        if self.pending.len() >= ROWS_AT_ONCE {
            self.flush(write).await?;
        }
        Ok(())
    }

    async fn flush(&mut self, write: &mut DbConnection) -> Result<()> {
        let Some(table) = self.counts.last().map(|count| count.table.clone()).filter(|_| !self.pending.is_empty())
        else {
            return Ok(());
        };
        let names: Vec<String> = self.columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
        let mut insert = QueryBuilder::<Db>::new(format!("INSERT INTO {table} ({}) ", names.join(", ")));
        let mut unfit = None;
        let columns = &self.columns;
        insert.push_values(self.pending.drain(..), |mut values, row| {
            for column in columns {
                let given = row.get(&column.name).unwrap_or(&Value::Null);
                let fits = match column.kind {
                    Kind::Number => {
                        values.push_bind(given.as_i64());
                        given.is_i64()
                    }
                    Kind::Text => {
                        values.push_bind(given.as_str().map(str::to_owned));
                        given.is_string()
                    }
                    Kind::Bytes => {
                        let bytes = given.as_str().and_then(|text| BASE64.decode(text).ok());
                        let fits = bytes.is_some();
                        values.push_bind(bytes);
                        fits
                    }
                };
                if !fits && !given.is_null() {
                    unfit = Some(format!("column {:?} has a value of another kind", column.name));
                }
            }
        });
        if let Some(detail) = unfit {
            return Err(ArchiveError::Row { table, detail });
        }
        insert.build().execute(&mut *write).await?;
        Ok(())
    }
}

async fn columns(connection: &mut DbConnection, table: &str) -> Result<Vec<Column>> {
    let found: Vec<(String, String)> = sqlx::query_as(open::COLUMNS).bind(table).fetch_all(connection).await?;
    let kind = |kind: &str| match kind.to_ascii_lowercase().as_str() {
        "integer" | "bigint" => Some(Kind::Number),
        "text" => Some(Kind::Text),
        "blob" | "bytea" => Some(Kind::Bytes),
        _ => None,
    };
    let columns = found.into_iter().map(|(name, said)| match kind(&said) {
        Some(kind) => Ok(Column { name, kind }),
        None => Err(ArchiveError::Row { table: table.to_owned(), detail: format!("column {name:?} is {said}") }),
    });
    columns.collect()
}
