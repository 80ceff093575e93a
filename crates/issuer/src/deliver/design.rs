//! Where designs come from: the installation's own folder first, then what is built in.

use std::path::{Path, PathBuf};

use crate::fault::IssueError;

/// The largest `design.toml`, in bytes.
const MAX_DESIGN_BYTES: u64 = 256 * 1024;

/// How many designs of an installation's own are listed at most.
const MAX_LISTED: usize = 100;

/// The folder of an installation's own designs, one folder each.
pub fn folder(dir: &Path) -> PathBuf {
    dir.join("templates").join("certificate")
}

/// The names of all designs: those built in, then the installation's own that are not among them, in the order of the alphabet.
pub fn names(dir: &Path) -> Vec<String> {
    let mut own: Vec<String> = std::fs::read_dir(folder(dir))
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| is_name(name) && folder(dir).join(name).join("design.toml").is_file())
        .filter(|name| !render::BUILT_IN.contains(&name.as_str()))
        .take(MAX_LISTED)
        .collect();
    own.sort();
    render::BUILT_IN.iter().map(|name| (*name).to_owned()).chain(own).collect()
}

/// Where a design comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// With the program; also where the folder has an unchanged copy of it.
    BuiltIn,
    /// A built-in one, changed in the installation's folder.
    Changed,
    /// From the installation's folder alone.
    Own,
}

/// Where the design of this name comes from, by what it says: a copy that nobody changed is the built-in one.
pub fn origin(dir: &Path, name: &str) -> Origin {
    let is_built_in = render::BUILT_IN.contains(&name);
    match text(dir, name) {
        Ok(text) if is_built_in && render::built_in(name).is_ok_and(|built_in| built_in == text) => Origin::BuiltIn,
        _ if is_built_in => Origin::Changed,
        _ => Origin::Own,
    }
}

/// A design as one text: `DIR/templates/certificate/{name}/design.toml`, else the built-in one, with the files that it names. A
/// file that is not in the installation's folder is taken from the built-in design of that name.
///
/// # Errors
/// [`IssueError::NoDesign`], [`IssueError::CannotRead`], [`IssueError::Render`] with file and line.
pub fn text(dir: &Path, name: &str) -> Result<String, IssueError> {
    if !is_name(name) {
        return Err(IssueError::NoDesign { name: name.to_owned() });
    }
    let own = folder(dir).join(name);
    let path = own.join("design.toml");
    if !path.exists() {
        let is_built_in = render::BUILT_IN.contains(&name);
        return if is_built_in {
            Ok(render::built_in(name)?)
        } else {
            Err(IssueError::NoDesign { name: name.to_owned() })
        };
    }
    let bytes =
        read(&path, MAX_DESIGN_BYTES).map_err(|detail| IssueError::CannotRead { path: path.clone(), detail })?;
    let toml = String::from_utf8(bytes)
        .map_err(|error| IssueError::CannotRead { path, detail: format!("it is not UTF-8: {error}") })?;
    let file = |file: &str| match own.join(file) {
        path if path.exists() => read(&path, render::MAX_FILE as u64),
        _ => render::built_in_file(name, file).ok_or_else(|| "there is no such file beside design.toml".to_owned()),
    };
    Ok(render::bundle(name, &toml, file)?)
}

/// Begins a design of the installation's own with a copy of another and of its files. Returns its `design.toml`.
///
/// # Errors
/// As [`text`]; [`IssueError::CannotWrite`], also for a design that is there already.
pub fn copy(dir: &Path, from: &str, new: &str) -> Result<PathBuf, IssueError> {
    if !is_name(new) {
        return Err(IssueError::NoDesign { name: new.to_owned() });
    }
    let parts = render::unbundle(from, &text(dir, from)?)?;
    let own = folder(dir).join(new);
    let write = |path: &Path, bytes: &[u8]| {
        let made = path
            .parent()
            .map_or(Ok(()), std::fs::create_dir_all)
            .and_then(|()| std::io::Write::write_all(&mut std::fs::File::create_new(path)?, bytes));
        made.map_err(|error| IssueError::CannotWrite { path: path.to_owned(), detail: error.to_string() })
    };
    for (file, bytes) in parts.files {
        write(&own.join(file), &bytes)?;
    }
    // Last, because it is what makes the folder a design.
    let path = own.join("design.toml");
    write(&path, parts.toml.replacen(&format!("name = \"{from}\""), &format!("name = \"{new}\""), 1).as_bytes())?;
    Ok(path)
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn read(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    let size = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if size > limit {
        return Err(format!("it has {size} bytes, at most {limit} are read"));
    }
    std::fs::read(path).map_err(|error| error.to_string())
}
