//! The one-time link to a holder's page.
//!
//! The link holds 32 random bytes; the store holds their hash. Opening it with GET, as programs do that look at mails before
//! people, changes nothing: a button on the page uses it up, once, and puts a cookie in its place that opens this one
//! certificate's page in this browser. Whoever finds the mail later finds a used link; a new one goes to the same mailbox.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::SignedDuration;

use crate::pages::digest;

/// How long a link can be used.
pub(crate) const VALID: SignedDuration = SignedDuration::from_hours(24 * 90);

/// How long the page stays open in a browser that used one.
pub(crate) const OPEN: SignedDuration = SignedDuration::from_hours(24 * 30);

/// What a link, or the cookie, holds. Never shown by `Debug`.
pub(crate) struct Token([u8; 32]);

impl Token {
    /// 256 random bits.
    pub(crate) fn draw() -> Self {
        Self(rand::random())
    }

    /// As it was written; `None` for anything else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// As it stands in a link.
    pub(crate) fn text(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What the store keeps of it.
    pub(crate) fn hash(&self) -> String {
        digest(&self.0)
    }

    /// The whole link.
    pub(crate) fn address(&self, base_url: &str) -> String {
        format!("{base_url}/ambil/{}", self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_and_nothing_else_does() {
        let token = Token::draw();
        let text = token.text();
        assert_eq!(text.len(), 43);
        assert_eq!(Token::parse(&text).unwrap().hash(), token.hash());
        assert!(!token.hash().contains(&text));
        for wrong in ["", "x", &text[1..], &format!("{text}A"), &format!("{text}="), &text.replace('A', "+")[..42]] {
            assert!(Token::parse(wrong).is_none_or(|other| other.hash() != token.hash()), "{wrong}");
        }
    }
}
