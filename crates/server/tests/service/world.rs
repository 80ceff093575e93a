//! An installation with one cohort: certificates in every state, lists and records signed.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use issuer::Office;
use issuer::keyring::{Ring, SignError, Signer};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use server::config::Config;
use server::{App, Signers};
use store::sqlite::SqliteStore;
use store::*;
use tempfile::TempDir;
use tower::ServiceExt;
use uuid::Uuid;
use vc::{Award, Bitstring, Cryptosuite, Key, Purpose, Record, RecordState, Signed, VerificationMethod};

/// Where the tests' installation lives.
pub(crate) const BASE: &str = "https://sertifikat.contoh.example";
/// A number that must never be seen outside.
pub(crate) const NIP: &str = "198607142011012991";
/// When the tests ask.
pub(crate) const NOW: &str = "2026-11-24T07:05:00Z";

/// A template that rebuilds nothing: what this world signs is made by hand. The real ones come from the real walk.
const TEMPLATE: &[u8] = br#"{"issuerName":{"id":"Lembaga Contoh","en":"Sample Institute"},"format":"piagam-template-1","credential":{},
"fixed":{"id":{"at":[]},"validFrom":{"at":[]},"statusList":{"at":[]},"statusEntry":{"at":[]},"statusIndex":{"at":[]}},"slots":[]}"#;

pub(crate) struct World {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) issuer: Issuer,
    key: Key,
    pub(crate) office: Office,
    app: Arc<App>,
    router: axum::Router,
    folder: TempDir,
    /// How many seconds have gone by since [`NOW`].
    gone_by: Arc<AtomicI64>,
}

/// A key in memory: `#k1` signs certificates, `#k2` is the API's.
pub(crate) struct TestKey {
    number: u32,
    key: Key,
    method: VerificationMethod,
}

impl TestKey {
    pub(crate) fn certificates() -> Self {
        Self::new(1, 7)
    }

    pub(crate) fn api() -> Self {
        Self::new(2, 5)
    }

    fn new(number: u32, seed: u8) -> Self {
        let key = Key::from_seed([seed; 32]);
        Self { number, method: VerificationMethod::did_web(&vc::did_web(BASE), number, key.public()), key }
    }

    pub(crate) fn did_key(&self) -> String {
        self.key.public().did_key()
    }
}

impl Signer for TestKey {
    fn method(&self) -> &VerificationMethod {
        &self.method
    }

    fn number(&self) -> u32 {
        self.number
    }

