//! Taking part: a participation survives re-entry, an episode is one run inside it.

use chassis::id::IdGenerator;
use region::ProgrammeCode;

use super::{PersonId, ReferralId};

chassis::define_id!(
    /// One person in one programme; the id that cases, events and finance carry.
    ParticipationId
);
chassis::define_id!(
    /// One run from admission to exit inside a participation.
    EpisodeId
);

/// One person in one programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participation {
    id: ParticipationId,
    person: PersonId,
    programme: ProgrammeCode,
    is_known: bool,
}

/// One run inside a participation. That only one is open at a time is a constraint of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Episode {
    /// Episode.
    pub id: EpisodeId,
    /// The participation it belongs to.
    pub participation: ParticipationId,
    /// The referral that led to it.
    pub referral: ReferralId,
}

impl Participation {
    /// Begins, or goes on from the participation that this human being has in this programme already, as the person they were
    /// then.
    pub fn begin(
        ids: IdGenerator,
        person: PersonId,
        programme: ProgrammeCode,
        known: Option<(ParticipationId, PersonId)>,
    ) -> Self {
        let is_known = known.is_some();
        let (id, person) = known.unwrap_or_else(|| (ParticipationId::generate(ids), person));
        Self { id, person, programme, is_known }
    }

    /// Opens an episode.
    pub fn open_episode(&self, ids: IdGenerator, referral: ReferralId) -> Episode {
        Episode { id: EpisodeId::generate(ids), participation: self.id, referral }
    }

    /// Participation.
    pub const fn id(&self) -> ParticipationId {
        self.id
    }

    /// Whether the person took part before.
    pub const fn is_re_entry(&self) -> bool {
        self.is_known
    }

    /// Who takes part.
    pub const fn person(&self) -> PersonId {
        self.person
    }

    /// In what.
    pub const fn programme(&self) -> &ProgrammeCode {
        &self.programme
    }
}
