//! A picture of a certificate: a screenshot, a photo of a print, a scanned page. What is looked for in it are QR codes.
//!
//! ```text
//! PNG, JPEG -> decode -> grey pixels -> codes -> texts        every size checked before memory is taken
//! ```

mod codes;
mod decode;

pub(crate) use codes::read as codes;
pub(crate) use decode::{decode, looks_like};

/// The most pixels of a picture that are looked at: a phone's largest photo has 50 million.
pub const MAX_PIXELS: usize = 64_000_000;

/// Grey pixels, row by row; 0 is black.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grey {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Grey {
    /// Pixels in rows of `width`; what does not fill a row is left out.
    pub(crate) fn new(width: usize, pixels: Vec<u8>) -> Self {
        let height = pixels.len().checked_div(width).unwrap_or(0);
        let mut pixels = pixels;
        pixels.truncate(width * height);
        Self { width, height, pixels }
    }

    /// Its pixels, and how many make a row.
    pub(crate) fn into_pixels(self) -> (Vec<u8>, usize) {
        (self.pixels, self.width)
    }

    /// The same picture in at most `most` pixels: squares of pixels become one, their mean.
    fn reduced(&self, most: usize) -> Option<Self> {
        let by = (2..=self.width.min(self.height)).find(|by| self.width / by * (self.height / by) <= most)?;
        let (width, height) = (self.width / by, self.height / by);
        let mut pixels = Vec::with_capacity(width * height);
        let mut sums = vec![0u32; width];
        for rows in self.pixels.chunks_exact(self.width * by).take(height) {
            sums.fill(0);
            for row in rows.chunks_exact(self.width) {
                for (sum, square) in sums.iter_mut().zip(row.chunks_exact(by)) {
                    *sum += square.iter().map(|pixel| u32::from(*pixel)).sum::<u32>();
                }
            }
            let count = (by * by) as u32;
            pixels.extend(sums.iter().map(|sum| (sum / count) as u8));
        }
        Some(Self::new(width, pixels))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_become_their_mean() {
        let picture = Grey::new(4, vec![0, 100, 10, 10, 100, 200, 10, 10, 9, 9, 9, 9]);
        assert_eq!(picture.reduced(2), Some(Grey::new(2, vec![100, 10])));
        assert_eq!(Grey::new(0, Vec::new()).reduced(1), None);
        assert_eq!(Grey::new(3, vec![1; 7]).pixels.len(), 6);
    }
}
