//! axe finds nothing, on any page that a link leads to, in either width: the public pages, the page `/v`, the static copy, the
//! desk for every role with its forms refused. With the rules for enhanced contrast and for the size of targets.
//!
//! Runs where Node.js is present: npm brings axe into the build folder, by name.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::chromium::{Browser, Tab};
use crate::house::{Home, sheet, text};
use crate::staff::Staff;

/// Everything that axe has, and what it leaves out unless it is asked.
const RULES: &str = "{ rules: { 'color-contrast-enhanced': { enabled: true }, 'target-size': { enabled: true } } }";

/// Two columns and one.
const WIDTHS: [u32; 2] = [1280, 390];

/// More kinds of pages than there are: a crawl that goes on for ever is a fault of its own.
const PAGES: usize = 200;

/// The script of axe; `None` where Node.js is not present. Whoever needs it first brings it, the others wait: half a script
/// is none.
fn axe() -> Option<String> {
    static SCRIPT: OnceLock<Option<String>> = OnceLock::new();
    SCRIPT.get_or_init(bring_axe).clone()
}

fn bring_axe() -> Option<String> {
    for program in ["node", "npm"] {
        if !Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success()) {
            println!("skipped: {program} not found");
            return None;
        }
    }
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("axe");
    fs::create_dir_all(&folder).unwrap();
    let wanted = include_str!("axe.json");
    let script = folder.join("node_modules/axe-core/axe.min.js");
    if fs::read_to_string(folder.join("package.json")).ok().as_deref() != Some(wanted) || !script.exists() {
        fs::write(folder.join("package.json"), wanted).unwrap();
        let arguments = ["install", "--no-audit", "--no-fund", "--ignore-scripts"];
        let npm = Command::new("npm").current_dir(&folder).args(arguments).output().unwrap();
        if !npm.status.success() {
            let errors = String::from_utf8_lossy(&npm.stderr);
            assert!(std::env::var_os("CI").is_none(), "npm install failed: {errors}");
            println!("skipped: npm could not install axe-core: {errors}");
            return None;
        }
    }
    Some(fs::read_to_string(script).unwrap())
}

pub(crate) struct Inspector {
    script: String,
    found: Vec<String>,
    pages: usize,
}

impl Inspector {
    pub(crate) fn new() -> Option<Self> {
        Some(Self { script: axe()?, found: Vec::new(), pages: 0 })
    }

    /// Looks at the page that the tab shows, in both widths.
    pub(crate) fn look(&mut self, tab: &Tab<'_>, name: &str) {
        self.pages += 1;
        tab.value(&format!("{{ {} }}", self.script));
        for width in WIDTHS {
            let screen = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600 });
            tab.send("Emulation.setDeviceMetricsOverride", screen);
            let told = tab.value(&format!(
                "axe.run(document, {RULES}).then((r) => r.violations.map((v) => v.id + ': ' + \
                 v.nodes.map((n) => n.target.join(' ') + ' [' + n.html.slice(0, 160) + '] ' + (n.any[0]?.message ?? n.all[0]?.message ?? '')).join('; ')))"
            ));
            for fault in told.as_array().unwrap() {
                self.found.push(format!("{name} at {width}: {}", fault.as_str().unwrap()));
            }
            let wide = tab.value("document.documentElement.scrollWidth").as_u64().unwrap();
            if wide > u64::from(width) {
                self.found.push(format!("{name} at {width}: it is {wide} wide and scrolls sideways"));
            }
        }
    }

    /// Looks at every kind of page that links lead to from here.
    fn crawl(&mut self, tab: &Tab<'_>, base: &str, from: &[&str]) {
        let mut waiting: Vec<String> = from.iter().rev().map(|path| format!("{base}{path}")).collect();
        let mut seen: HashSet<String> = waiting.iter().map(|url| kind(base, url)).collect();
        while let Some(url) = waiting.pop() {
            assert!(seen.len() < PAGES, "pages without end: {seen:?}");
            tab.open(&url);
            tab.wait("location.protocol !== 'about:' && document.readyState === 'complete'");
            if tab.value("document.contentType") != "text/html" {
                continue;
            }
            self.look(tab, &kind(base, &url));
            let links = tab.value("[...document.querySelectorAll('a[href]')].map((a) => a.href.split('#')[0])");
            for link in links.as_array().unwrap().iter().filter_map(Value::as_str) {
                let file = link.split('?').next().unwrap().rsplit('/').next().unwrap().contains('.');
                if link.starts_with(base) && !file && seen.insert(kind(base, link)) {
                    waiting.push(link.to_owned());
                }
            }
        }
        // Among the links are those to the other language, which the desk remembers.
        tab.open(&format!("{base}{}?hl=id", from[0]));
        tab.wait("document.documentElement.lang === 'id'");
    }

    #[track_caller]
    pub(crate) fn found_nothing(self, at_least: usize) {
        println!("axe looked at {} pages", self.pages);
        assert!(self.found.is_empty(), "{}", self.found.join("\n"));
        assert!(self.pages >= at_least, "only {} pages", self.pages);
    }
}

