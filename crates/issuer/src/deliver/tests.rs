use std::fs;
use std::path::Path;

use store::{ArtifactHash, RenderingKind};

use super::*;
use crate::batch::tests::{Desk, now};
use crate::status::{Why, revoke};

const PEOPLE: [(&str, &str); 3] =
    [("Budi Contoh", "198607142011012991"), ("Budi Contoh", "199203092019031992"), ("M. Fiktif", "197911252005011993")];

const BOTH: Files = Files { pdf: true, full: true, badges: false };

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|part| part == text.as_bytes())
}

#[tokio::test]
async fn a_folder_has_a_pdf_and_a_json_of_one_stem_for_everybody() {
    let mut desk = Desk::new().await;
    let issued = desk.issue(&PEOPLE).await.unwrap();
    let out = desk.folder.path().join("certificates");
    let deliverer = Deliverer::new(desk.office.clone());
    let delivered = write_folder(&deliverer, &issued.in_force, &out, BOTH, &|_| {}).await.unwrap();
    assert_eq!(delivered.iter().map(|one| one.certificate).collect::<Vec<_>>(), issued.in_force);

    let second = desk.office.store.certificate(issued.in_force[1]).await.unwrap().unwrap();
    let stems = [
        "Sertifikat_AI-DASAR_II-2026_BUDI-CONTOH".to_owned(),
        format!("Sertifikat_AI-DASAR_II-2026_BUDI-CONTOH_{}", &second.code[..4]),
        "Sertifikat_AI-DASAR_II-2026_M-FIKTIF".to_owned(),
    ];
    assert_eq!(delivered.iter().map(|one| one.stem.clone()).collect::<Vec<_>>(), stems);
    let mut expected: Vec<String> =
        stems.iter().flat_map(|stem| [format!("{stem}.json"), format!("{stem}.pdf")]).collect();
    expected.push("lengkap".to_owned());
    expected.sort();
    assert_eq!(names(&out), expected);
    assert_eq!(names(&out.join("lengkap")).len(), 3);

    let json = fs::read(out.join(format!("{}.json", stems[1]))).unwrap();
    let stored = desk.office.store.signed_text(second.id, Suite::Rdfc).await.unwrap().unwrap();
    assert_eq!(json, stored.as_bytes());
    let pdf = fs::read(out.join(format!("{}.pdf", stems[1]))).unwrap();
    assert!(pdf.starts_with(b"%PDF-") && !contains(&pdf, "199203092019031992"));

    // Each is known by its hash.
    let store = &desk.office.store;
    let full = fs::read(out.join("lengkap").join(format!("{}.pdf", stems[1]))).unwrap();
    for (bytes, kind) in [(&pdf, RenderingKind::Short), (&full, RenderingKind::Full)] {
        let known = store.rendering(&ArtifactHash::of(bytes)).await.unwrap().unwrap();
        assert_eq!((known.certificate, known.kind), (second.id, kind));
        let batch = store.batch(second.batch).await.unwrap().unwrap();
        assert_eq!(known.design, batch.new.design_hash);
    }
    assert_eq!(store.rendering(&ArtifactHash::of(&pdf[1..])).await.unwrap(), None);

    // The same again gives the same bytes, also from another process.
    let before = fs::read(out.join("lengkap").join(format!("{}.pdf", stems[0]))).unwrap();
    let deliverer = Deliverer::new(desk.office.clone());
    write_folder(&deliverer, &issued.in_force, &out, BOTH, &|_| {}).await.unwrap();
    assert_eq!(fs::read(out.join("lengkap").join(format!("{}.pdf", stems[0]))).unwrap(), before);
    assert_eq!(fs::read(out.join(format!("{}.pdf", stems[1]))).unwrap(), pdf);
}

#[tokio::test]
async fn badges_lie_in_their_folder_and_hold_the_credential() {
    let mut desk = Desk::new().await;
    let issued = desk.issue(&PEOPLE).await.unwrap();
    let out = desk.folder.path().join("certificates");
    let deliverer = Deliverer::new(desk.office.clone());
    let files = Files { badges: true, ..Files::default() };
    let delivered = write_folder(&deliverer, &issued.in_force, &out, files, &|_| {}).await.unwrap();
    for one in &delivered {
        let certificate = desk.office.store.certificate(one.certificate).await.unwrap().unwrap();
        let stored = desk.office.store.signed_text(certificate.id, Suite::Rdfc).await.unwrap().unwrap();
        let badge = |extension: &str| fs::read(out.join("lencana").join(format!("{}.{extension}", one.stem))).unwrap();
        assert!(contains(&badge("png"), &stored) && contains(&badge("svg"), &stored));
        assert_eq!(badge("png"), deliverer.badge_png(&certificate).await.unwrap());
        assert_eq!(badge("svg"), deliverer.badge_svg(&certificate).await.unwrap().into_bytes());
        assert!(!out.join(format!("{}.pdf", one.stem)).exists());
    }
    let certificate = desk.office.store.certificate(issued.in_force[0]).await.unwrap().unwrap();
    let preview = deliverer.preview_png(&certificate).await.unwrap();
    assert!(
        preview.starts_with(b"\x89PNG") && Arc::ptr_eq(&preview, &deliverer.preview_png(&certificate).await.unwrap())
    );
    let erased = Certificate { state: State::Erased, ..certificate };
    assert!(matches!(deliverer.badge_png(&erased).await, Err(IssueError::NothingToDeliver { .. })));
}

