//! A folder of certificates: `STEM.pdf` and `STEM.json` for everybody, badges where wanted, complete or absent, never half.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use store::{Certificate, CohortId, Filter, Page, Rendering, State};
use uuid::Uuid;

use super::Deliverer;
use super::press::{BoundPress, Sheet};
use crate::batch::{Listener, Progress};
use crate::fault::IssueError;

/// How many certificates are in memory at once.
const CHUNK: usize = 64;

/// How many PDFs are remembered in one transaction: each waits for the disk.
const KEPT_AT_ONCE: usize = 1_000;

/// How many threads print and write.
const PRINTERS: usize = 2;

/// The folder of the full renderings, beside the short ones.
const FULL_FOLDER: &str = "lengkap";

/// The folder of the badges, beside the PDFs.
const BADGE_FOLDER: &str = "lencana";

/// Which files to write beside the JSON.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Files {
    /// The short rendering, `STEM.pdf`.
    pub pdf: bool,
    /// The full rendering, `lengkap/STEM.pdf`.
    pub full: bool,
    /// The badge, `lencana/STEM.png` and `lencana/STEM.svg`.
    pub badges: bool,
}

impl Files {
    fn wants(self, full: bool) -> bool {
        if full { self.full } else { self.pdf }
    }
}

/// One certificate's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Which certificate.
    pub certificate: Uuid,
    /// Their common name without extension.
    pub stem: String,
}

/// Writes the files of these certificates. Files that are there are replaced by the same bytes. Memory stays flat.
///
/// # Errors
/// [`IssueError::CannotWrite`], and what [`Deliverer::short_pdf`] can meet.
pub async fn write_folder(
    deliverer: &Deliverer,
    certificates: &[Uuid],
    out: &Path,
    files: Files,
    listener: Listener<'_>,
) -> Result<Vec<Delivery>, IssueError> {
    make_folder(out)?;
    if files.full {
        make_private_folder(&out.join(FULL_FOLDER))?;
    }
    if files.badges {
        make_folder(&out.join(BADGE_FOLDER))?;
    }
    let mut stems = Stems::default();
    let mut written = Written::default();
    let total = u32::try_from(certificates.len()).unwrap_or(u32::MAX);
    let mut printing = Vec::new();
    for chunk in certificates.chunks(CHUNK) {
        let jobs = jobs(deliverer, chunk, out, files, &mut stems).await?;
        // While the chunk before is printed, this one is read.
        written.finish(deliverer, std::mem::take(&mut printing)).await?;
        listener(Progress::Written { done: u32::try_from(written.delivered.len()).unwrap_or(u32::MAX), total });
        printing = start(jobs);
    }
    written.finish(deliverer, printing).await?;
    deliverer.office.store.put_renderings(&written.unkept).await?;
    listener(Progress::Written { done: total, total });
    Ok(written.delivered)
}

/// What one certificate's files are made of.
struct Job {
    sheet: Sheet,
    press: Option<Arc<BoundPress>>,
    stem: String,
    out: PathBuf,
    files: Files,
}

type Printing = tokio::task::JoinHandle<Result<Vec<(Delivery, Vec<Rendering>)>, IssueError>>;

/// What is on the disk so far.
#[derive(Default)]
struct Written {
    delivered: Vec<Delivery>,
    /// PDFs that are not remembered yet. Who is killed before they are writes all of them again.
    unkept: Vec<Rendering>,
}

impl Written {
    async fn finish(&mut self, deliverer: &Deliverer, printing: Vec<Printing>) -> Result<(), IssueError> {
        for thread in printing {
            for (delivery, renderings) in thread.await?? {
                self.delivered.push(delivery);
                self.unkept.extend(renderings);
            }
        }
        if self.unkept.len() >= KEPT_AT_ONCE {
            deliverer.office.store.put_renderings(&self.unkept).await?;
            self.unkept.clear();
        }
        Ok(())
    }
}

async fn jobs(
    deliverer: &Deliverer,
    certificates: &[Uuid],
    out: &Path,
    files: Files,
    stems: &mut Stems,
) -> Result<Vec<Job>, IssueError> {
    let mut jobs = Vec::with_capacity(certificates.len());
    for id in certificates {
        let certificate = deliverer.office.store.certificate(*id).await?;
        let certificate = certificate.ok_or(store::StoreError::UnknownCertificate { id: *id })?;
        let press = match files.pdf || files.full || files.badges {
            true => Some(deliverer.press(certificate.batch).await?),
            false => None,
        };
        let stem = stems.of(deliverer, &certificate).await?;
        let sheet = deliverer.sheet(&certificate).await?;
        jobs.push(Job { sheet, press, stem, out: out.to_owned(), files });
    }
    Ok(jobs)
}

