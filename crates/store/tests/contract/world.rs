//! What the contract tests stand on: store factories, and a small issuer with one cohort.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::json;
use store::postgres::{Address, PostgresStore};
use store::sqlite::SqliteStore;
use store::*;
use tempfile::TempDir;
use uuid::Uuid;

use crate::cluster::{cluster, name_of};

/// Makes databases of one kind.
#[async_trait]
pub(crate) trait Database: Send + Sync {
    /// A further handle on the same database, as another process has one.
    async fn open(&self) -> Arc<dyn Store>;

    /// Gives so many entries of the first status list to people.
    async fn fill_list(&self, world: &World, count: usize) {
        world.reserve(people(count)).await.unwrap();
    }
}

/// One empty database for each implementation.
pub(crate) async fn databases() -> Vec<Box<dyn Database>> {
    vec![Box::new(SqliteFile::new()), Box::new(PostgresDatabase::new())]
}

pub(crate) struct SqliteFile {
    folder: TempDir,
}

impl SqliteFile {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("piagam.db")
    }
}

#[async_trait]
impl Database for SqliteFile {
    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(SqliteStore::create(self.path()).await.unwrap())
    }
}

pub(crate) struct PostgresDatabase {
    pub(crate) address: Address,
}

impl PostgresDatabase {
    pub(crate) fn new() -> Self {
        Self { address: Address::parse(&cluster().database()).unwrap() }
    }
}

#[async_trait]
impl Database for PostgresDatabase {
    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(PostgresStore::create(&self.address).await.unwrap())
    }

    /// To one; of the others it is only said, because a hundred thousand take a minute.
    async fn fill_list(&self, world: &World, count: usize) {
        world.reserve(people(1)).await.unwrap();
        cluster().sql(name_of(self.address.without_password()), &format!("UPDATE status_lists SET used = {count}"));
    }
}

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_786_500_000 + seconds).unwrap()
}

/// Numbers that look random and are the same in every run (SplitMix64).
pub(crate) fn draws(seed: u64) -> impl FnMut(u32) -> u32 + Send {
    let mut state = seed;
    move |below| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u32::try_from((z ^ (z >> 31)) % u64::from(below)).unwrap()
    }
}

/// Counts over all tests of the process, so that ids and codes never meet by accident.
static COUNT: AtomicU64 = AtomicU64::new(1);

pub(crate) fn fresh_id() -> Uuid {
    Uuid::from_u128(0xfeed_0000_0000_4000_8000_0000_0000_0000 + u128::from(COUNT.fetch_add(1, Ordering::Relaxed)))
}

fn fresh_code() -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut count = COUNT.fetch_add(1, Ordering::Relaxed);
    let mut code = vec![b'A'; 16];
    for place in code.iter_mut().rev() {
        *place = ALPHABET[usize::try_from(count % 32).unwrap()];
        count /= 32;
    }
    String::from_utf8(code).unwrap()
}

/// An issuer with a key, a programme, a cohort and frozen copies.
pub(crate) struct World {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) issuer: Issuer,
    pub(crate) cohort: Cohort,
    programme_hash: ArtifactHash,
    design_hash: ArtifactHash,
    template: u32,
}

impl World {
    pub(crate) async fn new(store: Arc<dyn Store>) -> Self {
        let issuer = store.put_issuer(&new_issuer("localhost%3A8080"), at(0)).await.unwrap();
        store.put_public_key(&key(issuer.id, 1, "z6MkContoh")).await.unwrap();
        let programme = NewProgramme {
            issuer: issuer.id,
            code: "AI-101".to_owned(),
            title_id: "Pelatihan Contoh".to_owned(),
            title_en: "Sample Training".to_owned(),
        };
        let programme = store.put_programme(&programme, at(0)).await.unwrap();
        let cohort = NewCohort { programme: programme.id, name: "II/2026".to_owned(), starts: None, ends: None };
        let cohort = store.put_cohort(&cohort, at(0)).await.unwrap();
        let programme_hash = store.put_artifact(ArtifactKind::Programme, b"[programme]", at(0)).await.unwrap();
        let design_hash = store.put_artifact(ArtifactKind::Design, b"[design]", at(0)).await.unwrap();
        let template_hash = store.put_artifact(ArtifactKind::Template, b"{}", at(0)).await.unwrap();
        let template = store.put_template(issuer.id, &template_hash, at(0)).await.unwrap();
        Self { store, issuer, cohort, programme_hash, design_hash, template }
    }

