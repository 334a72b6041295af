//! What intake tells the others: ids, codes and times; never a name, a contact detail or free text.

use jiff::Timestamp;
use jiff::civil::Date;
use proto::intake::events::v1::{
    EpisodeEnded, FamilyMemberRecorded, FamilyRecorded, FamilyRelation as ToldRelation, ParticipantAdmitted,
    ParticipantRefused, PersonErased, ReferralScreened, ReferralSubmitted, ReferralWithdrawn,
    ScreeningOutcome,
};
use region::{ClosedSet as _, Programme};

use crate::domain::{
    Episode, EpisodeId, FamilyRelation, Origin, Participation, ParticipationId, PersonId, RecordedMember,
    Referral, ReferralId, Refusal, Screening, Submission, Withdrawal,
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

/// Who belongs to a family that takes part; `is_in_focus` judges a school year.
pub fn family_recorded(
    participation: ParticipationId,
    programme: &Programme,
    members: &[RecordedMember],
    is_in_focus: impl Fn(&str) -> bool,
    at: Timestamp,
) -> FamilyRecorded {
    let to_member = |member: &RecordedMember| FamilyMemberRecorded {
        person_id: member.person.to_string(),
        relation: match member.relation {
            FamilyRelation::Parent => ToldRelation::Parent,
            FamilyRelation::Child => ToldRelation::Child,
            FamilyRelation::Other => ToldRelation::Other,
        }
        .into(),
        school_year: member.school_year.clone().unwrap_or_default(),
        in_focus: member.school_year.as_deref().is_some_and(&is_in_focus),
        left_on: member.left_on.map(|day| day.to_string()).unwrap_or_default(),
    };
    FamilyRecorded {
        participation_id: participation.to_string(),
        programme: programme.code.to_string(),
        programme_version: programme.version.number.to_string(),
        members: members.iter().map(to_member).collect(),
        recorded_at: Some(to_timestamp(at)),
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
