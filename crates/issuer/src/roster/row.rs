//! One row of the sheet becomes a recipient, a skipped participant, or problems.

use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use super::cell::{SheetCell, SheetRow};
use super::check::{Findings, column_of, get, is_blank, shown};
use super::column::{Field, Header};
use super::finding::{RowProblem, RowProblemKind as Problem, RowWarning, RowWarningKind as Warning};
use super::people::People;
use super::refused::{SheetRefused, SheetRefusedKind as Refused};
use super::template::SAMPLE_NAME;
use super::values::{self, Outcome};
use super::{MAX_FINDINGS, MAX_ROWS, Recipient, Roster, Skipped, Status};
use crate::programme::{Programme, Score, Words};
use crate::text::fold;

/// Reads the rows below a header, one after the other.
pub(super) struct RowReader<'p> {
    programme: &'p Programme,
    header: Rc<Header>,
    grades: Vec<Arc<Words>>,
    grade_names: String,
    people: People,
    shared: HashSet<Arc<str>>,
    /// Rows with a single cell: a footer if nobody comes after them.
    lone: Vec<(u32, Field, String)>,
    total_row: Option<u32>,
    rows: usize,
    roster: Roster,
}

impl<'p> RowReader<'p> {
    pub(super) fn new(programme: &'p Programme, header: Header, roster: Roster) -> Self {
        let grades = programme.grades.iter().map(|grade| Arc::new(grade.words.clone())).collect();
        let names: Vec<&str> = programme.grades.iter().map(|grade| grade.words.id.as_str()).collect();
        let grade_names = names.join(", ");
        Self {
            programme,
            header: Rc::new(header),
            grades,
            grade_names,
            people: People::default(),
            shared: HashSet::new(),
            lone: Vec::new(),
            total_row: None,
            rows: 0,
            roster,
        }
    }

    /// Reads one row.
    ///
    /// # Errors
    /// More rows than a sheet may have.
    pub(super) fn read(&mut self, row: &SheetRow) -> Result<(), SheetRefused> {
        if row.number <= self.header.row || self.is_decoration(row) {
            return Ok(());
        }
        let cells = self.cells(row);
        if let [(field, cell)] = cells[..]
            && !matches!(field, Field::Name | Field::Nip | Field::Email)
        {
            self.lone.push((row.number, field, cell.value.as_written().into_owned()));
            return Ok(());
        }
        if self.is_total(&cells) {
            self.total_row = Some(row.number);
            return Ok(());
        }
        let identified = cells.iter().any(|(field, _)| matches!(field, Field::Nip | Field::Email | Field::Outcome));
        if self.total_row.is_some() && !identified {
            // Below the totals: place, date and signature.
            return Ok(());
        }
        self.rows += 1;
        if self.rows > MAX_ROWS {
            return Err(SheetRefused::new(Refused::TooManyRows, &[&MAX_ROWS.to_string()]));
        }
        self.flush_lone();
        self.participant(row, &cells);
        Ok(())
    }

    /// The roster, after the last row.
    pub(super) fn finish(mut self) -> Roster {
        if let Some((row, field, value)) = self.lone.first() {
            let (row, column) = (*row, column_of(&self.header, *field));
            let value = shown(value);
            let values = vec![self.lone.len().to_string()];
            self.roster.warn(RowWarning { row, column, value, kind: Warning::FooterIgnored, values });
        }
        self.roster.recipients.shrink_to_fit();
        self.roster
    }

    fn participant(&mut self, row: &SheetRow, cells: &[(Field, &SheetCell)]) {
        let header = Rc::clone(&self.header);
        let mut findings = Findings { row: row.number, header: &header, problems: Vec::new(), warnings: Vec::new() };
        if self.outcome(cells, &mut findings) == Some(Outcome::NotPassed) {
            let name = get(cells, Field::Name).map(|cell| shown(&cell.as_written())).unwrap_or_default();
            self.roster.skipped.push(Skipped { row: row.number, name });
            return;
        }
        let name = get(cells, Field::Name).map(|cell| cell.as_written()).unwrap_or_default();
        if let Some(total) = self.total_row {
            findings.problem(Field::Name, &name, Problem::AfterTotal, &[&total.to_string()]);
        }
        if row.hidden {
            findings.warning(Field::Name, &name, Warning::RowHidden, &[]);
        }
        for (field, cell) in cells {
            findings.of_any_cell(*field, cell);
        }
        let recipient = self.recipient(cells, &mut findings);
        self.compare(&recipient, &mut findings);
        let clean = findings.problems.is_empty();
        let Findings { problems, warnings, .. } = findings;
        problems.into_iter().for_each(|problem| self.roster.answer(problem));
        warnings.into_iter().for_each(|warning| self.roster.warn(warning));
        if clean {
            self.roster.recipients.push(recipient);
        }
    }

