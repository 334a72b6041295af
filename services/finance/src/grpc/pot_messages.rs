//! Between the messages of the pot and use cases.

use std::sync::Arc;

use chassis::error::Violation;
use chassis::page::{self, Cursor};
use chassis::vault::Vault;
use proto::finance::v1::{
    CloseDecisionRequest, GetPotRequest, GetPotResponse, GetPotTotalsRequest, ListPotEntriesRequest,
    PotContribution as ProtoContribution, PotDecision, PotEntry as ProtoEntry, PotEntryKind, PotTotals,
    RecordPotDecisionRequest, RecordPotSpendingRequest, ReversePotEntryRequest,
};
use region::{ProgrammeCode, Region};

use super::from_proto::programme;
use crate::domain::{Money, OutOfRange, PotContribution, PotEntry, PotEntryId, PotKind, PotSums};
use crate::error::Error;
use crate::events::published::{to_money, to_timestamp};
use crate::fields::Fields;
use crate::use_cases::{
    CloseDecision, GetPot, GetPotTotals, ListPotEntries, PotView, RecordPotDecision, RecordPotSpending,
    ReversePotEntry,
};

/// The year of a pot.
fn year(fields: &mut Fields, year: u32) -> Option<i16> {
    let found = i16::try_from(year).ok().filter(|year| (1900..=2999).contains(year));
    fields.accept(found.ok_or_else(|| {
        let message = "no programme has a pot for this year";
        Violation::new("year", "YEAR_OUTSIDE_TERM", message, "give a year of four digits")
    }))
}

/// Which pot.
fn pot(fields: &mut Fields, code: &str, of_year: u32) -> (Option<ProgrammeCode>, Option<i16>) {
    (programme(fields, code), year(fields, of_year))
}

/// A decision to book.
pub(super) fn decide(
    region: Arc<Region>,
    request: RecordPotDecisionRequest,
) -> Result<RecordPotDecision, Error> {
    let mut fields = Fields::default();
    let (programme, year) = pot(&mut fields, &request.programme, request.year);
    let (day, organ, subject, amount) = (request.day, request.organ, request.subject, request.amount_euro);
    fields.finish(programme.zip(year).map(|(programme, year)| RecordPotDecision {
        region,
        programme,
        year,
        day,
        organ,
        subject,
        amount,
    }))
}

/// Spending to book.
pub(super) fn spend(
    region: Arc<Region>,
    request: RecordPotSpendingRequest,
) -> Result<RecordPotSpending, Error> {
    let mut fields = Fields::default();
    let decision = fields.id::<PotEntryId>("decision_id", &request.decision_id);
    fields.finish(decision.map(|decision| RecordPotSpending {
        region,
        decision,
        day: request.day,
        partner: request.partner,
        subject: request.subject,
        amount: request.amount_euro,
        evidence: request.evidence,
        account: request.account,
    }))
}

/// A decision to close.
pub(super) fn close(request: CloseDecisionRequest) -> Result<CloseDecision, Error> {
    let mut fields = Fields::default();
    let decision = fields.id("decision_id", &request.decision_id);
    fields.finish(decision.map(|decision| CloseDecision { decision, reason: request.reason }))
}

/// An entry to reverse.
pub(super) fn reverse(request: ReversePotEntryRequest) -> Result<ReversePotEntry, Error> {
    let mut fields = Fields::default();
    let entry = fields.id("entry_id", &request.entry_id);
    fields.finish(entry.map(|entry| ReversePotEntry { entry, reason: request.reason }))
}

/// A pot to read.
pub(super) fn get(region: Arc<Region>, request: &GetPotRequest) -> Result<GetPot, Error> {
    let mut fields = Fields::default();
    let (programme, year) = pot(&mut fields, &request.programme, request.year);
    fields.finish(programme.zip(year).map(|(programme, year)| GetPot { region, programme, year }))
}

/// Sums to read.
pub(super) fn get_totals(region: Arc<Region>, request: &GetPotTotalsRequest) -> Result<GetPotTotals, Error> {
    let mut fields = Fields::default();
    let (programme, year) = pot(&mut fields, &request.programme, request.year);
    fields.finish(programme.zip(year).map(|(programme, year)| GetPotTotals { region, programme, year }))
}

