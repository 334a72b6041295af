//! Matching as its callers see it: through gRPC, against real PostgreSQL and RabbitMQ.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what a test stands on must be there; the lints only excuse functions marked as tests"
)]

mod architecture;
mod capacity;
mod confirm_match;
mod consume;
mod end_match;
mod hand_over_match;
mod house;
mod last_place;
mod mandates;
mod matches;
mod names;
mod propose_match;
mod row_security;
mod schema;
mod tls;
mod visits;
mod waiting;
mod workers;
