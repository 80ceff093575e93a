//! kill -9 in the middle: the next run finishes, nobody is lost, nobody has two.

use std::collections::HashSet;
use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::house::{Home, programme, run, sheet, text, tool};

/// Killed when so many of the 1,200 were signed; the first as soon as anything was reserved.
const MOMENTS: [usize; 4] = [0, 1, 400, 800];

#[test]
fn whatever_is_killed_is_finished_by_the_next_run() {
    let home = Home::new();
    let out = home.path("out");
    let arguments = ["--no-pdf", "--out", out.to_str().unwrap()];
    let issue = || home.issuing(&sheet("cohort-1200.xlsx"), &programme("ai-fundamentals"), &arguments);
    let mut interrupted = 0;
    for moment in MOMENTS {
        let mut victim = issue().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        wait_until(|| victim.try_wait().unwrap().is_some() || reached(&home.list(), moment));
        // SIGKILL on Unix.
        victim.kill().unwrap();
        victim.wait().unwrap();
        let left = home.list();
        let signed = signed(&left);
        assert!(left.len() == 1_200, "reserved at once or not at all, not {}", left.len());
        interrupted += usize::from(signed < 1_200);
    }
    assert!(interrupted >= 3, "only {interrupted} runs were killed before their end");
    let before = home.list();

    // Then while the files are written, which is after everything is signed.
    let mut victim = issue().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_until(|| victim.try_wait().unwrap().is_some() || fs::read_dir(&out).is_ok_and(|files| files.count() > 100));
    victim.kill().unwrap();
    victim.wait().unwrap();

    run(&mut issue()).exits(0);
    let all = home.list();
    assert_eq!(all.len(), 1_200);
    assert!(all.iter().all(|each| each["state"] == "issued"));
    for member in ["id", "number", "code"] {
        assert_eq!(all.iter().map(|each| text(each, member)).collect::<HashSet<_>>().len(), 1_200, "{member}");
    }
    let index = |each: &Value| (each["status_list"].as_u64().unwrap(), each["status_index"].as_u64().unwrap());
    assert_eq!(all.iter().map(index).collect::<HashSet<_>>().len(), 1_200);
    let identity =
        |list: &[Value]| list.iter().map(|each| (each["id"].clone(), each["number"].clone())).collect::<Vec<_>>();
    assert_eq!(identity(&all), identity(&before), "what was reserved stays");

    assert_eq!(fs::read_dir(&out).unwrap().count(), 1_200, "no draft is left");
    let ids: HashSet<String> = home
        .files("out", "json")
        .iter()
        .map(|path| {
            let credential: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
            text(&credential, "id").to_owned()
        })
        .collect();
    assert_eq!(ids.len(), 1_200);
    home.run(["doctor"]).exits(0);
    let files = home.files("out", "json");
    for path in [&files[0], &files[600], &files[1_199]] {
        assert_eq!(home.verify(path, 0)["verdict"], "valid");
    }
}

#[test]
fn a_demo_killed_while_it_writes_leaves_no_half_files_after_the_next() {
    let home = Home::bare();
    let port = home.port.to_string();
    let mut victim = home.command(["demo", "--no-serve", "--port", &port]).stdout(Stdio::null()).spawn().unwrap();
    let written = || fs::read_dir(home.path("certificates")).map_or(0, |files| files.count());
    wait_until(|| victim.try_wait().unwrap().is_some() || written() >= 4);
    victim.kill().unwrap();
    victim.wait().unwrap();
    assert!(written() < 50, "killed too late");
    home.run_demo(&[]);
    assert_eq!(written(), 50);
    for pdf in home.files("certificates", "pdf") {
        tool("qpdf", "qpdf", &["--check".as_ref(), pdf.as_os_str()]);
    }
}

/// What a run may have left that was killed between two of its steps.
const HALF_MADE: [&str; 6] =
    ["a folder", "an empty database", "a database", "half the settings", "half a key", "a key that nobody knows"];

