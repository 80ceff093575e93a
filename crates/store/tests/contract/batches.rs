//! Reserving, signing in chunks, finishing, finding.

use std::collections::HashSet;

use store::*;

use crate::world::{World, at, databases, fresh_id, people, person, reserve, sign};

#[tokio::test]
async fn a_reserved_batch_has_distinct_everything_in_the_order_of_the_sheet() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let batch = world.reserve(people(1_200)).await.unwrap();
        assert_eq!((batch.state, batch.certificates, batch.signed), (BatchState::Reserved, 1_200, 0));

        let mut all = Vec::new();
        loop {
            let after = all.last().map_or(0, |c: &Certificate| c.serial);
            let page = world.store.certificates(&Filter::default(), Page { after, limit: 500 }).await.unwrap();
            if page.is_empty() {
                break;
            }
            all.extend(page);
        }
        assert_eq!(all.len(), 1_200);
        assert_eq!(all.iter().map(|c| c.id).collect::<HashSet<_>>().len(), 1_200);
        assert_eq!(all.iter().map(|c| &c.code).collect::<HashSet<_>>().len(), 1_200);
        assert_eq!(all.iter().map(|c| &c.number).collect::<HashSet<_>>().len(), 1_200);
        assert_eq!(all.iter().map(|c| (c.status_list, c.status_index)).collect::<HashSet<_>>().len(), 1_200);
        assert_eq!(all[0].name.as_deref(), Some("Peserta Contoh 1"));
        assert_eq!((all[0].number.as_str(), all[1_199].number.as_str()), ("N-001", "N-1200"));
        assert!(all.iter().all(|c| c.state == State::Reserved && c.status_index < STATUS_LIST_SIZE));
        let ascending = all.windows(2).filter(|pair| pair[0].status_index < pair[1].status_index).count();
        assert!((400..800).contains(&ascending), "indexes look drawn, not counted: {ascending}");
    }
}

#[tokio::test]
async fn what_a_programme_is_was_frozen_with_its_newest_signed_batch() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let newest = || world.store.newest_of(world.cohort.programme);
        world.reserve(people(2)).await.unwrap();
        assert_eq!(newest().await.unwrap(), None, "nothing was published");
        let first = world.issue(vec![person("Baru Contoh")]).await.remove(0);
        let second = world.issue(vec![person("Lain Contoh")]).await.remove(0);
        world.reserve(vec![person("Nanti Contoh")]).await.unwrap();
        assert_ne!(first.batch, second.batch);
        let batch = world.store.batch(second.batch).await.unwrap().unwrap().new;
        let Frozen { batch: id, programme_hash, template } = newest().await.unwrap().unwrap();
        assert_eq!((id, programme_hash, template), (batch.id, batch.programme_hash, batch.template));
        assert_eq!(world.store.newest_of(ProgrammeId(4_711)).await.unwrap(), None);
    }
}

#[tokio::test]
async fn numbers_of_the_sheet_win() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let mut sheet = people(4);
        sheet[2].number = Some("N-002".to_owned());
        let batch = world.reserve(sheet).await.unwrap();
        let filter = Filter { batch: Some(batch.new.id), ..Filter::default() };
        let numbers: Vec<_> = numbers(&world.store.certificates(&filter, Page::FIRST).await.unwrap());
        assert_eq!(numbers, ["N-001", "N-003", "N-002", "N-004"]);

        let mut later = vec![person("Baru Contoh"), person("Lama Contoh")];
        later[1].number = Some("LAMA".to_owned());
        let batch = world.reserve(later).await.unwrap();
        let filter = Filter { batch: Some(batch.new.id), ..Filter::default() };
        let certificates = world.store.certificates(&filter, Page::FIRST).await.unwrap();
        assert_eq!(self::numbers(&certificates), ["N-005", "LAMA"]);
    }
}

fn numbers(certificates: &[Certificate]) -> Vec<String> {
    certificates.iter().map(|c| c.number.clone()).collect()
}

#[tokio::test]
async fn a_number_that_an_earlier_sheet_gave_is_passed_over_in_a_long_one() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let early = NewCertificate { number: Some("N-150".to_owned()), ..person("Awal Contoh") };
        world.reserve(vec![early]).await.unwrap();
        let mut sheet = people(300);
        sheet[250].number = Some("N-220".to_owned());
        let batch = world.reserve(sheet).await.unwrap();
        let filter = Filter { batch: Some(batch.new.id), ..Filter::default() };
        let numbers = numbers(&world.store.certificates(&filter, Page::FIRST).await.unwrap());
        let mut expected: Vec<String> =
            (1..=301).filter(|n| *n != 150 && *n != 220).map(|n| format!("N-{n:03}")).collect();
        expected.insert(250, "N-220".to_owned());
        assert_eq!(numbers, expected);
    }
}

