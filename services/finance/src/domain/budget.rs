//! A budget: the aggregate. What may be changed when, and when it is approved.

use chassis::money::Money;
use jiff::Timestamp;
use jiff::civil::Date;
use region::programme::{FinanceModel, Programme};
use region::{ContentHash, ProgrammeCode};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::Etag;
use super::acceptance::{Acceptance, Subject};
use super::figures::Figures;
use super::funding::Funding;
use super::ids::{BudgetId, LineId};
use super::staff_line::{RowKey, StaffLine};
use super::text::BudgetName;

/// Most lines of staff in a budget.
pub const MOST_LINES: usize = 500;

/// Whether a budget may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BudgetState {
    /// Being written.
    Draft,
    /// Closed: nothing changes any more.
    Approved,
}

impl BudgetState {
    /// Every state.
    pub const ALL: [Self; 2] = [Self::Draft, Self::Approved];

    /// The word it is stored under.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Approved => "approved",
        }
    }
}

/// Why a budget refuses a step.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BudgetError {
    /// It was approved.
    #[error("the budget was approved and does not change any more")]
    Approved,
    /// Another line has this key.
    #[error("another line of the budget has this key")]
    DuplicateRow,
    /// The lines of one person are more than the person can declare.
    #[error("the lines of this person are more than {cap} hours together")]
    WorkerOverCap {
        /// Most hours of one person in a year.
        cap: u32,
    },
    /// No more lines.
    #[error("a budget has at most {MOST_LINES} lines")]
    TooManyLines,
    /// It has no such line.
    #[error("the budget has no such line")]
    LineNotFound,
    /// Nobody accepted this difference.
    #[error("the budget has no such acceptance")]
    NotAccepted,
    /// It has no line at all.
    #[error("the budget has no line of staff")]
    Empty,
    /// Funding is not cost.
    #[error("the funding of the budget is not its cost")]
    ControlsOpen(Vec<(String, Money)>),
}

/// How a budget stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// State.
    pub state: BudgetState,
    /// Counts every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When and by whom it was approved.
    pub approved: Option<(Timestamp, Uuid)>,
}

/// A budget of a programme for a year, under the rules of one programme file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    id: BudgetId,
    programme: ProgrammeCode,
    rules: (u32, ContentHash),
    year: i16,
    name: BudgetName,
    standing: Standing,
    lines: Vec<StaffLine>,
    funding: Funding,
    acceptances: Vec<Acceptance>,
}

impl Budget {
    /// An empty draft.
    pub fn draft(id: BudgetId, programme: &Programme, year: i16, name: BudgetName, at: Timestamp) -> Self {
        let standing = Standing { state: BudgetState::Draft, version: 1, created_at: at, approved: None };
        let rules = (programme.version.number, programme.version.hash.clone());
        Self {
            id,
            programme: programme.code.clone(),
            rules,
            year,
            name,
            standing,
            lines: Vec::new(),
            funding: Funding::default(),
            acceptances: Vec::new(),
        }
    }

    /// A budget as it is stored; lines in any order.
    #[expect(clippy::too_many_arguments, reason = "the columns of a row, once")]
    pub fn stored(
        id: BudgetId,
        programme: ProgrammeCode,
        rules: (u32, ContentHash),
        year: i16,
        name: BudgetName,
        standing: Standing,
        mut lines: Vec<StaffLine>,
        funding: Funding,
    ) -> Self {
        lines.sort_by(|one, other| one.row.cmp(&other.row));
        Self { id, programme, rules, year, name, standing, lines, funding, acceptances: Vec::new() }
    }

    /// With the acceptances that were stored with it.
    #[must_use]
    pub fn with_acceptances(self, acceptances: Vec<Acceptance>) -> Self {
        Self { acceptances, ..self }
    }

    /// Differences that somebody accepted; also those that lapsed since.
    pub fn acceptances(&self) -> &[Acceptance] {
        &self.acceptances
    }

    /// Whether a programme runs in a year, and has a budget for it. One without first and last day runs for ever, within what
    /// a year is here.
    pub fn is_in_term(programme: &Programme, model: &FinanceModel, year: i16) -> bool {
        let first = programme.starts_on.map(Date::year);
        let last = programme.ends_on.map(Date::year);
        let paid_years = i16::try_from(model.years).unwrap_or(i16::MAX);
        (1900..=2999).contains(&year)
            && first.is_none_or(|first| first <= year)
            && last.is_none_or(|last| year <= last)
            && first.is_none_or(|first| i32::from(year) < i32::from(first) + i32::from(paid_years))
    }

    /// Budget.
    pub const fn id(&self) -> BudgetId {
        self.id
    }

    /// Programme.
    pub const fn programme(&self) -> &ProgrammeCode {
        &self.programme
    }

    /// Number and hash of the programme file whose rules hold for it.
    pub const fn rules(&self) -> &(u32, ContentHash) {
        &self.rules
    }

    /// Year.
    pub const fn year(&self) -> i16 {
        self.year
    }

    /// Name.
    pub const fn name(&self) -> &BudgetName {
        &self.name
    }

    /// How it stands.
    pub const fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Lines of staff, in the order of their keys.
    pub fn lines(&self) -> &[StaffLine] {
        &self.lines
    }

    /// Who pays.
    pub const fn funding(&self) -> &Funding {
        &self.funding
    }

