use std::collections::HashSet;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use store::sqlite::SqliteStore;
use store::{Certificate, Filter, NewIssuer, Page, State, Store, StoreError, Suite};
use tempfile::TempDir;
use vc::{Evidence, Need, Policy, Verdict};

use super::*;
use crate::keyring::{self, SignError, Signer};
use crate::lease::LASTS;
use crate::roster;

const BASE: &str = "http://localhost:8080";

/// An office in a folder of its own.
pub(crate) struct Desk {
    pub(crate) folder: TempDir,
    pub(crate) office: Office,
    pub(crate) ring: Ring,
    pub(crate) rng: ChaCha8Rng,
}

impl Desk {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(SqliteStore::create(folder.path().join("piagam.db")).await.unwrap());
        let issuer = NewIssuer {
            did: vc::did_web(BASE),
            base_url: BASE.to_owned(),
            name_id: "Lembaga Contoh".to_owned(),
            name_en: "Sample Agency".to_owned(),
        };
        let issuer = store.put_issuer(&issuer, now()).await.unwrap();
        keyring::install_example_key(store.as_ref(), &issuer, folder.path(), now()).await.unwrap();
        let role = store::KeyRole::Certificates;
        let signer = keyring::open_signer(store.as_ref(), &issuer, folder.path(), role, None).await.unwrap();
        let office = Office {
            store,
            issuer,
            site: "https://lembaga.example".to_owned(),
            zone: TimeZone::get("Asia/Jakarta").unwrap(),
            dir: folder.path().to_owned(),
            actor: "test".to_owned(),
        };
        let ring = Ring::new(office.issuer.clone(), Arc::new(signer));
        Self { folder, office, ring, rng: ChaCha8Rng::seed_from_u64(7) }
    }

    pub(crate) fn signer(&self) -> Arc<dyn Signer> {
        Arc::clone(self.ring.signer(self.office.issuer.id).unwrap())
    }

    /// The ring with a key that signs so many times, then the power is gone.
    pub(crate) fn failing_after(&self, signatures: usize) -> Ring {
        let failing = Failing { inner: self.signer(), left: AtomicUsize::new(signatures) };
        Ring::new(self.office.issuer.clone(), Arc::new(failing))
    }

    /// Issues a sheet of these people, `name;nip` each.
    pub(crate) async fn issue(&mut self, people: &[(&str, &str)]) -> Result<Issued, IssueError> {
        let sheet = sheet(people);
        self.issue_sheet(&sheet).await
    }

    pub(crate) async fn issue_sheet(&mut self, sheet: &[u8]) -> Result<Issued, IssueError> {
        self.issue_decided(sheet, Decisions::NONE).await
    }

    /// The same with decisions about changed rows.
    pub(crate) async fn issue_decided(&mut self, sheet: &[u8], decisions: &Decisions) -> Result<Issued, IssueError> {
        let (programme, text) = programme();
        let roster = roster::read(sheet, "sheet.csv", &programme).unwrap();
        let intake = Intake { programme: &programme, programme_text: &text, roster: &roster, sheet, decisions };
        issue(&self.office, &self.ring, intake, &mut self.rng, now(), &|_| {}).await
    }

    pub(crate) async fn certificates(&self) -> Vec<Certificate> {
        let mut all = Vec::new();
        loop {
            let after = all.last().map_or(0, |certificate: &Certificate| certificate.serial);
            let page = Page { after, limit: store::PAGE_MAX };
            let page = self.office.store.certificates(&Filter::default(), page).await.unwrap();
            if page.is_empty() {
                return all;
            }
            all.extend(page);
        }
    }

    /// Verifies a certificate as a stranger would, from what is published.
    pub(crate) async fn verify(&self, certificate: &Certificate, suite: Suite) -> vc::Report {
        let store = &self.office.store;
        let text = store.signed_text(certificate.id, suite).await.unwrap().unwrap();
        let mut evidence = Evidence::default();
        loop {
            let needs = vc::needs(text.as_bytes(), &evidence);
            if needs.is_empty() {
                return vc::verify(text.as_bytes(), &evidence, &Policy::any(), later());
            }
            for need in needs {
                let answer = self.answer(&need).await.ok_or(vc::WhyNot::NotFound);
                evidence.answer(need, answer);
            }
        }
    }

    async fn answer(&self, need: &Need) -> Option<Vec<u8>> {
        let store = &self.office.store;
        let url = need.url()?;
        let issuers = store.issuers().await.unwrap();
        let (issuer, path) =
            issuers.iter().find_map(|issuer| Some((issuer, url.strip_prefix(issuer.base_url.as_str())?)))?;
        if path == "/.well-known/did.json" {
            let keys = store.public_keys(issuer.id).await.unwrap();
            let keys: Vec<_> =
                keys.iter().map(|key| (key.number, vc::PublicKey::from_multikey(&key.multikey).unwrap())).collect();
            return Some(vc::did_document(&issuer.did, &keys).to_string().into_bytes());
        }
        if let Some(id) = path.strip_prefix("/records/") {
            return Some(store.record(id.parse().ok()?).await.unwrap()?.text.into_bytes());
        }
        let (purpose, number) = path.strip_prefix("/status/")?.split_once('/')?;
        let purpose = store::StatusPurpose::from_code(purpose)?;
        let document = store.status_document(issuer.id, number.parse().ok()?, purpose, Suite::Rdfc).await.unwrap()?;
        Some(document.text.into_bytes())
    }
}

