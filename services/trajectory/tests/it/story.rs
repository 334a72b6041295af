//! Events of invented cases.

use chassis::caller::Role;
use chassis::id::IdGenerator;
use proto::intake::events::v1::PersonErased;
use proto::matching::events::v1::{MatchConfirmed, MatchEnd, MatchEnded};
use uuid::Uuid;

/// Organisation of every worker of the test kit.
pub const ORGANISATION: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_00ff);

/// An invented participation in one episode, and who accompanies it.
#[derive(Debug, Clone)]
pub struct Story {
    pub matched: Uuid,
    pub participation: Uuid,
    pub episode: Uuid,
    pub person: Uuid,
    pub worker: Uuid,
    pub role: Role,
    pub programme: &'static str,
    pub first_day: String,
}

/// Some instant on the wire.
#[expect(clippy::unnecessary_wraps, reason = "the shape of a message field")]
fn some_instant() -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds: 1_709_300_000, nanos: 0 })
}

impl Story {
    pub fn new(worker: u128, programme: &'static str, first_day: &str) -> Self {
        let ids = IdGenerator;
        Self {
            matched: ids.uuid(),
            participation: ids.uuid(),
            episode: ids.uuid(),
            person: ids.uuid(),
            worker: Uuid::from_u128(worker),
            role: Role::Coach,
            programme,
            first_day: first_day.to_owned(),
        }
    }

    /// Another worker comes on the same episode.
    pub fn handed_to(&self, worker: u128, first_day: &str) -> Self {
        let worker = Uuid::from_u128(worker);
        Self { matched: IdGenerator.uuid(), worker, first_day: first_day.to_owned(), ..self.clone() }
    }

    /// The person comes back: same participation, another episode.
    pub fn again(&self, first_day: &str) -> Self {
        let (matched, episode) = (IdGenerator.uuid(), IdGenerator.uuid());
        Self { matched, episode, first_day: first_day.to_owned(), ..self.clone() }
    }

    pub fn confirmed(&self) -> MatchConfirmed {
        MatchConfirmed {
            match_id: self.matched.to_string(),
            participation_id: self.participation.to_string(),
            episode_id: self.episode.to_string(),
            person_id: self.person.to_string(),
            worker_id: self.worker.to_string(),
            organisation_id: ORGANISATION.to_string(),
            role: self.role.into(),
            programme: self.programme.to_owned(),
            programme_version: "1".to_owned(),
            first_day: self.first_day.clone(),
            weight: "regular".to_owned(),
            confirmed_at: some_instant(),
            ..MatchConfirmed::default()
        }
    }

    pub fn ended(&self, last_day: &str) -> MatchEnded {
        MatchEnded {
            match_id: self.matched.to_string(),
            participation_id: self.participation.to_string(),
            episode_id: self.episode.to_string(),
            worker_id: self.worker.to_string(),
            last_day: last_day.to_owned(),
            why: MatchEnd::HandedOver.into(),
            ended_at: some_instant(),
        }
    }

    pub fn erased(&self) -> PersonErased {
        PersonErased { person_id: self.person.to_string(), erased_at: some_instant() }
    }
}
