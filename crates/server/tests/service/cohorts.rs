//! A cohort's way at the desk: programme, sheet, preview, approval, issuing, files.

use std::io::Read;

use axum::http::StatusCode;
use store::{DraftState, Filter, Page, Role, State};

use crate::staff::{Staff, signed_in, token};
use crate::world::{NIP, World};

const PROGRAMME: &str = include_str!("../../../../templates/programmes/ai-fundamentals.toml");
const SHEET: &[u8] = include_bytes!("../../../../templates/sheets/cohort-25.xlsx");
const MISTAKES: &[u8] = include_bytes!("../../../../templates/sheets/mistakes.xlsx");

/// A small sheet without anything to look at.
pub(crate) const CLEAN: &str = "Nama,NIP,Email,Nilai,Keterangan\n\
    Ratna Contohsari,198607142011012991,ratna@contoh.example,95,LULUS\n\
    Budi Misalnya,199203092019031992,budi@contoh.example,88,LULUS\n\
    Wati Fiktif,199505172023212994,wati@contoh.example,50,TIDAK LULUS\n";

pub(crate) async fn begun(sari: &mut Staff<'_>) -> String {
    let page = sari.get("/desk/angkatan-baru").await.text();
    assert!(page.contains("Dasar-Dasar Kecerdasan Artifisial bagi ASN"), "the samples are offered");
    let made = sari.fill("/desk/angkatan-baru", "/desk/angkatan-baru", &[("isi", PROGRAMME)]).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
    made.header("location").to_owned()
}

/// Sends a form of the cohort's page: token and version are the page's.
pub(crate) async fn step(
    staff: &mut Staff<'_>,
    cohort: &str,
    step: &str,
    fields: &[(&str, &str)],
) -> crate::world::Answer {
    let html = staff.get(cohort).await.text();
    let (_, rest) = html.split_once("name=\"versi\" value=\"").unwrap_or_else(|| panic!("no form: {html}"));
    let version = rest.split('"').next().unwrap().to_owned();
    let token = token(&html);
    let mut all = vec![("form", token.as_str()), ("versi", version.as_str())];
    all.extend_from_slice(fields);
    staff.post(&format!("{cohort}/{step}"), &all).await
}

