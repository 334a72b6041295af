//! From read models to the messages of the contract.

use proto::finance::v1::{
    Budget, BudgetAcceptance, BudgetFinding as ProtoFinding, BudgetState as ProtoState, BudgetTotals,
    ComponentCost, ComponentTotals as ProtoTotals, Contribution as ProtoContribution,
    Control as ProtoControl, Cost as ProtoCost, DifferenceSubject, FlatRateAtLevel,
    FlatRateShares as ProtoShares, FundingLine as ProtoFunding, ListBudgetsResponse,
    ListSuggestedHoursResponse, PartnerShare as ProtoPartnerShare, RoundingLevel as ProtoLevel,
    ShareBasis as ProtoBasis, StaffLine as ProtoLine, SuggestedHours, SuggestedTime, WayOut as ProtoWayOut,
    way_out,
};
use region::ClosedSet as _;
use region::programme::RoundingLevel;
use rust_decimal::Decimal;

use crate::domain::{
    Acceptance, BudgetState, Contribution, Control, Cost, FinanceModel, Finding, FlatRateShares, FundingLine,
    Hours, Money, PricedLine, ShareBasis, StaffLine, WayOut,
};
use crate::events::published::{to_money, to_timestamp};
use crate::storage::budget_totals::ComponentTotals;
use crate::storage::suggested_hours::Suggested;
use crate::use_cases::{BudgetPage, BudgetView, SuggestedPage, SuggestedView, TotalsView};

fn to_state(state: BudgetState) -> i32 {
    match state {
        BudgetState::Draft => ProtoState::Draft,
        BudgetState::Approved => ProtoState::Approved,
    }
    .into()
}

/// One budget, with everything it comes to.
pub(super) fn to_budget(view: BudgetView) -> Budget {
    let BudgetView { budget, model, figures, contributions_today, contributions_corrected } = view;
    let standing = budget.standing();
    let funding = budget.funding();
    let decimals = model.hour_decimals;
    let to_level = |(level, flat_rate): &(RoundingLevel, Money)| FlatRateAtLevel {
        level: match level {
            RoundingLevel::Line => ProtoLevel::Line,
            RoundingLevel::Component => ProtoLevel::Component,
            RoundingLevel::Project => ProtoLevel::Project,
        }
        .into(),
        flat_rate: Some(to_money(*flat_rate)),
        holds: *level == model.flat_rate.level,
    };
    let acceptances =
        budget.acceptances().iter().map(|one| to_acceptance(one, one.is_lapsed(&figures))).collect();
    Budget {
        acceptances,
        budget_id: budget.id().to_string(),
        programme: budget.programme().to_string(),
        programme_version: budget.rules().0.to_string(),
        year: u32::try_from(budget.year()).unwrap_or_default(),
        name: budget.name().as_str().to_owned(),
        state: to_state(standing.state),
        lines: budget
            .lines()
            .iter()
            .zip(&figures.lines)
            .map(|(line, priced)| to_line(line, priced, decimals))
            .collect(),
        funding: funding.lines.iter().map(|line| to_funding(line, &model)).collect(),
        contributions: to_contributions(&funding.contributions),
        contributions_today: to_contributions(&contributions_today),
        contributions_corrected: to_contributions(&contributions_corrected),
        components: figures
            .costs
            .components
            .iter()
            .map(|one| ComponentCost {
                component: one.component.to_string(),
                cost: Some(to_cost(&one.cost, decimals)),
            })
            .collect(),
        project: Some(to_cost(&figures.costs.project, decimals)),
        flat_rates: figures.flat_rate_levels.iter().map(to_level).collect(),
        flat_rate_shares: figures.shares.map(to_shares),
        cofinancing: funding.cofinancing().ok().map(to_money),
        controls: figures.controls.into_iter().map(|control| to_control(control, decimals)).collect(),
        findings: figures.findings.into_iter().map(to_finding).collect(),
        created_at: Some(to_timestamp(standing.created_at)),
        approved_at: standing.approved.map(|(at, _)| to_timestamp(at)),
        approved_by: standing.approved.map(|(_, by)| by.to_string()).unwrap_or_default(),
        etag: budget.etag().to_string(),
    }
}

