//! Events of invented referrals.

use chassis::id::IdGenerator;
use jiff::Timestamp;
use proto::intake::events::v1::{
    FamilyMemberRecorded, FamilyRecorded, FamilyRelation, ParticipantAdmitted, ParticipantRefused,
    PersonErased, ReferralScreened, ReferralSubmitted, ReferralWithdrawn, ScreeningOutcome,
};
use uuid::Uuid;

/// Programme of all stories, unless they say otherwise.
pub const PROGRAMME: &str = "waasland-esf";

/// An invented referral: its ids, and what can happen to it.
#[derive(Debug, Clone, Copy)]
pub struct Story {
    pub referral: Uuid,
    pub person: Uuid,
    pub participation: Uuid,
    pub episode: Uuid,
}

/// An instant on the wire.
#[expect(clippy::unnecessary_wraps, reason = "the shape of a message field")]
pub fn wire(instant: Timestamp) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds: instant.as_second(), nanos: 0 })
}

/// An instant, written in ISO 8601.
pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

impl Story {
    pub fn new() -> Self {
        let ids = IdGenerator;
        Self { referral: ids.uuid(), person: ids.uuid(), participation: ids.uuid(), episode: ids.uuid() }
    }

    pub fn submitted(&self, when: Timestamp) -> ReferralSubmitted {
        ReferralSubmitted {
            referral_id: self.referral.to_string(),
            person_id: self.person.to_string(),
            programme: PROGRAMME.to_owned(),
            programme_version: "1".to_owned(),
            channel: "partner".to_owned(),
            municipality_nis: "46014".to_owned(),
            reasons: vec!["work-search".to_owned()],
            submitted_at: wire(when),
        }
    }

    pub fn screened(&self, outcome: ScreeningOutcome, when: Timestamp) -> ReferralScreened {
        ReferralScreened {
            referral_id: self.referral.to_string(),
            outcome: outcome as i32,
            failed_rules: Vec::new(),
            screened_at: wire(when),
        }
    }

    pub fn withdrawn(&self, reason: &str, when: Timestamp) -> ReferralWithdrawn {
        ReferralWithdrawn {
            referral_id: self.referral.to_string(),
            reason: reason.to_owned(),
            withdrawn_at: wire(when),
        }
    }

    pub fn refused(&self, reason: &str, when: Timestamp) -> ParticipantRefused {
        ParticipantRefused {
            referral_id: self.referral.to_string(),
            reason: reason.to_owned(),
            alternative_named: true,
            reply_until: "2024-12-31".to_owned(),
            refused_at: wire(when),
        }
    }

    pub fn admitted(&self, when: Timestamp) -> ParticipantAdmitted {
        ParticipantAdmitted {
            participation_id: self.participation.to_string(),
            episode_id: self.episode.to_string(),
            referral_id: self.referral.to_string(),
            person_id: self.person.to_string(),
            programme: PROGRAMME.to_owned(),
            programme_version: "1".to_owned(),
            admitted_at: wire(when),
            municipality_nis: "46020".to_owned(),
            referred_at: wire(when),
            re_entry: false,
        }
    }

    /// A family of these members: relation, school year, whether in focus, and the day they left.
    pub fn family(&self, members: &[(FamilyRelation, &str, bool, &str)], when: Timestamp) -> FamilyRecorded {
        let member = |&(relation, school_year, in_focus, left_on): &(FamilyRelation, &str, bool, &str)| {
            FamilyMemberRecorded {
                person_id: IdGenerator.uuid().to_string(),
                relation: relation as i32,
                school_year: school_year.to_owned(),
                in_focus,
                left_on: left_on.to_owned(),
            }
        };
        FamilyRecorded {
            participation_id: self.participation.to_string(),
            programme: PROGRAMME.to_owned(),
            programme_version: "1".to_owned(),
            members: members.iter().map(member).collect(),
            recorded_at: wire(when),
        }
    }

    pub fn erased(&self, when: Timestamp) -> PersonErased {
        PersonErased { person_id: self.person.to_string(), erased_at: wire(when) }
    }
}
