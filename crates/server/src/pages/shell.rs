//! What stands around every page: the issuer's name, the language switch, the address to trust.

use serde::Serialize;
use vc::Lang;

use crate::config::Config;

/// The frame of a page.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Shell {
    /// For choosing the template's language; the template itself reads `lang`.
    #[serde(skip)]
    pub(crate) language: Lang,
    /// `id` or `en`.
    pub(crate) lang: &'static str,
    /// `<title>`, the state first.
    pub(crate) title: String,
    /// What a chat program shows beside a link: never a name, never a number.
    pub(crate) og_title: String,
    /// What it shows under that.
    pub(crate) og_description: String,
    /// The picture that it shows; empty for none.
    pub(crate) og_image: String,
    /// The issuer's name in the page's language.
    pub(crate) issuer: String,
    /// The host that the reader is told to trust.
    pub(crate) host: String,
    /// The same page in the other language; empty when there is none (the answer to an upload).
    pub(crate) switch: String,
    /// Appended to links, so that the language stays.
    pub(crate) hl: &'static str,
    /// The page's own address, for the printed sheet; empty where it says nothing.
    pub(crate) address: String,
    /// A test installation wears a band.
    pub(crate) test: bool,
}

impl Shell {
    /// The frame of a page with this title. `path` is where it lives (for the language switch), if it can be opened again.
    pub(crate) fn new(config: &Config, lang: Lang, title: impl Into<String>, path: Option<&str>) -> Self {
        let id = lang == Lang::Id;
        Self {
            language: lang,
            lang: if id { "id" } else { "en" },
            title: title.into(),
            og_title: (if id { "Pemeriksaan sertifikat pelatihan" } else { "Training certificate verification" })
                .into(),
            og_description: String::new(),
            og_image: String::new(),
            issuer: if id { config.issuer.name_id.clone() } else { config.issuer.english().to_owned() },
            host: config.host().to_owned(),
            switch: path.map(|path| if id { format!("{path}?hl=en") } else { path.to_owned() }).unwrap_or_default(),
            hl: if id { "" } else { "?hl=en" },
            address: path.map(|path| format!("{}{path}", config.base_url)).unwrap_or_default(),
            test: config.is_local(),
        }
    }

    /// What a chat program shows of a certificate in force: its programme and the picture without a name.
    pub(crate) fn show_picture(&mut self, picture: String, programme: Option<&str>) {
        let id = self.language == Lang::Id;
        self.og_image = picture;
        if let Some(programme) = programme {
            self.og_title = format!("{}: {programme}", if id { "Sertifikat" } else { "Certificate" });
        }
        self.og_description = match id {
            true => format!("Diterbitkan oleh {}. Buka untuk memeriksa keasliannya.", self.issuer),
            false => format!("Issued by {}. Open to check that it is authentic.", self.issuer),
        };
    }
}
