//! Between the messages of claims and use cases.

use std::sync::Arc;

use chassis::error::Violation;
use chassis::page::{self, Cursor};
use chassis::vault::Vault;
use proto::finance::v1::{
    Claim as ProtoClaim, ClaimComponent, ClaimKind as ProtoKind, ClaimLine as ProtoLine,
    ClaimShare as ProtoShare, ClaimState as ProtoState, ClaimSummary, CorrectClaimRequest,
    CreateClaimRequest, GetClaimRequest, HourDifference, LedgerDifference, ListClaimsRequest,
    ReconcileClaimRequest, Reconciliation,
};
use region::{ClosedSet as _, Region};

use super::from_proto::programme;
use super::ledger_messages::to_kind as to_ledger_kind;
use crate::domain::{
    Claim, ClaimKind, ClaimLine, ClaimPeriod, ClaimShare, ClaimState, ComponentTotal, Etag, Money,
};
use crate::error::Error;
use crate::events::published::{to_money, to_timestamp};
use crate::fields::Fields;
use crate::storage::claims::Summary;
use crate::use_cases::{
    ClaimStep, ClaimView, CorrectClaim, CreateClaim, GetClaim, ListClaims, ReconcileClaim, ReconciledClaim,
    StepClaim,
};

/// A new claim.
pub(super) fn create(region: Arc<Region>, request: &CreateClaimRequest) -> Result<CreateClaim, Error> {
    let mut fields = Fields::default();
    let programme = programme(&mut fields, &request.programme);
    let year = i16::try_from(request.year).ok();
    let wrong =
        |field: &str, remedy: &str| Violation::new(field, "CLAIM_PERIOD", "there is no such period", remedy);
    let period = fields.accept(match (ProtoKind::try_from(request.kind), request.quarter) {
        (Ok(ProtoKind::Quarter), quarter) => match year.and_then(ClaimPeriod::year) {
            None => Err(wrong("year", "give a year of four digits")),
            Some(_) => year
                .and_then(|year| ClaimPeriod::quarter(year, quarter))
                .ok_or_else(|| wrong("quarter", "give a quarter from 1 to 4")),
        },
        (Ok(ProtoKind::Year), 0) => {
            year.and_then(ClaimPeriod::year).ok_or_else(|| wrong("year", "give a year of four digits"))
        }
        (Ok(ProtoKind::Year), _) => Err(wrong("quarter", "leave the quarter out for a year")),
        (Ok(ProtoKind::Unspecified) | Err(_), _) => Err(Violation::new(
            "kind",
            "UNKNOWN_VALUE",
            "there is no such kind of claim",
            "say whether it is for a quarter or for a year",
        )),
    });
    fields.finish(programme.zip(period).map(|(programme, period)| CreateClaim { region, programme, period }))
}

/// A step on a claim.
pub(super) fn step(region: Arc<Region>, claim_id: &str, step: ClaimStep) -> Result<StepClaim, Error> {
    let mut fields = Fields::default();
    let claim = fields.id("claim_id", claim_id);
    fields.finish(claim.map(|claim| StepClaim { region, claim, step }))
}

/// A correction.
pub(super) fn correct(region: Arc<Region>, request: CorrectClaimRequest) -> Result<CorrectClaim, Error> {
    let mut fields = Fields::default();
    let claim = fields.id("claim_id", &request.claim_id);
    fields.finish(claim.map(|claim| CorrectClaim { region, claim, reason: request.reason }))
}

/// One claim.
pub(super) fn get(region: Arc<Region>, request: &GetClaimRequest) -> Result<GetClaim, Error> {
    let mut fields = Fields::default();
    let claim = fields.id("claim_id", &request.claim_id);
    let revision = (request.revision != 0).then(|| i32::try_from(request.revision).unwrap_or(i32::MAX));
    fields.finish(claim.map(|claim| GetClaim { region, claim, revision }))
}

/// A reconciliation.
pub(super) fn reconcile(request: &ReconcileClaimRequest) -> Result<ReconcileClaim, Error> {
    let mut fields = Fields::default();
    let claim = fields.id("claim_id", &request.claim_id);
    fields.finish(claim.map(|claim| ReconcileClaim { claim }))
}

/// A page of claims.
pub(super) fn list(
    region: Arc<Region>,
    vault: &Vault,
    request: &ListClaimsRequest,
) -> Result<ListClaims, Error> {
    let mut fields = Fields::default();
    let programme = programme(&mut fields, &request.programme);
    let size = fields.accept(page::size(request.page_size));
    let after = fields.accept(Cursor::from_token(vault, &list_name(request), &request.page_token));
    let query = (|| Some(ListClaims { region, programme: programme?, after: after?, size: size? }))();
    fields.finish(query)
}

/// The list a page token belongs to.
pub(super) fn list_name(request: &ListClaimsRequest) -> String {
    format!("ListClaims/{}", request.programme)
}

fn to_kind(kind: ClaimKind) -> i32 {
    match kind {
        ClaimKind::Quarter => ProtoKind::Quarter,
        ClaimKind::Year => ProtoKind::Year,
    }
    .into()
}

