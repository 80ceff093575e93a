//! A static copy: everything public as files, so that a plain file server goes on answering verifiers when this service
//! does not. No certificate is in it, and nothing of a person.
//!
//! ```text
//! v/  sw.js                          the page that verifies QR codes, and what it loads
//! .well-known/did.json  trust.json   keys; everything that a verifier needs in one document
//! templates/N  status/PURPOSE/N      and N.jcs, the twin that the page reads
//! achievements/CODE                  what certificates name
//! records/UUID                       only when asked for: why a certificate was revoked or replaced
//! v/hosts/HOST/...                   the same of hosts that the installation had before
//! ```

mod folder;

use std::collections::BTreeMap;
use std::path::Path;

use issuer::keyring::Ring;
use issuer::{IssueError, Office};
use jiff::Timestamp;
use store::{Filter, Issuer, Page, StatusPurpose, Suite};
use vc::Lang;

use crate::achievement::{self, Trouble};
use crate::app::host_of;
use crate::config::Config;
use crate::site::{self, Site};
use crate::{TemplateError, witness};

pub use folder::{Behind, MANIFEST, Written, behind, write};

/// The files of a static copy, by their paths.
pub type Files = BTreeMap<String, Vec<u8>>;

/// What to put into a static copy.
pub struct Export<'a> {
    /// Whose public files.
    pub office: &'a Office,
    /// Its settings.
    pub config: &'a Config,
    /// The keys that sign the trust bundles; an issuer without one has none in the copy.
    pub ring: &'a Ring,
    /// The public records of single certificates too.
    pub records: bool,
}

/// Why a static copy could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The store, or a frozen copy in it.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// The page.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// What certificates name.
    #[error("{0}")]
    Achievement(String),
    /// The folder.
    #[error("{path}: {cause}")]
    Folder {
        /// The file or folder.
        path: String,
        /// The system's reason.
        cause: std::io::Error,
    },
    /// A file that somebody else has put there.
    #[error("{path} is not of an earlier export, and is left alone")]
    NotOurs {
        /// The file.
        path: String,
    },
}

impl ExportError {
    /// What is wrong, and what to do next.
    pub fn words(&self, lang: Lang) -> (String, String) {
        match (self, lang) {
            (Self::Issue(error), lang) => error.words(lang),
            (Self::Template(error), lang) => error.words(lang),
            (Self::Achievement(why), Lang::Id) => {
                (format!("Salinan statis tidak dapat dibuat: {why}."), "Jalankan piagam doctor.".to_owned())
            }
            (Self::Achievement(why), Lang::En) => {
                (format!("The static copy could not be made: {why}."), "Run piagam doctor.".to_owned())
            }
            (Self::Folder { path, cause }, Lang::Id) => (
                format!("{path}: {cause}."),
                "Periksa nama, hak akses, dan sisa ruang penyimpanan, lalu ulangi.".to_owned(),
            ),
            (Self::Folder { path, cause }, Lang::En) => (
                format!("{path}: {cause}."),
                "Check the name, the permissions and the free space, then try again.".to_owned(),
            ),
            (Self::NotOurs { path }, Lang::Id) => (
                format!("{path} sudah ada dan bukan hasil ekspor sebelumnya."),
                "Pilih folder kosong, atau pindahkan berkas itu.".to_owned(),
            ),
            (Self::NotOurs { path }, Lang::En) => (
                format!("{path} is there already and not of an earlier export."),
                "Choose an empty folder, or move that file away.".to_owned(),
            ),
        }
    }
}

impl From<store::StoreError> for ExportError {
    fn from(error: store::StoreError) -> Self {
        Self::Issue(error.into())
    }
}

/// All files. `folder` is where an earlier copy lies: a trust bundle that still says the same is kept as it is.
///
/// # Errors
/// [`ExportError`].
pub async fn files(export: &Export<'_>, folder: &Path, now: Timestamp) -> Result<Files, ExportError> {
    let mut files = Files::new();
    let site = Site::load(export.config, Some(&export.office.dir.join("templates")))?;
    for file in site.files() {
        files.insert(file.path.trim_start_matches('/').to_owned(), file.bytes.to_vec());
    }
    let store = export.office.store.as_ref();
    let here = host_of(&export.config.base_url);
    for issuer in witness::trusted_issuers(store).await? {
        let host = host_of(&issuer.base_url).to_ascii_lowercase();
        let is_here = host.eq_ignore_ascii_case(here);
        let under = if is_here { String::new() } else { format!("v/hosts/{host}/") };
        of_issuer(export, &issuer, &under, folder, now, &mut files).await?;
        if is_here {
            for (code, document) in achievement::documents(store, &issuer).await.map_err(unnamed)? {
                files.insert(format!("achievements/{code}"), document);
            }
        }
    }
    if export.records {
        records(export, &mut files).await?;
    }
    files.insert("v/bundle.json".to_owned(), site::bundle(store, here).await?.to_string().into_bytes());
    Ok(files)
}

fn unnamed(trouble: Trouble) -> ExportError {
    ExportError::Achievement(trouble.to_string())
}

async fn of_issuer(
    export: &Export<'_>,
    issuer: &Issuer,
    under: &str,
    folder: &Path,
    now: Timestamp,
    files: &mut Files,
) -> Result<(), ExportError> {
    let store = export.office.store.as_ref();
    files.insert(format!("{under}.well-known/did.json"), witness::did_document(store, issuer).await?);
    for number in store.templates(issuer.id).await? {
        if let Some(template) = store.template(issuer.id, number).await? {
            files.insert(format!("{under}templates/{number}"), template.bytes);
        }
    }
    for list in store.status_lists(issuer.id).await? {
        for purpose in StatusPurpose::ALL {
            for (suite, ending) in [(Suite::Rdfc, ""), (Suite::Jcs, ".jcs")] {
                if let Some(document) = store.status_document(issuer.id, list.number, *purpose, suite).await? {
                    let path = format!("{under}status/{}/{}{ending}", purpose.code(), list.number);
                    files.insert(path, document.text.into_bytes());
                }
            }
        }
    }
    if let Ok(signer) = export.ring.signer(issuer.id) {
        let path = format!("{under}trust.json");
        let bundle = issuer::trust::bundle(&export.office.under(issuer.clone()), now).await?;
        let earlier = std::fs::read(folder.join(&path)).ok();
        let text = match earlier.filter(|earlier| issuer::trust::still_says(earlier, &bundle)) {
            Some(earlier) => earlier,
            None => issuer::trust::sign(&bundle, signer.as_ref())?.into_bytes(),
        };
        files.insert(path, text);
    }
    Ok(())
}

/// The signed records of certificates whose state has changed, at the host of each.
async fn records(export: &Export<'_>, files: &mut Files) -> Result<(), ExportError> {
    let store = export.office.store.as_ref();
    let mut page = Page::FIRST;
    loop {
        let certificates = store.certificates(&Filter::default(), page).await?;
        let Some(last) = certificates.last() else { return Ok(()) };
        page.after = last.serial;
        for certificate in &certificates {
            if let Some(record) = store.record(certificate.id).await? {
                files.insert(format!("records/{}", certificate.id), record.text.into_bytes());
            }
        }
    }
}
