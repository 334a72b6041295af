//! Figures about referrals, matches, trajectories and exits, beside capacity, targets and budgets.
//!
//! Owns projections only: facts out of the events of intake, matching, trajectory and finance, without anything personal.
//! Nothing here is the truth of anything; all of it can be built anew from the events received.
//!
//! `events` turns what arrives into facts (`projections` says what a fact is, `storage` keeps it); `use_cases` counts them;
//! `grpc` is the door. [`Reporting`] puts it together. Start reading at `events` for what comes in and at
//! `use_cases::get_trajectory_figures` for what goes out; the README has definitions, settings and alerts.

mod config;
pub mod error;
mod events;
mod grpc;
mod projections;
mod service;
mod storage;
mod use_cases;

pub use config::ReportingConfig;
pub use error::Error;
pub use service::Reporting;
