//! A PostgreSQL server for the tests of one program: its own cluster in a temporary folder, reached by a socket in it (or, with
//! a password, by a port of this machine), a database for each test. It ends with this program, however that ends.
//!
//! The tests of other crates name this file by its path.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Makes a cluster, says where, and waits until nobody holds the other end of its standard input. PostgreSQL does not run
/// as root: then as the user of that name, whom the Debian package made. Nothing in it has to survive.
const SCRIPT: &str = r#"
set -eu
folder=$(mktemp -d /tmp/piagam-postgres.XXXXXX)
cd "$folder"
"$1/initdb" --pgdata=data --username=piagam --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 \
    --no-locale --no-sync >log 2>&1 || { cat log >&2; exit 1; }
openssl req -new -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE \
    -out data/server.crt -keyout data/server.key >log 2>&1 || { cat log >&2; exit 1; }
"$1/postgres" -D data -k "$folder" -c listen_addresses=127.0.0.1 -c port="$2" -c max_connections=300 -c ssl=on \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off >log 2>&1 &
server=$!
until "$1/pg_isready" -q -h "$folder" -p "$2"; do
    kill -0 $server 2>/dev/null || { cat log >&2; exit 1; }
    sleep 0.05
done
echo "$folder"
read -r _ || true
kill -QUIT $server
wait $server || true
cd /
rm -rf "$folder"
"#;

/// A running server.
pub(crate) struct Cluster {
    folder: PathBuf,
    port: u16,
    programs: PathBuf,
    // Its end is this process's end, or a drop: the script waits for it.
    _server: Child,
}

/// The server of this program.
pub(crate) fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(Cluster::start)
}

impl Cluster {
    fn start() -> Self {
        let programs = programs();
        let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|free| free.local_addr()).expect("a free port");
        let mut server = shell()
            .args(["-c", SCRIPT, "sh"])
            .arg(&programs)
            .arg(free.port().to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let mut folder = String::new();
        BufReader::new(server.stdout.as_mut().expect("a pipe")).read_line(&mut folder).expect("a line");
        assert!(!folder.trim().is_empty(), "PostgreSQL does not start; its words are above");
        Self { folder: folder.trim().into(), port: free.port(), programs, _server: server }
    }

    /// The URL of a new, empty database.
    pub(crate) fn database(&self) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(1);
        let name = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        self.url(&name)
    }

    /// The URL of a database here, for its owner, who needs no password.
    pub(crate) fn url(&self, name: &str) -> String {
        format!("postgres://piagam@localhost:{}/{name}?host={}", self.port, self.folder.display())
    }

    /// The same through a port of this machine, for a user who needs one.
    pub(crate) fn url_with_password(&self, name: &str, user: &str, password: &str) -> String {
        format!("postgres://{user}:{password}@localhost:{}/{name}", self.port)
    }

    /// The certificate that the server shows.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.folder.join("data/server.crt")
    }

    /// Runs a statement as the cluster's owner; what it answers, unaligned.
    pub(crate) fn sql(&self, database: &str, statement: &str) -> String {
        let output = self.try_sql(database, statement);
        output.unwrap_or_else(|error| panic!("{statement}: {error}"))
    }

    /// The same, when it may fail.
    pub(crate) fn try_sql(&self, database: &str, statement: &str) -> Result<String, String> {
        let output = Command::new(self.programs.join("psql"))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", "piagam", "-d", database, "-c", statement])
            .arg("-h")
            .arg(&self.folder)
            .args(["-p", &self.port.to_string()])
            .output()
            .expect("psql");
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }
}

/// The name of the database that a URL of ours names.
pub(crate) fn name_of(url: &str) -> &str {
    let path = url.split('?').next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default()
}

/// The folder with `initdb`: Debian keeps one for each version, and none of them is in the path.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    folders.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders.splice(0..0, std::env::split_paths(&path));
    let found = folders.into_iter().rev().find(|folder| folder.join("initdb").exists());
    found.expect("no PostgreSQL: install the Debian package postgresql, or run `tests/run packages`")
}

fn shell() -> Command {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let is_root = status.lines().any(|line| line.starts_with("Uid:\t0\t"));
    let mut shell = Command::new(if is_root { "setpriv" } else { "sh" });
    if is_root {
        shell.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--", "sh"]);
    }
    shell.current_dir("/tmp");
    shell
}
