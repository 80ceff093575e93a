//! Comparing a sheet with what is issued already. Nothing is written.

use std::collections::HashMap;

use sha2::{Digest, Sha256};
use store::{Batch, Cohort, Filter, IssuerId, Page, Person, Programme as ProgrammeRow, State, StoreError};
use uuid::Uuid;
use vc::Lang;

use super::decide::{Decision, Decisions};
use crate::fault::IssueError;
use crate::office::Office;
use crate::programme::Programme;
use crate::roster::{Recipient, Roster};

/// What a run would do.
#[derive(Debug, Default)]
pub struct Plan {
    /// Recipients without a certificate: places in [`Roster::recipients`].
    pub new: Vec<usize>,
    /// Recipients who have theirs, with an unchanged row.
    pub unchanged: Vec<Unchanged>,
    /// Recipients who have one, with a changed row. A decision is needed about each; without it nothing is issued.
    pub conflicts: Vec<Conflict>,
    /// How many of the sheet did not pass.
    pub skipped: usize,
}

/// Somebody who has the certificate already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unchanged {
    /// The place in [`Roster::recipients`].
    pub at: usize,
    /// The row of the sheet.
    pub row: u32,
    /// The certificate; of several that replaced each other, the last.
    pub certificate: Uuid,
    /// Its number.
    pub number: String,
    /// Its state: it may be revoked.
    pub state: State,
}

/// Somebody who has the certificate already, and whose row says something else now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The place in [`Roster::recipients`].
    pub at: usize,
    /// The row of the sheet.
    pub row: u32,
    /// The name in the sheet.
    pub name: String,
    /// The certificate; of several that replaced each other, the last.
    pub certificate: Uuid,
    /// Its number.
    pub number: String,
    /// Its state.
    pub state: State,
    /// What was decided about it, as far as its state allows it.
    pub decision: Option<Decision>,
    /// How many certificates that replaced none this person has.
    pub(super) roots: usize,
}

/// Somebody who gets a certificate.
pub(super) struct Place<'p> {
    /// The place in [`Roster::recipients`].
    pub(super) at: usize,
    /// Whose certificate is replaced, or stands beside it.
    pub(super) beside: Option<&'p Conflict>,
}

impl Plan {
    /// How many certificates would be issued.
    pub fn to_issue(&self) -> usize {
        self.new.len() + self.decided(Decision::Replace) + self.decided(Decision::Add)
    }

    /// How many changed rows nobody has decided about.
    pub fn undecided(&self) -> usize {
        self.conflicts.iter().filter(|conflict| conflict.decision.is_none()).count()
    }

    /// How many were decided so.
    pub fn decided(&self, decision: Decision) -> usize {
        self.conflicts.iter().filter(|conflict| conflict.decision == Some(decision)).count()
    }

    /// Everybody who gets a certificate, in the order of the sheet.
    pub(super) fn places(&self) -> Vec<Place<'_>> {
        let new = self.new.iter().map(|at| Place { at: *at, beside: None });
        let issued = |conflict: &&Conflict| matches!(conflict.decision, Some(Decision::Replace | Decision::Add));
        let decided = self.conflicts.iter().filter(issued);
        let mut places: Vec<_> =
            new.chain(decided.map(|conflict| Place { at: conflict.at, beside: Some(conflict) })).collect();
        places.sort_by_key(|place| place.at);
        places
    }
}

impl Conflict {
    /// What is wrong, in one sentence.
    pub fn reason(&self, lang: Lang) -> String {
        let (row, name, number) = (self.row, &self.name, &self.number);
        match lang {
            Lang::Id => format!(
                "Baris {row}: {name} sudah memiliki sertifikat nomor {number}, tetapi isi barisnya berbeda dari saat diterbitkan."
            ),
            Lang::En => format!(
                "Row {row}: {name} already has certificate number {number}, but the row differs from what was issued."
            ),
        }
    }

