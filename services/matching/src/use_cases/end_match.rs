//! A match is stopped; the participant waits again.

use chassis::database::{Command, Work};
use chassis::error::Violation;
use jiff::civil::Date;

use super::{get_match, place, step};
use crate::domain::text::Reason;
use crate::domain::{CaseMatch, Ending, MatchError, MatchId};
use crate::error::{Error, Record};
use crate::events::published;
use crate::storage::match_views::MatchView;
use crate::storage::matches::{self, Signature};
use crate::storage::{persons, waiting};

/// Stops a match that did not work out, or whose worker leaves.
#[derive(Debug, Clone)]
pub struct EndMatch {
    /// Which.
    pub ending: MatchId,
    /// Last day.
    pub last_day: Date,
    /// Why.
    pub reason: Reason,
}

impl Command for EndMatch {
    const NAME: &'static str = "end_match";
    type Outcome = MatchView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<MatchView, Error> {
        let mut case = lock_running(work, self.ending).await?;
        let mut violations = place::near_today(work, "last_day", self.last_day);
        if let Err(error) = case.end(self.last_day) {
            violations.push(to_violation(error, &case));
        }
        if !violations.is_empty() {
            return Err(Error::Invalid(violations));
        }
        let (now, by, vault) = (work.now(), step::caller(work)?, work.vault().clone());
        let key = persons::key(work.connection(), &vault, case.person).await?.ok_or(Error::PersonErased)?;
        let signature = Signature { at: now, by: Some(by) };
        matches::end(work.connection(), &case, Ending::Stopped, Some((&self.reason, &key)), signature)
            .await?;
        waiting::set_matched(work.connection(), case.episode, None).await?;

        work.publish(case.id.as_uuid(), &published::match_ended(&case, Ending::Stopped, now));
        work.answer_is_about(case.person.as_uuid());
        get_match::read(work, case.id).await
    }
}

fn to_violation(error: MatchError, case: &CaseMatch) -> Violation {
    Violation::new(
        "last_day",
        "BEFORE_FIRST_DAY",
        error.to_string(),
        format!("choose {} or later, or the day before when it never began", case.first_day),
    )
}

/// Locks a match that runs, and checks that it is in reach and as the caller read it.
pub(super) async fn lock_running(work: &mut Work, id: MatchId) -> Result<CaseMatch, Error> {
    let locked = matches::lock(work.connection(), id).await?;
    let locked = locked.filter(|locked| work.grant().programmes.contains(locked.case.programme.as_str()));
    let locked = locked.ok_or(Error::NotFound(Record::Match))?;
    step::check_etag(work, locked.case.etag(), locked.changed_at, locked.changed_by)?;
    match locked.case.last_day {
        Some(ended) => Err(Error::MatchEnded(ended)),
        None => Ok(locked.case),
    }
}
