//! A graduate's way: the mail after approval, the one-time link, the page, a correction, the reissue, the old one replaced;
//! and a look at everything that was written on the way for what must not stand in it.

use serde_json::{Value, json};

use crate::axe::Inspector;
use crate::chromium::{Browser, Tab};
use crate::house::{Home, holds};
use crate::sink::Sink;
use crate::staff::Staff;

const NIP: &str = "198607142011012991";

/// Born on 14 July 1986; the programme does not print birth dates.
const SHEET: &str = "Nama,NIP,Email,Nilai,Keterangan\n\
    Ratna Contohsari,198607142011012991,ratna@contoh.example,95,LULUS\n\
    Budi Misalnya,199203092019031992,tidak-ada@contoh.example,88,LULUS\n";

/// What stands in no mail, no public page, no address and no log.
const SECRETS: [&str; 6] = [NIP, "19860714", "199203092019031992", "14 Juli 1986", "1986-07-14", "14-07-1986"];

/// The settings of an installation, with this mail server.
fn send_to(home: &Home, sink: &Sink) {
    let path = home.path("piagam.toml");
    let settings = std::fs::read_to_string(&path).unwrap();
    let (before, _) = settings.split_once("[mail]\n").unwrap();
    std::fs::write(&path, format!("{before}{}", sink.settings("none"))).unwrap();
}

/// Waits until so many mails have arrived.
fn arrived(sink: &Sink, count: usize) -> crate::sink::Arrived {
    let began = std::time::Instant::now();
    while sink.count() < count {
        assert!(began.elapsed().as_secs() < 40, "{} of {count} mails", sink.count());
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    sink.mails().pop().unwrap()
}

/// A phone: opens addresses, presses buttons, remembers what it has read.
struct Phone<'a> {
    tab: Tab<'a>,
    base: String,
    seen: Vec<String>,
}

impl Phone<'_> {
    fn open(&mut self, path: &str) {
        self.tab.open(&format!("{}{path}", self.base));
        self.tab.wait("location.protocol !== 'about:' && document.readyState === 'complete'");
        self.remember();
    }

    #[track_caller]
    fn press(&mut self, words: &str) {
        let found = format!(
            "[...document.querySelectorAll('main button, main a')].find((e) => e.textContent.trim().startsWith({}))",
            json!(words)
        );
        assert_eq!(self.tab.value(&format!("!!({found})")), true, "no {words}: {}", self.tab.text());
        self.tab.leads(&format!("({found}).click()"));
        self.remember();
    }

    fn remember(&mut self) {
        let all = self.tab.value("location.href + document.documentElement.outerHTML");
        self.seen.push(all.as_str().unwrap().to_owned());
    }

    #[track_caller]
    fn reads(&self, words: &[&str]) {
        let said = self.tab.text();
        for word in words {
            assert!(said.contains(word), "{word:?} in {said}");
        }
    }

    fn path(&self) -> String {
        self.tab.value("location.pathname").as_str().unwrap().to_owned()
    }

    /// A file as the phone gets it: status, kind, name, length and its beginning.
    fn file(&self, path: &str) -> Value {
        self.tab.value(&format!(
            "fetch({}).then(async (a) => {{ const b = await a.arrayBuffer(); return [a.status, a.headers.get('content-type'), \
             a.headers.get('content-disposition') ?? '', b.byteLength, new TextDecoder('latin1').decode(b.slice(0, 8))]; }})",
            json!(path)
        ))
    }
}

