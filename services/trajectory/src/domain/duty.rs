//! A duty of the programme as one trajectory has it.

use jiff::civil::Date;
use region::{DutyCode, Explained, InstrumentCode};
use thiserror::Error;

use super::DutyId;

/// What became of a duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DutyState {
    /// It lies ahead.
    Planned,
    /// Its day is near.
    Announced,
    /// Its day came.
    Due,
    /// Not done within the days of grace.
    Missed,
    /// Done within them.
    Kept,
    /// Done after them.
    KeptLate,
    /// The trajectory closed before its day.
    Lapsed,
}

impl DutyState {
    /// Every state.
    pub const ALL: [Self; 7] =
        [Self::Planned, Self::Announced, Self::Due, Self::Missed, Self::Kept, Self::KeptLate, Self::Lapsed];

    /// The word it is stored under.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Announced => "announced",
            Self::Due => "due",
            Self::Missed => "missed",
            Self::Kept => "kept",
            Self::KeptLate => "kept_late",
            Self::Lapsed => "lapsed",
        }
    }

    /// The state with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether something can still be done about it.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Planned | Self::Announced | Self::Due | Self::Missed)
    }
}

/// A duty that cannot be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DutyError {
    /// It was kept before, or lapsed.
    #[error("nothing is left to do about this duty")]
    Settled,
    /// It asks for measures.
    #[error("this duty is kept by measures")]
    NeedsMeasures,
    /// Done after today.
    #[error("this day lies after today")]
    InFuture,
    /// Done before it was announced.
    #[error("this day lies before {announced_on}, from which the duty is announced")]
    BeforeAnnouncement {
        /// From when it is announced.
        announced_on: Date,
    },
}

impl Explained for DutyError {
    fn remedy(&self) -> String {
        match self {
            Self::Settled => "read the duties again".to_owned(),
            Self::NeedsMeasures => "take a measure with each of its instruments".to_owned(),
            Self::InFuture => "give a day up to today".to_owned(),
            Self::BeforeAnnouncement { announced_on } => format!("give a day from {announced_on} on"),
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Settled => "DUTY_SETTLED",
            Self::NeedsMeasures => "DUTY_NEEDS_MEASURES",
            Self::InFuture => "IN_FUTURE",
            Self::BeforeAnnouncement { .. } => "TOO_EARLY",
        }
    }
}

/// The days of a duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// From when it is announced: what is done from then on counts for it.
    pub announced_on: Date,
    /// When it is due.
    pub due_on: Date,
    /// Last day on which it counts as done in time.
    pub grace_until: Date,
    /// Last day on which something done counts for it; after it, it counts for the next time. `None` for the last time.
    pub counts_until: Option<Date>,
}

/// A duty as one trajectory has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// Duty.
    pub id: DutyId,
    /// Its code in the programme file.
    pub code: DutyCode,
    /// The how-manieth time, from 1.
    pub occurrence: u32,
    /// Its days.
    pub term: Term,
    /// What is measured on the occasion; without, somebody says that it was done.
    pub instruments: Vec<InstrumentCode>,
    state: DutyState,
    kept_on: Option<Date>,
}

impl Duty {
    /// A duty that lies ahead.
    pub const fn planned(
        id: DutyId,
        code: DutyCode,
        occurrence: u32,
        term: Term,
        instruments: Vec<InstrumentCode>,
    ) -> Self {
        Self { id, code, occurrence, term, instruments, state: DutyState::Planned, kept_on: None }
    }

    /// A duty as it stands.
    #[must_use]
    pub const fn standing(mut self, state: DutyState, kept_on: Option<Date>) -> Self {
        self.state = state;
        self.kept_on = kept_on;
        self
    }

    /// Lets days pass until `today`, and gives the states worth telling others, in order.
    pub fn advance(&mut self, today: Date) -> Vec<DutyState> {
        let target = if self.term.grace_until < today {
            DutyState::Missed
        } else if self.term.due_on <= today {
            DutyState::Due
        } else if self.term.announced_on <= today {
            DutyState::Announced
        } else {
            DutyState::Planned
        };
        let (before, after) = match (self.state, target) {
            // Days do not run backwards, and what was done stays done.
            (DutyState::Kept | DutyState::KeptLate | DutyState::Lapsed | DutyState::Missed, _)
            | (_, DutyState::Planned)
            | (DutyState::Due, DutyState::Announced) => return Vec::new(),
            (before, after) if before == after => return Vec::new(),
            changed => changed,
        };
        self.state = after;
        match (before, after) {
            (DutyState::Planned | DutyState::Announced, DutyState::Missed) => {
                vec![DutyState::Due, DutyState::Missed]
            }
            (_, DutyState::Due | DutyState::Missed) => vec![after],
            _ => Vec::new(),
        }
    }

    /// Was done on a day; gives the state worth telling others.
    pub fn keep(&mut self, day: Date, today: Date) -> Result<DutyState, DutyError> {
        if !self.state.is_open() {
            return Err(DutyError::Settled);
        }
        if today < day {
            return Err(DutyError::InFuture);
        }
        if day < self.term.announced_on {
            return Err(DutyError::BeforeAnnouncement { announced_on: self.term.announced_on });
        }
        self.state = if day <= self.term.grace_until { DutyState::Kept } else { DutyState::KeptLate };
        self.kept_on = Some(day);
        Ok(self.state)
    }

    /// The trajectory closed: what had not fallen due never will.
    pub const fn lapse(&mut self) {
        if matches!(self.state, DutyState::Planned | DutyState::Announced) {
            self.state = DutyState::Lapsed;
        }
    }

    /// Whether something done on a day counts for this time.
    pub fn counts(&self, day: Date) -> bool {
        self.term.announced_on <= day && self.term.counts_until.is_none_or(|last| day <= last)
    }

    /// What became of it.
    pub const fn state(&self) -> DutyState {
        self.state
    }

    /// When it was done.
    pub const fn kept_on(&self) -> Option<Date> {
        self.kept_on
    }

    /// The day on which it changes by itself; `None` when it does not any more.
    pub fn changes_on(&self) -> Option<Date> {
        match self.state {
            DutyState::Planned => Some(self.term.announced_on),
            DutyState::Announced => Some(self.term.due_on),
            DutyState::Due => self.term.grace_until.tomorrow().ok(),
            DutyState::Missed | DutyState::Kept | DutyState::KeptLate | DutyState::Lapsed => None,
        }
    }
}
