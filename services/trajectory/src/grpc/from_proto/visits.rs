//! Requests of `VisitService`.

use std::sync::Arc;

use chassis::error::Violation;
use jiff::civil::{Date, Weekday};
use proto::trajectory::v1::{
    ListVisitsRequest, PlanVisitsRequest, ProposeCatchUpRequest, RecordVisitRequest, VisitState as ProtoState,
};
use region::Region;

use crate::domain::VisitState;
use crate::error::Error;
use crate::grpc::fields::Fields;
use crate::use_cases::{ListVisits, PlanVisits, ProposeCatchUp, RecordVisit};

/// Most free days of one school.
const MOST_FREE_DAYS: usize = 60;

/// From when, and on which days of the week.
pub(in crate::grpc) fn plan(region: Arc<Region>, request: &PlanVisitsRequest) -> Result<PlanVisits, Error> {
    let mut fields = Fields::default();
    let trajectory = fields.id("trajectory_id", &request.trajectory_id);
    let first_day = fields.day("first_day", &request.first_day);
    let weekdays: Option<Vec<Weekday>> = request
        .weekdays
        .iter()
        .enumerate()
        .map(|(place, number)| weekday(&mut fields, place, *number))
        .collect::<Vec<_>>()
        .into_iter()
        .collect();
    if request.school_free_days.len() > MOST_FREE_DAYS {
        let message = format!("there are more than {MOST_FREE_DAYS} days");
        let remedy = "leave out the holidays of the region; they are known";
        fields.add(Violation::new("school_free_days", "TOO_MANY", message, remedy));
        return fields.finish(None);
    }
    let school_free_days: Option<Vec<Date>> = request
        .school_free_days
        .iter()
        .enumerate()
        .map(|(place, day)| fields.day(&format!("school_free_days[{place}]"), day))
        .collect::<Vec<_>>()
        .into_iter()
        .collect();
    let command = (|| {
        Some(PlanVisits {
            region,
            trajectory: trajectory?,
            first_day: first_day?,
            weekdays: weekdays?,
            school_free_days: school_free_days?,
        })
    })();
    fields.finish(command)
}

fn weekday(fields: &mut Fields, place: usize, number: i32) -> Option<Weekday> {
    let found = i8::try_from(number)
        .ok()
        .filter(|number| (1..=5).contains(number))
        .and_then(|number| Weekday::from_monday_one_offset(number).ok());
    fields.accept(found.ok_or_else(|| {
        Violation::new(
            format!("weekdays[{place}]"),
            "UNKNOWN_VALUE",
            "this is no day from Monday to Friday",
            "give a number from 1 for Monday to 5 for Friday",
        )
    }))
}

/// What became of a visit.
pub(in crate::grpc) fn record(
    region: Arc<Region>,
    request: &RecordVisitRequest,
) -> Result<RecordVisit, Error> {
    let mut fields = Fields::default();
    let visit = fields.id("visit_id", &request.visit_id);
    let state = match ProtoState::try_from(request.state) {
        Ok(ProtoState::Held) => Some(VisitState::Held),
        Ok(ProtoState::Missed) => Some(VisitState::Missed),
        Ok(ProtoState::Cancelled) => Some(VisitState::Cancelled),
        Ok(ProtoState::Planned | ProtoState::Unspecified) | Err(_) => None,
    };
    let wanted = "VISIT_STATE_HELD, VISIT_STATE_MISSED, VISIT_STATE_CANCELLED";
    let state = fields.choice("state", state, request.state, wanted);
    let moved_to = fields.optional_day("day", &request.day);
    let command = (|| Some(RecordVisit { region, visit: visit?, state: state?, moved_to: moved_to? }))();
    fields.finish(command)
}

/// For which visit, and when.
pub(in crate::grpc) fn catch_up(
    region: Arc<Region>,
    request: &ProposeCatchUpRequest,
) -> Result<ProposeCatchUp, Error> {
    let mut fields = Fields::default();
    let visit = fields.id("visit_id", &request.visit_id);
    let day = fields.optional_day("day", &request.day);
    let command = (|| Some(ProposeCatchUp { region, visit: visit?, day: day? }))();
    fields.finish(command)
}

/// Which trajectory.
pub(in crate::grpc) fn list(request: &ListVisitsRequest) -> Result<ListVisits, Error> {
    let mut fields = Fields::default();
    let trajectory = fields.id("trajectory_id", &request.trajectory_id);
    fields.finish(trajectory).map(|trajectory| ListVisits { trajectory })
}
