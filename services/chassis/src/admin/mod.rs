//! What operators may look at and repair, implemented once for all services: `bondgenoot.admin.v1`.
//!
//! Every call is audited through the unit of work, like any other. Repairs are safe to repeat.

mod error;
mod histories;
mod parked;
mod republish;
mod state;

use std::pin::Pin;
use std::str::FromStr;

use jiff::Timestamp;
use proto::admin::v1::admin_service_server::{AdminService, AdminServiceServer};
use proto::admin::v1::{
    ForgetHistoriesRequest, ForgetHistoriesResponse, GetStatusRequest, GetStatusResponse,
    ListConsumedHistoriesRequest, ListConsumedHistoriesResponse, ListParkedRequest, ListParkedResponse,
    ListProducedHistoriesRequest, ListProducedHistoriesResponse, RaiseEpochRequest, RaiseEpochResponse,
    RebuildProjectionsRequest, RebuildProjectionsResponse, RedriveParkedRequest, RedriveParkedResponse,
    RepublishEventsRequest, RepublishEventsResponse,
};
use tokio_stream::StreamExt as _;
use tonic::{Request, Response, Status};
use uuid::Uuid;

pub use error::AdminError;

use crate::caller::Call;
use crate::database::UnitOfWork;
use crate::events::{ConsumerHandle, Progress, RebuildError, RelayHandle};
use crate::grpc::{open, status};

/// The admin service of a service.
#[derive(Debug)]
pub struct Admin {
    uow: UnitOfWork,
    relay: Option<RelayHandle>,
    consumer: Option<ConsumerHandle>,
    started_at: Timestamp,
}

impl Admin {
    /// The admin service over a service's relay and consumer, as far as it has them.
    pub fn new(uow: UnitOfWork, relay: Option<RelayHandle>, consumer: Option<ConsumerHandle>) -> Self {
        let started_at = uow.clock().now();
        Self { uow, relay, consumer, started_at }
    }

    /// As a tonic service, to be added to the routes.
    pub fn into_server(self) -> AdminServiceServer<Self> {
        AdminServiceServer::new(self)
    }

    fn consumer(&self) -> Result<&ConsumerHandle, Status> {
        self.consumer.as_ref().ok_or_else(|| status(&AdminError::NoConsumer))
    }
}

type RebuildStream = Pin<Box<dyn futures::Stream<Item = Result<RebuildProjectionsResponse, Status>> + Send>>;

#[tonic::async_trait]
impl AdminService for Admin {
    type RebuildProjectionsStream = RebuildStream;

    async fn get_status(
        &self,
        request: Request<GetStatusRequest>,
    ) -> Result<Response<GetStatusResponse>, Status> {
        let (call, GetStatusRequest {}) = open(request)?;
        let state = self.uow.read(&call, state::ReadState).await.map_err(|error| status(&error))?;
        Ok(Response::new(self.to_status(state)))
    }

    async fn list_parked(
        &self,
        request: Request<ListParkedRequest>,
    ) -> Result<Response<ListParkedResponse>, Status> {
        let (call, request) = open(request)?;
        let query = parked::ListParked::parse(&request).map_err(|error| status(&error))?;
        self.uow.read(&call, query).await.map(Response::new).map_err(|error| status(&error))
    }

    async fn redrive_parked(
        &self,
        request: Request<RedriveParkedRequest>,
    ) -> Result<Response<RedriveParkedResponse>, Status> {
        let (call, request) = open(request)?;
        let consumer = self.consumer()?;
        let choice = parked::ChooseParked::parse(&request).map_err(|error| status(&error))?;
        let chosen = self.uow.read(&call, choice).await.map_err(|error| status(&error))?;
        let done = consumer.redrive(chosen).await.map_err(|error| status(&AdminError::Database(error)))?;
        Ok(Response::new(RedriveParkedResponse { applied: done.applied, parked_again: done.parked_again }))
    }

    async fn republish_events(
        &self,
        request: Request<RepublishEventsRequest>,
    ) -> Result<Response<RepublishEventsResponse>, Status> {
        let (call, request) = open(request)?;
        let choice = republish::Choice::parse(&request).map_err(|error| status(&error))?;
        let events = republish::republish(&self.uow, &call, choice).await.map_err(|error| status(&error))?;
        Ok(Response::new(RepublishEventsResponse { events }))
    }

