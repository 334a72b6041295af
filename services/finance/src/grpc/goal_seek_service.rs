//! `bondgenoot.finance.v1.GoalSeekService`: only reads.

use std::sync::Arc;

use chassis::database::UnitOfWork;
use chassis::grpc::{open, status};
use proto::finance::v1::goal_seek_service_server::GoalSeekService;
use proto::finance::v1::{
    SeekContributionsRequest, SeekContributionsResponse, SeekFundingRequest, SeekFundingResponse,
    SeekHoursRequest, SeekHoursResponse,
};
use region::Region;
use tonic::{Request, Response, Status};

use super::goal_seek_messages as messages;

/// Computes backwards.
#[derive(Debug, Clone)]
pub struct GoalSeek {
    work: UnitOfWork,
    region: Arc<Region>,
}

impl GoalSeek {
    /// The service over a unit of work, for a region.
    pub const fn new(work: UnitOfWork, region: Arc<Region>) -> Self {
        Self { work, region }
    }

    fn region(&self) -> Arc<Region> {
        Arc::clone(&self.region)
    }
}

#[tonic::async_trait]
impl GoalSeekService for GoalSeek {
    async fn seek_hours(
        &self,
        request: Request<SeekHoursRequest>,
    ) -> Result<Response<SeekHoursResponse>, Status> {
        let (call, message) = open(request)?;
        let query = messages::seek_hours(self.region(), message).map_err(|error| status(&error))?;
        let view = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        Ok(Response::new(messages::to_hours(view)))
    }

    async fn seek_contributions(
        &self,
        request: Request<SeekContributionsRequest>,
    ) -> Result<Response<SeekContributionsResponse>, Status> {
        let (call, message) = open(request)?;
        let query = messages::seek_contributions(self.region(), message).map_err(|error| status(&error))?;
        let view = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        Ok(Response::new(messages::to_contributions(view)))
    }

    async fn seek_funding(
        &self,
        request: Request<SeekFundingRequest>,
    ) -> Result<Response<SeekFundingResponse>, Status> {
        let (call, message) = open(request)?;
        let query = messages::seek_funding(self.region(), message).map_err(|error| status(&error))?;
        let view = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        Ok(Response::new(messages::to_funding(view)))
    }
}
