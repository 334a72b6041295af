//! Tests against real servers and real processes.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in its helpers, which clippy does not see as tests"
)]

mod issuer;
mod postgres;
mod processes;
mod rabbitmq;
mod region;
mod stand_in;
mod support;
