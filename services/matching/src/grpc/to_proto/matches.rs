//! Matches, and who waits for one.

use proto::matching::v1::{Match, MatchEnding, WaitingParticipation};

use crate::domain::Ending;
use crate::events::published::{to_role, to_timestamp};
use crate::storage::match_views::MatchView;
use crate::use_cases::Waiting;

/// One match.
pub(in crate::grpc) fn to_match(view: MatchView) -> Match {
    let ending = match view.ending {
        None => MatchEnding::Unspecified,
        Some(Ending::TrajectoryClosed) => MatchEnding::TrajectoryClosed,
        Some(Ending::HandedOver) => MatchEnding::HandedOver,
        Some(Ending::Stopped) => MatchEnding::Stopped,
    };
    Match {
        match_id: view.id.to_string(),
        participation_id: view.participation.to_string(),
        episode_id: view.episode.to_string(),
        person_id: view.person.to_string(),
        worker_id: view.worker.to_string(),
        organisation_id: view.organisation.to_string(),
        role: to_role(view.role).into(),
        programme: view.programme,
        programme_version: view.programme_version.to_string(),
        weight: view.weight_code,
        first_day: view.first_day.to_string(),
        last_day: view.last_day.map(|day| day.to_string()).unwrap_or_default(),
        over_capacity: view.over_capacity,
        overridden: view.overridden,
        reason: view.reason.unwrap_or_default(),
        proposal_id: view.proposal.map(|id| id.to_string()).unwrap_or_default(),
        follows_match_id: view.follows.map(|id| id.to_string()).unwrap_or_default(),
        confirmed_at: Some(to_timestamp(view.confirmed_at)),
        confirmed_by: view.confirmed_by.to_string(),
        ending: ending.into(),
        end_reason: view.end_reason.unwrap_or_default(),
        etag: view.etag.to_string(),
    }
}

/// Somebody who waits.
pub(in crate::grpc) fn to_waiting(waiting: Waiting) -> WaitingParticipation {
    let Waiting { admission, days } = waiting;
    WaitingParticipation {
        participation_id: admission.participation.to_string(),
        episode_id: admission.episode.to_string(),
        person_id: admission.person.to_string(),
        programme: admission.programme.to_string(),
        municipality_nis: admission.municipality,
        referred_at: Some(to_timestamp(admission.referred_at)),
        admitted_at: Some(to_timestamp(admission.admitted_at)),
        waiting_days: days,
        re_entry: admission.re_entry,
    }
}
