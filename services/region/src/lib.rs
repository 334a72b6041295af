//! Regions and programmes: the files that make the same code serve different partnerships.
//!
//! A **region file** says where and with whom; each **programme file** that it names says for whom, by which rules,
//! with what capacity, instruments, duties, money and terms. [`load`] reads and checks them and gives a [`Region`],
//! or a [`Report`] with every mistake of all files, each with its place and what would be right.
//!
//! A **budget file** ([`budget`]) is a budget with the rules it is computed under, for computing it without a service.
//!
//! The library is pure: it reads files and does nothing else. It owns no data; services store the version of each
//! file that they worked under by its [`ContentHash`].
//!
//! Where to go next: [`Region`] and [`Programme`] for what the files say, [`Programme::screen`] for the rules of
//! eligibility, `values` (re-exported here) for the value types that services share: [`NisCode`], [`KboNumber`],
//! [`InszNumber`], [`PostalCode`], [`PartialDate`] and the codes. How to write a file: `deploy/regions/README.md`.

mod answers;
pub mod budget;
mod closed_set;
mod explained;
mod load;
mod municipality;
mod partner;
pub mod programme;
mod read;
mod region;
mod report;
mod school_calendar;
mod screening;
mod source;
mod suggest;
mod values;
mod version;
mod words;

pub use answers::{Answer, AnswerError, Answers};
pub use closed_set::{ClosedSet, UnknownWord};
pub use explained::Explained;
pub use load::{FORMAT, FileKind, check, load, load_from, load_programme};
pub use municipality::{Municipality, MunicipalityError};
pub use partner::{Partner, PartnerKind};
pub use programme::{Channel, ChannelKind, Programme, ReferralReason, RefusalReason, WithdrawalReason};
pub use region::Region;
pub use report::{Mistake, MistakeKind, Report};
pub use school_calendar::{SchoolCalendar, SchoolHoliday};
pub use screening::{Facts, RuleOutcome, RuleResult, Screening, ScreeningOutcome};
pub use source::Source;
pub use values::*;
pub use version::{ContentHash, ContentHashError, FileVersion};
pub use words::{Term, Words};
