//! Pages of a PDF without a credential, as pixels: a scan, or a certificate saved anew without what was attached to it.
//!
//! The renderer reads files as generously as they come, and unpacks whatever they say. So it never sees a stranger's file:
//! what a page draws is copied, by the bounded reader of `pdf::file`, into a new one. Left out is what no QR code needs: text,
//! patterns, shadings, masks of transparency, dashes; curves become lines.

mod content;
mod copy;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};
use lopdf::{Dictionary, Object};

use super::file::File;
use crate::ExtractError;
use crate::picture::Grey;

/// Pages looked at: a certificate is the first, its annex the second.
pub(crate) const MAX_PAGES: usize = 4;
/// Levels of the page tree.
const MAX_TREE_DEPTH: usize = 16;
/// Nodes of the page tree on the way to the pages looked at.
const MAX_NODES: usize = 64;
/// Pixels of a page when it is looked at: A4 at 300 to the inch has 8.7 million.
const PIXELS: f32 = 9_000_000.0;
/// Pixels an inch, at most.
const MAX_DPI: f32 = 300.0;
/// The renderer counts pixels of a side in 16 bits.
const MAX_SIDE: f32 = 32_000.0;

/// A page, and what it inherits (ISO 32000-2, 7.7.3.4).
struct Page {
    dictionary: Dictionary,
    resources: Object,
    media_box: Object,
}

/// The pages of a PDF as pixels, one after the other, each made when it is asked for. A page that cannot be shown is an
/// empty picture: another one may have the code.
pub(crate) fn pages(bytes: &[u8]) -> Result<impl Iterator<Item = (usize, Grey)>, ExtractError> {
    let mut file = File::open(bytes)?;
    let pages = find(&mut file)?;
    let mut budget = copy::Budget::default();
    Ok(pages.into_iter().enumerate().map(move |(at, page)| {
        let copied = copy::page(&mut file, &page, &mut budget);
        (at + 1, copied.ok().and_then(shown).unwrap_or_else(|| Grey::new(0, Vec::new())))
    }))
}

/// The first pages of the tree.
fn find(file: &mut File<'_>) -> Result<Vec<Page>, ExtractError> {
    let root = file.trailer.get(b"Root").cloned().unwrap_or(Object::Null);
    let Object::Dictionary(catalog) = file.resolve(&root)? else {
        return Err(ExtractError::PdfDamaged { reason: "no catalog" });
    };
    let tree = catalog.get(b"Pages").cloned().unwrap_or(Object::Null);
    let mut found = Vec::new();
    let mut left = MAX_NODES;
    walk(file, &tree, [Object::Null, Object::Null], MAX_TREE_DEPTH, &mut left, &mut found)?;
    Ok(found)
}

fn walk(
    file: &mut File<'_>,
    node: &Object,
    inherited: [Object; 2],
    depth: usize,
    left: &mut usize,
    found: &mut Vec<Page>,
) -> Result<(), ExtractError> {
    if depth == 0 || *left == 0 || found.len() == MAX_PAGES {
        return Ok(());
    }
    *left -= 1;
    let Object::Dictionary(dictionary) = file.resolve(node)? else { return Ok(()) };
    let [resources, media_box] = inherited;
    let own = |key: &[u8], inherited: Object| dictionary.get(key).cloned().unwrap_or(inherited);
    let (resources, media_box) = (own(b"Resources", resources), own(b"MediaBox", media_box));
    let Ok(kids) = dictionary.get(b"Kids") else {
        found.push(Page { resources, media_box, dictionary });
        return Ok(());
    };
    if let Object::Array(kids) = file.resolve(kids)? {
        for kid in &kids {
            walk(file, kid, [resources.clone(), media_box.clone()], depth - 1, left, found)?;
        }
    }
    Ok(())
}

/// The only page of a copied file.
fn shown(copied: Vec<u8>) -> Option<Grey> {
    // Beyond our own bounds a renderer's panic is about this file only.
    std::panic::catch_unwind(|| {
        let pdf = Pdf::new(copied).ok()?;
        let page = pdf.pages().first()?;
        let (width, height) = page.render_dimensions();
        let scale = (PIXELS / (width * height)).sqrt().min(MAX_DPI / 72.0).min(MAX_SIDE / width.max(height));
        if !scale.is_finite() || scale <= 0.0 {
            return None;
        }
        let settings = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
        let rendering = RenderSettings { hinting: false, ..RenderSettings::default() };
        let pixels = render(page, &RenderCache::new(), &InterpreterSettings::default(), &rendering, &settings);
        // The ground is opaque: what is green is nearly what is bright.
        let grey = pixels.data_as_u8_slice().chunks_exact(4).map(|pixel| pixel[1]).collect();
        Some(Grey::new(usize::from(pixels.width()), grey))
    })
    .ok()
    .flatten()
}
