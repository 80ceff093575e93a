//! The intention: everything that a batch needs is written before anything is signed.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use jiff::{Timestamp, ZonedDateTime};
use rand::RngExt;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::{
    ArtifactKind, Batch, BatchId, BatchKind, Certificate, Details, NewBatch, NewCertificate, NewCohort, NewProgramme,
    Numbering, Reservation, Sequence,
};
use uuid::Uuid;

use super::decide::Decision;
use super::plan::{Place, Plan, fingerprint, home, key_of_added, rest_fingerprint};
use super::{Intake, Template};
use crate::deliver;
use crate::fault::IssueError;
use crate::keyring::Signer;
use crate::office::Office;
use crate::programme::{NumberPattern, Programme};
use crate::roster::Recipient;

/// The alphabet of verification codes: 32 characters, no 0 O 1 I (DOMAIN.md).
const CODE_ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// Sixteen characters of it are 80 bits.
const CODE_LENGTH: usize = 16;

/// Randomness that several closures share.
pub(crate) type Chance<'a> = Mutex<&'a mut (dyn rand::CryptoRng + Send)>;

/// Freezes programme, design and template, and reserves a certificate for everybody who is new, or whose certificate is
/// to be replaced or added to. `replaced` has the certificates that are.
pub(super) async fn reserve(
    office: &Office,
    signer: &dyn Signer,
    intake: &Intake<'_>,
    plan: &Plan,
    replaced: &HashMap<Uuid, Certificate>,
    rng: &mut (dyn rand::CryptoRng + Send),
    now: Timestamp,
) -> Result<Batch, IssueError> {
    let issued = office.local(Timestamp::from_second(now.as_second()).unwrap_or(now));
    let chance = Mutex::new(rng);
    let batch = freeze(office, signer, intake, &chance, now).await?;
    let programme = intake.programme;
    let recipient = |place: &Place<'_>| intake.roster.recipients.get(place.at);
    let places = plan.places();
    let given: HashSet<String> =
        places.iter().filter_map(recipient).filter_map(|person| person.number.as_deref().map(str::to_owned)).collect();
    let mut people = places.iter().filter_map(|place| {
        let new = certificate(recipient(place)?, programme, &issued, &chance);
        Some(beside(new, place, replaced))
    });
    let mut draw = |below: u32| lock(&chance).random_range(0..below);
    let reservation = Reservation {
        batch,
        people: &mut people,
        numbering: Numbering {
            sequence: sequence(programme, &issued),
            write: &|count, person| programme.number(count, &issued, &store::shown_code(&person.code)),
            given: &given,
        },
        draw: &mut draw,
    };
    Ok(office.store.reserve(reservation).await?)
}

/// The certificate as the decision about its row wants it.
fn beside(new: NewCertificate, place: &Place<'_>, replaced: &HashMap<Uuid, Certificate>) -> NewCertificate {
    let Some(conflict) = place.beside else { return new };
    match (conflict.decision, replaced.get(&conflict.certificate)) {
        (Some(Decision::Replace), Some(old)) => NewCertificate {
            number: new.number.or_else(|| Some(old.number.clone())),
            valid_until: old.valid_until,
            predecessor: Some(old.id),
            ..new
        },
        _ => NewCertificate { person_key: key_of_added(&new.person_key, conflict.roots), ..new },
    }
}

/// The copies that the batch refers to, and its own row.
async fn freeze(
    office: &Office,
    signer: &dyn Signer,
    intake: &Intake<'_>,
    chance: &Chance<'_>,
    now: Timestamp,
) -> Result<NewBatch, IssueError> {
    let (store, issuer, programme) = (&office.store, office.issuer.id, intake.programme);
    // What is frozen must be what was read.
    if Programme::parse(intake.programme_text).ok().as_ref() != Some(programme) {
        return Err(IssueError::Programme);
    }
    let template =
        Template::of(office, programme).map_err(|problems| IssueError::Credential { id: Uuid::nil(), problems })?;
    let design = deliver::design::text(&office.dir, &programme.design)?;
    deliver::try_design(office, programme, &template, &design)?;
    let programme_hash = store.put_artifact(ArtifactKind::Programme, intake.programme_text.as_bytes(), now).await?;
    let design_hash = store.put_artifact(ArtifactKind::Design, design.as_bytes(), now).await?;
    let template_hash = store.put_artifact(ArtifactKind::Template, &template.to_bytes(), now).await?;
    let template = store.put_template(issuer, &template_hash, now).await?;
    let row = NewProgramme {
        issuer: home(office, programme).await?,
        code: programme.code.clone(),
        title_id: programme.title.id.clone(),
        title_en: programme.title.en.clone(),
    };
    let row = store.put_programme(&row, now).await?;
    let cohort = NewCohort {
        programme: row.id,
        name: programme.cohort_label(),
        starts: Some(programme.cohort.starts.to_string()),
        ends: Some(programme.cohort.ends.to_string()),
    };
    Ok(NewBatch {
        id: BatchId(fresh_id(chance)),
        issuer,
        cohort: store.put_cohort(&cohort, now).await?.id,
        kind: BatchKind::Cohort,
        sheet_hash: Sha256::digest(intake.sheet).iter().map(|byte| format!("{byte:02x}")).collect(),
        programme_hash,
        design_hash,
        template,
        key_number: signer.number(),
        actor: office.actor.clone(),
        created_at: now,
    })
}

