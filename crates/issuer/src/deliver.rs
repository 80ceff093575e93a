//! What people get: the PDF of a certificate, short or full, and a folder of them.
//!
//! Everything is made from frozen copies: the programme, the design and the template of the batch, the signed bytes
//! as stored. The same certificate gives the same PDF today and in ten years.

mod folder;
mod press;

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use store::{BatchId, Certificate, State, Suite};

pub use folder::{Delivery, Files, write_folder};

use crate::batch::Template;
use crate::fault::IssueError;
use crate::office::Office;
use crate::programme::Programme;
use press::BoundPress;

/// The built-in designs, by name.
const DESIGNS: [(&str, &str); 1] = [("klasik", include_str!("../../../templates/certificate/klasik/design.toml"))];

/// The largest design file that is read, in bytes.
const MAX_DESIGN_BYTES: u64 = 256 * 1024;

/// How many batches have a press ready. One takes a few megabytes.
const PRESSES: usize = 4;

/// Makes PDFs, and keeps the presses of the batches it saw last.
pub struct Deliverer {
    office: Office,
    presses: Mutex<VecDeque<(BatchId, Arc<BoundPress>)>>,
}

impl Deliverer {
    /// With nothing prepared.
    pub fn new(office: Office) -> Self {
        Self { office, presses: Mutex::new(VecDeque::new()) }
    }

    /// The short rendering: for sharing, and for public routes.
    ///
    /// # Errors
    /// [`IssueError::NothingToDeliver`] for one that is not signed or erased; [`IssueError::Frozen`],
    /// [`IssueError::Render`], [`IssueError::Store`].
    pub async fn short_pdf(&self, certificate: &Certificate) -> Result<Vec<u8>, IssueError> {
        self.pdf(certificate, false).await
    }

    /// The full rendering, with NIP and rank: for the graduate's own link, the desk and the command line. Never on a
    /// public route.
    ///
    /// # Errors
    /// As [`Deliverer::short_pdf`].
    pub async fn full_pdf(&self, certificate: &Certificate) -> Result<Vec<u8>, IssueError> {
        self.pdf(certificate, true).await
    }

    async fn pdf(&self, certificate: &Certificate, full: bool) -> Result<Vec<u8>, IssueError> {
        let press = self.press(certificate.batch).await?;
        let sheet = self.sheet(certificate).await?;
        tokio::task::spawn_blocking(move || press.print(&sheet, full)).await?
    }

    /// The press of a batch, made when it is not ready.
    async fn press(&self, batch: BatchId) -> Result<Arc<BoundPress>, IssueError> {
        if let Some(press) = self.ready(batch) {
            return Ok(press);
        }
        let copies = press::Copies::load(&self.office, batch).await?;
        let press = Arc::new(tokio::task::spawn_blocking(move || copies.bind()).await??);
        let mut presses = self.presses.lock().unwrap_or_else(PoisonError::into_inner);
        // Two who asked at once have both made one; the first stays.
        if presses.iter().all(|(ready, _)| *ready != batch) {
            if presses.len() >= PRESSES {
                presses.pop_front();
            }
            presses.push_back((batch, Arc::clone(&press)));
        }
        Ok(press)
    }

    fn ready(&self, batch: BatchId) -> Option<Arc<BoundPress>> {
        let presses = self.presses.lock().unwrap_or_else(PoisonError::into_inner);
        presses.iter().find(|(ready, _)| *ready == batch).map(|(_, press)| Arc::clone(press))
    }

    /// What is printed of one certificate.
    async fn sheet(&self, certificate: &Certificate) -> Result<press::Sheet, IssueError> {
        let nothing = || IssueError::NothingToDeliver { id: certificate.id, state: certificate.state.code() };
        if matches!(certificate.state, State::Reserved | State::Erased) {
            return Err(nothing());
        }
        let text = self.office.store.signed_text(certificate.id, Suite::Rdfc).await?.ok_or_else(nothing)?;
        let details = self.office.store.details(certificate.id).await?.ok_or_else(nothing)?;
        Ok(press::Sheet { certificate: certificate.clone(), text, details })
    }
}

/// The text of a design: `DIR/templates/certificate/{name}/design.toml`, else the built-in one.
pub(crate) fn design_text(office: &Office, name: &str) -> Result<String, IssueError> {
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if !plain || name.is_empty() {
        return Err(IssueError::NoDesign { name: name.to_owned() });
    }
    let own = office.dir.join("templates").join("certificate").join(name).join("design.toml");
    if own.exists() {
        return read_design(&own);
    }
    let built_in = DESIGNS.iter().find(|(known, _)| *known == name);
    built_in.map(|(_, text)| (*text).to_owned()).ok_or_else(|| IssueError::NoDesign { name: name.to_owned() })
}

fn read_design(path: &Path) -> Result<String, IssueError> {
    let cannot = |detail: String| IssueError::CannotRead { path: path.to_owned(), detail };
    let metadata = std::fs::metadata(path).map_err(|error| cannot(error.to_string()))?;
    if metadata.len() > MAX_DESIGN_BYTES {
        return Err(cannot(format!("it has {} bytes, a design has at most {MAX_DESIGN_BYTES}", metadata.len())));
    }
    std::fs::read_to_string(path).map_err(|error| cannot(error.to_string()))
}

/// Whether a design can print a programme: asked before anything is reserved.
pub(crate) fn try_design(
    office: &Office,
    programme: &Programme,
    template: &Template,
    design: &str,
) -> Result<(), IssueError> {
    press::bind(office, programme, template, &programme.design, design).map(|_| ())
}

#[cfg(test)]
mod tests;
