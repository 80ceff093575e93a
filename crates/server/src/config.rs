//! `DIR/piagam.toml`: what one installation is told about itself.
//!
//! Strict on purpose: a misspelt key is refused with its line, because a setting that silently does nothing is found
//! out on the day it was needed.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::bounds;

mod database;
mod fault;
mod mail;

pub use database::Database;
pub use fault::{ConfigError, Expected};
use fault::{expected, value};
pub use mail::{Mail, MailSecurity, PASSWORD_VARIABLE};

/// The file's name inside the data directory.
pub const FILE: &str = "piagam.toml";

/// More than this is no configuration of ours (bound on what is read into memory).
const MAX_CONFIG_BYTES: u64 = 256 * 1024;

/// Everything an installation is told, read once at start.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The public address, an origin without a path: `https://sertifikat.contoh.example`.
    pub base_url: String,
    /// The zone in which dates are written and read.
    #[serde(default = "default_zone")]
    pub zone: String,
    /// Who issues.
    pub issuer: Issuer,
    /// Where everything is remembered.
    #[serde(default)]
    pub database: Database,
    /// Where the service listens.
    #[serde(default)]
    pub server: Server,
    /// The machine interface.
    #[serde(default)]
    pub api: Api,
    /// How verification answers.
    #[serde(default)]
    pub verify: Verify,
    /// How often one client may ask for what is costly.
    #[serde(default)]
    pub limits: Limits,
    /// A static copy.
    #[serde(default)]
    pub site: StaticSite,
    /// Mails to graduates.
    #[serde(default)]
    pub mail: Mail,
}

/// `[issuer]`: the names people read, and where they ask.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// Name in Indonesian; stands in the credential.
    pub name_id: String,
    /// Name in English; the Indonesian one when empty.
    #[serde(default)]
    pub name_en: String,
    /// A short form for sentences, such as an abbreviation; the full name when empty.
    #[serde(default)]
    pub short: String,
    /// The issuer's own site; the base URL when empty.
    #[serde(default)]
    pub url: String,
    /// Where a verifier or graduate asks: an address, a telephone number, a mail address.
    #[serde(default)]
    pub contact: String,
}

/// `[server]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Socket address; need not match the base URL, a proxy may stand between.
    pub listen: SocketAddr,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
}

/// `[api]`: `POST /credentials/issue` is off until it is configured here.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Api {
    /// Switches `POST /credentials/issue` on.
    pub issue: bool,
    /// SHA-256 (hexadecimal) of each accepted bearer token; the token itself is stored nowhere.
    pub token_sha256: Vec<String>,
    /// Issues without a token; only for local tests, refused unless the host is `localhost`.
    pub local_without_token: bool,
    /// Under which DID the API's key signs.
    pub did: ApiDid,
}

/// The DID of the API's key. Neither is the certificates' DID: what others bring never passes for a certificate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum ApiDid {
    /// `did:key`: nothing to look up, and another DID with every new key.
    #[default]
    #[serde(rename = "key")]
    Key,
    /// `did:web:HOST:api`, with its document at `/api/did.json`: one DID for all keys with the role `api`.
    #[serde(rename = "web")]
    Web,
}

/// `[verify]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Verify {
    /// Status code of a failed `POST /credentials/verify`.
    pub http_status: HttpStatusStyle,
    /// DIDs beside our own that the pages accept as issuers.
    pub known_issuers: Vec<String>,
}

/// `[site]`: a static copy of everything public, refreshed by the service at every change.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StaticSite {
    /// Its folder; a relative one lies in the data directory. Empty: no copy is kept.
    pub folder: String,
    /// The public records of single certificates too: since when and why one was revoked or replaced.
    pub records: bool,
}

/// `[limits]`: how often a client address (of IPv6 a /64) may ask within a minute; 0 is no limit. An allowance refills
/// steadily, and all of it may be used at once.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// `POST /periksa`.
    pub uploads: u32,
    /// `POST /credentials/verify`, `POST /presentations/verify`, `GET /1.0/identifiers/{did}`.
    pub verifications: u32,
    /// `POST /credentials/issue`, `POST /credentials/status`.
    pub issuances: u32,
}

/// What HTTP status a credential that does not verify gets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum HttpStatusStyle {
    /// 400, as the public conformance suites ask.
    #[default]
    #[serde(rename = "4xx")]
    ClientError,
    /// 200 with `verified: false`, as the VCALM draft of August 2026 says.
    #[serde(rename = "200")]
    Ok,
}

