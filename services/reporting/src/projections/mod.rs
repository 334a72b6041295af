//! What the figures are made of: facts out of events, the period they are counted in, and the figures themselves.
//!
//! Pure values: no I/O, no SQL, no contract types.

mod fact;
mod figures;
mod period;

pub use fact::{
    Admission, Erasure, PersonId, ReferralId, Refusal, Screening, ScreeningOutcome, Submission, Withdrawal,
};
pub use figures::{Count, IntakeFigures, WaitingTime};
pub use period::Period;
