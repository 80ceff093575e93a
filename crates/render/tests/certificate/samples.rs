//! A cohort, a graduate, a credential: all invented.

use jiff::civil::date;
use render::{Bilingual, Particulars, Private, Shared, Signatory, Subject, Title};

/// Eighty characters.
pub(crate) const LONGEST: &str = "Prof. Dr. Ir. H. Raden Mas Contoh Panjang Sekali Fiktifwijaya, S.T., M.Eng., IPU";

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

pub(crate) fn particulars() -> Particulars {
    Particulars {
        code: "ABCDEFGHJKLMNPQR".into(),
        url: "http://localhost:8080/v/ABCDEFGHJKLMNPQR".into(),
        issued: date(2026, 8, 14),
        instansi: Some("Pemerintah Kota Contoh".into()),
        grade: None,
        private: None,
    }
}

pub(crate) fn full() -> Particulars {
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

/// A stored credential; what counts here are its facts and its bytes.
pub(crate) fn signed(name: &str) -> vc::Signed {
    let name = serde_json::Value::from(name);
    let text = format!(
        r#"{{"@context":["https://www.w3.org/ns/credentials/v2","https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
"id":"http://localhost:8080/credentials/00000000-0000-4000-8000-000000000000","type":["VerifiableCredential","OpenBadgeCredential"],
"issuer":{{"id":"did:web:localhost%3A8080","type":["Profile"],"name":"Lembaga Contoh"}},"validFrom":"2026-08-14T02:00:00Z",
"credentialSubject":{{"type":["AchievementSubject"],"licenseNumber":"00017/AI-CAMPUS/II/VIII/2026","identifier":[{{"type":"IdentityObject","identityHash":{name},"identityType":"name","hashed":false}}],
"name":{name},"result":[{{"type":["Result"],"value":"Sangat Memuaskan"}}],"achievement":{{"id":"urn:uuid:0","type":["Achievement"],"name":"Uji"}}}},
"proof":{{"type":"DataIntegrityProof","cryptosuite":"eddsa-rdfc-2022","proofValue":"z0"}}}}"#
    );
    vc::Signed::reopen(text).expect("a credential")
}
