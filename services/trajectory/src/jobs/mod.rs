//! Run-once jobs, and what a serving process repeats.

pub mod duties;
