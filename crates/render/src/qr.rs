//! The QR code: its modules, as SVG and PNG for downloads, and as one path for the PDF.

use qrcode::canvas::{Canvas, MaskPattern};
use qrcode::{EcLevel, bits, ec};

use crate::RenderError;

/// Modules of white around the symbol that scanners need (ISO/IEC 18004).
pub const QUIET_ZONE: usize = 4;

/// Largest side of a PNG in pixels; smaller modules are used rather than more.
const MAX_PIXELS: usize = 4_000;

/// A QR symbol of error correction level M: a square of dark and light modules, without its quiet zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qr {
    width: usize,
    dark: Vec<bool>,
}

impl Qr {
    /// The smallest symbol that holds the text.
    ///
    /// # Errors
    /// [`RenderError::Qr`] if the text is too long for any.
    pub fn new(text: &str) -> Result<Self, RenderError> {
        let too_long = |_| RenderError::Qr { length: text.len() };
        let bits = bits::encode_auto(text.as_bytes(), EcLevel::M).map_err(too_long)?;
        let version = bits.version();
        let (data, correction) = ec::construct_codewords(&bits.into_bytes(), version, EcLevel::M).map_err(too_long)?;
        let mut canvas = Canvas::new(version, EcLevel::M);
        canvas.draw_all_functional_patterns();
        canvas.draw_data(&data, &correction);
        let width = version.width() as usize;
        let masked = MASKS.map(|mask| {
            let mut canvas = canvas.clone();
            canvas.apply_mask(mask);
            canvas.into_colors().into_iter().map(|c| c == qrcode::Color::Dark).collect::<Vec<bool>>()
        });
        // The first of the best, so that the same text gives the same symbol.
        let dark = masked.into_iter().min_by_key(|dark| penalty(dark, width)).unwrap_or_default();
        Ok(Self { width, dark })
    }

    /// Modules on a side.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Whether a module is dark; outside the symbol none is.
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        x < self.width && y < self.width && self.dark[y * self.width + x]
    }

    /// Dark modules as rectangles `(x, y, width, height)`, runs in a row joined, equal runs in neighbouring rows too.
    pub fn rectangles(&self) -> Vec<(usize, usize, usize, usize)> {
        let mut done: Vec<(usize, usize, usize, usize)> = Vec::new();
        let mut open: Vec<(usize, usize, usize, usize)> = Vec::new();
        for y in 0..self.width {
            let mut next = Vec::new();
            let mut x = 0;
            while x < self.width {
                let run = (x..self.width).take_while(|x| self.is_dark(*x, y)).count();
                if run > 0 {
                    match open.iter().position(|o| (o.0, o.2) == (x, run)) {
                        Some(i) => {
                            let (ox, oy, w, h) = open.swap_remove(i);
                            next.push((ox, oy, w, h + 1));
                        }
                        None => next.push((x, y, run, 1)),
                    }
                }
                x += run.max(1);
            }
            done.append(&mut open);
            open = next;
        }
        done.append(&mut open);
        done.sort_unstable_by_key(|r| (r.1, r.0));
        done
    }
}

const MASKS: [MaskPattern; 8] = [
    MaskPattern::Checkerboard,
    MaskPattern::HorizontalLines,
    MaskPattern::VerticalLines,
    MaskPattern::DiagonalLines,
    MaskPattern::LargeCheckerboard,
    MaskPattern::Fields,
    MaskPattern::Diamonds,
    MaskPattern::Meadow,
];

/// How hard a symbol is to read: the four rules of ISO/IEC 18004, 7.8.3. (The crate's own
/// scoring took longer than all else in a certificate.)
fn penalty(dark: &[bool], width: usize) -> usize {
    let lines = (0..width).flat_map(|i| [(i * width, 1), (i, width)]);
    let in_lines: usize = lines.map(|(start, step)| line_penalty(dark, start, step, width)).sum();
    let mut blocks = 0;
    for pair in dark.chunks_exact(width).zip(dark.chunks_exact(width).skip(1)) {
        for x in 1..width {
            let module = pair.0[x];
            blocks += usize::from(pair.0[x - 1] == module && pair.1[x - 1] == module && pair.1[x] == module);
        }
    }
    let share = dark.iter().filter(|d| **d).count() * 100 / dark.len().max(1);
    in_lines + 3 * blocks + 10 * (share.abs_diff(50) / 5)
}

