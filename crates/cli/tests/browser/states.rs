//! Every verdict, from digits to words.

use std::time::Duration;

use serde_json::{Value, json};

use crate::chromium::{Browser, Tab};
use crate::house::{Home, Server, programme, sheet, text};
use crate::links::{forged, link};

/// As if it were so many days later.
fn later(days: i64) -> String {
    format!("{{ const now = Date.now; Date.now = () => now() + {days} * 864e5; }}")
}

/// 25 certificates that do not expire and 25 that do, the first ones in every state.
fn home() -> (Home, Server, Vec<Value>) {
    let home = Home::new();
    home.issue_25();
    home.issue(&sheet("cohort-25.xlsx"), &programme("digital-governance"), &["--no-pdf"]).exits(0);
    let all = home.list();
    home.run(["revoke", text(&all[0], "id"), "--reason", "data-error"]).exits(0);
    home.run(["suspend", text(&all[1], "id"), "--reason", "under-review"]).exits(0);
    home.run(["reissue", text(&all[2], "id"), "--name", "Nama Contoh Yang Benar"]).exits(0);
    let server = home.serve();
    (home, server, all)
}

#[track_caller]
fn shows(tab: &Tab<'_>, name: &str, url: &str, colour: &str, words: &[&str]) -> String {
    let (seen, said) = tab.verdict(url);
    tab.shot(name);
    assert_eq!(seen, colour, "{name}: {said}");
    for word in words {
        assert!(said.contains(word), "{name}: {word:?} in {said}");
    }
    assert_eq!(tab.value("location.hash"), "", "{name}: the address keeps nothing");
    said
}

#[test]
fn each_state_has_its_verdict() {
    let (home, server, all) = home();
    let link = |n: usize| link(&server, text(&all[n], "id"));
    let name = |n: usize| text(&all[n], "name");
    let browser = Browser::start(&[]);
    let tab = browser.tab();
    let active = ["Status: aktif", "hari ini", "Halaman dan unduhan"];
    let valid = shows(&tab, "valid", &link(5), "ok", &[&["asli dan masih berlaku", name(5)], &active[..]].concat());
    assert!(valid.contains(text(&all[5], "number")) && valid.contains("tidak kedaluwarsa"), "{valid}");
    shows(&tab, "revoked", &link(0), "bad", &["telah dicabut", "Alasan: data kelulusan keliru.", "Sejak ", name(0)]);
    shows(&tab, "suspended", &link(1), "warn", &["ditangguhkan sementara", "Alasan: sedang ditinjau.", name(1)]);
    let old =
        shows(&tab, "superseded", &link(2), "warn", &["sudah digantikan", "Versi terbaru sertifikat ini", name(2)]);
    assert!(!old.contains("Nama Contoh Yang Benar"), "{old}");
    let newer = tab.value("[...document.querySelectorAll('.panel a')].map((a) => a.href).find((a) => !a.endsWith(location.hash || '!') && a.includes('/credentials/'))");
    assert!(newer.as_str().unwrap().starts_with(&home.base()), "{newer}");
    let said =
        shows(&tab, "tampered", &forged(&link(5), |bytes| bytes[30] ^= 1), "bad", &["telah diubah", "sengaja tidak"]);
    assert!(
        !said.contains(text(&all[5], "number")) && !said.contains("Penerbit: cocok"),
        "nothing of it is shown: {said}"
    );
    let strange = forged(&link(5), |bytes| bytes[1] = 9);
    let said = shows(&tab, "unknown-template", &strange, "warn", &["belum dapat diperiksa", "Periksa lagi"]);
    assert!(!said.contains("palsu") && !said.contains("diubah"), "{said}");
    let newest = forged(&link(5), |bytes| bytes[0] = 2);
    shows(&tab, "newer-format", &newest, "warn", &["bentuk yang lebih baru"]);
    let good = link(5);
    shows(&tab, "damaged", &good[..good.len() - 1], "warn", &["Tautan ini rusak", "Pindai ulang"]);
    let english = tab.verdict(&good.replace("/v#", "/v?hl=en#")).1;
    assert!(english.contains("This certificate is authentic and in force"), "{english}");
    tab.value("document.getElementById('bahasa').click()");
    tab.wait("document.documentElement.lang === 'id' && document.querySelector('.verdict')");
    assert_eq!(tab.value("location.hash"), "");
}

#[test]
fn time_changes_verdicts() {
    let (_home, server, all) = home();
    let link = |n: usize| link(&server, text(&all[n], "id"));
    let browser = Browser::start(&[]);
    for (days, n, name, colour, words) in [
        (6 * 366, 30, "expired", "bad", &["masa berlakunya telah berakhir", "Kedaluwarsa", "Berlaku sampai"][..]),
        (-400, 5, "not-yet-valid", "warn", &["belum mulai berlaku"]),
        (
            60,
            5,
            "old-status",
            "warn",
            &["statusnya belum dapat diperiksa", "Data status", "hari yang lalu", "Periksa lagi"],
        ),
        // However old the list: who was revoked stays revoked; a suspension may have ended.
        (60, 0, "old-revoked", "bad", &["telah dicabut"]),
        (60, 1, "old-suspended", "warn", &["statusnya belum dapat diperiksa"]),
    ] {
        let tab = browser.tab();
        tab.before(&later(days));
        shows(&tab, name, &link(n), colour, words);
    }
}

