//! The credential text out of what people hold.
//!
//! A verifier is handed bytes: a JSON file, a request body, a PDF from a messenger, a badge (PNG or SVG) from a profile.
//! [`extract`] recognises them by their content (a file's name or media type is never asked) and answers with the text of
//! one credential, exactly as it was signed, and where it was found. Every size is bounded before any work is done, because
//! the bytes come from strangers.
//!
//! ```
//! let found = extract::extract(br#"{"verifiableCredential": {"type": ["VerifiableCredential"]}}"#)?;
//! assert_eq!(found.text, r#"{"type": ["VerifiableCredential"]}"#);
//! assert_eq!(found.source, extract::Source::Json);
//! # Ok::<(), extract::ExtractError>(())
//! ```
//!
//! What comes out is not checked in any way: that is the work of `vc::verify`.

mod error;
mod found;
mod json;
mod pdf;
mod picture;
mod png;
mod svg;

use std::io::Read;

pub use error::ExtractError;
pub use found::{Code, Codes, Found, find, find_on_pages, is_archive, printed_codes};
pub use picture::MAX_PIXELS;

/// The largest input that is looked at, in bytes: a full rendering is under 300 kB, a scan from an office copier under 10 MB.
pub const MAX_INPUT: usize = 20_000_000;

/// The largest credential text, in bytes, after decompression. Ours have 2 to 4 kB; a badge with a picture inside, 200 kB.
pub const MAX_CREDENTIAL: usize = 1_000_000;

/// The deepest nesting of objects and arrays in a credential. An Open Badge has 6 levels.
pub const MAX_NESTING: usize = 64;

/// UTF-8 byte order mark, which some editors write.
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// A credential's text, and where it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extracted {
    /// The JSON text as it stood in the input: nothing re-ordered, nothing re-written.
    pub text: String,
    /// Where it was found.
    pub source: Source,
}

/// Where a credential's text was found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// The input was the JSON text itself, or a request body around it.
    Json,
    /// A file inside a PDF.
    PdfAttachment {
        /// The attachment's file name, as the PDF gives it.
        name: String,
    },
    /// A chunk of a PNG badge.
    BakedPng,
    /// An element of an SVG badge.
    BakedSvg,
    /// The input was the text of a QR code.
    Text,
    /// A picture, by its QR code.
    Picture,
    /// A page of a PDF, by the QR code on it.
    PdfPage {
        /// Which one, counted from 1.
        number: usize,
    },
}

/// Finds the one credential in `bytes`.
///
/// # Errors
/// [`ExtractError`], which says what the input is instead, in both languages.
pub fn extract(bytes: &[u8]) -> Result<Extracted, ExtractError> {
    if bytes.len() > MAX_INPUT {
        return Err(ExtractError::TooLarge { limit: MAX_INPUT, got: bytes.len() });
    }
    if pdf::looks_like(bytes) {
        return pdf::extract(bytes);
    }
    if json::looks_like(bytes) {
        return Ok(Extracted { text: json::extract(bytes)?, source: Source::Json });
    }
    if png::looks_like(bytes) {
        return png::extract(bytes);
    }
    if svg::looks_like(bytes) {
        return svg::extract(bytes);
    }
    Err(ExtractError::NotRecognised)
}

/// What was baked into an image: JSON, white space around it aside.
fn baked(bytes: &[u8]) -> Result<String, ExtractError> {
    let text = bytes.trim_ascii();
    if json::looks_like(text) {
        return json::extract(text);
    }
    match is_compact_jws(text) {
        true => Err(ExtractError::JwtNotSupported),
        false => Err(ExtractError::NoCredentialInImage),
    }
}

/// `header.payload.signature`, each Base64url (RFC 7515, 7.1); a header always starts with `eyJ`.
fn is_compact_jws(text: &[u8]) -> bool {
    let is_base64url = |part: &[u8]| part.iter().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(b));
    text.starts_with(b"eyJ") && text.split(|b| *b == b'.').count() == 3 && text.split(|b| *b == b'.').all(is_base64url)
}

/// What a person sees on the pages of a PDF, for [`vc::Evidence::show`]; `None` when it is no PDF. Pages that cannot be read, or
/// only at a cost that no certificate needs, are answered as unread.
pub fn visible(bytes: &[u8]) -> Option<vc::Visible> {
    (bytes.len() <= MAX_INPUT && pdf::looks_like(bytes)).then(|| pdf::visible(bytes))
}

/// Reads what [`extract`] will look at, and one byte more, so that an endless input costs no more than the largest one.
///
/// # Errors
/// Those of `reader`.
pub fn read_bounded(reader: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(MAX_INPUT as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
