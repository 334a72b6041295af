//! What a `CronJob` starts, runs once, and ends.

pub mod forget;
