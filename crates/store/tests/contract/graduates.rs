//! What graduates may do: links used once, sessions of one certificate, corrections, comparisons that are counted.

use store::*;

use crate::outbox::{event, link, reachable, reachables};
use crate::world::{World, at, databases, person};

#[tokio::test]
async fn a_link_is_used_once_whoever_races() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let other = database.open().await;
        let store = world.store.as_ref();
        let certificates = world.issue(reachables(2)).await;
        let id = certificates[0].id;
        store.put_link(id, &link("satu"), &event("link-made", 50)).await.unwrap();
        store.put_link(id, &link("dua"), &event("link-made", 50)).await.unwrap();
        let opening = event("holder-open", 100);
        let (one, two) = tokio::join!(
            store.use_link("satu", "kuki a", at(500), &opening),
            other.use_link("satu", "kuki b", at(500), &opening)
        );
        let (one, two) = (one.unwrap(), two.unwrap());
        assert!(
            (one == LinkUse::Opened(id) && two == LinkUse::Used(at(100)))
                || (two == LinkUse::Opened(id) && one == LinkUse::Used(at(100))),
            "{one:?} {two:?}"
        );
        let winner = if one == LinkUse::Opened(id) { "kuki a" } else { "kuki b" };
        let loser = if winner == "kuki a" { "kuki b" } else { "kuki a" };
        assert_eq!(store.holder_session(winner, id, at(499)).await.unwrap(), Some(at(500)));
        assert_eq!(store.holder_session(winner, id, at(500)).await.unwrap(), None, "it ends");
        assert_eq!(store.holder_session(winner, certificates[1].id, at(100)).await.unwrap(), None, "another's page");
        assert_eq!(store.holder_session(loser, id, at(100)).await.unwrap(), None);
        for nothing in ["satuu", "sat", "", "SATU", "'"] {
            assert_eq!(
                store.use_link(nothing, "kuki c", at(500), &opening).await.unwrap(),
                LinkUse::Unknown,
                "{nothing}"
            );
        }
        let late = event("holder-open", 1_000);
        assert_eq!(store.use_link("dua", "kuki d", at(5_000), &late).await.unwrap(), LinkUse::Ended(at(1_000)));
        let events = store.events(Some(&id.to_string()), 0, 10).await.unwrap();
        assert_eq!(events.iter().filter(|event| event.event.act == "holder-open").count(), 1);
        store.end_holder_session(winner).await.unwrap();
        assert_eq!(store.holder_session(winner, id, at(100)).await.unwrap(), None);
        store.sweep_links(at(1_001)).await.unwrap();
        assert_eq!(store.link("dua").await.unwrap(), None);
    }
}

#[tokio::test]
async fn an_address_leads_to_its_certificates_in_any_case_of_letters() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let store = world.store.as_ref();
        let mut people = reachables(2);
        people.push(person("Tanpa Alamat Contoh"));
        let certificates = world.issue(people).await;
        let found = store.certificates_of_address("PESERTA.contoh.1@contoh.EXAMPLE", 5).await.unwrap();
        assert_eq!(found.iter().map(|one| one.id).collect::<Vec<_>>(), [certificates[0].id]);
        for nobody in ["peserta.contoh.1@contoh.exampl", "%", "_", ""] {
            assert!(store.certificates_of_address(nobody, 5).await.unwrap().is_empty(), "{nobody}");
        }
        assert_eq!(store.address(certificates[2].id).await.unwrap(), None);
        let new = "baru@contoh.example";
        for certificate in &certificates[1..] {
            store.put_address(certificate.id, new, &event("address", 60)).await.unwrap();
        }
        let found = store.certificates_of_address(new, 5).await.unwrap();
        assert_eq!(found.iter().map(|one| one.id).collect::<Vec<_>>(), [certificates[2].id, certificates[1].id]);
        assert_eq!(store.certificates_of_address(new, 1).await.unwrap().len(), 1);
        let details = store.details(certificates[1].id).await.unwrap().unwrap();
        assert_eq!(details.private["email"], new, "a reissue takes it along");
        assert_eq!(details.private["nip"], "Uji");
        let mut corrected = reachable("Peserta Contoh Satu");
        corrected.predecessor = Some(certificates[0].id);
        corrected.details = store.details(certificates[0].id).await.unwrap().unwrap();
        let successor = world.issue(vec![corrected]).await.remove(0);
        let found = store.certificates_of_address("peserta.contoh.1@contoh.example", 5).await.unwrap();
        assert_eq!(
            found.iter().map(|one| one.id).collect::<Vec<_>>(),
            [successor.id],
            "the replaced one opens nothing"
        );
    }
}

