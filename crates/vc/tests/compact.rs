//! The compact form against its vectors (`tests/compact/`), its document (`COMPACT.md`), and whoever changes a bit.

#![allow(clippy::disallowed_methods, reason = "a test reads files; the crate under test does not")]

use base64::Engine;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use vc::compact::{CompactError, Fixed, Link, Place, Slot, SlotKind, Template, pack, template_number, unpack};
use vc::{
    Award, CheckName, Cryptosuite, Evidence, Key, Lang, Need, Outcome, Policy, StatusEntry, Verdict,
    VerificationMethod, did_document, did_web,
};

const BASE: &str = "http://localhost:8080";
const NUMBER: u16 = 3;

/// Set this variable to write the vectors anew.
const WRITE: &str = "PIAGAM_WRITE_VECTORS";

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn file(name: &str) -> String {
    let path = top().join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The example key: the seed is the end of its PKCS#8 document (RFC 8410, 7).
fn example_key() -> Key {
    let pem = file("keys-example/k1.pem");
    let body: String = pem.lines().filter(|line| !line.starts_with("---")).collect();
    let der = base64::prelude::BASE64_STANDARD.decode(body).expect("base64");
    let at = der.windows(4).position(|window| window == [4, 34, 4, 32]).expect("a seed") + 4;
    Key::from_seed(der[at..at + 32].try_into().expect("32 bytes"))
}

fn did() -> String {
    did_web(BASE)
}

struct Graduate {
    case: &'static str,
    uuid: &'static str,
    name: &'static str,
    number: &'static str,
    grade: Option<&'static str>,
    valid_from: &'static str,
    valid_until: Option<&'static str>,
    list: u32,
    index: u32,
    key: u32,
}

const GRADUATES: [Graduate; 4] = [
    Graduate {
        case: "plain",
        uuid: "3f0c2a5e-6a8f-4b0e-9d53-0d6e5b1f7a11",
        name: "Dr. Siti Contoh Fiktif, S.Kom., M.Si.",
        number: "00012/CONTOH/II/VIII/2026",
        grade: None,
        valid_from: "2026-08-12T01:02:03Z",
        valid_until: None,
        list: 1,
        index: 94_203,
        key: 1,
    },
    Graduate {
        case: "everything",
        uuid: "00000000-0000-4000-8000-000000000001",
        name: "René Misal",
        number: "1",
        grade: Some("Sangat Memuaskan / Excellent"),
        valid_from: "2026-11-24T07:05:00Z",
        valid_until: Some("2029-11-24T16:59:59Z"),
        list: 255,
        index: 131_071,
        key: 255,
    },
    Graduate {
        case: "a name that looks like a template",
        uuid: "ffffffff-ffff-4fff-bfff-ffffffffffff",
        name: r#"{{name}} "Uji" \ ${x} </script> %s #v"#,
        number: "{seq}/\"/\\",
        grade: None,
        valid_from: "2020-01-01T00:00:00Z",
        valid_until: None,
        list: 0,
        index: 0,
        key: 2,
    },
    Graduate {
        case: "other scripts, the longest name",
        uuid: "12345678-9abc-4def-8123-456789abcdef",
        name: "ꦱꦶꦠꦶ ꦕꦺꦴꦤ꧀ꦠꦺꦴꦃ ꦱꦶꦠꦶ ꦕꦺꦴꦤ꧀ꦠꦺꦴꦃ ꦱꦶꦠꦶ ꦕꦺꦴꦤ꧀ꦠꦺꦴꦃ ꦱꦶꦠꦶ ꦕꦺꦴꦤ꧀ꦠꦺꦴꦃ ꦱꦶꦠꦶ 🎓 Ω",
        number: "00001/Ñ",
        grade: None,
        valid_from: "2156-02-07T06:28:15Z",
        valid_until: None,
        list: 17,
        index: 16_777_215,
        key: 1,
    },
];

fn award(graduate: &Graduate) -> Award {
    Award {
        id: format!("{BASE}/credentials/{}", graduate.uuid),
        issuer: did(),
        issuer_name: "Badan Pelatihan Contoh / Sample Training Agency".into(),
        issuer_url: format!("{BASE}/"),
        valid_from: graduate.valid_from.into(),
        valid_until: graduate.valid_until.map(str::to_owned),
        holder: graduate.name.into(),
        number: graduate.number.into(),
        achievement: format!("{BASE}/achievements/contoh"),
        programme: "Pelatihan Contoh / Sample Training".into(),
        description: "Pelatihan fiktif. Metode: e-learning. / A fictional training. Method: e-learning.".into(),
        criteria: "Hadir dan lulus ujian. / Attendance and a passed exam.".into(),
        term: "Angkatan II Tahun 2026 / Cohort II of 2026".into(),
        hours: 40,
        starts: "2026-08-03T00:00:00+07:00".into(),
        ends: "2026-08-07T00:00:00+07:00".into(),
        grade: graduate.grade.map(str::to_owned),
        status: StatusEntry { list: format!("{BASE}/status/revocation/{}", graduate.list), index: graduate.index },
    }
}

fn signed(graduate: &Graduate) -> String {
    let key = example_key();
    let method = VerificationMethod::did_web(&did(), graduate.key, key.public());
    let ready = award(graduate).into_draft().check().expect("well-formed");
    let to_sign = ready.to_sign(Cryptosuite::EddsaJcs2022, &method, graduate.valid_from).expect("canonical");
    let signature = key.sign(to_sign.bytes());
    to_sign.finish(signature).expect("signed").text().to_owned()
}

fn template() -> Template {
    let mut whole: Value = serde_json::from_str(&signed(&GRADUATES[1])).expect("JSON");
    whole.as_object_mut().expect("an object").shift_remove("proof");
    let place = |prefix: &str, at: &str| Place { prefix: prefix.into(), at: vec![at.into()] };
    let lists = format!("{BASE}/status/revocation/");
    let fixed = Fixed {
        id: place(&format!("{BASE}/credentials/"), "/id"),
        valid_from: place("", "/validFrom"),
        status_list: place(&lists, "/credentialStatus/statusListCredential"),
        status_entry: place(&lists, "/credentialStatus/id"),
        status_index: place("", "/credentialStatus/statusListIndex"),
    };
    let slot = |name: &str, kind, at: &[&str], without: &[&str]| Slot {
        name: name.into(),
        kind,
        at: at.iter().map(|at| (*at).to_owned()).collect(),
        without: without.iter().map(|at| (*at).to_owned()).collect(),
    };
    let subject = "/credentialSubject";
    let slots = vec![
        slot(
            "name",
            SlotKind::Text,
            &[&format!("{subject}/name"), &format!("{subject}/identifier/0/identityHash")],
            &[],
        ),
        slot("number", SlotKind::Text, &[&format!("{subject}/licenseNumber")], &[]),
        slot("grade", SlotKind::Text, &[&format!("{subject}/result/0/value")], &[&format!("{subject}/result")]),
        slot("validUntil", SlotKind::Time, &["/validUntil"], &["/validUntil"]),
    ];
    Template::new(whole, fixed, slots).expect("a template")
}

fn published() -> Template {
    Template::parse(file("tests/compact/template-3.json").as_bytes()).expect("a template")
}

fn open(digits: &str) -> Result<String, CompactError> {
    let template = published();
    unpack(digits, |number| (number == NUMBER).then_some(&template))
}

fn bytes_of(digits: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for group in digits.as_bytes().chunks(17) {
        let length = [0, 3, 5, 8, 10, 13, 15, 17].iter().position(|width| *width == group.len()).expect("canonical");
        let value: u64 = std::str::from_utf8(group).expect("digits").parse().expect("a number");
        bytes.extend_from_slice(&value.to_be_bytes()[8 - length..]);
    }
    bytes
}

fn digits_of(bytes: &[u8]) -> String {
    let widths = [0, 3, 5, 8, 10, 13, 15, 17];
    let group = |group: &[u8]| {
        let value = group.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
        format!("{value:0width$}", width = widths[group.len()])
    };
    bytes.chunks(7).map(group).collect()
}

fn sum(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xffff_u16, |sum, byte| {
        (0..8).fold(sum ^ u16::from(*byte) << 8, |sum, _| if sum & 0x8000 == 0 { sum << 1 } else { sum << 1 ^ 0x1021 })
    })
}

