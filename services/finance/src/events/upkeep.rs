//! Forgets what was built from some trajectories, and removes generations that nobody reads any more.

use chassis::database::Work;
use chassis::events::{Cleared, Handled, Target};
use proto::Event as _;
use proto::trajectory::events::v1::ContactLogged;
use uuid::Uuid;

use crate::storage::suggested_hours;

pub(super) fn forget<'a>(
    work: &'a mut Work,
    producer: &'a str,
    aggregates: &'a [Uuid],
    target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        if producer == ContactLogged::PRODUCER {
            suggested_hours::forget(work.connection(), target.generation, aggregates).await?;
        }
        Ok(())
    })
}

pub(super) fn clear(work: &mut Work, target: Target) -> Cleared<'_> {
    Box::pin(async move { Ok(suggested_hours::clear(work.connection(), target.generation).await?) })
}
