//! Credentials a second on one core, beside the raw Ed25519 figures of the same run:
//! `cargo bench -p piagam-tests --bench credential`.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use vc::{
    Award, Bitstring, Cryptosuite, Evidence, Key, LIST_ENTRIES, Need, Policy, Purpose, Signed, StatusEntry,
    VerificationMethod,
};

fn main() {
    divan::main();
}

const ISSUER: &str = "did:web:sertifikat.example";
const ORIGIN: &str = "https://sertifikat.example";
const SUITES: [Cryptosuite; 2] = [Cryptosuite::EddsaRdfc2022, Cryptosuite::EddsaJcs2022];

fn key() -> Key {
    Key::from_seed([42; 32])
}

fn method() -> VerificationMethod {
    VerificationMethod::did_web(ISSUER, 1, key().public())
}

fn award() -> Award {
    Award {
        id: format!("{ORIGIN}/credentials/0b6c1c7e-6e0e-4f6e-9a58-0f8f4b1f9d10"),
        issuer: ISSUER.into(),
        issuer_name: "Lembaga Contoh / Example Agency".into(),
        issuer_url: ORIGIN.into(),
        valid_from: "2026-09-02T03:00:00Z".into(),
        valid_until: None,
        holder: "Dr. Ratna Contohsari, S.T., M.Si.".into(),
        number: "00012/AI-CAMPUS/II/LAN/2026".into(),
        achievement: "urn:uuid:7d1c1f6e-35d7-4b7f-8b52-3ef4bb9e4f10".into(),
        programme: "Dasar-Dasar Kecerdasan Artifisial bagi ASN / AI Fundamentals for Public Servants".into(),
        description: "Metode: daring penuh. Mitra: Mitra Contoh. Pejabat Contoh. / Full e-learning.".into(),
        criteria: "Peserta menyelesaikan seluruh mata pelatihan dan memperoleh nilai sekurang-kurangnya 70 dari 100. \
            Mata pelatihan: Cara kerja AI (3 JP); Kemampuan dan keterbatasan AI (3 JP); Pemanfaatan AI (4 JP)."
            .into(),
        term: "Angkatan II Tahun 2026".into(),
        hours: 20,
        starts: "2026-08-03T00:00:00+07:00".into(),
        ends: "2026-08-28T00:00:00+07:00".into(),
        grade: Some("Sangat Memuaskan / Very satisfactory".into()),
        status: StatusEntry { list: format!("{ORIGIN}/status/revocation/1"), index: 40_917 },
    }
}

fn issue(suite: Cryptosuite, key: &Key, method: &VerificationMethod) -> Signed {
    let ready = award().into_draft().check().expect("well-formed");
    let to_sign = ready.to_sign(suite, method, "2026-09-02T03:00:00Z").expect("canonicalizes");
    let signature = key.sign(to_sign.bytes());
    to_sign.finish(signature).expect("verifies")
}

/// The signature alone.
#[divan::bench]
fn raw_sign(bencher: Bencher) {
    let key = key();
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| key.sign(black_box(&[7; 64])));
}

/// Strict verification of a signature alone.
#[divan::bench]
fn raw_verify(bencher: Bencher) {
    let (key, bytes) = (key(), [7; 64]);
    let (public, signature) = (key.public(), key.sign(&bytes));
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| public.verifies(black_box(&bytes), &signature));
}

/// Draft, check, sign with one proof, verify our own.
#[divan::bench(args = SUITES)]
fn issue_one_proof(bencher: Bencher, suite: Cryptosuite) {
    let (key, method) = (key(), method());
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| issue(suite, &key, &method));
}

/// As the issuing walk does it: one check, both proofs.
#[divan::bench]
fn issue_both_proofs(bencher: Bencher) {
    let (key, method) = (key(), method());
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| {
        let ready = award().into_draft().check().expect("well-formed");
        SUITES.map(|suite| {
            let to_sign = ready.to_sign(suite, &method, "2026-09-02T03:00:00Z").expect("canonicalizes");
            let signature = key.sign(to_sign.bytes());
            to_sign.finish(signature).expect("verifies")
        })
    });
}

/// Text in, report out; the issuer's document at hand, the status list read and checked each time.
#[divan::bench(args = SUITES)]
fn verify(bencher: Bencher, suite: Cryptosuite) {
    let (text, evidence) = (issue(suite, &key(), &method()), evidence());
    verify_with(bencher, text.text(), &evidence, &Policy::any());
}

/// Text in, report out; only the proof decides and no list is at hand.
#[divan::bench(args = SUITES)]
fn verify_proof_only(bencher: Bencher, suite: Cryptosuite) {
    let text = issue(suite, &key(), &method());
    let mut evidence = Evidence::default();
    let document = vc::did_document(ISSUER, &[(1, key().public())]).to_string();
    evidence.answer(Need::Did(ISSUER.into()), Ok(document.into_bytes()));
    verify_with(bencher, text.text(), &evidence, &Policy { decides: vec![vc::CheckName::Proof], ..Policy::any() });
}

fn verify_with(bencher: Bencher, text: &str, evidence: &Evidence, policy: &Policy) {
    let now = "2026-11-24T07:05:00Z".parse().expect("a timestamp");
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| {
        let report = vc::verify(black_box(text.as_bytes()), evidence, policy, now);
        assert_eq!(report.verdict, vc::Verdict::Valid);
    });
}

fn evidence() -> Evidence {
    let mut evidence = Evidence::default();
    let document = vc::did_document(ISSUER, &[(1, key().public())]).to_string();
    evidence.answer(Need::Did(ISSUER.into()), Ok(document.into_bytes()));
    for purpose in Purpose::ALL {
        let url = format!("{ORIGIN}/status/{}/1", purpose.name());
        let bits = Bitstring::new(LIST_ENTRIES);
        let draft = vc::status_list_draft(&url, ISSUER, purpose, &bits, "2026-11-24T00:00:00Z", "2026-12-24T00:00:00Z");
        let ready = draft.check().expect("well-formed");
        let to_sign =
            ready.to_sign(Cryptosuite::EddsaRdfc2022, &method(), "2026-11-24T00:00:00Z").expect("canonicalizes");
        let signature = key().sign(to_sign.bytes());
        let text = to_sign.finish(signature).expect("verifies").text().to_owned();
        evidence.answer(Need::StatusList(url), Ok(text.into_bytes()));
    }
    evidence
}
