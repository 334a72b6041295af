//! Between the messages of the ledger and use cases.

use std::sync::Arc;

use chassis::error::Violation;
use chassis::page::{self, Cursor};
use chassis::vault::Vault;
use proto::finance::v1::{
    LedgerEntry as ProtoEntry, LedgerKind as ProtoKind, ListLedgerEntriesRequest, PostLedgerEntryRequest,
    ReverseLedgerEntryRequest,
};
use region::Region;

use super::from_proto::programme;
use crate::domain::{LedgerEntry, LedgerKind, Month};
use crate::error::Error;
use crate::events::published::{to_money, to_timestamp};
use crate::fields::Fields;
use crate::use_cases::{ListLedgerEntries, PostLedgerEntry, ReverseLedgerEntry};

/// What an amount is for, as the contract has it.
pub(super) fn to_kind(kind: LedgerKind) -> i32 {
    match kind {
        LedgerKind::Staff => ProtoKind::Staff,
        LedgerKind::FlatRate => ProtoKind::FlatRate,
    }
    .into()
}

/// An amount to book.
pub(super) fn post(region: Arc<Region>, request: PostLedgerEntryRequest) -> Result<PostLedgerEntry, Error> {
    let mut fields = Fields::default();
    let programme = programme(&mut fields, &request.programme);
    let month = fields.take("month", request.month.parse::<Month>());
    let kind = fields.accept(match ProtoKind::try_from(request.kind) {
        Ok(ProtoKind::Staff) => Ok(LedgerKind::Staff),
        Ok(ProtoKind::FlatRate) => Ok(LedgerKind::FlatRate),
        Ok(ProtoKind::Unspecified) | Err(_) => Err(Violation::new(
            "kind",
            "UNKNOWN_VALUE",
            "there is no such kind of cost",
            "say whether it is staff or what the flat rate covers",
        )),
    });
    let command = (|| {
        Some(PostLedgerEntry {
            region,
            programme: programme?,
            month: month?,
            kind: kind?,
            component: request.component,
            partner: request.partner,
            account: request.account,
            amount: request.amount_euro,
            document: request.document,
        })
    })();
    fields.finish(command)
}

/// An entry to reverse.
pub(super) fn reverse(request: ReverseLedgerEntryRequest) -> Result<ReverseLedgerEntry, Error> {
    let mut fields = Fields::default();
    let entry = fields.id("entry_id", &request.entry_id);
    fields.finish(entry.map(|entry| ReverseLedgerEntry { entry, reason: request.reason }))
}

/// A page of entries.
pub(super) fn list(
    region: Arc<Region>,
    vault: &Vault,
    request: &ListLedgerEntriesRequest,
) -> Result<ListLedgerEntries, Error> {
    let mut fields = Fields::default();
    let programme = programme(&mut fields, &request.programme);
    let month = if request.month.is_empty() { Ok(None) } else { request.month.parse::<Month>().map(Some) };
    let month = fields.take("month", month);
    let size = fields.accept(page::size(request.page_size));
    let after = fields.accept(Cursor::from_token(vault, &list_name(request), &request.page_token));
    let query = (|| {
        Some(ListLedgerEntries { region, programme: programme?, month: month?, after: after?, size: size? })
    })();
    fields.finish(query)
}

/// The list a page token belongs to: the RPC with its whole filter.
pub(super) fn list_name(request: &ListLedgerEntriesRequest) -> String {
    format!("ListLedgerEntries/{}/{}", request.programme, request.month)
}

/// An entry.
pub(super) fn to_entry(entry: &LedgerEntry) -> ProtoEntry {
    ProtoEntry {
        entry_id: entry.id.to_string(),
        programme: entry.programme.to_string(),
        month: entry.month.to_string(),
        component: entry.component.to_string(),
        partner: entry.partner.to_string(),
        kind: to_kind(entry.kind),
        account: entry.account.clone(),
        amount: Some(to_money(entry.amount)),
        document: entry.document.clone(),
        reverses: entry.reverses.map(|id| id.to_string()).unwrap_or_default(),
        booked_at: Some(to_timestamp(entry.booked.0)),
        booked_by: entry.booked.1.to_string(),
    }
}
