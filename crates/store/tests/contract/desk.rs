//! Users, proofs, sessions, forms, drafts, and the chain of events.

use store::*;

use crate::world::{World, at, change, databases, fresh_id, people};

fn event(act: &str, object: &str, seconds: i64) -> NewEvent {
    NewEvent::new(at(seconds), "test", act, object)
}

fn new_user(login: &str, role: Role) -> NewUser {
    NewUser {
        login: login.to_owned(),
        name: "Sari Contohwati".to_owned(),
        role,
        credentials: Credentials {
            password: "$argon2id$uji".to_owned(),
            must_change: true,
            totp_secret: vec![7; 20],
            recovery_codes: vec!["aa".to_owned(), "bb".to_owned()],
        },
    }
}

pub(crate) async fn put(store: &dyn Store, login: &str, role: Role) -> User {
    store.put_user(&new_user(login, role), &event("user-add", "", 0)).await.unwrap()
}

#[tokio::test]
async fn a_login_exists_once_in_any_case() {
    for database in databases().await {
        let store = database.open().await;
        let user = put(store.as_ref(), "sari@contoh.example", Role::Operator).await;
        let again = store.put_user(&new_user("Sari@Contoh.example", Role::Admin), &event("user-add", "", 1)).await;
        assert!(matches!(again, Err(StoreError::Taken { what: "login", .. })), "{again:?}");
        let found = store.user_by_login("SARI@contoh.example").await.unwrap();
        assert_eq!(found.as_ref().map(|user| user.id), Some(user.id));
        assert_eq!((user.recovery_codes_left, user.must_change, user.totp_step), (2, true, 0));
        let events = store.events(Some(&user.id.actor()), 0, 10).await.unwrap();
        assert_eq!(events.len(), 1, "the refused one left no event");
        assert_eq!(UserId::of_actor(&events[0].event.object), Some(user.id));
    }
}

#[tokio::test]
async fn a_proof_is_taken_once_and_forgets_failures() {
    for database in databases().await {
        let store = database.open().await;
        let id = put(store.as_ref(), "sari@contoh.example", Role::Operator).await.id;
        let take = async |proof: Proof| store.take_proof(id, &proof, &event("sign-in", &id.actor(), 9)).await.unwrap();
        store.sign_in_failed(id, Some(at(60)), &event("sign-in-failed", &id.actor(), 5)).await.unwrap();
        let user = store.user(id).await.unwrap().unwrap();
        assert_eq!((user.failures, user.locked_until), (1, Some(at(60))));

        assert!(take(Proof::Code { step: 100 }).await);
        assert!(!take(Proof::Code { step: 100 }).await, "the same code again");
        assert!(!take(Proof::Code { step: 99 }).await, "an older one");
        assert!(take(Proof::Code { step: 101 }).await);
        let user = store.user(id).await.unwrap().unwrap();
        assert_eq!((user.failures, user.locked_until, user.seen_at), (0, None, Some(at(9))));

        assert!(take(Proof::Recovery { hash: "aa".to_owned() }).await);
        assert!(!take(Proof::Recovery { hash: "aa".to_owned() }).await);
        assert!(!take(Proof::Recovery { hash: "cc".to_owned() }).await);
        assert_eq!(store.user(id).await.unwrap().unwrap().recovery_codes_left, 1);
    }
}

#[tokio::test]
async fn two_who_bring_the_same_code_get_one_yes() {
    for database in databases().await {
        let (one, two) = (database.open().await, database.open().await);
        let id = put(one.as_ref(), "sari@contoh.example", Role::Operator).await.id;
        let (proof, event) = (Proof::Code { step: 5 }, event("sign-in", &id.actor(), 1));
        let (first, second) = tokio::join!(one.take_proof(id, &proof, &event), two.take_proof(id, &proof, &event));
        assert!(first.unwrap() ^ second.unwrap());
    }
}

#[tokio::test]
async fn sessions_end_with_time_and_with_their_users_rights() {
    for database in databases().await {
        let store = database.open().await;
        let id = put(store.as_ref(), "sari@contoh.example", Role::Operator).await.id;
        let session =
            |key: &str| Session { key: key.to_owned(), user: Some(id), data: "{}".to_owned(), expires_at: at(100) };
        let all_ends = [
            UserChange::Role(Role::Approver),
            UserChange::Disable,
            UserChange::Reset(new_user("x", Role::Operator).credentials),
        ];
        for (number, change) in all_ends.iter().enumerate() {
            let kept = session(&format!("k{number}"));
            store.put_session(&kept).await.unwrap();
            assert_eq!(store.session(&kept.key, at(99)).await.unwrap(), Some(kept.clone()));
            assert_eq!(store.session(&kept.key, at(100)).await.unwrap(), None);
            store.change_user(id, &UserChange::Name("Sari Uji".to_owned()), &event("user", "", 1)).await.unwrap();
            assert!(store.session(&kept.key, at(1)).await.unwrap().is_some());
            store.change_user(id, change, &event("user", "", 1)).await.unwrap();
            assert_eq!(store.session(&kept.key, at(1)).await.unwrap(), None, "{change:?}");
        }
        store.put_session(&session("old")).await.unwrap();
        store.sweep_desk(at(100), at(0)).await.unwrap();
        assert_eq!(store.session("old", at(1)).await.unwrap(), None);
        let unknown = store.change_user(UserId(99), &UserChange::Enable, &event("user", "", 1)).await;
        assert!(matches!(unknown, Err(StoreError::UnknownUser { id: UserId(99) })));
    }
}