/// A record with a right check sum.
fn summed(body: &[u8]) -> String {
    digits_of(&[body, &sum(body).to_be_bytes()].concat())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A changed record of the first vector, with a right check sum: what a forger could print.
fn forged(change: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut body = bytes_of(&pack(&signed(&GRADUATES[0]), &template(), NUMBER).expect("fits"));
    body.truncate(body.len() - 2);
    change(&mut body);
    summed(&body)
}

fn refused_vectors() -> Vec<(&'static str, String, &'static str)> {
    let good = pack(&signed(&GRADUATES[0]), &template(), NUMBER).expect("fits");
    let renamed = |name: &str| {
        forged(|body| {
            let length = usize::from(body[28]);
            body[28] = name.len() as u8;
            body.splice(29..29 + length, name.bytes());
        })
    };
    vec![
        ("one digit changed", good.replacen("17", "71", 1), "damaged-link"),
        ("last digit missing", good[..good.len() - 1].to_owned(), "damaged-link"),
        ("one group missing", good[17..].to_owned(), "damaged-link"),
        ("two groups exchanged", format!("{}{}{}", &good[17..34], &good[..17], &good[34..]), "damaged-link"),
        ("a group too large", format!("99999999999999999{}", &good[17..]), "damaged-link"),
        ("not a digit", format!("{} ", good), "damaged-link"),
        ("everything twice", format!("{good}{good}"), "damaged-link"),
        ("format 2", forged(|body| body[0] = 2), "newer-format"),
        ("a template that does not exist", forged(|body| body[1] = 0xff), "template-unobtainable"),
        ("a byte too many after the slots", forged(|body| body.insert(body.len() - 64, 0)), "damaged-link"),
        ("an empty name", renamed(""), "damaged-link"),
        ("a name in decomposed form", renamed("Rene\u{301} Misal"), "damaged-link"),
        ("a name that runs backwards", renamed("\u{202e}hotnoC itiS"), "damaged-link"),
        ("a name with a line break", renamed("Siti\nContoh"), "damaged-link"),
        ("an invisible character", renamed("Siti\u{200b}Contoh"), "damaged-link"),
        ("a name that is not UTF-8", forged(|body| body[29] = 0xff), "damaged-link"),
    ]
}

/// What `tests/compact/vectors.json` has to hold.
fn vectors() -> Value {
    let good: Vec<Value> = GRADUATES
        .iter()
        .map(|graduate| {
            let credential = signed(graduate);
            let digits = pack(&credential, &template(), NUMBER).expect(graduate.case);
            json!({
                "case": graduate.case,
                "link": format!("{BASE}/v#{digits}"),
                "record": hex(&bytes_of(&digits)),
                "credential": credential,
            })
        })
        .collect();
    let refused: Vec<Value> = refused_vectors()
        .into_iter()
        .map(|(case, digits, code)| json!({ "case": case, "digits": digits, "code": code }))
        .collect();
    let altered = forged(|body| body[29] ^= 1);
    json!({
        "template": NUMBER,
        "publicKeyMultibase": example_key().public().multikey(),
        "rebuilt": good,
        "rebuiltWithAWrongProof": [{ "case": "a letter of the name changed, the check sum mended", "digits": altered }],
        "refused": refused,
    })
}

#[test]
fn the_vectors_are_those_that_this_version_makes() {
    let pretty = |value: &Value| serde_json::to_string_pretty(value).expect("JSON") + "\n";
    let template = pretty(&serde_json::to_value(template()).expect("JSON"));
    let vectors = pretty(&vectors());
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(top().join("tests/compact/template-3.json"), &template).expect("written");
        std::fs::write(top().join("tests/compact/vectors.json"), &vectors).expect("written");
    }
    assert_eq!(file("tests/compact/template-3.json"), template, "set {WRITE}=1 to write it");
    assert_eq!(file("tests/compact/vectors.json"), vectors, "set {WRITE}=1 to write them");
}