fn to_acceptance(one: &Acceptance, lapsed: bool) -> BudgetAcceptance {
    let (control, finding, component, source) = one.subject.parts();
    BudgetAcceptance {
        subject: Some(DifferenceSubject {
            control: control.to_owned(),
            finding: finding.to_owned(),
            component: component.to_owned(),
            source: source.to_owned(),
        }),
        amount: Some(to_money(one.amount)),
        reason: one.reason.clone(),
        accepted_at: Some(to_timestamp(one.at)),
        accepted_by: one.by.to_string(),
        lapsed,
    }
}

fn to_line(line: &StaffLine, priced: &PricedLine, decimals: u32) -> ProtoLine {
    ProtoLine {
        line_id: line.id.to_string(),
        row: line.row.to_string(),
        component: line.component.to_string(),
        partner: line.partner.to_string(),
        partner_kind: line.partner_kind.as_str().to_owned(),
        worker_id: line.worker.map(|id| id.to_string()).unwrap_or_default(),
        wage: Some(to_money(line.wage.expose())),
        hours: line.hours.shown(decimals),
        hourly_rate: Some(to_money(priced.rate)),
        cost: Some(to_money(priced.cost)),
    }
}

fn to_funding(line: &FundingLine, model: &FinanceModel) -> ProtoFunding {
    let share = model
        .components
        .iter()
        .find(|one| one.code == line.component)
        .and_then(|one| one.funding.iter().find(|share| share.source == line.source));
    let basis = match line.basis {
        None => ProtoBasis::Unspecified,
        Some(ShareBasis::Cost) => ProtoBasis::Cost,
        Some(ShareBasis::YearlyMaximum) => ProtoBasis::YearlyMaximum,
        Some(ShareBasis::Agreed) => ProtoBasis::Agreed,
    };
    ProtoFunding {
        component: line.component.to_string(),
        source: line.source.as_str().to_owned(),
        amount: Some(to_money(line.amount)),
        in_kind: Some(to_money(line.in_kind)),
        stated: line.stated.map(to_money),
        basis: basis.into(),
        shown_percent: share.map(|share| share.percent.normalize().to_string()).unwrap_or_default(),
        balancing: share.is_some_and(|share| share.balancing),
    }
}

fn to_contributions(contributions: &[Contribution]) -> Vec<ProtoContribution> {
    contributions
        .iter()
        .map(|one| ProtoContribution { partner: one.partner.to_string(), amount: Some(to_money(one.amount)) })
        .collect()
}

fn to_cost(cost: &Cost, decimals: u32) -> ProtoCost {
    ProtoCost {
        hours: cost.hours.shown(decimals),
        staff: Some(to_money(cost.staff)),
        flat_rate: Some(to_money(cost.flat_rate)),
        total: Some(to_money(cost.total)),
    }
}

fn to_shares(shares: FlatRateShares) -> ProtoShares {
    ProtoShares {
        partners: shares
            .partners
            .into_iter()
            .map(|one| ProtoPartnerShare {
                partner: one.partner.to_string(),
                staff: Some(to_money(one.staff)),
                home: Some(to_money(one.home)),
                shared: Some(to_money(one.shared)),
            })
            .collect(),
        staff: Some(to_money(shares.staff)),
        home: Some(to_money(shares.home)),
        shared: Some(to_money(shares.shared)),
    }
}

fn to_control(control: Control, decimals: u32) -> ProtoControl {
    let to_way = |way: WayOut| {
        let change = match way {
            WayOut::Balance { source, from, to } => way_out::Change::Balance(way_out::Balance {
                source: source.as_str().to_owned(),
                from: Some(to_money(from)),
                to: Some(to_money(to)),
            }),
            WayOut::Hours { row, from, to } => way_out::Change::Hours(way_out::Hours {
                row: row.to_string(),
                from: from.shown(decimals),
                to: to.shown(decimals),
            }),
        };
        ProtoWayOut { change: Some(change) }
    };
    ProtoControl {
        of: control.of.as_str().to_owned(),
        cost: Some(to_money(control.cost)),
        funding: Some(to_money(control.funding)),
        difference: Some(to_money(control.difference)),
        rounding_effect_euro: control.rounding_effect.euro().normalize().to_string(),
        ways_out: control.ways_out.into_iter().map(to_way).collect(),
    }
}

