//! Signs put together to lines, by where they stand: the order in which a program painted them says nothing.

use vc::VisibleLine;

use super::look::Sign;

/// Signs of one line have one baseline, but for this share of the size (marks are set a little higher or lower).
const BASELINE: f64 = 0.18;
/// They have one size, but for this share.
const SIZES: f64 = 0.12;
/// A wider gap, in sizes, begins another line.
const WIDE: f64 = 1.2;
/// A wider gap than this is a space.
const SPACE: f64 = 0.2;
/// The same sign within this share of the size was painted twice, to make it bold.
const TWICE: f64 = 0.1;
/// Lines that are still open while signs come from top to bottom.
const OPEN: usize = 24;

/// The lines of a page, from top to bottom; `scale` leads to the points of an A4 sheet.
pub(super) fn lines(signs: Vec<Sign>, scale: f64) -> Vec<VisibleLine> {
    let (mut upright, turned): (Vec<Sign>, Vec<Sign>) = signs.into_iter().partition(|sign| sign.upright);
    upright.sort_by(|a, b| a.baseline.total_cmp(&b.baseline).then(a.left.total_cmp(&b.left)));
    let mut groups: Vec<Vec<Sign>> = Vec::new();
    for sign in upright {
        let same = |group: &&mut Vec<Sign>| {
            let first = &group[0];
            (first.baseline - sign.baseline).abs() < BASELINE * first.size
                && (first.size / sign.size - 1.0).abs() < SIZES
        };
        match groups.iter_mut().rev().take(OPEN).find(same) {
            Some(group) => group.push(sign),
            None => groups.push(vec![sign]),
        }
    }
    let mut lines = Vec::new();
    for mut group in groups {
        group.sort_by(|a, b| a.left.total_cmp(&b.left));
        cut(group, scale, &mut lines);
    }
    // What does not stand upright is a line as it was painted: no text of ours, but one to be told of.
    for run in turned.chunk_by(|a, b| a.run == b.run) {
        lines.extend(line(run, scale));
    }
    lines
}

/// Cuts the signs of a baseline where a wide gap is.
fn cut(signs: Vec<Sign>, scale: f64, lines: &mut Vec<VisibleLine>) {
    let mut part: Vec<Sign> = Vec::new();
    let mut end = f64::NEG_INFINITY;
    for sign in signs {
        if part.last().is_some_and(|last| last.text == sign.text && sign.left - last.left < TWICE * sign.size) {
            continue;
        }
        if !part.is_empty() && sign.left - end > WIDE * sign.size {
            lines.extend(line(&part, scale));
            part.clear();
        }
        end = end.max(sign.right);
        part.push(sign);
    }
    lines.extend(line(&part, scale));
}

fn line(signs: &[Sign], scale: f64) -> Option<VisibleLine> {
    let inked = |sign: &&Sign| !sign.text.chars().all(char::is_whitespace);
    let (first, last) = (signs.iter().find(inked)?, signs.iter().rfind(inked)?);
    let mut text = String::new();
    let mut end = first.left;
    for sign in signs {
        if sign.left - end > SPACE * sign.size && !text.ends_with(' ') {
            text.push(' ');
        }
        text.push_str(&sign.text);
        end = end.max(sign.right);
    }
    Some(VisibleLine {
        text: text.trim().to_owned(),
        size: (first.size * scale) as f32,
        left: (first.left * scale) as f32,
        right: (last.right * scale) as f32,
        baseline: (first.baseline * scale) as f32,
    })
}
