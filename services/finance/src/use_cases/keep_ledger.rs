//! Amounts are booked, reversed and listed.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::error::Violation;
use chassis::money::Money;
use chassis::page::Cursor;
use region::{PartnerCode, ProgrammeCode, Region};

use super::line_input::{component, refuse};
use super::list_time_sheets::{Page, check_reach};
use super::{sheet_step, step};
use crate::domain::{
    EuroError, LedgerEntry, LedgerEntryId, LedgerKind, Month, parse_account, parse_amount, parse_reason,
};
use crate::error::Error;
use crate::fields::Fields;
use crate::refusal::Refusal;
use crate::storage::ledger;

/// Books an amount.
#[derive(Debug, Clone)]
pub struct PostLedgerEntry {
    /// The region.
    pub region: Arc<Region>,
    /// Of which programme.
    pub programme: ProgrammeCode,
    /// For which month.
    pub month: Month,
    /// What it is for.
    pub kind: LedgerKind,
    /// Component, as it was typed.
    pub component: String,
    /// Partner, as it was typed.
    pub partner: String,
    /// Accounting code, as it was typed.
    pub account: String,
    /// How much, as it was typed.
    pub amount: String,
    /// Document, as it was typed.
    pub document: String,
}

impl Command for PostLedgerEntry {
    const NAME: &'static str = "post_ledger_entry";
    type Outcome = LedgerEntry;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<LedgerEntry, Error> {
        check_reach(work, &self.region, &self.programme)?;
        let model = sheet_step::rules_of(&self.region, &self.programme, self.month)?;
        let mut fields = Fields::default();
        let component = fields.accept(component(model, "component", &self.component));
        let partner = fields.accept(self.partner());
        let account = fields.take("account", parse_account(&self.account));
        let amount = match parse_amount(&self.amount) {
            Ok(Money::ZERO) => Err(EuroError::NotPositive),
            other => other,
        };
        let amount = fields.take("amount_euro", amount);
        let document = fields.take("document", parse_reason(&self.document));
        let id = LedgerEntryId::generate(work.ids());
        let booked = (work.now(), step::worker(work)?);
        let entry = (|| {
            Some(LedgerEntry {
                id,
                programme: self.programme.clone(),
                month: self.month,
                component: component?,
                partner: partner?,
                kind: self.kind,
                account: account?,
                amount: amount?,
                document: document?,
                reverses: None,
                booked,
            })
        })();
        let entry = fields.finish(entry)?;
        ledger::insert(work.connection(), &entry).await?;
        work.touches(entry.id.as_uuid());
        Ok(entry)
    }
}

impl PostLedgerEntry {
    fn partner(&self) -> Result<PartnerCode, Violation> {
        let found = PartnerCode::parse(&self.partner).ok().and_then(|code| self.region.partner(&code));
        found.map(|partner| partner.code.clone()).ok_or_else(|| {
            let known: Vec<&str> = self.region.partners.iter().map(|one| one.code.as_str()).collect();
            let remedy = format!("choose among: {}", known.join(", "));
            refuse("partner", &self.partner, "UNKNOWN_PARTNER", "the region has no such partner", remedy)
        })
    }
}

/// Books an amount back.
#[derive(Debug, Clone)]
pub struct ReverseLedgerEntry {
    /// Which entry.
    pub entry: LedgerEntryId,
    /// Why, as it was typed.
    pub reason: String,
}

impl Command for ReverseLedgerEntry {
    const NAME: &'static str = "reverse_ledger_entry";
    type Outcome = LedgerEntry;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<LedgerEntry, Error> {
        let found = ledger::find(work.connection(), self.entry).await?;
        let entry = found.ok_or_else(Refusal::ledger_entry_not_found)?;
        if !work.grant().programmes.contains(entry.programme.as_str()) {
            return Err(Refusal::ledger_entry_not_found().into());
        }
        let mut fields = Fields::default();
        let reason = fields.take("reason", parse_reason(&self.reason));
        let document = fields.finish(reason)?;
        if entry.reverses.is_some() {
            return Err(Refusal::entry_reversed().into());
        }
        let counter = LedgerEntry {
            id: LedgerEntryId::generate(work.ids()),
            amount: Money::ZERO.checked_sub(entry.amount)?,
            document,
            reverses: Some(entry.id),
            booked: (work.now(), step::worker(work)?),
            ..entry
        };
        ledger::insert(work.connection(), &counter).await?;
        work.touches(counter.id.as_uuid());
        Ok(counter)
    }
}

/// Lists a page of what was booked, newest first: one statement.
#[derive(Debug, Clone)]
pub struct ListLedgerEntries {
    /// The region.
    pub region: Arc<Region>,
    /// Of which programme.
    pub programme: ProgrammeCode,
    /// Only this month.
    pub month: Option<Month>,
    /// After which row.
    pub after: Cursor,
    /// How many rows at most.
    pub size: i64,
}

impl Command for ListLedgerEntries {
    const NAME: &'static str = "list_ledger_entries";
    type Outcome = Page<LedgerEntry>;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Page<LedgerEntry>, Error> {
        check_reach(work, &self.region, &self.programme)?;
        let code = self.programme.as_str();
        let rows = ledger::page(work.connection(), code, self.month, self.after, self.size + 1).await?;
        let page = Page::cut(rows, self.size, |row| Some(Cursor { at: row.booked.0, id: row.id.as_uuid() }));
        for row in &page.rows {
            work.touches(row.id.as_uuid());
        }
        Ok(page)
    }
}
