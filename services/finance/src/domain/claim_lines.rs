//! The lines of a claim: hours of the time sheets at the wages and rules of the time, and what they come to.

use std::collections::BTreeMap;

use chassis::id::WorkerId;
use chassis::money::{Money, OutOfRange};
use region::programme::FinanceModel;
use region::{ComponentCode, ContentHash, PartnerCode};
use rust_decimal::Decimal;

use super::contact_time::Month;
use super::flat_rate::flat_rate;
use super::hours::Hours;
use super::ids::{EmploymentId, WageId};
use super::rate::cost_of;
use super::wage_period::WagePeriod;

/// The rules that hold in a month.
#[derive(Debug, Clone)]
pub struct Rules<'r> {
    /// Version and hash of the programme file.
    pub file: (u32, ContentHash),
    /// How the programme is paid.
    pub model: &'r FinanceModel,
}

/// Minutes of an employment in a month at one wage, as the time sheets have them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedHours {
    /// Employment.
    pub employment: EmploymentId,
    /// Worker.
    pub worker: WorkerId,
    /// Who pays.
    pub partner: PartnerCode,
    /// For which component.
    pub component: ComponentCode,
    /// Month.
    pub month: Month,
    /// The wage that holds on these days; `None` when there is none.
    pub wage: Option<WageId>,
    /// Minutes with participants.
    pub with_participant: i64,
    /// Minutes of consultation and preparation.
    pub around_participant: i64,
}

impl ClaimedHours {
    /// Both classes together.
    pub const fn minutes(&self) -> i64 {
        self.with_participant.saturating_add(self.around_participant)
    }
}

/// A line of a claim.
#[derive(Clone, PartialEq, Eq)]
pub struct ClaimLine {
    /// What was worked.
    pub worked: ClaimedHours,
    /// The wage it was priced with.
    pub wage: WageId,
    /// All minutes as hours, with the decimals of the programme: rounded once, here.
    pub hours: Hours,
    /// Price of an hour, rounded. A wage can be computed back from it.
    pub rate: Money,
    /// The rounded price times the hours, rounded.
    pub cost: Money,
    /// Version and hash of the programme file that priced it.
    pub rules: (u32, ContentHash),
}

/// Rate and cost are personal: `Debug` shows what was worked only.
impl std::fmt::Debug for ClaimLine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ClaimLine").field("worked", &self.worked).finish_non_exhaustive()
    }
}

/// What a component of a claim comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentTotal {
    /// Which.
    pub component: ComponentCode,
    /// Cost of the staff.
    pub staff: Money,
    /// Flat rate on it.
    pub flat_rate: Money,
}

/// Why hours cannot be priced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unpriced {
    /// No wage holds on some of their days.
    NoWage {
        /// Whose.
        employment: EmploymentId,
        /// When.
        month: Month,
    },
    /// The wage is of another basis than the rules price hours by.
    OtherBasis {
        /// Whose.
        employment: EmploymentId,
        /// When.
        month: Month,
    },
}

/// Prices hours. All that cannot be priced is named at once.
///
/// # Errors
/// The outer one when a product does not fit, or a month has no rules; the inner one names hours without a wage that fits.
pub fn price_hours(
    worked: Vec<ClaimedHours>,
    wages: &[WagePeriod],
    rules: &BTreeMap<Month, Rules<'_>>,
) -> Result<Result<Vec<ClaimLine>, Vec<Unpriced>>, OutOfRange> {
    let wages: BTreeMap<WageId, &WagePeriod> = wages.iter().map(|wage| (wage.id, wage)).collect();
    let (mut lines, mut unpriced) = (Vec::new(), Vec::new());
    for one in worked {
        let rules = rules.get(&one.month).ok_or(OutOfRange)?;
        let (employment, month) = (one.employment, one.month);
        let Some(wage) = one.wage.and_then(|wage| wages.get(&wage)) else {
            unpriced.push(Unpriced::NoWage { employment, month });
            continue;
        };
        let Some(rate) = wage.rate(rules.model)? else {
            unpriced.push(Unpriced::OtherBasis { employment, month });
            continue;
        };
        let hours = Hours::of_minutes(Decimal::from(one.minutes()), rules.model.hour_decimals);
        let cost = cost_of(rules.model, rate, hours)?;
        lines.push(ClaimLine { worked: one, wage: wage.id, hours, rate, cost, rules: rules.file.clone() });
    }
    Ok(if unpriced.is_empty() { Ok(lines) } else { Err(unpriced) })
}

/// Adds lines up by component. The flat rate is that of the rules of each line, at their level of rounding; lines under different
/// files are rounded apart. Components stand in the order of the newest file.
///
/// # Errors
/// When a sum or a product does not fit, or a line is of no component of its rules.
pub fn claim_totals(
    lines: &[ClaimLine],
    rules: &BTreeMap<Month, Rules<'_>>,
) -> Result<Vec<ComponentTotal>, OutOfRange> {
    let files: BTreeMap<u32, &FinanceModel> =
        rules.values().map(|rules| (rules.file.0, rules.model)).collect();
    let mut totals: Vec<ComponentTotal> = Vec::new();
    for model in files.values().rev() {
        for component in &model.components {
            if !totals.iter().any(|total| total.component == component.code) {
                let component = component.code.clone();
                totals.push(ComponentTotal { component, staff: Money::ZERO, flat_rate: Money::ZERO });
            }
        }
    }
    for (version, model) in files {
        let of_file = || lines.iter().filter(|line| line.rules.0 == version);
        let costs: Vec<Vec<Money>> = model
            .components
            .iter()
            .map(|component| {
                of_file()
                    .filter(|line| line.worked.component == component.code)
                    .map(|line| line.cost)
                    .collect()
            })
            .collect();
        if costs.iter().map(Vec::len).sum::<usize>() != of_file().count() {
            return Err(OutOfRange);
        }
        let flat_rates = flat_rate(model, &costs)?;
        for ((component, costs), flat_rate) in model.components.iter().zip(&costs).zip(flat_rates) {
            let total =
                totals.iter_mut().find(|total| total.component == component.code).ok_or(OutOfRange)?;
            total.staff = costs.iter().try_fold(total.staff, |sum, cost| sum.checked_add(*cost))?;
            total.flat_rate = total.flat_rate.checked_add(flat_rate)?;
        }
    }
    Ok(totals)
}
