//! `bondgenoot.trajectory.v1.TrajectoryService`.

use chassis::grpc::{open, status};
use proto::trajectory::v1::trajectory_service_server::TrajectoryService;
use proto::trajectory::v1::{
    CloseTrajectoryRequest, CloseTrajectoryResponse, GetTrajectoryRequest, GetTrajectoryResponse,
    ListTrajectoriesRequest, ListTrajectoriesResponse, RecordClosingEvaluationRequest,
    RecordClosingEvaluationResponse,
};
use tonic::{Request, Response, Status};

use super::from_proto::trajectories;
use super::{Doors, to_proto};

/// Trajectories, their end and their closing evaluation.
#[derive(Debug, Clone)]
pub struct Trajectories(pub(crate) Doors);

#[tonic::async_trait]
impl TrajectoryService for Trajectories {
    async fn get_trajectory(
        &self,
        request: Request<GetTrajectoryRequest>,
    ) -> Result<Response<GetTrajectoryResponse>, Status> {
        let (call, message) = open(request)?;
        let query = trajectories::get(self.0.region(), &message).map_err(|error| status(&error))?;
        let found = self.0.work.read(&call, query).await.map_err(|error| status(&error))?;
        Ok(Response::new(to_proto::trajectory_page(found)))
    }

    async fn list_trajectories(
        &self,
        request: Request<ListTrajectoriesRequest>,
    ) -> Result<Response<ListTrajectoriesResponse>, Status> {
        let (call, message) = open(request)?;
        let vault = self.0.work.vault();
        let query = trajectories::list(self.0.region(), vault, &message).map_err(|error| status(&error))?;
        let page = self.0.work.read(&call, query).await.map_err(|error| status(&error))?;
        let next = page.next.map(|cursor| cursor.to_token(vault, &trajectories::list_name(&message)));
        Ok(Response::new(to_proto::trajectories(page.rows, next.unwrap_or_default())))
    }

    async fn close_trajectory(
        &self,
        request: Request<CloseTrajectoryRequest>,
    ) -> Result<Response<CloseTrajectoryResponse>, Status> {
        let (call, message) = open(request)?;
        let command =
            trajectories::close(self.0.region(), self.0.today(), &message).map_err(|error| status(&error))?;
        let respond = |found| CloseTrajectoryResponse { trajectory: Some(to_proto::trajectory(found)) };
        let answer = self.0.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn record_closing_evaluation(
        &self,
        request: Request<RecordClosingEvaluationRequest>,
    ) -> Result<Response<RecordClosingEvaluationResponse>, Status> {
        let (call, message) = open(request)?;
        let command = trajectories::evaluate(self.0.region(), self.0.today(), &message)
            .map_err(|error| status(&error))?;
        let respond =
            |found| RecordClosingEvaluationResponse { trajectory: Some(to_proto::trajectory(found)) };
        let answer = self.0.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }
}
