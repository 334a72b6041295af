//! Integration tests of operations, against real PostgreSQL and RabbitMQ; the services it asks are played by the test.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::default_trait_access,
    reason = "a test fails by panicking, also in what tests share, and says what it waited for; the broker's client takes many default options"
)]

mod access;
mod actions;
mod broker_rules;
mod exports;
mod findings;
mod kube_api;
mod own_database;
mod played;
mod repository;
mod restore;
mod service_rules;
mod support;
mod tls;
