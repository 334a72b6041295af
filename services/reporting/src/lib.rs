//! Figures about referrals and admissions.
//!
//! Owns projections only: facts out of intake's events, one row per referral, without anything personal. Nothing here is
//! the truth of anything; all of it can be built anew from the events received.
//!
//! `events` turns what arrives into facts (`projections` says what a fact is, `storage` keeps it); `use_cases` counts them;
//! `grpc` is the door. [`Reporting`] puts it together. Start reading at `events` for what comes in and at
//! `use_cases::get_intake_figures` for what goes out; the README has definitions, settings and alerts.

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
