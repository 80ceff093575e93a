//! The desk and the public pages over many certificates, timed: `cargo bench -p server --bench desk [COUNT]`. Not a test:
//! figures beside the goals, no verdict.
//!
//! COUNT (100,000) certificates in cohorts of 5,000; each page by whoever may see it, the middle of 15 answers on the server
//! itself; searches; a sheet of 5,000 uploaded and previewed; an archive of 1,200 streamed. With `PIAGAM_BENCH_DIR` the
//! certificates are kept there for the next time.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, header};
use futures_util::StreamExt;
use issuer::Office;
use issuer::batch::{Decisions, Intake, issue};
use issuer::keyring::{self, Ring};
use issuer::programme::Programme;
use issuer::roster;
use jiff::{SignedDuration, Timestamp};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use server::config::Config;
use server::desk::account::{Enrolment, hash_password};
use server::desk::vault::Vault;
use server::{App, Signers};
use store::sqlite::SqliteStore;
use store::{Filter, KeyRole, NewEvent, NewIssuer, NewUser, Page, Role, Store, UserChange};
use tower::ServiceExt;

const BASE: &str = "http://localhost:8080";
const PROGRAMME: &str = include_str!("../../../templates/programmes/ai-fundamentals.toml");
const PASSWORD: &str = "kuda baterai staples benar";
const COHORT: usize = 5_000;
const ARCHIVE: usize = 1_200;

/// The goals (issue 6).
const A_PAGE: Duration = Duration::from_millis(50);
const A_SEARCH: Duration = Duration::from_millis(100);
const A_PREVIEW: Duration = Duration::from_secs(2);

#[tokio::main]
async fn main() {
    let count = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(100_000);
    let temporary = tempfile::tempdir().expect("a folder");
    let folder = std::env::var_os("PIAGAM_BENCH_DIR").map_or_else(|| temporary.path().to_owned(), PathBuf::from);
    let place = Place::new(&folder, count).await;
    println!("{count} certificates");
    pages(&place).await;
    searches(&place).await;
    let preview = preview(&place).await;
    archive(&place, &preview).await;
}

/// Every kind of page.
async fn pages(place: &Place) {
    let all = place.store.certificates(&Filter::default(), Page { after: 0, limit: 1 }).await.expect("the store");
    let (id, code) = (all[0].id, &all[0].code);
    let public = ["/", "/periksa", "/bantuan", "/privasi", "/v", "/api"].map(str::to_owned);
    let certificate = [format!("/v/{code}"), format!("/credentials/{id}")];
    for path in public.into_iter().chain(certificate) {
        place.time("anybody", None, &path, A_PAGE).await;
    }
    let operator = ["/desk/angkatan", "/desk/angkatan-baru", "/desk/sertifikat", "/desk/sandi"].map(str::to_owned);
    for path in operator.into_iter().chain([format!("/desk/sertifikat/{id}")]) {
        place.time("operator", Some(&place.operator), &path, A_PAGE).await;
    }
    let acts = ["cabut", "tangguhkan", "terbitkan-ulang"].map(|act| format!("/desk/sertifikat/{id}/tindakan/{act}"));
    for path in acts {
        place.time("approver", Some(&place.approver), &path, A_PAGE).await;
    }
    place.time("admin", Some(&place.admin), "/desk/pengguna", A_PAGE).await;
    place.time("auditor", Some(&place.auditor), "/desk/jejak", A_PAGE).await;
    place.time("auditor", Some(&place.auditor), &format!("/desk/jejak?objek={id}"), A_PAGE).await;
}

/// What everybody has, what one has, what nobody has; a state; far down the list.
async fn searches(place: &Place) {
    let queries = [
        "cari=contoh",
        "cari=garut+jawa+irian",
        "cari=tidak+ada",
        "keadaan=revoked",
        "cari=contoh&sebelum=2000",
        "sebelum=200",
    ];
    for query in queries {
        place.time("operator", Some(&place.operator), &format!("/desk/sertifikat?{query}"), A_SEARCH).await;
    }
}

