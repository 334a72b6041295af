//! `bondgenoot.finance.v1.ClaimService`.

use std::sync::Arc;

use chassis::database::UnitOfWork;
use chassis::grpc::{open, status};
use proto::finance::v1::claim_service_server::ClaimService;
use proto::finance::v1::{
    AcceptClaimRequest, AcceptClaimResponse, CorrectClaimRequest, CorrectClaimResponse, CreateClaimRequest,
    CreateClaimResponse, GetClaimRequest, GetClaimResponse, ListClaimsRequest, ListClaimsResponse,
    ReconcileClaimRequest, ReconcileClaimResponse, RefreshClaimRequest, RefreshClaimResponse,
    SubmitClaimRequest, SubmitClaimResponse, ValidateClaimRequest, ValidateClaimResponse,
};
use region::Region;
use tonic::{Request, Response, Status};

use super::claim_messages::{self as messages, to_claim, to_reconciliation, to_shares, to_summary};
use crate::use_cases::ClaimStep;

/// Keeps claims.
#[derive(Debug, Clone)]
pub struct Claims {
    work: UnitOfWork,
    region: Arc<Region>,
}

impl Claims {
    /// The service over a unit of work, for a region.
    pub const fn new(work: UnitOfWork, region: Arc<Region>) -> Self {
        Self { work, region }
    }

    fn region(&self) -> Arc<Region> {
        Arc::clone(&self.region)
    }
}

#[tonic::async_trait]
impl ClaimService for Claims {
    async fn create_claim(
        &self,
        request: Request<CreateClaimRequest>,
    ) -> Result<Response<CreateClaimResponse>, Status> {
        let (call, message) = open(request)?;
        let command = messages::create(self.region(), &message).map_err(|error| status(&error))?;
        let respond = |claim| CreateClaimResponse { claim: Some(to_claim(&claim)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn refresh_claim(
        &self,
        request: Request<RefreshClaimRequest>,
    ) -> Result<Response<RefreshClaimResponse>, Status> {
        let (call, message) = open(request)?;
        let command = messages::step(self.region(), &message.claim_id, ClaimStep::Refresh)
            .map_err(|error| status(&error))?;
        let respond = |claim| RefreshClaimResponse { claim: Some(to_claim(&claim)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn validate_claim(
        &self,
        request: Request<ValidateClaimRequest>,
    ) -> Result<Response<ValidateClaimResponse>, Status> {
        let (call, message) = open(request)?;
        let command = messages::step(self.region(), &message.claim_id, ClaimStep::Validate)
            .map_err(|error| status(&error))?;
        let respond = |claim| ValidateClaimResponse { claim: Some(to_claim(&claim)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn submit_claim(
        &self,
        request: Request<SubmitClaimRequest>,
    ) -> Result<Response<SubmitClaimResponse>, Status> {
        let (call, message) = open(request)?;
        let command = messages::step(self.region(), &message.claim_id, ClaimStep::Submit)
            .map_err(|error| status(&error))?;
        let respond = |claim| SubmitClaimResponse { claim: Some(to_claim(&claim)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn accept_claim(
        &self,
        request: Request<AcceptClaimRequest>,
    ) -> Result<Response<AcceptClaimResponse>, Status> {
        let (call, message) = open(request)?;
        let command = messages::step(self.region(), &message.claim_id, ClaimStep::Accept)
            .map_err(|error| status(&error))?;
        let respond = |claim| AcceptClaimResponse { claim: Some(to_claim(&claim)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn correct_claim(
        &self,
        request: Request<CorrectClaimRequest>,
    ) -> Result<Response<CorrectClaimResponse>, Status> {
        let (call, message) = open(request)?;
        let command = messages::correct(self.region(), message).map_err(|error| status(&error))?;
        let respond = |claim| CorrectClaimResponse { claim: Some(to_claim(&claim)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn get_claim(
        &self,
        request: Request<GetClaimRequest>,
    ) -> Result<Response<GetClaimResponse>, Status> {
        let (call, message) = open(request)?;
        let query = messages::get(self.region(), &message).map_err(|error| status(&error))?;
        let view = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        let (claim, shares) = (Some(to_claim(&view.claim)), to_shares(&view));
        let shares_programme_version = view.rules.to_string();
        Ok(Response::new(GetClaimResponse { claim, shares, shares_programme_version }))
    }

    async fn list_claims(
        &self,
        request: Request<ListClaimsRequest>,
    ) -> Result<Response<ListClaimsResponse>, Status> {
        let (call, message) = open(request)?;
        let vault = self.work.vault();
        let query = messages::list(self.region(), vault, &message).map_err(|error| status(&error))?;
        let page = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        let next = page.next.map(|cursor| cursor.to_token(vault, &messages::list_name(&message)));
        let next_page_token = next.unwrap_or_default();
        let claims = page.rows.iter().map(to_summary).collect();
        Ok(Response::new(ListClaimsResponse { claims, next_page_token }))
    }

    async fn reconcile_claim(
        &self,
        request: Request<ReconcileClaimRequest>,
    ) -> Result<Response<ReconcileClaimResponse>, Status> {
        let (call, message) = open(request)?;
        let query = messages::reconcile(&message).map_err(|error| status(&error))?;
        let reconciled = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        let reconciliation = Some(to_reconciliation(&reconciled));
        Ok(Response::new(ReconcileClaimResponse { reconciliation }))
    }
}
