//! What finance tells the others: ids, codes and totals; never a wage, a rate or a line.

use jiff::Timestamp;
use proto::common::v1::Money as ProtoMoney;
use proto::finance::events::v1::{BudgetApproved, SourceTotal};
use region::ClosedSet as _;
use region::programme::FundingSource;

use crate::domain::{Budget, Costs, Money, OutOfRange};

/// An instant of the contract.
pub fn to_timestamp(at: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: at.as_second(), nanos: at.subsec_nanosecond() }
}

/// An amount of the contract.
pub fn to_money(money: Money) -> ProtoMoney {
    ProtoMoney { cents: money.cents() }
}

/// A budget was approved.
///
/// # Errors
/// When a sum does not fit.
pub fn budget_approved(budget: &Budget, costs: &Costs, at: Timestamp) -> Result<BudgetApproved, OutOfRange> {
    let mut sources = Vec::new();
    for source in FundingSource::ALL {
        if budget.funding().lines.iter().any(|line| line.source == *source) {
            let amount = to_money(budget.funding().source_total(*source)?);
            sources.push(SourceTotal { source: source.as_str().to_owned(), amount: Some(amount) });
        }
    }
    Ok(BudgetApproved {
        budget_id: budget.id().to_string(),
        programme: budget.programme().to_string(),
        programme_version: budget.rules().0.to_string(),
        year: u32::try_from(budget.year()).unwrap_or_default(),
        staff_cost: Some(to_money(costs.project.staff)),
        flat_rate: Some(to_money(costs.project.flat_rate)),
        total: Some(to_money(costs.project.total)),
        sources,
        approved_at: Some(to_timestamp(at)),
    })
}