#[test]
fn strangers_are_never_valid() {
    let (home, server, all) = home();
    let good = link(&server, text(&all[5], "id"));
    let browser = Browser::start(&[]);
    let tab = browser.tab();
    // A code that leads elsewhere, scanned by the page.
    let foreign = good.replace(&home.base(), "https://sertifikat.penipu-contoh.example");
    tab.open(&format!("{}/v", home.base()));
    tab.wait("document.getElementById('pindai') && !document.getElementById('pindai').hidden");
    tab.shot("home");
    paste(&tab, &foreign);
    let (colour, said) = tab.judged();
    tab.shot("foreign");
    assert_eq!(colour, "bad", "{said}");
    for words in ["mengarah ke alamat lain", "sertifikat.penipu-contoh.example", "Ketik kode verifikasinya"] {
        assert!(said.contains(words), "{said}");
    }
    assert!(!said.contains(text(&all[5], "name")), "{said}");
    // Digits and the right host pass.
    for good in [&good, good.split_once('#').unwrap().1] {
        tab.open(&format!("{}/v", home.base()));
        tab.wait("document.getElementById('teks')");
        paste(&tab, good);
        assert_eq!(tab.judged().0, "ok");
    }
    for (what, state) in [("hello", "bukan tautan sertifikat"), ("https://contoh.example/", "bukan tautan sertifikat")]
    {
        tab.open(&format!("{}/v", home.base()));
        tab.wait("document.getElementById('teks')");
        paste(&tab, what);
        let (colour, said) = tab.judged();
        assert!(colour == "warn" && said.contains(state), "{said}");
    }
    // Another issuer's template under our number.
    let tab = browser.tab();
    tab.before(
        "{ const real = fetch; self.fetch = async (path, more) => { const answer = await real(path, more);
           return path === '/v/bundle.json' ? new Response((await answer.text()).replaceAll('did:web:', 'did:web:lain.')) : answer; }; }",
    );
    shows(&tab, "unknown-issuer", &good, "warn", &["tidak dikenal", "Penerbit: tidak dikenal"]);
    assert!(!tab.text().contains("utuh"), "nobody has seen a key: {}", tab.text());
    // No keys at hand.
    let tab = browser.tab();
    tab.before("{ const real = fetch; self.fetch = (path, more) => path === '/v/bundle.json' ? Promise.reject(1) : real(path, more); }");
    shows(&tab, "no-keys", &good, "warn", &["belum dapat diperiksa"]);
    // A list that is missing is never fine.
    let tab = browser.tab();
    tab.before("{ const real = fetch; self.fetch = (path, more) => path.includes('refresh') ? Promise.reject(1) : real(path, more); }");
    shows(&tab, "no-list", &good, "warn", &["statusnya belum dapat diperiksa"]);
    assert!(!server.told().contains(text(&all[5], "name")));
}

fn paste(tab: &Tab<'_>, text: &str) {
    tab.value(&format!(
        "document.getElementById('teks').value = {}; document.querySelector('#tempel button').click()",
        json!(text)
    ));
}

#[test]
fn after_a_move_either_host_knows_the_certificates_of_both() {
    let home = Home::new();
    home.issue_25();
    let new = Home::bare().base();
    let settings = std::fs::read_to_string(home.path("piagam.toml")).unwrap();
    std::fs::write(home.path("piagam.toml"), settings.replace(&home.base(), &new)).unwrap();
    home.run(["keys", "new"]).exits(0);
    home.issue(&sheet("cohort-25.xlsx"), &programme("digital-governance"), &["--no-pdf"]).exits(0);
    let all = home.list();
    home.run(["revoke", text(&all[1], "id"), "--reason", "data-error"]).exits(0);
    home.run(["revoke", text(&all[26], "id"), "--reason", "data-error"]).exits(0);
    // The server still listens where the old address leads.
    let server = home.serve();
    let browser = Browser::start(&[]);
    for (n, base, colour) in
        [(0, home.base(), "ok"), (1, home.base(), "bad"), (25, new.clone(), "ok"), (26, new.clone(), "bad")]
    {
        let link = link(&server, text(&all[n], "id"));
        assert!(link.starts_with(&format!("{base}/v#")), "{link}");
        let tab = browser.tab();
        tab.open(&format!("{}/v", home.base()));
        tab.wait("document.getElementById('teks')");
        paste(&tab, &link);
        let (seen, said) = tab.judged();
        assert_eq!(seen, colour, "{n}: {said}");
        assert!(said.contains(text(&all[n], "name")), "{n}: {said}");
    }
}

