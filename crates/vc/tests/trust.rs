//! Trust bundles: taken when they are the issuer's and not older, refused with the reason otherwise.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use vc::trust::{Bundle, TrustBundle};
use vc::{
    Bitstring, Cryptosuite, Key, LIST_ENTRIES, Lang, Need, Purpose, VerificationMethod, date_time_stamp, did_document,
    status_list_draft,
};

const DID: &str = "did:web:sertifikat.example";
const BASE: &str = "https://sertifikat.example";

fn key(number: u8) -> Key {
    Key::from_seed([number; 32])
}

fn method(number: u8) -> VerificationMethod {
    VerificationMethod::did_web(DID, u32::from(number), key(number).public())
}

fn day(day: i64) -> Timestamp {
    let first: Timestamp = "2026-08-01T00:00:00Z".parse().unwrap();
    first.checked_add(SignedDuration::from_hours(24 * day)).unwrap()
}

fn list(number: u32, signed: Timestamp) -> Value {
    let url = format!("{BASE}/status/revocation/{number}");
    let (from, until) = (date_time_stamp(signed), date_time_stamp(signed + SignedDuration::from_hours(720)));
    let draft = status_list_draft(&url, DID, Purpose::Revocation, &Bitstring::new(LIST_ENTRIES), &from, &until);
    let ready = draft.check().unwrap();
    let to_sign = ready.to_sign(Cryptosuite::EddsaJcs2022, &method(1), &from).unwrap();
    let signature = key(1).sign(to_sign.bytes());
    serde_json::from_str(to_sign.finish(signature).unwrap().text()).unwrap()
}

fn template() -> Value {
    serde_json::from_str(include_str!("../../../tests/compact/template-3.json")).unwrap()
}

fn bundle(signed: Timestamp) -> Bundle {
    Bundle {
        url: format!("{BASE}/trust.json"),
        issuer: DID.to_owned(),
        from: signed,
        until: signed + SignedDuration::from_hours(720),
        hosts: vec!["sertifikat.example".to_owned(), "Lama.example".to_owned()],
        document: did_document(DID, &[(1, key(1).public())]),
        windows: vec![(1, day(0), None)],
        templates: BTreeMap::from([(3, template())]),
        lists: vec![list(1, signed)],
    }
}

fn text(bundle: &Bundle, by: u8) -> String {
    let (document, bytes) = bundle.to_sign(&method(by)).unwrap();
    Bundle::finish(document, &key(by).sign(&bytes))
}

fn signed(bundle: &Bundle, by: u8) -> TrustBundle {
    TrustBundle::parse(text(bundle, by).as_bytes()).unwrap()
}

#[track_caller]
fn assert_refused(bundle: &TrustBundle, kept: Option<&TrustBundle>, code: &str) {
    let error = bundle.accept(kept, day(20)).unwrap_err();
    assert_eq!(error.code(), code, "{error}");
    for lang in [Lang::Id, Lang::En] {
        let (what, next) = error.words(lang);
        assert!(!what.is_empty() && !next.is_empty());
    }
}

#[test]
fn a_bundle_is_taken_and_answers() {
    let taken = signed(&bundle(day(1)), 1);
    assert_eq!(taken.accept(None, day(1)), Ok(()));
    assert_eq!((taken.issuer(), taken.from(), taken.hosts()[1].as_str()), (DID, day(1), "lama.example"));
    assert!(taken.answer(&Need::Did(DID.to_owned())).is_some());
    assert!(taken.answer(&Need::StatusList(format!("{BASE}/status/revocation/1"))).is_some());
    assert!(taken.answer(&Need::StatusList(format!("{BASE}/status/revocation/2"))).is_none());
    assert!(taken.answer(&Need::Did("did:web:lain.example".to_owned())).is_none());
    assert_eq!(taken.templates().collect::<Vec<_>>(), [3]);
    assert!(vc::compact::Template::parse(&taken.template(3).unwrap()).is_ok() && taken.template(4).is_none());
    // What is kept is read again as it was.
    let again = TrustBundle::parse(taken.text().as_bytes()).unwrap();
    assert_eq!(again.accept(Some(&taken), day(1)), Ok(()));
}

