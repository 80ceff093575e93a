//! What somebody signs in with: a password (Argon2id), an authenticator's code (TOTP, RFC 6238), recovery codes.
//!
//! Pure: chance and the time are arguments. Hashing a password takes some 20 ms of a core and 19 MiB on purpose; a
//! service does it in its places for work.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use jiff::Timestamp;
use rand::{CryptoRng, RngExt};
use store::{Credentials, PasswordHash};
use totp_rs::{Builder, Secret, Totp};
use vc::Lang;

use super::vault::{Vault, VaultError};
use crate::pages::digest;

/// The shortest password, in characters.
pub const PASSWORD_MIN_CHARS: usize = 12;

/// The longest password that is hashed, in bytes.
pub const PASSWORD_MAX_BYTES: usize = 256;

/// The longest login, in bytes: that of a mail address with its brackets (RFC 5321, section 4.5.3.1.3).
pub const LOGIN_MAX_BYTES: usize = 256;

/// The longest name of a user, in characters.
pub const NAME_MAX_CHARS: usize = 200;

/// Whether this can be typed to sign in: a mail address, as far as its form tells.
pub fn is_login(login: &str) -> bool {
    let odd = |c: char| c.is_control() || c.is_whitespace();
    login.len() <= LOGIN_MAX_BYTES && login.contains('@') && !login.contains(odd)
}

/// Whether this can be a user's name.
pub fn is_name(name: &str) -> bool {
    !name.trim().is_empty() && name.chars().count() <= NAME_MAX_CHARS && !name.contains(char::is_control)
}

/// How many recovery codes somebody gets.
pub const RECOVERY_CODES: usize = 8;

/// How far an authenticator's clock may be off, in steps of [`STEP_SECONDS`]: RFC 6238, section 5.2, asks for one.
const SKEW_STEPS: u16 = 1;

/// How far off a clock is recognised as such, in steps: ten minutes.
const SEEN_SKEW_STEPS: u64 = 20;

/// The time step of a code.
pub const STEP_SECONDS: u64 = 30;

/// 160 bits, as RFC 4226 recommends (section 4, R6).
const SECRET_BYTES: usize = 20;

/// Letters and digits that nobody confuses; a recovery code of ten has 49 bits.
const ALPHABET: &[u8; 31] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";

/// What a new user is given: to be shown once, and never kept in this form.
pub struct Enrolment {
    /// The first password; has to be changed at the first sign-in.
    pub password: String,
    /// For the hour when the telephone is lost.
    pub recovery_codes: Vec<String>,
    secret: Vec<u8>,
}

impl Enrolment {
    /// Draws everything.
    pub fn draw(rng: &mut dyn CryptoRng) -> Self {
        let mut secret = vec![0; SECRET_BYTES];
        rng.fill_bytes(&mut secret);
        Self {
            password: grouped(rng, 4, 4),
            recovery_codes: (0..RECOVERY_CODES).map(|_| grouped(rng, 2, 5)).collect(),
            secret,
        }
    }

    /// What is stored of it, for the user who signs in with `login`.
    ///
    /// # Errors
    /// [`VaultError`]: the secret cannot be sealed.
    pub fn credentials(&self, login: &str, vault: &Vault, rng: &mut dyn CryptoRng) -> Result<Credentials, VaultError> {
        Ok(Credentials {
            password: hash_password(&self.password, rng).0,
            must_change: true,
            totp_secret: vault.seal(login, &self.secret, rng)?,
            recovery_codes: self.recovery_codes.iter().map(|code| recovery_hash(code)).collect(),
        })
    }

    /// The same again from what was kept: the demo's, and no other's. `None` when the secret is no base32.
    pub fn kept(password: String, secret_text: &str, recovery_codes: Vec<String>) -> Option<Self> {
        let secret = Secret::try_from_base32(secret_text).ok()?.as_ref().to_vec();
        Some(Self { password, recovery_codes, secret })
    }

    /// The secret as it is typed into an authenticator: base32 without padding (RFC 4648).
    pub fn secret_text(&self) -> String {
        Secret::from(self.secret.as_slice()).to_base32()
    }

    /// What an authenticator reads from a QR code: an `otpauth://totp/` URI.
    pub fn otpauth(&self, issuer: &str, login: &str) -> String {
        let (issuer, login) = (percent(issuer), percent(login));
        format!(
            "otpauth://totp/{issuer}:{login}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period={STEP_SECONDS}",
            self.secret_text()
        )
    }

    /// The code that the authenticator shows at this time.
    pub fn code(&self, now: Timestamp) -> String {
        totp(&self.secret).generate(seconds(now)).to_string()
    }
}

