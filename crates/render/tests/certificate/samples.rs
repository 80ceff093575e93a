//! A cohort, a graduate, a credential: all invented.

use jiff::civil::date;
use render::{Particulars, Private, Shared};

pub(crate) fn shared() -> Shared {
    Shared { host: "localhost:8080".into(), ..render::sample::usual() }
}

pub(crate) fn particulars() -> Particulars {
    Particulars {
        code: "ABCDEFGHJKLMNPQR".into(),
        url: "http://localhost:8080/v/ABCDEFGHJKLMNPQR".into(),
        // As long as a certificate in its compact form is.
        qr: format!("http://localhost:8080/v#{}", "00281487882521642".repeat(24)),
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
