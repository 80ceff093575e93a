//! JSON text: a credential, or a VC API request body (`{"verifiableCredential": {...}}`) around one.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{BOM, ExtractError, MAX_CREDENTIAL, MAX_NESTING};

/// The members of a request body that matter here.
#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, rename = "@context")]
    context: Option<&'a RawValue>,
    #[serde(borrow, rename = "verifiableCredential")]
    credential: Option<&'a RawValue>,
}

/// Is this a JSON object, by its first character? RFC 8259 lets a reader ignore a byte order mark.
pub(crate) fn looks_like(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
    bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{')
}

/// The credential's text. Text that is not well-formed is given on as it is: the verifier says what is wrong with it.
pub(crate) fn extract(bytes: &[u8]) -> Result<String, ExtractError> {
    let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
    if bytes.len() > MAX_CREDENTIAL {
        return Err(ExtractError::TooLarge { limit: MAX_CREDENTIAL, got: bytes.len() });
    }
    // Before any parser sees it, since parsers answer depth with recursion.
    if nesting(bytes) > MAX_NESTING {
        return Err(ExtractError::NestedTooDeep { limit: MAX_NESTING });
    }
    let text = std::str::from_utf8(bytes).map_err(|e| ExtractError::NotUtf8 { at: e.valid_up_to() })?;

    match serde_json::from_str::<Body<'_>>(text) {
        // With a context of its own it is a presentation or a credential, not a request body.
        Ok(Body { context: None, credential: Some(credential) }) if credential.get().starts_with('{') => {
            Ok(credential.get().to_owned())
        }
        _ => Ok(text.to_owned()),
    }
}

/// The greatest depth of brackets outside strings, counted in one pass; stops as soon as the limit is passed.
fn nesting(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0usize, 0usize);
    let (mut in_string, mut escaped) = (false, false);
    for &byte in bytes {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
                if deepest > MAX_NESTING {
                    break;
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_brackets_outside_strings_only() {
        assert_eq!(nesting(br#"{"a": [[1], {"b": "[[[{\"[["}]}"#), 3);
    }

    #[test]
    fn takes_the_credential_out_of_a_request_body_byte_for_byte() {
        let inner = r#"{ "n" : 1.50, "s": "\u00e9" }"#;
        let body = format!(r#"{{"options": {{}}, "verifiableCredential": {inner}}}"#);
        assert_eq!(extract(body.as_bytes()).unwrap(), inner);
    }

    #[test]
    fn leaves_credentials_presentations_and_broken_text_alone() {
        for text in [
            r#"{"@context": [], "verifiableCredential": {"a": 1}}"#,
            r#"{"verifiableCredential": "eyJ"}"#,
            r#"{"verifiableCredential": {}, "verifiableCredential": {}}"#,
            r#"{"id": "#,
        ] {
            assert_eq!(extract(text.as_bytes()).unwrap(), text);
        }
    }

    #[test]
    fn ten_thousand_levels_and_large_text_are_refused_cheaply() {
        let deep = r#"{"a":"#.repeat(10_000);
        assert_eq!(extract(deep.as_bytes()), Err(ExtractError::NestedTooDeep { limit: MAX_NESTING }));
        let large = format!("{{\"a\": \"{}\"}}", "x".repeat(MAX_CREDENTIAL));
        assert!(matches!(extract(large.as_bytes()), Err(ExtractError::TooLarge { limit: MAX_CREDENTIAL, .. })));
    }

    #[test]
    fn exactly_the_deepest_allowed_passes() {
        let text = format!("{}1{}", r#"{"a":"#.repeat(MAX_NESTING), "}".repeat(MAX_NESTING));
        assert!(extract(text.as_bytes()).is_ok());
    }

    #[test]
    fn another_encoding_is_named_with_its_place() {
        assert_eq!(extract(b"{\"a\": \"Jos\xe9\"}"), Err(ExtractError::NotUtf8 { at: 10 }));
        assert_eq!(extract(b"\xEF\xBB\xBF{}").unwrap(), "{}");
    }
}