pub(crate) fn now() -> Timestamp {
    "2026-08-20T02:00:00.5Z".parse().unwrap()
}

pub(crate) fn later() -> Timestamp {
    "2026-08-21T02:00:00Z".parse().unwrap()
}

/// The first sample programme and its text.
pub(crate) fn programme() -> (Programme, String) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../templates/programmes/ai-fundamentals.toml");
    let text = fs::read_to_string(path).unwrap();
    (Programme::parse(&text).unwrap(), text)
}

pub(crate) fn sheet(people: &[(&str, &str)]) -> Vec<u8> {
    let mut sheet = "Nama;NIP;Instansi;Nilai;Keterangan\n".to_owned();
    for (name, nip) in people {
        sheet.push_str(&format!("{name};{nip};Instansi Contoh;90,5;LULUS\n"));
    }
    sheet.into_bytes()
}

const PEOPLE: [(&str, &str); 3] =
    [("Budi Contoh", "198607142011012991"), ("Siti Uji", "199203092019031992"), ("M. Fiktif", "197911252005011993")];

/// Signs so many times, then the power is gone.
struct Failing {
    inner: Arc<dyn Signer>,
    left: AtomicUsize,
}

impl Signer for Failing {
    fn method(&self) -> &vc::VerificationMethod {
        self.inner.method()
    }

    fn number(&self) -> u32 {
        self.inner.number()
    }

    fn sign(&self, bytes: &[u8]) -> Result<[u8; 64], SignError> {
        let spent = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_err();
        if spent {
            return Err(SignError { method: self.inner.method().id.clone(), detail: "no power".to_owned() });
        }
        self.inner.sign(bytes)
    }
}

#[tokio::test]
async fn a_sheet_becomes_certificates_that_strangers_can_verify() {
    let mut desk = Desk::new().await;
    let issued = desk.issue(&PEOPLE).await.unwrap();
    let batch = issued.batch.unwrap();
    assert_eq!((batch.certificates, batch.signed, issued.in_force.len()), (3, 3, 3));
    let certificates = desk.certificates().await;
    let numbers: Vec<_> = certificates.iter().map(|c| c.number.as_str()).collect();
    assert_eq!(numbers, ["00001/AI-DASAR/II/VIII/2026", "00002/AI-DASAR/II/VIII/2026", "00003/AI-DASAR/II/VIII/2026"]);
    for certificate in &certificates {
        assert_eq!(certificate.state, State::Issued);
        for suite in [Suite::Rdfc, Suite::Jcs] {
            let report = desk.verify(certificate, suite).await;
            assert_eq!(report.verdict, Verdict::Valid, "{report:?}");
        }
    }
    let text = desk.office.store.signed_text(certificates[0].id, Suite::Rdfc).await.unwrap().unwrap();
    assert!(text.contains("Budi Contoh") && !text.contains("198607142011012991") && !text.contains("90,5"), "{text}");
    let signed = vc::Signed::reopen(text).unwrap();
    assert_eq!(signed.facts().valid_from.as_deref(), Some("2026-08-20T02:00:00Z"));
    assert_eq!(signed.facts().starts.as_deref(), Some("2026-08-03T00:00:00+07:00"));
    assert_eq!(signed.value()["proof"]["created"], "2026-08-20T02:00:00Z");
    let report = desk.office.store.batch_report(batch.new.id).await.unwrap().unwrap();
    assert!(report.lines().count() == 4 && report.contains("00002/AI-DASAR"), "{report}");
    assert!(!report.contains("198607142011012991"));
}

