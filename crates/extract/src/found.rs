//! What a person has in hand, whatever it is: a file with the credential inside, or something that carries a QR code.

use vc::Visible;
use vc::compact::{CompactError, MAX_DIGITS};

use crate::{BOM, ExtractError, Extracted, MAX_INPUT, Source, extract, pdf, picture, visible};

/// The longest text that may be a link, in bytes. A compact text has at most 2,800; what is longer is told so, without
/// being looked at further than this.
const MAX_TEXT: usize = 4_096;
/// Where a URL's page of one certificate lies, before its code.
const PAGE: &str = "/v/";
/// The longest verification code with its separators.
const MAX_CODE: usize = 40;

/// What was found in an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The text of a credential.
    Credential(Extracted),
    /// Codes of certificates, in a text or in a picture.
    Codes(Codes),
}

/// Codes of certificates: at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codes {
    /// What they say, each once.
    pub texts: Vec<Code>,
    /// How many other QR codes were beside them.
    pub others: usize,
    /// Where they were found.
    pub source: Source,
}

/// What a certificate's code says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Code {
    /// The whole certificate: a text for `vc::compact`, not yet read.
    Whole(String),
    /// The address of its page.
    Page(String),
}

impl Code {
    /// Reads the text of a QR code, or what a person copied from one; `None` when it has nothing to do with certificates.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_digits || is_link(text) {
            return Some(Self::Whole(text.to_owned()));
        }
        is_page(text).then(|| Self::Page(text.to_owned()))
    }

    /// Its text.
    pub fn text(&self) -> &str {
        match self {
            Self::Whole(text) | Self::Page(text) => text,
        }
    }
}

/// `https://HOST/v#...`, whatever follows: what follows may be damaged, and that has to be said.
fn is_link(text: &str) -> bool {
    let Some((address, rest)) = text.split_once('#') else { return false };
    let address = address.strip_suffix('/').unwrap_or(address);
    is_http(address) && address.ends_with("/v") && address.matches('/').count() == 3 && !rest.is_empty()
}

/// `https://HOST/v/CODE`.
fn is_page(text: &str) -> bool {
    let Some(host) = text.split_once("://").map(|(_, rest)| rest).filter(|_| is_http(text)) else { return false };
    let Some((host, code)) = host.split_once(PAGE) else { return false };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !host.is_empty() && !host.contains('/') && (1..=MAX_CODE).contains(&code.len()) && code.bytes().all(plain)
}

fn is_http(text: &str) -> bool {
    let scheme = text.split("://").next().unwrap_or_default();
    scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")
}

/// Finds what there is to verify in `bytes`: as [`extract`], and beyond it the text of a QR code, a picture of one (PNG,
/// JPEG), a page of a PDF that only shows one.
///
/// # Errors
/// [`ExtractError`], which says what the input is instead, in both languages.
pub fn find(bytes: &[u8]) -> Result<Found, ExtractError> {
    if bytes.len() > MAX_INPUT {
        return Err(ExtractError::TooLarge { limit: MAX_INPUT, got: bytes.len() });
    }
    if is_archive(bytes) {
        return Err(ExtractError::Archive);
    }
    if is_heic(bytes) {
        return Err(ExtractError::Heic);
    }
    if let Some(code) = text(bytes)? {
        return Ok(Found::Codes(Codes { texts: vec![code], others: 0, source: Source::Text }));
    }
    match extract(bytes) {
        Ok(extracted) => Ok(Found::Credential(extracted)),
        // A picture of a certificate is no badge.
        Err(ExtractError::NotRecognised | ExtractError::NoCredentialInImage) if picture::looks_like(bytes) => {
            seen(picture::codes(&picture::decode(bytes)?), Source::Picture)
        }
        Err(ExtractError::NoCredentialInPdf) => on_pages(bytes),
        Err(error) => Err(error),
    }
}

/// As [`find`], with what a person sees on the pages that it came in, if it came in some. A scan has nothing to read but its
/// code: it is paper, which nobody has checked, and no page to be compared.
///
/// # Errors
/// As [`find`].
pub fn find_on_pages(bytes: &[u8]) -> Result<(Found, Option<Visible>), ExtractError> {
    let found = find(bytes)?;
    let visible = visible(bytes);
    let is_scan = matches!(found, Found::Codes(_)) && visible.as_ref().is_some_and(Visible::is_blank);
    Ok((found, visible.filter(|_| !is_scan)))
}

