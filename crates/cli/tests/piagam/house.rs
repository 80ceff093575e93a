//! What every test needs: a data directory of its own, the program run in it, its server, other people's programs.

use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// The passphrase of every key that is made here.
pub(crate) const PASSPHRASE: &str = "kata sandi uji";

/// A file of `templates/`.
pub(crate) fn sample(path: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates").join(path);
    assert!(path.is_file(), "{} is not there", path.display());
    path
}

pub(crate) fn sheet(name: &str) -> PathBuf {
    sample(&format!("sheets/{name}"))
}

pub(crate) fn programme(name: &str) -> PathBuf {
    sample(&format!("programmes/{name}.toml"))
}

/// What a run of the program came to.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
        // Ended by a signal: no exit code, and never what a test expects.
        let run = Self { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) };
        assert!(!run.err.contains("panicked at"), "{}", run.err);
        run
    }

    /// Ended with this exit code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "standard output: {}\nstandard error: {}", self.out, self.err);
        self
    }

    /// A failure with words in both languages, each with its second line: what to do.
    #[track_caller]
    pub(crate) fn fails(self, code: i32, id: &str, en: &str) -> Self {
        let run = self.exits(code);
        assert!(run.err.contains(id) && run.err.contains(en), "expected {id:?} and {en:?} in {}", run.err);
        assert!(run.err.matches("\n  -> ").count() >= 2, "what to do next, in both languages: {}", run.err);
        run
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

/// The program, without anything from the environment of whoever runs the tests, and with nobody to ask.
pub(crate) fn piagam<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_piagam"));
    command
        .args(arguments)
        .env_remove("PIAGAM_PASSPHRASE")
        .env_remove("PIAGAM_BACKUP_PASSPHRASE")
        .env_remove("DATABASE_URL")
        .env_remove("RUST_LOG")
        .stdin(Stdio::null());
    // Whom the person at this machine trusts is nothing to the tests.
    command.env("PIAGAM_TRUST_DIR", "/nonexistent/piagam-trust");
    command
}

pub(crate) fn run(command: &mut Command) -> Run {
    Run::of(command.output().unwrap())
}

/// Runs the command with these bytes on its standard input.
pub(crate) fn run_with_input(command: &mut Command, input: &[u8]) -> Run {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // A program that has read enough closes the pipe: no failure.
        scope.spawn(move || stdin.write_all(input).ok());
        Run::of(child.wait_with_output().unwrap())
    })
}

/// A data directory that goes when the test ends.
pub(crate) struct Home {
    pub(crate) dir: PathBuf,
    pub(crate) port: u16,
    _temporary: TempDir,
}

impl Home {
    /// An empty folder, and a port that is free.
    pub(crate) fn bare() -> Self {
        let temporary = tempfile::tempdir().unwrap();
        Self { dir: temporary.path().join("data"), port: free_port(), _temporary: temporary }
    }

    /// Another data directory beside this one, not there yet.
    pub(crate) fn beside(&self, name: &str) -> Self {
        Self { dir: self.path("..").join(name), ..Self::bare() }
    }

    /// `piagam init` and `piagam keys new`.
    pub(crate) fn new() -> Self {
        let home = Self::bare();
        home.init();
        home.run(["keys", "new"]).exits(0);
        home
    }

    /// `piagam init`, for `http://localhost:PORT`.
    pub(crate) fn init(&self) {
        self.run(["init", "--base-url", &self.base()]).exits(0);
    }

    /// `piagam demo --no-serve`: the 25, with their files.
    pub(crate) fn demo(more: &[&str]) -> Self {
        let home = Self::bare();
        home.run_demo(more);
        home
    }

    pub(crate) fn run_demo(&self, more: &[&str]) -> Run {
        let port = self.port.to_string();
        let arguments = ["demo", "--no-serve", "--port", &port];
        self.run(arguments.iter().chain(more)).exits(0)
    }

