//! The fences: what DESIGN calls "never", checked.

mod arrows;
mod map;
mod sources;
