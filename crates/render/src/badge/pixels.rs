//! From SVG to PNG. The colours of a badge are few and mixed at edges only: a palette of them makes a small file.

use std::collections::BTreeMap;

use resvg::tiny_skia::{Pixmap, Transform};

use crate::RenderError;

/// Colours of the palette, at most.
const COLOURS: usize = 24;

/// The picture in these pixels. It must cover them all: what is transparent becomes black.
pub(super) fn png(svg: &str, width: u32, height: u32) -> Result<Vec<u8>, RenderError> {
    let failed = |reason: String| RenderError::Badge { reason };
    let tree = usvg::Tree::from_str(svg, &usvg::Options::default()).map_err(|e| failed(e.to_string()))?;
    let mut pixmap = Pixmap::new(width, height).ok_or_else(|| failed("it has no size".to_owned()))?;
    resvg::render(&tree, Transform::identity(), &mut pixmap.as_mut());
    let pixels: Vec<[u8; 3]> = pixmap.pixels().iter().map(|p| [p.red(), p.green(), p.blue()]).collect();
    let palette = Palette::of(&pixels);
    let indices: Vec<u8> = pixels.iter().map(|pixel| palette.index(*pixel)).collect();

    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette.colours.concat());
    encoder.set_compression(png::Compression::High);
    // Neighbouring numbers of a palette are no neighbouring colours.
    encoder.set_filter(png::Filter::NoFilter);
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&indices));
    written.map_err(|e| failed(e.to_string()))?;
    Ok(out)
}

/// The commonest colours, each standing for those that hardly differ from it.
struct Palette {
    colours: Vec<[u8; 3]>,
    places: BTreeMap<[u8; 3], u8>,
}

impl Palette {
    fn of(pixels: &[[u8; 3]]) -> Self {
        let mut counts: BTreeMap<[u8; 3], u32> = BTreeMap::new();
        for pixel in pixels {
            *counts.entry(*pixel).or_default() += 1;
        }
        // A bin holds what differs by less than an eighth of a step that anybody sees; its commonest colour stands for it.
        let mut bins: BTreeMap<[u8; 3], (u32, u32, [u8; 3])> = BTreeMap::new();
        for (colour, count) in counts {
            let bin = bins.entry(bin_of(colour)).or_insert((0, 0, colour));
            bin.0 += count;
            if count > bin.1 {
                (bin.1, bin.2) = (count, colour);
            }
        }
        let bins: Vec<_> = bins.into_iter().map(|(bin, (total, _, colour))| (bin, colour, u64::from(total))).collect();
        let colours = chosen(&bins);
        let places = bins.iter().map(|(bin, colour, _)| (*bin, nearest(&colours, *colour))).collect();
        Self { colours, places }
    }

    fn index(&self, colour: [u8; 3]) -> u8 {
        self.places.get(&bin_of(colour)).copied().unwrap_or(0)
    }
}

fn bin_of(colour: [u8; 3]) -> [u8; 3] {
    colour.map(|channel| channel >> 3)
}

/// The commonest, then always the one that is missed most: far from those chosen, and often used.
fn chosen(bins: &[([u8; 3], [u8; 3], u64)]) -> Vec<[u8; 3]> {
    let mut colours: Vec<[u8; 3]> = Vec::new();
    while colours.len() < COLOURS.min(bins.len()) {
        let missed = bins.iter().max_by_key(|(bin, colour, total)| {
            let far = colours.iter().map(|other| distance(*other, *colour)).min().unwrap_or(1);
            (u64::from(far) * total.isqrt(), std::cmp::Reverse(*bin))
        });
        colours.extend(missed.map(|(_, colour, _)| *colour));
    }
    colours
}

fn nearest(colours: &[[u8; 3]], colour: [u8; 3]) -> u8 {
    // So few that their number fits.
    let best = colours.iter().enumerate().min_by_key(|(_, other)| distance(**other, colour));
    best.map_or(0, |(at, _)| at as u8)
}

fn distance(a: [u8; 3], b: [u8; 3]) -> u32 {
    a.into_iter().zip(b).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
}
