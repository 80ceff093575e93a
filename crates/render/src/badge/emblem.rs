//! The drawing: a seal of rings and guilloche, the issuer's name around it, the programme within.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::design::{Design, FontRole};
use crate::typeset::Line;
use crate::{RenderError, Shared};

use super::letters::{Kind, Letters, capitals};
use super::ornament::{Stroke, circle, number, rectangle, rosette, scallops, star};
use super::{PREVIEW_PIXELS, root};

/// Half the side of the badge: everything is drawn around its middle.
const HALF: f32 = 300.0;
/// The ring with the words: its inner and outer edge.
const RING: (f32, f32) = (203.0, 252.0);
/// The field with the programme.
const FIELD: f32 = 154.0;
/// Heights of capitals as a share of the size, in the fonts we ship.
const CAPITALS: f32 = 0.66;
/// Around the bottom of every seal.
const WORDS: &str = "LENCANA DIGITAL  ·  DIGITAL BADGE";
/// What a test's badge says. Capitals of the seal: every further letter is an outline more.
const TEST: &str = "UJI COBA  ·  TEST";
/// Characters of a text that is drawn, at most: the credential has the whole, and more could not be read.
const MAX_DRAWN: usize = 130;
/// What the picture beside a test's link says.
const LONG_TEST: &str = "UJI COBA, bukan sertifikat asli / TEST, not a real certificate";

/// The colours of a design, by what they are for.
struct Colours {
    line: [u8; 3],
    fine: [u8; 3],
    pale: [u8; 3],
    tint: [u8; 3],
    ink: [u8; 3],
    quiet: [u8; 3],
    warn: [u8; 3],
    warn_ink: [u8; 3],
}

impl Colours {
    fn of(design: &Design) -> Self {
        let (art, style) = (&design.file.art, &design.file.style);
        let named = |name: &str| design.colour(name).0;
        Self {
            line: named(&art.line),
            fine: named(&art.fine),
            pale: named(&art.pale),
            tint: named(&art.tint),
            ink: named(&style.programme.colour),
            quiet: named(&style.programme_en.colour),
            warn: named(&art.test_band.colour),
            warn_ink: named(&style.band.colour),
        }
    }
}

/// What follows the root element's start: title, outlines, drawing, and its end.
pub(super) fn badge(design: &Design, shared: &Shared) -> Result<String, RenderError> {
    let colours = Colours::of(design);
    let mut letters = Letters::new(design)?;
    let mut art = String::new();
    rectangle(&mut art, (0.0, 0.0, 2.0 * HALF, 2.0 * HALF), Some(colours.tint), None);
    let _ = write!(art, "<g transform=\"translate({HALF} {HALF})\">");
    card(&mut art, &colours, shared.test_band);
    // A test's band takes the lower edge; the seal moves up and grows smaller.
    art.push_str(if shared.test_band { "<g transform=\"translate(0 -19) scale(.92)\">" } else { "<g>" });
    seal(&mut art, &mut letters, &colours, shared)?;
    art.push_str("</g>");
    if shared.test_band {
        let place = (-280.5, 245.0, 561.0, 35.5);
        band(&mut art, &mut letters, &colours, TEST, place)?;
    }
    art.push_str("</g></svg>");
    let title = format!("{} - {}", shared.programme.id, shared.agency.id);
    Ok(format!("<title>{}</title>{}{art}", escaped(&title), letters.definitions()))
}

/// The whole SVG of the picture beside a shared link.
pub(super) fn preview(design: &Design, shared: &Shared) -> Result<String, RenderError> {
    let colours = Colours::of(design);
    let mut letters = Letters::new(design)?;
    let (width, height) = (PREVIEW_PIXELS.0 as f32, PREVIEW_PIXELS.1 as f32);
    let mut art = String::new();
    rectangle(&mut art, (0.0, 0.0, width, height), Some(colours.tint), None);
    frame(&mut art, &colours, (0.0, 0.0, width, height));
    // A test's band takes the lower edge; the rest moves up and grows smaller.
    let (middle, scale) = if shared.test_band { ((height - 48.0) / 2.0, 0.92) } else { (height / 2.0, 1.0) };
    let _ = write!(art, "<g transform=\"translate(316 {}) scale({})\">", number(middle), number(scale));
    seal(&mut art, &mut letters, &colours, shared)?;
    art.push_str("</g>");
    sentences(&mut art, &mut letters, &colours, shared, middle)?;
    if shared.test_band {
        band(&mut art, &mut letters, &colours, LONG_TEST, (18.5, height - 66.0, width - 37.0, 47.5))?;
    }
    let start = root("").replace("0 0 600 600", "0 0 1200 630");
    let start = start.replace("width=\"600\" height=\"600\"", "width=\"1200\" height=\"630\"");
    Ok(format!("{start}{}{art}</svg>", letters.definitions()))
}

