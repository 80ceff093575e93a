//! Somebody at the desk: a browser of their own, and an authenticator.

use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use server::desk::account::{Enrolment, STEP_SECONDS};

use crate::chromium::{Browser, Tab};
use crate::house::{Home, text};

pub(crate) struct Staff<'a> {
    pub(crate) tab: Tab<'a>,
    login: String,
    password: String,
    authenticator: Enrolment,
    /// The last time step whose code was typed.
    step: Cell<u64>,
    base: String,
}

impl<'a> Staff<'a> {
    /// The demo's user of that role.
    pub(crate) fn of_demo(browser: &'a Browser, home: &Home, role: &str) -> Self {
        let users: Vec<Value> = serde_json::from_slice(&std::fs::read(home.path("meja.json")).unwrap()).unwrap();
        let user = users.iter().find(|user| user["role"] == role).unwrap();
        Self::with(browser, home, text(user, "login"), text(user, "password"), text(user, "secret"))
    }

    /// Somebody new, with what `piagam users add` prints.
    pub(crate) fn added(browser: &'a Browser, home: &Home, login: &str, role: &str) -> Self {
        let told = home.run(["users", "add", login, "--name", "Rekan Contoh", "--role", role]).exits(0).out;
        let after = |label: &str| told.lines().find_map(|line| line.strip_prefix(label)).unwrap();
        let secret = after("Rahasia autentikator / authenticator secret: ");
        Self::with(browser, home, login, after("Kata sandi pertama / first password: "), secret)
    }

    fn with(browser: &'a Browser, home: &Home, login: &str, password: &str, secret: &str) -> Self {
        let tab = browser.tab_of_another();
        tab.wide();
        Self {
            tab,
            login: login.to_owned(),
            password: password.to_owned(),
            authenticator: Enrolment::kept(String::new(), secret, Vec::new()).unwrap(),
            step: Cell::new(0),
            base: home.base(),
        }
    }

    /// A code that was not typed before: of the step before, of this one, of the next. Who needs a fourth waits.
    pub(crate) fn code(&self) -> String {
        loop {
            let seconds = Timestamp::now().as_second() as u64;
            let now = seconds / STEP_SECONDS;
            // The code of the step before is good for as long as this step lasts: here that may be too short.
            let oldest = if seconds % STEP_SECONDS < STEP_SECONDS / 3 { now - 1 } else { now };
            let step = (self.step.get() + 1).max(oldest);
            if step <= now + 1 {
                self.step.set(step);
                return self.authenticator.code(Timestamp::from_second((step * STEP_SECONDS) as i64).unwrap());
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    pub(crate) fn open(&self, path: &str) {
        self.tab.open(&format!("{}{path}", self.base));
        self.tab.wait("location.protocol !== 'about:' && document.readyState === 'complete'");
    }

    pub(crate) fn path(&self) -> String {
        self.tab.value("location.pathname").as_str().unwrap().to_owned()
    }

    /// Types into the field of that id.
    #[track_caller]
    pub(crate) fn fill(&self, id: &str, value: &str) {
        self.tab.value(&format!("document.getElementById({}).value = {}", json!(id), json!(value)));
    }

    /// Presses the button, or follows the link, whose words begin so.
    #[track_caller]
    pub(crate) fn press(&self, words: &str) {
        self.tab.leads(&format!("({}).click()", self.found(words)));
    }

    /// The button or link whose words begin so, as an expression.
    #[track_caller]
    pub(crate) fn found(&self, words: &str) -> String {
        let found = format!(
            "[...document.querySelectorAll('main button, main a, .box button')].find((e) => e.textContent.trim().startsWith({}))",
            json!(words)
        );
        assert_eq!(self.tab.value(&format!("!!({found})")), true, "no {words}: {}", self.tab.text());
        found
    }

    #[track_caller]
    pub(crate) fn reads(&self, words: &[&str]) {
        let said = self.tab.text();
        for word in words {
            assert!(said.contains(word), "{word:?} in {said}");
        }
        // What somebody has put into a name is text.
        assert_eq!(self.tab.value("window.hacked"), Value::Null);
    }

    /// Signs in; leads to `to`.
    #[track_caller]
    pub(crate) fn signs_in(&self, to: &str) {
        if self.tab.value("location.pathname") != "/desk/masuk" {
            self.open("/desk/masuk");
        }
        self.fill("surel", &self.login);
        self.fill("sandi", &self.password);
        self.fill("kode", &self.code());
        self.press("Masuk");
        assert!(self.path().starts_with(to), "{}: {}", self.path(), self.tab.text());
    }

    /// The first password has to be changed before anything else.
    #[track_caller]
    pub(crate) fn signs_in_first(&mut self) {
        self.signs_in("/desk/sandi");
        self.fill("sandi", &self.password);
        self.password = "kuda baterai staples benar".to_owned();
        self.fill("sandi-baru", &self.password);
        self.press("Ganti kata sandi");
        self.reads(&["Kata sandi diganti."]);
    }

    /// Begins a cohort with the first programme that is offered, under this number; gives its address.
    #[track_caller]
    pub(crate) fn begins(&self, number: u32) -> String {
        self.open("/desk/angkatan-baru");
        self.tab.value(&format!(
            "(() => {{ const t = document.getElementById('naskah'); t.value = t.value.replace(/number = [0-9]+/, 'number = {number}'); }})()"
        ));
        self.press("Buat angkatan");
        self.path()
    }

    #[track_caller]
    pub(crate) fn uploads(&self, file: &Path) {
        self.tab.choose("#berkas", file);
        self.press("Unggah dan periksa");
    }

    /// Ticks off every warning, page by page.
    #[track_caller]
    pub(crate) fn ticks_all(&self, cohort: &str) {
        for _ in 0..40 {
            self.open(&format!("{cohort}?bagian=lihat"));
            let open = "document.querySelectorAll('.tick:not(:checked)')";
            if self.tab.value(&format!("{open}.length")) == 0 {
                return;
            }
            self.tab.value(&format!("{open}.forEach((box) => box.checked = true)"));
            self.press("Simpan centang");
        }
        panic!("warnings without end: {}", self.tab.text());
    }

    /// A file of the desk, as this person gets it: its length, and its text as far as it is text.
    #[track_caller]
    pub(crate) fn file(&self, path: &str) -> (u64, String) {
        let got = self.tab.value(&format!(
            "fetch({}).then(async (a) => {{ const b = await a.arrayBuffer(); \
             return [a.status, b.byteLength, new TextDecoder().decode(b.slice(0, 20000))]; }})",
            json!(path)
        ));
        assert_eq!(got[0], 200, "{path}: {got}");
        (got[1].as_u64().unwrap(), text_of(&got[2]))
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