/// The address without what only tells one object from another.
fn kind(base: &str, url: &str) -> String {
    let path = url.strip_prefix(base).unwrap_or(url);
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let part = |part: &str| match part {
        number if number.bytes().all(|byte| byte.is_ascii_digit()) && !number.is_empty() => "{n}".to_owned(),
        id if id.len() >= 16 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') => {
            "{id}".to_owned()
        }
        other => other.to_owned(),
    };
    let parts: Vec<String> = path.split('/').map(part).collect();
    let query: Vec<&str> =
        query.split('&').filter(|one| one.starts_with("hl=") || one.starts_with("bagian=")).collect();
    format!("{}?{}", parts.join("/"), query.join("&"))
}

#[test]
fn a_planted_fault_is_found() {
    let Some(mut inspector) = Inspector::new() else { return };
    let home = Home::demo(&[]);
    let _server = home.serve();
    let browser = Browser::start(&[]);
    let tab = browser.tab();
    tab.open(&format!("{}/bantuan", home.base()));
    tab.wait("document.querySelector('main h1')");
    // 4.5 to one, which is enough for the ordinary rule only; two links that no finger tells apart.
    tab.value(
        "(() => { const main = document.querySelector('main'); const p = document.createElement('p'); p.textContent = 'pudar'; \
         p.style.color = '#767676'; p.style.background = '#fff'; main.append(p); for (const to of ['a', 'b']) { \
         const link = document.createElement('a'); link.href = '/' + to; link.textContent = to; \
         Object.assign(link.style, { display: 'inline-block', width: '8px', height: '8px', padding: 0, overflow: 'hidden' }); \
         main.append(link); } })()",
    );
    inspector.look(&tab, "planted");
    for rule in ["color-contrast-enhanced: ", "target-size: "] {
        assert!(inspector.found.iter().any(|fault| fault.contains(rule)), "{rule}{:?}", inspector.found);
    }
}

