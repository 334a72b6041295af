//! Findings about a running region, for `check` and `status`.
//!
//! `facts` asks every process and the service `operations`; `judge` makes groups of checks out of the answers and is
//! pure; `report` holds the groups and words them. What people read here is Dutch, as the findings of operations are.

mod facts;
mod judge;
mod report;

pub use facts::{Facts, ServiceFacts};
pub use judge::judge;
pub use report::Mark;
