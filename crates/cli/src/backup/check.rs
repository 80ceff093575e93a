//! A drill: what would be restored is restored into a scratch place, and everything in it is verified.

use super::{total, unpack};
use crate::audit;
use crate::failure::{Failure, INVALID, OTHER};
use age::secrecy::SecretString;
use indicatif::ProgressBar;
use issuer::durable;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;
use store::sqlite::SqliteStore;
use store::{Filter, KeyRole, Page, State, Store, Suite};
use vc::{CheckName, Evidence, Need, Outcome, Policy};

/// A folder that goes with its last user.
struct Scratch(PathBuf);

impl Scratch {
    /// Beside the backup: there is room for it, and what is in it is as personal.
    fn beside(file: &Path) -> Result<Self, Failure> {
        let folder = super::beside(file, &format!("check-{}", std::process::id()));
        durable::make_folder(&folder).map_err(|error| Failure::file(&folder, &error))?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(super) async fn check(file: &Path, passphrase: SecretString, bar: &ProgressBar) -> Result<ExitCode, Failure> {
    let begun = Instant::now();
    let scratch = Scratch::beside(file)?;
    let mut backup = unpack::open(file, passphrase, None, bar)?;
    let (origin, version) = (backup.origin(), backup.schema_version());
    let path = scratch.0.join("piagam.db");
    let filled = SqliteStore::fill(&path, version, &mut backup).await.map_err(|error| unpack::failure(file, error))?;
    let restored = begun.elapsed().as_secs_f64();
    let store = SqliteStore::open(&path).await?;
    let mut findings = store.integrity().await?;
    let missing = store.counts().await?.certificates_without_documents;
    if missing > 0 {
        findings.push(format!("{missing} sertifikat tanpa dokumen / certificates without documents"));
    }
    let followed = audit::follow(&store, |_| {}).await?;
    findings.extend(followed.err().map(|broken| format!("jejak audit / audit trail: {broken}")));
    bar.set_message("tanda tangan / signatures");
    bar.set_position(0);
    let (signatures, wrong) = signatures(&store, bar).await?;
    findings.extend(wrong);
    store.close().await;
    let seconds = begun.elapsed().as_secs_f64();
    anstream::println!("Cadangan / backup: {origin}");
    anstream::println!(
        "  {} baris / rows ({restored:.1} s), {signatures} tanda tangan / signatures; semuanya / all: {seconds:.1} s",
        total(&filled)
    );
    if findings.is_empty() {
        anstream::println!("  Baik: dapat dipulihkan. / Good: it can be restored.");
        return Ok(ExitCode::SUCCESS);
    }
    for finding in &findings {
        anstream::println!("x {finding}");
    }
    anstream::println!("  -> Simpan berkas ini, dan buat cadangan baru. / Keep this file, and make a new backup.");
    Ok(ExitCode::from(INVALID))
}

/// How many signatures were verified, and those that are wrong.
async fn signatures(store: &SqliteStore, bar: &ProgressBar) -> Result<(u64, Vec<String>), Failure> {
    let evidence = keys(store).await?;
    let (policy, now) = (Policy::any(), jiff::Timestamp::now());
    let (mut count, mut wrong, mut page) = (0, Vec::new(), Page::FIRST);
    loop {
        let certificates = store.certificates(&Filter::default(), page).await?;
        let Some(last) = certificates.last() else { return Ok((count, wrong)) };
        page.after = last.serial;
        for certificate in certificates.iter().filter(|one| !matches!(one.state, State::Reserved | State::Erased)) {
            for suite in [Suite::Rdfc, Suite::Jcs] {
                let Some(text) = store.signed_text(certificate.id, suite).await? else { continue };
                let report = vc::verify(text.as_bytes(), &evidence, &policy, now);
                count += 1;
                bar.inc(1);
                if report.check(CheckName::Proof).outcome != Outcome::Pass {
                    wrong.push(format!("{}: tanda tangan salah / wrong signature ({})", certificate.id, suite.code()));
                }
            }
        }
    }
}

/// The keys of every issuer, as its DID document has them.
async fn keys(store: &SqliteStore) -> Result<Evidence, Failure> {
    let mut evidence = Evidence::default();
    for issuer in store.issuers().await? {
        let mut keys = Vec::new();
        for key in store.public_keys(issuer.id).await?.into_iter().filter(|key| key.role == KeyRole::Certificates) {
            let parsed = vc::PublicKey::from_multikey(&key.multikey).map_err(|problem| {
                let (id, en) =
                    (format!("kunci {} rusak: {problem}", key.number), format!("key {}: {problem}", key.number));
                Failure::new(OTHER, (id, "Ambil salinan lain."), (en, "Take another copy."))
            })?;
            keys.push((key.number, parsed));
        }
        let document = vc::did_document(&issuer.did, &keys).to_string().into_bytes();
        evidence.answer(Need::Did(issuer.did), Ok(document));
    }
    Ok(evidence)
}
