//! What a budget costs: per component and in all.

use chassis::money::{Amount, Money, OutOfRange};
use region::ComponentCode;
use region::programme::FinanceModel;
use rust_decimal::Decimal;

use super::flat_rate::flat_rate;
use super::hours::Hours;
use super::rate::PricedLine;
use super::rounding::sum;
use super::staff_line::StaffLine;

/// A sum of lines with the flat rate on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Hours of all lines.
    pub hours: Hours,
    /// Sum of the rounded costs of the lines.
    pub staff: Money,
    /// Flat rate.
    pub flat_rate: Money,
    /// Both together.
    pub total: Money,
    /// What the total would be if nothing were rounded.
    pub exact: Amount,
}

/// The cost of a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentCost {
    /// Which.
    pub component: ComponentCode,
    /// What it costs.
    pub cost: Cost,
}

/// The cost of a budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Costs {
    /// Every component of the programme, in its order, also those without lines.
    pub components: Vec<ComponentCost>,
    /// All of them together: the sum of the components in every part, whatever the level of rounding.
    pub project: Cost,
}

impl Costs {
    /// The cost of a component of the programme.
    pub fn component(&self, code: &ComponentCode) -> Option<&Cost> {
        self.components.iter().find(|one| one.component == *code).map(|one| &one.cost)
    }
}

/// Adds up priced lines; `priced` goes with `lines` one by one.
///
/// # Errors
/// When a sum or a product does not fit.
pub fn costs(model: &FinanceModel, lines: &[StaffLine], priced: &[PricedLine]) -> Result<Costs, OutOfRange> {
    let by_component = line_costs(model, lines, priced);
    let flat_rates = flat_rate(model, &by_component)?;
    let mut components = Vec::with_capacity(model.components.len());
    for (component, flat_rate) in model.components.iter().zip(flat_rates) {
        let of_component = lines.iter().zip(priced).filter(|(line, _)| line.component == component.code);
        components.push(ComponentCost {
            component: component.code.clone(),
            cost: add_up(model, of_component, flat_rate)?,
        });
    }
    let project = project(&components)?;
    Ok(Costs { components, project })
}

/// The costs of the lines of every component of the programme, in its order.
pub(super) fn line_costs(
    model: &FinanceModel,
    lines: &[StaffLine],
    priced: &[PricedLine],
) -> Vec<Vec<Money>> {
    let of = |component: &ComponentCode| {
        lines
            .iter()
            .zip(priced)
            .filter(|(line, _)| line.component == *component)
            .map(|(_, priced)| priced.cost)
            .collect()
    };
    model.components.iter().map(|component| of(&component.code)).collect()
}

fn add_up<'a>(
    model: &FinanceModel,
    lines: impl Iterator<Item = (&'a StaffLine, &'a PricedLine)>,
    flat_rate: Money,
) -> Result<Cost, OutOfRange> {
    let (mut hours, mut staff, mut exact) = (Hours::ZERO, Money::ZERO, Amount::from(Money::ZERO));
    for (line, priced) in lines {
        hours = hours.checked_add(line.hours)?;
        staff = staff.checked_add(priced.cost)?;
        exact = exact.checked_add(priced.exact)?;
    }
    let on_top = model.flat_rate.percent.checked_mul(Decimal::new(1, 2)).ok_or(OutOfRange)?;
    let exact = exact.checked_add(exact.checked_mul(on_top)?)?;
    Ok(Cost { hours, staff, flat_rate, total: staff.checked_add(flat_rate)?, exact })
}

fn project(components: &[ComponentCost]) -> Result<Cost, OutOfRange> {
    let mut hours = Hours::ZERO;
    let mut exact = Amount::from(Money::ZERO);
    for one in components {
        hours = hours.checked_add(one.cost.hours)?;
        exact = exact.checked_add(one.cost.exact)?;
    }
    let staff = sum(components.iter().map(|one| one.cost.staff))?;
    let flat_rate = sum(components.iter().map(|one| one.cost.flat_rate))?;
    Ok(Cost { hours, staff, flat_rate, total: staff.checked_add(flat_rate)?, exact })
}
