//! `bondgenoot.intake.v1.PersonService`.

use chassis::database::UnitOfWork;
use chassis::grpc::{open, status};
use jiff::Timestamp;
use proto::intake::v1::person_service_server::PersonService;
use proto::intake::v1::{
    BatchGetNamesRequest, BatchGetNamesResponse, ErasePersonRequest, ErasePersonResponse,
};
use tonic::{Request, Response, Status};

use super::from_proto;
use super::to_proto::to_name;
use crate::events::published::to_timestamp;

/// Names and erasure.
#[derive(Debug, Clone)]
pub struct Persons {
    work: UnitOfWork,
}

impl Persons {
    /// The service over a unit of work.
    pub const fn new(work: UnitOfWork) -> Self {
        Self { work }
    }
}

#[tonic::async_trait]
impl PersonService for Persons {
    async fn batch_get_names(
        &self,
        request: Request<BatchGetNamesRequest>,
    ) -> Result<Response<BatchGetNamesResponse>, Status> {
        let (call, message) = open(request)?;
        let query = from_proto::names(&message).map_err(|error| status(&error))?;
        let names = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        Ok(Response::new(BatchGetNamesResponse { names: names.into_iter().map(to_name).collect() }))
    }

    async fn erase_person(
        &self,
        request: Request<ErasePersonRequest>,
    ) -> Result<Response<ErasePersonResponse>, Status> {
        let (call, message) = open(request)?;
        let command = from_proto::erase(&message).map_err(|error| status(&error))?;
        let respond = |at: Timestamp| ErasePersonResponse { erased_at: Some(to_timestamp(at)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }
}
