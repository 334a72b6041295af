//! The record of a screening: what the rules of the programme said, as the coordinator saw it.

use region::ScreeningOutcome;

/// What the rules said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screening {
    /// Together.
    pub outcome: ScreeningOutcome,
    /// One by one, in the order of the programme file.
    pub rules: Vec<RuleResult>,
}

/// What one rule said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleResult {
    /// Id of the rule in the programme file.
    pub rule: String,
    /// Whether it holds. False also when too little is known to tell.
    pub holds: bool,
    /// What the coordinator read about it.
    pub explanation: String,
    /// The refusal reason that the programme suggests when it does not hold.
    pub suggested_refusal_reason: Option<String>,
}

impl Screening {
    /// Ids of the rules that did not hold.
    pub fn failed_rules(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().filter(|rule| !rule.holds).map(|rule| rule.rule.as_str())
    }
}

impl From<region::Screening> for Screening {
    fn from(screening: region::Screening) -> Self {
        let to_result = |rule: region::RuleResult| RuleResult {
            holds: rule.holds(),
            rule: rule.rule.to_string(),
            explanation: rule.explanation,
            suggested_refusal_reason: rule.suggested_refusal_reason.map(|reason| reason.to_string()),
        };
        Self { outcome: screening.outcome, rules: screening.rules.into_iter().map(to_result).collect() }
    }
}
