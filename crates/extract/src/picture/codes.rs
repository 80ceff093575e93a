//! The QR codes in a picture.

use rxing::common::{BitMatrix, DetectorRXingResult, HybridBinarizer};
use rxing::qrcode::cpp_port::decoder::Decode;
use rxing::qrcode::cpp_port::detector::{FindFinderPatterns, GenerateFinderPatternSets, SampleQR};
use rxing::{BinaryBitmap, Luma8Source};

use super::Grey;

/// The pixels of each look, until one finds a code: a phone's photo made smaller, smaller still against noise and blur, then
/// with all the detail that is worth its time.
const LOOKS: [usize; 3] = [3_000_000, 800_000, 16_000_000];
/// Corner squares that are followed; three make a code, a busy photo has some dozen that only resemble one.
const MAX_CORNERS: usize = 600;
/// Triples of corners that are tried.
const MAX_TRIES: usize = 1_200;
/// Codes that are read.
pub(crate) const MAX_CODES: usize = 16;

/// The texts of the codes in a picture, each once. The first look that finds any is the last.
pub(crate) fn read(picture: &Grey) -> Vec<String> {
    let mut seen = None;
    for most in LOOKS {
        let reduced = if picture.pixels.len() > most { picture.reduced(most) } else { None };
        let looked_at = reduced.as_ref().unwrap_or(picture);
        if seen == Some(looked_at.pixels.len()) {
            continue;
        }
        seen = Some(looked_at.pixels.len());
        let texts = look(looked_at);
        if !texts.is_empty() {
            return texts;
        }
    }
    Vec::new()
}

fn look(picture: &Grey) -> Vec<String> {
    let Ok(source) = Luma8Source::new_with_slice(&picture.pixels, picture.width as u32, picture.height as u32) else {
        return Vec::new();
    };
    let bitmap = BinaryBitmap::new(HybridBinarizer::new(source));
    decode(bitmap.get_black_matrix())
}

fn decode(bits: &BitMatrix) -> Vec<String> {
    let mut corners = FindFinderPatterns(bits, true, 0);
    corners.truncate(MAX_CORNERS);
    let mut used = Vec::new();
    let mut texts: Vec<String> = Vec::new();
    for set in GenerateFinderPatternSets(&mut corners).into_iter().take(MAX_TRIES) {
        let three = [set.tl, set.tr, set.bl];
        if three.iter().any(|corner| used.contains(corner)) {
            continue;
        }
        let Ok(sampled) = SampleQR(bits, &set) else { continue };
        let Ok(decoded) = Decode(sampled.getBits()) else { continue };
        if !decoded.isValid() {
            continue;
        }
        used.extend(three);
        let text = decoded.text();
        if !texts.contains(&text) {
            texts.push(text);
        }
        if texts.len() == MAX_CODES {
            break;
        }
    }
    texts
}
