//! The credential text out of what people hold.
//!
//! A verifier is handed bytes: a JSON file, a request body, a PDF from a messenger. [`extract`] recognises them by their
//! content (a file's name or media type is never asked) and answers with the text of one credential, exactly as it was
//! signed, and where it was found. Every size is bounded before any work is done, because the bytes come from strangers.
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
mod json;
mod pdf;

use std::io::Read;

pub use error::ExtractError;

/// The largest input that is looked at, in bytes: a full rendering is under 300 kB, a scan from an office copier under 10 MB.
pub const MAX_INPUT: usize = 20_000_000;

/// The largest credential text, in bytes, after decompression. Ours have 2 to 4 kB; a badge with a picture inside, 200 kB.
pub const MAX_CREDENTIAL: usize = 1_000_000;

/// The deepest nesting of objects and arrays in a credential. An Open Badge has 6 levels.
pub const MAX_NESTING: usize = 64;

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
    Err(ExtractError::NotRecognised)
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
