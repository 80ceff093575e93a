//! The contract, answered by one function each.

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::{ThisStore, audit, batches, certificates, frozen, installation, life, published, reserve};
use crate::*;

#[async_trait]
impl Store for ThisStore {
    async fn ping(&self) -> Result<()> {
        installation::ping(self).await
    }

    async fn counts(&self) -> Result<Counts> {
        installation::counts(self).await
    }

    async fn integrity(&self) -> Result<Vec<String>> {
        installation::integrity(self).await
    }

    async fn put_issuer(&self, issuer: &NewIssuer, now: Timestamp) -> Result<Issuer> {
        installation::put_issuer(self, issuer, now).await
    }

    async fn issuers(&self) -> Result<Vec<Issuer>> {
        installation::issuers(self).await
    }

    async fn put_public_key(&self, key: &PublicKey) -> Result<()> {
        installation::put_public_key(self, key).await
    }

    async fn retire_public_key(&self, issuer: IssuerId, number: u32, at: Timestamp) -> Result<()> {
        installation::retire_public_key(self, issuer, number, at).await
    }

    async fn public_keys(&self, issuer: IssuerId) -> Result<Vec<PublicKey>> {
        installation::public_keys(self, issuer).await
    }

    async fn put_artifact(&self, kind: ArtifactKind, bytes: &[u8], now: Timestamp) -> Result<ArtifactHash> {
        frozen::put_artifact(self, kind, bytes, now).await
    }

    async fn artifact(&self, hash: &ArtifactHash) -> Result<Option<Artifact>> {
        frozen::artifact(self, hash).await
    }

    async fn put_template(&self, issuer: IssuerId, hash: &ArtifactHash, now: Timestamp) -> Result<u32> {
        frozen::put_template(self, issuer, hash, now).await
    }

    async fn template(&self, issuer: IssuerId, number: u32) -> Result<Option<Artifact>> {
        frozen::template(self, issuer, number).await
    }

    async fn templates(&self, issuer: IssuerId) -> Result<Vec<u32>> {
        frozen::templates(self, issuer).await
    }

    async fn put_programme(&self, programme: &NewProgramme, now: Timestamp) -> Result<Programme> {
        frozen::put_programme(self, programme, now).await
    }

    async fn put_cohort(&self, cohort: &NewCohort, now: Timestamp) -> Result<Cohort> {
        frozen::put_cohort(self, cohort, now).await
    }

    async fn programmes(&self, issuer: IssuerId) -> Result<Vec<Programme>> {
        frozen::programmes(self, issuer).await
    }

    async fn cohorts(&self, programme: ProgrammeId) -> Result<Vec<Cohort>> {
        frozen::cohorts(self, programme).await
    }

    async fn programme(&self, id: ProgrammeId) -> Result<Option<Programme>> {
        frozen::programme(self, id).await
    }

    async fn cohort(&self, id: CohortId) -> Result<Option<Cohort>> {
        frozen::cohort(self, id).await
    }

    async fn people(&self, cohort: CohortId) -> Result<Vec<Person>> {
        frozen::people(self, cohort).await
    }

    async fn reserve(&self, reservation: Reservation<'_>) -> Result<Batch> {
        reserve::reserve(self, reservation).await
    }

    async fn batch(&self, id: BatchId) -> Result<Option<Batch>> {
        batches::batch(self, id).await
    }

    async fn batches(&self, limit: u32) -> Result<Vec<Batch>> {
        batches::batches(self, limit).await
    }

    async fn batch_made_of(
        &self,
        sheet_hash: &str,
        programme: &ArtifactHash,
        since: Timestamp,
    ) -> Result<Option<Batch>> {
        batches::batch_made_of(self, sheet_hash, programme, since).await
    }

    async fn newest_of(&self, programme: ProgrammeId) -> Result<Option<Frozen>> {
        batches::newest_of(self, programme).await
    }

    async fn unfinished_batches(&self) -> Result<Vec<Batch>> {
        batches::unfinished_batches(self).await
    }

