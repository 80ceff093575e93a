//! Our canonical N-Quads beside those of the npm packages `jsonld` 9 (safe mode) and `rdf-canonize` 5, byte for byte.
//! `tests/documents` holds each document and what they made of it.

#![allow(clippy::disallowed_methods, reason = "a test reads files; the crate under test does not")]

use std::path::Path;

#[test]
fn canonical_n_quads_equal_the_other_implementations() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/documents");
    let mut seen = 0;
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(&folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
        let expected = std::fs::read_to_string(path.with_extension("nq")).expect("the expected quads");
        let document = vc::core::parse(&std::fs::read(&path).expect("a document")).expect("JSON");
        match vc::core::to_quads(&document).and_then(|quads| vc::core::rdfc(&quads)) {
            Ok(quads) if quads == expected => {}
            Ok(quads) => wrong.push(format!("{name}:\n{}", difference(&quads, &expected))),
            Err(problem) => wrong.push(format!("{name}: {problem}")),
        }
        seen += 1;
    }
    assert!(wrong.is_empty(), "{} of {seen} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(seen >= 60, "only {seen} documents");
}

fn difference(ours: &str, theirs: &str) -> String {
    let (ours, theirs): (Vec<&str>, Vec<&str>) = (ours.lines().collect(), theirs.lines().collect());
    let only = |mark: char, of: &[&str], not: &[&str]| -> String {
        of.iter().filter(|line| !not.contains(line)).map(|line| format!("  {mark} {line}\n")).collect()
    };
    format!("{}{}", only('+', &ours, &theirs), only('-', &theirs, &ours))
}
