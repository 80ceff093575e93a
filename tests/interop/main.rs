//! A second implementation agrees: the npm packages of `package.json` verify what we issue, and we verify what they issue.
//! Runs where Node.js is present. The packages go into the build folder, by name, with npm.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use piagam_tests::{root, scratch};
use serde_json::{Value, json};
use vc::compact;
use vc::core::EMBEDDED;
use vc::{
    Award, Bitstring, Cryptosuite, Draft, Evidence, Key, LIST_ENTRIES, Need, Policy, PublicKey, Purpose, Report, State,
    StatusEntry, Verdict, VerificationMethod,
};

const BASE: &str = "https://sertifikat.example";
const LIST: &str = "https://sertifikat.example/status/revocation/1";
const ISSUED_AT: &str = "2026-08-12T07:05:00Z";
const REVOKED: u32 = 4711;
const SUITES: [Cryptosuite; 2] = [Cryptosuite::EddsaRdfc2022, Cryptosuite::EddsaJcs2022];

/// The other implementation, installed once; `None` where Node.js is not present.
fn node() -> Option<&'static Path> {
    static FOLDER: LazyLock<Option<PathBuf>> = LazyLock::new(install);
    FOLDER.as_deref()
}

fn install() -> Option<PathBuf> {
    for program in ["node", "npm"] {
        if !Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success()) {
            println!("skipped: {program} not found");
            return None;
        }
    }
    let folder = scratch().join("interop");
    let source = root().join("tests/interop");
    fs::create_dir_all(&folder).unwrap();
    let wanted = fs::read(source.join("package.json")).unwrap();
    let installed =
        fs::read(folder.join("package.json")).is_ok_and(|have| have == wanted) && folder.join("installed").exists();
    if !installed {
        let _ = fs::remove_file(folder.join("installed"));
        fs::write(folder.join("package.json"), wanted).unwrap();
        let npm = Command::new("npm")
            .current_dir(&folder)
            .args(["install", "--no-audit", "--no-fund", "--ignore-scripts"])
            .output();
        let npm = npm.expect("npm ran a moment ago");
        if !npm.status.success() {
            let errors = String::from_utf8_lossy(&npm.stderr);
            assert!(std::env::var_os("CI").is_none(), "npm install failed: {errors}");
            println!("skipped: npm could not install the packages: {errors}");
            return None;
        }
        fs::write(folder.join("installed"), "").unwrap();
    }
    fs::copy(source.join("interop.mjs"), folder.join("interop.mjs")).unwrap();
    Some(folder)
}

/// Asks the other implementation.
fn ask(folder: &Path, name: &str, request: &Value) -> Value {
    let file = folder.join(name).with_extension("json");
    fs::write(&file, request.to_string()).unwrap();
    let text = piagam_tests::printed(Command::new("node").current_dir(folder).arg("interop.mjs").arg(&file));
    serde_json::from_str(&text).expect("one JSON answer")
}

/// Everything the other side may look up: our contexts, the issuer's documents, the status list.
fn documents(did: &str, key: PublicKey) -> serde_json::Map<String, Value> {
    documents_with(did, &[(1, key)])
}

fn documents_with(did: &str, keys: &[(u32, PublicKey)]) -> serde_json::Map<String, Value> {
    let mut documents = serde_json::Map::new();
    for context in EMBEDDED {
        documents.insert(context.url.into(), serde_json::from_str(context.text).unwrap());
    }
    let document = vc::did_document(did, keys);
    for method in document["verificationMethod"].as_array().unwrap() {
        let mut method = method.clone();
        method["@context"] = json!("https://w3id.org/security/multikey/v1");
        documents.insert(method["id"].as_str().unwrap().into(), method);
    }
    documents.insert(did.into(), document);
    documents
}

