//! SQL of the projections: free functions over the open transaction, one file per table group.

mod admissions;
mod erased_persons;
mod generations;
mod intake_figures;
mod referral_facts;

pub(crate) use admissions::{
    AdmissionRow, find_admission, forget_participations, insert_admission, insert_replayed_admission,
};
pub(crate) use erased_persons::{forget_persons, record_erasure};
pub(crate) use generations::clear_generation;
pub(crate) use intake_figures::{Selection, read_intake_figures};
pub(crate) use referral_facts::{
    find_fact, forget_referrals, insert_facts, record_refusal, record_screenings, record_withdrawal,
};
