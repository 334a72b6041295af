//! The pot: decisions, spending, releases and counter-entries are booked. Whoever books holds the pot, so that no balance falls
//! below zero beside another.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::error::Violation;
use jiff::civil::Date;
use region::{PartnerCode, ProgrammeCode, Region};

use super::line_input::refuse;
use super::list_time_sheets::check_reach;
use super::step;
use crate::domain::{
    DecisionSums, Money, PotEntry, PotEntryId, PotKind, PotSums, Spent, parse_account, parse_day,
    parse_reason, parse_wage,
};
use crate::error::Error;
use crate::fields::Fields;
use crate::refusal::Refusal;
use crate::storage::pot;

/// Reserves an amount for what the partnership decided.
#[derive(Debug, Clone)]
pub struct RecordPotDecision {
    /// The region.
    pub region: Arc<Region>,
    /// Of which programme.
    pub programme: ProgrammeCode,
    /// Of which year.
    pub year: i16,
    /// When it was decided, as it was typed.
    pub day: String,
    /// Who decided, as it was typed.
    pub organ: String,
    /// What for, as it was typed.
    pub subject: String,
    /// How much, as it was typed.
    pub amount: String,
}

impl Command for RecordPotDecision {
    const NAME: &'static str = "record_pot_decision";
    type Outcome = PotEntry;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<PotEntry, Error> {
        check_reach(work, &self.region, &self.programme)?;
        let mut fields = Fields::default();
        let day = past_day(&mut fields, &self.day, work.clock().today());
        let organ = fields.take("organ", parse_reason(&self.organ));
        let subject = fields.take("subject", parse_reason(&self.subject));
        let amount = fields.take("amount_euro", parse_wage(&self.amount));
        let id = PotEntryId::generate(work.ids());
        let booked = (work.now(), step::worker(work)?);
        let entry = (|| {
            Some(PotEntry {
                id,
                programme: self.programme.clone(),
                year: self.year,
                kind: PotKind::Decision,
                decision: id,
                reverses: None,
                day: day?,
                organ: Some(organ?),
                spent: None,
                subject: subject?,
                amount: amount?,
                booked,
            })
        })();
        let entry = fields.finish(entry)?;
        held(work, &entry).await?.check_reserve(entry.amount)?;
        book(work, entry).await
    }
}

/// Books what was spent under a decision.
#[derive(Debug, Clone)]
pub struct RecordPotSpending {
    /// The region.
    pub region: Arc<Region>,
    /// Under which decision.
    pub decision: PotEntryId,
    /// When, as it was typed.
    pub day: String,
    /// Organisation, as it was typed.
    pub partner: String,
    /// What for, as it was typed.
    pub subject: String,
    /// How much, as it was typed.
    pub amount: String,
    /// Reference of the document, as it was typed.
    pub evidence: String,
    /// Accounting code, as it was typed.
    pub account: String,
}

impl Command for RecordPotSpending {
    const NAME: &'static str = "record_pot_spending";
    type Outcome = PotEntry;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<PotEntry, Error> {
        let decision = decision(work, self.decision).await?;
        let mut fields = Fields::default();
        let day = past_day(&mut fields, &self.day, work.clock().today());
        if day.is_some_and(|day| day < decision.day) {
            let remedy =
                format!("give {} or a later day: nothing is spent before it is decided", decision.day);
            let message = "this day lies before the decision";
            fields.add(Violation::new("day", "DAY_BEFORE_DECISION", message, remedy));
        }
        let partner = fields.accept(partner(&self.region, &self.partner));
        let subject = fields.take("subject", parse_reason(&self.subject));
        let amount = fields.take("amount_euro", parse_wage(&self.amount));
        let evidence = fields.take("evidence", parse_reason(&self.evidence));
        let account = fields.take("account", parse_account(&self.account));
        let spent = (|| Some(Spent { partner: partner?, evidence: evidence?, account: account? }))();
        let (id, booked) = (PotEntryId::generate(work.ids()), (work.now(), step::worker(work)?));
        let entry = (|| {
            let (kind, organ) = (PotKind::Spending, None);
            let (day, subject, amount) = (day?, subject?, amount?);
            Some(PotEntry { id, kind, organ, day, subject, amount, spent: Some(spent?), booked, ..decision })
        })();
        let entry = fields.finish(entry)?;
        let sums = held(work, &entry).await?;
        of(&sums, entry.decision)?.check_spend(entry.amount)?;
        book(work, entry).await
    }
}

