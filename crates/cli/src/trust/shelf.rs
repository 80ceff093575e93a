//! Bundles on the disk: one file an issuer, written whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use jiff::Timestamp;
use vc::trust::TrustBundle;

use super::refused;
use crate::failure::{Failure, OTHER, USAGE};

/// Most issuers that are kept.
const MAX_KEPT: usize = 1_000;

/// A folder of bundles.
pub(crate) struct Shelf(PathBuf);

/// What is kept.
#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) bundles: Vec<TrustBundle>,
    /// Files that hold no bundle.
    pub(crate) unreadable: Vec<PathBuf>,
}

/// What keeping a bundle came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    First,
    Newer,
    Same,
}

impl Shelf {
    /// That of the user, unless another folder is named.
    pub(crate) fn at(folder: Option<PathBuf>) -> Result<Self, Failure> {
        let of_user = || Some(ProjectDirs::from("", "", "piagam")?.data_dir().join("trust"));
        folder.or_else(of_user).map(Self).ok_or_else(|| {
            Failure::new(
                USAGE,
                ("Folder data pengguna tidak diketahui.", "Sebutkan dengan --trust-dir."),
                ("The user's data directory is not known.", "Name one with --trust-dir."),
            )
        })
    }

    /// Everything that is kept, by issuer. A folder that does not exist is empty.
    pub(crate) fn all(&self) -> Result<Kept, Failure> {
        let mut paths = match fs::read_dir(&self.0) {
            Ok(entries) => entries.filter_map(|entry| Some(entry.ok()?.path())).collect::<Vec<_>>(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Kept::default()),
            Err(error) => return Err(Failure::file(&self.0, &error)),
        };
        paths.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
        paths.sort();
        let mut kept = Kept::default();
        for path in paths.into_iter().take(MAX_KEPT) {
            match fs::read(&path).ok().and_then(|bytes| TrustBundle::parse(&bytes).ok()) {
                Some(bundle) => kept.bundles.push(bundle),
                None => kept.unreadable.push(path),
            }
        }
        Ok(kept)
    }

    /// Keeps a bundle that follows the one that is kept.
    pub(crate) fn keep(&self, bundle: &TrustBundle, now: Timestamp) -> Result<Step, Failure> {
        fs::create_dir_all(&self.0).map_err(|error| Failure::file(&self.0, &error))?;
        // Of two that fetch at once, the later one must see what the earlier has kept.
        let lock_path = self.0.join(".lock");
        let lock = File::create(&lock_path).and_then(|file| file.lock().map(|()| file));
        let _lock = lock.map_err(|error| Failure::file(&lock_path, &error))?;
        let path = self.path_of(bundle.issuer());
        let kept = match fs::read(&path) {
            Ok(bytes) => Some(TrustBundle::parse(&bytes).map_err(|_| damaged(&path))?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(Failure::file(&path, &error)),
        };
        bundle.accept(kept.as_ref(), now).map_err(|error| refused(&error))?;
        let step = match &kept {
            None => Step::First,
            Some(kept) if kept.text() == bundle.text() => return Ok(Step::Same),
            Some(_) => Step::Newer,
        };
        write(&path, bundle.text().as_bytes()).map_err(|error| Failure::file(&path, &error))?;
        Ok(step)
    }

    /// Forgets an issuer; `false` when it was not kept.
    pub(crate) fn remove(&self, did: &str) -> Result<bool, Failure> {
        let path = self.path_of(did);
        match fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(Failure::file(&path, &error)),
        }
    }

    /// No two DIDs have one file name.
    fn path_of(&self, did: &str) -> PathBuf {
        let mut name = String::new();
        for byte in did.bytes() {
            match byte {
                b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' => name.push(char::from(byte)),
                byte => name.push_str(&format!("_{byte:02x}")),
            }
        }
        self.0.join(format!("{name}.json"))
    }
}

/// Beside it first, then in its place.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = path.with_extension("new");
    let mut file = File::create(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, path)
}

fn damaged(path: &Path) -> Failure {
    let path = path.display();
    Failure::new(
        OTHER,
        (
            format!("{path}: berkas kepercayaan yang tersimpan rusak."),
            "Hapus dengan piagam trust remove DID, lalu ambil ulang dan cocokkan kuncinya.",
        ),
        (
            format!("{path}: the bundle that is kept is damaged."),
            "Remove it with piagam trust remove DID, then fetch again and compare the key.",
        ),
    )
}
