//! Of several who would do the same work, one does.

use store::*;

use crate::world::{at, databases};

fn lease(holder: &str, until: i64) -> Lease {
    Lease { name: "batch:satu".to_owned(), holder: holder.to_owned(), until: at(until) }
}

#[tokio::test]
async fn a_lease_is_one_holders_until_it_ends_or_is_given_back() {
    for database in databases().await {
        let (one, two) = (database.open().await, database.open().await);
        assert!(one.take_lease(&lease("satu", 30), at(0)).await.unwrap());
        assert!(!two.take_lease(&lease("dua", 59), at(29)).await.unwrap());
        assert!(one.take_lease(&lease("satu", 50), at(29)).await.unwrap(), "prolonged");
        assert!(!two.take_lease(&lease("dua", 79), at(49)).await.unwrap());
        let other = Lease { name: "batch:dua".to_owned(), ..lease("dua", 79) };
        assert!(two.take_lease(&other, at(49)).await.unwrap(), "other work");

        assert!(two.take_lease(&lease("dua", 80), at(50)).await.unwrap(), "whoever had it was killed");
        assert!(!one.take_lease(&lease("satu", 81), at(51)).await.unwrap(), "and learns it when it was not");
        one.drop_lease(&lease("satu", 81)).await.unwrap();
        assert!(!one.take_lease(&lease("satu", 81), at(51)).await.unwrap(), "it was not the first one's any more");
        two.drop_lease(&lease("dua", 80)).await.unwrap();
        assert!(one.take_lease(&lease("satu", 81), at(51)).await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_come_at_once_one_gets_it() {
    for database in databases().await {
        let mut tasks = Vec::new();
        for number in 0..12 {
            let store = database.open().await;
            tasks.push(tokio::spawn(async move { store.take_lease(&lease(&number.to_string(), 30), at(0)).await }));
        }
        let mut taken = 0;
        for task in tasks {
            taken += u32::from(task.await.unwrap().unwrap());
        }
        assert_eq!(taken, 1);
    }
}
