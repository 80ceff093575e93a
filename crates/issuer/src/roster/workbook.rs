//! Rows out of an XLSX workbook, cell by cell: a sheet is never held as a grid, whose size its two
//! farthest cells would decide.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsx, XlsxError};

use super::cell::{Cell, SheetCell, SheetRow};
use super::column::{HEADER_SEARCH_ROWS, Header, MAX_COLUMNS, NoHeader};
use super::guard::{self, Merge, SheetShape};
use super::refused::{SheetRefused, SheetRefusedKind as Refused};

/// Workbooks made on old Macs count days from 1904-01-01, others from 1899-12-30.
const DAYS_TO_1904: f64 = 1462.0;

/// The sheet that lists the participants.
pub(super) struct Chosen {
    pub(super) name: String,
    pub(super) hidden: bool,
    pub(super) header: Header,
    pub(super) shape: SheetShape,
}

/// An opened workbook.
pub(super) struct Workbook<'b> {
    xlsx: Xlsx<Cursor<&'b [u8]>>,
    inspected: guard::Inspected,
}

impl<'b> Workbook<'b> {
    /// Opens a workbook after the guard has looked inside.
    pub(super) fn open(bytes: &'b [u8]) -> Result<Self, SheetRefused> {
        let inspected = guard::inspect(bytes)?;
        let xlsx = no_panic(|| Xlsx::new(Cursor::new(bytes)).map_err(unreadable))?;
        Ok(Self { xlsx, inspected })
    }

    /// Finds the one sheet that lists participants.
    pub(super) fn choose(&mut self) -> Result<Chosen, SheetRefused> {
        let sheets: Vec<_> = self
            .xlsx
            .sheets_metadata()
            .iter()
            .filter(|sheet| sheet.typ == SheetType::WorkSheet)
            .map(|sheet| (sheet.name.clone(), sheet.visible != SheetVisible::Visible))
            .collect();
        let mut found: Vec<Chosen> = Vec::new();
        let mut empty = None;
        let mut unusable = None;
        for (name, hidden) in sheets {
            let shape = self.inspected.take_shape(&name);
            let rows = self.first_rows(&name, &shape)?;
            match Header::find(&rows) {
                Ok(header) if rows.iter().any(|row| row.number > header.row) => {
                    found.push(Chosen { name, hidden, header, shape });
                }
                Ok(header) => empty = empty.or(Some(header.row)),
                Err(NoHeader::Unusable(refused)) => unusable = unusable.or(Some(refused)),
                Err(NoHeader::Nothing) => {}
            }
        }
        // Hidden sheets are often last year's; they count only where nothing else is there.
        if found.iter().any(|sheet| !sheet.hidden) {
            found.retain(|sheet| !sheet.hidden);
        }
        if let [first, second, ..] = &found[..] {
            return Err(SheetRefused::new(Refused::TwoSheets, &[&first.name, &second.name]));
        }
        let no_header = || match (empty, unusable) {
            (Some(row), _) => SheetRefused::new(Refused::NoRows, &[&row.to_string()]),
            (None, Some(refused)) => refused,
            (None, None) => SheetRefused::new(Refused::NoHeader, &[&HEADER_SEARCH_ROWS.to_string()]),
        };
        found.pop().ok_or_else(no_header)
    }

    /// Hands over every row of a sheet that is not empty, until `take` says `false`.
    pub(super) fn each_row(
        &mut self,
        sheet: &str,
        shape: &SheetShape,
        mut take: impl FnMut(SheetRow) -> Result<bool, SheetRefused>,
    ) -> Result<(), SheetRefused> {
        let xlsx = &mut self.xlsx;
        let epoch = if xlsx.has_1904_epoch() { DAYS_TO_1904 } else { 0.0 };
        no_panic(|| {
            let mut cells = xlsx.worksheet_cells_reader(sheet).map_err(unreadable)?;
            let mut covered = Covered::new(&shape.merges);
            let mut row = SheetRow::default();
            while let Some(cell) = cells.next_cell().map_err(unreadable)? {
                let (at, column) = cell.get_position();
                let number = at + 1;
                if number != row.number {
                    let full = std::mem::replace(&mut row, SheetRow { number, ..SheetRow::default() });
                    if !hand_over(full, shape, &mut covered, &mut take)? {
                        return Ok(());
                    }
                }
                let Some(value) = value_of(cell.get_value(), epoch) else {
                    continue;
                };
                match u16::try_from(column) {
                    Ok(column) if usize::from(column) < MAX_COLUMNS && row.cells.len() < MAX_COLUMNS => {
                        row.cells.push(SheetCell { column, value, merged: false });
                    }
                    _ => return Err(too_many_columns(number)),
                }
            }
            hand_over(row, shape, &mut covered, &mut take).map(drop)
        })
    }

