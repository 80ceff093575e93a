//! The programme file: what is taught, by whom, how its certificates are worded and numbered, and
//! the cohort that they are issued to.
//!
//! [`Programme::parse`] answers a faulty file with every problem at once, each with its line.

mod number;
mod problem;
mod read;
mod toml_walk;

use jiff::civil::Date;
use jiff::{ToSpan, ZonedDateTime};
use vc::Lang;

pub use number::{MAX_NUMBER_CHARS, NumberPattern, roman};
pub use problem::{ProgrammeProblem, ProgrammeProblemKind};

use crate::text::fold;

/// The largest programme file that is read, in bytes.
pub const MAX_PROGRAMME_BYTES: usize = 256 * 1024;
/// The most subjects a programme may list.
pub const MAX_SUBJECTS: usize = 100;
/// The most grades a programme may define.
pub const MAX_GRADES: usize = 20;
/// The most partners a programme may name.
pub const MAX_PARTNERS: usize = 20;
/// The longest title, office or name, in characters.
pub const MAX_LABEL_CHARS: usize = 200;
/// The longest description or criteria text, in characters.
pub const MAX_PROSE_CHARS: usize = 2_000;

/// A programme and one cohort of it, as its TOML file tells.
#[derive(Debug, Clone, PartialEq)]
pub struct Programme {
    /// Short name for the number pattern and for file names: letters, digits, `-`.
    pub code: String,
    /// Title of the programme.
    pub title: Words,
    /// What the programme is about, in one or two sentences.
    pub description: Words,
    /// Who holds it; stands beside the issuer.
    pub organiser: Words,
    /// Partners, as they write themselves. They never sign.
    pub partners: Vec<String>,
    /// How it is taught: full e-learning, blended, in class.
    pub method: Words,
    /// The subjects with their hours, in the order of page 2.
    pub subjects: Vec<Subject>,
    /// *Jam pelajaran* in total; equals the sum of the subjects.
    pub hours: u32,
    /// What a participant must do to pass.
    pub criteria: Words,
    /// Grades, the highest first; empty if the programme gives none.
    pub grades: Vec<Grade>,
    /// Whether the public page and the credential show the grade. The PDF has it in any case.
    pub show_grade: bool,
    /// Whether the short rendering, the credential and the public page show the agency.
    pub show_agency: bool,
    /// Whether the full rendering prints place and date of birth.
    pub print_birth: bool,
    /// The title over the certificate.
    pub document_title: DocumentTitle,
    /// Place of issue.
    pub place: String,
    /// Whose office and name stand under it.
    pub signatory: Signatory,
    /// How certificate numbers are made.
    pub number_pattern: NumberPattern,
    /// How long a certificate is in force.
    pub expiry: Expiry,
    /// Name of the certificate design.
    pub design: String,
    /// The cohort.
    pub cohort: Cohort,
}

/// A text in both languages of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Words {
    /// Indonesian, the legal text.
    pub id: String,
    /// English, the second line.
    pub en: String,
}

/// A subject (*mata pelatihan*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Its title.
    pub title: Words,
    /// Its hours, in JP.
    pub hours: u32,
}

/// A grade (*predikat*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grade {
    /// The lowest score that earns it.
    pub from: Score,
    /// Its words.
    pub words: Words,
}

/// A score from 0 to 100, exact to six decimals, so that 90,005 is below 90,01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Score(u32);

/// The title over a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentTitle {
    /// SERTIFIKAT.
    Sertifikat,
    /// SURAT TANDA TAMAT PELATIHAN.
    SuratTandaTamatPelatihan,
}

/// The signatory as printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signatory {
    /// The office.
    pub office: Words,
    /// The name with titles.
    pub name: String,
}

/// How long a certificate is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// Without end.
    Never,
    /// So many years from the day of issue.
    Years(u16),
    /// To the end of this day, for all.
    Until(Date),
}

