//! Trajectory as its callers and matching see it: through gRPC and events, against real PostgreSQL and RabbitMQ.
#![expect(
    clippy::unwrap_used,
    reason = "what a test stands on must be there; the lint only excuses functions marked as tests"
)]

mod access;
mod architecture;
mod bad_input;
mod close;
mod contacts;
mod duties;
mod erasure;
mod events_out;
mod follow_match;
mod goals;
mod house;
mod lists;
mod matrix;
mod measures;
mod schema;
mod story;
mod tls;
mod visits;
