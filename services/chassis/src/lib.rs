//! The process shell every service stands on. No domain word in it.
//!
//! A service brings its domain, its SQL and its handlers; the chassis brings everything that must be the same everywhere:
//!
//! - [`process`]: from `main` to a clean exit; [`kernel`]: what every service opens at its start; [`config`], [`telemetry`], [`health`], [`tasks`];
//! - [`caller`]: who calls, in which mandates, proven by a short-lived token; [`grpc`]: the server, access rules, errors;
//! - [`database`]: the one [`UnitOfWork`](database::UnitOfWork), the only way to a connection: caller, idempotency, change,
//!   audit and outbox in one transaction;
//! - [`events`]: the relay from outbox to broker, the consumer with inbox, pending and parked;
//! - [`admin`]: what operators may look at and repair;
//! - [`vault`]: encryption under person keys; [`id`], [`etag`], [`clock`], [`money`], [`page`], [`error`]: values.
//!
//! See the README for how a write becomes an event and an effect, and what is guaranteed at a kill at any moment.

pub mod admin;
pub mod build;
pub mod caller;
pub mod clock;
pub mod config;
pub mod database;
pub mod error;
pub mod etag;
pub mod events;
pub mod failpoint;
pub mod grpc;
pub mod health;
pub mod id;
pub mod kernel;
pub mod money;
pub mod page;
pub mod process;
pub mod tasks;
pub mod telemetry;
pub mod tls;
pub mod vault;
