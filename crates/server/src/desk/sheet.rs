//! The sheet of a draft, read: what its rows are, which warnings were ticked off, who has a certificate already.
//!
//! What a sheet says under a programme never changes, and what it comes to only when something happens. So both are kept in
//! memory, within a bound: a page that is looked at again reads no sheet and asks for no certificates again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use issuer::IssueError;
use issuer::batch::{self, Decision, Decisions, Plan};
use issuer::programme::Programme;
use issuer::roster::{self, Roster, RowWarning, SheetRefused};
use serde::{Deserialize, Serialize};
use store::{ArtifactHash, Draft, RowCounts};
use uuid::Uuid;
use vc::Lang;

use crate::App;
use crate::bounds::READ_SHEET_ROWS;

/// What was decided about the rows of a sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Choices {
    /// Warnings that somebody has looked at, by their keys.
    pub(super) seen: BTreeSet<String>,
    /// Rows that are left out whatever certificate their people have: what was decided before there was a choice.
    #[serde(default)]
    keep: BTreeSet<u32>,
    /// Rows whose people have a certificate already: which one was seen, and what is to happen.
    #[serde(default)]
    decided: BTreeMap<u32, (Uuid, String)>,
}

/// A decision as forms and choices write it.
pub(super) const DECISIONS: [(&str, Decision); 3] =
    [("ganti", Decision::Replace), ("baru", Decision::Add), ("lewati", Decision::Keep)];

impl Choices {
    pub(super) fn of(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    pub(super) fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Decides about a row, or takes the decision back.
    pub(super) fn decide(&mut self, row: u32, certificate: Uuid, decision: Option<&str>) {
        self.keep.remove(&row);
        match decision {
            Some(code) => drop(self.decided.insert(row, (certificate, code.to_owned()))),
            None => drop(self.decided.remove(&row)),
        }
    }

    /// As the issuing walk takes them.
    fn decisions(&self) -> Decisions {
        let mut decisions = Decisions::default();
        for (row, (certificate, code)) in &self.decided {
            if let Some((_, decision)) = DECISIONS.iter().find(|(known, _)| known == code) {
                decisions.decide(*row, *certificate, *decision);
            }
        }
        decisions
    }
}

/// Names a warning within its sheet.
pub(super) fn key(warning: &RowWarning) -> String {
    format!("{}.{}.{}", warning.row, warning.column.letter, warning.code())
}

/// A sheet and the programme that it was read under.
pub(super) struct Read {
    pub(super) programme: Programme,
    pub(super) roster: Roster,
}

/// A draft's sheet with everything that is known about it.
pub(super) struct Looked {
    pub(super) read: Arc<Read>,
    pub(super) choices: Choices,
    pub(super) decisions: Decisions,
    /// Empty while the sheet has problems.
    pub(super) plan: Arc<Plan>,
}

/// What was read and compared last, each as much as has [`READ_SHEET_ROWS`] rows together.
#[derive(Default)]
pub(crate) struct Sheets {
    read: Recent<Key, Read>,
    plans: Recent<PlanKey, Plan>,
}

/// What a reading depends on: the sheet, the programme.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    sheet: String,
    programme: ArtifactHash,
}

/// What a comparison depends on beside: the decisions, and everything that has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
struct PlanKey {
    key: Key,
    choices: ArtifactHash,
    event: i64,
}

impl Key {
    fn of(draft: &Draft) -> Self {
        Self { sheet: draft.sheet_hash.clone(), programme: ArtifactHash::of(draft.programme_text.as_bytes()) }
    }
}

/// Values with their keys and what they take in rows; the newest is the last.
struct Recent<K, V>(Mutex<Vec<(K, Arc<V>, usize)>>);

impl<K, V> Default for Recent<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: PartialEq, V> Recent<K, V> {
    fn get(&self, key: &K) -> Option<Arc<V>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|(known, ..)| known == key)?;
        let found = kept.remove(at);
        let value = Arc::clone(&found.1);
        kept.push(found);
        Some(value)
    }

    fn put(&self, key: K, value: &Arc<V>, rows: usize) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(known, ..)| *known != key);
        kept.push((key, Arc::clone(value), rows.max(1)));
        let mut room = READ_SHEET_ROWS;
        let fits = kept.iter().rev().take_while(|(.., rows)| match room.checked_sub(*rows) {
            Some(left) => {
                room = left;
                true
            }
            None => false,
        });
        let first = kept.len() - fits.count();
        drop(kept.drain(..first));
    }
}

