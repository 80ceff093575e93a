//! Badges: a picture of programme and issuer with the credential baked in, as SVG and PNG (Open Badges 3.0, 5.3), and the
//! picture that is shown beside a shared link. The holder's name is in the credential alone, never in a picture.
//!
//! What a cohort shares is drawn and compressed once; baking adds an element or a chunk.

mod emblem;
mod letters;
mod ornament;
mod pixels;

use flate2::Crc;

use crate::{Design, RenderError, Shared, press};

/// Width and height of the PNG badge in pixels.
pub const BADGE_PIXELS: u32 = 600;
/// Width and height of the picture beside a shared link: what `og:image` is shown at.
pub const PREVIEW_PIXELS: (u32, u32) = (1200, 630);

/// The namespace of the element that holds the credential (5.3.2.1).
const NAMESPACE: &str = "https://purl.imsglobal.org/ob/v3p0";
/// The keyword of the chunk that holds it (5.3.1.1).
const KEYWORD: &[u8] = b"openbadgecredential";
/// Signature and IHDR chunk: the credential comes right behind them.
const PNG_HEAD: usize = 33;

/// The badge of a cohort, ready to have credentials baked in.
pub struct Badge {
    /// What stands behind the credential's element.
    drawing: String,
    png: Vec<u8>,
}

impl Badge {
    /// Draws the badge that all certificates of a cohort share.
    ///
    /// # Errors
    /// [`RenderError`] names a field that is too long, or what is wrong with the design.
    pub fn new(design: &Design, shared: &Shared) -> Result<Self, RenderError> {
        press::check(shared)?;
        let drawing = emblem::badge(design, shared)?;
        let picture = format!("{}{drawing}", root(""));
        let png = pixels::png(&picture, BADGE_PIXELS, BADGE_PIXELS)?;
        Ok(Self { drawing, png })
    }

    /// The badge as SVG, the credential's own bytes in its first element. The same input gives the same text.
    ///
    /// # Errors
    /// [`RenderError::Badge`] for a credential with a character that no XML can carry.
    pub fn svg(&self, signed: &vc::Signed) -> Result<String, RenderError> {
        let credential = signed.text();
        if let Some(odd) = credential.chars().find(|c| !survives_xml(*c)) {
            let reason = format!("the credential contains {odd:?}, which no SVG can hold");
            return Err(RenderError::Badge { reason });
        }
        let attribute = format!(" xmlns:openbadges=\"{NAMESPACE}\"");
        // The only text that would end the section early is cut in two.
        let content = credential.replace("]]>", "]]]]><![CDATA[>");
        Ok(format!(
            "{}<openbadges:credential><![CDATA[{content}]]></openbadges:credential>{}",
            root(&attribute),
            self.drawing
        ))
    }

    /// The badge as PNG, the credential's own bytes in an uncompressed `iTXt` chunk. The same input gives the same bytes.
    pub fn png(&self, signed: &vc::Signed) -> Vec<u8> {
        // Not compressed, method 0, no language, no translated keyword.
        let data = [KEYWORD, &[0, 0, 0, 0, 0], signed.text().as_bytes()].concat();
        let mut sum = Crc::new();
        sum.update(b"iTXt");
        sum.update(&data);
        let (head, rest) = self.png.split_at(PNG_HEAD);
        // A credential has a few kilobytes: its length fits.
        let length = data.len() as u32;
        [head, &length.to_be_bytes(), b"iTXt", &data, &sum.sum().to_be_bytes(), rest].concat()
    }
}

/// The PNG that is shown beside a shared link: issuer, programme and what it is about.
///
/// # Errors
/// As [`Badge::new`].
pub fn preview_png(design: &Design, shared: &Shared) -> Result<Vec<u8>, RenderError> {
    press::check(shared)?;
    let (width, height) = PREVIEW_PIXELS;
    pixels::png(&emblem::preview(design, shared)?, width, height)
}

/// The beginning of the file, up to where the credential stands.
fn root(attribute: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"{attribute} viewBox=\"0 0 600 600\" width=\"600\" height=\"600\" \
         role=\"img\">"
    )
}

/// XML 1.0, production 2; a carriage return would be read as a line feed (2.11).
fn survives_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\u{20}'..='\u{fffd}' | '\u{10000}'..)
}
