//! The whole way at the desk: a sheet, its mistakes, approval by somebody else, certificates, their life, the trail.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use store::ArtifactHash;
use store::sqlite::SqliteStore;

use crate::chromium::Browser;
use crate::house::{Home, sheet};
use crate::staff::Staff;

/// A script in a name, capitals to be looked at, somebody who did not pass.
const CORRECTED: &str = "Nama,NIP,Email,Nilai,Keterangan\n\
    Ratna <img src=x onerror=window.hacked=true> Contohsari,198607142011012991,ratna@contoh.example,95,LULUS\n\
    BUDI MISALNYA,199203092019031992,budi@contoh.example,88,LULUS\n\
    Made Uji,198803302022211995,made@contoh.example,91,LULUS\n\
    Wati Fiktif,199505172023212994,wati@contoh.example,50,TIDAK LULUS\n";

#[test]
fn from_the_sheet_to_the_auditor() {
    let home = Home::demo(&[]);
    let _server = home.serve();
    let browser = Browser::start(&[]);
    let operator = Staff::of_demo(&browser, &home, "operator");
    operator.signs_in("/desk/angkatan");
    let cohort = operator.begins(7);
    mended(&home, &operator, &cohort);
    operator.press("Ajukan untuk persetujuan");
    operator.reads(&["Menunggu persetujuan", "Yang menyetujui adalah orang lain."]);

    let approver = Staff::of_demo(&browser, &home, "approver");
    approver.signs_in("/desk/angkatan");
    returned_and_sent_again(&operator, &approver, &cohort);
    approved_once(&approver, &cohort);
    taken_along(&operator, &cohort);

    let certificate = lives(&browser, &home, &operator);
    audited(&browser, &home, &certificate);
}

/// Mistakes are shown at their rows and taken home marked; the corrected sheet has warnings to look at.
fn mended(home: &Home, operator: &Staff<'_>, cohort: &str) {
    operator.uploads(&sheet("mistakes.xlsx"));
    operator.reads(&["hal perlu diperbaiki.", "NIP terbaca sebagai angka", "Nomor baris sama dengan di Excel"]);
    let (size, marked) = operator.file(&format!("{cohort}/masalah.xlsx"));
    assert!(size > 5_000 && marked.starts_with("PK"), "{size}");
    operator.uploads(&home.write("perbaikan.csv", CORRECTED));
    operator.reads(&["Belum dapat diajukan.", "peringatan belum dilihat"]);
    operator.ticks_all(cohort);
    operator.open(cohort);
    operator.reads(&["3 sertifikat siap diajukan.", "onerror=window.hacked=true", "Made Uji"]);
}

fn returned_and_sent_again(operator: &Staff<'_>, approver: &Staff<'_>, cohort: &str) {
    approver.open(cohort);
    approver.reads(&["Akan terbit", "3 sertifikat", "Nama terpanjang", "Penerbitan tidak dapat dibatalkan"]);
    let (_, sample) = approver.file(&format!("{cohort}/contoh-lengkap.pdf"));
    assert!(sample.starts_with("%PDF"));
    approver.fill("alasan", "Periksa gelar <b>Made</b>");
    approver.press("Kembalikan ke penyusun");
    approver.reads(&["Dikembalikan."]);
    operator.open(cohort);
    operator.reads(&["Dikembalikan:", "Periksa gelar <b>Made</b>"]);
    operator.press("Ajukan untuk persetujuan");
}

