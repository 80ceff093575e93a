//! A page as pixels, and what a photocopier makes of it.

use std::fs;
use std::path::Path;

/// Grey pixels; 0 is black.
#[derive(Clone)]
pub(crate) struct Grey {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) pixels: Vec<u8>,
}

impl Grey {
    /// A picture that `pdftoppm` wrote: PGM as it is, PPM by its luminance (ITU-R BT.601).
    pub(crate) fn read(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap();
        let mut at = 0;
        let mut word = || {
            let start = at;
            at += bytes[start..].iter().position(u8::is_ascii_whitespace).unwrap() + 1;
            String::from_utf8(bytes[start..at - 1].to_vec()).unwrap()
        };
        let kind = word();
        let [width, height, most] = [(); 3].map(|()| word().parse::<usize>().unwrap());
        assert_eq!(most, 255);
        let luminance = |c: &[u8]| {
            let [r, g, b] = [c[0], c[1], c[2]].map(u32::from);
            ((299 * r + 587 * g + 114 * b) / 1000) as u8
        };
        let pixels = match kind.as_str() {
            "P5" => bytes[at..].to_vec(),
            "P6" => bytes[at..].chunks_exact(3).map(luminance).collect(),
            other => panic!("{other} is no picture of pdftoppm"),
        };
        assert_eq!(pixels.len(), width * height);
        Self { width, height, pixels }
    }

    pub(crate) fn write(&self, path: &Path) {
        let head = format!("P5\n{} {}\n255\n", self.width, self.height);
        fs::write(path, [head.as_bytes(), &self.pixels].concat()).unwrap();
    }

    /// Laid down askew by these degrees, out of focus, too much contrast, dirty glass: a copy of no good machine.
    pub(crate) fn photocopied(&self, degrees: f32) -> Self {
        self.turned(degrees).blurred().hardened().soiled()
    }

    /// Turned around its middle by these degrees; white where nothing was.
    fn turned(&self, degrees: f32) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (middle_x, middle_y) = (self.width as f32 / 2.0, self.height as f32 / 2.0);
        let pixels = (0..self.pixels.len()).map(|at| {
            let (x, y) = ((at % self.width) as f32 - middle_x, (at / self.width) as f32 - middle_y);
            self.between(x * cos + y * sin + middle_x, y * cos - x * sin + middle_y)
        });
        Self { pixels: pixels.collect(), ..*self }
    }

    fn between(&self, x: f32, y: f32) -> u8 {
        let at = |x: f32, y: f32| {
            let inside = x >= 0.0 && y >= 0.0 && x < self.width as f32 && y < self.height as f32;
            if inside { f32::from(self.pixels[y as usize * self.width + x as usize]) } else { 255.0 }
        };
        let (left, top) = (x.floor(), y.floor());
        let (right, down) = (x - left, y - top);
        let above = at(left, top) * (1.0 - right) + at(left + 1.0, top) * right;
        let below = at(left, top + 1.0) * (1.0 - right) + at(left + 1.0, top + 1.0) * right;
        (above * (1.0 - down) + below * down) as u8
    }

    /// The mean of three by three pixels.
    fn blurred(&self) -> Self {
        let mut out = self.clone();
        for y in 1..self.height - 1 {
            for x in 1..self.width - 1 {
                let row = |y: usize| self.pixels[y * self.width + x - 1..][..3].iter().map(|p| u32::from(*p));
                let sum: u32 = row(y - 1).chain(row(y)).chain(row(y + 1)).sum();
                out.pixels[y * self.width + x] = (sum / 9) as u8;
            }
        }
        out
    }

    /// Dark becomes darker, light lighter; black toner is never black.
    fn hardened(&self) -> Self {
        let harder = |pixel: &u8| ((i32::from(*pixel) - 140) * 3 / 2 + 150).clamp(28, 250) as u8;
        Self { pixels: self.pixels.iter().map(harder).collect(), ..*self }
    }

    /// Grain everywhere, a speck of toner or dust on every 2,000th pixel; the same each time. (At every 300th a corner of the
    /// code is hidden from rxing now and then.)
    fn soiled(&self) -> Self {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        let soil = |pixel: &u8| {
            let chance = next();
            match chance % 4_000 {
                0 => 30,
                1 => 245,
                _ => (i32::from(*pixel) + (chance >> 32) as i32 % 31).clamp(0, 255) as u8,
            }
        };
        Self { pixels: self.pixels.iter().map(soil).collect(), ..*self }
    }
}
