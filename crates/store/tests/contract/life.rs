//! Revoking, suspending, reinstating, superseding; what is published of it.

use store::*;

use crate::world::{World, at, change, databases, key, new_issuer, people, person, reserve, sign};

#[tokio::test]
async fn the_life_of_a_certificate_moves_its_bits() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let certificate = &world.issue(people(1)).await[0];
        let store = world.store.as_ref();

        let suspended = store.change(&change(certificate.id, Act::Suspend)).await.unwrap();
        assert_eq!((suspended.state, suspended.since, suspended.revision), (State::Suspended, at(30), 1));
        assert_eq!(suspended.reason.as_deref(), Some("data-error"));
        assert_eq!(bits(store, certificate).await, (false, true, false));

        let reinstated = store.change(&change(certificate.id, Act::Reinstate)).await.unwrap();
        assert_eq!((reinstated.state, reinstated.reason, reinstated.note), (State::Issued, None, None));
        assert_eq!(bits(store, certificate).await, (false, false, false));

        store.change(&change(certificate.id, Act::Revoke)).await.unwrap();
        assert_eq!(bits(store, certificate).await, (true, false, false));
        let acts: Vec<_> = store.events(Some(&certificate.id.to_string()), 0, 10).await.unwrap();
        assert_eq!(acts.iter().map(|e| e.event.act.as_str()).collect::<Vec<_>>(), ["suspend", "reinstate", "revoke"]);
    }
}

async fn bits(store: &dyn Store, certificate: &Certificate) -> (bool, bool, bool) {
    let snapshot = store.status_snapshot(certificate.issuer, certificate.status_list).await.unwrap().unwrap();
    let entry = snapshot.entries.iter().find(|entry| entry.index == certificate.status_index);
    entry.map_or((false, false, false), |entry| {
        let bit = |purpose| entry.bit(purpose);
        (bit(StatusPurpose::Revocation), bit(StatusPurpose::Suspension), bit(StatusPurpose::Refresh))
    })
}

#[tokio::test]
async fn steps_that_do_not_exist_change_nothing() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let store = world.store.as_ref();
        let reserved = world.reserve(vec![person("Baru Contoh")]).await.unwrap();
        let reserved = store.unsigned(reserved.new.id, 0, 1).await.unwrap()[0].certificate.clone();
        let issued = world.issue(people(1)).await[0].clone();
        let events = store.events(None, 0, 100).await.unwrap();
        for (certificate, act) in [
            (reserved.id, Act::Revoke),
            (reserved.id, Act::Suspend),
            (issued.id, Act::Reinstate),
            (issued.id, Act::Supersede),
        ] {
            let error = store.change(&change(certificate, act)).await.unwrap_err();
            assert!(matches!(error, StoreError::IllegalStep { .. }), "{error}");
        }
        assert_eq!(store.events(None, 0, 100).await.unwrap(), events);
        assert_eq!(store.certificate(issued.id).await.unwrap(), Some(issued.clone()));

        store.change(&change(issued.id, Act::Revoke)).await.unwrap();
        let error = store.change(&change(issued.id, Act::Revoke)).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("certificate {} is revoked; it cannot be changed by 'revoke'", issued.id)
        );
        let unknown = crate::world::fresh_id();
        assert!(matches!(
            store.change(&change(unknown, Act::Revoke)).await,
            Err(StoreError::UnknownCertificate { id }) if id == unknown
        ));
    }
}

