//! The door: convert, run one use case, convert back. Nothing is decided here.

mod family_service;
mod fields;
mod from_proto;
mod person_service;
mod referral_service;
mod to_proto;

pub use family_service::Families;
pub use person_service::Persons;
pub use referral_service::Referrals;