    fn recipient(&mut self, cells: &[(Field, &SheetCell)], findings: &mut Findings<'_>) -> Recipient {
        let name = findings.name(cells);
        if fold(&name) == fold(SAMPLE_NAME) {
            findings.problem(Field::Name, &name, Problem::SampleRow, &[]);
        }
        let prefix = self.shared_text(cells, Field::Prefix, findings);
        let suffix = self.shared_text(cells, Field::Suffix, findings);
        let nip = findings.nip(cells, self.programme.cohort.ends.year());
        let status = self.shared_text(cells, Field::Status, findings);
        let rank = self.rank(cells, findings);
        let (score, grade) = self.score_and_grade(cells, findings);
        findings.hours(cells, self.programme.hours);
        findings.cohort_date(cells, Field::Starts, self.programme.cohort.starts);
        findings.cohort_date(cells, Field::Ends, self.programme.cohort.ends);
        let recipient = Recipient {
            row: findings.row,
            prefix,
            name,
            suffix,
            nip,
            other_id: self.shared_text(cells, Field::OtherId, findings),
            status: status.map(Status::from_words).or(nip.map(|nip| Status::from_kind(nip.kind()))),
            rank,
            position: self.shared_text(cells, Field::Position, findings),
            unit: self.shared_text(cells, Field::Unit, findings),
            agency: self.shared_text(cells, Field::Agency, findings),
            email: findings.email(cells),
            score,
            grade,
            number: findings.number(cells).map(|number| self.share(number)),
            birth_place: self.shared_text(cells, Field::BirthPlace, findings),
            birth_date: findings.birth_date(cells, nip),
        };
        findings.whole(&recipient, cells);
        recipient
    }

    /// What the row has in common with earlier rows.
    fn compare(&mut self, recipient: &Recipient, findings: &mut Findings<'_>) {
        // Without the identity that was meant, a comparison would only mislead.
        if recipient.name.is_empty() && recipient.nip.is_none() || findings.has_faulty_nip() {
            return;
        }
        let seen = self.people.meet(recipient);
        let first = |row: u32| row.to_string();
        if let Some(row) = seen.person.map(first) {
            let nip = recipient.nip.map(|nip| nip.to_string());
            match (nip, &recipient.email) {
                (Some(nip), _) => findings.problem(Field::Nip, &nip, Problem::SameNip, &[&row]),
                (None, Some(email)) => findings.problem(Field::Email, email, Problem::SameEmail, &[&row]),
                (None, None) => findings.problem(Field::Name, &recipient.name, Problem::SameName, &[&row]),
            }
        }
        if let Some(row) = seen.name.map(first) {
            findings.warning(Field::Name, &recipient.name, Warning::NameAgain, &[&row]);
        }
        if let Some(row) = seen.email.map(first) {
            findings.warning(
                Field::Email,
                recipient.email.as_deref().unwrap_or_default(),
                Warning::EmailAgain,
                &[&row],
            );
        }
        if let Some(row) = seen.number.map(first) {
            let number = recipient.number.as_deref().unwrap_or_default();
            findings.warning(Field::Number, number, Warning::NumberAgain, &[&row]);
        }
    }

    /// LULUS or not. A NOT PASSED in the columns of status, grade or score counts as well: nobody
    /// gets a certificate because the word stood one column further.
    fn outcome(&self, cells: &[(Field, &SheetCell)], findings: &mut Findings<'_>) -> Option<Outcome> {
        let told = |field| get(cells, field).and_then(|cell| values::outcome(&cell.as_written()));
        let elsewhere = [Field::Status, Field::Grade, Field::Score].map(told);
        if elsewhere.contains(&Some(Outcome::NotPassed)) {
            return Some(Outcome::NotPassed);
        }
        self.header.column(Field::Outcome)?;
        let written = get(cells, Field::Outcome).map(|cell| cell.as_written().into_owned());
        let outcome = written.as_deref().and_then(values::outcome);
        match (written, outcome) {
            (_, Some(outcome)) => return Some(outcome),
            (Some(written), None) if !is_blank(&written) => {
                findings.problem(Field::Outcome, &written, Problem::OutcomeUnknown, &[]);
            }
            _ if elsewhere.contains(&Some(Outcome::Passed)) => return Some(Outcome::Passed),
            _ => findings.problem(Field::Outcome, "", Problem::OutcomeMissing, &[]),
        }
        None
    }