#[tokio::test]
async fn from_the_sheet_to_issued_certificates() {
    let world = World::with_key().await;
    let mut sari = signed_in(&world, Role::Operator).await;
    let mut budi = signed_in(&world, Role::Approver).await;
    assert!(sari.get("/desk/angkatan").await.text().contains("Belum ada angkatan."));
    let cohort = begun(&mut sari).await;
    assert!(sari.get(&cohort).await.text().contains("Unggah dan periksa"));
    let template = sari.get("/desk/templat-peserta.xlsx").await;
    assert!(template.body.starts_with(b"PK"));

    let uploaded = sari.upload(&cohort, "peserta.csv", CLEAN.as_bytes()).await;
    assert_eq!(uploaded.header("location"), cohort, "{}", uploaded.text());
    let preview = sari.get(&cohort).await.text();
    assert!(preview.contains("2 sertifikat siap diajukan."), "{preview}");
    assert!(sari.get(&format!("{cohort}?bagian=lewati")).await.text().contains("Wati Fiktif"));
    assert_eq!(step(&mut sari, &cohort, "setujui", &[]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(step(&mut sari, &cohort, "ajukan", &[]).await.header("location"), cohort);
    assert!(sari.get(&cohort).await.text().contains("Yang menyetujui adalah orang lain."));

    let sample = budi.get(&format!("{cohort}/contoh-lengkap.pdf")).await;
    assert!(sample.header("content-type") == "application/pdf" && sample.body.starts_with(b"%PDF"));
    let page = budi.get(&cohort).await.text();
    for part in ["Setujui dan terbitkan 2 sertifikat", "Ratna Contohsari", "Nama terpanjang", "Kembalikan ke penyusun"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    let wrong = step(&mut budi, &cohort, "setujui", &[("kode", "000000")]).await;
    assert!(wrong.text().contains("Kode tidak cocok."));
    let html = budi.get(&cohort).await.text();
    let version = html.split_once("name=\"versi\" value=\"").unwrap().1.split('"').next().unwrap().to_owned();
    let (token, code) = (token(&html), budi.code());
    let approval = [("form", token.as_str()), ("versi", version.as_str()), ("kode", code.as_str())];
    let approved = budi.post(&format!("{cohort}/setujui"), &approval).await;
    let again = budi.post(&format!("{cohort}/setujui"), &approval).await;
    assert_eq!((approved.header("location"), again.header("location")), (cohort.as_str(), cohort.as_str()));
    let waiting = sari.get(&cohort).await.text();
    assert!(waiting.contains("0 dari 2 sertifikat terbit") && waiting.contains("data-renew="), "{waiting}");

    world.issue_approved().await;
    world.issue_approved().await;
    let certificates = world.store.certificates(&Filter::default(), Page::FIRST).await.unwrap();
    assert_eq!(certificates.len(), 2, "once, whatever was clicked");
    let batch = world.store.batch(certificates[0].batch).await.unwrap().unwrap();
    assert_eq!(batch.new.actor, budi.user.id.actor());
    let part = sari.get(&format!("{cohort}/kemajuan")).await.text();
    assert!(part.contains("data-done") && part.contains("2 dari 2 sertifikat terbit"), "{part}");
    let done = sari.get(&cohort).await.text();
    assert!(done.contains("Angkatan ini sudah terbit.") && done.contains("Nama Contoh 1"), "{done}");
    files(&mut sari, &cohort).await;

    let events = world.store.events(None, 0, 1_000).await.unwrap();
    let acts: Vec<&str> = events.iter().map(|event| event.event.act.as_str()).collect();
    for act in ["draft-new", "draft-sheet", "draft-submit", "draft-approve"] {
        assert_eq!(acts.iter().filter(|other| **other == act).count(), 1, "{act}");
    }
}

async fn files(sari: &mut Staff<'_>, cohort: &str) {
    let report = sari.get(&format!("{cohort}/laporan.csv")).await.text();
    assert!(report.contains("Ratna Contohsari") && !report.contains(NIP));
    let siasn = sari.get(&format!("{cohort}/siasn.csv")).await.text();
    assert!(
        siasn.starts_with("\u{feff}namaKursus,institusiPenyelenggara") && siasn.contains("03-08-2026,12-08-2026"),
        "{siasn}"
    );
    let siasn = sari.get(&format!("{cohort}/siasn.xlsx")).await;
    assert!(siasn.header("content-type").ends_with("spreadsheetml.sheet") && siasn.body.starts_with(b"PK"));
    for file in ["ringkas.zip", "siasn.xlsx", "laporan.csv"] {
        let plain = sari.get(&format!("{cohort}/{file}")).await;
        let asked = sari.get_compressed(&format!("{cohort}/{file}")).await;
        let compressed = file.ends_with("csv");
        assert_eq!(asked.header("content-encoding") == "gzip", compressed, "{file}");
        assert!(compressed || asked.body == plain.body, "{file}");
    }
    for (file, expects_nip) in [("ringkas.zip", false), ("lengkap.zip", true)] {
        let archive = sari.get(&format!("{cohort}/{file}")).await;
        assert_eq!(archive.header("content-type"), "application/zip");
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(archive.body)).unwrap();
        assert_eq!(zip.len(), 2);
        let mut pdf = Vec::new();
        let mut entry = zip.by_index(0).unwrap();
        let name = entry.name().unwrap().into_owned();
        assert!(name.ends_with(".pdf") && !name.contains(NIP), "{name}");
        entry.read_to_end(&mut pdf).unwrap();
        assert!(pdf.starts_with(b"%PDF"));
        drop(entry);
        assert!(pdf.len() > 10_000, "{expects_nip}");
    }
    assert_eq!(sari.get(&format!("{cohort}/x")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_sheet_with_problems_is_shown_row_by_row_and_never_sent() {
    let world = World::with_key().await;
    let mut sari = signed_in(&world, Role::Operator).await;
    let cohort = begun(&mut sari).await;
    let refused = sari.upload(&cohort, "gambar.png", b"\x89PNG\r\n").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("Ini berkas PNG, bukan XLSX atau CSV."), "{}", refused.text());
    assert!(sari.upload(&cohort, "<b>kesalahan.xlsx", MISTAKES).await.status.is_redirection());
    let page = sari.get(&cohort).await.text();
    assert!(page.contains("hal perlu diperbaiki.") && page.contains("NIP terbaca sebagai angka"), "{page}");
    assert!(page.contains("&lt;b&gt;kesalahan.xlsx") && !page.contains("Ajukan untuk persetujuan</button>"));
    let problems = sari.get(&format!("{cohort}/masalah.csv")).await.text();
    assert!(problems.contains("baris,kolom,judul"));
    let marked = sari.get(&format!("{cohort}/masalah.xlsx")).await;
    assert!(marked.header("content-type").ends_with("spreadsheetml.sheet") && marked.body.starts_with(b"PK"));
    assert!(marked.header("content-disposition").contains("Diperbaiki_Angkatan-II-Tahun-2026.xlsx"));
    // Uploaded as it is, it is refused for the same reasons.
    assert!(sari.upload(&cohort, "bertanda.xlsx", &marked.body).await.status.is_redirection());
    let again = sari.get(&cohort).await.text();
    let count =
        |page: &str| page.split_once(" hal perlu diperbaiki.").unwrap().0.rsplit('>').next().unwrap().to_owned();
    assert_eq!(count(&again), count(&page));
    assert_eq!(step(&mut sari, &cohort, "ajukan", &[]).await.status, StatusCode::CONFLICT);
    for bad in ["[programme]\ncode = 1", "rusak", ""] {
        let refused = sari.fill("/desk/angkatan-baru", "/desk/angkatan-baru", &[("isi", bad)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
    }
    assert_eq!(world.store.drafts(None, None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn warnings_are_ticked_off_one_by_one_and_a_cohort_goes_back_and_forth() {
    let world = World::with_key().await;
    let mut sari = signed_in(&world, Role::Operator).await;
    let mut budi = signed_in(&world, Role::Approver).await;
    let cohort = begun(&mut sari).await;
    let capitals = CLEAN.replace("Ratna Contohsari", "RATNA CONTOHSARI").replace("Budi Misalnya", "BUDI MISALNYA");
    sari.upload(&cohort, "peserta.csv", capitals.as_bytes()).await;
    let page = sari.get(&cohort).await.text();
    assert!(page.contains("2 peringatan belum dilihat."), "{page}");
    let keys: Vec<String> =
        page.split("name=\"tampil\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect();
    assert_eq!(keys.len(), 2);
    let shown = [("tampil", keys[0].as_str()), ("tampil", keys[1].as_str())];
    step(&mut sari, &cohort, "peringatan", &[&shown[..], &[("dilihat", keys[0].as_str())]].concat()).await;
    assert!(sari.get(&cohort).await.text().contains("1 peringatan belum dilihat."));
    assert_eq!(step(&mut sari, &cohort, "ajukan", &[]).await.status, StatusCode::CONFLICT);
    let all = [&shown[..], &[("dilihat", keys[0].as_str()), ("dilihat", keys[1].as_str())]].concat();
    step(&mut sari, &cohort, "peringatan", &all).await;
    assert!(step(&mut sari, &cohort, "ajukan", &[]).await.status.is_redirection());
    assert!(step(&mut sari, &cohort, "tarik", &[]).await.status.is_redirection());
    assert!(step(&mut sari, &cohort, "ajukan", &[]).await.status.is_redirection());

    let empty = step(&mut budi, &cohort, "kembalikan", &[("alasan", " ")]).await;
    assert!(empty.text().contains("Tulis apa yang perlu diperbaiki."));
    let back = step(&mut budi, &cohort, "kembalikan", &[("alasan", "Nama <kapital> semua")]).await;
    assert!(back.status.is_redirection());
    assert!(sari.get(&cohort).await.text().contains("Nama &lt;kapital&gt; semua"));
    assert!(step(&mut sari, &cohort, "buang", &[]).await.status.is_redirection());
    assert!(sari.get("/desk/angkatan").await.text().contains("Belum ada angkatan."));
    assert!(sari.get("/desk/angkatan?keadaan=dibuang").await.text().contains(&cohort));
    assert!(step(&mut sari, &cohort, "pulihkan", &[]).await.status.is_redirection());
    assert_eq!(world.store.drafts(None, None, 9).await.unwrap()[0].state, DraftState::Draft);
}

#[tokio::test]
async fn two_people_act_on_one_cohort_and_the_second_is_told() {
    let world = World::with_key().await;
    let mut sari = signed_in(&world, Role::Operator).await;
    let mut wati = signed_in(&world, Role::Operator).await;
    let cohort = begun(&mut sari).await;
    sari.upload(&cohort, "peserta.xlsx", SHEET).await;
    let html = wati.get(&cohort).await.text();
    sari.upload(&cohort, "peserta.csv", CLEAN.as_bytes()).await;
    let version = html.split_once("name=\"versi\" value=\"").unwrap().1.split('"').next().unwrap().to_owned();
    let stale = [("form", token(&html)), ("versi", version)];
    let stale: Vec<(&str, &str)> = stale.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = wati.post(&format!("{cohort}/buang"), &stale).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.text().contains("Orang lain lebih dahulu"));
    assert_eq!(world.store.drafts(None, None, 9).await.unwrap()[0].state, DraftState::Draft);
}

#[tokio::test]
async fn who_has_a_certificate_gets_no_second_one_and_a_changed_row_is_decided() {
    let world = World::with_key().await;
    let mut sari = signed_in(&world, Role::Operator).await;
    let mut budi = signed_in(&world, Role::Approver).await;
    for round in 0..2 {
        let cohort = begun(&mut sari).await;
        let sheet = match round {
            0 => CLEAN.to_owned(),
            _ => {
                CLEAN.replace("Ratna Contohsari", "Ratna Contoh Sari")
                    + "Made Uji,198803302022211995,made@contoh.example,90,LULUS\n"
            }
        };
        sari.upload(&cohort, "peserta.csv", sheet.as_bytes()).await;
        if round == 1 {
            let page = sari.get(&cohort).await.text();
            assert!(page.contains("1 baris belum diputuskan."), "{page}");
            assert!(page.contains("Nama: <del>Ratna Contohsari</del> menjadi <ins>Ratna Contoh Sari</ins>"), "{page}");
            decide(&mut sari, &cohort, 2, "lewati").await;
            assert!(sari.get(&cohort).await.text().contains("1 sertifikat siap diajukan."));
        }
        assert!(step(&mut sari, &cohort, "ajukan", &[]).await.status.is_redirection());
        let code = budi.code();
        assert!(step(&mut budi, &cohort, "setujui", &[("kode", &code)]).await.status.is_redirection());
        world.issue_approved().await;
        assert!(sari.get(&cohort).await.text().contains("Angkatan ini sudah terbit."));
    }
    let all = world.store.certificates(&Filter::default(), Page::FIRST).await.unwrap();
    let names: Vec<_> = all.iter().filter_map(|certificate| certificate.name.as_deref()).collect();
    assert_eq!(names, ["Ratna Contohsari", "Budi Misalnya", "Made Uji"]);
}

/// Chooses what the page offers for a row.
async fn decide(sari: &mut Staff<'_>, cohort: &str, row: u32, choice: &str) {
    let page = sari.get(&format!("{cohort}?bagian=sudah")).await.text();
    let (_, options) = page.split_once(&format!("name=\"putusan-{row}\">")).unwrap_or_else(|| panic!("{page}"));
    let options = options.split("</select>").next().unwrap();
    let value = options.split("value=\"").map(|rest| rest.split('"').next().unwrap());
    let value =
        value.into_iter().find(|value| value.starts_with(&format!("{choice}."))).unwrap_or_else(|| panic!("{page}"));
    let field = format!("putusan-{row}");
    let saved = step(sari, cohort, "peringatan", &[(&field, value), ("bagian", "sudah")]).await;
    assert_eq!(saved.header("location"), format!("{cohort}?bagian=sudah"));
}

/// From the sheet to the end of issuing, with decisions about rows.
pub(crate) async fn issued(world: &World, sheet: &str, decisions: &[(u32, &str)]) -> String {
    let mut sari = signed_in(world, Role::Operator).await;
    let mut budi = signed_in(world, Role::Approver).await;
    let cohort = begun(&mut sari).await;
    sari.upload(&cohort, "peserta.csv", sheet.as_bytes()).await;
    for (row, choice) in decisions {
        decide(&mut sari, &cohort, *row, choice).await;
    }
    assert!(step(&mut sari, &cohort, "ajukan", &[]).await.status.is_redirection());
    let page = budi.get(&cohort).await.text();
    assert_eq!(page.contains("Di antaranya menggantikan"), decisions.iter().any(|(_, choice)| *choice == "ganti"));
    let code = budi.code();
    assert!(step(&mut budi, &cohort, "setujui", &[("kode", &code)]).await.status.is_redirection());
    world.issue_approved().await;
    cohort
}

#[tokio::test]
async fn a_changed_row_replaces_the_certificate_or_stands_beside_it() {
    let world = World::with_key().await;
    issued(&world, CLEAN, &[]).await;
    let before = world.store.certificates(&Filter::default(), Page::FIRST).await.unwrap();
    let changed = CLEAN.replace("Ratna Contohsari", "Ratna Contoh Sari").replace("Budi Misalnya", "Budi Misal");
    let cohort = issued(&world, &changed, &[(2, "ganti"), (3, "baru")]).await;
    let all = world.store.certificates(&Filter::default(), Page::FIRST).await.unwrap();
    let [ratna, budi, new, added] = &all[..] else { panic!("{all:?}") };
    assert_eq!((ratna.state, ratna.successor, new.predecessor), (State::Superseded, Some(new.id), Some(ratna.id)));
    assert_eq!((new.name.as_deref(), &new.number), (Some("Ratna Contoh Sari"), &before[0].number));
    assert_eq!((budi.state, added.state, added.predecessor), (State::Issued, State::Issued, None));
    let mut sari = signed_in(&world, Role::Operator).await;
    assert!(sari.get(&cohort).await.text().contains("Angkatan ini sudah terbit."));
    let record = sari.get(&format!("/desk/sertifikat/{}", ratna.id)).await.text();
    assert!(record.contains("Digantikan") && record.contains(&new.id.to_string()), "{record}");
    let events = world.store.events(Some(&ratna.id.to_string()), 0, 10).await.unwrap();
    assert_eq!(events.iter().map(|event| event.event.act.as_str()).collect::<Vec<_>>(), ["supersede"]);
    // The same sheet again: nobody is left to decide about, and nothing would be issued.
    let again = begun(&mut sari).await;
    sari.upload(&again, "peserta.csv", changed.as_bytes()).await;
    assert!(sari.get(&again).await.text().contains("Tidak ada yang akan diterbitkan."));
}

#[tokio::test]
async fn a_decision_about_a_certificate_that_has_changed_since_stops_and_goes_back() {
    let world = World::with_key().await;
    issued(&world, CLEAN, &[]).await;
    let ratna = world.store.certificates(&Filter::default(), Page::FIRST).await.unwrap().remove(0);
    let mut sari = signed_in(&world, Role::Operator).await;
    let mut budi = signed_in(&world, Role::Approver).await;
    let cohort = begun(&mut sari).await;
    sari.upload(&cohort, "peserta.csv", CLEAN.replace("Contohsari", "Contoh Sari").as_bytes()).await;
    decide(&mut sari, &cohort, 2, "ganti").await;
    step(&mut sari, &cohort, "ajukan", &[]).await;
    let code = budi.code();
    step(&mut budi, &cohort, "setujui", &[("kode", &code)]).await;
    world.change(ratna.id, store::Act::Revoke, "data-error").await;
    world.issue_approved().await;
    assert!(budi.get(&format!("{cohort}?hl=en")).await.text().contains("who decides again"), "in both languages");
    let page = budi.get(&format!("{cohort}?hl=id")).await.text();
    assert!(page.contains("untuk diputuskan lagi") && page.contains("Kembalikan ke penyusun"), "{page}");
    let back = step(&mut budi, &cohort, "kembalikan", &[("alasan", "Sertifikatnya dicabut")]).await;
    assert_eq!(back.header("location"), cohort, "{}", back.text());
    let page = sari.get(&cohort).await.text();
    assert!(page.contains("1 baris belum diputuskan.") && !page.contains("value=\"ganti."), "{page}");
    decide(&mut sari, &cohort, 2, "baru").await;
    assert!(step(&mut sari, &cohort, "ajukan", &[]).await.status.is_redirection());
    // Or it changes before somebody approves: a colleague has issued the same sheet.
    let changed = CLEAN.replace("Contohsari", "Contoh Sari");
    issued(&world, &changed, &[(2, "baru")]).await;
    let code = budi.code();
    let refused = step(&mut budi, &cohort, "setujui", &[("kode", &code)]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text().contains("Belum dapat disetujui"), "{}", refused.text());
    assert!(step(&mut budi, &cohort, "kembalikan", &[("alasan", "sudah terbit")]).await.status.is_redirection());
    assert_eq!(world.store.certificates(&Filter::default(), Page::FIRST).await.unwrap().len(), 3);
}

#[tokio::test]
async fn issuing_that_cannot_go_on_says_why_and_is_tried_again() {
    // No key: nothing can be signed.
    let world = World::new().await;
    let mut sari = signed_in(&world, Role::Operator).await;
    let mut budi = signed_in(&world, Role::Approver).await;
    let cohort = begun(&mut sari).await;
    sari.upload(&cohort, "peserta.csv", CLEAN.as_bytes()).await;
    step(&mut sari, &cohort, "ajukan", &[]).await;
    let code = budi.code();
    step(&mut budi, &cohort, "setujui", &[("kode", &code)]).await;
    world.issue_approved().await;
    let page = budi.get(&cohort).await.text();
    assert!(page.contains("Penerbitan berhenti.") && page.contains("Coba lagi"), "{page}");
    let english = budi.get(&format!("{cohort}?hl=en")).await.text();
    assert!(english.contains("Issuing has stopped.") && english.contains("key"), "{english}");
    assert!(step(&mut budi, &cohort, "coba-lagi", &[]).await.status.is_redirection());
    assert_eq!(world.store.drafts_to_issue().await.unwrap().len(), 1);
}
