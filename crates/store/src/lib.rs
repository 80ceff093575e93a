//! What is remembered. The only crate that names sqlx.
//!
//! [`Store`] is one trait with two implementations, [`sqlite::SqliteStore`] and [`postgres::PostgresStore`]: the same
//! statements, compiled for either (`crates/store/src/sql/`). Callers hold an `Arc<dyn Store>`. The contract, which `tests/contract.rs` runs against every implementation:
//!
//! 1. **The intention before the act, the result before anyone is told.** [`Store::reserve`] writes a whole batch
//!    (ids, codes, numbers, status indexes) in one transaction before anything is signed. [`Store::save_signed`]
//!    writes a chunk of signed certificates in one transaction. Whatever is killed in between is found again by
//!    [`Store::unfinished_batches`] and [`Store::unsigned`].
//! 2. **Never twice.** Ids, codes, drawn numbers, status indexes, and the one chain of certificates that a person has
//!    in a cohort are guarded by unique constraints, whoever races. A number that the sheet gave wins over the
//!    pattern: a drawn number that is already in use is passed over. Saving the same certificate again changes nothing.
//! 3. **All or nothing.** Every method is one transaction. A method that returns an error has written nothing.
//! 4. **Signed bytes are stored as issued** and never rewritten, only erased.
//! 5. **States follow the life of a certificate** (see [`State`]): a step that does not exist is
//!    [`StoreError::IllegalStep`]. The state, the status bits, the list's version and the event change together.
//! 6. **Status entries outlive everything**: an index is never given again, also not after erasure.
//! 7. **Private keys are never stored.** Public keys are kept for ever, retired ones with their window.
//! 8. **Personal data lies where it can be erased**: name, grade, person key, details, what is searched, signed bytes.
//!    Events name ids, never persons; the hash of a rendering tells nothing to those who do not have the file.
//! 9. **Order is stable**: certificates are listed in the order of their reservation ([`Certificate::serial`]).
//! 10. **Events are a chain**: each one's hash covers the one before it ([`Head`]). What a person wrote about an event is
//!     covered by a salted hash and can be erased.
//! 11. **The clock and chance are arguments.** Nothing here reads the time or draws a random number.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use store::{NewIssuer, Store, sqlite::SqliteStore};
//!
//! let folder = tempfile::tempdir().unwrap();
//! let store = SqliteStore::create(folder.path().join("piagam.db")).await?;
//! let issuer = NewIssuer {
//!     did: "did:web:sertifikat.example".to_owned(),
//!     base_url: "https://sertifikat.example".to_owned(),
//!     name_id: "Lembaga Contoh".to_owned(),
//!     name_en: "Sample Agency".to_owned(),
//! };
//! let now = "2026-08-12T01:02:03Z".parse().unwrap();
//! let issuer = store.put_issuer(&issuer, now).await?;
//! assert_eq!(store.issuers().await?, [issuer]);
//! assert!(store.unfinished_batches().await?.is_empty());
//! # Ok::<(), store::StoreError>(())
//! # }).unwrap();
//! ```

mod api_lists;
pub mod archive;
mod chain;
mod desk;
mod drafts;
mod error;
mod fault;
mod graduates;
mod leases;
mod locate;
mod model;
mod outbox;
pub mod postgres;
mod renderings;
pub mod sqlite;
mod wording;

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

pub use api_lists::{ApiLists, ApiPlace, ApiStatusDocument, ApiStatusList};
pub use chain::{Broken, Head};
pub use desk::*;
pub use drafts::*;
pub use error::StoreError;
pub use graduates::*;
pub use leases::{Lease, Leases};
pub use locate::{LocateError, locate, plain_code, shown_code};
pub use model::*;
pub use outbox::*;
pub use renderings::{Rendering, RenderingKind, Renderings};

/// How many entries a status list has: the minimum that the Bitstring Status List standard asks for (section 6.1),
/// so that one certificate hides among many.
pub const STATUS_LIST_SIZE: u32 = 131_072;

/// A list that is this full (in percent) gets no new certificates; the next one is opened.
pub const STATUS_LIST_FULL_PERCENT: u32 = 75;

/// The carrying QR has one byte for the status list's number (DESIGN 4), and numbering starts at 1.
pub const STATUS_LISTS_MAX: u32 = 255;

/// The most rows that one call of a paging method returns.
pub const PAGE_MAX: u32 = 1_000;

