//! Differences a finance officer must be shown, each with its cause and its size.
//!
//! Every rule here follows from the model of the programme and the kinds of the partners; none knows a budget. A finding blocks
//! nothing: controls do that.

use chassis::money::{Amount, Money, OutOfRange};
use region::programme::{Component, FinanceModel, FundingSource, RoundingLevel};
use region::{ClosedSet as _, ComponentCode};

use super::costs::Costs;
use super::flat_rate::with_flat_rate;
use super::funding::{Funding, FundingLine, ShareBasis, share_of_maximum, source_of};
use super::rate::PricedLine;
use super::rounding::{distance, percent_of, rounding, sum};
use super::staff_line::StaffLine;

/// What kind of difference it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FindingKind {
    /// The contributions of the municipalities are not what the source *local* pays.
    MunicipalSum,
    /// The text says another amount than the form.
    TextAgainstForm,
    /// The flat rate would be another at another level of rounding.
    FlatRateLevel,
    /// A share is not its percentage of what it is computed from.
    Share(ComponentCode),
    /// Staff in kind is valued with the flat rate, and the declared amount is not that.
    StaffWithFlatRate(FundingSource),
    /// Staff in kind is valued without the flat rate, and the declared amount is not that.
    StaffWithoutFlatRate(FundingSource),
    /// Of two sources in kind one is valued with the flat rate and the other without.
    ValuationAsymmetry,
    /// More money than the paid organisations need: the rest has no destination.
    UnassignedPool,
    /// Less money than the paid organisations need.
    PoolShort,
}

/// A difference between two amounts that should be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind.
    pub kind: FindingKind,
    /// Component it is in; `None` when it is about the project.
    pub component: Option<ComponentCode>,
    /// Source it is about; `None` when it is about several.
    pub source: Option<FundingSource>,
    /// What is declared, or holds.
    pub found: Money,
    /// What it is compared with.
    pub expected: Money,
    /// How far the two are apart; never negative.
    pub amount: Money,
    /// Where the difference comes from, in one sentence.
    pub cause: String,
}

impl Finding {
    /// The code of the finding, such as `support-share`: stable, for programs and for whoever puts it into words.
    pub fn code(&self) -> String {
        match &self.kind {
            FindingKind::MunicipalSum => "municipal-sum".to_owned(),
            FindingKind::TextAgainstForm => "text-against-form".to_owned(),
            FindingKind::FlatRateLevel => "flat-rate-level".to_owned(),
            FindingKind::Share(component) => format!("{component}-share"),
            FindingKind::StaffWithFlatRate(source) => format!("{source}-staff-with-flat-rate"),
            FindingKind::StaffWithoutFlatRate(source) => format!("{source}-staff-without-flat-rate"),
            FindingKind::ValuationAsymmetry => "valuation-asymmetry".to_owned(),
            FindingKind::UnassignedPool => "unassigned-pool".to_owned(),
            FindingKind::PoolShort => "pool-short".to_owned(),
        }
    }
}

/// What the rules look at.
struct Case<'a> {
    model: &'a FinanceModel,
    lines: &'a [StaffLine],
    priced: &'a [PricedLine],
    costs: &'a Costs,
    funding: &'a Funding,
}

/// Looks for every kind of difference, in the order of [`FindingKind`].
///
/// # Errors
/// When a sum or a product does not fit.
pub(super) fn findings(
    model: &FinanceModel,
    lines: &[StaffLine],
    priced: &[PricedLine],
    costs: &Costs,
    levels: &[(RoundingLevel, Money)],
    funding: &Funding,
) -> Result<Vec<Finding>, OutOfRange> {
    let case = Case { model, lines, priced, costs, funding };
    let mut found = Vec::new();
    found.extend(case.municipal_sum()?);
    for line in &funding.lines {
        found.extend(text_against_form(line)?);
    }
    found.extend(flat_rate_level(model, costs, levels)?);
    for component in &model.components {
        case.shares(component, &mut found)?;
    }
    for component in &model.components {
        case.valuation(component, &mut found)?;
    }
    for component in &model.components {
        found.extend(case.pool(component)?);
    }
    Ok(found)
}