/// The certificate of a recipient, to be reserved.
pub(crate) fn certificate(
    recipient: &Recipient,
    programme: &Programme,
    issued: &ZonedDateTime,
    chance: &Chance<'_>,
) -> NewCertificate {
    NewCertificate {
        id: fresh_id(chance),
        code: fresh_code(chance),
        number: recipient.number.as_deref().map(str::to_owned),
        person_key: recipient.person_key(),
        fingerprint: fingerprint(recipient),
        name: recipient.name_with_titles(),
        details: details(recipient, programme),
        grade: recipient.grade.as_ref().map(|words| words.joined()),
        valid_from: issued.timestamp(),
        valid_until: programme.valid_until(issued).map(|until| until.timestamp()),
        predecessor: None,
    }
}

/// Everything of a row that is printed or signed beside name, number and grade.
pub(super) fn details(recipient: &Recipient, programme: &Programme) -> Details {
    let grade = recipient.grade.as_ref().map(|words| words.joined());
    Details {
        // What the credential shows, anybody who has its address sees.
        public: json!({ "agency": recipient.agency, "credential_grade": grade.filter(|_| programme.show_grade) }),
        private: json!({
            "row": recipient.row,
            "rest": rest_fingerprint(recipient),
            "nip": recipient.nip.map(|nip| nip.to_string()),
            "other_id": recipient.other_id,
            "status": recipient.status.as_ref().map(|status| status.label()),
            "rank": recipient.rank,
            "position": recipient.position,
            "unit": recipient.unit,
            "birth_place": recipient.birth_place,
            "birth_date": recipient.birth_date.map(|date| date.to_string()),
            "email": recipient.email,
        }),
    }
}

/// The counter that a programme's numbers share: its pattern with everything but the count filled in. `None` when
/// the pattern has no count.
fn sequence(programme: &Programme, issued: &ZonedDateTime) -> Option<Sequence> {
    let counts = programme.number(1, issued, "") != programme.number(2, issued, "");
    if !counts {
        return None;
    }
    let mut without_count = String::new();
    let mut rest = programme.number_pattern.as_str();
    while let Some(at) = rest.find("{seq") {
        without_count.push_str(&rest[..at]);
        without_count.push('#');
        rest = rest[at..].find('}').map_or("", |end| &rest[at + end + 1..]);
    }
    without_count.push_str(rest);
    let key = match NumberPattern::parse(&without_count) {
        Ok(pattern) => Programme { number_pattern: pattern, ..programme.clone() }.number(0, issued, "*"),
        Err(_) => without_count,
    };
    Some(Sequence { key, start: programme.cohort.first_seq })
}

/// A random UUID (version 4).
pub(super) fn fresh_id(chance: &Chance<'_>) -> Uuid {
    let mut bytes = [0; 16];
    lock(chance).fill_bytes(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// A random verification code.
pub(super) fn fresh_code(chance: &Chance<'_>) -> String {
    let mut bytes = [0; CODE_LENGTH];
    lock(chance).fill_bytes(&mut bytes);
    bytes.iter().map(|byte| char::from(CODE_ALPHABET[usize::from(byte % 32)])).collect()
}

fn lock<'m, 'a>(chance: &'m Chance<'a>) -> std::sync::MutexGuard<'m, &'a mut (dyn rand::CryptoRng + Send)> {
    chance.lock().unwrap_or_else(PoisonError::into_inner)
}
