//! A match is handed over: one ends, and one with another worker follows it.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::error::Violation;
use jiff::ToSpan as _;
use jiff::civil::Date;
use region::Region;

use super::end_match::lock_running;
use super::place::{self, Wanted};
use super::{get_match, step};
use crate::domain::text::Reason;
use crate::domain::{Ending, MatchId, NewMatch, Origin, Placement, WorkerId};
use crate::error::Error;
use crate::events::published;
use crate::storage::match_views::MatchView;
use crate::storage::matches::{self, Signature};
use crate::storage::{persons, waiting};

/// Hands over. The new worker needs a mandate and room, as at a confirmation.
#[derive(Debug, Clone)]
pub struct HandOverMatch {
    /// The region.
    pub region: Arc<Region>,
    /// Which match ends.
    pub ending: MatchId,
    /// Who takes over.
    pub worker: WorkerId,
    /// First day of the new match; the old one ends on the day before.
    pub first_day: Date,
    /// Why.
    pub reason: Reason,
    /// Whether the worker may go over capacity.
    pub over_capacity: bool,
}

/// A handover.
#[derive(Debug, Clone)]
pub struct HandedOver {
    /// The match that ended.
    pub ended: MatchView,
    /// The match that follows it.
    pub begun: MatchView,
}

impl Command for HandOverMatch {
    const NAME: &'static str = "hand_over_match";
    type Outcome = HandedOver;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<HandedOver, Error> {
        let mut case = lock_running(work, self.ending).await?;
        let admission =
            waiting::lock(work.connection(), case.episode).await?.ok_or(Error::PersonErased)?.admission;
        let (now, by, vault) = (work.now(), step::caller(work)?, work.vault().clone());
        let signature = Signature { at: now, by: Some(by) };
        let key = persons::key(work.connection(), &vault, case.person).await?.ok_or(Error::PersonErased)?;

        let mut violations = Vec::new();
        if case.worker == self.worker {
            violations.push(Violation::new(
                "worker_id",
                "SAME_WORKER",
                "this worker accompanies already",
                "choose another worker",
            ));
        }
        // Ended before the place is taken: of the same worker and programme, it counts no more from that day on.
        if case.end(self.first_day.saturating_sub(1.day())).is_ok() {
            matches::end(work.connection(), &case, Ending::HandedOver, None, signature).await?;
        } else {
            violations.push(Violation::new(
                "first_day",
                "BEFORE_FIRST_DAY",
                "the new match would begin before the one it takes over from",
                format!("choose {} or later", case.first_day),
            ));
        }
        let wanted = Wanted {
            region: &self.region,
            admission: &admission,
            worker: self.worker,
            first_day: self.first_day,
            weight: case.weight.value,
            may_go_over: self.over_capacity,
            reason: Some(&self.reason),
        };
        let place = place::take(work, wanted, violations).await?;
        let begun = NewMatch {
            id: MatchId::generate(work.ids()),
            participation: case.participation,
            episode: case.episode,
            person: case.person,
            origin: Origin::of(place.programme),
            placement: Placement {
                worker: self.worker,
                organisation: place.organisation,
                role: place.role,
                first_day: self.first_day,
                over_capacity: place.over_capacity,
                overridden: false,
            },
            weight: case.weight.clone(),
            proposal: None,
            follows: Some(case.id),
        };
        matches::insert(work.connection(), &begun, Some(&self.reason), &key, signature).await?;

        work.publish(case.id.as_uuid(), &published::match_ended(&case, Ending::HandedOver, now));
        work.publish(begun.id.as_uuid(), &published::match_confirmed(&begun, now));
        work.answer_is_about(case.person.as_uuid());
        let ended = get_match::read(work, case.id).await?;
        Ok(HandedOver { ended, begun: get_match::read(work, begun.id).await? })
    }
}
