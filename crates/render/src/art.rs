//! The ornament, drawn from formulas: guilloche border, corner rosettes, seal, watermark. No emblem, no logo.

use std::f32::consts::TAU;

use printpdf::{
    CurTransMat, Line, LineJoinStyle, LinePoint, Op, PaintMode, Point, Polygon, PolygonRing, Pt, Rect, WindingOrder,
};

use crate::design::{Design, MM};
use crate::ink::rgb;

/// A curve in the plane by its parameter: position, from which the direction is measured.
type Curve<'a> = &'a dyn Fn(f32) -> (f32, f32);

/// The border, the same on every page.
pub(crate) fn frame(design: &Design) -> Vec<Op> {
    let art = &design.file.art;
    let Some(border) = &art.border else { return Vec::new() };
    let (width, height) = (design.file.page.width * MM, design.file.page.height * MM);
    let (outer, band) = (border.outer * MM, border.band * MM);
    let line = design.colour(&art.line).0;
    let fine = design.colour(&art.fine).0;

    let mut ops = vec![Op::SaveGraphicsState, Op::SetLineJoinStyle { join: LineJoinStyle::Round }];
    guilloche(&mut ops, (width, height), outer, band, line, fine);
    let mut edge = |inset: f32, thickness: f32, colour: [u8; 3]| {
        ops.push(Op::SetOutlineColor { col: rgb(colour) });
        ops.push(Op::SetOutlineThickness { pt: Pt(thickness) });
        let rect = Rect {
            mode: Some(PaintMode::Stroke),
            ..Rect::from_xywh(Pt(inset), Pt(inset), Pt(width - 2.0 * inset), Pt(height - 2.0 * inset))
        };
        ops.push(Op::DrawRectangle { rectangle: rect });
    };
    edge(outer - 3.2, 0.5, fine);
    edge(outer, 1.4, line);
    edge(outer + band, 0.9, line);
    edge(outer + band + 3.2, 0.4, fine);
    for x in [outer + band / 2.0, width - outer - band / 2.0] {
        for y in [outer + band / 2.0, height - outer - band / 2.0] {
            corner(&mut ops, (x, y), band * 0.5, line, fine);
        }
    }
    ops.push(Op::RestoreGraphicsState);
    ops
}

/// The seal and the watermark of the first page.
pub(crate) fn seal(design: &Design) -> Vec<Op> {
    let art = &design.file.art;
    let height = design.file.page.height * MM;
    let mut ops = vec![Op::SaveGraphicsState, Op::SetLineJoinStyle { join: LineJoinStyle::Round }];
    if art.watermark > 0.0 {
        let centre = (design.file.page.width * MM / 2.0, height * 0.53);
        ops.push(Op::SetOutlineColor { col: rgb(design.colour(&art.pale).0) });
        ops.push(Op::SetOutlineThickness { pt: Pt(0.45) });
        rosette(&mut ops, centre, art.watermark * MM, (0.74, 0.26), 18, 6);
        rosette(&mut ops, centre, art.watermark * MM * 0.55, (0.66, 0.34), 12, 4);
    }
    if let Some(seal) = &art.seal {
        stamp(&mut ops, design, (seal.x * MM, height - seal.y * MM), seal.radius * MM);
    }
    ops.push(Op::RestoreGraphicsState);
    ops
}

/// The band that says that this is a test.
pub(crate) fn test_band(design: &Design) -> Vec<Op> {
    let art = &design.file.art;
    let inset = art.test_band.inset * MM;
    let rect = Rect {
        mode: Some(PaintMode::Fill),
        ..Rect::from_xywh(
            Pt(inset),
            Pt((design.file.page.height - art.test_band.y - art.test_band.height) * MM),
            Pt(design.file.page.width * MM - 2.0 * inset),
            Pt(art.test_band.height * MM),
        )
    };
    vec![Op::SetFillColor { col: rgb(design.colour(&art.test_band.colour).0) }, Op::DrawRectangle { rectangle: rect }]
}

/// The frame for a photograph.
pub(crate) fn photo(design: &Design) -> Vec<Op> {
    let Some(photo) = &design.file.front.photo else { return Vec::new() };
    let bottom = design.file.page.height - photo.y - photo.height;
    let rect = Rect::from_xywh(Pt(photo.x * MM), Pt(bottom * MM), Pt(photo.width * MM), Pt(photo.height * MM));
    vec![
        Op::SetOutlineColor { col: rgb(design.colour(&design.file.art.fine).0) },
        Op::SetOutlineThickness { pt: Pt(0.5) },
        Op::DrawRectangle { rectangle: Rect { mode: Some(PaintMode::Stroke), ..rect } },
    ]
}