#[tokio::test]
async fn names_stay_when_somebody_joins_later() {
    let mut desk = Desk::new().await;
    let first = desk.issue(&PEOPLE[..1]).await.unwrap();
    let all = desk.issue(&PEOPLE).await.unwrap();
    let out = desk.folder.path().join("out");
    let deliverer = Deliverer::new(desk.office.clone());
    let none = Files::default();
    let alone = write_folder(&deliverer, &first.in_force, &out, none, &|_| {}).await.unwrap();
    let together = write_folder(&deliverer, &all.in_force, &out, none, &|_| {}).await.unwrap();
    assert_eq!(alone[0], together[0]);
    assert_eq!(names(&out).len(), 3);
}

#[tokio::test]
async fn short_and_full_differ_and_reserved_ones_have_nothing() {
    let mut desk = Desk::new().await;
    let id = desk.issue(&PEOPLE).await.unwrap().in_force[0];
    let certificate = desk.office.store.certificate(id).await.unwrap().unwrap();
    let deliverer = Deliverer::new(desk.office.clone());
    let short = deliverer.short_pdf(&certificate).await.unwrap();
    let full = deliverer.full_pdf(&certificate).await.unwrap();
    assert_ne!(short, full);
    assert_eq!(short, deliverer.short_pdf(&certificate).await.unwrap());
    for (bytes, kind) in [(&short, RenderingKind::Short), (&full, RenderingKind::Full)] {
        let known = desk.office.store.rendering(&ArtifactHash::of(bytes)).await.unwrap();
        assert_eq!(known.map(|known| (known.certificate, known.kind)), Some((id, kind)));
    }
    let why = Why::parse("data-error", "garam".to_owned()).unwrap();
    revoke(&desk.office, &desk.ring, id, &why, now()).await.unwrap();
    let reserved = Certificate { state: State::Reserved, ..certificate };
    assert!(matches!(deliverer.short_pdf(&reserved).await, Err(IssueError::NothingToDeliver { .. })));
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let mut desk = Desk::new().await;
    let issued = desk.issue(&PEOPLE).await.unwrap();
    let out = desk.folder.path().join("taken");
    fs::write(&out, "a file").unwrap();
    let deliverer = Deliverer::new(desk.office.clone());
    let error = write_folder(&deliverer, &issued.in_force, &out, BOTH, &|_| {}).await.unwrap_err();
    assert!(matches!(&error, IssueError::CannotWrite { path, .. } if *path == out), "{error}");
}

#[tokio::test]
async fn a_design_of_the_installation_wins_and_is_frozen() {
    let mut desk = Desk::new().await;
    let own = desk.folder.path().join("templates/certificate/klasik");
    fs::create_dir_all(&own).unwrap();
    let text = design::text(&desk.office.dir, "klasik").unwrap();
    fs::write(own.join("design.toml"), format!("# ours\n{text}")).unwrap();
    assert!(design::text(&desk.office.dir, "klasik").unwrap().starts_with("# ours"));
    let id = desk.issue(&PEOPLE).await.unwrap().in_force[0];
    fs::remove_dir_all(desk.folder.path().join("templates")).unwrap();
    let certificate = desk.office.store.certificate(id).await.unwrap().unwrap();
    let batch = desk.office.store.batch(certificate.batch).await.unwrap().unwrap();
    let frozen = desk.office.store.artifact(&batch.new.design_hash).await.unwrap().unwrap();
    assert!(frozen.bytes.starts_with(b"# ours"));
    Deliverer::new(desk.office.clone()).short_pdf(&certificate).await.unwrap();

    fs::create_dir_all(&own).unwrap();
    fs::write(
        own.join("design.toml"),
        text.replace("[art]", "[[art.picture]]\nfile = \"logo.svg\"\nx = 20\ny = 20\nwidth = 20\n\n[art]"),
    )
    .unwrap();
    let missing = design::text(&desk.office.dir, "klasik").unwrap_err().to_string();
    assert!(missing.contains("logo.svg") && missing.contains("line"), "{missing}");
    fs::write(
        own.join("logo.svg"),
        "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><path d='M0 0h9v9z'/></svg>",
    )
    .unwrap();
    assert!(design::text(&desk.office.dir, "klasik").unwrap().contains("\"logo.svg\" = \"PHN2Zy"));
    fs::create_dir_all(own.with_file_name("baru")).unwrap();
    fs::write(own.with_file_name("baru").join("design.toml"), text).unwrap();
    assert_eq!(design::names(&desk.office.dir), ["klasik", "modern", "potret", "baru"]);

    fs::write(own.join("design.toml"), "not a design").unwrap();
    let more = [("Rina Misal", "199505172023212994")];
    let error = desk.issue(&more).await.unwrap_err();
    assert!(matches!(error, IssueError::Render(_)), "{error}");
    for name in ["", "../klasik", "tidak-ada"] {
        assert!(matches!(design::text(&desk.office.dir, name), Err(IssueError::NoDesign { .. })), "{name}");
    }
}

