//! What stands in the files: their length, their places, the lints of the core.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use piagam_tests::{files, root};

/// The longest source file, in lines.
const MOST_LINES: usize = 600;
/// What counts as source, by extension. `tests/run` and `.ci/run` have none and are counted too.
const SOURCE: [&str; 8] = ["rs", "js", "mjs", "html", "css", "sql", "sh", "run"];

/// What stands at the top, apart from files whose names begin with a dot.
const TOP: [&str; 10] = [
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "crates",
    "keys-example",
    "migrations",
    "templates",
    "tests",
];

/// What the linter must refuse in the core: a clock, a random source, a file, the network, the environment.
const CORE_BANS: [&str; 12] = [
    "std::time::SystemTime::now",
    "std::time::Instant::now",
    "jiff::Timestamp::now",
    "jiff::Zoned::now",
    "std::fs::read",
    "std::fs::write",
    "std::fs::File::open",
    "std::net::TcpStream::connect",
    "std::net::UdpSocket::bind",
    "std::env::var",
    "std::process::Command::new",
    "std::thread::spawn",
];

#[test]
fn no_source_file_is_long() {
    let mut long = Vec::new();
    for file in files() {
        let extension = file.extension().or(file.file_name()).and_then(|name| name.to_str()).unwrap_or_default();
        // What others wrote is copied unchanged, as its folder says.
        if !SOURCE.contains(&extension) || file.components().any(|part| part.as_os_str() == "vendor") {
            continue;
        }
        let lines = fs::read_to_string(root().join(&file)).unwrap_or_default().lines().count();
        if lines > MOST_LINES {
            long.push(format!("{} ({lines} lines)", file.display()));
        }
    }
    assert!(long.is_empty(), "longer than {MOST_LINES} lines; give the parts names of their own: {long:#?}");
}

#[test]
fn the_top_holds_what_was_agreed() {
    let agreed: BTreeSet<&str> = TOP.into();
    for file in files() {
        let first = file.iter().next().and_then(|name| name.to_str()).unwrap_or_default();
        assert!(first.starts_with('.') || agreed.contains(first), "{first} has no place at the top");
    }
    for name in TOP {
        assert!(root().join(name).exists(), "{name} is missing at the top");
    }
}

#[test]
fn the_linter_keeps_clock_chance_and_outside_from_the_core() {
    let rules = fs::read_to_string(root().join("crates/vc/clippy.toml")).expect("crates/vc/clippy.toml");
    for ban in CORE_BANS {
        let line = rules.lines().find(|line| line.contains(&format!("\"{ban}\"")));
        assert!(
            line.is_some_and(|line| line.contains("reason")),
            "crates/vc/clippy.toml does not ban {ban} with a reason"
        );
    }
}

#[test]
fn the_core_names_no_file_no_network_no_clock() {
    for file in files().iter().filter(|file| file.starts_with("crates/vc/src")) {
        let text = fs::read_to_string(root().join(file)).unwrap_or_default();
        for banned in
            ["std::fs", "std::net", "std::env", "std::process", "SystemTime", "Timestamp::now", "Zoned::now", "tokio"]
        {
            let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
            let found = code.enumerate().find(|(_, code)| code.contains(banned));
            assert!(found.is_none(), "{}:{} names {banned}", file.display(), found.map_or(0, |(line, _)| line + 1));
        }
    }
}

#[test]
fn every_crate_takes_the_lints_of_the_house() {
    for file in files().iter().filter(|file| file.ends_with("Cargo.toml") && file.components().count() > 1) {
        let text = fs::read_to_string(root().join(file)).unwrap_or_default();
        assert!(text.contains("[lints]\nworkspace = true"), "{} does not take the workspace's lints", file.display());
        assert!(text.contains("publish.workspace = true"), "{} could be published by accident", file.display());
    }
}

#[test]
fn migrations_of_both_databases_carry_the_same_names() {
    let names = |database: &str| -> BTreeSet<_> {
        let folder = root().join("migrations").join(database);
        fs::read_dir(folder).expect(database).flatten().map(|entry| entry.file_name()).collect()
    };
    assert!(!names("sqlite").is_empty());
    assert_eq!(names("sqlite"), names("postgres"), "each migration is written for both databases");
}

#[test]
fn scripts_are_executable_and_end_on_the_first_failure() {
    for script in ["tests/run", ".ci/run"] {
        let text = fs::read_to_string(root().join(script)).unwrap_or_else(|e| panic!("{script}: {e}"));
        assert!(text.starts_with("#!/usr/bin/env bash\n") && text.contains("set -euo pipefail"), "{script}");
        assert!(is_executable(&root().join(script)), "{script} is not executable");
    }
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(_: &Path) -> bool {
    true
}
