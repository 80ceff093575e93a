//! Writing a static copy: whole files in place of old ones, what is the same left alone, what is gone removed, and
//! nothing touched that somebody else has put there.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Component, Path, PathBuf};

use serde_json::{Value, json};

use super::{ExportError, Files};

/// Names the files of the last export, in the folder itself.
pub const MANIFEST: &str = ".piagam-site.json";

/// What writing came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// Files that were new or had changed.
    pub written: usize,
    /// Files that were the same.
    pub same: usize,
    /// Files of an earlier export that are gone.
    pub removed: usize,
}

/// How far a copy is behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Behind {
    /// Files that are missing or have other bytes.
    pub differ: usize,
    /// Whether there was an export at all.
    pub is_there: bool,
}

/// Brings `folder` to these files. A web server that reads meanwhile sees whole files, and those that name others last.
///
/// # Errors
/// [`ExportError::Folder`], [`ExportError::NotOurs`]; what was written so far stays and is known to be ours.
pub fn write(folder: &Path, files: &Files) -> Result<Written, ExportError> {
    let earlier = manifest(folder);
    for path in files.keys().filter(|path| !earlier.contains(*path)) {
        let there = fs::read(folder.join(path));
        if there.is_ok_and(|there| there != files[path]) {
            return Err(ExportError::NotOurs { path: folder.join(path).display().to_string() });
        }
    }
    let all: BTreeSet<String> = earlier.iter().chain(files.keys()).cloned().collect();
    put_manifest(folder, &all)?;
    let mut done = Written::default();
    let is_listing = |path: &str| path.ends_with("bundle.json") || path.ends_with("trust.json");
    let (last, first): (Vec<_>, Vec<_>) = files.iter().partition(|(path, _)| is_listing(path));
    for (path, bytes) in first.into_iter().chain(last) {
        match put(&folder.join(path), bytes).map_err(at(&folder.join(path)))? {
            true => done.written += 1,
            false => done.same += 1,
        }
    }
    for gone in earlier.iter().filter(|path| !files.contains_key(*path)) {
        done.removed += usize::from(remove(folder, gone).map_err(at(&folder.join(gone)))?);
    }
    put_manifest(folder, &files.keys().cloned().collect())?;
    Ok(done)
}

/// Compares a copy with what it should hold.
pub fn behind(folder: &Path, files: &Files) -> Behind {
    let differ = files.iter().filter(|(path, bytes)| fs::read(folder.join(path)).ok().as_ref() != Some(*bytes)).count();
    Behind { differ, is_there: folder.join(MANIFEST).is_file() }
}

/// The paths of the last export. One that leads out of the folder was not written by us.
fn manifest(folder: &Path) -> BTreeSet<String> {
    let value: Value =
        fs::read(folder.join(MANIFEST)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let paths = value["files"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let inside = |path: &&str| Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    paths.filter(inside).map(str::to_owned).collect()
}

fn put_manifest(folder: &Path, files: &BTreeSet<String>) -> Result<(), ExportError> {
    let path = folder.join(MANIFEST);
    put(&path, json!({ "files": files }).to_string().as_bytes()).map(|_| ()).map_err(at(&path))
}

/// Writes beside it and renames; `false` when the file has these bytes already.
fn put(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    if fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(false);
    }
    if let Some(above) = path.parent() {
        fs::create_dir_all(above)?;
    }
    let mut draft = path.as_os_str().to_owned();
    draft.push(".piagam-new");
    let draft = PathBuf::from(draft);
    let mut file = File::create(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    Ok(true)
}

/// A file that is no longer published, and the folders that it leaves empty.
fn remove(folder: &Path, path: &str) -> io::Result<bool> {
    let path = folder.join(path);
    match fs::remove_file(&path) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    }
    for above in path.ancestors().skip(1).take_while(|above| *above != folder) {
        if fs::remove_dir(above).is_err() {
            break;
        }
    }
    Ok(true)
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> ExportError {
    let path = path.display().to_string();
    move |cause| ExportError::Folder { path, cause }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(named: &[(&str, &str)]) -> Files {
        named.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn only_what_changed_is_written_and_only_our_own_is_removed() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("situs");
        let first = files(&[("a/1", "satu"), ("a/2", "dua"), ("v/bundle.json", "{}")]);
        assert_eq!(write(&folder, &first).unwrap(), Written { written: 3, same: 0, removed: 0 });
        assert_eq!(write(&folder, &first).unwrap(), Written { written: 0, same: 3, removed: 0 });
        assert_eq!(behind(&folder, &first), Behind { differ: 0, is_there: true });
        fs::write(folder.join("a/milik-orang"), "bukan milik kami").unwrap();
        fs::write(home.path().join("luar"), "di luar").unwrap();
        let second = files(&[("a/1", "satu lagi"), ("b", "baru")]);
        assert_eq!(behind(&folder, &second), Behind { differ: 2, is_there: true });
        assert_eq!(write(&folder, &second).unwrap(), Written { written: 2, same: 0, removed: 2 });
        assert_eq!(fs::read(folder.join("a/1")).unwrap(), b"satu lagi");
        assert!(!folder.join("a/2").exists() && !folder.join("v").exists());
        assert!(folder.join("a/milik-orang").exists());
        // A manifest that was tampered with removes nothing outside.
        fs::write(folder.join(MANIFEST), "{\"files\": [\"../luar\", \"/etc/passwd\", \"b\"]}").unwrap();
        assert_eq!(write(&folder, &files(&[("c", "c")])).unwrap().removed, 1);
        assert!(home.path().join("luar").exists());
    }

    #[test]
    fn what_somebody_else_has_put_there_is_left_alone() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("index"), "halaman sendiri").unwrap();
        let refused = write(home.path(), &files(&[("index", "kami"), ("b", "b")])).unwrap_err();
        assert!(matches!(refused, ExportError::NotOurs { .. }));
        assert_eq!(fs::read(home.path().join("index")).unwrap(), b"halaman sendiri");
        assert!(!home.path().join("b").exists());
    }
}