/// A wrong code, then two clicks at once, then the page from before once more.
fn approved_once(approver: &Staff<'_>, cohort: &str) {
    approver.open(cohort);
    approver.fill("kode", "000000");
    approver.press("Setujui dan terbitkan 3 sertifikat");
    approver.reads(&["Kode tidak cocok."]);
    approver.fill("kode", &approver.code());
    let form = "document.getElementById('kode').form";
    let fields = approver.tab.value(&format!("new URLSearchParams(new FormData({form})).toString()"));
    let button = approver.found("Setujui dan terbitkan");
    approver.tab.leads(&format!("(() => {{ const b = {button}; b.click(); b.click(); {form}.requestSubmit(); }})()"));
    approver.tab.wait("document.body.innerText.includes('Angkatan ini sudah terbit.')");
    // As a browser sends it that was told to load the page again.
    let again = format!(
        "fetch({}, {{ method: 'POST', body: new URLSearchParams({fields}), redirect: 'manual' }}).then((a) => a.type)",
        json!(format!("{cohort}/setujui"))
    );
    assert_eq!(approver.tab.value(&again), "opaqueredirect", "answered as the first time");
    // Back beyond the page that was refused, to the one that was filled in: it tells how things stand now.
    approver.tab.leads("history.go(-2)");
    approver.reads(&["Angkatan ini sudah terbit."]);
    approver.open("/desk/sertifikat?cari=Made+Uji");
    assert_eq!(approver.tab.value("document.querySelectorAll('tbody tr').length"), 1, "{}", approver.tab.text());
}

fn taken_along(operator: &Staff<'_>, cohort: &str) {
    operator.open(cohort);
    operator.reads(&["Angkatan ini sudah terbit.", "Laporan (CSV)"]);
    let (_, report) = operator.file(&format!("{cohort}/laporan.csv"));
    assert!(report.contains("BUDI MISALNYA") && !report.contains("199203092019031992"), "{report}");
    for (file, start) in
        [("lengkap.zip", "PK"), ("ringkas.zip", "PK"), ("siasn.xlsx", "PK"), ("siasn.csv", "namaKursus")]
    {
        let (_, got) = operator.file(&format!("{cohort}/{file}"));
        assert!(got.trim_start_matches('\u{feff}').starts_with(start), "{file}");
    }
}

/// Found, suspended, reinstated, issued again with another name, revoked: each with a reason and a code. Gives the
/// address of the one that was replaced.
fn lives(browser: &Browser, home: &Home, operator: &Staff<'_>) -> String {
    operator.open("/desk/sertifikat");
    operator.fill("cari", "misalnya");
    operator.press("Cari");
    operator.tab.leads("document.querySelector('tbody th a').click()");
    operator.reads(&["BUDI MISALNYA", "Hanya di meja ini"]);
    let path = operator.path();

    let mut second = Staff::added(browser, home, "kedua@contoh.example", "approver");
    second.signs_in_first();
    second.open(&path);
    second.press("Tangguhkan");
    second.reads(&["Yang akan terjadi"]);
    second.tab.value("document.querySelector('input[name=alasan][value=under-review]').checked = true");
    second.fill("kode", &second.code());
    second.press("Tangguhkan sertifikat");
    second.reads(&["Sertifikat ditangguhkan.", "Ditangguhkan oleh Rekan Contoh"]);
    second.press("Pulihkan");
    second.fill("kode", &second.code());
    second.press("Pulihkan sertifikat");
    second.reads(&["Sertifikat dipulihkan."]);

    let mut third = Staff::added(browser, home, "ketiga@contoh.example", "approver");
    third.signs_in_first();
    third.open(&path);
    third.press("Terbitkan ulang");
    third.fill("nama", "Budi Misalnya");
    third.fill("kode", &third.code());
    third.press("Terbitkan ulang sertifikat");
    third.reads(&["Sertifikat baru terbit.", "Budi Misalnya"]);
    let newer = third.path();
    assert_ne!(newer, path);
    third.press("Cabut");
    third.tab.value("document.querySelector('input[name=alasan][value=data-error]').checked = true");
    third.fill("kode", &third.code());
    third.press("Cabut sertifikat");
    third.reads(&["Sertifikat dicabut."]);
    third.open(&path);
    third.reads(&["Digantikan"]);
    path
}

fn audited(browser: &Browser, home: &Home, certificate: &str) {
    let auditor = Staff::of_demo(browser, home, "auditor");
    auditor.signs_in("/desk/jejak");
    auditor.reads(&["Ujung rantai", "Dicabut"]);
    let id = certificate.rsplit('/').next().unwrap();
    auditor.open(&format!("/desk/jejak?objek={id}"));
    auditor.reads(&["Ditangguhkan", "Dipulihkan", "Digantikan"]);
    assert!(!auditor.tab.text().contains("MISALNYA"), "events name ids, never persons");
    let (_, csv) = auditor.file("/desk/jejak.csv");
    assert!(csv.contains("draft-approve") && csv.contains(id));
    auditor.open("/desk/angkatan-baru");
    auditor.reads(&["bukan untuk peran"]);
    let verified = home.run(["audit", "verify"]).exits(0).out;
    assert!(verified.contains("Utuh / sound"), "{verified}");
}

