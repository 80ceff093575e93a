//! Whether a design holds what certificates bring: samples of every kind are set with it and looked at.

use std::collections::{BTreeMap, BTreeSet};

use crate::design::{Colour, Design, FontRole, MM};
use crate::ink::Placed;
use crate::layout::{Certificate, Cohort, Layout, Sheet};
use crate::qr::QUIET_ZONE;
use crate::{RenderError, Shared, sample};

/// The least contrast between a text and what is behind it (WCAG 2.2, 1.4.6).
pub const LEAST_CONTRAST: f32 = 7.0;
/// The smallest type that may come out, in points.
pub const SMALLEST_TYPE: f32 = 5.0;
/// The least space between a text and the edge of the page, in millimetres: what printers cannot reach.
const EDGE: f32 = 5.0;
/// How much smaller than the style's least size a text may become where everything is scaled to fit.
const TOLERANCE: f32 = 0.8;
/// Modules of the QR code for the printed quiet zone: the version that the carrying code has.
const MODULES: f32 = 53.0;

/// Letters and signs that names, titles and places of the region are written with.
const REPERTOIRE: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,;:-/()&'’‘“”–·@+\
    ÁÀÂÄÃÅÆÇÉÈÊËÍÌÎÏÑÓÒÔÖÕØÚÙÛÜÝŠŽĆČĐáàâäãåæçéèêëíìîïñóòôöõøúùûüýšžćčđß";

/// What is wrong with a design.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Finding {
    /// A text comes out smaller than its style allows, or than can be read.
    Shrunk {
        /// The style of `design.toml`.
        style: &'static str,
        /// The text.
        text: String,
        /// What it comes to, in points.
        size: f32,
        /// What it should be at least, in points.
        least: f32,
    },
    /// A text comes too near to the edge of the page, or leaves it.
    OffPage {
        /// The style of `design.toml`.
        style: &'static str,
        /// The text.
        text: String,
    },
    /// A text lies on another, or on the QR code and its quiet zone.
    Overlap {
        /// The style of the one.
        style: &'static str,
        /// The one text.
        text: String,
        /// The style of the other, or `front.qr`.
        other: &'static str,
    },
    /// A font lacks letters; at run time the fallback font stands in.
    Missing {
        /// Where the font is named: `fonts.serif`.
        font: &'static str,
        /// The letters.
        letters: String,
    },
    /// A text is too pale for those who see badly.
    Contrast {
        /// The style of `design.toml`.
        style: &'static str,
        /// The colour behind it, by its name or `white`.
        behind: String,
        /// What it has, to one.
        ratio: f32,
    },
}

impl Finding {
    /// What is wrong and what to do, in one language.
    pub fn words(&self, lang: vc::Lang) -> (String, String) {
        let id = matches!(lang, vc::Lang::Id);
        let pick = |a: String, b: String| if id { a } else { b };
        match self {
            Self::Shrunk { style, text, size, least } => (
                pick(
                    format!("style.{style}: \"{text}\" menjadi {size:.1} pt, paling kecil seharusnya {least:.1} pt"),
                    format!("style.{style}: \"{text}\" comes out at {size:.1} pt, at least {least:.1} pt are wanted"),
                ),
                pick(
                    "Lebarkan tempatnya, izinkan baris lagi (lines), atau kecilkan ukurannya (size, min).".into(),
                    "Widen its place, allow more lines, or set smaller type (size, min).".into(),
                ),
            ),
            Self::OffPage { style, text } => (
                pick(
                    format!("style.{style}: \"{text}\" kurang dari {EDGE} mm dari tepi halaman"),
                    format!("style.{style}: \"{text}\" comes within {EDGE} mm of the page's edge"),
                ),
                pick("Geser atau persempit tempatnya.".into(), "Move its place, or make it narrower.".into()),
            ),
            Self::Overlap { style, text, other } => (
                pick(
                    format!("style.{style}: \"{text}\" menimpa {other}"),
                    format!("style.{style}: \"{text}\" lies on {other}"),
                ),
                pick("Geser salah satu tempatnya.".into(), "Move one of the two places.".into()),
            ),
            Self::Missing { font, letters } => (
                pick(
                    format!("{font}: huruf ini tidak ada: {letters}"),
                    format!("{font}: it lacks these letters: {letters}"),
                ),
                pick("Pilih fon yang memiliki huruf-huruf itu.".into(), "Choose a font that has them.".into()),
            ),
            Self::Contrast { style, behind, ratio } => (
                pick(
                    format!(
                        "style.{style}: kontras dengan {behind} hanya {ratio:.1} : 1, paling sedikit {LEAST_CONTRAST} : 1"
                    ),
                    format!(
                        "style.{style}: its contrast with {behind} is only {ratio:.1} : 1, at least {LEAST_CONTRAST} : 1 is needed"
                    ),
                ),
                pick("Pilih warna yang lebih gelap.".into(), "Choose a darker colour.".into()),
            ),
        }
    }
}