#[test]
fn public_pages_in_every_state_and_the_static_copy() {
    let Some(mut inspector) = Inspector::new() else { return };
    let home = Home::demo(&[]);
    let all = home.list();
    home.run(["revoke", text(&all[0], "id"), "--reason", "data-error"]).exits(0);
    home.run(["suspend", text(&all[1], "id"), "--reason", "under-review"]).exits(0);
    home.run(["reissue", text(&all[2], "id"), "--name", "Nama Contoh Yang Benar"]).exits(0);
    let out = home.path("salinan");
    home.run(["export".as_ref(), "site".as_ref(), out.as_os_str()]).exits(0);
    let server = home.serve();
    let browser = Browser::start(&[]);
    let tab = browser.tab();
    inspector.crawl(
        &tab,
        &home.base(),
        &["/", "/periksa", "/bantuan", "/privasi", "/api", "/v/ABCD-2345-EFGH-6789", "/tidak-ada"],
    );
    for (state, at) in [("revoked", 0), ("suspended", 1), ("superseded", 2), ("valid", 5)] {
        for language in ["", "?hl=en"] {
            tab.open(&format!("{}/v/{}{language}", home.base(), text(&all[at], "code")));
            tab.wait("document.querySelector('.verdict')");
            inspector.look(&tab, &format!("/v/CODE, {state} {language}"));
        }
    }
    let link = crate::links::link(&server, text(&all[5], "id"));
    for (name, link) in [("valid", link.clone()), ("tampered", crate::links::forged(&link, |bytes| bytes[30] ^= 1))] {
        tab.verdict(&link);
        inspector.look(&tab, &format!("/v, {name}"));
    }
    // A file that is uploaded: judged, and not one of ours.
    for (name, file) in
        [("genuine", home.files("certificates", "pdf")[4].clone()), ("no PDF", home.write("x.txt", "x"))]
    {
        tab.open(&format!("{}/periksa", home.base()));
        tab.wait("document.querySelector('input[type=file]')");
        tab.choose("input[type=file]", &file);
        tab.leads("document.querySelector('input[type=file]').form.querySelector('button').click()");
        inspector.look(&tab, &format!("/periksa, {name}"));
    }
    let mut copies = Vec::new();
    html_in(&out, &mut copies);
    assert!(!copies.is_empty());
    for copy in copies.iter().take(12) {
        tab.open(&format!("file://{}", copy.display()));
        tab.wait("location.protocol === 'file:' && document.readyState === 'complete'");
        inspector.look(&tab, &format!("static copy: {}", copy.strip_prefix(&out).unwrap().display()));
    }
    inspector.found_nothing(20);
}

fn html_in(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            html_in(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "html") {
            found.push(path);
        }
    }
}

/// Changed rows of people who have a certificate, capitals, a NIP of 17 digits with `{wrong}`.
const SHEET: &str = "Nama,NIP,Email,Nilai,Keterangan\n\
    Ratna Contohsari,198607142011012991,ratna@contoh.example,95,LULUS\n\
    BUDI MISALNYA,199203092019031992,budi@contoh.example,88,LULUS\n\
    Made Uji,19880330202221199{wrong},made@contoh.example,91,LULUS\n";

#[test]
fn the_desk_for_every_role_with_its_forms_refused() {
    let Some(mut inspector) = Inspector::new() else { return };
    let home = Home::demo(&[]);
    let _server = home.serve();
    let browser = Browser::start(&[]);
    let [operator, approver, admin, auditor] =
        ["operator", "approver", "admin", "auditor"].map(|role| Staff::of_demo(&browser, &home, role));
    signing_in(&mut inspector, &operator);
    let base = home.base();
    operator.signs_in("/desk/angkatan");
    inspector.crawl(&operator.tab, &base, &["/desk/angkatan", "/desk/sandi", "/desk/jejak", "/desk/tidak-ada"]);
    cohorts(&mut inspector, &home, &operator, &approver);
    inspector.crawl(&operator.tab, &base, &["/desk/angkatan", "/desk/angkatan?hl=en", "/desk/angkatan?hl=id"]);
    certificates(&mut inspector, &base, &approver);
    admin.signs_in("/desk/pengguna");
    inspector.crawl(&admin.tab, &base, &["/desk/pengguna", "/desk/pengguna?hl=en", "/desk/pengguna?hl=id"]);
    admin.open("/desk/pengguna");
    admin.fill("surel", "baru@contoh.example");
    admin.fill("nama", "Baru Contoh");
    admin.tab.value("document.querySelector('input[name=peran]').checked = true");
    admin.fill("kode", "000000");
    admin.press("Tambah pengguna");
    inspector.look(&admin.tab, "a user, refused");
    admin.fill("kode", &admin.code());
    admin.press("Tambah pengguna");
    admin.reads(&["Hanya ditampilkan sekali."]);
    inspector.look(&admin.tab, "what a new user is given");
    auditor.signs_in("/desk/jejak");
    inspector.crawl(&auditor.tab, &base, &["/desk/jejak", "/desk/jejak?objek=tidak-ada", "/desk/jejak?hl=en"]);
    inspector.found_nothing(40);
}

