//! What goes into a certificate beside the signed credential: [`Shared`], the same for a whole cohort, and [`Particulars`], one
//! per graduate.

use jiff::civil::Date;

/// A text in both languages; Indonesian is the legal one. An empty `en` prints no second line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bilingual {
    /// Indonesian.
    pub id: String,
    /// English.
    pub en: String,
}

impl Bilingual {
    /// Both languages at once.
    pub fn new(id: impl Into<String>, en: impl Into<String>) -> Self {
        Self { id: id.into(), en: en.into() }
    }
}

/// The title in large letters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Title {
    /// SERTIFIKAT / CERTIFICATE.
    #[default]
    Certificate,
    /// SURAT TANDA TAMAT PELATIHAN / CERTIFICATE OF COMPLETION.
    Completion,
    /// The agency's own wording.
    Own(Bilingual),
}

impl Title {
    /// The words as they are printed.
    pub fn words(&self) -> (&str, &str) {
        match self {
            Self::Certificate => ("SERTIFIKAT", "CERTIFICATE"),
            Self::Completion => ("SURAT TANDA TAMAT PELATIHAN", "CERTIFICATE OF COMPLETION"),
            Self::Own(own) => (&own.id, &own.en),
        }
    }
}

/// A subject (*mata pelatihan*) of the programme, for page 2.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// Indonesian name.
    pub id: String,
    /// English name; may be empty.
    pub en: String,
    /// Its share of the programme's hours (JP).
    pub hours: u32,
}

/// Who answers for the certificate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signatory {
    /// The office, for instance *Kepala Pusat Pelatihan*.
    pub office: String,
    /// The official's name with titles.
    pub name: String,
}

/// What all certificates of a cohort have in common.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shared {
    /// The title in large letters.
    pub title: Title,
    /// The issuing agency; its Indonesian name is also the issuer named in the footer.
    pub agency: Bilingual,
    /// The programme's title.
    pub programme: Bilingual,
    /// Partners, named beside the organiser.
    pub partners: Vec<String>,
    /// The cohort as it is to be read, for instance *Angkatan II Tahun 2026*.
    pub cohort: String,
    /// How it was held, for instance *e-learning penuh* / *full e-learning*.
    pub method: Bilingual,
    /// Who held it.
    pub organiser: String,
    /// First day.
    pub starts: Date,
    /// Last day.
    pub ends: Date,
    /// Hours in all (*jam pelajaran*, JP).
    pub hours: u32,
    /// The subjects on page 2; none, no page 2.
    pub subjects: Vec<Subject>,
    /// Place of issue.
    pub place: String,
    /// Who answers for it.
    pub signatory: Signatory,
    /// What a graduate had to do (*kriteria kelulusan*).
    pub criteria: Bilingual,
    /// The host printed beside the QR code, for instance `localhost:8080`.
    pub host: String,
    /// Whether the short rendering names the graduate's agency; the full one always does.
    pub show_instansi: bool,
    /// Whether a band says that this is a test and no real certificate.
    pub test_band: bool,
}

/// What one certificate has beside what its credential says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Particulars {
    /// Verification code, 16 characters without separators; printed in groups of four.
    pub code: String,
    /// The address of the certificate's page: the link over the QR code.
    pub url: String,
    /// What the QR code says: the certificate itself (`vc::compact`) where it fits, else that address.
    pub qr: String,
    /// The printed date of issue.
    pub issued: Date,
    /// The graduate's agency.
    pub instansi: Option<String>,
    /// The grade, printed also where the issuer keeps it out of the credential.
    pub grade: Option<String>,
    /// Details of the full rendering (*versi lengkap*); `None` prints the short one (*versi ringkas*).
    pub private: Option<Private>,
}

/// What only the full rendering shows. None of it is in the credential, none of it ever on a public route.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Private {
    /// NIP or NI PPPK, 18 digits.
    pub nip: Option<String>,
    /// *PNS* or *PPPK*.
    pub status: Option<String>,
    /// Rank and grade, for instance *Penata Muda (III/a)*.
    pub pangkat_golongan: Option<String>,
    /// Position.
    pub jabatan: Option<String>,
    /// Unit.
    pub unit_kerja: Option<String>,
    /// Place and date of birth as they are to be read, only if the agency turned it on.
    pub birth: Option<String>,
}
