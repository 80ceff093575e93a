//! Uploads that only show a code: a picture, a text; one code, several, none.

use axum::http::StatusCode;

use crate::real::issued;
use crate::world::{BASE, World, code_path};

fn picture(text: &str) -> Vec<u8> {
    render::qr_png(text, 6).unwrap()
}

#[tokio::test]
async fn a_picture_of_the_code_is_judged_like_the_file() {
    let world = World::new().await;
    let certificate = issued(&world).await.remove(0);
    let png = world.get(&format!("/credentials/{}/qr.png", certificate.id)).await.body;
    let Ok(extract::Found::Codes(codes)) = extract::find(&png) else { panic!("the picture has no code") };
    let link = codes.texts[0].text().to_owned();
    let digits = link.split_once('#').unwrap().1;
    for upload in [&png[..], &picture(digits), link.as_bytes()] {
        let read = world.upload("", upload).await;
        assert!(read.status == StatusCode::OK && read.text().contains("data-v=\"ok\""), "{}", read.text());
        assert!(read.text().contains(&certificate.name.clone().unwrap()), "{}", read.text());
    }
    // A code that only names the page leads there.
    let page = world.upload("?hl=en", &picture(&format!("{BASE}{}", code_path(&certificate)))).await;
    assert_eq!(
        (page.status, page.header("location")),
        (StatusCode::SEE_OTHER, &*format!("{}?hl=en", code_path(&certificate)))
    );

    let foreign = picture(&link.replace(BASE, "https://palsu.example"));
    for (upload, words) in [
        (foreign, "Kode ini mengarah ke alamat lain"),
        (picture("https://palsu.example/v/7KQM-4XWP-9H2D-JT6S"), "Kode ini mengarah ke alamat lain"),
        (picture(&format!("{BASE}/v#{}", &digits[..digits.len() - 9])), "Tautan ini rusak"),
        (picture("WIFI:S:kantor;;"), "Kode QR di sini bukan kode QR sertifikat"),
        (b"PK\x03\x04 and so on".to_vec(), "ZIP"),
    ] {
        let answer = world.upload("", &upload).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains(words), "{words}: {}", answer.text());
    }
}