impl Config {
    /// Reads and checks `DIR/piagam.toml`.
    pub fn load(dir: &Path) -> Result<Self, ConfigError> {
        let path = dir.join(FILE);
        let meta = match std::fs::metadata(&path) {
            Ok(meta) => meta,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Err(ConfigError::Missing(path)),
            Err(cause) => return Err(ConfigError::Io { path, cause }),
        };
        if meta.len() > MAX_CONFIG_BYTES {
            return Err(ConfigError::TooLarge { path, bytes: meta.len(), limit: MAX_CONFIG_BYTES });
        }
        let text = std::fs::read_to_string(&path).map_err(|cause| ConfigError::Io { path: path.clone(), cause })?;
        Self::parse(&text, &path)
    }

    /// The same from a text; `path` is only named in errors.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|e| ConfigError::Syntax {
            path: path.to_path_buf(),
            line: e.span().map_or(1, |span| line_of(text, span.start)),
            message: e.message().to_owned(),
        })?;
        config.check()?;
        Ok(config)
    }

    /// The text of a first configuration for `base_url`, on SQLite.
    pub fn first(base_url: &str) -> Result<String, ConfigError> {
        Self::first_on(base_url, "")
    }

    /// The same on a database: its URL without a password, or an empty text for SQLite.
    pub fn first_on(base_url: &str, database: &str) -> Result<String, ConfigError> {
        let base_url = base_url.strip_suffix('/').unwrap_or(base_url);
        let origin = Origin::parse(base_url)?;
        let port = if origin.is_local() { origin.port.unwrap_or(80) } else { 8080 };
        let database = toml::Value::from(database).to_string();
        let text = FIRST.replace("{base_url}", base_url).replace("{port}", &port.to_string());
        Ok(text.replace("{database}", &database))
    }

    /// Writes a configuration into `dir`, complete or not at all, for its owner only; an existing file stays as it is.
    pub fn write_new(dir: &Path, text: &str) -> Result<Self, ConfigError> {
        let path = dir.join(FILE);
        let config = Self::parse(text, &path)?;
        match issuer::durable::write_new(&path, text.as_bytes()) {
            Ok(()) => Ok(config),
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Err(ConfigError::Exists(path)),
            Err(cause) => Err(ConfigError::Io { path, cause }),
        }
    }

    /// Host and port as people see them in the address bar.
    pub fn host(&self) -> &str {
        self.base_url.split_once("://").map_or(self.base_url.as_str(), |(_, rest)| rest)
    }

    /// A test installation: its pages wear the *UJI COBA* band. Every other one is production.
    pub fn is_local(&self) -> bool {
        Origin::parse(&self.base_url).is_ok_and(|origin| origin.is_local())
    }

    /// The zone in which dates are shown.
    pub fn time_zone(&self) -> TimeZone {
        TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let origin = Origin::parse(&self.base_url)?;
        if TimeZone::get(&self.zone).is_err() {
            return Err(value(
                "zone",
                &self.zone,
                expected(
                    "zona IANA, misalnya Asia/Jakarta, Asia/Makassar, Asia/Jayapura",
                    "an IANA zone such as Asia/Jakarta, Asia/Makassar, Asia/Jayapura",
                ),
            ));
        }
        if self.issuer.name_id.trim().is_empty() {
            return Err(value(
                "issuer.name_id",
                &self.issuer.name_id,
                expected("nama penerbit, tidak boleh kosong", "the issuer's name must not be empty"),
            ));
        }
        if !self.issuer.url.is_empty()
            && !self.issuer.url.starts_with("https://")
            && !self.issuer.url.starts_with("http://")
        {
            return Err(value(
                "issuer.url",
                &self.issuer.url,
                expected("alamat yang diawali https://", "an address that starts with https://"),
            ));
        }
        self.database.check()?;
        for hash in &self.api.token_sha256 {
            if hash.len() != 64 || !hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
                return Err(value(
                    "api.token_sha256",
                    hash,
                    expected(
                        "64 angka heksadesimal huruf kecil, yaitu SHA-256 sebuah token",
                        "64 hexadecimal digits in lower case, the SHA-256 of a token",
                    ),
                ));
            }
        }
        if self.api.local_without_token && !origin.is_local() {
            return Err(value(
                "api.local_without_token",
                "true",
                expected(
                    "false, kecuali bila host pada base_url adalah localhost",
                    "only allowed while the host of base_url is localhost",
                ),
            ));
        }
        if self.api.issue && self.api.token_sha256.is_empty() && !self.api.local_without_token {
            return Err(value(
                "api.issue",
                "true",
                expected(
                    "false, atau disertai sekurang-kurangnya satu api.token_sha256",
                    "needs at least one api.token_sha256",
                ),
            ));
        }
        for did in &self.verify.known_issuers {
            if !did.starts_with("did:web:") && !did.starts_with("did:key:") {
                return Err(value(
                    "verify.known_issuers",
                    did,
                    expected("DID yang diawali did:web: atau did:key:", "a DID that starts with did:web: or did:key:"),
                ));
            }
        }
        self.mail.check()
    }
}