/// A hairline.
pub(crate) fn hairline(design: &Design, from: (f32, f32), to: (f32, f32), thickness: f32) -> Vec<Op> {
    vec![
        Op::SetOutlineColor { col: rgb(design.colour(&design.file.art.fine).0) },
        Op::SetOutlineThickness { pt: Pt(thickness) },
        straight(from, to),
    ]
}

/// Interwoven waves along all four sides. Each side repeats one tile, so that it compresses to nearly nothing.
fn guilloche(ops: &mut Vec<Op>, page: (f32, f32), outer: f32, band: f32, line: [u8; 3], fine: [u8; 3]) {
    const TILE: f32 = 17.0;
    const WAVES: u8 = 5;
    let middle = outer + band / 2.0;
    let reach = band * 0.42;
    for (length, turned) in [(page.0 - 2.0 * (outer + band), false), (page.1 - 2.0 * (outer + band), true)] {
        let count = (length / TILE).round().max(1.0);
        let step = length / count;
        let wave = |amplitude: f32, phase: f32| {
            let f = |t: f32| (t * step, amplitude * (TAU * (t + phase)).sin());
            curve(&|t| if turned { (f(t).1, f(t).0) } else { f(t) }, 4, false)
        };
        let waves: Vec<Op> = (0..WAVES).map(|i| wave(reach, f32::from(i) / f32::from(WAVES))).collect();
        let core: Vec<Op> = (0..2_u8).map(|i| wave(reach * 0.45, f32::from(i) / 2.0)).collect();
        for far in [false, true] {
            for i in 0..count as usize {
                let along = outer + band + i as f32 * step;
                let across = match (far, turned) {
                    (false, _) => middle,
                    (true, false) => page.1 - middle,
                    (true, true) => page.0 - middle,
                };
                let (x, y) = if turned { (across, along) } else { (along, across) };
                ops.push(Op::SaveGraphicsState);
                ops.push(Op::SetTransformationMatrix { matrix: CurTransMat::Translate(Pt(x), Pt(y)) });
                ops.push(Op::SetOutlineThickness { pt: Pt(0.35) });
                ops.push(Op::SetOutlineColor { col: rgb(fine) });
                ops.extend_from_slice(&waves);
                ops.push(Op::SetOutlineColor { col: rgb(line) });
                ops.extend_from_slice(&core);
                ops.push(Op::RestoreGraphicsState);
            }
        }
    }
}

/// A small rosette where two sides meet.
fn corner(ops: &mut Vec<Op>, centre: (f32, f32), radius: f32, line: [u8; 3], fine: [u8; 3]) {
    ops.push(Op::SetOutlineThickness { pt: Pt(0.4) });
    ops.push(Op::SetOutlineColor { col: rgb(fine) });
    rosette(ops, centre, radius * 0.86, (0.62, 0.38), 8, 4);
    ops.push(Op::SetOutlineColor { col: rgb(line) });
    ops.push(Op::SetFillColor { col: rgb(line) });
    ops.push(closed(&circle(centre, radius * 0.2), 8, PaintMode::Fill));
}

/// A seal of rings and rosettes with a star.
fn stamp(ops: &mut Vec<Op>, design: &Design, centre: (f32, f32), radius: f32) {
    let art = &design.file.art;
    let (line, fine) = (design.colour(&art.line).0, design.colour(&art.fine).0);
    let scallops = |t: f32| {
        let r = radius * (0.965 + 0.035 * (TAU * 36.0 * t).cos());
        (centre.0 + r * (TAU * t).cos(), centre.1 + r * (TAU * t).sin())
    };
    ops.push(Op::SetFillColor { col: rgb(design.colour(&art.tint).0) });
    ops.push(Op::SetOutlineColor { col: rgb(fine) });
    ops.push(Op::SetOutlineThickness { pt: Pt(0.8) });
    ops.push(closed(&scallops, 144, PaintMode::FillStroke));
    ops.push(Op::SetOutlineThickness { pt: Pt(0.35) });
    rosette(ops, centre, radius * 0.9, (0.86, 0.14), 24, 4);
    ops.push(Op::SetOutlineColor { col: rgb(line) });
    for (share, thickness) in [(0.64, 0.9), (0.60, 0.35)] {
        ops.push(Op::SetOutlineThickness { pt: Pt(thickness) });
        ops.push(closed(&circle(centre, radius * share), 12, PaintMode::Stroke));
    }
    ops.push(Op::SetOutlineColor { col: rgb(fine) });
    ops.push(Op::SetOutlineThickness { pt: Pt(0.35) });
    rosette(ops, centre, radius * 0.56, (0.7, 0.3), 10, 3);
    ops.push(Op::SetFillColor { col: rgb(line) });
    let star: Vec<(f32, f32)> = (0..16)
        .map(|i| {
            let r = radius * if i % 2 == 0 { 0.27 } else { 0.115 };
            let angle = TAU * (i as f32 / 16.0) + TAU / 4.0;
            (centre.0 + r * angle.cos(), centre.1 + r * angle.sin())
        })
        .collect();
    ops.push(polygon(&star, PaintMode::Fill));
}