#[test]
fn from_the_mail_to_the_corrected_certificate() {
    let home = Home::demo(&[]);
    let sink = Sink::start(&[]);
    send_to(&home, &sink);
    let server = home.serve();
    let browser = Browser::start(&[]);
    let operator = Staff::of_demo(&browser, &home, "operator");
    let approver = Staff::of_demo(&browser, &home, "approver");
    approved(&home, &operator, &approver);

    let mail = arrived(&sink, 1);
    assert_eq!(mail.to, "ratna@contoh.example");
    let tab = browser.tab_of_another();
    let mut phone = Phone { tab, base: home.base(), seen: Vec::new() };
    let link = mail.link();
    phone.open(&link);
    phone.reads(&["Tekan tombol di bawah"]);
    phone.tab.shot("graduate-link");
    phone.press("Buka sertifikat saya");
    phone.reads(&["Sertifikat Anda sudah terbit", "Ratna Contohsari", "Versi lengkap", "20 JP"]);
    phone.tab.shot("graduate-page");
    let page = phone.path();
    // The page's own policy forbids scripts what this test does with one.
    phone.tab.send("Page.setBypassCSP", json!({ "enabled": true }));
    phone.open(&page);
    taken(&home, &phone, &page);
    phone.tab.send("Page.setBypassCSP", json!({ "enabled": false }));
    phone.open(&page);
    screen(&phone);
    shared(&phone);

    phone.tab.value("document.getElementById('hal-name').checked = true");
    phone.tab.value("document.getElementById('nama').value = 'Dr. Ratna Contohsari, M.Si.'");
    phone.press("Minta perbaikan");
    phone.reads(&["Permintaan Anda sudah diterima."]);
    reissued(&approver);

    let corrected = arrived(&sink, 2);
    assert!(
        corrected.header("Subject").starts_with("Sertifikat Anda sudah diperbaiki"),
        "{}",
        corrected.header("Subject")
    );
    phone.open(&page);
    phone.reads(&["Sertifikat ini sudah digantikan", "Permintaan Anda sudah dikerjakan."]);
    phone.tab.shot("graduate-replaced");
    let id = page.rsplit('/').next().unwrap().to_owned();
    phone.open(&format!("/credentials/{id}"));
    phone.reads(&["Sertifikat ini telah digantikan"]);
    phone.open(&corrected.link());
    phone.press("Buka sertifikat saya");
    phone.reads(&["Dr. Ratna Contohsari, M.Si."]);
    assert_ne!(phone.path(), page);
    phone.open(&corrected.link());
    phone.reads(&["Tautan ini sudah dipakai"]);
    phone.tab.shot("graduate-used");
    phone.open("/tautan");
    phone.tab.shot("graduate-lost");

    bounced(&operator);
    nothing_forbidden(&home, &phone, &sink, &server.told());
}

/// axe finds nothing on a holder's pages, and none scrolls sideways.
#[test]
fn a_holders_pages_are_for_everybody() {
    let Some(mut inspector) = Inspector::new() else { return };
    let home = Home::demo(&[]);
    let sink = Sink::start(&[]);
    send_to(&home, &sink);
    let _server = home.serve();
    let browser = Browser::start(&[]);
    let operator = Staff::of_demo(&browser, &home, "operator");
    let approver = Staff::of_demo(&browser, &home, "approver");
    approved(&home, &operator, &approver);
    let link = arrived(&sink, 1).link();
    let tab = browser.tab_of_another();
    tab.send("Page.setBypassCSP", json!({ "enabled": true }));
    let mut phone = Phone { tab, base: home.base(), seen: Vec::new() };
    phone.open(&link);
    inspector.look(&phone.tab, "a link");
    phone.press("Buka sertifikat saya");
    let page = phone.path();
    inspector.look(&phone.tab, "a holder's page");
    phone.tab.value("document.querySelectorAll('[required]').forEach((field) => field.required = false)");
    phone.press("Minta perbaikan");
    phone.reads(&["Pilih apa yang keliru."]);
    inspector.look(&phone.tab, "a refused correction");
    phone.open(&format!("{page}?hl=en"));
    inspector.look(&phone.tab, "a holder's page in English");
    phone.open(&link);
    inspector.look(&phone.tab, "a used link");
    phone.press("Kirim tautan baru");
    inspector.look(&phone.tab, "a link that was asked for");
    phone.open("/tautan");
    inspector.look(&phone.tab, "a lost link");
    phone.open("/pemegang/x");
    inspector.look(&phone.tab, "a closed page");
    inspector.found_nothing(8);
}

fn approved(home: &Home, operator: &Staff<'_>, approver: &Staff<'_>) {
    operator.signs_in("/desk/angkatan");
    let cohort = operator.begins(7);
    operator.uploads(&home.write("peserta.csv", SHEET));
    operator.ticks_all(&cohort);
    operator.open(&cohort);
    operator.press("Ajukan untuk persetujuan");
    approver.signs_in("/desk/angkatan");
    approver.open(&cohort);
    approver.press("Contoh surel");
    approver.reads(&["2 orang menerima surel ini", "Ratna Contohsari", "/ambil/CONTOH"]);
    approver.tab.shot("desk-letter");
    approver.open(&cohort);
    approver.fill("kode", &approver.code());
    approver.press("Setujui dan terbitkan");
    approver.tab.wait("document.body.innerText.includes('Angkatan ini sudah terbit.')");
}

