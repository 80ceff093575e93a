//! The desk: where an agency's staff prepares, approves, issues and looks after certificates. Everything under `/desk`.

pub mod account;