#[tokio::test]
async fn the_code_carries_the_stored_credential_and_says_when_it_cannot() {
    let mut desk = Desk::new().await;
    // The longest name there may be, in letters of three bytes each.
    let long = "\u{a98f}".repeat(78);
    let people = [PEOPLE[0], (long.as_str(), "199203092019031992")];
    let issued = desk.issue(&people).await.unwrap();
    let deliverer = Deliverer::new(desk.office.clone());
    let mut texts = Vec::new();
    for id in &issued.in_force {
        let certificate = desk.office.store.certificate(*id).await.unwrap().unwrap();
        let before = deliverer.qr_text(&certificate).await.unwrap();
        deliverer.short_pdf(&certificate).await.unwrap();
        assert_eq!(deliverer.qr_text(&certificate).await.unwrap(), before, "a ready press says the same");
        texts.push((certificate, before));
    }
    let (certificate, carried) = &texts[0];
    let link = vc::compact::Link::parse(&carried.text).unwrap();
    assert_eq!((link.host.as_deref(), &carried.why_not), (Some("localhost:8080"), &None));
    let number = u32::from(vc::compact::template_number(link.digits).unwrap());
    let template = desk.office.store.template(certificate.issuer, number).await.unwrap().unwrap();
    let template = vc::compact::Template::parse(&template.bytes).unwrap();
    let stored = desk.office.store.signed_text(certificate.id, Suite::Jcs).await.unwrap().unwrap();
    assert_eq!(vc::compact::unpack(link.digits, |_| Some(&template)).unwrap(), stored);

    let (certificate, address) = &texts[1];
    assert_eq!(address.text, desk.office.page_url(certificate));
    assert_eq!(address.why_not.as_ref().unwrap().code(), "does-not-fit");
    let report = desk.office.store.batch_report(issued.batch.unwrap().new.id).await.unwrap().unwrap();
    let ends: Vec<_> = report.lines().map(|line| line.rsplit(',').next().unwrap()).collect();
    assert_eq!(ends[..2], ["isi_qr", "sertifikat"]);
    assert!(ends[2].starts_with("tautan halaman: "), "{report}");
}

#[tokio::test]
async fn a_specimen_looks_like_the_certificate_and_leaves_no_trace() {
    let mut desk = Desk::new().await;
    let text = include_str!("../../../../templates/programmes/ai-fundamentals.toml");
    let programme = Programme::parse(text).unwrap();
    let sheet = "Nama,NIP,Nilai,Keterangan\nBudi Contoh,198607142011012991,95,LULUS\n";
    let roster = crate::roster::read(sheet.as_bytes(), "a.csv", &programme).unwrap();
    let mut make =
        |full| specimen(&desk.office, &programme, &roster.recipients[0], full, &mut desk.rng, now()).unwrap();
    let (short, full) = (make(false), make(true));
    assert!(short.starts_with(b"%PDF") && full.starts_with(b"%PDF") && short != full);
    let counts = desk.office.store.counts().await.unwrap();
    assert_eq!((counts.batches, counts.status_entries, counts.events), (0, 0, 0));
}

#[tokio::test]
async fn finished_pdfs_are_read_before_anybody_has_them() {
    let mut desk = Desk::new().await;
    let names: Vec<String> = (0..30).map(|n| format!("Peserta Contoh Nomor {}", "I".repeat(1 + n % 7))).collect();
    let longest = "Prof. Dr. Ir. Peserta Contoh Yang Namanya Paling Panjang, M.Sc., Ph.D.";
    let mut people: Vec<(&str, String)> =
        names.iter().enumerate().map(|(n, name)| (name.as_str(), format!("198607{:02}2011012991", n + 1))).collect();
    people[17].0 = longest;
    let people: Vec<(&str, &str)> = people.iter().map(|(name, nip)| (*name, nip.as_str())).collect();
    let issued = desk.issue(&people).await.unwrap();
    let deliverer = Deliverer::new(desk.office.clone());
    let mut texts = Vec::new();
    for id in &issued.in_force {
        let certificate = desk.office.store.certificate(*id).await.unwrap().unwrap();
        texts.push(deliverer.qr_text(&certificate).await.unwrap().text);
    }
    let seen = Arc::new(Mutex::new(0));
    let count = Arc::clone(&seen);
    let reader = move |pdf: &[u8]| {
        assert!(pdf.starts_with(b"%PDF-"));
        *count.lock().unwrap() += 1;
        texts.clone()
    };
    assert_eq!(prove(&deliverer, &issued.in_force, Arc::new(reader)).await.unwrap(), 9);
    assert_eq!(*seen.lock().unwrap(), 9);
    let blind = prove(&deliverer, &issued.in_force, Arc::new(|_: &[u8]| Vec::new())).await.unwrap_err();
    assert!(matches!(blind, IssueError::Unproven { found: 0, .. }), "{blind}");
}
