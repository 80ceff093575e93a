//! Tests and benchmarks that need more than one crate: the fences around the house (`house/`) and the agreement with a
//! second implementation (`interop/`). `tests/run` runs everything.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository's top folder.
pub fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_owned()
}

/// What a command printed.
///
/// # Panics
/// When it cannot be run or fails: a test has nothing to go on then.
pub fn printed(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed: {errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Cargo, in the top folder.
pub fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    cargo
}

/// Where tests may leave things: inside the build folder.
pub fn scratch() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir));
    target.join("tests")
}

/// Every file of the project, from the top folder, without what is built, fetched or made by a demo.
pub fn files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    walk(&root(), Path::new(""), &mut found);
    found.sort();
    found
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<PathBuf>) {
    const SKIPPED: [&str; 4] = ["target", ".git", ".demo", "node_modules"];
    for entry in fs::read_dir(root.join(folder)).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let path = folder.join(&name);
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && !SKIPPED.contains(&name.to_string_lossy().as_ref()) => {
                walk(root, &path, found)
            }
            Ok(kind) if kind.is_file() => found.push(path),
            _ => {}
        }
    }
}
