//! kill -9 at fixed random moments of a batch of 1,200: nothing lost, nothing twice, no hand needed.
//!
//! The process that is killed is this test program itself, started again with `PIAGAM_KILL_DIR` set.

use std::collections::HashSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs, thread};

use issuer::Office;
use issuer::batch::{Decisions, Intake, Issued, issue};
use issuer::deliver::{Deliverer, Files, write_folder};
use issuer::keyring::{self, Ring};
use issuer::programme::Programme;
use issuer::roster;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use store::sqlite::SqliteStore;
use store::{Certificate, Filter, KeyRole, NewIssuer, PAGE_MAX, Page, State, Store, Suite};

/// Names the data directory to the process that is going to be killed.
const DIR: &str = "PIAGAM_KILL_DIR";

/// After so many milliseconds each run is killed: before, within and after the reservation, and while signing.
const MOMENTS: [u64; 12] = [5, 20, 40, 80, 120, 170, 230, 300, 380, 470, 570, 680];

#[test]
fn whatever_is_killed_is_finished_by_the_next_run() {
    let folder = tempfile::tempdir().unwrap();
    for moment in MOMENTS {
        let mut victim = Command::new(env::current_exe().unwrap())
            .args(["--exact", "the_process_that_is_killed", "--ignored"])
            .env(DIR, folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(moment));
        victim.kill().unwrap();
        victim.wait().unwrap();
    }
    runtime().block_on(async {
        let issued = run(folder.path()).await;
        assert_eq!(issued.in_force.len(), 1_200);
        let office = office(folder.path()).await.0;
        let all = certificates(office.store.as_ref()).await;
        assert_eq!(all.len(), 1_200, "nobody twice, nobody lost");
        let distinct = |of: &dyn Fn(&Certificate) -> String| all.iter().map(of).collect::<HashSet<_>>().len();
        assert_eq!(distinct(&|c| c.id.to_string()), 1_200);
        assert_eq!(distinct(&|c| c.number.clone()), 1_200);
        assert_eq!(distinct(&|c| c.code.clone()), 1_200);
        assert_eq!(distinct(&|c| format!("{}/{}", c.status_list, c.status_index)), 1_200);
        assert_eq!(distinct(&|c| c.person_key.clone().unwrap()), 1_200);
        assert!(all.iter().all(|certificate| certificate.state == State::Issued));
        assert_eq!(office.store.integrity().await.unwrap(), Vec::<String>::new());
        let counts = office.store.counts().await.unwrap();
        assert_eq!((counts.batches, counts.unfinished_batches, counts.certificates_without_documents), (1, 0, 0));
        assert_eq!((counts.status_entries, counts.status_lists), (1_200, 1));
        for id in [issued.in_force[0], issued.in_force[1_199]] {
            assert!(office.store.signed_text(id, Suite::Jcs).await.unwrap().is_some());
        }
        folder_is_complete_after_a_kill(&office, &issued).await;
    });
}

/// Half-written files of a killed run are replaced; no draft is taken for a file.
async fn folder_is_complete_after_a_kill(office: &Office, issued: &Issued) {
    let out = office.dir.join("out");
    fs::create_dir_all(&out).unwrap();
    let some = &issued.in_force[..20];
    let files = Files::default();
    let deliverer = Deliverer::new(office.clone());
    let first = write_folder(&deliverer, some, &out, files, &|_| {}).await.unwrap();
    fs::write(out.join(format!("{}.json", first[3].stem)), "{\"half").unwrap();
    fs::write(out.join(format!("{}.json.tmp", first[4].stem)), "{\"half").unwrap();
    write_folder(&deliverer, some, &out, files, &|_| {}).await.unwrap();
    for entry in fs::read_dir(&out).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(path.extension().unwrap(), "json", "{}", path.display());
        serde_json::from_slice::<serde_json::Value>(&fs::read(&path).unwrap()).unwrap();
    }
    assert_eq!(fs::read_dir(&out).unwrap().count(), 20);
}

/// Not a test by itself: issues the 1,200 until somebody kills it.
#[test]
#[ignore = "started by whatever_is_killed_is_finished_by_the_next_run"]
fn the_process_that_is_killed() {
    if let Some(dir) = env::var_os(DIR) {
        runtime().block_on(run(Path::new(&dir)));
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

async fn run(dir: &Path) -> Issued {
    let (office, ring) = office(dir).await;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates");
    let text = fs::read_to_string(root.join("programmes/ai-fundamentals.toml")).unwrap();
    let sheet = fs::read(root.join("sheets/cohort-1200.csv")).unwrap();
    let programme = Programme::parse(&text).unwrap();
    let roster = roster::read(&sheet, "cohort-1200.csv", &programme).unwrap();
    let intake = Intake {
        programme: &programme,
        programme_text: &text,
        roster: &roster,
        sheet: &sheet,
        decisions: Decisions::NONE,
    };
    // Every process draws differently: what was reserved stays, whatever the next one would draw.
    let mut rng = ChaCha8Rng::seed_from_u64(u64::from(std::process::id()));
    issue(&office, &ring, intake, &mut rng, now(), &|_| {}).await.unwrap()
}

async fn office(dir: &Path) -> (Office, Ring) {
    const BASE: &str = "http://localhost:8080";
    let store: Arc<dyn Store> = Arc::new(SqliteStore::create(dir.join("piagam.db")).await.unwrap());
    let issuer = NewIssuer {
        did: vc::did_web(BASE),
        base_url: BASE.to_owned(),
        name_id: "Lembaga Contoh".to_owned(),
        name_en: "Sample Agency".to_owned(),
    };
    let issuer = store.put_issuer(&issuer, now()).await.unwrap();
    keyring::install_example_key(store.as_ref(), &issuer, dir, now()).await.unwrap();
    let signer = keyring::open_signer(store.as_ref(), &issuer, dir, KeyRole::Certificates, None).await.unwrap();
    let zone = TimeZone::get("Asia/Jakarta").unwrap();
    let office = Office { store, issuer, site: BASE.to_owned(), zone, dir: dir.to_owned(), actor: "test".to_owned() };
    let ring = Ring::new(office.issuer.clone(), Arc::new(signer));
    (office, ring)
}

fn now() -> Timestamp {
    Timestamp::from_second(1_787_200_000).unwrap()
}

async fn certificates(store: &dyn Store) -> Vec<Certificate> {
    let mut all: Vec<Certificate> = Vec::new();
    loop {
        let after = all.last().map_or(0, |certificate| certificate.serial);
        let page = store.certificates(&Filter::default(), Page { after, limit: PAGE_MAX }).await.unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}
