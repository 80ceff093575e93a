//! Stub.
pub use crate::text::neutralise;