impl StaticSite {
    /// The folder, when a copy is kept, of an installation in `dir`.
    pub fn folder(&self, dir: &Path) -> Option<PathBuf> {
        (!self.folder.is_empty()).then(|| dir.join(&self.folder))
    }
}

impl Issuer {
    /// The short form, or the whole name where none was set.
    pub fn short(&self) -> &str {
        if self.short.is_empty() { &self.name_id } else { &self.short }
    }

    /// The English name, or the Indonesian one where none was set.
    pub fn english(&self) -> &str {
        if self.name_en.is_empty() { &self.name_id } else { &self.name_en }
    }
}

impl Default for Server {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 8080)), trusted_proxies: Vec::new() }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            uploads: bounds::UPLOADS_A_MINUTE,
            verifications: bounds::VERIFICATIONS_A_MINUTE,
            issuances: bounds::ISSUANCES_A_MINUTE,
        }
    }
}

fn default_zone() -> String {
    "Asia/Jakarta".into()
}

/// `scheme://host[:port]`, taken apart.
struct Origin<'a> {
    host: &'a str,
    port: Option<u16>,
}

impl<'a> Origin<'a> {
    fn parse(url: &'a str) -> Result<Self, ConfigError> {
        let bad = |expected| Err(value("base_url", url, expected));
        let (secure, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => return bad(expected("alamat yang diawali https://", "an address that starts with https://")),
        };
        if rest.contains(['/', '?', '#', '@']) {
            return bad(expected(
                "skema, host, dan port saja, tanpa jalur dan tanpa garis miring di akhir",
                "an origin only: scheme, host and port, without a path and without a final slash",
            ));
        }
        let (host, port) = match rest.split_once(':') {
            None => (rest, None),
            Some((host, digits)) => match digits.parse() {
                Ok(port) => (host, Some(port)),
                Err(_) => {
                    return bad(expected(
                        "port antara 1 dan 65535 sesudah titik dua",
                        "a port between 1 and 65535 after the colon",
                    ));
                }
            },
        };
        let lower = host.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-'));
        if host.is_empty() || !lower {
            return bad(expected(
                "nama host dari huruf kecil, angka, titik, dan tanda hubung",
                "a host name in lower-case letters, digits, dots and hyphens",
            ));
        }
        let origin = Self { host, port };
        if !secure && !origin.is_local() {
            return bad(expected(
                "https:// untuk setiap host selain localhost",
                "https:// for every host but localhost",
            ));
        }
        Ok(origin)
    }

    fn is_local(&self) -> bool {
        self.host == "localhost"
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|b| **b == b'\n').count() + 1
}

/// What `piagam init` writes.
const FIRST: &str = r#"# Piagam: settings of this installation. A misspelt key is refused with its line.

# The public address: an origin without a path. https, unless the host is localhost (a test installation).
base_url = "{base_url}"

# The zone in which dates are written and read: Asia/Jakarta (WIB), Asia/Makassar (WITA), Asia/Jayapura (WIT).
zone = "Asia/Jakarta"

[issuer]
name_id = "Lembaga Contoh"
name_en = "Example Agency"
# A short form for sentences; the full name when empty.
short = ""
# The issuer's own site; base_url when empty.
url = ""
# Where verifiers and graduates ask; shown on the help page.
contact = ""

[database]
# Empty: SQLite, the file piagam.db in this folder. PostgreSQL: postgres://USER@HOST/NAME, without a password: that is read
# from the environment, DATABASE_URL (the whole URL, which then counts instead of this one) or PGPASSWORD, or from ~/.pgpass.
url = {database}

[server]
listen = "127.0.0.1:{port}"
# Addresses of proxies whose X-Forwarded-For is believed. Without them everybody behind a proxy is one client (limits).
trusted_proxies = []

[limits]
# How often one client address may ask within a minute; an office behind one address shares it. 0: no limit.
uploads = 300
verifications = 3000
issuances = 3000

[api]
# POST /credentials/issue signs with its own key (role api), never with the certificates' key.
issue = false
# printf %s TOKEN | sha256sum
token_sha256 = []
# For local tests only; refused unless the host of base_url is localhost.
local_without_token = false
# Who signs: "key" (did:key, another one with every new key) or "web" (did:web:HOST:api, at /api/did.json).
did = "key"

[verify]
# "4xx": a credential that fails gets 400. "200": it gets 200 with verified: false (VCALM draft).
http_status = "4xx"
# DIDs beside our own whose certificates the pages accept.
known_issuers = []