/// The cohort (*angkatan*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cohort {
    /// Its number within the year.
    pub number: u32,
    /// Its year.
    pub year: i16,
    /// First day.
    pub starts: Date,
    /// Last day.
    pub ends: Date,
    /// The first `{seq}` of its numbers.
    pub first_seq: u64,
}

impl Programme {
    /// Reads a programme file.
    ///
    /// # Errors
    /// Every problem of the file, in the order of its lines.
    pub fn parse(text: &str) -> Result<Self, Vec<ProgrammeProblem>> {
        read::programme(text)
    }

    /// The certificate number of the pattern. `now` is the time of issue in the issuer's zone.
    pub fn number(&self, seq: u64, now: &ZonedDateTime, code: &str) -> String {
        self.number_pattern.fill(&self.code, self.cohort.number, seq, now.date(), code)
    }

    /// `II-2026`: the cohort as numbers and file names write it.
    pub fn cohort_label(&self) -> String {
        format!("{}-{}", roman(self.cohort.number), self.cohort.year)
    }

    /// `Angkatan II Tahun 2026`, `Cohort II, 2026`: the cohort as a certificate writes it.
    pub fn cohort_words(&self) -> Words {
        let (number, year) = (roman(self.cohort.number), self.cohort.year);
        Words { id: format!("Angkatan {number} Tahun {year}"), en: format!("Cohort {number}, {year}") }
    }

    /// The last moment in force of a certificate issued at `issued` (in the issuer's zone), or
    /// `None` if it has no end.
    pub fn valid_until(&self, issued: &ZonedDateTime) -> Option<ZonedDateTime> {
        let day = match self.expiry {
            Expiry::Never => return None,
            Expiry::Until(day) => day,
            Expiry::Years(years) => issued.date().saturating_add(i32::from(years).years()),
        };
        day.at(23, 59, 59, 0).to_zoned_datetime(issued.time_zone().clone()).ok()
    }

    /// The grade that a score earns; `None` below the lowest, or without grades.
    pub fn grade_for(&self, score: Score) -> Option<&Grade> {
        self.grades.iter().find(|grade| score >= grade.from)
    }

    /// The grade of these words, in either language, whatever the case.
    pub fn grade_named(&self, words: &str) -> Option<&Grade> {
        let wanted = fold(words);
        self.grades.iter().find(|grade| fold(&grade.words.id) == wanted || fold(&grade.words.en) == wanted)
    }

    /// The lowest score that passes, if the programme defines grades.
    pub fn pass_mark(&self) -> Option<Score> {
        self.grades.last().map(|grade| grade.from)
    }
}

impl Words {
    /// The text in one language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Id => &self.id,
            Lang::En => &self.en,
        }
    }

    /// `Indonesian / English`, as a credential carries it.
    pub fn joined(&self) -> String {
        format!("{} / {}", self.id, self.en)
    }
}

impl DocumentTitle {
    /// The title in both languages.
    pub fn words(self) -> Words {
        let (id, en) = match self {
            Self::Sertifikat => ("SERTIFIKAT", "CERTIFICATE"),
            Self::SuratTandaTamatPelatihan => ("SURAT TANDA TAMAT PELATIHAN", "CERTIFICATE OF COMPLETION"),
        };
        Words { id: id.to_owned(), en: en.to_owned() }
    }
}

impl Score {
    /// From a number of points.
    ///
    /// Returns `None` outside 0 to 100.
    pub fn from_points(points: f64) -> Option<Self> {
        // Six decimals, so that the binary 90.01 of a spreadsheet equals a written "90,01".
        (0.0..=100.0).contains(&points).then(|| Self((points * 1e6).round() as u32))
    }
}

impl std::fmt::Display for Score {
    /// With a decimal comma and no more decimals than needed.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, rest) = (self.0 / 1_000_000, self.0 % 1_000_000);
        match rest {
            0 => write!(f, "{whole}"),
            rest => write!(f, "{whole},{}", format!("{rest:06}").trim_end_matches('0')),
        }
    }
}

#[cfg(test)]
mod tests;
