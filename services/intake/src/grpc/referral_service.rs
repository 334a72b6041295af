//! `bondgenoot.intake.v1.ReferralService`.

use std::sync::Arc;

use chassis::database::UnitOfWork;
use chassis::grpc::{open, status};
use proto::intake::v1::referral_service_server::ReferralService;
use proto::intake::v1::{
    AdmitReferralRequest, AdmitReferralResponse, GetReferralRequest, GetReferralResponse,
    ListReferralsRequest, ListReferralsResponse, RefuseReferralRequest, RefuseReferralResponse,
    ScreenReferralRequest, ScreenReferralResponse, SubmitReferralRequest, SubmitReferralResponse,
    WithdrawReferralRequest, WithdrawReferralResponse,
};
use region::Region;
use tonic::{Request, Response, Status};

use super::from_proto;
use super::to_proto::{to_page, to_referral};

/// Takes referrals and decides on them.
#[derive(Debug, Clone)]
pub struct Referrals {
    work: UnitOfWork,
    region: Arc<Region>,
}

impl Referrals {
    /// The service over a unit of work, for a region.
    pub const fn new(work: UnitOfWork, region: Arc<Region>) -> Self {
        Self { work, region }
    }

    fn region(&self) -> Arc<Region> {
        Arc::clone(&self.region)
    }
}

#[tonic::async_trait]
impl ReferralService for Referrals {
    async fn submit_referral(
        &self,
        request: Request<SubmitReferralRequest>,
    ) -> Result<Response<SubmitReferralResponse>, Status> {
        let (call, message) = open(request)?;
        let command = from_proto::submit(&self.region, self.work.clock().today(), &message)
            .map_err(|error| status(&error))?;
        // "Not yet" stores nothing at all: no unit of work is opened, not even an idempotency key or an audit row is kept.
        let Some(command) = command else {
            return Ok(Response::new(SubmitReferralResponse {
                receipt_number: String::new(),
                stored: false,
            }));
        };
        let respond = |number: crate::domain::ReceiptNumber| SubmitReferralResponse {
            receipt_number: number.to_string(),
            stored: true,
        };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn list_referrals(
        &self,
        request: Request<ListReferralsRequest>,
    ) -> Result<Response<ListReferralsResponse>, Status> {
        let (call, message) = open(request)?;
        let vault = self.work.vault();
        let query = from_proto::list(self.region(), vault, &message).map_err(|error| status(&error))?;
        let page = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        let next = page.next.map(|cursor| cursor.to_token(vault, &from_proto::list_name(&message)));
        Ok(Response::new(to_page(page.referrals, next.unwrap_or_default())))
    }

    async fn get_referral(
        &self,
        request: Request<GetReferralRequest>,
    ) -> Result<Response<GetReferralResponse>, Status> {
        let (call, message) = open(request)?;
        let query = from_proto::get(&message).map_err(|error| status(&error))?;
        let found = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        Ok(Response::new(GetReferralResponse { referral: Some(to_referral(found)) }))
    }

    async fn screen_referral(
        &self,
        request: Request<ScreenReferralRequest>,
    ) -> Result<Response<ScreenReferralResponse>, Status> {
        let (call, message) = open(request)?;
        let today = self.work.clock().today();
        let command = from_proto::screen(self.region(), today, message).map_err(|error| status(&error))?;
        let respond = |found| ScreenReferralResponse { referral: Some(to_referral(found)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn admit_referral(
        &self,
        request: Request<AdmitReferralRequest>,
    ) -> Result<Response<AdmitReferralResponse>, Status> {
        let (call, message) = open(request)?;
        let command = from_proto::admit(self.region(), &message).map_err(|error| status(&error))?;
        let respond = |found| AdmitReferralResponse { referral: Some(to_referral(found)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn refuse_referral(
        &self,
        request: Request<RefuseReferralRequest>,
    ) -> Result<Response<RefuseReferralResponse>, Status> {
        let (call, message) = open(request)?;
        let command = from_proto::refuse(self.region(), &message).map_err(|error| status(&error))?;
        let respond = |found| RefuseReferralResponse { referral: Some(to_referral(found)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn withdraw_referral(
        &self,
        request: Request<WithdrawReferralRequest>,
    ) -> Result<Response<WithdrawReferralResponse>, Status> {
        let (call, message) = open(request)?;
        let command = from_proto::withdraw(self.region(), &message).map_err(|error| status(&error))?;
        let respond = |found| WithdrawReferralResponse { referral: Some(to_referral(found)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }
}
