//! SQL: free functions over the open transaction, one file per table group. Policies of the database decide which rows they see.

pub mod contacts;
pub mod duties;
pub mod file_versions;
pub mod goals;
pub mod lists;
pub mod matches;
pub mod measures;
pub mod next_steps;
pub mod persons;
pub mod trajectories;
pub mod views;
pub mod visits;
pub mod words;

use jiff::Timestamp;
use uuid::Uuid;

/// Who changed something when.
#[derive(Debug, Clone, Copy)]
pub struct Change {
    /// When.
    pub at: Timestamp,
    /// Worker.
    pub by: Uuid,
}

/// A number of a domain type in the width of its column.
fn to_int(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// A number of a column that a check keeps from being negative.
fn from_int(number: i32) -> u32 {
    u32::try_from(number).unwrap_or_default()
}
