//! From the messages of the contract to use cases. Ids, filters and pages are read here; what depends on the rules of a budget is
//! read where the budget is known.

use std::sync::Arc;

use chassis::error::Violation;
use chassis::id::WorkerId;
use chassis::page::{self, Cursor};
use chassis::vault::Vault;
use proto::finance::v1::{
    ApproveBudgetRequest, BudgetState as ProtoState, CreateBudgetRequest, GetBudgetRequest,
    GetBudgetTotalsRequest, ListBudgetsRequest, ListSuggestedHoursRequest, PutFundingRequest,
    PutStaffLineRequest, RemoveStaffLineRequest, ShareBasis as ProtoBasis,
};
use region::{ProgrammeCode, Region};

use crate::domain::{BudgetId, BudgetState, LineId, Month, ShareBasis};
use crate::error::Error;
use crate::fields::Fields;
use crate::use_cases::{
    ApproveBudget, ContributionInput, CreateBudget, FundingInput, FundingLineInput, GetBudget,
    GetBudgetTotals, LineInput, ListBudgets, ListSuggestedHours, PutFunding, PutStaffLine, RemoveStaffLine,
};

/// Most funding lines, and most contributions, of one request.
const MOST_ITEMS: usize = 100;

/// The code of a programme. A text that cannot be one is not repeated: it could be anything.
pub(super) fn programme(fields: &mut Fields, text: &str) -> Option<ProgrammeCode> {
    let (reason, message) = if text.is_empty() {
        ("REQUIRED", "no programme is given")
    } else {
        ("UNKNOWN_PROGRAMME", "this is not a programme code")
    };
    let remedy = "give the code of a programme, such as `waasland-esf`";
    fields
        .accept(ProgrammeCode::parse(text).map_err(|_| Violation::new("programme", reason, message, remedy)))
}

/// A new budget.
pub(super) fn create(region: Arc<Region>, request: CreateBudgetRequest) -> Result<CreateBudget, Error> {
    let mut fields = Fields::default();
    let programme = programme(&mut fields, &request.programme);
    let (year, name) = (request.year, request.name);
    fields.finish(programme.map(|programme| CreateBudget { region, programme, year, name }))
}

/// A page of budgets.
pub(super) fn list(
    region: Arc<Region>,
    vault: &Vault,
    request: &ListBudgetsRequest,
) -> Result<ListBudgets, Error> {
    let mut fields = Fields::default();
    let programme = programme(&mut fields, &request.programme);
    let year = fields.accept(match (request.year, i16::try_from(request.year)) {
        (0, _) => Ok(None),
        (_, Ok(year)) => Ok(Some(year)),
        (_, Err(_)) => Err(Violation::new(
            "year",
            "YEAR_OUTSIDE_TERM",
            "no programme has a budget for this year",
            "give a year of four digits, or 0 for all",
        )),
    });
    let state = fields.accept(match ProtoState::try_from(request.state) {
        Ok(ProtoState::Unspecified) => Ok(None),
        Ok(ProtoState::Draft) => Ok(Some(BudgetState::Draft)),
        Ok(ProtoState::Approved) => Ok(Some(BudgetState::Approved)),
        Err(_) => Err(Violation::new(
            "state",
            "UNKNOWN_VALUE",
            "there is no such state",
            "leave the state out for all",
        )),
    });
    let size = fields.accept(page::size(request.page_size));
    let after = fields.accept(Cursor::from_token(vault, &list_name(request), &request.page_token));
    let query = (|| {
        Some(ListBudgets {
            region,
            programme: programme?,
            year: year?,
            state: state?,
            after: after?,
            size: size?,
        })
    })();
    fields.finish(query)
}

/// The list a page token belongs to: the RPC with its whole filter.
pub(super) fn list_name(request: &ListBudgetsRequest) -> String {
    format!("ListBudgets/{}/{}/{}", request.programme, request.year, request.state)
}

/// One budget.
pub(super) fn get(region: Arc<Region>, request: &GetBudgetRequest) -> Result<GetBudget, Error> {
    let mut fields = Fields::default();
    let budget = fields.id("budget_id", &request.budget_id);
    fields.finish(budget.map(|budget| GetBudget { region, budget }))
}

/// The totals of one budget.
pub(super) fn totals(request: &GetBudgetTotalsRequest) -> Result<GetBudgetTotals, Error> {
    let mut fields = Fields::default();
    let budget = fields.id("budget_id", &request.budget_id);
    fields.finish(budget.map(|budget| GetBudgetTotals { budget }))
}

