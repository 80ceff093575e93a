//! Where a database is: a URL, which may hold a password and then is shown to nobody.

use std::fmt;
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;

use crate::{Result, StoreError};

/// The schemes of a PostgreSQL URL.
const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

/// Where a PostgreSQL database is. Shown and printed without its password.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    whole: String,
    shown: String,
}

impl Address {
    /// Reads a URL: `postgres://USER@HOST/NAME`, with `?sslmode=...` and the other parameters of libpq. What it leaves out
    /// comes from the environment (`PGPASSWORD`, ...) and `~/.pgpass`.
    ///
    /// # Errors
    /// [`StoreError::Address`], without the text.
    pub fn parse(text: &str) -> Result<Self> {
        let refused = |detail: &str| Err(StoreError::Address { detail: detail.to_owned() });
        if !SCHEMES.iter().any(|scheme| text.starts_with(scheme)) {
            return refused("it does not begin with postgres://");
        }
        if let Err(error) = PgConnectOptions::from_str(text) {
            return refused(&error.to_string());
        }
        Ok(Self { whole: text.to_owned(), shown: without_password(text) })
    }

    /// The URL without its password.
    pub fn without_password(&self) -> &str {
        &self.shown
    }

    /// The URL has a password in it.
    pub fn has_password(&self) -> bool {
        self.whole != self.shown
    }

    pub(super) fn options(&self) -> PgConnectOptions {
        // Read once already.
        PgConnectOptions::from_str(&self.whole).unwrap_or_default()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Address").field(&self.shown).finish()
    }
}

/// A password stands behind the user's name, or among the parameters.
fn without_password(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    let authority = match authority.rsplit_once('@') {
        Some((user, host)) => format!("{}@{host}", user.split(':').next().unwrap_or_default()),
        None => authority.to_owned(),
    };
    let (path, query) = rest.split_once('?').map_or((rest, None), |(path, query)| (path, Some(query)));
    let kept = query.map(|query| query.split('&').filter(|pair| !is_password(pair)).collect::<Vec<_>>().join("&"));
    match kept.as_deref() {
        None | Some("") => format!("{scheme}://{authority}{path}"),
        Some(query) => format!("{scheme}://{authority}{path}?{query}"),
    }
}

fn is_password(pair: &str) -> bool {
    pair.split('=').next().is_some_and(|key| key.eq_ignore_ascii_case("password") || key.contains('%'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_shown_to_nobody() {
        for (url, shown) in [
            ("postgres://piagam:r4has1a@db.example/piagam", "postgres://piagam@db.example/piagam"),
            (
                "postgresql://piagam:r4has1a@db.example:5433/p?sslmode=require",
                "postgresql://piagam@db.example:5433/p?sslmode=require",
            ),
            ("postgres://piagam:r4h%40s1a@[::1]:5432/p", "postgres://piagam@[::1]:5432/p"),
            (
                "postgres://db.example/p?user=x&password=r4has1a&sslmode=disable",
                "postgres://db.example/p?user=x&sslmode=disable",
            ),
            ("postgres:///p?p%61ssword=r4has1a", "postgres:///p"),
        ] {
            let address = Address::parse(url).unwrap();
            assert!(address.has_password());
            assert_eq!(address.to_string(), shown);
            assert!(!format!("{address:?}").contains("r4has1a"));
        }
        let without = Address::parse("postgres:///piagam?host=/run/postgresql").unwrap();
        assert!(!without.has_password());
        assert_eq!(without.without_password(), "postgres:///piagam?host=/run/postgresql");
    }

    #[test]
    fn what_is_no_address_is_refused_without_repeating_it() {
        for url in
            ["", "mysql://x:r4has1a@h/d", "postgres://x:r4/has1a@h/d", "postgres://h/d?sslmode=r4has1a&password=geheim"]
        {
            let error = Address::parse(url).unwrap_err();
            assert!(matches!(error, StoreError::Address { .. }), "{error}");
            assert!(!error.to_string().contains("geheim") && !error.to_string().contains("has1a@"), "{error}");
        }
    }
}
