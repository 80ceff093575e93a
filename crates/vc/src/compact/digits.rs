//! Bytes as decimal digits: 7 bytes are 17 digits, big-endian. QR codes store digits in 3.33 bits each, so this costs
//! 1.2 % over the bytes themselves, and no chat program, camera or mail client changes a digit.

use super::{CompactError, MAX_DIGITS};

/// Bytes in a whole group.
const GROUP_BYTES: usize = 7;

/// How many digits a group of 0 to 7 bytes has: the fewest that hold its largest value.
const WIDTHS: [usize; GROUP_BYTES + 1] = [0, 3, 5, 8, 10, 13, 15, 17];

/// The digits of bytes.
pub(super) fn encode(bytes: &[u8]) -> String {
    bytes
        .chunks(GROUP_BYTES)
        .map(|group| {
            let value = group.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
            format!("{value:0width$}", width = WIDTHS[group.len()])
        })
        .collect()
}

/// The bytes of digits. Exactly the texts that [`encode`] writes are read.
pub(super) fn decode(digits: &str) -> Result<Vec<u8>, CompactError> {
    if digits.len() > MAX_DIGITS {
        return Err(CompactError::TooLong { length: digits.len(), most: MAX_DIGITS });
    }
    if let Some(at) = digits.bytes().position(|byte| !byte.is_ascii_digit()) {
        return Err(CompactError::Digits { at, why: "not a decimal digit" });
    }
    let mut bytes = Vec::with_capacity(digits.len() / 17 * GROUP_BYTES + GROUP_BYTES);
    for (number, group) in digits.as_bytes().chunks(WIDTHS[GROUP_BYTES]).enumerate() {
        let at = number * WIDTHS[GROUP_BYTES];
        let length = WIDTHS.iter().position(|width| *width == group.len());
        let length = length.ok_or(CompactError::Digits { at, why: "no group has this many digits" })?;
        let value = group.iter().fold(0_u64, |value, digit| value * 10 + u64::from(digit - b'0'));
        if value >> (8 * length) != 0 {
            return Err(CompactError::Digits { at, why: "the group's value is too large for its bytes" });
        }
        bytes.extend_from_slice(&value.to_be_bytes()[8 - length..]);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_comes_back_and_the_largest_values_fit() {
        for length in 0..40 {
            for byte in [0, 1, 0x7f, 0xff] {
                let bytes = vec![byte; length];
                let digits = encode(&bytes);
                assert_eq!(decode(&digits).expect("canonical"), bytes, "{length} bytes of {byte}");
            }
        }
        assert_eq!(encode(&[0xff; 7]), "72057594037927935");
        assert_eq!(encode(&[1, 0]), "00256");
        assert_eq!(encode(b""), "");
    }

    #[test]
    fn other_lengths_larger_values_and_other_characters_are_refused() {
        for digits in
            ["1", "12", "1234", "256", "65536", "72057594037927936", "99999999999999999", "000000000000000001"]
        {
            assert!(matches!(decode(digits), Err(CompactError::Digits { .. })), "{digits}");
        }
        for digits in ["+12", " 12", "1２3", "12a", "\u{660}1"] {
            assert!(matches!(decode(digits), Err(CompactError::Digits { .. })), "{digits:?}");
        }
        assert!(matches!(decode(&"0".repeat(1_000_000)), Err(CompactError::TooLong { .. })));
    }
}