/// The result of every method of [`Store`].
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// What an issuing installation remembers. See the crate's page for the contract.
#[async_trait]
pub trait Store:
    ApiLists + archive::Archive + Desk + Drafts + Graduates + Leases + Outbox + Renderings + 'static
{
    // ---- The installation ------------------------------------------------------------------------------------

    /// One cheap round trip: the database answers and can be read. For `/readyz`.
    async fn ping(&self) -> Result<()>;

    /// How much of everything there is. For `piagam doctor`.
    async fn counts(&self) -> Result<Counts>;

    /// The database's own integrity check, and the hashes of frozen copies: a list of findings, empty when sound.
    /// Slow. For `piagam doctor`.
    async fn integrity(&self) -> Result<Vec<String>>;

    /// The issuer with this DID, made when absent. Names are brought up to date; DID and base URL never change.
    async fn put_issuer(&self, issuer: &NewIssuer, now: Timestamp) -> Result<Issuer>;

    /// All issuers, oldest first. One for each base URL that this installation has ever issued under.
    async fn issuers(&self) -> Result<Vec<Issuer>>;

    /// Adds a public key. The same key again changes nothing; another key under the same number is
    /// [`StoreError::KeyNumberTaken`].
    async fn put_public_key(&self, key: &PublicKey) -> Result<()>;

    /// Ends a key's window. Retired keys stay published.
    async fn retire_public_key(&self, issuer: IssuerId, number: u32, at: Timestamp) -> Result<()>;

    /// The public keys of an issuer, by number.
    async fn public_keys(&self, issuer: IssuerId) -> Result<Vec<PublicKey>>;

    // ---- What is frozen, programmes, cohorts -----------------------------------------------------------------

    /// Keeps bytes under their SHA-256. The same bytes again change nothing.
    async fn put_artifact(&self, kind: ArtifactKind, bytes: &[u8], now: Timestamp) -> Result<ArtifactHash>;

    /// The bytes kept under a hash.
    async fn artifact(&self, hash: &ArtifactHash) -> Result<Option<Artifact>>;

    /// The number of a credential template (an artifact), given out when it is new. Numbers start at 1, are
    /// never given again and never change their meaning.
    async fn put_template(&self, issuer: IssuerId, hash: &ArtifactHash, now: Timestamp) -> Result<u32>;

    /// The template with this number.
    async fn template(&self, issuer: IssuerId, number: u32) -> Result<Option<Artifact>>;

    /// The numbers of an issuer's templates, ascending.
    async fn templates(&self, issuer: IssuerId) -> Result<Vec<u32>>;

    /// The programme with this code, made when absent. Titles are brought up to date.
    async fn put_programme(&self, programme: &NewProgramme, now: Timestamp) -> Result<Programme>;

    /// The cohort with this name in its programme, made when absent. Dates are brought up to date.
    async fn put_cohort(&self, cohort: &NewCohort, now: Timestamp) -> Result<Cohort>;

    /// All programmes of an issuer, oldest first.
    async fn programmes(&self, issuer: IssuerId) -> Result<Vec<Programme>>;

    /// The cohorts of a programme, oldest first.
    async fn cohorts(&self, programme: ProgrammeId) -> Result<Vec<Cohort>>;

    /// One programme.
    async fn programme(&self, id: ProgrammeId) -> Result<Option<Programme>>;

    /// One cohort.
    async fn cohort(&self, id: CohortId) -> Result<Option<Cohort>>;

    /// Every certificate of a cohort that still has its person: to find who has one already, and whose row changed.
    /// A person whose certificate was reissued appears once for each, under the key that each was reserved with.
    /// Oldest first.
    async fn people(&self, cohort: CohortId) -> Result<Vec<Person>>;

    // ---- Batches ---------------------------------------------------------------------------------------------

    /// Reserves a whole batch in one transaction: certificates with ids, codes, numbers and random free status
    /// indexes, all in state [`State::Reserved`]. A list that is [`STATUS_LIST_FULL_PERCENT`] full is followed by
    /// the next.
    ///
    /// # Errors
    /// [`StoreError::PersonTaken`] when somebody has a certificate in the cohort already (another process was
    /// faster), be it one that was reissued under a corrected name; [`StoreError::Taken`] when an id or a code exists, [`StoreError::ListsFull`] at the last list,
    /// [`StoreError::IllegalStep`] when a predecessor cannot be superseded.
    async fn reserve(&self, reservation: Reservation<'_>) -> Result<Batch>;

    /// One batch.
    async fn batch(&self, id: BatchId) -> Result<Option<Batch>>;

    /// All batches, newest first.
    async fn batches(&self, limit: u32) -> Result<Vec<Batch>>;

    /// The newest batch that was made of this sheet and this programme file, not before `since`.
    async fn batch_made_of(
        &self,
        sheet_hash: &str,
        programme: &ArtifactHash,
        since: Timestamp,
    ) -> Result<Option<Batch>>;

    /// The newest batch of a programme that has a signed certificate: what the programme is, as far as it was published.
    async fn newest_of(&self, programme: ProgrammeId) -> Result<Option<Frozen>>;

    /// Batches that are reserved and not finished, oldest first.
    async fn unfinished_batches(&self) -> Result<Vec<Batch>>;

    /// The next unsigned certificates of a batch, in the order of the sheet, with the details that their
    /// credentials are made of. `after` is the serial of the last one seen.
    async fn unsigned(&self, batch: BatchId, after: i64, limit: u32) -> Result<Vec<Unsigned>>;

    /// Stores a chunk of signed certificates in one transaction and makes them [`State::Issued`]. One that is
    /// issued already is left as it is. A certificate with a predecessor supersedes it here. Returns how many
    /// were new.
    async fn save_signed(&self, signed: &[SignedCertificate], now: Timestamp) -> Result<u32>;

    /// Keeps a part of a batch's report (CSV), so that the report of a hundred thousand need not be in memory at once.
    /// The same part again replaces it; a finished batch's report is never changed.
    async fn put_report_part(&self, batch: BatchId, part: u32, text: &str) -> Result<()>;

    /// Closes a batch. Closing again changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Unfinished`] while certificates of it are unsigned.
    async fn finish_batch(&self, batch: BatchId, now: Timestamp) -> Result<Batch>;

    /// The report that was kept with a batch, all parts in one. `None` until the batch is finished.
    async fn batch_report(&self, batch: BatchId) -> Result<Option<String>>;

    // ---- Certificates ----------------------------------------------------------------------------------------

    /// One certificate by its id.
    async fn certificate(&self, id: Uuid) -> Result<Option<Certificate>>;

    /// One certificate by its verification code, in any case and with any separators.
    async fn certificate_by_code(&self, code: &str) -> Result<Option<Certificate>>;

    /// All certificates with this number, oldest first: a number is human text, not a key.
    async fn certificates_by_number(&self, number: &str) -> Result<Vec<Certificate>>;

    /// Certificates in the order of their reservation. Page with [`Page::after`].
    async fn certificates(&self, filter: &Filter, page: Page) -> Result<Vec<Certificate>>;

    /// What somebody at the desk looks for, newest first: at most `limit` certificates with a serial below `before`.
    async fn find_certificates(&self, search: &Search, before: i64, limit: u32) -> Result<Vec<Certificate>>;

    /// The signed credential, byte for byte as issued. `None` before signing and after erasure.
    async fn signed_text(&self, id: Uuid, suite: Suite) -> Result<Option<String>>;

    /// The details of a certificate. `None` after erasure.
    async fn details(&self, id: Uuid) -> Result<Option<Details>>;

    /// Revokes, suspends or reinstates: state, status bits, list version and event in one transaction.
    ///
    /// # Errors
    /// [`StoreError::UnknownCertificate`], [`StoreError::IllegalStep`], [`StoreError::ReissueUnderWay`].
    async fn change(&self, change: &Change) -> Result<Certificate>;

    // ---- What is published -----------------------------------------------------------------------------------

    /// All status lists of an issuer, by number.
    async fn status_lists(&self, issuer: IssuerId) -> Result<Vec<StatusList>>;

    /// A list with the entries that have a bit set, all from one moment.
    async fn status_snapshot(&self, issuer: IssuerId, number: u32) -> Result<Option<StatusSnapshot>>;

    /// An issuer's lists that have to be signed again: changed since, never signed, or signed before `signed_before`.
    async fn status_lists_due(&self, issuer: IssuerId, signed_before: Timestamp) -> Result<Vec<StatusList>>;

    /// Keeps a signed list. A document of an older version than the one kept is passed over (`false`).
    async fn put_status_document(&self, document: &StatusDocument) -> Result<bool>;

    /// The signed list as last published.
    async fn status_document(
        &self,
        issuer: IssuerId,
        number: u32,
        purpose: StatusPurpose,
        suite: Suite,
    ) -> Result<Option<StatusDocument>>;

    /// Keeps the signed public record of a certificate. One of an earlier revision than the one kept
    /// is passed over (`false`).
    async fn put_record(&self, record: &RecordDocument) -> Result<bool>;

    /// The signed public record as last published.
    async fn record(&self, certificate: Uuid) -> Result<Option<RecordDocument>>;

    /// An issuer's certificates whose state has changed since their record was signed: their records have to be signed
    /// again. Issued certificates that never changed have no record and are not among them.
    async fn records_due(&self, issuer: IssuerId, limit: u32) -> Result<Vec<Certificate>>;

    // ---- Audit -----------------------------------------------------------------------------------------------

    /// Keeps what `POST /credentials/issue` signed, with its event. The same id again is [`StoreError::Taken`].
    async fn put_api_credential(&self, credential: &ApiCredential) -> Result<()>;

    /// The end of the chain of events.
    async fn chain_head(&self) -> Result<Head>;

    /// Appends an event. Events are never changed or removed.
    async fn append_event(&self, event: &NewEvent) -> Result<()>;

    /// Events in the order of their happening, of one object or of all. `after` is the last number seen.
    async fn events(&self, object: Option<&str>, after: i64, limit: u32) -> Result<Vec<Event>>;

    /// The same, newest first: events before a number.
    async fn events_before(&self, object: Option<&str>, before: i64, limit: u32) -> Result<Vec<Event>>;
}
