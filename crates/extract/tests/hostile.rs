//! Whatever the bytes are: an answer, in time, and never a panic.

mod common;

use common::{Make, pdf};
use extract::extract;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use vc::Lang;

/// The same inputs on every machine; `PIAGAM_FUZZ_CASES` asks for more of them.
fn runner(cases: u32) -> TestRunner {
    let more = std::env::var("PIAGAM_FUZZ_CASES").ok().and_then(|more| more.parse().ok());
    let cases = more.unwrap_or(cases).max(cases);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]))
}

/// One damage: bytes overwritten, cut out, or repeated.
#[derive(Debug, Clone)]
enum Damage {
    Overwrite(prop::sample::Index, Vec<u8>),
    Cut(prop::sample::Index, usize),
    Repeat(prop::sample::Index, usize),
    Swap(prop::sample::Index, &'static str),
}

fn damage() -> impl Strategy<Value = Damage> {
    let place = any::<prop::sample::Index>;
    let tokens: &'static [&'static str] = &[
        "9999999999",
        "-1",
        "1 0 R",
        "5 0 R",
        "/Length 0",
        "/W [1 2 999999999]",
        "/Prev 9",
        "/Prev 0",
        "<<",
        ">>",
        "[",
        "(",
        "stream\n",
        "endobj",
        "/Filter [/FlateDecode /FlateDecode]",
        "/Columns 99999999",
        "startxref",
        "/Type /ObjStm",
        "/First 99999",
    ];
    prop_oneof![
        (place(), prop::collection::vec(any::<u8>(), 1..8)).prop_map(|(at, bytes)| Damage::Overwrite(at, bytes)),
        (place(), 1usize..200).prop_map(|(at, length)| Damage::Cut(at, length)),
        (place(), 1usize..200).prop_map(|(at, length)| Damage::Repeat(at, length)),
        (place(), prop::sample::select(tokens)).prop_map(|(at, token)| Damage::Swap(at, token)),
    ]
}

fn apply(bytes: &mut Vec<u8>, damage: &Damage) {
    match damage {
        Damage::Overwrite(at, with) => overwrite(bytes, at, with),
        Damage::Swap(at, with) => overwrite(bytes, at, with.as_bytes()),
        Damage::Cut(at, length) => {
            let at = at.index(bytes.len());
            bytes.drain(at..(at + length).min(bytes.len()));
        }
        Damage::Repeat(at, length) => {
            let at = at.index(bytes.len());
            let piece = bytes[at..(at + length).min(bytes.len())].to_vec();
            bytes.splice(at..at, piece);
        }
    }
    if bytes.is_empty() {
        bytes.push(b'%');
    }
}

fn overwrite(bytes: &mut [u8], at: &prop::sample::Index, with: &[u8]) {
    let at = at.index(bytes.len());
    for (to, from) in bytes[at..].iter_mut().zip(with) {
        *to = *from;
    }
}

#[test]
fn mutated_pdfs_never_panic() {
    // Short attachments, so that most damage falls on the structure.
    let originals: Vec<Vec<u8>> = [(false, false), (true, true)]
        .map(|(object_streams, compress)| {
            pdf(&Make { object_streams, compress, content: b"{\"a\": 1}".to_vec(), ..Make::default() })
        })
        .into();
    let found = std::cell::Cell::new(0u32);
    runner(4_000)
        .run(&(0..originals.len(), prop::collection::vec(damage(), 1..6)), |(which, damages)| {
            let mut bytes = originals[which].clone();
            for damage in &damages {
                apply(&mut bytes, damage);
            }
            if extract(&bytes).is_ok() {
                found.set(found.get() + 1);
            }
            Ok(())
        })
        .unwrap();
    // Some damage falls where nobody looks; most does not.
    assert!(found.get() > 200, "only {} survived", found.get());
}

#[test]
fn arbitrary_bytes_never_panic_and_every_error_speaks_both_languages() {
    let strategy = (
        prop::sample::select(&["", "{", "%PDF-1.7\n", "%PDF-1.7\nstartxref 9", "{\"verifiableCredential\":"][..]),
        prop::collection::vec(any::<u8>(), 0..400),
    );
    runner(4_000)
        .run(&strategy, |(head, tail)| {
            let bytes = [head.as_bytes(), &tail].concat();
            if let Err(error) = extract(&bytes) {
                for lang in [Lang::Id, Lang::En] {
                    prop_assert!(!error.what(lang).is_empty() && !error.next(lang).is_empty());
                }
                prop_assert!(error.what(Lang::Id) != error.what(Lang::En));
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn json_text_comes_out_as_it_went_in() {
    runner(500)
        .run(&"\\{\"[a-z]{1,8}\": ?(\"[ -!#-\\[\\]-~é€]{0,30}\"|-?[0-9]{1,20}(\\.[0-9]{1,5})?)\\}", |text| {
            prop_assert_eq!(extract(text.as_bytes()).unwrap().text, text);
            Ok(())
        })
        .unwrap();
}