#[test]
fn a_megabyte_is_refused_at_once() {
    let (home, _server, _) = home();
    let browser = Browser::start(&[]);
    let tab = browser.tab();
    let (colour, said) = tab.verdict(&format!("{}/v#{}", home.base(), "7".repeat(1_000_000)));
    assert!(colour == "warn" && said.contains("bukan tautan sertifikat"), "{said}");
    let took = tab.value("performance.now()").as_f64().unwrap();
    assert!(took < Duration::from_secs(20).as_millis() as f64, "{took} ms");
}

#[test]
fn old_browsers_verify_with_what_is_vendored() {
    let (_home, server, all) = home();
    let link = |n: usize| link(&server, text(&all[n], "id"));
    // Plain http under a name is no secure context: no WebCrypto, no service worker.
    let browser = Browser::start(&["--host-resolver-rules=MAP sertifikat.contoh.example 127.0.0.1"]);
    let plain = |n: usize| link(n).replace("localhost", "sertifikat.contoh.example");
    let tab = browser.tab();
    let (colour, said) = tab.verdict(&plain(5));
    assert_eq!(tab.value("typeof crypto.subtle"), "undefined");
    assert_eq!(colour, "ok", "{said}");
    assert_eq!(tab.verdict(&plain(0)).0, "bad");
    assert_eq!(tab.verdict(&forged(&plain(5), |bytes| bytes[30] ^= 1)).0, "bad");
    // WebCrypto without Ed25519.
    let tab = browser.tab();
    tab.before("SubtleCrypto.prototype.importKey = () => Promise.reject(new DOMException('', 'NotSupportedError'))");
    assert_eq!(tab.verdict(&link(5)).0, "ok");
    let (colour, said) = tab.verdict(&forged(&link(5), |bytes| bytes[30] ^= 1));
    assert!(colour == "bad" && said.contains("telah diubah"), "{said}");
    let loaded = tab.value("performance.getEntriesByType('resource').map((each) => each.name).join(' ')");
    assert!(loaded.as_str().unwrap().contains("/v/vendor/noble-ed25519/index.js"), "{loaded}");
}

#[test]
fn without_scripts_there_is_the_form() {
    let (home, _server, _) = home();
    let browser = Browser::start(&[]);
    let tab = browser.tab();
    tab.send("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
    tab.open(&format!("{}/v#0028", home.base()));
    tab.wait("document.querySelector('footer')");
    let said = tab.text();
    tab.shot("no-script");
    assert!(said.contains("Nyalakan JavaScript") && said.contains("Ketik kodenya"), "{said}");
    assert!(!said.contains("Pindai dengan kamera"), "{said}");
}

#[test]
fn the_vectors_of_the_compact_form_hold_in_the_browser() {
    let (home, _server, _) = home();
    let browser = Browser::start(&[]);
    let tab = browser.tab();
    tab.open(&format!("{}/v", home.base()));
    tab.wait("document.getElementById('teks')");
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    let (vectors, template) = (read("tests/compact/vectors.json"), read("tests/compact/template-3.json"));
    let script = format!(
        "(async () => {{ {source}
        const vectors = {vectors}, did = 'did:web:localhost%3A8080', ids = [1, 2, 255].map((n) => did + '#k' + n);
        const document = {{ id: did, assertionMethod: ids, verificationMethod: ids.map((id) =>
            ({{ id, type: 'Multikey', controller: did, publicKeyMultibase: vectors.publicKeyMultibase }})) }};
        const trust = {{ value: {{ issuers: [{{ at: '/', host: 'localhost:8080', document }}] }} }};
        self.fetch = async (path) => path === '/templates/3' ? new Response({template}) : new Response('', {{ status: 404 }});
        const out = [], now = Date.parse('2036-01-01');
        for (const {{ case: name, link, credential }} of vectors.rebuilt) {{
            const made = await verify(linkOf(link).digits, '/', trust, now);
            made.credential.proof.proofValue = JSON.parse(credential).proof.proofValue;
            out.push([name, JSON.stringify(made.credential) === credential && made.checks.proof, 'pass']);
        }}
        for (const {{ case: name, digits }} of vectors.rebuiltWithAWrongProof) out.push([name, (await verify(digits, '/', trust, now)).state, 'tampered']);
        for (const {{ case: name, digits, code }} of vectors.refused) {{
            out.push([name, await verify(digits, '/', trust, now).then((made) => made.state, (error) => error.code), code]);
        }}
        return out; }})()",
        source = read("templates/pages/v/verify.js"),
        template = json!(template),
    );
    let out = tab.value(&script);
    let out = out.as_array().unwrap();
    assert!(out.len() > 15, "{out:?}");
    for each in out {
        assert_eq!(each[1], each[2], "{}", each[0]);
    }
}