[site]
# A static copy of everything public, kept up to date by the service: a folder, in this one or absolute. Empty: none.
folder = ""
# The public records of single certificates too: since when and why one was revoked or replaced.
records = false

[mail]
# The mail server that takes mails to graduates. Empty: no mails.
host = ""
port = 587
# "starttls", "tls" (from the first byte), or "none" (only where host is localhost).
security = "starttls"
# Who writes: Example Agency <certificates@example.example>
sender = ""
# The user at the mail server; empty: it asks for none. The password stands in the environment as PIAGAM_MAIL_PASSWORD, or
# in this file (in this folder, or absolute).
user = ""
password_file = ""
# Further certificates (PEM) that may vouch for the mail server: an agency's own authority.
ca_file = ""
"#;

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::parse(text, Path::new("piagam.toml"))
    }

    fn with(base_url: &str, rest: &str) -> Result<Config, ConfigError> {
        parse(&format!("base_url = \"{base_url}\"\n{rest}\n[issuer]\nname_id = \"Lembaga Contoh\"\n"))
    }

    #[test]
    fn the_first_file_reads_back() {
        let dir = tempfile::tempdir().unwrap();
        let written = Config::write_new(dir.path(), &Config::first("http://localhost:8081/").unwrap()).unwrap();
        assert_eq!(written.base_url, "http://localhost:8081");
        assert_eq!(written.server.listen.port(), 8081);
        assert!(written.is_local());
        let read = Config::load(dir.path()).unwrap();
        assert_eq!(read.host(), "localhost:8081");
        let other = Config::first("http://localhost").unwrap();
        assert!(matches!(Config::write_new(dir.path(), &other), Err(ConfigError::Exists(_))));
    }

    #[test]
    fn the_first_file_names_every_key() {
        let first = Config::first("http://localhost").unwrap();
        let sections = ["issuer", "database", "server", "limits", "api", "verify", "site", "mail"];
        let mut texts = vec![format!("unknown = 1\n{first}")];
        texts.extend(sections.map(|name| first.replace(&format!("[{name}]\n"), &format!("[{name}]\nunknown = 1\n"))));
        for text in texts {
            // The parser tells which keys it knows.
            let ConfigError::Syntax { message, .. } = parse(&text).unwrap_err() else { panic!("{text}") };
            let known: Vec<&str> = message.split('`').skip(3).step_by(2).collect();
            assert!(!known.is_empty(), "{message}");
            for key in known {
                let written =
                    first.lines().any(|line| line.starts_with(&format!("{key} = ")) || line == format!("[{key}]"));
                assert!(written, "{key}");
            }
        }
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        let error = with("http://localhost", "zona = \"Asia/Jakarta\"").unwrap_err();
        assert!(matches!(&error, ConfigError::Syntax { line: 2, message, .. } if message.contains("zona")), "{error}");
        assert!(error.next().contains("line 2"));
    }

    #[test]
    fn production_is_https_and_an_origin() {
        for bad in [
            "http://sertifikat.contoh.example",
            "https://sertifikat.contoh.example/",
            "https://sertifikat.contoh.example/x",
            "https://Sertifikat.contoh.example",
            "https://user@contoh.example",
            "https://contoh.example:99999",
            "http://localhost.contoh.example",
            "contoh.example",
            "https://",
        ] {
            assert!(matches!(with(bad, ""), Err(ConfigError::Value { key: "base_url", .. })), "{bad}");
        }
        assert!(!with("https://sertifikat.contoh.example", "").unwrap().is_local());
        assert!(with("https://sertifikat.contoh.example:8443", "").is_ok());
    }

    #[test]
    fn issuing_without_a_token_stays_at_home() {
        let text = |base: &str, api: &str| format!("base_url = \"{base}\"\n[issuer]\nname_id = \"L\"\n[api]\n{api}\n");
        let local = "issue = true\nlocal_without_token = true";
        assert!(parse(&text("http://localhost:8080", local)).is_ok());
        assert!(parse(&text("https://contoh.example", local)).is_err());
        assert!(parse(&text("https://contoh.example", "issue = true")).is_err());
        let hashed = format!("issue = true\ntoken_sha256 = [\"{}\"]", "ab".repeat(32));
        assert!(parse(&text("https://contoh.example", &hashed)).is_ok());
        assert!(parse(&text("https://contoh.example", "token_sha256 = [\"geheim\"]")).is_err());
    }

    #[test]
    fn a_huge_or_missing_file_is_an_error_of_its_own() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(Config::load(dir.path()), Err(ConfigError::Missing(_))));
        std::fs::write(dir.path().join(FILE), vec![b'#'; 300 * 1024]).unwrap();
        assert!(matches!(Config::load(dir.path()), Err(ConfigError::TooLarge { .. })));
    }
}
