//! JSON Canonicalization Scheme (RFC 8785).

use crate::problem::{Problem, ProblemKind};
use serde_json::{Number, Value};

/// The largest integer that every JSON reader keeps (2^53 - 1).
const MAX_SAFE_INTEGER: u64 = 9_007_199_254_740_991;

/// The canonical text of a value.
///
/// # Errors
/// [`ProblemKind::Number`] for an integer beyond 2^53 - 1, which readers round differently.
pub fn canonicalize(value: &Value) -> Result<String, Problem> {
    let mut out = String::with_capacity(1024);
    write(value, &mut out)?;
    Ok(out)
}

fn write(value: &Value, out: &mut String) -> Result<(), Problem> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => write_number(number, out)?,
        Value::String(text) => write_string(text, out),
        Value::Array(items) => {
            out.push('[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write(item, out)?;
            }
            out.push(']');
        }
        Value::Object(members) => {
            // RFC 8785, 3.2.3: sorted by UTF-16 code units, which differs from the order of bytes
            // only when a name has characters beyond the Basic Multilingual Plane.
            let mut sorted: Vec<_> = members.iter().collect();
            match sorted.iter().all(|(name, _)| name.is_ascii()) {
                true => sorted.sort_unstable_by_key(|(name, _)| name.as_bytes()),
                false => sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16())),
            }
            out.push('{');
            for (position, (name, member)) in sorted.into_iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write_string(name, out);
                out.push(':');
                write(member, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

/// A number as ECMAScript writes it (RFC 8785, 3.2.2.3).
pub(crate) fn write_number(number: &Number, out: &mut String) -> Result<(), Problem> {
    let integer = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs));
    if integer.is_some_and(|magnitude| magnitude > MAX_SAFE_INTEGER) {
        let detail = format!("{number} is beyond 2^53 - 1; readers round it differently");
        return Err(Problem::new(ProblemKind::Number, "", detail));
    }
    match (integer, number.as_f64()) {
        (Some(_), _) => out.push_str(&number.to_string()),
        (None, Some(double)) => out.push_str(ryu_js::Buffer::new().format(double)),
        (None, None) => return Err(Problem::new(ProblemKind::Number, "", format!("{number} is no double"))),
    }
    Ok(())
}

/// A string with the escapes of RFC 8785, 3.2.2.2.
fn write_string(text: &str, out: &mut String) {
    out.push('"');
    let mut clean = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            0x08 => "\\b",
            0x09 => "\\t",
            0x0a => "\\n",
            0x0c => "\\f",
            0x0d => "\\r",
            0x00..=0x1f => {
                out.push_str(&text[clean..at]);
                out.push_str(&format!("\\u{byte:04x}"));
                clean = at + 1;
                continue;
            }
            _ => continue,
        };
        out.push_str(&text[clean..at]);
        out.push_str(escape);
        clean = at + 1;
    }
    out.push_str(&text[clean..]);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rfc_8785_section_3_2_2() {
        let value: Value = serde_json::from_str(
            r#"{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
                "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#,
        )
        .expect("the RFC's own example");
        let expected = "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\
             \"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";
        assert_eq!(canonicalize(&value).expect("canonical"), expected);
    }

    #[test]
    fn rfc_8785_section_3_2_3_sorts_by_utf_16() {
        let value = json!({"\u{20ac}":1,"\r":2,"\u{fb33}":3,"1":4,"\u{1f600}":5,"\u{80}":6,"\u{f6}":7});
        let expected = "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}";
        assert_eq!(canonicalize(&value).expect("canonical"), expected);
    }

    #[test]
    fn integers_beyond_2_53_are_refused() {
        assert!(canonicalize(&json!(9_007_199_254_740_991_u64)).is_ok());
        for number in [json!(9_007_199_254_740_992_u64), json!(-9_007_199_254_740_992_i64)] {
            assert_eq!(canonicalize(&number).expect_err("refused").kind, ProblemKind::Number);
        }
    }
}