#[test]
fn what_is_packed_comes_back_byte_for_byte_and_verifies() {
    for graduate in &GRADUATES {
        let credential = signed(graduate);
        let digits = pack(&credential, &template(), NUMBER).expect(graduate.case);
        assert_eq!(open(&digits).expect(graduate.case), credential, "{}", graduate.case);
        assert_eq!(template_number(&digits).expect("readable"), NUMBER);
        assert_eq!(proof_outcome(&credential, graduate.key), Outcome::Pass, "{}", graduate.case);
    }
}

#[test]
fn the_refused_are_refused_by_their_code() {
    for (case, digits, code) in refused_vectors() {
        let error = open(&digits).expect_err(case);
        assert_eq!(error.code(), code, "{case}: {error}");
        assert_eq!(error.is_undecided(), matches!(code, "newer-format" | "template-unobtainable"), "{case}");
        for lang in [Lang::Id, Lang::En] {
            assert!(error.what(lang).ends_with('.') && error.next(lang).ends_with('.'), "{case}");
        }
    }
}

/// Every bit of the record, once as it is (the check sum finds it) and once with a mended check sum (the signature
/// finds it, or decoding does).
#[test]
fn every_flipped_bit_is_refused() {
    let digits = pack(&signed(&GRADUATES[0]), &template(), NUMBER).expect("fits");
    let record = bytes_of(&digits);
    let template = template();
    for bit in 0..record.len() * 8 {
        let mut flipped = record.clone();
        flipped[bit / 8] ^= 0x80 >> (bit % 8);
        let error = open(&digits_of(&flipped)).expect_err("a flipped bit");
        assert_eq!(error.code(), "damaged-link", "bit {bit}: {error}");
        let body = &flipped[..flipped.len() - 2];
        // Any number leads to our template: also one that was issued later.
        if let Ok(credential) = unpack(&summed(body), |_| Some(&template)) {
            let original = flipped.len() * 8 - bit <= 16 || body[1..3] != record[1..3];
            let outcome = proof_outcome(&credential, u32::from(body[3]));
            assert_eq!(outcome == Outcome::Pass, original, "bit {bit}: {outcome:?}");
        }
    }
}

