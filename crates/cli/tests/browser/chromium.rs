//! A browser without a window, driven over a pipe: messages of the Chrome DevTools Protocol, each ended by a zero byte.

use std::cell::{Cell, RefCell};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A phone, in CSS pixels.
const WIDTH: u32 = 390;
const HEIGHT: u32 = 844;

/// How long a page may take here, where other tests run beside.
const PATIENCE: Duration = Duration::from_secs(40);

pub(crate) struct Browser {
    child: Child,
    to: RefCell<File>,
    from: RefCell<BufReader<File>>,
    last: Cell<u64>,
    _profile: TempDir,
}

impl Browser {
    pub(crate) fn start(more: &[&str]) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let pipe = |name: &str| -> PathBuf {
            let path = profile.path().join(name);
            assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
            path
        };
        let (to, from) = (pipe("to"), pipe("from"));
        // Chromium reads from descriptor 3 and writes to descriptor 4. Without the sandbox, because tests run as root.
        let child = Command::new("sh")
            .args(["-c", r#"to="$1"; from="$2"; shift 2; exec chromium "$@" 3<"$to" 4>"$from""#, "sh"])
            .args([&to, &from])
            .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe"])
            .args(["--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update"])
            .arg(format!("--user-data-dir={}", profile.path().join("profile").display()))
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let browser = Self {
            to: RefCell::new(OpenOptions::new().write(true).open(&to).unwrap()),
            from: RefCell::new(BufReader::new(File::open(&from).unwrap())),
            child,
            last: Cell::new(0),
            _profile: profile,
        };
        let told = browser.send(None, "Browser.getVersion", json!({}));
        assert!(told["product"].is_string(), "no browser: install the Debian package chromium, or run tests/run");
        browser
    }

    /// A tab of a phone.
    pub(crate) fn tab(&self) -> Tab<'_> {
        self.tab_of(json!({ "url": "about:blank" }))
    }

    /// A tab that shares its cookies with no other: another person's browser.
    pub(crate) fn tab_of_another(&self) -> Tab<'_> {
        let context = self.send(None, "Target.createBrowserContext", json!({}));
        self.tab_of(json!({ "url": "about:blank", "browserContextId": context["browserContextId"] }))
    }

    fn tab_of(&self, how: Value) -> Tab<'_> {
        let target = self.send(None, "Target.createTarget", how);
        let attached =
            self.send(None, "Target.attachToTarget", json!({ "targetId": target["targetId"], "flatten": true }));
        let tab = Tab { browser: self, session: attached["sessionId"].as_str().unwrap().to_owned() };
        tab.send("Page.enable", json!({}));
        let phone = json!({ "width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 2, "mobile": true });
        tab.send("Emulation.setDeviceMetricsOverride", phone);
        tab
    }

    fn send(&self, session: Option<&str>, method: &str, params: Value) -> Value {
        let answer = self.try_send(session, method, params);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// With the error, if it is one.
    fn try_send(&self, session: Option<&str>, method: &str, params: Value) -> Value {
        let id = self.last.get() + 1;
        self.last.set(id);
        let mut message = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = session {
            message["sessionId"] = json!(session);
        }
        self.to.borrow_mut().write_all(format!("{message}\0").as_bytes()).unwrap();
        loop {
            let mut bytes = Vec::new();
            self.from.borrow_mut().read_until(0, &mut bytes).unwrap();
            let answer: Value =
                serde_json::from_slice(bytes.strip_suffix(b"\0").expect("the browser is gone")).unwrap();
            // What it tells unasked is passed over.
            if answer["id"] == id {
                return answer;
            }
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        // Its other processes leave the profile alone a moment later.
        std::thread::sleep(Duration::from_millis(300));
    }
}

pub(crate) struct Tab<'a> {
    browser: &'a Browser,
    session: String,
}

impl Tab<'_> {
    pub(crate) fn send(&self, method: &str, params: Value) -> Value {
        self.browser.send(Some(&self.session), method, params)
    }

    /// A desk's screen instead of a phone's.
    pub(crate) fn wide(&self) {
        let screen = json!({ "width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.send("Emulation.setDeviceMetricsOverride", screen);
    }

    /// Runs in every page of this tab before the page's own script.
    pub(crate) fn before(&self, script: &str) {
        self.send("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script }));
    }

    pub(crate) fn open(&self, url: &str) {
        // Another fragment alone would be no new page.
        self.send("Page.navigate", json!({ "url": "about:blank" }));
        self.send("Page.navigate", json!({ "url": url }));
    }

    /// The value of an expression, awaited.
    #[track_caller]
    pub(crate) fn value(&self, expression: &str) -> Value {
        let params = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let answer = self.send("Runtime.evaluate", params);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Waits until the expression is true.
    #[track_caller]
    pub(crate) fn wait(&self, expression: &str) {
        let began = Instant::now();
        let params = json!({ "expression": format!("Promise.resolve({expression}).then(Boolean)"), "awaitPromise": true, "returnByValue": true });
        // A page that goes while it is asked answers with an error: the next one is asked again.
        let asked = || self.browser.try_send(Some(&self.session), "Runtime.evaluate", params.clone());
        while asked()["result"]["result"]["value"] != true {
            assert!(began.elapsed() < PATIENCE, "{expression} never came: {}", self.text());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Does what leads to another page, and waits until that is there.
    #[track_caller]
    pub(crate) fn leads(&self, act: &str) {
        self.value("window.piagamOld = true");
        // The page may be gone before it has answered.
        let params = json!({ "expression": act, "returnByValue": true });
        let answer = self.browser.try_send(Some(&self.session), "Runtime.evaluate", params);
        assert!(answer["result"].get("exceptionDetails").is_none(), "{act}: {answer}");
        self.wait("!window.piagamOld && document.readyState === 'complete'");
    }

    /// Puts files into a field for them.
    pub(crate) fn choose(&self, selector: &str, file: &Path) {
        let document = self.send("DOM.getDocument", json!({}));
        let query = json!({ "nodeId": document["root"]["nodeId"], "selector": selector });
        let field = self.send("DOM.querySelector", query);
        // The browser sends no file whose path goes up.
        let file = file.canonicalize().unwrap();
        self.send("DOM.setFileInputFiles", json!({ "nodeId": field["nodeId"], "files": [file] }));
    }

    /// What a person reads.
    pub(crate) fn text(&self) -> String {
        self.value("document.body.innerText").as_str().unwrap_or_default().to_owned()
    }

    /// Opens the address and gives the verdict's colour and what is read.
    #[track_caller]
    pub(crate) fn verdict(&self, url: &str) -> (String, String) {
        self.open(url);
        self.judged()
    }

    /// The verdict when it is there.
    #[track_caller]
    pub(crate) fn judged(&self) -> (String, String) {
        self.wait("document.querySelector('.verdict')");
        let colour = self.value("document.querySelector('.verdict').dataset.v");
        (colour.as_str().unwrap_or_default().to_owned(), self.text())
    }

    /// A picture of the whole page, in the folder that `PIAGAM_SHOTS` names.
    pub(crate) fn shot(&self, name: &str) {
        let Some(folder) = std::env::var_os("PIAGAM_SHOTS") else { return };
        let taken = self.send("Page.captureScreenshot", json!({ "format": "png", "captureBeyondViewport": true }));
        let png = BASE64_STANDARD.decode(taken["data"].as_str().unwrap()).unwrap();
        std::fs::write(Path::new(&folder).join(format!("{name}.png")), png).unwrap();
    }
}
