//! Whether a file is byte for byte one that was handed out here. Only PDFs are remembered; this decides nothing, the
//! credential inside is judged by its signature.

use store::{ArtifactHash, RenderingKind, Store};
use vc::{CheckName, Lang, Outcome, Report};

/// A PDF as a file, apart from the credential in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandedOut {
    /// Exactly as it left here.
    AsIs(RenderingKind),
    /// No file like this is on record: printed again, compressed, edited; or issued before files were remembered.
    NotAsIs,
}

/// What a PDF is looked up by; `None` for other files.
pub fn pdf_hash(bytes: &[u8]) -> Option<ArtifactHash> {
    bytes.starts_with(b"%PDF-").then(|| ArtifactHash::of(bytes))
}

/// Looks a file up.
///
/// # Errors
/// The store's.
pub async fn handed_out(store: &dyn Store, hash: Option<&ArtifactHash>) -> store::Result<Option<HandedOut>> {
    let Some(hash) = hash else { return Ok(None) };
    let found = store.rendering(hash).await?;
    Ok(Some(found.map_or(HandedOut::NotAsIs, |rendering| HandedOut::AsIs(rendering.kind))))
}

impl HandedOut {
    /// Whether it is worth saying: that a file is not ours says nothing about somebody else's certificate. `is_own` tells
    /// our DIDs.
    pub fn concerns(self, report: &Report, is_own: impl Fn(&str) -> bool) -> bool {
        let by_us = || report.facts.as_ref().is_some_and(|facts| is_own(&facts.issuer));
        self != Self::NotAsIs || (report.check(CheckName::Issuer).outcome == Outcome::Pass && by_us())
    }

    /// What the file is, and what that means.
    pub fn words(self, lang: Lang) -> (&'static str, &'static str) {
        match (self, lang) {
            (Self::AsIs(RenderingKind::Short), Lang::Id) => {
                ("Berkas ini persis seperti yang kami terbitkan", "Versi ringkas; setiap bitanya sama.")
            }
            (Self::AsIs(RenderingKind::Short), Lang::En) => {
                ("This file is exactly as we issued it", "The short version; every byte is the same.")
            }
            (Self::AsIs(RenderingKind::Full), Lang::Id) => {
                ("Berkas ini persis seperti yang kami terbitkan", "Versi lengkap; setiap bitanya sama.")
            }
            (Self::AsIs(RenderingKind::Full), Lang::En) => {
                ("This file is exactly as we issued it", "The full version; every byte is the same.")
            }
            (Self::NotAsIs, Lang::Id) => (
                "Berkas ini tidak tercatat persis seperti ini",
                "Mungkin dicetak ulang, dikompres, atau diubah. Yang terbukti hanya kredensial di dalamnya.",
            ),
            (Self::NotAsIs, Lang::En) => (
                "This file is not on record as it is",
                "It may have been printed again, compressed or edited. Only the credential inside it is proven.",
            ),
        }
    }

    /// For programs: `short` or `full` for a file as it left here, `none` for another.
    pub fn code(self) -> &'static str {
        match self {
            Self::AsIs(kind) => kind.code(),
            Self::NotAsIs => "none",
        }
    }
}
