//! A difference of a budget is accepted with a reason, or that is taken back.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::error::Violation;
use region::Region;

use super::get_budget::BudgetView;
use super::step;
use crate::domain::{Acceptance, BudgetId, Figures, Money, Subject, figures, parse_acceptance_reason};
use crate::error::Error;
use crate::fields::Fields;
use crate::storage::acceptances;

/// Which difference, as it was typed.
#[derive(Debug, Clone)]
pub struct SubjectInput {
    /// Control, or nothing.
    pub control: String,
    /// Code of a finding, or nothing.
    pub finding: String,
    /// Component of the finding.
    pub component: String,
    /// Source of the finding.
    pub source: String,
}

impl SubjectInput {
    fn subject(&self) -> Result<Subject, Violation> {
        match (self.control.is_empty(), self.finding.is_empty()) {
            (false, true) => Ok(Subject::control(&self.control)),
            (true, false) => Ok(Subject::finding(&self.finding, &self.component, &self.source)),
            (true, true) | (false, false) => {
                let message = "either a control or a finding is meant";
                let remedy = "name the control, such as `operation`, or the code of the finding with its component and source";
                Err(Violation::new("subject", "REQUIRED", message, remedy))
            }
        }
    }

    /// The difference with its amount, which is not 0.
    fn open(&self, figures: &Figures) -> Result<(Subject, Money), Violation> {
        let subject = self.subject()?;
        match subject.amount(figures) {
            Some(Money::ZERO) => {
                let remedy = "accept only what is not 0";
                Err(Violation::new("subject.control", "CONTROL_HOLDS", "the control is 0", remedy))
            }
            Some(amount) => Ok((subject, amount)),
            None if self.finding.is_empty() => {
                let remedy = "name a component of the programme, or `project`";
                Err(Violation::new("subject.control", "UNKNOWN_CONTROL", "there is no such control", remedy))
            }
            None => {
                let remedy =
                    "read the budget again and name one of its findings with its component and source";
                Err(Violation::new("subject.finding", "UNKNOWN_FINDING", "there is no such finding", remedy))
            }
        }
    }
}

/// Accepts a difference.
#[derive(Debug, Clone)]
pub struct AcceptDifference {
    /// The region.
    pub region: Arc<Region>,
    /// Which budget.
    pub budget: BudgetId,
    /// Which difference.
    pub subject: SubjectInput,
    /// Why, as it was typed.
    pub reason: String,
}

impl Command for AcceptDifference {
    const NAME: &'static str = "accept_difference";
    type Outcome = BudgetView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<BudgetView, Error> {
        let mut budget = step::begin(work, self.budget).await?;
        let model = step::rules(&self.region, &budget)?;
        let figures = figures(model, budget.lines(), budget.funding())?;
        let (at, by) = (work.now(), step::worker(work)?);
        let mut fields = Fields::default();
        let open = fields.accept(self.subject.open(&figures));
        let reason = fields.take("reason", parse_acceptance_reason(&self.reason));
        let acceptance = fields.finish(open.zip(reason).map(|((subject, amount), reason)| Acceptance {
            subject,
            amount,
            reason,
            at,
            by,
        }))?;
        budget.accept(acceptance.clone())?;

        let id = work.ids().uuid();
        acceptances::withdraw(work.connection(), budget.id(), &acceptance.subject, at, by).await?;
        acceptances::add(work.connection(), id, budget.id(), &acceptance).await?;
        step::finish(work, &self.region, budget, at, by).await
    }
}

/// Takes an acceptance back.
#[derive(Debug, Clone)]
pub struct WithdrawAcceptance {
    /// The region.
    pub region: Arc<Region>,
    /// Which budget.
    pub budget: BudgetId,
    /// Which difference.
    pub subject: SubjectInput,
}

impl Command for WithdrawAcceptance {
    const NAME: &'static str = "withdraw_acceptance";
    type Outcome = BudgetView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<BudgetView, Error> {
        let mut budget = step::begin(work, self.budget).await?;
        let (at, by) = (work.now(), step::worker(work)?);
        let mut fields = Fields::default();
        let subject = fields.accept(self.subject.subject());
        let subject = fields.finish(subject)?;
        budget.withdraw(&subject)?;

        acceptances::withdraw(work.connection(), budget.id(), &subject, at, by).await?;
        step::finish(work, &self.region, budget, at, by).await
    }
}
