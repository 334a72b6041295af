//! `bondgenoot.finance.v1.LedgerService`.

use std::sync::Arc;

use chassis::database::UnitOfWork;
use chassis::grpc::{open, status};
use proto::finance::v1::ledger_service_server::LedgerService;
use proto::finance::v1::{
    ListLedgerEntriesRequest, ListLedgerEntriesResponse, PostLedgerEntryRequest, PostLedgerEntryResponse,
    ReverseLedgerEntryRequest, ReverseLedgerEntryResponse,
};
use region::Region;
use tonic::{Request, Response, Status};

use super::ledger_messages::{self as messages, to_entry};

/// Keeps the ledger.
#[derive(Debug, Clone)]
pub struct Ledger {
    work: UnitOfWork,
    region: Arc<Region>,
}

impl Ledger {
    /// The service over a unit of work, for a region.
    pub const fn new(work: UnitOfWork, region: Arc<Region>) -> Self {
        Self { work, region }
    }
}

#[tonic::async_trait]
impl LedgerService for Ledger {
    async fn post_ledger_entry(
        &self,
        request: Request<PostLedgerEntryRequest>,
    ) -> Result<Response<PostLedgerEntryResponse>, Status> {
        let (call, message) = open(request)?;
        let command = messages::post(Arc::clone(&self.region), message).map_err(|error| status(&error))?;
        let respond = |entry| PostLedgerEntryResponse { entry: Some(to_entry(&entry)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn reverse_ledger_entry(
        &self,
        request: Request<ReverseLedgerEntryRequest>,
    ) -> Result<Response<ReverseLedgerEntryResponse>, Status> {
        let (call, message) = open(request)?;
        let command = messages::reverse(message).map_err(|error| status(&error))?;
        let respond = |entry| ReverseLedgerEntryResponse { entry: Some(to_entry(&entry)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn list_ledger_entries(
        &self,
        request: Request<ListLedgerEntriesRequest>,
    ) -> Result<Response<ListLedgerEntriesResponse>, Status> {
        let (call, message) = open(request)?;
        let vault = self.work.vault();
        let query =
            messages::list(Arc::clone(&self.region), vault, &message).map_err(|error| status(&error))?;
        let page = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        let next = page.next.map(|cursor| cursor.to_token(vault, &messages::list_name(&message)));
        let next_page_token = next.unwrap_or_default();
        let entries = page.rows.iter().map(to_entry).collect();
        Ok(Response::new(ListLedgerEntriesResponse { entries, next_page_token }))
    }
}