#[tokio::test]
async fn what_strangers_type_is_bounded_and_forgotten() {
    for database in databases().await {
        let store = database.open().await;
        for number in 0..5 {
            store.ask_for_link(&format!("orang{number}@contoh.example"), at(number), 3).await.unwrap();
        }
        let asked = store.asked_links(10).await.unwrap();
        assert_eq!(asked.len(), 3);
        assert_eq!(asked[0].1, "orang0@contoh.example");
        for (serial, _) in &asked {
            store.forget_asked_link(*serial).await.unwrap();
        }
        assert!(store.asked_links(10).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_correction_is_asked_for_answered_and_closed_by_the_reissue() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let store = world.store.as_ref();
        let certificates = world.issue(reachables(2)).await;
        let asked = |certificate: &Certificate, name: &str| NewCorrection {
            certificate: certificate.id,
            about: CorrectionAbout::Name,
            name: name.to_owned(),
            text: "Gelar saya <salah>".to_owned(),
        };
        let first = asked(&certificates[0], "Peserta Contoh Satu, S.T.");
        let made = store.put_correction(&first, &event("correction", 60)).await.unwrap().unwrap();
        assert_eq!((made.state, &made.asked), (CorrectionState::Open, &first));
        assert_eq!(store.put_correction(&first, &event("correction", 61)).await.unwrap(), None, "one at a time");
        let second = asked(&certificates[1], "Peserta Contoh Dua, M.Si.");
        let second = store.put_correction(&second, &event("correction", 62)).await.unwrap().unwrap();
        assert_eq!(store.open_corrections().await.unwrap(), 2);
        let listed = store.corrections(Some(CorrectionState::Open), i64::MAX, 10).await.unwrap();
        assert_eq!(listed[0].0, second);
        assert_eq!(listed[1].1.id, certificates[0].id);
        assert_eq!(store.corrections(None, second.serial, 10).await.unwrap().len(), 1);

        let decline = event("correction-declined", 70);
        let answer =
            async |serial| store.answer_correction(serial, CorrectionState::Declined, "Sesuai ijazah", &decline).await;
        assert!(answer(second.serial).await.unwrap());
        assert!(!answer(second.serial).await.unwrap(), "answered once");
        let seen = store.correction_of(certificates[1].id).await.unwrap().unwrap();
        assert_eq!((seen.state, seen.answer.as_deref()), (CorrectionState::Declined, Some("Sesuai ijazah")));

        assert_eq!(store.close_corrections(at(80)).await.unwrap(), 0);
        let mut corrected = reachable("Peserta Contoh Satu, S.T.");
        corrected.predecessor = Some(certificates[0].id);
        world.issue(vec![corrected]).await;
        assert_eq!(store.close_corrections(at(90)).await.unwrap(), 1);
        let done = store.correction(made.serial).await.unwrap().unwrap();
        assert_eq!((done.state, done.answered_at), (CorrectionState::Done, Some(at(90))));
    }
}

#[tokio::test]
async fn comparisons_are_counted_and_bounded_by_the_hour() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let (one, two) = (database.open().await, database.open().await);
        let certificates = world.issue(reachables(2)).await;
        let id = certificates[0].id;
        let mut granted = 0;
        for _ in 0..6 {
            let (a, b) = tokio::join!(one.count_nip_check(id, 7, 10), two.count_nip_check(id, 7, 10));
            granted += u32::from(a.unwrap()) + u32::from(b.unwrap());
        }
        assert_eq!(granted, 10, "whoever asks, through whichever process");
        assert!(one.count_nip_check(certificates[1].id, 7, 10).await.unwrap(), "another certificate");
        assert!(one.count_nip_check(id, 8, 10).await.unwrap(), "another hour");
        one.count_nip_match(id, 8).await.unwrap();
        assert_eq!(one.nip_checks(id).await.unwrap(), NipChecks { tries: 11, matches: 1 });
    }
}
