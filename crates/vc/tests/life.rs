//! A certificate's life as a verifier sees it: issued, changed, revoked, suspended, replaced,
//! expired, with the evidence there, missing or forged.

use proptest::prelude::*;
use serde_json::{Value, json};
use vc::core::{Quad, RdfTerm};
use vc::{
    Award, Bitstring, CheckName, Cryptosuite, Evidence, Key, LIST_ENTRIES, Lang, Need, Outcome, Policy, ProblemKind,
    Purpose, Reason, Record, RecordState, Signed, State, StatusEntry, Verdict, VerificationMethod, WhyNot,
};

const ORIGIN: &str = "https://sertifikat.example";
const ISSUER: &str = "did:web:sertifikat.example";
const UUID: &str = "0b6c1c7e-6e0e-4f6e-9a58-0f8f4b1f9d10";
const INDEX: u32 = 40_917;

fn key() -> Key {
    Key::from_seed([42; 32])
}

fn method() -> VerificationMethod {
    VerificationMethod::did_web(ISSUER, 1, key().public())
}

fn at(text: &str) -> jiff::Timestamp {
    text.parse().expect("a timestamp")
}

fn now() -> jiff::Timestamp {
    at("2026-11-24T07:05:00Z")
}

fn award() -> Award {
    Award {
        id: format!("{ORIGIN}/credentials/{UUID}"),
        issuer: ISSUER.into(),
        issuer_name: "Lembaga Contoh / Example Agency".into(),
        issuer_url: ORIGIN.into(),
        valid_from: "2026-09-02T03:00:00Z".into(),
        valid_until: None,
        holder: "Dr. Ratna Contohsari, S.T., M.Si.".into(),
        number: "00012/AI-CAMPUS/II/LAN/2026".into(),
        achievement: "urn:uuid:7d1c1f6e-35d7-4b7f-8b52-3ef4bb9e4f10".into(),
        programme: "Dasar-Dasar Kecerdasan Artifisial bagi ASN / AI Fundamentals for Public Servants".into(),
        description: "Daring penuh / Full e-learning".into(),
        criteria: "Peserta menyelesaikan seluruh mata pelatihan.".into(),
        term: "Angkatan II Tahun 2026".into(),
        hours: 20,
        starts: "2026-08-03T00:00:00+07:00".into(),
        ends: "2026-08-28T00:00:00+07:00".into(),
        grade: Some("Sangat Memuaskan / Very satisfactory".into()),
        status: StatusEntry { list: format!("{ORIGIN}/status/revocation/1"), index: INDEX },
    }
}

fn sign(award: Award, suite: Cryptosuite) -> Signed {
    let created = award.valid_from.clone();
    let ready = award.into_draft().check().expect("well-formed");
    let to_sign = ready.to_sign(suite, &method(), &created).expect("canonicalizes");
    let signature = key().sign(to_sign.bytes());
    to_sign.finish(signature).expect("verifies")
}

fn list(purpose: Purpose, set: bool, signer: &Key, until: &str) -> Vec<u8> {
    let mut bits = Bitstring::new(LIST_ENTRIES);
    bits.set(u64::from(INDEX), set).expect("in range");
    let url = format!("{ORIGIN}/status/{}/1", purpose.name());
    let draft = vc::status_list_draft(&url, ISSUER, purpose, &bits, "2026-11-24T00:00:00Z", until);
    let ready = draft.check().expect("well-formed");
    let method = VerificationMethod { key: signer.public(), ..method() };
    let to_sign = ready.to_sign(Cryptosuite::EddsaRdfc2022, &method, "2026-11-24T00:00:00Z").expect("canonicalizes");
    let signature = signer.sign(to_sign.bytes());
    to_sign.finish(signature).expect("verifies").text().as_bytes().to_vec()
}

fn record(state: RecordState, reason: Reason, successor: Option<String>) -> Vec<u8> {
    let record = Record {
        url: format!("{ORIGIN}/records/{UUID}"),
        issuer: ISSUER.into(),
        credential: format!("{ORIGIN}/credentials/{UUID}"),
        state,
        since: "2026-11-20T02:00:00Z".into(),
        reason: Some(reason),
        successor,
    };
    let (document, bytes) = record.to_sign(&method()).expect("canonicalizes");
    Record::finish(document, &key().sign(&bytes)).into_bytes()
}

