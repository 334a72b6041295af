//! A coordinator confirms a proposed worker, or another with a reason.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::error::Violation;
use jiff::civil::Date;
use region::programme::HardRuleKind;
use region::{ClosedSet as _, Region};

use super::place::{self, Wanted, reason_missing};
use super::{archive, get_match, get_proposal, step};
use crate::domain::proposal::{Answer, Input};
use crate::domain::text::Reason;
use crate::domain::{MatchId, NewMatch, Origin, Placement, ProposalId, Weight, WorkerId};
use crate::error::{Error, Record};
use crate::events::published;
use crate::storage::match_views::MatchView;
use crate::storage::matches::{self, Signature};
use crate::storage::{persons, proposals, waiting};

/// Confirms: the match begins. The last free place goes to one of those who ask for it at the same moment.
#[derive(Debug, Clone)]
pub struct ConfirmMatch {
    /// The region.
    pub region: Arc<Region>,
    /// On which proposal.
    pub proposal: ProposalId,
    /// Who is chosen.
    pub worker: WorkerId,
    /// First day.
    pub first_day: Date,
    /// Why; needed when another than the first is chosen, and over capacity.
    pub reason: Option<Reason>,
    /// Whether the worker may go over capacity.
    pub over_capacity: bool,
}

impl Command for ConfirmMatch {
    const NAME: &'static str = "confirm_match";
    type Outcome = MatchView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<MatchView, Error> {
        let stored = get_proposal::find(work, self.proposal).await?;
        let (input, answer) = stored.kept.clone().ok_or(Error::PersonErased)?;
        let (input, answer): (Input, Answer) = (archive::read(&input)?, archive::read(&answer)?);
        let locked = waiting::lock(work.connection(), stored.episode).await?.ok_or(Error::PersonErased)?;
        if !locked.waits {
            return Err(if stored.match_id.is_some() {
                Error::ProposalUsed
            } else {
                no_longer_waits(work, &stored).await?
            });
        }
        let admission = locked.admission;

        let overridden = answer.first().is_some_and(|first| first != self.worker.as_uuid());
        let mut violations = self.check_choice(&answer)?;
        if overridden && self.reason.is_none() {
            violations.push(reason_missing());
        }
        let wanted = Wanted {
            region: &self.region,
            admission: &admission,
            worker: self.worker,
            first_day: self.first_day,
            weight: input.needs.weight,
            may_go_over: self.over_capacity,
            reason: self.reason.as_ref(),
        };
        let place = place::take(work, wanted, violations).await?;

        let (now, by, vault) = (work.now(), step::caller(work)?, work.vault().clone());
        let begun = NewMatch {
            id: MatchId::generate(work.ids()),
            participation: admission.participation,
            episode: admission.episode,
            person: admission.person,
            origin: Origin::of(place.programme),
            placement: Placement {
                worker: self.worker,
                organisation: place.organisation,
                role: place.role,
                first_day: self.first_day,
                over_capacity: place.over_capacity,
                overridden,
            },
            weight: Weight { code: input.needs.weight_code, value: input.needs.weight },
            proposal: Some(self.proposal.as_uuid()),
            follows: None,
        };
        let key =
            persons::key(work.connection(), &vault, admission.person).await?.ok_or(Error::PersonErased)?;
        let signature = Signature { at: now, by: Some(by) };
        matches::insert(work.connection(), &begun, self.reason.as_ref(), &key, signature).await?;
        if !proposals::set_match(work.connection(), self.proposal, begun.id).await? {
            return Err(Error::ProposalUsed);
        }
        waiting::set_matched(work.connection(), admission.episode, Some(now)).await?;

        work.publish(begun.id.as_uuid(), &published::match_confirmed(&begun, now));
        if let Some(first) = answer.first().filter(|_| overridden) {
            work.publish(
                self.proposal.as_uuid(),
                &published::proposal_declined(&begun, self.proposal, first, now),
            );
        }
        work.answer_is_about(admission.person.as_uuid());
        get_match::read(work, begun.id).await
    }
}

impl ConfirmMatch {
    /// Checks the choice against the proposal. Room and mandate are checked again for the first day, under locks; every other hard
    /// rule holds for whom it held, and nobody sets it aside.
    fn check_choice(&self, answer: &Answer) -> Result<Vec<Violation>, Error> {
        let Some(failing) = answer.failing(self.worker.as_uuid()) else {
            return Ok(vec![Violation::new(
                "worker_id",
                "NOT_PROPOSED",
                "the proposal did not look at this worker",
                "choose somebody whom the proposal names, or make a new proposal",
            )]);
        };
        let firm =
            |kind: &HardRuleKind| !matches!(kind, HardRuleKind::CapacityLeft | HardRuleKind::ValidMandate);
        let firm: Vec<&'static str> = failing.into_iter().filter(firm).map(HardRuleKind::as_str).collect();
        if firm.is_empty() { Ok(Vec::new()) } else { Err(Error::WorkerExcluded(firm)) }
    }
}

/// Why an episode does not wait: another proposal was confirmed, or its trajectory closed.
async fn no_longer_waits(work: &mut Work, stored: &proposals::StoredProposal) -> Result<Error, Error> {
    let runs = matches::runs(work.connection(), stored.episode).await?;
    Ok(if runs { Error::EpisodeMatched } else { Error::NotFound(Record::Participation) })
}