/// Closes a decision: what is left of it goes back to the pot.
#[derive(Debug, Clone)]
pub struct CloseDecision {
    /// Which decision.
    pub decision: PotEntryId,
    /// Why, as it was typed.
    pub reason: String,
}

impl Command for CloseDecision {
    const NAME: &'static str = "close_decision";
    type Outcome = PotEntry;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<PotEntry, Error> {
        let decision = decision(work, self.decision).await?;
        let mut fields = Fields::default();
        let reason = fields.take("reason", parse_reason(&self.reason));
        let subject = fields.finish(reason)?;
        let sums = held(work, &decision).await?;
        let standing = of(&sums, decision.id)?;
        standing.check_open()?;
        let entry = PotEntry {
            id: PotEntryId::generate(work.ids()),
            kind: PotKind::Release,
            day: work.clock().today(),
            organ: None,
            subject,
            amount: standing.left()?,
            booked: (work.now(), step::worker(work)?),
            ..decision
        };
        book(work, entry).await
    }
}

/// Books an entry back.
#[derive(Debug, Clone)]
pub struct ReversePotEntry {
    /// Which entry.
    pub entry: PotEntryId,
    /// Why, as it was typed.
    pub reason: String,
}

impl Command for ReversePotEntry {
    const NAME: &'static str = "reverse_pot_entry";
    type Outcome = PotEntry;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<PotEntry, Error> {
        let entry = find(work, self.entry).await?;
        let mut fields = Fields::default();
        let reason = fields.take("reason", parse_reason(&self.reason));
        let subject = fields.finish(reason)?;
        if entry.reverses.is_some() {
            return Err(Refusal::pot_entry_reversed().into());
        }
        let sums = held(work, &entry).await?;
        // Read under the lock: before it, somebody else may have reversed it.
        if pot::is_reversed(work.connection(), entry.id).await? {
            return Err(Refusal::pot_entry_reversed().into());
        }
        sums.check_reverse(entry.kind, entry.amount, of(&sums, entry.decision)?)?;
        let counter = PotEntry {
            id: PotEntryId::generate(work.ids()),
            amount: Money::ZERO.checked_sub(entry.amount)?,
            subject,
            reverses: Some(entry.id),
            day: work.clock().today(),
            booked: (work.now(), step::worker(work)?),
            ..entry
        };
        book(work, counter).await
    }
}

/// Holds the pot of an entry and gives its sums as they are from then on.
async fn held(work: &mut Work, entry: &PotEntry) -> Result<PotSums, Error> {
    pot::hold(work.connection(), entry.programme.as_str(), entry.year).await?;
    pot::sums(work.connection(), entry.programme.as_str(), entry.year).await
}

fn of(sums: &PotSums, decision: PotEntryId) -> Result<&DecisionSums, Error> {
    let found = sums.decision(decision);
    found.ok_or_else(|| Error::inconsistent("pot_entries", format!("{decision} has no sums")))
}

async fn book(work: &mut Work, entry: PotEntry) -> Result<PotEntry, Error> {
    pot::insert(work.connection(), &entry).await?;
    work.touches(entry.id.as_uuid());
    Ok(entry)
}

async fn find(work: &mut Work, id: PotEntryId) -> Result<PotEntry, Error> {
    let found = pot::find(work.connection(), id).await?;
    found
        .filter(|entry| work.grant().programmes.contains(entry.programme.as_str()))
        .ok_or_else(|| Refusal::pot_entry_not_found().into())
}

/// An entry that is a decision and no counter-entry.
async fn decision(work: &mut Work, id: PotEntryId) -> Result<PotEntry, Error> {
    let entry = find(work, id).await?;
    if entry.decision == entry.id { Ok(entry) } else { Err(Refusal::pot_entry_not_found().into()) }
}

fn past_day(fields: &mut Fields, text: &str, today: Date) -> Option<Date> {
    let day = fields.take("day", parse_day(text))?;
    if day > today {
        let remedy = format!("give {today} or an earlier day");
        fields.add(Violation::new("day", "DAY_IN_FUTURE", "this day lies after today", remedy));
    }
    Some(day)
}

pub(super) fn partner(region: &Region, text: &str) -> Result<PartnerCode, Violation> {
    let found = PartnerCode::parse(text).ok().and_then(|code| region.partner(&code));
    found.map(|partner| partner.code.clone()).ok_or_else(|| {
        let known: Vec<&str> = region.partners.iter().map(|one| one.code.as_str()).collect();
        let remedy = format!("choose among: {}", known.join(", "));
        refuse("partner", text, "UNKNOWN_PARTNER", "the region has no such partner", remedy)
    })
}
