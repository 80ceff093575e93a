//! `piagam users` and `piagam audit`: who works at the desk, and the chain that remembers what they did.

use crate::house::Home;

const SARI: &str = "sari@contoh.example";

#[test]
fn a_user_is_added_once_and_shown_what_they_need_once() {
    let home = Home::new();
    assert!(home.run(["users", "list"]).exits(0).out.contains("Belum ada pengguna"));
    let add = ["users", "add", SARI, "--name", "Sari Contohwati", "--role", "operator"];
    let added = home.run(add).exits(0).out;
    for part in ["/desk", "Kata sandi pertama", "otpauth://totp/", "recovery codes", "Not shown again"] {
        assert!(added.contains(part), "{part}: {added}");
    }
    let password = added.lines().find_map(|line| line.strip_prefix("Kata sandi pertama / first password: ")).unwrap();
    assert_eq!(password.len(), 19);
    let listed = home.run(["users", "list"]).exits(0).out;
    assert!(listed.contains(SARI) && listed.contains("active") && !listed.contains(password), "{listed}");

    let again = home.run(["users", "add", "SARI@contoh.example", "--name", "X", "--role", "admin"]).exits(2).err;
    assert!(again.contains("sudah ada") && again.contains("users reset"), "{again}");
    assert!(home.run(["users", "add", "tanpa spasi", "--name", "X", "--role", "admin"]).exits(2).err.contains("surel"));

    assert!(home.run(["users", "disable", SARI]).exits(0).out.contains("disabled"));
    assert!(home.run(["users", "enable", SARI]).exits(0).out.contains("active"));
    assert!(home.run(["users", "role", SARI, "auditor"]).exits(0).out.contains("auditor"));
    let reset = home.run(["users", "reset", SARI]).exits(0).out;
    assert!(reset.contains("first password") && !reset.contains(password));
    let json = home.run(["users", "list", "--json"]).exits(0).out;
    assert!(json.contains("\"role\":\"auditor\"") && json.contains("\"recoveryCodesLeft\":8"), "{json}");
    let nobody = home.run(["users", "reset", "x@contoh.example"]).exits(2).err;
    assert!(nobody.contains("tidak ada pengguna") && nobody.contains("users list"), "{nobody}");
}

#[test]
fn the_chain_is_followed_and_a_head_that_was_kept_is_found_again() {
    let home = Home::new();
    home.run(["users", "add", SARI, "--name", "Sari Contohwati", "--role", "operator"]).exits(0);
    let verified = home.run(["audit", "verify"]).exits(0).out;
    let head = verified.lines().find_map(|line| line.strip_prefix("Kepala / head: ")).unwrap().to_owned();
    home.run(["users", "disable", SARI]).exits(0);
    let kept = home.run(["audit", "verify", "--head", &head]).exits(0).out;
    assert!(kept.contains("Utuh / sound"), "{kept}");
    let other = format!("{}:{}", head.split(':').next().unwrap(), "0".repeat(64));
    let missing = home.run(["audit", "verify", "--head", &other]).exits(1).err;
    assert!(missing.contains("Rantai terputus") && missing.contains("backup"), "{missing}");
    assert!(home.run(["audit", "verify", "--head", "rusak"]).exits(2).err.contains("NUMBER:HASH"));

    let exported = home.run(["audit", "export"]).exits(0).out;
    let lines: Vec<serde_json::Value> = exported.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let acts: Vec<&str> = lines.iter().map(|line| line["act"].as_str().unwrap()).collect();
    assert_eq!(acts, ["user-add", "user-disable"]);
    assert!(!exported.contains("Contohwati") && !exported.contains(SARI), "events name ids, never persons");
}

#[test]
fn the_desks_key_lies_beside_the_database_and_who_loses_it_enrols_again() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    let key = home.path("keys/desk.key");
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    let kept = std::fs::read(&key).unwrap();
    let added = home.run(["users", "add", SARI, "--name", "Sari Contohwati", "--role", "operator"]).exits(0);
    assert!(added.err.is_empty(), "{}", added.err);
    home.init();
    assert_eq!(std::fs::read(&key).unwrap(), kept, "the same command again makes no other");
    assert!(home.run(["doctor"]).exits(0).out.contains("kunci meja / desk key: 1"));
    std::fs::remove_file(&key).unwrap();
    let doctor = home.run(["doctor"]).exits(1).out;
    assert!(doctor.contains("x kunci meja / desk key") && doctor.contains("users reset"), "{doctor}");
    let reset = home.run(["users", "reset", SARI]).exits(0);
    assert!(
        reset.err.contains("perlu diatur ulang juga") && reset.err.contains("have to be reset too"),
        "{}",
        reset.err
    );
    assert_ne!(std::fs::read(&key).unwrap(), kept);
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let budi = ["users", "add", "budi@contoh.example", "--name", "Budi Misalnya", "--role", "approver"];
    home.run(budi).fails(4, "dapat dibaca orang lain", "may be read by others");
    assert!(!home.run(["users", "list"]).exits(0).out.contains("budi@contoh.example"));
}
