//! Matches: confirmed, handed over, ended.

use std::sync::Arc;

use proto::matching::v1::{ConfirmMatchRequest, EndMatchRequest, HandOverMatchRequest};
use region::Region;

use crate::domain::text::Reason;
use crate::error::Error;
use crate::grpc::fields::Fields;
use crate::use_cases::{ConfirmMatch, EndMatch, HandOverMatch};

/// A confirmation.
pub(in crate::grpc) fn confirm(
    region: Arc<Region>,
    request: &ConfirmMatchRequest,
) -> Result<ConfirmMatch, Error> {
    let mut fields = Fields::default();
    let proposal = fields.id("proposal_id", &request.proposal_id);
    let worker = fields.id("worker_id", &request.worker_id);
    let first_day = fields.day("first_day", &request.first_day);
    let reason = fields.take("reason", Reason::parse_optional(&request.reason));
    let command = (|| {
        Some(ConfirmMatch {
            region,
            proposal: proposal?,
            worker: worker?,
            first_day: first_day?,
            reason: reason?,
            over_capacity: request.over_capacity,
        })
    })();
    fields.finish(command)
}

/// A handover.
pub(in crate::grpc) fn hand_over(
    region: Arc<Region>,
    request: &HandOverMatchRequest,
) -> Result<HandOverMatch, Error> {
    let mut fields = Fields::default();
    let ending = fields.id("match_id", &request.match_id);
    let worker = fields.id("worker_id", &request.worker_id);
    let first_day = fields.day("first_day", &request.first_day);
    let reason = fields.take("reason", Reason::parse(&request.reason));
    let command = (|| {
        Some(HandOverMatch {
            region,
            ending: ending?,
            worker: worker?,
            first_day: first_day?,
            reason: reason?,
            over_capacity: request.over_capacity,
        })
    })();
    fields.finish(command)
}

/// The end of a match.
pub(in crate::grpc) fn end_match(request: &EndMatchRequest) -> Result<EndMatch, Error> {
    let mut fields = Fields::default();
    let ending = fields.id("match_id", &request.match_id);
    let last_day = fields.day("last_day", &request.last_day);
    let reason = fields.take("reason", Reason::parse(&request.reason));
    let command = (|| Some(EndMatch { ending: ending?, last_day: last_day?, reason: reason? }))();
    fields.finish(command)
}
