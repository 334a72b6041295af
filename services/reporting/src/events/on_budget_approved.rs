//! A budget was approved: it does not change any more.

use chassis::database::Work;
use chassis::events::{Envelope, Handled, HandlerError, Target};
use proto::finance::events::v1::BudgetApproved;

use super::parse;
use crate::projections::Approval;
use crate::storage;

pub(super) fn handle<'a>(
    work: &'a mut Work,
    envelope: &'a Envelope,
    event: BudgetApproved,
    target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        let approval = from_event(envelope, &event)?;
        storage::insert_budget(work.connection(), target.generation, &approval).await?;
        Ok(())
    })
}

fn from_event(envelope: &Envelope, event: &BudgetApproved) -> Result<Approval, HandlerError> {
    let mut sources = Vec::new();
    for total in &event.sources {
        let source = parse::code("source", &total.source)?;
        if sources.iter().any(|(known, _)| *known == source) {
            return Err(HandlerError::Poison("`sources` names a source twice".to_owned()));
        }
        sources.push((source, parse::cents("amount", total.amount)?));
    }
    let approval = Approval {
        budget: parse::id("budget_id", &event.budget_id)?,
        programme: parse::code("programme", &event.programme)?,
        year: parse::year("year", event.year)?,
        staff_cost_cents: parse::cents("staff_cost", event.staff_cost)?,
        flat_rate_cents: parse::cents("flat_rate", event.flat_rate)?,
        total_cents: parse::cents("total", event.total)?,
        sources,
        at: parse::instant("approved_at", event.approved_at)?,
    };
    parse::same_aggregate("budget_id", approval.budget.as_uuid(), envelope.aggregate_id)?;
    Ok(approval)
}