fn to_state(state: ClaimState) -> i32 {
    match state {
        ClaimState::Saved => ProtoState::Saved,
        ClaimState::Valid => ProtoState::Valid,
        ClaimState::Submitted => ProtoState::Submitted,
        ClaimState::Accepted => ProtoState::Accepted,
        ClaimState::Corrected => ProtoState::Corrected,
    }
    .into()
}

/// Sums of stored cents that fitted when they were written.
fn plus(one: Money, other: Money) -> Money {
    Money::from_cents(one.cents().saturating_add(other.cents()))
}

fn to_component(total: &ComponentTotal) -> ClaimComponent {
    ClaimComponent {
        component: total.component.to_string(),
        staff: Some(to_money(total.staff)),
        flat_rate: Some(to_money(total.flat_rate)),
        total: Some(to_money(plus(total.staff, total.flat_rate))),
    }
}

fn to_line(line: &ClaimLine) -> ProtoLine {
    let worked = &line.worked;
    ProtoLine {
        employment_id: worked.employment.to_string(),
        worker_id: worked.worker.to_string(),
        partner: worked.partner.to_string(),
        component: worked.component.to_string(),
        month: worked.month.to_string(),
        with_participant_minutes: worked.with_participant,
        around_participant_minutes: worked.around_participant,
        hours: line.hours.to_string(),
        hourly_rate: Some(to_money(line.rate)),
        cost: Some(to_money(line.cost)),
        programme_version: line.rules.0.to_string(),
    }
}

/// A claim with its lines.
pub(super) fn to_claim(claim: &Claim) -> ProtoClaim {
    let (staff, flat_rate) = sums(&claim.totals);
    ProtoClaim {
        claim_id: claim.id.to_string(),
        programme: claim.programme.to_string(),
        kind: to_kind(claim.period.kind),
        first_month: claim.period.first.to_string(),
        last_month: claim.period.last.to_string(),
        revision: u32::try_from(claim.revision).unwrap_or_default(),
        state: to_state(claim.state),
        reason: claim.reason.clone().unwrap_or_default(),
        lines: claim.lines.iter().map(to_line).collect(),
        components: claim.totals.iter().map(to_component).collect(),
        staff: Some(to_money(staff)),
        flat_rate: Some(to_money(flat_rate)),
        total: Some(to_money(plus(staff, flat_rate))),
        submitted_at: claim.submitted.map(|(at, _)| to_timestamp(at)),
        submitted_by: claim.submitted.map(|(_, by)| by.to_string()).unwrap_or_default(),
        etag: claim.etag().to_string(),
    }
}

/// What each funder pays.
pub(super) fn to_shares(view: &ClaimView) -> Vec<ProtoShare> {
    let share = |share: &ClaimShare| ProtoShare {
        component: share.component.to_string(),
        source: share.source.as_str().to_owned(),
        percent: share.percent.to_string(),
        amount: Some(to_money(share.amount)),
        exact_euro: share.exact.euro().normalize().to_string(),
        balancing: share.is_balancing,
    };
    view.shares.iter().map(share).collect()
}

fn sums(totals: &[ComponentTotal]) -> (Money, Money) {
    totals.iter().fold((Money::ZERO, Money::ZERO), |(staff, flat_rate), one| {
        (plus(staff, one.staff), plus(flat_rate, one.flat_rate))
    })
}

/// A claim in a list.
pub(super) fn to_summary(row: &Summary) -> ClaimSummary {
    let (staff, flat_rate) = sums(&row.totals);
    ClaimSummary {
        claim_id: row.id.to_string(),
        kind: to_kind(row.period.kind),
        first_month: row.period.first.to_string(),
        last_month: row.period.last.to_string(),
        revision: u32::try_from(row.revision).unwrap_or_default(),
        state: to_state(row.state),
        components: row.totals.iter().map(to_component).collect(),
        total: Some(to_money(plus(staff, flat_rate))),
        etag: Etag::of(row.version).to_string(),
    }
}

/// A reconciliation.
pub(super) fn to_reconciliation(reconciled: &ReconciledClaim) -> Reconciliation {
    let result = &reconciled.result;
    Reconciliation {
        claim_id: reconciled.claim.to_string(),
        revision: u32::try_from(reconciled.revision).unwrap_or_default(),
        reconciled: result.holds(),
        hour_differences: result
            .hours
            .iter()
            .map(|((month, employment), difference)| HourDifference {
                employment_id: employment.to_string(),
                month: month.to_string(),
                claimed_minutes: difference.claimed,
                sheet_minutes: difference.other,
                difference_minutes: difference.claimed - difference.other,
            })
            .collect(),
        ledger_differences: result
            .money
            .iter()
            .map(|((kind, component, partner, month), difference)| LedgerDifference {
                kind: to_ledger_kind(*kind),
                component: component.to_string(),
                partner: partner.as_ref().map(ToString::to_string).unwrap_or_default(),
                month: month.map(|month| month.to_string()).unwrap_or_default(),
                claimed: Some(to_money(difference.claimed)),
                booked: Some(to_money(difference.other)),
                difference: Some(to_money(Money::from_cents(
                    difference.claimed.cents().saturating_sub(difference.other.cents()),
                ))),
            })
            .collect(),
        claimed_minutes: result.minutes.claimed,
        sheet_minutes: result.minutes.other,
        claimed: Some(to_money(result.total.claimed)),
        booked: Some(to_money(result.total.other)),
    }
}
