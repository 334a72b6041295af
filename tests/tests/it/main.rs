//! Tests over real processes. Two regions at a time: a test waits more than it computes, for leases, terms and processes.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in its helpers, which clippy does not see as tests"
)]

mod access;
mod architecture;
mod bad_input;
mod broker;
mod canary;
mod crashes;
mod drain;
mod reasons;
mod relays;
mod restore;
mod retries;
mod start;
mod support;
mod tokens;
mod walk;

/// How many regions of processes run at the same time.
pub static TWO_REGIONS: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(2);
