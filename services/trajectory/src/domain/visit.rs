//! One visit.

use jiff::civil::Date;
use region::Explained;
use thiserror::Error;

use super::visit_plan::{FreeDays, PlanError};
use super::{Etag, TrajectoryId, VisitId};

/// What became of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VisitState {
    /// It lies ahead.
    Planned,
    /// It took place.
    Held,
    /// Nobody was there.
    Missed,
    /// It was called off before.
    Cancelled,
}

impl VisitState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Planned, Self::Held, Self::Missed, Self::Cancelled];

    /// The word it is stored under.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Held => "held",
            Self::Missed => "missed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// A step that a visit does not allow.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VisitError {
    /// Its day has not come.
    #[error("this day lies after today")]
    InFuture,
    /// Its day lies before the trajectory.
    #[error("this day lies before {first_day}, the first day of the trajectory")]
    TooEarly {
        /// First day of the trajectory.
        first_day: Date,
    },
    /// A catch-up lies in the past.
    #[error("this day lies before today")]
    InPast,
    /// The school is closed, or it is a weekend.
    #[error(transparent)]
    Closed(#[from] PlanError),
    /// Another visit of the family is on that day.
    #[error("another visit is on this day")]
    DayTaken,
    /// A catch-up was planned for it.
    #[error("another visit was planned in its place")]
    CaughtUp,
    /// It was neither missed nor cancelled.
    #[error("the visit was neither missed nor cancelled")]
    NotMissed,
}

impl VisitError {
    /// Whether the day that was given is wrong, and not the state of the visit.
    pub const fn is_of_day(&self) -> bool {
        !matches!(self, Self::CaughtUp | Self::NotMissed)
    }
}

impl Explained for VisitError {
    fn remedy(&self) -> String {
        match self {
            Self::InFuture => {
                "record it when its day has come; a visit that is called off is cancelled".to_owned()
            }
            Self::TooEarly { first_day } => format!("give a day from {first_day} on"),
            Self::InPast => "give today or a later day".to_owned(),
            Self::Closed(error) => error.remedy(),
            Self::DayTaken => "give another day".to_owned(),
            Self::CaughtUp => "record the visit that was planned in its place".to_owned(),
            Self::NotMissed => "record what became of it first".to_owned(),
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::InFuture => "IN_FUTURE",
            Self::TooEarly { .. } => "TOO_EARLY",
            Self::InPast => "IN_PAST",
            Self::Closed(error) => error.reason(),
            Self::DayTaken => "DAY_TAKEN",
            Self::CaughtUp => "VISIT_CAUGHT_UP",
            Self::NotMissed => "VISIT_NOT_MISSED",
        }
    }
}

/// A visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Visit.
    pub id: VisitId,
    /// The trajectory it belongs to.
    pub trajectory: TrajectoryId,
    /// Its number in the plan, from 1; a catch-up has that of the visit it stands for.
    pub number: u32,
    /// School week of the plan, from 1; 0 for a catch-up.
    pub week: u32,
    /// The visit it stands for.
    pub catches_up: Option<VisitId>,
    day: Date,
    state: VisitState,
    version: i64,
}

impl Visit {
    /// A visit of the plan.
    pub const fn planned(id: VisitId, trajectory: TrajectoryId, number: u32, week: u32, day: Date) -> Self {
        Self { id, trajectory, number, week, catches_up: None, day, state: VisitState::Planned, version: 1 }
    }

    /// A visit in place of this one.
    #[must_use]
    pub const fn in_its_place(&self, id: VisitId, day: Date) -> Self {
        Self {
            id,
            trajectory: self.trajectory,
            number: self.number,
            week: 0,
            catches_up: Some(self.id),
            day,
            state: VisitState::Planned,
            version: 1,
        }
    }

    /// A visit as it stands.
    #[must_use]
    pub const fn standing(mut self, day: Date, state: VisitState, version: i64) -> Self {
        self.day = day;
        self.state = state;
        self.version = version;
        self
    }

    /// Records what became of it. A record may be corrected until another visit is planned in its place.
    pub fn record(
        &mut self,
        state: VisitState,
        moved_to: Option<Date>,
        (first_day, today): (Date, Date),
        is_caught_up: bool,
        free: &FreeDays<'_>,
    ) -> Result<(), VisitError> {
        if is_caught_up {
            return Err(VisitError::CaughtUp);
        }
        let day = moved_to.unwrap_or(self.day);
        if state != VisitState::Cancelled && today < day {
            return Err(VisitError::InFuture);
        }
        if day < first_day {
            return Err(VisitError::TooEarly { first_day });
        }
        if day != self.day {
            free.check(day)?;
        }
        self.day = day;
        self.state = state;
        self.version += 1;
        Ok(())
    }

    /// The day of a visit in place of this one: the day given, or the first school day from today that is not `taken`.
    pub fn catch_up_day(
        &self,
        wished: Option<Date>,
        today: Date,
        taken: &[Date],
        is_caught_up: bool,
        free: &FreeDays<'_>,
    ) -> Result<Date, VisitError> {
        if is_caught_up {
            return Err(VisitError::CaughtUp);
        }
        if !matches!(self.state, VisitState::Missed | VisitState::Cancelled) {
            return Err(VisitError::NotMissed);
        }
        match wished {
            None => free
                .first_open(today, |day| !taken.contains(&day))
                .ok_or(VisitError::Closed(PlanError::CalendarEnds { weeks: 1 })),
            Some(day) if day < today => Err(VisitError::InPast),
            Some(day) => {
                free.check(day)?;
                if taken.contains(&day) { Err(VisitError::DayTaken) } else { Ok(day) }
            }
        }
    }

    /// Its day.
    pub const fn day(&self) -> Date {
        self.day
    }

    /// What became of it.
    pub const fn state(&self) -> VisitState {
        self.state
    }

    /// Its version.
    pub const fn version(&self) -> i64 {
        self.version
    }

    /// Its tag.
    pub const fn etag(&self) -> Etag {
        Etag::of(self.version)
    }
}
