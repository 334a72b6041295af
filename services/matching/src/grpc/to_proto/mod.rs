//! From read models to the messages of the contract.

mod matches;
mod proposals;
mod workers;

pub(super) use matches::{to_match, to_waiting};
pub(super) use proposals::to_proposal;
pub(super) use workers::{to_name, to_summary, to_worker};
