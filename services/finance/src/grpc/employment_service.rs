//! `bondgenoot.finance.v1.EmploymentService`.

use std::sync::Arc;

use chassis::database::UnitOfWork;
use chassis::grpc::{open, status};
use proto::finance::v1::employment_service_server::EmploymentService;
use proto::finance::v1::{
    ChangeEmploymentRequest, ChangeEmploymentResponse, CreateEmploymentRequest, CreateEmploymentResponse,
    ListEmploymentsRequest, ListEmploymentsResponse, ListOwnEmploymentsRequest, ListOwnEmploymentsResponse,
};
use region::Region;
use tonic::{Request, Response, Status};

use super::employment_messages::{self as messages, to_employment};

/// Keeps employments.
#[derive(Debug, Clone)]
pub struct Employments {
    work: UnitOfWork,
    region: Arc<Region>,
}

impl Employments {
    /// The service over a unit of work, for a region.
    pub const fn new(work: UnitOfWork, region: Arc<Region>) -> Self {
        Self { work, region }
    }

    fn region(&self) -> Arc<Region> {
        Arc::clone(&self.region)
    }
}

#[tonic::async_trait]
impl EmploymentService for Employments {
    async fn create_employment(
        &self,
        request: Request<CreateEmploymentRequest>,
    ) -> Result<Response<CreateEmploymentResponse>, Status> {
        let (call, message) = open(request)?;
        let command = messages::create(self.region(), message).map_err(|error| status(&error))?;
        let respond = |one| CreateEmploymentResponse { employment: Some(to_employment(&one)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn change_employment(
        &self,
        request: Request<ChangeEmploymentRequest>,
    ) -> Result<Response<ChangeEmploymentResponse>, Status> {
        let (call, message) = open(request)?;
        let command = messages::change(self.region(), message).map_err(|error| status(&error))?;
        let respond = |one| ChangeEmploymentResponse { employment: Some(to_employment(&one)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn list_employments(
        &self,
        request: Request<ListEmploymentsRequest>,
    ) -> Result<Response<ListEmploymentsResponse>, Status> {
        let (call, message) = open(request)?;
        let vault = self.work.vault();
        let query = messages::list(self.region(), vault, &message).map_err(|error| status(&error))?;
        let page = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        let next = page.next.map(|cursor| cursor.to_token(vault, &messages::list_name(&message)));
        Ok(Response::new(ListEmploymentsResponse {
            employments: page.rows.iter().map(|row| to_employment(&row.employment)).collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }

    async fn list_own_employments(
        &self,
        request: Request<ListOwnEmploymentsRequest>,
    ) -> Result<Response<ListOwnEmploymentsResponse>, Status> {
        let (call, message) = open(request)?;
        let vault = self.work.vault();
        let query = messages::list_own(self.region(), vault, &message).map_err(|error| status(&error))?;
        let page = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        let next = page.next.map(|cursor| cursor.to_token(vault, &messages::list_own_name(&message)));
        Ok(Response::new(ListOwnEmploymentsResponse {
            employments: page.rows.iter().map(|row| to_employment(&row.employment)).collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }
}
