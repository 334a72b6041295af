//! What municipalities contribute: adding up to the cent, and going on after a merger.

use chassis::money::{Amount, Money, OutOfRange};
use jiff::civil::Date;
use region::{Partner, PartnerCode};
use rust_decimal::Decimal;

use super::apportion::apportion;
use super::funding::Contribution;

/// The contributions as they would have to be to add up to a total: divided by what they are now, with the cents that are left
/// going to the largest remainders. Empty when there is nothing to divide by.
///
/// # Errors
/// When a product does not fit.
pub fn correct_contributions(
    contributions: &[Contribution],
    total: Money,
) -> Result<Vec<Contribution>, OutOfRange> {
    let weights: Vec<Decimal> = contributions.iter().map(|one| Amount::from(one.amount).euro()).collect();
    let amounts = apportion(total, &weights)?;
    Ok(contributions
        .iter()
        .zip(amounts)
        .map(|(one, amount)| Contribution { partner: one.partner.clone(), amount })
        .collect())
}

/// Whose duty the contributions are on a day: a body that merged is followed to the one that goes on, which owes both. Bodies stand
/// in the order in which they first occur. The contributions themselves stay the history under the old bodies.
///
/// # Errors
/// When a sum does not fit.
pub fn contributions_on(
    contributions: &[Contribution],
    partners: &[Partner],
    day: Date,
) -> Result<Vec<Contribution>, OutOfRange> {
    let mut duties: Vec<Contribution> = Vec::new();
    for one in contributions {
        let body = successor(partners, &one.partner, day);
        match duties.iter_mut().find(|duty| duty.partner == *body) {
            Some(duty) => duty.amount = duty.amount.checked_add(one.amount)?,
            None => duties.push(Contribution { partner: body.clone(), amount: one.amount }),
        }
    }
    Ok(duties)
}

/// Follows mergers up to the body that is a partner on a day; a body that is unknown or has no successor stays itself.
fn successor<'p>(partners: &'p [Partner], body: &'p PartnerCode, day: Date) -> &'p PartnerCode {
    let mut current = body;
    // Every step leads to another partner, so there are never more steps than partners.
    for _ in partners {
        let found = partners.iter().find(|partner| partner.code == *current);
        match found.and_then(|partner| partner.merged_into.as_ref().filter(|_| !partner.is_partner_on(day))) {
            Some(next) => current = next,
            None => break,
        }
    }
    current
}
