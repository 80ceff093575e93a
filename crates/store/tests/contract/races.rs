//! Two handles on one database, as two processes have them.

use std::collections::HashSet;

use store::*;

use crate::world::{Database, PostgresDatabase, World, at, change, databases, people, person, reserve, sign};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_open_a_new_database_at_once() {
    for database in databases().await {
        let (a, b) = tokio::join!(database.open(), database.open());
        a.ping().await.unwrap();
        b.ping().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_sheet_twice_at_once_is_reserved_once() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let other = database.open().await;
        let (first, second) = (world.batch(BatchKind::Cohort), world.batch(BatchKind::Cohort));
        let (a, b) = tokio::join!(
            reserve(world.store.as_ref(), first, people(300), 1),
            reserve(other.as_ref(), second, people(300), 1),
        );
        let errors: Vec<_> = [a, b].into_iter().filter_map(Result::err).collect();
        assert_eq!(errors.len(), 1);
        assert!(matches!(errors[0], StoreError::PersonTaken), "{}", errors[0]);
        let counts = world.store.counts().await.unwrap();
        assert_eq!((counts.batches, counts.status_entries), (1, 300));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn batches_that_race_share_numbers_and_indexes_without_a_clash() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let mut tasks = Vec::new();
        for task in 0..8_u32 {
            let store = if task % 2 == 0 { world.store.clone() } else { database.open().await };
            let batch = world.batch(BatchKind::Cohort);
            let sheet: Vec<_> = (0..50).map(|n| person(&format!("Peserta Contoh {task} {n}"))).collect();
            // The same seed everywhere: all draw the same indexes in the same order.
            tasks.push(tokio::spawn(async move { reserve(store.as_ref(), batch, sheet, 5).await }));
        }
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        let all = world.store.certificates(&Filter::default(), Page::FIRST).await.unwrap();
        assert_eq!(all.len(), 400);
        assert_eq!(all.iter().map(|c| &c.number).collect::<HashSet<_>>().len(), 400);
        assert_eq!(all.iter().map(|c| (c.status_list, c.status_index)).collect::<HashSet<_>>().len(), 400);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_that_sign_the_same_chunk_save_it_once() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let other = database.open().await;
        let batch = world.reserve(people(200)).await.unwrap().new.id;
        let chunk = world.store.unsigned(batch, 0, 200).await.unwrap();
        let signed: Vec<_> = chunk.iter().map(|unsigned| sign(&unsigned.certificate)).collect();
        let (a, b) = tokio::join!(world.store.save_signed(&signed, at(20)), other.save_signed(&signed, at(20)));
        assert_eq!(a.unwrap() + b.unwrap(), 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_revocations_one_wins() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let other = database.open().await;
        let id = world.issue(people(1)).await[0].id;
        let (first, second) = (change(id, Act::Revoke), change(id, Act::Revoke));
        let (a, b) = tokio::join!(world.store.change(&first), other.change(&second));
        assert_eq!([a.is_ok(), b.is_ok()].iter().filter(|ok| **ok).count(), 1);
        let acts = world.store.events(Some(&id.to_string()), 0, 10).await.unwrap();
        assert_eq!(acts.len(), 1);
    }
}

#[tokio::test]
async fn a_list_three_quarters_full_is_followed_by_the_next() {
    const PER_LIST: usize = (STATUS_LIST_SIZE as usize) * (STATUS_LIST_FULL_PERCENT as usize) / 100;
    for database in databases().await {
        let world = World::new(database.open().await).await;
        database.fill_list(&world, PER_LIST - 1).await;
        let batch = world.reserve(vec![person("A Contoh"), person("B Contoh"), person("C Contoh")]).await.unwrap();
        let filter = Filter { batch: Some(batch.new.id), ..Filter::default() };
        let lists: Vec<_> =
            world.store.certificates(&filter, Page::FIRST).await.unwrap().iter().map(|c| c.status_list).collect();
        assert_eq!(lists, [1, 2, 2]);
        let used: Vec<_> = world.store.status_lists(world.issuer.id).await.unwrap().iter().map(|l| l.used).collect();
        assert_eq!(used, [u32::try_from(PER_LIST).unwrap(), 2]);
    }
}

#[tokio::test]
async fn a_reservation_that_is_dropped_half_way_leaves_nothing() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let store = world.store.clone();
        let batch = world.batch(BatchKind::Cohort);
        let task = tokio::spawn(async move { reserve(store.as_ref(), batch, people(50_000), 1).await });
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        task.abort();
        assert!(task.await.is_err(), "it was still busy");
        assert_eq!(world.store.counts().await.unwrap().certificates, [0; 6]);
        world.reserve(people(2)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn events_that_come_at_once_are_one_chain() {
    for database in databases().await {
        let mut tasks = Vec::new();
        for task in 0..6_i64 {
            let store = database.open().await;
            tasks.push(tokio::spawn(async move {
                for number in 0..20 {
                    store.append_event(&NewEvent::new(at(number), "test", "look", task.to_string())).await.unwrap();
                }
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        let store = database.open().await;
        let events = store.events(None, 0, PAGE_MAX).await.unwrap();
        assert_eq!(events.len(), 120);
        let head = events.iter().try_fold(Head::default(), |head, event| head.follow(event)).unwrap();
        assert_eq!(store.chain_head().await.unwrap(), head);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_form_sent_many_times_at_once_one_counts() {
    for database in databases().await {
        let store = database.open().await;
        let user = crate::desk::put(store.as_ref(), "sari@contoh.example", Role::Operator).await.id;
        let mut tasks = Vec::new();
        for _ in 0..8 {
            let store = database.open().await;
            tasks.push(tokio::spawn(async move { store.claim_form("satu", user, at(0)).await.unwrap() }));
        }
        let mut first = 0;
        for task in tasks {
            first += u32::from(task.await.unwrap() == Claim::First);
        }
        assert_eq!(first, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn templates_and_places_that_race_get_numbers_of_their_own() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let mut tasks = Vec::new();
        for task in 0..8_u32 {
            let (store, issuer) = (database.open().await, world.issuer.id);
            tasks.push(tokio::spawn(async move {
                // Two of each.
                let text = format!("template {}", task / 2);
                let hash = store.put_artifact(ArtifactKind::Template, text.as_bytes(), at(0)).await.unwrap();
                let number = store.put_template(issuer, &hash, at(0)).await.unwrap();
                let place = store.reserve_api_place("did:key:z6MkSatu", &mut crate::world::draws(1)).await.unwrap();
                (number, (place.list, place.index))
            }));
        }
        let (mut numbers, mut places) = (HashSet::new(), HashSet::new());
        for task in tasks {
            let (number, place) = task.await.unwrap();
            numbers.insert(number);
            places.insert(place);
        }
        assert_eq!((numbers, places.len()), ([2, 3, 4, 5].into(), 8));
        assert_eq!(world.store.api_lists("did:key:z6MkSatu").await.unwrap().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_revocation_and_a_reissue_at_once_one_wins() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        for certificate in world.issue(people(6)).await {
            let (one, two) = (database.open().await, database.open().await);
            let new = NewCertificate {
                predecessor: Some(certificate.id),
                ..person(&format!("Betul {}", certificate.number))
            };
            let batch = world.batch(BatchKind::Reissue);
            let revocation = change(certificate.id, Act::Revoke);
            let revoking = tokio::spawn(async move { one.change(&revocation).await });
            let reissuing = tokio::spawn(async move { reserve(two.as_ref(), batch, vec![new], 3).await });
            let (revoked, reissued) = (revoking.await.unwrap(), reissuing.await.unwrap());
            assert!(revoked.is_ok() ^ reissued.is_ok(), "{revoked:?} {reissued:?}");
            let now = world.store.certificate(certificate.id).await.unwrap().unwrap();
            assert_eq!(now.state, if revoked.is_ok() { State::Revoked } else { State::Issued });
        }
    }
}

/// PostgreSQL: whoever signs in or revokes does not wait until a hundred thousand are reserved.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_long_reservation_keeps_nobody_from_writing() {
    let database = PostgresDatabase::new();
    let world = World::new(database.open().await).await;
    let certificate = world.issue(people(1)).await.remove(0);
    let (go_on, gone_on) = std::sync::mpsc::channel::<()>();
    let (store, batch) = (database.open().await, world.batch(BatchKind::Cohort));
    let reserving = tokio::spawn(async move {
        let mut people = (0..500).map(move |n| {
            // In the middle it waits for what the others do.
            if n == 250 {
                tokio::task::block_in_place(|| gone_on.recv()).unwrap();
            }
            person(&format!("Lain Contoh {n}"))
        });
        let reservation = Reservation {
            batch,
            people: &mut people,
            numbering: Numbering {
                sequence: Some(Sequence { key: "N".to_owned(), start: 1 }),
                write: &|count, _| format!("N-{count:03}"),
                given: &HashSet::new(),
            },
            draw: &mut crate::world::draws(9),
        };
        store.reserve(reservation).await
    });
    // Until it holds its lock.
    let store = database.open().await;
    let others = async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        store.change(&change(certificate.id, Act::Revoke)).await.unwrap();
        store.append_event(&NewEvent::new(at(0), "test", "look", "satu")).await.unwrap();
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), others).await.expect("they wait for the reservation");
    go_on.send(()).unwrap();
    assert_eq!(reserving.await.unwrap().unwrap().certificates, 500);
    let events = world.store.events(None, 0, PAGE_MAX).await.unwrap();
    events.iter().try_fold(Head::default(), |head, event| head.follow(event)).unwrap();
}
