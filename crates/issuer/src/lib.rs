//! The issuing walk, one named step after the other.
//!
//! [`programme`] reads what is taught and how its certificates look; [`roster`] reads who passed.

pub mod keyring;
mod kinds;
pub mod programme;
pub mod roster;
mod text;
