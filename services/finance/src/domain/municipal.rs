//! What municipalities contribute: adding up to the cent, and going on after a merger.

use chassis::money::{Amount, Money, OutOfRange};
use jiff::civil::Date;
use region::programme::AllocationKey;
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

/// What a key divides of a total, in the order of the key, with the cents that are left going to the largest remainders.
///
/// # Errors
/// When a product does not fit.
pub fn divide_by_key(key: &AllocationKey, total: Money) -> Result<Vec<Contribution>, OutOfRange> {
    let weights: Vec<Decimal> = key.shares.iter().map(|share| share.weight).collect();
    let amounts = apportion(total, &weights)?;
    Ok(key
        .shares
        .iter()
        .zip(amounts)
        .map(|(share, amount)| Contribution { partner: share.partner.clone(), amount })
        .collect())
}

/// What one body contributes, beside what a key divides to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyContribution {
    /// The body.
    pub partner: PartnerCode,
    /// What was entered for it.
    pub entered: Money,
    /// What the key divides to it.
    pub by_key: Money,
    /// Bodies that its amounts come from, when these are others or more than itself.
    pub merged_from: Vec<PartnerCode>,
}

/// Puts what was entered beside what a key divides, body by body: what was entered under the bodies of one day (under those that it
/// was entered for when there is none), what the key divides under those of another.
///
/// # Errors
/// When a sum does not fit.
pub fn by_body(
    entered: (&[Contribution], Option<Date>),
    by_key: (&[Contribution], Date),
    partners: &[Partner],
) -> Result<Vec<BodyContribution>, OutOfRange> {
    let mut bodies: Vec<BodyContribution> = Vec::new();
    for one in entered.0 {
        let body = entered.1.map_or(&one.partner, |day| successor(partners, &one.partner, day));
        let place = place_of(&mut bodies, body, &one.partner);
        place.entered = place.entered.checked_add(one.amount)?;
    }
    for one in by_key.0 {
        let body = successor(partners, &one.partner, by_key.1);
        let place = place_of(&mut bodies, body, &one.partner);
        place.by_key = place.by_key.checked_add(one.amount)?;
    }
    for body in &mut bodies {
        if body.merged_from == [body.partner.clone()] {
            body.merged_from.clear();
        }
    }
    Ok(bodies)
}

/// The entry of a body, made when there is none yet, with one more that its amounts come from.
fn place_of<'b>(
    bodies: &'b mut Vec<BodyContribution>,
    body: &PartnerCode,
    from: &PartnerCode,
) -> &'b mut BodyContribution {
    let at = bodies.iter().position(|one| one.partner == *body).unwrap_or_else(|| {
        bodies.push(BodyContribution {
            partner: body.clone(),
            entered: Money::ZERO,
            by_key: Money::ZERO,
            merged_from: Vec::new(),
        });
        bodies.len() - 1
    });
    #[expect(clippy::indexing_slicing, reason = "the place was found or made just now")]
    let place = &mut bodies[at];
    if !place.merged_from.contains(from) {
        place.merged_from.push(from.clone());
    }
    place
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

#[cfg(test)]
#[path = "municipal_tests.rs"]
mod tests;
