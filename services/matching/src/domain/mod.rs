//! What matching means: aggregates and values. No async, no I/O, no SQL, no wire format.
//!
//! [`proposal`] orders workers for somebody who waits; [`CaseMatch`] is what follows from a confirmation; [`Mandate`] and
//! [`Capacity`] say who may and who can.

mod capacity;
mod case_match;
mod mandate;
mod origin;
mod period;
pub mod proposal;
pub mod text;
mod worker;

pub use capacity::{
    Capacity, FullTimeShare, Load, ShareError, case_weight, running_max, shown_down, weight_codes,
};
pub use case_match::{
    Admission, CaseMatch, DAYS_AHEAD, DAYS_BACK, Ending, EpisodeId, MatchError, MatchId, NewMatch,
    ParticipationId, PersonId, Placement, Weight,
};
pub use chassis::etag::Etag;
pub use mandate::{Mandate, MandateError, MandateId};
pub use origin::Origin;
pub use period::Period;
pub use proposal::ProposalId;
pub use worker::{Gender, OrganisationId, Registration, WorkerDetails, WorkerId};
