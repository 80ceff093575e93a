//! Certificate numbers: `{seq:00000}/{program}/{angkatan:romawi}/{bulan_romawi}/{tahun}`.

use std::fmt::Write as _;

use jiff::civil::Date;

/// The longest certificate number, from a pattern or from a sheet, in characters.
pub const MAX_NUMBER_CHARS: usize = 80;
/// The longest pattern, in characters.
const MAX_PATTERN_CHARS: usize = 120;
/// The most zeros in `{seq:000}`.
const MAX_SEQ_WIDTH: usize = 12;

/// A checked pattern for certificate numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberPattern {
    source: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    Seq { width: usize },
    Programme,
    Cohort,
    CohortRoman,
    Month,
    MonthRoman,
    Year,
    Code,
}

impl NumberPattern {
    /// Checks a pattern.
    ///
    /// # Errors
    /// The token, or the piece of the pattern, that is not understood.
    pub fn parse(source: &str) -> Result<Self, String> {
        if source.is_empty() || source.chars().count() > MAX_PATTERN_CHARS {
            return Err(source.chars().take(MAX_PATTERN_CHARS).collect());
        }
        let mut parts = Vec::new();
        let mut rest = source;
        while !rest.is_empty() {
            let literal_end = rest.find(['{', '}']).unwrap_or(rest.len());
            if literal_end > 0 {
                parts.push(Part::Literal(rest[..literal_end].to_owned()));
                rest = &rest[literal_end..];
                continue;
            }
            let end = rest.find('}').ok_or(rest)?;
            let token = &rest[..=end];
            parts.push(part(token).ok_or(token)?);
            rest = &rest[end + 1..];
        }
        Ok(Self { source: source.to_owned(), parts })
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Whether two certificates of a cohort get different numbers. Some agencies print one number
    /// for a whole event, so this is no error.
    pub fn tells_apart(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Seq { .. } | Part::Code))
    }

    pub(super) fn fill(&self, programme: &str, cohort: u32, seq: u64, issued: Date, code: &str) -> String {
        let mut number = String::with_capacity(self.source.len() + 16);
        for part in &self.parts {
            // Writing to a String cannot fail.
            let _ = match part {
                Part::Literal(text) => write!(number, "{text}"),
                Part::Seq { width } => write!(number, "{seq:0width$}"),
                Part::Programme => write!(number, "{programme}"),
                Part::Cohort => write!(number, "{cohort}"),
                Part::CohortRoman => write!(number, "{}", roman(cohort)),
                Part::Month => write!(number, "{:02}", issued.month()),
                Part::MonthRoman => {
                    write!(number, "{}", roman(issued.month().unsigned_abs().into()))
                }
                Part::Year => write!(number, "{}", issued.year()),
                Part::Code => write!(number, "{code}"),
            };
        }
        number
    }
}

fn part(token: &str) -> Option<Part> {
    let name = token.strip_prefix('{')?.strip_suffix('}')?;
    Some(match name {
        "seq" => Part::Seq { width: 1 },
        "program" => Part::Programme,
        "angkatan" | "angkatan:arab" => Part::Cohort,
        "angkatan:romawi" | "angkatan_romawi" => Part::CohortRoman,
        "bulan" => Part::Month,
        "bulan_romawi" => Part::MonthRoman,
        "tahun" => Part::Year,
        "kode" => Part::Code,
        _ => {
            let zeros = name.strip_prefix("seq:")?;
            let fits = (1..=MAX_SEQ_WIDTH).contains(&zeros.len());
            return (fits && zeros.bytes().all(|b| b == b'0')).then_some(Part::Seq { width: zeros.len() });
        }
    })
}

/// A number from 1 to 3,999 in Roman numerals; any other in Arabic ones.
pub fn roman(number: u32) -> String {
    const STEPS: [(u32, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    if !(1..=3999).contains(&number) {
        return number.to_string();
    }
    let mut left = number;
    let mut numeral = String::new();
    for (value, letters) in STEPS {
        while left >= value {
            numeral.push_str(letters);
            left -= value;
        }
    }
    numeral
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fill_their_tokens() {
        let day = jiff::civil::date(2026, 8, 12);
        let cases = [
            ("{seq:00000}/{program}/{angkatan}/{bulan_romawi}/{tahun}", "00042/AI-DASAR/2/VIII/2026"),
            ("{seq}-{angkatan:romawi}-{angkatan_romawi}-{bulan}", "42-II-II-08"),
            ("LAN/{kode}", "LAN/ABCD"),
            ("{seq:0}", "42"),
            ("800.1.4/PUSBANG", "800.1.4/PUSBANG"),
        ];
        for (pattern, expected) in cases {
            let pattern = NumberPattern::parse(pattern).expect(pattern);
            assert_eq!(pattern.fill("AI-DASAR", 2, 42, day, "ABCD"), expected);
        }
        assert!(!NumberPattern::parse("800.1.4").expect("a literal").tells_apart());
    }

    #[test]
    fn an_unknown_token_is_named() {
        let cases = [("{seq:00x}", "{seq:00x}"), ("{nip}", "{nip}"), ("a{seq", "{seq"), ("a}b", "}"), ("", "")];
        for (pattern, token) in cases {
            assert_eq!(NumberPattern::parse(pattern), Err(token.to_owned()), "{pattern}");
        }
    }

    #[test]
    fn roman_numerals() {
        let cases =
            [(1, "I"), (4, "IV"), (9, "IX"), (12, "XII"), (49, "XLIX"), (2026, "MMXXVI"), (0, "0"), (4000, "4000")];
        for (number, numeral) in cases {
            assert_eq!(roman(number), numeral);
        }
    }
}
