//! `xsd:dateTimeStamp`: a date and time that always has an offset.

use jiff::Timestamp;

/// Reads an `xsd:dateTimeStamp` (XML Schema 1.1 Part 2, 3.4.28), the form VCDM 2.0 demands.
/// Stricter than RFC 3339 readers: upper-case `T` and `Z`, no space, an offset within 14 hours.
pub fn parse_date_time_stamp(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let digits =
        |range: std::ops::Range<usize>| bytes.get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    let shape = digits(0..4) && digits(5..7) && digits(8..10) && digits(11..13) && digits(14..16) && digits(17..19);
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if !shape || separators.iter().any(|&(at, byte)| bytes.get(at) != Some(&byte)) {
        return None;
    }
    let rest = bytes.get(19..)?;
    let fraction = match rest.first()? {
        b'.' => 1 + rest.get(1..)?.iter().take_while(|byte| byte.is_ascii_digit()).count(),
        _ => 0,
    };
    if fraction == 1 || fraction > 10 {
        return None;
    }
    match rest.get(fraction..)? {
        b"Z" => {}
        [b'+' | b'-', h1, h2, b':', m1, m2] if [h1, h2, m1, m2].iter().all(|byte| byte.is_ascii_digit()) => {
            let minutes = u32::from((h1 - b'0') * 10 + (h2 - b'0')) * 60 + u32::from((m1 - b'0') * 10 + (m2 - b'0'));
            if minutes > 14 * 60 || (m1 - b'0') > 5 {
                return None;
            }
        }
        _ => return None,
    }
    // A leap second is no value of the type; jiff would clamp it.
    if &bytes[17..19] == b"60" {
        return None;
    }
    text.parse().ok()
}

/// Writes an instant as Piagam does: whole seconds, `Z`.
pub fn date_time_stamp(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).map_or_else(|_| at.to_string(), |whole| whole.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_lexical_form_of_the_type_is_read() {
        for text in ["2026-08-12T00:00:00Z", "2026-08-12T00:00:00.123+07:00", "2024-02-29T23:59:59-14:00"] {
            assert!(parse_date_time_stamp(text).is_some(), "{text}");
        }
        for text in [
            "2026-08-12",
            "2026-08-12T00:00:00",
            "2026-08-12t00:00:00Z",
            "2026-08-12 00:00:00Z",
            "2026-02-30T00:00:00Z",
            "2026-08-12T00:00:60Z",
            "2026-08-12T00:00:00+15:00",
            "2026-08-12T00:00:00.Z",
            "2026-08-12T00:00:00+0700",
            "",
            "2026-08-12T00:00:00Z[UTC]",
            "+002026-08-12T00:00:00Z",
        ] {
            assert!(parse_date_time_stamp(text).is_none(), "{text}");
        }
    }

    #[test]
    fn whole_seconds_are_written() {
        let at: Timestamp = "2026-08-12T01:02:03.9Z".parse().expect("a timestamp");
        assert_eq!(date_time_stamp(at), "2026-08-12T01:02:03Z");
    }
}
