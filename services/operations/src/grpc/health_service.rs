//! `bondgenoot.operations.v1.HealthService`.

use std::time::Duration;

use chassis::caller::Call;
use chassis::database::{CommandError as _, DatabaseError, UnitOfWork};
use chassis::error::Chain;
use chassis::grpc::{open, status};
use chassis::page;
use proto::operations::v1::health_service_server::HealthService;
use proto::operations::v1::{
    self as api, CheckRegionRequest, CheckRegionResponse, GetRegionHealthRequest, GetRegionHealthResponse,
    ListFindingsRequest, ListFindingsResponse,
};
use tonic::{Request, Response, Status};

use super::convert::{to_finding, to_region_health};
use super::page_token::{List, from_token, to_token};
use crate::error::Error;
use crate::use_cases::{GetRegionHealth, ListFindings, RegionWatch};

/// An answer rests on a look that is at most this old.
const FRESH: Duration = Duration::from_secs(1);

/// The RPCs.
#[derive(Debug, Clone)]
pub struct HealthRpc {
    work: UnitOfWork,
    watch: RegionWatch,
}

impl HealthRpc {
    /// Over this watch.
    pub const fn new(work: UnitOfWork, watch: RegionWatch) -> Self {
        Self { work, watch }
    }

    /// The health, with its audit row. When the database is away the health is told all the same: it holds no case data,
    /// and that is when operators need it most.
    async fn health(&self, call: &Call) -> Result<api::RegionHealth, Status> {
        let audited = self.work.read(call, GetRegionHealth).await;
        let health = self.watch.health(FRESH).await;
        let region = self.work.deployment().region();
        match audited {
            Ok(actions) => Ok(to_region_health(&health, &actions, region)),
            Err(error) if error.database().is_some_and(DatabaseError::is_transient) => {
                tracing::warn!(error.chain = %Chain(&error), "health is told without its audit row");
                Ok(to_region_health(&self.watch.not_kept((*health).clone()), &[], region))
            }
            Err(error) => Err(status(&error)),
        }
    }
}

#[tonic::async_trait]
impl HealthService for HealthRpc {
    async fn get_region_health(
        &self,
        request: Request<GetRegionHealthRequest>,
    ) -> Result<Response<GetRegionHealthResponse>, Status> {
        let (call, _) = open(request)?;
        let health = Some(self.health(&call).await?);
        Ok(Response::new(GetRegionHealthResponse { health }))
    }

    async fn check_region(
        &self,
        request: Request<CheckRegionRequest>,
    ) -> Result<Response<CheckRegionResponse>, Status> {
        let (call, _) = open(request)?;
        let health = Some(self.health(&call).await?);
        Ok(Response::new(CheckRegionResponse { health }))
    }

    async fn list_findings(
        &self,
        request: Request<ListFindingsRequest>,
    ) -> Result<Response<ListFindingsResponse>, Status> {
        let (call, request) = open(request)?;
        let query = from_request(&request).map_err(|error| status(&error))?;
        let page = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        Ok(Response::new(ListFindingsResponse {
            findings: page.findings.iter().map(to_finding).collect(),
            next_page_token: page
                .next
                .map(|cursor| to_token(cursor, List::findings(request.open_only)))
                .unwrap_or_default(),
        }))
    }
}

fn from_request(request: &ListFindingsRequest) -> Result<ListFindings, Error> {
    match (page::size(request.page_size), from_token(&request.page_token, List::findings(request.open_only)))
    {
        (Ok(size), Ok(after)) => Ok(ListFindings { open_only: request.open_only, after, size }),
        (size, after) => Err(Error::InvalidFields(size.err().into_iter().chain(after.err()).collect())),
    }
}
