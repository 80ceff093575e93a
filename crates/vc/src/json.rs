//! JSON as a verifier must read it: no duplicate members, bounded depth and size.

use crate::problem::{Problem, ProblemKind};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// Longest credential text that is read, in bytes.
pub const MAX_TEXT: usize = 4 * 1024 * 1024;

/// Deepest nesting of arrays and objects that is read.
pub const MAX_DEPTH: usize = 64;

/// Reads JSON text. Duplicate members are refused: implementations disagree on which one counts, so
/// a signature over such a text would mean different things to different readers.
///
/// # Errors
/// [`ProblemKind::Json`], with the place in the text.
pub fn parse(text: &[u8]) -> Result<Value, Problem> {
    let refuse = |detail: String| Problem::new(ProblemKind::Json, "", detail);
    if text.len() > MAX_TEXT {
        return Err(refuse(format!("{} bytes, at most {MAX_TEXT} are read", text.len())));
    }
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = Strict { depth: 0 }.deserialize(&mut reader).map_err(|error| refuse(error.to_string()))?;
    reader.end().map_err(|error| refuse(error.to_string()))?;
    Ok(value)
}

#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        match self.depth < MAX_DEPTH {
            true => Ok(Self { depth: self.depth + 1 }),
            false => Err(E::custom(format_args!("nested deeper than {MAX_DEPTH} levels"))),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut members = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let value = map.next_value_seed(inner)?;
            if members.contains_key(&name) {
                return Err(A::Error::custom(format_args!("duplicate member {name:?}")));
            }
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicates_depth_and_trailing_text_are_refused() {
        for (text, word) in [
            (r#"{"a":1,"a":1}"#.to_owned(), "duplicate member"),
            (format!("{}{}", "[".repeat(65), "]".repeat(65)), "nested deeper"),
            ("[".repeat(10_000), "nested deeper"),
            ("{} x".to_owned(), "trailing"),
            ("1e999".to_owned(), "out of range"),
            (String::new(), "EOF"),
        ] {
            let problem = parse(text.as_bytes()).expect_err(word);
            assert!(problem.detail.contains(word), "{problem}");
        }
        assert_eq!(parse(b"\xef\xbb\xbf[1]").expect("a byte order mark is tolerated"), serde_json::json!([1]));
    }

    #[test]
    fn an_integer_keeps_its_value() {
        assert_eq!(parse(b"9007199254740993").expect("fits").as_u64(), Some(9_007_199_254_740_993));
    }
}
