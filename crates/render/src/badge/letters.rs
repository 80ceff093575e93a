//! Text as outlines: no reader needs a font. Each glyph is drawn once and used wherever it stands.

use std::collections::BTreeMap;
use std::f32::consts::TAU;
use std::fmt::Write as _;

use rustybuzz::Face;
use rustybuzz::ttf_parser::{GlyphId, OutlineBuilder};

use crate::RenderError;
use crate::design::{Design, FontRole, Style};
use crate::typeset::{Line, Pen, Typesetter};

use super::ornament::{hex, number};

/// Units in a font size: whole ones make a letter exact to a tenth of a pixel, and its numbers short.
const UNITS: f32 = 400.0;

/// A kind of text of a badge.
pub(super) struct Kind {
    pub(super) font: FontRole,
    /// Size, and the smallest before it is broken into lines, in units of the picture.
    pub(super) size: f32,
    pub(super) min: f32,
    pub(super) lines: usize,
    /// Letter spacing in thousandths of the size.
    pub(super) tracking: f32,
    pub(super) leading: f32,
    pub(super) colour: [u8; 3],
}

/// Sets text, and remembers which glyphs it used.
pub(super) struct Letters<'d> {
    design: &'d Design,
    set: Typesetter,
    used: BTreeMap<(FontRole, u16), usize>,
}

impl<'d> Letters<'d> {
    pub(super) fn new(design: &'d Design) -> Result<Self, RenderError> {
        Ok(Self { design, set: Typesetter::new(design)?, used: BTreeMap::new() })
    }

    /// As many lines as it takes, none wider than `width`, at `scale` of the kind's sizes.
    pub(super) fn fit(&self, kind: &Kind, text: &str, width: f32, scale: f32) -> Result<Vec<Line>, RenderError> {
        let mut lines = self.set.fit(&self.pen(kind, scale)?, text, width);
        for line in &mut lines {
            line.colour = kind.colour;
        }
        Ok(lines)
    }

    fn pen(&self, kind: &Kind, scale: f32) -> Result<Pen, RenderError> {
        let style = Style {
            font: kind.font,
            size: kind.size * scale,
            min: Some(kind.min * scale),
            lines: kind.lines,
            tracking: kind.tracking,
            leading: kind.leading,
            before: 0.0,
            // Replaced by the kind's own.
            colour: String::new(),
            features: Vec::new(),
        };
        self.set.pen(self.design, "badge", &style)
    }

    /// A line with its baseline from (x, y) on.
    pub(super) fn straight(&mut self, out: &mut String, line: &Line, x: f32, y: f32) {
        let scale = line.size / UNITS;
        self.group(out, line, &format!("matrix({0} 0 0 -{0} {1} {2})", number(scale), number(x), number(y)));
        let mut at = 0.0;
        for (font, glyph) in glyphs(line) {
            if let Some(name) = self.name(font, glyph.id) {
                let (dx, dy) = ((at + units(glyph.dx)).round(), units(glyph.dy).round());
                let _ = write!(out, "<use href=\"#{name}\"");
                coordinate(out, "x", dx);
                coordinate(out, "y", dy);
                out.push_str("/>");
            }
            at += units(glyph.advance) + line.tracking / scale;
        }
        out.push_str("</g>");
    }

    /// A line along a circle around the origin, its middle at the top, or at the bottom and readable from there.
    pub(super) fn round(&mut self, out: &mut String, line: &Line, radius: f32, is_top: bool) {
        let scale = line.size / UNITS;
        self.group(out, line, &format!("scale({0} -{0})", number(scale)));
        let mut at = -line.width / 2.0;
        for (font, glyph) in glyphs(line) {
            let advance = units(glyph.advance) * scale;
            if let Some(name) = self.name(font, glyph.id) {
                // Upside down in the font's own space, where y points up.
                let turn = (at + advance / 2.0) / radius / TAU * 360.0 * if is_top { -1.0 } else { 1.0 };
                let place = radius / scale * if is_top { 1.0 } else { -1.0 };
                let _ = write!(
                    out,
                    "<use href=\"#{name}\" transform=\"rotate({})\" x=\"{}\" y=\"{}\"/>",
                    number(turn),
                    units(glyph.dx - glyph.advance / 2.0).round(),
                    (place + units(glyph.dy)).round()
                );
            }
            at += advance + line.tracking;
        }
        out.push_str("</g>");
    }

