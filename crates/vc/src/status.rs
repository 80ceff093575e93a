//! Bitstring Status List 1.0, and Piagam's public record of a certificate.

use crate::draft::Draft;
use crate::json;
use crate::key::VerificationMethod;
use crate::problem::{Problem, ProblemKind};
use crate::suite::{Cryptosuite, hash_data, proof_configuration, proof_value};
use crate::wording::Lang;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::io::{Read, Write};

/// Entries of a list that Piagam makes, and the fewest that the standard allows (6.1: herd privacy).
pub const LIST_ENTRIES: u32 = 131_072;

/// Largest list that is unpacked, in bytes: 64 million entries.
const MAX_LIST_BYTES: u64 = 8 * 1024 * 1024;

/// How long a verifier may keep a list, in milliseconds (2.1, `ttl`).
pub const STATUS_TTL_MS: u32 = 300_000;

/// What the set bits of a list mean (2.2, `statusPurpose`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Final: no longer in force.
    Revocation,
    /// Reversible.
    Suspension,
    /// A newer credential exists.
    Refresh,
}

impl Purpose {
    /// All three.
    pub const ALL: [Purpose; 3] = [Self::Revocation, Self::Suspension, Self::Refresh];

    /// The value of `statusPurpose`, which is also the path segment of the list's URL.
    pub fn name(self) -> &'static str {
        match self {
            Self::Revocation => "revocation",
            Self::Suspension => "suspension",
            Self::Refresh => "refresh",
        }
    }

    /// The purpose of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }
}

/// Why a certificate was revoked or suspended: a fixed list, the only words about it that are public.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The completion data were wrong.
    DataError,
    /// The conditions were not met.
    NotEligible,
    /// Misconduct in the training or its assessment.
    Misconduct,
    /// It should not have been issued.
    IssuedInError,
    /// An inquiry is under way.
    UnderReview,
    /// The holder asked for it.
    HolderRequest,
    /// A newer certificate replaces it.
    Superseded,
    /// None of the above.
    Other,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Reason; 8] = [
        Self::DataError,
        Self::NotEligible,
        Self::Misconduct,
        Self::IssuedInError,
        Self::UnderReview,
        Self::HolderRequest,
        Self::Superseded,
        Self::Other,
    ];

    /// The stable code, for programs and `--reason`.
    pub fn code(self) -> &'static str {
        match self {
            Self::DataError => "data-error",
            Self::NotEligible => "not-eligible",
            Self::Misconduct => "misconduct",
            Self::IssuedInError => "issued-in-error",
            Self::UnderReview => "under-review",
            Self::HolderRequest => "holder-request",
            Self::Superseded => "superseded",
            Self::Other => "other",
        }
    }

    /// The reason of that code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// In words, to stand after "Alasan:" or "Reason:".
    pub fn wording(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::DataError, Lang::Id) => "data kelulusan keliru",
            (Self::DataError, Lang::En) => "the completion data were wrong",
            (Self::NotEligible, Lang::Id) => "syarat kelulusan tidak terpenuhi",
            (Self::NotEligible, Lang::En) => "the conditions of completion were not met",
            (Self::Misconduct, Lang::Id) => "pelanggaran dalam pelatihan atau evaluasi",
            (Self::Misconduct, Lang::En) => "misconduct in the training or its assessment",
            (Self::IssuedInError, Lang::Id) => "diterbitkan karena kekeliruan",
            (Self::IssuedInError, Lang::En) => "issued in error",
            (Self::UnderReview, Lang::Id) => "sedang ditinjau",
            (Self::UnderReview, Lang::En) => "under review",
            (Self::HolderRequest, Lang::Id) => "permintaan pemegang",
            (Self::HolderRequest, Lang::En) => "at the holder's request",
            (Self::Superseded, Lang::Id) => "digantikan oleh versi yang lebih baru",
            (Self::Superseded, Lang::En) => "replaced by a newer version",
            (Self::Other, Lang::Id) => "alasan lain, tanyakan kepada penerbit",
            (Self::Other, Lang::En) => "another reason; ask the issuer",
        }
    }
}

/// Why a list or record cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatusError {
    /// `encodedList` is not `u` and base64url of a GZIP stream.
    #[error("encodedList cannot be decoded: {0}")]
    Encoding(String),
    /// It unpacks to more than is read.
    #[error("the list unpacks to more than {limit} bytes")]
    TooLarge {
        /// The bound.
        limit: u64,
    },
    /// It has fewer entries than the standard allows.
    #[error("the list has {got} entries, at least {least} are required")]
    TooShort {
        /// Entries found.
        got: u64,
        /// Entries required.
        least: u32,
    },
    /// The index lies beyond the list.
    #[error("index {index} lies beyond the {entries} entries of the list")]
    Range {
        /// The index asked for.
        index: u64,
        /// The list's entries.
        entries: u64,
    },
}

