//! Badges and the picture beside a shared link: who gets them, what they hold, what they never show.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use store::Act;

use crate::real::issued;
use crate::world::{BASE, World, code_path};

#[tokio::test]
async fn a_badge_is_downloaded_and_judged_again() {
    let world = World::new().await;
    let certificate = issued(&world).await.remove(0);
    let name = certificate.name.clone().unwrap();
    let page = world.get(&code_path(&certificate)).await.text();
    for (file, kind, extension) in [("lencana.png", "image/png", "png"), ("lencana.svg", "image/svg+xml", "svg")] {
        let path = format!("/credentials/{}/{file}", certificate.id);
        assert!(page.contains(&format!("href=\"{path}\"")), "{page}");
        let answer = world.get(&path).await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, kind), "{file}");
        assert_eq!(answer.header("cache-control"), "private, no-cache");
        assert!(answer.header("content-disposition").ends_with(&format!(".{extension}\"")), "{file}");
        assert!(answer.header("content-security-policy").contains("sandbox"), "{file}");

        let read = world.upload("", &answer.body).await;
        assert!(read.status == StatusCode::OK && read.text().contains("data-v=\"ok\""), "{}", read.text());
        let mut altered = answer.body.clone();
        let at = altered.windows(name.len()).position(|window| window == name.as_bytes()).unwrap();
        altered[at] ^= 1;
        let read = world.upload("", &altered).await.text();
        assert!(read.contains("data-v=\"bad\"") && read.contains("telah diubah"), "{file}: {read}");

        let mut again = Request::get(&path).body(Body::empty()).unwrap();
        again.headers_mut().insert(header::IF_NONE_MATCH, answer.header("etag").parse().unwrap());
        assert_eq!(world.ask(again).await.status, StatusCode::NOT_MODIFIED, "{file}");
    }
}

#[tokio::test]
async fn a_shared_link_shows_programme_and_issuer_but_nobodys_name() {
    let world = World::new().await;
    let all = issued(&world).await;
    let picture = |n: usize| format!("/credentials/{}/pratinjau.png", all[n].id);
    let (one, other) = (world.get(&picture(0)).await, world.get(&picture(1)).await);
    assert_eq!((one.status, one.header("content-type")), (StatusCode::OK, "image/png"));
    assert!(one.body == other.body, "the same for the whole cohort");
    assert_eq!(one.header("cache-control"), "public, max-age=300");
    assert_eq!(one.header("content-disposition"), "", "it is shown, not saved");

    let name = all[0].name.clone().unwrap();
    for (query, title) in [
        ("", "Sertifikat: Dasar-Dasar Kecerdasan Artifisial bagi ASN"),
        ("?hl=en", "Certificate: AI Fundamentals for Public Servants"),
    ] {
        let page = world.get(&format!("{}{query}", code_path(&all[0]))).await.text();
        let head = page.split_once("</head>").unwrap().0;
        for expected in [
            format!("<meta property=\"og:title\" content=\"{title}"),
            format!("<meta name=\"twitter:title\" content=\"{title}"),
            format!("<meta property=\"og:image\" content=\"{BASE}{}\">", picture(0)),
            format!("<meta name=\"twitter:image\" content=\"{BASE}{}\">", picture(0)),
            "<meta property=\"og:image:width\" content=\"1200\">".to_owned(),
            "<meta name=\"twitter:card\" content=\"summary_large_image\">".to_owned(),
        ] {
            assert!(head.contains(&expected), "{expected} in {head}");
        }
        assert!(!head.contains(&name) && !head.contains(&all[0].number), "{head}");
    }
}

#[tokio::test]
async fn a_revoked_certificate_has_no_badge_and_no_picture() {
    let world = World::new().await;
    let all = issued(&world).await;
    world.change(all[0].id, Act::Revoke, "data-error").await;
    world.change(all[1].id, Act::Suspend, "under-review").await;
    for certificate in &all[..2] {
        for file in ["sertifikat.pdf", "lencana.png", "lencana.svg", "pratinjau.png"] {
            let answer = world.get(&format!("/credentials/{}/{file}", certificate.id)).await;
            assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::GONE, "no-store"), "{file}");
        }
        let page = world.get(&code_path(certificate)).await.text();
        assert!(!page.contains("og:image") && !page.contains("lencana.png"), "{page}");
    }
    world.change(all[1].id, Act::Reinstate, "other").await;
    let again = world.get(&format!("/credentials/{}/lencana.png", all[1].id)).await;
    assert_eq!(again.status, StatusCode::OK);
}

#[tokio::test]
async fn programs_that_show_links_may_look_and_search_engines_may_not() {
    let world = World::new().await;
    let rules = world.get("/robots.txt").await.text();
    let (previewers, others) = rules.split_once("\n\n").unwrap();
    for expected in ["User-agent: WhatsApp\n", "User-agent: Twitterbot\n", "Allow: /v/\n", "Allow: /credentials/\n"] {
        assert!(previewers.contains(expected), "{expected} in {previewers}");
    }
    assert!(!previewers.contains("User-agent: *") && previewers.ends_with("Disallow: /"));
    assert_eq!(others, "User-agent: *\nDisallow: /\n");
}
