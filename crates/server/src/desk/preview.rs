//! The preview of a sheet: tiles whose numbers tell what its rows are, and the rows of one of them.

use issuer::IssueError;
use issuer::batch::{self, Conflict, Decision, Unchanged};
use issuer::roster::{Column, Recipient, Roster};
use serde::Serialize;
use store::{Draft, DraftState};
use vc::Lang;

use super::frame::say;
use super::sheet::{DECISIONS, Looked, key};
use crate::App;

/// How many rows of a sheet a page shows.
const ROWS: usize = 100;

/// The tiles of the preview; their numbers add up to the rows of the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tile {
    Problems,
    Warnings,
    Known,
    Ready,
    Skipped,
}

impl Tile {
    const ALL: [Self; 5] = [Self::Problems, Self::Warnings, Self::Known, Self::Ready, Self::Skipped];

    fn code(self) -> &'static str {
        match self {
            Self::Problems => "perbaiki",
            Self::Warnings => "lihat",
            Self::Known => "sudah",
            Self::Ready => "siap",
            Self::Skipped => "lewati",
        }
    }

    fn words(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Problems, Lang::Id) => "Perlu diperbaiki",
            (Self::Problems, Lang::En) => "To be mended",
            (Self::Warnings, Lang::Id) => "Perlu dilihat",
            (Self::Warnings, Lang::En) => "To be looked at",
            (Self::Known, Lang::Id) => "Sudah punya sertifikat",
            (Self::Known, Lang::En) => "Have it already",
            (Self::Ready, Lang::Id) => "Siap diterbitkan",
            (Self::Ready, Lang::En) => "Ready to be issued",
            (Self::Skipped, Lang::Id) => "Tidak lulus, dilewati",
            (Self::Skipped, Lang::En) => "Not passed, left out",
        }
    }

    fn icon(self) -> (&'static str, &'static str) {
        match self {
            Self::Problems => ("bad", "x"),
            Self::Warnings => ("warn", "warn"),
            Self::Known => ("plain", "award"),
            Self::Ready => ("ok", "tick"),
            Self::Skipped => ("plain", "dash"),
        }
    }

    fn counted(self, count: usize, current: Self, lang: Lang) -> Count {
        let (kind, icon) = self.icon();
        Count { code: self.code(), label: self.words(lang), kind, icon, count, current: self == current }
    }

    fn count(self, looked: &Looked) -> usize {
        let roster = looked.roster();
        match self {
            Self::Problems => roster.problem_count.max(roster.problems.len()),
            Self::Warnings => roster.warning_count.max(roster.warnings.len()),
            Self::Known => looked.plan.unchanged.len() + looked.plan.conflicts.len(),
            Self::Ready if roster.problems.is_empty() => looked.plan.new.len(),
            Self::Ready => roster.recipients.len(),
            Self::Skipped => roster.skipped.len(),
        }
    }
}

#[derive(Debug, Clone, Serialize)]
struct Count {
    code: &'static str,
    label: &'static str,
    kind: &'static str,
    icon: &'static str,
    count: usize,
    current: bool,
}

/// A row of the table under the tiles.
#[derive(Debug, Clone, Serialize)]
struct Line {
    row: u32,
    /// Column letter and header; empty where the whole row is meant.
    column: String,
    value: String,
    /// `bad`, `warn`, or empty.
    kind: &'static str,
    why: String,
    mend: String,
    /// The check box of a warning: its value, and whether it is ticked.
    tick: Option<(String, bool)>,
    /// What can be decided about somebody who has a certificate, and what was.
    decision: Option<Deciding>,
}