/// A cohort of 5,000 from its upload to its first preview; then looked at again. Gives its address.
async fn preview(place: &Place) -> String {
    // A kept installation has those of earlier runs.
    let earlier = place.store.drafts(None, None, 1).await.expect("the store");
    let free = 100 + earlier.first().map_or(0, |draft| draft.serial as usize);
    let cohort = place.begin(free).await;
    let sheet = xlsx(COHORT);
    let begun = Instant::now();
    place.upload(&cohort, &sheet).await;
    place.read(Some(&place.operator), &cohort).await;
    told(
        &format!("a sheet of {COHORT} ({} kB) uploaded and previewed", sheet.len() / 1000),
        begun.elapsed(),
        A_PREVIEW,
    );
    place.time("operator", Some(&place.operator), &cohort, A_PAGE).await;
    place.time("approver", Some(&place.approver), &cohort, A_PAGE).await;
    let begun = Instant::now();
    let (_, bytes) = place.read(Some(&place.operator), &format!("{cohort}/masalah.xlsx")).await;
    told(&format!("the same marked, {} kB", bytes / 1000), begun.elapsed(), A_PREVIEW);
    // People who have their certificates: each row is compared.
    let known = place.begin(1).await;
    place.upload(&known, &sheet).await;
    place.read(Some(&place.operator), &known).await;
    place.time("operator, everybody has a certificate", Some(&place.operator), &known, A_PAGE).await;
    // The next one is small: its archive is what counts.
    let cohort = place.begin(free + 1).await;
    place.upload(&cohort, &xlsx(ARCHIVE)).await;
    place.send_and_approve(&cohort).await;
    cohort
}

async fn archive(place: &Place, cohort: &str) {
    place.read(Some(&place.operator), cohort).await;
    for file in ["ringkas.zip", "lengkap.zip"] {
        let before = resident();
        let begun = Instant::now();
        let response = place.get(Some(&place.operator), &format!("{cohort}/{file}")).await;
        let (mut bytes, mut most, mut first) = (0, 0, None);
        let mut body = response.into_body().into_data_stream();
        while let Some(part) = body.next().await {
            bytes += part.expect("an archive to its end").len();
            most = most.max(resident());
            first.get_or_insert_with(|| begun.elapsed());
        }
        println!(
            "{file} of {ARCHIVE}: {} MB in {:.1} s, the first bytes after {} ms; memory {before} MB before, {most} MB at most",
            bytes / 1_000_000,
            begun.elapsed().as_secs_f64(),
            first.unwrap_or_default().as_millis()
        );
    }
}

fn told(what: &str, took: Duration, goal: Duration) {
    let mark = if took <= goal { " " } else { "!" };
    println!("{mark} {:8.1} ms (goal {} ms)  {what}", took.as_secs_f64() * 1000.0, goal.as_millis());
}

/// The process's memory now, in MB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap_or(0) / 1000
}

/// An installation on this machine with its desk.
struct Place {
    store: Arc<dyn Store>,
    app: Arc<App>,
    router: Router,
    operator: String,
    approver: String,
    admin: String,
    auditor: String,
    authenticator: Enrolment,
    began: Timestamp,
    /// How many codes were typed.
    steps: Arc<AtomicI64>,
}

fn after(began: Timestamp, steps: i64) -> Timestamp {
    began + SignedDuration::from_secs(30 * steps)
}

impl Place {
    async fn new(folder: &Path, count: usize) -> Self {
        let database = folder.join("piagam.db");
        let store = match database.exists() {
            true => SqliteStore::open(&database).await,
            false => SqliteStore::create(&database).await,
        };
        let store: Arc<dyn Store> = Arc::new(store.expect("a database"));
        let config =
            Config::parse(&Config::first(BASE).expect("settings"), Path::new("piagam.toml")).expect("settings");
        let issuer = NewIssuer {
            did: vc::did_web(BASE),
            base_url: BASE.to_owned(),
            name_id: "Lembaga Contoh".to_owned(),
            name_en: "Example Agency".to_owned(),
        };
        let now = Timestamp::now();
        let issuer = store.put_issuer(&issuer, now).await.expect("an issuer");
        keyring::install_example_key(store.as_ref(), &issuer, folder, now).await.expect("a key");
        let signer = keyring::open_signer(store.as_ref(), &issuer, folder, KeyRole::Certificates, None).await;
        let ring = Ring::new(issuer.clone(), Arc::new(signer.expect("a key")));
        let office = Office {
            store: Arc::clone(&store),
            issuer,
            site: BASE.to_owned(),
            zone: config.time_zone(),
            dir: folder.to_owned(),
            actor: "bench".to_owned(),
        };
        filled(&office, &ring, count).await;
        let authenticator = enrolled(store.as_ref(), folder).await;
        // Each code is another step's: half a minute goes by with each.
        let steps = Arc::new(AtomicI64::new(0));
        let clock = Arc::clone(&steps);
        let later = move || after(now, clock.load(Ordering::Relaxed));
        let signers = Signers { certificates: ring, api: None };
        let app = Arc::new(App::new(config, office, signers, Box::new(later)).expect("a service"));
        let mut place = Self {
            store,
            router: server::router(Arc::clone(&app)),
            app,
            operator: String::new(),
            approver: String::new(),
            admin: String::new(),
            auditor: String::new(),
            authenticator,
            began: now,
            steps,
        };
        place.operator = place.sign_in(Role::Operator).await;
        place.approver = place.sign_in(Role::Approver).await;
        place.admin = place.sign_in(Role::Admin).await;
        place.auditor = place.sign_in(Role::Auditor).await;
        place
    }

