//! Answers as people and programs read them: one report, a table with a summary, JSON.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};
use vc::{CheckName, Lang, Verdict};

use super::input::Plan;
use super::judge::{Answer, Kind};
use crate::failure::{INVALID, OTHER, UNDECIDED};
use crate::output::{self, printable};

/// Widths of the table's columns.
const NAME: usize = 36;
const HOLDER: usize = 30;
const NUMBER: usize = 26;
/// Files passed over that are named one by one.
const NAMED: usize = 10;

/// What has been shown so far.
pub(super) struct Shown {
    form: Form,
    bar: ProgressBar,
    /// Valid, invalid, undecided.
    counts: [usize; 3],
    passed_over: Vec<String>,
    exit: u8,
    printed: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Report,
    Table,
    Object,
    Array,
}

impl Shown {
    pub(super) fn new(plan: &Plan, json: bool) -> Self {
        let form = match (json, plan.several) {
            (false, false) => Form::Report,
            (false, true) => Form::Table,
            (true, false) => Form::Object,
            (true, true) => Form::Array,
        };
        let drawn = plan.several && std::io::stderr().is_terminal();
        let target = if drawn { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(plan.items as u64), target);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {per_sec} {eta}") {
            bar.set_style(style);
        }
        Self { form, bar, counts: [0; 3], passed_over: Vec::new(), exit: 0, printed: 0 }
    }

    /// One more item is judged.
    pub(super) fn one_more(&self) {
        self.bar.inc(1);
        // An archive counted as one until it was opened.
        if self.bar.length().is_some_and(|length| self.bar.position() > length) {
            self.bar.set_length(self.bar.position());
        }
    }

    pub(super) fn show(&mut self, answer: &Answer) {
        if answer.passed_over {
            self.passed_over.push(answer.name.clone());
        } else {
            self.counts[verdict(answer) as usize] += 1;
            self.exit = worse(self.exit, exit_code(answer));
        }
        self.bar.suspend(|| match self.form {
            Form::Report => print_report(answer),
            Form::Table if !answer.passed_over => print_row(answer, self.printed == 0),
            Form::Table => {}
            Form::Object => anstream::println!("{:#}", to_json(answer)),
            Form::Array => anstream::print!("{}{:#}", if self.printed == 0 { "[\n" } else { ",\n" }, to_json(answer)),
        });
        if !(self.form == Form::Table && answer.passed_over) {
            self.printed += 1;
        }
    }

    /// The summary, and the exit code: that of the worst.
    pub(super) fn finish(mut self) -> u8 {
        self.bar.finish_and_clear();
        if self.counts == [0; 3] {
            self.exit = worse(self.exit, UNDECIDED);
        }
        match self.form {
            Form::Array => anstream::println!("{}", if self.printed == 0 { "[]" } else { "\n]" }),
            Form::Table => self.print_summary(),
            Form::Report | Form::Object => {}
        }
        self.exit
    }

    fn print_summary(&self) {
        let [valid, invalid, undecided] = self.counts;
        let all = valid + invalid + undecided;
        anstream::println!();
        if all == 0 {
            anstream::println!("Tidak ada sertifikat di sini. / There is no certificate here.");
        } else {
            anstream::println!(
                "{all} diperiksa: {valid} asli dan berlaku, {invalid} tidak sah, {undecided} belum dapat dipastikan."
            );
            anstream::println!(
                "{all} checked: {valid} authentic and in force, {invalid} invalid, {undecided} undecided."
            );
        }
        if !self.passed_over.is_empty() {
            let count = self.passed_over.len();
            let more = if count > NAMED { ", ..." } else { "" };
            let names: Vec<String> = self.passed_over.iter().take(NAMED).map(|name| printable(name)).collect();
            anstream::println!("{count} dilewati / passed over: {}{more}", names.join(", "));
        }
    }
}

fn verdict(answer: &Answer) -> Verdict {
    match &answer.kind {
        Kind::Judged(report) => report.verdict,
        Kind::Not(words) => words.verdict,
    }
}

fn exit_code(answer: &Answer) -> u8 {
    match &answer.kind {
        Kind::Judged(report) => match report.verdict {
            Verdict::Valid => 0,
            Verdict::Invalid => INVALID,
            Verdict::Indeterminate => UNDECIDED,
        },
        Kind::Not(words) => words.exit,
    }
}