/// Somebody who has a certificate, and whose row says something else.
#[derive(Debug, Clone, Serialize)]
struct Deciding {
    /// The page of the certificate.
    path: String,
    number: String,
    /// Field, what was issued, what the row says.
    differences: Vec<(&'static str, String, String)>,
    /// Value, words, and whether it is chosen.
    choices: Vec<(String, &'static str, bool)>,
    /// What was chosen; empty while nothing was.
    chosen: &'static str,
}

impl Line {
    /// A row that only says who it is.
    fn plain(row: u32, value: String, why: String, mend: String) -> Self {
        Self { row, column: String::new(), value, kind: "", why, mend, tick: None, decision: None }
    }
}

/// What the preview shows.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Preview {
    counts: Vec<Count>,
    tile: &'static str,
    heading: &'static str,
    lines: Vec<Line>,
    more: usize,
    problems: usize,
    unseen: usize,
    undecided: usize,
    to_issue: usize,
    replaced: usize,
    added: usize,
    ready: bool,
    header_row: u32,
    sheet: String,
    ignored: Vec<String>,
    first: String,
    last: String,
    longest: String,
}

/// The preview of a draft's sheet; `asked` is the tile that was chosen.
///
/// # Errors
/// [`IssueError::Store`].
pub(super) async fn preview(
    app: &App,
    looked: &Looked,
    draft: &Draft,
    asked: &str,
    lang: Lang,
) -> Result<Preview, IssueError> {
    let counted = Tile::ALL.map(|tile| (tile, tile.count(looked)));
    let chosen = Tile::ALL.into_iter().find(|tile| tile.code() == asked);
    // The first tile that somebody has to do something about, else what will be issued.
    let tile = chosen.unwrap_or_else(|| {
        let first = counted.iter().find(|(tile, count)| *count > 0 && *tile != Tile::Known).map(|(tile, _)| *tile);
        if looked.plan.undecided() > 0 && looked.roster().problems.is_empty() {
            Tile::Known
        } else {
            first.unwrap_or(Tile::Ready)
        }
    });
    let lines = match tile {
        Tile::Known => known(app, looked, lang).await?,
        tile => lines(looked, tile, lang),
    };
    let recipients = &looked.roster().recipients;
    let named = |recipient: Option<&Recipient>| recipient.map(Recipient::name_with_titles).unwrap_or_default();
    let longest = recipients.iter().max_by_key(|recipient| recipient.name_with_titles().chars().count());
    Ok(Preview {
        counts: counted.into_iter().map(|(each, count)| each.counted(count, tile, lang)).collect(),
        tile: tile.code(),
        heading: tile.words(lang),
        more: tile.count(looked).saturating_sub(lines.len()),
        lines,
        problems: Tile::Problems.count(looked),
        unseen: looked.unseen(),
        undecided: looked.plan.undecided(),
        to_issue: looked.plan.to_issue(),
        replaced: looked.plan.decided(Decision::Replace),
        added: looked.plan.decided(Decision::Add),
        ready: looked.is_ready(),
        header_row: looked.roster().header_row,
        sheet: looked.roster().sheet.clone().unwrap_or_default(),
        ignored: ignored(looked.roster()),
        first: named(recipients.first()),
        last: named(recipients.last()),
        longest: if draft.state == DraftState::Submitted { named(longest) } else { String::new() },
    })
}

fn ignored(roster: &Roster) -> Vec<String> {
    roster.ignored.iter().map(|column| format!("{} ({})", column.header, column.letter)).collect()
}

fn lines(looked: &Looked, tile: Tile, lang: Lang) -> Vec<Line> {
    let place = |column: &Column| format!("{} ({})", column.header, column.letter);
    let roster = looked.roster();
    match tile {
        Tile::Problems => roster
            .problems
            .iter()
            .take(ROWS)
            .map(|problem| Line {
                row: problem.row,
                column: place(&problem.column),
                value: problem.value.clone(),
                kind: "bad",
                why: problem.reason(lang),
                mend: problem.mend(lang),
                tick: None,
                decision: None,
            })
            .collect(),
        Tile::Warnings => {
            // What is still to be looked at comes first.
            let (unseen, seen): (Vec<_>, Vec<_>) =
                roster.warnings.iter().partition(|warning| !looked.choices.seen.contains(&key(warning)));
            unseen
                .into_iter()
                .chain(seen)
                .take(ROWS)
                .map(|warning| Line {
                    row: warning.row,
                    column: place(&warning.column),
                    value: warning.value.clone(),
                    kind: "warn",
                    why: warning.reason(lang),
                    mend: warning.mend(lang),
                    tick: Some((key(warning), looked.choices.seen.contains(&key(warning)))),
                    decision: None,
                })
                .collect()
        }
        // Asked of the store.
        Tile::Known => Vec::new(),
        Tile::Ready => {
            let ready: Vec<&Recipient> = match roster.problems.is_empty() {
                true => looked.plan.new.iter().filter_map(|at| roster.recipients.get(*at)).collect(),
                false => roster.recipients.iter().collect(),
            };
            ready
                .into_iter()
                .take(ROWS)
                .map(|recipient| {
                    let nip = recipient.nip.map(|nip| nip.to_string()).unwrap_or_default();
                    let agency = recipient.agency.as_deref().unwrap_or_default().to_owned();
                    Line::plain(recipient.row, recipient.name_with_titles(), nip, agency)
                })
                .collect()
        }
        Tile::Skipped => roster
            .skipped
            .iter()
            .take(ROWS)
            .map(|skipped| Line::plain(skipped.row, skipped.name.clone(), String::new(), String::new()))
            .collect(),
    }
}

/// People who have a certificate: first those whose row says something else now, the undecided ones before all.
async fn known(app: &App, looked: &Looked, lang: Lang) -> Result<Vec<Line>, IssueError> {
    let (mut open, decided): (Vec<_>, Vec<_>) =
        looked.plan.conflicts.iter().partition(|conflict| conflict.decision.is_none());
    open.extend(decided);
    let mut lines = Vec::new();
    for conflict in open.into_iter().take(ROWS) {
        lines.push(conflicting(app, looked, conflict, lang).await?);
    }
    let name = |unchanged: &Unchanged| looked.roster().recipients.get(unchanged.at).map(Recipient::name_with_titles);
    let unchanged = looked.plan.unchanged.iter().map(|unchanged| {
        let mend = say(lang, "Isinya sama; tidak diterbitkan lagi.", "It says the same; not issued again.").to_owned();
        Line::plain(unchanged.row, name(unchanged).unwrap_or_default(), unchanged.number.clone(), mend)
    });
    lines.extend(unchanged.take(ROWS - lines.len()));
    Ok(lines)
}

async fn conflicting(app: &App, looked: &Looked, conflict: &Conflict, lang: Lang) -> Result<Line, IssueError> {
    let differences = match looked.roster().recipients.get(conflict.at) {
        Some(recipient) => batch::differences(&app.office, &looked.read.programme, recipient, conflict).await?,
        None => Vec::new(),
    };
    let possible = DECISIONS.iter().filter(|(_, decision)| decision.is_possible(conflict.state));
    let choices = possible.map(|(code, decision)| {
        let value = format!("{code}.{}", conflict.certificate);
        (value, decision_words(*decision, lang), conflict.decision == Some(*decision))
    });
    let deciding = Deciding {
        path: format!("/desk/sertifikat/{}", conflict.certificate),
        number: conflict.number.clone(),
        differences: differences.into_iter().map(|one| (one.label(lang), one.before, one.now)).collect(),
        choices: choices.collect(),
        chosen: conflict.decision.map_or("", |decision| decision_words(decision, lang)),
    };
    let line = Line::plain(conflict.row, conflict.name.clone(), String::new(), String::new());
    Ok(Line { kind: if conflict.decision.is_none() { "warn" } else { "" }, decision: Some(deciding), ..line })
}

fn decision_words(decision: Decision, lang: Lang) -> &'static str {
    match decision {
        Decision::Replace => say(lang, "Ganti: yang lama digantikan", "Replace: the old one is superseded"),
        Decision::Add => say(lang, "Baru: sertifikat kedua di samping yang lama", "New: a second one beside the old"),
        Decision::Keep => say(lang, "Lewati: yang lama tetap", "Leave out: the old one stays"),
    }
}

