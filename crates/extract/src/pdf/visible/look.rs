//! A device that paints nothing: it keeps the signs that are painted, and lets go of those that nobody sees.

use std::collections::HashMap;
use std::panic::resume_unwind;
use std::rc::Rc;

use hayro_interpret::font::{Glyph, GlyphIdentifier, GlyphRun};
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::kurbo::{BezPath, Point, Rect, Shape, Stroke, StrokeOpts, stroke};
use hayro_interpret::{
    BlendMode, ClipPath, Device, DrawMode, DrawProps, FillRule, Image, ImageDrawProps, Paint, SoftMask,
};

/// Signs, seen or not, and paintings of one page; a full certificate has 2,000 and 500.
const MAX_SIGNS: usize = 20_000;
const MAX_PAINTINGS: usize = 50_000;
/// Segments of paths that points are compared with, all together: a tenth of a second.
const MAX_COMPARED: usize = 20_000_000;
/// Type smaller than this is no text to anybody, in points of the page itself.
const LEAST_SIZE: f64 = 2.0;
/// The ink of a letter or digit is at least this share of the type's size high.
const LEAST_INK: f64 = 0.2;
/// Less opaque is taken as invisible, for text.
const LEAST_OPACITY: f32 = 0.7;
/// More opaque is taken as covering, for everything else.
const COVERING: f32 = 0.3;
/// Least contrast of text and what is behind it (WCAG 2.1, 1.4.3, large text). Our designs have 7:1.
const LEAST_CONTRAST: f64 = 3.0;
/// Strokes reach no further than this, in points.
const MAX_STROKED: f64 = 100_000.0;
/// Thinner strokes cover nothing, in points.
const THIN: f64 = 1.5;
/// A sign with this many of its five points covered cannot be read.
const COVERED: usize = 2;
/// The side of the squares by which signs are found again, in points.
const SQUARE: f64 = 24.0;
/// The units of an em in outlines.
const EM: f64 = 1000.0;

/// Thrown, past an interpreter that cannot be stopped otherwise, when a page asks for too much.
pub(super) struct Worn(pub(super) &'static str);

/// One painted glyph.
#[derive(Debug, Clone)]
pub(super) struct Sign {
    pub(super) text: String,
    /// From the pen's place before it to that after it.
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) baseline: f64,
    pub(super) size: f64,
    /// Which run painted it, for what does not stand upright.
    pub(super) run: usize,
    pub(super) upright: bool,
    ink: Rect,
    hidden: bool,
}

/// Something painted, as far as it covers what is below and stands behind what comes after.
struct Painting {
    shape: BezPath,
    rule: FillRule,
    bounds: Rect,
    /// Luminance; `None` for pictures and patterns, whose colour is not asked.
    light: Option<f64>,
}

/// The device.
pub(super) struct Look {
    sheet: Rect,
    signs: Vec<Sign>,
    squares: HashMap<(i32, i32), Vec<usize>>,
    paintings: Vec<Painting>,
    glyphs: usize,
    painted: usize,
    compared: usize,
    runs: usize,
    clips: Vec<ClipPath>,
    /// Opacity of each group, zero when it is masked or blended.
    groups: Vec<f32>,
    /// Half of the largest sign's longer side.
    reach: f64,
    outlines: HashMap<GlyphIdentifier, (Rect, Rc<BezPath>)>,
}

impl Look {
    pub(super) fn new(sheet: Rect) -> Self {
        Self {
            sheet,
            signs: Vec::new(),
            squares: HashMap::new(),
            paintings: Vec::new(),
            glyphs: 0,
            painted: 0,
            compared: 0,
            runs: 0,
            clips: Vec::new(),
            groups: Vec::new(),
            reach: 0.0,
            outlines: HashMap::new(),
        }
    }

    /// The signs that can be seen.
    pub(super) fn signs(self) -> Vec<Sign> {
        self.signs.into_iter().filter(|sign| !sign.hidden).collect()
    }

    fn opacity(&self) -> f32 {
        self.groups.iter().product()
    }