/// Runs of five and more, and what looks like a finder pattern with white beside it.
fn line_penalty(dark: &[bool], start: usize, step: usize, width: usize) -> usize {
    const FINDER: u16 = 0b101_1101;
    let (mut score, mut run, mut last, mut window) = (0, 0, None, 0_u16);
    for i in 0..width {
        let module = dark[start + i * step];
        run = if last == Some(module) { run + 1 } else { 1 };
        last = Some(module);
        score += match run {
            5 => 3,
            6.. => 1,
            _ => 0,
        };
        window = (window << 1 | u16::from(module)) & 0x7ff;
        if i >= 10 && (window == FINDER || window == FINDER << 4) {
            score += 40;
        }
    }
    score
}

/// The code as an SVG image with its quiet zone, one unit per module.
///
/// # Errors
/// [`RenderError::Qr`] if the text is too long.
pub fn qr_svg(text: &str) -> Result<String, RenderError> {
    use std::fmt::Write as _;

    let qr = Qr::new(text)?;
    let side = qr.width() + 2 * QUIET_ZONE;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path d=\""
    );
    for (x, y, w, h) in qr.rectangles() {
        // Infallible: a String takes every write.
        let _ = write!(svg, "M{} {}h{w}v{h}h-{w}z", x + QUIET_ZONE, y + QUIET_ZONE);
    }
    svg.push_str("\"/></svg>");
    Ok(svg)
}

/// The code as a one-bit PNG with its quiet zone, so many pixels per module.
///
/// # Errors
/// [`RenderError::Qr`] if the text is too long.
pub fn qr_png(text: &str, module_pixels: usize) -> Result<Vec<u8>, RenderError> {
    let qr = Qr::new(text)?;
    let modules = qr.width() + 2 * QUIET_ZONE;
    let scale = module_pixels.clamp(1, MAX_PIXELS / modules);
    let side = modules * scale;
    let mut rows = Vec::with_capacity(side * side.div_ceil(8));
    for y in 0..modules {
        let mut row = vec![0xff_u8; side.div_ceil(8)];
        for x in 0..side {
            let module = (x / scale).checked_sub(QUIET_ZONE).zip(y.checked_sub(QUIET_ZONE));
            if module.is_some_and(|(mx, my)| qr.is_dark(mx, my)) {
                row[x / 8] &= !(0x80 >> (x % 8));
            }
        }
        for _ in 0..scale {
            rows.extend_from_slice(&row);
        }
    }
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, side as u32, side as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let written = encoder.write_header().and_then(|mut w| w.write_image_data(&rows));
    written.map_err(|e| RenderError::Pdf { reason: e.to_string() })?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "https://contoh.example/v/ABCDEFGHJKLMNPQR";

    /// Reads a picture of modules back.
    fn read(side: usize, dark: impl Fn(usize, usize) -> bool) -> String {
        let mut image =
            rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| if dark(x, y) { 0 } else { 255 });
        image.detect_grids()[0].decode().unwrap().1
    }

    #[test]
    fn modules_are_read_back() {
        let qr = Qr::new(TEXT).unwrap();
        let side = (qr.width() + 2 * QUIET_ZONE) * 4;
        assert_eq!(
            read(side, |x, y| (x / 4) >= QUIET_ZONE
                && (y / 4) >= QUIET_ZONE
                && qr.is_dark(x / 4 - QUIET_ZONE, y / 4 - QUIET_ZONE)),
            TEXT
        );
    }

    #[test]
    fn rectangles_cover_exactly_the_dark_modules() {
        let qr = Qr::new(TEXT).unwrap();
        let mut count = vec![0; qr.width() * qr.width()];
        for (x, y, w, h) in qr.rectangles() {
            for yy in y..y + h {
                for xx in x..x + w {
                    count[yy * qr.width() + xx] += 1;
                }
            }
        }
        for (i, n) in count.into_iter().enumerate() {
            assert_eq!(n == 1, qr.is_dark(i % qr.width(), i / qr.width()), "module {i} is covered {n} times");
        }
    }

    #[test]
    fn png_is_read_back() {
        let bytes = qr_png(TEXT, 5).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        let (side, stride) = (info.width as usize, info.line_size);
        assert_eq!(read(side, |x, y| pixels[y * stride + x / 8] & (0x80 >> (x % 8)) == 0), TEXT);
    }

    #[test]
    fn svg_has_one_path_and_a_quiet_zone() {
        let svg = qr_svg(TEXT).unwrap();
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
        assert!(svg.contains("M4 4h7v1h-7z"), "the first finder pattern starts after four modules: {svg}");
    }

    #[test]
    fn sizes_are_bounded() {
        assert!(matches!(qr_svg(&"x".repeat(5000)), Err(RenderError::Qr { length: 5000 })));
        assert!(qr_png(TEXT, usize::MAX).unwrap().len() < 200_000);
        assert!(qr_png(TEXT, 0).is_ok());
    }
}
