//! Opening a data directory.

use crate::database::{self, Database};
use crate::failure::Failure;
use crate::keys::Passphrases;
use issuer::Office;
use issuer::keyring::{self, FileSigner, KeyringError, Ring};
use rand::SeedableRng;
use rand::rngs::StdRng;
use server::config::Config;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::{Issuer, IssuerId, KeyRole, NewIssuer, Store};
use vc::Lang;

/// A data directory with its settings and its database.
pub(crate) struct Installation {
    pub(crate) dir: PathBuf,
    pub(crate) config: Config,
    pub(crate) database: Database,
    pub(crate) store: Arc<dyn Store>,
}

impl Installation {
    /// The issuer of the configured address, made or brought up to date.
    pub(crate) async fn issuer(&self) -> Result<Issuer, Failure> {
        let issuer = NewIssuer {
            did: vc::did_web(&self.config.base_url),
            base_url: self.config.base_url.clone(),
            name_id: self.config.issuer.name_id.clone(),
            name_en: self.config.issuer.english().to_owned(),
        };
        Ok(self.store.put_issuer(&issuer, jiff::Timestamp::now()).await?)
    }

    /// Everything that the issuing walk needs beside a signer.
    pub(crate) fn office(&self, issuer: Issuer) -> Office {
        let site = match self.config.issuer.url.as_str() {
            "" => self.config.base_url.clone(),
            url => url.to_owned(),
        };
        Office {
            store: Arc::clone(&self.store),
            issuer,
            site,
            zone: self.config.time_zone(),
            dir: self.dir.clone(),
            actor: "cli".to_owned(),
        }
    }

    /// The keys that sign certificates, lists and records: those of the issuers in `needed`, which must open, and of
    /// every other address that this installation has issued under, as far as the same passphrases open them.
    pub(crate) async fn ring(&self, needed: &[IssuerId]) -> Result<Ring, Failure> {
        let mut passphrases = Passphrases::default();
        let mut ring = Ring::default();
        let (needed, others): (Vec<_>, Vec<_>) =
            self.store.issuers().await?.into_iter().partition(|issuer| needed.contains(&issuer.id));
        for issuer in needed {
            let signer = self.signer(&issuer, KeyRole::Certificates, &mut passphrases).await?;
            ring.add(issuer, Arc::new(signer));
        }
        for issuer in others {
            if self.store.status_lists(issuer.id).await?.is_empty() {
                continue;
            }
            match self.try_signer(&issuer, KeyRole::Certificates, &passphrases).await {
                Ok(signer) => ring.add(issuer, Arc::new(signer)),
                Err(error) => warn_of_lists(&issuer, &error),
            }
        }
        Ok(ring)
    }

    /// The signer of a role; a passphrase is only asked for where the key needs one that is not known.
    pub(crate) async fn signer(
        &self,
        issuer: &Issuer,
        role: KeyRole,
        passphrases: &mut Passphrases,
    ) -> Result<FileSigner, Failure> {
        match self.try_signer(issuer, role, passphrases).await {
            Err(KeyringError::PassphraseNeeded { .. }) => passphrases.ask()?,
            Err(KeyringError::WrongPassphrase { .. }) if Passphrases::can_ask() => passphrases.ask()?,
            other => return Ok(other?),
        }
        Ok(self.try_signer(issuer, role, passphrases).await?)
    }

    /// As far as the passphrases at hand open it.
    pub(crate) async fn try_signer(
        &self,
        issuer: &Issuer,
        role: KeyRole,
        passphrases: &Passphrases,
    ) -> Result<FileSigner, KeyringError> {
        let store = self.store.as_ref();
        let keys = store.public_keys(issuer.id).await?;
        let candidates = keyring::current(&keys, role).map(|key| passphrases.for_key(key.number)).unwrap_or_default();
        let mut opened =
            keyring::open_signer(store, issuer, &self.dir, role, candidates.first().map(String::as_str)).await;
        for passphrase in candidates.iter().skip(1) {
            if !matches!(opened, Err(KeyringError::WrongPassphrase { .. })) {
                break;
            }
            opened = keyring::open_signer(store, issuer, &self.dir, role, Some(passphrase)).await;
        }
        opened
    }
}

/// What was issued under a former address stays checkable only while its lists are signed again.
fn warn_of_lists(issuer: &Issuer, error: &KeyringError) {
    let (id, en) = (error.words(Lang::Id), error.words(Lang::En));
    anstream::eprintln!("Daftar status {} tidak ditandatangani ulang: {}.\n  -> {}", issuer.base_url, id.0, id.1);
    anstream::eprintln!("The status lists of {} are not signed again: {}.\n  -> {}", issuer.base_url, en.0, en.1);
}

/// Randomness for ids, codes, indexes and keys: seeded by the operating system.
pub(crate) fn rng() -> StdRng {
    StdRng::from_rng(&mut rand::rng())
}

/// Chance for a note, so that its hash tells nothing about it.
pub(crate) fn salt() -> String {
    uuid::Uuid::from_u128(rand::random()).simple().to_string()
}

/// Opens a data directory for work.
pub(crate) async fn open(dir: &Path) -> Result<Installation, Failure> {
    let config = Config::load(dir)?;
    let database = Database::of(dir, &config)?;
    let store = database.open().await?;
    Ok(Installation { dir: dir.to_owned(), config, database, store })
}

/// Opens only the database, and never writes to it.
pub(crate) async fn open_for_reading(dir: &Path) -> Result<Arc<dyn Store>, Failure> {
    database::require_folder(dir)?;
    Ok(Database::found_in(dir)?.open_for_reading().await?)
}
