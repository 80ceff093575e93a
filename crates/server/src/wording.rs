//! The errors of settings, templates and of the start in Indonesian. English is each error's own `Display` and `next`.
//! What the operating system or a parser says is quoted as it is.

use std::io::ErrorKind;

use vc::Lang;

use crate::config::{ConfigError, FILE};
use crate::{ServeError, TemplateError};

impl ConfigError {
    /// What is wrong, and what to do next, in one language.
    pub fn words(&self, lang: Lang) -> (String, String) {
        match lang {
            Lang::Id => (self.what_id(), self.next_id()),
            Lang::En => (self.to_string(), self.next()),
        }
    }

    fn what_id(&self) -> String {
        match self {
            Self::Missing(path) => format!("tidak ada pengaturan di {}", path.display()),
            Self::Exists(path) => format!("{} sudah ada", path.display()),
            Self::Io { path, cause } => format!("{} tidak dapat dibaca atau ditulis: {cause}", path.display()),
            Self::TooLarge { path, bytes, limit } => {
                format!("{} berukuran {bytes} byte; yang dibaca paling banyak {limit}", path.display())
            }
            Self::Syntax { path, line, message } => {
                format!("{}, baris {line} tidak dapat dibaca: {message}", path.display())
            }
            Self::Value { key, found, expected } => format!("{key} = {found:?}; seharusnya {}", expected.id),
        }
    }

    fn next_id(&self) -> String {
        match self {
            Self::Missing(_) => {
                "Jalankan dahulu `piagam init --dir DIR --base-url URL`, atau sebutkan folder lain dengan --dir.".into()
            }
            Self::Exists(path) => format!("Sunting {} sendiri, atau pilih --dir yang kosong.", path.display()),
            Self::Io { .. } => {
                "Pastikan foldernya ada dan pengguna ini boleh membaca serta menulis di dalamnya.".into()
            }
            Self::TooLarge { .. } => "Pastikan ini berkas yang benar.".into(),
            Self::Syntax { line, .. } => format!(
                "Perbaiki baris {line}. Berkas yang ditulis `piagam init` di folder kosong menyebut setiap kunci."
            ),
            Self::Value { key, .. } => format!("Ubah `{key}` di {FILE}, lalu jalankan lagi."),
        }
    }
}

impl TemplateError {
    /// What is wrong, and what to do next, in one language.
    pub fn words(&self, lang: Lang) -> (String, String) {
        match lang {
            Lang::Id => (
                self.what_id(),
                "Perbaiki atau hapus berkas itu di DIR/templates; tanpanya templat bawaan yang dipakai.".into(),
            ),
            Lang::En => (self.to_string(), self.next().into()),
        }
    }

    fn what_id(&self) -> String {
        match self {
            Self::Read { path, cause } => format!("templat {} tidak dapat dibaca: {cause}", path.display()),
            Self::TooLarge { path, bytes, limit } => {
                format!("templat {} berukuran {bytes} byte; yang dibaca paling banyak {limit}", path.display())
            }
            Self::Syntax { name, cause } => format!("templat {name} keliru: {cause}"),
        }
    }
}

impl ServeError {
    /// What is wrong, and what to do next, in one language.
    pub fn words(&self, lang: Lang) -> (String, String) {
        let Self::Listen { address, cause } = self;
        match lang {
            Lang::Id => (
                format!("layanan tidak dapat dibuka di {address}: {cause}"),
                match cause.kind() {
                    ErrorKind::AddrInUse => {
                        "Program lain memakai port ini: akhiri program itu, atau pilih port lain dengan --listen."
                    }
                    _ => "Pilih alamat lain dengan --listen, atau di bagian [server] pada piagam.toml.",
                }
                .into(),
            ),
            Lang::En => (self.to_string(), self.next().into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::path::PathBuf;

    use super::*;
    use crate::config::Config;

    /// Both languages say something, and not the same.
    fn spoken((id, en): ((String, String), (String, String))) {
        for (id, en) in [(&id.0, &en.0), (&id.1, &en.1)] {
            assert!(!id.is_empty() && !en.is_empty());
            assert_ne!(id, en);
        }
    }

    #[test]
    fn every_error_speaks_both_languages() {
        let path = || PathBuf::from("DIR/piagam.toml");
        let cause = || io::Error::from(ErrorKind::PermissionDenied);
        for error in [
            ConfigError::Missing(path()),
            ConfigError::Exists(path()),
            ConfigError::Io { path: path(), cause: cause() },
            ConfigError::TooLarge { path: path(), bytes: 9, limit: 8 },
            ConfigError::Syntax { path: path(), line: 3, message: "unknown field `zona`".into() },
        ] {
            spoken((error.words(Lang::Id), error.words(Lang::En)));
        }
        for error in [
            TemplateError::Read { path: path(), cause: cause() },
            TemplateError::TooLarge { path: path(), bytes: 9, limit: 8 },
            TemplateError::Syntax {
                name: "help.html",
                cause: Box::new(minijinja::Error::new(minijinja::ErrorKind::SyntaxError, "unexpected end")),
            },
        ] {
            spoken((error.words(Lang::Id), error.words(Lang::En)));
        }
        let address = ([127, 0, 0, 1], 80).into();
        for cause in [cause(), ErrorKind::AddrInUse.into()] {
            let error = ServeError::Listen { address, cause };
            spoken((error.words(Lang::Id), error.words(Lang::En)));
        }
    }

    #[test]
    fn every_wrong_value_is_explained_in_both_languages() {
        let base = "base_url = \"http://localhost\"";
        let issuer = "[issuer]\nname_id = \"L\"";
        for text in [
            "base_url = \"contoh.example\"\n[issuer]\nname_id = \"L\"".to_owned(),
            "base_url = \"https://contoh.example/\"\n[issuer]\nname_id = \"L\"".to_owned(),
            "base_url = \"https://contoh.example:0x\"\n[issuer]\nname_id = \"L\"".to_owned(),
            "base_url = \"https://Contoh.example\"\n[issuer]\nname_id = \"L\"".to_owned(),
            "base_url = \"http://contoh.example\"\n[issuer]\nname_id = \"L\"".to_owned(),
            format!("{base}\nzone = \"Asia/Bandung\"\n{issuer}"),
            format!("{base}\n[issuer]\nname_id = \" \""),
            format!("{base}\n{issuer}\nurl = \"contoh.example\""),
            format!("{base}\n{issuer}\n[api]\ntoken_sha256 = [\"x\"]"),
            format!("{base}\n{issuer}\n[api]\nissue = true"),
            format!(
                "{}\n{issuer}\n[api]\nlocal_without_token = true",
                base.replace("http://localhost", "https://a.example")
            ),
            format!("{base}\n{issuer}\n[verify]\nknown_issuers = [\"did:example:1\"]"),
        ] {
            let error = Config::parse(&text, "piagam.toml".as_ref()).unwrap_err();
            assert!(matches!(error, ConfigError::Value { .. }), "{text}: {error}");
            spoken((error.words(Lang::Id), error.words(Lang::En)));
        }
    }
}
