//! Why settings are refused.

use std::path::PathBuf;

use super::FILE;

/// Why a configuration is refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is not there.
    #[error("no configuration at {}", .0.display())]
    Missing(PathBuf),
    /// The file is there already; it is never overwritten.
    #[error("{} exists already", .0.display())]
    Exists(PathBuf),
    /// The file cannot be read or written.
    #[error("{}: {cause}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        cause: std::io::Error,
    },
    /// The file is larger than any configuration of ours.
    #[error("{} has {bytes} bytes, at most {limit} are read", .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// The largest that is read.
        limit: u64,
    },
    /// Not TOML, an unknown key, or a value of the wrong kind.
    #[error("{}, line {line}: {message}", .path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Line, counted from 1.
        line: usize,
        /// What the parser says.
        message: String,
    },
    /// A value that is well-formed and wrong.
    #[error("{key} = {found:?}: {}", .expected.en)]
    Value {
        /// Key, as written in the file.
        key: &'static str,
        /// What stands there.
        found: String,
        /// What would be right.
        expected: Expected,
    },
}

/// What a value has to be, in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// Indonesian.
    pub id: &'static str,
    /// English.
    pub en: &'static str,
}

impl ConfigError {
    /// What to do next.
    pub fn next(&self) -> String {
        match self {
            Self::Missing(_) => "Run `piagam init --dir DIR --base-url URL` first, or name another --dir.".into(),
            Self::Exists(path) => format!("Edit {} by hand, or choose an empty --dir.", path.display()),
            Self::Io { .. } => "Check that the folder exists and that this user may read and write it.".into(),
            Self::TooLarge { .. } => "Check that this is the right file.".into(),
            Self::Syntax { line, .. } => {
                format!("Mend line {line}; the file that `piagam init` writes into an empty folder names every key.")
            }
            Self::Value { key, .. } => format!("Change `{key}` in {FILE} and start again."),
        }
    }
}

pub(super) const fn expected(id: &'static str, en: &'static str) -> Expected {
    Expected { id, en }
}

pub(super) fn value(key: &'static str, found: &str, expected: Expected) -> ConfigError {
    ConfigError::Value { key, found: found.to_owned(), expected }
}
