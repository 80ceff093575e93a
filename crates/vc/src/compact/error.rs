//! Why a compact text cannot be written or read, in two languages and two lines.

use crate::wording::Lang;

/// Why a compact text cannot be written or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompactError {
    /// Some other text: no link of this form, and no digits.
    #[error("not a link of the form https://HOST/v#DIGITS")]
    NotCompact,
    /// Longer than anything that is ever written.
    #[error("{length} characters, at most {most} are read")]
    TooLong {
        /// How many there are.
        length: usize,
        /// The bound.
        most: usize,
    },
    /// The digits are not canonical.
    #[error("digit {at}: {why}")]
    Digits {
        /// Where, counted from 0.
        at: usize,
        /// What is wrong.
        why: &'static str,
    },
    /// Bytes are missing or left over.
    #[error("the record is cut or has bytes left over: {what}")]
    Length {
        /// What was being read.
        what: String,
    },
    /// The check sum does not fit: something was lost or mistyped on the way.
    #[error("check sum {found:04x}, the bytes before it give {expected:04x}")]
    CheckSum {
        /// What the bytes give.
        expected: u16,
        /// What stands there.
        found: u16,
    },
    /// A format that came after this version.
    #[error("format {format}; this version reads format 1")]
    Newer {
        /// The first byte.
        format: u8,
    },
    /// Nobody has given the template of that number: it cannot be decided.
    #[error("template {number} is not at hand")]
    NoTemplate {
        /// Its number.
        number: u16,
    },
    /// A document that is no template.
    #[error("not a template of credentials: {reason}")]
    Template {
        /// What is wrong with it.
        reason: String,
    },
    /// A text that no certificate may have.
    #[error("{slot}: {why}")]
    Text {
        /// The slot.
        slot: String,
        /// What is wrong.
        why: &'static str,
    },
    /// Packing: a value has no place in the record.
    #[error("{what} does not fit into the compact form")]
    DoesNotFit {
        /// Which value.
        what: String,
    },
    /// Packing: the credential is not one of this template's.
    #[error("the template does not rebuild the credential: {what} differs")]
    NotRebuilt {
        /// Where the difference was found.
        what: &'static str,
    },
}

impl CompactError {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotCompact => "not-compact",
            Self::TooLong { .. } => "too-long",
            Self::Digits { .. } | Self::Length { .. } | Self::CheckSum { .. } | Self::Text { .. } => "damaged-link",
            Self::Newer { .. } => "newer-format",
            Self::NoTemplate { .. } => "template-unobtainable",
            Self::Template { .. } => "template",
            Self::DoesNotFit { .. } => "does-not-fit",
            Self::NotRebuilt { .. } => "not-rebuilt",
        }
    }

    /// Whether somebody with more at hand (the template, a later version) could decide. Such a text is never called
    /// damaged or false.
    pub fn is_undecided(&self) -> bool {
        matches!(self, Self::Newer { .. } | Self::NoTemplate { .. } | Self::Template { .. })
    }

    /// What is wrong, in one sentence.
    pub fn what(&self, lang: Lang) -> &'static str {
        self.words(lang).0
    }

    /// What to do next, in one sentence.
    pub fn next(&self, lang: Lang) -> &'static str {
        self.words(lang).1
    }

    fn words(&self, lang: Lang) -> (&'static str, &'static str) {
        match (self.code(), lang) {
            ("not-compact", Lang::Id) => {
                ("Teks ini bukan tautan sertifikat.", "Pindai kode QR pada sertifikat, atau ketik kode verifikasinya.")
            }
            ("not-compact", Lang::En) => (
                "This text is not the link of a certificate.",
                "Scan the certificate's QR code, or type its verification code.",
            ),
            ("too-long", Lang::Id) => {
                ("Teks ini terlalu panjang untuk sebuah tautan sertifikat.", "Pindai ulang kode QR pada sertifikat.")
            }
            ("too-long", Lang::En) => {
                ("This text is too long for the link of a certificate.", "Scan the certificate's QR code again.")
            }
            ("damaged-link", Lang::Id) => (
                "Tautan ini rusak: sebagian angkanya hilang atau berubah.",
                "Pindai ulang kode QR, atau salin tautannya secara utuh.",
            ),
            ("damaged-link", Lang::En) => (
                "This link is damaged: some of its digits are missing or changed.",
                "Scan the QR code again, or copy the whole link.",
            ),
            ("newer-format", Lang::Id) => {
                ("Kode ini memakai bentuk yang lebih baru.", "Perbarui aplikasi ini, atau ketik kode verifikasinya.")
            }
            ("newer-format", Lang::En) => {
                ("This code has a newer form.", "Update this program, or type the verification code.")
            }
            ("template-unobtainable", Lang::Id) => (
                "Sertifikat ini belum dapat diperiksa: pola penyusunnya belum ada di sini.",
                "Periksa ulang saat daring, atau ketik kode verifikasinya.",
            ),
            ("template-unobtainable", Lang::En) => (
                "This certificate cannot be checked yet: its template is not at hand.",
                "Check again when online, or type the verification code.",
            ),
            ("template", Lang::Id) => {
                ("Pola penyusun sertifikat ini tidak terbaca.", "Periksa ulang nanti, atau hubungi penerbit.")
            }
            ("template", Lang::En) => {
                ("The certificate's template cannot be read.", "Check again later, or ask the issuer.")
            }
            ("does-not-fit", Lang::Id) => (
                "Isi sertifikat ini terlalu panjang untuk dimuat dalam kode QR.",
                "Kode QR-nya memuat tautan ke halaman sertifikat sebagai gantinya.",
            ),
            ("does-not-fit", Lang::En) => (
                "The certificate's content is too long for the QR code.",
                "Its QR code carries the link to its page instead.",
            ),
            (_, Lang::Id) => (
                "Sertifikat ini tidak disusun dari pola ini.",
                "Kode QR-nya memuat tautan ke halaman sertifikat sebagai gantinya.",
            ),
            (_, Lang::En) => (
                "The certificate was not made from this template.",
                "Its QR code carries the link to its page instead.",
            ),
        }
    }
}
