//! The agency moves to another host: what it issued before stays its own.

use jiff::SignedDuration;
use store::{Certificate, NewIssuer, State, StatusPurpose, Suite};
use vc::Verdict;

use super::tests::{Desk, now};
use super::*;
use crate::keyring::{self, KeyringError};
use crate::status::{Published, Why, publish_due, revoke};

const NEW_BASE: &str = "http://localhost:9090";
const PEOPLE: [(&str, &str); 2] = [("Budi Contoh", "198607142011012991"), ("Siti Uji", "199203092019031992")];

impl Desk {
    /// Another base URL in the settings, and a key for it. The old key stays at hand.
    async fn moves_to(&mut self, base_url: &str) {
        let issuer = NewIssuer {
            did: vc::did_web(base_url),
            base_url: base_url.to_owned(),
            name_id: "Lembaga Contoh".to_owned(),
            name_en: "Sample Agency".to_owned(),
        };
        let (store, dir) = (self.office.store.as_ref(), self.folder.path());
        let (role, passphrase) = (store::KeyRole::Certificates, "empat kata untuk contoh");
        let issuer = store.put_issuer(&issuer, now()).await.unwrap();
        if keyring::is_this_machine(base_url) {
            keyring::install_example_key(store, &issuer, dir, now()).await.unwrap();
        } else {
            keyring::make_key(store, &issuer, dir, role, passphrase, &mut self.rng, now()).await.unwrap();
        }
        let signer = keyring::open_signer(store, &issuer, dir, role, Some(passphrase)).await.unwrap();
        self.ring.add(issuer.clone(), std::sync::Arc::new(signer));
        self.office = self.office.under(issuer);
    }

    /// The ring without the keys of former addresses.
    fn lose_old_keys(&mut self) {
        self.ring = Ring::new(self.office.issuer.clone(), self.signer());
    }

    async fn find(&self, id: Uuid) -> Certificate {
        self.office.store.certificate(id).await.unwrap().unwrap()
    }

    async fn signed(&self, id: Uuid) -> String {
        self.office.store.signed_text(id, Suite::Rdfc).await.unwrap().unwrap()
    }
}

async fn moved() -> (Desk, Vec<Uuid>) {
    let mut desk = Desk::new().await;
    let issued = desk.issue(&PEOPLE).await.unwrap().in_force;
    desk.moves_to(NEW_BASE).await;
    (desk, issued)
}

#[tokio::test]
async fn the_old_addresss_lists_are_signed_on_time() {
    let (desk, issued) = moved().await;
    let old = desk.find(issued[0]).await.issuer;
    let next_day = now().checked_add(SignedDuration::from_hours(25)).unwrap();
    let published = publish_due(&desk.office, &desk.ring, next_day).await.unwrap();
    assert_eq!(published, Published { lists: 1, records: 0 });
    let list = desk.office.store.status_document(old, 1, StatusPurpose::Revocation, Suite::Rdfc).await;
    let list = list.unwrap().unwrap();
    assert_eq!(list.signed_at, next_day);
    assert!(list.text.contains("did:web:localhost%3A8080#k1") && !list.text.contains("9090"), "{}", list.text);
}

#[tokio::test]
async fn an_old_certificate_is_revoked_by_its_own_issuer() {
    let (mut desk, issued) = moved().await;
    let why = Why::parse("data-error", "garam".to_owned()).unwrap();
    revoke(&desk.office, &desk.ring, issued[0], &why, now()).await.unwrap();
    let report = desk.verify(&desk.find(issued[0]).await, Suite::Rdfc).await;
    assert_eq!((report.verdict, report.state), (Verdict::Invalid, vc::State::Revoked), "{report:?}");
    assert_eq!(report.reason, Some(vc::Reason::DataError));

    desk.lose_old_keys();
    let error = revoke(&desk.office, &desk.ring, issued[1], &why, now()).await.unwrap_err();
    assert!(matches!(error, IssueError::Keyring(KeyringError::NotOpen)), "{error}");
    assert_eq!(desk.find(issued[1]).await.state, State::Issued, "nothing is stored that cannot be published");
}

#[tokio::test]
async fn the_same_sheet_finds_who_has_a_certificate_from_the_old_address() {
    let (mut desk, before) = moved().await;
    let again = desk.issue(&PEOPLE).await.unwrap();
    assert!(again.batch.is_none());
    assert_eq!((again.plan.unchanged.len(), &again.in_force), (2, &before));

    let mut more = PEOPLE.to_vec();
    more.push(("Rina Misal", "199505172023212994"));
    let grown = desk.issue(&more).await.unwrap();
    assert_eq!((grown.batch.unwrap().certificates, &grown.in_force[..2]), (1, before.as_slice()));
    let (old, new) = (desk.find(before[0]).await, desk.find(grown.in_force[2]).await);
    assert_eq!((new.issuer, new.cohort), (desk.office.issuer.id, old.cohort), "the cohort goes on");
    assert_eq!(new.number, "00003/AI-DASAR/II/VIII/2026");
    assert!(desk.signed(new.id).await.contains(&format!("{NEW_BASE}/credentials/{}", new.id)));

    more[0].0 = "Budi Contoh Wijaya";
    assert!(matches!(desk.issue(&more).await, Err(IssueError::Conflicts(_))));
    assert_eq!(desk.certificates().await.len(), 3);
}

