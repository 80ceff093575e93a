//! Finding the certificate that somebody means by an id, a number or a code.

use uuid::Uuid;

use crate::{Certificate, State, Store, StoreError};

/// How many characters a verification code has (80 bits in an alphabet of 32).
const CODE_LENGTH: usize = 16;

/// The alphabet of verification codes: no 0 O 1 I.
const CODE_ALPHABET: &str = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// The certificate that `text` means: an id (bare, or a URL that ends in one), a verification code, or a number.
/// Of several with one number, the one that is not superseded or erased.
pub async fn locate(store: &dyn Store, text: &str) -> Result<Certificate, LocateError> {
    let text = text.trim();
    let last = text.trim_end_matches('/').rsplit('/').next().unwrap_or(text);
    if let Ok(id) = Uuid::try_parse(last)
        && let Some(found) = store.certificate(id).await?
    {
        return Ok(found);
    }
    for candidate in [text, last] {
        if let Some(code) = plain_code(candidate)
            && let Some(found) = store.certificate_by_code(&code).await?
        {
            return Ok(found);
        }
    }
    let mut found = store.certificates_by_number(text).await?;
    if found.len() > 1 {
        found.retain(|certificate| !matches!(certificate.state, State::Superseded | State::Erased));
    }
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(LocateError::NotFound { text: text.to_owned() }),
        count => Err(LocateError::Several { text: text.to_owned(), count }),
    }
}

/// The code without separators and in upper case, when `text` can be one.
pub fn plain_code(text: &str) -> Option<String> {
    let mut code = String::with_capacity(CODE_LENGTH);
    for character in text.chars() {
        if matches!(character, '-' | ' ' | '.' | '_' | '\u{2010}'..='\u{2015}' | '\u{a0}') {
            continue;
        }
        let upper = character.to_ascii_uppercase();
        if code.len() == CODE_LENGTH || !CODE_ALPHABET.contains(upper) {
            return None;
        }
        code.push(upper);
    }
    (code.len() == CODE_LENGTH).then_some(code)
}

/// The code as shown: groups of four with `-` between.
pub fn shown_code(code: &str) -> String {
    let mut shown = String::with_capacity(code.len() + code.len() / 4);
    for (at, character) in code.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            shown.push('-');
        }
        shown.push(character);
    }
    shown
}

/// Why no certificate was found.
#[derive(Debug, thiserror::Error)]
pub enum LocateError {
    /// None has this id, code or number.
    #[error("no certificate has the id, code or number '{text}'")]
    NotFound {
        /// What was asked for.
        text: String,
    },
    /// Several have this number.
    #[error("{count} certificates have the number '{text}'")]
    Several {
        /// What was asked for.
        text: String,
        /// How many have it.
        count: usize,
    },
    /// The store could not look.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl LocateError {
    /// What to do next.
    pub fn next(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "Check the spelling, or look it up with `piagam list --dir DIR --json`.",
            Self::Several { .. } => {
                "Name the one you mean by its id or its verification code (`piagam list --dir DIR --json`)."
            }
            Self::Store(error) => error.next(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_in_any_case_and_with_any_separator() {
        assert_eq!(plain_code("abcd-efgh jklm.npqr").as_deref(), Some("ABCDEFGHJKLMNPQR"));
        assert_eq!(plain_code("ABCDEFGHJKLMNPQR").as_deref(), Some("ABCDEFGHJKLMNPQR"));
        for wrong in ["", "ABCD", "ABCDEFGHJKLMNPQ0", "ABCDEFGHJKLMNPQRS", "ABCDEFGHJKLMNPQÉ"] {
            assert_eq!(plain_code(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn codes_are_shown_in_groups_of_four() {
        assert_eq!(shown_code("ABCDEFGHJKLMNPQR"), "ABCD-EFGH-JKLM-NPQR");
        assert_eq!(shown_code(""), "");
    }
}
