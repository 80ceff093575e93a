//! The page `/v` in a real browser, on a phone's screen: what the QR code of a certificate leads to.
//!
//! `PIAGAM_SHOTS=FOLDER` also writes pictures, to be looked at.

mod chromium;
#[allow(dead_code)] // The other tests need all of it.
#[path = "../piagam/house.rs"]
mod house;
mod links;
mod offline;
mod scan;
mod states;
