//! The issuing walk, one named step after the other.
//!
//! [`programme`] reads what is taught and how its certificates look; [`roster`] reads who passed.
//! [`batch`] compares, reserves, signs and finishes, with a key of [`keyring`]; [`status`] publishes the lists and
//! records and acts on single certificates, [`trust`] puts it all into one document; [`deliver`] makes the files that people get, [`siasn`] the sheet for the civil-service agency's archive. All stand on an [`Office`].

pub mod batch;
pub mod deliver;
pub mod durable;
mod fault;
pub mod keyring;
mod kinds;
pub mod lease;
pub mod office;
pub mod programme;
pub mod roster;
pub mod siasn;
pub mod status;
mod text;
pub mod trust;
mod wording;

pub use fault::IssueError;
pub use office::Office;