/// Why a password is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordFault {
    /// Fewer than [`PASSWORD_MIN_CHARS`] characters.
    Short,
    /// More than [`PASSWORD_MAX_BYTES`] bytes.
    Long,
    /// The login's name, or one character repeated.
    Obvious,
    /// The one before.
    Same,
}

impl PasswordFault {
    /// What is wrong and what to do, in one sentence.
    pub fn words(self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Short, Lang::Id) => {
                format!(
                    "Kata sandi terlalu pendek. Pakai sedikitnya {PASSWORD_MIN_CHARS} karakter, misalnya empat kata."
                )
            }
            (Self::Short, Lang::En) => {
                format!(
                    "The password is too short. Use at least {PASSWORD_MIN_CHARS} characters, four words for example."
                )
            }
            (Self::Long, Lang::Id) => {
                format!("Kata sandi terlalu panjang. Pakai paling banyak {PASSWORD_MAX_BYTES} bita.")
            }
            (Self::Long, Lang::En) => format!("The password is too long. Use at most {PASSWORD_MAX_BYTES} bytes."),
            (Self::Obvious, Lang::Id) => {
                "Kata sandi mudah ditebak. Jangan memakai surel Anda atau satu karakter berulang.".into()
            }
            (Self::Obvious, Lang::En) => {
                "The password is easy to guess. Leave out your mail address and repetitions.".into()
            }
            (Self::Same, Lang::Id) => "Kata sandi itu yang lama. Pilih yang baru.".into(),
            (Self::Same, Lang::En) => "That is the old password. Choose a new one.".into(),
        }
    }
}

/// Looks at a password that somebody chose.
///
/// # Errors
/// The first [`PasswordFault`], except [`PasswordFault::Same`].
pub fn check_password(password: &str, login: &str) -> Result<(), PasswordFault> {
    if password.len() > PASSWORD_MAX_BYTES {
        return Err(PasswordFault::Long);
    }
    if password.chars().count() < PASSWORD_MIN_CHARS {
        return Err(PasswordFault::Short);
    }
    let mut letters = password.chars();
    let first = letters.next();
    let name = login.split('@').next().unwrap_or_default().to_lowercase();
    let rest = password.to_lowercase().replace(&login.to_lowercase(), "").replace(&name, "");
    if letters.all(|letter| Some(letter) == first) || rest.chars().count() < PASSWORD_MIN_CHARS / 2 {
        return Err(PasswordFault::Obvious);
    }
    Ok(())
}

/// The hash of a password, in the PHC form, with a salt of its own.
pub fn hash_password(password: &str, rng: &mut dyn CryptoRng) -> PasswordHash {
    let mut salt = [0; 16];
    rng.fill_bytes(&mut salt);
    let hash: Phc = Argon2::default()
        .hash_password_with_salt(password.as_bytes(), &salt)
        .expect("the default parameters are valid and a password of ours is no longer than 2^32 bytes");
    PasswordHash(hash.to_string())
}

/// Whether this is the password of that hash. A hash that cannot be read belongs to no password.
pub(crate) fn is_password(hash: &str, typed: &str) -> bool {
    let Ok(hash) = Phc::new(hash) else { return false };
    typed.len() <= PASSWORD_MAX_BYTES && Argon2::default().verify_password(typed.as_bytes(), &hash).is_ok()
}

/// What a typed code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    /// Right, of this time step. Whether it was used before, the store knows.
    Good(u64),
    /// Right at another time: the telephone's clock is off by so many minutes (negative: slow).
    Skewed(i64),
    /// Wrong.
    Wrong,
}

/// Looks at a code of the authenticator; spaces are left out.
pub(crate) fn check_code(secret: &[u8], typed: &str, now: Timestamp) -> Code {
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let (totp, now) = (totp(secret), seconds(now));
    if let Some(step) = totp.check(&typed, now) {
        return Code::Good(step);
    }
    for off in u64::from(SKEW_STEPS) + 1..=SEEN_SKEW_STEPS {
        let off = off * STEP_SECONDS;
        let minutes = i64::try_from(off.div_ceil(60)).unwrap_or(0);
        let shown = |time: u64| totp.generate(time).to_string() == typed;
        if shown(now + off) {
            return Code::Skewed(minutes);
        }
        if shown(now.saturating_sub(off)) {
            return Code::Skewed(-minutes);
        }
    }
    Code::Wrong
}

/// The hash under which a recovery code is kept; case, spaces and dashes do not matter. It is drawn, not chosen: one
/// hash is enough.
pub(crate) fn recovery_hash(typed: &str) -> String {
    let plain: String = typed.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
    digest(plain.as_bytes())
}

fn totp(secret: &[u8]) -> Totp {
    // SHA-1, 6 digits, 30 s: what every authenticator knows.
    Builder::new()
        .with_secret(Secret::from(secret))
        .with_skew(SKEW_STEPS)
        .with_step_duration(STEP_SECONDS)
        .build_noncompliant()
}

