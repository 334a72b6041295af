//! Who pays what: amounts per component and source, and the contributions of the bodies behind a source.

use chassis::money::{Amount, Money, OutOfRange};
use region::programme::{Component, FinanceModel, FundingSource};
use region::{ComponentCode, PartnerCode, PartnerKind};
use rust_decimal::Decimal;

use super::apportion::apportion;
use super::rounding::sum;

/// What the share of a source is a percentage of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShareBasis {
    /// The cost of the component.
    Cost,
    /// The budget of the component over all years, divided by the years.
    YearlyMaximum,
    /// Nothing: the amount was agreed on, and the percentage is a label of the form.
    Agreed,
}

impl ShareBasis {
    /// Every member.
    pub const ALL: [Self; 3] = [Self::Cost, Self::YearlyMaximum, Self::Agreed];

    /// The word it is stored under.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cost => "cost",
            Self::YearlyMaximum => "yearly_maximum",
            Self::Agreed => "agreed",
        }
    }
}

/// What one source pays of one component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FundingLine {
    /// Component.
    pub component: ComponentCode,
    /// Who pays.
    pub source: FundingSource,
    /// How much, in money and in kind.
    pub amount: Money,
    /// The part of it that is staff instead of money.
    pub in_kind: Money,
    /// What another text (the prose of an application) says the amount is; `None` when it says nothing.
    pub stated: Option<Money>,
    /// What the share was computed from; `None` when nobody said, and it is inferred.
    pub basis: Option<ShareBasis>,
}

/// What one local authority contributes to the source *local*.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contribution {
    /// The body, by its code at the time.
    pub partner: PartnerCode,
    /// How much.
    pub amount: Money,
}

/// Everything that pays for a budget.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Funding {
    /// One line per component and source.
    pub lines: Vec<FundingLine>,
    /// What each local authority contributes; empty when that is not divided.
    pub contributions: Vec<Contribution>,
}

impl Funding {
    /// What a source pays of a component.
    pub fn line(&self, component: &ComponentCode, source: FundingSource) -> Option<&FundingLine> {
        self.lines.iter().find(|line| line.component == *component && line.source == source)
    }

    /// The lines of a component.
    pub fn of_component(&self, component: &ComponentCode) -> impl Iterator<Item = &FundingLine> {
        self.lines.iter().filter(move |line| line.component == *component)
    }

    /// What is paid of a component.
    ///
    /// # Errors
    /// When the sum does not fit.
    pub fn component_total(&self, component: &ComponentCode) -> Result<Money, OutOfRange> {
        sum(self.of_component(component).map(|line| line.amount))
    }

    /// What a source pays of everything.
    ///
    /// # Errors
    /// When the sum does not fit.
    pub fn source_total(&self, source: FundingSource) -> Result<Money, OutOfRange> {
        sum(self.lines.iter().filter(|line| line.source == source).map(|line| line.amount))
    }

    /// What is paid of everything.
    ///
    /// # Errors
    /// When the sum does not fit.
    pub fn total(&self) -> Result<Money, OutOfRange> {
        sum(self.lines.iter().map(|line| line.amount))
    }

    /// What the partners bring in themselves, in money and in kind.
    ///
    /// # Errors
    /// When the sum does not fit.
    pub fn cofinancing(&self) -> Result<Money, OutOfRange> {
        sum(self.lines.iter().filter(|line| is_cofinancing(line.source)).map(|line| line.amount))
    }

    /// What the local authorities contribute together.
    ///
    /// # Errors
    /// When the sum does not fit.
    pub fn contributed(&self) -> Result<Money, OutOfRange> {
        sum(self.contributions.iter().map(|one| one.amount))
    }
}

/// Whether a source is what the partners bring in themselves.
pub const fn is_cofinancing(source: FundingSource) -> bool {
    match source {
        FundingSource::Local | FundingSource::Vdab | FundingSource::Own => true,
        FundingSource::Esf | FundingSource::Vcf | FundingSource::Subsidy => false,
    }
}

/// The source that staff of such a partner counts for when it is brought in instead of money.
pub(super) const fn source_of(kind: PartnerKind) -> Option<FundingSource> {
    match kind {
        PartnerKind::LocalAuthority => Some(FundingSource::Local),
        PartnerKind::PublicEmploymentService => Some(FundingSource::Vdab),
        PartnerKind::CivilSociety | PartnerKind::SupportBody | PartnerKind::School => None,
    }
}

/// The most a component may cost in a year: its budget over all years, divided. An amount, not money: nobody has rounded it.
///
/// # Errors
/// When the quotient does not fit.
pub fn yearly_maximum(model: &FinanceModel, component: &Component) -> Result<Option<Amount>, OutOfRange> {
    let years = Decimal::from(model.years);
    let quotient =
        component.budget_euro.map(|budget| Amount::from_euro(budget).checked_div(years)).transpose()?;
    Ok(quotient.map(|amount| Amount::from_euro(amount.euro().normalize())))
}

/// A percentage of the most a component may cost in a year. Multiplied first, so that a quotient without end is cut once and last.
///
/// # Errors
/// When a product does not fit.
pub fn share_of_maximum(
    model: &FinanceModel,
    component: &Component,
    percent: Decimal,
) -> Result<Option<Amount>, OutOfRange> {
    let hundred_years = Decimal::from(model.years) * Decimal::ONE_HUNDRED;
    component
        .budget_euro
        .map(|budget| Amount::from_euro(budget).checked_mul(percent)?.checked_div(hundred_years))
        .transpose()
}

/// Divides what is left of a total after the fixed parts, by weights (4 : 3 is 40 and 30), to the cent.
///
/// # Errors
/// When a sum or a product does not fit.
pub fn residual_split(
    total: Money,
    fixed: &[Money],
    weights: &[Decimal],
) -> Result<(Money, Vec<Money>), OutOfRange> {
    let left = total.checked_sub(sum(fixed.iter().copied())?)?;
    Ok((left, apportion(left, weights)?))
}