    /// Tag of its version.
    pub const fn etag(&self) -> Etag {
        Etag::of(self.standing.version)
    }

    /// Adds a line, or puts another in place of the one with the same id.
    ///
    /// # Errors
    /// An approved budget, a key that another line has, a person over the yearly cap, too many lines.
    pub fn put_line(&mut self, model: &FinanceModel, line: StaffLine) -> Result<(), BudgetError> {
        self.check_draft()?;
        let others = || self.lines.iter().filter(|other| other.id != line.id);
        if others().any(|other| other.row == line.row) {
            return Err(BudgetError::DuplicateRow);
        }
        if others().count() >= MOST_LINES {
            return Err(BudgetError::TooManyLines);
        }
        let hours: Decimal = others()
            .filter(|other| line.worker.is_some() && other.worker == line.worker)
            .chain(std::iter::once(&line))
            .map(|one| one.hours.decimal())
            .sum();
        if hours > Decimal::from(model.yearly_hours_max) {
            return Err(BudgetError::WorkerOverCap { cap: model.yearly_hours_max });
        }
        self.lines.retain(|other| other.id != line.id);
        let place = self.lines.partition_point(|other| other.row < line.row);
        self.lines.insert(place, line);
        self.changed();
        Ok(())
    }

    /// Adds lines, or puts them in place of those with the same ids: all of them as one change, or none.
    ///
    /// # Errors
    /// As [`put_line`](Self::put_line), with the line that is refused.
    pub fn put_lines(
        &mut self,
        model: &FinanceModel,
        lines: Vec<StaffLine>,
    ) -> Result<(), (LineId, BudgetError)> {
        let mut after = self.clone();
        // Those that change are judged by what they become, never by what stands beside them meanwhile.
        after.lines.retain(|old| !lines.iter().any(|line| line.id == old.id));
        for line in lines {
            let id = line.id;
            after.put_line(model, line).map_err(|error| (id, error))?;
        }
        after.standing.version = self.standing.version + 1;
        *self = after;
        Ok(())
    }

    /// Finds a line by its id.
    pub fn line(&self, id: LineId) -> Option<&StaffLine> {
        self.lines.iter().find(|line| line.id == id)
    }

    /// Finds a line by its key.
    pub fn line_with_key(&self, row: &RowKey) -> Option<&StaffLine> {
        self.lines.iter().find(|line| line.row == *row)
    }

    /// Removes a line.
    ///
    /// # Errors
    /// An approved budget, no such line.
    pub fn remove_line(&mut self, id: LineId) -> Result<(), BudgetError> {
        self.check_draft()?;
        let before = self.lines.len();
        self.lines.retain(|line| line.id != id);
        if self.lines.len() == before {
            return Err(BudgetError::LineNotFound);
        }
        self.changed();
        Ok(())
    }

    /// Puts other funding in place of what was there.
    ///
    /// # Errors
    /// An approved budget.
    pub fn put_funding(&mut self, funding: Funding) -> Result<(), BudgetError> {
        self.check_draft()?;
        self.funding = funding;
        self.changed();
        Ok(())
    }

    /// Accepts a difference at exactly its amount, in place of an earlier acceptance of the same.
    ///
    /// # Errors
    /// An approved budget.
    pub fn accept(&mut self, acceptance: Acceptance) -> Result<(), BudgetError> {
        self.check_draft()?;
        self.acceptances.retain(|other| other.subject != acceptance.subject);
        self.acceptances.push(acceptance);
        self.changed();
        Ok(())
    }

    /// Withdraws an acceptance.
    ///
    /// # Errors
    /// An approved budget, no such acceptance.
    pub fn withdraw(&mut self, subject: &Subject) -> Result<(), BudgetError> {
        self.check_draft()?;
        let before = self.acceptances.len();
        self.acceptances.retain(|other| other.subject != *subject);
        if self.acceptances.len() == before {
            return Err(BudgetError::NotAccepted);
        }
        self.changed();
        Ok(())
    }

    fn accepts(&self, of: &str, difference: Money) -> bool {
        let subject = Subject::control(of);
        self.acceptances.iter().any(|one| one.subject == subject && one.amount == difference)
    }

    /// Approves: nothing changes any more. A control may be open at exactly the amount at which it was accepted.
    ///
    /// # Errors
    /// A second approval, no line, or a control of these figures that is neither 0.00 nor accepted.
    pub fn approve(&mut self, figures: &Figures, at: Timestamp, by: Uuid) -> Result<(), BudgetError> {
        self.check_draft()?;
        if self.lines.is_empty() {
            return Err(BudgetError::Empty);
        }
        let open: Vec<_> = figures
            .open_controls()
            .filter(|control| !self.accepts(control.of.as_str(), control.difference))
            .map(|control| (control.of.as_str().to_owned(), control.difference))
            .collect();
        if !open.is_empty() {
            return Err(BudgetError::ControlsOpen(open));
        }
        self.standing.state = BudgetState::Approved;
        self.standing.approved = Some((at, by));
        self.changed();
        Ok(())
    }

    fn check_draft(&self) -> Result<(), BudgetError> {
        match self.standing.state {
            BudgetState::Draft => Ok(()),
            BudgetState::Approved => Err(BudgetError::Approved),
        }
    }

    fn changed(&mut self) {
        self.standing.version += 1;
    }
}
