//! Dependencies point one way, and some crates are named in one place only.

use std::collections::{BTreeMap, BTreeSet};

use piagam_tests::{cargo, printed};
use serde_json::Value;

/// Whom each crate may name, directly or through others: the drawing in `crates/README.md`.
const MAY: &[(&str, &[&str])] = &[
    ("vc", &[]),
    ("extract", &["vc"]),
    ("fetch", &["vc"]),
    ("render", &["vc"]),
    ("store", &["vc"]),
    ("issuer", &["vc", "render", "store"]),
    ("server", &["vc", "extract", "fetch", "render", "store", "issuer"]),
    ("piagam", &["vc", "extract", "fetch", "render", "store", "issuer", "server"]),
    ("piagam-script", &[]),
    ("piagam-tests", &["vc", "extract", "fetch", "render", "store", "issuer", "server"]),
];

/// The arrows that make the house what it is.
const MUST: &[(&str, &str)] = &[
    ("extract", "vc"),
    ("fetch", "vc"),
    ("render", "vc"),
    ("store", "vc"),
    ("issuer", "render"),
    ("issuer", "store"),
    ("server", "issuer"),
    ("server", "extract"),
    ("server", "fetch"),
    ("piagam", "server"),
];

/// Crates that one crate of ours alone may name.
const ONLY: &[(&str, &str)] = &[("sqlx", "store"), ("ed25519-dalek", "vc"), ("axum", "server"), ("reqwest", "fetch")];

/// The crates that the project is built on; each does its work somewhere.
const NAMED: [&str; 8] = ["ed25519-dalek", "serde_json", "axum", "tokio", "qrcode", "printpdf", "sqlx", "base64"];

/// What the core must not reach, even through others.
const NOT_IN_VC: [&str; 14] = [
    "tokio",
    "axum",
    "hyper",
    "reqwest",
    "sqlx",
    "getrandom",
    "rand",
    "rand_core",
    "chrono",
    "time",
    "mio",
    "socket2",
    "async-std",
    "openssl",
];
/// The core's whole tree, itself included.
const MOST_IN_VC: usize = 60;

/// Dependencies of our crates: name, and whether it is for tests only.
fn direct() -> BTreeMap<String, BTreeSet<(String, bool)>> {
    let host = printed(std::process::Command::new("rustc").arg("-vV"));
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host").to_owned();
    let text = printed(cargo().args(["metadata", "--format-version", "1", "--no-deps", "--filter-platform", &host]));
    let metadata: Value = serde_json::from_str(&text).expect("cargo metadata is JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    packages.iter().map(|package| (package["name"].as_str().unwrap().to_owned(), dependencies(package))).collect()
}

fn dependencies(package: &Value) -> BTreeSet<(String, bool)> {
    let list = package["dependencies"].as_array().expect("dependencies");
    list.iter().map(|one| (one["name"].as_str().unwrap().to_owned(), one["kind"] == "dev")).collect()
}

#[test]
fn arrows_point_one_way() {
    let crates = direct();
    let ours: BTreeSet<&str> = MAY.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        crates.keys().map(String::as_str).collect::<BTreeSet<_>>(),
        ours,
        "a crate without a place in the drawing"
    );
    for (name, may) in MAY {
        for (other, _) in &crates[*name] {
            let allowed = !ours.contains(other.as_str()) || may.contains(&other.as_str());
            assert!(allowed, "{name} names {other}, against the arrows of crates/README.md");
        }
    }
    for (from, to) in MUST {
        assert!(crates[*from].contains(&((*to).to_owned(), false)), "{from} does not build on {to}");
    }
}

#[test]
fn some_crates_are_named_in_one_place_only() {
    for (name, dependencies) in direct() {
        for (what, only) in ONLY {
            let names_it = dependencies.iter().any(|(other, for_tests)| other == what && !for_tests);
            assert!(!names_it || name == *only, "{name} names {what}; only {only} may");
        }
        let other_sqlx = dependencies.iter().find(|(other, _)| other.starts_with("sqlx") || other == "libsqlite3-sys");
        assert!(name == "store" || other_sqlx.is_none(), "{name} names {other_sqlx:?}");
    }
}

#[test]
fn the_eight_named_crates_are_direct_dependencies() {
    let crates = direct();
    for named in NAMED {
        let used =
            crates.iter().any(|(name, list)| name != "piagam-tests" && list.contains(&(named.to_owned(), false)));
        assert!(used, "no crate of ours names {named}");
    }
}

#[test]
fn the_core_is_small_and_knows_no_outside() {
    let tree = printed(cargo().args(["tree", "-p", "vc", "-e", "normal", "--prefix", "none", "--format", "{p}"]));
    let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let packages: BTreeSet<&str> =
        tree.lines().map(|line| line.trim_end_matches(" (*)")).filter(|line| !line.is_empty()).collect();
    assert!(names.contains("ed25519-dalek"), "cargo tree speaks another language now:\n{tree}");
    for banned in NOT_IN_VC {
        assert!(!names.contains(banned), "vc reaches {banned}: `cargo tree -p vc -i {banned}` tells how");
    }
    assert!(packages.len() <= MOST_IN_VC, "vc's tree has {} crates, at most {MOST_IN_VC} are wanted", packages.len());
}

#[test]
fn neither_renderer_nor_store_sees_the_web() {
    for name in ["render", "store", "issuer"] {
        let tree = printed(cargo().args(["tree", "-p", name, "-e", "normal", "--prefix", "none", "--format", "{p}"]));
        let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
        for banned in ["axum", "hyper", "reqwest"] {
            assert!(!names.contains(banned), "{name} reaches {banned}");
        }
        assert!(name != "render" || !names.contains("sqlx"), "render reaches sqlx");
    }
}
