//! Whole certificates: what they say, what they carry, that they do not change.

use std::path::PathBuf;

use jiff::civil::date;

use crate::layout::Sheet;
use crate::{Bilingual, Design, Particulars, Press, Private, Shared, Signatory, Subject, Title};

const CREDENTIAL: &[u8] = br#"{"@context":["https://www.w3.org/ns/credentials/v2"],"name":"Contoh \u00e9 <&>"}"#;
const LONGEST: &str = "Prof. Dr. Ir. H. Raden Mas Contoh Panjang Sekali Fiktifwijaya, S.T., M.Eng., IPU";

pub(crate) fn shared() -> Shared {
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
        host: "localhost:8080".into(),
        show_instansi: false,
        test_band: false,
    }
}

fn particulars() -> Particulars {
    Particulars {
        code: "ABCDEFGHJKLMNPQR".into(),
        url: "http://localhost:8080/v/ABCDEFGHJKLMNPQR".into(),
        issued: date(2026, 8, 14),
        instansi: Some("Pemerintah Kota Contoh".into()),
        private: None,
    }
}

fn full() -> Particulars {
    let private = Private {
        nip: Some("199001012015031001".into()),
        status: Some("PNS".into()),
        pangkat_golongan: Some("Penata Muda Tk. I (III/b)".into()),
        jabatan: Some("Analis Kebijakan Ahli Pertama".into()),
        unit_kerja: Some("Dinas Komunikasi dan Informatika".into()),
        birth: None,
    };
    Particulars { private: Some(private), ..particulars() }
}

fn sheet<'a>(name: &'a str, particulars: &'a Particulars) -> Sheet<'a> {
    Sheet { name, number: "00017/AI-CAMPUS/II/VIII/2026", grade: Some("Sangat Memuaskan"), particulars }
}

fn press() -> Press {
    Press::new(&Design::klasik().unwrap(), shared()).unwrap()
}

fn folder() -> PathBuf {
    let folder = std::env::temp_dir().join("piagam-render");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn samples() {
    let press = press();
    let (short, full) = (particulars(), full());
    for (file, name, particulars) in [
        ("usual", "Siti Contoh Rahmawati, S.Sos., M.A.P.", &short),
        ("shortest", "Uji", &short),
        ("longest", LONGEST, &short),
        ("full", "Siti Contoh Rahmawati, S.Sos., M.A.P.", &full),
        ("full-longest", LONGEST, &full),
        ("foreign", "Ñandú Øst Žižek 山田 Ștefan Đặng ﬁ q̃", &short),
    ] {
        let bytes = press.print_sheet(&sheet(name, particulars), CREDENTIAL).unwrap();
        std::fs::write(folder().join(format!("{file}.pdf")), bytes).unwrap();
    }
    let mut other = shared();
    other.title = Title::Completion;
    other.test_band = true;
    other.programme = Bilingual::new(
        "Tata Kelola Pemerintahan Digital dan Pemanfaatan Kecerdasan Artifisial dalam Pelayanan Publik",
        "Digital Governance and the Use of Artificial Intelligence in Public Services",
    );
    other.subjects = (1..=30)
        .map(|i| Subject {
            id: format!("Mata pelatihan uji nomor {i} dengan judul yang cukup panjang"),
            en: format!("Sample subject number {i} with a rather long title"),
            hours: i,
        })
        .collect();
    let press = Press::new(&Design::klasik().unwrap(), other).unwrap();
    let bytes = press.print_sheet(&sheet(LONGEST, &full), CREDENTIAL).unwrap();
    std::fs::write(folder().join("crowded.pdf"), bytes).unwrap();
}
