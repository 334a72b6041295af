//! Money for a total: contributions of bodies and amounts of sources that add up to the cent, and what staff is worth as a contribution.

use chassis::money::{Money, OutOfRange};
use region::programme::{FinanceModel, FundingSource};
use region::{ComponentCode, PartnerCode, PartnerKind};
use rust_decimal::Decimal;

use super::problem::{Problem, SeekTarget};
use crate::domain::apportion::apportion;
use crate::domain::funding::Funding;
use crate::domain::rounding::sum;
use crate::domain::staff_line::StaffLine;

/// Divides a total by weights, to the cent, the largest remainders first. Empty when there is nothing to divide by.
///
/// # Errors
/// When a product does not fit, or a weight is below zero.
pub fn seek_amounts<T: Clone>(total: Money, weights: &[(T, Decimal)]) -> Result<Vec<(T, Money)>, OutOfRange> {
    let numbers: Vec<Decimal> = weights.iter().map(|(_, weight)| *weight).collect();
    let amounts = apportion(total, &numbers)?;
    Ok(weights.iter().zip(amounts).map(|((of, _), amount)| (of.clone(), amount)).collect())
}

/// What a source of a component would pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoughtSource {
    /// Source.
    pub source: FundingSource,
    /// What it pays now.
    pub from: Money,
    /// What it would pay.
    pub to: Money,
    /// What of it is staff now: more than it would pay cannot be.
    pub in_kind: Money,
}

/// Divides what is left of a total, after the sources that keep their amounts, over the others by weights. `None` when those that keep
/// theirs pay more than the total, or when there is nothing to divide by.
///
/// # Errors
/// When a sum or a product does not fit.
pub fn seek_sources(
    funding: &Funding,
    component: &ComponentCode,
    total: Money,
    weights: &[(FundingSource, Decimal)],
) -> Result<Option<Vec<SoughtSource>>, OutOfRange> {
    let moves = |source: FundingSource| weights.iter().any(|(of, _)| *of == source);
    let kept =
        sum(funding.of_component(component).filter(|line| !moves(line.source)).map(|line| line.amount))?;
    let left = total.checked_sub(kept)?;
    if left < Money::ZERO {
        return Ok(None);
    }
    let amounts = seek_amounts(left, weights)?;
    let sought = amounts.into_iter().map(|(source, to)| {
        let line = funding.line(component, source);
        SoughtSource {
            source,
            from: line.map_or(Money::ZERO, |line| line.amount),
            to,
            in_kind: line.map_or(Money::ZERO, |line| line.in_kind),
        }
    });
    let sought: Vec<SoughtSource> = sought.collect();
    Ok((sought.len() == weights.len()).then_some(sought))
}

/// What the staff of a body is worth as its contribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffDuty {
    /// Body.
    pub partner: PartnerCode,
    /// What its staff costs.
    pub staff: Money,
    /// That with the flat rate on it, rounded as the programme rounds it.
    pub with_flat_rate: Money,
}

/// What the local authorities deliver in staff, with the flat rate on it: what each would contribute with staff alone.
///
/// # Errors
/// When a sum or a product does not fit.
pub fn staff_duties(model: &FinanceModel, lines: &[StaffLine]) -> Result<Vec<StaffDuty>, OutOfRange> {
    let mut bodies: Vec<&PartnerCode> = lines
        .iter()
        .filter(|line| line.partner_kind == PartnerKind::LocalAuthority)
        .map(|line| &line.partner)
        .collect();
    bodies.sort();
    bodies.dedup();
    bodies
        .into_iter()
        .map(|partner| {
            let target = SeekTarget::Partner(partner.clone());
            let problem = Problem::new(model, lines, &target, Money::ZERO)?;
            Ok(StaffDuty {
                partner: partner.clone(),
                staff: problem.kept(&[])?,
                with_flat_rate: problem.total_now()?,
            })
        })
        .collect()
}
