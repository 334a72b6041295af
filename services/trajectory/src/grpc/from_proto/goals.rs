//! Requests of `GoalService`.

use std::sync::Arc;

use chassis::error::Violation;
use chassis::page::{self, Cursor};
use chassis::vault::Vault;
use jiff::civil::Date;
use proto::trajectory::v1::{
    CloseGoalRequest, CompleteNextStepRequest, GoalState as ProtoState, ListGoalsRequest,
    PlanNextStepRequest, SetGoalRequest,
};
use region::Region;

use crate::domain::GoalState;
use crate::domain::text::{GoalWords, StepWords};
use crate::error::Error;
use crate::grpc::fields::Fields;
use crate::use_cases::{CloseGoal, CompleteNextStep, ListGoals, PlanNextStep, SetGoal};

/// A goal.
pub(in crate::grpc) fn set(region: Arc<Region>, request: &SetGoalRequest) -> Result<SetGoal, Error> {
    let mut fields = Fields::default();
    let trajectory = fields.id("trajectory_id", &request.trajectory_id);
    let domain = fields.code("domain", &request.domain, ("UNKNOWN_DOMAIN", "a life domain"));
    let text = fields.take("words", GoalWords::parse(&request.words));
    let command = (|| Some(SetGoal { region, trajectory: trajectory?, domain: domain?, text: text? }))();
    fields.finish(command)
}

/// How a goal ended.
pub(in crate::grpc) fn close(request: &CloseGoalRequest) -> Result<CloseGoal, Error> {
    let mut fields = Fields::default();
    let goal = fields.id("goal_id", &request.goal_id);
    let end = match ProtoState::try_from(request.state) {
        Ok(ProtoState::Reached) => Some(GoalState::Reached),
        Ok(ProtoState::Dropped) => Some(GoalState::Dropped),
        Ok(ProtoState::Open | ProtoState::Unspecified) | Err(_) => None,
    };
    let end = fields.choice("state", end, request.state, "GOAL_STATE_REACHED, GOAL_STATE_DROPPED");
    let command = (|| Some(CloseGoal { goal: goal?, end: end? }))();
    fields.finish(command)
}

/// A page of the goals.
pub(in crate::grpc) fn list(vault: &Vault, request: &ListGoalsRequest) -> Result<ListGoals, Error> {
    let mut fields = Fields::default();
    let trajectory = fields.id("trajectory_id", &request.trajectory_id);
    let state = match ProtoState::try_from(request.state) {
        Ok(ProtoState::Unspecified) => Some(None),
        Ok(ProtoState::Open) => Some(Some(GoalState::Open)),
        Ok(ProtoState::Reached) => Some(Some(GoalState::Reached)),
        Ok(ProtoState::Dropped) => Some(Some(GoalState::Dropped)),
        Err(_) => {
            let (message, remedy) = ("there is no such state", "leave the state out for all");
            fields.add(Violation::new("state", "UNKNOWN_VALUE", message, remedy));
            None
        }
    };
    let size = fields.accept(page::size(request.page_size));
    let after = fields.accept(Cursor::from_token(vault, &list_name(request), &request.page_token));
    let query = (|| Some(ListGoals { trajectory: trajectory?, state: state?, after: after?, size: size? }))();
    fields.finish(query)
}

/// The list a page token belongs to.
pub(in crate::grpc) fn list_name(request: &ListGoalsRequest) -> String {
    format!("ListGoals/{}/{}", request.trajectory_id, request.state)
}

/// The next step.
pub(in crate::grpc) fn plan(today: Date, request: &PlanNextStepRequest) -> Result<PlanNextStep, Error> {
    let mut fields = Fields::default();
    let trajectory = fields.id("trajectory_id", &request.trajectory_id);
    let text = fields.take("words", StepWords::parse(&request.words));
    let day = fields.day("day", &request.day);
    if day.is_some_and(|day| day < today) {
        let (message, remedy) = ("this day lies before today", "give today or a later day");
        fields.add(Violation::new("day", "IN_PAST", message, remedy));
    }
    let command = (|| Some(PlanNextStep { trajectory: trajectory?, text: text?, day: day? }))();
    fields.finish(command)
}

/// Which step was taken.
pub(in crate::grpc) fn complete(request: &CompleteNextStepRequest) -> Result<CompleteNextStep, Error> {
    let mut fields = Fields::default();
    let next_step = fields.id("next_step_id", &request.next_step_id);
    fields.finish(next_step).map(|next_step| CompleteNextStep { next_step })
}
