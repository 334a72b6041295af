//! The checks of the chart. `sets` renders everything once; each room asks something else of it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, also in its helpers, which clippy does not see as tests"
)]

mod alerts;
mod cluster;
mod docker;
mod golden;
mod notes;
mod objects;
mod pods;
mod schemas;
mod sets;
mod settings;
mod values;
mod wrong_values;
