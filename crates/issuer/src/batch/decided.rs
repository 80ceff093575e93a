//! Rows of people who have the certificate already: kept, replaced, one more; once, whatever dies.

use store::{Certificate, State, StoreError, Suite};
use vc::Verdict;

use super::tests::{Desk, now, programme, sheet};
use super::*;
use crate::roster;

const BEFORE: [(&str, &str); 3] =
    [("Budi Contoh", "198607142011012991"), ("Siti Uji", "199203092019031992"), ("M. Fiktif", "197911252005011993")];

/// The same three with other data, and somebody new in between.
const AFTER: [(&str, &str); 4] = [
    ("Budi Contoh Wijaya", "198607142011012991"),
    ("Rina Misal", "199505172023212994"),
    ("Siti Uji Fiktif", "199203092019031992"),
    ("Fiktif Misalnya", "197911252005011993"),
];

/// About rows of the sheet, each in turn, and the certificates that stand there.
fn decided(conflicts: &[Conflict], decisions: &[Decision]) -> Decisions {
    let mut all = Decisions::default();
    for (conflict, decision) in conflicts.iter().zip(decisions) {
        all.decide(conflict.row, conflict.certificate, *decision);
    }
    all
}

async fn planned(desk: &Desk, sheet: &[u8], decisions: &Decisions) -> Plan {
    let (programme, _) = programme();
    let roster = roster::read(sheet, "", &programme).unwrap();
    plan(&desk.office, &programme, &roster, decisions).await.unwrap()
}