    fn score_and_grade(
        &mut self,
        cells: &[(Field, &SheetCell)],
        findings: &mut Findings<'_>,
    ) -> (Option<Score>, Option<Arc<Words>>) {
        let score = findings.score(cells);
        if self.grades.is_empty() {
            return (score, None);
        }
        let written = findings.text(cells, Field::Grade).filter(|text| values::outcome(text).is_none());
        let place = |grade: &crate::programme::Grade| self.programme.grades.iter().position(|g| g == grade);
        let earned = score.and_then(|score| self.programme.grade_for(score)).and_then(place);
        let named = written.as_deref().and_then(|text| self.programme.grade_named(text)).and_then(place);
        if let (Some(score), None, Some(pass)) = (score, earned, self.programme.pass_mark()) {
            let (score, pass) = (score.to_string(), pass.to_string());
            findings.problem(Field::Score, &score, Problem::ScoreBelowPass, &[&score, &pass]);
        }
        match (&written, named, score.zip(earned)) {
            (Some(written), None, _) => {
                findings.problem(Field::Grade, written, Problem::GradeUnknown, &[&self.grade_names]);
            }
            (Some(written), Some(named), Some((score, earned))) if named != earned => {
                let words = &self.grades[earned].id;
                findings.problem(Field::Grade, written, Problem::GradeDisagrees, &[&score.to_string(), words]);
            }
            (None, _, None) if score.is_none() && get(cells, Field::Score).is_none() => {
                let asked = [Field::Grade, Field::Score].into_iter().find(|field| self.header.column(*field).is_some());
                if let Some(field) = asked {
                    findings.warning(field, "", Warning::GradeMissing, &[]);
                }
            }
            _ => {}
        }
        (score, named.or(earned).map(|at| self.grades[at].clone()))
    }

    /// *Pangkat* and *golongan* in one text, as certificates print them: `Penata Muda (III/a)`.
    fn rank(&mut self, cells: &[(Field, &SheetCell)], findings: &mut Findings<'_>) -> Option<Arc<str>> {
        let rank = self.shared_text(cells, Field::Rank, findings);
        let class = self.shared_text(cells, Field::RankClass, findings);
        match (rank, class) {
            (Some(rank), Some(class)) if !rank.contains(&*class) => Some(self.share(format!("{rank} ({class})"))),
            (rank, class) => rank.or(class),
        }
    }

    /// A text that many rows have in common is kept once.
    fn shared_text(
        &mut self,
        cells: &[(Field, &SheetCell)],
        field: Field,
        findings: &mut Findings<'_>,
    ) -> Option<Arc<str>> {
        let text = findings.text(cells, field)?;
        Some(self.share(text))
    }

    fn share(&mut self, text: String) -> Arc<str> {
        if let Some(known) = self.shared.get(text.as_str()) {
            return known.clone();
        }
        let text: Arc<str> = text.into();
        self.shared.insert(text.clone());
        text
    }

    /// The cells of recognised columns that say something.
    fn cells<'r>(&self, row: &'r SheetRow) -> Vec<(Field, &'r SheetCell)> {
        let read = self.header.fields.iter().filter(|(_, field, _)| !matches!(field, Field::No | Field::Nik));
        let mut cells: Vec<_> = read.filter_map(|(column, field, _)| Some((*field, row.cell(*column)?))).collect();
        cells.retain(|(_, cell)| !is_blank(&cell.value.as_written()));
        // A row that only a merge reaches into is empty.
        if cells.iter().all(|(_, cell)| cell.merged) {
            cells.clear();
        }
        cells
    }

    /// A blank row, the header again on the next printed page, or the row `(1) (2) (3)` below it.
    fn is_decoration(&self, row: &SheetRow) -> bool {
        let cells = self.cells(row);
        if cells.is_empty() || self.header.is_repeated_in(row) {
            return true;
        }
        let counts = |cell: &SheetCell| {
            let text = cell.value.as_written();
            let text = text.trim().trim_start_matches('(').trim_end_matches(')');
            (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
        };
        cells.len() >= 2 && self.rows == 0 && cells.iter().all(|(_, cell)| counts(cell))
    }

    /// *Jumlah* or *Total* at the end of the table.
    fn is_total(&self, cells: &[(Field, &SheetCell)]) -> bool {
        if cells.iter().any(|(field, _)| matches!(field, Field::Nip | Field::Email)) {
            return false;
        }
        cells.iter().any(|(field, cell)| {
            let text = fold(&cell.value.as_written());
            let first = text.split(' ').next().unwrap_or_default();
            match field {
                // Somebody may be called so; the word alone, or what is counted, is a total.
                Field::Name => {
                    let counted = ["", "peserta", "lulus", "lulusan", "total", "keseluruhan", "seluruhnya", "orang"];
                    let rest = text.strip_prefix(first).unwrap_or_default().trim();
                    matches!(first, "jumlah" | "total") && counted.contains(&rest) || text == "grand total"
                }
                _ => matches!(first, "jumlah" | "total"),
            }
        })
    }

    /// Single cells turned out to stand between participants: rows without a name.
    fn flush_lone(&mut self) {
        for (row, field, value) in std::mem::take(&mut self.lone) {
            let column = column_of(&self.header, field);
            let (value, values) = (shown(&value), Vec::new());
            self.roster.answer(RowProblem { row, column, value, kind: Problem::NameMissing, values });
        }
    }
}

impl Roster {
    fn answer(&mut self, problem: RowProblem) {
        self.problem_count += 1;
        if self.problems.len() < MAX_FINDINGS {
            self.problems.push(problem);
        }
    }

    pub(super) fn warn(&mut self, warning: RowWarning) {
        self.warning_count += 1;
        if self.warnings.len() < MAX_FINDINGS {
            self.warnings.push(warning);
        }
    }
}