    /// What the authenticator shows half a minute later.
    fn code(&self) -> String {
        let step = self.steps.fetch_add(1, Ordering::Relaxed) + 1;
        self.authenticator.code(after(self.began, step))
    }

    async fn sign_in(&self, role: Role) -> String {
        let code = self.code();
        let login = format!("{}@contoh.example", role.code());
        let body = serde_urlencoded::to_string([("surel", login.as_str()), ("sandi", PASSWORD), ("kode", &code)]);
        let answer = self.post(None, "/desk/masuk", body.expect("a form")).await;
        let cookie = answer.headers().get(header::SET_COOKIE).expect("a session").to_str().expect("ASCII");
        cookie.split(';').next().unwrap_or_default().to_owned()
    }

    async fn get(&self, cookie: Option<&String>, path: &str) -> Response<Body> {
        let mut request = Request::get(path).header(header::HOST, "localhost:8080");
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        self.router.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer")
    }

    async fn post(&self, cookie: Option<&String>, path: &str, body: String) -> Response<Body> {
        let mut request = Request::post(path)
            .header(header::HOST, "localhost:8080")
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        self.router.clone().oneshot(request.body(Body::from(body)).expect("a request")).await.expect("an answer")
    }

    /// The page, and its length.
    async fn read(&self, cookie: Option<&String>, path: &str) -> (String, usize) {
        let response = self.get(cookie, path).await;
        assert_eq!(response.status().as_u16(), 200, "{path}");
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        (String::from_utf8_lossy(&bytes).into_owned(), bytes.len())
    }

    /// The middle of fifteen answers.
    async fn time(&self, who: &str, cookie: Option<&String>, path: &str, goal: Duration) {
        let mut took = Vec::new();
        for _ in 0..15 {
            let begun = Instant::now();
            self.read(cookie, path).await;
            took.push(begun.elapsed());
        }
        took.sort_unstable();
        told(&format!("{who}: {path}"), took[7], goal);
    }

    /// A cohort of this number; gives its address.
    async fn begin(&self, number: usize) -> String {
        let (page, _) = self.read(Some(&self.operator), "/desk/angkatan-baru").await;
        let fields = [("form", between(&page, "name=\"form\" value=\"")), ("isi", &numbered(number))];
        let body = serde_urlencoded::to_string(fields).expect("a form");
        let made = self.post(Some(&self.operator), "/desk/angkatan-baru", body).await;
        made.headers().get(header::LOCATION).expect("a cohort").to_str().expect("ASCII").to_owned()
    }

    async fn upload(&self, cohort: &str, sheet: &[u8]) {
        let (page, _) = self.read(Some(&self.operator), cohort).await;
        let query = between(&page, "/lembar?form=").replace("&amp;", "&");
        let head = "--x\r\nContent-Disposition: form-data; name=\"berkas\"; filename=\"peserta.xlsx\"\r\n\r\n";
        let body = [head.as_bytes(), sheet, b"\r\n--x--\r\n"].concat();
        let request = Request::post(format!("{cohort}/lembar?form={query}"))
            .header(header::HOST, "localhost:8080")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, &self.operator)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
        let request = request.body(Body::from(body)).expect("a request");
        let answer = self.router.clone().oneshot(request).await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 303);
    }

    async fn send_and_approve(&self, cohort: &str) {
        for (cookie, step) in [(&self.operator, "ajukan"), (&self.approver, "setujui")] {
            let (page, _) = self.read(Some(cookie), cohort).await;
            let (token, version) =
                (between(&page, "name=\"form\" value=\""), between(&page, "name=\"versi\" value=\""));
            let code = if step == "setujui" { self.code() } else { String::new() };
            let body = serde_urlencoded::to_string([("form", token), ("versi", version), ("kode", &code)]);
            let answer = self.post(Some(cookie), &format!("{cohort}/{step}"), body.expect("a form")).await;
            assert_eq!(answer.status().as_u16(), 303, "{step}");
        }
        let begun = Instant::now();
        server::desk::issue_approved(&self.app).await;
        println!("{ARCHIVE} issued from the desk in {:.1} s", begun.elapsed().as_secs_f64());
    }
}

