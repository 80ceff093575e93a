//! Keys that are open, each for the issuer it signs for.

use std::sync::Arc;

use store::{Issuer, IssuerId};

use super::{KeyringError, Signer};

/// The keys at hand that sign certificates, lists and records. An installation that has moved to another base URL has
/// several issuers: the one it issues under now, and those whose certificates it still answers for.
#[derive(Clone, Default)]
pub struct Ring {
    keys: Vec<(Issuer, Arc<dyn Signer>)>,
}

impl Ring {
    /// With one key.
    pub fn new(issuer: Issuer, signer: Arc<dyn Signer>) -> Self {
        Self { keys: vec![(issuer, signer)] }
    }

    /// Takes a further key. An issuer has one: a later one replaces the earlier.
    pub fn add(&mut self, issuer: Issuer, signer: Arc<dyn Signer>) {
        self.keys.retain(|(known, _)| known.id != issuer.id);
        self.keys.push((issuer, signer));
    }

    /// The key that signs for an issuer.
    ///
    /// # Errors
    /// [`KeyringError::NotOpen`].
    pub fn signer(&self, issuer: IssuerId) -> Result<&Arc<dyn Signer>, KeyringError> {
        let found = self.keys.iter().find(|(known, _)| known.id == issuer);
        found.map(|(_, signer)| signer).ok_or(KeyringError::NotOpen)
    }

    /// Every issuer with its key.
    pub fn iter(&self) -> impl Iterator<Item = (&Issuer, &Arc<dyn Signer>)> {
        self.keys.iter().map(|(issuer, signer)| (issuer, signer))
    }

    /// Whether no key is at hand.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}
