//! What stands on the pages of a file that carries a credential, and where it differs from it.

use crate::wording::Lang;

/// The pages around a credential, as a person sees them. `extract` reads them; [`crate::verify`] compares them.
#[derive(Debug, Clone, PartialEq)]
pub enum Visible {
    /// What can be seen.
    Pages {
        /// One after the other.
        pages: Vec<VisiblePage>,
        /// Whether the file names Piagam as the program that made it. It can say what it likes: this never makes a page
        /// better, only a difference worse.
        ours: bool,
    },
    /// The pages could not be read; the text says why, in English, for logs.
    Unread(String),
}

impl Visible {
    /// Pages without any text: pictures, as a scanner makes them.
    pub fn is_blank(&self) -> bool {
        matches!(self, Self::Pages { pages, .. } if pages.iter().all(|page| page.lines.is_empty()))
    }
}

/// One page. Lengths are points of a sheet as long as A4, whatever the page claims to measure; y grows downwards.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VisiblePage {
    /// Its text, without what is covered, invisible, clipped away, beside the page or too small or pale to be read.
    pub lines: Vec<VisibleLine>,
    /// Where its links lead; one that does not lead to an address is told by the kind of its action.
    pub links: Vec<String>,
}

/// Text of one size on one baseline, without larger gaps.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VisibleLine {
    /// What it says. Spaces are not to be relied on: programs leave them out and put them in.
    pub text: String,
    /// The type's size.
    pub size: f32,
    /// Left edge of the first sign.
    pub left: f32,
    /// Right edge of the last one.
    pub right: f32,
    /// The baseline, from the page's upper edge.
    pub baseline: f32,
}

/// What of a certificate's page is compared with the signed credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// The holder's name.
    Name,
    /// The certificate number.
    Number,
    /// The programme's title, in both languages.
    Programme,
    /// First and last day, in both languages.
    Period,
    /// The hours, *jam pelajaran*.
    Hours,
    /// The grade.
    Grade,
    /// The day of issue, in both languages.
    Issued,
    /// The printed address and the link to the issuer.
    Link,
    /// A second text as large as the name.
    Added,
    /// A page that does not name this certificate.
    Page,
}

impl Field {
    /// The stable code, for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Number => "number",
            Self::Programme => "programme",
            Self::Period => "period",
            Self::Hours => "hours",
            Self::Grade => "grade",
            Self::Issued => "issued",
            Self::Link => "link",
            Self::Added => "added",
            Self::Page => "page",
        }
    }

    /// What people call it.
    pub fn label(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Name, Lang::Id) => "Nama",
            (Self::Name, Lang::En) => "Name",
            (Self::Number, Lang::Id) => "Nomor sertifikat",
            (Self::Number, Lang::En) => "Certificate number",
            (Self::Programme, Lang::Id) => "Program pelatihan",
            (Self::Programme, Lang::En) => "Programme",
            (Self::Period, Lang::Id) => "Waktu pelatihan",
            (Self::Period, Lang::En) => "Training dates",
            (Self::Hours, Lang::Id) => "Jam pelajaran",
            (Self::Hours, Lang::En) => "Hours",
            (Self::Grade, Lang::Id) => "Predikat",
            (Self::Grade, Lang::En) => "Grade",
            (Self::Issued, Lang::Id) => "Tanggal terbit",
            (Self::Issued, Lang::En) => "Issued on",
            (Self::Link, Lang::Id) => "Tautan pemeriksaan",
            (Self::Link, Lang::En) => "Verification link",
            (Self::Added, Lang::Id) => "Tulisan tambahan",
            (Self::Added, Lang::En) => "Added text",
            (Self::Page, Lang::Id) => "Halaman",
            (Self::Page, Lang::En) => "Page",
        }
    }
}

/// Where a page and the credential inside the file do not say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What differs.
    pub field: Field,
    /// What the signed credential says; empty where it says nothing of the kind.
    pub signed: String,
    /// What the page says instead, where that can be told. A stranger's text, at most [`MAX_SEEN`] characters.
    pub seen: Option<String>,
}

/// The longest text that is quoted from a page, in characters.
pub const MAX_SEEN: usize = 120;

impl Difference {
    /// One sentence for people.
    pub fn what(&self, lang: Lang) -> String {
        let Self { field, signed, seen } = self;
        let label = field.label(lang);
        match (signed.is_empty(), seen, lang) {
            (false, Some(seen), Lang::Id) => {
                format!("{label}: di halaman \u{201c}{seen}\u{201d}, yang ditandatangani \u{201c}{signed}\u{201d}.")
            }
            (false, Some(seen), Lang::En) => {
                format!("{label}: the page says \u{201c}{seen}\u{201d}, signed is \u{201c}{signed}\u{201d}.")
            }
            (false, None, Lang::Id) => {
                format!("{label}: yang ditandatangani \u{201c}{signed}\u{201d} tidak terbaca di halaman.")
            }
            (false, None, Lang::En) => {
                format!("{label}: the signed \u{201c}{signed}\u{201d} cannot be read on the page.")
            }
            (true, Some(seen), Lang::Id) => format!("{label}: \u{201c}{seen}\u{201d} tidak ada di dalam kredensial."),
            (true, Some(seen), Lang::En) => format!("{label}: \u{201c}{seen}\u{201d} is not in the credential."),
            (true, None, Lang::Id) => format!("{label}: tidak sesuai dengan kredensial."),
            (true, None, Lang::En) => format!("{label}: does not fit the credential."),
        }
    }
}
