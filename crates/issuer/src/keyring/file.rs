//! Key files: PKCS#8 in PEM, encrypted with scrypt and AES-256-CBC.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use ed25519::KeypairBytes;
use ed25519::pkcs8::EncodePrivateKey;
use pkcs8::der::pem::PemLabel;
use pkcs8::pkcs5::pbes2::{Kdf, Parameters};
use pkcs8::pkcs5::{self, EncryptionScheme};
use pkcs8::{
    DecodePrivateKey, EncryptedPrivateKeyInfoOwned, EncryptedPrivateKeyInfoRef, LineEnding, PrivateKeyInfoRef,
    SecretDocument,
};
use rand::CryptoRng;
use vc::Key;

use super::{KeyringError, MAX_KEY_NUMBER};
use crate::durable;

/// Where key files lie, within the data directory.
pub const KEYS_FOLDER: &str = "keys";

/// A key file is a few hundred bytes; more is no key file.
const MAX_KEY_FILE: u64 = 16 * 1024;

/// scrypt: 16 MiB and five rounds, as OWASP's Password Storage Cheat Sheet has it for N = 2^14. OpenSSL 3 reads a key
/// only when scrypt takes less than 32 MiB, so the memory cannot grow.
const SCRYPT: (u8, u32, u32) = (14, 8, 5);

/// The most memory that a key file may make scrypt take: a file is no way to exhaust the machine.
const MAX_SCRYPT_BYTES: u64 = 256 * 1024 * 1024;

/// `DIR/keys/k{number}.pem`.
pub fn key_path(dir: &Path, number: u32) -> PathBuf {
    dir.join(KEYS_FOLDER).join(format!("k{number}.pem"))
}

/// The numbers of the key files in `DIR/keys`.
pub(super) fn numbers(dir: &Path) -> Result<Vec<u32>, KeyringError> {
    let folder = dir.join(KEYS_FOLDER);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(KeyringError::CannotRead { path: folder, detail: error.to_string() }),
    };
    let number = |name: &str| name.strip_prefix('k')?.strip_suffix(".pem")?.parse().ok();
    Ok(entries
        .flatten()
        .filter_map(|entry| number(entry.file_name().to_str()?))
        .filter(|number| (1..=MAX_KEY_NUMBER).contains(number))
        .collect())
}

/// Opens a key file.
pub(super) fn open(path: &Path, passphrase: Option<&str>) -> Result<Key, KeyringError> {
    let pem = read(path)?;
    let malformed = |detail: String| KeyringError::Malformed { path: path.to_owned(), detail };
    let (label, document) = SecretDocument::from_pem(&pem).map_err(|error| malformed(error.to_string()))?;
    if label == PrivateKeyInfoRef::PEM_LABEL {
        let key = plain(&pem).map_err(malformed)?;
        let published = key.seed() == super::example_key().seed();
        return if published { Ok(key) } else { Err(KeyringError::Unencrypted { path: path.to_owned() }) };
    }
    if label != EncryptedPrivateKeyInfoRef::PEM_LABEL {
        return Err(malformed(format!("it holds a {label}")));
    }
    let info =
        EncryptedPrivateKeyInfoRef::try_from(document.as_bytes()).map_err(|error| malformed(error.to_string()))?;
    refuse_costly(&info.encryption_algorithm).map_err(malformed)?;
    let passphrase = passphrase.ok_or_else(|| KeyringError::PassphraseNeeded { path: path.to_owned() })?;
    let opened = info.decrypt(passphrase).map_err(|_| KeyringError::WrongPassphrase { path: path.to_owned() })?;
    let pair = KeypairBytes::from_pkcs8_der(opened.as_bytes())
        .map_err(|error| malformed(format!("no Ed25519 key: {error}")))?;
    Ok(Key::from_seed(pair.secret_key))
}

