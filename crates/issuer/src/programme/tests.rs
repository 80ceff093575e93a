use jiff::civil::date;
use jiff::tz::TimeZone;

use super::*;

const SAMPLES: [(&str, &str); 3] = [
    ("ai-fundamentals", include_str!("../../../../templates/programmes/ai-fundamentals.toml")),
    ("digital-governance", include_str!("../../../../templates/programmes/digital-governance.toml")),
    (
        "ai-in-southeast-asian-government",
        include_str!("../../../../templates/programmes/ai-in-southeast-asian-government.toml"),
    ),
];

fn sample() -> Programme {
    Programme::parse(SAMPLES[0].1).expect("the first sample")
}

/// The first sample with one piece replaced, and the problems it is answered with.
fn problems(from: &str, to: &str) -> Vec<ProgrammeProblem> {
    let text = SAMPLES[0].1;
    assert!(text.contains(from), "{from}");
    Programme::parse(&text.replacen(from, to, 1)).expect_err(from)
}

#[test]
fn samples_parse() {
    for (name, text) in SAMPLES {
        let programme = Programme::parse(text).unwrap_or_else(|problems| panic!("{name}: {problems:?}"));
        assert_eq!(programme.hours, programme.subjects.iter().map(|s| s.hours).sum::<u32>(), "{name}");
        assert!(programme.number_pattern.tells_apart(), "{name}");
    }
    let programme = sample();
    assert_eq!(programme.hours, 20);
    assert_eq!(programme.subjects.len(), 7);
    assert_eq!(programme.design, "klasik");
    assert_eq!(programme.cohort.starts, date(2026, 8, 3));
    assert_eq!(
        programme.title.joined(),
        "Dasar-Dasar Kecerdasan Artifisial bagi ASN / AI Fundamentals for Public Servants"
    );
}

#[test]
fn numbers_names_and_validity() {
    let issued = date(2026, 8, 14)
        .at(9, 0, 0, 0)
        .to_zoned_datetime(TimeZone::get("Asia/Jakarta").expect("zone"))
        .expect("a time");
    let mut programme = sample();
    assert_eq!(programme.number(42, &issued, "ABCD"), "00042/AI-DASAR/II/VIII/2026");
    assert_eq!(programme.cohort_label(), "II-2026");
    assert_eq!(programme.cohort_words().id, "Angkatan II Tahun 2026");
    assert_eq!(programme.valid_until(&issued), None);
    programme.expiry = Expiry::Years(5);
    assert_eq!(programme.valid_until(&issued).expect("an end").timestamp().to_string(), "2031-08-14T16:59:59Z");
    programme.expiry = Expiry::Until(date(2027, 1, 1));
    assert_eq!(programme.valid_until(&issued).expect("an end").date(), date(2027, 1, 1));
}

#[test]
fn grades_follow_their_thresholds() {
    let programme = sample();
    let cases = [
        (90.01, Some("Sangat Memuaskan")),
        (90.005, Some("Memuaskan")),
        (80.0, Some("Cukup Memuaskan")),
        (70.0, Some("Cukup Memuaskan")),
        (69.999, None),
    ];
    for (points, words) in cases {
        let score = Score::from_points(points).expect("in range");
        assert_eq!(programme.grade_for(score).map(|grade| grade.words.id.as_str()), words, "{points}");
    }
    assert_eq!(Score::from_points(93.5).map(|score| score.to_string()).as_deref(), Some("93,5"));
    assert_eq!(Score::from_points(100.000001), None);
    assert_eq!(Score::from_points(f64::NAN), None);
    assert!(programme.grade_named(" sangat  MEMUASKAN").is_some());
    assert!(programme.grade_named("highly satisfactory").is_some());
}

/// The line of the first sample's text that holds `needle`.
fn line_of(text: &str, needle: &str) -> usize {
    1 + text.lines().position(|line| line.contains(needle)).expect(needle)
}

