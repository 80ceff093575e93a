//! Dates, scores, hours, outcomes and addresses, as people write them into cells.

use jiff::ToSpan;
use jiff::civil::Date;

use super::cell::Cell;
use crate::programme::Score;
use crate::text::fold;

/// The longest e-mail address (RFC 5321, 4.5.3.1.3).
const MAX_EMAIL_BYTES: usize = 254;
/// The serials that can be dates: 1927 to 2119. Smaller numbers are days or years.
const SERIALS: std::ops::RangeInclusive<f64> = 10_000.0..=80_000.0;

/// Who passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Passed,
    NotPassed,
}

/// Why a score cannot be used.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum ScoreFault {
    Unreadable,
    Range(f64),
}

/// LULUS or TIDAK LULUS in the words that sheets use; `None` for any other text.
pub(super) fn outcome(text: &str) -> Option<Outcome> {
    const NOT_PASSED: [&str; 12] = [
        "tidak lulus",
        "tdk lulus",
        "tak lulus",
        "belum lulus",
        "tl",
        "gagal",
        "tidak tamat",
        "tidak hadir",
        "mengundurkan diri",
        "not passed",
        "did not pass",
        "failed",
    ];
    let folded = fold(text);
    match folded.as_str() {
        "lulus" | "passed" | "pass" | "tamat" => Some(Outcome::Passed),
        other if NOT_PASSED.contains(&other) => Some(Outcome::NotPassed),
        _ => None,
    }
}

/// `93,50`, `93.5`, `93`.
pub(super) fn score(cell: &Cell) -> Result<Score, ScoreFault> {
    let points = match cell {
        Cell::Number(number) => *number,
        Cell::Text(text) => {
            let text = text.trim().replace(',', ".");
            let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
            text.parse().ok().filter(|_| plain).ok_or(ScoreFault::Unreadable)?
        }
        _ => return Err(ScoreFault::Unreadable),
    };
    Score::from_points(points).ok_or(ScoreFault::Range(points))
}

/// `20 JP`, `20 (dua puluh) JP`, `20`.
pub(super) fn hours(cell: &Cell) -> Option<u32> {
    let written = cell.as_written();
    let digits = written.trim().find(|c: char| !c.is_ascii_digit()).unwrap_or(written.trim().len());
    let (number, rest) = written.trim().split_at(digits);
    let decimals = rest.starts_with([',', '.']) && !rest[1..].starts_with('0');
    number.parse().ok().filter(|_| !decimals)
}

/// A date as a cell of any kind holds it.
pub(super) fn date(cell: &Cell) -> Option<Date> {
    match cell {
        Cell::Date(serial) | Cell::Number(serial) => serial_date(*serial),
        Cell::Text(text) => written_date(text),
        Cell::Flag(_) | Cell::Error(_) => None,
    }
}

/// The date of a spreadsheet's serial number, counted from 1899-12-30.
pub(super) fn serial_date(serial: f64) -> Option<Date> {
    if !SERIALS.contains(&serial) {
        return None;
    }
    jiff::civil::date(1899, 12, 30).checked_add((serial.floor() as i64).days()).ok()
}

/// One address; it is kept as written.
pub(super) fn is_email(text: &str) -> bool {
    let plain = text.len() <= MAX_EMAIL_BYTES
        && text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b',' | b';' | b'<' | b'>' | b'"' | b'(' | b')'));
    let Some((local, domain)) = text.split_once('@').filter(|_| plain) else {
        return false;
    };
    let labels_fit = domain.split('.').all(|label| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && !label.starts_with('-')
    });
    let local_fits = !local.is_empty() && local.len() <= 64 && !local.starts_with('.') && !local.ends_with('.');
    local_fits && domain.contains('.') && labels_fit
}

/// `12-08-2026`, `12/08/2026`, `12.8.2026`, `2026-08-12`, `12 Agustus 2026`, `Rabu, 12 Agt 2026`,
/// `46246`.
fn written_date(text: &str) -> Option<Date> {
    let text = text.trim();
    if text.len() == 5
        && let Ok(serial) = text.parse()
    {
        return serial_date(serial);
    }
    let text = text.split_once(',').map_or(text, |(_, date)| date);
    let parts: Vec<&str> = text.split(|c: char| c.is_whitespace() || matches!(c, '-' | '/' | '.')).collect();
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let [first, month, last] = parts[..] else {
        return None;
    };
    let month = month.parse().ok().or_else(|| month_named(month))?;
    let (day, year) = match first.len() {
        4 => (last, first),
        _ => (first, last),
    };
    (year.len() == 4).then(|| Date::new(year.parse().ok()?, month, day.parse().ok()?).ok()).flatten()
}

