//! What a certificate will look like, before anything is issued: for whoever approves.

use std::sync::Mutex;

use jiff::Timestamp;
use rand::CryptoRng;
use render::{Design, Press, Shared};
use store::{BatchId, Certificate, CohortId, ProgrammeId, State, Unsigned};
use uuid::Uuid;
use vc::{Cryptosuite, Key, Problem, VerificationMethod, date_time_stamp};

use super::design;
use super::press::{Sheet, particulars, shared};
use crate::batch::{Template, new_certificate};
use crate::fault::IssueError;
use crate::office::Office;
use crate::programme::Programme;
use crate::roster::Recipient;

/// The certificate of one recipient as it would be printed now. It wears the band of a test, is signed by a key that
/// exists for this moment only, and has an id and a code that nobody knows: nothing can be done with it.
///
/// # Errors
/// What would keep the cohort from being issued: [`IssueError::Credential`], [`IssueError::NoDesign`],
/// [`IssueError::Render`].
pub fn specimen(
    office: &Office,
    programme: &Programme,
    recipient: &Recipient,
    full: bool,
    rng: &mut (dyn CryptoRng + Send),
    now: Timestamp,
) -> Result<Vec<u8>, IssueError> {
    let unfit = |problems: Vec<Problem>| IssueError::Credential { id: Uuid::nil(), problems };
    let template = Template::of(office, programme).map_err(unfit)?;
    let mut seed = [0; 32];
    rng.fill_bytes(&mut seed);
    let key = Key::from_seed(seed);
    let unsigned = unsigned(office, programme, recipient, rng, now);
    let ready = template.fill(&unsigned).check().map_err(unfit)?;
    let method = VerificationMethod::did_web(&office.issuer.did, 1, key.public());
    let created = date_time_stamp(unsigned.certificate.valid_from);
    let one = |problem| unfit(vec![problem]);
    let to_sign = ready.to_sign(Cryptosuite::EddsaRdfc2022, &method, &created).map_err(one)?;
    let signature = key.sign(to_sign.bytes());
    let signed = to_sign.finish(signature).map_err(one)?;

    let design = Design::from_toml(&programme.design, &design::text(&office.dir, &programme.design)?)?;
    let press = Press::new(&design, Shared { test_band: true, ..shared(office, programme, &template) })?;
    let page = office.page_url(&unsigned.certificate);
    let (certificate, details) = (unsigned.certificate, unsigned.details);
    let sheet = Sheet { certificate, text: signed.text().to_owned(), jcs: None, details };
    Ok(press.print(&signed, &particulars(office, programme.print_birth, &sheet, page, full))?)
}

/// The certificate that would be reserved for this recipient, as the first of its cohort.
fn unsigned(
    office: &Office,
    programme: &Programme,
    recipient: &Recipient,
    rng: &mut (dyn CryptoRng + Send),
    now: Timestamp,
) -> Unsigned {
    let issued = office.local(Timestamp::from_second(now.as_second()).unwrap_or(now));
    let new = new_certificate(recipient, programme, &issued, &Mutex::new(rng));
    let first = || programme.number(programme.cohort.first_seq, &issued, &store::shown_code(&new.code));
    let certificate = Certificate {
        serial: 0,
        id: new.id,
        issuer: office.issuer.id,
        batch: BatchId(Uuid::nil()),
        cohort: CohortId(0),
        programme: ProgrammeId(0),
        programme_title: programme.title.id.clone(),
        cohort_name: programme.cohort_label(),
        person_key: None,
        fingerprint: None,
        number: new.number.clone().unwrap_or_else(first),
        code: new.code,
        key_number: 1,
        status_list: 1,
        status_index: 0,
        name: Some(new.name),
        grade: new.grade,
        valid_from: new.valid_from,
        valid_until: new.valid_until,
        state: State::Reserved,
        since: now,
        revision: 0,
        reason: None,
        note: None,
        predecessor: None,
        successor: None,
        issued_at: None,
    };
    Unsigned { certificate, details: new.details }
}
