//! Hours are sought with which a total comes out. Nothing is written.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::error::Violation;
use region::{PartnerCode, Region};

use super::get_budget::read_budget;
use super::line_input::{component, refuse};
use super::step;
use crate::domain::{
    Budget, BudgetId, Etag, FinanceModel, HoursSeek, LineId, Money, Moving, Proportion, SeekTarget, Sought,
    hourly_rate, parse_amount, parse_positive_weight, seek_hours,
};
use crate::error::Error;
use crate::fields::Fields;

/// What kind of thing is to come to a total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetKind {
    /// A line.
    Line,
    /// A component.
    Component,
    /// The staff of an organisation.
    Partner,
    /// Everything.
    Project,
}

/// A line that may move, as it was typed.
#[derive(Debug, Clone)]
pub struct SeekLineInput {
    /// Line.
    pub line: String,
    /// Weight, or nothing.
    pub weight: String,
}

/// Seeks hours.
#[derive(Debug, Clone)]
pub struct SeekHours {
    /// The region.
    pub region: Arc<Region>,
    /// Which budget.
    pub budget: BudgetId,
    /// What kind of thing is to come out.
    pub target: TargetKind,
    /// Which of them.
    pub of: String,
    /// To what.
    pub total: String,
    /// The lines that may move.
    pub lines: Vec<SeekLineInput>,
    /// What of them is in proportion.
    pub proportion: Proportion,
}

/// What was found, and on which version of the budget.
#[derive(Debug, Clone)]
pub struct SoughtHours {
    /// Tag of the budget.
    pub etag: Etag,
    /// Decimals of hours in the programme.
    pub hour_decimals: u32,
    /// What was found.
    pub sought: Sought,
}

impl Command for SeekHours {
    const NAME: &'static str = "seek_hours";
    type Outcome = SoughtHours;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<SoughtHours, Error> {
        let budget = read_budget(work, self.budget).await?;
        let model = step::rules(&self.region, &budget)?;
        let (target, total, moving) = self.check(model, &budget)?;
        let (lines, proportion) = (budget.lines(), self.proportion);
        let sought = seek_hours(&HoursSeek { model, lines, target, total, moving, proportion })?;
        Ok(SoughtHours { etag: budget.etag(), hour_decimals: model.hour_decimals, sought })
    }
}

impl SeekHours {
    /// The question, or every violation of it.
    fn check(
        &self,
        model: &FinanceModel,
        budget: &Budget,
    ) -> Result<(SeekTarget, Money, Vec<Moving>), Error> {
        let mut fields = Fields::default();
        let target = fields.accept(self.target(model, budget));
        let total = fields.take("total_euro", parse_amount(&self.total));
        if self.lines.is_empty() {
            let remedy = "name at least one line whose hours may change";
            fields.add(Violation::new("lines", "REQUIRED", "no line is given", remedy));
        }
        let mut moving: Vec<Moving> = Vec::new();
        for (place, line) in self.lines.iter().enumerate() {
            let field = |name: &str| format!("lines[{place}].{name}");
            let weight = if line.weight.is_empty() {
                Some(None)
            } else {
                fields.take(field("weight"), parse_positive_weight(&line.weight)).map(Some)
            };
            let found = fields.accept(find(model, budget, target.as_ref(), field("line_id"), &line.line));
            let Some((line, weight)) = found.zip(weight) else { continue };
            if moving.iter().any(|other| other.line == line) {
                let remedy = "name each line once";
                fields.add(Violation::new(
                    field("line_id"),
                    "REPEATED",
                    "this line is in the list twice",
                    remedy,
                ));
            }
            moving.push(Moving { line, weight });
        }
        fields.finish((|| Some((target?, total?, moving)))())
    }

    fn target(&self, model: &FinanceModel, budget: &Budget) -> Result<SeekTarget, Violation> {
        match self.target {
            TargetKind::Line => line(budget, "of".to_owned(), &self.of).map(SeekTarget::Line),
            TargetKind::Component => component(model, "of", &self.of).map(SeekTarget::Component),
            TargetKind::Partner => {
                let has_staff = |code: &PartnerCode| budget.lines().iter().any(|line| line.partner == *code);
                PartnerCode::parse(&self.of).ok().filter(has_staff).map(SeekTarget::Partner).ok_or_else(
                    || {
                        let remedy = "name a partner that has lines in this budget".to_owned();
                        refuse(
                            "of",
                            &self.of,
                            "UNKNOWN_PARTNER",
                            "the budget has no staff of such a partner",
                            remedy,
                        )
                    },
                )
            }
            TargetKind::Project => Ok(SeekTarget::Project),
        }
    }
}

/// A line of the budget.
fn line(budget: &Budget, field: String, text: &str) -> Result<LineId, Violation> {
    let found = text.parse::<LineId>().ok().filter(|id| budget.line(*id).is_some());
    found.ok_or_else(|| {
        let remedy = "read the budget again and name one of its lines by its id".to_owned();
        refuse(field, text, "UNKNOWN_LINE", "the budget has no such line", remedy)
    })
}

/// A line that can move the target.
fn find(
    model: &FinanceModel,
    budget: &Budget,
    target: Option<&SeekTarget>,
    field: String,
    text: &str,
) -> Result<LineId, Violation> {
    let id = line(budget, field.clone(), text)?;
    let Some(line) = budget.line(id) else { return Ok(id) };
    let is_part = match target {
        None | Some(SeekTarget::Project) => true,
        Some(SeekTarget::Line(of)) => *of == id,
        Some(SeekTarget::Component(of)) => line.component == *of,
        Some(SeekTarget::Partner(of)) => line.partner == *of,
    };
    if !is_part {
        let remedy = "name lines of what is sought, or seek the total of something that they are part of";
        let message = "the line is no part of what is sought";
        return Err(Violation::new(field, "LINE_OUTSIDE_TARGET", message, remedy));
    }
    if hourly_rate(model, line.wage.expose()).is_ok_and(|rate| rate == Money::ZERO) {
        let remedy = "correct the wage of the line, or let another line move";
        return Err(Violation::new(field, "RATE_ZERO", "an hour of this line costs nothing", remedy));
    }
    Ok(id)
}
