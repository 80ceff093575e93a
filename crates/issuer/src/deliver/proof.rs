//! The self-test: before anybody is handed a certificate of a batch, finished PDFs are looked at as a phone would.

use std::sync::Arc;

use store::Certificate;
use uuid::Uuid;

use super::Deliverer;
use crate::fault::IssueError;

/// How many finished PDFs of a batch are rendered and read. That the digits of every single one rebuild its credential, byte
/// for byte, is found out when they are made.
const PROOFS: usize = 10;

/// Renders a PDF's pages and gives the texts of the QR codes on them.
pub type Reader = dyn Fn(&[u8]) -> Vec<String> + Send + Sync;

/// Prints and reads ten of these certificates, the longest name among them, and compares what their codes say with what they
/// should say. Gives how many were read.
///
/// # Errors
/// [`IssueError::Unproven`] for the first that says something else or nothing, and what [`Deliverer::short_pdf`] can meet.
pub async fn prove(deliverer: &Deliverer, certificates: &[Uuid], read: Arc<Reader>) -> Result<usize, IssueError> {
    let samples = samples(deliverer, certificates).await?;
    // Reading a page costs many times what printing it does, and a page's pixels take some 20 MB: as many at once as cores.
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    for samples in samples.chunks(cores) {
        let mut reading = Vec::with_capacity(samples.len());
        for certificate in samples {
            let (pdf, expected) = (deliverer.short_pdf(certificate).await?, deliverer.qr_text(certificate).await?.text);
            let read = Arc::clone(&read);
            reading.push((certificate.id, expected, tokio::task::spawn_blocking(move || read(&pdf))));
        }
        for (id, expected, found) in reading {
            let found = found.await?;
            if !found.contains(&expected) {
                return Err(IssueError::Unproven { id, found: found.len() });
            }
        }
    }
    Ok(samples.len())
}

/// The longest name, and others from the first to the last.
async fn samples(deliverer: &Deliverer, certificates: &[Uuid]) -> Result<Vec<Certificate>, IssueError> {
    let mut longest: Option<Certificate> = None;
    let mut samples = Vec::with_capacity(PROOFS);
    let step = certificates.len().div_ceil(PROOFS - 1).max(1);
    let length = |certificate: &Certificate| certificate.name.as_deref().map_or(0, str::len);
    for (at, id) in certificates.iter().enumerate() {
        let certificate = deliverer.office.store.certificate(*id).await?;
        let certificate = certificate.ok_or(store::StoreError::UnknownCertificate { id: *id })?;
        if longest.as_ref().is_none_or(|longest| length(longest) < length(&certificate)) {
            longest = Some(certificate.clone());
        }
        if at % step == 0 {
            samples.push(certificate);
        }
    }
    let longest = longest.filter(|longest| samples.iter().all(|sample| sample.id != longest.id));
    samples.extend(longest);
    Ok(samples)
}
