//! Screening: what the rules of eligibility say about somebody. Pure; a person decides.

use jiff::civil::Date;
use serde::Serialize;

use crate::answers::{Answer, Answers};
use crate::closed_set::closed_set;
use crate::programme::{EligibilityRule, OnFailure, Programme, RuleKind};
use crate::region::Region;
use crate::values::{NisCode, PartialDate, QuestionId, RefusalReasonCode, RuleId};

closed_set! {
    /// What the rules say together.
    pub enum ScreeningOutcome is "outcome of a screening" {
        /// Every rule holds.
        Eligible = "eligible",
        /// Nothing excludes, but a person has to decide.
        Manual = "manual",
        /// A rule fails that nobody may set aside.
        NotEligible = "not_eligible",
    }
}

closed_set! {
    /// What one rule says.
    pub enum RuleOutcome is "outcome of a rule" {
        /// It holds.
        Holds = "holds",
        /// It does not hold.
        Fails = "fails",
        /// Not enough is known to tell; a person decides, or asks.
        Unknown = "unknown",
    }
}

/// What is known of the person besides the answers. `Debug` shows nothing of it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Whether the person said yes to the referral.
    pub consent_given: bool,
    /// Where the person lives.
    pub municipality: Option<NisCode>,
    /// When the person was born, as far as it is known.
    pub birth: Option<PartialDate>,
}

impl std::fmt::Debug for Facts {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Facts(hidden)")
    }
}

/// The result of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleResult {
    /// Which rule.
    pub rule: RuleId,
    /// What it says.
    pub outcome: RuleOutcome,
    /// What a coordinator reads about it.
    pub explanation: String,
    /// Whether it may be set aside with a written motivation.
    pub may_be_motivated: bool,
    /// The reason of refusal that the programme suggests when it does not hold.
    pub suggested_refusal_reason: Option<RefusalReasonCode>,
}

impl RuleResult {
    /// Tells whether the rule holds.
    pub fn holds(&self) -> bool {
        self.outcome == RuleOutcome::Holds
    }
}

/// A screening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Screening {
    /// What the rules say together.
    pub outcome: ScreeningOutcome,
    /// Every rule with its result, in the order of the programme file.
    pub rules: Vec<RuleResult>,
}

impl Screening {
    /// Gives the reason of refusal that the first excluding rule suggests; else the first suggestion of all.
    pub fn suggested_refusal_reason(&self) -> Option<&RefusalReasonCode> {
        let suggestions = |excluding: bool| {
            self.rules
                .iter()
                .filter(move |rule| rule.outcome == RuleOutcome::Fails && rule.may_be_motivated != excluding)
                .find_map(|rule| rule.suggested_refusal_reason.as_ref())
        };
        suggestions(true).or_else(|| suggestions(false))
    }
}

impl Programme {
    /// Judges somebody by the rules of this programme on a day. The same input gives the same screening.
    ///
    /// A programme without central screening, or without rules, excludes nobody: the outcome is
    /// [`ScreeningOutcome::Manual`] without rules when screening is off, [`ScreeningOutcome::Eligible`] otherwise.
    pub fn screen(&self, region: &Region, answers: &Answers, facts: &Facts, today: Date) -> Screening {
        if !self.screening_enabled {
            return Screening { outcome: ScreeningOutcome::Manual, rules: Vec::new() };
        }
        let rules: Vec<RuleResult> = self
            .eligibility
            .iter()
            .map(|rule| to_result(rule, judge(&rule.kind, region, answers, facts, today)))
            .collect();
        let excludes = |result: &RuleResult| {
            result.outcome == RuleOutcome::Fails
                && self
                    .eligibility_rule(&result.rule)
                    .is_some_and(|rule| matches!(rule.on_failure, OnFailure::Refuse { .. }))
        };
        let outcome = if rules.iter().any(excludes) {
            ScreeningOutcome::NotEligible
        } else if rules.iter().all(RuleResult::holds) {
            ScreeningOutcome::Eligible
        } else {
            ScreeningOutcome::Manual
        };
        Screening { outcome, rules }
    }
}

fn to_result(rule: &EligibilityRule, outcome: RuleOutcome) -> RuleResult {
    let (may_be_motivated, reason) = match &rule.on_failure {
        OnFailure::Refuse { reason } => (false, Some(reason)),
        OnFailure::Manual => (true, None),
        OnFailure::Motivate { otherwise } => (true, otherwise.as_ref()),
    };
    RuleResult {
        rule: rule.id.clone(),
        outcome,
        explanation: rule.explanation.clone(),
        may_be_motivated: may_be_motivated || outcome == RuleOutcome::Unknown,
        suggested_refusal_reason: reason.filter(|_| outcome == RuleOutcome::Fails).cloned(),
    }
}

fn judge(kind: &RuleKind, region: &Region, answers: &Answers, facts: &Facts, today: Date) -> RuleOutcome {
    match kind {
        RuleKind::Age { min_years, max_years } => {
            facts.birth.map_or(RuleOutcome::Unknown, |birth| judge_age(*min_years, *max_years, birth, today))
        }
        RuleKind::Residence => facts
            .municipality
            .map_or(RuleOutcome::Unknown, |nis| holds_if(region.municipality_at(nis, today).is_ok())),
        RuleKind::ConsentGiven => holds_if(facts.consent_given),
        RuleKind::NotWorkingFullTime { question } => judge_yes_no(answers, question, false),
        RuleKind::LegalResidence { question } => judge_yes_no(answers, question, true),
        RuleKind::AnswerEquals { question, answer } => judge_answer(answers, question, &[answer]),
        RuleKind::AnswerOneOf { question, answers: wanted } => {
            judge_answer(answers, question, &wanted.iter().collect::<Vec<_>>())
        }
    }
}

/// Judges an age of which only a range may be known: when a part of the range fits, nobody can tell.
fn judge_age(min: Option<i16>, max: Option<i16>, birth: PartialDate, today: Date) -> RuleOutcome {
    let ages = birth.age_on(today);
    let fits = |age: i16| min.is_none_or(|min| min <= age) && max.is_none_or(|max| age <= max);
    let fitting = ages.clone().filter(|age| fits(*age)).count();
    match fitting {
        0 => RuleOutcome::Fails,
        _ if fitting == ages.count() => RuleOutcome::Holds,
        _ => RuleOutcome::Unknown,
    }
}

fn judge_yes_no(answers: &Answers, question: &QuestionId, wanted: bool) -> RuleOutcome {
    match answers.get(question) {
        Some(Answer::YesNo(answer)) => holds_if(*answer == wanted),
        _ => RuleOutcome::Unknown,
    }
}

fn judge_answer(answers: &Answers, question: &QuestionId, wanted: &[&String]) -> RuleOutcome {
    match answers.get(question) {
        Some(Answer::Choice(code)) => holds_if(wanted.contains(&code)),
        Some(Answer::YesNo(answer)) => {
            let word = if *answer { "yes" } else { "no" };
            holds_if(wanted.iter().any(|wanted| *wanted == word))
        }
        _ => RuleOutcome::Unknown,
    }
}

fn holds_if(condition: bool) -> RuleOutcome {
    if condition { RuleOutcome::Holds } else { RuleOutcome::Fails }
}
