//! Mails: queued once, claimed by one, never sent twice whatever dies.

use std::sync::Arc;

use serde_json::json;
use store::*;

use crate::world::{World, at, change, databases, person};

/// Somebody with an address; the address is the name's.
pub(crate) fn reachable(name: &str) -> NewCertificate {
    let address = format!("{}@Contoh.example", name.to_lowercase().replace(' ', "."));
    let mut person = person(name);
    person.details.private = json!({ "nip": "Uji", "email": address });
    person
}

pub(crate) fn reachables(count: usize) -> Vec<NewCertificate> {
    (1..=count).map(|number| reachable(&format!("Peserta Contoh {number}"))).collect()
}

pub(crate) fn link(name: &str) -> NewLink {
    NewLink { hash: name.to_owned(), created_at: at(50), expires_at: at(1_000) }
}

pub(crate) fn event(act: &str, seconds: i64) -> NewEvent {
    NewEvent::new(at(seconds), "user:1", act, "sesuatu")
}

async fn claim(store: &dyn Store, worker: &str, seconds: i64, limit: u32) -> Vec<Mail> {
    store.claim_mails(worker, at(seconds), at(seconds + 30), limit).await.unwrap()
}

#[tokio::test]
async fn a_batch_is_told_once_and_only_those_who_can_be_told() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let store = world.store.as_ref();
        let mut people = reachables(3);
        people.push(person("Tanpa Alamat Contoh"));
        let mut revoked = reachable("Dicabut Contoh");
        revoked.details.private = json!({ "email": "dicabut@contoh.example" });
        people.push(revoked);
        let certificates = world.issue(people).await;
        store.change(&change(certificates[4].id, Act::Revoke)).await.unwrap();
        let batch = certificates[0].batch;
        assert_eq!(store.queue_batch(batch, at(40)).await.unwrap(), 3);
        assert_eq!(store.queue_batch(batch, at(41)).await.unwrap(), 0, "doing it again changes nothing");
        assert_eq!(store.mail_counts(Some(batch)).await.unwrap().of(MailState::Queued), 3);
        let seen = store.mails(&MailFilter::default(), i64::MAX, 10).await.unwrap();
        assert_eq!(seen.len(), 3);
        assert_eq!(seen[2].certificate.id, certificates[0].id, "newest first, queued in the order of the sheet");
        assert_eq!(seen[2].address.as_deref(), Some("peserta.contoh.1@Contoh.example"));
        let one = MailFilter { certificate: Some(certificates[1].id), ..MailFilter::default() };
        assert_eq!(store.mails(&one, i64::MAX, 10).await.unwrap().len(), 1);
        let none = MailFilter { state: Some(MailState::Sent), ..MailFilter::default() };
        assert!(store.mails(&none, i64::MAX, 10).await.unwrap().is_empty());
        assert_eq!(store.mails(&MailFilter::default(), seen[1].serial, 10).await.unwrap().len(), 1);
        for (kind, since, queued) in [
            (MailKind::Issued, None, false),
            (MailKind::Corrected, None, false),
            (MailKind::Link, Some(at(60)), true),
            (MailKind::Link, Some(at(60)), false),
            (MailKind::Link, Some(at(80)), true),
            (MailKind::Declined, None, true),
        ] {
            let done = store.queue_mail(certificates[0].id, kind, at(70), since).await.unwrap();
            assert_eq!(done, queued, "{kind:?} {since:?}");
        }
        assert!(!store.queue_mail(certificates[3].id, MailKind::Link, at(70), None).await.unwrap(), "nowhere to go");
    }
}

#[tokio::test]
async fn each_mail_is_claimed_by_one_worker() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let certificates = world.issue(reachables(40)).await;
        world.store.queue_batch(certificates[0].batch, at(40)).await.unwrap();
        assert!(claim(world.store.as_ref(), "a", 39, 10).await.is_empty(), "not before its time");
        let stores: Vec<Arc<dyn Store>> = vec![database.open().await, database.open().await, database.open().await];
        let mut claimed = Vec::new();
        let mut running = tokio::task::JoinSet::new();
        for (number, store) in stores.into_iter().enumerate() {
            running.spawn(async move {
                let worker = format!("worker {number}");
                let mut mine = Vec::new();
                // Each call also gives what the worker has claimed before.
                loop {
                    let before = mine.len();
                    mine = claim(store.as_ref(), &worker, 41, 7).await.into_iter().map(|mail| mail.serial).collect();
                    if mine.len() == before {
                        return mine;
                    }
                }
            });
        }
        while let Some(mine) = running.join_next().await {
            claimed.extend(mine.unwrap());
        }
        claimed.sort_unstable();
        let count = claimed.len();
        claimed.dedup();
        assert_eq!((count, claimed.len()), (40, 40));
    }
}

