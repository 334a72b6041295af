//! Forgets what was built from some matches, so that their true histories can be applied. A trajectory that a match opened stays:
//! what people wrote in it is nobody's copy. An erasure is never forgotten.

use chassis::database::Work;
use chassis::events::{Handled, Target};
use proto::Event as _;
use proto::matching::events::v1::MatchConfirmed;
use uuid::Uuid;

use super::parse;
use crate::use_cases;

pub(super) fn handle<'a>(
    work: &'a mut Work,
    producer: &'a str,
    aggregates: &'a [Uuid],
    _target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        if producer == MatchConfirmed::PRODUCER {
            use_cases::forget_matches(work, aggregates).await.map_err(parse::storage_failed)?;
        }
        Ok(())
    })
}