/// A line of staff.
pub(super) fn put_line(region: Arc<Region>, request: PutStaffLineRequest) -> Result<PutStaffLine, Error> {
    let mut fields = Fields::default();
    let budget = fields.id::<BudgetId>("budget_id", &request.budget_id);
    let line = fields.optional_id::<LineId>("line_id", &request.line_id);
    let input = LineInput {
        row: request.row,
        component: request.component,
        partner: request.partner,
        worker: request.worker_id,
        wage: request.wage_euro,
        hours: request.hours,
    };
    fields.finish(budget.zip(line).map(|(budget, line)| PutStaffLine { region, budget, line, input }))
}

/// A line of staff to remove.
pub(super) fn remove_line(
    region: Arc<Region>,
    request: &RemoveStaffLineRequest,
) -> Result<RemoveStaffLine, Error> {
    let mut fields = Fields::default();
    let budget = fields.id("budget_id", &request.budget_id);
    let line = fields.id("line_id", &request.line_id);
    fields.finish(budget.zip(line).map(|(budget, line)| RemoveStaffLine { region, budget, line }))
}

/// The funding of a budget.
pub(super) fn put_funding(region: Arc<Region>, request: PutFundingRequest) -> Result<PutFunding, Error> {
    let mut fields = Fields::default();
    let budget = fields.id("budget_id", &request.budget_id);
    for (field, items) in [("lines", request.lines.len()), ("contributions", request.contributions.len())] {
        if items > MOST_ITEMS {
            fields.add(Violation::new(
                field,
                "TOO_MANY",
                "the list has too many items",
                format!("send at most {MOST_ITEMS}"),
            ));
        }
    }
    let mut lines = Vec::new();
    for (place, line) in request.lines.into_iter().enumerate().take(MOST_ITEMS) {
        lines.extend(basis(&mut fields, place, line.basis).map(|basis| FundingLineInput {
            component: line.component,
            source: line.source,
            amount: line.amount_euro,
            in_kind: line.in_kind_euro,
            stated: line.stated_euro,
            basis,
        }));
    }
    let contributions = request
        .contributions
        .into_iter()
        .map(|one| ContributionInput { partner: one.partner, amount: one.amount_euro })
        .collect();
    let input = FundingInput { lines, contributions };
    fields.finish(budget.map(|budget| PutFunding { region, budget, input }))
}

#[expect(clippy::option_option, reason = "wrong, not said, and said are three things")]
fn basis(fields: &mut Fields, place: usize, number: i32) -> Option<Option<ShareBasis>> {
    fields.accept(match ProtoBasis::try_from(number) {
        Ok(ProtoBasis::Unspecified) => Ok(None),
        Ok(ProtoBasis::Cost) => Ok(Some(ShareBasis::Cost)),
        Ok(ProtoBasis::YearlyMaximum) => Ok(Some(ShareBasis::YearlyMaximum)),
        Ok(ProtoBasis::Agreed) => Ok(Some(ShareBasis::Agreed)),
        Err(_) => Err(Violation::new(
            format!("lines[{place}].basis"),
            "UNKNOWN_VALUE",
            "there is no such basis",
            "leave the basis out when nobody said what the share was computed from",
        )),
    })
}

/// An approval.
pub(super) fn approve(region: Arc<Region>, request: &ApproveBudgetRequest) -> Result<ApproveBudget, Error> {
    let mut fields = Fields::default();
    let budget = fields.id("budget_id", &request.budget_id);
    fields.finish(budget.map(|budget| ApproveBudget { region, budget }))
}

/// A page of suggested hours.
pub(super) fn suggested(
    region: Arc<Region>,
    vault: &Vault,
    request: &ListSuggestedHoursRequest,
) -> Result<ListSuggestedHours, Error> {
    let mut fields = Fields::default();
    let programme = programme(&mut fields, &request.programme);
    let month = |text: &str| if text.is_empty() { Ok(None) } else { text.parse::<Month>().map(Some) };
    let from = fields.take("from_month", month(&request.from_month));
    let to = fields.take("to_month", month(&request.to_month));
    if let (Some(Some(from)), Some(Some(to))) = (from, to)
        && to < from
    {
        fields.add(Violation::new(
            "to_month",
            "BEFORE_FROM",
            "the last month is before the first",
            "swap the two, or correct one of them",
        ));
    }
    let worker = fields.optional_id::<WorkerId>("worker_id", &request.worker_id);
    let size = fields.accept(page::size(request.page_size));
    let after = fields.accept(Cursor::from_token(vault, &suggested_name(request), &request.page_token));
    let query = (|| {
        Some(ListSuggestedHours {
            region,
            programme: programme?,
            from: from?,
            to: to?,
            worker: worker?,
            after: after?,
            size: size?,
        })
    })();
    fields.finish(query)
}

/// The list a page token belongs to: the RPC with its whole filter.
pub(super) fn suggested_name(request: &ListSuggestedHoursRequest) -> String {
    format!(
        "ListSuggestedHours/{}/{}/{}/{}",
        request.programme, request.from_month, request.to_month, request.worker_id
    )
}
