//! `piagam issue`: every sheet with every programme, once.

use std::collections::HashSet;
use std::fs;

use crate::house::{Home, Run, programme, sheet, text};

const PROGRAMMES: [&str; 3] = ["ai-fundamentals", "digital-governance", "ai-in-southeast-asian-government"];

#[test]
fn every_sheet_works_with_every_programme_and_nothing_is_issued_twice() {
    let home = Home::demo(&[]);
    let mut expected = 25;
    for name in PROGRAMMES {
        let programme = programme(name);
        let steps = [
            ("cohort-1200.csv", 1_200, 0),
            // The same people in another file.
            ("cohort-1200.xlsx", 0, 1_200),
            ("cohort-25.xlsx", if name == "ai-fundamentals" { 0 } else { 25 }, 25),
            ("cohort-25.xlsx", 0, 25),
        ];
        for (file, new, known) in steps {
            let run = home.issue(&sheet(file), &programme, &["--no-pdf"]).exits(0);
            let known = if new > 0 { 0 } else { known };
            assert!(run.out.contains(&format!("issued: {new};")), "{file} with {name}: {}", run.out);
            assert!(run.out.contains(&format!("already there: {known};")), "{file} with {name}: {}", run.out);
            expected += new;
        }
    }
    let all = home.list();
    assert_eq!(all.len(), expected);
    assert_eq!(expected, 3 * 1_225);
    for member in ["id", "number", "code"] {
        assert_eq!(all.iter().map(|each| text(each, member)).collect::<HashSet<_>>().len(), expected, "{member}");
    }
    let index =
        |each: &serde_json::Value| (each["status_list"].as_u64().unwrap(), each["status_index"].as_u64().unwrap());
    assert_eq!(all.iter().map(index).collect::<HashSet<_>>().len(), expected);
    assert!(all.iter().all(|each| each["state"] == "issued" && each["issued_at"].is_string()));
    home.run(["doctor"]).exits(0);
}

#[test]
fn files_go_where_they_were_asked_for() {
    let home = Home::new();
    let out = home.path("hasil");
    let cohort = sheet("cohort-25.xlsx");
    let no_pdf = ["--out", out.to_str().unwrap(), "--no-pdf"];
    home.issue(&cohort, &programme("digital-governance"), &no_pdf).exits(0);
    assert_eq!(fs::read_dir(&out).unwrap().count(), 25);
    assert_eq!(home.files("hasil", "json").len(), 25);
    // A second run fills the folder up.
    let both = ["--out", out.to_str().unwrap(), "--full"];
    home.issue(&cohort, &programme("digital-governance"), &both).exits(0);
    assert_eq!(home.files("hasil", "pdf").len(), 25);
    assert_eq!(home.files("hasil/lengkap", "pdf").len(), 25);
    assert_eq!(home.list().len(), 25);
    for (json, pdf) in home.files("hasil", "json").iter().zip(home.files("hasil", "pdf")) {
        assert_eq!(json.with_extension("pdf"), pdf);
        let size = fs::metadata(&pdf).unwrap().len();
        assert!(size <= 300_000, "{} has {size} bytes", pdf.display());
    }
}

#[test]
fn a_sheet_of_mistakes_is_answered_row_by_row_and_nothing_is_issued() {
    let home = Home::bare();
    home.init();
    for name in PROGRAMMES {
        // The CSV begins with its header, the workbook with a letterhead of three rows.
        for (file, shift) in [("mistakes.csv", 0), ("mistakes.xlsx", 3)] {
            let run = home.issue(&sheet(file), &programme(name), &[]).exits(2);
            // Every row but the totals and the blank lines under them.
            let rows = (2..=49).chain([51]).map(|row| row + shift);
            assert_answered(&run, rows, &format!("{file} with {name}"));
        }
    }
    assert!(home.list().is_empty());
}

#[test]
fn a_finding_names_row_column_value_reason_and_mend() {
    let home = Home::bare();
    home.init();
    let told = home.issue(&sheet("mistakes.csv"), &programme("ai-fundamentals"), &[]).exits(2).err;
    for expected in [
        "Baris 12, kolom F (N I P), isi \"1.99312E+17\": NIP terbaca sebagai angka sehingga digit terakhir dapat berubah. \
         Ubah format kolom NIP menjadi Teks lalu ketik ulang NIP dari sumber asli.\n  \
         Row 12, column F (N I P), value \"1.99312E+17\": the NIP was read as a number, so its last digits may be wrong. \
         Format the column as text and retype it from the source.\n",
        "Baris 2, kolom C (NAMA LENGKAP), kosong: Nama kosong.",
        "Row 2, column C (NAMA LENGKAP), empty: The name is empty.",
        "Row 28, column K (Predikat), value \"Istimewa\": The programme has no such grade. Use one of: Sangat Memuaskan,",
        "Row 26, column J (Nilai), value \"850\": The score is 850, expected 0 to 100.",
    ] {
        assert!(told.contains(expected), "expected {expected} in:\n{told}");
    }
    assert!(!told.contains('\u{202e}'), "what would turn the text around is not passed on to the terminal");
}

