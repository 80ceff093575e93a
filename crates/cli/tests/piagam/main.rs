//! The binary from outside: what a person types, what it answers, what lies on the disk afterwards.

mod backups;
mod badge;
// The tests of the store start the same server.
#[path = "../../../store/tests/contract/cluster.rs"]
#[allow(dead_code)]
mod cluster;
mod demo;
mod design;
mod differs;
mod house;
mod issue;
mod keys;
mod killed;
mod life;
mod mails;
mod many;
mod mistreated;
mod moved;
mod paper;
mod privacy;
mod replicas;
mod sick;
#[allow(dead_code)] // The service's own tests need all of it.
#[path = "../../../server/tests/service/sink.rs"]
mod sink;
mod site;
mod trust;
mod users;
mod verify;
