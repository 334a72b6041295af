//! `bondgenoot.finance.v1.TimeSheetService`.

use std::sync::Arc;

use chassis::database::UnitOfWork;
use chassis::grpc::{open, status};
use proto::finance::v1::time_sheet_service_server::TimeSheetService;
use proto::finance::v1::{
    ApproveTimeSheetRequest, ApproveTimeSheetResponse, ConfirmTimeSheetRequest, ConfirmTimeSheetResponse,
    CorrectTimeSheetRequest, CorrectTimeSheetResponse, GetOwnTimeSheetRequest, GetOwnTimeSheetResponse,
    GetTimeSheetRequest, GetTimeSheetResponse, ListMissingTimeSheetsRequest, ListMissingTimeSheetsResponse,
    ListOwnTimeSheetsRequest, ListOwnTimeSheetsResponse, ListTimeSheetsRequest, ListTimeSheetsResponse,
    LockMonthRequest, LockMonthResponse, OpenTimeSheetRequest, OpenTimeSheetResponse, PutTimeSheetRequest,
    PutTimeSheetResponse, ReturnTimeSheetRequest, ReturnTimeSheetResponse,
};
use region::Region;
use tonic::{Request, Response, Status};

use super::time_sheet_from_proto as from_proto;
use super::time_sheet_to_proto::{to_lock, to_missing, to_sheet, to_summary};

/// Keeps time sheets.
#[derive(Debug, Clone)]
pub struct TimeSheets {
    work: UnitOfWork,
    region: Arc<Region>,
}

impl TimeSheets {
    /// The service over a unit of work, for a region.
    pub const fn new(work: UnitOfWork, region: Arc<Region>) -> Self {
        Self { work, region }
    }

    fn region(&self) -> Arc<Region> {
        Arc::clone(&self.region)
    }
}

#[tonic::async_trait]
impl TimeSheetService for TimeSheets {
    async fn open_time_sheet(
        &self,
        request: Request<OpenTimeSheetRequest>,
    ) -> Result<Response<OpenTimeSheetResponse>, Status> {
        let (call, message) = open(request)?;
        let command = from_proto::open_sheet(self.region(), &message).map_err(|error| status(&error))?;
        let respond = |view| OpenTimeSheetResponse { time_sheet: Some(to_sheet(&view)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn put_time_sheet(
        &self,
        request: Request<PutTimeSheetRequest>,
    ) -> Result<Response<PutTimeSheetResponse>, Status> {
        let (call, message) = open(request)?;
        let command = from_proto::put(self.region(), message).map_err(|error| status(&error))?;
        let respond = |view| PutTimeSheetResponse { time_sheet: Some(to_sheet(&view)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn confirm_time_sheet(
        &self,
        request: Request<ConfirmTimeSheetRequest>,
    ) -> Result<Response<ConfirmTimeSheetResponse>, Status> {
        let (call, message) = open(request)?;
        let command = from_proto::confirm(self.region(), &message).map_err(|error| status(&error))?;
        let respond = |view| ConfirmTimeSheetResponse { time_sheet: Some(to_sheet(&view)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn approve_time_sheet(
        &self,
        request: Request<ApproveTimeSheetRequest>,
    ) -> Result<Response<ApproveTimeSheetResponse>, Status> {
        let (call, message) = open(request)?;
        let command = from_proto::approve(self.region(), &message).map_err(|error| status(&error))?;
        let respond = |view| ApproveTimeSheetResponse { time_sheet: Some(to_sheet(&view)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn return_time_sheet(
        &self,
        request: Request<ReturnTimeSheetRequest>,
    ) -> Result<Response<ReturnTimeSheetResponse>, Status> {
        let (call, message) = open(request)?;
        let command = from_proto::give_back(self.region(), message).map_err(|error| status(&error))?;
        let respond = |view| ReturnTimeSheetResponse { time_sheet: Some(to_sheet(&view)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn correct_time_sheet(
        &self,
        request: Request<CorrectTimeSheetRequest>,
    ) -> Result<Response<CorrectTimeSheetResponse>, Status> {
        let (call, message) = open(request)?;
        let command = from_proto::correct(self.region(), message).map_err(|error| status(&error))?;
        let respond = |view| CorrectTimeSheetResponse { time_sheet: Some(to_sheet(&view)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn lock_month(
        &self,
        request: Request<LockMonthRequest>,
    ) -> Result<Response<LockMonthResponse>, Status> {
        let (call, message) = open(request)?;
        let command = from_proto::lock(self.region(), &message).map_err(|error| status(&error))?;
        let respond = |locked| LockMonthResponse { month_lock: Some(to_lock(&locked)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn get_own_time_sheet(
        &self,
        request: Request<GetOwnTimeSheetRequest>,
    ) -> Result<Response<GetOwnTimeSheetResponse>, Status> {
        let (call, message) = open(request)?;
        let query = from_proto::get(self.region(), &message.time_sheet_id).map_err(|error| status(&error))?;
        let view = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        Ok(Response::new(GetOwnTimeSheetResponse { time_sheet: Some(to_sheet(&view)) }))
    }

    async fn get_time_sheet(
        &self,
        request: Request<GetTimeSheetRequest>,
    ) -> Result<Response<GetTimeSheetResponse>, Status> {
        let (call, message) = open(request)?;
        let query = from_proto::get(self.region(), &message.time_sheet_id).map_err(|error| status(&error))?;
        let view = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        Ok(Response::new(GetTimeSheetResponse { time_sheet: Some(to_sheet(&view)) }))
    }

    async fn list_own_time_sheets(
        &self,
        request: Request<ListOwnTimeSheetsRequest>,
    ) -> Result<Response<ListOwnTimeSheetsResponse>, Status> {
        let (call, message) = open(request)?;
        let vault = self.work.vault();
        let query = from_proto::list_own(self.region(), vault, &message).map_err(|error| status(&error))?;
        let page = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        let next = page.next.map(|cursor| cursor.to_token(vault, &from_proto::list_own_name(&message)));
        let next_page_token = next.unwrap_or_default();
        Ok(Response::new(ListOwnTimeSheetsResponse {
            time_sheets: page.rows.iter().map(to_summary).collect(),
            next_page_token,
        }))
    }

    async fn list_time_sheets(
        &self,
        request: Request<ListTimeSheetsRequest>,
    ) -> Result<Response<ListTimeSheetsResponse>, Status> {
        let (call, message) = open(request)?;
        let vault = self.work.vault();
        let query = from_proto::list(self.region(), vault, &message).map_err(|error| status(&error))?;
        let page = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        let next = page.next.map(|cursor| cursor.to_token(vault, &from_proto::list_name(&message)));
        let next_page_token = next.unwrap_or_default();
        Ok(Response::new(ListTimeSheetsResponse {
            time_sheets: page.rows.iter().map(to_summary).collect(),
            next_page_token,
        }))
    }

    async fn list_missing_time_sheets(
        &self,
        request: Request<ListMissingTimeSheetsRequest>,
    ) -> Result<Response<ListMissingTimeSheetsResponse>, Status> {
        let (call, message) = open(request)?;
        let vault = self.work.vault();
        let query = from_proto::missing(self.region(), vault, &message).map_err(|error| status(&error))?;
        let page = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        let next = page.next.map(|cursor| cursor.to_token(vault, &from_proto::missing_name(&message)));
        let next_page_token = next.unwrap_or_default();
        Ok(Response::new(ListMissingTimeSheetsResponse {
            missing: page.rows.iter().map(to_missing).collect(),
            next_page_token,
        }))
    }
}
