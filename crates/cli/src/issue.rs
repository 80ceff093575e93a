//! `piagam issue`: from a cohort's sheet to signed certificates and their files.

use crate::failure::{Failure, OTHER, USAGE};
use crate::installation::{self, Installation};
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use issuer::IssueError;
use issuer::batch::{self, Decisions, Intake, Issued, Progress};
use issuer::deliver::{self, Deliverer, Files};
use issuer::programme::{MAX_PROGRAMME_BYTES, Programme};
use issuer::roster::{self, Column, MAX_SHEET_BYTES, Roster, SheetRefused};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use vc::Lang;

/// Issues a cohort's certificates from its sheet.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    piagam issue peserta.xlsx --programme program.toml --dir DIR --out sertifikat\n  \
    piagam issue peserta.xlsx --programme program.toml --dir DIR --out sertifikat --badges\n  \
    piagam issue peserta.csv --programme program.toml --dir DIR --no-pdf\n\n\
    The same sheet and programme again issue nothing new. A run that was stopped is finished by the next one. \
    With problems in the sheet all of them are printed, nothing is issued, and the exit code is 2.")]
pub(crate) struct Issue {
    /// The sheet, XLSX or CSV
    sheet: PathBuf,
    /// The programme file: TOML with the tables programme and cohort
    #[arg(long, value_name = "FILE")]
    programme: PathBuf,
    /// The data directory
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// Write one PDF and one JSON for each certificate into this folder
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Also write the full renderings, with NIP, into FOLDER/lengkap
    #[arg(long, requires = "out")]
    full: bool,
    /// Also write the badges, as PNG and SVG, into FOLDER/lencana
    #[arg(long, requires = "out")]
    badges: bool,
    /// Write no PDFs
    #[arg(long)]
    no_pdf: bool,
}

impl Issue {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let installation = installation::open(&self.dir).await?;
        let Some(cohort) = Cohort::read(&self.sheet, &self.programme)? else {
            return Ok(ExitCode::from(USAGE));
        };
        let files = Files { pdf: !self.no_pdf, full: self.full, badges: self.badges };
        let delivery = self.out.as_deref().map(|out| (out, files));
        issue(&installation, &cohort, delivery).await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A sheet and its programme, read and without problems.
pub(crate) struct Cohort {
    programme: Programme,
    programme_text: String,
    roster: Roster,
    sheet: Vec<u8>,
}

impl Cohort {
    /// Reads both files. Problems are printed, all at once; then there is no cohort.
    fn read(sheet: &Path, programme: &Path) -> Result<Option<Self>, Failure> {
        let text = read_bounded(programme, MAX_PROGRAMME_BYTES)?;
        let text = String::from_utf8(text).map_err(|_| {
            let path = programme.display();
            Failure::new(
                USAGE,
                (format!("{path}: bukan teks UTF-8."), "Simpan berkas program sebagai UTF-8."),
                (format!("{path}: not UTF-8 text."), "Save the programme file as UTF-8."),
            )
        })?;
        let bytes = read_bounded(sheet, MAX_SHEET_BYTES)?;
        let name = sheet.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Self::parse(bytes, &name, text)
    }

