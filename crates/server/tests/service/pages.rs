//! What a person sees, by code, by id, by upload.

use axum::http::StatusCode;
use store::{Act, Suite};

use crate::world::{BASE, NIP, World, code_path};

#[tokio::test]
async fn a_valid_certificate_is_verified_by_its_code_in_any_spelling() {
    let world = World::new().await;
    let certificate = world.issue(&["Peserta Contoh Satu"], None).await.remove(0);
    let page = world.get(&code_path(&certificate)).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let html = page.text();
    for expected in [
        "Sertifikat ini asli dan masih berlaku",
        "Peserta Contoh Satu",
        &certificate.number,
        "data-v=\"ok\"",
        "20 JP (dua puluh)",
        "Memuaskan",
    ] {
        assert!(html.contains(expected), "{expected}: {html}");
    }
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert!(page.header("content-security-policy").contains("script-src 'none'"));
    let spelt = certificate.code.to_lowercase();
    assert_eq!(world.get(&format!("/v/{spelt}")).await.status, StatusCode::OK);
    let english = world.get(&format!("/v/{spelt}?hl=en")).await.text();
    assert!(english.contains("This certificate is authentic and in force") && english.contains("<html lang=\"en\">"));
    let by_id = world.get(&format!("/credentials/{}", certificate.id)).await;
    assert!(by_id.text().contains("data-v=\"ok\""));
}

#[tokio::test]
async fn every_state_has_its_page() {
    let world = World::new().await;
    let names =
        ["Peserta Contoh Dicabut", "Peserta Contoh Ditangguhkan", "Peserta Contoh Kedaluwarsa", "Peserta Contoh Lama"];
    let all = world.issue(&names, None).await;
    world.change(all[0].id, Act::Revoke, "data-error").await;
    world.change(all[1].id, Act::Suspend, "under-review").await;
    let new = world.issue(&["Peserta Contoh Baru"], Some(all[3].id)).await.remove(0);
    for (certificate, expected) in [
        (
            &all[0],
            ["data-v=\"bad\"", "telah dicabut dan tidak berlaku", "Alasan: data kelulusan keliru", "12 November 2026"],
        ),
        (&all[1], ["data-v=\"warn\"", "ditangguhkan sementara", "Alasan: sedang ditinjau", "12 November 2026"]),
        (&all[2], ["data-v=\"bad\"", "masa berlakunya telah berakhir", "Kedaluwarsa", "13 Agustus 2026"]),
        (&all[3], ["data-v=\"warn\"", "sudah digantikan", "Versi terbaru", "12 Agustus 2026"]),
        (&new, ["data-v=\"ok\"", "asli dan masih berlaku", "Peserta Contoh Baru", "12 Agustus 2026"]),
    ] {
        let html = world.get(&code_path(certificate)).await.text();
        for expected in expected {
            assert!(html.contains(expected), "{expected}: {html}");
        }
        assert!(!html.contains("catatan rahasia"), "free text stays inside");
    }
    world.change(all[1].id, Act::Reinstate, "other").await;
    assert!(world.get(&code_path(&all[1])).await.text().contains("data-v=\"ok\""));
}

#[tokio::test]
async fn what_was_erased_is_said_to_be_no_longer_stored() {
    let world = World::new().await;
    let certificate = world.issue(&["Peserta Contoh Terhapus"], None).await.remove(0);
    let held = world.store.signed_text(certificate.id, Suite::Rdfc).await.unwrap().unwrap();
    world.change(certificate.id, Act::Revoke, "holder-request").await;
    world.erase(certificate.id).await;
    for path in [code_path(&certificate), format!("/credentials/{}", certificate.id)] {
        for (query, expected) in [("", "sudah tidak disimpan"), ("?hl=en", "no longer stored")] {
            let page = world.get(&format!("{path}{query}")).await;
            assert_eq!(page.status, StatusCode::GONE, "{path}");
            assert!(page.text().contains(expected) && !page.text().contains("Terhapus"), "{}", page.text());
        }
        let machine = world.get_as(&path, "application/vc").await;
        assert_eq!((machine.status, machine.header("content-type")), (StatusCode::GONE, "application/problem+json"));
    }
    let pictures = ["lencana.png", "lencana.svg", "pratinjau.png", "qr.svg", "qr.png"];
    for file in ["sertifikat.pdf", "kredensial.json"].into_iter().chain(pictures) {
        let answer = world.get(&format!("/credentials/{}/{file}", certificate.id)).await;
        assert_eq!(answer.status, StatusCode::GONE, "{file}");
    }
    // The copy that somebody kept still meets its status: bits and record outlive the data.
    let page = world.upload("", held.as_bytes()).await.text();
    assert!(page.contains("telah dicabut dan tidak berlaku"), "{page}");
}

#[tokio::test]
async fn without_its_list_a_certificate_is_never_green() {
    // The page trusts what is signed and published, not the database's rows.
    let world = World::new().await;
    let certificate = world.issue_unpublished(&["Peserta Contoh Satu"], None).await.remove(0);
    let html = world.get(&code_path(&certificate)).await.text();
    assert!(
        html.contains("Asli, tetapi statusnya belum dapat diperiksa") && html.contains("data-v=\"warn\""),
        "{html}"
    );
    assert!(html.contains("Periksa lagi") && html.contains("data-c=\"unknown\""), "{html}");
    world.publish().await;
    assert!(world.get(&code_path(&certificate)).await.text().contains("data-v=\"ok\""));
}

