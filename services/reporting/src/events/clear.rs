//! Removes a generation that nobody reads any more, some thousands of rows at a time.

use chassis::database::Work;
use chassis::events::{Cleared, Target};

use crate::storage;

pub(super) fn handle(work: &mut Work, target: Target) -> Cleared<'_> {
    Box::pin(async move { Ok(storage::clear_generation(work.connection(), target.generation).await?) })
}
