//! The issue walk: compare, reserve, sign, finish. Whatever is killed in between is finished by [`resume`].
//!
//! ```text
//! plan      who is new, who has the certificate already, whose row changed          nothing is written
//!           what was decided about the last: kept, replaced, one more
//! reserve   ids, codes, numbers, status indexes; programme, design, template frozen  one transaction
//! sign      both proofs, verified by ourselves; stored in chunks                     idempotent
//! finish    status lists published, report kept
//! ```

mod decide;
mod plan;
mod reissue;
mod report;
mod reserve;
mod sign;
mod template;

use jiff::Timestamp;
use store::{ArtifactHash, Batch, BatchState};
use uuid::Uuid;

pub use decide::{Decision, Decisions, Difference, differences};
pub use plan::{Conflict, Plan, Unchanged, plan};
pub use reissue::reissue;
pub(crate) use reserve::certificate as new_certificate;
pub use template::Template;

use crate::fault::IssueError;
use crate::keyring::Ring;
use crate::lease::Lease;
use crate::office::Office;
use crate::programme::Programme;
use crate::roster::Roster;
use crate::status;

/// What comes in: a programme, as read and as written, and the people of a sheet.
#[derive(Clone, Copy)]
pub struct Intake<'a> {
    /// The programme and cohort.
    pub programme: &'a Programme,
    /// The text of its file, byte for byte: it is frozen with the batch.
    pub programme_text: &'a str,
    /// Who passed.
    pub roster: &'a Roster,
    /// The bytes of the sheet: their hash is kept with the batch.
    pub sheet: &'a [u8],
    /// What was decided about rows whose people have the certificate already.
    pub decisions: &'a Decisions,
}

/// How far the walk is, for a progress bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Everything is reserved.
    Reserved {
        /// How many certificates.
        total: u32,
    },
    /// Certificates are being signed and stored.
    Signed {
        /// So many are.
        done: u32,
        /// Of so many.
        total: u32,
    },
    /// Files are being written.
    Written {
        /// So many are.
        done: u32,
        /// Of so many.
        total: u32,
    },
}

/// Hears of progress.
pub type Listener<'a> = &'a (dyn Fn(Progress) + Send + Sync);

/// What a run of the walk came to.
#[derive(Debug)]
pub struct Issued {
    /// The batch of this run. `None` when nobody was new. [`store::Store::batch_report`] has its report.
    pub batch: Option<Batch>,
    /// Batches that an earlier run had begun and this one finished.
    pub resumed: Vec<Batch>,
    /// What was found before: new ones, unchanged ones, skipped ones.
    pub plan: Plan,
    /// The certificates in force of everybody on the sheet, in its order: what is to be delivered.
    pub in_force: Vec<Uuid>,
}

/// The whole walk. Begins by finishing what an earlier run has left. The same sheet and programme again issue
/// nothing new.
///
/// # Errors
/// [`IssueError::SheetHasProblems`] and [`IssueError::Conflicts`] before anything is written; any other names the
/// step that failed, and the same call continues there.
pub async fn issue(
    office: &Office,
    ring: &Ring,
    intake: Intake<'_>,
    rng: &mut (dyn rand::CryptoRng + Send),
    now: Timestamp,
    listener: Listener<'_>,
) -> Result<Issued, IssueError> {
    if intake.roster.problem_count > 0 || !intake.roster.problems.is_empty() {
        let count = intake.roster.problem_count.max(intake.roster.problems.len());
        return Err(IssueError::SheetHasProblems { count });
    }
    let signer = ring.signer(office.issuer.id)?;
    let mut resumed = resume(office, ring, now, listener).await?;
    let plan = loop {
        let mut plan = plan(office, intake.programme, intake.roster, intake.decisions).await?;
        let waiting = match plan::waiting(office, &plan).await? {
            Some(batch) => Some(batch),
            None => of_this_sheet(office, ring, intake.sheet).await?,
        };
        let key = waiting.as_ref().map_or(Ok(signer), |batch| ring.signer(batch.new.issuer));
        // Whoever is at it, or was killed at it a moment ago: this sheet's people do not wait for that to come out.
        if let (Some(batch), Ok(_)) = (waiting, &key) {
            let office = office.issued_under(batch.new.issuer).await?;
            resumed.push(complete(&office, ring, batch, now, listener).await?);
            continue;
        }
        if plan.undecided() > 0 {
            plan.conflicts.retain(|conflict| conflict.decision.is_none());
            return Err(IssueError::Conflicts(plan.conflicts));
        }
        key?;
        break plan;
    };
    let batch = if plan.to_issue() == 0 {
        None
    } else {
        let replaced = decide::to_be_replaced(office, ring, &plan).await?;
        let reserved = reserve::reserve(office, signer.as_ref(), &intake, &plan, &replaced, rng, now).await?;
        listener(Progress::Reserved { total: reserved.certificates });
        let lease = Lease::take(&office.store, lease_name(&reserved), now).await?;
        let completing = complete(office, ring, reserved, now, listener);
        Some(match lease {
            Some(lease) => lease.during(completing).await?,
            None => completing.await?,
        })
    };
    let in_force = plan::in_force(office, &plan, batch.as_ref()).await?;
    Ok(Issued { batch, resumed, plan, in_force })
}

/// Finishes every batch that was begun and not finished, each under the issuer that it was reserved for. One whose key
/// is not at hand waits, and one that another process is at is left to it.
///
/// # Errors
/// As [`issue`].
pub async fn resume(
    office: &Office,
    ring: &Ring,
    now: Timestamp,
    listener: Listener<'_>,
) -> Result<Vec<Batch>, IssueError> {
    let mut finished = Vec::new();
    for batch in office.store.unfinished_batches().await? {
        if ring.signer(batch.new.issuer).is_err() {
            continue;
        }
        let Some(lease) = Lease::take(&office.store, lease_name(&batch), now).await? else { continue };
        let office = office.issued_under(batch.new.issuer).await?;
        finished.push(lease.during(complete(&office, ring, batch, now, listener)).await?);
    }
    Ok(finished)
}

/// A batch of this very sheet, all signed perhaps, that is not finished: whoever was at it is not waited for either.
async fn of_this_sheet(office: &Office, ring: &Ring, sheet: &[u8]) -> Result<Option<Batch>, IssueError> {
    let mut unfinished = office.store.unfinished_batches().await?;
    unfinished.retain(|batch| ring.signer(batch.new.issuer).is_ok());
    if unfinished.is_empty() {
        return Ok(None);
    }
    let hash = ArtifactHash::of(sheet).0;
    Ok(unfinished.into_iter().find(|batch| batch.new.sheet_hash == hash))
}

fn lease_name(batch: &Batch) -> String {
    format!("batch:{}", batch.new.id)
}

/// Signs what is unsigned in a reserved batch, publishes, closes. `office` stands under the batch's issuer.
async fn complete(
    office: &Office,
    ring: &Ring,
    batch: Batch,
    now: Timestamp,
    listener: Listener<'_>,
) -> Result<Batch, IssueError> {
    if batch.state == BatchState::Issued {
        return Ok(batch);
    }
    sign::sign(office, ring.signer(batch.new.issuer)?, &batch, now, listener).await?;
    status::publish_due(office, ring, now).await?;
    report::write(office, batch.new.id).await?;
    Ok(office.store.finish_batch(batch.new.id, now).await?)
}

#[cfg(test)]
mod decided;
#[cfg(test)]
mod moved;
#[cfg(test)]
pub(crate) mod tests;
