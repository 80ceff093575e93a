//! PostgreSQL from outside: an installation on it, and two services on one database, of which one is killed.

use std::collections::HashSet;
use std::fs;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use store::postgres::{Address, PostgresStore};
use store::*;

use crate::cluster::{cluster, name_of};
use crate::house::{Home, programme, run, sheet};

/// How long the other service may take: the lease of the one that was killed, and its work.
const PATIENCE: Duration = Duration::from_secs(120);

/// `piagam init` on a database, and a key.
fn on(url: &str) -> Home {
    let home = Home::bare();
    home.run(["init", "--base-url", &home.base(), "--database-url", url]).exits(0);
    home.run(["keys", "new"]).exits(0);
    home
}

#[test]
fn an_installation_on_postgresql_does_what_one_on_a_file_does() {
    let home = on(&cluster().database());
    assert!(!home.path("piagam.db").exists());
    // Again changes nothing; another place is another installation.
    let url = cluster().database();
    home.run(["init", "--base-url", &home.base()]).exits(2);
    home.run(["init", "--base-url", &home.base(), "--database-url", &url]).exits(2);

    home.issue_25();
    home.issue_25();
    let all = home.list();
    assert_eq!(all.len(), 25);
    let id = all[3]["id"].as_str().unwrap();
    home.run(["revoke", id, "--reason", "issued-in-error"]).exits(0);
    home.run(["audit", "verify"]).exits(0);
    let found = home.run(["doctor"]).exits(0).out;
    assert!(found.contains("PostgreSQL, postgres://piagam@localhost") && found.contains("issued 24"), "{found}");
    assert!(home.run(["migrate"]).exits(0).out.contains("up to date"));
    let server = home.serve();
    let credential = server.get(&format!("/credentials/{id}"), "application/vc");
    assert_eq!(credential.status, 200);
    assert_eq!(home.verify(home.write("satu.json", &credential.body), 1)["state"], "revoked");
}

#[test]
fn a_password_is_kept_and_shown_nowhere() {
    let database = cluster().database();
    let name = name_of(&database);
    let owner = format!("CREATE ROLE {name} LOGIN PASSWORD 'r4has1a'; ALTER DATABASE {name} OWNER TO {name}");
    cluster().sql("postgres", &owner);
    let url = cluster().url_with_password(name, name, "r4has1a");
    let home = Home::bare();
    let begun = run(home.command(["init", "--base-url", &home.base()]).env("DATABASE_URL", &url)).exits(0);
    assert!(begun.out.contains(name) && !begun.out.contains("r4has1a"), "{}", begun.out);
    let settings = fs::read_to_string(home.path("piagam.toml")).unwrap();
    assert!(settings.contains(name) && !settings.contains("r4has1a"), "{settings}");

    let refused = home.run(["keys", "new"]).fails(4, "tidak dapat dihubungi", "cannot be reached");
    assert!(refused.err.contains("DATABASE_URL"), "{}", refused.err);
    run(home.command(["keys", "new"]).env("DATABASE_URL", &url)).exits(0);
    run(home.command(["doctor"]).env("PGPASSWORD", "r4has1a")).exits(0);
    let wrong = run(home.command(["doctor"]).env("DATABASE_URL", url.replace("r4has1a", "s4lah")));
    assert!(!wrong.exits(1).err.contains("s4lah"));
    let shown = run(home.command(["init", "--help"]).env("DATABASE_URL", &url)).exits(0);
    assert!(!shown.out.contains("r4has1a"), "{}", shown.out);

    // Somebody writes it there all the same.
    fs::write(home.path("piagam.toml"), settings.replace(&format!("{name}@"), &format!("{name}:r4has1a@"))).unwrap();
    let refused = home.run(["doctor"]).exits(1);
    assert!(refused.err.contains("PGPASSWORD") && !refused.err.contains("r4has1a"), "{}", refused.err);
}

#[test]
fn another_programs_variable_leads_nowhere() {
    let home = Home::new();
    run(home.command(["doctor"]).env("DATABASE_URL", "postgres://x@127.0.0.1:9/x")).exits(0);
    let home = Home::bare();
    let refused = run(home.command(["init", "--base-url", &home.base()]).env("DATABASE_URL", "mysql://u:r4has1a@h/d"));
    assert!(!refused.fails(4, "postgres://", "postgres://").err.contains("r4has1a"));
    assert!(!home.dir.exists(), "nothing was begun");
}

