//! One case for every rule, the samples, files that attack, and random cells.

mod attacks;
mod cases;
mod random;
mod samples;

use super::*;

pub(super) fn programme() -> Programme {
    Programme::parse(include_str!("../../../../templates/programmes/ai-fundamentals.toml")).expect("the first sample")
}

/// Reads a CSV of the first sample programme.
pub(super) fn read_text(text: &str) -> Roster {
    read(text.as_bytes(), "uji.csv", &programme()).unwrap_or_else(|refused| panic!("{refused}: {text}"))
}

pub(super) fn refusal(bytes: &[u8], file_name: &str) -> SheetRefusedKind {
    match read(bytes, file_name, &programme()) {
        Ok(roster) => panic!("not refused: {roster:?}"),
        Err(refused) => {
            for lang in [vc::Lang::Id, vc::Lang::En] {
                assert!(!refused.reason(lang).contains("{0}") && !refused.mend(lang).is_empty());
            }
            refused.kind
        }
    }
}