/// Everything the issuer publishes, with these bits set.
fn evidence(set: &[Purpose]) -> Evidence {
    let mut evidence = Evidence::default();
    let document = vc::did_document(ISSUER, &[(1, key().public())]).to_string();
    evidence.answer(Need::Did(ISSUER.into()), Ok(document.into_bytes()));
    for purpose in Purpose::ALL {
        let url = format!("{ORIGIN}/status/{}/1", purpose.name());
        let bytes = list(purpose, set.contains(&purpose), &key(), "2026-12-24T00:00:00Z");
        evidence.answer(Need::StatusList(url), Ok(bytes));
    }
    evidence
}

fn known() -> Policy {
    Policy::known([ISSUER.to_owned()])
}

#[test]
fn an_award_says_what_it_was_given() {
    let signed = sign(award(), Cryptosuite::EddsaRdfc2022);
    let (facts, given) = (signed.facts(), award());
    assert_eq!(facts.name.as_deref(), Some(given.holder.as_str()));
    assert_eq!(facts.number.as_deref(), Some(given.number.as_str()));
    assert_eq!(facts.programme.as_deref(), Some(given.programme.as_str()));
    assert_eq!(facts.hours.as_deref(), Some("20"));
    assert_eq!(facts.grade, given.grade);
    assert_eq!(Signed::reopen(signed.text().to_owned()).expect("stored text"), signed);
    let report = vc::verify(signed.text().as_bytes(), &evidence(&[]), &known(), now());
    assert_eq!((report.verdict, report.facts.as_ref()), (Verdict::Valid, Some(facts)), "{:?}", report.checks);
    assert_eq!(report.status_as_of.as_deref(), Some("2026-11-24T00:00:00Z"));
}

#[test]
fn needs_are_asked_for_until_nothing_is_left() {
    let signed = sign(award(), Cryptosuite::EddsaJcs2022);
    let text = signed.text().as_bytes();
    let mut answers = Evidence::default();
    let asked = vc::needs(text, &answers);
    assert_eq!(asked.len(), 4, "the issuer's document and three lists: {asked:?}");
    let all = evidence(&[Purpose::Revocation]);
    for need in asked {
        let bytes = all.get(&need).expect("published").expect("bytes").to_vec();
        answers.answer(need, Ok(bytes));
    }
    assert_eq!(vc::needs(text, &answers), [Need::Record(format!("{ORIGIN}/records/{UUID}"))]);
    let bare = vc::verify(text, &answers, &known(), now());
    assert_eq!((bare.state, bare.since), (State::Revoked, None), "revoked also without its record");
    answers.answer(
        Need::Record(format!("{ORIGIN}/records/{UUID}")),
        Ok(record(RecordState::Revoked, Reason::DataError, None)),
    );
    assert!(vc::needs(text, &answers).is_empty());
    let report = vc::verify(text, &answers, &known(), now());
    assert_eq!(
        (report.verdict, report.state, report.reason),
        (Verdict::Invalid, State::Revoked, Some(Reason::DataError))
    );
    assert_eq!(report.since.as_deref(), Some("2026-11-20T02:00:00Z"));
}

#[test]
fn the_three_lists_tell_three_states() {
    let signed = sign(award(), Cryptosuite::EddsaRdfc2022);
    for (set, verdict, state) in [
        (&[Purpose::Revocation][..], Verdict::Invalid, State::Revoked),
        (&[Purpose::Suspension][..], Verdict::Invalid, State::Suspended),
        (&[Purpose::Revocation, Purpose::Refresh][..], Verdict::Invalid, State::Superseded),
        (&[Purpose::Refresh][..], Verdict::Valid, State::Valid),
    ] {
        let report = vc::verify(signed.text().as_bytes(), &evidence(set), &known(), now());
        assert_eq!((report.verdict, report.state), (verdict, state), "{set:?}");
    }
}

