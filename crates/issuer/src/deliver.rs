//! What people get: the PDF of a certificate, short or full, its badge, and a folder of them.
//!
//! Everything is made from frozen copies: the programme, the design and the template of the batch, the signed bytes
//! as stored. The same certificate gives the same files today and in ten years. Of every PDF that is handed out the hash is
//! remembered, so that a file can be told to be ours byte for byte.

mod carry;
pub mod design;
mod folder;
mod pictures;
mod press;
mod proof;
mod specimen;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use store::{BatchId, Certificate, State, Suite};

pub(crate) use carry::Carrier;
pub use carry::QrText;
pub use folder::{Delivery, Files, write_folder};
pub use proof::{Reader, prove};
pub use specimen::specimen;

use crate::batch::Template;
use crate::fault::IssueError;
use crate::office::Office;
use crate::programme::Programme;
use press::BoundPress;

/// How many batches have a press ready. One takes a few megabytes.
const PRESSES: usize = 4;

/// Makes PDFs and badges, and keeps the presses of the batches it saw last.
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

    /// What the QR code of a certificate says: the same on the PDF and in a download.
    ///
    /// # Errors
    /// As [`Deliverer::short_pdf`].
    pub async fn qr_text(&self, certificate: &Certificate) -> Result<QrText, IssueError> {
        let carrier = match self.ready(certificate.batch) {
            Some(press) => Arc::clone(press.carrier()),
            None => Arc::new(Carrier::load(&self.office, certificate.batch).await?),
        };
        let jcs = self.office.store.signed_text(certificate.id, Suite::Jcs).await?;
        Ok(carrier.text(certificate, jcs.as_deref()))
    }

    /// The badge as PNG, with the credential in it.
    ///
    /// # Errors
    /// As [`Deliverer::short_pdf`].
    pub async fn badge_png(&self, certificate: &Certificate) -> Result<Vec<u8>, IssueError> {
        self.made(certificate, |press, sheet| press.badge_png(&sheet)).await
    }

    /// The badge as SVG, with the credential in it.
    ///
    /// # Errors
    /// As [`Deliverer::short_pdf`].
    pub async fn badge_svg(&self, certificate: &Certificate) -> Result<String, IssueError> {
        self.made(certificate, |press, sheet| press.badge_svg(&sheet)).await
    }

    /// The PNG that is shown beside a link to this certificate: the same for the whole batch, nobody's name in it.
    ///
    /// # Errors
    /// As [`Deliverer::short_pdf`].
    pub async fn preview_png(&self, certificate: &Certificate) -> Result<Arc<[u8]>, IssueError> {
        self.made(certificate, |press, _| press.preview()).await
    }

    async fn pdf(&self, certificate: &Certificate, full: bool) -> Result<Vec<u8>, IssueError> {
        let made = self.made(certificate, move |press, sheet| {
            let pdf = press.print(&sheet, full)?;
            let rendering = press.rendering(&sheet, full, &pdf);
            Ok((pdf, rendering))
        });
        let (pdf, rendering) = made.await?;
        // Before anybody has it. Most were remembered long ago, and who only reads waits for nobody.
        let store = &self.office.store;
        if store.rendering(&rendering.hash).await?.is_none() {
            store.put_renderings(&[rendering]).await?;
        }
        Ok(pdf)
    }

    async fn made<T: Send + 'static>(
        &self,
        certificate: &Certificate,
        make: impl FnOnce(&BoundPress, press::Sheet) -> Result<T, IssueError> + Send + 'static,
    ) -> Result<T, IssueError> {
        let press = self.press(certificate.batch).await?;
        let sheet = self.sheet(certificate).await?;
        tokio::task::spawn_blocking(move || make(&press, sheet)).await?
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
        let jcs = self.office.store.signed_text(certificate.id, Suite::Jcs).await?;
        let details = self.office.store.details(certificate.id).await?.ok_or_else(nothing)?;
        Ok(press::Sheet { certificate: certificate.clone(), text, jcs, details })
    }
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