/// Every bit of the text itself, as a damaged message has it.
#[test]
fn every_flipped_bit_of_the_text_is_refused() {
    let digits = pack(&signed(&GRADUATES[0]), &template(), NUMBER).expect("fits");
    for bit in 0..digits.len() * 8 {
        let mut bytes = digits.clone().into_bytes();
        bytes[bit / 8] ^= 0x80 >> (bit % 8);
        let Ok(text) = String::from_utf8(bytes) else { continue };
        let refused = match open(&text) {
            Err(_) => true,
            Ok(credential) => proof_outcome(&credential, 1) != Outcome::Pass,
        };
        assert!(refused, "bit {bit}");
    }
}

fn proof_outcome(credential: &str, key: u32) -> Outcome {
    let mut evidence = Evidence::default();
    let document = did_document(&did(), &[(key.max(1), example_key().public())]).to_string();
    evidence.answer(Need::Did(did()), Ok(document.into_bytes()));
    let now = "2156-11-24T00:00:00Z".parse().expect("a timestamp");
    let report = vc::verify(credential.as_bytes(), &evidence, &Policy::known([did()]), now);
    assert!(report.verdict != Verdict::Valid, "there is no status list here");
    report.check(CheckName::Proof).outcome
}

#[test]
fn links_are_read_and_other_texts_are_not() {
    let digits = "00256";
    for (text, host) in [
        ("https://sertifikat.example/v#00256", Some("sertifikat.example")),
        (" HTTPS://Sertifikat.EXAMPLE/v#00256\n", Some("sertifikat.example")),
        ("http://localhost:8080/v/#00256", Some("localhost:8080")),
        ("00256", None),
    ] {
        let link = Link::parse(text).expect(text);
        assert_eq!((link.host.as_deref(), link.digits), (host, digits), "{text}");
    }
    assert!(!Link::parse("http://localhost/v#1").expect("a link").secure);
    for text in [
        "",
        "#00256",
        "https://sertifikat.example/v#",
        "https://sertifikat.example/v/ABCD-EFGH-JKLM-NPQR",
        "https://sertifikat.example/verify#00256",
        "https://user@sertifikat.example/v#00256",
        "https:///v#00256",
        "javascript:alert(1)//x/v#00256",
        "{}",
    ] {
        assert_eq!(Link::parse(text), Err(CompactError::NotCompact), "{text:?}");
    }
    let megabyte = format!("https://sertifikat.example/v#{}", "0".repeat(1_000_000));
    assert!(matches!(Link::parse(&megabyte), Err(CompactError::TooLong { .. })));
}

