//! Why something could not be fetched, in two languages and two lines, and what it means as evidence.

use vc::{Lang, WhyNot};

/// Why something could not be fetched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The policy says to stay inside.
    #[error("offline")]
    Offline,
    /// No absolute address with a host, or one with a password in it.
    #[error("not a web address: {url}")]
    NotAnAddress {
        /// The text, shortened.
        url: String,
    },
    /// Another scheme than https.
    #[error("not https: {url}")]
    NotHttps {
        /// The address, shortened.
        url: String,
    },
    /// The host is, or leads to, an address inside a private network.
    #[error("{host} is inside a private network")]
    PrivateAddress {
        /// The host as written.
        host: String,
    },
    /// Redirected too often.
    #[error("more than {limit} redirects")]
    TooManyRedirects {
        /// The bound.
        limit: usize,
    },
    /// The server says that there is no such thing: 404 or 410.
    #[error("not found ({status})")]
    NotFound {
        /// The HTTP status.
        status: u16,
    },
    /// Any other answer than success.
    #[error("the server answered {status}")]
    Status {
        /// The HTTP status.
        status: u16,
    },
    /// The body is larger than anything we look for.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The bound in bytes.
        limit: usize,
    },
    /// No full answer in time.
    #[error("no full answer within {seconds} s")]
    TimedOut {
        /// The bound.
        seconds: u64,
    },
    /// The network failed: no such name, no connection, TLS, an answer cut off.
    #[error("unreachable: {reason}")]
    Unreachable {
        /// The deepest cause, in English, for logs.
        reason: String,
    },
}

impl FetchError {
    /// What this is worth as evidence: *not there* is an answer, *not reachable* is none.
    pub fn why_not(&self) -> WhyNot {
        match self {
            Self::Offline => WhyNot::Offline,
            Self::NotFound { .. } => WhyNot::NotFound,
            Self::NotAnAddress { .. }
            | Self::NotHttps { .. }
            | Self::PrivateAddress { .. }
            | Self::TooManyRedirects { .. }
            | Self::TooLarge { .. } => WhyNot::Refused(self.to_string()),
            Self::Unreachable { reason } => WhyNot::Unreachable(reason.clone()),
            Self::Status { .. } | Self::TimedOut { .. } => WhyNot::Unreachable(self.to_string()),
        }
    }

    /// What is wrong, in one sentence.
    pub fn what(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Offline, Lang::Id) => "Pemeriksaan dilakukan luring, sehingga alamat ini tidak dibuka.".into(),
            (Self::Offline, Lang::En) => "Checking offline, so this address was not opened.".into(),
            (Self::NotAnAddress { url }, Lang::Id) => {
                format!("Ini bukan alamat web yang lengkap: {url}.")
            }
            (Self::NotAnAddress { url }, Lang::En) => {
                format!("This is no complete web address: {url}.")
            }
            (Self::NotHttps { url }, Lang::Id) => {
                format!("Hanya alamat https yang dibuka, bukan {url}.")
            }
            (Self::NotHttps { url }, Lang::En) => {
                format!("Only https addresses are opened, not {url}.")
            }
            (Self::PrivateAddress { host }, Lang::Id) => {
                format!("{host} berada di jaringan internal dan tidak dibuka.")
            }
            (Self::PrivateAddress { host }, Lang::En) => {
                format!("{host} is inside a private network and was not opened.")
            }
            (Self::TooManyRedirects { limit }, Lang::Id) => {
                format!("Alamat ini dialihkan lebih dari {limit} kali.")
            }
            (Self::TooManyRedirects { limit }, Lang::En) => {
                format!("This address redirects more than {limit} times.")
            }
            (Self::NotFound { .. }, Lang::Id) => "Server menjawab bahwa berkas ini tidak ada.".into(),
            (Self::NotFound { .. }, Lang::En) => "The server says that there is no such file.".into(),
            (Self::Status { status }, Lang::Id) => {
                format!("Server menjawab dengan status {status}.")
            }
            (Self::Status { status }, Lang::En) => {
                format!("The server answered with status {status}.")
            }
            (Self::TooLarge { limit }, Lang::Id) => {
                format!("Jawaban server lebih besar dari {} MB.", limit / 1_000_000)
            }
            (Self::TooLarge { limit }, Lang::En) => {
                format!("The server's answer is larger than {} MB.", limit / 1_000_000)
            }
            (Self::TimedOut { seconds }, Lang::Id) => {
                format!("Server tidak menjawab lengkap dalam {seconds} detik.")
            }
            (Self::TimedOut { seconds }, Lang::En) => {
                format!("The server gave no full answer within {seconds} seconds.")
            }
            (Self::Unreachable { .. }, Lang::Id) => "Server tidak dapat dihubungi.".into(),
            (Self::Unreachable { reason }, Lang::En) => {
                format!("The server could not be reached: {reason}.")
            }
        }
    }

    /// What to do next.
    pub fn next(&self, lang: Lang) -> String {
        let (id, en) = match self {
            Self::Offline => ("Periksa ulang saat daring.", "Check again when online."),
            Self::NotAnAddress { .. } | Self::NotHttps { .. } => (
                "Gunakan alamat lengkap yang dimulai dengan https://.",
                "Use a complete address that begins with https://.",
            ),
            Self::PrivateAddress { .. } => {
                ("Unduh berkasnya sendiri, lalu periksa berkas itu.", "Download the file yourself and check the file.")
            }
            Self::TooManyRedirects { .. } | Self::TooLarge { .. } | Self::NotFound { .. } => (
                "Periksa kembali alamatnya, atau minta berkas asli kepada pemegang.",
                "Check the address, or ask the holder for the original file.",
            ),
            Self::Status { .. } | Self::TimedOut { .. } | Self::Unreachable { .. } => (
                "Periksa sambungan internet, lalu coba lagi beberapa saat lagi.",
                "Check the internet connection and try again in a while.",
            ),
        };
        match lang {
            Lang::Id => id.into(),
            Lang::En => en.into(),
        }
    }
}
