//! Issuers, keys, frozen copies, programmes, events, health.

use store::*;

use crate::world::{World, at, databases, fresh_id, key, new_issuer};

#[tokio::test]
async fn an_issuer_is_made_once_and_only_its_names_change() {
    for database in databases().await {
        let store = database.open().await;
        let first = store.put_issuer(&new_issuer("satu.example"), at(0)).await.unwrap();
        let mut renamed = new_issuer("satu.example");
        renamed.name_id = "Lembaga Uji".to_owned();
        let again = store.put_issuer(&renamed, at(5)).await.unwrap();
        assert_eq!((again.id, again.name_id.as_str(), again.created_at), (first.id, "Lembaga Uji", at(0)));

        let moved = NewIssuer { base_url: "https://dua.example".to_owned(), ..renamed.clone() };
        assert!(matches!(store.put_issuer(&moved, at(6)).await, Err(StoreError::Taken { what: "DID", .. })));
        let other = NewIssuer { did: "did:web:dua.example".to_owned(), ..renamed };
        assert!(matches!(store.put_issuer(&other, at(6)).await, Err(StoreError::Taken { what: "base URL", .. })));
        assert_eq!(store.issuers().await.unwrap(), [again]);
    }
}

#[tokio::test]
async fn a_key_number_belongs_to_one_key_for_ever() {
    for database in databases().await {
        let store = database.open().await;
        let issuer = store.put_issuer(&new_issuer("satu.example"), at(0)).await.unwrap().id;
        store.put_public_key(&key(issuer, 1, "z6MkSatu")).await.unwrap();
        store.put_public_key(&key(issuer, 1, "z6MkSatu")).await.unwrap();
        let error = store.put_public_key(&key(issuer, 1, "z6MkDua")).await.unwrap_err();
        assert!(matches!(error, StoreError::KeyNumberTaken { number: 1, .. }), "{error}");
        assert!(error.to_string().contains("z6MkSatu") && error.to_string().contains("z6MkDua"));

        store.put_public_key(&key(issuer, 2, "z6MkDua")).await.unwrap();
        store.retire_public_key(issuer, 1, at(50)).await.unwrap();
        store.retire_public_key(issuer, 1, at(60)).await.unwrap();
        let keys = store.public_keys(issuer).await.unwrap();
        assert_eq!(keys.iter().map(|k| (k.number, k.retired_at)).collect::<Vec<_>>(), [(1, Some(at(50))), (2, None)]);
    }
}

#[tokio::test]
async fn frozen_bytes_are_found_by_their_hash() {
    for database in databases().await {
        let store = database.open().await;
        let hash = store.put_artifact(ArtifactKind::Design, b"design", at(0)).await.unwrap();
        assert_eq!(hash, ArtifactHash::of(b"design"));
        assert_eq!(store.put_artifact(ArtifactKind::Design, b"design", at(1)).await.unwrap(), hash);
        assert_eq!(store.artifact(&hash).await.unwrap().unwrap().bytes, b"design");
        assert_eq!(store.artifact(&ArtifactHash::of(b"other")).await.unwrap(), None);
    }
}

#[tokio::test]
async fn template_numbers_are_given_once() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let (store, issuer) = (&world.store, world.issuer.id);
        let a = store.put_artifact(ArtifactKind::Template, b"a", at(0)).await.unwrap();
        let b = store.put_artifact(ArtifactKind::Template, b"b", at(0)).await.unwrap();
        assert_eq!(store.put_template(issuer, &a, at(0)).await.unwrap(), 2);
        assert_eq!(store.put_template(issuer, &b, at(0)).await.unwrap(), 3);
        assert_eq!(store.put_template(issuer, &a, at(1)).await.unwrap(), 2);
        assert_eq!(store.template(issuer, 3).await.unwrap().unwrap().bytes, b"b");
        assert_eq!(store.template(issuer, 4).await.unwrap(), None);
        assert_eq!(store.templates(issuer).await.unwrap(), [1, 2, 3]);
    }
}

#[tokio::test]
async fn programmes_and_cohorts_are_found_again() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let programmes = world.store.programmes(world.issuer.id).await.unwrap();
        assert_eq!(programmes.len(), 1);
        let again = NewCohort {
            programme: programmes[0].id,
            name: "II/2026".to_owned(),
            starts: Some("2026-08-10".to_owned()),
            ends: None,
        };
        let again = world.store.put_cohort(&again, at(9)).await.unwrap();
        assert_eq!(again.id, world.cohort.id);
        assert_eq!(world.store.cohorts(programmes[0].id).await.unwrap(), std::slice::from_ref(&again));
        assert_eq!(world.store.cohort(again.id).await.unwrap(), Some(again));
        assert_eq!(world.store.programme(programmes[0].id).await.unwrap().as_ref(), Some(&programmes[0]));
    }
}