/// A list of bits, entry 0 being the left-most bit of the first byte (3.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bitstring {
    bytes: Vec<u8>,
}

impl Bitstring {
    /// A list with no bit set.
    pub fn new(entries: u32) -> Self {
        Self { bytes: vec![0; entries.div_ceil(8) as usize] }
    }

    /// How many entries there are.
    pub fn entries(&self) -> u64 {
        self.bytes.len() as u64 * 8
    }

    /// The bit of an entry.
    ///
    /// # Errors
    /// [`StatusError::Range`].
    pub fn get(&self, index: u64) -> Result<bool, StatusError> {
        let byte = usize::try_from(index / 8).ok().and_then(|at| self.bytes.get(at));
        let byte = byte.ok_or(StatusError::Range { index, entries: self.entries() })?;
        Ok(byte & (0x80 >> (index % 8)) != 0)
    }

    /// Sets or clears the bit of an entry.
    ///
    /// # Errors
    /// [`StatusError::Range`].
    pub fn set(&mut self, index: u64, value: bool) -> Result<(), StatusError> {
        let entries = self.entries();
        let byte = usize::try_from(index / 8).ok().and_then(|at| self.bytes.get_mut(at));
        let byte = byte.ok_or(StatusError::Range { index, entries })?;
        let mask = 0x80 >> (index % 8);
        match value {
            true => *byte |= mask,
            false => *byte &= !mask,
        }
        Ok(())
    }

    /// Bitstring generation (3.3): `u`, base64url without padding, of the GZIP stream. The same bits
    /// give the same text.
    pub fn encode(&self) -> String {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        // Writing to a vector does not fail.
        let packed = encoder.write_all(&self.bytes).and_then(|()| encoder.finish()).unwrap_or_default();
        format!("u{}", URL_SAFE_NO_PAD.encode(packed))
    }

    /// Bitstring expansion (3.4), bounded.
    ///
    /// # Errors
    /// [`StatusError::Encoding`], [`StatusError::TooLarge`], [`StatusError::TooShort`].
    pub fn decode(encoded: &str) -> Result<Self, StatusError> {
        let text =
            encoded.strip_prefix('u').ok_or_else(|| StatusError::Encoding("the leading u is missing".to_owned()))?;
        let packed = URL_SAFE_NO_PAD.decode(text).map_err(|error| StatusError::Encoding(error.to_string()))?;
        let mut bytes = Vec::new();
        GzDecoder::new(packed.as_slice())
            .take(MAX_LIST_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| StatusError::Encoding(error.to_string()))?;
        if bytes.len() as u64 > MAX_LIST_BYTES {
            return Err(StatusError::TooLarge { limit: MAX_LIST_BYTES });
        }
        let list = Self { bytes };
        match list.entries() < u64::from(LIST_ENTRIES) {
            true => Err(StatusError::TooShort { got: list.entries(), least: LIST_ENTRIES }),
            false => Ok(list),
        }
    }
}

/// The credential of a list, ready to be checked and signed. `url` is where it is published; times
/// are `xsd:dateTimeStamp`s.
pub fn status_list_draft(
    url: &str,
    issuer: &str,
    purpose: Purpose,
    bits: &Bitstring,
    from: &str,
    until: &str,
) -> Draft {
    Draft::from_value(json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": from,
        "validUntil": until,
        "credentialSubject": {
            "id": format!("{url}#list"),
            "type": "BitstringStatusList",
            "statusPurpose": purpose.name(),
            "ttl": STATUS_TTL_MS,
            "encodedList": bits.encode(),
        },
    }))
}

/// The state that a public record tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecordState {
    /// In force.
    Issued,
    /// Suspended for the time being.
    Suspended,
    /// Revoked.
    Revoked,
    /// Replaced.
    Superseded,
    /// The issuer no longer keeps the data.
    Erased,
}

impl RecordState {
    const ALL: [RecordState; 5] = [Self::Issued, Self::Suspended, Self::Revoked, Self::Superseded, Self::Erased];

    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
            Self::Superseded => "superseded",
            Self::Erased => "erased",
        }
    }
}

