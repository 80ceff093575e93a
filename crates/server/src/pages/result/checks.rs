//! The list of checks: mark, state word, and how old the answer is.

use vc::{Check, CheckName, Outcome, Report, State};

use super::{Asked, CheckLine};
use crate::{HandedOut, words};

/// All five, the one that failed first where it matters; that of the pages; at the end what is known of the file that they
/// came in.
pub(super) fn check_lines(report: &Report, file: Option<HandedOut>, asked: Asked<'_>) -> Vec<CheckLine> {
    let lead = if report.check(CheckName::Proof).outcome == Outcome::Fail {
        [CheckName::Proof, CheckName::Issuer]
    } else {
        [CheckName::Issuer, CheckName::Proof]
    };
    let order = lead.into_iter().chain([CheckName::Status, CheckName::Validity, CheckName::Schema]);
    let page = report.page.iter().map(|check| check_line(report, check, asked));
    let mut lines: Vec<CheckLine> = order.map(|name| check_line(report, report.check(name), asked)).collect();
    // A page that differs stands at the top, one that is as it should be at the end.
    let at = if report.state == State::Differs { 0 } else { lines.len() };
    lines.splice(at..at, page);
    lines.extend(file.filter(|file| file.concerns(report, |_| true)).map(|file| file_line(file, asked)));
    lines
}

fn file_line(file: HandedOut, asked: Asked<'_>) -> CheckLine {
    let (mark, icon) = if file == HandedOut::NotAsIs { ("skipped", "dash") } else { ("pass", "tick") };
    let (title, detail) = file.words(asked.lang);
    CheckLine { mark, icon, title: title.into(), detail: detail.into() }
}

fn check_line(report: &Report, check: &Check, asked: Asked<'_>) -> CheckLine {
    let name = check.name;
    let (mark, icon) = match check.outcome {
        Outcome::Pass => ("pass", "tick"),
        Outcome::Fail
            if name != CheckName::Page
                && matches!(report.state, State::Superseded | State::Suspended | State::NotYetValid) =>
        {
            ("warn", "warn")
        }
        Outcome::Fail => ("fail", "x"),
        Outcome::Unknown => ("unknown", "q"),
        Outcome::Skipped => ("skipped", "dash"),
    };
    let (title, detail) = vc::check_line(check, asked.lang);
    let mut line = CheckLine { mark, icon, title, detail: detail.into() };
    let forever = report.facts.as_ref().is_some_and(|facts| facts.valid_until.is_none());
    if name == CheckName::Validity && check.outcome == Outcome::Pass && forever {
        line.title = asked.pick("Masa berlaku: tanpa batas", "Validity period: no end").into();
        line.detail = asked.pick("Sertifikat ini tidak kedaluwarsa.", "This certificate does not expire.").into();
    }
    if name == CheckName::Status {
        line.detail = format!("{} {}", line.detail, status_age(report, check.outcome, asked)).trim().to_owned();
    }
    line
}

/// Since when a status holds, or how old the data are that say that it does not.
fn status_age(report: &Report, outcome: Outcome, asked: Asked<'_>) -> String {
    let at = |stamp: &Option<String>| stamp.as_deref().and_then(vc::parse_date_time_stamp);
    let (zone, lang) = (asked.zone(), asked.lang);
    match (outcome, at(&report.since), at(&report.status_as_of)) {
        (Outcome::Fail, Some(since), _) => {
            format!("{} {}.", asked.pick("Sejak", "Since"), words::day(since, &zone, lang))
        }
        (Outcome::Pass | Outcome::Unknown, _, Some(signed)) => {
            format!("{} {}.", asked.pick("Data status", "Status data of"), words::moment(signed, &zone, lang))
        }
        _ => String::new(),
    }
}
