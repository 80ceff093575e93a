//! What can go wrong between a signed credential and its PDF. Every message has two sides: what is wrong, what to do.

use vc::Lang;

/// Why nothing was printed. `Display` says what is wrong in English; [`RenderError::words`] both sides in either language.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The credential lacks a field that every certificate shows.
    #[error("the credential has no {field}, which every certificate prints")]
    Missing {
        /// The field, in the words of the credential.
        field: &'static str,
    },

    /// A text is longer than any certificate can hold.
    #[error("{field} has {length} characters, at most {limit} can be printed")]
    TooLong {
        /// The field.
        field: &'static str,
        /// What it has.
        length: usize,
        /// What fits, at most.
        limit: usize,
    },

    /// More subjects than any annex can hold.
    #[error("the programme lists {count} subjects, at most {limit} can be printed")]
    TooManySubjects {
        /// What the programme lists.
        count: usize,
        /// What fits, at most.
        limit: usize,
    },

    /// The design file cannot be used.
    #[error("design {design}: {reason}")]
    Design {
        /// The design's name.
        design: String,
        /// What is wrong, with the line where there is one.
        reason: String,
    },

    /// A font of the design cannot be used.
    #[error("font {font}: {reason}")]
    Font {
        /// The font's file name.
        font: String,
        /// What is wrong.
        reason: String,
    },

    /// The text is too long for a QR code.
    #[error("{length} bytes do not fit into a QR code")]
    Qr {
        /// Bytes that were to be encoded.
        length: usize,
    },

    /// The page could not be written as PDF, or drawn as a picture.
    #[error("the page could not be made: {reason}")]
    Pdf {
        /// What failed.
        reason: String,
    },

    /// The badge, or the picture beside a link, could not be made.
    #[error("the badge could not be made: {reason}")]
    Badge {
        /// What failed.
        reason: String,
    },
}

impl RenderError {
    /// What is wrong, and what to do next, in one language.
    pub fn words(&self, lang: Lang) -> (String, String) {
        match lang {
            Lang::En => (self.to_string(), self.next().to_owned()),
            Lang::Id => (self.what_id(), self.next_id().to_owned()),
        }
    }

    fn next(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "Issue it again from a sheet and programme that give it.",
            Self::TooLong { .. } => "Shorten it in the sheet or the programme file.",
            Self::TooManySubjects { .. } => "Join subjects in the programme file.",
            Self::Design { .. } => "Mend that line of the design, or remove the override to use the built-in design.",
            Self::Font { .. } => "Replace the font file by an intact TrueType font.",
            Self::Qr { .. } => "Use a shorter base URL.",
            Self::Pdf { .. } | Self::Badge { .. } => {
                "This is a fault in the program; please report it with the design's name."
            }
        }
    }

    fn what_id(&self) -> String {
        match self {
            Self::Missing { field } => format!("kredensial tidak memuat {field}, yang dicetak pada setiap sertifikat"),
            Self::TooLong { field, length, limit } => {
                format!("{field} terdiri atas {length} karakter, paling banyak {limit} dapat dicetak")
            }
            Self::TooManySubjects { count, limit } => {
                format!("program memuat {count} mata pelatihan, paling banyak {limit} dapat dicetak")
            }
            Self::Design { design, reason } => format!("desain {design}: {reason}"),
            Self::Font { font, reason } => format!("fon {font}: {reason}"),
            Self::Qr { length } => format!("{length} bita tidak muat dalam kode QR"),
            Self::Pdf { reason } => format!("halaman tidak dapat dibuat: {reason}"),
            Self::Badge { reason } => format!("lencana tidak dapat dibuat: {reason}"),
        }
    }

    fn next_id(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "Terbitkan ulang dari daftar dan program yang memuatnya.",
            Self::TooLong { .. } => "Persingkat dalam daftar atau berkas program.",
            Self::TooManySubjects { .. } => "Gabungkan mata pelatihan dalam berkas program.",
            Self::Design { .. } => "Perbaiki baris itu pada desain, atau hapus gantinya agar desain bawaan dipakai.",
            Self::Font { .. } => "Ganti berkas fon dengan fon TrueType yang utuh.",
            Self::Qr { .. } => "Pakai alamat dasar yang lebih pendek.",
            Self::Pdf { .. } | Self::Badge { .. } => "Ini kesalahan program; mohon laporkan bersama nama desainnya.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_name_the_same_things() {
        let error = RenderError::Design { design: "uji".into(), reason: "design.toml, line 3: a.svg".into() };
        for lang in [Lang::Id, Lang::En] {
            let (what, next) = error.words(lang);
            assert!(what.contains("uji") && what.contains("line 3") && next.ends_with('.'), "{what}");
        }
    }
}