    fn group(&self, out: &mut String, line: &Line, transform: &str) {
        let _ = write!(out, "<g fill=\"{}\" transform=\"{transform}\">", hex(line.colour));
    }

    /// The name under which the glyph will be defined; none for one without an outline.
    fn name(&mut self, font: FontRole, glyph: u16) -> Option<String> {
        self.set.face(font).glyph_bounding_box(GlyphId(glyph))?;
        let next = self.used.len();
        Some(id(*self.used.entry((font, glyph)).or_insert(next)))
    }

    /// The outlines of all that was set.
    pub(super) fn definitions(&self) -> String {
        let mut out = String::from("<defs>");
        for ((font, glyph), place) in &self.used {
            let path = outline(self.set.face(*font), *glyph);
            let _ = write!(out, "<path id=\"{}\" d=\"{path}\"/>", id(*place));
        }
        out.push_str("</defs>");
        out
    }
}

/// Text in capitals, as a seal has it.
pub(super) fn capitals(text: &str) -> String {
    text.to_uppercase()
}

fn glyphs(line: &Line) -> impl Iterator<Item = (FontRole, &crate::typeset::Glyph)> {
    line.runs.iter().flat_map(|run| run.glyphs.iter().map(|glyph| (run.font, glyph)))
}

/// `A`, `B`, ... `Z`, `AA`, ...: short, and apart from the names of ornaments, which are small letters.
fn id(place: usize) -> String {
    let letter = char::from(b'A' + (place % 26) as u8);
    match place / 26 {
        0 => letter.to_string(),
        more => format!("{}{letter}", id(more - 1)),
    }
}

/// From thousandths of the size.
fn units(thousandths: f32) -> f32 {
    thousandths * UNITS / 1000.0
}

fn coordinate(out: &mut String, name: &str, value: f32) {
    if value != 0.0 {
        let _ = write!(out, " {name}=\"{value}\"");
    }
}

/// A glyph's outline in those units.
fn outline(face: &Face<'_>, glyph: u16) -> String {
    let scale = UNITS / face.units_per_em() as f32;
    let mut path = Outline { out: String::new(), scale, at: (0, 0), control: None, command: ' ' };
    face.outline_glyph(GlyphId(glyph), &mut path);
    path.out
}

/// Writes a path as short as it gets: whole units, relative, and a quadratic curve that continues the one before as such.
/// TrueType leaves out the point between two controls that lies in their middle, so most curves do.
struct Outline {
    out: String,
    scale: f32,
    /// Where the pen is, as it was written.
    at: (i32, i32),
    /// The control of the quadratic curve just written.
    control: Option<(i32, i32)>,
    command: char,
}

impl Outline {
    fn point(&self, x: f32, y: f32) -> (i32, i32) {
        ((x * self.scale).round() as i32, (y * self.scale).round() as i32)
    }

    fn relative(&mut self, command: char, points: &[(i32, i32)]) {
        let start = self.at;
        let mut needs_space = self.command == command;
        if !needs_space {
            self.out.push(command);
        }
        for point in points {
            for value in [point.0 - start.0, point.1 - start.1] {
                if value >= 0 && needs_space {
                    self.out.push(' ');
                }
                needs_space = true;
                let _ = write!(self.out, "{value}");
            }
            self.at = *point;
        }
        self.command = command;
        self.control = None;
    }
}

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.at = self.point(x, y);
        let _ = write!(self.out, "M{} {}", self.at.0, self.at.1);
        (self.command, self.control) = ('M', None);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let to = self.point(x, y);
        self.relative('l', &[to]);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        const NEAR: i32 = 1;
        let (control, to) = (self.point(x1, y1), self.point(x, y));
        let mirrored = self.control.map(|c| (2 * self.at.0 - c.0, 2 * self.at.1 - c.1));
        let smooth = mirrored.filter(|m| (m.0 - control.0).abs() <= NEAR && (m.1 - control.1).abs() <= NEAR);
        match smooth {
            Some(_) => self.relative('t', &[to]),
            None => self.relative('q', &[control, to]),
        }
        self.control = Some(smooth.unwrap_or(control));
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let points = [self.point(x1, y1), self.point(x2, y2), self.point(x, y)];
        self.relative('c', &points);
    }

    fn close(&mut self) {
        self.out.push('z');
        (self.command, self.control) = ('z', None);
    }
}
