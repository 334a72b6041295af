//! From the messages of the contract to types that cannot be wrong, one file per kind of request.

mod families;
mod persons;
mod queries;
mod steps;
mod submission;

pub(super) use families::{add_member, correct_member, family, participating_family, remove_member};
pub(super) use persons::{erase, names};
pub(super) use queries::{get, list, list_name};
pub(super) use steps::{admit, refuse, screen, withdraw};
pub(super) use submission::submit;