/// What stands between a mark and the next quotation mark.
fn between<'a>(page: &'a str, mark: &str) -> &'a str {
    page.split_once(mark).and_then(|(_, rest)| rest.split('"').next()).unwrap_or_else(|| panic!("no {mark}: {page}"))
}

fn numbered(number: usize) -> String {
    PROGRAMME.replace("number = 2\n", &format!("number = {number}\n"))
}

/// Issues what is missing of so many certificates, cohort by cohort.
async fn filled(office: &Office, ring: &Ring, count: usize) {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for number in 1..=count.div_ceil(COHORT) {
        let text = numbered(number);
        let programme = Programme::parse(&text).expect("the sample");
        let sheet = csv(COHORT.min(count - (number - 1) * COHORT));
        let roster = roster::read(&sheet, "peserta.csv", &programme).expect("a sheet");
        let intake = Intake {
            programme: &programme,
            programme_text: &text,
            roster: &roster,
            sheet: &sheet,
            decisions: Decisions::NONE,
        };
        issue(office, ring, intake, &mut rng, Timestamp::now(), &|_| {}).await.expect("issued");
    }
}

/// A user of each role; one authenticator is enough for all.
async fn enrolled(store: &dyn Store, folder: &Path) -> Enrolment {
    let mut rng = ChaCha8Rng::from_rng(&mut rand::rng());
    let vault = Vault::at(folder);
    vault.make(&mut rng).expect("a key");
    let enrolment = Enrolment::draw(&mut rng);
    for role in Role::ALL {
        let login = format!("{}@contoh.example", role.code());
        let credentials = enrolment.credentials(&login, &vault, &mut rng).expect("sealed");
        let event = NewEvent::new(Timestamp::now(), "bench", "user-add", "");
        let user = match store.user_by_login(&login).await.expect("the store") {
            Some(user) => store.change_user(user.id, &UserChange::Reset(credentials), &event).await.expect("a user"),
            None => {
                let user = NewUser { login, name: "Nama Contoh".to_owned(), role: *role, credentials };
                store.put_user(&user, &event).await.expect("a user")
            }
        };
        let change = UserChange::Password(hash_password(PASSWORD, &mut rng));
        store.change_user(user.id, &change, &event).await.expect("a password");
    }
    enrolment
}

const HEAD: [&str; 7] = ["Nama", "NIP", "Jabatan", "Instansi", "Email", "Nilai", "Keterangan"];

fn person(at: usize) -> [String; 7] {
    // Distinct and well-formed: a birthday, an appointment, a serial.
    let (year, month, day) = (1965 + at % 35, 1 + at / 35 % 12, 1 + at / 420 % 28);
    let nip = format!("{year}{month:02}{day:02}2019031{:03}", 1 + at / 11_760 % 999);
    [
        format!(
            "Contoh {} {} {} {}",
            WORDS[at / 1_000 % 10],
            WORDS[at / 100 % 10],
            WORDS[at / 10 % 10],
            WORDS[at % 10]
        ),
        nip,
        "Analis Uji".into(),
        format!("Instansi Contoh {}", WORDS[at / 100 % 10]),
        format!("peserta{at}@contoh.example"),
        "90".into(),
        "LULUS".into(),
    ]
}

const WORDS: [&str; 10] =
    ["Andalas", "Borneo", "Celebes", "Dewata", "Ekasila", "Flores", "Garut", "Halmahera", "Irian", "Jawa"];

fn csv(rows: usize) -> Vec<u8> {
    let mut text = HEAD.join(";");
    for at in 0..rows {
        let _ = write!(text, "\n{}", person(at).join(";"));
    }
    text.into_bytes()
}

/// A workbook as operators send it.
fn xlsx(rows: usize) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, head) in (0..).zip(HEAD) {
        sheet.write_string(0, column, head).expect("a cell");
    }
    for row in 0..rows {
        for (column, cell) in (0..).zip(person(row)) {
            sheet.write_string(row as u32 + 1, column, cell).expect("a cell");
        }
    }
    book.save_to_buffer().expect("a workbook")
}
