//! `bondgenoot.operations.v1.ActionService`.

use chassis::caller::Call;
use chassis::grpc::{open, status};
use chassis::page;
use proto::operations::v1::action_service_server::ActionService;
use proto::operations::v1::{
    self as api, ListActionsRequest, ListActionsResponse, ListExportSchedulesRequest,
    ListExportSchedulesResponse, RedriveParkedEventsRequest, RedriveParkedEventsResponse,
    ResumeExportRequest, ResumeExportResponse, RunExportRequest, RunExportResponse, SuspendExportRequest,
    SuspendExportResponse,
};
use tonic::{Request, Response, Status};

use super::action_messages::{from_redrive, from_run, from_schedule, to_action};
use super::convert::{to_cluster_state, to_schedule};
use super::page_token::{List, from_name_token, from_token, to_name_token, to_token};
use crate::domain::{ActionKind, Asked, ScheduleSeen};
use crate::error::Error;
use crate::use_cases::{Actions, GetExportSchedules, ListActions};

/// The RPCs.
#[derive(Debug, Clone)]
pub struct ActionRpc {
    actions: Actions,
}

impl ActionRpc {
    /// Over these.
    pub const fn new(actions: Actions) -> Self {
        Self { actions }
    }

    async fn carry_out(
        &self,
        call: &Call,
        asked: Result<Asked, Error>,
    ) -> Result<Option<api::Action>, Status> {
        let asked = asked.map_err(|error| status(&error))?;
        let action = self.actions.carry_out(call, asked).await.map_err(|error| status(&error))?;
        Ok(Some(to_action(&action)))
    }
}

#[tonic::async_trait]
impl ActionService for ActionRpc {
    async fn run_export(
        &self,
        request: Request<RunExportRequest>,
    ) -> Result<Response<RunExportResponse>, Status> {
        let (call, request) = open(request)?;
        let action = self.carry_out(&call, from_run(request)).await?;
        Ok(Response::new(RunExportResponse { action }))
    }

    async fn suspend_export(
        &self,
        request: Request<SuspendExportRequest>,
    ) -> Result<Response<SuspendExportResponse>, Status> {
        let (call, request) = open(request)?;
        let asked = from_schedule(ActionKind::SuspendExport, request.schedule, &request.reason);
        let action = self.carry_out(&call, asked).await?;
        Ok(Response::new(SuspendExportResponse { action }))
    }

    async fn resume_export(
        &self,
        request: Request<ResumeExportRequest>,
    ) -> Result<Response<ResumeExportResponse>, Status> {
        let (call, request) = open(request)?;
        let asked = from_schedule(ActionKind::ResumeExport, request.schedule, &request.reason);
        let action = self.carry_out(&call, asked).await?;
        Ok(Response::new(ResumeExportResponse { action }))
    }

    async fn redrive_parked_events(
        &self,
        request: Request<RedriveParkedEventsRequest>,
    ) -> Result<Response<RedriveParkedEventsResponse>, Status> {
        let (call, request) = open(request)?;
        let action = self.carry_out(&call, from_redrive(request)).await?;
        Ok(Response::new(RedriveParkedEventsResponse { action }))
    }

    async fn list_export_schedules(
        &self,
        request: Request<ListExportSchedulesRequest>,
    ) -> Result<Response<ListExportSchedulesResponse>, Status> {
        let (call, request) = open(request)?;
        let place = match (page::size(request.page_size), from_name_token(&request.page_token)) {
            (Ok(size), Ok(after)) => Ok((size, after)),
            (size, after) => Err(Error::InvalidFields(size.err().into_iter().chain(after.err()).collect())),
        };
        let (size, after) = place.map_err(|error| status(&error))?;
        self.actions.work().read(&call, GetExportSchedules).await.map_err(|error| status(&error))?;
        let now = self.actions.work().clock().now();
        let seen = self.actions.sources().cluster().look();
        let exports = seen.state().map(|state| state.schedules.as_slice()).unwrap_or_default();
        let mut exports: Vec<&ScheduleSeen> =
            exports.iter().filter(|schedule| schedule.is_export() && schedule.name > after).collect();
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let more = exports.len() > size;
        exports.truncate(size);
        let last = exports.last().filter(|_| more).map(|last| to_name_token(&last.name));
        Ok(Response::new(ListExportSchedulesResponse {
            cluster: to_cluster_state(&seen).into(),
            schedules: exports.into_iter().map(|schedule| to_schedule(schedule, now)).collect(),
            next_page_token: last.unwrap_or_default(),
        }))
    }

    async fn list_actions(
        &self,
        request: Request<ListActionsRequest>,
    ) -> Result<Response<ListActionsResponse>, Status> {
        let (call, request) = open(request)?;
        let query = match (page::size(request.page_size), from_token(&request.page_token, List::Actions)) {
            (Ok(size), Ok(after)) => Ok(ListActions { after, size }),
            (size, after) => Err(Error::InvalidFields(size.err().into_iter().chain(after.err()).collect())),
        };
        let query = query.map_err(|error| status(&error))?;
        let page = self.actions.work().read(&call, query).await.map_err(|error| status(&error))?;
        Ok(Response::new(ListActionsResponse {
            actions: page.actions.iter().map(to_action).collect(),
            next_page_token: page.next.map(|cursor| to_token(cursor, List::Actions)).unwrap_or_default(),
        }))
    }
}
