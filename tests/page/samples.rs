//! Certificates as they are issued: a credential, and the PDF that says the same.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use jiff::civil::{Date, date};
use render::{Bilingual, Design, Particulars, Press, Shared, sample};
use vc::{Award, Cryptosuite, Evidence, Key, Need, Policy, Report, Signed, StatusEntry, VerificationMethod};

pub(crate) const BASE: &str = "https://sertifikat.contoh.example";
const CODE: &str = "ABCDEFGHJKLMNPQR";

/// What is printed beside what a cohort shares.
#[derive(Clone)]
pub(crate) struct Sample {
    pub(crate) design: &'static str,
    pub(crate) shared: Shared,
    pub(crate) name: String,
    pub(crate) number: String,
    pub(crate) issued: Date,
    pub(crate) url: String,
    pub(crate) grade: Option<&'static str>,
    pub(crate) full: bool,
}

impl Sample {
    pub(crate) fn usual(design: &'static str) -> Self {
        Self {
            design,
            shared: sample::usual(),
            name: sample::USUAL.to_owned(),
            number: "00017/AI-CAMPUS/II/VIII/2026".to_owned(),
            issued: date(2026, 8, 14),
            url: format!("{BASE}/v/ABCD-EFGH-JKLM-NPQR"),
            grade: Some("Sangat Memuaskan"),
            full: false,
        }
    }

    pub(crate) fn signed(&self) -> Signed {
        sign(self.award())
    }

    fn award(&self) -> Award {
        let Shared { agency, programme, .. } = &self.shared;
        let both =
            |text: &Bilingual| if text.en.is_empty() { text.id.clone() } else { format!("{} / {}", text.id, text.en) };
        Award {
            id: format!("{BASE}/credentials/3f0c2a5e-6a8f-4b0e-9d53-0d6e5b1f7a11"),
            issuer: vc::did_web(BASE),
            issuer_name: both(agency),
            issuer_url: BASE.into(),
            valid_from: "2026-08-13T18:05:00Z".into(),
            valid_until: None,
            holder: self.name.clone(),
            number: self.number.clone(),
            achievement: format!("{BASE}/achievements/uji"),
            programme: both(programme),
            description: "Daring penuh / Full e-learning".into(),
            criteria: both(&self.shared.criteria),
            term: "II/2026".into(),
            hours: self.shared.hours,
            starts: format!("{}T00:00:00+07:00", self.shared.starts),
            ends: format!("{}T00:00:00+07:00", self.shared.ends),
            grade: self.grade.map(str::to_owned),
            status: StatusEntry { list: format!("{BASE}/status/revocation/1"), index: 5 },
        }
    }

    pub(crate) fn pdf(&self) -> Vec<u8> {
        let particulars = Particulars {
            code: CODE.into(),
            url: self.url.clone(),
            qr: self.url.clone(),
            issued: self.issued,
            grade: self.grade.map(str::to_owned),
            ..sample::particulars(self.full)
        };
        press(self.design, &self.shared).print(&self.signed(), &particulars).unwrap()
    }
}

/// Presses are dear: each is made once.
fn press(design: &str, shared: &Shared) -> Arc<Press> {
    static PRESSES: Mutex<BTreeMap<String, Arc<Press>>> = Mutex::new(BTreeMap::new());
    let mut presses = PRESSES.lock().unwrap();
    let make = || Arc::new(Press::new(&Design::built_in(design).unwrap(), shared.clone()).unwrap());
    Arc::clone(presses.entry(format!("{design} {shared:?}")).or_insert_with(make))
}

/// A cohort whose texts are as long as real ones get, from one year into the next.
pub(crate) fn crowded() -> Shared {
    Shared { starts: date(2025, 12, 28), ends: date(2026, 2, 18), ..sample::crowded() }
}

fn key() -> Key {
    Key::from_seed([7; 32])
}

fn sign(award: Award) -> Signed {
    let did = vc::did_web(BASE);
    let ready = award.into_draft().check().unwrap();
    let method = VerificationMethod::did_web(&did, 1, key().public());
    let to_sign = ready.to_sign(Cryptosuite::EddsaRdfc2022, &method, "2026-08-13T18:05:00Z").unwrap();
    let signature = key().sign(to_sign.bytes());
    to_sign.finish(signature).unwrap()
}

/// What a verifier finds who trusts the issuer and reaches its key; the status is not asked.
pub(crate) fn report(pdf: &[u8]) -> Report {
    let did = vc::did_web(BASE);
    let mut evidence = Evidence::default();
    let document = vc::did_document(&did, &[(1, key().public())]);
    evidence.answer(Need::Did(did.clone()), Ok(document.to_string().into_bytes()));
    evidence.show(extract::visible(pdf).expect("a PDF"));
    let text = extract::extract(pdf).expect("a credential").text;
    let mut policy = Policy::known([did]);
    policy.decides.retain(|name| *name != vc::CheckName::Status);
    vc::verify(text.as_bytes(), &evidence, &policy, "2026-11-24T07:05:00Z".parse().unwrap())
}
