//! `bondgenoot.finance.v1.ProcurementService`.

use std::sync::Arc;

use chassis::database::UnitOfWork;
use chassis::grpc::{open, status};
use proto::finance::v1::procurement_service_server::ProcurementService;
use proto::finance::v1::{
    CheckProcurementRequest, CheckProcurementResponse, ListPurchasesRequest, ListPurchasesResponse,
    RecordPurchaseRequest, RecordPurchaseResponse, ReversePurchaseRequest, ReversePurchaseResponse,
};
use region::Region;
use tonic::{Request, Response, Status};

use super::procurement_messages as messages;

/// Keeps purchases.
#[derive(Debug, Clone)]
pub struct Purchases {
    work: UnitOfWork,
    region: Arc<Region>,
}

impl Purchases {
    /// The service over a unit of work, for a region.
    pub const fn new(work: UnitOfWork, region: Arc<Region>) -> Self {
        Self { work, region }
    }
}

#[tonic::async_trait]
impl ProcurementService for Purchases {
    async fn record_purchase(
        &self,
        request: Request<RecordPurchaseRequest>,
    ) -> Result<Response<RecordPurchaseResponse>, Status> {
        let (call, message) = open(request)?;
        let command = messages::record(Arc::clone(&self.region), message).map_err(|error| status(&error))?;
        let respond = |(purchase, advice)| RecordPurchaseResponse {
            purchase: Some(messages::to_purchase(&purchase)),
            advice: Some(messages::to_advice(&advice)),
        };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn reverse_purchase(
        &self,
        request: Request<ReversePurchaseRequest>,
    ) -> Result<Response<ReversePurchaseResponse>, Status> {
        let (call, message) = open(request)?;
        let command = messages::reverse(message).map_err(|error| status(&error))?;
        let respond = |purchase| ReversePurchaseResponse { purchase: Some(messages::to_purchase(&purchase)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn list_purchases(
        &self,
        request: Request<ListPurchasesRequest>,
    ) -> Result<Response<ListPurchasesResponse>, Status> {
        let (call, message) = open(request)?;
        let vault = self.work.vault();
        let query =
            messages::list(Arc::clone(&self.region), vault, &message).map_err(|error| status(&error))?;
        let page = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        let next = page.next.map(|cursor| cursor.to_token(vault, &messages::list_name(&message)));
        let next_page_token = next.unwrap_or_default();
        let purchases = page.rows.iter().map(messages::to_purchase).collect();
        Ok(Response::new(ListPurchasesResponse { purchases, next_page_token }))
    }

    async fn check_procurement(
        &self,
        request: Request<CheckProcurementRequest>,
    ) -> Result<Response<CheckProcurementResponse>, Status> {
        let (call, message) = open(request)?;
        let query = messages::check(Arc::clone(&self.region), message).map_err(|error| status(&error))?;
        let advice = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        Ok(Response::new(CheckProcurementResponse { advice: Some(messages::to_advice(&advice)) }))
    }
}
