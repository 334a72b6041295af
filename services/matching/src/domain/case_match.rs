//! A match: who accompanies a participation, in which role, from when to when.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use region::ProgrammeCode;
use region::programme::Role;
use rust_decimal::Decimal;
use thiserror::Error;
use uuid::Uuid;

use super::{Etag, OrganisationId, Origin, WorkerId};

chassis::define_id!(
    /// A match.
    MatchId
);
chassis::define_id!(
    /// A human being, as intake knows them.
    PersonId
);
chassis::define_id!(
    /// One person in one programme; survives re-entry.
    ParticipationId
);
chassis::define_id!(
    /// One run from admission to exit inside a participation.
    EpisodeId
);

/// How many days a first or last day may lie back: what was agreed is written down within a month.
pub const DAYS_BACK: i64 = 31;
/// How many days a first or last day may lie ahead: nobody's place is kept longer than a quarter.
pub const DAYS_AHEAD: i64 = 92;

/// Somebody who was admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// Participation.
    pub participation: ParticipationId,
    /// Episode.
    pub episode: EpisodeId,
    /// Person.
    pub person: PersonId,
    /// Programme.
    pub programme: ProgrammeCode,
    /// NIS code of the municipality, as on the day of the referral.
    pub municipality: String,
    /// When the referral was received.
    pub referred_at: Timestamp,
    /// When it was admitted.
    pub admitted_at: Timestamp,
    /// Whether the person took part before.
    pub re_entry: bool,
}

/// Why a match ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The trajectory closed.
    TrajectoryClosed,
    /// Another worker took over.
    HandedOver,
    /// It did not work out, or the worker left.
    Stopped,
}

impl Ending {
    /// The word it is stored under.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TrajectoryClosed => "trajectory_closed",
            Self::HandedOver => "handed_over",
            Self::Stopped => "stopped",
        }
    }

    /// The ending with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::TrajectoryClosed, Self::HandedOver, Self::Stopped]
            .into_iter()
            .find(|ending| ending.as_str() == word)
    }
}

/// Who goes where, before it is a match.
#[derive(Debug, Clone)]
pub struct Placement {
    /// Worker who accompanies.
    pub worker: WorkerId,
    /// Organisation the worker acts for.
    pub organisation: OrganisationId,
    /// In which role.
    pub role: Role,
    /// First day.
    pub first_day: Date,
    /// Whether it takes the worker over capacity.
    pub over_capacity: bool,
    /// Whether another worker than the first of the proposal was chosen.
    pub overridden: bool,
}

/// How heavy a case counts, and by which code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weight {
    /// Code of the programme file; empty when it has none.
    pub code: String,
    /// How many cases it counts for.
    pub value: Decimal,
}

/// A match as it begins.
#[derive(Debug, Clone)]
pub struct NewMatch {
    /// Match.
    pub id: MatchId,
    /// Participation.
    pub participation: ParticipationId,
    /// Episode.
    pub episode: EpisodeId,
    /// Person.
    pub person: PersonId,
    /// By which programme file.
    pub origin: Origin,
    /// Who goes where.
    pub placement: Placement,
    /// How heavy it counts.
    pub weight: Weight,
    /// Proposal it is confirmed on; `None` after a handover.
    pub proposal: Option<Uuid>,
    /// Match it takes over from.
    pub follows: Option<MatchId>,
}

/// A match that may end. Loaded from a locked row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseMatch {
    /// Match.
    pub id: MatchId,
    /// Participation.
    pub participation: ParticipationId,
    /// Episode.
    pub episode: EpisodeId,
    /// Person.
    pub person: PersonId,
    /// Worker who accompanies.
    pub worker: WorkerId,
    /// Programme.
    pub programme: ProgrammeCode,
    /// How heavy it counts.
    pub weight: Weight,
    /// First day.
    pub first_day: Date,
    /// Last day; `None` while it runs.
    pub last_day: Option<Date>,
    /// Version; every change makes the next.
    pub version: i64,
}

/// A step that the match does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MatchError {
    /// It ended.
    #[error("the match ended on {0}")]
    Ended(Date),
    /// The last day lies more than a day before the first.
    #[error("the match would end before it begins")]
    BeforeFirstDay,
}

impl CaseMatch {
    /// Ends it. A match that never began ends on the day before its first.
    pub fn end(&mut self, last_day: Date) -> Result<(), MatchError> {
        if let Some(ended) = self.last_day {
            return Err(MatchError::Ended(ended));
        }
        if last_day < self.day_before() {
            return Err(MatchError::BeforeFirstDay);
        }
        self.last_day = Some(last_day);
        self.version += 1;
        Ok(())
    }

    /// Ends it because its trajectory closed, on whatever day that was. Nothing when it ended already.
    pub fn close(&mut self, closed_on: Date) -> bool {
        let last_day = closed_on.max(self.day_before());
        self.end(last_day).is_ok()
    }

    fn day_before(&self) -> Date {
        self.first_day.saturating_sub(1.day())
    }

    /// What `If-Match` must name.
    pub const fn etag(&self) -> Etag {
        Etag::of(self.version)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn running() -> CaseMatch {
        CaseMatch {
            id: MatchId::from_uuid(Uuid::from_u128(1)),
            participation: ParticipationId::from_uuid(Uuid::from_u128(2)),
            episode: EpisodeId::from_uuid(Uuid::from_u128(3)),
            person: PersonId::from_uuid(Uuid::from_u128(4)),
            worker: WorkerId::from_uuid(Uuid::from_u128(5)),
            programme: "w-esf".parse().unwrap(),
            weight: Weight { code: String::new(), value: Decimal::ONE },
            first_day: date(2024, 3, 1),
            last_day: None,
            version: 1,
        }
    }

    #[test]
    fn a_match_ends_once_and_not_before_it_could_begin() {
        let mut ending = running();

        assert_eq!(ending.end(date(2024, 2, 28)), Err(MatchError::BeforeFirstDay));
        assert_eq!(ending, running());
        assert_eq!(ending.end(date(2024, 2, 29)), Ok(()));
        assert_eq!(ending.version, 2);
        assert_eq!(ending.end(date(2024, 4, 1)), Err(MatchError::Ended(date(2024, 2, 29))));
    }

    #[test]
    fn a_closed_trajectory_ends_a_match_whatever_the_day_and_once() {
        let mut early = running();
        assert!(early.close(date(2024, 1, 15)));
        assert_eq!(early.last_day, Some(date(2024, 2, 29)));
        assert!(!early.close(date(2024, 4, 1)));

        let mut later = running();
        assert!(later.close(date(2024, 6, 30)));
        assert_eq!(later.last_day, Some(date(2024, 6, 30)));
    }
}
