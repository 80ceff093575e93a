//! Setting type: shaping a text (kerning, ligatures, marks), fitting it into a width, saying which glyphs it needs.

use std::collections::BTreeMap;
use std::str::FromStr;

use rustybuzz::{Direction, Face, Feature, ShapePlan, UnicodeBuffer, script};

use crate::RenderError;
use crate::design::{Design, FontRole, Style};
use crate::structure::Tag;

/// Glyphs in use, by font: the glyph's number in the whole font and the text it stands for.
pub(crate) type Glyphs = BTreeMap<FontRole, BTreeMap<u16, String>>;

/// Stands in for a character that no font of the design has.
pub(crate) const MISSING: &str = "\u{fffd}";

/// A shaped line at a size.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) runs: Vec<Run>,
    /// Points.
    pub(crate) size: f32,
    /// Extra space after each glyph, in points.
    pub(crate) tracking: f32,
    /// Width in points, without the tracking after the last glyph.
    pub(crate) width: f32,
    pub(crate) colour: [u8; 3],
    /// Line height in points.
    pub(crate) height: f32,
}

/// Glyphs of one font.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) font: FontRole,
    pub(crate) glyphs: Vec<Glyph>,
}

/// A glyph; all lengths in thousandths of the size.
#[derive(Debug, Clone)]
pub(crate) struct Glyph {
    pub(crate) id: u16,
    /// What the font says, and with it the PDF's width table.
    pub(crate) natural: f32,
    /// What shaping made of it.
    pub(crate) advance: f32,
    pub(crate) dx: f32,
    pub(crate) dy: f32,
    /// What it stands for; empty for the later glyphs of a cluster.
    pub(crate) text: String,
}

/// The fonts of a design, opened, with the styles' shape plans.
pub(crate) struct Typesetter {
    faces: BTreeMap<FontRole, Face<'static>>,
}

/// A style with what shaping needs, prepared once.
pub(crate) struct Pen {
    style: Style,
    /// What its texts are.
    pub(crate) tag: Tag,
    colour: [u8; 3],
    features: Vec<Feature>,
    plan: ShapePlan,
}

impl Typesetter {
    pub(crate) fn new(design: &Design) -> Result<Self, RenderError> {
        let mut faces = BTreeMap::new();
        for (role, file) in FontRole::ALL.into_iter().zip(&design.fonts) {
            let wrong = |reason: &str| RenderError::Font { font: file.name.clone(), reason: reason.to_owned() };
            let face = Face::from_slice(file.data, 0).ok_or_else(|| wrong("it cannot be read"))?;
            if face.units_per_em() <= 0 {
                return Err(wrong("its units per em are zero"));
            }
            faces.insert(role, face);
        }
        Ok(Self { faces })
    }

