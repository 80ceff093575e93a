//! `piagam doctor`: is this installation sound?

use crate::failure::Failure;
use crate::installation::{self, Installation};
use crate::keys::Passphrases;
use clap::Args;
use issuer::keyring::KeyringError;
use server::desk::vault::{self, Vault};
use server::export;
use std::path::PathBuf;
use std::process::ExitCode;
use store::{Issuer, KeyRole, State};
use vc::Lang;

/// Checks settings, database, keys and published lists. Exit code 0 when all is well, 1 when something needs you.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  piagam doctor --dir DIR")]
pub(crate) struct Doctor {
    /// The data directory
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
}

/// One finding: good, or bad with what to do.
struct Finding {
    good: bool,
    what: String,
    next: String,
}

impl Doctor {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let examined = match installation::open(&self.dir).await {
            Ok(installation) => examine(&installation).await,
            Err(failure) => Err(failure),
        };
        // What cannot be looked at is not sound either.
        let findings = match examined {
            Ok(findings) => findings,
            Err(failure) => {
                failure.tell();
                return Ok(ExitCode::from(1));
            }
        };
        for finding in &findings {
            let mark = if finding.good { "v" } else { "x" };
            anstream::println!("{mark} {}", finding.what);
            if !finding.good {
                anstream::println!("  -> {}", finding.next);
            }
        }
        Ok(ExitCode::from(u8::from(findings.iter().any(|finding| !finding.good))))
    }
}

async fn examine(installation: &Installation) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    let mut add = |good, what: String, next: &str| findings.push(Finding { good, what, next: next.to_owned() });
    let config = &installation.config;
    add(true, format!("pengaturan / settings: {}", config.base_url), "");
    let damage = installation.store.integrity().await?;
    add(
        damage.is_empty(),
        format!(
            "basis data / database: {} ({})",
            if damage.is_empty() { "ok".to_owned() } else { damage.join("; ") },
            installation.database
        ),
        "Simpan basis data ini apa adanya dan pulihkan cadangan. / Keep the database as it is and restore a backup.",
    );
    let counts = installation.store.counts().await?;
    let states: Vec<String> = State::ALL
        .iter()
        .zip(counts.certificates)
        .map(|(state, count)| format!("{} {count}", crate::list::state_code(*state)))
        .collect();
    add(true, format!("sertifikat / certificates: {}", states.join(", ")), "");
    add(
        counts.unfinished_batches == 0,
        format!("kelompok belum selesai / unfinished batches: {}", counts.unfinished_batches),
        "Jalankan kembali `piagam issue` dengan berkas yang sama. / Run `piagam issue` again with the same files.",
    );
    add(
        counts.certificates_without_documents == 0,
        format!("tanpa dokumen / without documents: {}", counts.certificates_without_documents),
        "Pulihkan cadangan. / Restore a backup.",
    );
    let issuer = installation.issuer().await?;
    for each in installation.store.issuers().await? {
        // A former address counts as long as there are lists of it to be signed.
        if each.id == issuer.id || !installation.store.status_lists(each.id).await?.is_empty() {
            let (good, what, next) = key(installation, &each).await?;
            add(good, what, &next);
        }
    }
    let (good, what, next) = desk_key(installation).await?;
    add(good, what, &next);
    let day = jiff::SignedDuration::from_hours(24);
    let due = jiff::Timestamp::now().saturating_sub(day).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let mut waiting = 0;
    for issuer in installation.store.issuers().await? {
        waiting += installation.store.status_lists_due(issuer.id, due).await?.len();
        waiting += installation.store.records_due(issuer.id, 1).await?.len();
    }
    add(
        waiting == 0,
        format!("daftar status menunggu / status lists waiting to be signed: {waiting}"),
        "Jalankan `piagam serve`, atau ulangi perintah terakhir. / Run `piagam serve`, or the last command again.",
    );
    findings.extend(copy(installation, &issuer).await?);
    Ok(findings)
}

/// The static copy of `[site]`: there, and with what is published now. The trust bundle is signed by whoever exports.
async fn copy(installation: &Installation, issuer: &Issuer) -> Result<Option<Finding>, Failure> {
    let site = &installation.config.site;
    let Some(folder) = site.folder(&installation.dir) else { return Ok(None) };
    let office = installation.office(issuer.clone());
    let ring = issuer::keyring::Ring::default();
    let export = export::Export { office: &office, config: &installation.config, ring: &ring, records: site.records };
    let files = export::files(&export, &folder, jiff::Timestamp::now()).await?;
    let behind = export::behind(&folder, &files);
    let what = match behind {
        export::Behind { is_there: false, .. } => "belum dibuat / not made yet".to_owned(),
        export::Behind { differ: 0, .. } => "terbaru / up to date".to_owned(),
        export::Behind { differ, .. } => format!("{differ} berkas tertinggal / files behind"),
    };
    Ok(Some(Finding {
        good: behind.is_there && behind.differ == 0,
        what: format!("salinan statis / static copy: {}: {what}", folder.display()),
        next: "Jalankan `piagam serve` atau `piagam export site`; sebab kegagalannya ada di log layanan. / Run `piagam serve` or `piagam export site`; why it failed is in the service's log.".to_owned(),
    }))
}

/// The key that authenticators' secrets are sealed with, and whether it opens them.
async fn desk_key(installation: &Installation) -> Result<(bool, String, String), Failure> {
    let vault = Vault::at(&installation.dir);
    let users = installation.store.users().await?;
    // The first start seals what an earlier version has kept in clear.
    let sealed = users.iter().filter(|user| vault::is_sealed(&user.totp_secret));
    for user in sealed {
        if let Err(error) = vault.open(&user.login, &user.totp_secret) {
            let (id, en) = (error.words(Lang::Id), error.words(Lang::En));
            let what = format!("kunci meja / desk key: {} / {}", id.0, en.0);
            return Ok((false, what, format!("{} / {}", id.1, en.1)));
        }
    }
    Ok((true, format!("kunci meja / desk key: {} pengguna / users", users.len()), String::new()))
}

/// The key that signs: its file, its mode, and its passphrase where that is in the environment.
async fn key(installation: &Installation, issuer: &Issuer) -> Result<(bool, String, String), Failure> {
    Ok(match installation.try_signer(issuer, KeyRole::Certificates, &Passphrases::default()).await {
        Err(KeyringError::PassphraseNeeded { .. }) => {
            let what = format!("kunci / key: {}: terenkripsi, tidak dibuka / encrypted, not opened", issuer.did);
            (true, what, String::new())
        }
        Ok(_) => (true, format!("kunci / key: {}", issuer.did), String::new()),
        Err(error) => {
            let (id, en) = (error.words(Lang::Id), error.words(Lang::En));
            (false, format!("kunci / key: {} / {}", id.0, en.0), format!("{} / {}", id.1, en.1))
        }
    })
}