#[tokio::test]
async fn a_form_is_answered_once() {
    for database in databases().await {
        let store = database.open().await;
        let id = put(store.as_ref(), "sari@contoh.example", Role::Operator).await.id;
        let other = put(store.as_ref(), "budi@contoh.example", Role::Operator).await.id;
        let claim = async |seconds| store.claim_form("satu", id, at(seconds)).await.unwrap();
        assert_eq!(claim(0).await, Claim::First);
        assert_eq!(claim(1).await, Claim::UnderWay);
        store.release_form("satu").await.unwrap();
        assert_eq!(claim(2).await, Claim::First, "what was not done may be asked for again");
        assert_eq!(claim(3 + FORM_CLAIM_SECONDS).await, Claim::First, "whoever claimed it was killed");
        store.answer_form("satu", "/desk/x").await.unwrap();
        store.release_form("satu").await.unwrap();
        assert_eq!(claim(900).await, Claim::Answered("/desk/x".to_owned()));
        assert_eq!(store.claim_form("satu", other, at(901)).await.unwrap(), Claim::UnderWay, "nobody else's business");
    }
}

#[tokio::test]
async fn a_draft_takes_its_way_and_nobody_passes_another() {
    for database in databases().await {
        let store = database.open().await;
        let sari = put(store.as_ref(), "sari@contoh.example", Role::Operator).await.id;
        let budi = put(store.as_ref(), "budi@contoh.example", Role::Approver).await.id;
        let id = DraftId(fresh_id());
        let made = store
            .put_draft(id, ("Program Contoh", "II/2026", "[programme]"), sari, &event("draft", &id.to_string(), 1))
            .await
            .unwrap();
        assert_eq!((made.state, made.version, made.created_by), (DraftState::Draft, 1, sari));
        let go = async |version, change: DraftChange| {
            store.change_draft(id, version, &change, at(5), Some(&event("draft", &id.to_string(), 5))).await
        };
        let sheet = DraftSheet { sheet: b"No,Nama".to_vec(), choices: "{}".to_owned() };
        let rows = RowCounts { passed: 3, problems: 1, warnings: 2, skipped: 1 };
        let filled = go(1, DraftChange::Sheet { name: "p.csv".to_owned(), sheet: sheet.clone(), rows }).await.unwrap();
        assert_eq!((filled.version, filled.rows, filled.sheet_name.as_str()), (2, rows, "p.csv"));
        assert_eq!(filled.sheet_hash, ArtifactHash::of(&sheet.sheet).0);
        assert_eq!(store.draft_sheet(id).await.unwrap(), Some(sheet));

        let (one, two) = tokio::join!(go(2, DraftChange::Submit(sari)), go(2, DraftChange::Discard));
        assert!(one.is_ok() ^ two.is_ok(), "one of two who act at once");
        if two.is_ok() {
            go(3, DraftChange::Restore).await.unwrap();
            go(4, DraftChange::Submit(sari)).await.unwrap();
        }
        let now = store.draft(id).await.unwrap().unwrap();
        assert_eq!((now.state, now.submitted), (DraftState::Submitted, Some((sari, at(5)))));
        assert!(matches!(go(now.version, DraftChange::Finish).await, Err(StoreError::DraftMoved { .. })));
        let back = go(now.version, DraftChange::Return(budi, "NIP baris 9".to_owned())).await.unwrap();
        assert_eq!((back.state, back.returned.as_deref()), (DraftState::Draft, Some("NIP baris 9")));
        let again = go(back.version, DraftChange::Submit(sari)).await.unwrap();
        assert_eq!(again.returned, None);
        let approved = go(again.version, DraftChange::Approve(budi)).await.unwrap();
        assert_eq!(store.drafts_to_issue().await.unwrap(), std::slice::from_ref(&approved));
        let early = go(approved.version, DraftChange::Return(budi, "terlambat".to_owned())).await;
        assert!(matches!(early, Err(StoreError::DraftMoved { .. })), "what is being issued does not go back");
        let why = Stopped { id: "kunci".to_owned(), en: Some("key".to_owned()) };
        let stopped = go(approved.version, DraftChange::Stop(why.clone())).await.unwrap();
        assert_eq!(stopped.stopped.as_ref().map(|why| (why.words(false), why.words(true))), Some(("kunci", "key")));
        assert_eq!(Stopped { en: None, ..why.clone() }.words(true), "kunci");
        assert!(store.drafts_to_issue().await.unwrap().is_empty());
        let back = go(stopped.version, DraftChange::Return(budi, "putuskan lagi".to_owned())).await.unwrap();
        assert_eq!((back.state, &back.stopped, back.batch), (DraftState::Draft, &None, None));
        let again = go(back.version, DraftChange::Submit(sari)).await.unwrap();
        let approved = go(again.version, DraftChange::Approve(budi)).await.unwrap();
        let stopped = go(approved.version, DraftChange::Stop(why)).await.unwrap();
        let retried = go(stopped.version, DraftChange::Retry).await.unwrap();
        let done = go(retried.version, DraftChange::Finish).await.unwrap();
        assert_eq!(store.drafts(None, None, 10).await.unwrap(), std::slice::from_ref(&done));
        assert_eq!(store.drafts(Some(DraftState::Issued), Some(done.serial), 10).await.unwrap(), []);
        let events = store.events(Some(&id.to_string()), 0, 100).await.unwrap();
        assert_eq!(i64::try_from(events.len()).unwrap(), done.version, "a refused step leaves no event");
    }
}