fn start(mut jobs: Vec<Job>) -> Vec<Printing> {
    let share = jobs.len().div_ceil(PRINTERS).max(1);
    let mut threads = Vec::new();
    while !jobs.is_empty() {
        let part: Vec<Job> = jobs.drain(..share.min(jobs.len())).collect();
        threads.push(tokio::task::spawn_blocking(move || part.iter().map(write).collect()));
    }
    threads
}

fn write(job: &Job) -> Result<(Delivery, Vec<Rendering>), IssueError> {
    let Job { sheet, press, stem, out, files } = job;
    let mut renderings = Vec::new();
    if let Some(press) = press {
        for (full, folder) in [(false, out.clone()), (true, out.join(FULL_FOLDER))] {
            if files.wants(full) {
                let pdf = press.print(sheet, full)?;
                renderings.push(press.rendering(sheet, full, &pdf));
                replace(&folder.join(format!("{stem}.pdf")), &pdf)?;
            }
        }
        if files.badges {
            let badge = |extension: &str| out.join(BADGE_FOLDER).join(format!("{stem}.{extension}"));
            replace(&badge("png"), &press.badge_png(sheet)?)?;
            replace(&badge("svg"), press.badge_svg(sheet)?.as_bytes())?;
        }
    }
    replace(&out.join(format!("{stem}.json")), sheet.text.as_bytes())?;
    Ok((Delivery { certificate: sheet.certificate.id, stem: stem.clone() }, renderings))
}

/// A reader sees the old file or the whole new one.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), IssueError> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".tmp");
    let draft = PathBuf::from(draft);
    let written = fs::write(&draft, bytes).and_then(|()| fs::rename(&draft, path));
    written.map_err(|error| {
        let _ = fs::remove_file(&draft);
        IssueError::CannotWrite { path: path.to_owned(), detail: error.to_string() }
    })
}

fn make_folder(path: &Path) -> Result<(), IssueError> {
    fs::create_dir_all(path)
        .map_err(|error| IssueError::CannotWrite { path: path.to_owned(), detail: error.to_string() })
}

/// The full renderings carry the NIP: nobody but their owner may enter the folder.
fn make_private_folder(path: &Path) -> Result<(), IssueError> {
    make_folder(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))
            .map_err(|error| IssueError::CannotWrite { path: path.to_owned(), detail: error.to_string() })?;
    }
    Ok(())
}

/// File names by certificate. Within a cohort the first of equal names keeps it, the others get their code's first
/// group: so a name never changes because somebody joined later.
#[derive(Default)]
struct Stems {
    cohorts: HashMap<CohortId, HashMap<Uuid, String>>,
}

impl Stems {
    async fn of(&mut self, deliverer: &Deliverer, certificate: &Certificate) -> Result<String, IssueError> {
        let stems = match self.cohorts.entry(certificate.cohort) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Self::cohort(deliverer, certificate).await?),
        };
        let nothing = || IssueError::NothingToDeliver { id: certificate.id, state: certificate.state.code() };
        stems.get(&certificate.id).cloned().ok_or_else(nothing)
    }

    async fn cohort(deliverer: &Deliverer, one: &Certificate) -> Result<HashMap<Uuid, String>, IssueError> {
        let programme = deliverer.office.store.programme(one.programme).await?;
        let programme = programme.map(|row| row.code).unwrap_or_default();
        let filter = Filter { cohort: Some(one.cohort), ..Filter::default() };
        let (mut stems, mut taken, mut page) = (HashMap::new(), HashSet::new(), Page::FIRST);
        loop {
            let certificates = deliverer.office.store.certificates(&filter, page).await?;
            let Some(last) = certificates.last() else { return Ok(stems) };
            page.after = last.serial;
            for certificate in certificates {
                let (Some(name), true) = (&certificate.name, certificate.state != State::Reserved) else { continue };
                let stem = render::file_stem(&programme, &certificate.cohort_name, name);
                stems.insert(certificate.id, distinct(stem, &certificate.code, &mut taken));
            }
        }
    }
}

/// The stem, or the stem and as many groups of the code as it takes. File systems may not tell case apart.
fn distinct(stem: String, code: &str, taken: &mut HashSet<String>) -> String {
    let mut candidate = stem.clone();
    for end in [4, 8, 12, 16] {
        if taken.insert(candidate.to_lowercase()) {
            return candidate;
        }
        candidate = format!("{stem}_{}", code.get(..end).unwrap_or(code));
    }
    taken.insert(candidate.to_lowercase());
    candidate
}
