//! Authenticators' secrets at rest: sealed with a key that lies beside the database, never in it. Whoever gets hold of a
//! copy of the database, a backup for instance, has no second factor with it.
//!
//! The key is derived (HKDF-SHA-256) from `DIR/keys/desk.key`: 32 random bytes in hexadecimal, for its owner only. Where
//! the file is lost, nothing else is: people enrol again (`piagam users reset`). AES-256-GCM with a random nonce; the
//! login is bound in, so that one user's row is no other's.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use hkdf::Hkdf;
use issuer::durable;
use issuer::keyring::KEYS_FOLDER;
use jiff::Timestamp;
use rand::CryptoRng;
use sha2::Sha256;
use store::{NewEvent, Store, UserChange};
use vc::Lang;

/// The file's name in the folder of keys.
pub const FILE: &str = "desk.key";

/// What the derived key is for: another use gets another key.
const PURPOSE: &[u8] = b"piagam desk: authenticators' secrets, 1";

/// The first byte of a sealed secret: the form below.
const FORM: u8 = 1;

/// AES-GCM's nonce and tag, in bytes (NIST SP 800-38D).
const NONCE: usize = 12;
const TAG: usize = 16;

/// A file is 65 bytes; more is another file.
const MAX_FILE: u64 = 256;

/// Seals and opens. The file is read when it is first needed.
pub struct Vault {
    path: PathBuf,
    cipher: OnceLock<Aes256Gcm>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Why a secret cannot be sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// No file.
    #[error("{} is not there", .0.display())]
    Missing(PathBuf),
    /// Others may read the file.
    #[error("{} may be read by others (mode {mode:o}, expected 600)", path.display())]
    TooOpen {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// Something else than 64 hexadecimal digits.
    #[error("{} is no key of the desk", .0.display())]
    Malformed(PathBuf),
    /// The system's words.
    #[error("{}: {detail}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What it said.
        detail: String,
    },
    /// Sealed with another key, for another user, or not sealed at all.
    #[error("a secret is not sealed with the key in {}", .0.display())]
    Foreign(PathBuf),
}

impl VaultError {
    /// What is wrong, and what to do.
    pub fn words(&self, lang: Lang) -> (String, String) {
        let again = match lang {
            Lang::Id => {
                "Pulihkan berkas itu dari cadangan kunci; bila hilang, atur ulang setiap pengguna dengan `piagam users reset`."
            }
            Lang::En => {
                "Restore the file from the backup of your keys; if it is lost, reset every user with `piagam users reset`."
            }
        };
        match (self, lang) {
            (Self::Missing(path), Lang::Id) => {
                (format!("Berkas kunci meja {} tidak ada", path.display()), again.to_owned())
            }
            (Self::Foreign(path), Lang::Id) => (
                format!("Rahasia autentikator tidak cocok dengan berkas kunci meja {}", path.display()),
                again.to_owned(),
            ),
            (Self::Malformed(path), Lang::Id) => {
                (format!("{} bukan berkas kunci meja", path.display()), again.to_owned())
            }
            (Self::TooOpen { path, mode }, Lang::Id) => (
                format!("{} dapat dibaca orang lain (mode {mode:o}, seharusnya 600)", path.display()),
                format!("Jalankan `chmod 600 {}`.", path.display()),
            ),
            (Self::File { path, detail }, Lang::Id) => (
                format!("Berkas kunci meja {} tidak dapat dibaca atau ditulis: {detail}", path.display()),
                "Periksa berkas, foldernya, dan hak aksesnya.".to_owned(),
            ),
            (Self::TooOpen { path, .. }, Lang::En) => {
                (self.to_string(), format!("Run `chmod 600 {}`.", path.display()))
            }
            (Self::File { .. }, Lang::En) => {
                (self.to_string(), "See to the file, its folder and their permissions.".to_owned())
            }
            (_, Lang::En) => (self.to_string(), again.to_owned()),
        }
    }
}

impl Vault {
    /// The vault of a data directory.
    pub fn at(dir: &Path) -> Self {
        Self { path: dir.join(KEYS_FOLDER).join(FILE), cipher: OnceLock::new() }
    }

    /// There is no file.
    pub fn is_missing(&self) -> bool {
        !self.path.exists()
    }