#[tokio::test]
async fn every_event_joins_the_chain() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let certificates = world.issue(people(2)).await;
        world.store.change(&change(certificates[0].id, Act::Revoke)).await.unwrap();
        put(world.store.as_ref(), "sari@contoh.example", Role::Operator).await;
        let events = world.store.events(None, 0, 100).await.unwrap();
        assert!(events.len() >= 4);
        let head = events.iter().try_fold(Head::default(), |head, event| head.follow(event)).unwrap();
        assert_eq!(world.store.chain_head().await.unwrap(), head);
        let noted: Vec<_> = events.iter().filter_map(|event| event.event.note.as_ref()).collect();
        assert_eq!(noted.iter().map(|note| note.text.as_str()).collect::<Vec<_>>(), ["catatan"]);
    }
}

#[tokio::test]
async fn certificates_are_found_by_parts_of_name_and_number_newest_first() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        let all = world.issue(people(12)).await;
        let find = async |words: &[&str], before: i64, limit: u32| {
            let search = Search { words: words.iter().map(|word| (*word).to_owned()).collect(), ..Search::default() };
            let found = world.store.find_certificates(&search, before, limit).await.unwrap();
            found.into_iter().map(|certificate| certificate.serial).collect::<Vec<_>>()
        };
        let serials: Vec<i64> = all.iter().rev().map(|certificate| certificate.serial).collect();
        assert_eq!(find(&[], i64::MAX, 100).await, serials);
        assert_eq!(find(&[], i64::MAX, 2).await, serials[..2]);
        assert_eq!(find(&[], serials[1], 100).await, serials[2..]);
        assert_eq!(find(&["contoh 12"], i64::MAX, 100).await, serials[..1]);
        assert_eq!(find(&["PESERTA", "7"], i64::MAX, 100).await, [all[6].serial]);
        let number = all[3].number.clone();
        assert_eq!(find(&[&number], i64::MAX, 100).await, [all[3].serial]);
        for nothing in ["%", "_", "!", "tidak ada", "'"] {
            assert!(find(&[nothing], i64::MAX, 100).await.is_empty(), "{nothing}");
        }
        world.store.change(&change(all[0].id, Act::Revoke)).await.unwrap();
        let search = Search { state: Some(State::Revoked), cohort: Some(all[0].cohort), ..Search::default() };
        assert_eq!(world.store.find_certificates(&search, i64::MAX, 100).await.unwrap()[0].id, all[0].id);
    }
}

#[tokio::test]
async fn what_no_database_keeps_finds_nothing() {
    for database in databases().await {
        let store = database.open().await;
        assert!(store.certificates_by_number("N-\0").await.unwrap().is_empty());
        assert_eq!(store.certificate_by_code("ABCD\0").await.unwrap(), None);
        assert_eq!(store.user_by_login("sari\0").await.unwrap(), None);
        assert!(store.certificates_of_address("sari\0@contoh.example", 5).await.unwrap().is_empty());
        let search = Search { words: vec!["a\0".to_owned()], ..Search::default() };
        assert!(store.find_certificates(&search, i64::MAX, 5).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_batch_is_found_by_what_it_was_made_of() {
    for database in databases().await {
        let world = World::new(database.open().await).await;
        world.issue(people(1)).await;
        let batch = world.store.batches(1).await.unwrap().remove(0);
        let (sheet, programme, at) = (&batch.new.sheet_hash, &batch.new.programme_hash, batch.new.created_at);
        let find = async |sheet: &str, programme: &ArtifactHash, since| {
            world.store.batch_made_of(sheet, programme, since).await.unwrap()
        };
        assert_eq!(find(sheet, programme, at).await, Some(batch.clone()));
        let later = at.checked_add(jiff::SignedDuration::from_secs(1)).unwrap();
        assert_eq!(find(sheet, programme, later).await, None);
        assert_eq!(find("lain", programme, at).await, None);
        assert_eq!(find(sheet, &ArtifactHash::of(b"lain"), at).await, None);
    }
}