#[test]
fn what_could_not_be_checked_is_never_fine() {
    let signed = sign(award(), Cryptosuite::EddsaRdfc2022);
    let url = |purpose: Purpose| Need::StatusList(format!("{ORIGIN}/status/{}/1", purpose.name()));
    let forged = list(Purpose::Revocation, false, &Key::from_seed([9; 32]), "2026-12-24T00:00:00Z");
    let stale = list(Purpose::Revocation, false, &key(), "2026-11-24T01:00:00Z");
    let other = list(Purpose::Suspension, false, &key(), "2026-12-24T00:00:00Z");
    let down = || Err(WhyNot::Unreachable("timed out".into()));
    for (need, answer, state) in [
        (Need::Did(ISSUER.into()), down(), State::IssuerUnavailable),
        (Need::Did(ISSUER.into()), Ok(b"<html>".to_vec()), State::IssuerUnavailable),
        (url(Purpose::Revocation), down(), State::StatusUnknown),
        (url(Purpose::Revocation), Err(WhyNot::NotFound), State::StatusUnknown),
        (url(Purpose::Revocation), Err(WhyNot::Offline), State::StatusUnknown),
        (url(Purpose::Revocation), Ok(b"{}".to_vec()), State::StatusUnknown),
        (url(Purpose::Revocation), Ok(forged), State::StatusUnknown),
        (url(Purpose::Revocation), Ok(stale), State::StatusUnknown),
        (url(Purpose::Revocation), Ok(other), State::StatusUnknown),
        (url(Purpose::Suspension), down(), State::StatusUnknown),
    ] {
        let mut answers = evidence(&[]);
        answers.answer(need.clone(), answer);
        let report = vc::verify(signed.text().as_bytes(), &answers, &known(), now());
        assert_eq!((report.verdict, report.state), (Verdict::Indeterminate, state), "{need:?}");
    }
    // A set bit counts, whatever else could not be read.
    let mut answers = evidence(&[Purpose::Revocation]);
    answers.answer(url(Purpose::Suspension), down());
    answers.answer(url(Purpose::Refresh), down());
    let report = vc::verify(signed.text().as_bytes(), &answers, &known(), now());
    assert_eq!((report.verdict, report.state), (Verdict::Invalid, State::Revoked));
}

#[test]
fn strangers_are_unknown_and_their_words_are_not_ours() {
    let signed = sign(award(), Cryptosuite::EddsaRdfc2022);
    let report =
        vc::verify(signed.text().as_bytes(), &evidence(&[]), &Policy::known(["did:web:lain.example".into()]), now());
    assert_eq!((report.verdict, report.state), (Verdict::Indeterminate, State::UnknownIssuer));
    let report = vc::verify(signed.text().as_bytes(), &evidence(&[]), &Policy::any(), now());
    assert_eq!(report.verdict, Verdict::Valid);
    // Somebody else's key under our name.
    let mut answers = evidence(&[]);
    let document = vc::did_document(ISSUER, &[(1, Key::from_seed([9; 32]).public())]).to_string();
    answers.answer(Need::Did(ISSUER.into()), Ok(document.into_bytes()));
    let report = vc::verify(signed.text().as_bytes(), &answers, &known(), now());
    assert_eq!((report.verdict, report.state), (Verdict::Invalid, State::Tampered));
}

#[test]
fn one_changed_letter_is_tampered_and_shows_no_facts() {
    for suite in [Cryptosuite::EddsaRdfc2022, Cryptosuite::EddsaJcs2022] {
        let text = sign(award(), suite).text().replace("Contohsari", "Contohsara");
        let report = vc::verify(text.as_bytes(), &evidence(&[]), &known(), now());
        assert_eq!((report.verdict, report.state, &report.facts), (Verdict::Invalid, State::Tampered, &None));
        assert_eq!(report.check(CheckName::Status).outcome, Outcome::Skipped);
        assert_eq!(report.to_json()["credential"], Value::Null);
    }
}

#[test]
fn an_inline_context_cannot_lend_members_another_meaning() {
    let mut value = sign(award(), Cryptosuite::EddsaRdfc2022).value().clone();
    value["@context"].as_array_mut().expect("an array").push(json!({ "kadar": "https://example.org/kadar" }));
    let report = vc::verify(value.to_string().as_bytes(), &evidence(&[]), &known(), now());
    // The statements are the signed ones, yet nothing is read out by member name.
    assert_eq!((report.verdict, report.facts), (Verdict::Indeterminate, None));
}

