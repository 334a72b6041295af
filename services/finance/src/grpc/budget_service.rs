//! `bondgenoot.finance.v1.BudgetService`.

use std::sync::Arc;

use chassis::database::UnitOfWork;
use chassis::grpc::{open, status};
use proto::finance::v1::budget_service_server::BudgetService;
use proto::finance::v1::{
    ApproveBudgetRequest, ApproveBudgetResponse, CreateBudgetRequest, CreateBudgetResponse, GetBudgetRequest,
    GetBudgetResponse, GetBudgetTotalsRequest, GetBudgetTotalsResponse, ListBudgetsRequest,
    ListBudgetsResponse, ListSuggestedHoursRequest, ListSuggestedHoursResponse, PutFundingRequest,
    PutFundingResponse, PutStaffLineRequest, PutStaffLineResponse, RemoveStaffLineRequest,
    RemoveStaffLineResponse,
};
use region::Region;
use tonic::{Request, Response, Status};

use super::from_proto;
use super::to_proto::{to_budget, to_page, to_suggested, to_totals};

/// Keeps budgets, and lists suggested hours.
#[derive(Debug, Clone)]
pub struct Budgets {
    work: UnitOfWork,
    region: Arc<Region>,
}

impl Budgets {
    /// The service over a unit of work, for a region.
    pub const fn new(work: UnitOfWork, region: Arc<Region>) -> Self {
        Self { work, region }
    }

    fn region(&self) -> Arc<Region> {
        Arc::clone(&self.region)
    }
}

#[tonic::async_trait]
impl BudgetService for Budgets {
    async fn create_budget(
        &self,
        request: Request<CreateBudgetRequest>,
    ) -> Result<Response<CreateBudgetResponse>, Status> {
        let (call, message) = open(request)?;
        let command = from_proto::create(self.region(), message).map_err(|error| status(&error))?;
        let respond = |view| CreateBudgetResponse { budget: Some(to_budget(view)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn list_budgets(
        &self,
        request: Request<ListBudgetsRequest>,
    ) -> Result<Response<ListBudgetsResponse>, Status> {
        let (call, message) = open(request)?;
        let vault = self.work.vault();
        let query = from_proto::list(self.region(), vault, &message).map_err(|error| status(&error))?;
        let page = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        let next = page.next.map(|cursor| cursor.to_token(vault, &from_proto::list_name(&message)));
        Ok(Response::new(to_page(page, next.unwrap_or_default())))
    }

    async fn get_budget(
        &self,
        request: Request<GetBudgetRequest>,
    ) -> Result<Response<GetBudgetResponse>, Status> {
        let (call, message) = open(request)?;
        let query = from_proto::get(self.region(), &message).map_err(|error| status(&error))?;
        let view = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        Ok(Response::new(GetBudgetResponse { budget: Some(to_budget(view)) }))
    }

    async fn get_budget_totals(
        &self,
        request: Request<GetBudgetTotalsRequest>,
    ) -> Result<Response<GetBudgetTotalsResponse>, Status> {
        let (call, message) = open(request)?;
        let query = from_proto::totals(&message).map_err(|error| status(&error))?;
        let view = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        Ok(Response::new(GetBudgetTotalsResponse { budget: Some(to_totals(view)) }))
    }

    async fn put_staff_line(
        &self,
        request: Request<PutStaffLineRequest>,
    ) -> Result<Response<PutStaffLineResponse>, Status> {
        let (call, message) = open(request)?;
        let command = from_proto::put_line(self.region(), message).map_err(|error| status(&error))?;
        let respond = |view| PutStaffLineResponse { budget: Some(to_budget(view)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn remove_staff_line(
        &self,
        request: Request<RemoveStaffLineRequest>,
    ) -> Result<Response<RemoveStaffLineResponse>, Status> {
        let (call, message) = open(request)?;
        let command = from_proto::remove_line(self.region(), &message).map_err(|error| status(&error))?;
        let respond = |view| RemoveStaffLineResponse { budget: Some(to_budget(view)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn put_funding(
        &self,
        request: Request<PutFundingRequest>,
    ) -> Result<Response<PutFundingResponse>, Status> {
        let (call, message) = open(request)?;
        let command = from_proto::put_funding(self.region(), message).map_err(|error| status(&error))?;
        let respond = |view| PutFundingResponse { budget: Some(to_budget(view)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn approve_budget(
        &self,
        request: Request<ApproveBudgetRequest>,
    ) -> Result<Response<ApproveBudgetResponse>, Status> {
        let (call, message) = open(request)?;
        let command = from_proto::approve(self.region(), &message).map_err(|error| status(&error))?;
        let respond = |view| ApproveBudgetResponse { budget: Some(to_budget(view)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn list_suggested_hours(
        &self,
        request: Request<ListSuggestedHoursRequest>,
    ) -> Result<Response<ListSuggestedHoursResponse>, Status> {
        let (call, message) = open(request)?;
        let vault = self.work.vault();
        let query = from_proto::suggested(self.region(), vault, &message).map_err(|error| status(&error))?;
        let page = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        let next = page.next.map(|cursor| cursor.to_token(vault, &from_proto::suggested_name(&message)));
        Ok(Response::new(to_suggested(&page, next.unwrap_or_default())))
    }
}
