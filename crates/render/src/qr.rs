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

/// How hard a symbol is to read: the four rules of ISO/IEC 18004, 7.8.3, a whole line at a time. (The crate's own
/// scoring took longer than all else in a certificate.)
fn penalty(dark: &[bool], width: usize) -> u32 {
    let mut rows = vec![Line::default(); width];
    let mut columns = vec![Line::default(); width];
    for (y, modules) in dark.chunks_exact(width).enumerate() {
        for (x, module) in modules.iter().enumerate() {
            rows[y].put(x, *module);
            columns[x].put(y, *module);
        }
    }
    let in_lines: u32 = rows.iter().chain(&columns).map(|line| line.penalty(width)).sum();
    let blocks: u32 = rows.windows(2).map(|pair| pair[0].blocks(pair[1], width)).sum();
    let share = rows.iter().map(|row| row.count()).sum::<u32>() * 100 / dark.len().max(1) as u32;
    in_lines + 3 * blocks + 10 * (share.abs_diff(50) / 5)
}

/// A row or a column: a bit for each module, set where it is dark. The largest symbol has 177 on a side.
#[derive(Clone, Copy, Default)]
struct Line([u64; 3]);

impl Line {
    /// The first so many bits.
    fn first(count: usize) -> Self {
        Self([0, 64, 128].map(|before| match count.saturating_sub(before) {
            64.. => u64::MAX,
            bits => (1 << bits) - 1,
        }))
    }

    fn put(&mut self, at: usize, dark: bool) {
        self.0[at / 64] |= u64::from(dark) << (at % 64);
    }

    fn count(self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    fn and(self, other: Self) -> Self {
        Self([0, 1, 2].map(|word| self.0[word] & other.0[word]))
    }

    fn but_not(self, other: Self) -> Self {
        Self([0, 1, 2].map(|word| self.0[word] & !other.0[word]))
    }

    /// Bit `i` is what bit `i + by` was, for `by` from 1 to 63.
    fn ahead(self, by: usize) -> Self {
        let [a, b, c] = self.0;
        Self([a >> by | b << (64 - by), b >> by | c << (64 - by), c >> by])
    }

    /// Where a module is like the same one of another line.
    fn like(self, other: Self, width: usize) -> Self {
        Self::first(width).but_not(Self([0, 1, 2].map(|word| self.0[word] ^ other.0[word])))
    }

    /// Where a module is like its next one.
    fn like_next(self, width: usize) -> Self {
        self.like(self.ahead(1), width - 1)
    }

    /// Squares of two by two with the next row.
    fn blocks(self, next: Self, width: usize) -> u32 {
        self.like_next(width).and(next.like_next(width)).and(self.like(next, width)).count()
    }

    /// Runs of five and more, and what looks like a finder pattern with white beside it.
    fn penalty(self, width: usize) -> u32 {
        let two = self.like_next(width);
        let three = two.and(two.ahead(1));
        // Where five alike begin. A run of n modules has n - 4 such places and counts n - 2.
        let five = three.and(three.ahead(2));
        let runs = five.but_not(five.ahead(1));
        let light = Self::first(width).but_not(self);
        let white = light.and(light.ahead(1));
        let white = white.and(white.ahead(2));
        let dark = [2, 3, 4, 6].into_iter().fold(self, |found, at| found.and(self.ahead(at)));
        let finder = dark.and(light.ahead(1)).and(light.ahead(5));
        let beside = white.and(finder.ahead(4)).count() + finder.and(white.ahead(7)).count();
        five.count() + 2 * runs.count() + 40 * beside
    }
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

    /// The same rules, one module after the other.
    fn module_by_module(dark: &[bool], width: usize) -> usize {
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

    #[test]
    fn a_line_at_a_time_counts_what_each_module_counts() {
        let mut state = 1_u32;
        let mut random = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 16
        };
        for width in (21..=177).step_by(4) {
            // From white over mixed to black, so that long runs occur.
            for level in [0, 2, 8, 14, 16] {
                let dark: Vec<bool> = (0..width * width).map(|_| random() % 16 < level).collect();
                assert_eq!(penalty(&dark, width) as usize, module_by_module(&dark, width), "{width}, level {level}");
            }
        }
        let finder = [0, 0, 0, 0, 1, 0, 1, 1, 1, 0, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0];
        let dark: Vec<bool> = (0..21).flat_map(|_| finder.map(|module| module == 1)).collect();
        assert_eq!(penalty(&dark, 21) as usize, module_by_module(&dark, 21));
    }
}
