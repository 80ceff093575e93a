//! The second page: the subjects (*mata pelatihan*) with their hours, on as many pages as they need.

use printpdf::Op;

use crate::design::{Align, Column, MM};
use crate::ink::Placed;
use crate::layout::{Layout, Page};
use crate::{Shared, Subject, art, words};

impl Layout {
    /// The pages of subjects, and where on them a certificate's reference goes.
    pub(crate) fn annex(&self, shared: &Shared) -> (Vec<Page>, f32) {
        let table = &self.design.file.annex.table;
        let reference_top = self.annex_head(shared, &mut Page::default());
        let top = self.at_depth(table.top).min(reference_top - self.reference_height());
        // Head and total take a row each.
        let rows = ((top - self.at_depth(table.bottom)) / (table.row_one * MM)).floor();
        let capacity = rows.max(3.0) as usize - 2;
        let chunks: Vec<&[Subject]> = shared.subjects.chunks(capacity).collect();
        let mut pages = Vec::new();
        for (i, subjects) in chunks.iter().enumerate() {
            let mut page = Page::default();
            self.test_band(shared, &mut page);
            self.annex_head(shared, &mut page);
            let is_last = i + 1 == chunks.len();
            let bottom = self.table(top, subjects, i * capacity + 1, is_last.then_some(shared), &mut page);
            if is_last {
                self.notes(shared, bottom, &mut page);
            }
            pages.push(page);
        }
        (pages, reference_top)
    }

    /// Room for a reference on two lines, and a gap to the table.
    fn reference_height(&self) -> f32 {
        const GAP: f32 = 1.5 * MM;
        let pen = &self.pens.annex_reference;
        pen.before() + 2.0 * self.set.line(pen, "x").height + GAP
    }

    fn annex_head(&self, shared: &Shared, page: &mut Page) -> f32 {
        const GAP: f32 = 2.5 * MM;
        let mut stack = self.stack(&self.design.file.annex.head);
        stack.add(&self.pens.annex_title, "MATA PELATIHAN");
        stack.add(&self.pens.annex_title_en, "SUBJECTS");
        stack.y -= GAP;
        stack.add(&self.pens.programme, &shared.programme.id);
        stack.add(&self.pens.programme_en, &shared.programme.en);
        page.lines.extend(stack.lines);
        stack.y
    }

    /// Rows as high as there is room for; Indonesian over English where two lines fit, else beside each other. Returns the
    /// lower edge.
    fn table(&self, top: f32, subjects: &[Subject], first: usize, total: Option<&Shared>, page: &mut Page) -> f32 {
        let table = &self.design.file.annex.table;
        let count = subjects.len() + 2;
        let height = ((top - self.at_depth(table.bottom)) / count as f32).clamp(table.row_one * MM, table.row * MM);
        let two_lines = height >= table.row_two * MM;
        let mut y = top;

        let head_height = height.min(8.0 * MM);
        self.cell(page, Cell::Number, "NO.", &self.pens.table_head, y, head_height);
        self.cell(page, Cell::Subject, "MATA PELATIHAN / SUBJECT", &self.pens.table_head, y, head_height);
        self.cell(page, Cell::Hours, "JP / HOURS", &self.pens.table_head, y, head_height);
        y -= head_height;
        self.row_rule(page, y, 0.9);
        for (i, subject) in subjects.iter().enumerate() {
            self.cell(page, Cell::Number, &(first + i).to_string(), &self.pens.row, y, height);
            self.cell(page, Cell::Hours, &subject.hours.to_string(), &self.pens.row_hours, y, height);
            if two_lines && !subject.en.is_empty() {
                let share = self.set.line(&self.pens.row, "x").height + self.set.line(&self.pens.row_en, "x").height;
                let top = y - (height - share) / 2.0;
                self.cell(page, Cell::Subject, &subject.id, &self.pens.row, top, 0.0);
                let below = top - self.set.line(&self.pens.row, "x").height;
                self.cell(page, Cell::Subject, &subject.en, &self.pens.row_en, below, 0.0);
            } else if subject.en.is_empty() {
                self.cell(page, Cell::Subject, &subject.id, &self.pens.row, y, height);
            } else {
                self.cell(page, Cell::Subject, &format!("{} / {}", subject.id, subject.en), &self.pens.row, y, height);
            }
            y -= height;
            self.row_rule(page, y, 0.35);
        }
        if let Some(shared) = total {
            self.cell(
                page,
                Cell::Subject,
                &format!("Jumlah / Total: {}", words::hours_id(shared.hours)),
                &self.pens.total,
                y,
                height,
            );
            self.cell(page, Cell::Hours, &shared.hours.to_string(), &self.pens.total, y, height);
            y -= height;
            self.row_rule(page, y, 0.9);
        }
        y
    }

    /// A text in its column; in the middle of a row of some height, or at the top if that is zero.
    fn cell(&self, page: &mut Page, cell: Cell, text: &str, pen: &crate::typeset::Pen, top: f32, height: f32) {
        const PAD: f32 = 2.0;
        const NUMBER: f32 = 14.0;
        const HOURS: f32 = 26.0;
        let table = &self.design.file.annex.table;
        let (x, width, align) = match cell {
            Cell::Number => (table.left + NUMBER / 2.0, NUMBER, Align::Centre),
            Cell::Subject => (table.left + NUMBER, table.right - table.left - NUMBER - HOURS, Align::Left),
            Cell::Hours => (table.right - PAD, HOURS - PAD, Align::Right),
        };
        let mut stack = self.stack_at(&Column { x, y: 0.0, width, align }, top);
        stack.add(pen, text);
        let used = top - stack.y;
        let shift = if height > 0.0 { (height - used) / 2.0 } else { 0.0 };
        page.lines.extend(stack.lines.into_iter().map(|placed| Placed {
            y: placed.y - shift,
            cell: Some((page.rows, cell as u8)),
            ..placed
        }));
    }

    /// The rule under a row, which ends it.
    fn row_rule(&self, page: &mut Page, y: f32, thickness: f32) {
        page.rows += 1;
        let table = &self.design.file.annex.table;
        page.art.extend::<Vec<Op>>(art::hairline(&self.design, (table.left * MM, y), (table.right * MM, y), thickness));
    }

    fn notes(&self, shared: &Shared, table_bottom: f32, page: &mut Page) {
        let place = &self.design.file.annex.notes;
        let top = self.at_depth(place.y).min(table_bottom - 3.0 * MM);
        let mut stack = self.stack_at(place, top);
        if !shared.criteria.id.is_empty() {
            stack.add(&self.pens.note, &format!("Kriteria kelulusan: {}", shared.criteria.id));
        }
        if !shared.criteria.en.is_empty() {
            stack.add(&self.pens.note_en, &format!("Criteria: {}", shared.criteria.en));
        }
        page.lines.extend(stack.lines);
    }
}

#[derive(Clone, Copy)]
enum Cell {
    Number,
    Subject,
    Hours,
}
