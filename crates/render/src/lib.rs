//! What people hold: the PDF certificate, its QR code, its file name.
mod annex;
mod art;
mod design;
mod error;
mod file_stem;
mod ink;
mod input;
mod layout;
mod plate;
mod press;
mod print;
mod qr;
mod typeset;
pub mod words;
mod xmp;

pub use design::Design;
pub use error::RenderError;
pub use file_stem::{MAX_STEM, file_stem};
pub use input::{Bilingual, Particulars, Private, Shared, Signatory, Subject, Title};
pub use press::{MAX_SUBJECTS, MAX_TEXT, Press};
pub use qr::{QUIET_ZONE, Qr, qr_png, qr_svg};

#[cfg(test)]
extern crate self as render;
#[cfg(test)]
#[path = "../tests/certificate/samples.rs"]
mod samples;
