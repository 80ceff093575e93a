//! Signing a reserved batch: in chunks, on two cores, both proofs, each verified before it is stored.

use std::sync::Arc;

use jiff::Timestamp;
use store::{Batch, SignedCertificate, Unsigned};
use vc::{Cryptosuite, Problem, Signed, date_time_stamp};

use super::{Listener, Progress, Template};
use crate::fault::IssueError;
use crate::keyring::Signer;
use crate::office::Office;

/// How many certificates are signed and stored at once: what a crash can cost.
const CHUNK: u32 = 250;

/// How many threads sign.
const SIGNERS: usize = 2;

/// Signs what is unsigned. While a chunk is stored, the next one is signed.
pub(super) async fn sign(
    office: &Office,
    signer: &Arc<dyn Signer>,
    batch: &Batch,
    now: Timestamp,
    listener: Listener<'_>,
) -> Result<(), IssueError> {
    let bench = Arc::new(Bench { signer: Arc::clone(signer), template: template(office, batch).await? });
    let total = batch.certificates;
    let mut done = batch.signed;
    let mut waiting = office.store.unsigned(batch.new.id, 0, CHUNK).await?;
    let mut signed = Vec::new();
    while !waiting.is_empty() || !signed.is_empty() {
        let after = waiting.last().map(|unsigned| unsigned.certificate.serial);
        let saved = save(office, std::mem::take(&mut signed), now);
        let (saved, next) = tokio::join!(saved, sign_chunk(&bench, std::mem::take(&mut waiting)));
        done += saved?;
        listener(Progress::Signed { done, total });
        signed = next?;
        if let Some(after) = after {
            waiting = office.store.unsigned(batch.new.id, after, CHUNK).await?;
        }
    }
    Ok(())
}

/// The frozen template of a batch.
pub(super) async fn template(office: &Office, batch: &Batch) -> Result<Template, IssueError> {
    let frozen = |detail: String| IssueError::Frozen { what: "template", batch: batch.new.id, detail };
    let artifact = office.store.template(batch.new.issuer, batch.new.template).await?;
    let artifact = artifact.ok_or_else(|| frozen(format!("number {} is not stored", batch.new.template)))?;
    Template::from_bytes(&artifact.bytes).map_err(frozen)
}

/// What a signing thread needs.
struct Bench {
    signer: Arc<dyn Signer>,
    template: Template,
}

async fn save(office: &Office, signed: Vec<SignedCertificate>, now: Timestamp) -> Result<u32, IssueError> {
    match signed.is_empty() {
        true => Ok(0),
        false => Ok(office.store.save_signed(&signed, now).await?),
    }
}

async fn sign_chunk(bench: &Arc<Bench>, mut waiting: Vec<Unsigned>) -> Result<Vec<SignedCertificate>, IssueError> {
    let share = waiting.len().div_ceil(SIGNERS);
    let mut threads = Vec::new();
    while !waiting.is_empty() {
        let part: Vec<Unsigned> = waiting.drain(..share.min(waiting.len())).collect();
        let bench = Arc::clone(bench);
        threads.push(tokio::task::spawn_blocking(move || {
            part.iter().map(|unsigned| sign_one(&bench, unsigned)).collect::<Result<Vec<_>, _>>()
        }));
    }
    let mut signed = Vec::new();
    for thread in threads {
        signed.extend(thread.await??);
    }
    Ok(signed)
}

/// Both proofs cover the same document; `finish` verifies each with the public key: we are our first verifier.
fn sign_one(bench: &Bench, unsigned: &Unsigned) -> Result<SignedCertificate, IssueError> {
    let certificate = &unsigned.certificate;
    let unfit = |problems: Vec<Problem>| IssueError::Credential { id: certificate.id, problems };
    let ready = bench.template.fill(unsigned).check().map_err(unfit)?;
    let created = date_time_stamp(certificate.valid_from);
    let method = bench.signer.method();
    let prove = |suite: Cryptosuite| -> Result<Signed, IssueError> {
        let to_sign = ready.to_sign(suite, method, &created).map_err(|problem| unfit(vec![problem]))?;
        let signature = bench.signer.sign(to_sign.bytes())?;
        to_sign.finish(signature).map_err(|problem| unfit(vec![problem]))
    };
    Ok(SignedCertificate {
        id: certificate.id,
        key_number: bench.signer.number(),
        rdfc: prove(Cryptosuite::EddsaRdfc2022)?,
        jcs: prove(Cryptosuite::EddsaJcs2022)?,
    })
}