fn sign(draft: Draft, suite: Cryptosuite, did: &str, key: &Key) -> Value {
    let method = VerificationMethod::did_web(did, 1, key.public());
    let ready = draft.check().expect("a well-formed credential");
    let to_sign = ready.to_sign(suite, &method, ISSUED_AT).unwrap();
    let signature = key.sign(to_sign.bytes());
    to_sign.finish(signature).unwrap().value().clone()
}

/// A certificate with everything that ours have.
fn award(did: &str, holder: &str, index: u32) -> Draft {
    let award = Award {
        id: format!("{BASE}/credentials/3f0c2a5e-6a8f-4b0e-9d53-0d6e5b1f7a{index:02x}"),
        issuer: did.into(),
        issuer_name: "Lembaga Contoh / Sample Agency".into(),
        issuer_url: BASE.into(),
        valid_from: ISSUED_AT.into(),
        valid_until: None,
        holder: holder.into(),
        number: "00042/UJI/VIII/2026".into(),
        achievement: format!("{BASE}/achievements/dasar-ai"),
        programme: "Dasar-Dasar Kecerdasan Artifisial / AI Fundamentals".into(),
        description: "Metode: daring penuh.\nMitra: Lembaga Misal \"Fiktif\" \\ & <Uji>.".into(),
        criteria: "Cara kerja AI / How AI works: 3 JP · Bias, kepercayaan, dan risiko: 3 JP".into(),
        term: "II/2026".into(),
        hours: 20,
        starts: "2026-08-03T00:00:00+07:00".into(),
        ends: "2026-08-12T00:00:00+07:00".into(),
        grade: Some("Sangat Memuaskan".into()),
        status: StatusEntry { list: LIST.into(), index },
    };
    award.into_draft()
}

fn status_list(did: &str, key: &Key) -> Value {
    let mut bits = Bitstring::new(LIST_ENTRIES);
    bits.set(u64::from(REVOKED), true).unwrap();
    let draft = vc::status_list_draft(LIST, did, Purpose::Revocation, &bits, ISSUED_AT, "2126-09-11T07:05:00Z");
    sign(draft, Cryptosuite::EddsaRdfc2022, did, key)
}

#[test]
fn npm_verifies_what_we_issue() {
    let Some(folder) = node() else { return };
    let key = Key::from_seed([42; 32]);
    let did = vc::did_web(BASE);
    let mut documents = documents(&did, key.public());
    documents.insert(LIST.into(), status_list(&did, &key));

    // Name, credential, is it good?
    let mut cases: Vec<(String, Value, bool)> = Vec::new();
    let holders = ["Dra. Siti Contoh, M.Si.", "I Gusti Ayu Misal Ñandú-O’Uji 𝄞 é", "Fiktif"];
    for suite in SUITES {
        let suite_name = suite.name();
        for (index, holder) in holders.iter().enumerate() {
            let signed = sign(award(&did, holder, index as u32), suite, &did, &key);
            let mut altered = signed.clone();
            altered["credentialSubject"]["name"] = json!(format!("{holder}."));
            cases.push((format!("{suite_name} {index}"), signed, true));
            cases.push((format!("{suite_name} {index} altered"), altered, false));
        }
        let revoked = sign(award(&did, "Dicabut Contoh", REVOKED), suite, &did, &key);
        cases.push((format!("{suite_name} revoked"), revoked, false));
    }
    let verify: Vec<Value> = cases
        .iter()
        .map(|(name, credential, _)| json!({ "name": name, "credential": credential, "status": true }))
        .collect();
    let answer = ask(folder, "verify", &json!({ "documents": documents, "verify": verify }));

    for ((name, _, good), result) in cases.iter().zip(answer["verified"].as_array().unwrap()) {
        assert_eq!(result["verified"], *good, "{name}: {}", result["error"]);
    }
    assert_eq!(answer["verified"].as_array().unwrap().len(), cases.len());
    println!("npm verified {} documents of ours as expected", cases.len());
}

