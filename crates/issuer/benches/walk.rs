//! The issue walk, timed: `cargo bench -p issuer --bench walk [ROWS]`. Not a test: figures, no verdict.
//!
//! Two runs, each in a fresh folder: 1,200 rows from the sheet to PDFs on disk, and ROWS (100,000) without PDFs, with
//! the rate of every tenth, so that a slope shows.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use issuer::Office;
use issuer::batch::{Decisions, Intake, Progress, issue};
use issuer::deliver::{Deliverer, Files, write_folder};
use issuer::keyring::{self, Ring};
use issuer::programme::Programme;
use issuer::roster;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use store::sqlite::SqliteStore;
use store::{KeyRole, NewIssuer, Store};

const BASE: &str = "http://localhost:8080";

#[tokio::main]
async fn main() {
    let rows = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(100_000);
    whole(1_200).await;
    long(rows).await;
}

/// From the sheet to PDFs on disk.
async fn whole(rows: usize) {
    let place = Place::new().await;
    let sheet = sheet(rows);
    let begun = Instant::now();
    let in_force = place.issue(&sheet, &|_| {}).await;
    let issued = begun.elapsed();
    let out = place.folder.path().join("certificates");
    let files = Files { pdf: true, ..Files::default() };
    write_folder(&Deliverer::new(place.office.clone()), &in_force, &out, files, &|_| {}).await.expect("a folder");
    let all = begun.elapsed();
    let size: u64 =
        fs::read_dir(&out).expect("the folder").flatten().map(|file| file.metadata().expect("a file").len()).sum();
    println!("{rows} rows, sheet to PDFs on disk: {:.2} s", all.as_secs_f64());
    println!("  read, reserved, signed twice, stored: {:.2} s", issued.as_secs_f64());
    println!("  PDF and JSON of each: {:.2} s, {} MB", (all - issued).as_secs_f64(), size / 1_000_000);
    println!("  peak memory so far: {} MB", peak_megabytes());
}

/// Without PDFs.
async fn long(rows: usize) {
    let place = Place::new().await;
    let sheet = sheet(rows);
    let begun = Instant::now();
    let marks = Mutex::new(Vec::new());
    let in_force = place
        .issue(&sheet, &|progress| {
            if let Progress::Reserved { .. } = progress {
                println!("  read and reserved after {:.1} s, {} MB", begun.elapsed().as_secs_f64(), peak_megabytes());
            }
            if let Progress::Signed { done, .. } = progress {
                marks.lock().expect("one thread").push((done, begun.elapsed().as_secs_f64()));
            }
        })
        .await;
    let all = begun.elapsed().as_secs_f64();
    println!("{} rows without PDFs: {all:.1} s, {:.0} a second", in_force.len(), in_force.len() as f64 / all);
    let marks = marks.into_inner().expect("one thread");
    let step = rows.div_ceil(10);
    let at = |count: usize| marks.iter().find(|(done, _)| *done as usize >= count).copied();
    for tenth in 0..10 {
        if let (Some(from), Some(to)) = (at((tenth * step).max(1)), at(((tenth + 1) * step).min(rows))) {
            let rate = f64::from(to.0 - from.0) / (to.1 - from.1).max(1e-9);
            println!("  tenth {:2}: {rate:.0} signed and stored a second", tenth + 1);
        }
    }
    if let Some((_, last)) = marks.last() {
        println!("  signed after {last:.1} s; lists, report and the rest: {:.1} s", all - last);
    }
    println!("  peak memory: {} MB", peak_megabytes());
}

struct Place {
    folder: tempfile::TempDir,
    office: Office,
    ring: Ring,
}

impl Place {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = SqliteStore::create(folder.path().join("piagam.db")).await.expect("a database");
        let store: Arc<dyn Store> = Arc::new(store);
        let issuer = NewIssuer {
            did: vc::did_web(BASE),
            base_url: BASE.to_owned(),
            name_id: "Lembaga Contoh".to_owned(),
            name_en: "Sample Agency".to_owned(),
        };
        let issuer = store.put_issuer(&issuer, now()).await.expect("an issuer");
        let dir: &Path = folder.path();
        keyring::install_example_key(store.as_ref(), &issuer, dir, now()).await.expect("the example key");
        let signer =
            keyring::open_signer(store.as_ref(), &issuer, dir, KeyRole::Certificates, None).await.expect("a key");
        let office = Office {
            store,
            issuer,
            site: BASE.to_owned(),
            zone: TimeZone::get("Asia/Jakarta").expect("a zone"),
            dir: dir.to_owned(),
            actor: "bench".to_owned(),
        };
        let ring = Ring::new(office.issuer.clone(), Arc::new(signer));
        Self { folder, office, ring }
    }

    async fn issue(&self, sheet: &[u8], listener: &(dyn Fn(Progress) + Send + Sync)) -> Vec<uuid::Uuid> {
        let begun = Instant::now();
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../templates/programmes/ai-fundamentals.toml");
        let text = fs::read_to_string(path).expect("a sample programme");
        let programme = Programme::parse(&text).expect("a sample programme");
        let roster = roster::read(sheet, "sheet.csv", &programme).expect("a sheet");
        println!("  {} rows read in {:.2} s", roster.recipients.len(), begun.elapsed().as_secs_f64());
        assert_eq!(roster.problem_count, 0, "{:?}", roster.problems.first());
        let intake =
            Intake { programme: &programme, programme_text: &text, roster: &roster, sheet, decisions: Decisions::NONE };
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        issue(&self.office, &self.ring, intake, &mut rng, now(), listener).await.expect("issued").in_force
    }
}

fn now() -> Timestamp {
    Timestamp::from_second(1_787_200_000).expect("a time")
}

/// A cohort of fictional people without NIP, told apart by their mail addresses.
fn sheet(rows: usize) -> Vec<u8> {
    let mut sheet = "Nama;Gelar Belakang;Instansi;Email;Nilai;Keterangan\n".to_owned();
    for row in 0..rows {
        let letters: String = (0..4).map(|place| char::from(b'a' + (row / 26_usize.pow(place) % 26) as u8)).collect();
        writeln!(sheet, "Peserta Contoh {letters};S.Kom.;Instansi Contoh;{letters}@instansi.example;90,5;LULUS")
            .expect("memory");
    }
    sheet.into_bytes()
}

/// The most memory that this process has had (Linux).
fn peak_megabytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1_024
}
