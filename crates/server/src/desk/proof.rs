//! Proving who one is by a code: at signing in, and again before what cannot be undone.

use jiff::SignedDuration;
use store::{NewEvent, Proof, User};
use vc::Lang;

use super::account::{self, Code};
use super::session::Seat;
use crate::App;

/// After so many failed attempts in a row an account is locked.
pub(super) const ATTEMPTS: u32 = 5;

/// How long it is locked, at first; each further failure doubles it.
const LOCKED: SignedDuration = SignedDuration::from_mins(15);

/// The longest lock, in doublings of [`LOCKED`]: four hours.
const DOUBLINGS: u32 = 4;

/// Why somebody's code did not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Wrong.
    Wrong,
    /// The authenticator's clock is off by so many minutes.
    Skewed(i64),
    /// Used before.
    Used,
    /// Too many failures; for so many minutes.
    Locked(i64),
    /// Nobody's code can be checked: the authenticator's secret cannot be opened.
    Unreadable,
}

impl Refusal {
    /// What is wrong, and what to do.
    pub(crate) fn words(self, lang: Lang) -> (String, String) {
        let pair = |what: &str, next: &str| (what.to_owned(), next.to_owned());
        match (self, lang) {
            (Self::Wrong, Lang::Id) => (
                "Surel, kata sandi, atau kode tidak cocok.".to_owned(),
                format!("Periksa ketiganya lalu ulangi. Setelah {ATTEMPTS} kali gagal, akun dikunci 15 menit."),
            ),
            (Self::Wrong, Lang::En) => (
                "The mail address, password or code does not match.".to_owned(),
                format!(
                    "Check all three and try again. After {ATTEMPTS} failures the account is locked for 15 minutes."
                ),
            ),
            (Self::Skewed(minutes), Lang::Id) => (
                format!(
                    "Jam di ponsel Anda {} sekitar {} menit.",
                    if minutes > 0 { "terlalu cepat" } else { "terlambat" },
                    minutes.abs()
                ),
                "Nyalakan waktu otomatis di setelan ponsel, lalu pakai kode yang baru.".to_owned(),
            ),
            (Self::Skewed(minutes), Lang::En) => (
                format!(
                    "Your phone's clock is about {} minutes {}.",
                    minutes.abs(),
                    if minutes > 0 { "fast" } else { "slow" }
                ),
                "Switch automatic time on in the phone's settings, then use the new code.".to_owned(),
            ),
            (Self::Used, Lang::Id) => pair(
                "Kode ini sudah dipakai.",
                "Tunggu kode berikutnya di aplikasi, paling lama 30 detik, lalu ulangi.",
            ),
            (Self::Used, Lang::En) => pair(
                "This code has been used.",
                "Wait for the next one in the app, 30 seconds at most, then try again.",
            ),
            (Self::Locked(minutes), Lang::Id) => (
                format!("Akun ini dikunci selama {minutes} menit karena terlalu banyak percobaan."),
                "Tunggu, atau minta pengelola membukanya.".to_owned(),
            ),
            (Self::Locked(minutes), Lang::En) => (
                format!("This account is locked for {minutes} minutes after too many attempts."),
                "Wait, or ask the administrator to unlock it.".to_owned(),
            ),
            (Self::Unreadable, Lang::Id) => pair(
                "Kode Anda belum dapat diperiksa: kunci meja di server hilang atau berganti.",
                "Hubungi pengelola server. Ia memulihkan berkas kunci meja, atau memberi Anda autentikator baru.",
            ),
            (Self::Unreadable, Lang::En) => pair(
                "Your code cannot be checked: the desk's key on the server is lost or another one.",
                "Tell whoever runs the server, who restores the desk's key file or gives you a new authenticator.",
            ),
        }
    }
}

/// Takes a code, once, with its event; a failure is counted, with its own.
pub(super) async fn take(
    app: &App,
    user: &User,
    typed: &str,
    recovery: bool,
    event: &NewEvent,
    failed: &NewEvent,
) -> store::Result<Result<(), Refusal>> {
    let now = app.now();
    if let Some(until) = user.locked_until.filter(|until| *until > now) {
        let minutes = (until.duration_since(now).as_secs() + 59) / 60;
        return Ok(Err(Refusal::Locked(minutes)));
    }
    let proof = if recovery {
        Proof::Recovery { hash: account::recovery_hash(typed) }
    } else {
        let secret = match app.vault.open(&user.login, &user.totp_secret) {
            Ok(secret) => secret,
            Err(error) => {
                let (what, next) = error.words(Lang::En);
                tracing::error!(user = %user.id.0, "a code cannot be checked: {what}. {next}");
                return Ok(Err(Refusal::Unreadable));
            }
        };
        match account::check_code(&secret, typed, now) {
            Code::Good(step) => Proof::Code { step },
            Code::Skewed(minutes) => return Ok(Err(Refusal::Skewed(minutes))),
            Code::Wrong => {
                count_failure(app, user, failed).await?;
                return Ok(Err(Refusal::Wrong));
            }
        }
    };
    if app.store().take_proof(user.id, &proof, event).await? {
        return Ok(Ok(()));
    }
    if recovery {
        count_failure(app, user, failed).await?;
        return Ok(Err(Refusal::Wrong));
    }
    Ok(Err(Refusal::Used))
}

/// The code again, before something that cannot be undone. `Err`: what to say beside the field.
pub(crate) async fn again(app: &App, seat: &Seat, typed: &str) -> store::Result<Result<(), String>> {
    // The seat's user was read when the request came: failures of the meantime count too.
    let user = app.store().user(seat.user.id).await?.unwrap_or_else(|| seat.user.clone());
    let event = |act| seat.event(app, act, seat.user.id.actor());
    let taken = take(app, &user, typed, false, &event("code-again"), &event("code-wrong")).await?;
    Ok(taken.map_err(|refusal| {
        let (what, next) = match (refusal, seat.lang) {
            (Refusal::Wrong, Lang::Id) => {
                ("Kode tidak cocok.".to_owned(), "Ketik kode yang sedang tampil di aplikasi.".to_owned())
            }
            (Refusal::Wrong, Lang::En) => {
                ("The code does not match.".to_owned(), "Type the code that the app shows now.".to_owned())
            }
            (other, lang) => other.words(lang),
        };
        format!("{what} {next}")
    }))
}

/// Counts a failed attempt; the fifth in a row locks, and each after it for longer.
pub(super) async fn count_failure(app: &App, user: &User, event: &NewEvent) -> store::Result<()> {
    let failures = user.failures + 1;
    let lock = failures.checked_sub(ATTEMPTS).map(|over| LOCKED * 2_i32.pow(over.min(DOUBLINGS)));
    let until = lock.and_then(|lock| app.now().checked_add(lock).ok());
    app.store().sign_in_failed(user.id, until, event).await
}
