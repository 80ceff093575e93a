//! Invented certificates that show a design: what a preview prints and what a check sets.

use jiff::civil::date;

use crate::layout::Sheet;
use crate::{Bilingual, Design, Particulars, Press, Private, RenderError, Shared, Signatory, Subject, Title};

/// A name as most are.
pub const USUAL: &str = "Siti Contoh Rahmawati, S.Sos., M.A.P.";
/// Eighty characters, with all the titles that a name may have.
pub const LONGEST: &str = "Prof. Dr. Ir. H. Raden Mas Contoh Panjang Sekali Fiktifwijaya, S.T., M.Eng., IPU";
/// Names of every kind that is met: one word, usual, one long word, all capitals, signs of other alphabets, the longest.
pub(crate) const NAMES: [&str; 6] = [
    "Uji",
    USUAL,
    "Contohsuryaningratkusumawardhanifiktif, S.Kom.",
    "MUHAMMAD CONTOH FIKTIF MANGKUNEGARA, S.H., M.H.",
    "I Ñoman Žižek-Müller d'Øst Contoh",
    LONGEST,
];

/// What stands in the place of the credential: a preview proves nothing.
const NO_CREDENTIAL: &[u8] =
    b"{\"catatan\":\"Pratinjau desain, bukan kredensial. / A preview of a design, no credential.\"}\n";
const NUMBER: &str = "00017/AI-CAMPUS/II/VIII/2026";

/// A PDF that shows a design, with the band of a test on it. `full` is the rendering with the graduate's details.
///
/// # Errors
/// [`RenderError`] names what is wrong with the design, or a name that is too long.
pub fn preview(design: &Design, name: &str, full: bool) -> Result<Vec<u8>, RenderError> {
    let particulars = particulars(full);
    let sheet = Sheet { name, number: NUMBER, grade: Some("Sangat Memuaskan"), particulars: &particulars };
    Press::new(design, Shared { test_band: true, ..usual() })?.print_sheet(&sheet, NO_CREDENTIAL)
}

/// What the QR code of a sample says: as much as a certificate in its compact form has.
pub fn code() -> String {
    format!("https://sertifikat.contoh.example/v#{}", "00281487882521642".repeat(24))
}

/// A cohort as most are.
pub fn usual() -> Shared {
    let subject = |id: &str, en: &str, hours| Subject { id: id.into(), en: en.into(), hours };
    Shared {
        title: Title::Certificate,
        agency: Bilingual::new("Lembaga Contoh Administrasi Negara", "Sample Institute of Public Administration"),
        programme: Bilingual::new("Dasar-Dasar Kecerdasan Artifisial bagi ASN", "AI Fundamentals for Public Servants"),
        partners: vec!["Institut Mitra Contoh".into(), "Akademi Misal".into()],
        cohort: "Angkatan II Tahun 2026".into(),
        method: Bilingual::new("e-learning penuh", "full e-learning"),
        organiser: "Pusat Pelatihan Contoh".into(),
        starts: date(2026, 8, 3),
        ends: date(2026, 8, 12),
        hours: 20,
        subjects: vec![
            subject("Cara kerja AI", "How AI works", 3),
            subject("Kemampuan dan keterbatasan AI", "Capabilities and limitations", 3),
            subject("Pemanfaatan AI dalam pemerintahan", "Government use cases", 4),
            subject("Bias, kepercayaan, dan risiko", "Bias, trust and risk", 3),
            subject("Kerangka etika yang berpusat pada manusia", "Human-centred ethical framework", 3),
            subject("Arah pengaturan AI", "Regulation ahead", 2),
            subject("Rencana penerapan dan evaluasi akhir", "Action plan and final assessment", 2),
        ],
        place: "Jakarta".into(),
        signatory: Signatory { office: "Kepala Pusat Pelatihan Contoh".into(), name: "Dr. Misal Fiktif, M.A.".into() },
        criteria: Bilingual::new(
            "kehadiran sekurang-kurangnya 90 persen, semua tugas selesai, dan nilai evaluasi akhir sekurang-kurangnya 75",
            "attendance of at least 90 per cent, all assignments, and a final score of at least 75",
        ),
        host: "sertifikat.contoh.example".into(),
        show_instansi: false,
        test_band: false,
    }
}

/// A cohort whose texts are as long as real ones get.
pub fn crowded() -> Shared {
    Shared {
        title: Title::Completion,
        agency: Bilingual::new(
            "Badan Pengembangan Sumber Daya Manusia Provinsi Contoh Selatan",
            "Human Resources Development Agency of the Province of South Sample",
        ),
        programme: Bilingual::new(
            "Tata Kelola Pemerintahan Digital dan Pemanfaatan Kecerdasan Artifisial dalam Pelayanan Publik",
            "Digital Governance and the Use of Artificial Intelligence in Public Services",
        ),
        cohort: "Angkatan XXXVIII Tahun 2026".into(),
        method: Bilingual::new("blended learning (klasikal dan e-learning)", "blended learning"),
        starts: date(2026, 9, 28),
        ends: date(2026, 12, 18),
        hours: 120,
        place: "Kabupaten Contoh Utara".into(),
        signatory: Signatory {
            office: "Kepala Badan Pengembangan Sumber Daya Manusia Provinsi Contoh Selatan".into(),
            name: "Prof. Dr. Hj. Misal Fiktifwati Contohningrat, S.H., M.Si., Ph.D.".into(),
        },
        show_instansi: true,
        test_band: true,
        ..usual()
    }
}

/// One graduate's own fields; the full ones are long.
pub fn particulars(full: bool) -> Particulars {
    let private = Private {
        nip: Some("199001012015031001".into()),
        status: Some("PNS".into()),
        pangkat_golongan: Some("Penata Muda Tk. I (III/b)".into()),
        jabatan: Some("Analis Kebijakan Ahli Pertama".into()),
        unit_kerja: Some("Dinas Komunikasi, Informatika, Statistik, dan Persandian".into()),
        birth: None,
    };
    Particulars {
        code: "ABCDEFGHJKLMNPQR".into(),
        url: "https://sertifikat.contoh.example/v/ABCD-EFGH-JKLM-NPQR".into(),
        qr: code(),
        issued: date(2026, 12, 28),
        instansi: Some("Pemerintah Kabupaten Contoh Selatan".into()),
        grade: Some("Sangat Memuaskan".into()),
        private: full.then_some(private),
    }
}
