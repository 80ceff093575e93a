//! What a credential is, how it is signed, how it is checked.
//!
//! Bytes in, values out: this crate knows no file, no network, no database, no clock and no
//! source of randomness. Whatever a verdict depends on is an argument.
//!
//! ```
//! use vc::{Cryptosuite, Draft, Evidence, Key, Policy, VerificationMethod, Verdict};
//!
//! let key = Key::from_seed([7; 32]);
//! let method = VerificationMethod::did_key(key.public());
//! let draft = Draft::from_value(serde_json::json!({
//!     "@context": ["https://www.w3.org/ns/credentials/v2"],
//!     "type": ["VerifiableCredential"],
//!     "issuer": key.public().did_key(),
//!     "validFrom": "2026-08-12T00:00:00Z",
//!     "credentialSubject": { "id": "urn:uuid:3f0c2a5e-6a8f-4b0e-9d53-0d6e5b1f7a11" }
//! }));
//!
//! // Only what the check has passed can be signed; signing is two pure steps.
//! let ready = draft.check().expect("a well-formed credential");
//! let to_sign = ready.to_sign(Cryptosuite::EddsaRdfc2022, &method, "2026-08-12T00:00:00Z").expect("canonicalizes");
//! let signature = key.sign(to_sign.bytes());
//! let signed = to_sign.finish(signature).expect("our own signature verifies");
//!
//! // Verification never fails: it reports.
//! let now = "2026-11-24T07:05:00Z".parse().expect("a timestamp");
//! let report = vc::verify(signed.text().as_bytes(), &Evidence::default(), &Policy::any(), now);
//! assert_eq!(report.verdict, Verdict::Valid);
//! ```

pub mod compact;
mod context;
mod credential;
mod did;
mod document;
mod draft;
mod evidence;
mod jcs;
mod json;
mod json_ld;
mod key;
mod problem;
mod rdfc;
mod report;
mod schema;
mod status;
mod suite;
mod time;
pub mod trust;
mod verify;
mod wording;
pub mod words;

pub use credential::Facts;
pub use did::{DidDocument, did_document, did_key_document, did_web, did_web_url, is_did};
pub use document::{Difference, Field, MAX_SEEN, Visible, VisibleLine, VisiblePage};
pub use draft::{Award, Draft, Ready, Signed, StatusEntry, ToSign};
pub use evidence::{Evidence, Need, WhyNot};
pub use json::{MAX_DEPTH, MAX_TEXT};
pub use key::{Key, KeyError, PublicKey, VerificationMethod};
pub use problem::{Problem, ProblemKind};
pub use report::{Check, CheckName, Outcome, Report, State, Verdict};
pub use status::{
    Bitstring, LIST_ENTRIES, Purpose, Reason, Record, RecordState, STATUS_TTL_MS, StatusError, status_list_draft,
};
pub use suite::Cryptosuite;
pub use time::{date_time_stamp, parse_date_time_stamp};
pub use verify::{
    Issuers, Policy, PresentationPolicy, PresentationReport, needs, presentation_needs, verify, verify_presentation,
};
pub use wording::{Lang, Sentences, check_line, sentences, state_sentences};

/// The parts below the credential, open to tests, benchmarks and tools.
pub mod core {
    pub use crate::context::{EMBEDDED, embedded};
    pub use crate::jcs::canonicalize as jcs;
    pub use crate::json::parse;
    pub use crate::json_ld::to_quads;
    pub use crate::rdfc::{Quad, RdfTerm, canonicalize as rdfc};
    pub use crate::suite::{Hashes, hash_data, proof_configuration};
}
