//! What the walk knows before it starts, from the region file: so that it holds for another programme too.

use jiff::ToSpan as _;
use jiff::civil::Date;
use local::region_run::RegionState;
use region::Region;
use region::programme::{EligibilityRule, OnFailure, Programme, Question, QuestionKind, RuleKind};
use serde_json::{Value, json};

use super::browser::object;
use super::trouble::Trouble;

/// What the walk knows before it starts.
pub(super) struct Scene {
    pub(super) region: Region,
    pub(super) programme: Programme,
    pub(super) door: String,
    pub(super) today: Date,
}

impl Scene {
    /// Reads the region file of a running region.
    pub(super) fn of(state: &RegionState) -> Result<Self, Trouble> {
        let region = region::load(&state.region_file).map_err(|report| {
            Trouble::new(format!("the region file has {} mistakes", report.mistakes.len()))
        })?;
        let clock = chassis::clock::Clock::new("UTC", None).map_err(Trouble::of)?;
        let today = clock.now().to_zoned(region.time_zone.clone()).date();
        let programme = region
            .programmes
            .iter()
            .rev()
            .find(|programme| programme.version.valid_from <= today)
            .cloned()
            .ok_or_else(|| Trouble::new("the region has no programme today"))?;
        Ok(Self { region, programme, door: state.public_url.clone(), today })
    }

    /// A code of the municipality with this number in the list of today.
    pub(super) fn municipality(&self, number: usize) -> Result<String, Trouble> {
        let today: Vec<String> = self
            .region
            .municipalities_at(self.today)
            .map(|municipality| municipality.nis.to_string())
            .collect();
        let index = number.checked_rem(today.len()).unwrap_or_default();
        today.get(index).cloned().ok_or_else(|| Trouble::new("the region has no municipality today"))
    }

    /// Two referral reasons, other ones for another number.
    pub(super) fn reasons(&self, number: usize) -> Vec<String> {
        let all = &self.programme.referral_reasons;
        all.iter().cycle().skip(number).take(all.len().min(2)).map(|reason| reason.code.to_string()).collect()
    }

    /// The rule that the refused person does not meet, with the reason the programme suggests: one that nobody may set
    /// aside and that an answer decides.
    pub(super) fn strict_rule(&self) -> Result<(&EligibilityRule, String), Trouble> {
        let found = self.programme.eligibility.iter().find_map(|rule| match (&rule.kind, &rule.on_failure) {
            (RuleKind::NotWorkingFullTime { .. }, OnFailure::Refuse { reason }) => {
                Some((rule, reason.to_string()))
            }
            _ => None,
        });
        found.ok_or_else(|| Trouble::new("the programme has no strict rule that an answer decides"))
    }

    /// How many days of reply a refusal with this reason gives.
    pub(super) fn reply_term_days(&self, reason: &str) -> Result<u32, Trouble> {
        let found = self.programme.refusal_reasons.iter().find(|one| one.code.as_str() == reason);
        found
            .map(|one| one.reply_term_days)
            .ok_or_else(|| Trouble::new(format!("no refusal reason {reason}")))
    }

    /// Answers with which every rule holds, but for this one.
    pub(super) fn answers(&self, failing: Option<&EligibilityRule>) -> Value {
        let mut answers: Vec<(&str, Value)> = self
            .programme
            .questions
            .iter()
            .filter(|question| question.required)
            .map(|question| (question.id.as_str(), json!(some_answer(question))))
            .collect();
        for rule in &self.programme.eligibility {
            let fails = failing.is_some_and(|failing| failing.id == rule.id);
            let (question, answer) = match &rule.kind {
                RuleKind::NotWorkingFullTime { question } => {
                    (question, if fails { "yes" } else { "no" }.to_owned())
                }
                RuleKind::LegalResidence { question } => {
                    (question, if fails { "no" } else { "yes" }.to_owned())
                }
                RuleKind::AnswerEquals { question, answer } => (question, answer.clone()),
                RuleKind::AnswerOneOf { question, answers } => {
                    (question, answers.first().cloned().unwrap_or_default())
                }
                RuleKind::Age { .. } | RuleKind::Residence | RuleKind::ConsentGiven => continue,
            };
            answers.retain(|(id, _)| *id != question.as_str());
            answers.push((question.as_str(), json!(answer)));
        }
        object(&answers)
    }

    /// First and last day of the quarter of today.
    pub(super) fn quarter(&self) -> Result<(Date, Date), Trouble> {
        quarter_of(self.today).map_err(Trouble::of)
    }
}

fn some_answer(question: &Question) -> String {
    match question.kind {
        QuestionKind::YesNo => "no".to_owned(),
        QuestionKind::Number => "1".to_owned(),
        QuestionKind::Date => "1990".to_owned(),
        QuestionKind::Text => "kanarie".to_owned(),
        QuestionKind::Choice | QuestionKind::Choices => {
            question.choices.first().map(|choice| choice.code.to_string()).unwrap_or_default()
        }
    }
}

fn quarter_of(day: Date) -> Result<(Date, Date), jiff::Error> {
    let month = day.month() - (day.month() - 1) % 3;
    let first = Date::new(day.year(), month, 1)?;
    let last = first.checked_add(3.months())?.yesterday()?;
    Ok((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_quarter_ends_on_its_last_day() {
        assert_eq!(quarter_of(date(2024, 2, 29)).unwrap(), (date(2024, 1, 1), date(2024, 3, 31)));
        assert_eq!(quarter_of(date(2026, 12, 31)).unwrap(), (date(2026, 10, 1), date(2026, 12, 31)));
        assert_eq!(quarter_of(date(2026, 4, 1)).unwrap(), (date(2026, 4, 1), date(2026, 6, 30)));
    }
}
