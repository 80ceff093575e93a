//! The sheet of a draft, read: what its rows are, which warnings were ticked off, who has a certificate already.
//!
//! What a sheet says under a programme never changes, so it is kept in memory, within a bound: a page that is looked at
//! again reads no sheet again.

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
    pub(super) plan: Plan,
}

/// The sheets that were read last, as many as have [`READ_SHEET_ROWS`] rows together.
#[derive(Default)]
pub(crate) struct Sheets(Mutex<Vec<(Key, Arc<Read>)>>);

/// What a reading depends on: the sheet, the programme.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    sheet: String,
    programme: ArtifactHash,
}

impl Key {
    fn of(draft: &Draft) -> Self {
        Self { sheet: draft.sheet_hash.clone(), programme: ArtifactHash::of(draft.programme_text.as_bytes()) }
    }
}

impl Sheets {
    /// The newest is the last.
    fn get(&self, key: &Key) -> Option<Arc<Read>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|(known, _)| known == key)?;
        let found = kept.remove(at);
        let read = Arc::clone(&found.1);
        kept.push(found);
        Some(read)
    }

    fn put(&self, key: Key, read: &Arc<Read>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(known, _)| *known != key);
        kept.push((key, Arc::clone(read)));
        let mut room = READ_SHEET_ROWS;
        let from = kept.iter().rposition(|(_, read)| match room.checked_sub(rows(&read.roster)) {
            Some(left) => {
                room = left;
                false
            }
            None => true,
        });
        drop(kept.drain(..from.map_or(0, |last| last + 1)));
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
    app.sheets.put(key, &read);
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
    let Some(choices) = app.store().draft_choices(draft.id).await? else { return Ok(None) };
    let choices = Choices::of(&choices);
    let read = match app.sheets.get(&Key::of(draft)) {
        Some(read) => read,
        None => {
            let Some(kept) = app.store().draft_sheet(draft.id).await? else { return Ok(None) };
            read(app, &draft.programme_text, &draft.sheet_name, kept.sheet.into()).await?
        }
    };
    let decisions = choices.decisions();
    let mut plan = match read.roster.problems.is_empty() {
        true => batch::plan(&app.office, &read.programme, &read.roster, &decisions).await?,
        false => Plan::default(),
    };
    let mut decisions = decisions;
    for conflict in plan.conflicts.iter_mut().filter(|conflict| choices.keep.contains(&conflict.row)) {
        if conflict.decision.is_none() {
            conflict.decision = Some(Decision::Keep);
            decisions.decide(conflict.row, conflict.certificate, Decision::Keep);
        }
    }
    Ok(Some(Looked { read, choices, decisions, plan }))
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

    fn sheet(rows: usize) -> Arc<Read> {
        let programme = include_str!("../../../../templates/programmes/ai-fundamentals.toml");
        let programme = Programme::parse(programme).expect("the first sample");
        let skipped = (0..rows).map(|_| roster::Skipped { row: 1, name: String::new() }).collect();
        Arc::new(Read { programme, roster: Roster { skipped, ..Roster::default() } })
    }

    fn key(name: &str) -> Key {
        Key { sheet: name.into(), programme: ArtifactHash::of(b"") }
    }

    #[test]
    fn sheets_are_kept_within_the_bound_and_the_oldest_goes_first() {
        let sheets = Sheets::default();
        let third = READ_SHEET_ROWS / 3;
        for name in ["a", "b", "c"] {
            sheets.put(key(name), &sheet(third));
        }
        assert!(sheets.get(&key("a")).is_some());
        sheets.put(key("d"), &sheet(third));
        let kept = ["a", "b", "c", "d"].map(|name| sheets.get(&key(name)).is_some());
        assert_eq!(kept, [true, false, true, true]);
        sheets.put(key("e"), &sheet(READ_SHEET_ROWS + 1));
        assert!(["a", "d", "e"].iter().all(|name| sheets.get(&key(name)).is_none()), "too large to be kept");
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