#[tokio::test]
async fn events_are_kept_in_order() {
    for database in databases().await {
        let store = database.open().await;
        for (number, object) in ["satu", "dua", "satu"].iter().enumerate() {
            let event = NewEvent::new(at(i64::try_from(number).unwrap()), "test", "look", *object);
            store.append_event(&event).await.unwrap();
        }
        let all = store.events(None, 0, 10).await.unwrap();
        assert_eq!(all.iter().map(|e| e.number).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(store.events(Some("satu"), all[0].number, 10).await.unwrap(), [all[2].clone()]);
        let newest = store.events_before(None, i64::MAX, 2).await.unwrap();
        assert_eq!(newest, [all[2].clone(), all[1].clone()]);
        assert_eq!(store.events_before(Some("satu"), 3, 9).await.unwrap(), [all[0].clone()]);
    }
}

#[tokio::test]
async fn what_the_api_signed_is_kept_once_with_its_event() {
    for database in databases().await {
        let store = database.open().await;
        let credential = ApiCredential {
            id: fresh_id(),
            credential_id: Some("urn:contoh".to_owned()),
            method: "did:key:z6MkContoh#z6MkContoh".to_owned(),
            text: "{}".to_owned(),
            actor: "api".to_owned(),
            at: at(1),
        };
        store.put_api_credential(&credential).await.unwrap();
        assert!(matches!(store.put_api_credential(&credential).await, Err(StoreError::Taken { what: "id", .. })));
        assert_eq!(store.events(Some(&credential.id.to_string()), 0, 10).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn health_and_counts() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        world.issue(crate::world::people(3)).await;
        world.reserve(vec![crate::world::person("Lain Contoh")]).await.unwrap();
        world.store.ping().await.unwrap();
        assert_eq!(world.store.integrity().await.unwrap(), Vec::<String>::new());
        let counts = world.store.counts().await.unwrap();
        assert_eq!((counts.issuers, counts.public_keys, counts.batches, counts.unfinished_batches), (1, 1, 2, 1));
        assert_eq!(counts.certificates_in(State::Issued), 3);
        assert_eq!(counts.certificates_in(State::Reserved), 1);
        assert_eq!((counts.status_lists, counts.status_entries), (1, 4));
        assert_eq!(counts.certificates_without_documents, 0);
        assert!(counts.schema_version >= 1 && counts.bytes > 0 && counts.events > 0);
    }
}

#[tokio::test]
async fn the_apis_lists_give_every_place_once_and_remember_what_is_revoked() {
    for database in databases().await {
        let store = database.open().await;
        // A draw that repeats itself: the database decides what is free.
        let mut count = 0;
        let mut draw = move |below: u32| {
            count += 1;
            (count / 2) % below
        };
        let mut places = Vec::new();
        for _ in 0..5 {
            places.push(store.reserve_api_place("did:key:z6MkSatu", &mut draw).await.unwrap());
        }
        let other = store.reserve_api_place("did:key:z6MkDua", &mut draw).await.unwrap();
        let indexes: std::collections::HashSet<u32> = places.iter().map(|place| place.index).collect();
        assert_eq!(indexes.len(), 5);
        assert!(places.iter().all(|place| place.list == places[0].list && place.list != other.list));
        assert_eq!(store.api_lists("did:key:z6MkDua").await.unwrap(), [other.list]);

        let before = store.api_list(other.list).await.unwrap().unwrap();
        assert_eq!((before.size, before.revoked.len(), before.document), (STATUS_LIST_SIZE, 0, None));
        for _ in 0..2 {
            assert!(store.revoke_api_place(other, "test", at(1)).await.unwrap());
        }
        let after = store.api_list(other.list).await.unwrap().unwrap();
        assert_eq!((after.revoked, after.version), (vec![other.index], before.version + 1));
        let events = store.events(None, 0, 10).await.unwrap();
        assert_eq!(events.iter().filter(|event| event.event.act == "api-revoke").count(), 1);
        let nobody = ApiPlace { list: other.list, index: STATUS_LIST_SIZE - 1 };
        assert!(!store.revoke_api_place(nobody, "test", at(1)).await.unwrap());

        let document = |version, text: &str| ApiStatusDocument {
            list: other.list,
            text: text.to_owned(),
            version,
            signed_at: at(2),
        };
        assert!(store.put_api_document(&document(2, "dua")).await.unwrap());
        assert!(!store.put_api_document(&document(1, "satu")).await.unwrap(), "an older one comes too late");
        assert_eq!(store.api_list(other.list).await.unwrap().unwrap().document, Some(document(2, "dua")));
        assert_eq!(store.api_list(99).await.unwrap(), None);
    }
}
