//! SQL: free functions over the open transaction, one file per table group. Policies of the database decide which rows they see.

pub mod case_access;
pub mod decisions;
pub mod duplicates;
pub mod erasures;
pub mod families;
pub mod family_views;
pub mod file_versions;
pub mod participations;
pub mod person_joins;
pub mod persons;
pub mod referrals;
pub mod screenings;
pub mod views;

pub use chassis::vault::{open_column as open, place};