/// Closed curves whose radius swings `lobes` times between `share.0 - share.1` and `share.0 + share.1` of `radius`, one for each
/// phase. One lobe is drawn and turned around, so that the rest compresses to nearly nothing.
fn rosette(ops: &mut Vec<Op>, centre: (f32, f32), radius: f32, share: (f32, f32), lobes: u8, phases: u8) {
    const PIECES: usize = 6;
    let turn = 1.0 / f32::from(lobes);
    let lobe: Vec<Op> = (0..phases)
        .map(|phase| {
            let at = |t: f32| {
                let r = radius * (share.0 + share.1 * (TAU * (t + f32::from(phase) / f32::from(phases))).sin());
                (r * (TAU * t * turn).cos(), r * (TAU * t * turn).sin())
            };
            curve(&at, PIECES, false)
        })
        .collect();
    for i in 0..lobes {
        let (sin, cos) = (TAU * f32::from(i) * turn).sin_cos();
        ops.push(Op::SaveGraphicsState);
        ops.push(Op::SetTransformationMatrix { matrix: CurTransMat::Raw([cos, sin, -sin, cos, centre.0, centre.1]) });
        ops.extend_from_slice(&lobe);
        ops.push(Op::RestoreGraphicsState);
    }
}

fn circle(centre: (f32, f32), radius: f32) -> impl Fn(f32) -> (f32, f32) {
    move |t| (centre.0 + radius * (TAU * t).cos(), centre.1 + radius * (TAU * t).sin())
}

/// A stroked curve over the parameter 0 to 1 in so many Bézier pieces.
fn curve(at: Curve<'_>, pieces: usize, is_closed: bool) -> Op {
    Op::DrawLine { line: Line { points: bezier(at, pieces), is_closed } }
}

/// A closed curve, filled or stroked.
fn closed(at: Curve<'_>, pieces: usize, mode: PaintMode) -> Op {
    let rings = vec![PolygonRing { points: bezier(at, pieces) }];
    Op::DrawPolygon { polygon: Polygon { rings, mode, winding_order: WindingOrder::NonZero } }
}

/// Hermite interpolation: each piece keeps the curve's direction at both ends.
fn bezier(at: Curve<'_>, pieces: usize) -> Vec<LinePoint> {
    const EPSILON: f32 = 1e-3;
    let step = 1.0 / pieces as f32;
    let third = |t: f32| {
        let (a, b) = (at(t - EPSILON), at(t + EPSILON));
        let scale = step / (3.0 * 2.0 * EPSILON);
        ((b.0 - a.0) * scale, (b.1 - a.1) * scale)
    };
    let mut points = vec![point(at(0.0), false)];
    for i in 0..pieces {
        let (t0, t1) = (i as f32 * step, (i + 1) as f32 * step);
        let ((p0, d0), (p1, d1)) = ((at(t0), third(t0)), (at(t1), third(t1)));
        points.push(point((p0.0 + d0.0, p0.1 + d0.1), true));
        points.push(point((p1.0 - d1.0, p1.1 - d1.1), true));
        points.push(point(p1, false));
    }
    points
}

fn straight(from: (f32, f32), to: (f32, f32)) -> Op {
    Op::DrawLine { line: Line { points: vec![point(from, false), point(to, false)], is_closed: false } }
}

fn polygon(corners: &[(f32, f32)], mode: PaintMode) -> Op {
    let points = corners.iter().map(|p| point(*p, false)).collect();
    Op::DrawPolygon {
        polygon: Polygon { rings: vec![PolygonRing { points }], mode, winding_order: WindingOrder::NonZero },
    }
}

/// Hundredths of a point: finer than any press, and short to write.
fn point((x, y): (f32, f32), bezier: bool) -> LinePoint {
    let rounded = |v: f32| Pt((v * 100.0).round() / 100.0);
    LinePoint { p: Point { x: rounded(x), y: rounded(y) }, bezier }
}