/// What a holder can rewrite without touching the signed statements: none of it hides what the checks look for.
#[test]
fn a_member_under_another_name_is_refused() {
    const VCDM: &str = "https://www.w3.org/2018/credentials#";
    let award = Award { valid_until: Some("2026-10-01T00:00:00Z".into()), ..award() };
    let signed = sign(award, Cryptosuite::EddsaRdfc2022);
    let set = evidence(&[Purpose::Revocation]);
    let rename = |value: &mut Value, at: &str, from: &str, to: &str| {
        let members = value.pointer_mut(at).and_then(Value::as_object_mut).expect("an object");
        let member = members.remove(from).expect("there");
        members.insert(to.to_owned(), member);
    };
    let mut variants: Vec<(&str, Value)> = Vec::new();
    for name in ["credentialStatus", "validUntil", "validFrom", "issuer", "credentialSubject"] {
        let mut value = signed.value().clone();
        rename(&mut value, "", name, &format!("{VCDM}{name}"));
        variants.push((name, value));
    }
    let mut value = signed.value().clone();
    rename(&mut value, "", "credentialStatus", "lain");
    let alias = json!({ "lain": { "@id": format!("{VCDM}credentialStatus"), "@type": "@id" } });
    value["@context"].as_array_mut().expect("an array").push(alias);
    variants.push(("an alias", value));
    let mut value = signed.value().clone();
    let status = value.as_object_mut().expect("an object").remove("credentialStatus").expect("there");
    value["@included"] = json!([{ "id": value["id"], "type": "VerifiableCredential", "credentialStatus": status }]);
    variants.push(("@included", value));
    let mut value = signed.value().clone();
    let ob = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#";
    value["credentialSubject"]["@context"] = json!({ "@protected": true, "licenseNumber": format!("{ob}term") });
    value["credentialSubject"]["type"] = json!([format!("{ob}AchievementSubject")]);
    variants.push(("a nested context", value));
    for (what, value) in variants {
        let report = vc::verify(value.to_string().as_bytes(), &set, &known(), now());
        assert_eq!(report.verdict, Verdict::Invalid, "{what}: {:?}", report.checks);
        assert_eq!(report.facts, None, "{what}");
    }
    // The same credential as it was signed is revoked, not valid.
    let report = vc::verify(signed.text().as_bytes(), &set, &known(), now());
    assert_eq!(report.state, State::Revoked);
}

/// The credential told a second time, under its issuer by a reverse term: the same statements, and no status at the root.
#[test]
fn a_reverse_term_cannot_carry_the_status_away() {
    let signed = sign(award(), Cryptosuite::EddsaRdfc2022);
    let mut value = signed.value().clone();
    let issuer = json!({ "issuer": { "@reverse": "https://www.w3.org/2018/credentials#issuer" } });
    value["@context"].as_array_mut().expect("an array").push(issuer);
    let status = value.as_object_mut().expect("an object").remove("credentialStatus").expect("there");
    let again = json!({ "id": value["id"], "type": "VerifiableCredential", "credentialStatus": status });
    value["issuer"]["issuer"] = again;
    let report = vc::verify(value.to_string().as_bytes(), &evidence(&[Purpose::Revocation]), &Policy::any(), now());
    assert_eq!(report.verdict, Verdict::Invalid, "{:?}", report.checks);
}

#[test]
fn the_proof_counts_whatever_the_caller_asks_for() {
    let text = sign(award(), Cryptosuite::EddsaJcs2022).text().replace("Contohsari", "Contohsara");
    for name in CheckName::ALL {
        let policy = Policy { decides: vec![name], ..known() };
        assert_eq!(vc::verify(text.as_bytes(), &evidence(&[]), &policy, now()).verdict, Verdict::Invalid);
    }
}

#[test]
fn validity_has_two_ends() {
    let signed =
        sign(Award { valid_until: Some("2026-10-01T00:00:00Z".into()), ..award() }, Cryptosuite::EddsaRdfc2022);
    let verify = |when| vc::verify(signed.text().as_bytes(), &evidence(&[]), &known(), at(when));
    assert_eq!(verify("2026-11-24T07:05:00Z").state, State::Expired);
    assert_eq!(verify("2026-09-01T00:00:00Z").state, State::NotYetValid);
}

#[test]
fn text_that_is_no_credential_is_reported_not_thrown() {
    for text in ["", "{", "[]", "null", "{}", "{\"proof\":{}}", "\u{feff}", "{\"a\":1,\"a\":2}"] {
        let report = vc::verify(text.as_bytes(), &Evidence::default(), &known(), now());
        assert_eq!(report.verdict, Verdict::Invalid, "{text}");
        assert_eq!(report.checks.len(), 5);
        assert!(!vc::sentences(&report, Lang::Id).headline.is_empty());
    }
}