/// Every file, read back by the verifier.
fn taken(home: &Home, phone: &Phone<'_>, page: &str) {
    let full = phone.file(&format!("{page}/lengkap.pdf"));
    assert_eq!((&full[0], &full[1]), (&json!(200), &json!("application/pdf")), "{full}");
    assert!(full[4].as_str().unwrap().starts_with("%PDF") && full[2].as_str().unwrap().contains("_lengkap.pdf"));
    let links = phone.tab.value("[...document.querySelectorAll('a[download]')].map((a) => a.getAttribute('href'))");
    let links: Vec<&str> = links.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(links.len(), 7, "{links:?}");
    for link in links {
        let file = phone.file(link);
        assert_eq!(file[0], 200, "{link}");
        assert!(!file[2].as_str().unwrap().contains(NIP), "{file}");
    }
    let id = page.rsplit('/').next().unwrap();
    for (name, file) in
        [("lencana.png", "png"), ("lencana.svg", "svg"), ("kredensial.json", "json"), ("sertifikat.pdf", "pdf")]
    {
        let bytes = phone.tab.value(&format!(
            "fetch('/credentials/{id}/{name}').then((a) => a.blob()).then((b) => new Promise((done) => {{ \
             const r = new FileReader(); r.onload = () => done(r.result.split(',')[1]); r.readAsDataURL(b); }}))"
        ));
        use base64::Engine;
        let bytes = base64::prelude::BASE64_STANDARD.decode(bytes.as_str().unwrap()).unwrap();
        assert!(SECRETS.iter().all(|secret| !holds(&bytes, secret)), "{name}");
        let path = home.write(&format!("dari-ponsel.{file}"), bytes);
        let verified = home.run(["verify".as_ref(), "--json".as_ref(), path.as_os_str()]).exits(0).json();
        assert_eq!(verified["verdict"], "valid", "{name}");
    }
}

/// The code on the screen: each module is a whole number of the phone's pixels, and the picture is wide enough.
fn screen(phone: &Phone<'_>) {
    let (side, modules) = (
        phone
            .tab
            .value("document.querySelector('.qr').getBoundingClientRect().width * devicePixelRatio")
            .as_f64()
            .unwrap(),
        phone.tab.value("document.querySelector('.qr').viewBox.baseVal.width").as_f64().unwrap(),
    );
    assert!((side / modules).fract().abs() < 1e-6, "{side} pixels for {modules} modules");
    assert!(side / 2.0 >= 170.0, "45 mm are 170 CSS pixels, not {}", side / 2.0);
}

fn shared(phone: &Phone<'_>) {
    let linkedin = phone.tab.value("document.querySelector('a[href*=\"linkedin.com\"]').href");
    for part in [
        "startTask=CERTIFICATION_NAME",
        "name=",
        "organizationName=",
        "issueYear=",
        "issueMonth=",
        "certId=",
        "certUrl=",
    ] {
        assert!(linkedin.as_str().unwrap().contains(part), "{part}: {linkedin}");
    }
    let said =
        phone.tab.value("document.getElementById('teks').value + document.querySelector('a[href*=\"wa.me\"]').href");
    assert!(!said.as_str().unwrap().contains("Ratna"), "{said}");
}

fn reissued(approver: &Staff<'_>) {
    approver.open("/desk/permintaan");
    approver.reads(&["Dr. Ratna Contohsari, M.Si.", "Menunggu jawaban"]);
    approver.tab.shot("desk-corrections");
    approver.press("Terbitkan ulang dengan nama ini");
    assert_eq!(approver.tab.value("document.getElementById('nama').value"), "Dr. Ratna Contohsari, M.Si.");
    approver.fill("kode", &approver.code());
    approver.press("Terbitkan ulang sertifikat");
    approver.reads(&["Sertifikat baru terbit."]);
}

fn bounced(operator: &Staff<'_>) {
    operator.open("/desk/surel?keadaan=gagal");
    operator.reads(&["Budi Misalnya", "User unknown"]);
    operator.tab.shot("desk-mails");
}

/// Mails, pages with their addresses, and the log.
fn nothing_forbidden(home: &Home, phone: &Phone<'_>, sink: &Sink, log: &str) {
    for mail in sink.mails() {
        let (text, html) = mail.bodies();
        for part in [&mail.raw, &text, &html] {
            assert!(SECRETS.iter().all(|secret| !part.contains(secret)), "{part}");
        }
        assert!(log.len() > 100 && !log.contains(mail.link().trim_start_matches("/ambil/")), "a link in the log");
    }
    assert!(phone.seen.len() > 8);
    for page in &phone.seen {
        assert!(SECRETS.iter().all(|secret| !page.contains(secret)) && !page.contains("@contoh.example"), "{page}");
    }
    for secret in SECRETS.into_iter().chain(["@contoh.example", "Contohsari"]) {
        assert!(!log.contains(secret), "{secret} in the log: {log}");
    }
    let trail = home.run(["audit", "export"]).exits(0).out;
    for secret in SECRETS.into_iter().chain(["@contoh.example", "Contohsari"]) {
        assert!(!trail.contains(secret), "{secret} in the trail");
    }
    assert!(trail.contains("holder-open") && trail.contains("holder-correction"));
}
