//! Rows and cells as both kinds of file give them.

use std::borrow::Cow;

/// A row with its cells that are not empty, from left to right.
#[derive(Debug, Clone, Default)]
pub(super) struct SheetRow {
    /// As the spreadsheet numbers it, from 1.
    pub(super) number: u32,
    pub(super) cells: Vec<SheetCell>,
    /// Hidden or filtered out.
    pub(super) hidden: bool,
}

/// A cell that is not empty.
#[derive(Debug, Clone)]
pub(super) struct SheetCell {
    /// Index of the column, from 0.
    pub(super) column: u16,
    pub(super) value: Cell,
    /// The value is that of the cell above, which is merged over this one.
    pub(super) merged: bool,
}

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Text(String),
    Number(f64),
    /// Days since 1899-12-30, as a spreadsheet with the 1900 epoch counts them.
    Date(f64),
    Flag(bool),
    /// `#N/A` and its kin.
    Error(String),
}

/// What a failed formula leaves behind when a sheet is saved as text.
const ERRORS: [&str; 7] = ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"];

impl SheetRow {
    pub(super) fn cell(&self, column: u16) -> Option<&SheetCell> {
        self.cells.iter().find(|cell| cell.column == column)
    }
}

impl Cell {
    /// Text of a CSV or a string cell; `None` if it holds nothing to see.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        match text.trim() {
            "" => None,
            error if ERRORS.contains(&error) => Some(Self::Error(error.to_owned())),
            _ => Some(Self::Text(text.to_owned())),
        }
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The cell as a person would read it off the sheet.
    pub(super) fn as_written(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) | Self::Error(text) => Cow::Borrowed(text),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Date(serial) => match super::values::serial_date(*serial) {
                Some(date) => Cow::Owned(date.strftime("%d-%m-%Y").to_string()),
                None => Cow::Owned(serial.to_string()),
            },
            Self::Flag(flag) => Cow::Borrowed(if *flag { "TRUE" } else { "FALSE" }),
        }
    }
}
