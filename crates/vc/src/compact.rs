//! The compact form: a whole signed credential in the fragment of a URL that any phone camera opens.
//!
//! `https://HOST/v#` and decimal digits. The digits carry the number of a published [`Template`], what varies from one
//! certificate to the next, and the 64 bytes of the real `eddsa-jcs-2022` proof. Whoever has the template rebuilds the
//! credential byte for byte and verifies it like any other: there is no second format and no second signature.
//! `crates/vc/COMPACT.md` describes it for other implementations.
//!
//! ```text
//! pack      signed text + template -> record -> digits      proves that unpacking gives the same text
//! unpack    digits -> record -> (template by its number) -> credential text -> vc::verify
//! ```

mod digits;
mod error;
mod record;
mod template;

pub use error::CompactError;
pub use template::{Fields, Fixed, Place, Slot, SlotKind, Template};

use record::Record;

/// Most digits that are read. The longest record that can be written has a few less.
pub const MAX_DIGITS: usize = 2_500;

/// Longest link that is looked at, in bytes: the digits, and a host as long as hosts can be.
const MAX_LINK: usize = MAX_DIGITS + 300;

/// A scanned or typed text, taken apart. Nothing in it is to be believed: the host is only what stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link<'a> {
    /// The host (with its port) in small letters; `None` when only digits were given.
    pub host: Option<String>,
    /// Whether the scheme is https.
    pub secure: bool,
    /// The digits, not yet read.
    pub digits: &'a str,
}

impl<'a> Link<'a> {
    /// Reads `https://HOST/v#DIGITS`, or the digits alone.
    ///
    /// # Errors
    /// [`CompactError::NotCompact`] for every other text, [`CompactError::TooLong`] before it is looked at.
    pub fn parse(text: &'a str) -> Result<Self, CompactError> {
        let text = text.trim();
        if text.len() > MAX_LINK {
            return Err(CompactError::TooLong { length: text.len(), most: MAX_LINK });
        }
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(Self { host: None, secure: false, digits: text });
        }
        let (address, digits) = text.split_once('#').ok_or(CompactError::NotCompact)?;
        let (scheme, rest) = address.split_once("://").ok_or(CompactError::NotCompact)?;
        let secure = scheme.eq_ignore_ascii_case("https");
        let (host, path) = rest.split_once('/').ok_or(CompactError::NotCompact)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
        let ours = matches!(path, "v" | "v/") && !host.is_empty() && host.bytes().all(plain);
        if !ours || !(secure || scheme.eq_ignore_ascii_case("http")) || digits.is_empty() {
            return Err(CompactError::NotCompact);
        }
        Ok(Self { host: Some(host.to_ascii_lowercase()), secure, digits })
    }
}

/// The number of the template that rebuilds the credential behind these digits.
///
/// # Errors
/// Whatever is wrong with the digits, as [`unpack`].
pub fn template_number(digits: &str) -> Result<u16, CompactError> {
    Ok(Record::read(digits)?.template)
}

/// The digits of a signed credential, and the proof that they carry it: unpacking them gives `signed` byte for byte.
///
/// `signed` is the text with the `eddsa-jcs-2022` proof; `number` is the template's.
///
/// # Errors
/// [`CompactError::DoesNotFit`] for what has no place in the record, [`CompactError::NotRebuilt`] for a credential
/// that is not of this template, [`CompactError::Text`] for texts that no verifier would take.
pub fn pack(signed: &str, template: &Template, number: u16) -> Result<String, CompactError> {
    let digits = record::write(signed, template, number)?;
    match unpack(&digits, |asked| (asked == number).then_some(template))? == signed {
        true => Ok(digits),
        false => Err(CompactError::NotRebuilt { what: "the text" }),
    }
}

/// The credential behind the digits, with its proof, as it was stored. It is rebuilt, not yet verified: it goes to
/// [`crate::verify`] like any other text.
///
/// # Errors
/// [`CompactError::NoTemplate`] when `template` has none of that number: it cannot be decided, nothing is wrong.
/// [`CompactError::Newer`] for a later format. Everything else: the link is damaged or was never one of ours.
pub fn unpack<'t>(digits: &str, template: impl FnOnce(u16) -> Option<&'t Template>) -> Result<String, CompactError> {
    let record = Record::read(digits)?;
    let template = template(record.template).ok_or(CompactError::NoTemplate { number: record.template })?;
    record.rebuild(template)
}
