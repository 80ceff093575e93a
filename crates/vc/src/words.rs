//! Numbers and dates as certificates write them and as a verifier looks for them: *20 (dua puluh) jam pelajaran (JP)*, *12 Agustus 2026*.

use jiff::civil::Date;

const MONTHS_ID: [&str; 12] = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Hours in digits and words: `20 (dua puluh) jam pelajaran (JP)`.
pub fn hours_id(hours: u32) -> String {
    format!("{hours} ({}) jam pelajaran (JP)", number(hours))
}

/// The English second line of [`hours_id`].
pub fn hours_en(hours: u32) -> String {
    format!("{hours} training {}", if hours == 1 { "hour" } else { "hours" })
}

/// A number in Indonesian words: *nol*, *sebelas*, *seratus dua puluh tiga*, *seribu*.
pub fn number(n: u32) -> String {
    const UNITS: [&str; 12] =
        ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas"];
    match n {
        0..=11 => UNITS[n as usize].to_owned(),
        12..=19 => format!("{} belas", number(n - 10)),
        20..=99 => joined(&format!("{} puluh", number(n / 10)), n % 10),
        100..=199 => joined("seratus", n - 100),
        200..=999 => joined(&format!("{} ratus", number(n / 100)), n % 100),
        1_000..=1_999 => joined("seribu", n - 1_000),
        2_000..=999_999 => joined(&format!("{} ribu", number(n / 1_000)), n % 1_000),
        1_000_000..=999_999_999 => joined(&format!("{} juta", number(n / 1_000_000)), n % 1_000_000),
        _ => joined(&format!("{} miliar", number(n / 1_000_000_000)), n % 1_000_000_000),
    }
}

/// `12 Agustus 2026`.
pub fn date_id(date: Date) -> String {
    format!("{} {} {}", date.day(), month(&MONTHS_ID, date), date.year())
}

/// `12 August 2026`.
pub fn date_en(date: Date) -> String {
    format!("{} {} {}", date.day(), month(&MONTHS_EN, date), date.year())
}

/// From one day to another, saying what they share once: `3–12 Agustus 2026`.
pub fn period_id(starts: Date, ends: Date) -> String {
    period(&MONTHS_ID, starts, ends)
}

/// The English second line of [`period_id`].
pub fn period_en(starts: Date, ends: Date) -> String {
    period(&MONTHS_EN, starts, ends)
}

fn period(months: &[&str; 12], starts: Date, ends: Date) -> String {
    let last = format!("{} {} {}", ends.day(), month(months, ends), ends.year());
    if starts == ends {
        last
    } else if (starts.year(), starts.month()) == (ends.year(), ends.month()) {
        format!("{}–{last}", starts.day())
    } else if starts.year() == ends.year() {
        format!("{} {} – {last}", starts.day(), month(months, starts))
    } else {
        format!("{} {} {} – {last}", starts.day(), month(months, starts), starts.year())
    }
}

fn month<'a>(months: &[&'a str; 12], date: Date) -> &'a str {
    months[usize::from(date.month().unsigned_abs()) - 1]
}

fn joined(head: &str, rest: u32) -> String {
    if rest == 0 { head.to_owned() } else { format!("{head} {}", number(rest)) }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn numbers_in_words() {
        for (n, words) in [
            (0, "nol"),
            (1, "satu"),
            (10, "sepuluh"),
            (11, "sebelas"),
            (12, "dua belas"),
            (19, "sembilan belas"),
            (20, "dua puluh"),
            (21, "dua puluh satu"),
            (40, "empat puluh"),
            (99, "sembilan puluh sembilan"),
            (100, "seratus"),
            (101, "seratus satu"),
            (111, "seratus sebelas"),
            (120, "seratus dua puluh"),
            (200, "dua ratus"),
            (999, "sembilan ratus sembilan puluh sembilan"),
            (1000, "seribu"),
            (1001, "seribu satu"),
            (1945, "seribu sembilan ratus empat puluh lima"),
            (2000, "dua ribu"),
            (11_000, "sebelas ribu"),
            (100_000, "seratus ribu"),
            (1_000_000, "satu juta"),
            (2_001_100, "dua juta seribu seratus"),
            (
                u32::MAX,
                "empat miliar dua ratus sembilan puluh empat juta sembilan ratus enam puluh tujuh ribu dua ratus sembilan puluh lima",
            ),
        ] {
            assert_eq!(number(n), words);
        }
    }

    #[test]
    fn hours_in_digits_and_words() {
        assert_eq!(hours_id(20), "20 (dua puluh) jam pelajaran (JP)");
        assert_eq!(hours_en(20), "20 training hours");
        assert_eq!(hours_en(1), "1 training hour");
    }

    #[test]
    fn periods_say_what_they_share_once() {
        let cases = [
            (date(2026, 8, 12), date(2026, 8, 12), "12 Agustus 2026"),
            (date(2026, 8, 3), date(2026, 8, 12), "3–12 Agustus 2026"),
            (date(2026, 7, 28), date(2026, 8, 2), "28 Juli – 2 Agustus 2026"),
            (date(2026, 12, 30), date(2027, 1, 2), "30 Desember 2026 – 2 Januari 2027"),
        ];
        for (starts, ends, words) in cases {
            assert_eq!(period_id(starts, ends), words);
        }
        assert_eq!(period_en(date(2026, 8, 3), date(2026, 8, 12)), "3–12 August 2026");
        assert_eq!(date_id(date(2026, 5, 1)), "1 Mei 2026");
        assert_eq!(date_en(date(2026, 5, 1)), "1 May 2026");
    }
}
