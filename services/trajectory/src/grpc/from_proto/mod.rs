//! From the messages of the contract to types that cannot be wrong, one file per service of the contract.

pub(super) mod contacts;
pub(super) mod duties;
pub(super) mod goals;
pub(super) mod measures;
pub(super) mod trajectories;
pub(super) mod visits;