fn to_finding(finding: Finding) -> ProtoFinding {
    ProtoFinding {
        code: finding.code(),
        component: finding.component.map(|code| code.to_string()).unwrap_or_default(),
        source: finding.source.map(|source| source.as_str().to_owned()).unwrap_or_default(),
        found: Some(to_money(finding.found)),
        expected: Some(to_money(finding.expected)),
        amount: Some(to_money(finding.amount)),
        cause: finding.cause,
    }
}

/// The totals of a budget. Sums of stored cents that fitted when they were written.
pub(super) fn to_totals(view: TotalsView) -> BudgetTotals {
    let TotalsView { budget, components } = view;
    let sum = |of: fn(&ComponentTotals) -> i64| components.iter().map(of).fold(0, i64::saturating_add);
    let project = to_component(
        "project".to_owned(),
        sum(|one| one.staff.cents()),
        sum(|one| one.flat_rate.cents()),
        sum(|one| one.funding.cents()),
    );
    BudgetTotals {
        budget_id: budget.id.to_string(),
        programme: budget.programme,
        year: u32::try_from(budget.year).unwrap_or_default(),
        name: budget.name,
        state: to_state(budget.standing.state),
        project: Some(project),
        components: components
            .into_iter()
            .map(|one| {
                to_component(one.component, one.staff.cents(), one.flat_rate.cents(), one.funding.cents())
            })
            .collect(),
        created_at: Some(to_timestamp(budget.standing.created_at)),
        approved_at: budget.standing.approved.map(|(at, _)| to_timestamp(at)),
        etag: crate::domain::Etag::of(budget.standing.version).to_string(),
    }
}

fn to_component(component: String, staff: i64, flat_rate: i64, funding: i64) -> ProtoTotals {
    let money = |cents| Some(to_money(Money::from_cents(cents)));
    ProtoTotals {
        component,
        staff: money(staff),
        flat_rate: money(flat_rate),
        total: money(staff.saturating_add(flat_rate)),
        funding: money(funding),
    }
}

/// A page of budgets.
pub(super) fn to_page(page: BudgetPage, next_page_token: String) -> ListBudgetsResponse {
    ListBudgetsResponse { budgets: page.budgets.into_iter().map(to_totals).collect(), next_page_token }
}

/// A page of suggested hours.
pub(super) fn to_suggested(page: &SuggestedPage, next_page_token: String) -> ListSuggestedHoursResponse {
    let decimals = page.hour_decimals;
    ListSuggestedHoursResponse {
        hours: page.hours.iter().map(|one| to_worker_month(one, decimals)).collect(),
        next_page_token,
    }
}

fn to_worker_month(view: &SuggestedView, decimals: u32) -> SuggestedHours {
    let sum = |of: fn(&Suggested) -> i64| view.organisations.iter().map(of).sum();
    let total = to_time(
        String::new(),
        (sum(|one| one.with_participant), sum(|one| one.around_participant)),
        sum(|one| one.contacts),
        decimals,
    );
    SuggestedHours {
        worker_id: view.worker.to_string(),
        month: view.month.to_string(),
        organisations: view
            .organisations
            .iter()
            .map(|one| {
                let minutes = (one.with_participant, one.around_participant);
                to_time(one.organisation.to_string(), minutes, one.contacts, decimals)
            })
            .collect(),
        total: Some(total),
    }
}

fn to_time(
    organisation_id: String,
    (with_participant, around_participant): (i64, i64),
    contacts: i64,
    decimals: u32,
) -> SuggestedTime {
    let minutes = with_participant.saturating_add(around_participant);
    SuggestedTime {
        organisation_id,
        with_participant_minutes: u64::try_from(with_participant).unwrap_or_default(),
        around_participant_minutes: u64::try_from(around_participant).unwrap_or_default(),
        contacts: u32::try_from(contacts).unwrap_or(u32::MAX),
        hours: Hours::of_minutes(Decimal::from(minutes), decimals).shown(decimals),
    }
}