/// A cohort that was approved at the desk.
async fn approved(store: &dyn Store) -> DraftId {
    let event = |act: &str| NewEvent::new(jiff::Timestamp::now(), "test", act, "uji");
    let mut users = Vec::new();
    for (login, role) in [("sari@contoh.example", Role::Operator), ("budi@contoh.example", Role::Approver)] {
        let credentials = Credentials {
            password: String::new(),
            must_change: false,
            totp_secret: vec![7; 20],
            recovery_codes: Vec::new(),
        };
        let user = NewUser { login: login.to_owned(), name: "Contoh".to_owned(), role, credentials };
        users.push(store.put_user(&user, &event("user-add")).await.unwrap().id);
    }
    let (id, text) = (DraftId(uuid::Uuid::from_u128(7)), fs::read_to_string(programme("ai-fundamentals")).unwrap());
    let mut draft = store.put_draft(id, ("Contoh", "II/2026", &text), users[0], &event("draft")).await.unwrap();
    let bytes = fs::read(sheet("cohort-1200.csv")).unwrap();
    let rows = RowCounts { passed: 1_200, ..RowCounts::default() };
    for change in [
        DraftChange::Sheet {
            name: "cohort-1200.csv".to_owned(),
            sheet: DraftSheet { sheet: bytes, choices: "{}".to_owned() },
            rows,
        },
        DraftChange::Submit(users[0]),
        DraftChange::Approve(users[1]),
    ] {
        draft = store.change_draft(id, draft.version, &change, jiff::Timestamp::now(), None).await.unwrap();
    }
    id
}

/// `piagam serve` of this installation, on another port.
fn replica(home: &Home, log: &str) -> Child {
    let log = fs::File::create(home.dir.with_file_name(log)).unwrap();
    let mut serve = home.command(["serve", "--listen", "127.0.0.1:0"]);
    serve.stdout(Stdio::null()).stderr(log).spawn().unwrap()
}

/// The number of the process that holds a lease.
fn holders(database: &str) -> Vec<u32> {
    let holders = cluster().sql(database, "SELECT DISTINCT split_part(holder, '-', 1) FROM leases");
    holders.lines().map(|line| line.parse().unwrap()).collect()
}

#[test]
fn of_two_services_one_issues_and_the_other_finishes_when_it_is_killed() {
    let url = cluster().database();
    let database = name_of(&url);
    let home = on(&url);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let store: Arc<dyn Store> =
        Arc::new(runtime.block_on(PostgresStore::open(&Address::parse(&url).unwrap())).unwrap());
    let draft = runtime.block_on(approved(store.as_ref()));
    let mut services = vec![replica(&home, "satu.log"), replica(&home, "dua.log")];
    let counts = || runtime.block_on(store.counts()).unwrap();
    wait_until(|| counts().certificates_in(State::Issued) > 0);
    let at_work = holders(database);
    assert_eq!(at_work.len(), 1, "one of them works: {at_work:?}");
    let victim = services.iter().position(|service| service.id() == at_work[0]).unwrap();
    let mut victim = services.remove(victim);
    victim.kill().unwrap();
    victim.wait().unwrap();
    let left = counts();
    assert!(left.certificates_in(State::Issued) < 1_200, "killed too late");

    let issued = || runtime.block_on(store.draft(draft)).unwrap().unwrap().state == DraftState::Issued;
    wait_until(issued);
    let mut survivor = services.remove(0);
    assert_eq!(survivor.try_wait().unwrap(), None);
    survivor.kill().unwrap();
    survivor.wait().unwrap();

    let all = home.list();
    assert_eq!(all.len(), 1_200, "nobody lost, nobody twice");
    assert!(all.iter().all(|each| each["state"] == "issued"));
    for member in ["id", "number", "code", "status_index"] {
        assert_eq!(all.iter().map(|each| each[member].to_string()).collect::<HashSet<_>>().len(), 1_200, "{member}");
    }
    let counts = counts();
    assert_eq!((counts.batches, counts.unfinished_batches, counts.status_entries), (1, 0, 1_200));
    assert_eq!(counts.certificates_without_documents, 0);
    home.run(["audit", "verify"]).exits(0);
    home.run(["doctor"]).exits(0);
}

fn wait_until(mut reached: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !reached() {
        assert!(Instant::now() < deadline, "waited too long");
        sleep(Duration::from_millis(5));
    }
}