    pub(crate) fn face(&self, role: FontRole) -> &Face<'static> {
        &self.faces[&role]
    }

    /// Prepares a style for use. Texts in Latin letters, that is nearly all, share its shape plan.
    pub(crate) fn pen(&self, design: &Design, name: &'static str, style: &Style) -> Result<Pen, RenderError> {
        let mut features = Vec::new();
        if style.tracking != 0.0 {
            // Ligatures and letter spacing exclude each other.
            features.extend(["-liga", "-clig", "-dlig"].into_iter().filter_map(|f| Feature::from_str(f).ok()));
        }
        for name in &style.features {
            let feature = Feature::from_str(name).map_err(|e| RenderError::Design {
                design: design.name().to_owned(),
                reason: format!("{name:?} is no OpenType feature: {e}"),
            })?;
            features.push(feature);
        }
        let plan = ShapePlan::new(self.face(style.font), Direction::LeftToRight, Some(script::LATIN), None, &features);
        Ok(Pen { style: style.clone(), tag: Tag::of(name), colour: design.colour(&style.colour).0, features, plan })
    }

    /// One line at the style's own size.
    pub(crate) fn line(&self, pen: &Pen, text: &str) -> Line {
        self.line_at(pen, text, pen.style.size)
    }

    /// As few lines as the style allows, none wider than `width` points: first smaller down to the style's `min`, then broken,
    /// in the end as small as it must be. Nothing is ever cut. A no-break space is set as a space.
    pub(crate) fn fit(&self, pen: &Pen, text: &str, width: f32) -> Vec<Line> {
        if text.trim().is_empty() {
            return Vec::new();
        }
        let style = &pen.style;
        let floor = style.min.unwrap_or(style.size);
        let mut whole = self.line(pen, text);
        let one_line = style.size * (width / whole.width).min(1.0);
        if one_line >= style.size {
            return vec![whole];
        }
        if one_line >= floor || style.lines == 1 {
            whole.scale(one_line / style.size);
            return vec![whole];
        }
        let mut best = (one_line, vec![text]);
        for count in 2..=style.lines {
            let parts = self.broken(pen, text, count);
            let widest = parts.iter().map(|p| self.line(pen, p).width).fold(0.0, f32::max);
            let size = style.size * (width / widest).min(1.0);
            if size > best.0 * 1.02 {
                best = (size, parts);
            }
            if best.0 >= floor {
                break;
            }
        }
        let mut lines: Vec<Line> = best.1.iter().map(|part| self.line_at(pen, part, best.0)).collect();
        let last = lines.len() - 1;
        for line in &mut lines[..last] {
            self.end_with_space(line);
        }
        lines
    }

    /// A broken text keeps the space at which it was broken, so that nobody reads two words as one. It hangs over the edge.
    fn end_with_space(&self, line: &mut Line) {
        let Some(run) = line.runs.last_mut() else { return };
        let face = self.face(run.font);
        let Some(id) = face.glyph_index(' ') else { return };
        let width = natural(face, id.0);
        run.glyphs.push(Glyph { id: id.0, natural: width, advance: width, dx: 0.0, dy: 0.0, text: " ".to_owned() });
        line.text.push(' ');
    }

    /// Breaks at spaces into at most `count` parts so that the widest is as narrow as can be.
    fn broken<'t>(&self, pen: &Pen, text: &'t str, count: usize) -> Vec<&'t str> {
        let words: Vec<(usize, &str)> =
            text.split(' ').map(|w| (w.as_ptr() as usize - text.as_ptr() as usize, w)).collect();
        let widths: Vec<f32> = words.iter().map(|(_, w)| self.line(pen, w).width).collect();
        let space = self.line(pen, "n n").width - self.line(pen, "nn").width;
        let lines_at = |limit: f32| {
            let mut starts = vec![0];
            let mut filled = 0.0;
            for (i, w) in widths.iter().enumerate() {
                if i > 0 && filled + space + w > limit {
                    starts.push(i);
                    filled = *w;
                } else {
                    filled += w + if i > 0 { space } else { 0.0 };
                }
            }
            starts
        };
        let (mut low, mut high) =
            (widths.iter().copied().fold(0.0, f32::max), widths.iter().sum::<f32>() + space * words.len() as f32);
        for _ in 0..24 {
            let middle = (low + high) / 2.0;
            if lines_at(middle).len() <= count { high = middle } else { low = middle }
        }
        let starts = lines_at(high);
        (0..starts.len())
            .map(|i| {
                let from = words[starts[i]].0;
                let to = starts.get(i + 1).map_or(text.len(), |next| words[*next].0);
                text[from..to].trim_end()
            })
            .collect()
    }

    fn line_at(&self, pen: &Pen, text: &str, size: f32) -> Line {
        let text = &text.replace('\u{a0}', " ");
        let runs = self.runs(pen, text);
        let tracking = pen.style.tracking * size / 1000.0;
        let count = runs.iter().map(|r| r.glyphs.len()).sum::<usize>();
        let em: f32 = runs.iter().flat_map(|r| &r.glyphs).map(|g| g.advance).sum();
        Line {
            text: text.to_owned(),
            runs,
            size,
            tracking,
            width: em * size / 1000.0 + tracking * count.saturating_sub(1) as f32,
            colour: pen.colour,
            height: size * pen.style.leading,
        }
    }

    /// The style's font, and the fallback font for characters it lacks.
    fn runs(&self, pen: &Pen, text: &str) -> Vec<Run> {
        let whole = self.shape(pen, pen.style.font, text);
        if whole.glyphs.iter().all(|g| g.id != 0) {
            return vec![whole];
        }
        let mut runs = Vec::new();
        for (font, part) in self.by_font(pen.style.font, text) {
            runs.push(self.shape(pen, font, part));
        }
        runs
    }

    fn by_font<'t>(&self, first: FontRole, text: &'t str) -> Vec<(FontRole, &'t str)> {
        let has = |role: FontRole, c: char| self.face(role).glyph_index(c).is_some();
        let mut parts: Vec<(FontRole, usize, usize)> = Vec::new();
        for (at, c) in text.char_indices() {
            let font = match parts.last() {
                // A mark stays with its letter, where the letter's font has it.
                Some((font, ..)) if is_mark(c) && has(*font, c) => *font,
                _ if has(first, c) => first,
                _ => FontRole::Fallback,
            };
            match parts.last_mut() {
                Some((last, _, end)) if *last == font => *end = at + c.len_utf8(),
                _ => parts.push((font, at, at + c.len_utf8())),
            }
        }
        parts.into_iter().map(|(font, from, to)| (font, &text[from..to])).collect()
    }

    fn shape(&self, pen: &Pen, font: FontRole, text: &str) -> Run {
        let face = self.face(font);
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        let shaped = if font == pen.style.font && text.chars().all(is_latin) {
            buffer.set_direction(Direction::LeftToRight);
            buffer.set_script(script::LATIN);
            rustybuzz::shape_with_plan(face, &pen.plan, buffer)
        } else {
            rustybuzz::shape(face, &pen.features, buffer)
        };
        let scale = 1000.0 / face.units_per_em() as f32;
        let infos = shaped.glyph_infos();
        let mut starts: Vec<usize> = infos.iter().map(|info| info.cluster as usize).collect();
        starts.sort_unstable();
        starts.dedup();
        let mut before = None;
        let glyphs = infos.iter().zip(shaped.glyph_positions()).map(|(info, at)| {
            let cluster = info.cluster as usize;
            let text = if before.replace(cluster) == Some(cluster) { "" } else { slice(text, &starts, cluster) };
            Glyph {
                id: info.glyph_id as u16,
                natural: natural(face, info.glyph_id as u16),
                advance: at.x_advance as f32 * scale,
                dx: at.x_offset as f32 * scale,
                dy: at.y_offset as f32 * scale,
                text: text.to_owned(),
            }
        });
        let mut glyphs: Vec<Glyph> = glyphs.collect();
        // Glyph 0 may not be shown in an archival file (ISO 19005-3, 6.2.11.8).
        for glyph in glyphs.iter_mut().filter(|g| g.id == 0 && font == FontRole::Fallback) {
            let stand_in = ['\u{fffd}', '\u{25a1}', '?'].into_iter().find_map(|c| face.glyph_index(c));
            glyph.id = stand_in.map_or(0, |id| id.0);
            glyph.natural = natural(face, glyph.id);
            (glyph.advance, glyph.text) = (glyph.natural, MISSING.to_owned());
        }
        Run { font, glyphs }
    }
}

