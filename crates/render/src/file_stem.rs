//! File names that survive WhatsApp and every file system.

/// Longest stem: with `.pdf` and a running number it stays under what old upload forms take.
pub const MAX_STEM: usize = 120;
const MAX_PART: usize = 40;

/// `Sertifikat_{code}_{cohort}_{NAME}`: ASCII letters, digits and hyphens only, bounded, without any identity number.
///
/// ```
/// assert_eq!(render::file_stem("AI-Campus", "II/2026", "Dr. Siti Contoh, M.Si."), "Sertifikat_AI-Campus_II-2026_DR-SITI-CONTOH-M-SI");
/// ```
pub fn file_stem(code: &str, cohort: &str, name: &str) -> String {
    let mut stem = String::from("Sertifikat");
    for part in [ascii(code, MAX_PART), ascii(cohort, MAX_PART), ascii(name, MAX_STEM).to_ascii_uppercase()] {
        if !part.is_empty() {
            stem.push('_');
            stem.push_str(&part);
        }
    }
    stem.truncate(MAX_STEM);
    stem.truncate(stem.trim_end_matches(['-', '_']).len());
    stem
}

/// Letters without their marks, everything else a single hyphen.
fn ascii(text: &str, limit: usize) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else if let Some(plain) = plain(c) {
            out.push_str(plain);
        } else if !out.is_empty() && !out.ends_with('-') && !is_silent(c) {
            out.push('-');
        }
    }
    out.truncate(limit);
    out.truncate(out.trim_end_matches('-').len());
    out
}

/// Apostrophes and combining marks vanish without a hyphen: *Ma'ruf* is `MARUF`.
fn is_silent(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '\u{300}'..='\u{36f}')
}

/// The plain letters of an accented Latin one.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'À'..='Å' | 'Ā' | 'Ă' | 'Ą' => "A",
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'Æ' => "AE",
        'æ' => "ae",
        'Ç' | 'Ć' | 'Ĉ' | 'Ċ' | 'Č' => "C",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'Ð' | 'Ď' | 'Đ' => "D",
        'ð' | 'ď' | 'đ' => "d",
        'È'..='Ë' | 'Ē' | 'Ĕ' | 'Ė' | 'Ę' | 'Ě' => "E",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'Ğ' | 'Ģ' => "G",
        'ğ' | 'ģ' => "g",
        'Ì'..='Ï' | 'Ī' | 'Į' | 'İ' => "I",
        'ì'..='ï' | 'ī' | 'į' | 'ı' => "i",
        'Ł' | 'Ļ' => "L",
        'ł' | 'ļ' => "l",
        'Ñ' | 'Ń' | 'Ň' | 'Ņ' => "N",
        'ñ' | 'ń' | 'ň' | 'ņ' => "n",
        'Ò'..='Ö' | 'Ø' | 'Ō' | 'Ő' => "O",
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => "o",
        'Œ' => "OE",
        'œ' => "oe",
        'Ŕ' | 'Ř' => "R",
        'ŕ' | 'ř' => "r",
        'Ś' | 'Ş' | 'Š' | 'Ș' => "S",
        'ś' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'Ţ' | 'Ť' | 'Ț' => "T",
        'ţ' | 'ť' | 'ț' => "t",
        'Þ' => "TH",
        'þ' => "th",
        'Ù'..='Ü' | 'Ū' | 'Ů' | 'Ű' | 'Ų' => "U",
        'ù'..='ü' | 'ū' | 'ů' | 'ű' | 'ų' => "u",
        'Ý' | 'Ÿ' => "Y",
        'ý' | 'ÿ' => "y",
        'Ź' | 'Ż' | 'Ž' => "Z",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_file_names() {
        assert_eq!(file_stem("AI-Campus", "II-2026", "Uji Fiktif"), "Sertifikat_AI-Campus_II-2026_UJI-FIKTIF");
        assert_eq!(file_stem("", "", "Contoh"), "Sertifikat_CONTOH");
        assert_eq!(
            file_stem("A/../b", "C:\\d", "  Ma'ruf  Añez-Müller, S.T.  "),
            "Sertifikat_A-b_C-d_MARUF-ANEZ-MULLER-S-T"
        );
        assert_eq!(file_stem("X", "1", "ꦕꦺꦴꦤ꧀ꦠꦺꦴꦃ"), "Sertifikat_X_1");
    }

    #[test]
    fn stems_are_bounded_ascii() {
        let stem = file_stem(&"k".repeat(500), &"-".repeat(500), &"Ñ é".repeat(500));
        assert!(stem.len() <= MAX_STEM, "{}", stem.len());
        assert!(stem.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        assert!(stem.ends_with(|c: char| c.is_ascii_alphanumeric()));
    }
}
