//! Opening a data directory.

use crate::failure::{Failure, USAGE};
use crate::keys;
use issuer::Office;
use issuer::keyring::{self, FileSigner};
use rand::SeedableRng;
use rand::rngs::StdRng;
use server::config::Config;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::sqlite::SqliteStore;
use store::{Issuer, KeyRole, NewIssuer, Store};

/// The database's file name in the data directory.
pub(crate) const DATABASE: &str = "piagam.db";

/// A data directory with its settings and its database.
pub(crate) struct Installation {
    pub(crate) dir: PathBuf,
    pub(crate) config: Config,
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

    /// The signer of a role; the passphrase is only asked for where the key needs one.
    pub(crate) async fn signer(&self, issuer: &Issuer, role: KeyRole) -> Result<FileSigner, Failure> {
        let store = self.store.as_ref();
        let passphrase = match keyring::needs_passphrase(store, issuer, &self.dir, role).await? {
            true => Some(keys::passphrase()?),
            false => None,
        };
        Ok(keyring::open_signer(store, issuer, &self.dir, role, passphrase.as_deref()).await?)
    }
}

/// Randomness for ids, codes, indexes and keys: seeded by the operating system.
pub(crate) fn rng() -> StdRng {
    StdRng::from_rng(&mut rand::rng())
}

/// Opens a data directory for work.
pub(crate) async fn open(dir: &Path) -> Result<Installation, Failure> {
    let config = Config::load(dir)?;
    let store = SqliteStore::open(dir.join(DATABASE)).await?;
    Ok(Installation { dir: dir.to_owned(), config, store: Arc::new(store) })
}

/// Opens only the database, and never writes to it.
pub(crate) async fn open_for_reading(dir: &Path) -> Result<Arc<dyn Store>, Failure> {
    if !dir.is_dir() {
        return Err(Failure::new(
            USAGE,
            (format!("{}: folder ini tidak ada.", dir.display()), "Periksa nilai --dir, atau jalankan `piagam init`."),
            (format!("{}: there is no such folder.", dir.display()), "Check --dir, or run `piagam init`."),
        ));
    }
    Ok(Arc::new(SqliteStore::open_for_reading(dir.join(DATABASE)).await?))
}