    /// What to do, in one sentence.
    pub fn mend(&self, lang: Lang) -> String {
        let id = self.certificate;
        match lang {
            Lang::Id => format!(
                "Kembalikan isi baris seperti semula, atau perbaiki nama pada sertifikat dengan `piagam reissue {id} --name NAMA`."
            ),
            Lang::En => format!(
                "Put the row back as it was, or correct the name on the certificate with `piagam reissue {id} --name NAME`."
            ),
        }
    }
}

/// Compares a roster with the certificates of its cohort, and says what the decisions come to.
///
/// # Errors
/// [`IssueError::Store`].
pub async fn plan(
    office: &Office,
    programme: &Programme,
    roster: &Roster,
    decisions: &Decisions,
) -> Result<Plan, IssueError> {
    let known = people(office, programme).await?;
    let mut plan = Plan { skipped: roster.skipped.len(), ..Plan::default() };
    for (at, recipient) in roster.recipients.iter().enumerate() {
        let Some((chain, last)) = known.chain_of(recipient) else {
            plan.new.push(at);
            continue;
        };
        if let Some(standing) = standing(chain, &fingerprint(recipient)) {
            plan.unchanged.push(Unchanged {
                at,
                row: recipient.row,
                certificate: standing.certificate,
                number: standing.number.clone(),
                state: standing.state,
            });
        } else {
            plan.conflicts.push(Conflict {
                at,
                row: recipient.row,
                name: recipient.name_with_titles(),
                certificate: last.certificate,
                number: last.number.clone(),
                state: last.state,
                decision: decisions.of(recipient.row, last.certificate, last.state),
                roots: chain.iter().filter(|person| person.predecessor.is_none()).count(),
            });
        }
    }
    Ok(plan)
}

/// The certificates in force of everybody on the sheet, in its order: the unchanged ones, and those of this run.
pub(super) async fn in_force(office: &Office, plan: &Plan, batch: Option<&Batch>) -> Result<Vec<Uuid>, IssueError> {
    let standing = plan.unchanged.iter().filter(|unchanged| unchanged.state == State::Issued);
    let mut placed: Vec<(usize, Uuid)> = standing.map(|unchanged| (unchanged.at, unchanged.certificate)).collect();
    let filter = Filter { batch: batch.map(|batch| batch.new.id), ..Filter::default() };
    let (mut page, mut new) = (Page::FIRST, plan.places().into_iter());
    while batch.is_some() {
        let certificates = office.store.certificates(&filter, page).await?;
        let Some(last) = certificates.last() else { break };
        page.after = last.serial;
        // A batch is reserved in the order of the plan. (The page comes first in the zip: it ends without taking one.)
        placed.extend(certificates.iter().zip(new.by_ref()).map(|(certificate, place)| (place.at, certificate.id)));
    }
    placed.sort_unstable();
    Ok(placed.into_iter().map(|(_, id)| id).collect())
}

/// The certificate that a row of this fingerprint stands for: the one that was made from it, or what has replaced that.
fn standing<'p>(chain: &'p [Person], fingerprint: &str) -> Option<&'p Person> {
    let mut standing = chain.iter().rfind(|person| person.fingerprint == fingerprint)?;
    // Oldest first: what replaced a certificate comes after it.
    for person in chain {
        if person.predecessor == Some(standing.certificate) {
            standing = person;
        }
    }
    Some(standing)
}

/// Everybody who has a certificate in the cohort.
async fn people(office: &Office, programme: &Programme) -> Result<People, IssueError> {
    let mut known = People::default();
    for (_, cohort) in begun(office, programme).await? {
        let Some(cohort) = cohort else { continue };
        for person in office.store.people(cohort.id).await? {
            known.add(person);
        }
    }
    Ok(known)
}

/// People with their certificates, oldest first: chains of those that replaced each other, and those that were added
/// beside. Who is known by name and was issued again under a corrected one is found under either.
#[derive(Default)]
struct People {
    chains: Vec<Vec<Person>>,
    by_certificate: HashMap<Uuid, usize>,
    by_key: HashMap<String, usize>,
    by_corrected_key: HashMap<String, usize>,
}

