//! Controls: funding minus cost, which must be 0.00.

use chassis::money::{Amount, Money, OutOfRange};
use region::ComponentCode;
use region::programme::FinanceModel;

use super::correction::{WayOut, ways_out};
use super::costs::Costs;
use super::funding::Funding;
use super::rate::PricedLine;
use super::staff_line::StaffLine;

/// What a control is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ControlOf {
    /// A component.
    Component(ComponentCode),
    /// All components together.
    Project,
}

impl ControlOf {
    /// Its name: the code of the component, or `project`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Component(code) => code.as_str(),
            Self::Project => "project",
        }
    }
}

/// One control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// What it is about.
    pub of: ControlOf,
    /// What it costs.
    pub cost: Money,
    /// What is paid.
    pub funding: Money,
    /// Funding minus cost.
    pub difference: Money,
    /// What rounding added to the cost.
    pub rounding_effect: Amount,
    /// What would make the difference 0.00; empty when it is, and for the project, which is mended in its components.
    pub ways_out: Vec<WayOut>,
}

impl Control {
    /// Whether it holds.
    pub fn holds(&self) -> bool {
        self.difference == Money::ZERO
    }
}

/// The control of every component of the programme, and of the project.
///
/// # Errors
/// When a sum or a product does not fit.
pub(super) fn controls(
    model: &FinanceModel,
    lines: &[StaffLine],
    priced: &[PricedLine],
    costs: &Costs,
    funding: &Funding,
) -> Result<Vec<Control>, OutOfRange> {
    let mut controls = Vec::with_capacity(model.components.len() + 1);
    for one in &costs.components {
        let paid = funding.component_total(&one.component)?;
        let difference = paid.checked_sub(one.cost.total)?;
        let ways_out = if difference == Money::ZERO {
            Vec::new()
        } else {
            ways_out(model, lines, priced, funding, &one.component, difference)?
        };
        controls.push(Control {
            of: ControlOf::Component(one.component.clone()),
            cost: one.cost.total,
            funding: paid,
            difference,
            rounding_effect: Amount::from(one.cost.total).checked_sub(one.cost.exact)?,
            ways_out,
        });
    }
    let (cost, funding) = (costs.project.total, funding.total()?);
    controls.push(Control {
        of: ControlOf::Project,
        cost,
        funding,
        difference: funding.checked_sub(cost)?,
        rounding_effect: Amount::from(cost).checked_sub(costs.project.exact)?,
        ways_out: Vec::new(),
    });
    Ok(controls)
}
