//! Dates, times, sizes and hours as people here write them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use vc::Lang;

/// `12 Agustus 2026`.
pub(crate) fn date(date: Date, lang: Lang) -> String {
    match lang {
        Lang::Id => render::words::date_id(date),
        Lang::En => render::words::date_en(date),
    }
}

/// `14.05 WIB`; in English `14:05 WIB`.
pub(crate) fn time(at: Timestamp, zone: &TimeZone, lang: Lang) -> String {
    let local = at.to_zoned_datetime(zone.clone());
    let separator = if lang == Lang::Id { '.' } else { ':' };
    format!("{:02}{separator}{:02} {}", local.hour(), local.minute(), zone_name(at, zone))
}

/// `24 November 2026, 14.05 WIB`.
pub(crate) fn moment(at: Timestamp, zone: &TimeZone, lang: Lang) -> String {
    format!("{}, {}", day(at, zone, lang), time(at, zone, lang))
}

/// The day of a moment in the zone.
pub(crate) fn day(at: Timestamp, zone: &TimeZone, lang: Lang) -> String {
    date(at.to_zoned_datetime(zone.clone()).date(), lang)
}

/// The day of an `xsd:dateTimeStamp`, in the zone; `None` when it is none.
pub(crate) fn day_of(stamp: &str, zone: &TimeZone, lang: Lang) -> Option<String> {
    Some(day(vc::parse_date_time_stamp(stamp)?, zone, lang))
}

/// From one day to another, without saying a month or a year twice: `3–28 Agustus 2026`.
pub(crate) fn period(starts: Option<&str>, ends: Option<&str>, zone: &TimeZone, lang: Lang) -> Option<String> {
    let civil = |stamp: &str| Some(vc::parse_date_time_stamp(stamp)?.to_zoned_datetime(zone.clone()).date());
    match (starts.and_then(civil), ends.and_then(civil)) {
        (Some(from), Some(to)) => Some(match lang {
            Lang::Id => render::words::period_id(from, to),
            Lang::En => render::words::period_en(from, to),
        }),
        (Some(one), None) | (None, Some(one)) => Some(date(one, lang)),
        (None, None) => None,
    }
}

/// `78 KB`, `1,2 MB`: rounded up, so that nothing is ever 0 KB.
pub(crate) fn size(bytes: u64, lang: Lang) -> String {
    const KB: u64 = 1024;
    if bytes < 1000 * KB {
        return format!("{} KB", bytes.div_ceil(KB).max(1));
    }
    let tenths = (bytes * 10).div_ceil(KB * KB);
    let mark = if lang == Lang::Id { ',' } else { '.' };
    format!("{}{mark}{} MB", tenths / 10, tenths % 10)
}

/// `20 JP (dua puluh)`; anything but a whole number below a thousand stays as it is written.
pub(crate) fn hours(written: &str, lang: Lang) -> String {
    match written.parse::<u32>() {
        Ok(n) if (1..1000).contains(&n) => match lang {
            Lang::Id => format!("{n} JP ({})", render::words::number(n)),
            Lang::En => format!("{n} hours (JP)"),
        },
        _ => format!("{written} JP"),
    }
}

/// The zones of Indonesia by their own names, any other by its offset.
pub(crate) fn zone_name(at: Timestamp, zone: &TimeZone) -> String {
    match zone.iana_name() {
        Some("Asia/Jakarta" | "Asia/Pontianak") => "WIB".into(),
        Some("Asia/Makassar" | "Asia/Ujung_Pandang") => "WITA".into(),
        Some("Asia/Jayapura") => "WIT".into(),
        _ => match zone.to_offset(at).seconds() {
            0 => "UTC".into(),
            seconds => {
                let (sign, s) = (if seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs());
                format!("UTC{sign}{:02}:{:02}", s / 3600, s / 60 % 60)
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jakarta() -> TimeZone {
        TimeZone::get("Asia/Jakarta").unwrap()
    }

    #[test]
    fn dates_and_times_are_local() {
        let at: Timestamp = "2026-11-24T07:05:00Z".parse().unwrap();
        assert_eq!(moment(at, &jakarta(), Lang::Id), "24 November 2026, 14.05 WIB");
        assert_eq!(moment(at, &jakarta(), Lang::En), "24 November 2026, 14:05 WIB");
        assert_eq!(time(at, &TimeZone::get("Asia/Jayapura").unwrap(), Lang::Id), "16.05 WIT");
        assert_eq!(time(at, &TimeZone::get("Asia/Kathmandu").unwrap(), Lang::Id), "12.50 UTC+05:45");
        assert_eq!(day_of("2026-08-11T17:00:00Z", &jakarta(), Lang::Id).unwrap(), "12 Agustus 2026");
    }

    #[test]
    fn a_period_says_nothing_twice() {
        let p = |a: &str, b: &str| {
            let stamp = |d: &str| format!("{d}T00:00:00+07:00");
            period(Some(&stamp(a)), Some(&stamp(b)), &jakarta(), Lang::Id).unwrap()
        };
        assert_eq!(p("2026-08-03", "2026-08-28"), "3–28 Agustus 2026");
        assert_eq!(p("2026-07-28", "2026-08-03"), "28 Juli – 3 Agustus 2026");
        assert_eq!(p("2026-12-28", "2027-01-03"), "28 Desember 2026 – 3 Januari 2027");
        assert_eq!(p("2026-08-03", "2026-08-03"), "3 Agustus 2026");
        assert_eq!(period(None, None, &jakarta(), Lang::Id), None);
        assert_eq!(period(Some("besok"), None, &jakarta(), Lang::Id), None);
    }

    #[test]
    fn hours_carry_their_words() {
        assert_eq!(hours("20", Lang::Id), "20 JP (dua puluh)");
        assert_eq!(hours("111", Lang::Id), "111 JP (seratus sebelas)");
        assert_eq!(hours("245", Lang::Id), "245 JP (dua ratus empat puluh lima)");
        assert_eq!(hours("20.5", Lang::Id), "20.5 JP");
        assert_eq!(hours("20", Lang::En), "20 hours (JP)");
    }

    #[test]
    fn sizes_round_up() {
        assert_eq!(size(1, Lang::Id), "1 KB");
        assert_eq!(size(188 * 1024, Lang::Id), "188 KB");
        assert_eq!(size(1_230_000, Lang::Id), "1,2 MB");
    }
}
