//! `piagam verify`: whatever a person has in hand, one or ten thousand.
//!
//! ```text
//! arguments -> input: files, folders, archives, addresses, texts -> items, each with its name
//! item -> judge (many at once) -> answers -> show: a report, a table, JSON
//! ```

mod input;
mod judge;
mod known;
mod show;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use fetch::{FetchPolicy, Fetcher};
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use vc::trust::TrustBundle;

use crate::failure::{Failure, USAGE};
use crate::trust::{self, Place};
use input::{Item, Plan};
use judge::{Answer, Judge};
use known::Known;
use show::Shown;

/// Verifies certificates: files, folders, archives, pictures, scanned codes, addresses.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    piagam verify sertifikat.pdf --dir DIR\n  \
    piagam verify foto.jpg --issuer did:web:sertifikat.example\n  \
    piagam verify berkas-peserta/ kiriman.zip --issuer did:web:sertifikat.example --json\n  \
    piagam trust fetch sertifikat.example && piagam verify --offline foto.jpg\n  \
    piagam verify https://sertifikat.example/v/ABCD-EFGH-JKLM-NPQR\n  \
    piagam verify 'https://sertifikat.example/v#0012...' --issuer did:web:sertifikat.example\n  \
    cat sertifikat.json | piagam verify - --json --issuer did:web:sertifikat.example\n\n\
    What is read, by its content: JSON, PDF (attached credential; else the QR code on its first pages), PNG and JPEG \
    (badge, screenshot, photo of a print), SVG badges, the text of a QR code; folders and ZIPs of them. HEIC is not read \
    (its decoders are too young to be given strangers' files, and HEVC is patented): share the photo as JPEG, or take a \
    screenshot of it.\n\n\
    Whose certificates are trusted: those of --dir, those of each --issuer, those that piagam trust keeps, those of \
    each --trust, and those of the host that you typed in an address. Every other issuer is unknown, and the verdict is \
    that it could not be decided. The host in a scanned code is never trusted; when it is not the issuer's, that is an \
    alarm.\n\n\
    The exit code is that of the worst: 1 invalid, 4 unreadable, 3 could not be decided, 0 valid.")]
pub(crate) struct Verify {
    /// A file, folder, ZIP, - for standard input, an address that starts with https:// (http:// for localhost), or
    /// what a QR code says
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<String>,
    /// Print JSON: one object, an array for several certificates
    #[arg(long)]
    json: bool,
    /// Never use the network
    #[arg(long)]
    offline: bool,
    /// Trust the issuer of this data directory, and use what it has published
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Trust this issuer (can be given several times)
    #[arg(long, value_name = "DID")]
    issuer: Vec<String>,
    /// Trust the issuer of this bundle too, and use what is in it (can be given several times)
    #[arg(long, value_name = "BUNDLE")]
    trust: Vec<PathBuf>,
    #[command(flatten)]
    place: Place,
    /// Judge as if it were this moment: 2026-08-12T09:00:00+07:00, or a date (its first moment, WIB)
    #[arg(long, value_name = "TIME", value_parser = moment)]
    at: Option<Timestamp>,
}

impl Verify {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        if let Some(odd) = self.issuer.iter().find(|did| !did.starts_with("did:")) {
            return Err(Failure::new(
                USAGE,
                (format!("--issuer {odd}: bukan DID."), "Tulis seperti did:web:sertifikat.example."),
                (format!("--issuer {odd}: not a DID."), "Write it like did:web:sertifikat.example."),
            ));
        }
        let fetcher = Fetcher::new(FetchPolicy { allow_http_localhost: true, offline: self.offline });
        let bundles = bundles(&self.place, &self.trust)?;
        let known = Known::new(self.dir.as_deref(), bundles, self.issuer, fetcher).await?;
        let judge = Arc::new(Judge::new(known, self.at));
        let inputs = self.inputs;
        let plan = tokio::task::spawn_blocking(move || Plan::new(&inputs)).await.map_err(|error| stopped(&error))?;
        let mut shown = Shown::new(&plan, self.json);
        judge_all(plan, judge, &mut shown).await?;
        Ok(ExitCode::from(shown.finish()))
    }
}

/// Those that are kept, and those of `--trust`. Of two bundles of one issuer the newer one counts.
fn bundles(place: &Place, files: &[PathBuf]) -> Result<Vec<TrustBundle>, Failure> {
    let kept = place.shelf()?.all()?;
    for path in &kept.unreadable {
        anstream::eprintln!("{} tidak terbaca dan dilewati. / {} cannot be read.", path.display(), path.display());
    }
    let mut bundles = kept.bundles;
    for file in files {
        let bytes = std::fs::File::open(file).and_then(extract::read_bounded);
        let bundle = trust::read(&bytes.map_err(|error| Failure::file(file, &error))?)?;
        let at = bundles.iter().position(|kept| kept.issuer() == bundle.issuer());
        match (bundle.accept(at.map(|at| &bundles[at]), Timestamp::now()), at) {
            (Ok(()), Some(at)) => bundles[at] = bundle,
            (Ok(()), None) => bundles.push(bundle),
            (Err(error), _) => return Err(trust::refused(&error)),
        }
    }
    Ok(bundles)
}

/// Judges what was planned, as many at once as there are cores, and shows it in its order.
async fn judge_all(plan: Plan, judge: Arc<Judge>, shown: &mut Shown) -> Result<(), Failure> {
    let places = std::thread::available_parallelism().map_or(1, usize::from);
    let (sender, mut items) = mpsc::channel::<Item>(places);
    let reading = tokio::task::spawn_blocking(move || plan.read(|item| sender.blocking_send(item).is_ok()));
    let mut working: JoinSet<(usize, Vec<Answer>)> = JoinSet::new();
    let mut waiting: BTreeMap<usize, Vec<Answer>> = BTreeMap::new();
    let (mut next, mut given) = (0, 0);
    let mut open = true;
    while open || !working.is_empty() {
        tokio::select! {
            item = items.recv(), if open && working.len() < places => match item {
                Some(item) => {
                    let (judge, number) = (Arc::clone(&judge), given);
                    given += 1;
                    working.spawn(async move { (number, judge.answers(item).await) });
                }
                None => open = false,
            },
            Some(done) = working.join_next() => {
                let (number, answers) = done.map_err(|error| stopped(&error))?;
                shown.one_more();
                waiting.insert(number, answers);
                while let Some(answers) = waiting.remove(&next) {
                    answers.iter().for_each(|answer| shown.show(answer));
                    next += 1;
                }
            }
        }
    }
    reading.await.map_err(|error| stopped(&error))
}

/// Work that ended by itself: a fault of the program.
fn stopped(error: &tokio::task::JoinError) -> Failure {
    Failure::system("verify", &std::io::Error::other(error.to_string()))
}

fn moment(text: &str) -> Result<Timestamp, String> {
    let day = || {
        let date: jiff::civil::Date = text.parse().ok()?;
        Some(date.in_tz("Asia/Jakarta").ok()?.timestamp())
    };
    text.parse().ok().or_else(day).ok_or_else(|| "not a moment like 2026-08-12T09:00:00+07:00 or 2026-08-12".to_owned())
}
