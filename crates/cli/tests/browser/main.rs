//! Pages in a real browser: `/v` on a phone's screen, which the QR code of a certificate leads to; the desk, from the sheet
//! to the auditor; and what axe finds on any of them.
//!
//! `PIAGAM_SHOTS=FOLDER` also writes pictures, to be looked at.

mod axe;
mod chromium;
mod desk;
mod desk_killed;
mod graduates;
#[allow(dead_code)] // The other tests need all of it.
#[path = "../piagam/house.rs"]
mod house;
mod links;
mod offline;
mod scan;
#[allow(dead_code)] // The service's own tests need all of it.
#[path = "../../../server/tests/service/sink.rs"]
mod sink;
mod staff;
mod states;
