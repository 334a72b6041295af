//! What the library promises, against whole files.
#![expect(
    clippy::unwrap_used,
    reason = "what a test stands on must be there; the lint only excuses functions marked as tests"
)]

mod allocation;
mod decisions;
mod files;
mod katrol;
mod mistakes;
mod municipalities;
mod readme;
mod robust;
mod screening;
mod waasland;
