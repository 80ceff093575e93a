//! A cohort through the real issuing walk: sheet in, pages and files out, nobody's identity number among them.

use std::path::Path;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use issuer::batch::{Decisions, Intake, issue};
use issuer::deliver::Deliverer;
use issuer::keyring::Ring;
use issuer::programme::Programme;
use issuer::roster::{self, Roster};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use serde_json::Value;
use store::{Certificate, Filter, Page, Suite};
use vc::compact::{self, Link};

use crate::world::{BASE, NOW, TestKey, World, code_path};

/// The sample cohort, issued.
pub(crate) async fn issued(world: &World) -> Vec<Certificate> {
    issued_to(world).await.0
}

async fn issued_to(world: &World) -> (Vec<Certificate>, Roster) {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates");
    let programme_text = std::fs::read_to_string(samples.join("programmes/ai-fundamentals.toml")).unwrap();
    let sheet = std::fs::read(samples.join("sheets/cohort-25.xlsx")).unwrap();
    let programme = Programme::parse(&programme_text).unwrap();
    let roster = roster::read(&sheet, "cohort-25.xlsx", &programme).unwrap();
    let intake = Intake {
        programme: &programme,
        programme_text: &programme_text,
        roster: &roster,
        sheet: &sheet,
        decisions: Decisions::NONE,
    };
    let ring = Ring::new(world.issuer.clone(), Arc::new(TestKey::certificates()));
    let mut chance = ChaCha8Rng::seed_from_u64(1);
    issue(&world.office, &ring, intake, &mut chance, NOW.parse().unwrap(), &|_| {}).await.unwrap();

    (world.store.certificates(&Filter::default(), Page::FIRST).await.unwrap(), roster)
}

#[tokio::test]
async fn from_the_sheet_to_the_page_and_back_from_the_pdf() {
    let world = World::new().await;
    let (certificates, roster) = issued_to(&world).await;
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
        assert!(read.text().contains("persis seperti yang kami terbitkan"), "{}", read.text());
        let touched = world.upload("", &[&pdf.body[..], b"\n"].concat()).await.text();
        assert!(
            touched.contains("data-v=\"ok\"") && touched.contains("tidak tercatat persis seperti ini"),
            "{touched}"
        );
        carried(&world, certificate).await;
        for text in [page, read.text(), String::from_utf8_lossy(&pdf.body).into_owned()] {
            for secret in &secrets {
                assert!(!text.contains(secret.as_str()), "an identity number is public");
            }
        }
    }
}

#[tokio::test]
async fn a_page_around_another_credential_differs() {
    let world = World::new().await;
    let certificates = issued(&world).await;
    let pdf = world.get(&format!("/credentials/{}/sertifikat.pdf", certificates[0].id)).await.body;
    let other = world.store.signed_text(certificates[1].id, Suite::Rdfc).await.unwrap().unwrap();
    let forged = swapped(&pdf, &other);
    let (page, signed) = (certificates[0].name.as_deref().unwrap(), certificates[1].name.as_deref().unwrap());
    for (query, words) in [("", "Tulisan di halaman: berbeda"), ("?hl=en", "Text on the page: differs")] {
        let answer = world.upload(query, &forged).await;
        let text = answer.text();
        assert!(answer.status == StatusCode::OK && text.contains("data-v=\"bad\"") && text.contains(words), "{text}");
        assert!(text.contains(page) && text.contains(signed), "both names are told: {text}");
        assert!(world.upload(query, &pdf).await.text().contains("data-v=\"ok\""));
    }
    let text = world.upload("", &unreadable(&pdf)).await.text();
    assert!(text.contains("data-v=\"warn\"") && text.contains("belum dapat dicocokkan"), "{text}");
}

/// Another credential put into a certificate's PDF, by an update behind it: the page now says what nobody signed.
fn swapped(pdf: &[u8], credential: &str) -> Vec<u8> {
    let tail = String::from_utf8_lossy(pdf);
    let after = |mark: &str| tail[tail.rfind(mark).unwrap() + mark.len()..].trim_start().to_owned();
    let number = |text: String| text.chars().take_while(char::is_ascii_digit).collect::<String>();
    let (root, info, previous) = (number(after("/Root ")), number(after("/Info ")), number(after("startxref")));
    let mut out = pdf.to_vec();
    let at = out.len();
    let head = format!("4 0 obj\n<</Type/EmbeddedFile/Subtype/application#2Fvc/Length {}>>stream\n", credential.len());
    out.extend_from_slice(format!("{head}{credential}\nendstream\nendobj\n").as_bytes());
    let table = out.len();
    let entry = format!("xref\n4 1\n{at:010} 00000 n \ntrailer\n");
    let trailer = format!("<</Size 999/Root {root} 0 R/Info {info} 0 R/Prev {previous}>>\nstartxref\n{table}\n%%EOF\n");
    out.extend_from_slice(format!("{entry}{trailer}").as_bytes());
    out
}

