//! Putting lines on a page: as printpdf operations for what is prepared, as content stream bytes for what is printed.

use std::io::Write as _;

use printpdf::{Codepoint, Color, DictItem, FontId, Mm, Op, PdfFontHandle, Pt, Rgb, TextItem, TextMatrix};

use crate::design::FontRole;
use crate::structure::{Cell, Tag};
use crate::typeset::{Glyph, Line, MISSING};

/// A line and where its baseline starts, in points from the lower left corner.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    pub(crate) line: Line,
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) tag: Tag,
    /// Whether a text starts here, or goes on from the line before.
    pub(crate) starts: bool,
    pub(crate) cell: Option<Cell>,
}

/// Answers which number a glyph has in the embedded font, and which text stands for it there.
pub(crate) trait Embedded {
    fn glyph(&self, font: FontRole, id: u16) -> Option<(u16, &str)>;
}

/// The resource name of a font.
pub(crate) fn resource(font: FontRole) -> &'static str {
    match font {
        FontRole::Serif => "T0",
        FontRole::Italic => "T1",
        FontRole::Sans => "T2",
        FontRole::Fallback => "T3",
    }
}

pub(crate) fn rgb(colour: [u8; 3]) -> Color {
    let [r, g, b] = colour.map(|c| f32::from(c) / 255.0);
    Color::Rgb(Rgb { r, g, b, icc_profile: None })
}

impl Placed {
    /// printpdf operations that show the line.
    pub(crate) fn ops(&self, embedded: &impl Embedded, ops: &mut Vec<Op>) {
        let line = &self.line;
        let spoken = !self.says_itself(embedded);
        if spoken {
            let text = DictItem::String { data: utf16(&line.text), literal: false };
            let properties = DictItem::Dict { map: [("ActualText".to_owned(), text)].into() };
            ops.push(Op::BeginMarkedContentWithProperties { tag: "Span".to_owned(), properties });
        }
        ops.push(Op::StartTextSection);
        ops.push(Op::SetFillColor { col: rgb(line.colour) });
        ops.push(Op::SetCharacterSpacing { multiplier: line.tracking });
        for piece in self.pieces() {
            ops.push(Op::SetFont {
                font: PdfFontHandle::External(FontId(resource(piece.font).to_owned())),
                size: Pt(line.size),
            });
            ops.push(Op::SetTextMatrix { matrix: TextMatrix::Translate(Pt(piece.x), Pt(piece.y)) });
            let mut glyphs = Vec::new();
            for (i, glyph) in piece.glyphs.iter().enumerate() {
                let (id, text) = embedded.glyph(piece.font, glyph.id).unwrap_or((0, ""));
                let kern = piece.kern_after(i);
                glyphs.push(Codepoint::with_cid(id, kern as f32, text.to_owned()));
            }
            ops.push(Op::ShowText { items: vec![TextItem::GlyphIds(glyphs)] });
        }
        ops.push(Op::EndTextSection);
        if spoken {
            ops.push(Op::EndMarkedContentWithProperties);
        }
    }

    /// The same as content stream bytes.
    pub(crate) fn write(&self, embedded: &impl Embedded, out: &mut Vec<u8>) {
        let line = &self.line;
        let spoken = !self.says_itself(embedded);
        if spoken {
            out.extend_from_slice(b"/Span <</ActualText <");
            hex(out, &utf16(&line.text));
            out.extend_from_slice(b">>> BDC\n");
        }
        out.extend_from_slice(b"BT\n");
        colour(out, line.colour, "rg");
        number(out, line.tracking);
        out.extend_from_slice(b"Tc\n");
        for piece in self.pieces() {
            out.push(b'/');
            out.extend_from_slice(resource(piece.font).as_bytes());
            out.push(b' ');
            number(out, line.size);
            out.extend_from_slice(b"Tf 1 0 0 1 ");
            number(out, piece.x);
            number(out, piece.y);
            out.extend_from_slice(b"Tm [<");
            for (i, glyph) in piece.glyphs.iter().enumerate() {
                let (id, _) = embedded.glyph(piece.font, glyph.id).unwrap_or((0, ""));
                hex(out, &id.to_be_bytes());
                let kern = piece.kern_after(i);
                if kern != 0 {
                    // Infallible: a Vec takes every write.
                    let _ = write!(out, ">{kern}<");
                }
            }
            out.extend_from_slice(b">] TJ\n");
        }
        out.extend_from_slice(b"ET\n");
        if spoken {
            out.extend_from_slice(b"EMC\n");
        }
    }

