//! Two services compared: what one published with what the other consumed.
//!
//! `difference` says what two histories of one aggregate mean together, `merge` walks two sorted lists at once; both are
//! pure. `pages` feeds them from the services, and the command in `commands::reconcile` lists and repairs.

mod difference;
mod merge;
mod pages;

pub use difference::{Difference, Kind, Position, Repair};
pub use pages::{Pair, compare_pair, pairs};
