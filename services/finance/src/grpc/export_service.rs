//! `bondgenoot.finance.v1.ExportService`.

use std::sync::Arc;

use chassis::database::UnitOfWork;
use chassis::grpc::{open, status};
use proto::finance::v1::export_service_server::ExportService;
use proto::finance::v1::{
    GetExportRequest, GetExportResponse, ListExportRunsRequest, ListExportRunsResponse, ListExportsRequest,
    ListExportsResponse,
};
use region::Region;
use tonic::{Request, Response, Status};

use super::export_messages::{get, list, list_name, runs, runs_name, to_export, to_run, to_summary};

/// Shows exports.
#[derive(Debug, Clone)]
pub struct Exports {
    work: UnitOfWork,
    region: Arc<Region>,
}

impl Exports {
    /// The service over a unit of work, for a region.
    pub const fn new(work: UnitOfWork, region: Arc<Region>) -> Self {
        Self { work, region }
    }
}

#[tonic::async_trait]
impl ExportService for Exports {
    async fn list_exports(
        &self,
        request: Request<ListExportsRequest>,
    ) -> Result<Response<ListExportsResponse>, Status> {
        let (call, message) = open(request)?;
        let vault = self.work.vault();
        let query = list(Arc::clone(&self.region), vault, &message).map_err(|error| status(&error))?;
        let page = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        let next = page.next.map(|cursor| cursor.to_token(vault, &list_name(&message)));
        let exports = page.rows.iter().map(to_summary).collect();
        Ok(Response::new(ListExportsResponse { exports, next_page_token: next.unwrap_or_default() }))
    }

    async fn get_export(
        &self,
        request: Request<GetExportRequest>,
    ) -> Result<Response<GetExportResponse>, Status> {
        let (call, message) = open(request)?;
        let query = get(&message).map_err(|error| status(&error))?;
        let view = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        let export = to_export(&view).map_err(|error| status(&error))?;
        Ok(Response::new(GetExportResponse { export: Some(export) }))
    }

    async fn list_export_runs(
        &self,
        request: Request<ListExportRunsRequest>,
    ) -> Result<Response<ListExportRunsResponse>, Status> {
        let (call, message) = open(request)?;
        let vault = self.work.vault();
        let query = runs(vault, &message).map_err(|error| status(&error))?;
        let page = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        let next = page.next.map(|cursor| cursor.to_token(vault, &runs_name(&message)));
        let runs = page.rows.iter().map(to_run).collect();
        Ok(Response::new(ListExportRunsResponse { runs, next_page_token: next.unwrap_or_default() }))
    }
}