/// How an amount is written in a cause.
fn euro(money: Money) -> String {
    Amount::from(money).euro().to_string()
}

/// A finding, unless the two amounts are one.
fn difference(
    kind: FindingKind,
    component: Option<&ComponentCode>,
    source: Option<FundingSource>,
    (found, expected): (Money, Money),
    cause: impl FnOnce() -> String,
) -> Result<Option<Finding>, OutOfRange> {
    let amount = distance(found, expected)?;
    Ok((amount != Money::ZERO).then(|| Finding {
        kind,
        component: component.cloned(),
        source,
        found,
        expected,
        amount,
        cause: cause(),
    }))
}

fn text_against_form(line: &FundingLine) -> Result<Option<Finding>, OutOfRange> {
    let Some(stated) = line.stated else { return Ok(None) };
    let (component, source) = (Some(&line.component), Some(line.source));
    difference(FindingKind::TextAgainstForm, component, source, (line.amount, stated), || {
        format!(
            "the text says that {} pays {} of {}, the form says {}",
            line.source,
            euro(stated),
            line.component,
            euro(line.amount)
        )
    })
}

/// Compares the level that holds with the project as a whole, or, where that is the level, with the components.
fn flat_rate_level(
    model: &FinanceModel,
    costs: &Costs,
    levels: &[(RoundingLevel, Money)],
) -> Result<Option<Finding>, OutOfRange> {
    let holds = model.flat_rate.level;
    let other = match holds {
        RoundingLevel::Line | RoundingLevel::Component => RoundingLevel::Project,
        RoundingLevel::Project => RoundingLevel::Component,
    };
    let Some((_, there)) = levels.iter().find(|(level, _)| *level == other) else { return Ok(None) };
    let here = costs.project.flat_rate;
    difference(FindingKind::FlatRateLevel, None, None, (here, *there), || {
        format!(
            "the flat rate rounded per {holds} is {}, rounded per {other} it would be {}",
            euro(here),
            euro(*there)
        )
    })
}