/// Sets usual and crowded certificates of every kind of name, short and full, and tells what does not hold. Each kind of text is
/// named once, with the worst that was found.
///
/// # Errors
/// [`RenderError`] where the design cannot be used at all.
pub fn check(design: &Design) -> Result<Vec<Finding>, RenderError> {
    let layout = Layout::new(design)?;
    let mut findings = missing(&layout);
    findings.extend(contrast(design));
    let mut worst = Worst::default();
    for shared in [sample::usual(), sample::crowded()] {
        let cohort = layout.cohort(&shared);
        for name in sample::NAMES {
            for full in [false, true] {
                set(&layout, &cohort, &shared, name, full, &mut worst);
            }
        }
    }
    findings.extend(worst.shrunk.into_values());
    findings.extend(worst.others.into_values());
    Ok(findings)
}

/// Findings, one for each kind.
#[derive(Default)]
struct Worst {
    shrunk: BTreeMap<&'static str, Finding>,
    others: BTreeMap<(&'static str, &'static str), Finding>,
}

fn set(layout: &Layout, cohort: &Cohort, shared: &Shared, name: &str, full: bool, worst: &mut Worst) {
    let particulars = sample::particulars(full);
    let sheet = Sheet {
        name,
        number: "12345/AI-CAMPUS/XXXVIII/XII/2026",
        grade: Some("Sangat Memuaskan"),
        particulars: &particulars,
    };
    let certificate = layout.certificate(cohort, shared, &sheet);
    look(layout, &front(cohort, &certificate), true, worst);
    for (i, page) in cohort.annex.iter().enumerate() {
        let own: &[Placed] = if i == 0 { &certificate.annex } else { &[] };
        let lines: Vec<Placed> = page.lines.iter().chain(own).cloned().collect();
        look(layout, &lines, false, worst);
    }
}

/// All lines of the first page where they come to stand.
fn front(cohort: &Cohort, certificate: &Certificate) -> Vec<Placed> {
    let [scale, x, y] = certificate.body;
    let body = cohort.body.lines.iter().map(|placed| {
        let mut placed = placed.clone();
        placed.line.scale(scale);
        (placed.x, placed.y) = (x + placed.x * scale, y + placed.y * scale);
        placed
    });
    cohort.front.lines.iter().chain(&certificate.front).cloned().chain(body).collect()
}

fn look(layout: &Layout, lines: &[Placed], has_qr: bool, worst: &mut Worst) {
    let page = &layout.design.file.page;
    let qr = &layout.design.file.front.qr;
    let quiet = qr.size / MODULES * QUIET_ZONE as f32;
    let (top, bottom) = (layout.at_depth(qr.y - quiet), layout.at_depth(qr.y + qr.size + quiet));
    let code = [(qr.x - quiet) * MM, bottom, (qr.x + qr.size + quiet) * MM, top];
    for (i, placed) in lines.iter().enumerate() {
        let style = placed.tag.style;
        let text = || placed.line.text.trim().chars().take(60).collect::<String>();
        let least = least(layout, style);
        let size = placed.line.size;
        if size < least - 0.05 {
            let finding = Finding::Shrunk { style, text: text(), size, least };
            let is_worse = |known: &Finding| matches!(known, Finding::Shrunk { size: known, .. } if size < *known);
            if worst.shrunk.get(style).is_none_or(is_worse) {
                worst.shrunk.insert(style, finding);
            }
        }
        let place = corners(placed);
        let (edge, right, high) = (EDGE * MM, (page.width - EDGE) * MM, (page.height - EDGE) * MM);
        if place[0] < edge || place[1] < edge || place[2] > right || place[3] > high {
            worst.others.entry((style, "")).or_insert_with(|| Finding::OffPage { style, text: text() });
        }
        if has_qr && lie_on(place, code) {
            let other = "front.qr";
            worst.others.entry((style, other)).or_insert_with(|| Finding::Overlap { style, text: text(), other });
        }
        for other in lines[i + 1..].iter().filter(|other| lie_on(place, corners(other))) {
            let other = other.tag.style;
            worst.others.entry((style, other)).or_insert_with(|| Finding::Overlap { style, text: text(), other });
        }
    }
}

/// The smallest size that a style may come to.
fn least(layout: &Layout, style: &str) -> f32 {
    let found =
        layout.pens.all().into_iter().find(|pen| pen.tag.style == style).map_or(0.0, crate::typeset::Pen::least);
    (found * TOLERANCE).max(SMALLEST_TYPE)
}

