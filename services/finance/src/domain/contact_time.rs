//! Time that trajectory's contacts suggest: who, for whom, on which day, in which class, how long.

use std::fmt;
use std::str::FromStr;

use chassis::id::{OrganisationId, WorkerId};
use jiff::civil::Date;
use region::Explained;

use super::ids::{ContactId, TrajectoryId};

/// The two classes of time of the 60/40 rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeClass {
    /// With the participant (60 %).
    WithParticipant,
    /// Consultation and preparation (40 %).
    AroundParticipant,
}

impl TimeClass {
    /// Both.
    pub const ALL: [Self; 2] = [Self::WithParticipant, Self::AroundParticipant];

    /// The word it is stored under.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WithParticipant => "with_participant",
            Self::AroundParticipant => "around_participant",
        }
    }
}

/// The time of one contact. Tried contacts take time as well, so how it went is not asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactTime {
    /// Contact.
    pub contact: ContactId,
    /// Trajectory whose history tells of it.
    pub trajectory: TrajectoryId,
    /// Who had it.
    pub worker: WorkerId,
    /// Organisation the worker acted for.
    pub organisation: OrganisationId,
    /// Code of the programme.
    pub programme: String,
    /// Day.
    pub day: Date,
    /// Class of the time.
    pub class: TimeClass,
    /// Minutes, 0 to 1,440.
    pub minutes: u32,
}

/// A month of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(Date);

/// A text that is no month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a month")]
pub struct MonthError;

impl Explained for MonthError {
    fn remedy(&self) -> String {
        "write year and month, such as `2024-03`".to_owned()
    }

    fn reason(&self) -> &'static str {
        "MONTH_SHAPE"
    }
}

impl Month {
    /// The month of a day.
    pub fn of(day: Date) -> Self {
        Self(day.first_of_month())
    }

    /// Its first day.
    pub const fn first_day(self) -> Date {
        self.0
    }

    /// Its last day.
    pub fn last_day(self) -> Date {
        self.0.last_of_month()
    }

    /// The month after it; itself at the end of the calendar.
    #[must_use]
    pub fn next(self) -> Self {
        self.last_day().tomorrow().map_or(self, Self)
    }

    /// Its year.
    pub fn year(self) -> i16 {
        self.0.year()
    }
}

impl FromStr for Month {
    type Err = MonthError;

    fn from_str(text: &str) -> Result<Self, MonthError> {
        let has_shape = text.len() == 7 && text.as_bytes().get(4) == Some(&b'-');
        let day: Date = format!("{text}-01").parse().map_err(|_| MonthError)?;
        // Years that days and pages of lists can hold.
        if has_shape && (1900..=2999).contains(&day.year()) { Ok(Self(day)) } else { Err(MonthError) }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_a_year_and_a_month() {
        assert_eq!("2024-03".parse::<Month>().unwrap().to_string(), "2024-03");
        for bad in ["", "2024", "2024-13", "2024-3", "03-2024", "2024-03-01", "0024-03", "maart", "9999-01"] {
            assert_eq!(bad.parse::<Month>(), Err(MonthError), "{bad}");
        }
    }
}