/// A glyph's own width in thousandths of the size.
pub(crate) fn natural(face: &Face<'_>, id: u16) -> f32 {
    let units = face.glyph_hor_advance(rustybuzz::ttf_parser::GlyphId(id)).unwrap_or(0);
    f32::from(units) * 1000.0 / face.units_per_em() as f32
}

/// The text of the cluster that starts at `from`: up to where the next one starts.
fn slice<'t>(text: &'t str, starts: &[usize], from: usize) -> &'t str {
    let next = starts.partition_point(|start| *start <= from);
    text.get(from..starts.get(next).copied().unwrap_or(text.len())).unwrap_or("")
}

impl Line {
    pub(crate) fn scale(&mut self, by: f32) {
        self.size *= by;
        self.tracking *= by;
        self.width *= by;
        self.height *= by;
    }

    /// Adds what this line needs.
    pub(crate) fn collect(&self, glyphs: &mut Glyphs) {
        for run in &self.runs {
            let font = glyphs.entry(run.font).or_default();
            for glyph in &run.glyphs {
                let text = font.entry(glyph.id).or_default();
                if text.is_empty() {
                    text.clone_from(&glyph.text);
                }
            }
        }
    }
}

impl Pen {
    /// The smallest size that the style allows, in points.
    pub(crate) fn least(&self) -> f32 {
        self.style.min.unwrap_or(self.style.size)
    }

    pub(crate) fn before(&self) -> f32 {
        self.style.before * crate::design::MM
    }
}

/// Latin letters and the signs that go with them: what the shape plan of a style was made for.
fn is_latin(c: char) -> bool {
    matches!(c, '\u{20}'..='\u{24f}' | '\u{300}'..='\u{36f}' | '\u{1e00}'..='\u{1eff}' | '\u{2010}'..='\u{205e}')
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}' | '\u{200d}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A kerned pair would stand so far apart that programs which read the page make two words of a code.
    #[test]
    fn the_letters_of_a_code_keep_their_distance() {
        const LETTERS: &str = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789-";
        for name in crate::BUILT_IN {
            let design = Design::built_in(name).unwrap();
            let set = Typesetter::new(&design).unwrap();
            let pen = set.pen(&design, "code", &design.file.style.code).unwrap();
            for (a, b) in LETTERS.chars().flat_map(|a| LETTERS.chars().map(move |b| (a, b))) {
                for glyph in set.line(&pen, &format!("{a}{b}")).runs.iter().flat_map(|run| &run.glyphs) {
                    assert_eq!((glyph.advance, glyph.dx), (glyph.natural, 0.0), "{a}{b} of {name}");
                }
            }
        }
    }
}