#[tokio::test]
async fn a_reissue_supersedes_when_it_is_saved() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let store = world.store.as_ref();
        let old = world.issue(people(1)).await[0].clone();
        let successor =
            |name: &str| NewCertificate { predecessor: Some(old.id), number: Some(old.number.clone()), ..person(name) };
        let batch = world.reserve(vec![successor("Peserta Contoh Betul")]).await.unwrap();
        assert_eq!(batch.new.kind, BatchKind::Reissue);

        // While it is reserved, the old one is in force and cannot be changed or replaced a second time.
        let waiting = store.unsigned(batch.new.id, 0, 1).await.unwrap()[0].certificate.clone();
        assert_eq!(store.certificate(old.id).await.unwrap().unwrap().state, State::Issued);
        let error = store.change(&change(old.id, Act::Revoke)).await.unwrap_err();
        assert!(matches!(error, StoreError::ReissueUnderWay { successor, .. } if successor == waiting.id), "{error}");
        let error = world.reserve(vec![successor("Lain Contoh")]).await.unwrap_err();
        assert!(matches!(error, StoreError::ReissueUnderWay { .. }), "{error}");

        store.save_signed(&[sign(&waiting)], at(40)).await.unwrap();
        let replaced = store.certificate(old.id).await.unwrap().unwrap();
        assert_eq!((replaced.state, replaced.since), (State::Superseded, at(40)));
        assert_eq!((replaced.successor, replaced.reason.as_deref()), (Some(waiting.id), Some("superseded")));
        let new = store.certificate(waiting.id).await.unwrap().unwrap();
        assert_eq!((new.state, new.predecessor), (State::Issued, Some(old.id)));
        assert_eq!(bits(store, &replaced).await, (true, false, true));
        assert_eq!(bits(store, &new).await, (false, false, false));

        // A chain has one end: the old one is final, the new one carries the number.
        let error = world.reserve(vec![successor("Lain Contoh")]).await.unwrap_err();
        assert!(matches!(error, StoreError::IllegalStep { from: State::Superseded, .. }), "{error}");
        assert_eq!(locate(store, &old.number).await.unwrap(), new);
        assert_eq!(store.people(world.cohort.id).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn a_corrected_name_is_taken_and_the_old_one_stays_taken() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let old = world.issue(people(1)).await[0].clone();
        let key = old.person_key.clone().unwrap();
        let new =
            NewCertificate { predecessor: Some(old.id), number: Some(old.number.clone()), ..person("Betul Contoh") };
        let new = world.issue(vec![new]).await[0].clone();
        let known = world.store.people(world.cohort.id).await.unwrap();
        let found: Vec<_> = known.iter().map(|person| (person.key.as_str(), person.predecessor)).collect();
        assert_eq!(found, [(key.as_str(), None), ("betul contoh", Some(old.id))]);
        for name in [old.name.as_deref().unwrap(), new.name.as_deref().unwrap()] {
            let error = world.reserve(vec![person("Lain Contoh"), person(name)]).await.unwrap_err();
            assert!(matches!(error, StoreError::PersonTaken), "{name}: {error}");
        }
    }
}

#[tokio::test]
async fn a_list_is_due_until_all_its_documents_show_its_version() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let store = world.store.as_ref();
        let issued = world.issue(people(2)).await;
        let list = store.status_lists_due(world.issuer.id, at(0)).await.unwrap().remove(0);
        assert_eq!((list.number, list.size, list.used), (1, STATUS_LIST_SIZE, 2));
        publish(store, &list, at(50)).await;
        assert_eq!(store.status_lists_due(world.issuer.id, at(50)).await.unwrap(), []);
        assert_eq!(store.status_lists_due(world.issuer.id, at(51)).await.unwrap().len(), 1, "signed too long ago");

        store.change(&change(issued[0].id, Act::Revoke)).await.unwrap();
        let due = store.status_lists_due(world.issuer.id, at(0)).await.unwrap().remove(0);
        assert_eq!(due.version, list.version + 1);
        publish(store, &due, at(60)).await;
        assert_eq!(store.status_lists_due(world.issuer.id, at(0)).await.unwrap(), []);

        let late = document(&list, StatusPurpose::Revocation, Suite::Rdfc, at(70));
        assert!(!store.put_status_document(&late).await.unwrap(), "an older version comes late");
        let kept =
            store.status_document(world.issuer.id, 1, StatusPurpose::Revocation, Suite::Rdfc).await.unwrap().unwrap();
        assert_eq!((kept.version, kept.signed_at), (due.version, at(60)));
        assert_eq!(
            store.status_document(world.issuer.id, 2, StatusPurpose::Revocation, Suite::Rdfc).await.unwrap(),
            None
        );
    }
}