/// Whether a key file is encrypted. A file that is absent or malformed is not.
pub(super) fn is_encrypted(path: &Path) -> Result<bool, KeyringError> {
    match read(path) {
        Ok(pem) => Ok(pem.contains(EncryptedPrivateKeyInfoRef::PEM_LABEL)),
        Err(KeyringError::Missing { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// A key in unencrypted PEM.
pub(super) fn plain(pem: &str) -> Result<Key, String> {
    let pair = KeypairBytes::from_pkcs8_pem(pem).map_err(|error| format!("no Ed25519 key: {error}"))?;
    Ok(Key::from_seed(pair.secret_key))
}

/// A key in encrypted PEM. The public half is left out: OpenSSL refuses the version of PKCS#8 that carries it.
pub(super) fn encrypted(key: &Key, passphrase: &str, rng: &mut dyn CryptoRng) -> Result<String, KeyringError> {
    let failed = |error: &dyn std::fmt::Display| KeyringError::CannotEncrypt { detail: error.to_string() };
    let pair = KeypairBytes { secret_key: *key.seed(), public_key: None };
    let document = pair.to_pkcs8_der().map_err(|error| failed(&error))?;
    let info = PrivateKeyInfoRef::try_from(document.as_bytes()).map_err(|error| failed(&error))?;
    let (mut salt, mut iv) = ([0; 16], [0; 16]);
    rng.fill_bytes(&mut salt);
    rng.fill_bytes(&mut iv);
    let (log_n, r, p) = SCRYPT;
    let cost = pkcs5::scrypt::Params::new(log_n, r, p).map_err(|error| failed(&error))?;
    let parameters = Parameters::generate_scrypt_aes256cbc(cost, &salt, iv).map_err(|error| failed(&error))?;
    let encrypted = info.encrypt_with_params(parameters, passphrase).map_err(|error| failed(&error))?;
    let pem =
        encrypted.to_pem(EncryptedPrivateKeyInfoOwned::PEM_LABEL, LineEnding::LF).map_err(|error| failed(&error))?;
    Ok(pem.to_string())
}

/// Writes a key file that must not exist: complete or not at all, for its owner only, and on the disk before anybody is
/// told of the key.
pub(super) fn write_new(path: &Path, pem: &str) -> Result<(), KeyringError> {
    let cannot = |error: std::io::Error| match error.kind() {
        ErrorKind::AlreadyExists => KeyringError::Exists { path: path.to_owned() },
        _ => KeyringError::CannotWrite { path: path.to_owned(), detail: error.to_string() },
    };
    if let Some(folder) = path.parent() {
        durable::make_folder(folder).map_err(cannot)?;
    }
    durable::write_new(path, pem.as_bytes()).map_err(cannot)
}

fn read(path: &Path) -> Result<String, KeyringError> {
    let cannot = |detail: String| KeyringError::CannotRead { path: path.to_owned(), detail };
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(KeyringError::Missing { path: path.to_owned() });
        }
        Err(error) => return Err(cannot(error.to_string())),
    };
    if !metadata.is_file() {
        return Err(cannot("it is not a file".to_owned()));
    }
    if metadata.len() > MAX_KEY_FILE {
        let detail = format!("it has {} bytes, a key file has at most {MAX_KEY_FILE}", metadata.len());
        return Err(KeyringError::Malformed { path: path.to_owned(), detail });
    }
    require_private(path, &metadata)?;
    fs::read_to_string(path).map_err(|error| cannot(error.to_string()))
}

#[cfg(unix)]
fn require_private(path: &Path, metadata: &fs::Metadata) -> Result<(), KeyringError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyringError::TooOpen { path: path.to_owned(), mode });
    }
    Ok(())
}

#[cfg(not(unix))]
fn require_private(_: &Path, _: &fs::Metadata) -> Result<(), KeyringError> {
    Ok(())
}

fn refuse_costly(scheme: &EncryptionScheme) -> Result<(), String> {
    let EncryptionScheme::Pbes2(Parameters { kdf: Kdf::Scrypt(scrypt), .. }) = scheme else { return Ok(()) };
    let bytes = 128_u64.saturating_mul(scrypt.cost_parameter).saturating_mul(u64::from(scrypt.block_size));
    match bytes > MAX_SCRYPT_BYTES {
        true => Err(format!("opening it takes {bytes} bytes of memory, at most {MAX_SCRYPT_BYTES} are given")),
        false => Ok(()),
    }
}
