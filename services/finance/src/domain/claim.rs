//! A claim: the aggregate. Its period, its revisions, and how far each is.

use std::fmt;

use chassis::money::{Money, OutOfRange};
use jiff::Timestamp;
use jiff::civil::Date;
use region::ProgrammeCode;
use uuid::Uuid;

use super::Etag;
use super::claim_lines::{ClaimLine, ComponentTotal};
use super::contact_time::Month;
use super::ids::ClaimId;
use super::rounding::sum;

/// The period of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimKind {
    /// Three months.
    Quarter,
    /// A year.
    Year,
}

impl ClaimKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Quarter, Self::Year];

    /// The word it is stored under.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }
}

/// Months of a claim, from a first to a last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimPeriod {
    /// Quarter or year.
    pub kind: ClaimKind,
    /// First month.
    pub first: Month,
    /// Last month, included.
    pub last: Month,
}

impl ClaimPeriod {
    /// A quarter, 1 to 4, of a year; `None` when there is no such one.
    pub fn quarter(year: i16, quarter: u32) -> Option<Self> {
        let begins = i8::try_from(quarter).ok().filter(|quarter| (1..=4).contains(quarter))? * 3 - 2;
        Self::from_month(ClaimKind::Quarter, year, begins, 2)
    }

    /// A whole year; `None` outside those that days can have.
    pub fn year(year: i16) -> Option<Self> {
        Self::from_month(ClaimKind::Year, year, 1, 11)
    }

    /// A period as people say it, `2024-Q1` or `2024`; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let is_year = |year: &str| year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
        match text.split_once("-Q") {
            Some((year, quarter)) if is_year(year) && quarter.len() == 1 => {
                Self::quarter(year.parse().ok()?, quarter.parse().ok()?)
            }
            None if is_year(text) => Self::year(text.parse().ok()?),
            _ => None,
        }
    }

    fn from_month(kind: ClaimKind, year: i16, month: i8, more: usize) -> Option<Self> {
        let year = Some(year).filter(|year| (1900..=2999).contains(year))?;
        let first = Month::of(Date::new(year, month, 1).ok()?);
        let last = (0..more).fold(first, |month, _| month.next());
        Some(Self { kind, first, last })
    }

    /// Its months, in order.
    pub fn months(&self) -> impl Iterator<Item = Month> + use<> {
        let last = self.last;
        std::iter::successors(Some(self.first), |month| Some(month.next()))
            .take_while(move |month| *month <= last)
    }
}

/// How far a revision of a claim is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimState {
    /// Made, and not checked.
    Saved,
    /// Checked, ready to be submitted.
    Valid,
    /// With the funder.
    Submitted,
    /// Accepted by the funder.
    Accepted,
    /// A later revision was submitted in its place.
    Corrected,
}

impl ClaimState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Saved, Self::Valid, Self::Submitted, Self::Accepted, Self::Corrected];

    /// The word it is stored under.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Valid => "valid",
            Self::Submitted => "submitted",
            Self::Accepted => "accepted",
            Self::Corrected => "corrected",
        }
    }

    /// Whether what it holds may still change.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Saved | Self::Valid)
    }
}

impl fmt::Display for ClaimState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A claim is in another state than a step needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the claim is {0}, and this step needs another state")]
pub struct WrongState(pub ClaimState);

/// One revision of a claim, with what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Claim.
    pub id: ClaimId,
    /// Programme.
    pub programme: ProgrammeCode,
    /// Months.
    pub period: ClaimPeriod,
    /// Revision, from 1.
    pub revision: i32,
    /// How far it is.
    pub state: ClaimState,
    /// Why it corrects the one before; `None` for the first.
    pub reason: Option<String>,
    /// Lines, in order.
    pub lines: Vec<ClaimLine>,
    /// Totals of the components.
    pub totals: Vec<ComponentTotal>,
    /// When and by whom it was submitted.
    pub submitted: Option<(Timestamp, Uuid)>,
    /// Counts every change over all revisions.
    pub version: i64,
}

impl Claim {
    /// Tag of its version.
    pub const fn etag(&self) -> Etag {
        Etag::of(self.version)
    }

    /// Staff, and the flat rate on it, of all components.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn sums(&self) -> Result<(Money, Money), OutOfRange> {
        Ok((sum(self.totals.iter().map(|one| one.staff))?, sum(self.totals.iter().map(|one| one.flat_rate))?))
    }

    /// Puts other lines in place; it has to be checked again.
    ///
    /// # Errors
    /// When it was submitted.
    pub fn refresh(&mut self, lines: Vec<ClaimLine>, totals: Vec<ComponentTotal>) -> Result<(), WrongState> {
        if !self.state.is_open() {
            return Err(WrongState(self.state));
        }
        (self.lines, self.totals) = (lines, totals);
        self.go(ClaimState::Saved);
        Ok(())
    }

    /// It was checked.
    ///
    /// # Errors
    /// When it is not saved.
    pub fn validate(&mut self) -> Result<(), WrongState> {
        self.step(&[ClaimState::Saved], ClaimState::Valid)
    }

    /// It goes to the funder.
    ///
    /// # Errors
    /// When it is not valid.
    pub fn submit(&mut self, at: Timestamp, by: Uuid) -> Result<(), WrongState> {
        self.step(&[ClaimState::Valid], ClaimState::Submitted)?;
        self.submitted = Some((at, by));
        Ok(())
    }

    /// The funder accepted it.
    ///
    /// # Errors
    /// When it is not with the funder.
    pub fn accept(&mut self) -> Result<(), WrongState> {
        self.step(&[ClaimState::Submitted], ClaimState::Accepted)
    }

    /// The next revision, without content yet.
    ///
    /// # Errors
    /// When this one was not submitted, or is not the newest.
    pub fn next_revision(&self, reason: String) -> Result<Self, WrongState> {
        if !matches!(self.state, ClaimState::Submitted | ClaimState::Accepted) {
            return Err(WrongState(self.state));
        }
        Ok(Self {
            revision: self.revision + 1,
            state: ClaimState::Saved,
            reason: Some(reason),
            lines: Vec::new(),
            totals: Vec::new(),
            submitted: None,
            version: self.version + 1,
            ..self.clone()
        })
    }

    fn step(&mut self, from: &[ClaimState], to: ClaimState) -> Result<(), WrongState> {
        if !from.contains(&self.state) {
            return Err(WrongState(self.state));
        }
        self.go(to);
        Ok(())
    }

    fn go(&mut self, to: ClaimState) {
        self.state = to;
        self.version += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_has_three_months_and_a_year_twelve() {
        let shown = |period: ClaimPeriod| period.months().map(|month| month.to_string()).collect::<Vec<_>>();

        assert_eq!(shown(ClaimPeriod::quarter(2024, 4).unwrap()), ["2024-10", "2024-11", "2024-12"]);
        assert_eq!(shown(ClaimPeriod::year(2024).unwrap()).len(), 12);
        assert_eq!(ClaimPeriod::quarter(2024, 0), None);
        assert_eq!(ClaimPeriod::quarter(2024, 5), None);
        assert_eq!(ClaimPeriod::year(0), None);
    }
}