async fn publish(store: &dyn Store, list: &StatusList, signed_at: jiff::Timestamp) {
    for purpose in StatusPurpose::ALL {
        for suite in Suite::ALL {
            assert!(store.put_status_document(&document(list, *purpose, *suite, signed_at)).await.unwrap());
        }
    }
}

fn document(list: &StatusList, purpose: StatusPurpose, suite: Suite, signed_at: jiff::Timestamp) -> StatusDocument {
    StatusDocument {
        issuer: list.issuer,
        number: list.number,
        purpose,
        suite,
        text: "{}".to_owned(),
        version: list.version,
        signed_at,
    }
}

#[tokio::test]
async fn records_are_due_when_the_state_moved_on() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let store = world.store.as_ref();
        let id = world.issue(people(2)).await[0].id;
        assert_eq!(store.records_due(world.issuer.id, 10).await.unwrap(), []);
        let record = |revision| RecordDocument {
            certificate: id,
            text: format!("revision {revision}"),
            revision,
            signed_at: at(60),
        };
        let suspended = store.change(&change(id, Act::Suspend)).await.unwrap();
        assert_eq!(store.records_due(world.issuer.id, 10).await.unwrap(), [suspended]);
        assert!(store.put_record(&record(1)).await.unwrap());
        assert_eq!(store.records_due(world.issuer.id, 10).await.unwrap(), []);

        let reinstated = store.change(&change(id, Act::Reinstate)).await.unwrap();
        assert_eq!(
            store.records_due(world.issuer.id, 10).await.unwrap(),
            [reinstated],
            "the record must not go on telling 'suspended'"
        );
        assert!(store.put_record(&record(2)).await.unwrap());
        assert!(!store.put_record(&record(1)).await.unwrap());
        assert_eq!(store.record(id).await.unwrap().unwrap().text, "revision 2");
    }
}

#[tokio::test]
async fn what_is_due_is_the_issuers_own() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let store = world.store.as_ref();
        for certificate in world.issue(people(3)).await {
            store.change(&change(certificate.id, Act::Revoke)).await.unwrap();
        }
        // The same cohort goes on under another address.
        let moved = store.put_issuer(&new_issuer("pindah.example"), at(30)).await.unwrap();
        store.put_public_key(&key(moved.id, 1, "z6MkPindah")).await.unwrap();
        let template = store.put_artifact(ArtifactKind::Template, b"{}", at(30)).await.unwrap();
        let template = store.put_template(moved.id, &template, at(30)).await.unwrap();
        let batch = NewBatch { issuer: moved.id, template, ..world.batch(BatchKind::Cohort) };
        let batch = reserve(store, batch, vec![person("Pindah Contoh")], 9).await.unwrap();
        let waiting = store.unsigned(batch.new.id, 0, 1).await.unwrap().remove(0).certificate;
        store.save_signed(&[sign(&waiting)], at(40)).await.unwrap();
        store.change(&change(waiting.id, Act::Revoke)).await.unwrap();

        // However many of the other issuer are due before it.
        let due = store.records_due(moved.id, 1).await.unwrap();
        assert_eq!(due.iter().map(|due| due.id).collect::<Vec<_>>(), [waiting.id]);
        assert_eq!(store.records_due(world.issuer.id, 10).await.unwrap().len(), 3);
        for issuer in [world.issuer.id, moved.id] {
            let lists = store.status_lists_due(issuer, at(0)).await.unwrap();
            assert_eq!(lists.iter().map(|list| (list.issuer, list.number)).collect::<Vec<_>>(), [(issuer, 1)]);
            publish(store, &lists[0], at(50)).await;
            assert_eq!(store.status_lists_due(issuer, at(0)).await.unwrap(), []);
        }
    }
}
