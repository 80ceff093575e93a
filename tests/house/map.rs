//! A map that went stale is worse than none: every path that a README names exists.

use std::fs;
use std::path::Path;

use piagam_tests::{files, root};

/// The documents that send people somewhere.
const MAPS: [&str; 3] = ["README.md", "crates/README.md", "CHANGELOG.md"];

/// Endings by which a name alone is a path.
const FILES: [&str; 9] = [".rs", ".toml", ".md", ".sql", ".html", ".js", ".mjs", ".css", ".json"];

/// The words in code quotes that are paths of the project.
fn named_paths(text: &str) -> Vec<&str> {
    let prose = text.split("```").step_by(2);
    let quoted = prose.flat_map(|part| part.split('`').skip(1).step_by(2));
    quoted.filter(|word| is_path(word)).collect()
}

fn is_path(word: &str) -> bool {
    let plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-*".contains(&byte));
    let folder = word.contains('/') && !word.starts_with("application/") && !word.contains("//");
    // What a running installation has, and what a build makes, is not in the repository.
    let made = ["target/", ".demo", "keys/", "certificates/", "piagam."].iter().any(|made| word.starts_with(made));
    // `/trust.json` is an address.
    plain
        && !made
        && !word.starts_with('/')
        && !word.starts_with('.') | word.starts_with(".ci")
        && (folder || FILES.iter().any(|end| word.ends_with(end)))
}

/// Does `path` stand somewhere a reader of `map` would look: beside it, at the top, in `crates/`, or (a file's own name)
/// anywhere?
fn exists(map: &str, path: &str) -> bool {
    let beside = Path::new(map).parent().unwrap_or(Path::new("")).to_owned();
    let path = path.trim_end_matches('/');
    if let Some((folder, _)) = path.split_once('*') {
        return [beside.as_path(), Path::new(""), Path::new("crates")]
            .iter()
            .any(|from| root().join(from).join(folder).is_dir());
    }
    let places = [beside.as_path(), Path::new(""), Path::new("crates")];
    places.iter().any(|from| root().join(from).join(path).exists())
        || !path.contains('/') && files().iter().any(|file| file.ends_with(path))
}

#[test]
fn every_path_that_a_readme_names_exists() {
    let mut missing = Vec::new();
    for map in MAPS {
        let text = fs::read_to_string(root().join(map)).unwrap_or_else(|e| panic!("{map}: {e}"));
        missing.extend(
            named_paths(&text).into_iter().filter(|path| !exists(map, path)).map(|path| format!("{map}: {path}")),
        );
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn the_map_shows_every_crate() {
    let map = fs::read_to_string(root().join("crates/README.md")).expect("crates/README.md");
    for entry in fs::read_dir(root().join("crates")).expect("crates").flatten().filter(|entry| entry.path().is_dir()) {
        let name = entry.file_name().to_string_lossy().into_owned();
        assert!(map.contains(&format!("| `{name}` |")), "crates/README.md has no row for {name}");
    }
}

#[test]
fn paths_are_told_from_other_words() {
    let text = "`vc/src/verify.rs` `/v/{code}` `/trust.json` `cargo run` `application/vc` `verify.rs` `a b/c`\n```\n`not/this`\n```\n`tests/run`";
    assert_eq!(named_paths(text), ["vc/src/verify.rs", "verify.rs", "tests/run"]);
}
