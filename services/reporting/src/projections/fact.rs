//! Facts: what one event says about one referral, parsed.

use chassis::define_id;
use jiff::Timestamp;
use jiff::civil::Date;

define_id!(
    /// A referral.
    ReferralId
);
define_id!(
    /// A person, known by name in intake only.
    PersonId
);
define_id!(
    /// One subject in one programme; survives re-entry.
    ParticipationId
);
define_id!(
    /// One run from admission to exit.
    EpisodeId
);

/// A referral was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// The referral.
    pub referral: ReferralId,
    /// Who was referred.
    pub person: PersonId,
    /// Code of the programme.
    pub programme: String,
    /// Version of the programme file it was taken under.
    pub programme_version: String,
    /// Code of the channel.
    pub channel: String,
    /// NIS code as valid on the day of submission.
    pub municipality_nis: String,
    /// Codes of the reasons, at least one, each once.
    pub reasons: Vec<String>,
    /// When it was received.
    pub at: Timestamp,
}

/// A referral was screened by the rules of its programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screening {
    /// The referral.
    pub referral: ReferralId,
    /// What the rules say together.
    pub outcome: ScreeningOutcome,
    /// When.
    pub at: Timestamp,
}

/// What the eligibility rules of a programme say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScreeningOutcome {
    /// Every rule holds.
    Eligible,
    /// A rule fails that a coordinator may set aside.
    Manual,
    /// A rule fails that nobody may set aside.
    NotEligible,
}

impl ScreeningOutcome {
    /// The outcome as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Eligible => "eligible",
            Self::Manual => "manual",
            Self::NotEligible => "not_eligible",
        }
    }
}

/// A referral was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The referral.
    pub referral: ReferralId,
    /// Code of the reason.
    pub reason: String,
    /// Whether an alternative was named.
    pub alternative_named: bool,
    /// Last day of the right of reply, in the region.
    pub reply_until: Date,
    /// When.
    pub at: Timestamp,
}

/// A referral was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// The referral.
    pub referral: ReferralId,
    /// Code of the reason.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// An episode of a participation began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// The participation.
    pub participation: ParticipationId,
    /// The episode.
    pub episode: EpisodeId,
    /// The referral that led to it.
    pub referral: ReferralId,
    /// Code of the programme.
    pub programme: String,
    /// Version of the programme file it was decided under.
    pub programme_version: String,
    /// When the referral that led to it was received: waiting starts here.
    pub referred_at: Timestamp,
    /// Whether the person took part before: same participation, another episode.
    pub re_entry: bool,
    /// When.
    pub at: Timestamp,
}

/// A person's data were erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erasure {
    /// The person.
    pub person: PersonId,
    /// When.
    pub at: Timestamp,
}
