//! What referring, screening and admitting mean: aggregates and values. No async, no I/O, no SQL, no wire format.
//!
//! [`Referral`] is the aggregate; its transitions are its methods. [`Participation`] begins at an admission. Texts that people
//! wrote are types of [`text`]; what makes two persons look alike is in [`duplicates`].

pub mod duplicates;
mod family;
mod folding;
mod participation;
mod person;
mod receipt_number;
mod referral;
mod referral_state;
mod screening;
mod submission;
pub mod text;

pub use chassis::etag::Etag;
pub use duplicates::{DuplicateGround, DuplicateKey};
pub use family::{
    FamilyError, FamilyRelation, MemberDetails, RecordedMember, RemovalReason, check_addition, check_change,
    look_alike,
};
pub use participation::{Episode, EpisodeId, Participation, ParticipationId};
pub use person::{ErasureGround, PersonId};
pub use receipt_number::{ReceiptNumber, ReceiptNumberError};
pub use referral::{Admission, Referral, ReferralError, ReferralId, Refusal, Standing, Withdrawal};
pub use referral_state::ReferralState;
pub use screening::{RuleResult, Screening};
pub use submission::{Origin, Person, Referrer, Submission};