    fn glyph(&mut self, glyph: &hayro_interpret::font::PositionedGlyph<'_>, props: &DrawProps<'_>, shown: bool) {
        // Type 3 fonts are refused before.
        let Glyph::Outline(outline) = &**glyph else { return };
        self.glyphs += 1;
        if self.glyphs > MAX_SIGNS {
            resume_unwind(Box::new(Worn("more signs than a certificate has")));
        }
        let place = props.transform * glyph.transform();
        let drawn = self.outlines.entry(outline.identifier()).or_insert_with(|| {
            let path = outline.outline();
            (path.bounding_box(), Rc::new(path))
        });
        let (bounds, path) = (drawn.0, Rc::clone(&drawn.1));
        let ink = place.transform_rect_bbox(bounds);
        let text = match outline.as_unicode() {
            Some(BfString::Char(c)) => c.to_string(),
            Some(BfString::String(text)) => text,
            None => '\u{fffd}'.to_string(),
        };
        let [a, b, c, d, x, y] = place.as_coeffs();
        let size = c.hypot(d) * EM;
        let upright = a > 0.0 && d < 0.0 && b.abs() < 0.02 * a && c.abs() < 0.5 * d.abs();
        // The standard fonts need not tell their widths; then the ink does.
        let advance = outline.advance_width().map_or(0.0, |width| f64::from(width) * a.hypot(b));
        let inked = ink.width() > 0.0 && ink.height() > 0.0;
        // A full block is a sign too.
        if inked && self.is_over_signs(ink, &text) {
            self.cover(ink, &(place * path.as_ref().clone()), FillRule::NonZero, Some(&text));
        }
        if !text.chars().all(char::is_whitespace) && !self.readable(&text, ink, size, props, shown && inked) {
            return;
        }
        let index = self.signs.len();
        self.reach = self.reach.max(ink.width().max(ink.height()) / 2.0).min(self.sheet.width());
        self.squares.entry(square(ink.center())).or_default().push(index);
        // A mark stands where it is seen, over its letter: its pen may be anywhere.
        let (left, right) = match text.chars().all(is_mark) {
            true => (ink.center().x, ink.center().x),
            false => (x, (x + advance).max(ink.x1)),
        };
        self.signs.push(Sign { text, left, right, baseline: y, size, run: self.runs, upright, ink, hidden: false });
    }

    /// Whether a sign can be read where and as it is painted.
    fn readable(&mut self, text: &str, ink: Rect, size: f64, props: &DrawProps<'_>, shown: bool) -> bool {
        let Paint::Color(colour) = &props.paint else { return false };
        let rgba = colour.to_rgba().components();
        let plain = props.soft_mask.is_none() && props.blend_mode == BlendMode::Normal;
        let tall = !text.chars().any(char::is_alphanumeric) || ink.height() >= LEAST_INK * size;
        let at = ink.center();
        let inside = self.sheet.contains(at) && self.clips.iter().all(|clip| within(&clip.path, clip.fill, at));
        if !shown || !plain || !tall || !inside || size < LEAST_SIZE || rgba[3] * self.opacity() < LEAST_OPACITY {
            return false;
        }
        self.spend(self.paintings.len() + 16 * self.clips.len());
        let behind = self.paintings.iter().rev().find(|p| p.bounds.contains(at) && within(&p.shape, p.rule, at));
        match behind.map_or(Some(1.0), |painting| painting.light) {
            Some(light) => contrast(luminance(rgba), light) >= LEAST_CONTRAST,
            None => true,
        }
    }

    fn paint(&mut self, shape: BezPath, rule: FillRule, light: Option<f64>) {
        self.painted += 1;
        if self.painted > MAX_PAINTINGS {
            resume_unwind(Box::new(Worn("more paintings than a certificate has")));
        }
        let bounds = shape.bounding_box();
        if bounds.is_nan() || !bounds.is_finite() {
            return;
        }
        self.cover(bounds, &shape, rule, None);
        self.paintings.push(Painting { shape, rule, bounds, light });
    }

    /// Hides the signs that lie under a shape painted now. A sign does not hide its like, which some programs paint twice to
    /// make it bold.
    fn cover(&mut self, bounds: Rect, shape: &BezPath, rule: FillRule, sign: Option<&str>) {
        let segments = shape.elements().len();
        for index in self.below(bounds) {
            let Sign { ink, hidden, .. } = self.signs[index];
            if hidden || sign.is_some_and(|text| self.signs[index].text == text) {
                continue;
            }
            self.spend(points(ink).len() * segments);
            let covered = points(ink).iter().filter(|at| within(shape, rule, **at)).count();
            self.signs[index].hidden = covered >= COVERED;
        }
    }

    /// Whether a sign is painted onto the middle of another, as no text is.
    fn is_over_signs(&mut self, ink: Rect, text: &str) -> bool {
        self.below(ink)
            .iter()
            .any(|index| ink.contains(self.signs[*index].ink.center()) && self.signs[*index].text != text)
    }

    /// The signs whose ink lies at least partly within these bounds.
    fn below(&mut self, bounds: Rect) -> Vec<usize> {
        // A sign is found by its middle; it reaches no further than the largest one does.
        let bounds = bounds.intersect(self.sheet).inflate(self.reach, self.reach);
        if bounds.width() <= 2.0 * self.reach || bounds.height() <= 2.0 * self.reach || self.signs.is_empty() {
            return Vec::new();
        }
        let ((left, top), (right, bottom)) =
            (square(Point::new(bounds.x0, bounds.y0)), square(Point::new(bounds.x1, bounds.y1)));
        // A sheet of any size has no more squares in use than it has signs.
        let squares = (i64::from(right - left) + 1).saturating_mul(i64::from(bottom - top) + 1);
        let mut near: Vec<usize> = if squares > self.squares.len() as i64 {
            let inside = |(x, y): &(i32, i32)| (left..=right).contains(x) && (top..=bottom).contains(y);
            self.squares.iter().filter(|(at, _)| inside(at)).flat_map(|(_, signs)| signs).copied().collect()
        } else {
            let all = (left..=right).flat_map(|x| (top..=bottom).map(move |y| (x, y)));
            all.filter_map(|at| self.squares.get(&at)).flatten().copied().collect()
        };
        self.spend(near.len());
        near.retain(|index| bounds.intersect(self.signs[*index].ink).area() > 0.0);
        near
    }

