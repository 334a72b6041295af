//! `bondgenoot.trajectory.v1.GoalService`.

use chassis::grpc::{open, status};
use proto::trajectory::v1::goal_service_server::GoalService;
use proto::trajectory::v1::{
    CloseGoalRequest, CloseGoalResponse, CompleteNextStepRequest, CompleteNextStepResponse, ListGoalsRequest,
    ListGoalsResponse, PlanNextStepRequest, PlanNextStepResponse, SetGoalRequest, SetGoalResponse,
};
use tonic::{Request, Response, Status};

use super::from_proto::goals;
use super::{Doors, to_proto};

/// Goals and next steps.
#[derive(Debug, Clone)]
pub struct Goals(pub(crate) Doors);

#[tonic::async_trait]
impl GoalService for Goals {
    async fn set_goal(&self, request: Request<SetGoalRequest>) -> Result<Response<SetGoalResponse>, Status> {
        let (call, message) = open(request)?;
        let command = goals::set(self.0.region(), &message).map_err(|error| status(&error))?;
        let respond = |view| SetGoalResponse { goal: Some(to_proto::goal(view)) };
        let answer = self.0.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn close_goal(
        &self,
        request: Request<CloseGoalRequest>,
    ) -> Result<Response<CloseGoalResponse>, Status> {
        let (call, message) = open(request)?;
        let command = goals::close(&message).map_err(|error| status(&error))?;
        let respond = |view| CloseGoalResponse { goal: Some(to_proto::goal(view)) };
        let answer = self.0.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn list_goals(
        &self,
        request: Request<ListGoalsRequest>,
    ) -> Result<Response<ListGoalsResponse>, Status> {
        let (call, message) = open(request)?;
        let vault = self.0.work.vault();
        let query = goals::list(vault, &message).map_err(|error| status(&error))?;
        let page = self.0.work.read(&call, query).await.map_err(|error| status(&error))?;
        let next = page.next.map(|cursor| cursor.to_token(vault, &goals::list_name(&message)));
        Ok(Response::new(ListGoalsResponse {
            goals: page.rows.into_iter().map(to_proto::goal).collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }

    async fn plan_next_step(
        &self,
        request: Request<PlanNextStepRequest>,
    ) -> Result<Response<PlanNextStepResponse>, Status> {
        let (call, message) = open(request)?;
        let command = goals::plan(self.0.today(), &message).map_err(|error| status(&error))?;
        let respond = |view| PlanNextStepResponse { next_step: Some(to_proto::next_step(view)) };
        let answer = self.0.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn complete_next_step(
        &self,
        request: Request<CompleteNextStepRequest>,
    ) -> Result<Response<CompleteNextStepResponse>, Status> {
        let (call, message) = open(request)?;
        let command = goals::complete(&message).map_err(|error| status(&error))?;
        let respond = |view| CompleteNextStepResponse { next_step: Some(to_proto::next_step(view)) };
        let answer = self.0.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }
}
