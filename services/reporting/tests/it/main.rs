//! Reporting against real PostgreSQL and RabbitMQ.
#![expect(
    clippy::unwrap_used,
    reason = "what a test stands on must be there; the lint only excuses functions marked as tests"
)]

mod access;
mod consume;
mod erasure;
mod figures;
mod generations;
mod house;
mod naive;
mod properties;
mod story;