    /// Makes the file where there is none.
    ///
    /// # Errors
    /// [`VaultError::File`].
    pub fn make(&self, rng: &mut dyn CryptoRng) -> Result<(), VaultError> {
        let failed = |error: std::io::Error| VaultError::File { path: self.path.clone(), detail: error.to_string() };
        if self.path.exists() {
            return Ok(());
        }
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).chain(["\n".to_owned()]).collect();
        if let Some(folder) = self.path.parent() {
            durable::make_folder(folder).map_err(failed)?;
        }
        match durable::write_new(&self.path, text.as_bytes()) {
            // Another process was faster: its file is as good.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            other => other.map_err(failed),
        }
    }

    /// Seals the secret of the user who signs in with `login`.
    ///
    /// # Errors
    /// [`VaultError`], when the file is not there or cannot be used.
    pub fn seal(&self, login: &str, secret: &[u8], rng: &mut dyn CryptoRng) -> Result<Vec<u8>, VaultError> {
        let mut nonce = [0; NONCE];
        rng.fill_bytes(&mut nonce);
        let bound = login.to_lowercase();
        let payload = Payload { msg: secret, aad: bound.as_bytes() };
        let sealed = self.cipher()?.encrypt(&Nonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| VaultError::Foreign(self.path.clone()))?;
        Ok([&[FORM][..], &nonce, &sealed].concat())
    }

    /// Opens what [`Vault::seal`] made for this login.
    ///
    /// # Errors
    /// [`VaultError::Foreign`] for everything else.
    pub fn open(&self, login: &str, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        let foreign = || VaultError::Foreign(self.path.clone());
        let cipher = self.cipher()?;
        let (form, rest) = sealed.split_first().ok_or_else(foreign)?;
        let (nonce, text) = rest.split_first_chunk::<NONCE>().ok_or_else(foreign)?;
        if *form != FORM {
            return Err(foreign());
        }
        let bound = login.to_lowercase();
        cipher.decrypt(&Nonce::from(*nonce), Payload { msg: text, aad: bound.as_bytes() }).map_err(|_| foreign())
    }

    fn cipher(&self) -> Result<&Aes256Gcm, VaultError> {
        if let Some(cipher) = self.cipher.get() {
            return Ok(cipher);
        }
        let secret = self.read()?;
        let mut key = [0; 32];
        // The length is one that HKDF gives.
        let expanded = Hkdf::<Sha256>::new(None, &secret).expand(PURPOSE, &mut key);
        expanded.map_err(|_| VaultError::Malformed(self.path.clone()))?;
        Ok(self.cipher.get_or_init(|| Aes256Gcm::new(&Key::<Aes256Gcm>::from(key))))
    }

    fn read(&self) -> Result<[u8; 32], VaultError> {
        let path = || self.path.clone();
        let failed = |error: std::io::Error| match error.kind() {
            ErrorKind::NotFound => VaultError::Missing(path()),
            _ => VaultError::File { path: path(), detail: error.to_string() },
        };
        let metadata = std::fs::metadata(&self.path).map_err(failed)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = metadata.permissions().mode() & 0o777;
            if mode & 0o077 != 0 {
                return Err(VaultError::TooOpen { path: path(), mode });
            }
        }
        if !metadata.is_file() || metadata.len() > MAX_FILE {
            return Err(VaultError::Malformed(path()));
        }
        let text = std::fs::read_to_string(&self.path).map_err(failed)?;
        let digits = text.trim().as_bytes();
        let mut secret = [0; 32];
        let (pairs, rest) = digits.as_chunks::<2>();
        if pairs.len() != secret.len() || !rest.is_empty() {
            return Err(VaultError::Malformed(path()));
        }
        for (byte, pair) in secret.iter_mut().zip(pairs) {
            let digit = |at: usize| char::from(pair[at]).to_digit(16).map(|digit| digit as u8);
            let (Some(high), Some(low)) = (digit(0), digit(1)) else { return Err(VaultError::Malformed(path())) };
            *byte = high << 4 | low;
        }
        Ok(secret)
    }
}

/// Whether a stored secret has the form of a sealed one: longer than any that is not.
pub fn is_sealed(stored: &[u8]) -> bool {
    stored.first() == Some(&FORM) && stored.len() > 1 + NONCE + TAG
}