#[tokio::test]
async fn a_changed_letter_is_found_out() {
    let world = World::new().await;
    let all = world.issue(&["Peserta Contoh Satu"], None).await;
    let text = world.store.signed_text(all[0].id, Suite::Rdfc).await.unwrap().unwrap();
    let changed = text.replace("Peserta Contoh Satu", "Peserta Contoh Dua");
    let page = world.upload("", changed.as_bytes()).await;
    let html = page.text();
    assert_eq!(page.status, StatusCode::OK);
    assert!(html.contains("Isi sertifikat ini telah diubah") && html.contains("data-v=\"bad\""), "{html}");
    assert!(!html.contains("Peserta Contoh"), "changed content is not shown");
}

#[tokio::test]
async fn unknown_and_misspelt_codes_keep_what_was_typed() {
    let world = World::new().await;
    let page = world.get("/v/7kqm-4xwp-9h2d-jt63").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.text().contains("Kode ini tidak terdaftar") && page.text().contains("value=\"7KQM-4XWP-9H2D-JT63\""));
    let page = world.get("/v?kode=7KQM+4XWP+9H2D+JT6O").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(
        page.text().contains("memuat O") && page.text().contains("value=\"7KQM 4XWP 9H2D JT6O\""),
        "{}",
        page.text()
    );
    let page = world.get("/v?kode=7kqm+4xwp+9h2d+jt63&hl=en").await;
    assert_eq!((page.status, page.header("location")), (StatusCode::SEE_OTHER, "/v/7KQM-4XWP-9H2D-JT63?hl=en"));
    for empty in ["/v", "/v?kode="] {
        let page = world.get(empty).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains("name=\"kode\""));
    }
}

#[tokio::test]
async fn uploads_are_judged_by_what_is_inside() {
    let world = World::new().await;
    let certificate = world.issue(&["Peserta Contoh Satu"], None).await.remove(0);
    let text = world.store.signed_text(certificate.id, Suite::Jcs).await.unwrap().unwrap();
    assert!(world.upload("", text.as_bytes()).await.text().contains("data-v=\"ok\""));
    assert!(world.upload("?hl=en", text.as_bytes()).await.text().contains("In force"));
    for (bytes, expected) in [
        (b"%PDF-1.7 cut off".as_slice(), StatusCode::UNPROCESSABLE_ENTITY),
        (b"just words", StatusCode::UNPROCESSABLE_ENTITY),
        (b"", StatusCode::BAD_REQUEST),
        (b"{\"type\": [\"VerifiableCredential\"]}", StatusCode::OK),
    ] {
        let page = world.upload("", bytes).await;
        assert_eq!(page.status, expected, "{}", String::from_utf8_lossy(bytes));
        assert!(!page.text().contains("data-v=\"ok\""));
    }
    let large = world.upload("", &vec![b' '; 20_200_000]).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(large.text().contains("20 MB"));
    let bare = world.post("/periksa", "nothing of a form").await;
    assert_eq!(bare.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_stranger_is_unknown_never_valid() {
    let world = World::new().await;
    let key = vc::Key::from_seed([9; 32]);
    let method = vc::VerificationMethod::did_key(key.public());
    let draft = vc::Draft::from_value(serde_json::json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": key.public().did_key(),
        "credentialSubject": { "id": "urn:uuid:3f0c2a5e-6a8f-4b0e-9d53-0d6e5b1f7a11" }
    }));
    let to_sign =
        draft.check().unwrap().to_sign(vc::Cryptosuite::EddsaJcs2022, &method, "2026-08-12T00:00:00Z").unwrap();
    let signature = key.sign(to_sign.bytes());
    let signed = to_sign.finish(signature).unwrap();
    let html = world.upload("", signed.text().as_bytes()).await.text();
    assert!(html.contains("Penerbit berkas ini tidak dikenal") && html.contains("data-v=\"warn\""), "{html}");
}

#[tokio::test]
async fn nothing_public_holds_a_nip() {
    let world = World::new().await;
    let certificate = world.issue(&["Peserta Contoh Satu"], None).await.remove(0);
    let id = certificate.id;
    for path in [
        code_path(&certificate),
        format!("{}?hl=en", code_path(&certificate)),
        format!("/credentials/{id}"),
        format!("/credentials/{id}?cryptosuite=eddsa-jcs-2022"),
        format!("/credentials/{id}/kredensial.json"),
        format!("/credentials/{id}/qr.svg"),
        "/.well-known/did.json".into(),
        "/status/revocation/1".into(),
        "/".into(),
    ] {
        let answer = world.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(!text.contains(NIP) && !text.contains("19860714"), "{path}");
        assert!(!text.contains("Instansi Contoh"), "{path}");
    }
    assert!(world.get(&format!("/credentials/{id}/lengkap.pdf")).await.status == StatusCode::NOT_FOUND);
    let _ = BASE;
}