#[tokio::test]
async fn the_same_sheet_again_issues_nothing_and_a_changed_row_is_a_conflict() {
    let mut desk = Desk::new().await;
    let first = desk.issue(&PEOPLE).await.unwrap();
    let again = desk.issue(&PEOPLE).await.unwrap();
    assert!(again.batch.is_none() && again.resumed.is_empty());
    assert_eq!((again.plan.unchanged.len(), again.in_force), (3, first.in_force.clone()));

    let mut more = PEOPLE.to_vec();
    more.push(("Rina Misal", "199505172023212994"));
    let grown = desk.issue(&more).await.unwrap();
    assert_eq!((grown.batch.unwrap().certificates, grown.plan.unchanged.len()), (1, 3));
    assert_eq!(desk.certificates().await.last().unwrap().number, "00004/AI-DASAR/II/VIII/2026");

    more[0].0 = "Budi Contoh Wijaya";
    more.push(("Orang Baru Contoh", "198803302022211995"));
    let error = desk.issue(&more).await.unwrap_err();
    let IssueError::Conflicts(conflicts) = &error else { panic!("{error}") };
    assert_eq!((conflicts.len(), conflicts[0].row, conflicts[0].certificate), (1, 2, first.in_force[0]));
    assert!(
        conflicts[0].reason(vc::Lang::Id).contains("Baris 2") && conflicts[0].mend(vc::Lang::En).contains("reissue")
    );
    assert_eq!(desk.certificates().await.len(), 4, "nothing was issued");
}

#[tokio::test]
async fn everybody_of_a_long_sheet_is_in_force_in_its_order() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../templates/sheets/cohort-1200.csv");
    let sheet = fs::read(path).unwrap();
    let mut desk = Desk::new().await;
    // A hundred from the middle are issued first: the rest comes around them, in more than one page.
    let text = String::from_utf8(sheet.clone()).unwrap();
    let some: Vec<&str> =
        text.lines().enumerate().filter(|(at, _)| *at == 0 || (501..=600).contains(at)).map(|(_, line)| line).collect();
    desk.issue_sheet(some.join("\n").as_bytes()).await.unwrap();
    let issued = desk.issue_sheet(&sheet).await.unwrap();
    assert!(issued.plan.unchanged.len() > 90 && issued.plan.unchanged.len() + issued.plan.new.len() == 1200);
    let mut names = Vec::new();
    for id in &issued.in_force {
        names.push(desk.office.store.certificate(*id).await.unwrap().unwrap().name.unwrap());
    }
    let (programme, _) = programme();
    let roster = roster::read(&sheet, "sheet.csv", &programme).unwrap();
    let expected: Vec<_> = roster.recipients.iter().map(|recipient| recipient.name_with_titles()).collect();
    assert_eq!(names, expected);
}

