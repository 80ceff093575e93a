//! Why no credential came out of an input, in two languages and two lines: what is wrong, what to do next.

use vc::Lang;

/// Why no credential came out of an input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExtractError {
    /// Neither a PDF nor a JSON object.
    #[error("neither a PDF nor a JSON object")]
    NotRecognised,
    /// The input, or the credential inside it, is larger than we look at. Both in bytes; `got` may be where reading stopped.
    #[error("{got} bytes, at most {limit} are looked at")]
    TooLarge {
        /// The bound.
        limit: usize,
        /// The size found, or the size at which reading stopped.
        got: usize,
    },
    /// The PDF is cut off or damaged.
    #[error("damaged PDF: {reason}")]
    PdfDamaged {
        /// What could not be read, for logs.
        reason: &'static str,
    },
    /// The PDF is protected by encryption.
    #[error("encrypted PDF")]
    PdfEncrypted,
    /// A readable PDF without a credential.
    #[error("no credential attached to this PDF")]
    NoCredentialInPdf,
    /// The text is not UTF-8.
    #[error("not UTF-8 from byte {at}")]
    NotUtf8 {
        /// The first byte that is not UTF-8.
        at: usize,
    },
    /// Objects or arrays nested deeper than any credential.
    #[error("nested deeper than {limit} levels")]
    NestedTooDeep {
        /// The bound.
        limit: usize,
    },
}

impl ExtractError {
    /// A stable name for machines, as in the `problem` of a check.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotRecognised => "not-recognised",
            Self::TooLarge { .. } => "too-large",
            Self::PdfDamaged { .. } => "pdf-damaged",
            Self::PdfEncrypted => "pdf-encrypted",
            Self::NoCredentialInPdf => "no-credential-in-pdf",
            Self::NotUtf8 { .. } => "not-utf8",
            Self::NestedTooDeep { .. } => "nested-too-deep",
        }
    }

    /// What is wrong, in one sentence.
    pub fn what(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::NotRecognised, Lang::Id) => "Berkas ini tidak dikenali: bukan PDF dan bukan kredensial JSON.".into(),
            (Self::NotRecognised, Lang::En) => {
                "This file is not recognised: neither a PDF nor a JSON credential.".into()
            }
            (Self::TooLarge { limit, got }, Lang::Id) => {
                format!(
                    "Berkas atau kredensial di dalamnya terlalu besar: {}, batasnya {}.",
                    size(*got, lang),
                    size(*limit, lang)
                )
            }
            (Self::TooLarge { limit, got }, Lang::En) => {
                format!(
                    "The file, or the credential inside it, is too large: {}, the limit is {}.",
                    size(*got, lang),
                    size(*limit, lang)
                )
            }
            (Self::PdfDamaged { .. }, Lang::Id) => "Berkas PDF ini rusak atau terpotong.".into(),
            (Self::PdfDamaged { .. }, Lang::En) => "This PDF is damaged or cut off.".into(),
            (Self::PdfEncrypted, Lang::Id) => {
                "Berkas PDF ini dikunci atau dienkripsi, sehingga isinya tidak dapat diperiksa.".into()
            }
            (Self::PdfEncrypted, Lang::En) => {
                "This PDF is locked or encrypted, so its content cannot be checked.".into()
            }
            (Self::NoCredentialInPdf, Lang::Id) => "Berkas ini tidak memuat kredensial digital.".into(),
            (Self::NoCredentialInPdf, Lang::En) => "No credential inside this file.".into(),
            (Self::NotUtf8 { at }, Lang::Id) => {
                format!("Teks kredensial ini bukan UTF-8 (byte ke-{at}).")
            }
            (Self::NotUtf8 { at }, Lang::En) => {
                format!("The credential's text is not UTF-8 (at byte {at}).")
            }
            (Self::NestedTooDeep { limit }, Lang::Id) => {
                format!("Susunan kredensial ini lebih dalam dari {limit} tingkat.")
            }
            (Self::NestedTooDeep { limit }, Lang::En) => {
                format!("This credential is nested deeper than {limit} levels.")
            }
        }
    }

    /// What to do next.
    pub fn next(&self, lang: Lang) -> String {
        let (id, en) = match self {
            Self::NotRecognised => (
                "Gunakan berkas PDF atau JSON asli dari pemegang, atau periksa lewat kode verifikasi.",
                "Use the original PDF or JSON from the holder, or check by the verification code.",
            ),
            Self::TooLarge { .. } => (
                "Sertifikat asli jauh lebih kecil. Minta berkas asli kepada pemegang, bukan hasil pindai.",
                "An original certificate is far smaller. Ask the holder for the original file, not a scan.",
            ),
            Self::PdfDamaged { .. } => (
                "Unduh atau minta ulang berkas asli, atau periksa dengan memindai kode QR-nya.",
                "Download the original again or ask for it, or scan its QR code.",
            ),
            Self::PdfEncrypted => (
                "Minta berkas asli tanpa kata sandi kepada pemegang, atau periksa dengan memindai kode QR-nya.",
                "Ask the holder for the original without a password, or scan its QR code.",
            ),
            Self::NoCredentialInPdf => (
                "Mungkin hasil cetak, pindai, atau kompres. Periksa dengan memindai kode QR-nya.",
                "It may be a print, a scan or a compressed copy. Check it by scanning its QR code.",
            ),
            Self::NotUtf8 { .. } => (
                "Minta berkas asli; jangan menyimpannya ulang dengan penyunting teks.",
                "Ask for the original file; do not save it again with a text editor.",
            ),
            Self::NestedTooDeep { .. } => (
                "Ini bukan kredensial yang wajar. Minta berkas asli kepada pemegang.",
                "This is no reasonable credential. Ask the holder for the original file.",
            ),
        };
        match lang {
            Lang::Id => id.into(),
            Lang::En => en.into(),
        }
    }
}

/// A size as people write it: `1,5 MB` in Indonesian, `1.5 MB` in English.
fn size(bytes: usize, lang: Lang) -> String {
    let text = match bytes {
        0..1_000 => format!("{bytes} byte"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    };
    match lang {
        Lang::Id => text.replace('.', ","),
        Lang::En => text,
    }
}
