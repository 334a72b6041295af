//! An entry of the logbook.

use jiff::civil::Date;
use region::{DomainCode, Explained};
use thiserror::Error;

use super::text::Note;
use super::{ContactId, Etag, TrajectoryId};

/// How a contact went. Tried and reached are counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContactOutcome {
    /// They spoke or met.
    Reached,
    /// It was tried; nobody was reached.
    Tried,
}

impl ContactOutcome {
    /// The word it is stored under.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::Tried => "tried",
        }
    }

    /// The outcome with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Reached, Self::Tried].into_iter().find(|outcome| outcome.as_str() == word)
    }
}

/// The two classes of time of the 60/40 rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeClass {
    /// With the participant: 60 %.
    WithParticipant,
    /// Consultation and preparation: 40 %.
    AroundParticipant,
}

impl TimeClass {
    /// The word it is stored under.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WithParticipant => "with_participant",
            Self::AroundParticipant => "around_participant",
        }
    }

    /// The class with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::WithParticipant, Self::AroundParticipant].into_iter().find(|class| class.as_str() == word)
    }
}

/// Minutes of one contact: 0 to 1,440, the minutes of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Minutes(u16);

impl Minutes {
    /// Most minutes.
    pub const MAX: u16 = 1440;

    /// Reads a number of minutes.
    pub fn new(minutes: i32) -> Result<Self, ContactError> {
        u16::try_from(minutes)
            .ok()
            .filter(|minutes| *minutes <= Self::MAX)
            .map(Self)
            .ok_or(ContactError::Minutes)
    }

    /// The number.
    pub const fn get(self) -> u16 {
        self.0
    }
}

/// A contact that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ContactError {
    /// Its day lies after today.
    #[error("this contact lies after today")]
    InFuture,
    /// Its day lies before the worker was on the case.
    #[error("this contact lies before {first_day}, the first day of the match")]
    BeforeMatch {
        /// First day of the match.
        first_day: Date,
    },
    /// Its day lies after the trajectory was closed.
    #[error("this contact lies after {last_day}, the last day of the trajectory")]
    AfterClose {
        /// Last day of the trajectory.
        last_day: Date,
    },
    /// More minutes than a day has, or fewer than none.
    #[error("a contact takes 0 to {max} minutes", max = Minutes::MAX)]
    Minutes,
    /// It was struck out.
    #[error("the contact was struck out")]
    StruckOut,
}

impl Explained for ContactError {
    fn remedy(&self) -> String {
        match self {
            Self::InFuture => {
                "give the day on which it took place; what is planned is a next step".to_owned()
            }
            Self::BeforeMatch { first_day } => {
                format!("give a day from {first_day} on; the worker before you writes down what was earlier")
            }
            Self::AfterClose { last_day } => format!("give a day up to {last_day}"),
            Self::Minutes => format!("give whole minutes from 0 to {}", Minutes::MAX),
            Self::StruckOut => "log a new contact".to_owned(),
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::InFuture => "IN_FUTURE",
            Self::BeforeMatch { .. } => "BEFORE_MATCH",
            Self::AfterClose { .. } => "AFTER_CLOSE",
            Self::Minutes => "MINUTES",
            Self::StruckOut => "CONTACT_STRUCK_OUT",
        }
    }
}

/// What is written down about a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its day.
    pub day: Date,
    /// How it went.
    pub outcome: ContactOutcome,
    /// Class of its time.
    pub time_class: TimeClass,
    /// Minutes it took.
    pub minutes: Minutes,
    /// The life domain it was about.
    pub domain: Option<DomainCode>,
    /// Anything to remember.
    pub note: Option<Note>,
}

impl Entry {
    /// Checks its day against today, the first day of the worker on the case, and the last day of the trajectory.
    pub fn check_day(
        &self,
        today: Date,
        first_day: Date,
        last_day: Option<Date>,
    ) -> Result<(), ContactError> {
        if today < self.day {
            return Err(ContactError::InFuture);
        }
        if self.day < first_day {
            return Err(ContactError::BeforeMatch { first_day });
        }
        match last_day {
            Some(last_day) if last_day < self.day => Err(ContactError::AfterClose { last_day }),
            _ => Ok(()),
        }
    }
}

/// A contact that was logged; each change is a version, and the earlier ones stay on file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    id: ContactId,
    trajectory: TrajectoryId,
    struck_out: bool,
    version: i64,
}

impl Contact {
    /// A contact as it stands.
    pub const fn new(id: ContactId, trajectory: TrajectoryId, struck_out: bool, version: i64) -> Self {
        Self { id, trajectory, struck_out, version }
    }

    /// Other values hold from now on.
    pub fn correct(&mut self) -> Result<(), ContactError> {
        if self.struck_out {
            return Err(ContactError::StruckOut);
        }
        self.version += 1;
        Ok(())
    }

    /// It never took place.
    pub fn strike_out(&mut self) -> Result<(), ContactError> {
        if self.struck_out {
            return Err(ContactError::StruckOut);
        }
        self.struck_out = true;
        self.version += 1;
        Ok(())
    }

    /// Contact.
    pub const fn id(&self) -> ContactId {
        self.id
    }

    /// The trajectory it belongs to.
    pub const fn trajectory(&self) -> TrajectoryId {
        self.trajectory
    }

    /// Whether it never took place.
    pub const fn is_struck_out(&self) -> bool {
        self.struck_out
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

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn entry(day: Date) -> Entry {
        Entry {
            day,
            outcome: ContactOutcome::Reached,
            time_class: TimeClass::WithParticipant,
            minutes: Minutes::new(30).unwrap(),
            domain: None,
            note: None,
        }
    }

    #[test]
    fn a_contact_lies_between_the_first_day_on_the_case_and_today() {
        let (first, today) = (date(2024, 3, 1), date(2024, 3, 10));
        for (day, last, expected) in [
            (date(2024, 2, 29), None, Err(ContactError::BeforeMatch { first_day: first })),
            (first, None, Ok(())),
            (today, None, Ok(())),
            (date(2024, 3, 11), None, Err(ContactError::InFuture)),
            (
                date(2024, 3, 8),
                Some(date(2024, 3, 7)),
                Err(ContactError::AfterClose { last_day: date(2024, 3, 7) }),
            ),
        ] {
            assert_eq!(entry(day).check_day(today, first, last), expected, "{day}");
        }
    }

    #[test]
    fn a_day_has_1440_minutes() {
        assert_eq!(Minutes::new(1440).map(Minutes::get), Ok(1440));
        assert!(Minutes::new(0).is_ok());
        for wrong in [-1, 1441, i32::MAX, i32::MIN] {
            assert_eq!(Minutes::new(wrong), Err(ContactError::Minutes));
        }
    }

    #[test]
    fn what_was_struck_out_stays_struck_out() {
        let mut contact = Contact::new(
            ContactId::from_uuid(uuid::Uuid::nil()),
            TrajectoryId::from_uuid(uuid::Uuid::nil()),
            false,
            1,
        );

        assert_eq!(contact.correct(), Ok(()));
        assert_eq!(contact.strike_out(), Ok(()));
        assert_eq!(contact.strike_out(), Err(ContactError::StruckOut));
        assert_eq!(contact.correct(), Err(ContactError::StruckOut));
        assert_eq!(contact.version(), 3);
    }
}