/// A page of entries.
pub(super) fn list(
    region: Arc<Region>,
    vault: &Vault,
    request: &ListPotEntriesRequest,
) -> Result<ListPotEntries, Error> {
    let mut fields = Fields::default();
    let (programme, year) = pot(&mut fields, &request.programme, request.year);
    let decision = fields.optional_id::<PotEntryId>("decision_id", &request.decision_id);
    let size = fields.accept(page::size(request.page_size));
    let after = fields.accept(Cursor::from_token(vault, &list_name(request), &request.page_token));
    let query = (|| {
        let (programme, year, decision) = (programme?, year?, decision?);
        Some(ListPotEntries { region, programme, year, decision, after: after?, size: size? })
    })();
    fields.finish(query)
}

/// The list a page token belongs to: the RPC with its whole filter.
pub(super) fn list_name(request: &ListPotEntriesRequest) -> String {
    format!("ListPotEntries/{}/{}/{}", request.programme, request.year, request.decision_id)
}

fn to_kind(kind: PotKind) -> i32 {
    match kind {
        PotKind::Decision => PotEntryKind::Decision,
        PotKind::Spending => PotEntryKind::Spending,
        PotKind::Release => PotEntryKind::Release,
    }
    .into()
}

/// An entry.
pub(super) fn to_entry(entry: &PotEntry) -> ProtoEntry {
    let spent = entry.spent.as_ref();
    ProtoEntry {
        entry_id: entry.id.to_string(),
        programme: entry.programme.to_string(),
        year: entry.year.unsigned_abs().into(),
        kind: to_kind(entry.kind),
        decision_id: entry.decision.to_string(),
        reverses: entry.reverses.map(|id| id.to_string()).unwrap_or_default(),
        day: entry.day.to_string(),
        organ: entry.organ.clone().unwrap_or_default(),
        partner: spent.map(|spent| spent.partner.to_string()).unwrap_or_default(),
        subject: entry.subject.clone(),
        amount: Some(to_money(entry.amount)),
        evidence: spent.map(|spent| spent.evidence.clone()).unwrap_or_default(),
        account: spent.map(|spent| spent.account.clone()).unwrap_or_default(),
        booked_at: Some(to_timestamp(entry.booked.0)),
        booked_by: entry.booked.1.to_string(),
    }
}

/// The sums of a pot.
pub(super) fn to_totals(programme: &str, year: u32, sums: &PotSums) -> Result<PotTotals, Error> {
    let decisions = sums
        .decisions
        .iter()
        .map(|one| {
            Ok(PotDecision {
                decision_id: one.decision.to_string(),
                day: one.day.to_string(),
                organ: one.organ.clone(),
                subject: one.subject.clone(),
                reserved: Some(to_money(one.reserved)),
                spent: Some(to_money(one.spent)),
                released: Some(to_money(one.released)),
                left: Some(to_money(one.left()?)),
                closed: one.is_closed,
            })
        })
        .collect::<Result<_, OutOfRange>>()?;
    Ok(PotTotals {
        programme: programme.to_owned(),
        year,
        contributed: Some(to_money(sums.contributed)),
        held: Some(to_money(sums.held()?)),
        spent: Some(to_money(sums.spent()?)),
        available: Some(to_money(sums.available()?)),
        decisions,
    })
}

/// A pot.
pub(super) fn to_pot(request: &GetPotRequest, view: PotView) -> Result<GetPotResponse, Error> {
    let to_contribution = |one: PotContribution| {
        let change = one.before.map(|before| one.amount.checked_sub(before)).transpose()?;
        Ok(ProtoContribution {
            partner: one.partner.to_string(),
            amount: Some(to_money(one.amount)),
            former_amount: one.before.map(to_money),
            change: change.map(|change: Money| to_money(change)),
            spent: Some(to_money(one.spent)),
        })
    };
    let contributions = view.contributions;
    Ok(GetPotResponse {
        totals: Some(to_totals(&request.programme, request.year, &view.sums)?),
        budget_id: contributions.budget.map(|id| id.to_string()).unwrap_or_default(),
        former_budget_id: contributions.before.map(|id| id.to_string()).unwrap_or_default(),
        contributions: contributions
            .partners
            .into_iter()
            .map(to_contribution)
            .collect::<Result<_, OutOfRange>>()?,
    })
}
