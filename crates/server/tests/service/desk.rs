//! The desk's doors: who comes in, with what, and what a stranger learns.

use axum::body::{Body, Bytes};
use axum::http::{Method, Request, StatusCode, header};
use futures_util::StreamExt;
use store::Role;

use crate::staff::{PASSWORD, newcomer, signed_in, token};
use crate::world::{NIP, World};

#[tokio::test]
async fn every_door_asks_who_comes() {
    let world = World::new().await;
    let mut everybody = Vec::new();
    for role in Role::ALL {
        everybody.push(signed_in(&world, *role).await);
    }
    for (methods, pattern, roles) in server::desk::doors() {
        let path = pattern
            .replace("{id}", "1")
            .replace("{file}", "x")
            .replace("{part}", "x")
            .replace("{act}", "x")
            .replace("{serial}", "1");
        for method in methods.split(' ').map(|method| Method::try_from(method).unwrap()) {
            // A stranger is sent to the sign-in page before a body is read: this one never ends.
            let body = Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>().boxed());
            let request = Request::builder().method(&method).uri(&path).header("sec-fetch-site", "same-origin");
            let answer = world.ask(request.body(body).unwrap()).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{method} {path}");
            assert!(answer.header("location").starts_with("/desk/masuk?"), "{method} {path}");
            for staff in &mut everybody {
                if method == Method::POST && path == "/desk/keluar" {
                    continue;
                }
                let role = staff.user.role.code();
                let answer = staff.ask(method.clone(), &path, None).await;
                let refused = answer.status == StatusCode::FORBIDDEN && answer.text().contains("bukan untuk peran");
                assert_eq!(!refused, roles.contains(&role), "{method} {path} {role}: {}", answer.status);
                assert!(answer.status.as_u16() < 500, "{method} {path} {role}: {}", answer.status);
            }
        }
    }
}

