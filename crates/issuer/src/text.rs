//! Text as people type it into spreadsheets: cleaned for a certificate, folded for a comparison,
//! neutralised for an export.

use std::borrow::Cow;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, XlsxError};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark, is_nfc};

/// Trims, joins runs of white space (line breaks and no-break spaces too) and composes to NFC.
///
/// # Errors
/// The first character that must not stand in a name or a label: see [`is_refused`].
pub(crate) fn clean(raw: &str) -> Result<Cow<'_, str>, char> {
    if let Some(refused) = raw.chars().find(|&c| is_refused(c)) {
        return Err(refused);
    }
    let trimmed = raw.trim();
    let tidy = !trimmed.contains("  ") && !trimmed.chars().any(|c| c != ' ' && c.is_whitespace()) && is_nfc(trimmed);
    if tidy {
        return Ok(Cow::Borrowed(trimmed));
    }
    let mut joined = String::with_capacity(trimmed.len());
    for word in trimmed.split_whitespace() {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.extend(word.nfc());
    }
    Ok(Cow::Owned(joined))
}

/// Control characters (but for tab and line breaks, which become spaces), marks that reverse or
/// hide text, private characters, and U+FFFD, the trace of a wrong encoding.
pub(crate) fn is_refused(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => false,
        '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{FEFF}' | '\u{FFFD}' => true,
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' => true,
        '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}' => true,
        '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}' => true,
        c => c.is_control(),
    }
}

/// The same person's name in two spellings gives the same text: small letters, no accents, no
/// punctuation, single spaces.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().filter(|&c| !is_combining_mark(c)) {
        match c {
            c if c.is_alphanumeric() => folded.extend(c.to_lowercase()),
            // O'Contoh and OContoh, Ma’ruf and Maruf: the apostrophe is no border between words.
            '\'' | '\u{2019}' | '\u{2018}' | '`' | '\u{2BC}' => {}
            _ if folded.is_empty() || folded.ends_with(' ') => {}
            _ => folded.push(' '),
        }
    }
    while folded.ends_with(' ') {
        folded.pop();
    }
    folded
}

/// Makes a value safe in a CSV or XLSX that somebody opens in a spreadsheet: a text that a
/// spreadsheet would run as a formula gets an apostrophe in front. Every export goes through it.
pub fn neutralise(text: &str) -> Cow<'_, str> {
    match starts_like_a_formula(text) {
        true => Cow::Owned(format!("'{text}")),
        false => Cow::Borrowed(text),
    }
}

/// Whether a spreadsheet would take the text for a formula (OWASP, *CSV Injection*). Spreadsheets
/// skip white space in front, and some take the full-width signs too.
pub(crate) fn starts_like_a_formula(text: &str) -> bool {
    let starts_with_break = text.starts_with(['\t', '\r', '\n']);
    let sign = text.trim_start().chars().next();
    starts_with_break || matches!(sign, Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠'))
}

/// The properties of a workbook: a moment of its own would make other bytes each time.
pub(crate) fn undated() -> Result<DocProperties, XlsxError> {
    Ok(DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2026, 1, 1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleaning_keeps_the_writing_and_mends_the_space() {
        let cases = [
            ("  Budi   Contoh ", "Budi Contoh"),
            ("Siti\u{a0}Uji\nFiktif", "Siti Uji Fiktif"),
            ("Rene\u{301} Misal", "Ren\u{e9} Misal"),
            ("I MADE Contoh", "I MADE Contoh"),
            ("", ""),
        ];
        for (raw, expected) in cases {
            assert_eq!(clean(raw).as_deref(), Ok(expected), "{raw:?}");
        }
        for c in ['\0', '\u{7}', '\u{85}', '\u{202e}', '\u{200b}', '\u{feff}', '\u{fffd}', '\u{e000}'] {
            assert_eq!(clean(&format!("Budi{c}Contoh")), Err(c));
        }
    }

    #[test]
    fn folding_makes_spellings_meet() {
        for spelling in ["Ma'ruf  CONTOH", "Ma\u{2019}ruf Contoh.", "maruf contoh", "M\u{e1}ruf-Contoh"] {
            assert_eq!(fold(spelling), "maruf contoh", "{spelling}");
        }
    }

    #[test]
    fn formulas_are_neutralised_and_nothing_else() {
        for text in ["=1+1", "+62812", "-1", "@SUM(A1)", "  =1", "\t=1", "\rA"] {
            assert_eq!(neutralise(text), format!("'{text}"), "{text:?}");
        }
        for text in ["Budi Contoh", "'=1", "1-2", "", "M. Uji"] {
            assert_eq!(neutralise(text), text);
        }
    }
}