/// The signed public record of a certificate (`/records/{uuid}`): its state and nothing about the
/// person. It explains a status bit; it never overrides one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Where the record is published.
    pub url: String,
    /// The issuer's DID.
    pub issuer: String,
    /// The certificate's `id`.
    pub credential: String,
    /// Its state.
    pub state: RecordState,
    /// Since when, an `xsd:dateTimeStamp`.
    pub since: String,
    /// Why, if there is a reason.
    pub reason: Option<Reason>,
    /// The `id` of the certificate that replaces it.
    pub successor: Option<String>,
}

impl Record {
    /// The record's document and the 64 bytes to be signed for it with `eddsa-jcs-2022`.
    ///
    /// # Errors
    /// What canonicalization refuses; a record of well-formed strings never is.
    pub fn to_sign(&self, method: &VerificationMethod) -> Result<(Value, [u8; 64]), Problem> {
        let mut document = json!({
            "id": self.url,
            "type": "CertificateRecord",
            "issuer": self.issuer,
            "credential": self.credential,
            "state": self.state.code(),
            "since": self.since,
        });
        if let Some(reason) = self.reason {
            document["reason"] = json!(reason.code());
        }
        if let Some(successor) = &self.successor {
            document["successor"] = json!(successor);
        }
        let proof = json!({
            "type": "DataIntegrityProof",
            "cryptosuite": Cryptosuite::EddsaJcs2022.name(),
            "created": self.since,
            "verificationMethod": method.id,
            "proofPurpose": "assertionMethod",
        });
        let options = proof.as_object().cloned().unwrap_or_default();
        let configuration = proof_configuration(Cryptosuite::EddsaJcs2022, &document, &options);
        let bytes = hash_data(Cryptosuite::EddsaJcs2022, &document, &configuration)?.bytes;
        document["proof"] = proof;
        Ok((document, bytes))
    }

    /// Puts the signature into the document that [`Record::to_sign`] gave.
    pub fn finish(mut document: Value, signature: &[u8; 64]) -> String {
        document["proof"]["proofValue"] = json!(proof_value(signature));
        document.to_string()
    }

    /// Reads a record's text. Its proof is checked by the verifier, not here.
    pub(crate) fn parse(bytes: &[u8]) -> Result<(Self, Value), Problem> {
        let document = json::parse(bytes)?;
        let text = |name: &str| document[name].as_str().map(str::to_owned);
        let lacks = |name: &str| Problem::new(ProblemKind::StatusList, name, "the record lacks it");
        let code = text("state").ok_or_else(|| lacks("state"))?;
        let record = Self {
            url: text("id").ok_or_else(|| lacks("id"))?,
            issuer: text("issuer").ok_or_else(|| lacks("issuer"))?,
            credential: text("credential").ok_or_else(|| lacks("credential"))?,
            state: RecordState::ALL.into_iter().find(|state| state.code() == code).ok_or_else(|| lacks("state"))?,
            since: text("since").ok_or_else(|| lacks("since"))?,
            reason: text("reason").and_then(|code| Reason::from_code(&code)),
            successor: text("successor"),
        };
        Ok((record, document))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entry_0_is_the_left_most_bit() {
        let mut list = Bitstring::new(LIST_ENTRIES);
        list.set(0, true).expect("in range");
        list.set(131_071, true).expect("in range");
        assert_eq!((list.bytes[0], list.bytes[16_383]), (0x80, 0x01));
        let back = Bitstring::decode(&list.encode()).expect("our own list");
        assert_eq!(back, list);
        assert_eq!((back.get(0), back.get(1), back.get(131_071)), (Ok(true), Ok(false), Ok(true)));
        assert_eq!(back.get(131_072), Err(StatusError::Range { index: 131_072, entries: 131_072 }));
        assert!(back.get(u64::MAX).is_err());
    }

    #[test]
    fn bombs_and_short_lists_are_refused() {
        let bomb = Bitstring { bytes: vec![0; 64 * 1024 * 1024] }.encode();
        assert_eq!(Bitstring::decode(&bomb), Err(StatusError::TooLarge { limit: MAX_LIST_BYTES }));
        let short = Bitstring::new(1000).encode();
        assert_eq!(Bitstring::decode(&short), Err(StatusError::TooShort { got: 1000, least: LIST_ENTRIES }));
        for text in ["", "H4sI", "u***", "uAAAA"] {
            assert!(matches!(Bitstring::decode(text), Err(StatusError::Encoding(_))), "{text}");
        }
    }

    #[test]
    fn codes_lead_back() {
        for reason in Reason::ALL {
            assert_eq!(Reason::from_code(reason.code()), Some(reason));
            assert!(!reason.wording(Lang::Id).is_empty() && !reason.wording(Lang::En).is_empty());
        }
    }
}
