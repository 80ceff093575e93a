use store::{State, Suite};
use vc::Verdict;

use super::*;
use crate::batch::tests::{Desk, now};

async fn one() -> (Desk, Certificate) {
    let mut desk = Desk::new().await;
    let id = desk.issue(&[("Budi Contoh", "198607142011012991")]).await.unwrap().in_force[0];
    let certificate = desk.office.store.certificate(id).await.unwrap().unwrap();
    (desk, certificate)
}

#[tokio::test]
async fn a_revoked_certificate_is_invalid_with_date_and_reason() {
    let (desk, certificate) = one().await;
    let why = Why::parse("data-error", "garam".to_owned()).unwrap();
    let revoked = revoke(&desk.office, &desk.ring, certificate.id, &why, now()).await.unwrap();
    assert_eq!(revoked.state, State::Revoked);
    for suite in [Suite::Rdfc, Suite::Jcs] {
        let report = desk.verify(&revoked, suite).await;
        assert_eq!((report.verdict, report.state), (Verdict::Invalid, vc::State::Revoked), "{report:?}");
        assert_eq!(report.reason, Some(vc::Reason::DataError));
        assert!(report.since.is_some());
    }
}

#[tokio::test]
async fn a_suspended_certificate_comes_back() {
    let (desk, certificate) = one().await;
    let ring = &desk.ring;
    let why = Why::parse("dilaporkan oleh instansi", "garam".to_owned()).unwrap();
    assert_eq!(
        (why.reason, why.note.as_ref().map(|note| note.text.as_str())),
        (Reason::Other, Some("dilaporkan oleh instansi"))
    );
    suspend(&desk.office, ring, certificate.id, &why, now()).await.unwrap();
    let report = desk.verify(&certificate, Suite::Rdfc).await;
    assert_eq!((report.verdict, report.state), (Verdict::Invalid, vc::State::Suspended), "{report:?}");
    let record = desk.office.store.record(certificate.id).await.unwrap().unwrap();
    assert!(record.text.contains("\"other\"") && !record.text.contains("dilaporkan"), "{}", record.text);

    reinstate(&desk.office, ring, certificate.id, None, now()).await.unwrap();
    let report = desk.verify(&certificate, Suite::Rdfc).await;
    assert_eq!(report.verdict, Verdict::Valid, "{report:?}");
    let record = desk.office.store.record(certificate.id).await.unwrap().unwrap();
    assert!(record.text.contains("\"issued\""), "{}", record.text);
}

#[tokio::test]
async fn lists_are_signed_again_when_they_changed_or_are_a_day_old() {
    let (desk, certificate) = one().await;
    let ring = &desk.ring;
    let nothing = Published::default();
    assert_eq!(publish_due(&desk.office, ring, now()).await.unwrap(), nothing);
    let next_day = now().checked_add(SignedDuration::from_hours(25)).unwrap();
    assert_eq!(publish_due(&desk.office, ring, next_day).await.unwrap(), Published { lists: 1, records: 0 });
    assert_eq!(publish_due(&desk.office, ring, next_day).await.unwrap(), nothing);

    let why = Why::parse("misconduct", "garam".to_owned()).unwrap();
    revoke(&desk.office, ring, certificate.id, &why, next_day).await.unwrap();
    assert_eq!(publish_due(&desk.office, ring, next_day).await.unwrap(), nothing, "the act has published");
    let document = desk
        .office
        .store
        .status_document(desk.office.issuer.id, 1, StatusPurpose::Revocation, Suite::Jcs)
        .await
        .unwrap()
        .unwrap();
    let list: serde_json::Value = serde_json::from_str(&document.text).unwrap();
    assert_eq!(list["proof"]["cryptosuite"], "eddsa-jcs-2022");
    assert_eq!(list["credentialSubject"]["ttl"], 300_000);
    assert_eq!(list["validUntil"], "2026-09-20T03:00:00Z");
    let bits = Bitstring::decode(list["credentialSubject"]["encodedList"].as_str().unwrap()).unwrap();
    assert_eq!(bits.get(u64::from(certificate.status_index)), Ok(true));
}

#[tokio::test]
async fn an_act_whose_lists_could_not_be_signed_is_published_by_the_next_try() {
    let (desk, certificate) = one().await;
    let why = Why::parse("data-error", "garam".to_owned()).unwrap();
    let change = store::Change {
        certificate: certificate.id,
        act: store::Act::Revoke,
        reason: Some(why.reason.code().to_owned()),
        note: None,
        actor: "killed".to_owned(),
        at: now(),
    };
    desk.office.store.change(&change).await.unwrap();
    let error = revoke(&desk.office, &desk.ring, certificate.id, &why, now()).await.unwrap_err();
    assert!(matches!(error, IssueError::Store(store::StoreError::IllegalStep { .. })), "{error}");
    assert_eq!(desk.verify(&certificate, Suite::Rdfc).await.state, vc::State::Revoked);
}

#[tokio::test]
async fn a_record_tells_nothing_about_the_person() {
    let (desk, certificate) = one().await;
    let text = record(&desk.office, desk.signer().as_ref(), &certificate).await.unwrap();
    assert!(!text.contains("Budi") && !text.contains("1986") && !text.contains(&certificate.number), "{text}");
    assert!(text.contains(&certificate.id.to_string()) && text.contains("eddsa-jcs-2022"));
}

#[test]
fn superseded_is_no_reason_to_revoke() {
    assert!(matches!(Why::parse(" superseded ", "garam".to_owned()), Err(IssueError::Reason { .. })));
    assert_eq!(Why::parse("", "garam".to_owned()).unwrap(), Why { reason: Reason::Other, note: None });
}
