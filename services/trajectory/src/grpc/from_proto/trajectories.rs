//! Requests of `TrajectoryService`.

use std::sync::Arc;

use chassis::error::Violation;
use chassis::page::{self, Cursor};
use chassis::vault::Vault;
use jiff::civil::Date;
use proto::trajectory::v1::{
    CloseTrajectoryRequest, ClosingEvaluationOutcome, GetTrajectoryRequest, ListTrajectoriesRequest,
    RecordClosingEvaluationRequest, TrajectoryState as ProtoState, TrajectoryView,
};
use region::Region;

use crate::domain::text::{Note, Receiver};
use crate::domain::{EvaluationOutcome, TrajectoryState};
use crate::error::Error;
use crate::grpc::fields::Fields;
use crate::use_cases::{CloseTrajectory, GetTrajectory, ListTrajectories, RecordClosingEvaluation, View};

/// Which trajectory.
pub(in crate::grpc) fn get(
    region: Arc<Region>,
    request: &GetTrajectoryRequest,
) -> Result<GetTrajectory, Error> {
    let mut fields = Fields::default();
    let trajectory = fields.id("trajectory_id", &request.trajectory_id);
    fields.finish(trajectory).map(|trajectory| GetTrajectory { region, trajectory })
}

/// A page of the list.
pub(in crate::grpc) fn list(
    region: Arc<Region>,
    vault: &Vault,
    request: &ListTrajectoriesRequest,
) -> Result<ListTrajectories, Error> {
    let mut fields = Fields::default();
    let what = ("UNKNOWN_PROGRAMME", "a programme");
    let view = match TrajectoryView::try_from(request.view) {
        Ok(TrajectoryView::Unspecified | TrajectoryView::Mine) => {
            fields.optional_code("programme", &request.programme, what).map(View::Mine)
        }
        Ok(TrajectoryView::Programme) => {
            fields.code("programme", &request.programme, what).map(View::Programme)
        }
        Err(_) => {
            fields.choice("view", None, request.view, "TRAJECTORY_VIEW_MINE, TRAJECTORY_VIEW_PROGRAMME")
        }
    };
    let state = match ProtoState::try_from(request.state) {
        Ok(ProtoState::Unspecified) => Some(None),
        Ok(ProtoState::Open) => Some(Some(TrajectoryState::Open)),
        Ok(ProtoState::Closed) => Some(Some(TrajectoryState::Closed)),
        Err(_) => {
            let (message, remedy) = ("there is no such state", "leave the state out for all");
            fields.add(Violation::new("state", "UNKNOWN_VALUE", message, remedy));
            None
        }
    };
    let size = fields.accept(page::size(request.page_size));
    let after = fields.accept(Cursor::from_token(vault, &list_name(request), &request.page_token));
    let overdue = request.duty_overdue;
    let query = (|| {
        Some(ListTrajectories { region, view: view?, state: state?, overdue, after: after?, size: size? })
    })();
    fields.finish(query)
}

/// The list a page token belongs to: the RPC with its whole filter.
pub(in crate::grpc) fn list_name(request: &ListTrajectoriesRequest) -> String {
    format!(
        "ListTrajectories/{}/{}/{}/{}",
        request.view, request.programme, request.state, request.duty_overdue
    )
}

/// A close.
pub(in crate::grpc) fn close(
    region: Arc<Region>,
    today: Date,
    request: &CloseTrajectoryRequest,
) -> Result<CloseTrajectory, Error> {
    let mut fields = Fields::default();
    let trajectory = fields.id("trajectory_id", &request.trajectory_id);
    let reason =
        fields.code("reason", &request.reason, ("UNKNOWN_REASON", "an exit reason of the programme"));
    let closed_on = fields.past_day("closed_on", &request.closed_on, today);
    let handover_to = fields.take("handover_to", Receiver::parse_optional(&request.handover_to));
    let confirmed_on = fields.past_day("handover_confirmed_on", &request.handover_confirmed_on, today);
    let command = (|| {
        Some(CloseTrajectory {
            region,
            trajectory: trajectory?,
            reason: reason?,
            closed_on: closed_on?,
            handover_to: handover_to?,
            confirmed_on: confirmed_on?,
        })
    })();
    fields.finish(command)
}

/// A closing evaluation.
pub(in crate::grpc) fn evaluate(
    region: Arc<Region>,
    today: Date,
    request: &RecordClosingEvaluationRequest,
) -> Result<RecordClosingEvaluation, Error> {
    let mut fields = Fields::default();
    let trajectory = fields.id("trajectory_id", &request.trajectory_id);
    let outcome = match ClosingEvaluationOutcome::try_from(request.outcome) {
        Ok(ClosingEvaluationOutcome::Held) => Some(EvaluationOutcome::Held),
        Ok(ClosingEvaluationOutcome::Refused) => Some(EvaluationOutcome::Refused),
        Ok(ClosingEvaluationOutcome::Unspecified) | Err(_) => None,
    };
    let wanted = "CLOSING_EVALUATION_OUTCOME_HELD, CLOSING_EVALUATION_OUTCOME_REFUSED";
    let outcome = fields.choice("outcome", outcome, request.outcome, wanted);
    let day = fields.past_day("day", &request.day, today);
    let note = fields.take("note", Note::parse_optional(&request.note));
    let command = (|| {
        Some(RecordClosingEvaluation {
            region,
            trajectory: trajectory?,
            outcome: outcome?,
            day: day?,
            note: note?,
        })
    })();
    fields.finish(command)
}
