//! A budget file computed without a service, and compared with what its writer expects.

use chassis::money::{Amount, Money, OutOfRange};
use region::budget::{BudgetFile, BudgetLine, BudgetShareBasis, ExpectedTotals};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::control::ControlOf;
use super::costs::Cost;
use super::figures::{Figures, figures};
use super::funding::{Contribution, Funding, FundingLine, ShareBasis};
use super::hours::Hours;
use super::ids::LineId;
use super::municipal::correct_contributions;
use super::rate::PricedLine;
use super::rounding::rounding;
use super::staff_line::{RowKey, StaffLine, Wage};

/// What a budget file comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetCheck {
    /// Its lines, in the order of the file.
    pub lines: Vec<StaffLine>,
    /// Its funding.
    pub funding: Funding,
    /// Everything computed.
    pub figures: Figures,
    /// Where the file expects something else than what was computed.
    pub unmet: Vec<Unmet>,
    /// The contributions that would add up to what the source `local` pays, when they do not; by the largest remainder.
    pub corrected: Vec<Contribution>,
}

/// A number that the file expects and that came out otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// What it is of: `row r05`, a component, or `project`.
    pub of: String,
    /// Which number, by its key in the file.
    pub key: &'static str,
    /// What the file expects.
    pub expected: Decimal,
    /// What was computed.
    pub computed: Decimal,
}

impl Unmet {
    /// Computed minus expected.
    pub fn difference(&self) -> Decimal {
        self.computed - self.expected
    }
}

impl BudgetCheck {
    /// Whether every control is 0.00 and everything that is expected came out.
    pub fn holds(&self) -> bool {
        self.unmet.is_empty() && self.figures.open_controls().next().is_none()
    }
}

/// Computes a budget file with the arithmetic of the service.
///
/// # Errors
/// When a sum or a product does not fit: never with numbers that [`region::budget::load_budget`] takes.
pub fn check_budget(file: &BudgetFile) -> Result<BudgetCheck, OutOfRange> {
    let model = &file.finance;
    let money = |euro: Decimal| Amount::from_euro(euro).round(rounding(model));
    let lines = (1..)
        .zip(&file.staff)
        .map(|(number, line)| staff_line(number, line, money))
        .collect::<Result<Vec<_>, _>>()?;
    let funding = funding(file, money)?;
    let figures = figures(model, &lines, &funding)?;
    let mut unmet = Vec::new();
    for (line, priced) in file.staff.iter().zip(&figures.lines) {
        compare_line(line, priced, &mut unmet);
    }
    for expected in &file.expected {
        compare_totals(expected, &figures, &mut unmet);
    }
    let local = funding.source_total(region::programme::FundingSource::Local)?;
    let corrected = if funding.contributed()? == local {
        Vec::new()
    } else {
        correct_contributions(&funding.contributions, local)?
    };
    Ok(BudgetCheck { lines, funding, figures, unmet, corrected })
}

fn staff_line(
    number: u128,
    line: &BudgetLine,
    money: impl Fn(Decimal) -> Result<Money, OutOfRange>,
) -> Result<StaffLine, OutOfRange> {
    Ok(StaffLine {
        // A line of a file has no id of its own: its place stands for it.
        id: LineId::from_uuid(Uuid::from_u128(number)),
        row: RowKey::parse(&line.row).map_err(|_| OutOfRange)?,
        component: line.component.clone(),
        partner: line.partner.clone(),
        partner_kind: line.partner_kind,
        worker: None,
        wage: Wage::new(money(line.wage)?),
        hours: Hours::from_decimal(line.hours).ok_or(OutOfRange)?,
    })
}

fn funding(
    file: &BudgetFile,
    money: impl Fn(Decimal) -> Result<Money, OutOfRange>,
) -> Result<Funding, OutOfRange> {
    let lines = file
        .funding
        .iter()
        .map(|line| {
            Ok(FundingLine {
                component: line.component.clone(),
                source: line.source,
                amount: money(line.amount)?,
                in_kind: money(line.in_kind)?,
                stated: line.stated.map(&money).transpose()?,
                basis: line.basis.map(|basis| match basis {
                    BudgetShareBasis::Cost => ShareBasis::Cost,
                    BudgetShareBasis::YearlyMaximum => ShareBasis::YearlyMaximum,
                    BudgetShareBasis::Agreed => ShareBasis::Agreed,
                }),
            })
        })
        .collect::<Result<_, OutOfRange>>()?;
    let contributions = file
        .contributions
        .iter()
        .map(|one| Ok(Contribution { partner: one.partner.clone(), amount: money(one.amount)? }))
        .collect::<Result<_, OutOfRange>>()?;
    Ok(Funding { lines, contributions })
}

fn compare(
    of: &str,
    key: &'static str,
    expected: Option<Decimal>,
    computed: Decimal,
    unmet: &mut Vec<Unmet>,
) {
    if let Some(expected) = expected.filter(|expected| *expected != computed) {
        unmet.push(Unmet { of: of.to_owned(), key, expected, computed });
    }
}

fn compare_line(line: &BudgetLine, priced: &PricedLine, unmet: &mut Vec<Unmet>) {
    let of = format!("row {}", line.row);
    compare(&of, "rate", line.rate, Amount::from(priced.rate).euro(), unmet);
    compare(&of, "cost", line.cost, Amount::from(priced.cost).euro(), unmet);
}

fn compare_totals(expected: &ExpectedTotals, figures: &Figures, unmet: &mut Vec<Unmet>) {
    let of = expected.component.clone().map_or(ControlOf::Project, ControlOf::Component);
    let cost: Option<&Cost> = match &of {
        ControlOf::Component(code) => figures.costs.component(code),
        ControlOf::Project => Some(&figures.costs.project),
    };
    let control = figures.controls.iter().find(|control| control.of == of);
    // The file was read with its components: both are there.
    let (Some(cost), Some(control)) = (cost, control) else { return };
    let euro = |money: Money| Amount::from(money).euro();
    let name = of.as_str();
    compare(name, "hours", expected.hours, cost.hours.decimal(), unmet);
    compare(name, "staff", expected.staff, euro(cost.staff), unmet);
    compare(name, "flat_rate", expected.flat_rate, euro(cost.flat_rate), unmet);
    compare(name, "total", expected.total, euro(cost.total), unmet);
    compare(name, "funding", expected.funding, euro(control.funding), unmet);
}
