//! `piagam keys`: making the keys that sign, and looking at them.

use crate::failure::{Failure, OTHER, USAGE};
use crate::installation::{self, Installation};
use clap::{Args, Subcommand, ValueEnum};
use issuer::keyring::{self, KeyringError};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use store::KeyRole;
use vc::Lang;

/// The environment variable that holds the passphrase where nobody can be asked.
pub(crate) const PASSPHRASE: &str = "PIAGAM_PASSPHRASE";

/// Makes and lists signing keys.
#[derive(Debug, Args)]
pub(crate) struct Keys {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Makes a new key; the former one of that role is retired and stays published
    #[command(after_help = "Examples:\n  piagam keys new --dir DIR\n  \
        PIAGAM_PASSPHRASE=... piagam keys new --dir DIR </dev/null\n\n\
        The file DIR/keys/k{n}.pem is encrypted (PKCS#8, scrypt). Keep a copy of it and of the passphrase apart from \
        the data; without them nothing can be signed again.")]
    New {
        /// The data directory
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
        /// What the key signs
        #[arg(long, value_enum, default_value = "certificates")]
        role: Role,
    },
    /// Lists the public keys with their windows
    List {
        /// The data directory
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Role {
    /// Certificates, status lists, records
    Certificates,
    /// What POST /credentials/issue is asked to sign
    Api,
}

impl Keys {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        match self.command {
            KeysCommand::New { dir, role } => new(&installation::open(&dir).await?, role).await,
            KeysCommand::List { dir } => list(&installation::open(&dir).await?).await,
        }
    }
}

async fn new(installation: &Installation, role: Role) -> Result<ExitCode, Failure> {
    let passphrase = new_passphrase()?;
    let issuer = installation.issuer().await?;
    let role = match role {
        Role::Certificates => KeyRole::Certificates,
        Role::Api => KeyRole::Api,
    };
    let now = jiff::Timestamp::now();
    let store = installation.store.as_ref();
    let key =
        keyring::make_key(store, &issuer, &installation.dir, role, &passphrase, &mut installation::rng(), now).await?;
    let path = keyring::key_path(&installation.dir, key.number);
    anstream::println!("Kunci baru / new key: {}#k{}", issuer.did, key.number);
    anstream::println!("  {}", key.multikey);
    anstream::println!("  Simpan salinan berkas ini dan kata sandinya di tempat lain: {}", path.display());
    anstream::println!("  Keep a copy of that file and its passphrase somewhere else.");
    Ok(ExitCode::SUCCESS)
}

async fn list(installation: &Installation) -> Result<ExitCode, Failure> {
    let issuer = installation.issuer().await?;
    let keys = installation.store.public_keys(issuer.id).await?;
    if keys.is_empty() {
        anstream::eprintln!("Belum ada kunci. Buat dengan `piagam keys new`.");
        anstream::eprintln!("There is no key yet. Make one with `piagam keys new`.");
    }
    for key in keys {
        let role = match key.role {
            KeyRole::Certificates => "certificates",
            KeyRole::Api => "api",
        };
        let until = key.retired_at.map_or_else(|| "...".to_owned(), vc::date_time_stamp);
        let from = vc::date_time_stamp(key.valid_from);
        anstream::println!("{}#k{}  {role:<12}  {from} - {until}  {}", issuer.did, key.number, key.multikey);
    }
    Ok(ExitCode::SUCCESS)
}

/// A passphrase for a new key: from the environment, else asked twice on a terminal.
fn new_passphrase() -> Result<String, Failure> {
    if let Some(given) = from_environment() {
        return Ok(given);
    }
    let first = ask("Kata sandi kunci / passphrase: ")?;
    let second = ask("Ulangi / again: ")?;
    match first == second {
        true => Ok(first),
        false => Err(Failure::new(
            USAGE,
            ("Kedua kata sandi berbeda.", "Ulangi perintah ini."),
            ("The two passphrases differ.", "Run the command again."),
        )),
    }
}

/// The passphrases of existing keys: from the environment, and those typed in this run.
#[derive(Default)]
pub(crate) struct Passphrases {
    typed: Vec<String>,
}

impl Passphrases {
    /// Those to try on `keys/k{number}.pem`, the likeliest first. Its own variable comes first: a key from before a move
    /// may have another passphrase.
    pub(crate) fn for_key(&self, number: u32) -> Vec<String> {
        let own = environment(&format!("{PASSPHRASE}_K{number}"));
        own.into_iter().chain(from_environment()).chain(self.typed.iter().cloned()).collect()
    }

    /// Asks for one more, on a terminal.
    pub(crate) fn ask(&mut self) -> Result<(), Failure> {
        self.typed.push(ask("Kata sandi kunci / passphrase: ")?);
        Ok(())
    }

    /// Whether there is somebody to ask.
    pub(crate) fn can_ask() -> bool {
        std::io::stdin().is_terminal()
    }
}

fn from_environment() -> Option<String> {
    environment(PASSPHRASE)
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn ask(prompt: &str) -> Result<String, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new(
            USAGE,
            ("Kata sandi kunci diperlukan, tetapi tidak ada terminal.", format!("Isi variabel {PASSPHRASE}.")),
            ("The key's passphrase is needed, and there is no terminal to ask on.", format!("Set {PASSPHRASE}.")),
        ));
    }
    rpassword::prompt_password(prompt).map_err(|error| Failure::system("terminal", &error))
}

impl From<KeyringError> for Failure {
    fn from(error: KeyringError) -> Self {
        Self::new(OTHER, error.words(Lang::Id), error.words(Lang::En))
    }
}
