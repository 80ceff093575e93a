//! Mails on their way to graduates: what is to be sent, who is sending it, what became of it.
//!
//! **Never twice, whatever dies.** A mail is `queued`, then `sending` (claimed by a worker for a while), then `handed` (written
//! down before the first byte of the message leaves), then settled. What a dead worker leaves behind as `sending` was
//! certainly not accepted by the mail server and is queued again; what it leaves as `handed` may have been, so it becomes
//! `unsure` and is never sent again by itself: a person looks at it and decides. Between `handed` and the server's answer
//! there is no third way; nobody can know.

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use crate::{BatchId, Certificate, NewEvent, NewLink, Result};

/// What a mail tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MailKind {
    /// A certificate was issued; here is the link. Once for each certificate.
    Issued,
    /// A certificate was issued again with a correction; here is the link. Once for each certificate.
    Corrected,
    /// A new link, for somebody who asked.
    Link,
    /// A correction was asked for and is not made.
    Declined,
}

/// How far a mail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MailState {
    /// Waiting for its time.
    Queued,
    /// A worker has it; the server has not got the message.
    Sending,
    /// The message is on its way to the server, which has not answered.
    Handed,
    /// The server has taken it.
    Sent,
    /// It will not be sent by itself any more.
    Failed,
    /// It may have arrived: whoever sent it died, or the connection did, before the server's answer came.
    Unsure,
}

/// A mail that a worker has claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The row.
    pub serial: i64,
    /// What it tells.
    pub kind: MailKind,
    /// Of which certificate, as it is now.
    pub certificate: Certificate,
    /// Where it goes; `None` when the holder has no address (any more).
    pub address: Option<String>,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// How often it was tried before.
    pub attempts: u32,
}

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// The server has taken it.
    Sent,
    /// Not now: again at that time. With the reason.
    Later(Timestamp, String),
    /// Never: with the reason.
    Failed(String),
    /// The connection died before the answer came.
    Unsure(String),
}

/// A mail as the desk sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenMail {
    /// The row.
    pub serial: i64,
    /// What it tells.
    pub kind: MailKind,
    /// How far it is.
    pub state: MailState,
    /// Of which certificate.
    pub certificate: Certificate,
    /// Where it goes.
    pub address: Option<String>,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// When it is tried next.
    pub due_at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// When it came to its state, for those that are settled.
    pub settled_at: Option<Timestamp>,
    /// Why it was not sent: a code of ours, or the server's words without the address.
    pub reason: Option<String>,
}

/// Which mails to list. Everything empty lists all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MailFilter {
    /// Only in this state.
    pub state: Option<MailState>,
    /// Only of this batch.
    pub batch: Option<BatchId>,
    /// Only of this certificate.
    pub certificate: Option<Uuid>,
}

/// How many mails are in each state, in the order of [`MailState::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MailCounts(pub [u64; 6]);

impl MailCounts {
    /// How many are in this state.
    pub fn of(&self, state: MailState) -> u64 {
        MailState::ALL.iter().zip(self.0).find(|(one, _)| **one == state).map_or(0, |(_, count)| count)
    }

    /// How many there are.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }
}

/// The part of [`crate::Store`] that keeps mails, under the same contract.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Queues a mail of each certificate of a batch that is in force and whose holder has an address. Whoever was told, or is
    /// to be told, is passed over: doing it again changes nothing. How many are new.
    async fn queue_batch(&self, batch: BatchId, at: Timestamp) -> Result<u32>;

    /// Queues a mail of each certificate that replaced one whose holder was told of it, whoever issued it. How many are new.
    async fn queue_corrected(&self, at: Timestamp) -> Result<u32>;

    /// Queues one mail. `false`: the holder has no address; or a mail of this kind was queued after `not_since`; or, for the
    /// kinds that are sent once, there is one.
    async fn queue_mail(
        &self,
        certificate: Uuid,
        kind: MailKind,
        at: Timestamp,
        not_since: Option<Timestamp>,
    ) -> Result<bool>;

    /// Claims up to `limit` further mails whose time has come, oldest first; first of all what dead workers left behind is put
    /// in order. Gives everything that this worker holds and has not handed over.
    async fn claim_mails(&self, worker: &str, now: Timestamp, until: Timestamp, limit: u32) -> Result<Vec<Mail>>;

    /// A worker that is still at work keeps its mails for longer.
    async fn hold_mails(&self, worker: &str, until: Timestamp) -> Result<()>;

    /// The message is about to leave. From now on the mail is never queued again by itself. The link in it counts from
    /// now on. `false`: the worker does not have the mail any more, and must not send it.
    async fn hand_over(&self, serial: i64, worker: &str, link: Option<&NewLink>) -> Result<bool>;

    /// What became of an attempt. `false`: the worker does not have the mail any more.
    async fn settle_mail(&self, serial: i64, worker: &str, settled: &Settled, at: Timestamp) -> Result<bool>;

    /// Gives back what was claimed and not handed over: nothing was tried.
    async fn release_mails(&self, worker: &str) -> Result<()>;

    /// Queues a mail again that failed or may not have arrived: somebody decided so. `false`: it is in another state.
    async fn resend_mail(&self, serial: i64, event: &NewEvent) -> Result<bool>;

    /// How many mails are in each state.
    async fn mail_counts(&self, batch: Option<BatchId>) -> Result<MailCounts>;

    /// Mails, newest first, with a serial below `before`.
    async fn mails(&self, filter: &MailFilter, before: i64, limit: u32) -> Result<Vec<SeenMail>>;
}
