//! What people see: marks, colours only on a terminal, tables of two columns.

use anstyle::{AnsiColor, Style};
use vc::{Lang, Outcome, Report, Verdict};

/// Green, yellow, red: the meaning is always in the words too.
pub(crate) fn style_of(verdict: Verdict) -> Style {
    let colour = match verdict {
        Verdict::Valid => AnsiColor::Green,
        Verdict::Invalid => AnsiColor::Red,
        Verdict::Indeterminate => AnsiColor::Yellow,
    };
    colour.on_default().bold()
}

/// One letter a verdict, readable without colour.
pub(crate) fn mark_of(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Valid => "[v]",
        Verdict::Invalid => "[x]",
        Verdict::Indeterminate => "[?]",
    }
}

fn mark_of_check(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "v",
        Outcome::Fail => "x",
        Outcome::Unknown => "?",
        Outcome::Skipped => "-",
    }
}

/// A report as text: verdict, what to do, facts, checks; Indonesian first, English under it.
pub(crate) fn print_report(input: &str, report: &Report) {
    let style = style_of(report.verdict);
    let (id, en) = (vc::sentences(report, Lang::Id), vc::sentences(report, Lang::En));
    anstream::println!("{}", printable(input));
    anstream::println!("{style}{} {}{style:#}", mark_of(report.verdict), id.headline);
    anstream::println!("    {} {}", id.meaning, id.advice);
    anstream::println!("    {}. {} {}", en.headline, en.meaning, en.advice);
    if let Some(since) = &report.since {
        anstream::println!("    Sejak / since: {}", printable(since));
    }
    if let Some(reason) = report.reason {
        anstream::println!("    Alasan / reason: {} / {}", reason.wording(Lang::Id), reason.wording(Lang::En));
    }
    if let Some(successor) = &report.successor {
        anstream::println!("    Pengganti / replaced by: {}", printable(successor));
    }
    if let Some(facts) = &report.facts {
        let rows = [
            ("Nama / name", &facts.name),
            ("Nomor / number", &facts.number),
            ("Program / programme", &facts.programme),
            ("Angkatan / cohort", &facts.term),
            ("JP / hours", &facts.hours),
            ("Predikat / grade", &facts.grade),
            ("Terbit / issued", &facts.valid_from),
            ("Berlaku sampai / until", &facts.valid_until),
            ("Penerbit / issuer", &facts.issuer_name),
        ];
        for (label, value) in rows.into_iter().filter_map(|(label, value)| Some((label, value.as_ref()?))) {
            anstream::println!("    {label:<22} {}", printable(value));
        }
        anstream::println!("    {:<22} {}", "DID", printable(&facts.issuer));
    }
    for difference in &report.differences {
        anstream::println!("    ! {}", printable(&difference.what(Lang::Id)));
        anstream::println!("      {}", printable(&difference.what(Lang::En)));
    }
    for check in report.all_checks() {
        let (line, detail) = vc::check_line(check, Lang::Id);
        anstream::println!("    {} {line}. {detail}", mark_of_check(check.outcome));
        if let Some(problem) = &check.problem {
            anstream::println!(
                "      {} ({}) {}",
                problem.what(Lang::En),
                printable(&problem.detail),
                problem.next(Lang::En)
            );
        }
    }
    if let Some(as_of) = &report.status_as_of {
        let day = vc::parse_date_time_stamp(as_of).map_or_else(|| printable(as_of), day);
        anstream::println!("    Status per / status as of: {day}");
    }
}

/// `12 Agustus 2026 / 12 August 2026`, as it is in Jakarta.
pub(crate) fn day(at: jiff::Timestamp) -> String {
    match at.in_tz("Asia/Jakarta") {
        Ok(local) => format!("{} / {}", render::words::date_id(local.date()), render::words::date_en(local.date())),
        Err(_) => vc::date_time_stamp(at),
    }
}

/// Text from outside, with what could steer a terminal taken out.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_bidi(c) { '\u{fffd}' } else { c }).collect()
}

fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
