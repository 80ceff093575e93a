//! The service over a real store, asked as a browser or a machine would.

#[path = "service/api.rs"]
mod api;
#[path = "service/badges.rs"]
mod badges;
#[path = "service/cohorts.rs"]
mod cohorts;
#[path = "service/desk.rs"]
mod desk;
#[path = "service/graduates.rs"]
mod graduates;
#[path = "service/load.rs"]
mod load;
#[path = "service/mails.rs"]
mod mails;
#[path = "service/mutated.rs"]
mod mutated;
#[path = "service/pages.rs"]
mod pages;
#[path = "service/presented.rs"]
mod presented;
#[path = "service/published.rs"]
mod published;
#[path = "service/real.rs"]
mod real;
#[path = "service/routes.rs"]
mod routes;
#[path = "service/scanned.rs"]
mod scanned;
#[path = "service/sealed.rs"]
mod sealed;
#[allow(dead_code)] // The binary's own tests need all of it.
#[path = "service/sink.rs"]
mod sink;
#[path = "service/sockets.rs"]
mod sockets;
#[path = "service/staff.rs"]
mod staff;
#[path = "service/standards.rs"]
mod standards;
#[path = "service/world.rs"]
mod world;
