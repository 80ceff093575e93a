//! Stands in until `vc::Lang` exists.

/// The language of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// Indonesian.
    Id,
    /// English.
    En,
}
