//! Forgets what was built from some aggregates of intake, so that their true histories can be applied.

use chassis::database::Work;
use chassis::events::{Handled, Target};
use proto::Event as _;
use proto::intake::events::v1::ReferralSubmitted;
use uuid::Uuid;

use crate::storage;

/// Ids are unique over referrals, participations and persons, so each table takes those that are its own. A forgotten
/// referral keeps its admission, which belongs to the participation; a forgotten participation leaves its referral waiting.
pub(super) fn handle<'a>(
    work: &'a mut Work,
    producer: &'a str,
    aggregates: &'a [Uuid],
    target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        if producer != ReferralSubmitted::PRODUCER {
            return Ok(());
        }
        storage::forget_referrals(work.connection(), target.generation, aggregates).await?;
        storage::forget_participations(work.connection(), target.generation, aggregates).await?;
        storage::forget_persons(work.connection(), target.generation, aggregates).await?;
        Ok(())
    })
}