/// The same with a page that cannot be read: its text is not where it should be.
fn unreadable(pdf: &[u8]) -> Vec<u8> {
    let mark = b"\n1 0 obj";
    let at = pdf.windows(mark.len()).position(|bytes| bytes == mark).unwrap();
    let mut out = pdf.to_vec();
    out[at + 1] = b'0';
    out
}

#[tokio::test]
async fn what_certificates_name_is_there() {
    let world = World::new().await;
    assert_eq!(world.get("/achievements/AI-DASAR").await.status, StatusCode::NOT_FOUND);
    let certificate = issued(&world).await.remove(0);
    let text = world.store.signed_text(certificate.id, Suite::Rdfc).await.unwrap().unwrap();
    let credential: Value = serde_json::from_str(&text).unwrap();
    let achievement = &credential["credentialSubject"]["achievement"];
    let path = achievement["id"].as_str().unwrap().strip_prefix(BASE).unwrap();

    let page = world.get(path).await;
    assert_eq!((page.status, page.header("vary")), (StatusCode::OK, "accept"));
    for expected in
        ["Dasar-Dasar Kecerdasan Artifisial bagi ASN", "Cara kerja AI", "20 JP (dua puluh)", "nilai evaluasi"]
    {
        assert!(page.text().contains(expected), "{expected}: {}", page.text());
    }
    let english = world.get(&format!("{path}?hl=en")).await.text();
    assert!(english.contains("<html lang=\"en\">") && english.contains("How AI works"), "{english}");
    for accept in ["application/json", "application/ld+json"] {
        let answer = world.get_as(path, accept).await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, accept));
        let mut told = answer.json();
        let context = told.as_object_mut().unwrap().remove("@context").unwrap();
        assert_eq!((&told, &context), (achievement, &credential["@context"]), "as in the certificate");
        assert!(answer.header("etag").starts_with("W/"));
    }
    for other in ["/achievements/LAIN", "/achievements/ai-dasar", "/achievements/%ff"] {
        assert_eq!(world.get(other).await.status, StatusCode::NOT_FOUND, "{other}");
        let machine = world.get_as(other, "application/json").await;
        assert_eq!(machine.status, StatusCode::NOT_FOUND, "{other}");
    }
}

#[tokio::test]
async fn the_template_is_public_and_never_changes() {
    let world = World::new().await;
    let (certificates, roster) = issued_to(&world).await;
    let ask = |host: &str| Request::get("/templates/1").header(header::HOST, host).body(Body::empty()).unwrap();
    let answer = world.ask(ask("sertifikat.contoh.example")).await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "application/json"));
    assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
    let stored = world.store.template(world.issuer.id, 1).await.unwrap().unwrap();
    assert_eq!(answer.body, stored.bytes, "byte for byte");
    let names = certificates.iter().filter_map(|certificate| certificate.name.clone());
    let numbers = roster.recipients.iter().filter_map(|recipient| recipient.nip.as_ref()).map(ToString::to_string);
    for secret in names.chain(numbers).chain(certificates.iter().map(|certificate| certificate.code.clone())) {
        assert!(!answer.text().contains(&secret), "nobody is in it");
    }
    assert_eq!(world.ask(ask("10.0.0.1:8080")).await.header("cache-control"), "public, max-age=300");
    let mut again = ask("sertifikat.contoh.example");
    again.headers_mut().insert(header::IF_NONE_MATCH, answer.header("etag").parse().unwrap());
    assert_eq!(world.ask(again).await.status, StatusCode::NOT_MODIFIED);
    for other in ["/templates/2", "/templates/01", "/templates/x", "/templates/%ff"] {
        let answer = world.get(other).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (StatusCode::NOT_FOUND, "application/problem+json"),
            "{other}"
        );
    }
}

/// The code of a certificate carries it, and what is published rebuilds it.
async fn carried(world: &World, certificate: &Certificate) {
    let text = Deliverer::new(world.office.clone()).qr_text(certificate).await.unwrap();
    assert_eq!(text.why_not, None);
    let svg = world.get(&format!("/credentials/{}/qr.svg", certificate.id)).await;
    assert_eq!(svg.text(), render::qr_svg(&text.text).unwrap());
    let link = Link::parse(&text.text).unwrap();
    let published = world.get(&format!("/templates/{}", compact::template_number(link.digits).unwrap())).await;
    assert_eq!((published.status, published.header("content-type")), (StatusCode::OK, "application/json"));
    let template = compact::Template::parse(&published.body).unwrap();
    let stored = world.store.signed_text(certificate.id, Suite::Jcs).await.unwrap().unwrap();
    assert_eq!(compact::unpack(link.digits, |_| Some(&template)).unwrap(), stored);
}