/// What a service does before it lets anybody in: a new installation gets its key, and secrets of before there was one
/// are sealed, each with its event. Where sealed secrets are and no key, none is made: it has to be found.
///
/// # Errors
/// What went wrong, in words for people: see [`BeginError`].
pub async fn begin(
    store: &dyn Store,
    vault: &Vault,
    rng: &mut (dyn CryptoRng + Send),
    now: Timestamp,
) -> Result<(), BeginError> {
    let users = store.users().await?;
    let (sealed, clear): (Vec<_>, Vec<_>) = users.into_iter().partition(|user| is_sealed(&user.totp_secret));
    if sealed.is_empty() {
        vault.make(rng)?;
    }
    if let Err(error) = vault.cipher() {
        // Certificates are checked and looked after without it; who wants to sign in is told.
        let (what, next) = error.words(Lang::En);
        tracing::error!("nobody can sign in to the desk with a code: {what}. {next}");
        return Ok(());
    }
    for user in clear {
        let secret = vault.seal(&user.login, &user.totp_secret, rng)?;
        let event = NewEvent::new(now, "service", "user-sealed", user.id.actor());
        store.change_user(user.id, &UserChange::Sealed(secret), &event).await?;
    }
    Ok(())
}

/// Why secrets could not be sealed at the start.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// The store.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The key.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::ChaCha20Rng;

    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    fn vault(dir: &Path) -> Vault {
        let vault = Vault::at(dir);
        vault.make(&mut ChaCha20Rng::seed_from_u64(1)).unwrap();
        vault
    }

    #[test]
    fn what_is_sealed_opens_for_its_user_with_its_key_and_not_otherwise() {
        let place = tempfile::tempdir().unwrap();
        let vault = vault(place.path());
        let rng = &mut ChaCha20Rng::seed_from_u64(2);
        let sealed = vault.seal("Sari@contoh.example", SECRET, rng).unwrap();
        assert!(is_sealed(&sealed) && !is_sealed(SECRET));
        assert!(!sealed.windows(8).any(|part| SECRET.windows(8).any(|other| part == other)));
        assert_ne!(sealed, vault.seal("sari@contoh.example", SECRET, rng).unwrap(), "a nonce of its own");
        assert_eq!(vault.open("sari@contoh.example", &sealed).unwrap(), SECRET);
        assert_eq!(Vault::at(place.path()).open("SARI@contoh.example", &sealed).unwrap(), SECRET, "read again");
        let foreign = |login: &str, sealed: &[u8]| matches!(vault.open(login, sealed), Err(VaultError::Foreign(_)));
        assert!(foreign("budi@contoh.example", &sealed) && foreign("sari@contoh.example", SECRET));
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert!(foreign("sari@contoh.example", &damaged), "{at}");
            assert!(foreign("sari@contoh.example", &sealed[..at]), "{at}");
        }
        let elsewhere = tempfile::tempdir().unwrap();
        let other = Vault::at(elsewhere.path());
        other.make(&mut ChaCha20Rng::seed_from_u64(9)).unwrap();
        assert!(matches!(other.open("sari@contoh.example", &sealed), Err(VaultError::Foreign(_))));
    }

    #[test]
    #[cfg(unix)]
    fn the_file_is_its_owners_made_once_and_said_what_is_wrong_with_it() {
        use std::os::unix::fs::PermissionsExt;
        let place = tempfile::tempdir().unwrap();
        let absent = Vault::at(place.path());
        assert!(matches!(absent.open("x", SECRET), Err(VaultError::Missing(_))));
        let path = vault(place.path()).path;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        let before = std::fs::read(&path).unwrap();
        Vault::at(place.path()).make(&mut ChaCha20Rng::seed_from_u64(5)).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), before, "never replaced");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let fault = |dir: &Path| Vault::at(dir).seal("x", SECRET, &mut ChaCha20Rng::seed_from_u64(1)).unwrap_err();
        assert!(matches!(fault(place.path()), VaultError::TooOpen { mode: 0o640, .. }));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        for text in ["", "00", &"zz".repeat(32), &"0".repeat(300)] {
            std::fs::write(&path, text).unwrap();
            assert!(matches!(fault(place.path()), VaultError::Malformed(_)), "{text}");
        }
        let (what, next) = fault(place.path()).words(Lang::Id);
        assert!(what.contains("desk.key") && next.contains("piagam users reset"));
    }
}
