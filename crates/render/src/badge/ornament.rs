//! Rings, rosettes and stars as SVG, from the formulas of the certificate's seal.

use std::f32::consts::TAU;
use std::fmt::Write as _;

/// A line: colour and width.
#[derive(Clone, Copy)]
pub(super) struct Stroke(pub(super) [u8; 3], pub(super) f32);

/// Curves whose radius swings `lobes` times between `radius.0` and `radius.1`, one for each phase. One lobe is written, a few
/// copies of it make a group, and copies of the group the whole; `name` must be its own within the picture.
pub(super) fn rosette(out: &mut String, name: &str, radius: (f32, f32), (lobes, phases): (u8, u8), stroke: Stroke) {
    const PIECES: usize = 6;
    const GROUP: u8 = 4;
    let turn = 1.0 / f32::from(lobes);
    let (middle, swing) = ((radius.0 + radius.1) / 2.0, (radius.1 - radius.0) / 2.0);
    let _ = write!(out, "<g fill=\"none\"{}><g id=\"{name}g\"><path id=\"{name}\" d=\"", line(stroke));
    for phase in 0..phases {
        let at = |t: f32| {
            let r = middle + swing * (TAU * (t + f32::from(phase) / f32::from(phases))).sin();
            (r * (TAU * t * turn).cos(), r * (TAU * t * turn).sin())
        };
        curve(out, &at, PIECES);
    }
    out.push_str("\"/>");
    let copy = |out: &mut String, what: &str, i: u8| {
        let angle = number(360.0 * f32::from(i) * turn);
        let _ = write!(out, "<use href=\"#{what}\" transform=\"rotate({angle})\"/>");
    };
    (1..GROUP).for_each(|i| copy(out, name, i));
    out.push_str("</g>");
    (GROUP..lobes).step_by(usize::from(GROUP)).for_each(|i| copy(out, &format!("{name}g"), i));
    out.push_str("</g>");
}

/// A disc whose edge is so many small arcs.
pub(super) fn scallops(out: &mut String, radius: f32, count: u8, fill: [u8; 3], stroke: Stroke) {
    let corner = |i: u8| {
        let (sin, cos) = (TAU * f32::from(i) / f32::from(count)).sin_cos();
        [radius * cos, radius * sin].map(|v| format!("{v:.1}")).join(" ")
    };
    let bow = number(radius * TAU / f32::from(count) * 0.56);
    let _ = write!(out, "<path fill=\"{}\"{} d=\"M{}", hex(fill), line(stroke), corner(0));
    for i in 1..=count {
        let _ = write!(out, "A{bow} {bow} 0 0 1 {}", corner(i % count));
    }
    out.push_str("z\"/>");
}

/// A circle around the origin, filled where a colour is given.
pub(super) fn circle(out: &mut String, radius: f32, fill: Option<[u8; 3]>, stroke: Option<Stroke>) {
    let fill = fill.map_or_else(|| "none".to_owned(), hex);
    let stroke = stroke.map(line).unwrap_or_default();
    let _ = write!(out, "<circle r=\"{}\" fill=\"{fill}\"{stroke}/>", number(radius));
}

/// A rectangle, filled or stroked.
pub(super) fn rectangle(
    out: &mut String,
    (x, y, width, height): (f32, f32, f32, f32),
    fill: Option<[u8; 3]>,
    stroke: Option<Stroke>,
) {
    let fill = fill.map_or_else(|| "none".to_owned(), hex);
    let stroke = stroke.map(line).unwrap_or_default();
    let [x, y, width, height] = [x, y, width, height].map(number);
    let _ = write!(out, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\"{stroke}/>");
}

/// A star of eight points, one of them upwards.
pub(super) fn star(out: &mut String, centre: (f32, f32), radius: f32, fill: [u8; 3]) {
    let _ = write!(out, "<path fill=\"{}\" d=\"", hex(fill));
    for i in 0..16_u8 {
        let r = radius * if i % 2 == 0 { 1.0 } else { 0.42 };
        let angle = TAU * (f32::from(i) / 16.0) - TAU / 4.0;
        let command = if i == 0 { 'M' } else { 'L' };
        let (x, y) = (centre.0 + r * angle.cos(), centre.1 + r * angle.sin());
        let _ = write!(out, "{command}{} {}", number(x), number(y));
    }
    out.push_str("z\"/>");
}

/// `#rrggbb`
pub(super) fn hex([r, g, b]: [u8; 3]) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// Short, and the same on every machine: four decimals below one, two above.
pub(super) fn number(value: f32) -> String {
    let decimals = if value.abs() < 1.0 { 4 } else { 2 };
    let text = format!("{value:.decimals$}");
    let text = match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => &text,
    };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn line(Stroke(colour, width): Stroke) -> String {
    format!(" stroke=\"{}\" stroke-width=\"{}\"", hex(colour), number(width))
}

/// The curve over the parameter 0 to 1 by Hermite interpolation: each piece keeps the curve's direction at both ends.
fn curve(out: &mut String, at: &dyn Fn(f32) -> (f32, f32), pieces: usize) {
    const EPSILON: f32 = 1e-3;
    let step = 1.0 / pieces as f32;
    // Over a good part of a piece, whatever its length.
    let near = EPSILON.min(step / 8.0);
    let third = |t: f32| {
        let (a, b) = (at(t - near), at(t + near));
        let scale = step / (6.0 * near);
        ((b.0 - a.0) * scale, (b.1 - a.1) * scale)
    };
    let start = at(0.0);
    let _ = write!(out, "M{} {}C", number(start.0), number(start.1));
    for i in 0..pieces {
        let (t0, t1) = (i as f32 * step, (i + 1) as f32 * step);
        let ((p0, d0), (p1, d1)) = ((at(t0), third(t0)), (at(t1), third(t1)));
        let points = [p0.0 + d0.0, p0.1 + d0.1, p1.0 - d1.0, p1.1 - d1.1, p1.0, p1.1];
        for (n, value) in points.into_iter().enumerate() {
            let text = format!("{:.1}", value);
            let text = text.trim_end_matches('0').trim_end_matches('.');
            if (i, n) != (0, 0) && !text.starts_with('-') {
                out.push(' ');
            }
            out.push_str(text);
        }
    }
}