#[tokio::test]
async fn somebody_signs_in_changes_the_first_password_and_leaves() {
    let world = World::new().await;
    let mut sari = newcomer(&world, Role::Operator).await;
    let answer = sari.get("/desk/sandi").await;
    assert_eq!(answer.header("location"), "/desk/masuk?ke=%2Fdesk%2Fsandi");
    let first = sari.first_password();
    let answer = sari.sign_in(&first).await;
    assert_eq!(answer.header("location"), "/desk/sandi");
    let cookie = answer.header("set-cookie").to_owned();
    for part in ["__Secure-piagam=", "HttpOnly", "Secure", "SameSite=Lax", "Path=/desk"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert_eq!(sari.get("/desk/jejak").await.header("location"), "/desk/sandi", "nothing else before that");
    let page = sari.get("/desk/sandi").await;
    assert!(page.text().contains("Ganti kata sandi pertama Anda"));
    assert!(page.header("content-security-policy").contains("script-src 'self'"));
    assert_eq!(page.header("cache-control"), "no-store");

    let short = sari.post("/desk/sandi", &[("sandi", &first), ("sandi-baru", "pendek")]).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(short.text().contains("terlalu pendek") && !short.text().contains("value=\"pendek\""));
    let same = sari.post("/desk/sandi", &[("sandi", &first), ("sandi-baru", &first)]).await;
    assert_eq!(same.status, StatusCode::UNPROCESSABLE_ENTITY);
    let changed = sari.post("/desk/sandi", &[("sandi", &first), ("sandi-baru", PASSWORD)]).await;
    assert_eq!((changed.status, changed.header("location")), (StatusCode::SEE_OTHER, "/desk"));
    assert!(sari.get("/desk/sandi").await.text().contains("Kata sandi diganti."));
    assert!(!sari.get("/desk/sandi").await.text().contains("Kata sandi diganti."), "told once");

    let before = sari.cookie.clone();
    assert_eq!(sari.post("/desk/keluar", &[]).await.header("location"), "/desk/masuk");
    sari.cookie = before;
    let answer = sari.get("/desk/sandi").await;
    assert!(answer.header("location").starts_with("/desk/masuk"), "the old cookie opens nothing");
    assert_eq!(sari.sign_in(&first).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(sari.sign_in(PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_stranger_learns_nothing_and_is_locked_out() {
    let world = World::new().await;
    let mut sari = signed_in(&world, Role::Operator).await;
    sari.cookie = None;
    let login = sari.user.login.clone();
    let says = |html: &str| html.contains("Surel, kata sandi, atau kode tidak cocok.");
    let unknown = sari.post("/desk/masuk", &[("surel", "x@contoh.example"), ("sandi", "y"), ("kode", "1")]).await;
    let code = sari.code();
    let wrong = sari.post("/desk/masuk", &[("surel", &login), ("sandi", "salah"), ("kode", &code)]).await;
    assert!(says(&unknown.text()) && says(&wrong.text()));
    assert_eq!(unknown.status, wrong.status);
    assert!(wrong.text().contains(&login) && !wrong.text().contains("salah\""), "typed text is kept, secrets are not");

    for _ in 0..4 {
        sari.post("/desk/masuk", &[("surel", &login), ("sandi", PASSWORD), ("kode", "000000")]).await;
    }
    let events = world.store.events(Some(&sari.user.id.actor()), 0, 100).await.unwrap();
    let failed: Vec<_> = events.iter().filter(|event| event.event.act == "sign-in-failed").collect();
    assert!(failed.len() == 5 && failed.iter().all(|event| event.event.actor == "stranger"), "{failed:?}");
    let locked = sari.sign_in(PASSWORD).await;
    assert_eq!(locked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(locked.text().contains("dikunci selama 15 menit"), "{}", locked.text());
    world.later(15 * 60);
    assert_eq!(sari.sign_in(PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_code_works_once_a_slow_clock_is_told_and_a_recovery_code_helps() {
    let world = World::new().await;
    let mut sari = signed_in(&world, Role::Operator).await;
    let login = sari.user.login.clone();
    sari.cookie = None;
    let code = sari.code();
    let fields = [("surel", login.as_str()), ("sandi", PASSWORD), ("kode", code.as_str())];
    assert_eq!(sari.post("/desk/masuk", &fields).await.status, StatusCode::SEE_OTHER);
    sari.cookie = None;
    assert!(sari.post("/desk/masuk", &fields).await.text().contains("Kode ini sudah dipakai"));
    world.later(240);
    assert!(sari.post("/desk/masuk", &fields).await.text().contains("terlambat sekitar 4 menit"));

    let recovery = sari.recovery_code(0).to_lowercase();
    let fields = [("surel", login.as_str()), ("sandi", PASSWORD), ("kode", recovery.as_str()), ("cara", "pemulihan")];
    assert_eq!(sari.post("/desk/masuk", &fields).await.status, StatusCode::SEE_OTHER);
    sari.cookie = None;
    assert_eq!(sari.post("/desk/masuk", &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let sign_in = sari.get("/desk/masuk?hl=en").await.text();
    assert!(sign_in.contains("Sign in to the desk") && sign_in.contains("<html lang=\"en\">"));
    assert!(sari.get("/desk/masuk").await.text().contains("Sign in to the desk"), "the language stays");
}

#[tokio::test]
async fn a_form_from_another_site_does_nothing() {
    let world = World::new().await;
    let mut admin = signed_in(&world, Role::Admin).await;
    let token = token(&admin.get("/desk/pengguna").await.text());
    let code = admin.code();
    let body = format!("form={token}&surel=x@contoh.example&nama=X&peran=admin&kode={code}");
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://lain.example")] {
        let request = Request::post("/desk/pengguna")
            .header(header::HOST, "sertifikat.contoh.example")
            .header(header::COOKIE, admin.cookie.clone().unwrap())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(name, value);
        let answer = world.ask(request.body(Body::from(body.clone())).unwrap()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}");
    }
    assert_eq!(world.store.users().await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_was_typed_survives_a_session_that_fell_asleep() {
    let world = World::new().await;
    let mut admin = signed_in(&world, Role::Admin).await;
    let mut other = signed_in(&world, Role::Admin).await;
    let token = token(&admin.get("/desk/pengguna").await.text());
    world.later(3 * 3600);
    let fields = [
        ("form", token.as_str()),
        ("surel", "budi@contoh.example"),
        ("nama", "Budi <b>Misalnya"),
        ("peran", "approver"),
        ("kode", "123456"),
    ];
    let answer = admin.post("/desk/pengguna", &fields).await;
    assert_eq!(answer.header("location"), "/desk/masuk?sebab=sesi");
    assert!(admin.get("/desk/masuk?sebab=sesi").await.text().contains("Yang Anda ketik disimpan"));
    let kept = admin.cookie.clone();

    // Somebody else at the same browser does not get it.
    other.cookie = kept.clone();
    assert_eq!(other.sign_in(PASSWORD).await.header("location"), "/desk");

    admin.cookie = kept;
    let answer = admin.post("/desk/pengguna", &fields).await;
    assert!(answer.header("location").starts_with("/desk/masuk"), "{}", answer.header("location"));
}

#[tokio::test]
async fn a_kept_form_is_sent_after_signing_in_again() {
    let world = World::new().await;
    let mut admin = signed_in(&world, Role::Admin).await;
    world.later(3 * 3600);
    let fields =
        [("surel", "budi@contoh.example"), ("nama", "Budi <b>Misalnya"), ("peran", "approver"), ("kode", "123456")];
    admin.post("/desk/pengguna", &fields).await;
    assert_eq!(admin.sign_in(PASSWORD).await.header("location"), "/desk/lanjut");
    let page = admin.get("/desk/lanjut").await.text();
    assert!(page.contains("value=\"budi@contoh.example\"") && page.contains("Budi &lt;b&gt;Misalnya"), "{page}");
    assert!(!page.contains("123456"), "secrets are not kept");
    let token = token(&page);
    let answer = admin.post("/desk/pengguna", &[&[("form", token.as_str())], &fields[..3]].concat()).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "only the code is missing");
    assert_eq!(admin.get("/desk/lanjut").await.header("location"), "/desk", "kept once");
}

#[tokio::test]
async fn an_administrator_adds_changes_and_disables_users() {
    let world = World::new().await;
    let mut admin = signed_in(&world, Role::Admin).await;
    let bad = admin.fill("/desk/pengguna", "/desk/pengguna", &[("surel", "bukan surel"), ("nama", "")]).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.text().contains("value=\"bukan surel\"") && bad.text().contains("Ketik nama orangnya."));
    assert!(bad.text().contains("<title>Perlu diperbaiki:"));

    let token = token(&admin.get("/desk/pengguna").await.text());
    let code = admin.code();
    let fields = [
        ("form", token.as_str()),
        ("surel", "budi@contoh.example"),
        ("nama", "Budi Misalnya"),
        ("peran", "approver"),
        ("kode", code.as_str()),
    ];
    let made = admin.post("/desk/pengguna", &fields).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text());
    assert!(made.text().contains("Hanya ditampilkan sekali.") && made.text().contains("class=\"qr\""));
    let again = admin.post("/desk/pengguna", &fields).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "the same form again does nothing more");
    let page = admin.get(again.header("location")).await.text();
    assert!(!page.contains("Hanya ditampilkan sekali."), "and shows no secret again");
    assert_eq!(world.store.users().await.unwrap().len(), 2);

    let budi = world.store.user_by_login("budi@contoh.example").await.unwrap().unwrap();
    let path = format!("/desk/pengguna/{}", budi.id.0);
    let wrong = admin.fill(&path, &path, &[("tindakan", "nonaktifkan"), ("kode", "000000")]).await;
    assert!(wrong.text().contains("Kode tidak cocok."));
    let code = admin.code();
    let done = admin.fill(&path, &path, &[("tindakan", "nonaktifkan"), ("kode", &code)]).await;
    assert_eq!(done.header("location"), path);
    assert!(admin.get(&path).await.text().contains("Pengguna dinonaktifkan."));
    assert!(world.store.user(budi.id).await.unwrap().unwrap().disabled_at.is_some());

    let me = format!("/desk/pengguna/{}", admin.user.id.0);
    let code = admin.code();
    let oneself = admin.fill("/desk/pengguna", &me, &[("tindakan", "nonaktifkan"), ("kode", &code)]).await;
    assert_eq!(oneself.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_trail_names_who_and_what_and_is_exported() {
    let world = World::new().await;
    let certificate = world.issue(&["Peserta Contoh"], None).await.remove(0);
    world.change(certificate.id, store::Act::Revoke, "data-error").await;
    let mut auditor = signed_in(&world, Role::Auditor).await;
    let page = auditor.get("/desk/jejak").await.text();
    for part in ["Dicabut", "catatan rahasia", "Masuk", "Nama Contoh 0", "Ujung rantai"] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("Peserta Contoh"), "events name ids, never persons");
    let filtered = auditor.get(&format!("/desk/jejak?objek={}", certificate.id)).await.text();
    assert!(filtered.contains("Dicabut") && !filtered.contains("<td>Masuk</td>"));
    assert!(auditor.get("/desk/jejak?objek=tidak%3Cada").await.text().contains("tentang tidak&lt;ada"));
    let csv = auditor.get("/desk/jejak.csv").await;
    assert!(csv.text().starts_with("\u{feff}number,at,actor"), "{}", csv.text());
    let events = world.store.events(None, 0, 100).await.unwrap();
    assert_eq!(csv.text().lines().count(), events.len() + 1);
    assert_eq!(auditor.get_compressed("/desk/jejak.csv").await.header("content-encoding"), "gzip");
}

#[tokio::test]
async fn certificates_are_found_by_name_and_number_and_by_nip_without_an_address() {
    let world = World::new().await;
    world.issue(&["Ratna Contohsari", "Budi <Misal>"], None).await;
    let mut sari = signed_in(&world, Role::Operator).await;
    let page = sari.get("/desk/sertifikat").await.text();
    assert!(page.contains("Ratna Contohsari") && page.contains("Budi &lt;Misal&gt;"));
    let found = sari.get("/desk/sertifikat?cari=ratna").await.text();
    assert!(found.contains("Ratna Contohsari") && !found.contains("Misal&gt;"));
    assert!(sari.get("/desk/sertifikat?cari=00002%2F").await.text().contains("Misal&gt;"));
    assert!(sari.get("/desk/sertifikat?cari=tidak+ada").await.text().contains("Hapus saringan"));
    assert!(sari.get("/desk/sertifikat?keadaan=revoked").await.text().contains("Tidak ada yang cocok"));

    let refused = sari.get(&format!("/desk/sertifikat?cari={NIP}")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!refused.text().contains(NIP), "a NIP in an address is not repeated");
    let spaced = format!("{} {}", &NIP[..8], &NIP[8..]);
    let by_nip = sari.post("/desk/sertifikat", &[("nip", &spaced)]).await;
    assert!(by_nip.text().contains("Ratna Contohsari") && !by_nip.text().contains(NIP), "{}", by_nip.text());
    let short = sari.post("/desk/sertifikat", &[("nip", "123")]).await;
    assert!(short.text().contains("NIP berisi 3 angka"));
}

#[tokio::test]
async fn a_certificate_is_suspended_reinstated_and_revoked_with_reason_and_code() {
    let world = World::with_key().await;
    let certificate = world.issue(&["Ratna Contohsari"], None).await.remove(0);
    let mut sari = signed_in(&world, Role::Operator).await;
    let mut budi = signed_in(&world, Role::Approver).await;
    let path = format!("/desk/sertifikat/{}", certificate.id);
    let record = sari.get(&path).await.text();
    assert!(record.contains(NIP) && record.contains("Hanya di meja ini") && !record.contains("Tindakan"));
    let revoke = format!("{path}/tindakan/cabut");
    let suspend = format!("{path}/tindakan/tangguhkan");
    assert_eq!(sari.get(&revoke).await.status, StatusCode::FORBIDDEN);

    let page = budi.get(&suspend).await.text();
    assert!(page.contains("Yang akan terjadi") && page.contains("Dapat dipulihkan"));
    let bare = budi.fill(&suspend, &suspend, &[("catatan", "laporan <ganda>"), ("kode", "000000")]).await;
    assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bare.text().contains("Pilih satu alasan.") && bare.text().contains("laporan &lt;ganda&gt;"));
    let code = budi.code();
    let fields = [("alasan", "under-review"), ("catatan", "laporan <ganda>"), ("kode", code.as_str())];
    assert_eq!(budi.fill(&suspend, &suspend, &fields).await.header("location"), path);
    let record = budi.get(&path).await.text();
    for part in ["Sertifikat ditangguhkan.", "laporan &lt;ganda&gt;", "Ditangguhkan oleh Nama Contoh 1"] {
        assert!(record.contains(part), "{part}");
    }
    let listed = world.get(&format!("/v/{}", store::shown_code(&certificate.code))).await.text();
    assert!(listed.contains("ditangguhkan"), "the public page says so at once");
    assert_eq!(budi.get(&suspend).await.status, StatusCode::CONFLICT, "it is suspended already");

    let reinstate = format!("{path}/tindakan/pulihkan");
    let code = budi.code();
    assert_eq!(budi.fill(&reinstate, &reinstate, &[("kode", &code)]).await.header("location"), path);

    let token = token(&budi.get(&revoke).await.text());
    let code = budi.code();
    let fields = [("form", token.as_str()), ("alasan", "issued-in-error"), ("kode", code.as_str()), ("catatan", "")];
    assert_eq!(budi.post(&revoke, &fields).await.header("location"), path);
    let again = budi.post(&revoke, &fields).await;
    assert_eq!((again.status, again.header("location")), (StatusCode::SEE_OTHER, path.as_str()), "a double click");
    let events = world.store.events(Some(&certificate.id.to_string()), 0, 100).await.unwrap();
    let acts: Vec<&str> = events.iter().map(|event| event.event.act.as_str()).collect();
    assert_eq!(acts, ["suspend", "reinstate", "revoke"]);
    assert!(events.iter().all(|event| event.event.actor == budi.user.id.actor()));
    assert!(!budi.get(&path).await.text().contains("Tindakan"), "nothing is left to do");
}
