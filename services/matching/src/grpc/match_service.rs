//! `bondgenoot.matching.v1.MatchService`.

use std::sync::Arc;

use chassis::database::UnitOfWork;
use chassis::grpc::{open, status};
use proto::matching::v1::match_service_server::MatchService;
use proto::matching::v1::{
    ConfirmMatchRequest, ConfirmMatchResponse, EndMatchRequest, EndMatchResponse, GetMatchRequest,
    GetMatchResponse, GetProposalRequest, GetProposalResponse, HandOverMatchRequest, HandOverMatchResponse,
    ListMatchesRequest, ListMatchesResponse, ListWaitingRequest, ListWaitingResponse, ProposeMatchRequest,
    ProposeMatchResponse, ReplayProposalRequest, ReplayProposalResponse,
};
use region::Region;
use tonic::{Request, Response, Status};

use super::from_proto;
use super::to_proto::{to_match, to_proposal, to_waiting};

/// Proposes workers and keeps matches.
#[derive(Debug, Clone)]
pub struct Matches {
    work: UnitOfWork,
    region: Arc<Region>,
}

impl Matches {
    /// The service over a unit of work, for a region.
    pub const fn new(work: UnitOfWork, region: Arc<Region>) -> Self {
        Self { work, region }
    }

    fn region(&self) -> Arc<Region> {
        Arc::clone(&self.region)
    }
}

#[tonic::async_trait]
impl MatchService for Matches {
    async fn list_waiting(
        &self,
        request: Request<ListWaitingRequest>,
    ) -> Result<Response<ListWaitingResponse>, Status> {
        let (call, message) = open(request)?;
        let vault = self.work.vault();
        let query =
            from_proto::list_waiting(self.region(), vault, &message).map_err(|error| status(&error))?;
        let page = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        let next = page.next.map(|cursor| cursor.to_token(vault, &from_proto::waiting_list(&message)));
        Ok(Response::new(ListWaitingResponse {
            waiting: page.waiting.into_iter().map(to_waiting).collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }

    async fn propose_match(
        &self,
        request: Request<ProposeMatchRequest>,
    ) -> Result<Response<ProposeMatchResponse>, Status> {
        let (call, message) = open(request)?;
        let command = from_proto::propose(self.region(), &message).map_err(|error| status(&error))?;
        let answer = self
            .work
            .write(&call, command, |found| ProposeMatchResponse { proposal: Some(to_proposal(found)) })
            .await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn get_proposal(
        &self,
        request: Request<GetProposalRequest>,
    ) -> Result<Response<GetProposalResponse>, Status> {
        let (call, message) = open(request)?;
        let query = from_proto::get_proposal(&message).map_err(|error| status(&error))?;
        let found = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        Ok(Response::new(GetProposalResponse { proposal: Some(to_proposal(found)) }))
    }

    async fn replay_proposal(
        &self,
        request: Request<ReplayProposalRequest>,
    ) -> Result<Response<ReplayProposalResponse>, Status> {
        let (call, message) = open(request)?;
        let query = from_proto::replay(&message).map_err(|error| status(&error))?;
        let found = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        Ok(Response::new(ReplayProposalResponse {
            same: found.same,
            input_sha256: found.input_sha256,
            answer_sha256: found.answer_sha256,
            given_answer_sha256: found.given_sha256,
            proposal: Some(to_proposal(found.proposal)),
        }))
    }

    async fn confirm_match(
        &self,
        request: Request<ConfirmMatchRequest>,
    ) -> Result<Response<ConfirmMatchResponse>, Status> {
        let (call, message) = open(request)?;
        let command = from_proto::confirm(self.region(), &message).map_err(|error| status(&error))?;
        let answer = self
            .work
            .write(&call, command, |view| ConfirmMatchResponse { r#match: Some(to_match(view)) })
            .await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn hand_over_match(
        &self,
        request: Request<HandOverMatchRequest>,
    ) -> Result<Response<HandOverMatchResponse>, Status> {
        let (call, message) = open(request)?;
        let command = from_proto::hand_over(self.region(), &message).map_err(|error| status(&error))?;
        let answer = self
            .work
            .write(&call, command, |done| HandOverMatchResponse {
                ended: Some(to_match(done.ended)),
                begun: Some(to_match(done.begun)),
            })
            .await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn end_match(
        &self,
        request: Request<EndMatchRequest>,
    ) -> Result<Response<EndMatchResponse>, Status> {
        let (call, message) = open(request)?;
        let command = from_proto::end_match(&message).map_err(|error| status(&error))?;
        let answer =
            self.work.write(&call, command, |view| EndMatchResponse { r#match: Some(to_match(view)) }).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn get_match(
        &self,
        request: Request<GetMatchRequest>,
    ) -> Result<Response<GetMatchResponse>, Status> {
        let (call, message) = open(request)?;
        let query = from_proto::get_match(&message).map_err(|error| status(&error))?;
        let found = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        Ok(Response::new(GetMatchResponse { r#match: Some(to_match(found)) }))
    }

    async fn list_matches(
        &self,
        request: Request<ListMatchesRequest>,
    ) -> Result<Response<ListMatchesResponse>, Status> {
        let (call, message) = open(request)?;
        let vault = self.work.vault();
        let query =
            from_proto::list_matches(self.region(), vault, &message).map_err(|error| status(&error))?;
        let page = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        let next = page.next.map(|cursor| cursor.to_token(vault, &from_proto::matches_list(&message)));
        Ok(Response::new(ListMatchesResponse {
            matches: page.matches.into_iter().map(to_match).collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }
}
