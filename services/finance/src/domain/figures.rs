//! Everything a budget comes to, at once.

use chassis::money::{Money, OutOfRange};
use region::ClosedSet as _;
use region::programme::{FinanceModel, RoundingLevel};

use super::control::{Control, controls};
use super::costs::{Costs, costs, line_costs};
use super::finding::{Finding, findings};
use super::flat_rate::flat_rate_at;
use super::flat_rate_split::{FlatRateShares, split_flat_rate};
use super::funding::Funding;
use super::rate::{PricedLine, price};
use super::rounding::sum;
use super::staff_line::StaffLine;

/// What a budget comes to under the rules of its programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Rate and cost of every line, in the order of the lines.
    pub lines: Vec<PricedLine>,
    /// Costs.
    pub costs: Costs,
    /// The flat rate of the project as it would be at each level of rounding, beside the one that holds.
    pub flat_rate_levels: Vec<(RoundingLevel, Money)>,
    /// The division of the flat rate; `None` when the programme does not divide it.
    pub shares: Option<FlatRateShares>,
    /// Controls: every component, then the project.
    pub controls: Vec<Control>,
    /// What an officer must be shown.
    pub findings: Vec<Finding>,
}

impl Figures {
    /// The controls that are not 0.00.
    pub fn open_controls(&self) -> impl Iterator<Item = &Control> {
        self.controls.iter().filter(|control| !control.holds())
    }
}

/// Computes everything. The same lines, funding and model always give the same.
///
/// # Errors
/// When a sum or a product does not fit: never with amounts, hours and numbers of lines that the service takes.
pub fn figures(model: &FinanceModel, lines: &[StaffLine], funding: &Funding) -> Result<Figures, OutOfRange> {
    let priced = lines
        .iter()
        .map(|line| price(model, line.wage.expose(), line.hours))
        .collect::<Result<Vec<_>, _>>()?;
    let costs = costs(model, lines, &priced)?;
    let by_component = line_costs(model, lines, &priced);
    let flat_rate_levels = RoundingLevel::ALL
        .iter()
        .map(|level| Ok((*level, sum(flat_rate_at(*level, model, &by_component)?)?)))
        .collect::<Result<Vec<_>, OutOfRange>>()?;
    let shares = split_flat_rate(model, lines, &priced)?;
    let controls = controls(model, lines, &priced, &costs, funding)?;
    let findings = findings(model, lines, &priced, &costs, &flat_rate_levels, funding)?;
    Ok(Figures { lines: priced, costs, flat_rate_levels, shares, controls, findings })
}