impl People {
    fn add(&mut self, person: Person) {
        let replaced = person.predecessor.and_then(|id| self.by_certificate.get(&id).copied());
        let key = key_of_person(&person.key).to_owned();
        let chain = replaced.or_else(|| self.by_key.get(&key).copied()).unwrap_or(self.chains.len());
        if chain == self.chains.len() {
            self.chains.push(Vec::with_capacity(1));
        }
        self.by_certificate.insert(person.certificate, chain);
        self.by_key.entry(key.clone()).or_insert(chain);
        if replaced.is_some() {
            self.by_corrected_key.entry(key).or_insert(chain);
        }
        self.chains[chain].push(person);
    }

    /// The certificates of a recipient, and the last of them.
    fn chain_of(&self, recipient: &Recipient) -> Option<(&[Person], &Person)> {
        let corrected = || self.by_corrected_key.get(&recipient.corrected_key()?);
        let chain = self.chains.get(*self.by_key.get(&recipient.person_key()).or_else(corrected)?)?;
        Some((chain, chain.last()?))
    }
}

/// The key of a certificate that is added to those that somebody has: the store keeps each key once.
pub(super) fn key_of_added(key: &str, roots: usize) -> String {
    format!("{key}{ADDED}{}", roots + 1)
}

/// Before the count in such a key. No key has it otherwise: it is in no number, no domain and no folded name.
const ADDED: char = '#';

/// The person's own key.
fn key_of_person(key: &str) -> &str {
    match key.rsplit_once(ADDED) {
        Some((person, count)) if !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit()) => person,
        _ => key,
    }
}

/// The programme with the cohort, as far as they are known already: under every address whose certificates count, oldest
/// first. There is one at most, unless an earlier version began the programme anew after a move.
async fn begun(office: &Office, programme: &Programme) -> Result<Vec<(ProgrammeRow, Option<Cohort>)>, IssueError> {
    let name = programme.cohort_label();
    let mut begun = Vec::new();
    for issuer in office.addresses().await? {
        let programmes = office.store.programmes(issuer.id).await?;
        if let Some(row) = programmes.into_iter().find(|row| row.code == programme.code) {
            let cohort = office.store.cohorts(row.id).await?.into_iter().find(|cohort| cohort.name == name);
            begun.push((row, cohort));
        }
    }
    Ok(begun)
}

/// Under whom a programme is remembered: a cohort that was begun goes on, also under another address, so that the store
/// keeps watching over its people.
pub(super) async fn home(office: &Office, programme: &Programme) -> Result<IssuerId, IssueError> {
    let begun = begun(office, programme).await?;
    let with_cohort = begun.iter().find(|(_, cohort)| cohort.is_some());
    Ok(with_cohort.or(begun.first()).map_or(office.issuer.id, |(row, _)| row.issuer))
}

/// A batch that somebody of the sheet waits for: reserved, not signed, and nobody's to be issued anew.
pub(super) async fn waiting(office: &Office, plan: &Plan) -> Result<Option<Batch>, IssueError> {
    let unchanged = plan.unchanged.iter().map(|unchanged| (unchanged.state, unchanged.certificate));
    let changed = plan.conflicts.iter().map(|conflict| (conflict.state, conflict.certificate));
    let Some((_, id)) = unchanged.chain(changed).find(|(state, _)| *state == State::Reserved) else { return Ok(None) };
    let certificate = office.store.certificate(id).await?.ok_or(StoreError::UnknownCertificate { id })?;
    let id = certificate.batch;
    Ok(Some(office.store.batch(id).await?.ok_or(StoreError::UnknownBatch { id })?))
}

/// What tells that a row has changed: the name with titles, and everything else.
pub(super) fn fingerprint(recipient: &Recipient) -> String {
    fingerprint_of(&recipient.name_with_titles(), &rest_fingerprint(recipient))
}

/// The same from a name and the fingerprint of the rest, for a reissue under a corrected name.
pub(super) fn fingerprint_of(name: &str, rest: &str) -> String {
    let digest = Sha256::digest(format!("{rest}\n{name}"));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The fingerprint of a row without its name.
pub(super) fn rest_fingerprint(recipient: &Recipient) -> String {
    Recipient { prefix: None, name: String::new(), suffix: None, ..recipient.clone() }.fingerprint()
}
