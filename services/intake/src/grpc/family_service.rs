//! `bondgenoot.intake.v1.FamilyService`.

use std::sync::Arc;

use chassis::database::UnitOfWork;
use chassis::grpc::{open, status};
use proto::intake::v1::family_service_server::FamilyService;
use proto::intake::v1::{
    AddFamilyMemberRequest, AddFamilyMemberResponse, CorrectFamilyMemberRequest, CorrectFamilyMemberResponse,
    GetFamilyRequest, GetFamilyResponse, GetParticipatingFamilyRequest, GetParticipatingFamilyResponse,
    RemoveFamilyMemberRequest, RemoveFamilyMemberResponse,
};
use region::Region;
use tonic::{Request, Response, Status};

use super::from_proto;
use super::to_proto::{to_family, to_member, to_removed};

/// Families.
#[derive(Debug, Clone)]
pub struct Families {
    work: UnitOfWork,
    region: Arc<Region>,
}

impl Families {
    /// The service over a unit of work, for a region.
    pub const fn new(work: UnitOfWork, region: Arc<Region>) -> Self {
        Self { work, region }
    }

    fn region(&self) -> Arc<Region> {
        Arc::clone(&self.region)
    }
}

#[tonic::async_trait]
impl FamilyService for Families {
    async fn get_family(
        &self,
        request: Request<GetFamilyRequest>,
    ) -> Result<Response<GetFamilyResponse>, Status> {
        let (call, message) = open(request)?;
        let query = from_proto::family(self.region(), &message).map_err(|error| status(&error))?;
        let family = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        Ok(Response::new(GetFamilyResponse { family: Some(to_family(&family)) }))
    }

    async fn get_participating_family(
        &self,
        request: Request<GetParticipatingFamilyRequest>,
    ) -> Result<Response<GetParticipatingFamilyResponse>, Status> {
        let (call, message) = open(request)?;
        let query =
            from_proto::participating_family(self.region(), &message).map_err(|error| status(&error))?;
        let family = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        Ok(Response::new(GetParticipatingFamilyResponse { family: Some(to_family(&family)) }))
    }

    async fn add_family_member(
        &self,
        request: Request<AddFamilyMemberRequest>,
    ) -> Result<Response<AddFamilyMemberResponse>, Status> {
        let (call, message) = open(request)?;
        let today = self.work.clock().today();
        let command =
            from_proto::add_member(self.region(), today, &message).map_err(|error| status(&error))?;
        let respond = |member| AddFamilyMemberResponse { member: Some(to_member(&member)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn correct_family_member(
        &self,
        request: Request<CorrectFamilyMemberRequest>,
    ) -> Result<Response<CorrectFamilyMemberResponse>, Status> {
        let (call, message) = open(request)?;
        let today = self.work.clock().today();
        let command =
            from_proto::correct_member(self.region(), today, &message).map_err(|error| status(&error))?;
        let respond = |member| CorrectFamilyMemberResponse { member: Some(to_member(&member)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn remove_family_member(
        &self,
        request: Request<RemoveFamilyMemberRequest>,
    ) -> Result<Response<RemoveFamilyMemberResponse>, Status> {
        let (call, message) = open(request)?;
        let command = from_proto::remove_member(self.region(), &message).map_err(|error| status(&error))?;
        let respond = |removed| RemoveFamilyMemberResponse { member: Some(to_removed(removed)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }
}
