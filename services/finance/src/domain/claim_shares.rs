//! What each funder pays of a claim, by the shares of the programme.

use chassis::money::{Amount, Money, OutOfRange};
use region::ComponentCode;
use region::programme::{FinanceModel, FundingSource};
use rust_decimal::Decimal;

use super::apportion::apportion;
use super::claim_lines::ComponentTotal;
use super::rounding::percent_of;

/// What one source pays of a component of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimShare {
    /// Component.
    pub component: ComponentCode,
    /// Who pays.
    pub source: FundingSource,
    /// Its share, in percent of the component.
    pub percent: Decimal,
    /// How much, in whole cents; the amounts of a component are its total.
    pub amount: Money,
    /// The share before it was divided into cents.
    pub exact: Amount,
    /// Whether the programme names this source as the one that takes what rounding leaves.
    pub is_balancing: bool,
}

/// Divides every component of a claim over its funders: to the cent, by the largest remainder. A component that the programme does not
/// know, because its file changed, has none.
///
/// # Errors
/// When a product does not fit.
pub fn claim_shares(model: &FinanceModel, totals: &[ComponentTotal]) -> Result<Vec<ClaimShare>, OutOfRange> {
    let mut shares = Vec::new();
    for total in totals {
        let Some(component) = model.components.iter().find(|one| one.code == total.component) else {
            continue;
        };
        let whole = total.staff.checked_add(total.flat_rate)?;
        let weights: Vec<Decimal> = component.funding.iter().map(|share| share.percent).collect();
        for (share, amount) in component.funding.iter().zip(apportion(whole, &weights)?) {
            shares.push(ClaimShare {
                component: component.code.clone(),
                source: share.source,
                percent: share.percent,
                amount,
                exact: percent_of(whole, share.percent)?,
                is_balancing: share.balancing,
            });
        }
    }
    Ok(shares)
}
