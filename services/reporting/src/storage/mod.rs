//! SQL of the projections: free functions over the open transaction, one file per table group.

mod admissions;
mod approved_budgets;
mod contact_facts;
mod duty_facts;
mod erased_persons;
mod family_facts;
mod generations;
mod intake_figures;
mod match_facts;
mod referral_facts;
mod trajectory_facts;
mod trajectory_figures;
mod worker_capacities;

pub(crate) use admissions::{
    AdmissionRow, find_admission, find_episode, forget_participations, insert_admission,
    insert_replayed_admission, record_episode_end,
};
pub(crate) use approved_budgets::{forget_budgets, insert_budget, read_budgets};
pub(crate) use contact_facts::{correct_contact, find_contact, insert_contact};
pub(crate) use duty_facts::{find_duty, insert_measure, record_duty};
pub(crate) use erased_persons::{forget_persons, record_erasure};
pub(crate) use family_facts::{forget_families, record_family};
pub(crate) use generations::clear_generation;
pub(crate) use intake_figures::{Selection, read_intake_figures};
pub(crate) use match_facts::{find_match, forget_matches, insert_decline, insert_match, record_match_end};
pub(crate) use referral_facts::{
    find_fact, forget_referrals, insert_facts, record_refusal, record_screenings, record_withdrawal,
};
pub(crate) use trajectory_facts::{find_trajectory, forget_trajectories, insert_trajectory, record_closure};
pub(crate) use trajectory_figures::{TrajectorySelection, read_trajectory_figures};
pub(crate) use worker_capacities::{forget_workers, record_capacity};
