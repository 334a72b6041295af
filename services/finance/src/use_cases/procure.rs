//! Purchases are recorded, reversed and listed, and looked at before they are made.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::error::Violation;
use chassis::money::Money;
use chassis::page::Cursor;
use region::programme::ProcurementBand;
use region::{ProgrammeCode, Region};

use super::create_employment::kbo;
use super::keep_pot::partner;
use super::list_time_sheets::{Page, check_reach};
use super::{sheet_step, step};
use crate::domain::{
    EuroError, Planned, Purchase, PurchaseId, SplitWarning, band_of, parse_amount, parse_category, parse_day,
    parse_reason, split_warnings, window_end, window_start,
};
use crate::error::Error;
use crate::fields::Fields;
use crate::refusal::Refusal;
use crate::storage::purchases;

/// A purchase to look at, as it was typed.
#[derive(Debug, Clone)]
pub struct CheckProcurement {
    /// The region.
    pub region: Arc<Region>,
    /// Of which programme.
    pub programme: ProgrammeCode,
    /// Category.
    pub category: String,
    /// Supplier.
    pub supplier: String,
    /// Day.
    pub day: String,
    /// How much.
    pub amount: String,
}

/// Which band holds, and what to look at.
#[derive(Debug, Clone)]
pub struct Advice {
    /// The band.
    pub band: ProcurementBand,
    /// What crosses a limit together.
    pub warnings: Vec<SplitWarning>,
}

impl CheckProcurement {
    fn read(&self, fields: &mut Fields) -> Option<Planned> {
        let category = fields.take("category", parse_category(&self.category));
        let supplier = fields.accept(kbo("supplier_kbo", &self.supplier));
        let day = fields.take("bought_on", parse_day(&self.day));
        let amount = match parse_amount(&self.amount) {
            Ok(Money::ZERO) => Err(EuroError::NotPositive),
            other => other,
        };
        let amount = fields.take("amount_euro", amount);
        Some(Planned { category: category?, supplier: supplier?, day: day?, amount: amount? })
    }

    /// The band of the file that holds on the day, and what the purchase crosses together with others.
    async fn advise(&self, work: &mut Work, planned: &Planned) -> Result<Advice, Error> {
        let file = sheet_step::programme_on(&self.region, &self.programme, planned.day)?;
        let rules = &file.finance.as_ref().ok_or(Error::WithoutFinance)?.procurement;
        let band = band_of(rules, planned.day, planned.amount).ok_or_else(Refusal::band_missing)?.clone();
        let days = (window_start(rules, planned.day), window_end(rules, planned.day));
        let code = self.programme.as_str();
        let others = purchases::alike(work.connection(), code, planned, days).await?;
        Ok(Advice { band, warnings: split_warnings(rules, planned, &others)? })
    }
}

impl Command for CheckProcurement {
    const NAME: &'static str = "check_procurement";
    type Outcome = Advice;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Advice, Error> {
        check_reach(work, &self.region, &self.programme)?;
        let mut fields = Fields::default();
        let planned = self.read(&mut fields);
        let planned = fields.finish(planned)?;
        let advice = self.advise(work, &planned).await?;
        for id in advice.warnings.iter().flat_map(|warning| &warning.purchases) {
            work.touches(id.as_uuid());
        }
        Ok(advice)
    }
}

/// Records a purchase.
#[derive(Debug, Clone)]
pub struct RecordPurchase {
    /// What is looked at first.
    pub check: CheckProcurement,
    /// Partner, as it was typed.
    pub partner: String,
    /// What is bought, as it was typed.
    pub text: String,
    /// Reference to the evidence, as it was typed; may be empty.
    pub evidence: String,
}

impl Command for RecordPurchase {
    const NAME: &'static str = "record_purchase";
    type Outcome = (Purchase, Advice);
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<(Purchase, Advice), Error> {
        let check = &self.check;
        check_reach(work, &check.region, &check.programme)?;
        let mut fields = Fields::default();
        let planned = check.read(&mut fields);
        let partner = fields.accept(partner(&check.region, &self.partner));
        let text = fields.take("text", parse_reason(&self.text));
        let evidence = match self.evidence.trim() {
            "" => Some(None),
            given => fields.take("evidence", parse_reason(given)).map(Some),
        };
        let given = (|| Some((planned?, partner?, text?, evidence?)))();
        let (planned, partner, text, evidence) = fields.finish(given)?;
        let advice = check.advise(work, &planned).await?;
        if advice.band.evidence && evidence.is_none() {
            let remedy = "give the reference of the file of the procedure that this amount demands";
            let message = "a purchase of this amount needs evidence of its procedure";
            let missing = Violation::new("evidence", "EVIDENCE_NEEDED", message, remedy);
            return Err(Error::Invalid(vec![missing]));
        }
        let purchase = Purchase {
            id: PurchaseId::generate(work.ids()),
            programme: check.programme.clone(),
            category: planned.category,
            supplier: planned.supplier,
            partner,
            day: planned.day,
            amount: planned.amount,
            text,
            evidence,
            reverses: None,
            recorded: (work.now(), step::worker(work)?),
        };
        purchases::insert(work.connection(), &purchase).await?;
        work.touches(purchase.id.as_uuid());
        Ok((purchase, advice))
    }
}

/// Takes a purchase back.
#[derive(Debug, Clone)]
pub struct ReversePurchase {
    /// Which.
    pub purchase: PurchaseId,
    /// Why, as it was typed.
    pub reason: String,
}

impl Command for ReversePurchase {
    const NAME: &'static str = "reverse_purchase";
    type Outcome = Purchase;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Purchase, Error> {
        let found = purchases::find(work.connection(), self.purchase).await?;
        let purchase = found
            .filter(|one| work.grant().programmes.contains(one.programme.as_str()))
            .ok_or_else(Refusal::purchase_not_found)?;
        let mut fields = Fields::default();
        let reason = fields.take("reason", parse_reason(&self.reason));
        let text = fields.finish(reason)?;
        if purchase.reverses.is_some() {
            return Err(Refusal::purchase_reversed().into());
        }
        let counter = Purchase {
            id: PurchaseId::generate(work.ids()),
            amount: Money::ZERO.checked_sub(purchase.amount)?,
            text,
            reverses: Some(purchase.id),
            recorded: (work.now(), step::worker(work)?),
            ..purchase
        };
        purchases::insert(work.connection(), &counter).await?;
        work.touches(counter.id.as_uuid());
        Ok(counter)
    }
}

/// Lists a page of purchases, newest recorded first: one statement.
#[derive(Debug, Clone)]
pub struct ListPurchases {
    /// The region.
    pub region: Arc<Region>,
    /// Of which programme.
    pub programme: ProgrammeCode,
    /// After which row.
    pub after: Cursor,
    /// How many rows at most.
    pub size: i64,
}

impl Command for ListPurchases {
    const NAME: &'static str = "list_purchases";
    type Outcome = Page<Purchase>;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Page<Purchase>, Error> {
        check_reach(work, &self.region, &self.programme)?;
        let code = self.programme.as_str();
        let rows = purchases::page(work.connection(), code, self.after, self.size + 1).await?;
        let cursor = |row: &Purchase| Some(Cursor { at: row.recorded.0, id: row.id.as_uuid() });
        let page = Page::cut(rows, self.size, cursor);
        for row in &page.rows {
            work.touches(row.id.as_uuid());
        }
        Ok(page)
    }
}