/// Leaves a data directory as if `begun` had been killed at that step.
fn killed_at(home: &Home, step: &str, begun: impl Fn(&Home)) {
    let remove = |name: &str| fs::remove_file(home.path(name)).unwrap();
    match step {
        "a folder" => fs::create_dir(&home.dir).unwrap(),
        "an empty database" => {
            fs::create_dir(&home.dir).unwrap();
            fs::write(home.path("piagam.db"), b"").unwrap();
        }
        "a database" | "half the settings" => {
            begun(home);
            let settings = fs::read(home.path("piagam.toml")).unwrap();
            remove("piagam.toml");
            if step == "half the settings" {
                fs::write(home.path("piagam.toml.new"), &settings[..settings.len() / 2]).unwrap();
            }
        }
        _ => {
            begun(home);
            let name = if step == "half a key" { "keys/k1.pem.new" } else { "keys/k1.pem" };
            fs::create_dir_all(home.path("keys")).unwrap();
            fs::copy(Home::new().path("keys/k1.pem"), home.path(name)).unwrap();
        }
    }
}

#[test]
fn an_init_that_was_killed_is_finished_by_the_next() {
    for step in HALF_MADE {
        let home = Home::bare();
        killed_at(&home, step, Home::init);
        home.init();
        home.run(["keys", "new"]).exits(0);
        home.issue_25();
        let found = home.run(["doctor"]).exits(0).out;
        assert!(found.contains("issued 25"), "{step}: {found}");
        for left in ["piagam.toml.new", "keys/k1.pem.new"] {
            assert!(!home.path(left).exists(), "{step}: {left}");
        }
    }
}

#[test]
fn a_demo_that_was_killed_is_finished_by_the_next() {
    for step in HALF_MADE {
        let home = Home::bare();
        killed_at(&home, step, Home::init);
        home.run_demo(&[]);
        assert_eq!(home.list().len(), 25, "{step}");
        home.run(["doctor"]).exits(0);
    }
}

#[test]
fn a_demo_can_be_killed_at_any_moment() {
    let home = Home::bare();
    let port = home.port.to_string();
    for moment in (0..24).map(|n| Duration::from_millis(2 * n * n)) {
        let mut demo = home.command(["demo", "--no-serve", "--port", &port]);
        let mut victim = demo.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(moment);
        victim.kill().unwrap();
        victim.wait().unwrap();
    }
    home.run_demo(&[]);
    let all = home.list();
    assert_eq!(all.len(), 25);
    assert_eq!(home.files("certificates", "pdf").len(), 25);
    let settings = fs::read_to_string(home.path("piagam.toml")).unwrap();
    assert!(settings.contains("Lembaga Administrasi Negara (contoh)"), "{settings}");
    let json = fs::read_to_string(&home.files("certificates", "json")[0]).unwrap();
    assert!(json.contains("Lembaga Administrasi Negara (contoh)"), "{json}");
    home.run(["doctor"]).exits(0);
}

#[test]
fn settings_without_a_database_are_answered_with_what_to_do() {
    let home = Home::bare();
    home.init();
    fs::remove_file(home.path("piagam.db")).unwrap();
    for arguments in [&["init", "--base-url", &home.base()][..], &["keys", "new"], &["doctor"]] {
        let refused = home.run(arguments);
        let code = if arguments[0] == "doctor" { 1 } else { 4 };
        refused.fails(code, "cadangan", "backup");
    }
    assert!(!home.path("piagam.db").exists());
    // Nothing was ever issued: the way that the message tells.
    fs::remove_file(home.path("piagam.toml")).unwrap();
    home.init();
}

fn reached(list: &[Value], moment: usize) -> bool {
    !list.is_empty() && signed(list) >= moment
}

fn signed(list: &[Value]) -> usize {
    list.iter().filter(|each| each["state"] == "issued").count()
}

fn wait_until(mut reached: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !reached() {
        assert!(Instant::now() < deadline, "waited for a minute");
        std::thread::sleep(Duration::from_millis(2));
    }
}
