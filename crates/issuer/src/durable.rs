//! Files that hold secrets: for their owner only, complete or not there, and still there after the power was gone.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// Makes a folder, and those above it, for its owner only. A folder that is there stays as it is.
///
/// # Errors
/// The system's.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = folder.ancestors().take_while(|above| !is_there(above)).collect();
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    missing.into_iter().try_for_each(sync_name)
}

/// Writes a file that must not exist. When this returns, the file and its name are on the disk.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`], and whatever else the system says; then nothing is left.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = draft_of(path);
    let _ = fs::remove_file(&draft);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    let written = io::Write::write_all(&mut file, bytes).and_then(|()| file.sync_all());
    // A link, unlike a rename, never replaces what is there.
    let linked = written.and_then(|()| fs::hard_link(&draft, path));
    let _ = fs::remove_file(&draft);
    linked?;
    sync_name(path)
}

/// `piagam.toml` is written as `piagam.toml.new`; a run that was killed may leave that.
fn draft_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    name.into()
}

fn is_there(path: &Path) -> bool {
    path.as_os_str().is_empty() || path.exists()
}

/// A name is an entry of the folder above it, and reaches the disk with that.
#[cfg(unix)]
fn sync_name(path: &Path) -> io::Result<()> {
    let above = path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::File::open(above)?.sync_all()
}

#[cfg(not(unix))]
fn sync_name(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn folders_and_files_are_for_their_owner_only() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("a/b");
        make_folder(&folder).unwrap();
        make_folder(&folder).unwrap();
        let file = folder.join("rahasia");
        write_new(&file, b"satu").unwrap();
        let modes = [place.path().join("a"), folder.clone(), file.clone()].map(|path| mode(&path));
        assert_eq!(modes, [0o700, 0o700, 0o600]);

        let error = write_new(&file, b"dua").unwrap_err();
        assert_eq!((error.kind(), fs::read(&file).unwrap()), (io::ErrorKind::AlreadyExists, b"satu".to_vec()));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn what_a_killed_run_left_is_no_hindrance() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("piagam.toml");
        fs::write(draft_of(&file), "sete").unwrap();
        write_new(&file, b"seluruhnya").unwrap();
        assert_eq!((fs::read(&file).unwrap().as_slice(), draft_of(&file).exists()), (b"seluruhnya".as_slice(), false));
    }
}
