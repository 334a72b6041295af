//! What matching tells the others: ids, codes, days and numbers; never the name of a worker, nor a reason somebody wrote.

use jiff::Timestamp;
use proto::matching::events::v1::{
    MatchConfirmed, MatchEnd, MatchEnded, ProposalDeclined, WorkerCapacityChanged,
};
use proto::options::v1::Role;
use uuid::Uuid;

use crate::domain::{CaseMatch, Ending, Load, MatchId, NewMatch, OrganisationId, ProposalId};
use crate::use_cases::SetCapacity;

/// An instant of the contract.
pub fn to_timestamp(at: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: at.as_second(), nanos: at.subsec_nanosecond() }
}

/// A role of the contract: the closed sets are the same, and a test says so.
pub fn to_role(role: region::programme::Role) -> Role {
    chassis::caller::role_from_name(&role.to_string()).unwrap_or(Role::Unspecified)
}

/// A worker can take on another number of cases.
pub fn worker_capacity_changed(
    change: &SetCapacity,
    organisation: OrganisationId,
    load: &Load,
    at: Timestamp,
) -> WorkerCapacityChanged {
    let period = change.capacity.period;
    WorkerCapacityChanged {
        worker_id: change.worker.to_string(),
        organisation_id: organisation.to_string(),
        programme: change.programme.to_string(),
        full_time_share: change.capacity.share.to_string(),
        cases_min: load.shown_min().to_string(),
        cases_max: load.shown_max().to_string(),
        valid_from: period.first.to_string(),
        valid_to: period.last.map(|day| day.to_string()).unwrap_or_default(),
        changed_at: Some(to_timestamp(at)),
    }
}

/// A match was confirmed, or begins in a handover.
pub fn match_confirmed(begun: &NewMatch, at: Timestamp) -> MatchConfirmed {
    let placement = &begun.placement;
    MatchConfirmed {
        match_id: begun.id.to_string(),
        participation_id: begun.participation.to_string(),
        episode_id: begun.episode.to_string(),
        person_id: begun.person.to_string(),
        worker_id: placement.worker.to_string(),
        organisation_id: placement.organisation.to_string(),
        role: to_role(placement.role).into(),
        programme: begun.origin.programme.to_string(),
        programme_version: begun.origin.version.to_string(),
        first_day: placement.first_day.to_string(),
        weight: begun.weight.code.clone(),
        over_capacity: placement.over_capacity,
        overridden: placement.overridden,
        confirmed_at: Some(to_timestamp(at)),
        follows_match_id: begun.follows.map(|id: MatchId| id.to_string()).unwrap_or_default(),
    }
}

/// A match ended.
pub fn match_ended(case: &CaseMatch, ending: Ending, at: Timestamp) -> MatchEnded {
    let why = match ending {
        Ending::TrajectoryClosed => MatchEnd::TrajectoryClosed,
        Ending::HandedOver => MatchEnd::HandedOver,
        Ending::Stopped => MatchEnd::Stopped,
    };
    MatchEnded {
        match_id: case.id.to_string(),
        participation_id: case.participation.to_string(),
        episode_id: case.episode.to_string(),
        worker_id: case.worker.to_string(),
        last_day: case.last_day.map(|day| day.to_string()).unwrap_or_default(),
        why: why.into(),
        ended_at: Some(to_timestamp(at)),
    }
}

/// Another than the first of a proposal was chosen.
pub fn proposal_declined(
    begun: &NewMatch,
    proposal: ProposalId,
    first: Uuid,
    at: Timestamp,
) -> ProposalDeclined {
    ProposalDeclined {
        proposal_id: proposal.to_string(),
        participation_id: begun.participation.to_string(),
        worker_id: first.to_string(),
        programme: begun.origin.programme.to_string(),
        declined_at: Some(to_timestamp(at)),
    }
}

#[cfg(test)]
mod tests {
    use region::ClosedSet as _;

    use super::*;

    #[test]
    fn every_role_of_programme_files_is_one_of_the_contract() {
        for role in region::programme::Role::ALL {
            assert_ne!(to_role(*role), Role::Unspecified, "{role}");
        }
    }
}