/// The vectors of the compact form: digits of QR codes, rebuilt to credentials.
#[test]
fn npm_verifies_what_qr_codes_carry() {
    let Some(folder) = node() else { return };
    let read = |name: &str| fs::read(root().join("tests/compact").join(name)).unwrap();
    let vectors: Value = serde_json::from_slice(&read("vectors.json")).unwrap();
    let template = compact::Template::parse(&read("template-3.json")).unwrap();
    let rebuilt = |digits: &str| -> Value {
        serde_json::from_str(&compact::unpack(digits, |number| (number == 3).then_some(&template)).unwrap()).unwrap()
    };
    let key = PublicKey::from_multikey(vectors["publicKeyMultibase"].as_str().unwrap()).unwrap();
    let documents = documents_with(&vc::did_web("http://localhost:8080"), &[1, 2, 255].map(|number| (number, key)));
    let mut verify = Vec::new();
    let mut good = Vec::new();
    let mut put = |name: &Value, digits: &str, is_good| {
        let credential = rebuilt(digits);
        let now = credential["validFrom"].clone();
        verify.push(json!({ "name": name, "credential": credential, "status": false, "now": now }));
        good.push(is_good);
    };
    for one in vectors["rebuilt"].as_array().unwrap() {
        put(&one["case"], compact::Link::parse(one["link"].as_str().unwrap()).unwrap().digits, true);
    }
    for one in vectors["rebuiltWithAWrongProof"].as_array().unwrap() {
        put(&one["case"], one["digits"].as_str().unwrap(), false);
    }
    let answer = ask(folder, "compact", &json!({ "documents": documents, "verify": verify }));
    let verified = answer["verified"].as_array().unwrap();
    assert!(verified.len() == good.len() && good.len() > 4, "{verified:?}");
    for (result, good) in verified.iter().zip(good) {
        assert_eq!(result["verified"], good, "{}: {}", result["name"], result["error"]);
    }
}

#[test]
fn we_verify_what_npm_issues() {
    let Some(folder) = node() else { return };
    let pair = fs::read_to_string(root().join("tests/vectors/vc-di-eddsa/keyPair.json")).unwrap();
    let pair: Value = serde_json::from_str(&pair).unwrap();
    let public = PublicKey::from_multikey(pair["publicKeyMultibase"].as_str().unwrap()).unwrap();
    let did = vc::did_web("https://penerbit-lain.example");
    let documents = documents(&did, public);
    let key = json!({
        "@context": "https://w3id.org/security/multikey/v1", "type": "Multikey", "id": format!("{did}#k1"), "controller": did,
        "publicKeyMultibase": pair["publicKeyMultibase"], "secretKeyMultibase": pair["privateKeyMultibase"],
    });

    let unsigned = unsigned(&did);
    let mut issue = Vec::new();
    for suite in SUITES {
        for (name, credential) in &unsigned {
            issue.push(json!({
                "name": format!("{} {name}", suite.name()), "cryptosuite": suite.name(), "credential": credential, "key": key,
                "date": ISSUED_AT,
            }));
        }
    }
    let answer = ask(folder, "issue", &json!({ "documents": documents, "issue": issue }));
    let issued = answer["issued"].as_array().unwrap();
    assert_eq!(issued.len(), issue.len());
    for one in issued {
        let (name, credential) = (&one["name"], &one["credential"]);
        let report = judge(&credential.to_string(), &did, public);
        assert_eq!((report.verdict, report.state), (Verdict::Valid, State::Valid), "{name}: {:#}", report.to_json());
        let mut altered = credential.clone();
        altered["validFrom"] = json!("2026-08-12T07:05:01Z");
        assert_eq!(judge(&altered.to_string(), &did, public).state, State::Tampered, "{name} altered");
    }
    println!("{} documents of npm's verified by us", issued.len());
}

