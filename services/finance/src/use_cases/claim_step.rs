//! What steps on claims have in common: the months are held, and the content is made from what is there.

use std::collections::BTreeMap;

use chassis::database::Work;
use region::{ProgrammeCode, Region};
use uuid::Uuid;

use super::sheet_step::programme_on;
use crate::domain::{
    Claim, ClaimId, ClaimLine, ClaimPeriod, ComponentTotal, Month, Rules, claim_totals, price_hours,
};
use crate::error::Error;
use crate::refusal::Refusal;
use crate::storage::{claim_sources, claims, locks, months, wages};

/// Lines and totals of a claim.
pub(super) type Content = (Vec<ClaimLine>, Vec<ComponentTotal>);

/// Keeps everybody else out of the months of a claim until the end, in the order of the calendar.
pub(super) async fn hold(work: &mut Work, programme: &str, period: ClaimPeriod) -> Result<(), Error> {
    for month in period.months() {
        locks::hold_month(work.connection(), programme, month).await?;
    }
    Ok(())
}

/// Refuses months that are not locked: their hours can still change. The months are held.
pub(super) async fn check_locked(work: &mut Work, programme: &str, period: ClaimPeriod) -> Result<(), Error> {
    let mut open = Vec::new();
    for month in period.months() {
        if !months::is_locked(work.connection(), programme, month).await? {
            open.push(month.to_string());
        }
    }
    if open.is_empty() { Ok(()) } else { Err(Refusal::months_not_locked(&open).into()) }
}

/// Makes the content of a claim from time sheets and wages as they are. The months are held.
pub(super) async fn build(
    work: &mut Work,
    region: &Region,
    programme: &ProgrammeCode,
    period: ClaimPeriod,
) -> Result<Content, Error> {
    let mut rules: BTreeMap<Month, Rules<'_>> = BTreeMap::new();
    for month in period.months() {
        let file = programme_on(region, programme, month.first_day())?;
        let model = file.finance.as_ref().ok_or(Error::WithoutFinance)?;
        rules.insert(month, Rules { file: (file.version.number, file.version.hash.clone()), model });
    }
    let worked = claim_sources::hours(work.connection(), programme.as_str(), period).await?;
    if worked.is_empty() {
        return Err(Refusal::claim_empty().into());
    }
    let mut employments: Vec<Uuid> = worked.iter().map(|one| one.employment.as_uuid()).collect();
    employments.dedup();
    let vault = work.vault().clone();
    let wages = wages::of(work.connection(), &vault, &employments).await?;
    let wages: Vec<_> = wages.into_iter().map(|(_, wage)| wage).collect();
    let lines =
        price_hours(worked, &wages, &rules)?.map_err(|unpriced| Refusal::hours_unpriced(&unpriced))?;
    let totals = claim_totals(&lines, &rules)?;
    Ok((lines, totals))
}

/// Holds the months of a claim, and gives its latest revision as the caller read it.
pub(super) async fn begin(work: &mut Work, id: ClaimId) -> Result<Claim, Error> {
    let (programme, period) =
        claims::period(work.connection(), id).await?.ok_or_else(Refusal::claim_not_found)?;
    if !work.grant().programmes.contains(&programme) {
        return Err(Refusal::claim_not_found().into());
    }
    hold(work, &programme, period).await?;
    let vault = work.vault().clone();
    let found =
        claims::find(work.connection(), &vault, id, None).await?.ok_or_else(Refusal::claim_not_found)?;
    work.touches(id.as_uuid());
    let current = found.claim.etag();
    if !current.is(work.if_match()) {
        return Err(Error::Stale { changed_by: found.changed_by, changed_at: found.changed_at, current });
    }
    Ok(found.claim)
}

/// Refuses a claim that is not what time sheets and wages come to now. The months are held.
pub(super) async fn check_current(work: &mut Work, region: &Region, claim: &Claim) -> Result<(), Error> {
    let (lines, totals) = build(work, region, &claim.programme, claim.period).await?;
    let programme = claim.programme.as_str();
    let left_out = claim_sources::are_unclaimed(work.connection(), claim.id, programme, claim.period).await?;
    if left_out || lines != claim.lines || totals != claim.totals {
        return Err(Refusal::claim_outdated().into());
    }
    Ok(())
}
