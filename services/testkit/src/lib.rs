//! What tests of services stand on: real PostgreSQL, real RabbitMQ, a database and a vhost per test.
//!
//! - [`servers`] starts a private PostgreSQL and RabbitMQ once per test process, or uses `TEST_DATABASE_URL` (a superuser),
//!   `TEST_AMQP_URL` and `TEST_AMQP_MANAGEMENT_URL`, as `cargo verify` gives them;
//! - [`TestRegion`] is a region of one test: keys, a vhost, a migrated database per service (cloned from a template),
//!   services that run in the test's process, callers of every kind;
//! - [`Producer`] plays the services that another one learns from, with events that repeat, come too early or are broken;
//! - [`Authority`] signs certificates and [`TlsProxy`] puts TLS before a server that has none;
//!   [`check_tls`] runs a service with certificates;
//! - [`rooms`] and [`schema`] check what holds for the source and the tables of every service;
//! - [`eventually`] waits for a condition with a deadline: no test sleeps.
//!
//! A dev-dependency only. Nothing is mocked; what cannot start fails the test and says what to install.

mod callers;
mod database;
mod eventually;
pub mod guard;
mod producer;
mod region;
pub mod rooms;
pub mod schema;
pub mod servers;
mod tls;

pub use callers::{mandate, worker};
pub use database::TestDatabase;
pub use eventually::{DEADLINE, eventually};
pub use producer::{Producer, Sent, queue_is_ready};
pub use region::{Running, TestRegion, region_file};
pub use tls::{Authority, TlsProxy, check_tls, is_answered, tls_config, tls_section};