    async fn rebuild_projections(
        &self,
        request: Request<RebuildProjectionsRequest>,
    ) -> Result<Response<RebuildStream>, Status> {
        let (call, RebuildProjectionsRequest {}) = open(request)?;
        let consumer = self.consumer()?;
        self.uow.read(&call, state::RecordOnly).await.map_err(|error| status(&error))?;
        let progress = tokio_stream::wrappers::ReceiverStream::new(consumer.rebuild());
        Ok(Response::new(Box::pin(progress.map(to_progress))))
    }

    async fn list_produced_histories(
        &self,
        request: Request<ListProducedHistoriesRequest>,
    ) -> Result<Response<ListProducedHistoriesResponse>, Status> {
        let (call, request) = open(request)?;
        let query = histories::ListProduced::parse(&request).map_err(|error| status(&error))?;
        self.uow.read(&call, query).await.map(Response::new).map_err(|error| status(&error))
    }

    async fn list_consumed_histories(
        &self,
        request: Request<ListConsumedHistoriesRequest>,
    ) -> Result<Response<ListConsumedHistoriesResponse>, Status> {
        let (call, request) = open(request)?;
        let query = histories::ListConsumed::parse(request).map_err(|error| status(&error))?;
        self.uow.read(&call, query).await.map(Response::new).map_err(|error| status(&error))
    }

    async fn forget_histories(
        &self,
        request: Request<ForgetHistoriesRequest>,
    ) -> Result<Response<ForgetHistoriesResponse>, Status> {
        let (call, request) = open(request)?;
        let command =
            histories::ForgetHistories::parse(request, self.consumer()?).map_err(|error| status(&error))?;
        let answer = self.uow.write(&call, command, |forgotten| ForgetHistoriesResponse { forgotten }).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn raise_epoch(
        &self,
        request: Request<RaiseEpochRequest>,
    ) -> Result<Response<RaiseEpochResponse>, Status> {
        let (call, request) = open(request)?;
        let command = state::RaiseEpoch::parse(&request).map_err(|error| status(&error))?;
        let answer: Result<RaiseEpochResponse, AdminError> =
            self.uow.write(&call, command, |epoch| RaiseEpochResponse { epoch }).await;
        let answer = answer.map_err(|error| status(&error))?;
        self.uow.deployment().set_epoch(answer.epoch);
        log_raised(&call, answer.epoch);
        Ok(Response::new(answer))
    }
}

/// The reason is free text and stands in the audit row only.
fn log_raised(call: &Call, epoch: i64) {
    tracing::warn!(
        request.id = &*call.request_id,
        deployment.epoch = epoch,
        "the producer epoch was raised; run `bondgenoot reconcile`"
    );
}

fn to_progress(progress: Result<Progress, RebuildError>) -> Result<RebuildProjectionsResponse, Status> {
    match progress {
        Ok(Progress { generation, replayed, total, done }) => {
            Ok(RebuildProjectionsResponse { replayed, total, done, generation })
        }
        Err(error) => Err(status(&AdminError::Rebuild(error))),
    }
}

/// An instant on the wire.
fn timestamp(instant: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: instant.as_second(), nanos: instant.subsec_nanosecond() }
}

/// Rows of a page: what was asked, within bounds; 0 asks for the default.
fn page_size(asked: i32, default: i64, most: i64) -> Result<i64, AdminError> {
    match i64::from(asked) {
        0 => Ok(default),
        size if (1..=most).contains(&size) => Ok(size),
        _ => Err(AdminError::invalid(
            "page_size",
            "OUT_OF_RANGE",
            format!("is not 1 to {most}"),
            "leave it out".into(),
        )),
    }
}

fn ids(field: &str, texts: &[String]) -> Result<Vec<Uuid>, AdminError> {
    texts
        .iter()
        .map(|text| {
            Uuid::from_str(text).map_err(|_| {
                AdminError::invalid(
                    field,
                    "NOT_AN_ID",
                    "is not an id".into(),
                    "ids look like 0190b2c4-7d1e-7c3a-9b2f-3c1d5e7f9a0b".into(),
                )
            })
        })
        .collect()
}

fn bad_token() -> AdminError {
    AdminError::invalid(
        "page_token",
        "MALFORMED",
        "is not a token of this list".into(),
        "send next_page_token of the page before, unchanged".into(),
    )
}