impl Case<'_> {
    fn municipal_sum(&self) -> Result<Option<Finding>, OutOfRange> {
        if self.funding.contributions.is_empty() {
            return Ok(None);
        }
        let source = FundingSource::Local;
        let (contributed, local) = (self.funding.contributed()?, self.funding.source_total(source)?);
        difference(FindingKind::MunicipalSum, None, Some(source), (contributed, local), || {
            format!(
                "the contributions of the municipalities add up to {}, local funding is {}",
                euro(contributed),
                euro(local)
            )
        })
    }

    /// Shares that are not their percentage. What was agreed on is compared with nothing.
    fn shares(&self, component: &Component, found: &mut Vec<Finding>) -> Result<(), OutOfRange> {
        let total = self.costs.component(&component.code).map_or(Money::ZERO, |cost| cost.total);
        let round = |amount: Amount| amount.round(rounding(self.model));
        let mut others_by_cost = true;
        // The balancing share last: what it is a percentage of follows from the others when nobody said.
        let mut shares: Vec<_> = component.funding.iter().collect();
        shares.sort_by_key(|share| share.balancing);
        for share in shares {
            let Some(line) = self.funding.line(&component.code, share.source) else { continue };
            let of_cost = round(percent_of(total, share.percent)?)?;
            let of_maximum =
                share_of_maximum(self.model, component, share.percent)?.map(round).transpose()?;
            let basis = line.basis.unwrap_or({
                if share.balancing {
                    if others_by_cost { ShareBasis::Cost } else { ShareBasis::Agreed }
                } else if line.amount == of_cost {
                    ShareBasis::Cost
                } else if Some(line.amount) == of_maximum {
                    ShareBasis::YearlyMaximum
                } else {
                    ShareBasis::Agreed
                }
            });
            others_by_cost &= basis == ShareBasis::Cost;
            let (expected, of_what) = match basis {
                ShareBasis::Cost => (of_cost, "the cost of the component"),
                ShareBasis::YearlyMaximum => {
                    (of_maximum.unwrap_or(line.amount), "the yearly maximum of the component")
                }
                ShareBasis::Agreed => continue,
            };
            let kind = FindingKind::Share(component.code.clone());
            let amounts = (line.amount, expected);
            found.extend(difference(kind, Some(&component.code), Some(share.source), amounts, || {
                format!(
                    "{} % of {of_what} is {}, {} pays {}",
                    share.percent.normalize(),
                    euro(expected),
                    share.source,
                    euro(line.amount)
                )
            })?);
        }
        Ok(())
    }

    /// The cost of the staff of a component that partners bring in for a source.
    fn staff_for(&self, component: &ComponentCode, source: FundingSource) -> Result<Money, OutOfRange> {
        let counts =
            |line: &StaffLine| line.component == *component && source_of(line.partner_kind) == Some(source);
        sum(self.lines.iter().zip(self.priced).filter(|(line, _)| counts(line)).map(|(_, one)| one.cost))
    }

    /// What is declared in kind, against the staff behind it: with the flat rate or without, whichever is nearer.
    fn valuation(&self, component: &Component, found: &mut Vec<Finding>) -> Result<(), OutOfRange> {
        let code = &component.code;
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for source in FundingSource::ALL {
            let Some(line) = self.funding.line(code, *source) else { continue };
            if line.in_kind == Money::ZERO {
                continue;
            }
            let plain = self.staff_for(code, *source)?;
            let loaded = with_flat_rate(self.model, plain)?;
            let is_loaded = distance(line.in_kind, loaded)? <= distance(line.in_kind, plain)?;
            let (kind, expected, how) = if is_loaded {
                with.push(*source);
                (FindingKind::StaffWithFlatRate(*source), loaded, "with")
            } else {
                without.push((*source, plain, loaded));
                (FindingKind::StaffWithoutFlatRate(*source), plain, "without")
            };
            found.extend(difference(kind, Some(code), Some(*source), (line.in_kind, expected), || {
                format!(
                    "staff that {source} brings in costs {}, {how} the flat rate {}; {} is declared",
                    euro(plain),
                    euro(expected),
                    euro(line.in_kind)
                )
            })?);
        }
        if with.is_empty() || without.is_empty() {
            return Ok(());
        }
        let plain = sum(without.iter().map(|(_, plain, _)| *plain))?;
        let loaded = sum(without.iter().map(|(_, _, loaded)| *loaded))?;
        let names = |sources: Vec<String>| sources.join(", ");
        found.extend(difference(FindingKind::ValuationAsymmetry, Some(code), None, (plain, loaded), || {
            format!(
                "staff of {} is valued with the flat rate, staff of {} without: {} instead of {}",
                names(with.iter().map(ToString::to_string).collect()),
                names(without.iter().map(|(source, _, _)| source.to_string()).collect()),
                euro(plain),
                euro(loaded)
            )
        })?);
        Ok(())
    }

    /// The money of a component against what the organisations need that are paid by it. Where nothing is in kind, this is what
    /// the control says already.
    fn pool(&self, component: &Component) -> Result<Option<Finding>, OutOfRange> {
        let code = &component.code;
        let in_kind = |source: FundingSource| {
            self.funding.line(code, source).is_some_and(|line| line.in_kind > Money::ZERO)
        };
        if !FundingSource::ALL.iter().any(|source| in_kind(*source)) {
            return Ok(None);
        }
        let brought_in = sum(self.funding.of_component(code).map(|line| line.in_kind))?;
        let pool = self.funding.component_total(code)?.checked_sub(brought_in)?;
        let is_paid =
            |line: &StaffLine| line.component == *code && !source_of(line.partner_kind).is_some_and(in_kind);
        let wages = sum(self
            .lines
            .iter()
            .zip(self.priced)
            .filter(|(line, _)| is_paid(line))
            .map(|(_, one)| one.cost))?;
        let need = with_flat_rate(self.model, wages)?;
        let kind = if pool > need { FindingKind::UnassignedPool } else { FindingKind::PoolShort };
        difference(kind, Some(code), None, (pool, need), || {
            format!(
                "{} is paid in money, the organisations that are paid need {} (staff {} with the flat rate)",
                euro(pool),
                euro(need),
                euro(wages)
            )
        })
    }
}
