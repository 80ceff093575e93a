//! Pictures of codes, and what happens to them on the way through paper and cameras.
#![allow(dead_code)] // each test file uses a part

use jpeg_encoder::{ColorType as JpegColor, Encoder as JpegEncoder};
use qrcode::{EcLevel, QrCode};

/// A text in compact form: the first vector of `crates/vc/COMPACT.md`.
pub(crate) fn link() -> String {
    let vectors = include_str!("../../../../tests/compact/vectors.json");
    let vectors: serde_json::Value = serde_json::from_str(vectors).unwrap();
    vectors["rebuilt"][0]["link"].as_str().unwrap().to_owned()
}

/// Grey pixels; 0 is black.
#[derive(Clone)]
pub(crate) struct Canvas {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) pixels: Vec<u8>,
}

/// A code with its quiet zone, so many pixels a module.
pub(crate) fn qr(text: &str, pixels: usize) -> Canvas {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
    let modules: Vec<bool> = code.to_colors().iter().map(|colour| *colour == qrcode::Color::Dark).collect();
    scaled(&modules, code.width(), 4, pixels)
}

/// The corner square of a code.
pub(crate) fn corner(pixels: usize) -> Canvas {
    let ring = |at: usize| [0, 6].contains(&at);
    let dark = |x: usize, y: usize| ring(x) || ring(y) || ((2..5).contains(&x) && (2..5).contains(&y));
    let modules: Vec<bool> = (0..49).map(|at| dark(at % 7, at / 7)).collect();
    scaled(&modules, 7, 0, pixels)
}

fn scaled(modules: &[bool], side: usize, quiet: usize, pixels: usize) -> Canvas {
    let width = (side + 2 * quiet) * pixels;
    let mut canvas = Canvas::white(width, width);
    for (at, _) in modules.iter().enumerate().filter(|(_, dark)| **dark) {
        let (x, y) = ((at % side + quiet) * pixels, (at / side + quiet) * pixels);
        for row in y..y + pixels {
            canvas.pixels[row * width + x..row * width + x + pixels].fill(0);
        }
    }
    canvas
}

impl Canvas {
    pub(crate) fn white(width: usize, height: usize) -> Self {
        Self { width, height, pixels: vec![255; width * height] }
    }

    /// Another picture put on this one.
    pub(crate) fn with(mut self, other: &Canvas, x: usize, y: usize) -> Self {
        for (row, pixels) in other.pixels.chunks_exact(other.width).enumerate() {
            let start = (y + row) * self.width + x;
            self.pixels[start..start + other.width].copy_from_slice(pixels);
        }
        self
    }

    /// A quarter turn.
    pub(crate) fn turned(&self) -> Self {
        let pixels = (0..self.width)
            .flat_map(|y| (0..self.height).map(move |x| (x, y)))
            .map(|(x, y)| self.pixels[(self.height - 1 - x) * self.width + y])
            .collect();
        Self { width: self.height, height: self.width, pixels }
    }

    /// Seen from the side: the right edge is shorter by this part, and the whole is turned a little.
    pub(crate) fn tilted(&self, by: f32) -> Self {
        let (width, height) = (self.width as f32, self.height as f32);
        let mut out = vec![200; self.pixels.len()];
        for (at, pixel) in out.iter_mut().enumerate() {
            let (x, y) = ((at % self.width) as f32 / width, (at / self.width) as f32 / height);
            let depth = 1.0 - by * x;
            let (u, v) = (x / (1.0 - by + by * x).max(0.01), (y - 0.5) / depth + 0.5 + by * 0.4 * (x - 0.5));
            if (0.0..1.0).contains(&u) && (0.0..1.0).contains(&v) {
                *pixel = self.between(u * (width - 1.0), v * (height - 1.0));
            }
        }
        Self { pixels: out, ..self.clone() }
    }

    fn between(&self, x: f32, y: f32) -> u8 {
        let (column, row) = (x as usize, y as usize);
        let at =
            |x: usize, y: usize| f32::from(self.pixels[y.min(self.height - 1) * self.width + x.min(self.width - 1)]);
        let (right, down) = (x.fract(), y.fract());
        let above = at(column, row) * (1.0 - right) + at(column + 1, row) * right;
        let below = at(column, row + 1) * (1.0 - right) + at(column + 1, row + 1) * right;
        (above * (1.0 - down) + below * down) as u8
    }

    /// Out of focus: the mean of the pixels around, three times.
    pub(crate) fn blurred(&self, radius: usize) -> Self {
        let mut canvas = self.clone();
        for _ in 0..if radius == 0 { 0 } else { 3 } {
            canvas = canvas.smeared(radius).turned().smeared(radius).turned().turned().turned();
        }
        canvas
    }

    fn smeared(&self, radius: usize) -> Self {
        let mut out = Vec::with_capacity(self.pixels.len());
        for row in self.pixels.chunks_exact(self.width) {
            for x in 0..self.width {
                let near = &row[x.saturating_sub(radius)..(x + radius + 1).min(self.width)];
                out.push((near.iter().map(|pixel| u32::from(*pixel)).sum::<u32>() / near.len() as u32) as u8);
            }
        }
        Self { pixels: out, ..self.clone() }
    }

    /// A lamp at the upper left, shadow at the lower right.
    pub(crate) fn unevenly_lit(&self) -> Self {
        let light =
            |at: usize| 1.0 - 0.5 * (at % self.width + at / self.width) as f32 / (self.width + self.height) as f32;
        let pixels = self.pixels.iter().enumerate().map(|(at, pixel)| (f32::from(*pixel) * light(at)) as u8).collect();
        Self { pixels, ..self.clone() }
    }

    /// A sensor's noise, the same each time.
    pub(crate) fn noisy(&self, amount: i32) -> Self {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % (2 * amount as u64 + 1)) as i32 - amount
        };
        let pixels = self.pixels.iter().map(|pixel| (i32::from(*pixel) + next()).clamp(0, 255) as u8).collect();
        Self { pixels, ..self.clone() }
    }

    pub(crate) fn png(&self, colour: png::ColorType) -> Vec<u8> {
        let samples: Vec<u8> = match colour {
            png::ColorType::Grayscale => self.pixels.clone(),
            // Dark where the code is, transparent elsewhere.
            png::ColorType::GrayscaleAlpha => self.pixels.iter().flat_map(|p| [0, 255 - p]).collect(),
            png::ColorType::Rgb => self.pixels.iter().flat_map(|p| [*p, *p, *p]).collect(),
            _ => self.pixels.iter().flat_map(|p| [*p, *p, *p, 255]).collect(),
        };
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, self.width as u32, self.height as u32);
        encoder.set_color(colour);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&samples).unwrap();
        writer.finish().unwrap();
        out
    }

    pub(crate) fn jpeg(&self, quality: u8, progressive: bool) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = JpegEncoder::new(&mut out, quality);
        encoder.set_progressive(progressive);
        encoder.encode(&self.pixels, self.width as u16, self.height as u16, JpegColor::Luma).unwrap();
        out
    }
}

/// A PNG that says it is this large, and has no pixels.
pub(crate) fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Canvas::white(1, 1).png(png::ColorType::Grayscale);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let mut sum = flate2::Crc::new();
    sum.update(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.sum().to_be_bytes());
    bytes
}

/// A JPEG that says it is this large.
pub(crate) fn jpeg_of_size(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = Canvas::white(8, 8).jpeg(80, false);
    let frame = bytes.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
    bytes[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    bytes[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    bytes
}