#[test]
fn what_does_not_fit_is_said_and_what_is_of_another_template_too() {
    let long = Graduate { name: "ꦱ".repeat(86).leak(), ..GRADUATES[0] };
    assert!(matches!(pack(&signed(&long), &template(), 1), Err(CompactError::DoesNotFit { .. })));
    let many = Graduate { list: 256, ..GRADUATES[0] };
    assert!(matches!(pack(&signed(&many), &template(), 1), Err(CompactError::DoesNotFit { .. })));
    let key = Graduate { key: 256, ..GRADUATES[0] };
    assert!(matches!(pack(&signed(&key), &template(), 1), Err(CompactError::DoesNotFit { .. })));
    let early = Graduate { valid_from: "2019-12-31T23:59:59Z", ..GRADUATES[0] };
    assert!(matches!(pack(&signed(&early), &template(), 1), Err(CompactError::DoesNotFit { .. })));
    let other = signed(&GRADUATES[0]).replace("Pelatihan Contoh", "Pelatihan Uji");
    assert!(matches!(pack(&other, &template(), 1), Err(CompactError::NotRebuilt { .. })));
    let odd = Graduate { name: "Siti\u{202e}Contoh", ..GRADUATES[0] };
    assert!(matches!(pack(&signed(&odd), &template(), 1), Err(CompactError::Text { .. })));
}

#[test]
fn documents_that_are_no_template_are_refused() {
    let good: Value = serde_json::from_str(&file("tests/compact/template-3.json")).expect("JSON");
    let changed = |pointer: &str, value: Value| {
        let mut template = good.clone();
        *template.pointer_mut(pointer).expect(pointer) = value;
        template.to_string()
    };
    for text in [
        String::new(),
        "{}".to_owned(),
        "[]".to_owned(),
        format!("{good}{good}"),
        changed("/format", json!("piagam-template-2")),
        changed("/credential", json!("text")),
        changed("/credential/credentialSubject/name", json!("Budi Contoh")),
        changed("/slots/0/at", json!([])),
        changed("/slots/0/at", json!(["/absent"])),
        changed("/slots/0/at", json!(["/issuer"])),
        changed("/slots/0/at", json!(["/id"])),
        changed("/slots/2/without", json!(["/absent"])),
        changed("/slots/2/without", json!([""])),
        changed("/slots/3/kind", json!("number")),
        changed("/slots/3/kind", json!(null)),
        " ".repeat(200_000),
    ] {
        let refused = Template::parse(text.as_bytes());
        assert!(matches!(refused, Err(CompactError::Template { .. })), "{}", &text[..text.len().min(300)]);
    }
}

/// The document's examples are the vectors.
#[test]
fn the_document_and_the_vectors_agree() {
    let document = file("crates/vc/COMPACT.md");
    let first = &vectors()["rebuilt"][0];
    let squeezed: String = document.split_whitespace().collect();
    for member in ["link", "record", "credential"] {
        let text: String = first[member].as_str().expect("text").split_whitespace().collect();
        assert!(squeezed.contains(&text), "COMPACT.md does not have the first vector's {member}: {text}");
    }
    for (_, _, code) in refused_vectors() {
        assert!(document.contains(&format!("`{code}`")), "COMPACT.md does not name {code}");
    }
}