#[test]
fn a_blank_node_bomb_ends_with_a_clear_error() {
    // Ten unnamed nodes that all know each other: telling them apart means trying ten factorial orders.
    let node = |label: usize| RdfTerm::Blank(format!("b{label}"));
    let pairs = (0..10).flat_map(|a| (0..10).map(move |b| (a, b))).filter(|(a, b)| a != b);
    let quads: Vec<Quad> = pairs
        .map(|(a, b)| Quad {
            subject: node(a),
            predicate: "https://x.example/knows".into(),
            object: node(b),
            graph: None,
        })
        .collect();
    let problem = vc::core::rdfc(&quads).map(|_| ()).expect_err("refused");
    assert_eq!(problem.kind, ProblemKind::WorkLimit);
}

#[test]
fn dropped_terms_are_refused_by_name() {
    for (pointer, name) in [("", "tidakDikenal"), ("/credentialSubject", "catatan"), ("/issuer", "telepon")] {
        let signed = sign(award(), Cryptosuite::EddsaRdfc2022);
        let mut value = signed.value().clone();
        value.pointer_mut(pointer).expect("there")[name] = json!("x");
        let report = vc::verify(value.to_string().as_bytes(), &evidence(&[]), &known(), now());
        let problem = report.check(CheckName::Proof).problem.clone().expect("a problem");
        assert_eq!((report.state, problem.kind, problem.at.as_str()), (State::Tampered, ProblemKind::Term, name));
    }
}

/// The places of every scalar in a value, as JSON pointers.
fn leaves(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| leaves(value, format!("{at}/{name}"), found)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, value)| leaves(value, format!("{at}/{i}"), found))
        }
        _ => found.push(at),
    }
}

/// Every member of every object: the object's JSON pointer and the member's name.
fn members(value: &Value, at: String, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(all) => {
            for (name, value) in all {
                found.push((at.clone(), name.clone()));
                members(value, format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, value)| members(value, format!("{at}/{i}"), found))
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// Whatever leaf is changed to whatever else: never valid, never a panic.
    #[test]
    fn a_changed_leaf_is_never_valid(pick in any::<prop::sample::Index>(), rdfc in any::<bool>(), replacement in prop_oneof![
        Just(Value::Null), any::<bool>().prop_map(Value::from), any::<i64>().prop_map(Value::from), ".{0,12}".prop_map(Value::from),
        Just(json!([])), Just(json!({})), Just(json!({ "@value": "x" })), Just(json!({ "@list": [1, "a"] })),
    ]) {
        let signed = sign(award(), if rdfc { Cryptosuite::EddsaRdfc2022 } else { Cryptosuite::EddsaJcs2022 });
        let mut places = Vec::new();
        leaves(signed.value(), String::new(), &mut places);
        let mut value = signed.value().clone();
        let leaf = value.pointer_mut(&places[pick.index(places.len())]).expect("there");
        prop_assume!(*leaf != replacement);
        *leaf = replacement;
        let report = vc::verify(value.to_string().as_bytes(), &evidence(&[]), &known(), now());
        prop_assert!(report.verdict != Verdict::Valid, "{value}");
    }

    /// Whatever member is taken away: never valid, never a panic.
    #[test]
    fn a_missing_member_is_never_valid(pick in any::<prop::sample::Index>(), rdfc in any::<bool>()) {
        let signed = sign(award(), if rdfc { Cryptosuite::EddsaRdfc2022 } else { Cryptosuite::EddsaJcs2022 });
        let mut value = signed.value().clone();
        let mut places = Vec::new();
        members(&value, String::new(), &mut places);
        let (parent, name) = &places[pick.index(places.len())];
        value.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object").remove(name);
        let text = value.to_string();
        vc::needs(text.as_bytes(), &Evidence::default());
        let report = vc::verify(text.as_bytes(), &evidence(&[]), &known(), now());
        prop_assert!(report.verdict != Verdict::Valid, "{}", value);
    }

    /// Any bytes: a report, never a panic.
    #[test]
    fn any_bytes_end_in_a_report(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let report = vc::verify(&bytes, &Evidence::default(), &known(), now());
        prop_assert_eq!(report.verdict, Verdict::Invalid);
    }
}
