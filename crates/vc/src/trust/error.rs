//! Why a trust bundle is refused, in two languages and two lines.

use crate::problem::Problem;
use crate::wording::Lang;

/// Why a trust bundle is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrustError {
    /// No bundle, or one that contradicts itself.
    #[error("not a trust bundle: {what}")]
    Form {
        /// What is wrong.
        what: String,
    },
    /// It is not signed by a key that it lists itself.
    #[error("its proof does not verify: {problem}")]
    Proof {
        /// What is wrong.
        problem: Problem,
    },
    /// It is not signed by a key that was known before.
    #[error("not signed by a key that is known: {problem}")]
    UnknownKey {
        /// What is wrong.
        problem: Problem,
    },
    /// It is another issuer's.
    #[error("it is of {got}, not of {expected}")]
    OtherIssuer {
        /// Whose it should be.
        expected: String,
        /// Whose it is.
        got: String,
    },
    /// Something in it is older than what is kept.
    #[error("rollback: {what} is of {got}, the one that is kept of {kept}")]
    Older {
        /// What.
        what: String,
        /// When the one that is kept was signed.
        kept: String,
        /// When this one was signed.
        got: String,
    },
    /// Something that is kept is not in it any more.
    #[error("{what} is not in it any more")]
    Missing {
        /// What.
        what: String,
    },
    /// A template has another content under the same number.
    #[error("template {number} has changed, which templates never do")]
    TemplateChanged {
        /// Its number.
        number: u16,
    },
    /// It was signed later than now.
    #[error("signed at {from}, which is still to come")]
    FromTheFuture {
        /// When.
        from: String,
    },
}

impl TrustError {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Form { .. } => "form",
            Self::Proof { .. } => "proof",
            Self::UnknownKey { .. } => "unknown-key",
            Self::OtherIssuer { .. } => "other-issuer",
            Self::Older { .. } => "rollback",
            Self::Missing { .. } => "missing",
            Self::TemplateChanged { .. } => "template-changed",
            Self::FromTheFuture { .. } => "from-the-future",
        }
    }

    /// What is wrong, and what to do next.
    pub fn words(&self, lang: Lang) -> (String, &'static str) {
        match lang {
            Lang::Id => self.indonesian(),
            Lang::En => self.english(),
        }
    }

    fn indonesian(&self) -> (String, &'static str) {
        match self {
            Self::Form { what } => (
                format!("Ini bukan berkas kepercayaan yang dapat dibaca: {what}."),
                "Ambil ulang dari penerbit: piagam trust fetch HOST.",
            ),
            Self::Proof { .. } => (
                "Tanda tangan berkas kepercayaan ini tidak cocok: berkasnya telah diubah.".to_owned(),
                "Jangan dipakai. Ambil ulang dari penerbit: piagam trust fetch HOST.",
            ),
            Self::UnknownKey { .. } => (
                "Berkas kepercayaan ini ditandatangani dengan kunci yang belum dikenal.".to_owned(),
                "Tanyakan sidik kunci barunya kepada penerbit lewat jalur lain; bila cocok: piagam trust remove DID, lalu ambil ulang.",
            ),
            Self::OtherIssuer { expected, got } => {
                (format!("Berkas kepercayaan ini milik {got}, bukan {expected}."), "Periksa nama host yang diketik.")
            }
            Self::Older { what, kept, got } => (
                format!("Ditolak: {what} bertanggal {got}, lebih lama dari yang tersimpan ({kept})."),
                "Yang tersimpan tetap dipakai. Bila terulang, tanyakan kepada penerbit.",
            ),
            Self::Missing { what } => (
                format!("Ditolak: {what} tidak ada lagi di dalamnya."),
                "Yang tersimpan tetap dipakai. Tanyakan kepada penerbit.",
            ),
            Self::TemplateChanged { number } => (
                format!("Ditolak: pola nomor {number} berubah, padahal pola tidak pernah berubah."),
                "Yang tersimpan tetap dipakai. Tanyakan kepada penerbit.",
            ),
            Self::FromTheFuture { from } => (
                format!("Ditolak: berkas kepercayaan ini bertanggal {from}, yang belum tiba."),
                "Periksa jam komputer ini, lalu ulangi.",
            ),
        }
    }

    fn english(&self) -> (String, &'static str) {
        match self {
            Self::Form { what } => (
                format!("This is no trust bundle that can be read: {what}."),
                "Get it from the issuer again: piagam trust fetch HOST.",
            ),
            Self::Proof { .. } => (
                "The signature of this trust bundle does not fit: the bundle was changed.".to_owned(),
                "Do not use it. Get it from the issuer again: piagam trust fetch HOST.",
            ),
            Self::UnknownKey { .. } => (
                "This trust bundle is signed by a key that is not known yet.".to_owned(),
                "Ask the issuer for the new key's fingerprint by another way; if it is the same: piagam trust remove DID, then fetch again.",
            ),
            Self::OtherIssuer { expected, got } => {
                (format!("This trust bundle is of {got}, not of {expected}."), "Check the host name that you typed.")
            }
            Self::Older { what, kept, got } => (
                format!("Refused: {what} is of {got}, older than the one that is kept ({kept})."),
                "What is kept stays in use. If this happens again, ask the issuer.",
            ),
            Self::Missing { what } => {
                (format!("Refused: {what} is not in it any more."), "What is kept stays in use. Ask the issuer.")
            }
            Self::TemplateChanged { number } => (
                format!("Refused: template {number} has changed, and templates never change."),
                "What is kept stays in use. Ask the issuer.",
            ),
            Self::FromTheFuture { from } => (
                format!("Refused: this trust bundle is of {from}, which is still to come."),
                "Check this computer's clock and try again.",
            ),
        }
    }
}
