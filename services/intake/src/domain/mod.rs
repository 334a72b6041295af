//! What referring, screening and admitting mean: aggregates and values. No async, no I/O, no SQL, no wire format.
//!
//! [`Referral`] is the aggregate; its transitions are its methods. [`Participation`] begins at an admission. Texts that people
//! wrote are types of [`text`]; what makes two persons look alike is in [`duplicates`].

pub mod duplicates;
mod folding;
mod participation;
mod person;
mod receipt_number;
mod referral;
mod screening;
mod submission;
pub mod text;

pub use duplicates::{DuplicateGround, DuplicateKey};
pub use participation::{Episode, EpisodeId, Participation, ParticipationId};
pub use person::{ErasureGround, PersonId};
pub use receipt_number::{ReceiptNumber, ReceiptNumberError};
pub use referral::{Admission, Etag, Referral, ReferralError, ReferralId, ReferralState, Refusal, Standing, Withdrawal};
pub use screening::{RuleResult, Screening};
pub use submission::{Origin, Person, Referrer, Submission};
