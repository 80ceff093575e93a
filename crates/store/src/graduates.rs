//! What graduates may do: open their page by a link, ask for another link, say that something is wrong. And what a verifier
//! may ask about them: whether a NIP is theirs.

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use crate::{Certificate, NewEvent, Result};

/// A link to a holder's page, to be remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLink {
    /// SHA-256 of its token, in hexadecimal.
    pub hash: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A link as remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Whose page it opens.
    pub certificate: Uuid,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was used. It is used once.
    pub used_at: Option<Timestamp>,
}

/// What using a link came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkUse {
    /// It is exchanged for the session: this certificate's page is open.
    Opened(Uuid),
    /// Somebody has used it, then.
    Used(Timestamp),
    /// It has ended, then.
    Ended(Timestamp),
    /// There is no such link.
    Unknown,
}

/// What a correction is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CorrectionAbout {
    /// The name or its titles.
    Name,
    /// The NIP, which stands in the full rendering only.
    Number,
    /// Anything else.
    Other,
}

/// What became of a correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CorrectionState {
    /// Nobody has answered.
    Open,
    /// The certificate was replaced, or what was wrong was mended.
    Done,
    /// It is not made.
    Declined,
}

/// What a holder says is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCorrection {
    /// With which certificate.
    pub certificate: Uuid,
    /// What it is about.
    pub about: CorrectionAbout,
    /// The right name, when it is about the name.
    pub name: String,
    /// In the holder's words.
    pub text: String,
}

/// A correction as remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// The row.
    pub serial: i64,
    /// What was asked.
    pub asked: NewCorrection,
    /// What became of it.
    pub state: CorrectionState,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// Why it is not made, or what was done: the holder reads it.
    pub answer: Option<String>,
}

/// How often a NIP was compared with a certificate's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NipChecks {
    /// How often in all.
    pub tries: u64,
    /// How often it was the same.
    pub matches: u64,
}

/// The part of [`crate::Store`] that serves graduates, under the same contract.
#[async_trait]
pub trait Graduates: Send + Sync {
    /// Remembers a link that goes another way than by mail.
    async fn put_link(&self, certificate: Uuid, link: &NewLink, event: &NewEvent) -> Result<()>;

    /// The link with this hash.
    async fn link(&self, hash: &str) -> Result<Option<Link>>;

    /// Exchanges a link for a session (the hash of its cookie) until `session_ends`, once, whoever races. `event`'s object
    /// becomes the certificate; it is kept when the page was opened.
    async fn use_link(&self, hash: &str, session: &str, session_ends: Timestamp, event: &NewEvent) -> Result<LinkUse>;

    /// Until when this session opens this certificate's page; `None` when it does not.
    async fn holder_session(&self, session: &str, certificate: Uuid, now: Timestamp) -> Result<Option<Timestamp>>;

    /// Ends a session.
    async fn end_holder_session(&self, session: &str) -> Result<()>;

    /// Forgets links that ended, and whose session ended, before `before`.
    async fn sweep_links(&self, before: Timestamp) -> Result<()>;

    /// Where the holder of a certificate gets mail.
    async fn address(&self, certificate: Uuid) -> Result<Option<String>>;

    /// The holder gets mail at another address from now on.
    ///
    /// # Errors
    /// [`crate::StoreError::UnknownCertificate`]: there is none, or its data were erased.
    async fn put_address(&self, certificate: Uuid, address: &str, event: &NewEvent) -> Result<()>;

    /// Somebody has lost the link and typed this address: known or not, it is written down the same way. At most `most`
    /// wait at once; further ones are dropped.
    async fn ask_for_link(&self, address: &str, at: Timestamp, most: u32) -> Result<()>;

    /// The oldest addresses that were typed, with their rows.
    async fn asked_links(&self, limit: u32) -> Result<Vec<(i64, String)>>;

    /// Forgets an address that was typed.
    async fn forget_asked_link(&self, serial: i64) -> Result<()>;

    /// The newest certificates that are not replaced by others and whose holder gets mail there, in any case of letters.
    async fn certificates_of_address(&self, address: &str, limit: u32) -> Result<Vec<Certificate>>;

    /// Writes down what a holder says is wrong. `None`: an earlier one is not answered yet.
    async fn put_correction(&self, correction: &NewCorrection, event: &NewEvent) -> Result<Option<Correction>>;

    /// One of them.
    async fn correction(&self, serial: i64) -> Result<Option<Correction>>;

    /// The newest of a certificate.
    async fn correction_of(&self, certificate: Uuid) -> Result<Option<Correction>>;

    /// Corrections with their certificates, newest first, with a serial below `before`.
    async fn corrections(
        &self,
        state: Option<CorrectionState>,
        before: i64,
        limit: u32,
    ) -> Result<Vec<(Correction, Certificate)>>;

    /// How many are not answered.
    async fn open_corrections(&self) -> Result<u64>;

    /// Answers one that is open, with its event. `false`: it is answered.
    async fn answer_correction(
        &self,
        serial: i64,
        state: CorrectionState,
        answer: &str,
        event: &NewEvent,
    ) -> Result<bool>;

    /// What was asked of a certificate that was replaced since is done. How many were.
    async fn close_corrections(&self, at: Timestamp) -> Result<u32>;

    /// Counts a comparison of a NIP in this hour (hours since 1970). `false`: there were `most` already, and none is made.
    async fn count_nip_check(&self, certificate: Uuid, hour: i64, most: u32) -> Result<bool>;

    /// The comparison that was counted found the same NIP.
    async fn count_nip_match(&self, certificate: Uuid, hour: i64) -> Result<()>;

    /// How often a NIP was compared with this certificate's.
    async fn nip_checks(&self, certificate: Uuid) -> Result<NipChecks>;
}
