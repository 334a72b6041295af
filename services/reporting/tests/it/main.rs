//! Reporting against real PostgreSQL and RabbitMQ.
#![expect(
    clippy::unwrap_used,
    reason = "what a test stands on must be there; the lint only excuses functions marked as tests"
)]

mod access;
mod case;
mod consume;
mod erasure;
mod families;
mod figures;
mod generations;
mod house;
mod naive;
mod properties;
mod quarter;
mod quarter_access;
mod quarter_consume;
mod quarter_figures;
mod quarter_naive;
mod quarter_properties;
mod story;
mod tls;
