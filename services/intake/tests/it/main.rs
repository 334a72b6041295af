//! Intake as its callers see it: through gRPC, against real PostgreSQL.

#![expect(clippy::unwrap_used, reason = "what cannot happen fails the test")]

mod architecture;
mod consume;
mod decisions;
mod erase_person;
mod events;
mod forget;
mod house;
mod list_referrals;
mod names;
mod row_security;
mod schema;
mod screen_referral;
mod submit_referral;
