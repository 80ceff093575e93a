//! Mails over a real mail server: sent once, put off, bounced, not certain; the server down, refusing, slow.

use axum::http::StatusCode;
use serde_json::json;
use store::{MailCounts, MailFilter, MailState, Role};

use crate::cohorts::{begun, step};
use crate::sink::{Arrived, Sink};
use crate::staff::signed_in;
use crate::world::{NIP, World};

/// Issues to people with these mailboxes and queues their mails.
pub(crate) async fn told(world: &World, mailboxes: &[&str]) -> Vec<store::Certificate> {
    let names: Vec<String> = mailboxes.iter().map(|mailbox| format!("Peserta Contoh {mailbox}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let certificates = world.issue(&names, None).await;
    for (certificate, mailbox) in certificates.iter().zip(mailboxes) {
        world.put_address(certificate.id, &format!("{mailbox}@contoh.example")).await;
    }
    world.store.queue_batch(certificates[0].batch, world.now()).await.unwrap();
    certificates
}

async fn counts(world: &World) -> MailCounts {
    world.store.mail_counts(None).await.unwrap()
}

async fn reason(world: &World, state: MailState) -> String {
    let filter = MailFilter { state: Some(state), ..MailFilter::default() };
    let mails = world.store.mails(&filter, i64::MAX, 10).await.unwrap();
    mails[0].reason.clone().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn from_approval_to_the_mail_with_a_preview_before() {
    let sink = Sink::start(&[]);
    let world = World::with_key_and_settings(&sink.settings("none")).await;
    let mut sari = signed_in(&world, Role::Operator).await;
    let mut budi = signed_in(&world, Role::Approver).await;
    let cohort = begun(&mut sari).await;
    let sheet = format!(
        "Nama,NIP,Email,Nilai,Keterangan\nRatna Contohsari,{NIP},ratna@contoh.example,95,LULUS\n\
         Budi Misalnya,199203092019031992,,88,LULUS\n"
    );
    sari.upload(&cohort, "peserta.csv", sheet.as_bytes()).await;
    let preview = sari.get(&format!("{cohort}/surel")).await.text();
    for part in ["Ratna Contohsari", "/ambil/CONTOH", "Sertifikat Anda sudah terbit / Your certificate has been issued"]
    {
        assert!(preview.contains(part), "{part}: {preview}");
    }
    assert!(preview.contains("<b class=\"num\">1</b> orang menerima surel ini") && !preview.contains(NIP), "{preview}");
    let html = sari.get(&format!("{cohort}/surel.html")).await;
    assert!(html.header("content-security-policy").contains("sandbox"));
    assert!(html.text().contains("<html lang=\"id\">") && html.text().contains("Buka sertifikat saya"));
    assert_eq!(step(&mut sari, &cohort, "ajukan", &[]).await.header("location"), cohort);
    assert!(budi.get(&cohort).await.text().contains("Contoh surel"));
    let code = budi.code();
    step(&mut budi, &cohort, "setujui", &[("kode", &code)]).await;
    assert!(sink.mails().is_empty());
    world.issue_approved().await;
    assert_eq!(counts(&world).await.of(MailState::Queued), 1);
    assert_eq!(server::mail::send_due(&world.app()).await, 1);
    assert_eq!(server::mail::send_due(&world.app()).await, 0);

    let mails = sink.mails();
    let [mail] = mails.as_slice() else { panic!("{} mails", mails.len()) };
    as_it_should_be(mail);
    let done = sari.get(&format!("{cohort}/surel")).await.text();
    assert!(
        done.contains("<b class=\"num\">1</b><span>") && done.contains("Kirim kepada yang belum menerima"),
        "{done}"
    );
    let sent = sari.fill(&format!("{cohort}/surel"), &format!("{cohort}/surel"), &[]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    server::mail::send_due(&world.app()).await;
    assert_eq!(sink.mails().len(), 1, "whoever got one gets no other");
    assert_eq!(budi.post(&format!("{cohort}/surel"), &[]).await.status, StatusCode::BAD_REQUEST, "without its token");
}

fn as_it_should_be(mail: &Arrived) {
    assert_eq!(mail.to, "ratna@contoh.example");
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    assert_eq!(mail.header("From"), "\"Lembaga Contoh\" <sertifikat@contoh.example>");
    assert!(mail.header("Message-ID").ends_with("@sertifikat.contoh.example>"), "{}", mail.header("Message-ID"));
    assert!(mail.header("Subject").starts_with("Sertifikat Anda sudah terbit"));
    let (text, html) = mail.bodies();
    for body in [&text, &html] {
        for part in ["Ratna Contohsari", "Dasar-Dasar Kecerdasan Artifisial", "Dear", "/tautan"] {
            assert!(body.contains(part), "{part}: {body}");
        }
        for secret in [NIP, "19860714", "14 Juli 1986"] {
            assert!(!body.contains(secret), "{secret}");
        }
    }
    assert_eq!(text.matches("https://sertifikat.contoh.example/ambil/").count(), 2, "in each language: {text}");
    assert!(html.contains("UJI COBA") == text.contains("UJI COBA"));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answer_of_a_mail_server_has_its_consequence() {
    let sink = Sink::start(&[]);
    let world = World::with_key_and_settings(&sink.settings("none")).await;
    told(&world, &["ratna", "tidak-ada", "nanti", "penuh", "putus", "alamat salah"]).await;
    assert_eq!(server::mail::send_due(&world.app()).await, 6);
    let now = counts(&world).await;
    let of = |state| now.of(state);
    assert_eq!(
        (of(MailState::Sent), of(MailState::Failed), of(MailState::Queued), of(MailState::Unsure)),
        (1, 3, 1, 1)
    );
    let failed = MailFilter { state: Some(MailState::Failed), ..MailFilter::default() };
    let reasons: Vec<String> =
        world.store.mails(&failed, i64::MAX, 10).await.unwrap().into_iter().filter_map(|mail| mail.reason).collect();
    assert_eq!(reasons[0], "address");
    assert!(reasons[1].contains("552") && reasons[1].contains("Mailbox full"), "{reasons:?}");
    assert!(reasons[2].contains("550") && reasons[2].contains("User unknown"), "{reasons:?}");
    assert!(reasons.iter().all(|reason| !reason.contains('@')), "no addresses: {reasons:?}");
    assert!(reason(&world, MailState::Queued).await.contains("Greylisted"));

    world.later(30);
    assert_eq!(server::mail::send_due(&world.app()).await, 0, "not so soon");
    world.later(60);
    assert_eq!(server::mail::send_due(&world.app()).await, 1);
    world.later(100_000);
    assert_eq!(server::mail::send_due(&world.app()).await, 0, "what may have arrived is not sent again");
    let to: Vec<String> = sink.mails().into_iter().map(|mail| mail.to).collect();
    assert_eq!(to, ["ratna@contoh.example", "putus@contoh.example", "nanti@contoh.example"]);

    let mut sari = signed_in(&world, Role::Operator).await;
    let page = sari.get("/desk/surel?keadaan=gagal").await.text();
    for part in ["User unknown", "Mailbox full", "Alamat surel tidak dapat dipakai", "Kirim lagi"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let unsure = sari.get("/desk/surel?keadaan=tidak-pasti").await.text();
    assert!(unsure.contains("putus@contoh.example") && unsure.contains("Server surel menjawab"), "{unsure}");
    again(&world, &mut sari, &sink).await;
}

/// Resending, and to another address.
async fn again(world: &World, sari: &mut crate::staff::Staff<'_>, sink: &Sink) {
    let failed = MailFilter { state: Some(MailState::Failed), ..MailFilter::default() };
    let bounced = world.store.mails(&failed, i64::MAX, 10).await.unwrap().pop().unwrap();
    let path = format!("/desk/surel/{}", bounced.serial);
    let list = "/desk/surel?keadaan=gagal";
    let wrong = sari.fill(list, &path, &[("alamat", "bukan alamat")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("Ketik alamat surel yang benar"));
    let sent = sari.fill(list, &path, &[("alamat", "pindah@contoh.example")]).await;
    assert_eq!(sent.header("location"), "/desk/surel", "{}", sent.text());
    server::mail::send_due(&world.app()).await;
    let last = sink.mails().pop().unwrap();
    assert_eq!(last.to, "pindah@contoh.example");
    let details = world.store.details(bounced.certificate.id).await.unwrap().unwrap();
    assert_eq!(details.private["email"], "pindah@contoh.example");
    let twice = sari.fill(list, &path, &[("alamat", "pindah@contoh.example")]).await;
    assert_eq!(twice.status, StatusCode::SEE_OTHER);
    server::mail::send_due(&world.app()).await;
    assert_eq!(sink.mails().len(), 4, "it was sent already");
    let events = world.store.events(Some(&bounced.certificate.id.to_string()), 0, 100).await.unwrap();
    let acts: Vec<&str> = events.iter().map(|event| event.event.act.as_str()).collect();
    assert_eq!(acts.iter().filter(|act| **act == "mail-again").count(), 1, "{acts:?}");
    assert!(
        !serde_json::to_string(&json!(events.iter().map(|event| format!("{event:?}")).collect::<Vec<_>>()))
            .unwrap()
            .contains("pindah@")
    );
    assert_eq!(
        sari.fill(list, "/desk/surel/999999", &[("alamat", "a@contoh.example")]).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_down_or_refuses_costs_no_mail_its_turn() {
    let folder = tempfile::tempdir().unwrap();
    let sink = Sink::keeping_in(folder.path(), &[]);
    let world = World::with_key_and_settings(&sink.settings("none")).await;
    let port = sink.port.to_string();
    told(&world, &["ratna", "budi", "wati"]).await;
    drop(sink);
    assert_eq!(server::mail::send_due(&world.app()).await, 0);
    world.later(3_600);
    let mut sari = signed_in(&world, Role::Operator).await;
    let page = sari.get("/desk/surel").await.text();
    assert!(page.contains("Server surel tidak dapat dipakai sejak"), "{page}");
    server::mail::send_due(&world.app()).await;
    let waiting = world.store.mails(&MailFilter::default(), i64::MAX, 10).await.unwrap();
    assert!(waiting.iter().all(|mail| mail.state == MailState::Queued && mail.attempts == 0), "nothing was tried");

    let sink = Sink::keeping_in(folder.path(), &["--port", &port]);
    sink.manners("refuse");
    assert_eq!(server::mail::send_due(&world.app()).await, 0);
    assert_eq!(counts(&world).await.of(MailState::Queued), 3, "a refused sender is no fault of theirs");
    sink.manners("slow");
    assert_eq!(server::mail::send_due(&world.app()).await, 3);
    assert_eq!(sink.mails().len(), 3);
    assert!(!sari.get("/desk/surel").await.text().contains("Server surel tidak dapat dipakai sejak"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_connection_is_protected_and_signed_in() {
    let folder = tempfile::tempdir().unwrap();
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    let made = std::process::Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&cert)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let (cert, key) = (cert.to_str().unwrap(), key.to_str().unwrap());
    for (security, option) in [("tls", "--tls"), ("starttls", "--starttls")] {
        let sink = Sink::start(&[option, cert, key, "--user", "piagam", "kata sandi"]);
        let more = |ca: &str, user: &str| {
            format!("{}user = \"{user}\"\npassword_file = \"surel.txt\"\nca_file = \"{ca}\"\n", sink.settings(security))
        };
        let stranger = World::with_key_and_settings(&more("", "piagam")).await;
        std::fs::write(stranger.path("surel.txt"), "kata sandi\n").unwrap();
        told(&stranger, &["ratna"]).await;
        assert_eq!(server::mail::send_due(&stranger.app()).await, 0, "nobody vouches for it");
        let world = World::with_key_and_settings(&more(cert, "piagam")).await;
        told(&world, &["ratna"]).await;
        assert_eq!(server::mail::send_due(&world.app()).await, 0, "no password");
        std::fs::write(world.path("surel.txt"), "salah\n").unwrap();
        assert_eq!(server::mail::send_due(&world.app()).await, 0, "a wrong one");
        std::fs::write(world.path("surel.txt"), "kata sandi\n").unwrap();
        assert_eq!(server::mail::send_due(&world.app()).await, 1, "{security}");
        let mail = sink.mails().remove(0);
        assert_eq!((mail.tls, mail.user.as_deref()), (true, Some("piagam")), "{security}");
    }
}