fn signing_in(inspector: &mut Inspector, staff: &Staff<'_>) {
    for path in
        ["/desk/masuk", "/desk/masuk/pemulihan", "/desk/masuk?sebab=sesi", "/desk/masuk?hl=en", "/desk/masuk?hl=id"]
    {
        staff.open(path);
        inspector.look(&staff.tab, path);
    }
    staff.fill("surel", "x@contoh.example");
    staff.fill("sandi", "salah");
    staff.fill("kode", "1");
    staff.press("Masuk");
    inspector.look(&staff.tab, "/desk/masuk, refused");
}

/// A cohort in each of its states, for whoever works on it.
fn cohorts(inspector: &mut Inspector, home: &Home, operator: &Staff<'_>, approver: &Staff<'_>) {
    let parts = |inspector: &mut Inspector, cohort: &str, name: &str| {
        for part in ["perbaiki", "lihat", "sudah", "siap", "lewati"] {
            operator.open(&format!("{cohort}?bagian={part}"));
            inspector.look(&operator.tab, &format!("cohort, {name}, {part}"));
        }
    };
    operator.open("/desk/angkatan-baru");
    operator.fill("naskah", "rusak");
    operator.press("Buat angkatan");
    inspector.look(&operator.tab, "a programme, refused");
    let cohort = operator.begins(7);
    inspector.look(&operator.tab, "cohort, empty");
    operator.uploads(&home.write("gambar.xlsx", b"\x89PNG\r\n\x1a\n"));
    inspector.look(&operator.tab, "cohort, sheet refused");
    operator.uploads(&sheet("mistakes.xlsx"));
    parts(inspector, &cohort, "mistakes");
    operator.uploads(&home.write("peserta.csv", SHEET.replace("{wrong}", "5")));
    parts(inspector, &cohort, "warnings");
    operator.ticks_all(&cohort);
    operator.open(&cohort);
    inspector.look(&operator.tab, "cohort, ready");
    operator.press("Ajukan untuk persetujuan");
    inspector.look(&operator.tab, "cohort, sent");
    approver.signs_in("/desk/angkatan");
    approver.open(&cohort);
    inspector.look(&approver.tab, "cohort, to be approved");
    approver.fill("kode", "000000");
    approver.press("Setujui dan terbitkan");
    inspector.look(&approver.tab, "cohort, wrong code");
    approver.fill("kode", &approver.code());
    approver.press("Setujui dan terbitkan");
    approver.tab.wait("document.body.innerText.includes('Angkatan ini sudah terbit.')");
    inspector.look(&approver.tab, "cohort, issued");
    // The same people with other data.
    let again = operator.begins(7);
    operator.uploads(&home.write("lain.csv", SHEET.replace("Made Uji", "Made Uji Lain").replace("{wrong}", "5")));
    parts(inspector, &again, "decisions");
    operator.press("Buang draf");
    inspector.look(&operator.tab, "cohort, discarded");
}

/// The record, and every act before it is done.
fn certificates(inspector: &mut Inspector, base: &str, approver: &Staff<'_>) {
    inspector.crawl(
        &approver.tab,
        base,
        &["/desk/sertifikat", "/desk/sertifikat?cari=tidak+ada", "/desk/sertifikat?hl=en"],
    );
    approver.open("/desk/sertifikat?cari=Made&hl=id");
    approver.tab.leads("document.querySelector('tbody th a').click()");
    let path = approver.path();
    for act in ["tangguhkan", "cabut", "terbitkan-ulang"] {
        approver.open(&format!("{path}/tindakan/{act}"));
        approver.fill("kode", "000000");
        approver.tab.leads(
            "(() => { const f = document.querySelector('main form'); f.noValidate = true; f.requestSubmit(); })()",
        );
        inspector.look(&approver.tab, &format!("{act}, refused"));
    }
    approver.open(&format!("{path}/tindakan/tangguhkan"));
    approver.tab.value("document.querySelector('input[name=alasan]').checked = true");
    approver.fill("kode", &approver.code());
    approver.press("Tangguhkan sertifikat");
    inspector.look(&approver.tab, "record, suspended");
    approver.open(&format!("{path}/tindakan/pulihkan"));
    inspector.look(&approver.tab, "pulihkan");
}
