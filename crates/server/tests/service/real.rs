//! A cohort through the real issuing walk: sheet in, pages and files out, nobody's identity number among them.

use std::path::Path;
use std::sync::Arc;

use axum::http::StatusCode;
use issuer::batch::{Intake, issue};
use issuer::keyring::Ring;
use issuer::programme::Programme;
use issuer::roster;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use store::{Filter, Page};

use crate::world::{NOW, TestKey, World, code_path};

#[tokio::test]
async fn from_the_sheet_to_the_page_and_back_from_the_pdf() {
    let world = World::new().await;
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates");
    let programme_text = std::fs::read_to_string(samples.join("programmes/ai-fundamentals.toml")).unwrap();
    let sheet = std::fs::read(samples.join("sheets/cohort-25.xlsx")).unwrap();
    let programme = Programme::parse(&programme_text).unwrap();
    let roster = roster::read(&sheet, "cohort-25.xlsx", &programme).unwrap();
    let intake = Intake { programme: &programme, programme_text: &programme_text, roster: &roster, sheet: &sheet };
    let ring = Ring::new(world.issuer.clone(), Arc::new(TestKey::certificates()));
    let mut chance = ChaCha8Rng::seed_from_u64(1);
    issue(&world.office, &ring, intake, &mut chance, NOW.parse().unwrap(), &|_| {}).await.unwrap();

    let certificates = world.store.certificates(&Filter::default(), Page::FIRST).await.unwrap();
    assert_eq!(certificates.len(), roster.recipients.len());
    let secrets: Vec<String> =
        roster.recipients.iter().filter_map(|r| r.nip.as_ref()).map(ToString::to_string).collect();
    assert!(!secrets.is_empty());
    for certificate in certificates.iter().take(3) {
        let page = world.get(&code_path(certificate)).await.text();
        assert!(page.contains("data-v=\"ok\"") && page.contains("PDF ringkas ("), "{page}");
        assert!(page.len() < 25_000, "{} bytes", page.len());
        let pdf = world.get(&format!("/credentials/{}/sertifikat.pdf", certificate.id)).await;
        assert_eq!((pdf.status, pdf.header("content-type")), (StatusCode::OK, "application/pdf"));
        let read = world.upload("", &pdf.body).await;
        assert!(read.status == StatusCode::OK && read.text().contains("data-v=\"ok\""), "{}", read.text());
        for text in [page, read.text(), String::from_utf8_lossy(&pdf.body).into_owned()] {
            for secret in &secrets {
                assert!(!text.contains(secret.as_str()), "an identity number is public");
            }
        }
    }
}