/// Frame and corners of the square; a test's band takes the lower ones' place.
fn card(out: &mut String, colours: &Colours, is_test: bool) {
    frame(out, colours, (-HALF, -HALF, 2.0 * HALF, 2.0 * HALF));
    let _ = write!(out, "<g id=\"co\" transform=\"translate(-241 -241)\">");
    rosette(out, "c", (8.0, 31.0), (8, 3), Stroke(colours.fine, 0.9));
    star(out, (0.0, 0.0), 6.5, colours.line);
    out.push_str("</g>");
    for turn in if is_test { &[90][..] } else { &[90, 180, 270] } {
        let _ = write!(out, "<use href=\"#co\" transform=\"rotate({turn})\"/>");
    }
}

fn frame(out: &mut String, colours: &Colours, (x, y, width, height): (f32, f32, f32, f32)) {
    for (inset, stroke) in [(11.0, Stroke(colours.line, 3.2)), (18.5, Stroke(colours.fine, 1.2))] {
        let place = (x + inset, y + inset, width - 2.0 * inset, height - 2.0 * inset);
        rectangle(out, place, None, Some(stroke));
    }
}

/// The seal around the origin, 268 in radius.
fn seal(out: &mut String, letters: &mut Letters<'_>, colours: &Colours, shared: &Shared) -> Result<(), RenderError> {
    let Colours { line, fine, pale, tint, .. } = *colours;
    scallops(out, 264.0, 72, tint, Stroke(fine, 1.6));
    circle(out, RING.1, Some(line), Some(Stroke(fine, 1.4)));
    circle(out, RING.1 - 5.0, None, Some(Stroke(fine, 0.8)));
    circle(out, RING.0 + 5.0, None, Some(Stroke(fine, 0.8)));
    circle(out, RING.0, Some(tint), Some(Stroke(fine, 1.4)));
    rosette(out, "a", (FIELD + 4.0, RING.0 - 4.0), (24, 3), Stroke(fine, 0.9));
    rosette(out, "b", (FIELD + 14.0, RING.0 - 14.0), (24, 2), Stroke(line, 0.7));
    circle(out, FIELD, Some(tint), Some(Stroke(line, 2.0)));
    circle(out, FIELD - 5.0, None, Some(Stroke(fine, 0.9)));
    rosette(out, "w", (38.0, FIELD - 8.0), (12, 3), Stroke(pale, 1.1));
    ring(out, letters, colours, shared)?;
    programme(out, letters, colours, shared)
}

/// The issuer's name over the top, what it is around the bottom, stars between.
fn ring(out: &mut String, letters: &mut Letters<'_>, colours: &Colours, shared: &Shared) -> Result<(), RenderError> {
    let middle = (RING.0 + RING.1) / 2.0;
    let mut kind = Kind {
        font: FontRole::Serif,
        size: 29.0,
        min: 29.0,
        lines: 1,
        tracking: 90.0,
        leading: 1.0,
        colour: colours.tint,
    };
    let words =
        [(capitals(&shortened(&shared.agency.id)), 214.0_f32, 29.0, true), (WORDS.to_owned(), 92.0, 17.0, false)];
    for (text, degrees, size, is_top) in words {
        (kind.size, kind.min) = (size, size);
        for words in letters.fit(&kind, &text, middle * degrees.to_radians(), 1.0)? {
            let half = words.size * CAPITALS / 2.0;
            let radius = if is_top { middle - half } else { middle + half };
            letters.round(out, &words, radius, is_top);
        }
    }
    let (sin, cos) = 27.0_f32.to_radians().sin_cos();
    for side in [-1.0, 1.0] {
        star(out, (side * middle * cos, middle * sin), 11.0, colours.fine);
    }
    Ok(())
}

