//! Makes the sample sheets in `templates/sheets` again: always the same bytes.
//!
//! `cargo run -p issuer --example make_samples [FOLDER]`
//!
//! Everybody in them is fictional: each name contains *Contoh, Uji, Fiktif* or *Misal*, each NIP has
//! a serial from 991 on, each address ends in `.example`.

mod mistakes;
mod people;
mod write;

use std::path::Path;

use anyhow_lite::Outcome;

/// The folder that the samples are kept in.
const SHEETS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../templates/sheets");

fn main() -> Outcome {
    let folder = std::env::args_os().nth(1).unwrap_or_else(|| SHEETS.into());
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    let small = people::cohort(25, 3, 25);
    let large = people::cohort(1_200, 37, 1_200);
    std::fs::write(folder.join("cohort-25.xlsx"), write::letterhead_workbook(&small)?)?;
    std::fs::write(folder.join("cohort-1200.xlsx"), write::plain_workbook(&large)?)?;
    std::fs::write(folder.join("cohort-1200.csv"), write::semicolon_csv(&large))?;
    std::fs::write(folder.join("mistakes.xlsx"), mistakes::workbook()?)?;
    std::fs::write(folder.join("mistakes.csv"), mistakes::csv())?;
    println!("{}", folder.display());
    Ok(())
}

/// What an example needs of an error: to be shown.
mod anyhow_lite {
    /// The result of a step.
    pub(crate) type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;
}
