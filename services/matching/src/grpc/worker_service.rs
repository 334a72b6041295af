//! `bondgenoot.matching.v1.WorkerService`.

use std::sync::Arc;

use chassis::database::UnitOfWork;
use chassis::grpc::{open, status};
use proto::matching::v1::worker_service_server::WorkerService;
use proto::matching::v1::{
    BatchGetWorkerNamesRequest, BatchGetWorkerNamesResponse, EndMandateRequest, EndMandateResponse,
    GetWorkerRequest, GetWorkerResponse, GrantMandateRequest, GrantMandateResponse, ListWorkersRequest,
    ListWorkersResponse, RegisterWorkerRequest, RegisterWorkerResponse, SetCapacityRequest,
    SetCapacityResponse, UpdateWorkerRequest, UpdateWorkerResponse,
};
use region::Region;
use tonic::{Request, Response, Status};

use super::from_proto;
use super::to_proto::{to_name, to_summary, to_worker};

/// Keeps workers, mandates and capacities.
#[derive(Debug, Clone)]
pub struct Workers {
    work: UnitOfWork,
    region: Arc<Region>,
}

impl Workers {
    /// The service over a unit of work, for a region.
    pub const fn new(work: UnitOfWork, region: Arc<Region>) -> Self {
        Self { work, region }
    }

    fn region(&self) -> Arc<Region> {
        Arc::clone(&self.region)
    }
}

#[tonic::async_trait]
impl WorkerService for Workers {
    async fn register_worker(
        &self,
        request: Request<RegisterWorkerRequest>,
    ) -> Result<Response<RegisterWorkerResponse>, Status> {
        let (call, message) = open(request)?;
        let command = from_proto::register(self.region(), self.work.clock().today(), &message)
            .map_err(|error| status(&error))?;
        let answer = self
            .work
            .write(&call, command, |found| RegisterWorkerResponse { worker: Some(to_worker(found)) })
            .await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn update_worker(
        &self,
        request: Request<UpdateWorkerRequest>,
    ) -> Result<Response<UpdateWorkerResponse>, Status> {
        let (call, message) = open(request)?;
        let command = from_proto::update(self.region(), self.work.clock().today(), &message)
            .map_err(|error| status(&error))?;
        let answer = self
            .work
            .write(&call, command, |found| UpdateWorkerResponse { worker: Some(to_worker(found)) })
            .await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn set_capacity(
        &self,
        request: Request<SetCapacityRequest>,
    ) -> Result<Response<SetCapacityResponse>, Status> {
        let (call, message) = open(request)?;
        let command = from_proto::set_capacity(self.region(), &message).map_err(|error| status(&error))?;
        let answer = self
            .work
            .write(&call, command, |found| SetCapacityResponse { worker: Some(to_worker(found)) })
            .await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn grant_mandate(
        &self,
        request: Request<GrantMandateRequest>,
    ) -> Result<Response<GrantMandateResponse>, Status> {
        let (call, message) = open(request)?;
        let command = from_proto::grant_mandate(self.region(), &message).map_err(|error| status(&error))?;
        let answer = self
            .work
            .write(&call, command, |granted| GrantMandateResponse {
                mandate_id: granted.mandate.to_string(),
                worker: Some(to_worker(granted.worker)),
            })
            .await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn end_mandate(
        &self,
        request: Request<EndMandateRequest>,
    ) -> Result<Response<EndMandateResponse>, Status> {
        let (call, message) = open(request)?;
        let command = from_proto::end_mandate(self.region(), &message).map_err(|error| status(&error))?;
        let answer = self
            .work
            .write(&call, command, |found| EndMandateResponse { worker: Some(to_worker(found)) })
            .await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn get_worker(
        &self,
        request: Request<GetWorkerRequest>,
    ) -> Result<Response<GetWorkerResponse>, Status> {
        let (call, message) = open(request)?;
        let query = from_proto::get_worker(self.region(), &message).map_err(|error| status(&error))?;
        let found = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        Ok(Response::new(GetWorkerResponse { worker: Some(to_worker(found)) }))
    }

    async fn list_workers(
        &self,
        request: Request<ListWorkersRequest>,
    ) -> Result<Response<ListWorkersResponse>, Status> {
        let (call, message) = open(request)?;
        let vault = self.work.vault();
        let query =
            from_proto::list_workers(self.region(), vault, &message).map_err(|error| status(&error))?;
        let page = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        let next = page.next.map(|cursor| cursor.to_token(vault, &from_proto::workers_list(&message)));
        Ok(Response::new(ListWorkersResponse {
            workers: page.workers.into_iter().map(to_summary).collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }

    async fn batch_get_worker_names(
        &self,
        request: Request<BatchGetWorkerNamesRequest>,
    ) -> Result<Response<BatchGetWorkerNamesResponse>, Status> {
        let (call, message) = open(request)?;
        let query = from_proto::names(&message).map_err(|error| status(&error))?;
        let found = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        Ok(Response::new(BatchGetWorkerNamesResponse { names: found.into_iter().map(to_name).collect() }))
    }
}
