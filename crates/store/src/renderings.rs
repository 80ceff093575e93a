//! The hashes of what was handed out: whether a file is byte for byte one of ours.

use async_trait::async_trait;
use uuid::Uuid;

use crate::{ArtifactHash, Result};

/// Which rendering of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RenderingKind {
    /// The short one (*versi ringkas*), for sharing.
    Short,
    /// The full one (*versi lengkap*), with the graduate's details.
    Full,
}

impl RenderingKind {
    /// Both.
    pub const ALL: &'static [Self] = &[Self::Short, Self::Full];

    /// The word for it, in the database and outside.
    pub fn code(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Full => "full",
        }
    }

    /// What a word stands for.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }
}

/// A file that was handed out. The same certificate, design and version of the program give the same bytes; a later
/// version may give others, which are a rendering of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendering {
    /// SHA-256 of the file.
    pub hash: ArtifactHash,
    /// Whose.
    pub certificate: Uuid,
    /// Which one.
    pub kind: RenderingKind,
    /// The frozen design that it was printed with.
    pub design: ArtifactHash,
}

/// The part of [`crate::Store`] that remembers them, under the same contract.
#[async_trait]
pub trait Renderings: Send + Sync {
    /// Remembers what is handed out, in one transaction. What is known already stays as it is.
    async fn put_renderings(&self, renderings: &[Rendering]) -> Result<()>;

    /// The rendering with this hash; `None` for a file that never left here as it is.
    async fn rendering(&self, hash: &ArtifactHash) -> Result<Option<Rendering>>;
}
