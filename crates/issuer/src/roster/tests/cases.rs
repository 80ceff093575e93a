//! The rules of a row, each with a row that breaks it and what a good row gives.

use jiff::civil::date;
use vc::Lang;

use super::super::*;
use super::{read_text, refusal};
use RowProblemKind as Problem;
use RowWarningKind as Warning;

const HEAD: &str = "No;Gelar Depan;Nama;Gelar Belakang;Status;NIP;Identitas Lain;Pangkat;Gol. Ruang;Jabatan;Unit Kerja;Instansi;Email;Nilai;Predikat;Keterangan;Nomor Sertifikat;Tanggal Lahir;Tanggal Mulai;JP";
const GOOD: [&str; 20] = [
    "1",
    "Dr.",
    "Budi Contoh",
    "S.T., M.Si.",
    "PNS",
    "198607142011011991",
    "",
    "Penata",
    "III/c",
    "Analis Uji",
    "Unit Uji",
    "Badan Uji",
    "budi@uji.example",
    "93,50",
    "",
    "LULUS",
    "",
    "",
    "",
    "",
];

/// The good row with some cells changed: (column of the head, value).
fn with(changes: &[(&str, &str)]) -> String {
    let mut cells = GOOD.map(str::to_owned);
    for (header, value) in changes {
        let at = HEAD.split(';').position(|known| known == *header).expect(header);
        cells[at] = match value.contains([';', '"', '\n']) {
            true => format!("\"{}\"", value.replace('"', "\"\"")),
            false => (*value).to_owned(),
        };
    }
    cells.join(";")
}

fn sheet(rows: &[String]) -> Roster {
    read_text(&format!("{HEAD}\n{}\n", rows.join("\n")))
}

#[test]
fn a_good_row_gives_a_recipient() {
    let roster = sheet(&[with(&[])]);
    assert_eq!((&roster.problems[..], &roster.warnings[..]), (&[][..], &[][..]));
    let recipient = &roster.recipients[0];
    assert_eq!(recipient.row, 2);
    assert_eq!(recipient.name_with_titles(), "Dr. Budi Contoh, S.T., M.Si.");
    assert_eq!(recipient.nip.map(|nip| nip.to_string()).as_deref(), Some("198607142011011991"));
    assert_eq!(recipient.status, Some(Status::Pns));
    assert_eq!(recipient.rank.as_deref(), Some("Penata (III/c)"));
    assert_eq!(recipient.agency.as_deref(), Some("Badan Uji"));
    assert_eq!(recipient.grade.as_ref().map(|grade| grade.id.as_str()), Some("Sangat Memuaskan"));
    assert_eq!(recipient.number, None);
    assert_eq!(recipient.person_key(), "nip:198607142011011991");
}

/// Cells that are changed: the header and the value.
type Changes<'c> = &'c [(&'c str, &'c str)];

