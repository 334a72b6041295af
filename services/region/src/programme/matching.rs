//! Who is proposed for whom: what must hold, and what counts how much.

use serde::Serialize;

use crate::closed_set::{ClosedSet, closed_set};
use crate::read::{Namespace, Section};
use crate::report::MistakeKind;
use crate::values::RuleId;

closed_set! {
    /// What must hold before somebody is proposed.
    pub enum HardRuleKind is "kind of hard rule" {
        /// Both speak a language in common.
        SharedLanguage = "shared_language",
        /// A wish for a woman or a man is respected.
        GenderPreference = "gender_preference",
        /// The worker works in the municipality.
        WorkingArea = "working_area",
        /// The worker has room left.
        CapacityLeft = "capacity_left",
        /// The worker is not near the person in private life.
        NoConflictOfInterest = "no_conflict_of_interest",
        /// The worker passed the starter gate: training, contract, extract.
        StarterGate = "starter_gate",
        /// All visits fit before the holidays.
        VisitPlanFits = "visit_plan_fits",
        /// The worker's mandate is valid on the first day.
        ValidMandate = "valid_mandate",
    }
}

closed_set! {
    /// What makes one proposal better than another.
    pub enum MatchingTerm is "term of the score" {
        /// The worker's expertise fits the domains that were asked for.
        Expertise = "expertise",
        /// The language is the person's own.
        HomeLanguage = "home_language",
        /// A short way.
        Travel = "travel",
        /// The worker knows the person from before.
        Continuity = "continuity",
        /// The whole of a worker's time goes to few cases instead of crumbs to many.
        Undivided = "undivided",
        /// Workers are loaded alike.
        Balance = "balance",
        /// Who waits longest goes first.
        WaitingTime = "waiting_time",
        /// The shares of the inflow are kept.
        InflowShare = "inflow_share",
    }
}

closed_set! {
    /// What the starter gate asks of a worker before a first match.
    pub enum StarterGate is "condition of the starter gate" {
        /// The starter training was followed.
        StarterTraining = "starter_training",
        /// The contract was signed.
        Contract = "contract",
        /// The extract from the criminal record was seen (never stored).
        Extract = "extract",
    }
}

/// Something that must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HardRule {
    /// Its id.
    pub id: RuleId,
    /// What it asks for.
    pub kind: HardRuleKind,
    /// What is read when it does not hold, in plain language.
    pub explanation: String,
}

/// How much something counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MatchingWeight {
    /// What counts.
    pub term: MatchingTerm,
    /// How much, in points out of the sum of all.
    pub weight: u32,
}

/// How proposals are made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Matching {
    /// What must hold.
    pub hard_rules: Vec<HardRule>,
    /// What counts how much.
    pub weights: Vec<MatchingWeight>,
    /// What the starter gate asks for.
    pub starter_gate: Vec<StarterGate>,
    /// How many days a proposal stays open before it is shown as stalled.
    pub answer_within_days: u32,
}

impl Matching {
    pub(crate) fn read(section: &mut Section<'_, '_>) -> Option<Self> {
        let hard_rules = section.tables("hard_rule", 0, |section| {
            let id = section.declared("id", Namespace::MatchingRule, "shared-language");
            let kind = section.word("kind");
            let explanation = section.text("explanation");
            Some(HardRule { id: id?, kind: kind?, explanation: explanation? })
        });
        let weights = section.tables("weight", 0, |section| {
            let term: Option<MatchingTerm> = section.word("term");
            if let Some(term) = term
                && !section.file.names.borrow_mut().declare(Namespace::MatchingTerm, term.as_str())
            {
                section.complain(
                    "term",
                    MistakeKind::Duplicate,
                    format!("`{term}` already has a weight"),
                    "remove one of the two",
                );
            }
            let weight = section.integer("weight", 1..=100);
            Some(MatchingWeight { term: term?, weight: weight? })
        });
        let starter_gate: Option<Vec<StarterGate>> = section.words("starter_gate", 0);
        let answer_within_days = section.integer("answer_within_days", 1..=365);
        if let (Some(rules), Some(gate)) = (&hard_rules, &starter_gate) {
            let has_rule = rules.iter().any(|rule| rule.kind == HardRuleKind::StarterGate);
            if has_rule == gate.is_empty() {
                section.complain(
                    "starter_gate",
                    MistakeKind::Contradiction,
                    "the rule `starter_gate` and the list `starter_gate` belong together",
                    "add a `[[matching.hard_rule]]` of kind `starter_gate` and list what it asks for, or remove both",
                );
            }
        }
        Some(Self {
            hard_rules: hard_rules?,
            weights: weights?,
            starter_gate: starter_gate?,
            answer_within_days: answer_within_days?,
        })
    }
}
