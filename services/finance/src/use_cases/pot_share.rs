//! What an approval gives to the pot of the year.

use chassis::database::Work;

use crate::domain::{Budget, FlatRateShares, Money};
use crate::error::Error;
use crate::refusal::Refusal;
use crate::storage::pot;

/// Writes what each organisation gives by a budget that is being approved. From then on this budget holds for the pot of its year, so
/// one that gives less than decisions hold is refused.
pub(super) async fn contribute(
    work: &mut Work,
    budget: &Budget,
    shares: Option<&FlatRateShares>,
) -> Result<(), Error> {
    let programme = budget.programme().as_str();
    pot::hold(work.connection(), programme, budget.year()).await?;
    let held = pot::sums(work.connection(), programme, budget.year()).await?.held()?;
    if held > shares.map_or(Money::ZERO, |shares| shares.shared) {
        return Err(Refusal::pot_overdrawn(held).into());
    }
    match shares {
        Some(shares) => pot::contribute(work.connection(), budget, shares).await,
        None => Ok(()),
    }
}
