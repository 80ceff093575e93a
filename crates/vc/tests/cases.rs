//! One file a rule in `tests/cases`: the name begins with the expected result, the file names the section of the
//! standard, and a refusal the kind of problem. An unexpected success fails as much as an unexpected refusal.

#![allow(clippy::disallowed_methods, reason = "a test reads files; the crate under test does not")]

use std::path::Path;
use vc::Draft;

#[test]
fn every_case_ends_as_its_name_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases");
    let mut wrong = Vec::new();
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
        let case = vc::core::parse(&std::fs::read(&path).expect("a file")).expect("JSON");
        assert!(case["section"].is_string(), "{name} names no section");
        let result = Draft::from_value(case["credential"].clone()).check();
        match (name.starts_with("refused-"), result) {
            (false, Ok(_)) => {}
            (true, Err(problems)) => {
                let kinds: Vec<&str> = problems.iter().map(|problem| problem.kind.code()).collect();
                if kinds.first().copied() != case["kind"].as_str() {
                    wrong.push(format!("{name}: refused for {}", problems[0]));
                }
            }
            (true, Ok(_)) => wrong.push(format!("{name}: accepted")),
            (false, Err(problems)) => wrong.push(format!("{name}: {}", problems[0])),
        }
        seen += 1;
    }
    assert!(wrong.is_empty(), "{} of {seen}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(seen >= 80, "only {seen} cases");
}
