//! From the messages of the contract to types that cannot be wrong, one file per kind of request.

mod matches;
mod names;
mod proposals;
mod queries;
mod rights;
mod workers;

pub(super) use matches::{confirm, end_match, hand_over};
pub(super) use names::names;
pub(super) use proposals::{get_proposal, propose, replay};
pub(super) use queries::{
    get_match, get_worker, list_matches, list_waiting, list_workers, matches_list, waiting_list, workers_list,
};
pub(super) use rights::{end_mandate, grant_mandate, set_capacity};
pub(super) use workers::{register, update};
