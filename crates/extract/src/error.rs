//! Why no credential came out of an input, in two languages and two lines: what is wrong, what to do next.

use vc::Lang;
use vc::compact::CompactError;

/// Why no credential came out of an input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExtractError {
    /// None of PDF, JSON object, PNG, SVG.
    #[error("neither a PDF, nor a JSON object, nor a badge as PNG or SVG")]
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
    /// The PNG or SVG is cut off, damaged, or made to keep a reader busy.
    #[error("damaged picture: {reason}")]
    ImageDamaged {
        /// What could not be read, for logs.
        reason: &'static str,
    },
    /// A readable PNG or SVG without a credential.
    #[error("no credential baked into this picture")]
    NoCredentialInImage,
    /// More than one credential in a picture; Open Badges 3.0 forbids it, and nobody could say which one was judged.
    #[error("more than one credential in this picture")]
    SeveralCredentials,
    /// The credential is signed as a JWT.
    #[error("the credential is a JWT, which is not supported yet")]
    JwtNotSupported,
    /// More pixels than are looked at.
    #[error("{got} pixels, at most {limit} are looked at")]
    PictureTooLarge {
        /// The bound.
        limit: usize,
        /// The pixels that the picture says it has.
        got: usize,
    },
    /// A picture without a credential inside and without a QR code that can be read.
    #[error("no QR code can be read")]
    NoCode,
    /// QR codes were read, none of them a certificate's.
    #[error("{count} QR codes, none of a certificate")]
    OtherCodes {
        /// How many.
        count: usize,
    },
    /// A photo in a form that is not read.
    #[error("a HEIC photo, which is not read")]
    Heic,
    /// A ZIP where one file is looked at.
    #[error("an archive, where one file is looked at")]
    Archive,
    /// The text of a code that cannot be one.
    #[error(transparent)]
    Compact(#[from] CompactError),
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
            Self::ImageDamaged { .. } => "image-damaged",
            Self::NoCredentialInImage => "no-credential-in-image",
            Self::SeveralCredentials => "several-credentials",
            Self::JwtNotSupported => "jwt-not-supported",
            Self::PictureTooLarge { .. } => "picture-too-large",
            Self::NoCode => "no-code",
            Self::OtherCodes { .. } => "other-codes",
            Self::Heic => "heic",
            Self::Archive => "archive",
            Self::Compact(error) => error.code(),
            Self::NotUtf8 { .. } => "not-utf8",
            Self::NestedTooDeep { .. } => "nested-too-deep",
        }
    }

    /// What is wrong, in one sentence.
    pub fn what(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::TooLarge { limit, got }, Lang::Id) => format!(
                "Berkas atau kredensial di dalamnya terlalu besar: {}, batasnya {}.",
                size(*got, lang),
                size(*limit, lang)
            ),
            (Self::TooLarge { limit, got }, Lang::En) => format!(
                "The file, or the credential inside it, is too large: {}, the limit is {}.",
                size(*got, lang),
                size(*limit, lang)
            ),
            (Self::PictureTooLarge { limit, got }, Lang::Id) => {
                format!("Gambar ini terlalu besar: {} megapiksel, batasnya {}.", got / 1_000_000, limit / 1_000_000)
            }
            (Self::PictureTooLarge { limit, got }, Lang::En) => {
                format!(
                    "This picture is too large: {} megapixels, the limit is {}.",
                    got / 1_000_000,
                    limit / 1_000_000
                )
            }
            (Self::Compact(error), lang) => error.what(lang).into(),
            (Self::NotUtf8 { at }, Lang::Id) => format!("Teks kredensial ini bukan UTF-8 (byte ke-{at})."),
            (Self::NotUtf8 { at }, Lang::En) => format!("The credential's text is not UTF-8 (at byte {at})."),
            (Self::NestedTooDeep { limit }, Lang::Id) => {
                format!("Susunan kredensial ini lebih dalam dari {limit} tingkat.")
            }
            (Self::NestedTooDeep { limit }, Lang::En) => {
                format!("This credential is nested deeper than {limit} levels.")
            }
            (_, Lang::Id) => self.fixed().0.into(),
            (_, Lang::En) => self.fixed().1.into(),
        }
    }

    /// The sentences without numbers, in both languages.
    fn fixed(&self) -> (&'static str, &'static str) {
        match self {
            Self::NotRecognised => (
                "Berkas ini tidak dikenali: bukan PDF, kredensial JSON, atau lencana PNG atau SVG.",
                "This file is not recognised: not a PDF, a JSON credential, or a badge as PNG or SVG.",
            ),
            Self::PdfDamaged { .. } => ("Berkas PDF ini rusak atau terpotong.", "This PDF is damaged or cut off."),
            Self::PdfEncrypted => (
                "Berkas PDF ini dikunci atau dienkripsi, sehingga isinya tidak dapat diperiksa.",
                "This PDF is locked or encrypted, so its content cannot be checked.",
            ),
            Self::NoCredentialInPdf => {
                ("Berkas ini tidak memuat kredensial digital.", "No credential inside this file.")
            }
            Self::ImageDamaged { .. } => (
                "Berkas gambar ini rusak, terpotong, atau tidak wajar.",
                "This picture is damaged, cut off, or no reasonable badge.",
            ),
            Self::NoCredentialInImage => {
                ("Gambar ini tidak memuat kredensial digital.", "No credential inside this picture.")
            }
            Self::SeveralCredentials => (
                "Gambar ini memuat lebih dari satu kredensial.",
                "There is more than one credential inside this picture.",
            ),
            Self::JwtNotSupported => (
                "Kredensial di dalamnya ditandatangani sebagai JWT, yang belum didukung.",
                "The credential inside is signed as a JWT, which is not supported yet.",
            ),
            Self::NoCode => (
                "Gambar ini tidak memuat kredensial digital maupun kode QR yang terbaca.",
                "There is neither a credential inside this picture nor a QR code that can be read.",
            ),
            Self::OtherCodes { .. } => {
                ("Kode QR di sini bukan kode QR sertifikat.", "The QR code here is not a certificate's.")
            }
            Self::Heic => (
                "Foto HEIC (bentuk bawaan sebagian ponsel) belum dapat dibaca.",
                "HEIC photos, as some phones make them, are not read.",
            ),
            Self::Archive => (
                "Ini berkas ZIP atau arsip lain, bukan satu sertifikat.",
                "This is a ZIP or another archive, not one certificate.",
            ),
            Self::TooLarge { .. }
            | Self::PictureTooLarge { .. }
            | Self::Compact(_)
            | Self::NotUtf8 { .. }
            | Self::NestedTooDeep { .. } => ("", ""),
        }
    }

    /// What to do next.
    pub fn next(&self, lang: Lang) -> String {
        let (id, en) = match self {
            Self::NotRecognised => (
                "Gunakan berkas PDF, JSON, atau lencana asli dari pemegang, atau periksa lewat kode verifikasi.",
                "Use the original PDF, JSON or badge from the holder, or check by the verification code.",
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
            Self::ImageDamaged { .. } => (
                "Unduh atau minta ulang lencana asli, atau periksa lewat kode verifikasi.",
                "Download the original badge again or ask for it, or check by the verification code.",
            ),
            Self::NoCredentialInImage => (
                "Mungkin tangkapan layar atau salinan yang dikompres aplikasi pesan. Minta berkas lencana asli, atau periksa lewat kode verifikasi.",
                "It may be a screenshot, or a copy that a messenger compressed. Ask for the original badge, or check by the verification code.",
            ),
            Self::SeveralCredentials => (
                "Minta berkas lencana asli dari penerbit; satu lencana memuat satu kredensial.",
                "Ask for the issuer's original badge; a badge holds one credential.",
            ),
            Self::JwtNotSupported => (
                "Periksa dengan layanan penerbitnya, atau minta kredensial yang sama sebagai JSON.",
                "Check it with its issuer's own service, or ask for the same credential as JSON.",
            ),
            Self::PictureTooLarge { .. } => (
                "Perkecil gambarnya, atau potong di sekitar kode QR.",
                "Make the picture smaller, or cut it around the QR code.",
            ),
            Self::NoCode => (
                "Foto ulang kode QR dari dekat, tegak lurus, terang, dan tajam; atau ketik kode verifikasinya.",
                "Take a picture of the QR code from close, straight on, well lit and sharp; or type the verification code.",
            ),
            Self::OtherCodes { .. } => (
                "Foto kode QR pada sertifikatnya, atau ketik kode verifikasinya.",
                "Take a picture of the certificate's own QR code, or type the verification code.",
            ),
            Self::Heic => (
                "Bagikan fotonya sebagai JPEG, atau ambil tangkapan layarnya, lalu periksa berkas itu.",
                "Share the photo as JPEG, or take a screenshot of it, and check that file.",
            ),
            Self::Archive => (
                "Keluarkan isinya dan periksa satu per satu; `piagam verify` juga menerima ZIP berisi banyak sertifikat.",
                "Take the files out and check one at a time; `piagam verify` also takes a ZIP of many certificates.",
            ),
            Self::Compact(error) => return error.next(lang).into(),
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
