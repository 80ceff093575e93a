//! `[mail]`: the server that takes our mails.

use std::path::{Path, PathBuf};

use lettre::message::Mailbox;
use serde::Deserialize;

use super::fault::{ConfigError, expected, value};

/// Where the password stands, when it stands in the environment.
pub const PASSWORD_VARIABLE: &str = "PIAGAM_MAIL_PASSWORD";

/// A longer file is no password.
const MAX_SECRET_BYTES: u64 = 4 * 1024;

/// `[mail]`. Without a host no mails are sent.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    /// The mail server. Empty: no mails.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: MailSecurity,
    /// Who writes: `Lembaga Contoh <sertifikat@contoh.example>`.
    pub sender: String,
    /// The user at the mail server; empty: it asks for none.
    pub user: String,
    /// A file with the password, in the data directory or absolute. The environment's [`PASSWORD_VARIABLE`] wins.
    pub password_file: String,
    /// A file with further certificates (PEM) that may vouch for the mail server.
    pub ca_file: String,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailSecurity {
    /// TLS after a greeting in the clear; without it nothing is sent.
    #[default]
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// None: only to this machine.
    None,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 587,
            security: MailSecurity::default(),
            sender: String::new(),
            user: String::new(),
            password_file: String::new(),
            ca_file: String::new(),
        }
    }
}

impl Mail {
    /// Mails are sent.
    pub fn is_on(&self) -> bool {
        !self.host.is_empty()
    }

    /// Who writes; `None` when no mails are sent.
    pub(crate) fn mailbox(&self) -> Option<Mailbox> {
        self.sender.parse().ok()
    }

    /// The password, read anew each time: a file may be replaced while the service runs.
    ///
    /// # Errors
    /// The file cannot be read, or is no password.
    pub(crate) fn password(&self, dir: &Path) -> std::io::Result<String> {
        if let Ok(password) = std::env::var(PASSWORD_VARIABLE)
            && !password.is_empty()
        {
            return Ok(password);
        }
        Ok(secret(&dir.join(&self.password_file))?.trim_end_matches(['\r', '\n']).to_owned())
    }

    /// Further certificates, when there are some.
    pub(crate) fn authorities(&self, dir: &Path) -> Option<PathBuf> {
        (!self.ca_file.is_empty()).then(|| dir.join(&self.ca_file))
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if !self.is_on() {
            return Ok(());
        }
        let here = ["localhost", "127.0.0.1", "::1"].contains(&self.host.as_str());
        if self.security == MailSecurity::None && !here {
            return Err(value(
                "mail.security",
                "none",
                expected(
                    "starttls atau tls, kecuali bila mail.host adalah localhost",
                    "starttls or tls, unless mail.host is localhost",
                ),
            ));
        }
        // An IPv6 address has several colons, a host with its port one.
        let has_port = self.host.matches(':').count() == 1;
        if has_port || self.host.chars().any(|c| c.is_whitespace() || c == '/') || self.port == 0 {
            return Err(value(
                "mail.host",
                &self.host,
                expected("nama host server surel, tanpa port", "the mail server's host name, without its port"),
            ));
        }
        if self.mailbox().is_none() {
            return Err(value(
                "mail.sender",
                &self.sender,
                expected(
                    "nama dan alamat, misalnya Lembaga Contoh <sertifikat@contoh.example>",
                    "a name and an address, such as Example Agency <certificates@example.example>",
                ),
            ));
        }
        Ok(())
    }
}

fn secret(path: &Path) -> std::io::Result<String> {
    if std::fs::metadata(path)?.len() > MAX_SECRET_BYTES {
        return Err(std::io::Error::other("the password file is too large"));
    }
    std::fs::read_to_string(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn with(mail: &str) -> Result<Config, ConfigError> {
        let text = format!("base_url = \"http://localhost\"\n[issuer]\nname_id = \"L\"\n[mail]\n{mail}\n");
        Config::parse(&text, Path::new("piagam.toml"))
    }

    #[test]
    fn a_connection_in_the_clear_stays_on_this_machine() {
        let sender = "sender = \"Lembaga Contoh <sertifikat@contoh.example>\"";
        for (mail, fine) in [
            ("", true),
            ("host = \"localhost\"\nsecurity = \"none\"", true),
            ("host = \"surel.contoh.example\"\nsecurity = \"none\"", false),
            ("host = \"surel.contoh.example\"", true),
            ("host = \"surel.contoh.example\"\nsecurity = \"tls\"\nport = 465", true),
            ("host = \"surel.contoh.example\"\nsecurity = \"ssl\"", false),
            ("host = \"surel.contoh.example:587\"", false),
            ("host = \"surel contoh\"", false),
        ] {
            assert_eq!(with(&format!("{mail}\n{sender}")).is_ok(), fine, "{mail}");
        }
        assert!(matches!(
            with("host = \"localhost\"\nsecurity = \"none\"\nsender = \"tanpa alamat\""),
            Err(ConfigError::Value { key: "mail.sender", .. })
        ));
        assert!(!with("").unwrap().mail.is_on());
    }

    #[test]
    fn the_password_comes_from_a_file_and_is_never_shown() {
        let dir = tempfile::tempdir().unwrap();
        let config = with(
            "host = \"localhost\"\nsecurity = \"none\"\nsender = \"a@contoh.example\"\nuser = \"piagam\"\npassword_file = \"surel.txt\"",
        )
        .unwrap();
        assert!(config.mail.password(dir.path()).is_err());
        std::fs::write(dir.path().join("surel.txt"), "kata sandi rahasia\n").unwrap();
        assert_eq!(config.mail.password(dir.path()).unwrap(), "kata sandi rahasia");
        assert!(!format!("{config:?}").contains("rahasia"));
        std::fs::write(dir.path().join("surel.txt"), vec![b'x'; 10_000]).unwrap();
        assert!(config.mail.password(dir.path()).is_err());
    }
}