/// Of several the worst counts: invalid, then failures, then undecided.
fn worse(a: u8, b: u8) -> u8 {
    [INVALID, OTHER, UNDECIDED].into_iter().find(|code| a == *code || b == *code).unwrap_or(0)
}

fn print_report(answer: &Answer) {
    match &answer.kind {
        Kind::Judged(report) => output::print_report(&answer.name, report),
        Kind::Not(words) => {
            let (style, mark) = (output::style_of(words.verdict), output::mark_of(words.verdict));
            anstream::println!("{}\n{style}{mark} {}{style:#}", printable(&answer.name), printable(&words.id));
            for line in [&words.next_id, &words.en, &words.next_en] {
                anstream::println!("    {}", printable(line));
            }
        }
    }
    if let Some(file) = answer.file {
        for lang in [Lang::Id, Lang::En] {
            let (what, meaning) = file.words(lang);
            anstream::println!("    {what}. {meaning}");
        }
    }
    if answer.others > 0 {
        anstream::println!("    Kode QR lain yang dilewati / other QR codes, passed over: {}", answer.others);
    }
}

fn print_row(answer: &Answer, first: bool) {
    if first {
        let bold = anstyle::Style::new().bold();
        let heading = row("Berkas / file", "Nama / holder", "Nomor / number", "Hasil / verdict");
        anstream::println!("{bold}    {heading}{bold:#}");
    }
    let (style, mark) = (output::style_of(verdict(answer)), output::mark_of(verdict(answer)));
    let name = printable(&answer.name);
    match &answer.kind {
        Kind::Judged(report) => {
            let (id, en) = (vc::sentences(report, Lang::Id), vc::sentences(report, Lang::En));
            let fact = |fact: Option<&String>| fact.map_or_else(|| "-".to_owned(), |text| printable(text));
            let facts = report.facts.as_ref();
            let holder = fact(facts.and_then(|facts| facts.name.as_ref()));
            let number = fact(facts.and_then(|facts| facts.number.as_ref()));
            anstream::println!("{style}{mark}{style:#} {}", row(&name, &holder, &number, id.headline));
            if report.verdict != Verdict::Valid {
                anstream::println!("      {} {}\n      {}. {}", id.meaning, id.advice, en.headline, en.advice);
            }
        }
        Kind::Not(words) => {
            anstream::println!("{style}{mark}{style:#} {}", row(&name, "-", "-", &printable(&words.id)));
            anstream::println!("      {}\n      {} {}", words.next_id, printable(&words.en), words.next_en);
        }
    }
}

fn row(name: &str, holder: &str, number: &str, verdict: &str) -> String {
    let (name, holder, number) = (end_of(name, NAME), start_of(holder, HOLDER), start_of(number, NUMBER));
    format!("{name:<NAME$}  {holder:<HOLDER$}  {number:<NUMBER$}  {verdict}")
}

/// The end of a path says which file it is.
fn end_of(text: &str, width: usize) -> String {
    let count = text.chars().count();
    match count > width {
        true => std::iter::once('…').chain(text.chars().skip(count - width + 1)).collect(),
        false => text.to_owned(),
    }
}

fn start_of(text: &str, width: usize) -> String {
    match text.chars().count() > width {
        true => text.chars().take(width - 1).chain(std::iter::once('…')).collect(),
        false => text.to_owned(),
    }
}

fn to_json(answer: &Answer) -> Value {
    let mut object = match &answer.kind {
        Kind::Judged(report) => report.to_json(),
        Kind::Not(words) => json!({
            "verdict": words.verdict.code(),
            "state": words.code,
            "message": { "id": words.id, "en": words.en },
            "next": { "id": words.next_id, "en": words.next_en },
            "checks": CheckName::ALL.map(|name| json!({ "name": name.code(), "outcome": "skipped", "problem": null })),
        }),
    };
    object["input"] = json!(answer.name);
    if let Some(file) = answer.file {
        object["handedOut"] = json!(file.code());
    }
    if answer.others > 0 {
        object["otherCodes"] = json!(answer.others);
    }
    if answer.passed_over {
        object["passedOver"] = json!(true);
    }
    object
}
