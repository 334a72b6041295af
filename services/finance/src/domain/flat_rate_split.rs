//! How the flat rate of paid organisations is divided: a part for the home organisation, a part for the shared pot.

use chassis::money::{Money, OutOfRange};
use region::programme::FinanceModel;
use region::{PartnerCode, PartnerKind};

use super::rate::PricedLine;
use super::rounding::{percent_of, rounding, sum};
use super::staff_line::StaffLine;

/// The shares of one organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerShare {
    /// Organisation.
    pub partner: PartnerCode,
    /// Cost of its staff.
    pub staff: Money,
    /// For itself.
    pub home: Money,
    /// For the shared pot.
    pub shared: Money,
}

/// The shares of all paid organisations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlatRateShares {
    /// Each of them, by its code.
    pub partners: Vec<PartnerShare>,
    /// Cost of their staff.
    pub staff: Money,
    /// For themselves: the sum of what each gets.
    pub home: Money,
    /// For the shared pot: the sum of what each gives.
    pub shared: Money,
}

/// Divides the flat rate on the staff of associations. Each share is rounded by itself, so home and shared together may be a
/// cent beside the flat rate. `None` when the programme does not divide it.
///
/// What happens with the flat rate on the staff of public bodies is written nowhere, so they are left out.
///
/// # Errors
/// When a sum or a product does not fit.
pub fn split_flat_rate(
    model: &FinanceModel,
    lines: &[StaffLine],
    priced: &[PricedLine],
) -> Result<Option<FlatRateShares>, OutOfRange> {
    let Some(split) = model.flat_rate.split else { return Ok(None) };
    let mut wages: Vec<(&PartnerCode, Money)> = Vec::new();
    for (line, priced) in lines.iter().zip(priced) {
        if line.partner_kind != PartnerKind::CivilSociety {
            continue;
        }
        match wages.iter_mut().find(|(partner, _)| *partner == &line.partner) {
            Some((_, staff)) => *staff = staff.checked_add(priced.cost)?,
            None => wages.push((&line.partner, priced.cost)),
        }
    }
    wages.sort_by_key(|(partner, _)| *partner);
    let partners = wages
        .into_iter()
        .map(|(partner, staff)| {
            Ok(PartnerShare {
                partner: partner.clone(),
                staff,
                home: percent_of(staff, split.home_percent)?.round(rounding(model))?,
                shared: percent_of(staff, split.shared_percent)?.round(rounding(model))?,
            })
        })
        .collect::<Result<Vec<_>, OutOfRange>>()?;
    Ok(Some(FlatRateShares {
        staff: sum(partners.iter().map(|one| one.staff))?,
        home: sum(partners.iter().map(|one| one.home))?,
        shared: sum(partners.iter().map(|one| one.shared))?,
        partners,
    }))
}
