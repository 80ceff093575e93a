//! What people hold: the PDF certificate, its QR code, its file name.
mod error;
mod file_stem;
mod input;
pub mod words;

pub use error::RenderError;
pub use file_stem::{MAX_STEM, file_stem};
pub use input::{Bilingual, Particulars, Private, Shared, Signatory, Subject, Title};
