//! The gateway over real HTTP: real PostgreSQL, the real sign-in issuer, and a small gRPC service in the place of intake.

mod api;
mod fake_intake;
mod limits;
mod pages;
mod sign_in;
mod stand;
mod upstream;