#[tokio::test]
async fn one_number_for_a_whole_event_is_allowed() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let reservation = Reservation {
            batch: world.batch(BatchKind::Cohort),
            people: &mut people(3).into_iter(),
            numbering: Numbering { sequence: None, write: &|_, _| "SATU".to_owned(), given: &HashSet::new() },
            draw: &mut crate::world::draws(1),
        };
        world.store.reserve(reservation).await.unwrap();
        assert_eq!(world.store.certificates_by_number("SATU").await.unwrap().len(), 3);
    }
}

#[tokio::test]
async fn a_pattern_that_repeats_itself_is_refused_not_counted_for_ever() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let reservation = Reservation {
            batch: world.batch(BatchKind::Cohort),
            people: &mut people(2).into_iter(),
            numbering: Numbering {
                sequence: Some(Sequence { key: "S".to_owned(), start: 1 }),
                write: &|_, _| "SAMA".to_owned(),
                given: &HashSet::new(),
            },
            draw: &mut crate::world::draws(1),
        };
        let error = world.store.reserve(reservation).await.unwrap_err();
        assert!(matches!(error, StoreError::Taken { what: "number", .. }), "{error}");
        assert_nothing_reserved(&world).await;
    }
}

#[tokio::test]
async fn the_second_certificate_of_a_person_is_refused_and_nothing_is_written() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let mut sheet = people(3);
        sheet.push(person("Peserta Contoh 1"));
        let error = world.reserve(sheet).await.unwrap_err();
        assert!(matches!(error, StoreError::PersonTaken), "{error}");
        assert_nothing_reserved(&world).await;
    }
}

async fn assert_nothing_reserved(world: &World) {
    let counts = world.store.counts().await.unwrap();
    assert_eq!((counts.batches, counts.status_lists, counts.status_entries), (0, 0, 0));
    assert_eq!(counts.certificates, [0; 6]);
    let batch = world.reserve(vec![person("Baru Contoh")]).await.unwrap();
    let waiting = world.store.unsigned(batch.new.id, 0, 1).await.unwrap();
    assert_eq!(waiting[0].certificate.number, "N-001", "no number is lost either");
}

#[tokio::test]
async fn an_id_a_code_or_a_batch_is_never_taken_twice() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let first = person("Satu Contoh");
        world.reserve(vec![first.clone()]).await.unwrap();
        let same_code = NewCertificate { code: first.code.clone(), ..person("Dua Contoh") };
        assert!(matches!(world.reserve(vec![same_code]).await, Err(StoreError::Taken { .. })));
        let same_id = NewCertificate { id: first.id, ..person("Tiga Contoh") };
        assert!(matches!(world.reserve(vec![same_id]).await, Err(StoreError::Taken { .. })));
        let batch = world.batch(BatchKind::Cohort);
        reserve(world.store.as_ref(), batch.clone(), vec![person("Empat Contoh")], 3).await.unwrap();
        let again = reserve(world.store.as_ref(), batch, vec![person("Lima Contoh")], 3).await;
        assert!(matches!(again, Err(StoreError::Taken { what: "batch", .. })));
    }
}

