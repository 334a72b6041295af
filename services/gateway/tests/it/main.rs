//! The gateway over real HTTP: real PostgreSQL, the real sign-in issuer, and a small gRPC service in the place of intake.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "what cannot happen fails the test")]

mod api;
mod fake_intake;
mod limits;
mod pages;
mod sign_in;
mod stand;
mod upstream;
