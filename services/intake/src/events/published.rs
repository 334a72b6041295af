//! What intake tells the others: ids, codes and times; never a name, a contact detail or free text.

use jiff::Timestamp;
use jiff::civil::Date;
use proto::intake::events::v1::{
    EpisodeEnded, ParticipantAdmitted, ParticipantRefused, PersonErased, ReferralScreened, ReferralSubmitted,
    ReferralWithdrawn, ScreeningOutcome,
};
use region::ClosedSet as _;

use crate::domain::{
    Episode, EpisodeId, Origin, Participation, ParticipationId, PersonId, Referral, ReferralId, Refusal,
    Screening, Submission, Withdrawal,
};

/// An instant of the contract.
pub fn to_timestamp(at: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: at.as_second(), nanos: at.subsec_nanosecond() }
}

/// Somebody was referred.
pub fn referral_submitted(
    id: ReferralId,
    person: PersonId,
    submission: &Submission,
    at: Timestamp,
) -> ReferralSubmitted {
    ReferralSubmitted {
        referral_id: id.to_string(),
        person_id: person.to_string(),
        programme: submission.origin.programme.to_string(),
        programme_version: submission.origin.version.to_string(),
        channel: submission.channel.as_str().to_owned(),
        municipality_nis: submission.person.municipality.to_string(),
        reasons: submission.reasons.iter().map(ToString::to_string).collect(),
        submitted_at: Some(to_timestamp(at)),
    }
}

/// A referral was screened.
pub fn referral_screened(referral: &Referral, screening: &Screening, at: Timestamp) -> ReferralScreened {
    let outcome = match screening.outcome {
        region::ScreeningOutcome::Eligible => ScreeningOutcome::Eligible,
        region::ScreeningOutcome::Manual => ScreeningOutcome::Manual,
        region::ScreeningOutcome::NotEligible => ScreeningOutcome::NotEligible,
    };
    ReferralScreened {
        referral_id: referral.id().to_string(),
        outcome: outcome.into(),
        failed_rules: screening.failed_rules().map(str::to_owned).collect(),
        screened_at: Some(to_timestamp(at)),
    }
}

/// Somebody was admitted.
pub fn participant_admitted(
    referral: &Referral,
    participation: &Participation,
    episode: &Episode,
    origin: &Origin,
    at: Timestamp,
) -> ParticipantAdmitted {
    ParticipantAdmitted {
        participation_id: participation.id().to_string(),
        episode_id: episode.id.to_string(),
        referral_id: episode.referral.to_string(),
        person_id: participation.person().to_string(),
        programme: participation.programme().to_string(),
        programme_version: origin.version.to_string(),
        admitted_at: Some(to_timestamp(at)),
        municipality_nis: referral.municipality().to_string(),
        referred_at: Some(to_timestamp(referral.submitted_at())),
        re_entry: participation.is_re_entry(),
    }
}

/// Somebody was refused.
pub fn participant_refused(referral: &Referral, refusal: &Refusal, at: Timestamp) -> ParticipantRefused {
    ParticipantRefused {
        referral_id: referral.id().to_string(),
        reason: refusal.reason.to_string(),
        alternative_named: refusal.alternative.is_some(),
        reply_until: refusal.reply_until.to_string(),
        refused_at: Some(to_timestamp(at)),
    }
}

/// A referral was withdrawn.
pub fn referral_withdrawn(referral: &Referral, withdrawal: &Withdrawal, at: Timestamp) -> ReferralWithdrawn {
    ReferralWithdrawn {
        referral_id: referral.id().to_string(),
        reason: withdrawal.reason.to_string(),
        withdrawn_at: Some(to_timestamp(at)),
    }
}

/// An episode ended.
pub fn episode_ended(
    participation: ParticipationId,
    episode: EpisodeId,
    last_day: Date,
    at: Timestamp,
) -> EpisodeEnded {
    EpisodeEnded {
        participation_id: participation.to_string(),
        episode_id: episode.to_string(),
        ended_on: last_day.to_string(),
        ended_at: Some(to_timestamp(at)),
    }
}

/// A person was erased.
pub fn person_erased(person: PersonId, at: Timestamp) -> PersonErased {
    PersonErased { person_id: person.to_string(), erased_at: Some(to_timestamp(at)) }
}