    async fn unsigned(&self, batch: BatchId, after: i64, limit: u32) -> Result<Vec<Unsigned>> {
        batches::unsigned(self, batch, after, limit).await
    }

    async fn save_signed(&self, signed: &[SignedCertificate], now: Timestamp) -> Result<u32> {
        batches::save_signed(self, signed, now).await
    }

    async fn put_report_part(&self, batch: BatchId, part: u32, text: &str) -> Result<()> {
        batches::put_report_part(self, batch, part, text).await
    }

    async fn finish_batch(&self, batch: BatchId, now: Timestamp) -> Result<Batch> {
        batches::finish_batch(self, batch, now).await
    }

    async fn batch_report(&self, batch: BatchId) -> Result<Option<String>> {
        batches::batch_report(self, batch).await
    }

    async fn certificate(&self, id: Uuid) -> Result<Option<Certificate>> {
        certificates::certificate(self, id).await
    }

    async fn certificate_by_code(&self, code: &str) -> Result<Option<Certificate>> {
        certificates::certificate_by_code(self, code).await
    }

    async fn certificates_by_number(&self, number: &str) -> Result<Vec<Certificate>> {
        certificates::certificates_by_number(self, number).await
    }

    async fn certificates(&self, filter: &Filter, page: Page) -> Result<Vec<Certificate>> {
        certificates::certificates(self, filter, page).await
    }

    async fn find_certificates(&self, search: &Search, before: i64, limit: u32) -> Result<Vec<Certificate>> {
        certificates::find_certificates(self, search, before, limit).await
    }

    async fn signed_text(&self, id: Uuid, suite: Suite) -> Result<Option<String>> {
        certificates::signed_text(self, id, suite).await
    }

    async fn details(&self, id: Uuid) -> Result<Option<Details>> {
        certificates::details(self, id).await
    }

    async fn change(&self, change: &Change) -> Result<Certificate> {
        life::change(self, change).await
    }

    async fn status_lists(&self, issuer: IssuerId) -> Result<Vec<StatusList>> {
        published::status_lists(self, issuer).await
    }

    async fn status_snapshot(&self, issuer: IssuerId, number: u32) -> Result<Option<StatusSnapshot>> {
        published::status_snapshot(self, issuer, number).await
    }

    async fn status_lists_due(&self, issuer: IssuerId, signed_before: Timestamp) -> Result<Vec<StatusList>> {
        published::status_lists_due(self, issuer, signed_before).await
    }

    async fn put_status_document(&self, document: &StatusDocument) -> Result<bool> {
        published::put_status_document(self, document).await
    }

    async fn status_document(
        &self,
        issuer: IssuerId,
        number: u32,
        purpose: StatusPurpose,
        suite: Suite,
    ) -> Result<Option<StatusDocument>> {
        published::status_document(self, issuer, number, purpose, suite).await
    }

    async fn put_record(&self, record: &RecordDocument) -> Result<bool> {
        published::put_record(self, record).await
    }

    async fn record(&self, certificate: Uuid) -> Result<Option<RecordDocument>> {
        published::record(self, certificate).await
    }

    async fn records_due(&self, issuer: IssuerId, limit: u32) -> Result<Vec<Certificate>> {
        published::records_due(self, issuer, limit).await
    }

    async fn put_api_credential(&self, credential: &ApiCredential) -> Result<()> {
        audit::put_api_credential(self, credential).await
    }

    async fn chain_head(&self) -> Result<Head> {
        audit::chain_head(self).await
    }

    async fn append_event(&self, event: &NewEvent) -> Result<()> {
        audit::append_event(self, event).await
    }

    async fn events(&self, object: Option<&str>, after: i64, limit: u32) -> Result<Vec<Event>> {
        audit::events(self, object, after, limit).await
    }

    async fn events_before(&self, object: Option<&str>, before: i64, limit: u32) -> Result<Vec<Event>> {
        audit::events_before(self, object, before, limit).await
    }
}
