//! Ed25519 keys in Multikey form.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use std::fmt;

/// Multicodec prefix of an Ed25519 public key (`0xed`, as a varint).
const ED25519_PUB: [u8; 2] = [0xed, 0x01];

/// A multikey of 34 bytes has at most this many base58 characters; longer ones are refused unread.
const MAX_MULTIKEY: usize = 64;

/// A private key. It is never printed: `Debug` shows the public half.
#[derive(Clone)]
pub struct Key(SigningKey);

impl Key {
    /// The key that RFC 8032 derives from a seed of 32 bytes.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }

    /// The seed, for encrypted storage.
    pub fn seed(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// The 64 bytes of an Ed25519 signature (RFC 8032, 5.1.6).
    pub fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.0.sign(bytes).to_bytes()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.public().multikey())
    }
}

/// A public key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Reads `publicKeyMultibase`, `z6Mk...` (Controlled Identifiers 1.0, 2.2.2 Multikey).
    ///
    /// # Errors
    /// Anything that is not base58btc of an Ed25519 public key, and weak keys.
    pub fn from_multikey(text: &str) -> Result<Self, KeyError> {
        let refused = || KeyError::NotEd25519 { got: text.chars().take(MAX_MULTIKEY).collect() };
        let encoded = text.strip_prefix('z').filter(|rest| rest.len() <= MAX_MULTIKEY).ok_or_else(refused)?;
        let bytes = bs58::decode(encoded).into_vec().map_err(|_| refused())?;
        let key = bytes.strip_prefix(&ED25519_PUB).ok_or_else(refused)?;
        Self::from_bytes(key.try_into().map_err(|_| refused())?)
    }

    /// Reads the 32 bytes of a compressed point.
    ///
    /// # Errors
    /// [`KeyError::Weak`] for bytes that are no point, or a point of small order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::Weak)?;
        if key.is_weak() {
            return Err(KeyError::Weak);
        }
        Ok(Self(key))
    }

    /// The Multikey form, `z6Mk...`.
    pub fn multikey(&self) -> String {
        let mut bytes = [0_u8; 34];
        bytes[..2].copy_from_slice(&ED25519_PUB);
        bytes[2..].copy_from_slice(self.0.as_bytes());
        format!("z{}", bs58::encode(bytes).into_string())
    }

    /// The 32 bytes of the key.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The did:key of this key.
    pub fn did_key(&self) -> String {
        format!("did:key:{}", self.multikey())
    }

    /// Strict verification (RFC 8032 with canonical encodings only).
    pub fn verifies(&self, bytes: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_strict(bytes, &Signature::from_bytes(signature)).is_ok()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.multikey())
    }
}

/// The key that a proof names: its DID URL and the key behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerificationMethod {
    /// A DID URL, such as `did:web:example.org#k1`.
    pub id: String,
    /// The public key.
    pub key: PublicKey,
}

impl VerificationMethod {
    /// The only method of a did:key: `did:key:z6Mk...#z6Mk...`.
    pub fn did_key(key: PublicKey) -> Self {
        Self { id: format!("{}#{}", key.did_key(), key.multikey()), key }
    }

    /// Key number `n` of a did:web: `did:web:host#k{n}`.
    pub fn did_web(did: &str, number: u32, key: PublicKey) -> Self {
        Self { id: format!("{did}#k{number}"), key }
    }

    /// The DID in front of the fragment.
    pub fn controller(&self) -> &str {
        self.id.split('#').next().unwrap_or(&self.id)
    }
}

/// Why a text or bytes are no usable key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Another encoding or another kind of key.
    #[error("not an Ed25519 multikey (z6Mk...): {got}")]
    NotEd25519 {
        /// What was given, shortened.
        got: String,
    },
    /// No point of the curve, or one of small order.
    #[error("not a usable Ed25519 point")]
    Weak,
}
