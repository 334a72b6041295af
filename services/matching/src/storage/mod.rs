//! SQL: free functions over the open transaction, one file per table group. Policies of the database decide which rows they see.

pub mod capacities;
pub mod facts;
pub mod file_versions;
pub mod mandates;
pub mod match_views;
pub mod matches;
pub mod persons;
pub mod places;
pub mod proposals;
mod read;
pub mod waiting;
pub mod workers;

pub use chassis::vault::{open_column as open, place};