async fn find(desk: &Desk, id: Uuid) -> Certificate {
    desk.office.store.certificate(id).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_changed_row_is_replaced_kept_or_added_as_was_decided() {
    let mut desk = Desk::new().await;
    let old = desk.issue(&BEFORE).await.unwrap().in_force;
    let after = sheet(&AFTER);
    let conflicts = planned(&desk, &after, Decisions::NONE).await.conflicts;
    assert_eq!(conflicts.iter().map(|conflict| conflict.row).collect::<Vec<_>>(), [2, 4, 5]);
    // Two of three are decided: nothing is issued.
    let half = decided(&conflicts, &[Decision::Replace, Decision::Keep]);
    let error = desk.issue_decided(&after, &half).await.unwrap_err();
    let IssueError::Conflicts(left) = error else { panic!("{error}") };
    assert_eq!(left.iter().map(|conflict| conflict.row).collect::<Vec<_>>(), [5]);

    let all = decided(&conflicts, &[Decision::Replace, Decision::Keep, Decision::Add]);
    let issued = desk.issue_decided(&after, &all).await.unwrap();
    let names: Vec<_> = desk.certificates().await.into_iter().skip(3).filter_map(|one| one.name).collect();
    assert_eq!(names, ["Budi Contoh Wijaya", "Rina Misal", "Fiktif Misalnya"], "in the order of the sheet");
    let [replaced, kept, beside] = [find(&desk, old[0]).await, find(&desk, old[1]).await, find(&desk, old[2]).await];
    let [new, _, added] = [0, 1, 2].map(|at| issued.in_force[at]);
    let (new, added) = (find(&desk, new).await, find(&desk, added).await);
    assert_eq!((replaced.state, replaced.successor), (State::Superseded, Some(new.id)));
    assert_eq!((new.predecessor, &new.number), (Some(old[0]), &replaced.number));
    assert_eq!((kept.state, beside.state, added.state), (State::Issued, State::Issued, State::Issued));
    assert!(added.predecessor.is_none() && added.number != beside.number);
    assert_eq!(desk.verify(&replaced, Suite::Rdfc).await.state, vc::State::Superseded);
    assert_eq!(desk.verify(&new, Suite::Jcs).await.verdict, Verdict::Valid);

    // Again the same: nobody gets another one. The old rows stand for what has replaced them.
    for (people, decisions) in [(&AFTER[..], &all), (&BEFORE[..], Decisions::NONE)] {
        let again = desk.issue_decided(&sheet(people), decisions).await.unwrap();
        assert!(again.batch.is_none());
        assert!(again.in_force.contains(&new.id) && !again.in_force.contains(&old[0]));
    }
    assert_eq!(desk.certificates().await.len(), 6);
}

#[tokio::test]
async fn replacing_that_died_is_finished_once_and_the_old_one_stands_until_then() {
    let mut desk = Desk::new().await;
    let old = desk.issue(&BEFORE).await.unwrap().in_force;
    let (after, good) = (sheet(&AFTER), desk.ring.clone());
    let conflicts = planned(&desk, &after, Decisions::NONE).await.conflicts;
    let all = decided(&conflicts, &[Decision::Replace, Decision::Replace, Decision::Add]);
    for signatures in [0, 1] {
        desk.ring = desk.failing_after(signatures);
        assert!(matches!(desk.issue_decided(&after, &all).await.unwrap_err(), IssueError::Sign(_)));
        assert_eq!(desk.certificates().await.len(), 7, "reserved once");
        assert_eq!(find(&desk, old[0]).await.state, State::Issued);
        let under_way = find(&desk, old[0]).await;
        let why = crate::status::Why { reason: vc::Reason::Other, note: None };
        let refused = crate::status::revoke(&desk.office, &good, under_way.id, &why, now()).await;
        assert!(matches!(refused, Err(IssueError::Store(StoreError::ReissueUnderWay { .. }))));
        desk.ring = good.clone();
    }
    let issued = desk.issue_decided(&after, &all).await.unwrap();
    assert_eq!((issued.resumed.len(), issued.batch.is_none(), desk.certificates().await.len()), (1, true, 7));
    assert_eq!(issued.in_force.len(), 4);
    assert_eq!(find(&desk, old[0]).await.successor, Some(issued.in_force[0]));
}

#[tokio::test]
async fn a_decision_is_about_the_certificate_that_was_seen_and_what_its_state_allows() {
    let mut desk = Desk::new().await;
    let old = desk.issue(&BEFORE).await.unwrap().in_force;
    let after = sheet(&AFTER);
    let conflicts = planned(&desk, &after, Decisions::NONE).await.conflicts;
    let all = decided(&conflicts, &[Decision::Replace, Decision::Replace, Decision::Replace]);
    // Meanwhile one is revoked, another one issued again under a third name.
    let why = crate::status::Why { reason: vc::Reason::Other, note: None };
    crate::status::revoke(&desk.office, &desk.ring, old[0], &why, now()).await.unwrap();
    reissue(&desk.office, &desk.ring, old[1], "Siti Uji Lain", &mut desk.rng, now()).await.unwrap();
    let plan = planned(&desk, &after, &all).await;
    let decisions: Vec<_> = plan.conflicts.iter().map(|conflict| conflict.decision).collect();
    assert_eq!(decisions, [None, None, Some(Decision::Replace)]);
    assert_eq!((plan.undecided(), plan.decided(Decision::Replace), plan.to_issue()), (2, 1, 2));
    // Whose certificate was revoked may get a new one; it is in force, the revoked one stays revoked.
    let all = decided(&plan.conflicts, &[Decision::Add, Decision::Keep, Decision::Keep]);
    let issued = desk.issue_decided(&after, &all).await.unwrap();
    let added = find(&desk, issued.in_force[0]).await;
    assert_eq!((find(&desk, old[0]).await.state, added.state), (State::Revoked, State::Issued));
    // A third one is the third.
    let mut third = AFTER;
    third[0].0 = "Budi Contoh Ketiga";
    let conflicts = planned(&desk, &sheet(&third), Decisions::NONE).await.conflicts;
    assert_eq!((conflicts[0].certificate, conflicts[0].roots), (added.id, 2));
    let all = decided(&conflicts, &[Decision::Add, Decision::Keep, Decision::Keep]);
    assert!(desk.issue_decided(&sheet(&third), &all).await.unwrap().batch.is_some());
}

#[tokio::test]
async fn what_has_changed_is_told_field_by_field() {
    let mut desk = Desk::new().await;
    desk.issue(&BEFORE).await.unwrap();
    let after = b"Nama;NIP;Jabatan;Instansi;Nilai;Keterangan\n\
        Budi Contoh Wijaya;198607142011012991;Analis Uji;Instansi Contoh;75;LULUS\n";
    let (programme, _) = programme();
    let roster = roster::read(after, "", &programme).unwrap();
    let plan = plan(&desk.office, &programme, &roster, Decisions::NONE).await.unwrap();
    let found = differences(&desk.office, &programme, &roster.recipients[0], &plan.conflicts[0]).await.unwrap();
    let told: Vec<_> =
        found.iter().map(|one| (one.label(vc::Lang::En), one.before.as_str(), one.now.as_str())).collect();
    assert_eq!(told[0], ("Name", "Budi Contoh", "Budi Contoh Wijaya"));
    assert_eq!(told[1].0, "Grade");
    assert_eq!(told[2..], [("Position", "", "Analis Uji")]);
}
