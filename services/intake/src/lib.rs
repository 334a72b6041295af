//! Referral, screening, admission; and who people are.
//!
//! Owns referrals with their screenings and decisions, persons with their keys, participations with their episodes, and the
//! ledger of erasures. The only place that knows participants' names.
//!
//! A call comes in at `grpc`, which turns the message into types of [`domain`] and gathers every violation; runs one of the
//! [`use_cases`] in one unit of work of the chassis; which loads and stores through [`storage`] and tells the others through
//! [`events`]. A `CronJob` starts [`jobs`]. [`Intake`] puts it together. Start reading at [`domain::Referral`] and `use_cases/submit_referral.rs`; the
//! README has tables, events, settings and alerts.

mod config;
pub mod domain;
pub mod error;
pub mod events;
mod grpc;
pub mod jobs;
mod service;
pub mod storage;
pub mod use_cases;

pub use config::IntakeConfig;
pub use service::Intake;