#[cfg(test)]
impl Preview {
    pub(super) fn sample(tile: &str, problems: usize, lang: Lang) -> Self {
        let tile = Tile::ALL.into_iter().find(|each| each.code() == tile).expect("a tile");
        let (kind, tick) = match tile {
            Tile::Problems => ("bad", None),
            Tile::Warnings => ("warn", Some(("9.F.x".to_owned(), true))),
            _ => ("", None),
        };
        let deciding = Deciding {
            path: "/desk/sertifikat/1b4e28ba-2fa1-41d2-883f-0016d3cca427".into(),
            number: "00012/AI-CAMPUS/II/LAN/2026".into(),
            differences: vec![("Nama", "Ratna Contohsari".into(), "Ratna <Contoh> Sari".into())],
            choices: DECISIONS
                .map(|(code, decision)| (format!("{code}.x"), decision_words(decision, lang), code == "ganti"))
                .to_vec(),
            chosen: decision_words(Decision::Replace, lang),
        };
        let line = Line {
            row: 9,
            column: if kind.is_empty() { String::new() } else { "NIP (F)".into() },
            value: "1.99203E+17 <b>".into(),
            kind,
            why: "NIP terbaca sebagai angka sehingga digit akhirnya hilang.".into(),
            mend: "Ubah kolom NIP menjadi Teks, lalu ketik ulang dari sumber asli.".into(),
            tick,
            decision: (tile == Tile::Known).then_some(deciding),
        };
        Self {
            counts: Tile::ALL.iter().map(|each| each.counted(4, tile, lang)).collect(),
            tile: tile.code(),
            heading: tile.words(lang),
            lines: vec![line.clone(), line],
            more: 2,
            problems,
            unseen: 2,
            undecided: 0,
            to_issue: 34,
            replaced: 1,
            added: 0,
            ready: problems == 0,
            header_row: 6,
            sheet: "Peserta".into(),
            ignored: vec!["Catatan (Q)".into()],
            first: "Ratna Contohsari".into(),
            last: "Budi Misalnya".into(),
            longest: "Dr. Ratna <Contohsari>, S.T., M.Si.".into(),
        }
    }
}
