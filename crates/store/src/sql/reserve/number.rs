//! Certificate numbers: the sheet's, or the next one that nobody has.

use sqlx::{QueryBuilder, Row};

use super::super::{Db, DbConnection};
use crate::{IssuerId, NewCertificate, Numbering, Result, StoreError};

/// A certificate number and the count it was written from.
pub(super) struct Number {
    pub(super) text: String,
    pub(super) sequence: Option<String>,
    pub(super) at: Option<i64>,
}

/// Gives numbers to those who bring none.
pub(super) struct Counter<'a> {
    issuer: IssuerId,
    numbering: Numbering<'a>,
    next: u64,
    last: Option<String>,
}

impl<'a> Counter<'a> {
    pub(super) async fn begin(write: &mut DbConnection, issuer: IssuerId, numbering: Numbering<'a>) -> Result<Self> {
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
        Ok(Self { issuer, numbering, next, last: None })
    }

    /// A number for each, in their order.
    pub(super) async fn numbers_for(
        &mut self,
        write: &mut DbConnection,
        chunk: &[NewCertificate],
    ) -> Result<Vec<Number>> {
        let (next, last) = (self.next, self.last.clone());
        let numbers = chunk.iter().map(|person| self.write(person)).collect::<Result<Vec<_>>>()?;
        let drawn: Vec<&str> = numbers.iter().filter(|n| n.at.is_some()).map(|n| n.text.as_str()).collect();
        if drawn.is_empty() || !Self::any_is_used(write, &drawn).await? {
            return Ok(numbers);
        }
        // Somebody's sheet was there before: once more, looking at each.
        (self.next, self.last) = (next, last);
        let mut numbers = Vec::with_capacity(chunk.len());
        for person in chunk {
            let mut number = self.write(person)?;
            while number.at.is_some() && Self::any_is_used(write, &[&number.text]).await? {
                number = self.write(person)?;
            }
            numbers.push(number);
        }
        Ok(numbers)
    }

    /// The sheet's number, or the next one that the sheet gives to nobody else.
    fn write(&mut self, person: &NewCertificate) -> Result<Number> {
        if let Some(text) = &person.number {
            return Ok(Number { text: text.clone(), sequence: None, at: None });
        }
        let Some(sequence) = &self.numbering.sequence else {
            return Ok(Number { text: (self.numbering.write)(0, person), sequence: None, at: None });
        };
        loop {
            let at = self.next;
            self.next += 1;
            let text = (self.numbering.write)(at, person);
            // A pattern that does not show the count would be counted for ever.
            if self.last.as_ref() == Some(&text) {
                return Err(StoreError::Taken { what: "number", value: text });
            }
            self.last = Some(text.clone());
            if !self.numbering.given.contains(&text) {
                let at = Some(i64::try_from(at).unwrap_or(i64::MAX));
                return Ok(Number { text, sequence: Some(sequence.key.clone()), at });
            }
        }
    }

    /// Whoever issued it: an issuer that has moved to another host goes on with its numbers. (A condition on the issuer
    /// would also lead SQLite to the wrong index.)
    async fn any_is_used(write: &mut DbConnection, numbers: &[&str]) -> Result<bool> {
        let mut query = QueryBuilder::<Db>::new("SELECT 1 FROM certificates WHERE number IN (");
        let mut list = query.separated(", ");
        for number in numbers {
            list.push_bind((*number).to_owned());
        }
        query.push(") LIMIT 1");
        Ok(query.build().fetch_optional(write).await?.is_some())
    }

    /// Remembers how far the counter is.
    pub(super) async fn end(&self, write: &mut DbConnection) -> Result<()> {
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