fn seconds(now: Timestamp) -> u64 {
    u64::try_from(now.as_second()).unwrap_or(0)
}

fn grouped(rng: &mut dyn CryptoRng, groups: usize, letters: usize) -> String {
    let mut group =
        || -> String { (0..letters).map(|_| char::from(ALPHABET[rng.random_range(0..ALPHABET.len())])).collect() };
    let groups: Vec<String> = (0..groups).map(|_| group()).collect();
    groups.join("-")
}

/// Percent-encoding of everything but unreserved characters (RFC 3986, section 2.3).
fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::ChaCha20Rng;

    fn rng() -> ChaCha20Rng {
        ChaCha20Rng::seed_from_u64(1)
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B: SHA-1, the last six of eight digits.
        let secret = b"12345678901234567890";
        for (time, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(check_code(secret, code, at(time)), Code::Good(time as u64 / 30), "{time}");
        }
        assert_eq!(check_code(secret, " 287 082 ", at(59)), Code::Good(1));
        assert_eq!(check_code(secret, "287082", at(59 + 30)), Code::Good(1), "a step late");
        assert_eq!(check_code(secret, "287082", at(59 + 240)), Code::Skewed(-4));
        assert_eq!(check_code(secret, "287082", at(59 + 3600)), Code::Wrong);
        for typed in ["", "28708", "+87082", "abcdef", "2870822"] {
            assert_eq!(check_code(secret, typed, at(59)), Code::Wrong, "{typed}");
        }
    }

    #[test]
    fn a_password_is_its_own_and_no_other() {
        let hash = hash_password("empat kata yang panjang", &mut rng());
        assert!(hash.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.0);
        assert!(is_password(&hash.0, "empat kata yang panjang"));
        assert!(!is_password(&hash.0, "empat kata yang Panjang"));
        assert!(!is_password(&hash.0, &"x".repeat(PASSWORD_MAX_BYTES + 1)));
        assert!(!is_password("rusak", "rusak"));
    }

    #[test]
    fn easy_passwords_are_refused_with_what_to_do() {
        let login = "sari.contohwati@contoh.example";
        for (password, fault) in [
            ("pendek", PasswordFault::Short),
            ("aaaaaaaaaaaaaaaa", PasswordFault::Obvious),
            ("sari.contohwati1", PasswordFault::Obvious),
            ("Sari.Contohwati@contoh.example", PasswordFault::Obvious),
        ] {
            assert_eq!(check_password(password, login), Err(fault), "{password}");
            assert!(fault.words(Lang::Id).contains("kata sandi") || fault.words(Lang::Id).contains("Kata sandi"));
        }
        assert_eq!(check_password(&"panjang ".repeat(40), login), Err(PasswordFault::Long));
        assert_eq!(check_password("kuda baterai staples benar", login), Ok(()));
    }

    #[test]
    fn what_is_given_out_works_and_differs() {
        let (one, two) = (Enrolment::draw(&mut rng()), Enrolment::draw(&mut ChaCha20Rng::seed_from_u64(2)));
        assert_ne!(one.password, two.password);
        assert_eq!(one.password.len(), 19);
        assert_eq!(check_password(&one.password, "sari@contoh.example"), Ok(()));
        let place = tempfile::tempdir().unwrap();
        let vault = Vault::at(place.path());
        assert!(one.credentials("sari@contoh.example", &vault, &mut rng()).is_err(), "never kept in clear");
        vault.make(&mut rng()).unwrap();
        let kept = one.credentials("sari@contoh.example", &vault, &mut rng()).unwrap();
        assert!(kept.must_change && is_password(&kept.password, &one.password));
        assert_eq!(kept.recovery_codes.len(), RECOVERY_CODES);
        let typed = one.recovery_codes[0].to_lowercase().replace('-', " ");
        assert_eq!(recovery_hash(&typed), kept.recovery_codes[0]);
        assert!(!format!("{kept:?}").contains(&kept.password));
        let now = at(1_800_000_000);
        let secret = vault.open("sari@contoh.example", &kept.totp_secret).unwrap();
        assert!(matches!(check_code(&secret, &one.code(now), now), Code::Good(_)));
        let again = Enrolment::kept(one.password.clone(), &one.secret_text(), one.recovery_codes.clone()).unwrap();
        assert_eq!(again.code(now), one.code(now));
        assert!(Enrolment::kept(String::new(), "0189", Vec::new()).is_none());
        let uri = one.otpauth("Lembaga Contoh", "sari@contoh.example");
        assert!(uri.starts_with("otpauth://totp/Lembaga%20Contoh:sari%40contoh.example?secret="), "{uri}");
    }
}