/// Programme and cohort, in the middle of the field and within it.
fn programme(
    out: &mut String,
    letters: &mut Letters<'_>,
    colours: &Colours,
    shared: &Shared,
) -> Result<(), RenderError> {
    const HEIGHT: f32 = 186.0;
    const WIDTH: f32 = 232.0;
    let kind = |font, size: f32, lines, colour| Kind {
        font,
        size,
        min: size * 0.8,
        lines,
        tracking: 0.0,
        leading: 1.14,
        colour,
    };
    let title = kind(FontRole::Serif, 35.0, 4, colours.ink);
    let english = kind(FontRole::Serif, 17.0, 3, colours.quiet);
    let cohort = Kind { tracking: 30.0, ..kind(FontRole::Serif, 15.0, 2, colours.ink) };
    let mut stack = Vec::new();
    let mut scale = 1.0;
    // Everything a little smaller, until it fits.
    for _ in 0..24 {
        stack.clear();
        for (kind, text, gap) in [
            (&title, &shared.programme.id, 0.0),
            (&english, &shared.programme.en, 9.0),
            (&cohort, &shared.cohort, 13.0),
        ] {
            for (n, line) in letters.fit(kind, &shortened(text), WIDTH, scale)?.into_iter().enumerate() {
                stack.push((if n == 0 && !stack.is_empty() { gap * scale } else { 0.0 }, line));
            }
        }
        if height(&stack) <= HEIGHT {
            break;
        }
        scale *= 0.9;
    }
    star(out, (0.0, -118.0), 14.0, colours.fine);
    let mut y = 8.0 - height(&stack) / 2.0;
    for (gap, line) in &stack {
        y += gap + line.height;
        letters.straight(out, line, -line.width / 2.0, y - line.height * 0.26);
    }
    Ok(())
}

/// What the picture beside a link says, in words.
fn sentences(
    out: &mut String,
    letters: &mut Letters<'_>,
    colours: &Colours,
    shared: &Shared,
    middle: f32,
) -> Result<(), RenderError> {
    const LEFT: f32 = 638.0;
    const WIDTH: f32 = 504.0;
    let kind = |font, size: f32, lines, colour| Kind {
        font,
        size,
        min: size * 0.7,
        lines,
        tracking: 0.0,
        leading: 1.18,
        colour,
    };
    let texts = [
        (kind(FontRole::Serif, 54.0, 1, colours.line), "Sertifikat digital", 0.0),
        (kind(FontRole::Italic, 34.0, 1, colours.quiet), "Digital certificate", 0.0),
        (kind(FontRole::Serif, 35.0, 3, colours.ink), &shared.programme.id, 52.0),
        (kind(FontRole::Italic, 24.0, 2, colours.quiet), &shared.programme.en, 4.0),
        (kind(FontRole::Sans, 22.0, 2, colours.ink), &shared.agency.id, 24.0),
        (kind(FontRole::Sans, 18.0, 2, colours.quiet), &shared.agency.en, 4.0),
    ];
    let mut stack = Vec::new();
    for (at, (kind, text, gap)) in texts.iter().enumerate() {
        for (n, line) in letters.fit(kind, &shortened(text), WIDTH, 1.0)?.into_iter().enumerate() {
            stack.push((if n == 0 { *gap } else { 0.0 }, line, at));
        }
    }
    let total: f32 = stack.iter().map(|(gap, line, _)| gap + line.height).sum();
    let mut y = middle - total / 2.0;
    let mut is_ruled = false;
    for (gap, line, at) in &stack {
        if *at == 2 && !is_ruled {
            is_ruled = true;
            rectangle(out, (LEFT, y + gap / 2.0 - 1.0, 120.0, 2.0), Some(colours.fine), None);
        }
        y += gap + line.height;
        letters.straight(out, line, LEFT, y - line.height * 0.28);
    }
    Ok(())
}

/// The band of a test installation.
fn band(
    out: &mut String,
    letters: &mut Letters<'_>,
    colours: &Colours,
    words: &str,
    (x, y, width, height): (f32, f32, f32, f32),
) -> Result<(), RenderError> {
    rectangle(out, (x, y, width, height), Some(colours.warn), None);
    let size = height * 0.62;
    let kind = Kind {
        font: FontRole::Serif,
        size,
        min: size,
        lines: 1,
        tracking: 60.0,
        leading: 1.0,
        colour: colours.warn_ink,
    };
    for line in letters.fit(&kind, words, width - 24.0, 1.0)? {
        let baseline = y + height / 2.0 + line.size * 0.33;
        letters.straight(out, &line, x + (width - line.width) / 2.0, baseline);
    }
    Ok(())
}

fn height(stack: &[(f32, Line)]) -> f32 {
    stack.iter().map(|(gap, line)| gap + line.height).sum()
}

/// The text, or as many of its first words as can be read in a picture.
fn shortened(text: &str) -> Cow<'_, str> {
    let Some((end, _)) = text.char_indices().nth(MAX_DRAWN) else { return Cow::Borrowed(text) };
    let start = &text[..end];
    let words = start.rsplit_once(' ').map_or(start, |(words, _)| words);
    Cow::Owned(format!("{} …", words.trim_end_matches([' ', ',', ';', ':', '-', '/'])))
}

fn escaped(text: &str) -> String {
    let plain = text.chars().filter(|c| !c.is_control());
    plain.collect::<String>().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
