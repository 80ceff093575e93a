//! What can be wrong with a key, and what to do next.

use std::path::PathBuf;

use store::{KeyRole, StoreError};

/// Why a key cannot be made or opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyringError {
    /// The issuer has no key of this role.
    #[error("{did} has no key for {}", role.code())]
    NoKey {
        /// What the key should sign.
        role: KeyRole,
        /// The issuer.
        did: String,
    },
    /// The key of the address that a certificate was issued under is not among those at hand.
    #[error("the certificate was issued under another address, whose key is not open")]
    NotOpen,
    /// The file of a known key is not there.
    #[error("the key file {path} is missing")]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The file cannot be read.
    #[error("the key file {path} cannot be read: {detail}")]
    CannotRead {
        /// The file.
        path: PathBuf,
        /// The system's words.
        detail: String,
    },
    /// The file cannot be written.
    #[error("the key file {path} cannot be written: {detail}")]
    CannotWrite {
        /// The file.
        path: PathBuf,
        /// The system's words.
        detail: String,
    },
    /// A key file of this number is there already.
    #[error("the key file {path} exists already")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Others may read the file.
    #[error("the key file {path} can be read by others (mode {mode:04o}, expected 0600)")]
    TooOpen {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file is no key.
    #[error("{path} is no key file: {detail}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// A key lies unencrypted.
    #[error("the key in {path} is not encrypted")]
    Unencrypted {
        /// The file.
        path: PathBuf,
    },
    /// The key is encrypted and no passphrase was given.
    #[error("the key in {path} is encrypted and no passphrase was given")]
    PassphraseNeeded {
        /// The file.
        path: PathBuf,
    },
    /// The passphrase does not open the key.
    #[error("the passphrase does not open {path}")]
    WrongPassphrase {
        /// The file.
        path: PathBuf,
    },
    /// A new key needs a passphrase.
    #[error("the passphrase is empty")]
    EmptyPassphrase,
    /// The file holds another key than the store knows under this number.
    #[error("{path} holds {found}, but the issuer's published key of that number is {stored}")]
    OtherKey {
        /// The file.
        path: PathBuf,
        /// The public key that is published.
        stored: String,
        /// The public key of the file.
        found: String,
    },
    /// The example key was to sign for a public host.
    #[error("the example key is public: it signs for localhost only, not for {base_url}")]
    ExampleKey {
        /// The issuer's base URL.
        base_url: String,
    },
    /// All numbers are given.
    #[error("all {max} key numbers are used")]
    NoNumberLeft {
        /// The highest number.
        max: u32,
    },
    /// The key could not be encrypted.
    #[error("the key cannot be encrypted: {detail}")]
    CannotEncrypt {
        /// The library's words.
        detail: String,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl KeyringError {
    /// What to do next: the second line of every message.
    pub fn next(&self) -> &'static str {
        match self {
            Self::NoKey { .. } => "Make one with `piagam keys new --dir DIR`.",
            Self::NotOpen => {
                "See that the key file of that address is in DIR/keys; where its passphrase differs, set \
                 PIAGAM_PASSPHRASE_K1 (for k1.pem), then run the same command again."
            }
            Self::Missing { .. } => {
                "Put the file back from your own copy, or make a new key with `piagam keys new --dir DIR`; \
                 what the lost one signed stays verifiable."
            }
            Self::CannotRead { .. } => "Give the user that runs piagam the right to read the file.",
            Self::CannotWrite { .. } => {
                "Give the user that runs piagam the right to write the folder, and see that the disk has room."
            }
            Self::Exists { .. } => "Run the same command again: it takes the next number.",
            Self::TooOpen { .. } => {
                "Run `chmod 600` on it; if others have had access to it, make a new key with `piagam keys new`."
            }
            Self::Malformed { .. } => "Put the right file there, or make a new key with `piagam keys new --dir DIR`.",
            Self::Unencrypted { .. } => {
                "Encrypt it: `openssl pkcs8 -topk8 -scrypt -in OLD -out NEW`, or make a new key with `piagam keys new --dir DIR`."
            }
            Self::PassphraseNeeded { .. } => "Type it at the prompt, or set PIAGAM_PASSPHRASE.",
            Self::WrongPassphrase { .. } => {
                "Try again; nobody can recover a lost passphrase, but a new key can be made with `piagam keys new`."
            }
            Self::EmptyPassphrase => "Choose a passphrase, best of several words, and keep it apart from the key.",
            Self::OtherKey { .. } => "Put the right file back, or make a new key with `piagam keys new --dir DIR`.",
            Self::ExampleKey { .. } => "Make a real key with `piagam keys new --dir DIR`.",
            Self::NoNumberLeft { .. } => "Begin a new issuer under another base URL.",
            Self::CannotEncrypt { .. } => "Try again; if it stays so, report it to the makers of piagam.",
            Self::Store(error) => error.next(),
        }
    }
}

/// Why a signer did not sign.
#[derive(Debug, thiserror::Error)]
#[error("{method} did not sign: {detail}")]
pub struct SignError {
    /// The method that should have.
    pub method: String,
    /// The signer's words.
    pub detail: String,
}

impl SignError {
    /// What to do next.
    pub fn next(&self) -> &'static str {
        "See that the token is there and answers, then run the same command again: it continues where it stopped."
    }
}
