//! Cohorts on their way from a sheet to a batch.

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use crate::{BatchId, NewEvent, Result, UserId};

/// Names a draft. Chosen by the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DraftId(pub Uuid);

impl std::fmt::Display for DraftId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Where a draft is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DraftState {
    /// Being prepared; also after it was returned.
    Draft,
    /// Waiting for approval.
    Submitted,
    /// Approved: the service issues it.
    Approved,
    /// Everything is issued.
    Issued,
    /// Thrown away; can be brought back.
    Discarded,
}

/// How many rows of a sheet are what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RowCounts {
    /// Passed, and without a problem.
    pub passed: u32,
    /// Have a problem.
    pub problems: u32,
    /// Have a warning.
    pub warnings: u32,
    /// Did not pass.
    pub skipped: u32,
}

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Counts all drafts.
    pub serial: i64,
    /// Its id.
    pub id: DraftId,
    /// Where it is on its way.
    pub state: DraftState,
    /// Counts its changes.
    pub version: i64,
    /// The programme's title in Indonesian.
    pub title: String,
    /// The cohort's name.
    pub cohort: String,
    /// The programme file.
    pub programme_text: String,
    /// The sheet's file name; empty while there is none.
    pub sheet_name: String,
    /// SHA-256 of the sheet, hexadecimal; empty while there is none.
    pub sheet_hash: String,
    /// What its rows are.
    pub rows: RowCounts,
    /// Who made it.
    pub created_by: UserId,
    /// When.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub changed_at: Timestamp,
    /// Who sent it for approval, and when.
    pub submitted: Option<(UserId, Timestamp)>,
    /// Who approved or returned it, and when.
    pub decided: Option<(UserId, Timestamp)>,
    /// Why it was returned.
    pub returned: Option<String>,
    /// What was issued from it.
    pub batch: Option<BatchId>,
    /// Why issuing stopped: for people to mend. Tried again by [`DraftChange::Retry`].
    pub stopped: Option<Stopped>,
}

/// Why issuing stopped and what to do, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// In Indonesian.
    pub id: String,
    /// In English. What stopped before both were kept has none.
    pub en: Option<String>,
}

impl Stopped {
    /// In one language; in Indonesian where there is no other.
    pub fn words(&self, english: bool) -> &str {
        self.en.as_deref().filter(|_| english).unwrap_or(&self.id)
    }
}

/// The sheet of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftSheet {
    /// Its bytes, as uploaded.
    pub sheet: Vec<u8>,
    /// What was decided about its rows, as JSON.
    pub choices: String,
}

/// What happens to a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DraftChange {
    /// Another programme or cohort. draft -> draft.
    Programme {
        /// Its title in Indonesian.
        title: String,
        /// The cohort's name.
        cohort: String,
        /// The programme file.
        text: String,
        /// What the sheet's rows are under it.
        rows: RowCounts,
    },
    /// A sheet, instead of the one before. draft -> draft.
    Sheet {
        /// Its file name.
        name: String,
        /// The sheet; choices about the rows of another one are gone.
        sheet: DraftSheet,
        /// What its rows are.
        rows: RowCounts,
    },
    /// Another decision about rows. draft -> draft.
    Choices(String),
    /// draft -> submitted.
    Submit(UserId),
    /// submitted -> draft, by whoever sent it.
    TakeBack,
    /// submitted -> draft, with the reason. What was approved and has stopped may go back too.
    Return(UserId, String),
    /// submitted -> approved.
    Approve(UserId),
    /// approved -> approved, and the reason that it had stopped is gone.
    Retry,
    /// approved -> approved: issuing cannot go on by itself.
    Stop(Stopped),
    /// approved -> approved: this batch is being issued.
    Begin(BatchId),
    /// approved -> issued.
    Finish,
    /// draft -> discarded.
    Discard,
    /// discarded -> draft.
    Restore,
}

impl DraftChange {
    /// The state that follows, when the step exists. `stopped`: issuing has.
    pub fn step(&self, from: DraftState, stopped: bool) -> Option<DraftState> {
        use DraftState as S;
        match (self, from) {
            (Self::Return(..), S::Approved) if stopped => Some(S::Draft),
            (Self::Programme { .. } | Self::Sheet { .. } | Self::Choices(_), S::Draft) => Some(S::Draft),
            (Self::Submit(_), S::Draft) => Some(S::Submitted),
            (Self::TakeBack | Self::Return(..), S::Submitted) => Some(S::Draft),
            (Self::Approve(_), S::Submitted) => Some(S::Approved),
            (Self::Retry | Self::Stop(_) | Self::Begin(_), S::Approved) => Some(S::Approved),
            (Self::Finish, S::Approved) => Some(S::Issued),
            (Self::Discard, S::Draft) => Some(S::Discarded),
            (Self::Restore, S::Discarded) => Some(S::Draft),
            _ => None,
        }
    }
}

/// The part of [`crate::Store`] that keeps drafts, under the same contract.
#[async_trait]
pub trait Drafts: Send + Sync {
    /// Begins a draft: programme and cohort, without a sheet. The event's object is the draft's id.
    async fn put_draft(
        &self,
        id: DraftId,
        programme: (&str, &str, &str),
        by: UserId,
        event: &NewEvent,
    ) -> Result<Draft>;

    /// One draft.
    async fn draft(&self, id: DraftId) -> Result<Option<Draft>>;

    /// Drafts in a state, or all but the discarded ones, newest first. `before` is the serial of the last one seen.
    async fn drafts(&self, state: Option<DraftState>, before: Option<i64>, limit: u32) -> Result<Vec<Draft>>;

    /// The sheet of a draft.
    async fn draft_sheet(&self, id: DraftId) -> Result<Option<DraftSheet>>;

    /// What was decided about the rows of a draft's sheet, without the sheet. `None` while it has none.
    async fn draft_choices(&self, id: DraftId) -> Result<Option<String>>;

    /// Changes a draft that is at this version, with its event (steps of the service itself have none).
    ///
    /// # Errors
    /// [`crate::StoreError::UnknownDraft`]; [`crate::StoreError::DraftMoved`] when somebody else was faster or the
    /// step does not exist from its state.
    async fn change_draft(
        &self,
        id: DraftId,
        version: i64,
        change: &DraftChange,
        at: Timestamp,
        event: Option<&NewEvent>,
    ) -> Result<Draft>;

    /// What is approved and not issued, oldest first, without what has stopped.
    async fn drafts_to_issue(&self) -> Result<Vec<Draft>>;
}
