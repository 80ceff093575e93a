//! The keys that sign: files `DIR/keys/k{n}.pem`, Ed25519 in encrypted PKCS#8 (RFC 8018, scrypt), readable by OpenSSL.
//!
//! Whoever signs is a [`Signer`]: bytes in, 64 bytes out, so that a token can join. The private half never leaves this
//! module's types, and none of them shows it in `Debug`.
//!
//! The example key (`keys-example/k1.pem`) is public on purpose. It is the only one that may lie unencrypted, and it
//! signs for `localhost` only.

mod error;
mod file;
mod ring;

use std::path::Path;

use jiff::Timestamp;
use store::{Issuer, KeyRole, Store};
use vc::{Key, VerificationMethod};

pub use error::{KeyringError, SignError};
pub use file::{KEYS_FOLDER, key_path};
pub use ring::Ring;

/// The published key, as it lies in the repository.
const EXAMPLE_KEY: &str = include_str!("../../../keys-example/k1.pem");

/// Key numbers fit the one byte that the carrying QR has for them (DESIGN 4); counting starts at 1.
pub const MAX_KEY_NUMBER: u32 = 255;

/// Something that signs: a key file, later a token.
pub trait Signer: Send + Sync {
    /// The method that verifies what this signs.
    fn method(&self) -> &VerificationMethod;

    /// The number in `#k{number}`.
    fn number(&self) -> u32;

    /// Ed25519 over these bytes.
    ///
    /// # Errors
    /// [`SignError`] when the token does not answer; a key file never fails.
    fn sign(&self, bytes: &[u8]) -> Result<[u8; 64], SignError>;
}

/// A key from a file, opened.
#[derive(Debug)]
pub struct FileSigner {
    number: u32,
    method: VerificationMethod,
    key: Key,
}

impl Signer for FileSigner {
    fn method(&self) -> &VerificationMethod {
        &self.method
    }

    fn number(&self) -> u32 {
        self.number
    }

    fn sign(&self, bytes: &[u8]) -> Result<[u8; 64], SignError> {
        Ok(self.key.sign(bytes))
    }
}

/// Makes a key for an issuer: the file first, then its public half in the store. The issuer's former key of that role
/// is retired; its file stays, and what it signed stays verifiable.
///
/// # Errors
/// [`KeyringError`]: an empty passphrase, a file or folder that cannot be written, no number left.
pub async fn make_key(
    store: &dyn Store,
    issuer: &Issuer,
    dir: &Path,
    role: KeyRole,
    passphrase: &str,
    rng: &mut (dyn rand::CryptoRng + Send),
    now: Timestamp,
) -> Result<store::PublicKey, KeyringError> {
    if passphrase.is_empty() {
        return Err(KeyringError::EmptyPassphrase);
    }
    let mut seed = [0; 32];
    rng.fill_bytes(&mut seed);
    let key = Key::from_seed(seed);
    let pem = file::encrypted(&key, passphrase, rng)?;
    add_key(store, issuer, dir, role, &key, &pem, now).await
}

/// Puts the published example key into an installation on this very machine.
///
/// # Errors
/// [`KeyringError::ExampleKey`] when the issuer's host is not `localhost`.
pub async fn install_example_key(
    store: &dyn Store,
    issuer: &Issuer,
    dir: &Path,
    now: Timestamp,
) -> Result<store::PublicKey, KeyringError> {
    let key = example_key();
    refuse_example_elsewhere(&key, &issuer.base_url)?;
    if let Some(known) = current(&store.public_keys(issuer.id).await?, KeyRole::Certificates)
        && known.multikey == key.public().multikey()
        && key_path(dir, known.number).exists()
    {
        return Ok(known.clone());
    }
    add_key(store, issuer, dir, KeyRole::Certificates, &key, EXAMPLE_KEY, now).await
}

/// Opens the issuer's current key of a role. `passphrase` may be `None` for the example key.
///
/// # Errors
/// [`KeyringError`] names the file, and what is wrong with it.
pub async fn open_signer(
    store: &dyn Store,
    issuer: &Issuer,
    dir: &Path,
    role: KeyRole,
    passphrase: Option<&str>,
) -> Result<FileSigner, KeyringError> {
    let keys = store.public_keys(issuer.id).await?;
    let known = current(&keys, role).ok_or_else(|| KeyringError::NoKey { role, did: issuer.did.clone() })?;
    let path = key_path(dir, known.number);
    let key = file::open(&path, passphrase)?;
    refuse_example_elsewhere(&key, &issuer.base_url)?;
    let found = key.public().multikey();
    if found != known.multikey {
        return Err(KeyringError::OtherKey { path, stored: known.multikey.clone(), found });
    }
    let method = VerificationMethod::did_web(&issuer.did, known.number, key.public());
    Ok(FileSigner { number: known.number, method, key })
}

/// Whether opening the current key of this role takes a passphrase: false for the example key, and when there is no
/// such file (opening it then says so).
pub async fn needs_passphrase(
    store: &dyn Store,
    issuer: &Issuer,
    dir: &Path,
    role: KeyRole,
) -> Result<bool, KeyringError> {
    let keys = store.public_keys(issuer.id).await?;
    let Some(known) = current(&keys, role) else { return Ok(false) };
    file::is_encrypted(&key_path(dir, known.number))
}

/// The key of a role that signs now: the newest one that is not retired.
pub fn current(keys: &[store::PublicKey], role: KeyRole) -> Option<&store::PublicKey> {
    keys.iter().filter(|key| key.role == role && key.retired_at.is_none()).max_by_key(|key| key.number)
}

async fn add_key(
    store: &dyn Store,
    issuer: &Issuer,
    dir: &Path,
    role: KeyRole,
    key: &Key,
    pem: &str,
    now: Timestamp,
) -> Result<store::PublicKey, KeyringError> {
    let known = store.public_keys(issuer.id).await?;
    let last = known.iter().map(|key| key.number).chain(file::numbers(dir)?).max().unwrap_or(0);
    if last >= MAX_KEY_NUMBER {
        return Err(KeyringError::NoNumberLeft { max: MAX_KEY_NUMBER });
    }
    let public = store::PublicKey {
        issuer: issuer.id,
        number: last + 1,
        role,
        multikey: key.public().multikey(),
        valid_from: now,
        retired_at: None,
    };
    file::write_new(&key_path(dir, public.number), pem)?;
    store.put_public_key(&public).await?;
    for former in known.iter().filter(|key| key.role == role && key.retired_at.is_none()) {
        store.retire_public_key(issuer.id, former.number, now).await?;
    }
    Ok(public)
}

fn example_key() -> Key {
    file::plain(EXAMPLE_KEY).expect("the key in the repository is well-formed: a test opens it")
}

/// The example key signs for this very machine only.
fn refuse_example_elsewhere(key: &Key, base_url: &str) -> Result<(), KeyringError> {
    if key.seed() == example_key().seed() && !is_this_machine(base_url) {
        return Err(KeyringError::ExampleKey { base_url: base_url.to_owned() });
    }
    Ok(())
}

/// Whether the host of a base URL is `localhost` or `127.0.0.1`, with any port.
pub fn is_this_machine(base_url: &str) -> bool {
    let host = base_url.split_once("://").map_or(base_url, |(_, rest)| rest);
    let host = host.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    host.eq_ignore_ascii_case("localhost") || host == "127.0.0.1"
}

#[cfg(test)]
mod tests;