    fn first_rows(&mut self, sheet: &str, shape: &SheetShape) -> Result<Vec<SheetRow>, SheetRefused> {
        let mut rows = Vec::new();
        self.each_row(sheet, shape, |row| {
            rows.push(row);
            Ok(rows.len() < HEADER_SEARCH_ROWS)
        })?;
        Ok(rows)
    }
}

pub(super) fn too_many_columns(row: u32) -> SheetRefused {
    SheetRefused::new(Refused::TooManyColumns, &[&row.to_string(), &MAX_COLUMNS.to_string()])
}

fn hand_over(
    mut row: SheetRow,
    shape: &SheetShape,
    covered: &mut Covered<'_>,
    take: &mut impl FnMut(SheetRow) -> Result<bool, SheetRefused>,
) -> Result<bool, SheetRefused> {
    if row.cells.is_empty() {
        return Ok(true);
    }
    row.cells.sort_by_key(|cell| cell.column);
    covered.fill(&mut row);
    row.hidden = shape.hidden_rows.binary_search(&row.number).is_ok();
    take(row)
}

/// The regions merged over several rows: the value of their first cell holds for all of them.
struct Covered<'m> {
    merges: std::iter::Peekable<std::vec::IntoIter<&'m Merge>>,
    /// By column: the last row covered, and the value.
    open: Vec<Option<(u32, Cell)>>,
}

impl<'m> Covered<'m> {
    fn new(merges: &'m [Merge]) -> Self {
        let mut sorted: Vec<&Merge> = merges.iter().collect();
        sorted.sort_by_key(|merge| merge.rows.0);
        Self { merges: sorted.into_iter().peekable(), open: vec![None; MAX_COLUMNS] }
    }

    fn fill(&mut self, row: &mut SheetRow) {
        for (column, open) in (0..).zip(&mut self.open) {
            let Some((last, value)) = open else { continue };
            if *last < row.number {
                *open = None;
            } else if row.cell(column).is_none() {
                row.cells.push(SheetCell { column, value: value.clone(), merged: true });
            }
        }
        row.cells.sort_by_key(|cell| cell.column);
        while let Some(merge) = self.merges.next_if(|merge| merge.rows.0 <= row.number) {
            let Some(first) = row.cell(merge.columns.0).filter(|_| merge.rows.0 == row.number) else {
                continue;
            };
            if let Some(open) = self.open.get_mut(usize::from(merge.columns.0)) {
                *open = Some((merge.rows.1, first.value.clone()));
            }
        }
    }
}

fn value_of(value: &DataRef<'_>, epoch: f64) -> Option<Cell> {
    match value {
        DataRef::Empty => None,
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::from_text(text),
        DataRef::SharedString(text) => Cell::from_text(text),
        DataRef::Int(number) => Some(Cell::Number(*number as f64)),
        DataRef::Float(number) => Some(Cell::Number(*number)),
        DataRef::Bool(flag) => Some(Cell::Flag(*flag)),
        DataRef::Error(error) => Some(Cell::Error(error.to_string())),
        DataRef::DateTime(moment) => Some(Cell::Date(moment.as_f64() + epoch)),
    }
}

fn unreadable(error: XlsxError) -> SheetRefused {
    SheetRefused::new(Refused::Unreadable, &[&error.to_string()])
}

/// The library indexes and subtracts in places that a crafted file could reach. The guard refuses
/// the ones we know; a panic in one that we do not know must not take a server's worker with it.
fn no_panic<T>(read: impl FnOnce() -> Result<T, SheetRefused>) -> Result<T, SheetRefused> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(SheetRefused::new(Refused::Unreadable, &["XLSX"])))
}
