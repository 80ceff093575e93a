//! The preview of a sheet: tiles whose numbers tell what its rows are, and the rows of one of them.

use issuer::roster::{Column, Recipient, Roster};
use serde::Serialize;
use store::{Draft, DraftState};
use vc::Lang;

use super::sheet::{Looked, key};

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
        let roster = &looked.roster;
        match self {
            Self::Problems => roster.problem_count.max(roster.problems.len()),
            Self::Warnings => roster.warning_count.max(roster.warnings.len()),
            Self::Known => looked.plan.unchanged.len() + looked.plan.conflicts.len(),
            Self::Ready if roster.problems.is_empty() => looked.to_issue(),
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
    /// The check box: its name, its value, whether it is ticked; an empty name has none.
    tick: (&'static str, String, bool),
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
    ready: bool,
    header_row: u32,
    sheet: String,
    ignored: Vec<String>,
    first: String,
    last: String,
    longest: String,
}

/// The preview of a draft's sheet; `asked` is the tile that was chosen.
pub(super) fn preview(looked: &Looked, draft: &Draft, asked: &str, lang: Lang) -> Preview {
    let counted = Tile::ALL.map(|tile| (tile, tile.count(looked)));
    let chosen = Tile::ALL.into_iter().find(|tile| tile.code() == asked);
    // The first tile that somebody has to do something about, else what will be issued.
    let tile = chosen.unwrap_or_else(|| {
        let first = counted.iter().find(|(tile, count)| *count > 0 && *tile != Tile::Known).map(|(tile, _)| *tile);
        if looked.undecided() > 0 && looked.roster.problems.is_empty() {
            Tile::Known
        } else {
            first.unwrap_or(Tile::Ready)
        }
    });
    let lines = lines(looked, tile, lang);
    let recipients = &looked.roster.recipients;
    let named = |recipient: Option<&Recipient>| recipient.map(Recipient::name_with_titles).unwrap_or_default();
    let longest = recipients.iter().max_by_key(|recipient| recipient.name_with_titles().chars().count());
    Preview {
        counts: counted.into_iter().map(|(each, count)| each.counted(count, tile, lang)).collect(),
        tile: tile.code(),
        heading: tile.words(lang),
        more: tile.count(looked).saturating_sub(lines.len()),
        lines,
        problems: Tile::Problems.count(looked),
        unseen: looked.unseen(),
        undecided: looked.undecided(),
        to_issue: looked.to_issue(),
        ready: looked.is_ready(),
        header_row: looked.roster.header_row,
        sheet: looked.roster.sheet.clone().unwrap_or_default(),
        ignored: ignored(&looked.roster),
        first: named(recipients.first()),
        last: named(recipients.last()),
        longest: if draft.state == DraftState::Submitted { named(longest) } else { String::new() },
    }
}

fn ignored(roster: &Roster) -> Vec<String> {
    roster.ignored.iter().map(|column| format!("{} ({})", column.header, column.letter)).collect()
}

fn lines(looked: &Looked, tile: Tile, lang: Lang) -> Vec<Line> {
    let place = |column: &Column| format!("{} ({})", column.header, column.letter);
    let none = || ("", String::new(), false);
    let roster = &looked.roster;
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
                tick: none(),
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
                    tick: ("dilihat", key(warning), looked.choices.seen.contains(&key(warning))),
                })
                .collect()
        }
        Tile::Known => known(looked, lang),
        Tile::Ready => {
            let ready: Vec<&Recipient> = match roster.problems.is_empty() {
                true => looked.plan.new.iter().filter_map(|at| roster.recipients.get(*at)).collect(),
                false => roster.recipients.iter().collect(),
            };
            ready
                .into_iter()
                .take(ROWS)
                .map(|recipient| Line {
                    row: recipient.row,
                    column: String::new(),
                    value: recipient.name_with_titles(),
                    kind: "",
                    why: recipient.nip.map(|nip| nip.to_string()).unwrap_or_default(),
                    mend: recipient.agency.as_deref().unwrap_or_default().to_owned(),
                    tick: none(),
                })
                .collect()
        }
        Tile::Skipped => roster
            .skipped
            .iter()
            .take(ROWS)
            .map(|skipped| Line {
                row: skipped.row,
                column: String::new(),
                value: skipped.name.clone(),
                kind: "",
                why: String::new(),
                mend: String::new(),
                tick: none(),
            })
            .collect(),
    }
}

/// People who have a certificate: first those whose row says something else now.
fn known(looked: &Looked, lang: Lang) -> Vec<Line> {
    let id = lang == Lang::Id;
    let conflicts = looked.plan.conflicts.iter().map(|conflict| Line {
        row: conflict.row,
        column: String::new(),
        value: conflict.name.clone(),
        kind: "warn",
        why: conflict.reason(lang),
        mend: if id {
            "Centang untuk melewati baris ini: sertifikatnya tetap. Untuk memperbaiki nama, pakai Terbitkan ulang pada sertifikatnya."
        } else {
            "Tick to leave this row out: the certificate stays. To correct the name, issue the certificate again."
        }
        .to_owned(),
        tick: ("lewati", conflict.row.to_string(), looked.choices.keep.contains(&conflict.row)),
    });
    let unchanged = looked.plan.unchanged.iter().map(|unchanged| Line {
        row: unchanged.row,
        column: String::new(),
        value: looked.roster.recipients.get(unchanged.at).map(Recipient::name_with_titles).unwrap_or_default(),
        kind: "",
        why: unchanged.number.clone(),
        mend: if id { "Tidak diterbitkan lagi." } else { "Not issued again." }.to_owned(),
        tick: ("", String::new(), false),
    });
    conflicts.chain(unchanged).take(ROWS).collect()
}

#[cfg(test)]
impl Preview {
    pub(super) fn sample(tile: &str, problems: usize, lang: Lang) -> Self {
        let tile = Tile::ALL.into_iter().find(|each| each.code() == tile).expect("a tile");
        let (kind, tick) = match tile {
            Tile::Problems => ("bad", ("", String::new(), false)),
            Tile::Warnings => ("warn", ("dilihat", "9.F.x".to_owned(), true)),
            _ => ("", ("", String::new(), false)),
        };
        let line = Line {
            row: 9,
            column: if kind.is_empty() { String::new() } else { "NIP (F)".into() },
            value: "1.99203E+17 <b>".into(),
            kind,
            why: "NIP terbaca sebagai angka sehingga digit akhirnya hilang.".into(),
            mend: "Ubah kolom NIP menjadi Teks, lalu ketik ulang dari sumber asli.".into(),
            tick,
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