/// Each row in both languages; each finding with its place, its value, and more than one sentence.
fn assert_answered(run: &Run, rows: impl Iterator<Item = i32>, what: &str) {
    for row in rows {
        for words in [format!("\nBaris {row}, kolom "), format!("\n  Row {row}, column ")] {
            assert!(format!("\n{}", run.err).contains(&words), "{what}: no answer to row {row}:\n{}", run.err);
        }
    }
    let (id, en): (Vec<&str>, Vec<&str>) = run.err.lines().partition(|line| line.starts_with("Baris "));
    for line in id {
        assert!(line.contains("), isi \"") || line.contains("), kosong: "), "{what}: {line}");
        let (_, said) = line.split_once(": ").unwrap();
        assert!(said.matches(['.', ':']).count() >= 2, "{what}: reason and mend: {line}");
    }
    let totals = en.last().unwrap();
    assert!(totals.contains("kesalahan") && totals.contains("problems. Nothing was issued."), "{what}: {totals}");
}

#[test]
fn a_changed_row_of_the_same_person_is_a_conflict() {
    let home = Home::new();
    let programme = programme("ai-fundamentals");
    let all = fs::read_to_string(sheet("cohort-1200.csv")).unwrap();
    let four: Vec<&str> = all.lines().take(4).collect();
    let first = home.write("peserta.csv", four.join("\n"));
    home.issue(&first, &programme, &["--no-pdf"]).exits(0);
    let issued = home.list();
    assert_eq!(issued.len(), 3);

    // One row says something else, and somebody new stands under it.
    let changed =
        all.lines().take(5).collect::<Vec<_>>().join("\n").replace("Slamet Uji Sudarma", "Slamet Uji Sudarmo");
    let second = home.write("peserta-2.csv", changed);
    let refused = home.issue(&second, &programme, &["--no-pdf"]);
    let refused = refused.fails(2, "1 baris berbeda", "1 rows differ");
    let number = text(&issued[0], "number");
    assert!(refused.err.contains("Slamet Uji Sudarmo") && refused.err.contains(number), "{}", refused.err);
    assert!(refused.err.contains("Baris 2") && refused.err.contains("Row 2"), "{}", refused.err);
    assert_eq!(home.list(), issued, "not even the new one");
}

#[test]
fn what_is_no_sheet_or_no_programme_is_answered_in_two_languages() {
    let home = Home::new();
    let good = (sheet("cohort-25.xlsx"), programme("ai-fundamentals"));
    let workbook = fs::read(&good.0).unwrap();
    let sheets = [
        home.write("kosong.xlsx", ""),
        home.write("terpotong.xlsx", &workbook[..workbook.len() / 2]),
        home.write("gambar.xlsx", b"\x89PNG\r\n\x1a\n0000"),
        home.write("terkunci.xlsx", [&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..], &[0; 4096]].concat()),
        home.write("makro.xlsm", &workbook),
        home.write("utf16.csv", b"\xff\xfeN\0a\0m\0a\0"),
        home.write("besar.csv", vec![b'a'; 21 << 20]),
    ];
    for sheet in &sheets {
        let refused = home.issue(sheet, &good.1, &["--no-pdf"]).exits(2);
        assert_eq!(refused.err.matches("\n  -> ").count(), 2, "{}: {}", sheet.display(), refused.err);
    }
    home.issue(&home.path("tidak-ada.xlsx"), &good.1, &[]).fails(4, "tidak-ada.xlsx", "tidak-ada.xlsx");
    let text = fs::read_to_string(&good.1).unwrap();
    let programmes = [
        home.write("latin.toml", b"[programme]\ntitle = \"\xe9\"\n"),
        home.write("rusak.toml", "[programme\n"),
        home.write("salah.toml", text.replacen("[cohort]", "[cohort]\nwarna = \"merah\"", 1)),
    ];
    for programme in &programmes {
        let refused = home.issue(&good.0, programme, &["--no-pdf"]).exits(2);
        assert!(refused.err.lines().count() >= 2, "{}: {}", programme.display(), refused.err);
    }
    assert!(home.list().is_empty());
}
