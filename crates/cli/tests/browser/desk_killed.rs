//! kill -9 in the middle of what was approved at the desk: the next start goes on, nobody is lost, nobody has two.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::chromium::Browser;
use crate::house::{Home, sheet, text};
use crate::staff::Staff;

/// Three of the 1,200 have another certificate already, which is to be replaced.
const BEFORE: usize = 3;

#[test]
fn what_was_approved_is_issued_once_however_often_the_service_dies() {
    let home = Home::demo(&[]);
    let server = home.serve();
    let browser = Browser::start(&[]);
    let operator = Staff::of_demo(&browser, &home, "operator");
    let approver = Staff::of_demo(&browser, &home, "approver");
    operator.signs_in("/desk/angkatan");
    approver.signs_in("/desk/angkatan");
    let few = issued_before(&home, &operator, &approver);
    let already = home.list().len();

    let cohort = operator.begins(7);
    operator.uploads(&sheet("cohort-1200.xlsx"));
    operator.open(&format!("{cohort}?bagian=sudah"));
    for _ in &few {
        operator.tab.value(
            "document.querySelectorAll('td select').forEach((s) => s.value = [...s.options].find((o) => o.value.startsWith('ganti')).value)",
        );
    }
    operator.press("Simpan keputusan");
    operator.ticks_all(&cohort);
    operator.open(&cohort);
    operator.press("Ajukan untuk persetujuan");
    approver.open(&cohort);
    approver.reads(&["1200 sertifikat", "Di antaranya menggantikan"]);
    approver.fill("kode", &approver.code());
    approver.press("Setujui dan terbitkan 1200 sertifikat");
    approver.reads(&["dari 1200 sertifikat terbit", "Halaman ini boleh ditutup."]);

    let signed = || home.list().iter().skip(already).filter(|one| one["state"] == "issued").count();
    wait_until(|| signed() > 0);
    // SIGKILL on Unix.
    drop(server);
    let first = signed();
    assert!(first < 1_200, "killed too late");
    assert_eq!(home.list().len(), already + 1_200, "reserved at once");
    let reserved: Vec<_> = home.list().iter().map(|one| (one["id"].clone(), one["number"].clone())).collect();

    // Once more as soon as it goes on, then to its end; the page tells.
    let server = home.serve();
    wait_until(|| signed() > first);
    drop(server);
    let _server = home.serve();
    operator.open(&cohort);
    operator.reads(&["dari 1200 sertifikat terbit"]);
    // What the dead one was doing is another's after a while.
    wait_until(|| signed() == 1_200);
    operator.tab.wait("document.body.innerText.includes('Angkatan ini sudah terbit.')");
    operator.reads(&["1200 sertifikat"]);

    let all = home.list();
    assert_eq!(all.iter().map(|one| (one["id"].clone(), one["number"].clone())).collect::<Vec<_>>(), reserved);
    let new = &all[already..];
    assert!(new.iter().all(|one| one["state"] == "issued"));
    for member in ["id", "code"] {
        assert_eq!(all.iter().map(|one| text(one, member)).collect::<HashSet<_>>().len(), all.len(), "{member}");
    }
    assert_eq!(new.iter().map(|one| text(one, "number")).collect::<HashSet<_>>().len(), 1_200);
    let index = |one: &Value| (one["status_list"].as_u64(), one["status_index"].as_u64());
    assert_eq!(all.iter().map(index).collect::<HashSet<_>>().len(), all.len());
    for id in &few {
        let old = all.iter().find(|one| text(one, "id") == id).unwrap();
        assert_eq!(old["state"], "superseded");
        assert_eq!(new.iter().filter(|one| one["number"] == old["number"]).count(), 1);
    }
    in_the_trail(&home);
}

/// Three people of the sheet with other data, issued the same way. Gives their certificates.
fn issued_before(home: &Home, operator: &Staff<'_>, approver: &Staff<'_>) -> Vec<String> {
    let csv = std::fs::read_to_string(sheet("cohort-1200.csv")).unwrap();
    let few: Vec<String> = csv.lines().take(BEFORE + 1).map(|line| line.replace("Uji", "Uji Lama")).collect();
    let before = home.list().len();
    let cohort = operator.begins(7);
    operator.uploads(&home.write("lama.csv", few.join("\n").replace("Contoh", "Contoh Lama")));
    operator.ticks_all(&cohort);
    operator.open(&cohort);
    operator.press("Ajukan untuk persetujuan");
    approver.open(&cohort);
    approver.fill("kode", &approver.code());
    approver.press("Setujui dan terbitkan");
    approver.tab.wait("document.body.innerText.includes('Angkatan ini sudah terbit.')");
    home.list()[before..].iter().map(|one| text(one, "id").to_owned()).collect()
}

/// Everything stands in the chain once, and the chain holds.
fn in_the_trail(home: &Home) {
    let verified = home.run(["audit", "verify"]).exits(0).out;
    assert!(verified.contains("Utuh / sound"), "{verified}");
    let trail = home.run(["audit", "export"]).exits(0).out;
    let events: Vec<Value> = trail.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let count = |act: &str| events.iter().filter(|event| event["act"] == act).count();
    assert_eq!((count("draft-approve"), count("supersede")), (2, BEFORE));
    let approved = events.iter().rfind(|event| event["act"] == "draft-approve").unwrap();
    let after = events.iter().skip_while(|event| event["number"] != approved["number"]);
    let reserved: Vec<&Value> = after.filter(|event| event["act"] == "reserve").collect();
    assert_eq!(reserved.len(), 1, "one batch, however often it was begun");
    assert_eq!(reserved[0]["actor"], approved["actor"], "in the name of whoever approved");
    home.run(["doctor"]).exits(0);
}

fn wait_until(mut reached: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(120);
    while !reached() {
        assert!(Instant::now() < deadline, "waited for two minutes");
        std::thread::sleep(Duration::from_millis(20));
    }
}