    /// The program on this data directory, the passphrase in the environment.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Command {
        let mut command = piagam(arguments);
        command.arg("--dir").arg(&self.dir).env("PIAGAM_PASSPHRASE", PASSPHRASE);
        command
    }

    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Run {
        run(&mut self.command(arguments))
    }

    /// `piagam issue`.
    pub(crate) fn issuing(&self, sheet: &Path, programme: &Path, more: &[&str]) -> Command {
        let named = ["issue".as_ref(), sheet.as_os_str(), "--programme".as_ref(), programme.as_os_str()];
        let mut command = self.command(named);
        command.args(more);
        command
    }

    pub(crate) fn issue(&self, sheet: &Path, programme: &Path, more: &[&str]) -> Run {
        run(&mut self.issuing(sheet, programme, more))
    }

    /// The 25 of the sample sheet, without files.
    pub(crate) fn issue_25(&self) {
        self.issue(&sheet("cohort-25.xlsx"), &programme("ai-fundamentals"), &["--no-pdf"]).exits(0);
    }

    /// `piagam list --json`.
    pub(crate) fn list(&self) -> Vec<Value> {
        let listed = self.run(["list", "--json"]).exits(0);
        listed.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// `piagam verify --json`: the report.
    pub(crate) fn verify(&self, input: impl AsRef<OsStr>, code: i32) -> Value {
        self.run(["verify".as_ref(), "--json".as_ref(), input.as_ref()]).exits(code).json()
    }

    pub(crate) fn base(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    pub(crate) fn did(&self) -> String {
        format!("did:web:localhost%3A{}", self.port)
    }

    /// A file in the data directory.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// The files of that extension in a folder of the data directory, by name.
    pub(crate) fn files(&self, folder: &str, extension: &str) -> Vec<PathBuf> {
        let paths = fs::read_dir(self.path(folder)).unwrap().map(|entry| entry.unwrap().path());
        let mut paths: Vec<_> = paths.filter(|path| path.extension() == Some(extension.as_ref())).collect();
        paths.sort();
        paths
    }

    /// Writes a file beside the data directory.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.dir.with_file_name(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    /// `piagam serve`, ready to answer.
    pub(crate) fn serve(&self) -> Server {
        let log = self.dir.with_file_name("server.log");
        let mut serve = self.command(["serve"]);
        let child = serve.stdout(Stdio::null()).stderr(fs::File::create(&log).unwrap()).spawn().unwrap();
        let mut server = Server { child, port: self.port, log };
        let deadline = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let ended = server.child.try_wait().unwrap();
            assert!(ended.is_none() && Instant::now() < deadline, "no server: {ended:?} {}", server.told());
            sleep(Duration::from_millis(20));
        }
        assert_eq!(server.get("/readyz", "").status, 200);
        server
    }
}

/// A running `piagam serve`; killed when the test ends, however it ends.
pub(crate) struct Server {
    child: Child,
    port: u16,
    log: PathBuf,
}

/// What the server answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Server {
    pub(crate) fn get(&self, path: &str, accept: &str) -> Answer {
        self.ask(&format!("GET {path}"), accept, b"")
    }

    pub(crate) fn ask(&self, what: &str, accept: &str, body: &[u8]) -> Answer {
        self.ask_at(&format!("localhost:{}", self.port), what, accept, body)
    }

    /// Under another `Host`. HTTP/1.0, so that the body ends with the connection.
    pub(crate) fn ask_at(&self, host: &str, what: &str, accept: &str, body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let length = body.len();
        let head = format!(
            "{what} HTTP/1.0\r\nHost: {host}\r\nAccept: {accept}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        );
        stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head, body: bytes[end + 4..].to_vec() }
    }

    /// Everything that it has written to standard error.
    pub(crate) fn told(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that nobody listens on, below those that the system gives to outgoing connections.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = 20_000 + (std::process::id() % 11_000) as u16;
    for _ in 0..1_000 {
        let port = start + NEXT.fetch_add(1, Ordering::Relaxed) % 1_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no free port from {start} on");
}

/// Runs somebody else's program and gives what it wrote; it must succeed.
#[track_caller]
pub(crate) fn tool(name: &str, package: &str, arguments: &[&OsStr]) -> Vec<u8> {
    let output = Command::new(name).args(arguments).output().unwrap_or_else(|error| {
        panic!("{name}: {error}. Install the Debian package {package}, or run tests/run as root, which does.")
    });
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name} {arguments:?}: {said} {}", String::from_utf8_lossy(&output.stdout));
    output.stdout
}

/// A member of a JSON object as text.
#[track_caller]
pub(crate) fn text<'a>(object: &'a Value, member: &str) -> &'a str {
    object[member].as_str().unwrap_or_else(|| panic!("{member} is no text in {object}"))
}

/// Whether `bytes` holds `needle`.
pub(crate) fn holds(bytes: &[u8], needle: &str) -> bool {
    memchr::memmem::find(bytes, needle.as_bytes()).is_some()
}
