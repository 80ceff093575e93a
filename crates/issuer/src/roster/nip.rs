//! NIP and NI PPPK: the 18 digits of a civil servant.
//!
//! There is no check digit; what can be checked is whether the parts make sense (DOMAIN.md). It is
//! no secret and never opens anything.

use std::fmt;
use std::num::NonZeroU64;

use jiff::civil::Date;

/// The number of digits.
const DIGITS: usize = 18;
/// Nobody in service was born before.
const EARLIEST_BIRTH: i16 = 1940;
/// Nobody is appointed younger.
const YOUNGEST: i16 = 16;

/// A number that passed every check. Its digits fit an integer, which keeps a large roster small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Nip(NonZeroU64);

/// Which of the two kinds of number it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NipKind {
    /// Digits 13 and 14 are the month of appointment.
    Pns,
    /// Digit 13 is a 2, digit 14 counts the contracts.
    Pppk,
}

/// What is wrong with a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NipFault {
    /// Written like `1.99312E+17`: a spreadsheet took it for a number.
    Numeric,
    Character(char),
    Length(usize),
    /// Sixteen digits in the order of a population number.
    Nik,
    Birth(String),
    Year {
        found: i16,
        earliest: i16,
        latest: i16,
    },
    Month(String),
    Sex(char),
    Serial,
}

impl Nip {
    /// Reads a number as people write it: with spaces, dots and apostrophes. `latest` is the year
    /// after which nobody in the cohort was appointed.
    pub(super) fn parse(written: &str, latest: i16) -> Result<Self, NipFault> {
        // ="1993..." is how a careful CSV keeps a spreadsheet from taking it for a number.
        let written = written.trim();
        let inner = written.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')).unwrap_or(written);
        let digits: String = inner.chars().filter(|&c| !is_separator(c)).collect();
        if is_scientific(inner) {
            return Err(NipFault::Numeric);
        }
        if let Some(other) = digits.chars().find(|c| !c.is_ascii_digit()) {
            return Err(NipFault::Character(other));
        }
        if looks_like_nik(&digits) {
            return Err(NipFault::Nik);
        }
        if digits.len() != DIGITS {
            return Err(NipFault::Length(digits.len()));
        }
        check_parts(&digits, latest)?;
        let number = digits.parse().ok().and_then(NonZeroU64::new);
        number.map(Self).ok_or(NipFault::Length(digits.len()))
    }

    /// PNS or PPPK, by the digits.
    pub fn kind(self) -> NipKind {
        match self.to_string().as_bytes()[12] {
            b'2' => NipKind::Pppk,
            _ => NipKind::Pns,
        }
    }

    /// The birth date in its first eight digits.
    pub fn birth_date(self) -> Option<Date> {
        date_of(&self.to_string()[..8])
    }
}

impl fmt::Display for Nip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0DIGITS$}", self.0)
    }
}

/// Whether 16 digits have the parts of a population number: region, birth day (women plus 40),
/// month, year, serial.
pub(super) fn looks_like_nik(digits: &str) -> bool {
    let part = |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
    digits.len() == 16
        && digits.bytes().all(|b| b.is_ascii_digit())
        && (11..=97).contains(&part(0, 2))
        && matches!(part(6, 8), 1..=31 | 41..=71)
        && (1..=12).contains(&part(8, 10))
}

/// The digits of a cell that holds nothing else.
pub(super) fn only_digits(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|&c| !is_separator(c)).collect();
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

fn check_parts(digits: &str, latest: i16) -> Result<(), NipFault> {
    let birth = date_of(&digits[..8]).filter(|birth| (EARLIEST_BIRTH..=latest - YOUNGEST).contains(&birth.year()));
    let birth = birth.ok_or_else(|| NipFault::Birth(digits[..8].to_owned()))?;
    let year: i16 = digits[8..12].parse().unwrap_or_default();
    let earliest = birth.year() + YOUNGEST;
    if !(earliest..=latest).contains(&year) {
        return Err(NipFault::Year { found: year, earliest, latest });
    }
    if !matches!(digits[12..14].parse(), Ok(1..=12 | 21..=29)) {
        return Err(NipFault::Month(digits[12..14].to_owned()));
    }
    let sex = char::from(digits.as_bytes()[14]);
    if !matches!(sex, '1' | '2') {
        return Err(NipFault::Sex(sex));
    }
    if &digits[15..] == "000" {
        return Err(NipFault::Serial);
    }
    Ok(())
}

fn date_of(digits: &str) -> Option<Date> {
    let part = |from: usize, to: usize| digits[from..to].parse::<i16>().ok();
    let (month, day) = (i8::try_from(part(4, 6)?).ok()?, i8::try_from(part(6, 8)?).ok()?);
    Date::new(part(0, 4)?, month, day).ok()
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '.' | '\'' | '\u{2019}' | '\u{2018}' | '`')
}

/// `1,99312E+17` and `1.99312e17`.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return false;
    };
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    digits(exponent) && digits(&mantissa.replace([',', '.'], ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_of_both_kinds_pass() {
        let cases = [
            ("198607142011012991", NipKind::Pns),
            ("19920309 201903 1 992", NipKind::Pns),
            ("'197911252005011993", NipKind::Pns),
            ("19950517.202321.2.994", NipKind::Pppk),
            ("=\"198803302022211995\"", NipKind::Pppk),
        ];
        for (written, kind) in cases {
            let nip = Nip::parse(written, 2026).unwrap_or_else(|fault| panic!("{written}: {fault:?}"));
            assert_eq!(nip.kind(), kind, "{written}");
        }
        let nip = Nip::parse("198607142011012991", 2026).expect("a sample");
        assert_eq!(nip.to_string(), "198607142011012991");
        assert_eq!(nip.birth_date(), Some(jiff::civil::date(1986, 7, 14)));
    }

    #[test]
    fn every_part_is_checked() {
        let cases = [
            ("19860714201101299", NipFault::Length(17)),
            ("1986071420110129911", NipFault::Length(19)),
            ("19860714201101299A", NipFault::Character('A')),
            ("1,98607E+17", NipFault::Numeric),
            ("1.98607e17", NipFault::Numeric),
            ("3171234107860001", NipFault::Nik),
            ("198613142011012991", NipFault::Birth("19861314".to_owned())),
            ("193007142011012991", NipFault::Birth("19300714".to_owned())),
            ("202007142025012991", NipFault::Birth("20200714".to_owned())),
            ("198607141999012991", NipFault::Year { found: 1999, earliest: 2002, latest: 2026 }),
            ("198607142030012991", NipFault::Year { found: 2030, earliest: 2002, latest: 2026 }),
            ("198607142011132991", NipFault::Month("13".to_owned())),
            ("198607142011202991", NipFault::Month("20".to_owned())),
            ("198607142011013991", NipFault::Sex('3')),
            ("199312282025212000", NipFault::Serial),
        ];
        for (written, fault) in cases {
            assert_eq!(Nip::parse(written, 2026), Err(fault), "{written}");
        }
    }
}
