//! `[[funding]]` and `[[contribution]]`: who pays what.

use rust_decimal::Decimal;

use super::euro::{euro, optional_euro};
use crate::closed_set::closed_set;
use crate::programme::FundingSource;
use crate::read::{Namespace, Section};
use crate::report::MistakeKind;
use crate::values::{ComponentCode, PartnerCode};

closed_set! {
    /// What the share of a source is a percentage of.
    pub enum BudgetShareBasis is "basis of a share" {
        /// The cost of the component.
        Cost = "cost",
        /// The budget of the component over all years, divided by the years.
        YearlyMaximum = "yearly_maximum",
        /// Nothing: the amount was agreed on.
        Agreed = "agreed",
    }
}

/// What one source pays of one component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetFunding {
    /// Component.
    pub component: ComponentCode,
    /// Who pays.
    pub source: FundingSource,
    /// How much, in euro.
    pub amount: Decimal,
    /// The part of it that is staff instead of money.
    pub in_kind: Decimal,
    /// What another text says the amount is; `None` when it says nothing.
    pub stated: Option<Decimal>,
    /// What the share was computed from; `None` when nobody said.
    pub basis: Option<BudgetShareBasis>,
}

/// What one body contributes to the source `local`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetContribution {
    /// The body.
    pub partner: PartnerCode,
    /// How much, in euro.
    pub amount: Decimal,
}

impl BudgetFunding {
    pub(super) fn read(
        section: &mut Section<'_, '_>,
        known: &mut Vec<(ComponentCode, FundingSource)>,
    ) -> Option<Self> {
        let component: Option<ComponentCode> = section.reference("component", Namespace::Component);
        let source: Option<FundingSource> = section.word("source");
        if let (Some(component), Some(source)) = (&component, source) {
            if known.iter().any(|(other, payer)| other == component && *payer == source) {
                section.complain(
                    "source",
                    MistakeKind::Duplicate,
                    format!("`{source}` already pays a part of `{component}`"),
                    "add the two amounts up",
                );
            }
            known.push((component.clone(), source));
        }
        let amount = euro(section, "amount");
        let in_kind = optional_euro(section, "in_kind").unwrap_or_default();
        if let Some(amount) = amount.filter(|amount| in_kind > *amount) {
            section.complain(
                "in_kind",
                MistakeKind::Contradiction,
                format!("`in_kind` is {in_kind} of an amount of {amount}"),
                "`amount` is money and staff together: write at least what is in kind",
            );
        }
        let stated = optional_euro(section, "stated");
        let basis = section.optional_word("basis");
        Some(Self { component: component?, source: source?, amount: amount?, in_kind, stated, basis })
    }
}

impl BudgetContribution {
    pub(super) fn read(section: &mut Section<'_, '_>, known: &mut Vec<PartnerCode>) -> Option<Self> {
        let partner: Option<PartnerCode> = section.parsed("partner", "ocmw-stekene");
        let amount = euro(section, "amount");
        if let Some(partner) = &partner {
            if known.contains(partner) {
                section.complain(
                    "partner",
                    MistakeKind::Duplicate,
                    format!("`{partner}` already contributes"),
                    "add the two amounts up",
                );
            }
            known.push(partner.clone());
        }
        Some(Self { partner: partner?, amount: amount? })
    }
}