/// Left, bottom, right, top of the letters.
fn corners(placed: &Placed) -> [f32; 4] {
    let size = placed.line.size;
    [placed.x, placed.y - 0.2 * size, placed.x + placed.line.width, placed.y + 0.65 * size]
}

fn lie_on(a: [f32; 4], b: [f32; 4]) -> bool {
    const TOUCH: f32 = 0.5;
    a[0] + TOUCH < b[2] && b[0] + TOUCH < a[2] && a[1] < b[3] && b[1] < a[3]
}

fn missing(layout: &Layout) -> Vec<Finding> {
    let used: BTreeSet<FontRole> = layout.design.file.style.all().into_iter().map(|style| style.font).collect();
    let named = [
        (FontRole::Serif, "fonts.serif"),
        (FontRole::Italic, "fonts.italic"),
        (FontRole::Sans, "fonts.sans"),
        (FontRole::Fallback, "fonts.fallback"),
    ];
    let mut findings = Vec::new();
    for (role, font) in named.into_iter().filter(|(role, _)| used.contains(role) || *role == FontRole::Fallback) {
        let letters: String = REPERTOIRE.chars().filter(|c| layout.set.face(role).glyph_index(*c).is_none()).collect();
        if !letters.is_empty() {
            findings.push(Finding::Missing { font, letters });
        }
    }
    findings
}

fn contrast(design: &Design) -> Vec<Finding> {
    const WHITE: Colour = Colour([255; 3]);
    let art = &design.file.art;
    let mut findings = Vec::new();
    let styles = design.file.style.try_map(|name, style| Ok::<_, ()>((name, style.colour.clone())));
    for (style, colour) in styles.iter().flat_map(crate::design::Styles::all) {
        let mut behind = vec![("white".to_owned(), WHITE)];
        if *style == "band" {
            behind = vec![(art.test_band.colour.clone(), design.colour(&art.test_band.colour))];
        } else if art.watermark > 0.0 {
            behind.push((art.pale.clone(), design.colour(&art.pale)));
        }
        for (name, paper) in behind {
            let ratio = ratio(design.colour(colour), paper);
            if ratio < LEAST_CONTRAST {
                findings.push(Finding::Contrast { style, behind: name, ratio });
                break;
            }
        }
    }
    findings
}

/// WCAG 2.2's contrast ratio.
fn ratio(a: Colour, b: Colour) -> f32 {
    let luminance = |colour: Colour| {
        let [r, g, b] = colour.0.map(|c| {
            let c = f32::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle;

    fn findings(change: impl Fn(&str) -> String) -> Vec<Finding> {
        let toml = bundle::built_in("klasik").unwrap();
        check(&Design::from_toml("uji", &change(&toml)).unwrap()).unwrap()
    }

    #[test]
    fn built_in_designs_have_nothing_to_find() {
        for name in crate::BUILT_IN {
            assert_eq!(check(&Design::built_in(name).unwrap()).unwrap(), [], "{name}");
        }
    }

    #[test]
    fn each_mistake_is_found() {
        let has = |change: &dyn Fn(&str) -> String, what: &dyn Fn(&Finding) -> bool| {
            let findings = findings(change);
            assert!(findings.iter().any(what), "{findings:?}");
        };
        has(&|t| t.replace("name_width = ", "name_width = 30.0 #"), &|f| {
            matches!(f, Finding::Shrunk { style: "name", .. })
        });
        has(&|t| t.replacen("\ny = ", "\ny = 1.0 #", 1), &|f| matches!(f, Finding::OffPage { .. }));
        has(&|t| t.replace("bottom = ", "bottom = 70.0 #"), &|f| matches!(f, Finding::Shrunk { .. }));
        has(
            &|t| t.replace("ink = \"#", "ink = \"#888888\" # \""),
            &|f| matches!(f, Finding::Contrast { style: "name", ratio, .. } if *ratio < 4.0),
        );
    }

    #[test]
    fn texts_on_the_code_are_found() {
        let moved = findings(|t| {
            let (before, rest) = t.split_once("[front.sign]").unwrap();
            let sign = rest.replacen("x = ", "x = 60.0 #", 1);
            format!("{before}[front.sign]{sign}")
        });
        assert!(moved.iter().any(|f| matches!(f, Finding::Overlap { other: "front.qr", .. })), "{moved:?}");
    }

    #[test]
    fn contrast_is_as_defined() {
        assert!((ratio(Colour([0; 3]), Colour([255; 3])) - 21.0).abs() < 0.01);
        assert!((ratio(Colour([0x76; 3]), Colour([255; 3])) - 4.54).abs() < 0.01);
    }
}