fn month_named(name: &str) -> Option<i8> {
    // The first letters tell Indonesian and English months apart from each other.
    const MONTHS: [&[&str]; 12] = [
        &["jan"],
        &["feb", "peb"],
        &["mar"],
        &["apr"],
        &["mei", "may"],
        &["jun"],
        &["jul"],
        &["agu", "ags", "agt", "aug"],
        &["sep"],
        &["okt", "oct"],
        &["nov", "nop"],
        &["des", "dec"],
    ];
    let name = fold(name);
    let at = MONTHS.iter().position(|starts| starts.iter().any(|start| name.starts_with(start)))?;
    i8::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn dates_in_every_writing() {
        let expected = Some(jiff::civil::date(2026, 8, 12));
        let cells = [
            "12-08-2026",
            "12/08/2026",
            "12.8.2026",
            "2026-08-12",
            "12 Agustus 2026",
            "12 AGUSTUS 2026",
            "Rabu, 12 Agt 2026",
            "12 August 2026",
            "46246",
        ];
        for cell in cells {
            assert_eq!(date(&text(cell)), expected, "{cell}");
        }
        assert_eq!(date(&Cell::Date(46246.75)), expected);
        assert_eq!(date(&Cell::Number(46246.0)), expected);
        for cell in ["08/25/2026", "12-08-26", "31 Februari 2026", "kemarin", "", "12", "-", "2026"] {
            assert_eq!(date(&text(cell)), None, "{cell}");
        }
        assert_eq!(date(&Cell::Number(f64::NAN)), None);
        assert_eq!(date(&Cell::Number(1e300)), None);
    }

    #[test]
    fn scores_with_comma_or_point() {
        let points = |points| Score::from_points(points).expect("in range");
        let good = [(text("93,50"), 93.5), (text(" 93.5 "), 93.5), (text("100"), 100.0), (Cell::Number(70.0), 70.0)];
        for (cell, expected) in good {
            assert_eq!(score(&cell), Ok(points(expected)), "{cell:?}");
        }
        for cell in [text("A"), text("9e1"), text("inf"), text("NaN"), text("1.234,5"), Cell::Flag(true), text("90%")] {
            assert_eq!(score(&cell), Err(ScoreFault::Unreadable), "{cell:?}");
        }
        for (cell, found) in [(text("100,5"), 100.5), (text("-1"), -1.0), (Cell::Number(935.0), 935.0)] {
            assert_eq!(score(&cell), Err(ScoreFault::Range(found)));
        }
    }

    #[test]
    fn hours_with_and_without_words() {
        let cases = [
            ("20 JP", Some(20)),
            ("20", Some(20)),
            ("20 (dua puluh) JP", Some(20)),
            ("20,0", Some(20)),
            ("JP", None),
            ("20,5 JP", None),
        ];
        for (cell, expected) in cases {
            assert_eq!(hours(&text(cell)), expected, "{cell}");
        }
        assert_eq!(hours(&Cell::Number(20.0)), Some(20));
    }

    #[test]
    fn outcomes() {
        let cases = [
            ("LULUS", Some(Outcome::Passed)),
            ("Lulus.", Some(Outcome::Passed)),
            ("TIDAK LULUS", Some(Outcome::NotPassed)),
            ("Tdk. Lulus", Some(Outcome::NotPassed)),
            ("TL", Some(Outcome::NotPassed)),
            ("lulus bersyarat", None),
            ("", None),
        ];
        for (cell, expected) in cases {
            assert_eq!(outcome(cell), expected, "{cell}");
        }
    }

    #[test]
    fn addresses() {
        for good in ["budi@instansi.example", "b.u+x@sub.instansi-uji.example"] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "budi",
            "budi@",
            "@x.example",
            "budi@x",
            "a@b@c.example",
            "a b@x.example",
            "a@x.example; b@x.example",
            "a@x..example",
            "a@-x.example",
            "é@x.example",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
