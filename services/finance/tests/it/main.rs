//! Finance: what it computes, against the case of Waasland; and the service, through gRPC on real servers.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "what cannot happen fails the test")]

mod budgets;
mod case;
mod golden;
mod house;
mod properties;
mod waasland;
