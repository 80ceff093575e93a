//! What went wrong, and what to do about it: two lines in two languages, and the exit code.

use std::path::Path;
use std::process::ExitCode;
use vc::Lang;

/// 1: the certificate is invalid.
pub(crate) const INVALID: u8 = 1;
/// 2: wrong usage, or a sheet with problems.
pub(crate) const USAGE: u8 = 2;
/// 3: it could not be decided.
pub(crate) const UNDECIDED: u8 = 3;
/// 4: everything else.
pub(crate) const OTHER: u8 = 4;

/// A command that did not get done.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    id: Words,
    en: Words,
}

#[derive(Debug)]
struct Words {
    what: String,
    next: String,
}

impl Failure {
    /// Each language: what is wrong, what to do next.
    pub(crate) fn new(
        code: u8,
        id: (impl Into<String>, impl Into<String>),
        en: (impl Into<String>, impl Into<String>),
    ) -> Self {
        Self {
            code,
            id: Words { what: id.0.into(), next: id.1.into() },
            en: Words { what: en.0.into(), next: en.1.into() },
        }
    }

    /// The operating system refused something.
    pub(crate) fn system(what: &str, error: &std::io::Error) -> Self {
        Self::new(
            OTHER,
            (format!("{what}: {error}"), "Periksa nama, hak akses, dan sisa ruang penyimpanan, lalu ulangi."),
            (format!("{what}: {error}"), "Check the name, the permissions and the free space, then try again."),
        )
    }

    /// A file that cannot be read or written.
    pub(crate) fn file(path: &Path, error: &std::io::Error) -> Self {
        Self::system(&path.display().to_string(), error)
    }

    /// Prints it to standard error and gives the exit code.
    pub(crate) fn tell(self) -> ExitCode {
        let bold = anstyle::Style::new().bold();
        for words in [&self.id, &self.en] {
            anstream::eprintln!("{bold}{}{bold:#}\n  -> {}", words.what, words.next);
        }
        ExitCode::from(self.code)
    }
}

impl From<store::StoreError> for Failure {
    fn from(error: store::StoreError) -> Self {
        Self::new(OTHER, error.words(Lang::Id), error.words(Lang::En))
    }
}

impl From<server::config::ConfigError> for Failure {
    fn from(error: server::config::ConfigError) -> Self {
        Self::new(USAGE, error.words(Lang::Id), error.words(Lang::En))
    }
}
