//! Of several processes one does a piece of work, and another takes it up when that one dies.
//!
//! Work may be done twice all the same (a process stood still for long, clocks disagree): it comes to the same, because
//! the store lets nothing happen twice.

use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::process;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use store::Store;

/// How long a lease lasts without being prolonged: so long nobody takes up what a killed process has left.
pub const LASTS: SignedDuration = SignedDuration::from_secs(20);

/// How often it is prolonged.
const PROLONGED: Duration = Duration::from_secs(5);

/// A lease that was taken.
pub struct Lease {
    store: Arc<dyn Store>,
    name: String,
    holder: String,
    taken_at: Timestamp,
    since: Instant,
}

impl Lease {
    /// Takes the lease on a piece of work. `None`: somebody is at it.
    ///
    /// # Errors
    /// The store's.
    pub async fn take(store: &Arc<dyn Store>, name: String, now: Timestamp) -> store::Result<Option<Self>> {
        let store = Arc::clone(store);
        let lease = Self { store, name, holder: holder(), taken_at: now, since: Instant::now() };
        let taken = lease.prolong().await?;
        Ok(taken.then_some(lease))
    }

    /// Does the work, prolongs the lease meanwhile, and gives it back.
    pub async fn during<T>(self, work: impl Future<Output = T>) -> T {
        let done = tokio::select! {
            done = work => done,
            never = self.prolong_again_and_again() => match never {},
        };
        // What is not given back ends by itself.
        let _ = self.store.drop_lease(&self.row()).await;
        done
    }

    async fn prolong_again_and_again(&self) -> std::convert::Infallible {
        loop {
            tokio::time::sleep(PROLONGED).await;
            // When it cannot be prolonged, somebody else may begin the same work: see above.
            let _ = self.prolong().await;
        }
    }

    async fn prolong(&self) -> store::Result<bool> {
        self.store.take_lease(&self.row(), self.now()).await
    }

    fn row(&self) -> store::Lease {
        let until = self.now().saturating_add(LASTS).unwrap_or(Timestamp::MAX);
        store::Lease { name: self.name.clone(), holder: self.holder.clone(), until }
    }

    fn now(&self) -> Timestamp {
        let passed = SignedDuration::try_from(self.since.elapsed()).unwrap_or_default();
        self.taken_at.saturating_add(passed).unwrap_or(Timestamp::MAX)
    }
}

/// Names nobody else: the seeds of a `RandomState` are the system's chance. Nothing secret hangs on it.
fn holder() -> String {
    format!("{}-{:016x}", process::id(), RandomState::new().hash_one(process::id()))
}
