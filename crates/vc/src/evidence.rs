//! What a verdict needs from outside, and what was obtained; and what stands on the pages around the credential.

use crate::document::Visible;
use std::collections::HashMap;

/// Something that has to be obtained before a credential can be judged.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Need {
    /// The DID document of a did:web identifier.
    Did(String),
    /// A Bitstring Status List credential, by its URL.
    StatusList(String),
    /// Piagam's signed public record of a certificate whose status bit is set, by its URL.
    Record(String),
}

impl Need {
    /// The URL that answers the need; `None` for a DID that has none (a malformed or foreign method).
    pub fn url(&self) -> Option<String> {
        match self {
            Self::Did(did) => crate::did::did_web_url(did),
            Self::StatusList(url) | Self::Record(url) => Some(url.clone()),
        }
    }
}

/// Why a need has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyNot {
    /// The place answered that there is no such thing.
    NotFound,
    /// The place did not answer, or not in time; the text says how.
    Unreachable(String),
    /// The place or its answer was refused by the caller's own rules; the text says which.
    Refused(String),
    /// The caller does not go out.
    Offline,
}

impl std::fmt::Display for WhyNot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotFound => f.write_str("not found"),
            Self::Unreachable(how) => write!(f, "unreachable: {how}"),
            Self::Refused(rule) => write!(f, "refused: {rule}"),
            Self::Offline => f.write_str("offline"),
        }
    }
}

/// Each need answered with bytes, or with why not; beside it the pages that the credential came in, if it came in some.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    answers: HashMap<Need, Result<Vec<u8>, WhyNot>>,
    visible: Option<Visible>,
}

impl Evidence {
    /// Records what was obtained for `need`. A later answer replaces an earlier one.
    pub fn answer(&mut self, need: Need, bytes: Result<Vec<u8>, WhyNot>) {
        self.answers.insert(need, bytes);
    }

    /// What is known of `need`; `None` when nobody has asked yet.
    pub fn get(&self, need: &Need) -> Option<Result<&[u8], &WhyNot>> {
        self.answers.get(need).map(|answer| answer.as_deref())
    }

    /// The credential came in a file with pages: they are compared with it.
    pub fn show(&mut self, visible: Visible) {
        self.visible = Some(visible);
    }

    /// The pages around the credential; `None` when it came by itself.
    pub fn visible(&self) -> Option<&Visible> {
        self.visible.as_ref()
    }
}