#[test]
fn a_newer_one_replaces_it_and_an_older_one_never_does() {
    let (old, new) = (signed(&bundle(day(1)), 1), signed(&bundle(day(2)), 1));
    assert_eq!(new.accept(Some(&old), day(20)), Ok(()));
    assert_refused(&old, Some(&new), "rollback");
    // A new date around an old list, or without it.
    let stale = Bundle { lists: vec![list(1, day(1))], ..bundle(day(3)) };
    assert_refused(&signed(&stale, 1), Some(&new), "rollback");
    assert_refused(&signed(&Bundle { lists: Vec::new(), ..bundle(day(3)) }, 1), Some(&new), "missing");
    assert_refused(&signed(&Bundle { templates: BTreeMap::new(), ..bundle(day(3)) }, 1), Some(&new), "missing");
    let mut other = template();
    other["credential"]["name"] = json!("Pelatihan lain");
    let changed = Bundle { templates: BTreeMap::from([(3, other)]), ..bundle(day(3)) };
    assert_refused(&signed(&changed, 1), Some(&new), "template-changed");
    assert_refused(&signed(&bundle(day(30)), 1), None, "from-the-future");
}

#[test]
fn a_new_key_comes_in_by_an_old_one() {
    let kept = signed(&bundle(day(1)), 1);
    let both = did_document(DID, &[(1, key(1).public()), (2, key(2).public())]);
    let announced = Bundle { document: both.clone(), ..bundle(day(2)) };
    assert_refused(&signed(&announced, 2), Some(&kept), "unknown-key");
    let by_the_old = signed(&announced, 1);
    assert_eq!(by_the_old.accept(Some(&kept), day(20)), Ok(()));
    let by_the_new = signed(&Bundle { document: both, ..bundle(day(3)) }, 2);
    assert_eq!(by_the_new.accept(Some(&by_the_old), day(20)), Ok(()));
    // Somebody else's keys under the same DID.
    let theirs = Bundle { document: did_document(DID, &[(1, key(9).public())]), ..bundle(day(2)) };
    let (document, bytes) = theirs.to_sign(&method(1)).unwrap();
    let theirs = TrustBundle::parse(Bundle::finish(document, &key(9).sign(&bytes)).as_bytes()).unwrap();
    assert_eq!(theirs.accept(None, day(20)), Ok(()), "on first use nobody can tell");
    assert_refused(&theirs, Some(&kept), "unknown-key");
}

#[test]
fn a_retired_key_counts_only_for_what_it_signed_before() {
    let retired = Bundle {
        document: did_document(DID, &[(1, key(1).public()), (2, key(2).public())]),
        windows: vec![(1, day(0), Some(day(2))), (2, day(2), None)],
        ..bundle(day(3))
    };
    assert_refused(&signed(&retired, 1), None, "proof");
    assert_eq!(signed(&retired, 2).accept(None, day(20)), Ok(()));
}

#[test]
fn what_was_changed_is_refused_in_every_part() {
    let original: Value = serde_json::from_str(&text(&bundle(day(1)), 1)).unwrap();
    type Change = fn(&mut Value);
    let changes: [Change; 6] = [
        |b| b["hosts"][0] = json!("palsu.example"),
        |b| b["validUntil"] = json!("2036-01-01T00:00:00Z"),
        |b| b["templates"]["3"]["credential"]["name"] = json!("Lain"),
        |b| b["keys"][0]["validFrom"] = json!("2020-01-01T00:00:00Z"),
        |b| b["statusLists"][0]["validFrom"] = json!("2026-08-01T00:00:00Z"),
        |b| b["more"] = json!(1),
    ];
    for change in changes {
        let mut changed = original.clone();
        change(&mut changed);
        let parsed = TrustBundle::parse(changed.to_string().as_bytes()).unwrap();
        assert_refused(&parsed, None, "proof");
    }
    let malformed: [Change; 9] = [
        |b| b["format"] = json!("piagam-bundle-2"),
        |b| b["issuer"] = json!("did:web:lain.example"),
        |b| b["hosts"] = json!([]),
        |b| b["hosts"] = json!(["a/b"]),
        |b| b["templates"]["03"] = b["templates"]["3"].clone(),
        |b| b["templates"]["4"] = json!({}),
        |b| b["statusLists"][0]["issuer"] = json!("did:web:lain.example"),
        |b| b["statusLists"] = json!([b["statusLists"][0], b["statusLists"][0]]),
        |b| b["validFrom"] = json!("kemarin"),
    ];
    for change in malformed {
        let mut changed = original.clone();
        change(&mut changed);
        let error = TrustBundle::parse(changed.to_string().as_bytes()).unwrap_err();
        assert_eq!(error.code(), "form", "{error}");
    }
    assert!(TrustBundle::parse(&vec![b' '; 2_000_001]).is_err());
    assert!(TrustBundle::parse(b"{\"format\": \"piagam-bundle-1\", \"format\": \"x\"}").is_err());
}
