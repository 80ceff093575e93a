//! The dialogue with the mail server, cut where it matters: up to the end of `announce` nothing was sent and everything can be
//! tried again; from the first byte of `hand_over` on, only the server's answer tells whether it has the mail.

use std::path::Path;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use tokio::time::timeout;

use crate::bounds;
use crate::config::{self, MailSecurity};

/// Why a mail was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The server cannot be used now: no mail can be sent, and none has been tried.
    Server(String),
    /// Not this mail now (4xx).
    Later(String),
    /// This mail never (5xx).
    Never(String),
    /// The connection died while the server had the message in its hands.
    Unsure(String),
}

/// A connection to the mail server, used for one mail after the other.
pub(crate) struct Post {
    connection: AsyncSmtpConnection,
}

impl Post {
    /// Connects, protects the connection and signs in, as the settings say.
    pub(crate) async fn open(settings: &config::Mail, hello: &str, dir: &Path) -> Result<Self, Refused> {
        let opening = Self::greet(settings, hello, dir);
        match timeout(bounds::MAIL_CONNECT_TIME, opening).await {
            Ok(opened) => opened,
            Err(_) => Err(Refused::Server("the mail server does not answer".to_owned())),
        }
    }

    async fn greet(settings: &config::Mail, hello: &str, dir: &Path) -> Result<Self, Refused> {
        let server = |error: Error| Refused::Server(said(&error));
        let client = ClientId::Domain(hello.to_owned());
        let tls = match settings.security {
            MailSecurity::None => None,
            MailSecurity::StartTls | MailSecurity::Tls => Some(protection(settings, dir)?),
        };
        let first = tls.clone().filter(|_| settings.security == MailSecurity::Tls);
        let address = (settings.host.as_str(), settings.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(address, Some(bounds::MAIL_CONNECT_TIME), &client, first, None)
                .await
                .map_err(server)?;
        if let Some(tls) = tls.filter(|_| settings.security == MailSecurity::StartTls) {
            connection.starttls(tls, &client).await.map_err(server)?;
        }
        if !settings.user.is_empty() {
            let password = settings
                .password(dir)
                .map_err(|error| Refused::Server(format!("the password for the mail server is missing: {error}")))?;
            let credentials = Credentials::new(settings.user.clone(), password);
            connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await.map_err(server)?;
        }
        Ok(Self { connection })
    }

    /// Sender, recipient, and the question whether a message may come. Nothing is sent yet.
    pub(crate) async fn announce(&mut self, from: &Address, to: &Address) -> Result<(), Refused> {
        let mut parameters = Vec::new();
        let is_ascii = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
        if !is_ascii(from) || !is_ascii(to) {
            if !self.connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(Refused::Never("address".to_owned()));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        // The sender is ours: whatever is said about it holds for every mail.
        let mail = self.command(Mail::new(Some(from.clone()), parameters)).await;
        mail.map_err(|error| Refused::Server(said_or_late(error)))?;
        let rcpt = self.command(Rcpt::new(to.clone(), Vec::new())).await;
        rcpt.map_err(of_this_mail)?;
        self.command(Data).await.map_err(of_this_mail)
    }

    /// The message itself, in one write: with its end in another one, the network waits 40 ms for nothing (Nagle), and a
    /// process could die in between.
    pub(crate) async fn hand_over(&mut self, message: &str) -> Result<(), Refused> {
        match timeout(bounds::MAIL_MESSAGE_TIME, self.connection.command(transparent(message))).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.is_permanent() => Err(Refused::Never(said(&error))),
            Ok(Err(error)) if error.is_transient() => Err(Refused::Later(said(&error))),
            Ok(Err(error)) => Err(Refused::Unsure(said(&error))),
            Err(_) => Err(Refused::Unsure("the mail server does not answer".to_owned())),
        }
    }

    /// Takes back what was announced, so that the connection can be used again. `false`: it cannot.
    pub(crate) async fn start_over(&mut self) -> bool {
        self.command(Rset).await.is_ok()
    }

    /// Says goodbye.
    pub(crate) async fn close(mut self) {
        let _ = timeout(bounds::MAIL_CONNECT_TIME, self.connection.abort()).await;
    }

    /// `None`: no answer in its time.
    async fn command(&mut self, command: impl std::fmt::Display) -> Result<(), Option<Error>> {
        match timeout(bounds::MAIL_COMMAND_TIME, self.connection.command(command)).await {
            Ok(answer) => answer.map(drop).map_err(Some),
            Err(_) => Err(None),
        }
    }
}

/// A message as it goes over the wire (RFC 5321, 4.5.2): no line is a single dot but the last.
fn transparent(message: &str) -> String {
    let first = if message.starts_with('.') { "." } else { "" };
    let end = if message.ends_with("\r\n") { ".\r\n" } else { "\r\n.\r\n" };
    format!("{first}{}{end}", message.replace("\r\n.", "\r\n.."))
}

fn protection(settings: &config::Mail, dir: &Path) -> Result<TlsParameters, Refused> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(path) = settings.authorities(dir) {
        let pem = std::fs::read(&path).map_err(|error| Refused::Server(format!("{}: {error}", settings.ca_file)))?;
        let authority = Certificate::from_pem(&pem).map_err(|error| Refused::Server(said(&error)))?;
        builder = builder.add_root_certificate(authority);
    }
    builder.build_rustls().map_err(|error| Refused::Server(said(&error)))
}

/// A refusal at the recipient or before the message. 421 closes the connection: it is about the server, not this mail.
fn of_this_mail(error: Option<Error>) -> Refused {
    match error {
        Some(error) if error.is_permanent() => Refused::Never(said(&error)),
        Some(error) if error.is_transient() && !error.to_string().contains("421") => Refused::Later(said(&error)),
        other => Refused::Server(said_or_late(other)),
    }
}

fn said_or_late(error: Option<Error>) -> String {
    error.map_or_else(|| "the mail server does not answer".to_owned(), |error| said(&error))
}

/// The server's words without addresses, bounded.
fn said(error: &Error) -> String {
    let mut words = error.to_string();
    if let Some(cause) = std::error::Error::source(error)
        && !words.contains(&cause.to_string())
    {
        words = format!("{words}: {cause}");
    }
    without_addresses(&words)
}

/// Whatever looks like an address is left out: reasons are kept for longer than addresses.
fn without_addresses(words: &str) -> String {
    let kept: Vec<&str> = words.split_whitespace().map(|word| if word.contains('@') { "(…)" } else { word }).collect();
    kept.join(" ").chars().filter(|c| !c.is_control()).take(bounds::MAIL_REASON_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_is_a_line_with_a_single_dot() {
        assert_eq!(transparent("a\r\n.\r\n..b\r\n"), "a\r\n..\r\n...b\r\n.\r\n");
        assert_eq!(transparent(".a"), "..a\r\n.\r\n");
        assert_eq!(transparent(""), "\r\n.\r\n");
    }

    #[test]
    fn what_servers_say_is_kept_without_addresses() {
        let said = without_addresses("550 5.1.1 <ratna@contoh.example>: Recipient\r\n rejected ratna@contoh.example");
        assert_eq!(said, "550 5.1.1 (…) Recipient rejected (…)");
        assert_eq!(without_addresses(&"x".repeat(10_000)).len(), bounds::MAIL_REASON_CHARS);
    }
}
