//! A coordinator screens a referral by the rules of its programme.

use std::collections::BTreeMap;
use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::error::Violation;
use region::{AnswerError, Answers, Facts, InszNumber, PartialDate, Programme, QuestionId, Region};

use super::get_referral::FoundReferral;
use super::step;
use crate::domain::duplicates::of_national_number;
use crate::domain::text::Note;
use crate::domain::{DuplicateGround, Referral, Screening};
use crate::error::{Error, violation};
use crate::events::published;
use crate::storage::{duplicates, persons, screenings};

/// Screens. May be repeated until a decision is taken; every screening is kept, the latest counts.
#[derive(Clone)]
pub struct ScreenReferral {
    /// The region.
    pub region: Arc<Region>,
    /// Which referral.
    pub referral: crate::domain::ReferralId,
    /// Birth date as far as known.
    pub birth: Option<PartialDate>,
    /// National number; `None` leaves the one on file.
    pub number: Option<InszNumber>,
    /// Answers by question id, as they came.
    pub answers: BTreeMap<String, String>,
}

impl std::fmt::Debug for ScreenReferral {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ScreenReferral").field("referral", &self.referral).finish_non_exhaustive()
    }
}

impl Command for ScreenReferral {
    const NAME: &'static str = "screen_referral";
    type Outcome = FoundReferral;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<FoundReferral, Error> {
        let mut referral = step::begin(work, self.referral).await?;
        let (programme, origin) = step::programme(work, &self.region, &referral)?;
        let screening = self.judge(work, programme, &referral)?;
        referral.screen(screening.outcome)?;

        let (now, worker, vault) = (work.now(), step::worker(work)?, work.vault().clone());
        let connection = work.connection();
        // Not erased, as the step was allowed; so the key is there.
        let key = persons::key(connection, &vault, referral.person()).await?.ok_or(Error::PersonNotFound)?;
        persons::update_birth(connection, referral.person(), &key, self.birth, self.number).await?;
        if let Some(number) = self.number {
            duplicates::remove(connection, referral.person(), DuplicateGround::NationalNumber).await?;
            duplicates::insert(connection, &vault, referral.person(), &[of_national_number(number)]).await?;
        }
        screenings::insert(connection, &referral, &screening, &self.answers, &key, &origin, now, worker)
            .await?;

        work.publish(referral.id().as_uuid(), &published::referral_screened(&referral, &screening, now));
        step::finish(work, &referral, now, worker).await
    }
}

impl ScreenReferral {
    /// Applies the rules of the programme as they hold today.
    fn judge(&self, work: &Work, programme: &Programme, referral: &Referral) -> Result<Screening, Error> {
        let given = self.answers.iter().map(|(id, answer)| (id.as_str(), answer.as_str()));
        let answers = Answers::read(programme, given)
            .map_err(|errors| Error::Invalid(errors.iter().map(answer_violation).collect()))?;
        let facts = Facts {
            // Without consent nothing is stored, hence nothing screened.
            consent_given: true,
            municipality: Some(referral.municipality()),
            birth: self.birth.or_else(|| self.number.and_then(InszNumber::birth)),
        };
        Ok(programme.screen(&self.region, &answers, &facts, work.clock().today()).into())
    }
}

/// What is wrong with answers whatever the programme asks: texts that cannot be taken.
pub fn answer_violations(answers: &BTreeMap<String, String>) -> Vec<Violation> {
    answers
        .iter()
        .filter_map(|(id, answer)| Some(violation(answer_field(id), &Note::parse_optional(answer).err()?)))
        .collect()
}

fn answer_violation(error: &AnswerError) -> Violation {
    match error {
        // The id is what the caller wrote and could be anything; it is not repeated.
        AnswerError::UnknownQuestion { known, .. } => Violation::new(
            "answers",
            "ANSWER_UNKNOWN_QUESTION",
            "the programme has no such question",
            format!("answer only these questions: {}", known.join(", ")),
        ),
        AnswerError::Missing { id, .. } | AnswerError::WrongAnswer { id, .. } => {
            violation(answer_field(id.as_str()), error)
        }
    }
}

fn answer_field(id: &str) -> String {
    QuestionId::parse(id).map_or_else(|_| "answers".to_owned(), |id| format!("answers.{id}"))
}
