//! What intake does: one file per use case, each a [`Command`](chassis::database::Command) that runs in one unit of work.

mod admit_referral;
mod batch_get_names;
mod end_episode;
mod erase_person;
mod follow_match;
mod forget_persons;
mod get_referral;
mod list_referrals;
mod prepare_start;
mod refuse_referral;
mod screen_referral;
mod step;
mod submit_referral;
mod withdraw_referral;

pub use admit_referral::AdmitReferral;
pub use batch_get_names::{BatchGetNames, MOST_NAMES, PersonName};
pub use end_episode::end_episode;
pub use erase_person::ErasePerson;
pub use follow_match::{Access, match_began, match_ended};
pub use forget_persons::ForgetPersons;
pub use get_referral::{FoundReferral, GetReferral};
pub use list_referrals::{ListReferrals, Page};
pub use prepare_start::PrepareStart;
pub use refuse_referral::RefuseReferral;
pub use screen_referral::{ScreenReferral, answer_violations};
pub use submit_referral::SubmitReferral;
pub use withdraw_referral::WithdrawReferral;