    /// As [`Cohort::read`], of files that are already in memory.
    pub(crate) fn parse(sheet: Vec<u8>, name: &str, programme_text: String) -> Result<Option<Self>, Failure> {
        let programme = match Programme::parse(&programme_text) {
            Ok(programme) => programme,
            Err(problems) => {
                for problem in &problems {
                    tell_twice(&problem.sentence(Lang::Id), &problem.sentence(Lang::En));
                }
                return Ok(None);
            }
        };
        let roster = roster::read(&sheet, name, &programme)?;
        for warning in &roster.warnings {
            let words = |lang| (warning.reason(lang), warning.mend(lang));
            tell_finding(warning.row, &warning.column, &warning.value, words);
        }
        for problem in &roster.problems {
            let words = |lang| (problem.reason(lang), problem.mend(lang));
            tell_finding(problem.row, &problem.column, &problem.value, words);
        }
        if roster.problem_count > 0 {
            let count = roster.problem_count;
            let bold = anstyle::Style::new().bold();
            anstream::eprintln!(
                "{bold}{count} kesalahan. Belum ada sertifikat yang diterbitkan. / {count} problems. Nothing was issued.{bold:#}"
            );
            return Ok(None);
        }
        Ok(Some(Self { programme, programme_text, roster, sheet }))
    }
}

/// Row, column, value, reason, mend: in Indonesian, and in English under it.
fn tell_finding(row: u32, column: &Column, value: &str, words: impl Fn(Lang) -> (String, String)) {
    let (letter, header) = (&column.letter, &column.header);
    let place = |lang| match (lang, value.is_empty()) {
        (Lang::Id, true) => format!("Baris {row}, kolom {letter} ({header}), kosong"),
        (Lang::Id, false) => format!("Baris {row}, kolom {letter} ({header}), isi \"{value}\""),
        (Lang::En, true) => format!("Row {row}, column {letter} ({header}), empty"),
        (Lang::En, false) => format!("Row {row}, column {letter} ({header}), value \"{value}\""),
    };
    let sentence = |lang| {
        let (reason, mend) = words(lang);
        format!("{}: {reason} {mend}", place(lang))
    };
    tell_twice(&sentence(Lang::Id), &sentence(Lang::En));
}

fn tell_twice(id: &str, en: &str) {
    anstream::eprintln!("{}\n  {}", crate::output::printable(id), crate::output::printable(en));
}

/// Issues a cohort, writes its files, tells what happened.
pub(crate) async fn issue(
    installation: &Installation,
    cohort: &Cohort,
    delivery: Option<(&Path, Files)>,
) -> Result<Issued, Failure> {
    let issuer = installation.issuer().await?;
    let ring = installation.ring(&[issuer.id]).await?;
    let office = installation.office(issuer);
    let intake = Intake {
        programme: &cohort.programme,
        programme_text: &cohort.programme_text,
        roster: &cohort.roster,
        sheet: &cohort.sheet,
        decisions: Decisions::NONE,
    };
    let bar = progress_bar();
    let listener = |progress: Progress| show(&bar, progress);
    let now = jiff::Timestamp::now();
    let issued = batch::issue(&office, &ring, intake, &mut installation::rng(), now, &listener).await;
    let issued = match issued {
        Err(IssueError::Conflicts(conflicts)) => {
            bar.finish_and_clear();
            for conflict in &conflicts {
                let sentence = |lang| format!("{} {}", conflict.reason(lang), conflict.mend(lang));
                tell_twice(&sentence(Lang::Id), &sentence(Lang::En));
            }
            return Err(Failure::new(
                USAGE,
                (
                    format!("{} baris berbeda dari yang sudah terbit. Tidak ada yang diterbitkan.", conflicts.len()),
                    "Perbaiki baris yang disebut, lalu ulangi.",
                ),
                (
                    format!("{} rows differ from what is issued. Nothing was issued.", conflicts.len()),
                    "Mend the rows that are named, then run the same command again.",
                ),
            ));
        }
        other => other?,
    };
    let (written, badges) = match delivery {
        Some((out, files)) => {
            let deliverer = Deliverer::new(office);
            if files.pdf || files.full {
                let read = |pdf: &[u8]| extract::printed_codes(pdf).unwrap_or_default();
                deliver::prove(&deliverer, &issued.in_force, Arc::new(read)).await?;
            }
            let written = deliver::write_folder(&deliverer, &issued.in_force, out, files, &listener).await?.len();
            (written, if files.badges { written } else { 0 })
        }
        None => (0, 0),
    };
    let badges = if badges > 0 { format!("; lencana / badges: {badges}") } else { String::new() };
    bar.finish_and_clear();
    let new = issued.batch.as_ref().map_or(0, |batch| batch.certificates);
    anstream::println!(
        "Terbit / issued: {new}; sudah ada / already there: {}; tidak lulus / not passed: {}; berkas / files: {written}{badges}",
        issued.plan.unchanged.len(),
        issued.plan.skipped,
    );
    for batch in &issued.resumed {
        anstream::println!("Diselesaikan / finished: {} ({})", batch.new.id.0, batch.certificates);
    }
    Ok(issued)
}

fn progress_bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:<24} [{bar:30}] {pos}/{len} {eta}");
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
    bar
}

fn show(bar: &ProgressBar, progress: Progress) {
    let (message, done, total) = match progress {
        Progress::Reserved { total } => ("menyiapkan / reserving", 0, total),
        Progress::Signed { done, total } => ("menerbitkan / issuing", done, total),
        Progress::Written { done, total } => ("menulis / writing", done, total),
    };
    bar.set_message(message);
    bar.set_length(u64::from(total));
    bar.set_position(u64::from(done));
}

/// Reads a file, and no more than one byte above the limit: the reader behind it tells of the size.
fn read_bounded(path: &Path, limit: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(|error| Failure::file(path, &error))?;
    file.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(|error| Failure::file(path, &error))?;
    Ok(bytes)
}

impl From<SheetRefused> for Failure {
    fn from(refused: SheetRefused) -> Self {
        let words = |lang| (refused.reason(lang), refused.mend(lang));
        Self::new(USAGE, words(Lang::Id), words(Lang::En))
    }
}

impl From<IssueError> for Failure {
    fn from(error: IssueError) -> Self {
        let code = match &error {
            IssueError::Name { .. }
            | IssueError::Reason { .. }
            | IssueError::Locate(_)
            | IssueError::NoDesign { .. } => USAGE,
            _ => OTHER,
        };
        Self::new(code, error.words(Lang::Id), error.words(Lang::En))
    }
}