#[tokio::test]
async fn a_reissue_is_the_present_issuers_and_supersedes_in_the_old_lists() {
    let (mut desk, before) = moved().await;
    let lost = Ring::new(desk.office.issuer.clone(), desk.signer());
    let name = "Budi Contoh Wijaya";
    let error = reissue(&desk.office, &lost, before[0], name, &mut desk.rng, now()).await.unwrap_err();
    assert!(matches!(error, IssueError::Keyring(KeyringError::NotOpen)), "{error}");
    assert_eq!(desk.certificates().await.len(), 2);

    let new = reissue(&desk.office, &desk.ring, before[0], name, &mut desk.rng, now()).await.unwrap();
    let old = desk.find(before[0]).await;
    assert_eq!((old.state, old.successor, new.predecessor), (State::Superseded, Some(new.id), Some(old.id)));
    assert_eq!((new.issuer, new.cohort, &new.number), (desk.office.issuer.id, old.cohort, &old.number));
    let text = desk.signed(new.id).await;
    assert!(text.contains(&format!("{NEW_BASE}/status/revocation/1")) && !text.contains("8080"), "{text}");
    for suite in [Suite::Rdfc, Suite::Jcs] {
        let report = desk.verify(&new, suite).await;
        assert_eq!(report.verdict, Verdict::Valid, "{report:?}");
        let report = desk.verify(&old, suite).await;
        assert_eq!((report.verdict, report.state), (Verdict::Invalid, vc::State::Superseded), "{report:?}");
        assert_eq!(report.successor, Some(format!("{NEW_BASE}/credentials/{}", new.id)));
    }
    let batch = desk.office.store.batch(new.batch).await.unwrap().unwrap();
    let report = desk.office.store.batch_report(batch.new.id).await.unwrap().unwrap();
    assert!(report.contains(&format!("{NEW_BASE}/v/")), "{report}");

    // Either sheet finds the new one; the same reissue again is the same certificate.
    let mut corrected = PEOPLE;
    for name in ["Budi Contoh", name] {
        corrected[0].0 = name;
        let issued = desk.issue(&corrected).await.unwrap();
        assert!(issued.batch.is_none());
        assert_eq!(issued.in_force, [new.id, before[1]]);
    }
    let again = reissue(&desk.office, &desk.ring, before[0], name, &mut desk.rng, now()).await.unwrap();
    assert_eq!(again, new);
}

#[tokio::test]
async fn a_batch_that_was_begun_before_the_move_is_finished_under_its_own_address() {
    let mut desk = Desk::new().await;
    let ring = desk.ring.clone();
    desk.ring = desk.failing_after(0);
    desk.issue(&PEOPLE).await.unwrap_err();
    desk.ring = ring.clone();
    desk.moves_to(NEW_BASE).await;
    let both = desk.ring.clone();
    desk.lose_old_keys();
    let error = desk.issue(&PEOPLE).await.unwrap_err();
    assert!(matches!(error, IssueError::Keyring(KeyringError::NotOpen)), "{error}");

    desk.ring = both;
    let issued = desk.issue(&PEOPLE).await.unwrap();
    assert_eq!((issued.resumed.len(), issued.in_force.len()), (1, 2));
    for id in issued.in_force {
        assert!(desk.signed(id).await.contains("did:web:localhost%3A8080#k1"));
        assert_eq!(desk.verify(&desk.find(id).await, Suite::Rdfc).await.verdict, Verdict::Valid);
    }
}

#[tokio::test]
async fn what_was_tried_out_on_this_machine_is_no_certificate_elsewhere() {
    let mut desk = Desk::new().await;
    let tried = desk.issue(&PEOPLE).await.unwrap().in_force;
    desk.moves_to("https://sertifikat.example").await;
    let issued = desk.issue(&PEOPLE).await.unwrap();
    assert_eq!(issued.plan.new.len(), 2);
    assert!(issued.in_force.iter().all(|id| !tried.contains(id)));
    let error = reissue(&desk.office, &desk.ring, tried[0], "Budi Wijaya", &mut desk.rng, now()).await.unwrap_err();
    assert!(matches!(error, IssueError::TriedOut { .. }), "{error}");
}
