//! Changed credentials: never a 500, never a success.

use axum::http::StatusCode;
use serde_json::{Value, json};
use store::Suite;

use crate::world::World;

/// SplitMix64, so that a failure comes back.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % bound as u64).unwrap()
    }
}

#[tokio::test]
async fn bytes_changed_anywhere_never_verify() {
    let world = World::new().await;
    let certificate = world.issue(&["Peserta Contoh Satu"], None).await.remove(0);
    for suite in [Suite::Rdfc, Suite::Jcs] {
        let text = world.store.signed_text(certificate.id, suite).await.unwrap().unwrap();
        let original: Value = serde_json::from_str(&text).unwrap();
        let mut chance = Chance(1);
        for round in 0..400 {
            let mut bytes = text.clone().into_bytes();
            let at = chance.below(bytes.len());
            match round % 4 {
                0 => bytes[at] = b"0aZ\"{}[],:\\ "[chance.below(12)],
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, bytes[chance.below(bytes.len())]),
                _ => bytes[at] ^= 1 << chance.below(7),
            }
            let body = [br#"{"verifiableCredential":"#.as_slice(), &bytes, b"}"].concat();
            let answer = world.post("/credentials/verify", body).await;
            let same = serde_json::from_slice::<Value>(&bytes).is_ok_and(|value| value == original);
            let expected = if same { StatusCode::OK } else { StatusCode::BAD_REQUEST };
            assert_eq!(answer.status, expected, "{}", String::from_utf8_lossy(&bytes));
            if round % 8 == 0 {
                let page = world.upload("", &bytes).await;
                assert!(!page.status.is_server_error());
                assert!(same || !page.text().contains("data-v=\"ok\""), "{}", String::from_utf8_lossy(&bytes));
            }
        }
    }
}

#[tokio::test]
async fn members_changed_anywhere_never_verify_and_never_fail_us() {
    let world = World::new().await;
    let certificate = world.issue(&["Peserta Contoh Satu"], None).await.remove(0);
    let text = world.store.signed_text(certificate.id, Suite::Rdfc).await.unwrap().unwrap();
    let original: Value = serde_json::from_str(&text).unwrap();
    let values = [
        json!(null),
        json!(true),
        json!(4),
        json!(1e300),
        json!(""),
        json!("x"),
        json!([]),
        json!({}),
        json!([[]]),
        json!([{}, {}]),
    ];
    let mut paths = Vec::new();
    pointers(&original, String::new(), &mut paths);
    for path in paths {
        for value in &values {
            let mut changed = original.clone();
            *changed.pointer_mut(&path).unwrap() = value.clone();
            if changed == original {
                continue;
            }
            let answer = world.post("/credentials/verify", json!({"verifiableCredential": changed}).to_string()).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path} = {value}");
            let page = world.upload("", changed.to_string().as_bytes()).await;
            assert!(!page.status.is_server_error() && !page.text().contains("data-v=\"ok\""), "{path} = {value}");
        }
    }
}

pub(crate) fn pointers(value: &Value, here: String, out: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let below = format!("{here}/{}", name.replace('~', "~0").replace('/', "~1"));
                out.push(below.clone());
                pointers(member, below, out);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                out.push(format!("{here}/{at}"));
                pointers(item, format!("{here}/{at}"), out);
            }
        }
        _ => {}
    }
}