/// How much of a sheet is in memory, in rows.
fn rows(roster: &Roster) -> usize {
    roster.recipients.len() + roster.skipped.len() + roster.problems.len() + roster.warnings.len()
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

/// Reads a sheet on a thread of its own, and keeps what it says.
pub(super) async fn read(app: &App, programme_text: &str, name: &str, bytes: Arc<[u8]>) -> Result<Arc<Read>, Unread> {
    let programme = Programme::parse(programme_text).map_err(|problems| Unread::Programme(problems.len()))?;
    let name = name.to_owned();
    let key = Key { sheet: ArtifactHash::of(&bytes).0, programme: ArtifactHash::of(programme_text.as_bytes()) };
    let read = app.work.unpack(move || match roster::read(&bytes, &name, &programme) {
        Ok(roster) => Ok(Arc::new(Read { programme, roster })),
        Err(refused) => Err(Unread::Sheet(refused)),
    });
    let read = read.await?;
    app.sheets.read.put(key, &read, rows(&read.roster));
    Ok(read)
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
    let Some(text) = app.store().draft_choices(draft.id).await? else { return Ok(None) };
    let key = Key::of(draft);
    let read = match app.sheets.read.get(&key) {
        Some(read) => read,
        None => {
            let Some(kept) = app.store().draft_sheet(draft.id).await? else { return Ok(None) };
            read(app, &draft.programme_text, &draft.sheet_name, kept.sheet.into()).await?
        }
    };
    let choices = Choices::of(&text);
    // What happens from here on is seen at the next look.
    let event = app.store().chain_head().await?.number;
    let key = PlanKey { key, choices: ArtifactHash::of(text.as_bytes()), event };
    let plan = match app.sheets.plans.get(&key) {
        Some(plan) => plan,
        None => {
            let plan = Arc::new(compared(app, &read, &choices).await?);
            app.sheets.plans.put(key, &plan, plan.unchanged.len() + plan.conflicts.len());
            plan
        }
    };
    let mut decisions = choices.decisions();
    for conflict in plan.conflicts.iter().filter(|conflict| choices.keep.contains(&conflict.row)) {
        decisions.decide(conflict.row, conflict.certificate, Decision::Keep);
    }
    Ok(Some(Looked { read, choices, decisions, plan }))
}

async fn compared(app: &App, read: &Read, choices: &Choices) -> Result<Plan, Unread> {
    if !read.roster.problems.is_empty() {
        return Ok(Plan::default());
    }
    let mut plan = batch::plan(&app.office, &read.programme, &read.roster, &choices.decisions()).await?;
    for conflict in plan.conflicts.iter_mut().filter(|conflict| choices.keep.contains(&conflict.row)) {
        conflict.decision = Some(Decision::Keep);
    }
    Ok(plan)
}

impl Looked {
    pub(super) fn roster(&self) -> &Roster {
        &self.read.roster
    }

    /// Warnings that nobody has ticked off.
    pub(super) fn unseen(&self) -> usize {
        self.roster().warnings.iter().filter(|warning| !self.choices.seen.contains(&key(warning))).count()
    }

    /// It can be sent for approval.
    pub(super) fn is_ready(&self) -> bool {
        self.roster().problems.is_empty()
            && self.unseen() == 0
            && self.plan.undecided() == 0
            && self.plan.to_issue() > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_is_kept_within_the_bound_and_the_oldest_goes_first() {
        let recent = Recent::<&str, usize>::default();
        let put = |name, rows| recent.put(name, &Arc::new(rows), rows);
        let third = READ_SHEET_ROWS / 3;
        for name in ["a", "b", "c"] {
            put(name, third);
        }
        assert_eq!(recent.get(&"a").as_deref(), Some(&third));
        put("d", third);
        let kept = ["a", "b", "c", "d"].map(|name| recent.get(&name).is_some());
        assert_eq!(kept, [true, false, true, true]);
        put("e", READ_SHEET_ROWS + 1);
        assert!(["a", "d", "e"].iter().all(|name| recent.get(name).is_none()), "too large to be kept");
    }

    #[test]
    fn choices_of_before_there_was_a_choice_are_still_read() {
        let old = Choices::of(r#"{"seen":["2.A.all_capitals"],"keep":[7]}"#);
        assert!(old.seen.contains("2.A.all_capitals") && old.keep.contains(&7));
        let mut now = old.clone();
        now.decide(7, Uuid::nil(), Some("ganti"));
        assert!(now.keep.is_empty() && Choices::of(&now.to_text()) == now && now != old);
        now.decide(7, Uuid::nil(), None);
        assert_eq!(now.decisions(), Decisions::default());
    }
}
