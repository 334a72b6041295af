//! `bondgenoot.finance.v1.ContributionService`: only reads.

use std::sync::Arc;

use chassis::database::UnitOfWork;
use chassis::grpc::{open, status};
use proto::finance::v1::contribution_service_server::ContributionService;
use proto::finance::v1::{GetContributionsRequest, GetContributionsResponse};
use region::Region;
use tonic::{Request, Response, Status};

use super::contribution_messages as messages;

/// Reports what local authorities contribute.
#[derive(Debug, Clone)]
pub struct Contributions {
    work: UnitOfWork,
    region: Arc<Region>,
}

impl Contributions {
    /// The service over a unit of work, for a region.
    pub const fn new(work: UnitOfWork, region: Arc<Region>) -> Self {
        Self { work, region }
    }
}

#[tonic::async_trait]
impl ContributionService for Contributions {
    async fn get_contributions(
        &self,
        request: Request<GetContributionsRequest>,
    ) -> Result<Response<GetContributionsResponse>, Status> {
        let (call, message) = open(request)?;
        let query = messages::get(Arc::clone(&self.region), message).map_err(|error| status(&error))?;
        let view = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        let answer = messages::to_response(view).map_err(|error| status(&error))?;
        Ok(Response::new(answer))
    }
}
