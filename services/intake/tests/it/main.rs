//! Intake as its callers see it: through gRPC, against real PostgreSQL.

#![expect(clippy::unwrap_used, reason = "what cannot happen fails the test")]

mod architecture;
mod consume;
mod decisions;
mod erase_person;
mod events;
mod families;
mod families_erased;
mod families_refused;
mod forget;
mod house;
mod household;
mod list_referrals;
mod names;
mod row_security;
mod schema;
mod screen_referral;
mod submit_referral;
mod tls;
