//! The door: convert, run one use case, convert back. Nothing is decided here.

mod fields;
mod from_proto;
mod match_service;
mod to_proto;
mod worker_service;

pub use match_service::Matches;
pub use worker_service::Workers;
