//! `bondgenoot.trajectory.v1.DutyService`.

use chassis::grpc::{open, status};
use proto::trajectory::v1::duty_service_server::DutyService;
use proto::trajectory::v1::{KeepDutyRequest, KeepDutyResponse, ListDutiesRequest, ListDutiesResponse};
use tonic::{Request, Response, Status};

use super::from_proto::duties;
use super::{Doors, to_proto};

/// Duties.
#[derive(Debug, Clone)]
pub struct Duties(pub(crate) Doors);

#[tonic::async_trait]
impl DutyService for Duties {
    async fn list_duties(
        &self,
        request: Request<ListDutiesRequest>,
    ) -> Result<Response<ListDutiesResponse>, Status> {
        let (call, message) = open(request)?;
        let query = duties::list(&message).map_err(|error| status(&error))?;
        let found = self.0.work.read(&call, query).await.map_err(|error| status(&error))?;
        Ok(Response::new(ListDutiesResponse {
            duties: found.iter().map(|found| to_proto::duty(found.trajectory, &found.duty)).collect(),
        }))
    }

    async fn keep_duty(
        &self,
        request: Request<KeepDutyRequest>,
    ) -> Result<Response<KeepDutyResponse>, Status> {
        let (call, message) = open(request)?;
        let command =
            duties::keep(self.0.region(), self.0.today(), &message).map_err(|error| status(&error))?;
        let respond = |found: crate::use_cases::FoundDuty| KeepDutyResponse {
            duty: Some(to_proto::duty(found.trajectory, &found.duty)),
        };
        let answer = self.0.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }
}