#[test]
fn every_rule_is_answered_with_its_line() {
    use ProgrammeProblemKind as Kind;
    // What is replaced, by what, the answer, and a piece of the line that it must point to.
    let cases = [
        ("code = \"AI-DASAR\"", "code = ", Kind::Syntax, "code = "),
        ("show_grade = false", "show_grades = 1", Kind::UnknownKey, "show_grades"),
        ("place = \"Jakarta\"\n", "", Kind::Missing, "[programme]"),
        ("place = \"Jakarta\"", "place = 3", Kind::WrongType, "place ="),
        ("place = \"Jakarta\"", "place = \" \"", Kind::Empty, "place ="),
        ("place = \"Jakarta\"", "place = \"Jak\u{202e}arta\"", Kind::Character, "place ="),
        ("code = \"AI-DASAR\"", "code = \"AI/DASAR\"", Kind::Shape, "code ="),
        ("design = \"klasik\"", "design = \"../x\"", Kind::Shape, "design ="),
        ("hours = 3", "hours = 0", Kind::Range, "hours = 0"),
        ("\"SERTIFIKAT\"", "\"IJAZAH\"", Kind::DocumentTitle, "IJAZAH"),
        ("hours = 20", "hours = 21", Kind::HoursDisagree, "hours = 21"),
        ("{bulan_romawi}/{tahun}\"", "{nik}\"", Kind::PatternToken, "{nik}"),
        ("ends = 2026-08-12", "ends = 2026-08-01", Kind::DateOrder, "ends ="),
        ("show_grade = false", "valid_years = 2\nvalid_until = 2030-01-01", Kind::ExpiryTwice, "valid_until ="),
        ("en = \"Full e-learning\"", "eng = \"Full e-learning\"", Kind::UnknownKey, "eng ="),
    ];
    for (from, to, kind, needle) in cases {
        let found = problems(from, to);
        let problem = found.iter().find(|problem| problem.kind == kind);
        let problem = problem.unwrap_or_else(|| panic!("{to}: {found:?}"));
        assert_eq!(problem.line, line_of(&SAMPLES[0].1.replacen(from, to, 1), needle), "{to}");
        for lang in [Lang::Id, Lang::En] {
            assert!(!problem.reason(lang).is_empty() && !problem.mend(lang).is_empty());
        }
    }
    assert!(problems("from = 80.01", "from = 95").iter().any(|p| p.kind == Kind::GradeOrder));
    assert!(problems("\"Memuaskan\"", "\"Sangat Memuaskan\"").iter().any(|p| p.kind == Kind::GradeTwice));
    let long = "x".repeat(MAX_LABEL_CHARS + 1);
    assert_eq!(problems("\"Jakarta\"", &format!("\"{long}\""))[0].kind, Kind::TooLong);
    let huge = Programme::parse(&"#".repeat(MAX_PROGRAMME_BYTES + 1)).expect_err("too large");
    assert_eq!(huge[0].kind, Kind::TooLarge);
}

#[test]
fn all_problems_come_at_once_in_the_order_of_lines() {
    let text = SAMPLES[0]
        .1
        .replace("place = \"Jakarta\"", "place = 1")
        .replace("hours = 20", "hours = 19")
        .replace("year = 2026", "years = 2026");
    let found = Programme::parse(&text).expect_err("three faults");
    let keys: Vec<_> = found.iter().map(|problem| problem.key.as_str()).collect();
    assert_eq!(keys, ["programme.hours", "programme.place", "cohort.year", "cohort.years"]);
    assert!(found.is_sorted_by_key(|problem| problem.line));
    let line = line_of(&text, "hours = 19");
    assert_eq!(
        found[0].sentence(Lang::Id),
        format!(
            "Baris {line}: programme.hours: Jumlah JP tertulis 19, tetapi jumlah JP mata pelatihan 20. \
             Samakan keduanya, atau hapus kunci hours."
        )
    );
}

#[test]
fn an_empty_file_names_both_tables() {
    let found = Programme::parse("").expect_err("empty");
    assert_eq!(found.len(), 2);
}
