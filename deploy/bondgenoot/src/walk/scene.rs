//! What the walk knows before it starts, from the region file: so that it holds for another programme too.

use chassis::clock::Clock;
use jiff::ToSpan as _;
use jiff::civil::Date;
use local::region_run::{RegionOptions, RegionState};
use region::Region;
use region::programme::{
    Capacity, EligibilityRule, ExitOutcome, InstrumentKind, OnFailure, Programme, Question, QuestionKind,
    RuleKind,
};
use serde_json::{Value, json};

use super::browser::object;
use super::trouble::Trouble;

/// What the walk knows before it starts.
pub(super) struct Scene {
    pub(super) region: Region,
    pub(super) programme: Programme,
    pub(super) door: String,
    /// The first day of the quarter that is played: the one of today, in real time.
    pub(super) quarter: Date,
    clock: Clock,
}

impl Scene {
    /// Reads the region file of a running region.
    pub(super) fn of(state: &RegionState) -> Result<Self, Trouble> {
        let region = region::load(&state.region_file).map_err(|report| {
            Trouble::new(format!("the region file has {} mistakes", report.mistakes.len()))
        })?;
        let zone = region.time_zone.iana_name().unwrap_or("Europe/Brussels");
        let file = RegionOptions::clock_file(&state.folder);
        let clock = Clock::new(zone, Some(file)).map_err(Trouble::of)?;
        let today = clock.day_of(clock.now());
        let quarter = quarter_of(today).map_err(Trouble::of)?;
        let programme = region
            .programmes
            .iter()
            .rev()
            .find(|programme| programme.version.valid_from <= today)
            .cloned()
            .ok_or_else(|| Trouble::new("the region has no programme today"))?;
        Ok(Self { region, programme, door: state.public_url.clone(), quarter, clock })
    }

    /// Today in the region, in business time.
    pub(super) fn today(&self) -> Date {
        self.clock.today()
    }

    /// A day of the play, so many days after the quarter began.
    pub(super) fn day(&self, days: i64) -> Result<Date, Trouble> {
        self.quarter.checked_add(days.days()).map_err(Trouble::of)
    }

    /// A code of the municipality with this number in the list of today.
    pub(super) fn municipality(&self, number: usize) -> Result<String, Trouble> {
        let today: Vec<String> = self
            .region
            .municipalities_at(self.quarter)
            .map(|municipality| municipality.nis.to_string())
            .collect();
        let index = number.checked_rem(today.len()).unwrap_or_default();
        today.get(index).cloned().ok_or_else(|| Trouble::new("the region has no municipality today"))
    }

    /// The code of the life domain with this number.
    pub(super) fn domain(&self, number: usize) -> Result<String, Trouble> {
        let found = self.programme.life_domains.get(number);
        found
            .map(|domain| domain.code.to_string())
            .ok_or_else(|| Trouble::new("the programme has no life domain"))
    }

    /// The code of the first case weight; empty when the programme has none.
    pub(super) fn weight(&self) -> String {
        match &self.programme.capacity {
            Capacity::Caseload(caseload) => {
                caseload.weights.first().map(|weight| weight.code.to_string()).unwrap_or_default()
            }
            Capacity::Visits(_) => String::new(),
        }
    }

    /// What an instrument of this code takes values for: its items, or two life domains where the points are chosen.
    pub(super) fn items(&self, instrument: &str) -> Result<Vec<String>, Trouble> {
        let found = self.programme.instruments.iter().find(|one| one.code.as_str() == instrument);
        let found =
            found.ok_or_else(|| Trouble::new(format!("the programme has no instrument {instrument}")))?;
        Ok(match found.kind {
            InstrumentKind::ReleaseScale => vec![String::new()],
            InstrumentKind::Star => {
                self.programme.life_domains.iter().take(2).map(|one| one.code.to_string()).collect()
            }
            _ => found.items.iter().map(|item| item.code.to_string()).collect(),
        })
    }

    /// The code of an exit reason that counts as outflow to work.
    pub(super) fn exit_with_work(&self) -> Result<String, Trouble> {
        let found = self.programme.exit_reasons.iter().find(|one| one.outcome == ExitOutcome::WithWork);
        found
            .map(|one| one.code.to_string())
            .ok_or_else(|| Trouble::new("the programme has no exit with work"))
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

    /// First and last day of the report: the quarter and the month after it, in which the first quarterly duty falls due.
    pub(super) fn period(&self) -> Result<(Date, Date), Trouble> {
        let last = self.quarter.checked_add(4.months()).and_then(Date::yesterday).map_err(Trouble::of)?;
        Ok((self.quarter, last))
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

/// The first day of the quarter of a day.
fn quarter_of(day: Date) -> Result<Date, jiff::Error> {
    Date::new(day.year(), day.month() - (day.month() - 1) % 3, 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_quarter_begins_on_its_first_day() {
        assert_eq!(quarter_of(date(2024, 2, 29)).unwrap(), date(2024, 1, 1));
        assert_eq!(quarter_of(date(2026, 12, 31)).unwrap(), date(2026, 10, 1));
        assert_eq!(quarter_of(date(2026, 4, 1)).unwrap(), date(2026, 4, 1));
    }
}