    fn sign(&self, bytes: &[u8]) -> Result<[u8; 64], SignError> {
        Ok(self.key.sign(bytes))
    }
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("text")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("ASCII"))
    }
}

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with_settings("").await
    }

    /// With the certificates' key at hand, so that it signs its lists again.
    pub(crate) async fn with_key() -> Self {
        Self::made("", true).await
    }

    /// Both.
    pub(crate) async fn with_key_and_settings(more: &str) -> Self {
        Self::made(more, true).await
    }

    /// A file of the data directory.
    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// The holder of a certificate gets mail there.
    pub(crate) async fn put_address(&self, certificate: Uuid, address: &str) {
        let event = NewEvent::new(self.now(), "test", "address", certificate.to_string());
        self.store.put_address(certificate, address, &event).await.unwrap();
    }

    /// With further lines of `piagam.toml`.
    pub(crate) async fn with_settings(more: &str) -> Self {
        Self::made(more, false).await
    }

    async fn made(more: &str, with_key: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(SqliteStore::create(folder.path().join("piagam.db")).await.unwrap());
        let text = format!(
            "base_url = \"{BASE}\"\n[issuer]\nname_id = \"Lembaga Contoh\"\nname_en = \"Example Agency\"\ncontact = \"bantuan@contoh.example\"\n{more}"
        );
        let config = Config::parse(&text, Path::new("piagam.toml")).unwrap();
        let issuer = NewIssuer {
            did: vc::did_web(BASE),
            base_url: BASE.into(),
            name_id: "Lembaga Contoh".into(),
            name_en: "Example Agency".into(),
        };
        let issuer = store.put_issuer(&issuer, at(0)).await.unwrap();
        let key = Key::from_seed([7; 32]);
        let public = PublicKey {
            issuer: issuer.id,
            number: 1,
            role: KeyRole::Certificates,
            multikey: key.public().multikey(),
            valid_from: at(0),
            retired_at: None,
        };
        store.put_public_key(&public).await.unwrap();
        let office = Office {
            store: Arc::clone(&store),
            issuer: issuer.clone(),
            site: BASE.into(),
            zone: config.time_zone(),
            dir: folder.path().to_owned(),
            actor: "test".into(),
        };
        let mut certificates = Ring::default();
        if with_key {
            certificates.add(issuer.clone(), Arc::new(TestKey::certificates()));
        }
        let signers = Signers { certificates, api: Some(Arc::new(TestKey::api())) };
        let gone_by = Arc::new(AtomicI64::new(0));
        let clock = Arc::clone(&gone_by);
        let now = move || now() + SignedDuration::from_secs(clock.load(Ordering::Relaxed));
        let app = App::new(config, office.clone(), signers, Box::new(now)).unwrap();
        let app = Arc::new(app);
        Self { gone_by, store, issuer, key, router: server::router(Arc::clone(&app)), office, app, folder }
    }

    /// Issues what is approved, as the running service does.
    pub(crate) async fn issue_approved(&self) {
        server::desk::issue_approved(&self.app).await;
    }

    /// Time goes by.
    pub(crate) fn later(&self, seconds: i64) {
        self.gone_by.fetch_add(seconds, Ordering::Relaxed);
    }

    /// What time it is there.
    pub(crate) fn now(&self) -> Timestamp {
        now() + SignedDuration::from_secs(self.gone_by.load(Ordering::Relaxed))
    }

    /// Issues and publishes to people of these names, in order; one named *Kedaluwarsa* has expired by now.
    pub(crate) async fn issue(&self, names: &[&str], predecessor: Option<Uuid>) -> Vec<Certificate> {
        let certificates = self.issue_unpublished(names, predecessor).await;
        self.publish().await;
        certificates
    }

    /// As if the service had died before it signed its lists.
    pub(crate) async fn issue_unpublished(&self, names: &[&str], predecessor: Option<Uuid>) -> Vec<Certificate> {
        let batch = self.batch(if predecessor.is_some() { BatchKind::Reissue } else { BatchKind::Cohort }).await;
        let id = batch.id;
        let mut people: Vec<NewCertificate> = names.iter().map(|name| person(name)).collect();
        people[0].predecessor = predecessor;
        if predecessor.is_some() {
            people[0].person_key = "peserta contoh lama".into();
        }
        let mut index = 40;
        let reservation = Reservation {
            batch,
            people: &mut people.into_iter(),
            numbering: Numbering {
                sequence: Some(Sequence { key: "N".into(), start: 1 }),
                write: &|count, _| format!("{count:05}/AI-CAMPUS/II/2026"),
                given: &HashSet::new(),
            },
            draw: &mut |below| {
                index += 7;
                index % below
            },
        };
        self.store.reserve(reservation).await.unwrap();
        let waiting = self.store.unsigned(id, 0, PAGE_MAX).await.unwrap();
        let signed: Vec<SignedCertificate> = waiting.iter().map(|unsigned| self.sign(&unsigned.certificate)).collect();
        self.store.save_signed(&signed, at(20)).await.unwrap();
        self.store.finish_batch(id, at(21)).await.unwrap();
        let filter = Filter { batch: Some(id), ..Filter::default() };
        self.store.certificates(&filter, Page::FIRST).await.unwrap()
    }

    pub(crate) async fn change(&self, certificate: Uuid, act: Act, reason: &str) {
        let change = Change {
            certificate,
            act,
            reason: Some(reason.into()),
            note: Some(Note { salt: "garam".into(), text: "catatan rahasia".into() }),
            actor: "test".into(),
            at: at(8_000_000),
        };
        self.store.change(&change).await.unwrap();
        self.publish().await;
    }

    /// Erases what is personal, and leaves what the store's contract says stays (points 4 and 8).
    pub(crate) async fn erase(&self, certificate: Uuid) {
        let database = rusqlite::Connection::open(self.folder.path().join("piagam.db")).unwrap();
        let id = certificate.to_string();
        for statement in [
            "UPDATE certificates SET state = 'erased', revision = revision + 1 WHERE id = ?1",
            "DELETE FROM holders WHERE certificate = ?1",
            "DELETE FROM signed WHERE certificate = ?1",
        ] {
            assert_eq!(database.execute(statement, [&id]).unwrap(), 1, "{statement}");
        }
        drop(database);
        self.publish().await;
    }

    /// Signs every list and every record that is due, as the issuer does.
    pub(crate) async fn publish(&self) {
        for list in self.store.status_lists(self.issuer.id).await.unwrap() {
            let snapshot = self.store.status_snapshot(self.issuer.id, list.number).await.unwrap().unwrap();
            for purpose in StatusPurpose::ALL.iter().copied() {
                let mut bits = Bitstring::new(list.size);
                for entry in snapshot.entries.iter().filter(|entry| entry.bit(purpose)) {
                    bits.set(entry.index.into(), true).unwrap();
                }
                let name = Purpose::from_name(purpose.code()).unwrap();
                let url = format!("{BASE}/status/{}/{}", name.name(), list.number);
                let draft = vc::status_list_draft(
                    &url,
                    &self.issuer.did,
                    name,
                    &bits,
                    "2026-11-24T07:00:00Z",
                    "2026-12-24T07:00:00Z",
                );
                for suite in [Suite::Rdfc, Suite::Jcs] {
                    let text = self.signed(draft.clone(), suite, "2026-11-24T07:00:00Z").text().to_owned();
                    let (issuer, number, version) = (self.issuer.id, list.number, list.version);
                    let document = StatusDocument {
                        issuer,
                        number,
                        purpose,
                        suite,
                        text,
                        version,
                        signed_at: NOW.parse().unwrap(),
                    };
                    self.store.put_status_document(&document).await.unwrap();
                }
            }
        }
        for certificate in self.store.records_due(self.issuer.id, 100).await.unwrap() {
            self.put_record(&certificate).await;
        }
    }

    async fn put_record(&self, certificate: &Certificate) {
        let credential = |id: Uuid| format!("{BASE}/credentials/{id}");
        let record = Record {
            url: format!("{BASE}/records/{}", certificate.id),
            issuer: self.issuer.did.clone(),
            credential: credential(certificate.id),
            state: match certificate.state {
                State::Suspended => RecordState::Suspended,
                State::Revoked => RecordState::Revoked,
                State::Superseded => RecordState::Superseded,
                State::Erased => RecordState::Erased,
                State::Reserved | State::Issued => RecordState::Issued,
            },
            since: vc::date_time_stamp(certificate.since),
            reason: certificate.reason.as_deref().and_then(vc::Reason::from_code),
            successor: certificate.successor.map(credential),
        };
        let (document, bytes) = record.to_sign(&self.method()).unwrap();
        let text = Record::finish(document, &self.key.sign(&bytes));
        let record = RecordDocument {
            certificate: certificate.id,
            text,
            revision: certificate.revision,
            signed_at: NOW.parse().unwrap(),
        };
        self.store.put_record(&record).await.unwrap();
    }

    fn method(&self) -> VerificationMethod {
        VerificationMethod::did_web(&self.issuer.did, 1, self.key.public())
    }

    fn sign(&self, certificate: &Certificate) -> SignedCertificate {
        let draft = Award {
            id: format!("{BASE}/credentials/{}", certificate.id),
            issuer: self.issuer.did.clone(),
            issuer_name: "Lembaga Contoh".into(),
            issuer_url: BASE.into(),
            valid_from: vc::date_time_stamp(certificate.valid_from),
            valid_until: certificate.valid_until.map(vc::date_time_stamp),
            holder: certificate.name.clone().unwrap(),
            number: certificate.number.clone(),
            achievement: format!("{BASE}/programmes/AI-101"),
            programme: "Dasar-Dasar Kecerdasan Artifisial / AI Fundamentals".into(),
            description: "Daring penuh. / Fully online.".into(),
            criteria: "Cara kerja AI / How AI works: 3 JP".into(),
            term: "II/2026".into(),
            hours: 20,
            starts: "2026-08-03T00:00:00+07:00".into(),
            ends: "2026-08-12T00:00:00+07:00".into(),
            grade: certificate.grade.clone(),
            status: vc::StatusEntry {
                list: format!("{BASE}/status/revocation/{}", certificate.status_list),
                index: certificate.status_index,
            },
        }
        .into_draft();
        let created = vc::date_time_stamp(certificate.valid_from);
        let signed = |suite| self.signed(draft.clone(), suite, &created);
        SignedCertificate { id: certificate.id, key_number: 1, rdfc: signed(Suite::Rdfc), jcs: signed(Suite::Jcs) }
    }

    fn signed(&self, draft: vc::Draft, suite: Suite, created: &str) -> Signed {
        let suite = if suite == Suite::Rdfc { Cryptosuite::EddsaRdfc2022 } else { Cryptosuite::EddsaJcs2022 };
        let to_sign = draft.check().unwrap().to_sign(suite, &self.method(), created).unwrap();
        let signature = self.key.sign(to_sign.bytes());
        to_sign.finish(signature).unwrap()
    }

    async fn batch(&self, kind: BatchKind) -> NewBatch {
        let store = &self.store;
        let programme = NewProgramme {
            issuer: self.issuer.id,
            code: "AI-101".into(),
            title_id: "Dasar-Dasar Kecerdasan Artifisial".into(),
            title_en: "AI Fundamentals".into(),
        };
        let programme = store.put_programme(&programme, at(0)).await.unwrap();
        let cohort = NewCohort { programme: programme.id, name: "II/2026".into(), starts: None, ends: None };
        let template = store.put_artifact(ArtifactKind::Template, TEMPLATE, at(0)).await.unwrap();
        NewBatch {
            id: BatchId(Uuid::from_u128(rand())),
            issuer: self.issuer.id,
            cohort: store.put_cohort(&cohort, at(0)).await.unwrap().id,
            kind,
            sheet_hash: "00".repeat(32),
            programme_hash: store.put_artifact(ArtifactKind::Programme, b"[programme]", at(0)).await.unwrap(),
            design_hash: store.put_artifact(ArtifactKind::Design, b"[design]", at(0)).await.unwrap(),
            template: store.put_template(self.issuer.id, &template, at(0)).await.unwrap(),
            key_number: 1,
            actor: "test".into(),
            created_at: at(10),
        }
    }

    /// The service itself, for a socket.
    pub(crate) fn app(&self) -> Arc<App> {
        Arc::clone(&self.app)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn get_as(&self, path: &str, accept: &str) -> Answer {
        self.ask(Request::get(path).header(header::ACCEPT, accept).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: impl Into<Body>) -> Answer {
        self.ask(Request::post(path).body(body.into()).unwrap()).await
    }

    /// Sends `bytes` as the upload form does.
    pub(crate) async fn upload(&self, query: &str, bytes: &[u8]) -> Answer {
        let mut body = b"--x\r\nContent-Disposition: form-data; name=\"berkas\"; filename=\"a.pdf\"\r\n\r\n".to_vec();
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--x--\r\n");
        let request =
            Request::post(format!("/periksa{query}")).header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
        self.ask(request.body(Body::from(body)).unwrap()).await
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_786_500_000 + seconds).unwrap()
}

pub(crate) fn code_path(certificate: &Certificate) -> String {
    format!("/v/{}", shown_code(&certificate.code))
}

fn person(name: &str) -> NewCertificate {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let chance = rand();
    let code = (0..16).map(|at| char::from(ALPHABET[usize::try_from(chance >> (at * 5) & 31).unwrap()])).collect();
    NewCertificate {
        id: Uuid::from_u128(rand() & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62),
        code,
        number: None,
        person_key: name.to_lowercase(),
        fingerprint: format!("fingerprint of {name}"),
        name: name.into(),
        grade: Some("Memuaskan".into()),
        details: Details { public: json!({"instansi": "Instansi Contoh"}), private: json!({"nip": NIP}) },
        valid_from: at(10),
        valid_until: name.contains("Kedaluwarsa").then(|| at(100_000)),
        predecessor: None,
    }
}

/// 128 bits that differ each time.
fn rand() -> u128 {
    use std::hash::{BuildHasher, RandomState};
    u128::from(RandomState::new().hash_one(1)) << 64 | u128::from(RandomState::new().hash_one(2))
}
