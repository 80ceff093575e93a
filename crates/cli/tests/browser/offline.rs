//! The network goes, and what the server has learnt.

use serde_json::json;

use crate::chromium::Browser;
use crate::house::{Home, text};
use crate::links::link;

/// Everything is on the shelf.
const STOCKED: &str = "navigator.serviceWorker.ready.then(() => caches.open('piagam-data')).then((shelf) => shelf.keys())
    .then((kept) => kept.some((each) => each.url.includes('/templates/')) && kept.filter((each) => each.url.includes('/status/')).length === 3)";

#[test]
fn after_one_visit_it_verifies_without_a_network() {
    let home = Home::new();
    home.issue_25();
    let all = home.list();
    home.run(["revoke", text(&all[1], "id"), "--reason", "data-error"]).exits(0);
    let server = home.serve();
    let links: Vec<String> = (0..3).map(|n| link(&server, text(&all[n], "id"))).collect();
    let browser = Browser::start(&[]);
    let tab = browser.tab();
    tab.open(&format!("{}/v", home.base()));
    tab.wait(STOCKED);
    drop(server);
    // Never seen before, in a tab of its own.
    let tab = browser.tab();
    let (colour, said) = tab.verdict(&links[0]);
    tab.shot("offline");
    assert_eq!(colour, "ok", "{said}");
    assert!(said.contains(text(&all[0], "name")) && said.contains("Data status"), "{said}");
    let (colour, said) = tab.verdict(&links[1]);
    assert!(colour == "bad" && said.contains("telah dicabut") && !said.contains("Alasan"), "{said}");
    assert_eq!(tab.verdict(&links[2].replace("/v#", "/v/#")).0, "ok");
    // The vendored scripts are there too.
    let tab = browser.tab();
    tab.before("SubtleCrypto.prototype.importKey = () => Promise.reject(new DOMException('', 'NotSupportedError'))");
    assert_eq!(tab.verdict(&links[0]).0, "ok");
    tab.value("import('/v/scan.js').then(() => import('/v/vendor/qr/decode.js')).then(() => 1)");
    // Lists that have grown too old are not believed for ever.
    let tab = browser.tab();
    tab.before("{ const now = Date.now; Date.now = () => now() + 60 * 864e5; }");
    let (colour, said) = tab.verdict(&links[0]);
    assert!(colour == "warn" && said.contains("statusnya belum dapat diperiksa"), "{said}");
}

#[test]
fn the_server_learns_nothing_about_the_certificate() {
    let home = Home::new();
    home.issue_25();
    let all = home.list();
    home.run(["revoke", text(&all[1], "id"), "--reason", "data-error"]).exits(0);
    let server = home.serve();
    let links: Vec<String> = (0..2).map(|n| link(&server, text(&all[n], "id"))).collect();
    let before = server.told().len();
    let browser = Browser::start(&[]);
    let tab = browser.tab();
    for link in &links {
        tab.verdict(link);
    }
    tab.wait(STOCKED);
    let told = server.told()[before..].to_owned();
    assert!(told.contains("/v") && told.contains("/status/{purpose}/{number}"), "{told}");
    for (n, link) in links.iter().enumerate() {
        let digits = link.split_once('#').unwrap().1;
        for secret in
            [&digits[..40], text(&all[n], "id"), text(&all[n], "name"), text(&all[n], "number"), text(&all[n], "code")]
        {
            assert!(!told.contains(secret), "{secret} in {told}");
        }
    }
    // What a visit leaves in the browser does not say either which certificate it was.
    let kept = tab.value("caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name).then((shelf) => shelf.keys())))).then((all) => all.flat().map((each) => each.url).join(' '))");
    let kept = kept.as_str().unwrap();
    assert!(
        kept.contains("/templates/1") && !kept.contains("records") && !kept.contains(text(&all[1], "id")),
        "{kept}"
    );
}

/// Prints what the report of the issue asks for; the bounds are generous, because other tests run beside.
#[test]
fn a_slow_phone_has_its_verdict_soon() {
    let home = Home::new();
    home.issue_25();
    let server = home.serve();
    let link = link(&server, text(&home.list()[0], "id"));
    let browser = Browser::start(&[]);
    for (name, before) in [
        ("WebCrypto", ""),
        (
            "vendored Ed25519",
            "SubtleCrypto.prototype.importKey = () => Promise.reject(new DOMException('', 'NotSupportedError'));",
        ),
    ] {
        let tab = browser.tab();
        tab.send("Emulation.setCPUThrottlingRate", json!({ "rate": 6 }));
        tab.before(&format!(
            "{before} new MutationObserver(() => {{ if (!self.came && document.querySelector('.verdict')) self.came = performance.now(); }})
             .observe(document, {{ childList: true, subtree: true }});"
        ));
        tab.verdict(&link);
        tab.wait("self.came");
        let came = tab.value("self.came").as_f64().unwrap();
        let size = tab.value("performance.getEntriesByType('navigation')[0].decodedBodySize").as_u64().unwrap();
        println!("{name}, CPU slowed 6 times: page {size} bytes, verdict after {came:.0} ms");
        assert!(came < 15_000.0, "{name}: {came} ms");
        assert!(size == 0 || size < 30_000, "{size} bytes");
    }
}
