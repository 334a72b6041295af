//! `bondgenoot.finance.v1.TermService`.

use std::sync::Arc;

use chassis::database::UnitOfWork;
use chassis::grpc::{open, status};
use proto::finance::v1::term_service_server::TermService;
use proto::finance::v1::{
    DecideTermReadingRequest, DecideTermReadingResponse, ForecastTermRequest, ForecastTermResponse,
    GetTermPlanRequest, GetTermPlanResponse,
};
use region::Region;
use tonic::{Request, Response, Status};

use super::term_messages as messages;

/// Plans the term of programmes.
#[derive(Debug, Clone)]
pub struct Terms {
    work: UnitOfWork,
    region: Arc<Region>,
}

impl Terms {
    /// The service over a unit of work, for a region.
    pub const fn new(work: UnitOfWork, region: Arc<Region>) -> Self {
        Self { work, region }
    }

    fn region(&self) -> Arc<Region> {
        Arc::clone(&self.region)
    }
}

#[tonic::async_trait]
impl TermService for Terms {
    async fn get_term_plan(
        &self,
        request: Request<GetTermPlanRequest>,
    ) -> Result<Response<GetTermPlanResponse>, Status> {
        let (call, message) = open(request)?;
        let query = messages::plan(self.region(), &message).map_err(|error| status(&error))?;
        let view = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        Ok(Response::new(GetTermPlanResponse { plan: Some(messages::to_plan(&view)) }))
    }

    async fn decide_term_reading(
        &self,
        request: Request<DecideTermReadingRequest>,
    ) -> Result<Response<DecideTermReadingResponse>, Status> {
        let (call, message) = open(request)?;
        let command = messages::decide(self.region(), &message).map_err(|error| status(&error))?;
        let respond = |view| DecideTermReadingResponse { plan: Some(messages::to_plan(&view)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn forecast_term(
        &self,
        request: Request<ForecastTermRequest>,
    ) -> Result<Response<ForecastTermResponse>, Status> {
        let (call, message) = open(request)?;
        let query = messages::forecast(self.region(), &message).map_err(|error| status(&error))?;
        let seen = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        Ok(Response::new(messages::to_forecast(&seen)))
    }
}
