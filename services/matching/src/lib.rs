//! Who accompanies whom: workers, their mandates and capacity, proposals and matches.
//!
//! Owns workers (the only place that knows their names), mandates, capacities, who waits for a worker, proposals with their
//! archived input, and matches. Learns from intake who was admitted or erased, and from trajectory which case closed.
//!
//! A call comes in at `grpc`, which turns the message into types of [`domain`] and gathers every violation; runs one of the
//! [`use_cases`] in one unit of work of the chassis; which loads and stores through [`storage`] and tells the others through
//! [`events`]. [`Matching`] puts it together. Start reading at [`domain::proposal`] and `use_cases/confirm_match.rs`; the README has
//! tables, events, settings and alerts.

mod config;
pub mod domain;
pub mod error;
pub mod events;
mod grpc;
mod service;
pub mod storage;
pub mod use_cases;

pub use config::MatchingConfig;
pub use service::Matching;
