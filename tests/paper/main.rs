//! Every design on paper: the code on it is read at 150 dots per inch, in colour and from a bad photocopy, by two readers
//! that are not ours.

mod copy;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use piagam_tests::{printed, scratch};
use render::{BUILT_IN, Design, sample};
use rxing::BarcodeFormat;
use rxing::helpers::detect_in_luma_slice;

use copy::Grey;

/// How askew a sheet is laid on the glass, in degrees.
const ASKEW: [f32; 3] = [0.4, -1.3, 2.0];
const NAMES: [(&str, &str); 3] = [("terpendek", "Uji"), ("biasa", sample::USUAL), ("terpanjang", sample::LONGEST)];

/// Writes a PDF and gives its first page as `pdftoppm` sees it.
fn page(folder: &Path, stem: &str, pdf: &[u8], how: &[&str]) -> PathBuf {
    let file = folder.join(stem).with_extension("pdf");
    fs::write(&file, pdf).unwrap();
    let page = folder.join(stem);
    printed(Command::new("pdftoppm").args(["-r", "150", "-singlefile"]).args(how).arg(&file).arg(&page));
    page.with_extension(if how.contains(&"-gray") { "pgm" } else { "ppm" })
}

fn by_zbar(picture: &Path) -> String {
    let how = ["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable"];
    printed(Command::new("zbarimg").args(how).arg(picture)).trim_end().to_owned()
}

fn by_rxing(picture: &Grey) -> String {
    let Grey { width, height, pixels } = picture;
    let found = detect_in_luma_slice(pixels, *width as u32, *height as u32, Some(BarcodeFormat::QR_CODE));
    found.map_or_else(|error| format!("rxing: {error}"), |found| found.getText().to_owned())
}

/// `PIAGAM_PAPER=FOLDER` keeps the pictures, of all names, to be looked at.
#[test]
fn every_design_is_read_from_paper_and_from_its_photocopy() {
    let wanted = env::var_os("PIAGAM_PAPER").map(PathBuf::from);
    let folder = wanted.clone().unwrap_or_else(|| scratch().join("paper"));
    fs::create_dir_all(&folder).unwrap();
    let expected = sample::code();
    let mut unread = Vec::new();
    for (name, (kind, holder), full) in sheets(wanted.is_some()) {
        let stem = format!("{name}-{kind}{}", if full { "-lengkap" } else { "" });
        let pdf = sample::preview(&Design::built_in(name).unwrap(), holder, full).unwrap();
        let colour = page(&folder, &stem, &pdf, &[]);
        let mut read = vec![by_zbar(&colour), by_rxing(&Grey::read(&colour))];
        let grey = Grey::read(&page(&folder, &stem, &pdf, &["-gray"]));
        for degrees in ASKEW {
            let copied = folder.join(format!("{stem}-fotokopi{degrees}.pgm"));
            let copy = grey.photocopied(degrees);
            copy.write(&copied);
            read.extend([by_zbar(&copied), by_rxing(&copy)]);
        }
        if read.iter().any(|text| *text != expected) {
            unread.push((stem, read));
        }
    }
    assert!(unread.is_empty(), "{unread:#?}");
}

/// Designs, names, and whether the full rendering. The code's place depends on the design alone, so one sheet of each is
/// enough; of all the others the pictures are made for the eye.
fn sheets(all: bool) -> Vec<(&'static str, (&'static str, &'static str), bool)> {
    let (names, renderings) = if all { (&NAMES[..], &[false, true][..]) } else { (&NAMES[1..2], &[false][..]) };
    let sheets = BUILT_IN.into_iter().flat_map(|design| names.iter().map(move |name| (design, *name)));
    sheets.flat_map(|(design, name)| renderings.iter().map(move |full| (design, name, *full))).collect()
}