#[test]
fn every_rule_of_a_single_row() {
    let long_name = "Contoh ".repeat(12);
    let long_cell = "x".repeat(MAX_CELL_CHARS + 1);
    let long_titles = "S.T., ".repeat(18);
    let long_number = "9".repeat(90);
    let cases: &[(Changes<'_>, Problem, &str)] = &[
        (&[("Nama", "")], Problem::NameMissing, "Nama"),
        (&[("Nama", " - ")], Problem::NameMissing, "Nama"),
        (&[("Nama", "Ul")], Problem::NameShort, "Nama"),
        (&[("Nama", &long_name)], Problem::NameLong, "Nama"),
        (&[("Gelar Belakang", &long_titles)], Problem::TitlesLong, "Nama"),
        (&[("Nama", "Budi 2")], Problem::NameNotAName, "Nama"),
        (&[("Nama", "budi@uji.example")], Problem::NameNotAName, "Nama"),
        (&[("Nama", "...'")], Problem::NameNotAName, "Nama"),
        (&[("Nama", "Budi\u{202e} Contoh")], Problem::Character, "Nama"),
        (&[("Instansi", "Badan\u{7} Uji")], Problem::Character, "Instansi"),
        (&[("Jabatan", &long_cell)], Problem::CellLong, "Jabatan"),
        (&[("NIP", "1,98607E+17")], Problem::NipNumeric, "NIP"),
        (&[("NIP", "19860714201101199")], Problem::NipLength, "NIP"),
        (&[("NIP", "19860714201101199x")], Problem::NipCharacter, "NIP"),
        (&[("NIP", "198613142011011991")], Problem::NipBirth, "NIP"),
        (&[("NIP", "198607141995011991")], Problem::NipYear, "NIP"),
        (&[("NIP", "198607142011131991")], Problem::NipMonth, "NIP"),
        (&[("NIP", "198607142011013991")], Problem::NipSex, "NIP"),
        (&[("NIP", "198607142011011000")], Problem::NipSerial, "NIP"),
        (&[("NIP", "3171234107860001")], Problem::Nik, "NIP"),
        (&[("Identitas Lain", "3171234107860001")], Problem::Nik, "Identitas Lain"),
        (&[("Unit Kerja", "198607142011011991")], Problem::NipElsewhere, "Unit Kerja"),
        (&[("Email", "budi(at)uji.example")], Problem::Email, "Email"),
        (&[("Keterangan", "")], Problem::OutcomeMissing, "Keterangan"),
        (&[("Keterangan", "lulus bersyarat")], Problem::OutcomeUnknown, "Keterangan"),
        (&[("Nilai", "sembilan")], Problem::ScoreUnreadable, "Nilai"),
        (&[("Nilai", "935")], Problem::ScoreRange, "Nilai"),
        (&[("Nilai", "69,99")], Problem::ScoreBelowPass, "Nilai"),
        (&[("Predikat", "Istimewa")], Problem::GradeUnknown, "Predikat"),
        (&[("Predikat", "Memuaskan")], Problem::GradeDisagrees, "Predikat"),
        (&[("JP", "19 JP")], Problem::HoursDisagree, "JP"),
        (&[("Tanggal Mulai", "31-02-2026")], Problem::DateUnreadable, "Tanggal Mulai"),
        (&[("Tanggal Mulai", "4 Agustus 2026")], Problem::DateDisagrees, "Tanggal Mulai"),
        (&[("Tanggal Lahir", "15/07/1986")], Problem::BirthDisagrees, "Tanggal Lahir"),
        (&[("Nomor Sertifikat", &long_number)], Problem::NumberLong, "Nomor Sertifikat"),
        (&[("Nama", "Nama Peserta Contoh")], Problem::SampleRow, "Nama"),
    ];
    for (changes, kind, header) in cases {
        let roster = sheet(&[with(changes)]);
        let found: Vec<_> = roster.problems.iter().map(|p| (p.kind, p.column.header.as_str(), p.row)).collect();
        assert_eq!(found, [(*kind, *header, 2)], "{changes:?}");
        assert!(roster.recipients.is_empty(), "{changes:?}");
    }
}

#[test]
fn every_warning_of_a_single_row() {
    let cases: &[(Changes<'_>, Warning)] = &[
        (&[("Nama", "BUDI CONTOH")], Warning::AllCapitals),
        (&[("Nama", "budi contoh")], Warning::AllSmall),
        (&[("Nama", "Budi <b>Contoh")], Warning::UnusualCharacter),
        (&[("Jabatan", "=cmd|' /C uji'!A")], Warning::Formula),
        (&[("Nama", "Budi Contoh, S.T., M.Si.")], Warning::TitleTwice),
        (&[("NIP", "")], Warning::NipMissing),
        (&[("Status", "PPPK")], Warning::StatusDisagrees),
        (&[("NIP", ""), ("Email", ""), ("Instansi", ""), ("Status", "Tamu")], Warning::WeakIdentity),
        (&[("Nilai", "")], Warning::GradeMissing),
    ];
    for (changes, kind) in cases {
        let roster = sheet(&[with(changes)]);
        assert_eq!(roster.problems, [], "{changes:?}");
        assert_eq!(roster.warnings.iter().map(|w| w.kind).collect::<Vec<_>>(), [*kind], "{changes:?}");
        assert_eq!(roster.recipients.len(), 1, "{changes:?}");
    }
}

#[test]
fn the_same_person_twice() {
    let guest = |name, email, agency| {
        with(&[("Nama", name), ("NIP", ""), ("Status", "Tamu"), ("Email", email), ("Instansi", agency)])
    };
    let cases = [
        ([with(&[]), with(&[("NIP", "'19860714 201101 1.991"), ("Nama", "Lain Uji")])], Problem::SameNip),
        ([guest("Ani Uji", "A@uji.example", "X Uji"), guest("Ina Uji", "a@UJI.example", "Y Uji")], Problem::SameEmail),
        ([guest("Ani O'Uji", "", "Badan Uji"), guest("ANI OUJI", "", "badan  uji")], Problem::SameName),
    ];
    for (rows, kind) in cases {
        let roster = sheet(&rows);
        let found: Vec<_> = roster.problems.iter().map(|p| (p.row, p.kind)).collect();
        assert_eq!(found, [(3, kind)], "{rows:?}");
        assert!(roster.problems[0].reason(Lang::En).contains('2'), "{}", roster.problems[0].reason(Lang::En));
    }
    let other = [("NIP", "198708152012012992"), ("Email", "Budi@uji.example"), ("Nomor Sertifikat", "UJI/1")];
    let roster = sheet(&[with(&[("Nomor Sertifikat", "UJI/1")]), with(&other)]);
    let found: Vec<_> = roster.warnings.iter().map(|w| w.kind).collect();
    assert_eq!(found, [Warning::NameAgain, Warning::EmailAgain, Warning::NumberAgain]);
    assert_eq!(roster.recipients.len(), 2);
}

#[test]
fn not_passed_is_skipped_whatever_else_is_wrong() {
    let rows = [
        with(&[("Keterangan", "TIDAK LULUS"), ("NIP", "1"), ("Nilai", "40")]),
        with(&[("Keterangan", "Tdk. Lulus"), ("Nama", "Siti Uji")]),
        with(&[("Predikat", "Tidak Lulus")]),
        with(&[("Status", "TIDAK LULUS"), ("Keterangan", "")]),
    ];
    let roster = sheet(&rows);
    assert_eq!((roster.skipped.len(), roster.problem_count, roster.recipients.len()), (4, 0, 0));
    assert_eq!(roster.skipped[1], Skipped { row: 3, name: "Siti Uji".to_owned() });
}

#[test]
fn values_in_other_writings_are_accepted() {
    let rows = [
        with(&[
            ("NIP", "'19860714 201101 1 991"),
            ("Nilai", "93.5"),
            ("Predikat", "SANGAT MEMUASKAN"),
            ("JP", "20 JP"),
        ]),
        with(&[
            ("NIP", "=\"198607152011012991\""),
            ("Tanggal Mulai", "46237"),
            ("Nama", "Siti\u{a0} Uji"),
            ("Email", "s@uji.example"),
        ]),
        with(&[
            ("NIP", "198607162011012991"),
            ("Tanggal Lahir", "16 Juli 1986"),
            ("Nama", "Mononim"),
            ("Email", "m@uji.example"),
        ]),
        with(&[
            ("NIP", "-"),
            ("Status", "TNI"),
            ("Identitas Lain", "NRP-UJI-1"),
            ("Nama", "M. Taufiq Uji"),
            ("Email", "t@uji.example"),
        ]),
    ];
    let roster = sheet(&rows);
    assert_eq!(roster.problems, []);
    assert_eq!(roster.warnings, []);
    assert_eq!(roster.recipients[1].name, "Siti Uji");
    assert_eq!(roster.recipients[2].birth_date, Some(date(1986, 7, 16)));
    assert_eq!(roster.recipients[3].other_id.as_deref(), Some("NRP-UJI-1"));
    assert_eq!(roster.recipients[3].person_key(), "surel:t@uji.example");
}

#[test]
fn what_stands_around_the_table_is_passed_over() {
    let text = format!(
        "BADAN UJI;;\n;;DAFTAR PESERTA\n\n{HEAD}\n(1);(2);(3);(4);(5);(6);(7);(8);(9);(10);(11);(12);(13);(14);(15);(16);(17);(18);(19);(20)\n{}\n{HEAD}\n\n2;;;;;;;;;;;;;;;;;;;\n{}\n;;Jumlah peserta;;;;;;;;;;;2\n;;;;;;;;;Jakarta, 12 Agustus 2026\n;;;;;;;;;Pejabat Contoh\n",
        with(&[]),
        with(&[("NIP", "198607152011012991"), ("Nama", "Jumlah Contoh"), ("Email", "")]),
    );
    let roster = read_text(&text);
    assert_eq!(roster.problems, []);
    assert_eq!(roster.header_row, 4);
    assert_eq!(roster.recipients.iter().map(|r| r.row).collect::<Vec<_>>(), [6, 10]);
    assert_eq!(roster.warnings.iter().map(|w| w.kind).collect::<Vec<_>>(), [Warning::FooterIgnored]);
    let late = format!("{text}{}\n", with(&[("NIP", "198607162011012991"), ("Nama", "Ani Uji"), ("Email", "")]));
    let found: Vec<_> = read_text(&late).problems.iter().map(|p| (p.row, p.kind)).collect();
    assert_eq!(found, [(12, Problem::NameMissing), (13, Problem::NameMissing), (14, Problem::AfterTotal)]);
}

#[test]
fn headers_in_two_lines_and_other_words() {
    let text = "NO.;NAMA LENGKAP;GELAR;;N I P;KEPEGAWAIAN;;KETERANGAN\n;;DEPAN;BELAKANG;;PANGKAT/GOL;JABATAN;\n1;Budi Contoh;Dr.;S.T.;198607142011011991;Penata;Analis;LULUS\n";
    let roster = read_text(text);
    assert_eq!(roster.problems, []);
    assert_eq!(roster.recipients[0].name_with_titles(), "Dr. Budi Contoh, S.T.");
    assert_eq!(roster.recipients[0].position.as_deref(), Some("Analis"));
    let no_outcome = read_text("Nama,NIP,NIK\nBudi Contoh,198607142011011991,1\n");
    let kinds: Vec<_> = no_outcome.warnings.iter().map(|w| w.kind).collect();
    assert_eq!(kinds, [Warning::OutcomeColumnMissing, Warning::NikColumn]);
    assert_eq!(no_outcome.recipients.len(), 1);
}

#[test]
fn sheets_without_a_usable_header_are_refused() {
    use SheetRefusedKind as Refused;
    let cases = [
        ("", Refused::Empty),
        (" \n\n", Refused::Empty),
        ("a,b,c\n1,2,3\n", Refused::NoHeader),
        ("No,NIP,Jabatan,Email\n1,198607142011011991,Analis,\n", Refused::NoNameColumn),
        ("Nama,NIP,N I P\nBudi Contoh,1,2\n", Refused::ColumnTwice),
        ("Nama,NIP\n", Refused::NoRows),
        ("<html><table>", Refused::OtherFormat),
        ("%PDF-1.7", Refused::OtherFormat),
    ];
    for (text, kind) in cases {
        assert_eq!(refusal(text.as_bytes(), "uji.csv"), kind, "{text:?}");
    }
}

#[test]
fn every_separator_and_encoding() {
    for separator in [',', ';', '\t', '|'] {
        let text =
            format!("Nama{separator}NIP{separator}Ket\nBudi Contoh{separator}198607142011011991{separator}LULUS\n");
        assert_eq!(read_text(&text).recipients.len(), 1, "{separator:?}");
        let hinted = format!("sep={separator}\r\n{}", text.replace('\n', "\r\n"));
        assert_eq!(read_text(&hinted).recipients[0].row, 2, "{separator:?}");
    }
    let latin = b"Nama;NIP;Ket\nRen\xE9 Uji;198607142011011991;LULUS\n";
    let roster = read(latin, "uji.csv", &super::programme()).expect("Windows-1252");
    assert_eq!(roster.recipients[0].name, "Ren\u{e9} Uji");
    assert_eq!(roster.warnings.iter().map(|w| w.kind).collect::<Vec<_>>(), [Warning::Windows1252]);
}

#[test]
fn sentences_are_those_of_the_domain() {
    let roster = sheet(&[with(&[("NIP", "1,98607E+17")]), with(&[("NIP", "19860714201101199")])]);
    assert_eq!(
        roster.problems[0].sentence(Lang::Id),
        "Baris 2: NIP terbaca sebagai angka sehingga digit terakhir dapat berubah. Ubah format kolom NIP menjadi Teks lalu ketik ulang NIP dari sumber asli."
    );
    assert_eq!(
        roster.problems[0].sentence(Lang::En),
        "Row 2: the NIP was read as a number, so its last digits may be wrong. Format the column as text and retype it from the source."
    );
    assert_eq!(roster.problems[1].reason(Lang::Id), "NIP berisi 17 angka, seharusnya 18.");
    assert_eq!(
        (roster.problems[1].column.letter.as_str(), roster.problems[1].value.as_str()),
        ("F", "19860714201101199")
    );
}

#[test]
fn every_sentence_has_two_languages_and_no_open_place() {
    let values: Vec<String> = (0..3).map(|n| format!("<{n}>")).collect();
    let both = |kind: &str, words: [(&'static str, &'static str); 2]| {
        for (reason, mend) in words {
            for sentence in [reason, mend] {
                let filled = crate::kinds::fill(sentence, &values);
                assert!(!filled.contains('{') && !filled.is_empty() && !filled.contains('!'), "{kind}: {filled}");
            }
        }
        assert_ne!(words[0], words[1], "{kind}");
    };
    for kind in Problem::ALL {
        let problem = |lang| {
            let column = Column { letter: String::new(), header: String::new() };
            let problem = RowProblem { row: 1, column, value: String::new(), kind: *kind, values: values.clone() };
            (problem.reason(lang), problem.mend(lang))
        };
        assert_ne!(problem(Lang::Id), problem(Lang::En), "{}", kind.code());
        assert!(!problem(Lang::Id).0.contains('{'), "{}", kind.code());
    }
    both("sample", [("a {0}", "b"), ("c {0}", "d")]);
    let codes: std::collections::HashSet<_> =
        Problem::ALL.iter().map(|k| k.code()).chain(Warning::ALL.iter().map(|k| k.code())).collect();
    assert_eq!(codes.len(), Problem::ALL.len() + Warning::ALL.len(), "codes are unique");
}

#[test]
fn a_fingerprint_tells_changed_rows() {
    let one = |changes: &[(&str, &str)]| sheet(&[with(changes)]).recipients.remove(0);
    let base = one(&[]);
    assert_eq!(base.fingerprint(), one(&[("No", "7"), ("Email", "lain@uji.example")]).fingerprint());
    assert_eq!(base.fingerprint().len(), 64);
    for change in [
        ("Nama", "Budi Contho"),
        ("Gelar Depan", ""),
        ("Nilai", "85"),
        ("Jabatan", "Lain Uji"),
        ("Nomor Sertifikat", "1"),
    ] {
        assert_ne!(base.fingerprint(), one(&[change]).fingerprint(), "{change:?}");
    }
}

#[test]
fn the_report_is_safe_to_open() {
    let rows = [with(&[("Nama", "=HYPERLINK(\"x\")"), ("Email", "@x"), ("NIP", "19860714201101199")])];
    let report = String::from_utf8(problems_report(&sheet(&rows))).expect("UTF-8");
    let mut reader = csv::Reader::from_reader(report.trim_start_matches('\u{feff}').as_bytes());
    let records: Vec<csv::StringRecord> = reader.records().map(|record| record.expect("a record")).collect();
    assert!(records.len() >= 3, "{report}");
    for cell in records.iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
    }
    assert!(report.contains("'19860714201101199"), "a number stays readable in a spreadsheet");
}

#[test]
fn problems_beyond_the_bound_are_counted() {
    let mut text = String::from("Nama,NIP,Ket\n");
    for n in 0..MAX_FINDINGS + 5 {
        text.push_str(&format!("Budi Contoh,{n},LULUS\n"));
    }
    let roster = read_text(&text);
    assert_eq!((roster.problems.len(), roster.problem_count), (MAX_FINDINGS, MAX_FINDINGS + 5));
}
