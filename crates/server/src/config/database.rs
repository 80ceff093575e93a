//! `[database]`: where everything is remembered.

use serde::Deserialize;
use store::postgres::Address;

use super::ConfigError;
use super::fault::{expected, value};

/// `[database]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// Empty: SQLite, in the data directory. Else a PostgreSQL URL, without a password.
    pub url: String,
}

impl Database {
    /// A PostgreSQL database; `None` is SQLite.
    pub fn address(&self) -> Option<Address> {
        Address::parse(&self.url).ok()
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        // What was found is not repeated: there may be a password in it.
        let refused = |id, en| Err(value("database.url", "...", expected(id, en)));
        match Address::parse(&self.url) {
            Ok(address) if address.has_password() => refused(
                "URL tanpa kata sandi; kata sandi dibaca dari DATABASE_URL (URL lengkap), PGPASSWORD, atau ~/.pgpass",
                "a URL without a password; the password is read from DATABASE_URL (the whole URL), PGPASSWORD or ~/.pgpass",
            ),
            Err(_) if !self.url.is_empty() => refused(
                "kosong (SQLite), atau postgres://PENGGUNA@HOST/NAMA",
                "empty (SQLite), or postgres://USER@HOST/NAME",
            ),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Config;

    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::parse(text, Path::new("piagam.toml"))
    }

    #[test]
    fn a_databases_password_does_not_stand_in_the_settings() {
        let text = |url: &str| Config::first_on("http://localhost", url).unwrap();
        let config = parse(&text("postgres://piagam@db.example/piagam?sslmode=require")).unwrap();
        assert_eq!(
            config.database.address().unwrap().to_string(),
            "postgres://piagam@db.example/piagam?sslmode=require"
        );
        assert_eq!(parse(&text("")).unwrap().database.address(), None);
        for url in ["postgres://piagam:r4has1a@db.example/piagam", "sqlite:r4has1a.db", "\"r4has1a"] {
            let error = parse(&text(url)).unwrap_err();
            assert!(matches!(error, ConfigError::Value { key: "database.url", .. }), "{error}");
            assert!(!format!("{error} {error:?}").contains("r4has1a"), "{error}");
        }
    }
}
