//! Between the messages of purchases and use cases.

use std::sync::Arc;

use chassis::page::{self, Cursor};
use chassis::vault::Vault;
use proto::finance::v1::{
    CheckProcurementRequest, ListPurchasesRequest, ProcurementAdvice, Purchase as ProtoPurchase,
    RecordPurchaseRequest, ReversePurchaseRequest, SplitWarning as ProtoWarning,
};
use region::{ClosedSet as _, Region};

use super::from_proto::programme;
use crate::domain::{Purchase, SplitWarning, limit_of};
use crate::error::Error;
use crate::events::published::{to_money, to_timestamp};
use crate::fields::Fields;
use crate::use_cases::{Advice, CheckProcurement, ListPurchases, RecordPurchase, ReversePurchase};

/// A purchase to record.
pub(super) fn record(region: Arc<Region>, request: RecordPurchaseRequest) -> Result<RecordPurchase, Error> {
    let RecordPurchaseRequest {
        programme,
        category,
        supplier_kbo,
        partner,
        bought_on,
        amount_euro,
        text,
        evidence,
    } = request;
    let looked_at = CheckProcurementRequest { programme, category, supplier_kbo, bought_on, amount_euro };
    Ok(RecordPurchase { check: check(region, looked_at)?, partner, text, evidence })
}

/// A purchase to look at.
pub(super) fn check(
    region: Arc<Region>,
    request: CheckProcurementRequest,
) -> Result<CheckProcurement, Error> {
    let mut fields = Fields::default();
    let programme = programme(&mut fields, &request.programme);
    fields.finish(programme.map(|programme| CheckProcurement {
        region,
        programme,
        category: request.category,
        supplier: request.supplier_kbo,
        day: request.bought_on,
        amount: request.amount_euro,
    }))
}

/// A purchase to take back.
pub(super) fn reverse(request: ReversePurchaseRequest) -> Result<ReversePurchase, Error> {
    let mut fields = Fields::default();
    let purchase = fields.id("purchase_id", &request.purchase_id);
    fields.finish(purchase.map(|purchase| ReversePurchase { purchase, reason: request.reason }))
}

/// A page of purchases.
pub(super) fn list(
    region: Arc<Region>,
    vault: &Vault,
    request: &ListPurchasesRequest,
) -> Result<ListPurchases, Error> {
    let mut fields = Fields::default();
    let programme = programme(&mut fields, &request.programme);
    let size = fields.accept(page::size(request.page_size));
    let after = fields.accept(Cursor::from_token(vault, &list_name(request), &request.page_token));
    let query = (|| Some(ListPurchases { region, programme: programme?, after: after?, size: size? }))();
    fields.finish(query)
}

/// The list a page token belongs to: the RPC with its whole filter.
pub(super) fn list_name(request: &ListPurchasesRequest) -> String {
    format!("ListPurchases/{}", request.programme)
}

fn to_warning(warning: &SplitWarning) -> ProtoWarning {
    ProtoWarning {
        same: warning.same.as_str().to_owned(),
        limit: Some(to_money(warning.limit)),
        sum: Some(to_money(warning.sum)),
        purchase_ids: warning.purchases.iter().map(ToString::to_string).collect(),
    }
}

/// Which procedure holds, and what to look at.
pub(super) fn to_advice(advice: &Advice) -> ProcurementAdvice {
    ProcurementAdvice {
        procedure: advice.band.procedure.as_str().to_owned(),
        below: limit_of(&advice.band).map(to_money),
        evidence_needed: advice.band.evidence,
        certainty: advice.band.certainty.clone(),
        warnings: advice.warnings.iter().map(to_warning).collect(),
    }
}

/// A purchase.
pub(super) fn to_purchase(purchase: &Purchase) -> ProtoPurchase {
    ProtoPurchase {
        purchase_id: purchase.id.to_string(),
        programme: purchase.programme.to_string(),
        category: purchase.category.clone(),
        supplier_kbo: purchase.supplier.dotted(),
        partner: purchase.partner.to_string(),
        bought_on: purchase.day.to_string(),
        amount: Some(to_money(purchase.amount)),
        text: purchase.text.clone(),
        evidence: purchase.evidence.clone().unwrap_or_default(),
        reverses: purchase.reverses.map(|id| id.to_string()).unwrap_or_default(),
        recorded_at: Some(to_timestamp(purchase.recorded.0)),
        recorded_by: purchase.recorded.1.to_string(),
    }
}
