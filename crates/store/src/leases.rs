//! Who is at a piece of work: of several processes one does it, and any of them may die.
//!
//! A lease keeps two from doing the same work at the same time. It guards nothing: what must not happen twice is guarded by
//! the rest of the contract, also while two clocks disagree.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::Result;

/// A piece of work and who is at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The work: `batch:{id}`, `draft:{id}`.
    pub name: String,
    /// Who: drawn afresh by everybody who takes one.
    pub holder: String,
    /// How long.
    pub until: Timestamp,
}

/// The part of [`crate::Store`] that keeps them, under the same contract.
#[async_trait]
pub trait Leases: Send + Sync {
    /// Takes a lease, or prolongs one's own. `false`: it is another's, whose time is not over at `now`.
    async fn take_lease(&self, lease: &Lease, now: Timestamp) -> Result<bool>;

    /// Gives it back. Another's is left as it is.
    async fn drop_lease(&self, lease: &Lease) -> Result<()>;
}
