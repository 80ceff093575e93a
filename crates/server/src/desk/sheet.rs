//! The sheet of a draft, read: what its rows are, which warnings were ticked off, who has a certificate already.

use std::collections::BTreeSet;

use issuer::IssueError;
use issuer::batch::{self, Plan};
use issuer::programme::Programme;
use issuer::roster::{self, Roster, RowWarning, SheetRefused};
use serde::{Deserialize, Serialize};
use store::{Draft, DraftSheet, RowCounts};
use vc::Lang;

use crate::App;

/// What was decided about the rows of a sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Choices {
    /// Warnings that somebody has looked at, by their keys.
    pub(super) seen: BTreeSet<String>,
    /// Rows that are left out: their people have a certificate already and keep it.
    pub(super) keep: BTreeSet<u32>,
}

impl Choices {
    pub(super) fn of(sheet: &DraftSheet) -> Self {
        serde_json::from_str(&sheet.choices).unwrap_or_default()
    }

    pub(super) fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Names a warning within its sheet.
pub(super) fn key(warning: &RowWarning) -> String {
    format!("{}.{}.{}", warning.row, warning.column.letter, warning.code())
}

/// A draft's sheet with everything that is known about it.
pub(super) struct Looked {
    pub(super) programme: Programme,
    pub(super) roster: Roster,
    pub(super) choices: Choices,
    /// Empty while the sheet has problems.
    pub(super) plan: Plan,
    pub(super) sheet: Vec<u8>,
}

/// Why a draft's sheet cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unread {
    #[error(transparent)]
    Issue(#[from] IssueError),
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// An update of this program has stricter rules.
    #[error("the programme file has {0} problems under the rules of this version")]
    Programme(usize),
    #[error("{}", .0.reason(Lang::En))]
    Sheet(SheetRefused),
}

impl Unread {
    /// What is wrong, and what to do.
    pub(super) fn words(&self, lang: Lang) -> (String, String) {
        match (self, lang) {
            (Self::Sheet(refused), _) => (refused.reason(lang), refused.mend(lang)),
            (Self::Issue(error), _) => error.words(lang),
            (Self::Store(error), _) => error.words(lang),
            (Self::Programme(count), Lang::Id) => (
                format!("Berkas program memuat {count} kesalahan menurut aturan versi ini."),
                "Buat angkatan baru dari program yang sudah diperbaiki.".to_owned(),
            ),
            (Self::Programme(_), Lang::En) => {
                (format!("{self}."), "Make a new cohort from a programme that is mended.".to_owned())
            }
        }
    }
}

/// Reads a sheet on a thread of its own.
pub(super) async fn read(
    app: &App,
    programme_text: &str,
    name: &str,
    bytes: Vec<u8>,
) -> Result<(Programme, Result<Roster, SheetRefused>, Vec<u8>), Unread> {
    let programme = Programme::parse(programme_text).map_err(|problems| Unread::Programme(problems.len()))?;
    let name = name.to_owned();
    Ok(app
        .work
        .unpack(move || {
            let roster = roster::read(&bytes, &name, &programme);
            (programme, roster, bytes)
        })
        .await)
}

/// The counts of a roster.
pub(super) fn counts(roster: &Roster) -> RowCounts {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    RowCounts {
        passed: count(roster.recipients.len()),
        problems: count(roster.problem_count.max(roster.problems.len())),
        warnings: count(roster.warning_count.max(roster.warnings.len())),
        skipped: count(roster.skipped.len()),
    }
}

/// The draft's sheet; `None` while it has none.
pub(super) async fn look(app: &App, draft: &Draft) -> Result<Option<Looked>, Unread> {
    let Some(kept) = app.store().draft_sheet(draft.id).await? else { return Ok(None) };
    let choices = Choices::of(&kept);
    let (programme, roster, sheet) = read(app, &draft.programme_text, &draft.sheet_name, kept.sheet).await?;
    let roster = roster.map_err(Unread::Sheet)?;
    let plan = match roster.problems.is_empty() {
        true => batch::plan(&app.office, &programme, &roster).await?,
        false => Plan::default(),
    };
    Ok(Some(Looked { programme, roster, choices, plan, sheet }))
}

impl Looked {
    /// Warnings that nobody has ticked off.
    pub(super) fn unseen(&self) -> usize {
        self.roster.warnings.iter().filter(|warning| !self.choices.seen.contains(&key(warning))).count()
    }

    /// Rows whose people have a certificate that says something else, and nobody has decided.
    pub(super) fn undecided(&self) -> usize {
        self.plan.conflicts.iter().filter(|conflict| !self.choices.keep.contains(&conflict.row)).count()
    }

    /// How many certificates would be issued.
    pub(super) fn to_issue(&self) -> usize {
        self.plan.new.len()
    }

    /// It can be sent for approval.
    pub(super) fn is_ready(&self) -> bool {
        self.roster.problems.is_empty() && self.unseen() == 0 && self.undecided() == 0 && self.to_issue() > 0
    }

    /// Without the rows that are left out, as the issuing walk takes it.
    pub(super) fn without_kept(mut self) -> Self {
        self.roster.recipients.retain(|recipient| !self.choices.keep.contains(&recipient.row));
        self
    }
}
