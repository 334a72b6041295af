//! `bondgenoot.finance.v1.PotService`.

use std::sync::Arc;

use chassis::database::UnitOfWork;
use chassis::grpc::{open, status};
use proto::finance::v1::pot_service_server::PotService;
use proto::finance::v1::{
    CloseDecisionRequest, CloseDecisionResponse, GetPotRequest, GetPotResponse, GetPotTotalsRequest,
    GetPotTotalsResponse, ListPotEntriesRequest, ListPotEntriesResponse, RecordPotDecisionRequest,
    RecordPotDecisionResponse, RecordPotSpendingRequest, RecordPotSpendingResponse, ReversePotEntryRequest,
    ReversePotEntryResponse,
};
use region::Region;
use tonic::{Request, Response, Status};

use super::pot_messages::{self as messages, to_entry};

/// Keeps pots.
#[derive(Debug, Clone)]
pub struct Pots {
    work: UnitOfWork,
    region: Arc<Region>,
}

impl Pots {
    /// The service over a unit of work, for a region.
    pub const fn new(work: UnitOfWork, region: Arc<Region>) -> Self {
        Self { work, region }
    }
}

#[tonic::async_trait]
impl PotService for Pots {
    async fn record_pot_decision(
        &self,
        request: Request<RecordPotDecisionRequest>,
    ) -> Result<Response<RecordPotDecisionResponse>, Status> {
        let (call, message) = open(request)?;
        let command = messages::decide(Arc::clone(&self.region), message).map_err(|error| status(&error))?;
        let respond = |entry| RecordPotDecisionResponse { entry: Some(to_entry(&entry)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn record_pot_spending(
        &self,
        request: Request<RecordPotSpendingRequest>,
    ) -> Result<Response<RecordPotSpendingResponse>, Status> {
        let (call, message) = open(request)?;
        let command = messages::spend(Arc::clone(&self.region), message).map_err(|error| status(&error))?;
        let respond = |entry| RecordPotSpendingResponse { entry: Some(to_entry(&entry)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn close_decision(
        &self,
        request: Request<CloseDecisionRequest>,
    ) -> Result<Response<CloseDecisionResponse>, Status> {
        let (call, message) = open(request)?;
        let command = messages::close(message).map_err(|error| status(&error))?;
        let respond = |entry| CloseDecisionResponse { entry: Some(to_entry(&entry)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn reverse_pot_entry(
        &self,
        request: Request<ReversePotEntryRequest>,
    ) -> Result<Response<ReversePotEntryResponse>, Status> {
        let (call, message) = open(request)?;
        let command = messages::reverse(message).map_err(|error| status(&error))?;
        let respond = |entry| ReversePotEntryResponse { entry: Some(to_entry(&entry)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn list_pot_entries(
        &self,
        request: Request<ListPotEntriesRequest>,
    ) -> Result<Response<ListPotEntriesResponse>, Status> {
        let (call, message) = open(request)?;
        let vault = self.work.vault();
        let query =
            messages::list(Arc::clone(&self.region), vault, &message).map_err(|error| status(&error))?;
        let page = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        let next = page.next.map(|cursor| cursor.to_token(vault, &messages::list_name(&message)));
        let next_page_token = next.unwrap_or_default();
        let entries = page.rows.iter().map(to_entry).collect();
        Ok(Response::new(ListPotEntriesResponse { entries, next_page_token }))
    }

    async fn get_pot(&self, request: Request<GetPotRequest>) -> Result<Response<GetPotResponse>, Status> {
        let (call, message) = open(request)?;
        let query = messages::get(Arc::clone(&self.region), &message).map_err(|error| status(&error))?;
        let view = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        messages::to_pot(&message, view).map(Response::new).map_err(|error| status(&error))
    }

    async fn get_pot_totals(
        &self,
        request: Request<GetPotTotalsRequest>,
    ) -> Result<Response<GetPotTotalsResponse>, Status> {
        let (call, message) = open(request)?;
        let query =
            messages::get_totals(Arc::clone(&self.region), &message).map_err(|error| status(&error))?;
        let sums = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        let totals = messages::to_totals(&message.programme, message.year, &sums);
        let totals = Some(totals.map_err(|error| status(&error))?);
        Ok(Response::new(GetPotTotalsResponse { totals }))
    }
}
