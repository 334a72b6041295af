//! The open cents of a control, spread over who pays.

use chassis::money::{Amount, Money, OutOfRange};
use region::ComponentCode;
use region::programme::FundingSource;
use rust_decimal::Decimal;

use super::apportion::apportion;
use super::funding::Funding;

/// Another amount of a funding line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FundingMove {
    /// Source.
    pub source: FundingSource,
    /// What it pays now.
    pub from: Money,
    /// What it would pay.
    pub to: Money,
}

/// Funding with the difference of a component (funding minus cost) spread over its lines by what each pays in money, the cents that
/// are left by the largest remainder: staff that is brought in stays what it is. `None` when nobody pays in money, or not enough.
///
/// # Errors
/// When a sum or a product does not fit.
pub fn distribute(
    funding: &Funding,
    component: &ComponentCode,
    difference: Money,
) -> Result<Option<(Funding, Vec<FundingMove>)>, OutOfRange> {
    let weights = funding
        .of_component(component)
        .map(|line| Ok(Amount::from(line.amount.checked_sub(line.in_kind)?).euro()))
        .collect::<Result<Vec<Decimal>, OutOfRange>>()?;
    let parts = apportion(difference, &weights)?;
    if parts.is_empty() {
        return Ok(None);
    }
    let (mut changed, mut moves, mut parts) = (funding.clone(), Vec::new(), parts.into_iter());
    for line in changed.lines.iter_mut().filter(|line| line.component == *component) {
        let Some(part) = parts.next() else { continue };
        let (from, to) = (line.amount, line.amount.checked_sub(part)?);
        if to < line.in_kind {
            return Ok(None);
        }
        line.amount = to;
        moves.push(FundingMove { source: line.source, from, to });
    }
    Ok(Some((changed, moves)))
}
