//! Decisions about people who have the certificate already and whose row says something else now.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;
use store::{Act, Certificate, State};
use uuid::Uuid;
use vc::Lang;

use super::plan::{Conflict, Plan};
use super::reserve;
use crate::fault::IssueError;
use crate::keyring::{Ring, is_this_machine};
use crate::office::Office;
use crate::programme::Programme;
use crate::roster::Recipient;

/// What is to happen with somebody who has the certificate already, and whose row has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The certificate stays as it is; the row is left out.
    Keep,
    /// The row takes the certificate's place, with its number and expiry: the old one is superseded, linked both ways.
    Replace,
    /// One more certificate with a number of its own; the old one stays as it is.
    Add,
}

impl Decision {
    /// Whether a certificate in this state allows it: what is revoked cannot be replaced, what is being signed has to
    /// be waited for.
    pub fn is_possible(self, state: State) -> bool {
        match self {
            Self::Keep => true,
            Self::Replace => Act::Supersede.step(state).is_some(),
            Self::Add => state != State::Reserved,
        }
    }
}

/// Decisions by the rows of a sheet. Each is about the certificate that was seen when it was made: about another one it
/// says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decisions(BTreeMap<u32, (Uuid, Decision)>);

impl Decisions {
    /// Nothing is decided: every changed row stops the walk.
    pub const NONE: &'static Self = &Self(BTreeMap::new());

    /// Decides about a row whose person has this certificate.
    pub fn decide(&mut self, row: u32, certificate: Uuid, decision: Decision) {
        self.0.insert(row, (certificate, decision));
    }

    /// What was decided about this row and this certificate, as far as the certificate's state allows it now.
    pub(super) fn of(&self, row: u32, certificate: Uuid, state: State) -> Option<Decision> {
        let (seen, decision) = self.0.get(&row)?;
        (*seen == certificate && decision.is_possible(state)).then_some(*decision)
    }
}

/// The certificates that are to be replaced, by their ids.
///
/// # Errors
/// [`crate::keyring::KeyringError::NotOpen`]: the old one's lists are signed by a key that is not at hand;
/// [`IssueError::TriedOut`] for a certificate that was issued to try things out.
pub(super) async fn to_be_replaced(
    office: &Office,
    ring: &Ring,
    plan: &Plan,
) -> Result<HashMap<Uuid, Certificate>, IssueError> {
    let mut replaced = HashMap::new();
    for conflict in plan.conflicts.iter().filter(|conflict| conflict.decision == Some(Decision::Replace)) {
        let id = conflict.certificate;
        let old = office.store.certificate(id).await?.ok_or(store::StoreError::UnknownCertificate { id })?;
        ring.signer(old.issuer)?;
        if old.issuer != office.issuer.id {
            let under = office.issued_under(old.issuer).await?;
            if is_this_machine(&under.issuer.base_url) && !office.is_test() {
                return Err(IssueError::TriedOut { base_url: under.issuer.base_url });
            }
        }
        replaced.insert(id, old);
    }
    Ok(replaced)
}

/// What a row says otherwise than the certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The field: its names in Indonesian and English.
    label: [&'static str; 2],
    /// What was issued; empty for nothing.
    pub before: String,
    /// What the row says; empty for nothing.
    pub now: String,
}

impl Difference {
    /// The field's name.
    pub fn label(&self, lang: Lang) -> &'static str {
        self.label[usize::from(lang == Lang::En)]
    }
}

/// What has changed about somebody since the certificate was issued. Personal: for the desk only.
///
/// # Errors
/// [`IssueError::Store`].
pub async fn differences(
    office: &Office,
    programme: &Programme,
    recipient: &Recipient,
    conflict: &Conflict,
) -> Result<Vec<Difference>, IssueError> {
    let Some(old) = office.store.certificate(conflict.certificate).await? else { return Ok(Vec::new()) };
    let was = office.store.details(old.id).await?.unwrap_or_default();
    let is = reserve::details(recipient, programme);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let grade = recipient.grade.as_ref().map(|words| words.joined()).unwrap_or_default();
    let number = recipient.number.as_deref().map_or_else(|| old.number.clone(), str::to_owned);
    let mut all = vec![
        (["Nama", "Name"], old.name.clone().unwrap_or_default(), recipient.name_with_titles()),
        (["Nomor", "Number"], old.number, number),
        (["Predikat", "Grade"], old.grade.unwrap_or_default(), grade),
        (["Instansi", "Agency"], text(&was.public["agency"]), text(&is.public["agency"])),
    ];
    all.extend(PRIVATE.map(|(key, label)| (label, text(&was.private[key]), text(&is.private[key]))));
    let differ = all.into_iter().filter(|(_, before, now)| before != now);
    Ok(differ.map(|(label, before, now)| Difference { label, before, now }).collect())
}

/// What only the full rendering shows, and its names.
const PRIVATE: [(&str, [&str; 2]); 8] = [
    ("nip", ["NIP", "NIP"]),
    ("other_id", ["Identitas lain", "Other identity"]),
    ("status", ["Status", "Status"]),
    ("rank", ["Pangkat", "Rank"]),
    ("position", ["Jabatan", "Position"]),
    ("unit", ["Unit kerja", "Unit"]),
    ("birth_place", ["Tempat lahir", "Place of birth"]),
    ("birth_date", ["Tanggal lahir", "Date of birth"]),
];
