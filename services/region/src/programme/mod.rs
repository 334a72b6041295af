//! Programmes: what makes the same code serve different partnerships.

mod allocation;
mod capacity;
mod decision;
mod domains;
mod duties;
mod eligibility;
mod exits;
mod family;
mod finance;
mod indicators;
mod instruments;
mod matching;
mod procurement;
mod programme_file;
mod question;
mod referral;
mod retention;
mod roles;
mod term;

pub use allocation::{AllocationKey, AllocationShare};
pub use capacity::{Capacity, CaseWeight, Caseload, VisitPlan};
pub use decision::{RefusalReason, WithdrawalReason};
pub use domains::{LifeDomain, SecrecyClass};
pub use duties::{Anchor, Due, Duty};
pub use eligibility::{EligibilityRule, OnFailure, RuleKind};
pub use exits::{Closing, ExitOutcome, ExitReason, WorkCircuit};
pub use family::{Family, SchoolYear};
pub use finance::{
    Component, FinanceModel, FlatRate, FlatRateSplit, FundingShare, FundingSource, HourlyRate, RoundingLevel,
    RoundingRule,
};
pub use indicators::{Denominator, Indicator, Numerator, Target};
pub use instruments::{Instrument, InstrumentItem, InstrumentKind};
pub use matching::{HardRule, HardRuleKind, Matching, MatchingTerm, MatchingWeight, StarterGate};
pub use procurement::{Procurement, ProcurementBand, ProcurementProcedure};
pub use programme_file::{Programme, SubjectKind};
pub use question::{Choice, Question, QuestionKind};
pub use referral::{Channel, ChannelKind, InflowShare, ReferralReason};
pub use retention::{DataClass, Retention, RetentionFrom, RetentionTerm};
pub use roles::{Role, RoleRule, Scope};
pub use term::{Grant, IndexScenario, TermRules, YearBudget};
