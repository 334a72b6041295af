//! Claims are read, listed, and held against ledger and time sheets.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::page::Cursor;
use region::{ProgrammeCode, Region};

use super::list_time_sheets::{Page, check_reach};
use super::sheet_step::programme_on;

use crate::domain::{Claim, ClaimId, ClaimShare, Reconciliation, claim_shares, reconcile};
use crate::error::Error;
use crate::refusal::Refusal;
use crate::storage::claims::{self, Summary};
use crate::storage::{claim_sources, ledger};

/// Reads a revision of a claim, with what each funder pays of it.
#[derive(Debug, Clone)]
pub struct GetClaim {
    /// The region.
    pub region: Arc<Region>,
    /// Which claim.
    pub claim: ClaimId,
    /// Which revision; `None` is the latest.
    pub revision: Option<i32>,
}

async fn read(work: &mut Work, id: ClaimId, revision: Option<i32>) -> Result<Claim, Error> {
    let vault = work.vault().clone();
    let found = claims::find(work.connection(), &vault, id, revision).await?;
    let claim = found.ok_or_else(Refusal::claim_not_found)?.claim;
    if !work.grant().programmes.contains(claim.programme.as_str()) {
        return Err(Refusal::claim_not_found().into());
    }
    work.touches(id.as_uuid());
    Ok(claim)
}

impl Command for GetClaim {
    const NAME: &'static str = "get_claim";
    type Outcome = ClaimView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<ClaimView, Error> {
        let claim = read(work, self.claim, self.revision).await?;
        let programme = programme_on(&self.region, &claim.programme, claim.period.last.last_day())?;
        let model = programme.finance.as_ref().ok_or(Error::WithoutFinance)?;
        let shares = claim_shares(model, &claim.totals)?;
        Ok(ClaimView { claim, shares, rules: programme.version.number })
    }
}

/// A claim, divided over its funders.
#[derive(Debug, Clone)]
pub struct ClaimView {
    /// The claim.
    pub claim: Claim,
    /// What each funder pays of each component.
    pub shares: Vec<ClaimShare>,
    /// Version of the programme file with the shares: the one that holds on the last day of the period.
    pub rules: u32,
}

/// Lists a page of claims with their totals, newest period first: two statements, of which none touches a line.
#[derive(Debug, Clone)]
pub struct ListClaims {
    /// The region.
    pub region: Arc<Region>,
    /// Of which programme.
    pub programme: ProgrammeCode,
    /// After which row.
    pub after: Cursor,
    /// How many rows at most.
    pub size: i64,
}

impl Command for ListClaims {
    const NAME: &'static str = "list_claims";
    type Outcome = Page<Summary>;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Page<Summary>, Error> {
        check_reach(work, &self.region, &self.programme)?;
        let code = self.programme.as_str();
        let rows = claims::page(work.connection(), code, self.after, self.size + 1).await?;
        let page = Page::cut(rows, self.size, Summary::cursor);
        for row in &page.rows {
            work.touches(row.id);
        }
        Ok(page)
    }
}

/// Holds the latest revision of a claim against ledger and time sheets.
#[derive(Debug, Clone, Copy)]
pub struct ReconcileClaim {
    /// Which claim.
    pub claim: ClaimId,
}

/// What it came to.
#[derive(Debug, Clone)]
pub struct ReconciledClaim {
    /// Claim.
    pub claim: ClaimId,
    /// Revision that was looked at.
    pub revision: i32,
    /// The differences.
    pub result: Reconciliation,
}

impl Command for ReconcileClaim {
    const NAME: &'static str = "reconcile_claim";
    type Outcome = ReconciledClaim;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<ReconciledClaim, Error> {
        let claim = read(work, self.claim, None).await?;
        let code = claim.programme.as_str();
        let sheets = claim_sources::minutes(work.connection(), code, claim.period).await?;
        let booked = ledger::booked(work.connection(), code, claim.period).await?;
        let result = reconcile(&claim, &sheets, &booked)?;
        Ok(ReconciledClaim { claim: claim.id, revision: claim.revision, result })
    }
}