    fn spend(&mut self, segments: usize) {
        self.compared = self.compared.saturating_add(segments);
        if self.compared > MAX_COMPARED {
            resume_unwind(Box::new(Worn("more drawing than a certificate has")));
        }
    }

    /// Where something is seen at all, and its colour if it is one.
    fn colour(&self, paint: &Paint<'_>) -> (f32, Option<f64>) {
        match paint {
            Paint::Color(colour) => {
                let rgba = colour.to_rgba().components();
                (rgba[3], Some(luminance(rgba)))
            }
            Paint::Pattern(_) => (1.0, None),
        }
    }
}

impl<'a> Device<'a> for Look {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, draw_mode: &DrawMode) {
        let (alpha, light) = self.colour(&props.paint);
        if alpha < COVERING {
            return;
        }
        let light = light.filter(|_| props.soft_mask.is_none() && props.blend_mode == BlendMode::Normal);
        if let DrawMode::Fill(rule) | DrawMode::FillAndStroke(rule, _) = draw_mode {
            self.paint(props.transform * path.clone(), *rule, light);
        }
        if let DrawMode::Stroke(pen) | DrawMode::FillAndStroke(_, pen) = draw_mode {
            let scale = props.transform.determinant().abs().sqrt();
            let width = f64::from(pen.line_width);
            let bounds = props.transform.transform_rect_bbox(path.bounding_box());
            self.spend(path.elements().len());
            // What curves cost to outline grows with them.
            if !bounds.is_finite() || bounds.width().max(bounds.height()) > MAX_STROKED {
                resume_unwind(Box::new(Worn("strokes far beyond the page")));
            }
            if width * scale >= THIN {
                let style = Stroke::new(width);
                let outline = stroke(path.elements().iter().copied(), &style, &StrokeOpts::default(), 0.1 / scale);
                self.paint(props.transform * outline, FillRule::NonZero, light);
            }
        }
    }

    fn push_clip_path(&mut self, clip_path: &ClipPath) {
        self.spend(clip_path.path.elements().len());
        self.clips.push(clip_path.clone());
    }

    fn push_transparency_group(&mut self, opacity: f32, mask: Option<SoftMask<'a>>, blend_mode: BlendMode) {
        let plain = mask.is_none() && blend_mode == BlendMode::Normal;
        self.groups.push(if plain { opacity } else { 0.0 });
    }

    fn draw_glyph_run(&mut self, glyph_run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, draw_mode: &DrawMode) {
        self.runs += 1;
        let shown = !matches!(draw_mode, DrawMode::Invisible);
        for glyph in glyph_run.glyphs() {
            self.glyph(glyph, &props, shown);
        }
    }

    fn draw_image(&mut self, _: Image<'a, '_>, props: ImageDrawProps<'a>) {
        // A picture fills the unit square (ISO 32000-2, 8.9.5).
        self.paint(props.transform * Rect::new(0.0, 0.0, 1.0, 1.0).to_path(0.1), FillRule::NonZero, None);
    }

    fn pop_clip(&mut self) {
        self.clips.pop();
    }

    fn pop_transparency_group(&mut self) {
        self.groups.pop();
    }
}

/// The middle of a sign's ink, and half way to its corners.
fn points(ink: Rect) -> [Point; 5] {
    let middle = ink.center();
    let (dx, dy) = (ink.width() / 4.0, ink.height() / 4.0);
    [(0.0, 0.0), (-dx, -dy), (dx, -dy), (-dx, dy), (dx, dy)].map(|(x, y)| Point::new(middle.x + x, middle.y + y))
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

fn square(at: Point) -> (i32, i32) {
    // Saturates: what is far away is far away.
    ((at.x / SQUARE).floor() as i32, (at.y / SQUARE).floor() as i32)
}

fn within(path: &BezPath, rule: FillRule, at: Point) -> bool {
    match rule {
        FillRule::NonZero => path.winding(at) != 0,
        FillRule::EvenOdd => path.winding(at) % 2 != 0,
    }
}

/// Relative luminance (WCAG 2.1).
fn luminance(rgba: [f32; 4]) -> f64 {
    let linear = |c: f32| match f64::from(c.clamp(0.0, 1.0)) {
        c if c <= 0.040_45 => c / 12.92,
        c => ((c + 0.055) / 1.055).powf(2.4),
    };
    0.2126 * linear(rgba[0]) + 0.7152 * linear(rgba[1]) + 0.0722 * linear(rgba[2])
}

fn contrast(a: f64, b: f64) -> f64 {
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}