#[test]
fn two_act_on_one_cohort_and_a_session_ends_in_the_middle_of_a_form() {
    let home = Home::demo(&[]);
    let _server = home.serve();
    let browser = Browser::start(&[]);
    let sari = Staff::of_demo(&browser, &home, "operator");
    sari.signs_in("/desk/angkatan");
    let cohort = sari.begins(8);
    sari.uploads(&home.write("peserta.csv", CORRECTED));
    let mut wati = Staff::added(&browser, &home, "wati@contoh.example", "operator");
    wati.signs_in_first();
    wati.open(&cohort);
    sari.press("Buang draf");
    sari.reads(&["Draf dibuang."]);
    wati.press("Buang draf");
    wati.reads(&["Orang lain lebih dahulu", "Perubahan Anda tidak disimpan."]);

    sari.open("/desk/angkatan-baru");
    sari.fill("naskah", "# angkatan <baru> yang diketik lama");
    fall_asleep(&home, &sari);
    sari.press("Buat angkatan");
    sari.reads(&["Yang Anda ketik disimpan"]);
    sari.signs_in("/desk/lanjut");
    assert!(sari.tab.value("document.querySelector('main').innerHTML").as_str().unwrap().contains("diketik lama"));
    sari.press("Kirim");
    sari.reads(&["Program ini belum dapat dipakai."]);
    assert!(
        sari.tab.value("document.getElementById('naskah').value").as_str().unwrap().contains("<baru> yang diketik")
    );
}

/// Two hours and more go by for the session.
fn fall_asleep(home: &Home, staff: &Staff<'_>) {
    let cookies = staff.tab.send("Network.getCookies", json!({}));
    let cookie = cookies["cookies"].as_array().unwrap().iter().find(|cookie| cookie["name"] == "piagam").unwrap();
    let id = BASE64_URL_SAFE_NO_PAD.decode(cookie["value"].as_str().unwrap()).unwrap();
    let id = i128::from_le_bytes(id.try_into().unwrap());
    let key = ArtifactHash::of(&id.to_be_bytes()).0;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = SqliteStore::open(home.path("piagam.db")).await.unwrap();
        let mut session = store::Desk::session(&store, &key, jiff::Timestamp::now()).await.unwrap().unwrap();
        let mut data: Value = serde_json::from_str(&session.data).unwrap();
        let seen = data["sitting"]["seen"].as_i64().unwrap() - 3 * 3600;
        data["sitting"]["seen"] = json!(seen);
        session.data = data.to_string();
        store::Desk::put_session(&store, &session).await.unwrap();
        store.close().await;
    });
}

#[test]
fn without_scripts_the_way_is_the_same() {
    let home = Home::demo(&[]);
    let _server = home.serve();
    let browser = Browser::start(&[]);
    let people = ["operator", "approver"].map(|role| Staff::of_demo(&browser, &home, role));
    for staff in &people {
        staff.tab.send("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
        staff.signs_in("/desk/angkatan");
    }
    let [operator, approver] = &people;
    let cohort = operator.begins(9);
    operator.uploads(&home.write("peserta.csv", CORRECTED));
    operator.ticks_all(&cohort);
    operator.open(&cohort);
    operator.press("Ajukan untuk persetujuan");
    approver.open(&cohort);
    approver.fill("kode", &approver.code());
    approver.press("Setujui dan terbitkan");
    // The page loads itself again until it is done.
    approver.tab.wait("document.body.innerText.includes('Angkatan ini sudah terbit.')");
    approver.open("/desk/sertifikat?cari=Made");
    approver.tab.leads("document.querySelector('tbody th a').click()");
    approver.press("Cabut");
    approver.tab.value("document.querySelector('input[name=alasan][value=data-error]').checked = true");
    approver.fill("kode", &approver.code());
    approver.press("Cabut sertifikat");
    approver.reads(&["Sertifikat dicabut."]);
}