#[tokio::test]
async fn signing_in_chunks_is_idempotent_and_can_be_resumed() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let batch = world.reserve(people(25)).await.unwrap().new.id;
        let chunk = world.store.unsigned(batch, 0, 10).await.unwrap();
        assert_eq!(chunk[0].details.public["instansi"], "Instansi Contoh");
        let signed: Vec<_> = chunk.iter().map(|unsigned| sign(&unsigned.certificate)).collect();
        assert_eq!(world.store.save_signed(&signed, at(20)).await.unwrap(), 10);

        let error = world.store.finish_batch(batch, at(21)).await.unwrap_err();
        assert!(matches!(error, StoreError::Unfinished { unsigned: 15, .. }), "{error}");

        // Another process comes back after a crash and does not know how far the first one was.
        let store = database.open().await;
        assert_eq!(store.unfinished_batches().await.unwrap().len(), 1);
        let mut other_bytes = signed[0].clone();
        other_bytes.rdfc = other_bytes.jcs.clone();
        assert_eq!(store.save_signed(&[other_bytes], at(22)).await.unwrap(), 0);
        assert_eq!(store.signed_text(signed[0].id, Suite::Rdfc).await.unwrap().as_deref(), Some(signed[0].rdfc.text()));
        let rest = store.unsigned(batch, 0, PAGE_MAX).await.unwrap();
        assert_eq!(rest.len(), 15);
        let rest: Vec<_> = rest.iter().map(|unsigned| sign(&unsigned.certificate)).collect();
        let everything: Vec<_> = signed.iter().chain(&rest).cloned().collect();
        assert_eq!(store.save_signed(&everything, at(23)).await.unwrap(), 15);

        for (part, text) in [(1, "dua"), (0, "half-written"), (0, "satu ")] {
            store.put_report_part(batch, part, text).await.unwrap();
        }
        assert_eq!(store.batch_report(batch).await.unwrap(), None, "not before it is finished");
        let finished = store.finish_batch(batch, at(24)).await.unwrap();
        assert_eq!((finished.state, finished.signed, finished.finished_at), (BatchState::Issued, 25, Some(at(24))));
        assert_eq!(store.finish_batch(batch, at(25)).await.unwrap(), finished);
        store.put_report_part(batch, 0, "too late ").await.unwrap();
        assert_eq!(store.batch_report(batch).await.unwrap().as_deref(), Some("satu dua"));
        assert_eq!(store.unfinished_batches().await.unwrap(), []);
        assert_eq!(store.batches(10).await.unwrap(), [finished]);
        let acts: Vec<_> = store.events(Some(&batch.to_string()), 0, 10).await.unwrap();
        assert_eq!(acts.iter().map(|e| e.event.act.as_str()).collect::<Vec<_>>(), ["reserve", "issue"]);
    }
}

#[tokio::test]
async fn a_chunk_with_a_stranger_saves_nothing() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let batch = world.reserve(people(2)).await.unwrap().new.id;
        let chunk = world.store.unsigned(batch, 0, 10).await.unwrap();
        let mut signed: Vec<_> = chunk.iter().map(|unsigned| sign(&unsigned.certificate)).collect();
        signed.push(SignedCertificate { id: fresh_id(), ..signed[0].clone() });
        let error = world.store.save_signed(&signed, at(20)).await.unwrap_err();
        assert!(matches!(error, StoreError::UnknownCertificate { .. }), "{error}");
        assert_eq!(world.store.unsigned(batch, 0, 10).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn certificates_are_found_by_id_number_and_code() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let issued = world.issue(people(3)).await;
        let store = world.store.as_ref();
        assert_eq!(store.certificate(issued[1].id).await.unwrap().as_ref(), Some(&issued[1]));
        let shown = shown_code(&issued[1].code).to_lowercase();
        assert_eq!(store.certificate_by_code(&shown).await.unwrap().as_ref(), Some(&issued[1]));
        assert_eq!(store.certificate_by_code("not a code").await.unwrap(), None);
        for text in [
            issued[2].id.to_string(),
            format!("http://localhost:8080/credentials/{}", issued[2].id),
            format!("http://localhost:8080/v/{}", shown_code(&issued[2].code)),
            issued[2].code.to_lowercase(),
            issued[2].number.clone(),
        ] {
            assert_eq!(locate(store, &text).await.unwrap(), issued[2], "{text}");
        }
        assert!(matches!(locate(store, "N-999").await, Err(LocateError::NotFound { .. })));
    }
}

#[tokio::test]
async fn lists_are_filtered_and_stable() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let first = world.issue(people(3)).await;
        let second = world.reserve(vec![person("Baru Contoh")]).await.unwrap();
        let list = |filter: Filter| {
            let store = world.store.clone();
            async move { store.certificates(&filter, Page::FIRST).await.unwrap() }
        };
        assert_eq!(list(Filter::default()).await.len(), 4);
        assert_eq!(list(Filter { state: Some(State::Issued), ..Filter::default() }).await, first);
        assert_eq!(list(Filter { batch: Some(second.new.id), ..Filter::default() }).await.len(), 1);
        assert_eq!(list(Filter { cohort: Some(world.cohort.id), ..Filter::default() }).await.len(), 4);
        assert_eq!(list(Filter { cohort: Some(CohortId(99)), ..Filter::default() }).await.len(), 0);
        let serials: Vec<_> = list(Filter::default()).await.iter().map(|c| c.serial).collect();
        assert!(serials.is_sorted());
    }
}
