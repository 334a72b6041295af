//! Requests of `DutyService`.

use std::sync::Arc;

use jiff::civil::Date;
use proto::trajectory::v1::{KeepDutyRequest, ListDutiesRequest};
use region::Region;

use crate::error::Error;
use crate::grpc::fields::Fields;
use crate::use_cases::{KeepDuty, ListDuties};

/// Which trajectory.
pub(in crate::grpc) fn list(request: &ListDutiesRequest) -> Result<ListDuties, Error> {
    let mut fields = Fields::default();
    let trajectory = fields.id("trajectory_id", &request.trajectory_id);
    fields.finish(trajectory).map(|trajectory| ListDuties { trajectory })
}

/// Which duty was done.
pub(in crate::grpc) fn keep(
    region: Arc<Region>,
    today: Date,
    request: &KeepDutyRequest,
) -> Result<KeepDuty, Error> {
    let mut fields = Fields::default();
    let duty = fields.id("duty_id", &request.duty_id);
    let day = fields.past_day("day", &request.day, today);
    let command = (|| Some(KeepDuty { region, duty: duty?, day: day? }))();
    fields.finish(command)
}