    /// Whether the embedded fonts' ToUnicode tables alone give back the text; widely spaced letters are taken for words.
    fn says_itself(&self, embedded: &impl Embedded) -> bool {
        const WIDE: f32 = 0.05;
        if self.line.tracking > WIDE * self.line.size {
            return false;
        }
        let mut glyphs = self.line.runs.iter().flat_map(|r| r.glyphs.iter().map(move |g| (r.font, g)));
        glyphs.all(|(font, g)| g.text != MISSING && embedded.glyph(font, g.id).is_some_and(|(_, text)| text == g.text))
    }

    /// The glyphs that share a font and a baseline.
    fn pieces(&self) -> Vec<Piece<'_>> {
        let per_em = self.line.size / 1000.0;
        let mut pieces: Vec<Piece<'_>> = Vec::new();
        let mut pen = self.x;
        for run in &self.line.runs {
            let mut start = 0;
            while start < run.glyphs.len() {
                let dy = run.glyphs[start].dy;
                let end = run.glyphs[start..].iter().position(|g| g.dy != dy).map_or(run.glyphs.len(), |n| start + n);
                let glyphs = &run.glyphs[start..end];
                pieces.push(Piece { font: run.font, x: pen + glyphs[0].dx * per_em, y: self.y + dy * per_em, glyphs });
                pen += glyphs.iter().map(|g| g.advance * per_em + self.line.tracking).sum::<f32>();
                start = end;
            }
        }
        pieces
    }
}

struct Piece<'a> {
    font: FontRole,
    x: f32,
    y: f32,
    glyphs: &'a [Glyph],
}

impl Piece<'_> {
    /// What a TJ array subtracts after the `i`-th glyph: natural width and offsets against what shaping wants.
    fn kern_after(&self, i: usize) -> i32 {
        let Some(next) = self.glyphs.get(i + 1) else { return 0 };
        let glyph = &self.glyphs[i];
        (glyph.natural - glyph.advance + glyph.dx - next.dx).round() as i32
    }
}

/// Starts a text that is known to the structure tree by this number.
pub(crate) fn begin(out: &mut Vec<u8>, tag: &str, number: usize) {
    // Infallible: a Vec takes every write.
    let _ = writeln!(out, "/{tag} <</MCID {number}>> BDC");
}

/// The same for printpdf.
pub(crate) fn begin_op(tag: &str, number: usize) -> Op {
    let properties = DictItem::Dict { map: [("MCID".to_owned(), DictItem::Int(number as i64))].into() };
    Op::BeginMarkedContentWithProperties { tag: tag.to_owned(), properties }
}

/// Ornament means nothing to those who cannot see it (ISO 32000-1, 14.8.2.2).
pub(crate) const ARTIFACT: &str = "Artifact";

/// A number with at most three decimals and a space after it.
pub(crate) fn number(out: &mut Vec<u8>, value: f32) {
    let thousandths = (f64::from(value) * 1000.0).round() as i64;
    if thousandths < 0 {
        out.push(b'-');
    }
    let (whole, mut rest) = (thousandths.unsigned_abs() / 1000, thousandths.unsigned_abs() % 1000);
    let _ = write!(out, "{whole}");
    if rest > 0 {
        out.push(b'.');
        let mut unit = 100;
        while rest > 0 {
            out.push(b'0' + (rest / unit) as u8);
            rest %= unit;
            unit /= 10;
        }
    }
    out.push(b' ');
}

/// A colour and its operator.
pub(crate) fn colour(out: &mut Vec<u8>, rgb: [u8; 3], operator: &str) {
    for c in rgb {
        number(out, f32::from(c) / 255.0);
    }
    out.extend_from_slice(operator.as_bytes());
    out.push(b'\n');
}

pub(crate) fn hex(out: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for b in bytes {
        out.extend_from_slice(&[DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]);
    }
}

/// A PDF text string: UTF-16, big-endian, with its mark.
pub(crate) fn utf16(text: &str) -> Vec<u8> {
    [0xfe, 0xff].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect()
}

/// Points as printpdf's millimetres.
pub(crate) fn mm(points: f32) -> Mm {
    Mm(points / crate::design::MM)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_exact() {
        let written = |v: f32| {
            let mut out = Vec::new();
            number(&mut out, v);
            String::from_utf8(out).unwrap()
        };
        for (value, text) in [
            (0.0, "0 "),
            (1.0, "1 "),
            (-0.5, "-0.5 "),
            (12.3456, "12.346 "),
            (0.05, "0.05 "),
            (841.89, "841.89 "),
            (-0.0001, "0 "),
        ] {
            assert_eq!(written(value), text);
        }
    }
}
