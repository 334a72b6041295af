//! Forgets what was built from some aggregates of a producer, so that their true histories can be applied.

use chassis::database::Work;
use chassis::events::{Handled, Target};
use proto::Event as _;
use proto::finance::events::v1::BudgetApproved;
use proto::intake::events::v1::ReferralSubmitted;
use proto::matching::events::v1::MatchConfirmed;
use proto::trajectory::events::v1::TrajectoryOpened;
use uuid::Uuid;

use crate::storage;

/// Ids are unique over the kinds of aggregates of a producer, so each table takes those that are its own. A forgotten
/// referral keeps its admission, which belongs to the participation; a forgotten participation leaves its referral waiting.
pub(super) fn handle<'a>(
    work: &'a mut Work,
    producer: &'a str,
    aggregates: &'a [Uuid],
    target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        let (connection, generation) = (work.connection(), target.generation);
        match producer {
            ReferralSubmitted::PRODUCER => {
                storage::forget_referrals(connection, generation, aggregates).await?;
                storage::forget_participations(connection, generation, aggregates).await?;
                storage::forget_families(connection, generation, aggregates).await?;
                storage::forget_persons(connection, generation, aggregates).await?;
            }
            MatchConfirmed::PRODUCER => {
                storage::forget_workers(connection, generation, aggregates).await?;
                storage::forget_matches(connection, generation, aggregates).await?;
            }
            TrajectoryOpened::PRODUCER => {
                storage::forget_trajectories(connection, generation, aggregates).await?;
            }
            BudgetApproved::PRODUCER => {
                storage::forget_budgets(connection, generation, aggregates).await?;
            }
            _ => {}
        }
        Ok(())
    })
}
