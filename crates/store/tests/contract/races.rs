//! Two handles on one database, as two processes have them.

use std::collections::HashSet;

use store::*;

use crate::world::{World, at, change, databases, people, person, reserve, sign};

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
        world.reserve(people(PER_LIST - 1)).await.unwrap();
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
