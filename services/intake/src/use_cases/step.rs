//! What every step on a referral begins and ends with.

use chassis::database::Work;
use jiff::Timestamp;
use region::{Programme, Region};
use uuid::Uuid;

use super::get_referral::{self, FoundReferral};
use crate::domain::{Origin, Referral, ReferralId};
use crate::error::Error;
use crate::storage::referrals;

/// Locks the referral and checks that it is in reach and as the caller read it.
pub(super) async fn begin(work: &mut Work, id: ReferralId) -> Result<Referral, Error> {
    let locked = referrals::lock(work.connection(), id).await?.ok_or(Error::ReferralNotFound)?;
    let referral = locked.referral;
    if !work.grant().programmes.contains(referral.programme().as_str()) {
        return Err(Error::ReferralNotFound);
    }
    if !referral.etag().is(work.if_match()) {
        let (changed_by, changed_at) = (locked.changed_by, locked.changed_at);
        return Err(Error::Stale { changed_by, changed_at, current: referral.etag() });
    }
    Ok(referral)
}

/// The programme file that decides today.
pub(super) fn programme<'r>(
    work: &Work,
    region: &'r Region,
    referral: &Referral,
) -> Result<(&'r Programme, Origin), Error> {
    let programme =
        region.programme_at(referral.programme(), work.clock().today()).ok_or(Error::ProgrammeNotRunning)?;
    Ok((programme, Origin::of(programme)))
}

/// The worker who takes the step. The access rule lets nobody else through.
pub(super) fn worker(work: &Work) -> Result<Uuid, Error> {
    work.caller().worker.ok_or(Error::ReferralNotFound)
}

/// Stores the step and gives the referral after it. `at` is the one instant of the step.
pub(super) async fn finish(
    work: &mut Work,
    referral: &Referral,
    at: Timestamp,
    worker: Uuid,
) -> Result<FoundReferral, Error> {
    referrals::update(work.connection(), referral, at, Some(worker)).await?;
    work.answer_is_about(referral.person().as_uuid());
    get_referral::read(work, referral.id()).await
}
