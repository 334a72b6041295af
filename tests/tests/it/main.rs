//! Tests over real processes. One region at a time: two cores and one memory for all.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in its helpers, which clippy does not see as tests"
)]

mod access;
mod architecture;
mod bad_input;
mod canary;
mod crashes;
mod drain;
mod reasons;
mod restore;
mod retries;
mod servers;
mod start;
mod support;
mod tokens;
mod walk;

/// Regions of processes run one after the other.
pub static ONE_REGION: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
