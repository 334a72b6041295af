//! What happens in an episode: contacts, goals, measures, duties, visits, exit.
//!
//! Owns trajectories with everything that is written down in them, and the keys under which the words in them are sealed. Knows
//! people by id only.
//!
//! A trajectory opens by an event of matching; [`events`] hands it to a use case. A call comes in at `grpc`, which turns the message
//! into types of [`domain`] and gathers every violation; runs one of the [`use_cases`] in one unit of work of the chassis; which loads
//! and stores through [`storage`] and tells the others through [`events`]. Days pass in [`jobs`]. [`TrajectoryService`] puts it
//! together. Start reading at [`domain::Trajectory`] and `use_cases/log_contact.rs`; the README has rules, tables, events and settings.

mod config;
pub mod domain;
pub mod error;
pub mod events;
mod grpc;
pub mod jobs;
mod service;
pub mod storage;
pub mod use_cases;

pub use config::TrajectoryConfig;
pub use service::TrajectoryService;
