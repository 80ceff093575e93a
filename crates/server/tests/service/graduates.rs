//! A graduate's own page: the link used once, what the page offers, corrections, the lost link, the compared NIP.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use store::{Act, CorrectionState, MailFilter, MailKind, Role, shown_code};

use crate::cohorts::{CLEAN, issued};
use crate::mails::told;
use crate::sink::Sink;
use crate::staff::signed_in;
use crate::world::{Answer, NIP, World, code_path};

/// A browser of a graduate: its one cookie, forms sent from our own pages.
#[derive(Default)]
struct Browser {
    cookie: String,
}

impl Browser {
    async fn ask(&mut self, world: &World, method: Method, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = serde_urlencoded::to_string(fields).unwrap();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "sertifikat.contoh.example")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = world.ask(request.body(Body::from(body)).unwrap()).await;
        if let Some(set) = answer.headers.get(header::SET_COOKIE) {
            self.cookie = set.to_str().unwrap().split(';').next().unwrap().to_owned();
        }
        answer
    }

    async fn get(&mut self, world: &World, path: &str) -> Answer {
        self.ask(world, Method::GET, path, &[]).await
    }

    async fn post(&mut self, world: &World, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.ask(world, Method::POST, path, fields).await
    }

    /// Uses a link; the page's path.
    async fn opened(world: &World, link: &str) -> (Self, String) {
        let mut browser = Self::default();
        let opened = browser.post(world, link, &[]).await;
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text());
        let page = opened.header("location").to_owned();
        (browser, page)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_used_once_and_looking_at_it_changes_nothing() {
    let sink = Sink::start(&[]);
    let world = World::with_key_and_settings(&sink.settings("none")).await;
    let certificate = told(&world, &["ratna"]).await.remove(0);
    server::mail::send_due(&world.app()).await;
    let link = sink.mails()[0].link();
    let mut browser = Browser::default();
    for _ in 0..3 {
        let look = browser.get(&world, &link).await;
        assert_eq!(look.status, StatusCode::OK);
        assert!(
            look.text().contains("Buka sertifikat saya") && !look.text().contains("Peserta Contoh"),
            "{}",
            look.text()
        );
        assert_eq!((look.header("cache-control"), look.header("referrer-policy")), ("no-store", "no-referrer"));
        assert!(look.header("set-cookie").is_empty());
    }
    for (name, value) in
        [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://lain.example")]
    {
        let strange = Request::post(&link).header(name, value).header(header::HOST, "sertifikat.contoh.example");
        let strange = world.ask(strange.body(Body::empty()).unwrap()).await;
        assert_eq!(strange.status, StatusCode::FORBIDDEN, "a form of another site: {name}: {value}");
    }
    let opened = browser.post(&world, &link, &[]).await;
    let page = format!("/pemegang/{}", certificate.id);
    assert_eq!((opened.status, opened.header("location")), (StatusCode::SEE_OTHER, page.as_str()));
    let cookie = opened.header("set-cookie").to_owned();
    for part in ["__Secure-piagam-pemegang=", "HttpOnly", "Secure", "SameSite=Lax", &format!("Path={page};")] {
        assert!(cookie.contains(part), "{part}: {cookie}");
    }
    let shown = browser.get(&world, &page).await;
    assert_eq!((shown.status, shown.header("cache-control")), (StatusCode::OK, "no-store"));
    assert!(shown.text().contains("Peserta Contoh ratna") && !shown.text().contains(NIP), "{}", shown.text());

    // Whoever has the link but not the cookie gets nothing but a mail to its owner.
    let mut other = Browser::default();
    for answer in [other.get(&world, &link).await, other.post(&world, &link, &[]).await] {
        assert_eq!(answer.status, StatusCode::GONE);
        assert!(answer.text().contains("Tautan ini sudah dipakai") && answer.text().contains("Kirim tautan baru"));
        assert!(answer.header("set-cookie").is_empty() && !answer.text().contains("Peserta Contoh"));
    }
    for path in
        [page.clone(), format!("{page}/lengkap.pdf"), format!("/pemegang/{}", uuid::Uuid::nil()), "/pemegang/x".into()]
    {
        let answer = other.get(&world, &path).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        assert!(answer.text().contains("Halaman ini hanya untuk pemegangnya"), "{}", answer.text());
    }
    let renewed = other.post(&world, &format!("{link}/baru"), &[]).await;
    assert!(renewed.text().contains("Permintaan diterima."), "{}", renewed.text());
    other.post(&world, &format!("{link}/baru"), &[]).await;
    server::mail::send_due(&world.app()).await;
    let mails = sink.mails();
    assert_eq!((mails.len(), mails[1].to.as_str()), (2, "ratna@contoh.example"), "one, however often it is asked");
    assert!(mails[1].header("Subject").starts_with("Tautan baru"));
    let (_, second) = Browser::opened(&world, &mails[1].link()).await;
    assert_eq!(second, page);
    closing(&world, browser, &page).await;
}

async fn closing(world: &World, mut browser: Browser, page: &str) {
    let kept = browser.cookie.clone();
    let closed = browser.post(world, &format!("{page}/tutup"), &[]).await;
    assert_eq!(closed.header("location"), "/");
    assert!(closed.header("set-cookie").contains("Max-Age=0"));
    browser.cookie = kept;
    assert_eq!(browser.get(world, page).await.status, StatusCode::FORBIDDEN, "the server has forgotten it too");
}

#[tokio::test(flavor = "multi_thread")]
async fn links_end_and_altered_ones_are_unknown_a_thousand_times() {
    let sink = Sink::start(&[]);
    let world = World::with_key_and_settings(&sink.settings("none")).await;
    told(&world, &["ratna"]).await;
    server::mail::send_due(&world.app()).await;
    let link = sink.mails()[0].link();
    let mut browser = Browser::default();
    for altered in [link[..link.len() - 1].to_owned(), format!("{link}A"), link.to_uppercase(), "/ambil/x".into()] {
        let answer = browser.post(&world, &altered, &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{altered}");
    }
    let mut refused = 0;
    for number in 0..1_000 {
        let guess = format!("/ambil/{:0>43}", number);
        let status = browser.post(&world, &guess, &[]).await.status;
        assert!(matches!(status, StatusCode::NOT_FOUND | StatusCode::TOO_MANY_REQUESTS), "{status}");
        refused += usize::from(status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert!(refused > 900, "{refused}");
    let slow = browser.post(&world, &link, &[]).await;
    assert!(slow.status == StatusCode::TOO_MANY_REQUESTS && !slow.header("retry-after").is_empty());
    assert!(slow.text().contains("Terlalu banyak permintaan"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_valid_for_ninety_days_and_the_page_stays_open_for_thirty() {
    let sink = Sink::start(&[]);
    let world = World::with_key_and_settings(&sink.settings("none")).await;
    told(&world, &["ratna", "budi"]).await;
    server::mail::send_due(&world.app()).await;
    let links: Vec<String> = sink.mails().iter().map(|mail| mail.link()).collect();
    world.later(89 * 86_400);
    let (mut browser, page) = Browser::opened(&world, &links[0]).await;
    world.later(2 * 86_400);
    let ended = browser.post(&world, &links[1], &[]).await;
    assert_eq!(ended.status, StatusCode::GONE);
    assert!(ended.text().contains("Tautan ini sudah kedaluwarsa"), "{}", ended.text());
    assert_eq!(browser.get(&world, &page).await.status, StatusCode::OK);
    world.later(30 * 86_400);
    assert_eq!(browser.get(&world, &page).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_offers_everything_and_a_correction_leads_to_a_reissue() {
    let sink = Sink::start(&[]);
    let world = World::with_key_and_settings(&sink.settings("none")).await;
    issued(&world, CLEAN, &[]).await;
    let mut budi = signed_in(&world, Role::Approver).await;
    server::mail::send_due(&world.app()).await;
    let mail = sink.mails().into_iter().find(|mail| mail.to == "ratna@contoh.example").unwrap();
    let (mut browser, page) = Browser::opened(&world, &mail.link()).await;
    let html = browser.get(&world, &page).await.text();
    let id = page.rsplit('/').next().unwrap();
    for part in [
        "Sertifikat Anda sudah terbit",
        "PDF lengkap (",
        &format!("/credentials/{id}/sertifikat.pdf"),
        &format!("/credentials/{id}/kredensial.json?cryptosuite=eddsa-jcs-2022"),
        &format!("/credentials/{id}/lencana.png"),
        &format!("/credentials/{id}/lencana.svg"),
        "startTask=CERTIFICATION_NAME&amp;name=Dasar-Dasar",
        "&amp;issueYear=2026&amp;issueMonth=11&amp;certUrl=https%3A%2F%2Fsertifikat.contoh.example%2Fv%2F",
        "https://wa.me/?text=",
        "<svg class=\"qr\" width=\"",
        "20 JP (dua puluh)",
        "Ratna Contohsari",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    for secret in [NIP, "19860714", "ratna@contoh.example"] {
        assert!(!html.contains(secret), "{secret}");
    }
    let share = html.split_once("id=\"teks\"").unwrap().1.split("</textarea>").next().unwrap();
    assert!(!share.contains("Ratna"), "what is shared has no name: {share}");
    let full = browser.get(&world, &format!("{page}/lengkap.pdf")).await;
    assert_eq!((full.header("content-type"), full.header("cache-control")), ("application/pdf", "no-store"));
    assert!(
        full.header("content-disposition").contains("_lengkap.pdf")
            && !full.header("content-disposition").contains(NIP)
    );
    correction(&world, &mut browser, &page, &mut budi, &sink).await;
}

async fn correction(world: &World, browser: &mut Browser, page: &str, budi: &mut crate::staff::Staff<'_>, sink: &Sink) {
    let send = format!("{page}/perbaikan");
    for (fields, problem) in [
        (&[("hal", "")][..], "Pilih apa yang keliru."),
        (&[("hal", "name"), ("nama", "Ratna Contohsari")], "Nama ini sama dengan yang tercetak."),
        (&[("hal", "number"), ("keterangan", "")], "Tulis apa yang keliru."),
    ] {
        let answer = browser.post(world, &send, fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains(problem), "{problem}");
    }
    let right = "Dr. Ratna Contohsari, M.Si.";
    let fields = [("hal", "name"), ("nama", right), ("keterangan", "Gelar saya <belum> ada")];
    let sent = browser.post(world, &send, &fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    assert!(!sent.header("location").contains("Ratna"));
    browser.post(world, &send, &[("hal", "other"), ("keterangan", "lagi")]).await;
    assert!(browser.get(world, page).await.text().contains("Permintaan Anda sudah diterima."));
    let list = budi.get("/desk/permintaan").await.text();
    assert!(list.contains(right) && list.contains("Gelar saya &lt;belum&gt; ada"), "{list}");
    assert_eq!(list.matches("<section class=\"panel\">").count(), 1, "one at a time");
    let id = page.rsplit('/').next().unwrap();
    let act = format!("/desk/sertifikat/{id}/tindakan/terbitkan-ulang");
    assert!(list.contains(&act));
    assert!(budi.get(&act).await.text().contains(&format!("value=\"{right}\"")), "the name is filled in");
    let code = budi.code();
    let done = budi.fill(&act, &act, &[("nama", right), ("kode", &code)]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let before = sink.mails().len();
    server::mail::send_due(&world.app()).await;
    let mails = sink.mails();
    assert_eq!(mails.len(), before + 1);
    let last = mails.last().unwrap();
    assert!(
        last.header("Subject").starts_with("Sertifikat Anda sudah diperbaiki") && last.to == "ratna@contoh.example"
    );
    let old = browser.get(world, page).await.text();
    for part in ["Sertifikat ini sudah digantikan", "Permintaan Anda sudah dikerjakan.", "Digantikan"] {
        assert!(old.contains(part), "{part}: {old}");
    }
    assert_eq!(browser.get(world, &format!("{page}/lengkap.pdf")).await.status, StatusCode::GONE);
    let (mut new, successor) = Browser::opened(world, &last.link()).await;
    assert_ne!(successor, page);
    assert!(new.get(world, &successor).await.text().contains(right));
    assert!(budi.get("/desk/permintaan").await.text().contains("Tidak ada permintaan yang menunggu."));
    assert!(budi.get("/desk/permintaan?semua=1").await.text().contains("Selesai"));
    assert!(world.get(&format!("/credentials/{id}")).await.text().contains("digantikan"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_declined_is_answered() {
    let sink = Sink::start(&[]);
    let world = World::with_key_and_settings(&sink.settings("none")).await;
    let certificate = told(&world, &["ratna"]).await.remove(0);
    server::mail::send_due(&world.app()).await;
    let (mut browser, page) = Browser::opened(&world, &sink.mails()[0].link()).await;
    browser.post(&world, &format!("{page}/perbaikan"), &[("hal", "other"), ("keterangan", "Tanggalnya")]).await;
    let mut sari = signed_in(&world, Role::Operator).await;
    let mut budi = signed_in(&world, Role::Approver).await;
    let asked = world.store.correction_of(certificate.id).await.unwrap().unwrap();
    let path = format!("/desk/permintaan/{}", asked.serial);
    assert_eq!(sari.post(&path, &[]).await.status, StatusCode::FORBIDDEN);
    let empty = budi.fill("/desk/permintaan", &path, &[("jawaban", " "), ("hasil", "ditolak")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [("jawaban", "Sesuai <berita acara>"), ("hasil", "ditolak")];
    let done = budi.fill("/desk/permintaan", &path, &fields).await;
    assert_eq!(done.header("location"), "/desk/permintaan", "{}", done.text());
    let seen = world.store.correction(asked.serial).await.unwrap().unwrap();
    assert_eq!(seen.state, CorrectionState::Declined);
    server::mail::send_due(&world.app()).await;
    let mail = sink.mails().pop().unwrap();
    assert!(mail.header("Subject").starts_with("Jawaban atas permintaan"));
    let (text, html) = mail.bodies();
    assert!(!text.contains("berita acara") && !html.contains("berita acara"), "the answer stands on the page only");
    assert!(browser.get(&world, &page).await.text().contains("Sesuai &lt;berita acara&gt;"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_link_is_answered_the_same_way_whoever_asks() {
    let sink = Sink::start(&[]);
    let world = World::with_key_and_settings(&sink.settings("none")).await;
    let certificates = told(&world, &["ratna", "budi"]).await;
    world.put_address(certificates[1].id, "Ratna@contoh.example").await;
    server::mail::send_due(&world.app()).await;
    let sent = sink.mails().len();
    let mut browser = Browser::default();
    assert!(browser.get(&world, "/tautan").await.text().contains("Kirim tautan"));
    for wrong in ["", "ratna", "a b@contoh.example", NIP, &format!("{}@contoh.example", "a".repeat(300))] {
        let answer = browser.post(&world, "/tautan", &[("surel", wrong)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    let known = browser.post(&world, "/tautan", &[("surel", "RATNA@contoh.example")]).await;
    let unknown = browser.post(&world, "/tautan", &[("surel", "orang.lain@contoh.example")]).await;
    assert_eq!((known.status, known.text()), (unknown.status, unknown.text()), "byte for byte");
    assert_eq!(known.headers, unknown.headers);
    server::mail::send_due(&world.app()).await;
    let to: Vec<String> = sink.mails().split_off(sent).into_iter().map(|mail| mail.to.to_lowercase()).collect();
    assert_eq!(to, ["ratna@contoh.example", "ratna@contoh.example"], "one for each certificate");
    browser.post(&world, "/tautan", &[("surel", "ratna@contoh.example")]).await;
    server::mail::send_due(&world.app()).await;
    assert_eq!(sink.mails().len(), sent + 2, "not again so soon");
    world.later(601);
    browser.post(&world, "/tautan", &[("surel", "ratna@contoh.example")]).await;
    server::mail::send_due(&world.app()).await;
    assert_eq!(sink.mails().len(), sent + 4);
    let links = MailFilter { certificate: Some(certificates[0].id), ..MailFilter::default() };
    let kinds: Vec<MailKind> =
        world.store.mails(&links, i64::MAX, 10).await.unwrap().iter().map(|mail| mail.kind).collect();
    assert_eq!(kinds, [MailKind::Link, MailKind::Link, MailKind::Issued]);
}

#[tokio::test]
async fn without_a_mail_server_nothing_is_promised() {
    let world = World::new().await;
    let page = world.get("/tautan").await.text();
    assert!(page.contains("Penerbit ini tidak mengirim surel.") && page.contains("bantuan@contoh.example"), "{page}");
    assert!(!page.contains("<input"));
}

#[tokio::test]
async fn a_nip_is_compared_and_nothing_else_is_told() {
    let world = World::new().await;
    let certificates = world.issue(&["Peserta Contoh Satu", "Peserta Contoh Dua"], None).await;
    let page = world.get(&code_path(&certificates[0])).await.text();
    assert!(page.contains("Cocokkan NIP") && !page.contains(NIP));
    let mut browser = Browser::default();
    let path = format!("{}/nip", code_path(&certificates[0]));
    let spaced = "19860714 201101 2 991";
    for (typed, status, answer) in [
        (spaced, 200, "Cocok: NIP ini milik pemegang sertifikat."),
        ("199203092019031992", 200, "Tidak cocok dengan sertifikat ini."),
        ("19920309201903199", 422, "NIP berisi 17 angka, seharusnya 18 angka saja."),
        ("abc", 422, "NIP berisi 0 angka"),
    ] {
        let answered = browser.post(&world, &path, &[("nip", typed)]).await;
        assert_eq!(answered.status.as_u16(), status, "{typed}");
        let html = answered.text();
        assert!(html.contains(answer), "{answer}: {html}");
        assert!(
            !html.contains(NIP) && !html.contains(spaced) && !html.contains("199203092019031992"),
            "never repeated"
        );
        assert_eq!(answered.header("cache-control"), "no-store");
    }
    let unknown = browser.post(&world, "/v/7KQM-4XWP-9H2D-JT63/nip", &[("nip", NIP)]).await;
    assert_eq!(unknown.header("location"), "/v/7KQM-4XWP-9H2D-JT63");
    let counted = world.store.nip_checks(certificates[0].id).await.unwrap();
    assert_eq!((counted.tries, counted.matches), (2, 1));
}

#[tokio::test]
async fn comparisons_are_bounded_for_a_client_and_for_a_certificate() {
    let world = World::with_settings("[server]\ntrusted_proxies = [\"0.0.0.0\"]\n").await;
    let certificate = world.issue(&["Peserta Contoh Satu"], None).await.remove(0);
    let path = format!("/v/{}/nip", shown_code(&certificate.code));
    let ask = async |client: u8| {
        let request = Request::post(&path)
            .header("x-forwarded-for", format!("192.0.2.{client}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        world.ask(request.body(Body::from(format!("nip={NIP}"))).unwrap()).await
    };
    for number in 0..11 {
        let answer = ask(1).await;
        let expected = if number < 10 { StatusCode::OK } else { StatusCode::TOO_MANY_REQUESTS };
        assert_eq!(answer.status, expected, "{number}");
    }
    let other = ask(2).await.text();
    assert!(other.contains("sudah terlalu sering dicocokkan") && !other.contains("Cocok:"), "whoever asks: {other}");
    world.later(3_600);
    assert!(ask(3).await.text().contains("Cocok:"));
    world.change(certificate.id, Act::Revoke, "data-error").await;
    let revoked = ask(4).await;
    assert_eq!(revoked.status, StatusCode::SEE_OTHER, "only of a certificate in force");
    assert!(!world.get(&code_path(&certificate)).await.text().contains("Cocokkan NIP"));
}