#[tokio::test]
async fn what_a_dead_worker_leaves_is_sent_only_if_it_was_not_handed_over() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let store = world.store.as_ref();
        let certificates = world.issue(reachables(3)).await;
        store.queue_batch(certificates[0].batch, at(40)).await.unwrap();
        let mine = claim(store, "a", 41, 2).await;
        assert_eq!(mine.len(), 2);
        assert!(store.hand_over(mine[0].serial, "a", Some(&link("satu"))).await.unwrap());
        assert!(!store.hand_over(mine[0].serial, "a", Some(&link("dua"))).await.unwrap(), "once");
        assert!(!store.hand_over(mine[1].serial, "b", Some(&link("dua"))).await.unwrap(), "another's");
        assert_eq!(store.link("dua").await.unwrap(), None);
        let opened = store.link("satu").await.unwrap().unwrap();
        assert_eq!((opened.certificate, opened.used_at), (mine[0].certificate.id, None));
        store.hold_mails("a", at(100)).await.unwrap();
        assert_eq!(claim(store, "b", 90, 10).await.len(), 1, "the third; a's are held");
        store.settle_mail(mine[0].serial + 2, "b", &Settled::Sent, at(90)).await.unwrap();

        // The worker dies.
        let left = claim(store, "b", 101, 10).await;
        assert_eq!(left.iter().map(|mail| mail.serial).collect::<Vec<_>>(), [mine[1].serial]);
        let counts = store.mail_counts(None).await.unwrap();
        assert_eq!((counts.of(MailState::Unsure), counts.of(MailState::Sent), counts.total()), (1, 1, 3));
        let unsure = MailFilter { state: Some(MailState::Unsure), ..MailFilter::default() };
        let unsure = store.mails(&unsure, i64::MAX, 10).await.unwrap();
        assert_eq!((unsure[0].serial, unsure[0].reason.as_deref()), (mine[0].serial, Some("died")));
        // It was only slow, and comes back: it has nothing any more.
        assert!(!store.hand_over(mine[1].serial, "a", None).await.unwrap());
        assert!(!store.settle_mail(mine[0].serial, "a", &Settled::Sent, at(102)).await.unwrap());
        assert!(store.hand_over(mine[1].serial, "b", None).await.unwrap());
        assert!(store.settle_mail(mine[1].serial, "b", &Settled::Sent, at(102)).await.unwrap());
        assert!(claim(store, "b", 10_000, 10).await.is_empty(), "what may have arrived is never sent by itself");

        assert!(!store.resend_mail(mine[1].serial, &event("mail-again", 200)).await.unwrap(), "it was sent");
        assert!(store.resend_mail(mine[0].serial, &event("mail-again", 200)).await.unwrap());
        assert!(!store.resend_mail(mine[0].serial, &event("mail-again", 201)).await.unwrap());
        assert_eq!(claim(store, "b", 200, 10).await[0].serial, mine[0].serial);
        let events = store.events(Some("sesuatu"), 0, 10).await.unwrap();
        assert_eq!(events.len(), 1, "one event for one decision");
    }
}

#[tokio::test]
async fn a_mail_waits_for_its_time_and_keeps_its_reason() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let store = world.store.as_ref();
        let certificates = world.issue(reachables(2)).await;
        store.queue_batch(certificates[0].batch, at(40)).await.unwrap();
        let mine = claim(store, "a", 41, 1).await;
        let later = Settled::Later(at(100), "450 nanti".to_owned());
        assert!(store.settle_mail(mine[0].serial, "a", &later, at(42)).await.unwrap());
        let next = claim(store, "a", 60, 10).await;
        assert_eq!(next.len(), 1, "the second only");
        assert!(
            store.settle_mail(next[0].serial, "a", &Settled::Failed("550 tidak".to_owned()), at(61)).await.unwrap()
        );
        let again = claim(store, "a", 100, 10).await;
        assert_eq!((again[0].serial, again[0].attempts), (mine[0].serial, 1));
        store.release_mails("a").await.unwrap();
        let seen = store.mails(&MailFilter::default(), i64::MAX, 10).await.unwrap();
        assert_eq!((seen[1].state, seen[1].attempts), (MailState::Queued, 1), "giving back is no attempt");
        assert_eq!((seen[0].state, seen[0].reason.as_deref()), (MailState::Failed, Some("550 tidak")));
        assert_eq!(seen[0].settled_at, Some(at(61)));
    }
}

#[tokio::test]
async fn whoever_was_told_is_told_of_the_correction_too() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let store = world.store.as_ref();
        let certificates = world.issue(reachables(2)).await;
        let mut corrected = reachable("Peserta Contoh Satu");
        corrected.predecessor = Some(certificates[0].id);
        let new = world.issue(vec![corrected]).await.remove(0);
        assert_eq!(store.queue_corrected(at(40)).await.unwrap(), 0, "nobody was told of the first");
        store.queue_batch(certificates[0].batch, at(41)).await.unwrap();
        assert_eq!(store.mail_counts(None).await.unwrap().total(), 1, "the replaced one is not told of");
        let mut corrected = reachable("Peserta Contoh Dua");
        corrected.predecessor = Some(certificates[1].id);
        let second = world.issue(vec![corrected]).await.remove(0);
        assert_eq!(store.queue_corrected(at(42)).await.unwrap(), 1);
        assert_eq!(store.queue_corrected(at(43)).await.unwrap(), 0);
        let seen = store.mails(&MailFilter::default(), i64::MAX, 1).await.unwrap().remove(0);
        assert_eq!((seen.kind, seen.certificate.id), (MailKind::Corrected, second.id));
        assert_ne!(new.id, second.id);
    }
}