#[test]
fn npm_makes_the_same_quads() {
    let Some(folder) = node() else { return };
    let mut canonize = Vec::new();
    let mut expected = Vec::new();
    for entry in fs::read_dir(root().join("tests/documents")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let document: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            canonize.push(json!({ "name": path.file_stem().unwrap().to_str().unwrap(), "document": document }));
            // Ours are compared with these by the tests of `vc`, also where there is no Node.js.
            expected.push(fs::read_to_string(path.with_extension("nq")).unwrap());
        }
    }
    let documents = documents(&vc::did_web(BASE), Key::from_seed([42; 32]).public());
    let answer = ask(folder, "canonize", &json!({ "documents": documents, "canonize": canonize }));
    let canonical = answer["canonical"].as_array().unwrap();
    assert_eq!(canonical.len(), expected.len());
    assert!(expected.len() >= 60, "only {} documents", expected.len());
    for (one, expected) in canonical.iter().zip(&expected) {
        assert_eq!(one["quads"].as_str().unwrap(), expected, "{}", one["name"]);
    }
}

/// Documents that stress both canonical forms.
fn unsigned(issuer: &str) -> Vec<(&'static str, Value)> {
    let plain = |subject: Value| {
        json!({
            "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
            "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
            "type": ["VerifiableCredential"],
            "issuer": issuer,
            "validFrom": ISSUED_AT,
            "credentialSubject": subject,
        })
    };
    let mut badge = plain(json!(null));
    badge["@context"][1] = json!("https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json");
    badge["type"] = json!(["VerifiableCredential", "OpenBadgeCredential"]);
    badge["name"] = json!("Lencana Uji");
    badge["issuer"] =
        json!({ "id": issuer, "type": ["Profile"], "name": "Penerbit Lain", "url": "https://penerbit-lain.example" });
    badge["credentialSubject"] = json!({
        "type": ["AchievementSubject"],
        "identifier": [{ "type": "IdentityObject", "identityType": "name", "hashed": false, "identityHash": "Misal" }],
        "result": [{ "type": ["Result"], "value": "93,50" }, { "type": ["Result"], "value": "A" }],
        "achievement": {
            "id": "https://penerbit-lain.example/a/1", "type": ["Achievement"], "name": "Uji", "description": "Baris\tdua\nbaris",
            "criteria": { "narrative": "a\u{0008}b\u{000c}\u{001f} \u{2028} 𝄞 é e\u{301}" }, "tag": ["b", "a", "é"],
        },
    });
    let mut words =
        plain(json!({ "id": "did:example:1", "degree": { "type": "ExampleBachelorDegree", "name": "Sarjana Uji" } }));
    words["name"] =
        json!([{ "@value": "Nama", "@language": "id" }, { "@value": "اسم", "@language": "ar", "@direction": "rtl" }]);
    words["description"] = json!({ "@value": "Hello", "@language": "en-GB" });

    vec![
        ("minimal", plain(json!({ "id": "did:example:1" }))),
        (
            "blank nodes",
            plain(json!([{ "alumniOf": "Uji" }, { "alumniOf": { "name": "Contoh" } }, { "id": "urn:x:2" }])),
        ),
        (
            "numbers",
            plain(
                json!({ "id": "urn:x:1", "n": [0, -1, 1.5, 0.1, 333333333.3333333, 1e-6, true, 9007199254740991u64] }),
            ),
        ),
        (
            "strings",
            plain(
                json!({ "id": "urn:x:1", "€": "\r\n", "ö": "\"\\/", "\u{1F600}": "😀", "דּ": "x", "a": [], "1": ["", [1, [2]]] }),
            ),
        ),
        ("languages", words),
        ("open badge", badge),
    ]
}

fn judge(text: &str, did: &str, key: PublicKey) -> Report {
    let mut evidence = Evidence::default();
    evidence.answer(Need::Did(did.into()), Ok(vc::did_document(did, &[(1, key)]).to_string().into_bytes()));
    let now = "2026-11-24T07:05:00Z".parse().unwrap();
    vc::verify(text.as_bytes(), &evidence, &Policy::any(), now)
}
