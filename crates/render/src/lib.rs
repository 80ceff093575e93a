//! What people hold: the PDF certificate, its QR code, its badge, its file name. Same input, same bytes; no clock, no
//! randomness, no file.
//!
//! ```text
//! design.toml, fonts -> Design                     sizes, colours, places
//! Design, Shared     -> Layout -> Cohort           what a cohort shares, set and placed
//! Cohort             -> Plate                      drawn by printpdf, mended by lopdf, compressed: bytes, made once
//! Signed, Particulars -> Certificate               name, number, code, date: set and placed
//! Plate, Certificate -> print                      appended to the plate's bytes with QR code, link and credential
//! ```
//!
//! A certificate is printed from what the signed credential says and from its [`Particulars`]; the credential's own bytes are
//! attached as `credential.json`.
//!
//! ```
//! use jiff::civil::date;
//! use render::{Bilingual, Design, Particulars, Press, Shared};
//!
//! let shared = Shared {
//!     agency: Bilingual::new("Lembaga Contoh", "Sample Institute"),
//!     programme: Bilingual::new("Dasar-Dasar AI", "AI Fundamentals"),
//!     starts: date(2026, 8, 3),
//!     ends: date(2026, 8, 12),
//!     hours: 20,
//!     ..Shared::default()
//! };
//! let press = Press::new(&Design::klasik()?, shared)?;
//!
//! let text = r#"{"credentialSubject": {"name": "Siti Contoh", "licenseNumber": "00001/UJI"}, "proof": {}}"#;
//! let signed = vc::Signed::reopen(text.to_owned()).expect("what this installation signed and stored");
//! let particulars = Particulars {
//!     code: "ABCDEFGHJKLMNPQR".to_owned(),
//!     url: "http://localhost:8080/v/ABCDEFGHJKLMNPQR".to_owned(),
//!     qr: "http://localhost:8080/v#00281487882521642".to_owned(),
//!     issued: date(2026, 8, 14),
//!     ..Particulars::default()
//! };
//! let pdf = press.print(&signed, &particulars)?;
//! assert!(pdf.starts_with(b"%PDF-1.7") && pdf == press.print(&signed, &particulars)?);
//! # Ok::<(), render::RenderError>(())
//! ```

mod annex;
mod art;
mod background;
mod badge;
mod bundle;
pub mod check;
mod design;
mod error;
mod file_stem;
mod icc;
mod ink;
mod input;
mod layout;
mod picture;
mod plate;
mod press;
mod print;
mod qr;
mod raster;
pub mod sample;
mod structure;
mod typeset;
pub mod words;
mod xmp;

pub use badge::{BADGE_PIXELS, Badge, PREVIEW_PIXELS, preview_png};
pub use bundle::{BUILT_IN, MAX_FILE, Parts, built_in, built_in_file, bundle, unbundle};
pub use design::Design;
pub use error::RenderError;
pub use file_stem::{MAX_STEM, file_stem};
pub use input::{Bilingual, Particulars, Private, Shared, Signatory, Subject, Title};
pub use press::{MAX_SUBJECTS, MAX_TEXT, Press};
pub use qr::{QUIET_ZONE, Qr, qr_png, qr_svg};
pub use raster::{MAX_SIDE, page_png};

#[cfg(test)]
extern crate self as render;
#[cfg(test)]
#[allow(dead_code, reason = "shared with the tests of whole certificates, which use all of it")]
#[path = "../tests/certificate/samples.rs"]
mod samples;
