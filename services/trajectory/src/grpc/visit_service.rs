//! `bondgenoot.trajectory.v1.VisitService`.

use chassis::grpc::{open, status};
use proto::trajectory::v1::visit_service_server::VisitService;
use proto::trajectory::v1::{
    ListVisitsRequest, ListVisitsResponse, PlanVisitsRequest, PlanVisitsResponse, ProposeCatchUpRequest,
    ProposeCatchUpResponse, RecordVisitRequest, RecordVisitResponse,
};
use tonic::{Request, Response, Status};

use super::from_proto::visits;
use super::{Doors, to_proto};

/// Visits over school weeks.
#[derive(Debug, Clone)]
pub struct Visits(pub(crate) Doors);

#[tonic::async_trait]
impl VisitService for Visits {
    async fn plan_visits(
        &self,
        request: Request<PlanVisitsRequest>,
    ) -> Result<Response<PlanVisitsResponse>, Status> {
        let (call, message) = open(request)?;
        let command = visits::plan(self.0.region(), &message).map_err(|error| status(&error))?;
        let respond = to_proto::visit_plan;
        let answer = self.0.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn record_visit(
        &self,
        request: Request<RecordVisitRequest>,
    ) -> Result<Response<RecordVisitResponse>, Status> {
        let (call, message) = open(request)?;
        let command = visits::record(self.0.region(), &message).map_err(|error| status(&error))?;
        let respond = |view| RecordVisitResponse { visit: Some(to_proto::visit(view)) };
        let answer = self.0.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn propose_catch_up(
        &self,
        request: Request<ProposeCatchUpRequest>,
    ) -> Result<Response<ProposeCatchUpResponse>, Status> {
        let (call, message) = open(request)?;
        let command = visits::catch_up(self.0.region(), &message).map_err(|error| status(&error))?;
        let respond = |view| ProposeCatchUpResponse { visit: Some(to_proto::visit(view)) };
        let answer = self.0.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn list_visits(
        &self,
        request: Request<ListVisitsRequest>,
    ) -> Result<Response<ListVisitsResponse>, Status> {
        let (call, message) = open(request)?;
        let query = visits::list(&message).map_err(|error| status(&error))?;
        let found = self.0.work.read(&call, query).await.map_err(|error| status(&error))?;
        Ok(Response::new(to_proto::visits(found)))
    }
}
