//! Mails to graduates. `letter` writes them, `post` speaks with the mail server, `worker` sends what the store's outbox
//! holds, `follow` queues what follows from what happened.

mod follow;
mod letter;
mod post;
pub(crate) mod worker;

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use tokio::sync::Notify;

pub(crate) use letter::{Letters, Told, Written};
pub use worker::send_due;

/// What the rest of the service knows of the worker.
#[derive(Default)]
pub(crate) struct Bell {
    bell: Notify,
    trouble: Mutex<Option<Trouble>>,
}

/// The mail server cannot be used.
#[derive(Debug, Clone)]
pub(crate) struct Trouble {
    /// Since when.
    pub(crate) since: Timestamp,
    /// What it says, or what is wrong.
    pub(crate) reason: String,
}

impl Bell {
    /// Something was queued: sending need not wait for its next round.
    pub(crate) fn ring(&self) {
        self.bell.notify_one();
    }

    async fn rung(&self) {
        self.bell.notified().await;
    }

    fn is_well(&self) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Whether that is news.
    fn is_in_trouble(&self, now: Timestamp, reason: &str) -> bool {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let news = trouble.as_ref().is_none_or(|known| known.reason != reason);
        let since = trouble.as_ref().map_or(now, |known| known.since);
        *trouble = Some(Trouble { since, reason: reason.to_owned() });
        news
    }

    /// Why mails wait, when they do.
    pub(crate) fn trouble(&self) -> Option<Trouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