/// The texts of all QR codes on a PDF's first page that has any, whatever they say: for who printed it and looks whether they
/// can be read. Nothing of what is attached is looked at.
///
/// # Errors
/// What cannot be opened as a PDF.
pub fn printed_codes(pdf: &[u8]) -> Result<Vec<String>, ExtractError> {
    let mut pages = pdf::pages(pdf)?.map(|(_, page)| picture::codes(&page));
    Ok(pages.find(|codes| !codes.is_empty()).unwrap_or_default())
}

/// The codes on the first page that has any of a certificate. Without one it is a PDF without a credential.
fn on_pages(bytes: &[u8]) -> Result<Found, ExtractError> {
    for (number, page) in pdf::pages(bytes)? {
        if let Ok(found) = seen(picture::codes(&page), Source::PdfPage { number }) {
            return Ok(found);
        }
    }
    Err(ExtractError::NoCredentialInPdf)
}

/// The codes of certificates among those that were read.
fn seen(texts: Vec<String>, source: Source) -> Result<Found, ExtractError> {
    if texts.is_empty() {
        return Err(ExtractError::NoCode);
    }
    let read = texts.len();
    let texts: Vec<Code> = texts.iter().filter_map(|text| Code::parse(text)).collect();
    match texts.len() {
        0 => Err(ExtractError::OtherCodes { count: read }),
        ours => Ok(Found::Codes(Codes { others: read - ours, texts, source })),
    }
}

/// A ZIP (APPNOTE 4.3.6, 4.3.16), a Word or Excel file among them.
pub fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// A photo of some phones, by its brand (ISO/IEC 14496-12, 4.3; ISO/IEC 23008-12, 10).
fn is_heic(bytes: &[u8]) -> bool {
    let brand = bytes.get(4..12).and_then(|named| named.strip_prefix(b"ftyp"));
    matches!(brand, Some(b"heic" | b"heix" | b"hevc" | b"mif1" | b"msf1"))
}

/// A text that a person copied: one line.
fn text(bytes: &[u8]) -> Result<Option<Code>, ExtractError> {
    let start = bytes.strip_prefix(BOM).unwrap_or(bytes).trim_ascii();
    let head = &start[..start.len().min(MAX_TEXT)];
    let is_text = head.first().is_some_and(u8::is_ascii_alphanumeric) && head.iter().all(u8::is_ascii_graphic);
    if !is_text {
        return Ok(None);
    }
    let head = String::from_utf8_lossy(head);
    let Some(code) = Code::parse(&head) else { return Ok(None) };
    if let Code::Whole(_) = code {
        // Digits beyond what is ever written: said before they are looked at.
        let length = start.len();
        if length > MAX_TEXT {
            return Err(CompactError::TooLong { length, most: MAX_DIGITS }.into());
        }
    }
    Ok(Some(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> Option<Code> {
        Some(Code::Whole(text.to_owned()))
    }

    #[test]
    fn texts_of_codes_are_told_apart() {
        for text in
            ["0028148788252164", "https://a.example/v#001", "HTTP://localhost:8080/v/#12x", "https://a.example/v#x"]
        {
            assert_eq!(Code::parse(text), whole(text), "{text}");
        }
        let page = "https://a.example/v/7KQM-4XWP-9H2D-JT6S";
        assert_eq!(Code::parse(page), Some(Code::Page(page.to_owned())));
        for other in [
            "",
            "WIFI:S:kantor;;",
            "https://a.example/",
            "https://a.example/w#001",
            "https://a.example/b/v#001",
            "https://a.example/v/",
            "https://a.example/x/v/ABCD",
            "https://a.example/v/AB CD",
            "javascript://a/v#1",
        ] {
            assert_eq!(Code::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_line_of_text_is_a_code_and_a_megabyte_is_refused_unread() {
        let text = "https://a.example/v#0028148788252164\r\n";
        let found = find(text.as_bytes()).unwrap();
        let Found::Codes(codes) = found else { panic!("{found:?}") };
        assert_eq!((codes.texts, codes.source), (vec![Code::Whole(text.trim().to_owned())], Source::Text));
        let long = format!("https://a.example/v#{}", "7".repeat(1_000_000));
        assert_eq!(find(long.as_bytes()).unwrap_err().code(), "too-long");
        assert_eq!(find(&[b'7'; 1_000_000]).unwrap_err().code(), "too-long");
        assert_eq!(find(b"Daftar nama"), Err(ExtractError::NotRecognised));
        assert_eq!(find(b"PK\x03\x04rest"), Err(ExtractError::Archive));
        assert_eq!(find(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"), Err(ExtractError::Heic));
    }
}