#[tokio::test]
async fn a_sheet_with_problems_issues_nothing() {
    let mut desk = Desk::new().await;
    let error = desk.issue(&[("Budi Contoh", "198607142011012991"), ("Siti Uji", "123")]).await.unwrap_err();
    assert!(matches!(error, IssueError::SheetHasProblems { count: 1 }), "{error}");
    assert_eq!(desk.office.store.counts().await.unwrap().batches, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twelve_hundred_are_issued_once_whatever_dies_in_the_middle() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../templates/sheets/cohort-1200.csv");
    let sheet = fs::read(path).unwrap();
    let mut desk = Desk::new().await;
    let good = desk.ring.clone();

    // The first run loses its signer after 400 certificates, the second one is killed while it signs.
    desk.ring = desk.failing_after(800);
    let error = desk.issue_sheet(&sheet).await.unwrap_err();
    assert!(matches!(error, IssueError::Sign(_)), "{error}");
    let unfinished = desk.office.store.unfinished_batches().await.unwrap();
    assert_eq!((unfinished.len(), unfinished[0].certificates), (1, 1200));
    assert!(unfinished[0].signed > 0 && unfinished[0].signed < 1200, "{}", unfinished[0].signed);
    let reserved = desk.certificates().await;

    let (office, ring) = (desk.office.clone(), good.clone());
    let killed = tokio::spawn(async move { resume(&office, &ring, now(), &|_| {}).await });
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    killed.abort();
    let _ = killed.await;

    desk.ring = good;
    let issued = desk.issue_sheet(&sheet).await.unwrap();
    assert!(issued.batch.is_none());
    let certificates = desk.certificates().await;
    let in_order: Vec<_> = certificates.iter().map(|certificate| certificate.id).collect();
    assert_eq!(issued.in_force, in_order);
    assert_eq!(certificates.len(), 1200);
    let distinct = |of: &dyn Fn(&Certificate) -> String| certificates.iter().map(of).collect::<HashSet<_>>().len();
    assert_eq!(distinct(&|c| c.id.to_string()), 1200);
    assert_eq!(distinct(&|c| c.number.clone()), 1200);
    assert_eq!(distinct(&|c| c.code.clone()), 1200);
    assert_eq!(distinct(&|c| format!("{}/{}", c.status_list, c.status_index)), 1200);
    assert!(certificates.iter().all(|c| c.state == State::Issued));
    for (before, after) in reserved.iter().zip(&certificates) {
        assert_eq!((before.id, &before.number, &before.code), (after.id, &after.number, &after.code));
    }
    assert_eq!(desk.office.store.counts().await.unwrap().certificates_without_documents, 0);
    assert_eq!(desk.office.store.batches(10).await.unwrap().len(), 1);
    assert_eq!(desk.verify(&certificates[1199], Suite::Jcs).await.verdict, Verdict::Valid);
}

#[tokio::test]
async fn what_another_process_is_at_is_left_to_it_unless_this_sheet_needs_it() {
    let mut desk = Desk::new().await;
    let good = desk.ring.clone();
    desk.ring = desk.failing_after(0);
    desk.issue(&PEOPLE).await.unwrap_err();
    desk.ring = good;
    let batch = desk.office.store.unfinished_batches().await.unwrap().remove(0).new.id;
    let another = Lease::take(&desk.office.store, format!("batch:{batch}"), now()).await.unwrap().unwrap();

    assert!(resume(&desk.office, &desk.ring, now(), &|_| {}).await.unwrap().is_empty());
    let others = desk.issue(&[("Rina Misal", "199505172023212994")]).await.unwrap();
    assert!(others.resumed.is_empty() && others.in_force.len() == 1);
    assert_eq!(desk.office.store.unfinished_batches().await.unwrap().len(), 1);

    let issued = desk.issue(&PEOPLE).await.unwrap();
    assert_eq!((issued.resumed.len(), issued.in_force.len()), (1, 3));
    another.during(async {}).await;
    assert!(desk.office.store.unfinished_batches().await.unwrap().is_empty());
    assert_eq!(desk.certificates().await.len(), 4);
}

#[tokio::test]
async fn what_a_killed_process_has_left_is_taken_up_when_its_time_is_over() {
    let mut desk = Desk::new().await;
    let good = desk.ring.clone();
    desk.ring = desk.failing_after(0);
    desk.issue(&PEOPLE).await.unwrap_err();
    desk.ring = good;
    let batch = desk.office.store.unfinished_batches().await.unwrap().remove(0).new.id;
    let killed = Lease::take(&desk.office.store, format!("batch:{batch}"), now()).await.unwrap().unwrap();
    drop(killed);
    let later =
        |seconds: i64| now().checked_add(LASTS).unwrap().checked_add(SignedDuration::from_secs(seconds)).unwrap();
    assert!(resume(&desk.office, &desk.ring, later(-1), &|_| {}).await.unwrap().is_empty());
    assert_eq!(resume(&desk.office, &desk.ring, later(1), &|_| {}).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_reissue_replaces_keeps_the_number_and_is_linked_both_ways() {
    let mut desk = Desk::new().await;
    let old = desk.issue(&PEOPLE).await.unwrap().in_force[0];
    let new = reissue(&desk.office, &desk.ring, old, "Budi  Contoh Wijaya", &mut desk.rng, now()).await.unwrap();
    let former = desk.office.store.certificate(old).await.unwrap().unwrap();
    assert_eq!((former.state, former.successor), (State::Superseded, Some(new.id)));
    assert_eq!(
        (new.state, new.predecessor, new.name.as_deref()),
        (State::Issued, Some(old), Some("Budi Contoh Wijaya"))
    );
    assert_eq!(new.number, former.number);
    assert_ne!((new.status_list, new.status_index), (former.status_list, former.status_index));

    let report = desk.verify(&former, Suite::Rdfc).await;
    assert_eq!((report.verdict, report.state), (Verdict::Invalid, vc::State::Superseded), "{report:?}");
    assert_eq!(desk.verify(&new, Suite::Rdfc).await.verdict, Verdict::Valid);

    // The same reissue again is the same certificate; another one of the old certificate is refused.
    let again = reissue(&desk.office, &desk.ring, old, "Budi Contoh Wijaya", &mut desk.rng, now()).await.unwrap();
    assert_eq!(again, new);
    let error = reissue(&desk.office, &desk.ring, old, "Lain Contoh", &mut desk.rng, now()).await.unwrap_err();
    assert!(matches!(error, IssueError::Store(StoreError::IllegalStep { .. })), "{error}");

    // The old sheet and the corrected sheet both find the certificate in force.
    let mut corrected = PEOPLE;
    for name in ["Budi Contoh", "Budi Contoh Wijaya"] {
        corrected[0].0 = name;
        let issued = desk.issue(&corrected).await.unwrap();
        assert!(issued.batch.is_none());
        assert_eq!(issued.in_force[0], new.id);
    }
}

#[tokio::test]
async fn who_is_known_by_name_is_found_under_the_old_and_the_corrected_name() {
    const HEAD: &str = "Gelar Depan;Nama;Gelar Belakang;Instansi;Nilai;Keterangan\n";
    let rows = |rows: &[&str]| format!("{HEAD}{}\n", rows.join("\n")).into_bytes();
    let row = |name: &str| format!("{name};Instansi Contoh;90,5;LULUS");
    for (wrong, name, corrected) in [
        (";Budi Contoh;", "Budi Contoh Wijaya", ";Budi Contoh Wijaya;"),
        ("Dr.;Budi Contoh;M.Si.", "Dr. Budi Contoh Wijaya, M.Si.", "Dr.;Budi Contoh Wijaya;M.Si."),
        (";Siti Uji;", "apt. Siti Uji Fiktif, S.Farm.", "apt.;Siti Uji Fiktif;S.Farm."),
        (";M. Fiktif;", "H. Fiktif Uji", ";H. Fiktif Uji;"),
    ] {
        let mut desk = Desk::new().await;
        let old = desk.issue_sheet(&rows(&[&row(wrong), &row(";Rina Misal;")])).await.unwrap().in_force;
        let new = reissue(&desk.office, &desk.ring, old[0], name, &mut desk.rng, now()).await.unwrap();
        for written in [wrong, corrected] {
            let issued = desk.issue_sheet(&rows(&[&row(written), &row(";Rina Misal;")])).await.unwrap();
            assert!(issued.batch.is_none(), "{written}");
            assert_eq!(issued.in_force, [new.id, old[1]], "{written}");
        }
    }
    // Written differently from the correction, it is a conflict to decide; somebody else is new.
    let mut desk = Desk::new().await;
    let old = desk.issue_sheet(&rows(&[&row(";Budi Contoh;")])).await.unwrap().in_force[0];
    reissue(&desk.office, &desk.ring, old, "Dr. Budi Wijaya, M.Si.", &mut desk.rng, now()).await.unwrap();
    for written in [";Budi Wijaya;", "Dr;Budi Wijaya;M.Si", "Dr.;Budi Wijaya;"] {
        let error = desk.issue_sheet(&rows(&[&row(written)])).await.unwrap_err();
        assert!(matches!(error, IssueError::Conflicts(_)), "{written}: {error}");
    }
    let issued = desk.issue_sheet(&rows(&[&row(";Budi Wijaya Lain;")])).await.unwrap();
    assert_eq!(issued.plan.new.len(), 1);
}

#[tokio::test]
async fn a_reissue_that_died_is_finished_by_the_next_run() {
    let mut desk = Desk::new().await;
    let old = desk.issue(&PEOPLE).await.unwrap().in_force[0];
    let broken = desk.failing_after(0);
    let error = reissue(&desk.office, &broken, old, "Budi Contoh Wijaya", &mut desk.rng, now()).await.unwrap_err();
    assert!(matches!(error, IssueError::Sign(_)), "{error}");
    let standing = desk.office.store.certificate(old).await.unwrap().unwrap();
    assert_eq!(standing.state, State::Issued, "the old one stands until the new one is stored");
    let new = reissue(&desk.office, &desk.ring, old, "Budi Contoh Wijaya", &mut desk.rng, now()).await.unwrap();
    assert_eq!((new.state, desk.certificates().await.len()), (State::Issued, 4));
}

#[tokio::test]
async fn names_that_no_certificate_can_carry_are_refused() {
    let mut desk = Desk::new().await;
    let old = desk.issue(&PEOPLE).await.unwrap().in_force[0];
    let long = "x".repeat(200);
    for name in ["", "  ", "A", "123 456", "Budi \u{202e}Contoh", long.as_str()] {
        let error = reissue(&desk.office, &desk.ring, old, name, &mut desk.rng, now()).await.unwrap_err();
        assert!(matches!(error, IssueError::Name { .. }), "{name}: {error}");
    }
    assert_eq!(desk.certificates().await.len(), 3);
}

#[tokio::test]
async fn the_programme_that_is_frozen_is_the_one_that_was_read() {
    let desk = Desk::new().await;
    let (programme, text) = programme();
    let sheet = sheet(&PEOPLE);
    let roster = roster::read(&sheet, "sheet.csv", &programme).unwrap();
    let other = text.replace("hours = 20", "hours = 21");
    let intake = Intake {
        programme: &programme,
        programme_text: &other,
        roster: &roster,
        sheet: &sheet,
        decisions: Decisions::NONE,
    };
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let error = issue(&desk.office, &desk.ring, intake, &mut rng, now(), &|_| {}).await.unwrap_err();
    assert!(matches!(error, IssueError::Programme), "{error}");
}

#[test]
fn every_step_can_run_on_any_thread() {
    fn sent<T: Send>(_: impl FnOnce(&'static Office, &'static Ring) -> T) {}
    sent(|office, ring| resume(office, ring, now(), &|_| {}));
    sent(|office, ring| status::publish_due(office, ring, now()));
    sent(|office, ring| async move {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        reissue(office, ring, Uuid::nil(), "", &mut rng, now()).await
    });
    sent(|office, ring| async move {
        let (programme, text) = programme();
        let roster = Roster::default();
        let intake = Intake {
            programme: &programme,
            programme_text: &text,
            roster: &roster,
            sheet: &[],
            decisions: Decisions::NONE,
        };
        issue(office, ring, intake, &mut ChaCha8Rng::seed_from_u64(1), now(), &|_| {}).await.map(|_| ())
    });
}