    pub(crate) fn batch(&self, kind: BatchKind) -> NewBatch {
        NewBatch {
            id: BatchId(fresh_id()),
            issuer: self.issuer.id,
            cohort: self.cohort.id,
            kind,
            sheet_hash: "00".repeat(32),
            programme_hash: self.programme_hash.clone(),
            design_hash: self.design_hash.clone(),
            template: self.template,
            key_number: 1,
            actor: "test".to_owned(),
            created_at: at(10),
        }
    }

    /// Reserves these people with the pattern `N-{seq:000}` from 1.
    pub(crate) async fn reserve(&self, people: Vec<NewCertificate>) -> Result<Batch> {
        let kind = if people.iter().any(|p| p.predecessor.is_some()) { BatchKind::Reissue } else { BatchKind::Cohort };
        reserve(self.store.as_ref(), self.batch(kind), people, 7).await
    }

    /// Reserves, signs and saves; the certificates in order.
    pub(crate) async fn issue(&self, people: Vec<NewCertificate>) -> Vec<Certificate> {
        let batch = self.reserve(people).await.unwrap();
        let waiting = self.store.unsigned(batch.new.id, 0, PAGE_MAX).await.unwrap();
        let signed: Vec<_> = waiting.iter().map(|unsigned| sign(&unsigned.certificate)).collect();
        self.store.save_signed(&signed, at(20)).await.unwrap();
        self.store.finish_batch(batch.new.id, at(21)).await.unwrap();
        let filter = Filter { batch: Some(batch.new.id), ..Filter::default() };
        self.store.certificates(&filter, Page::FIRST).await.unwrap()
    }
}

pub(crate) async fn reserve(
    store: &dyn Store,
    batch: NewBatch,
    people: Vec<NewCertificate>,
    seed: u64,
) -> Result<Batch> {
    let given: HashSet<String> = people.iter().filter_map(|person| person.number.clone()).collect();
    let mut draw = draws(seed);
    let reservation = Reservation {
        batch,
        people: &mut people.into_iter(),
        numbering: Numbering {
            sequence: Some(Sequence { key: "N".to_owned(), start: 1 }),
            write: &|count, _| format!("N-{count:03}"),
            given: &given,
        },
        draw: &mut draw,
    };
    store.reserve(reservation).await
}

pub(crate) fn new_issuer(host: &str) -> NewIssuer {
    NewIssuer {
        did: format!("did:web:{host}"),
        base_url: format!("http://{}", host.replace("%3A", ":")),
        name_id: "Lembaga Contoh".to_owned(),
        name_en: "Sample Agency".to_owned(),
    }
}

pub(crate) fn key(issuer: IssuerId, number: u32, multikey: &str) -> PublicKey {
    PublicKey {
        issuer,
        number,
        role: KeyRole::Certificates,
        multikey: multikey.to_owned(),
        valid_from: at(0),
        retired_at: None,
    }
}

pub(crate) fn person(name: &str) -> NewCertificate {
    NewCertificate {
        id: fresh_id(),
        code: fresh_code(),
        number: None,
        person_key: name.to_lowercase(),
        fingerprint: format!("fingerprint of {name}"),
        name: name.to_owned(),
        grade: Some("Memuaskan".to_owned()),
        details: Details { public: json!({"instansi": "Instansi Contoh"}), private: json!({"nip": "Uji"}) },
        valid_from: at(10),
        valid_until: None,
        predecessor: None,
    }
}

pub(crate) fn people(count: usize) -> Vec<NewCertificate> {
    (1..=count).map(|n| person(&format!("Peserta Contoh {n}"))).collect()
}

pub(crate) fn sign(certificate: &Certificate) -> SignedCertificate {
    let signed = |suite: Suite| {
        let (id, suite) = (certificate.id, suite.code());
        vc::Signed::reopen(format!(r#"{{"id":"{id}","proof":{{"cryptosuite":"{suite}"}}}}"#)).unwrap()
    };
    SignedCertificate { id: certificate.id, key_number: 1, rdfc: signed(Suite::Rdfc), jcs: signed(Suite::Jcs) }
}

pub(crate) fn change(certificate: Uuid, act: Act) -> Change {
    Change {
        certificate,
        act,
        reason: Some("data-error".to_owned()),
        note: Some(Note { salt: "garam".to_owned(), text: "catatan".to_owned() }),
        actor: "test".to_owned(),
        at: at(30),
    }
}
