//! Looking for a text among lines, however a program cut it: into runs, ligatures, lines, with spaces or without.

use crate::document::{VisibleLine, VisiblePage};
use unicode_normalization::UnicodeNormalization;

/// Lines of one text are of one size, but for this share.
const SIZES: f32 = 0.12;
/// From one baseline to the next, in sizes: at least and at most.
const LEADING: (f32, f32) = (0.7, 2.4);
/// What a font prints for a sign that it does not have.
const MISSING: char = '\u{fffd}';

/// A page's lines, made comparable.
pub(super) struct Text {
    lines: Vec<Line>,
}

struct Line {
    chars: Vec<char>,
    folded: String,
    place: VisibleLine,
}

/// What stands around a text that is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Edges {
    /// Nothing else stands on its lines.
    Whole,
    /// Anything, but no digit beside a digit: *3 August* is not in *13 August*.
    Free,
}

/// Where a text was found.
pub(super) struct Found {
    /// The size of its smallest line.
    pub(super) size: f32,
    /// Its lines.
    lines: Vec<usize>,
}

impl Text {
    pub(super) fn of(page: &VisiblePage) -> Self {
        let line = |place: &VisibleLine| {
            let folded = fold(&place.text);
            Line { chars: folded.chars().collect(), folded, place: place.clone() }
        };
        Self { lines: page.lines.iter().map(line).filter(|line| !line.chars.is_empty()).collect() }
    }

    /// All lines, folded.
    pub(super) fn folded(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(|line| line.folded.as_str())
    }

    /// Where `text` stands in letters of at least this size; the largest, if it stands in several places.
    pub(super) fn find(&self, text: &str, edges: Edges, least: f32) -> Option<Found> {
        let wanted: Vec<char> = fold(text).chars().collect();
        let places = (0..self.lines.len()).flat_map(|line| {
            let starts = if edges == Edges::Whole { 0..1 } else { 0..self.lines[line].chars.len() };
            starts.map(move |at| (line, at))
        });
        let found = places.filter_map(|(line, at)| self.matches(&wanted, line, at, edges));
        found.filter(|found| found.size >= least).max_by(|a, b| a.size.total_cmp(&b.size))
    }

    /// Whether `wanted` stands from there on.
    fn matches(&self, wanted: &[char], mut line: usize, mut at: usize, edges: Edges) -> Option<Found> {
        let beside = |a: Option<&char>, b: Option<&char>| {
            a.is_some_and(char::is_ascii_digit) && b.is_some_and(char::is_ascii_digit)
        };
        let before = at.checked_sub(1).and_then(|before| self.lines[line].chars.get(before));
        if wanted.is_empty() || beside(before, wanted.first()) {
            return None;
        }
        let mut found = Found { size: self.lines[line].place.size, lines: vec![line] };
        let mut rest = wanted;
        while let Some((next, after)) = rest.split_first() {
            match self.lines[line].chars.get(at) {
                Some(c) if c == next => (rest, at) = (after, at + 1),
                // A name in signs that no font here has is printed as boxes; they stand for such signs only.
                Some(&MISSING) if !is_latin(*next) => {
                    at += 1;
                    let signs = rest.iter().take_while(|c| !is_latin(**c)).count();
                    let boxes = self.lines[line].chars[at..].iter().take_while(|c| **c == MISSING).count();
                    rest = &rest[signs.saturating_sub(boxes).max(1)..];
                }
                Some(_) => return None,
                None => {
                    line = self.below(line)?;
                    at = 0;
                    found.size = found.size.min(self.lines[line].place.size);
                    found.lines.push(line);
                }
            }
        }
        let next = self.lines[line].chars.get(at);
        let ends = if edges == Edges::Whole { next.is_none() } else { !beside(wanted.last(), next) };
        ends.then_some(found)
    }

    /// The line on which a text goes on: the next below, of the same size.
    fn below(&self, from: usize) -> Option<usize> {
        let upper = &self.lines[from].place;
        let follows = |lower: &VisibleLine| {
            let step = (lower.baseline - upper.baseline) / upper.size;
            (LEADING.0..LEADING.1).contains(&step)
                && (lower.size / upper.size - 1.0).abs() < SIZES
                && lower.left < upper.right
                && upper.left < lower.right
        };
        let lower = self.lines.iter().enumerate().filter(|(_, line)| follows(&line.place));
        lower.min_by(|(_, a), (_, b)| a.place.baseline.total_cmp(&b.place.baseline)).map(|(at, _)| at)
    }

    /// The largest text of at least this size that is neither what was found nor part of what is known.
    pub(super) fn loudest(&self, least: f32, found: Option<&Found>, known: &[String]) -> Option<String> {
        let unknown = |(at, line): &(usize, &Line)| {
            let part = |known: &String| *known == line.folded || (line.chars.len() > 2 && known.contains(&line.folded));
            let is_found = found.is_some_and(|found| found.lines.contains(at));
            !is_found
                && line.place.size >= least
                && line.chars.iter().any(|c| c.is_alphanumeric())
                && !known.iter().any(part)
        };
        let lines = self.lines.iter().enumerate().filter(unknown);
        let loudest = lines.max_by(|(_, a), (_, b)| a.place.size.total_cmp(&b.place.size));
        loudest.map(|(_, line)| line.place.text.trim().to_owned())
    }
}

/// A text as it is compared: ligatures and accents in their compatible composed form, without spaces and what is not seen.
pub(super) fn fold(text: &str) -> String {
    let unseen = |c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
    };
    text.nfkc().filter(|c| !unseen(*c)).map(twin).collect()
}

/// Signs that fonts draw with one and the same glyph, so that a page cannot tell which was meant.
fn twin(c: char) -> char {
    match c {
        'Đ' | 'Ɖ' => 'Ð',
        '\u{2010}' | '\u{2011}' => '-',
        '\u{2bc}' => '\u{2019}',
        other => other,
    }
}

fn is_latin(c: char) -> bool {
    matches!(c, '\u{21}'..='\u{24f}' | '\u{300}'..='\u{36f}' | '\u{1e00}'..='\u{1eff}' | '\u{2010}'..='\u{205e}')
}
